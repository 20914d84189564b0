//! `sederunt index` as a person uses it, and a server that answers from what it made.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{FirstRun, Server, run, stderr, stdout_of};

const SESSIONS: u32 = 40;

/// A data folder with sessions, imported from a file.
fn with_sessions(dir: &Path) -> PathBuf {
    let (data, file) = (dir.join("data"), dir.join("sessions.ndjson"));
    let at = data.to_str().unwrap();
    // Makes the app of first-run.json.
    fs::write(&file, "").unwrap();
    stdout_of(&["import", file.to_str().unwrap(), "--data", at]);
    let app = FirstRun::read(&data).app_id;
    let mut lines = String::new();
    for n in 0..SESSIONS {
        let (meeting, day) = (n % 7, 1 + n % 28);
        let (from, to) = (format!("2026-01-{day:02}T10:00:00Z"), format!("2026-01-{day:02}T11:00:00Z"));
        writeln!(
            lines,
            r#"{{"app":"{app}","meeting":{{"id":"00000001-0000-4000-8000-{meeting:012}","title":"Weekly {meeting}"}},
"session":{{"id":"00000002-0000-4000-8000-{n:012}","started_at":"{from}","ended_at":"{to}"}},
"stays":[{{"peer":"00000003-0000-4000-8000-{n:012}","participant":"00000004-0000-4000-8000-{n:012}",
"joined_at":"{from}","left_at":"{to}"}}]}}"#
        )
        .unwrap();
    }
    let lines = lines.replace(",\n\"", ",\"");
    fs::write(&file, lines).unwrap();
    stdout_of(&["import", file.to_str().unwrap(), "--data", at]);
    data
}

fn file_of(data: &Path, prefix: &str) -> PathBuf {
    let mut paths = fs::read_dir(data.join("index/1")).unwrap().map(|e| e.unwrap().path());
    paths.find(|p| p.file_name().unwrap().to_str().unwrap().starts_with(prefix)).unwrap()
}

#[test]
fn it_is_built_checked_and_described() {
    let dir = tempfile::tempdir().unwrap();
    let data = with_sessions(dir.path());
    let at = data.to_str().unwrap();
    // Too few sessions to have one by itself; by name it is made.
    assert_eq!(stdout_of(&["index", "rebuild", "--data", at]), "0 indexes built\n");
    let app = FirstRun::read(&data).app_id;
    assert_eq!(stdout_of(&["index", "rebuild", "--app", &app, "--data", at]), "1 indexes built\n");
    assert_eq!(stdout_of(&["index", "verify", "--data", at]), "1 indexes, 40 sessions: no differences\n");
    let info = stdout_of(&["index", "info", "--data", at]);
    let row: Vec<_> = info.lines().nth(1).unwrap().split('\t').collect();
    assert_eq!((row[0], row[1], row[2], row[3], row[9]), ("1", &*app, "40", "0", "ok"), "{info}");

    let unknown = run(&["index", "rebuild", "--app", "nowhere", "--data", at]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("no app nowhere"), "{}", stderr(&unknown));

    // A changed byte is found, and cured.
    let segment = file_of(&data, "seg-");
    let mut bytes = fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let damaged = run(&["index", "verify", "--data", at]);
    assert_eq!(damaged.status.code(), Some(1));
    let said = String::from_utf8(damaged.stdout).unwrap();
    assert!(said.contains("damaged") && said.ends_with("1 differences\n"), "{said}");
    stdout_of(&["index", "rebuild", "--data", at]);
    stdout_of(&["index", "verify", "--data", at]);

    // An index beside another ledger.
    fs::remove_file(file_of(&data, "MANIFEST")).unwrap();
    assert_eq!(stdout_of(&["index", "verify", "--data", at]), "0 indexes, 0 sessions: no differences\n");
}

#[tokio::test]
async fn a_server_answers_from_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = with_sessions(dir.path());
    let first = FirstRun::read(&data);
    stdout_of(&["index", "rebuild", "--app", &first.app_id, "--data", data.to_str().unwrap()]);
    let server = Server::start(&data, &["--index-from-sessions", "10", "--index-seal-sessions", "8"]);
    let target = format!(
        "/client/v4/accounts/{}/realtime/kit/{}/sessions?search=weekly&per_page=5&page_no=8&sort_by=minutesConsumed",
        first.account_id, first.app_id
    );
    let answer =
        crate::common::http::request(&server.bound.http, "GET", &target, Some(&first.api_token), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["paging"]["total_count"], SESSIONS);
    assert_eq!(body["data"]["sessions"].as_array().unwrap().len(), 5);
    assert_eq!(body["data"]["sessions"][0]["minutes_consumed"], 60);
    let metrics = crate::common::http::request(&server.bound.metrics, "GET", "/metrics", None, None).await;
    let metrics = metrics.body;
    for line in [
        "sederunt_index_apps 1",
        "sederunt_index_sessions_sealed 40",
        "sederunt_session_lists_index_total 1",
        "sederunt_session_lists_sql_total 0",
    ] {
        assert!(metrics.lines().any(|l| l == line), "{line} is not in\n{metrics}");
    }
    server.terminate();
    assert!(server.ended().success());
}
