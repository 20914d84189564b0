//! `sederunt import`, `export` and `verify` as a person uses them.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::common::{run, sederunt, stderr, stdout_of};

const GOOD: &str = r#"{"app":"14a396e7-ca44-4937-bf1f-050a69118543","meeting":{"id":"6bf2b8be-04dd-4191-b602-1128921a306b","title":"Weekly sync"},"session":{"id":"813432c7-3c5a-45e2-9acf-eef7061c7584","started_at":"2026-01-11T16:00:00.000Z","ended_at":"2026-01-11T17:01:00.000Z"},"stays":[{"peer":"e32fb785-ddd0-4b96-b577-879327c0082f","participant":"aaa2b8be-04dd-4191-b602-1128921a306b","name":"Mary Sue","joined_at":"2026-01-11T16:00:00.000Z","left_at":"2026-01-11T17:00:00.000Z"}]}"#;

/// The good record, another one, and three bad lines between them.
fn file(dir: &Path) -> std::path::PathBuf {
    let other = GOOD.replace("813432c7", "913432c7").replace("2026-01-11", "2026-01-12");
    let left_before_joined = GOOD.replace("813432c7", "713432c7").replace("T17:00:00.000Z", "T15:00:00.000Z");
    let unknown_field = GOOD.replace("813432c7", "613432c7").replace("\"title\"", "\"titel\"");
    let lines = [GOOD, "{\"app\":", &left_before_joined, "", &unknown_field, &other];
    let path = dir.join("sessions.ndjson");
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}

#[test]
fn good_lines_are_kept_and_bad_ones_reported_with_number_and_reason() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let (data, path) = (data.to_str().unwrap(), file(dir.path()));
    let output = run(&["import", path.to_str().unwrap(), "--data", data]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    for number in [2, 3, 5] {
        let line = said.lines().find(|l| l.starts_with(&format!("line {number}: "))).expect(&said);
        assert!(line.len() > 15, "a reason in words: {line}");
    }
    assert!(said.contains("titel"), "{said}");
    assert!(said.ends_with("2 sessions imported, 0 were there already, 3 lines refused\n"), "{said}");
    assert!(stdout_of(&["verify", "--data", data]).contains("2 sessions, 2 stays: no differences"));
}

#[test]
fn an_export_gives_the_same_ledger_and_the_same_export() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    let (first, second) = (first.to_str().unwrap(), second.to_str().unwrap());
    let source = dir.path().join("good.ndjson");
    std::fs::write(&source, format!("{GOOD}\n")).unwrap();
    let source = source.to_str().unwrap();
    assert!(run(&["import", source, "--data", first]).status.success());
    let again = run(&["import", source, "--data", first]);
    assert!(again.status.success());
    assert!(stderr(&again).contains("0 sessions imported, 1 were there already, 0 lines refused"));

    let exported = stdout_of(&["export", "--data", first]);
    assert_eq!(exported.lines().count(), 1);
    assert!(exported.contains("813432c7-3c5a-45e2-9acf-eef7061c7584") && exported.contains("Mary Sue"));
    // Through a pipe into another folder, whose apps then belong to another account.
    let mut import = sederunt(&["import", "-", "--account", "acme", "--data", second]);
    let mut import = import.stdin(Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(exported.as_bytes()).unwrap();
    assert!(import.wait().unwrap().success());
    assert_eq!(stdout_of(&["export", "--data", second]), exported);
    assert!(!Path::new(second).join("first-run.json").exists(), "an account was given");

    let out = dir.path().join("out.ndjson");
    stdout_of(&["export", "--data", first, "--output", out.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), exported);
    let refused = run(&["export", "--data", first, "--output", out.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1), "an existing file is not overwritten");
    assert_eq!(std::fs::read_to_string(&out).unwrap(), exported);
}

#[test]
fn a_file_that_is_not_there_makes_no_folder() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let output = run(&["import", "/nowhere/x.ndjson", "--data", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/nowhere/x.ndjson"));
    assert!(!data.exists());
}
