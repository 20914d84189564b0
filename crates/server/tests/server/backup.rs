//! Backups made under load, with kills in between, restored and compared with the ledger that went on.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::common::client::{Client, Pass};
use crate::common::http::{Kit, passes, request};
use crate::common::{FirstRun, Server, run, sederunt, stderr, stdout_of};
use rusqlite::types::Value;
use sederunt_dice::Dice;

/// Every row of a table in the order of its columns, `fact` up to a fact.
fn rows(file: &Path, table: &str) -> Vec<Vec<Value>> {
    let conn = rusqlite::Connection::open(file).unwrap();
    // Using a token is no change of it, and the first use of a day is written beside the request.
    let columns = match table {
        "api_token" => "sha256, id, name, account, permission, workspace, server, created_ms, revoked_ms",
        _ => "*",
    };
    let mut statement = conn.prepare(&format!("SELECT {columns} FROM {table}")).unwrap();
    let count = statement.column_count();
    let rows = statement.query_map([], |r| (0..count).map(|c| r.get(c)).collect()).unwrap();
    let mut rows: Vec<Vec<Value>> = rows.map(Result::unwrap).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

fn facts(file: &Path) -> BTreeMap<i64, Vec<Value>> {
    let key = |row: &Vec<Value>| {
        let Value::Integer(seq) = row[0] else { panic!("{row:?}") };
        seq
    };
    rows(file, "fact").into_iter().map(|row| (key(&row), row)).collect()
}

/// Joins and leaves until it is stopped.
async fn come_and_go(base: String, pass: Pass, mut rng: Dice, stop: tokio_util::sync::CancellationToken) {
    while !stop.is_cancelled() {
        let Ok(mut client) = Client::connect(&base, &pass, &rng.uuid()).await else { return };
        if client.join().await.is_err() || client.leave().await.is_err() {
            return;
        }
    }
}

fn restore(backup: &Path, to: &Path) {
    let args = ["restore", backup.to_str().unwrap(), "--data", to.to_str().unwrap()];
    let said = stdout_of(&args);
    assert!(said.contains("files restored: the ledger up to fact"), "{said}");
    let verified = stdout_of(&["verify", "--data", to.to_str().unwrap()]);
    assert!(verified.ends_with("no differences\n"), "{verified}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_restored_is_the_ledger_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let at = data.to_str().unwrap().to_owned();
    let mut rng = Dice::from_env("BACKUP_SEED");
    let server = Server::start(&data, &["--tls", "off"]);
    let first = FirstRun::read(&data);
    let everybody = passes(&Kit::new(&server.bound.http, &first), 3, 2).await;
    std::fs::write(data.join("some-key.pem"), "kept, whatever it is").unwrap();
    stdout_of(&["token", "create", "--name", "second", "--data", &at]);
    let mut server = Some(server);
    let mut backups: Vec<PathBuf> = Vec::new();
    for n in 0..4 {
        let running = server.take().unwrap_or_else(|| Server::start(&data, &[]));
        let stop = tokio_util::sync::CancellationToken::new();
        let players: Vec<_> = everybody
            .iter()
            .map(|pass| {
                let salt = rng.within(0..1_000_000);
                let rng = rng.fork(salt);
                tokio::spawn(come_and_go(running.bound.http.clone(), pass.clone(), rng, stop.clone()))
            })
            .collect();
        let whole = dir.path().join(format!("{n}.tar"));
        let output = tokio::task::spawn_blocking({
            let (whole, at) = (whole.clone(), at.clone());
            move || run(&["backup", whole.to_str().unwrap(), "--data", &at])
        });
        let output = output.await.unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(std::fs::metadata(&whole).unwrap().permissions().mode() & 0o777, 0o600);
        backups.push(whole);
        // And one that does not come to its end: the command is killed, or the server under it.
        let cut_off = dir.path().join(format!("{n}-cut-off.tar"));
        let mut command = sederunt(&["backup", cut_off.to_str().unwrap(), "--data", &at]);
        let mut command = command.stderr(Stdio::null()).spawn().unwrap();
        let nothing = std::future::pending::<()>();
        let _ = tokio::time::timeout(Duration::from_millis(rng.within(1..60)), nothing).await;
        stop.cancel();
        if n % 2 == 0 {
            running.kill();
        } else {
            let _ = command.kill();
            server = Some(running);
        }
        let ended = command.wait().unwrap();
        // Whoever is killed between the last step and the exit has made it all the same: it must be whole like the others.
        assert!(cut_off.exists() || !ended.success(), "it is there when it is said to be");
        backups.extend(cut_off.exists().then_some(cut_off));
        for player in players {
            player.await.unwrap();
        }
    }
    let last = server.take().unwrap_or_else(|| Server::start(&data, &[]));
    last.terminate();
    assert!(last.ended().success());
    for entry in std::fs::read_dir(&data).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(!name.to_str().unwrap().starts_with("backup-"), "{name:?} stayed");
    }
    compare(&data, &backups);
    lists_and_links(&dir.path().join("restored-0"), &first, &everybody[0]).await;
}

/// Restores every backup, and compares it with the ledger that went on.
fn compare(data: &Path, backups: &[PathBuf]) {
    let source = data.join("ledger.sqlite");
    let all = facts(&source);
    for (n, backup) in backups.iter().enumerate() {
        let to = data.with_file_name(format!("restored-{n}"));
        restore(backup, &to);
        let copy = to.join("ledger.sqlite");
        let then = facts(&copy);
        let count = i64::try_from(then.len()).unwrap();
        assert!(then.iter().all(|(seq, row)| all.get(seq) == Some(row)), "a fact differs");
        assert_eq!(then.keys().next_back().copied().unwrap_or(0), count, "no fact is missing in between");
        // What nobody changed meanwhile is there as it is: keys, tokens, apps, presets, meetings, participants.
        for table in ["secret", "api_token", "app", "preset", "meeting", "participant"] {
            assert_eq!(rows(&copy, table), rows(&source, table), "{table}");
        }
        for file in ["first-run.json", "some-key.pem"] {
            assert_eq!(
                std::fs::read(to.join(file)).unwrap(),
                std::fs::read(data.join(file)).unwrap(),
                "{file}"
            );
            assert_eq!(std::fs::metadata(to.join(file)).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // One whose server was killed under it may have been made by the command itself, which knows no settings.
        if !backup.to_str().unwrap().contains("cut-off") {
            assert!(std::fs::read_to_string(to.join("settings.toml")).unwrap().contains("[log]"));
        }
    }
}

/// A server on it lists what an export says, and whoever had a token and a link has them still.
async fn lists_and_links(data: &Path, first: &FirstRun, pass: &Pass) {
    let exported = stdout_of(&["export", "--data", data.to_str().unwrap()]);
    let server = Server::start(data, &[]);
    let kit = Kit::new(&server.bound.http, first);
    let list = kit.get("/sessions?per_page=100").await;
    assert_eq!(list["paging"]["total_count"], exported.lines().count());
    for session in list["data"]["sessions"].as_array().unwrap() {
        assert!(exported.contains(session["id"].as_str().unwrap()));
    }
    let mut client = Client::to(&server, pass, "00000000-0000-4000-8000-000000000009").await;
    client.join().await.unwrap();
    let ready = request(&server.bound.metrics, "GET", "/readyz", None, None).await;
    assert_eq!(ready.status, 200);
}

#[test]
fn a_backup_goes_through_a_pipe_and_damage_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let at = data.to_str().unwrap();
    stdout_of(&["import", "-", "--data", at]);
    let piped = run(&["backup", "-", "--json", "--data", at]);
    assert!(piped.status.success(), "{}", stderr(&piped));
    let summary: serde_json::Value = serde_json::from_slice(&piped.stderr).unwrap();
    assert_eq!((&summary["last_fact"], &summary["files"]), (&0.into(), &2.into()), "{summary}");
    // Into a folder, under a name of its own.
    let shelf = dir.path().join("shelf");
    std::fs::create_dir(&shelf).unwrap();
    assert!(run(&["backup", shelf.to_str().unwrap(), "--data", at]).status.success());
    let kept = std::fs::read_dir(&shelf).unwrap().next().unwrap().unwrap().path();
    assert!(kept.file_name().unwrap().to_str().unwrap().starts_with("sederunt-20"), "{kept:?}");
    let refused = run(&["backup", kept.to_str().unwrap(), "--data", at]);
    assert!(stderr(&refused).contains("exists already"), "{}", stderr(&refused));

    let to = dir.path().join("restored");
    let attempt = |bytes: &[u8]| {
        let file = dir.path().join("attempt.tar");
        std::fs::write(&file, bytes).unwrap();
        run(&["restore", file.to_str().unwrap(), "--data", to.to_str().unwrap()])
    };
    let whole = piped.stdout;
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let bad =
        [&whole[..whole.len() / 2], &whole[..700], b"", b"no tar at all", &changed[..], &vec![0; 4096][..]];
    for bytes in bad {
        let output = attempt(bytes);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("nothing was restored"), "{}", stderr(&output));
        let left: Vec<_> = std::fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["lock"]);
    }
    // A restore that was cut off: nobody else takes the folder, another restore begins again.
    std::fs::create_dir(to.join("restore.draft")).unwrap();
    std::fs::write(to.join("restore.draft/ledger.sqlite"), "half").unwrap();
    let refused = run(&["verify", "--data", to.to_str().unwrap()]);
    assert!(stderr(&refused).contains("did not come to its end"), "{}", stderr(&refused));
    let output = attempt(&whole);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        stdout_of(&["token", "list", "--data", to.to_str().unwrap()]),
        stdout_of(&["token", "list", "--data", at])
    );
    let again = attempt(&whole);
    assert!(stderr(&again).contains("is not empty"), "{}", stderr(&again));
    let server = Server::start(&data, &[]);
    let held = run(&["restore", kept.to_str().unwrap(), "--data", at]);
    assert!(stderr(&held).contains(&format!("pid {}", server.pid())), "{}", stderr(&held));
}
