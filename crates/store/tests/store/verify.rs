//! `verify` finds every flipped value, gaps and surplus rows; facts cannot be changed at all; the schema is checked.

use crate::common::{Recorder, T0, app_row, at, open, person};
use rusqlite::Connection;
use sederunt_core::fact::{EndReason, LeaveReason, Role};
use sederunt_store::{Store, StoreError, VerifyReport};

/// Two meetings: one with an ended and a LIVE session, one with a LIVE session whose peer is away.
async fn ledger() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    let mut ended = Recorder::new("p", 0x31, 0x51);
    ended.start(at(0), "Weekly");
    ended.join(at(0), 0xb1, 0xa1, person("Ann", None));
    ended.join_as(at(1_000), 0xb2, 0xa2, Role::Monitor, person("Bob", None));
    ended.leave(at(5_000), 0xb1, LeaveReason::Left);
    ended.leave(at(6_000), 0xb2, LeaveReason::Kicked);
    ended.end(at(66_000), EndReason::AllParticipantsLeft);
    ended.save(&store).await;
    let mut live = Recorder::new("p", 0x31, 0x52);
    live.start(at(100_000), "Weekly");
    live.join(at(100_000), 0xb1, 0xa1, person("Ann", None));
    live.join(at(110_000), 0xb2, 0xa2, person("Bob", None));
    live.save(&store).await;
    let mut away = Recorder::new("p", 0x32, 0x53);
    away.parent = Some(live.session);
    away.start(at(0), "Other");
    away.join(at(0), 0xb3, 0xa3, person("Cy", None));
    away.away(at(9_000), 0xb3);
    away.save(&store).await;
    (dir, store)
}

async fn verify(store: &Store) -> VerifyReport {
    let store = store.clone();
    tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap()
}

fn raw(dir: &tempfile::TempDir) -> Connection {
    let conn = Connection::open(dir.path().join("ledger.sqlite")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    conn
}

/// Everything that follows from facts.
const TABLES: [&str; 6] = ["session", "stay", "meeting_tally", "app_tally", "app_day", "fact_block"];

/// Of a stay's row, what no fact knows: the person, and the preset of the join.
const PERSONAL: [&str; 9] = [
    "display_name",
    "name_fold",
    "preset_name",
    "view_type",
    "custom_participant_id",
    "custom_fold",
    "user_id",
    "ip_address",
    "user_agent",
];

/// Of a session's row, what only the process that carries it knows.
const OF_THE_PROCESS: [&str; 1] = ["offset_ms"];

fn columns(conn: &Connection, table: &str) -> Vec<String> {
    let mut statement = conn.prepare(&format!("PRAGMA table_info({table})")).unwrap();
    let all: Vec<String> = statement.query_map([], |r| r.get(1)).unwrap().collect::<Result<_, _>>().unwrap();
    let unknown = |name: &str| PERSONAL.contains(&name) || OF_THE_PROCESS.contains(&name);
    all.into_iter().filter(|name| !unknown(name)).collect()
}

#[tokio::test]
async fn every_flipped_value_is_found() {
    let (dir, store) = ledger().await;
    let clean = verify(&store).await;
    assert_eq!(clean, VerifyReport { facts: 12, sessions: 3, stays: 5, ..VerifyReport::default() });
    let conn = raw(&dir);
    let mut flipped = 0;
    for table in TABLES {
        for column in columns(&conn, table) {
            // Every row in turn, so that NULLs, numbers, texts and ids are all flipped somewhere.
            let rows: i64 =
                conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).unwrap();
            for row in 0..rows {
                flip(&conn, table, &column, row);
                let report = verify(&store).await;
                assert!(report.difference_count > 0, "{table}.{column} of row {row} was flipped unseen");
                restore(&conn, table);
                flipped += 1;
            }
        }
    }
    assert_eq!(verify(&store).await, clean);
    assert!(flipped > 100, "{flipped}");
    conn.execute("UPDATE session SET peak = 7 WHERE id = x'00000000000000000000000000000051'", []).unwrap();
    let report = verify(&store).await;
    let words = "session 00000000-0000-0000-0000-000000000051: peak is 7, the facts say 2";
    assert_eq!(report.differences, [words]);
}

/// Changes one value of the n-th row, whatever its type.
fn flip(conn: &Connection, table: &str, column: &str, row: i64) {
    let key = if table == "stay" { "session, peer" } else { "1" };
    let mut all = format!("CREATE TEMP TABLE saved AS SELECT * FROM {table};");
    all.push_str(&format!(
        "UPDATE {table} SET {column} = CASE typeof({column})
             WHEN 'integer' THEN {column} + 1 WHEN 'text' THEN {column} || 'x'
             WHEN 'blob' THEN x'0000000000000000000000000000ffff'
             ELSE CASE (SELECT type FROM pragma_table_info('{table}') WHERE name = '{column}')
                      WHEN 'INTEGER' THEN {T0} WHEN 'TEXT' THEN 'left'
                      WHEN 'BLOB' THEN x'0000000000000000000000000000ffff' END END
         WHERE ({keys}) = (SELECT {keys} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row})",
        keys = match table {
            "stay" => "session, peer",
            "session" => "id",
            "meeting_tally" => "meeting",
            "fact_block" => "app, block",
            "app_day" => "app, day",
            _ => "app",
        }
    ));
    conn.execute_batch(&all).unwrap();
}

fn restore(conn: &Connection, table: &str) {
    let sql = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved; DROP TABLE saved;");
    conn.execute_batch(&sql).unwrap();
}

#[tokio::test]
async fn what_was_recorded_here_is_not_said_to_be_imported() {
    let (dir, store) = ledger().await;
    raw(&dir).execute("INSERT INTO imported (first, last) VALUES (3, 4)", []).unwrap();
    let report = verify(&store).await;
    assert_eq!(
        report.differences,
        [3, 4].map(|n| format!("fact {n} was recorded here, and is said to be imported"))
    );
}

#[tokio::test]
async fn lost_and_surplus_rows_are_found() {
    let (dir, store) = ledger().await;
    let conn = raw(&dir);
    for table in TABLES {
        let all = format!("CREATE TEMP TABLE saved AS SELECT * FROM {table}; DELETE FROM {table};");
        conn.execute_batch(&all).unwrap();
        assert!(verify(&store).await.difference_count > 0, "{table}");
        restore(&conn, table);
    }
    conn.execute(
        "INSERT INTO stay (session, peer, participant, node, role, created_ms, joined_ms)
         SELECT session, x'00', participant, node, role, created_ms, joined_ms FROM stay LIMIT 1",
        [],
    )
    .unwrap();
    let report = verify(&store).await;
    assert_eq!(report.differences, ["stay has 6 rows, the facts lead to 5"]);
}

#[tokio::test]
async fn facts_cannot_be_changed_and_a_gap_is_found() {
    let (dir, store) = ledger().await;
    let conn = raw(&dir);
    for sql in
        ["UPDATE fact SET at_ms = 0 WHERE seq = 1", "DELETE FROM fact WHERE seq = 1", "DELETE FROM fact"]
    {
        let refused = conn.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("facts are never"), "{refused}");
    }
    // Somebody who takes the guard away is found out.
    conn.execute_batch("DROP TRIGGER fact_no_update; UPDATE fact SET prev = 1 WHERE seq = 9").unwrap();
    let report = verify(&store).await;
    assert_eq!(report.differences, ["fact 9: the fact of its session before it is fact 8, not fact 1"]);
    conn.execute_batch(
        "UPDATE fact SET prev = 8 WHERE seq = 9;
         CREATE TRIGGER fact_no_update BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    .unwrap();
    assert_eq!(verify(&store).await.difference_count, 0);
    conn.execute_batch("DROP TRIGGER fact_no_delete; DELETE FROM fact WHERE seq = 3;").unwrap();
    let report = verify(&store).await;
    assert!(report.differences[0].contains("fact 3 is missing"), "{report:?}");
    conn.execute_batch("DROP TRIGGER fact_no_update; UPDATE fact SET kind = 'dance' WHERE seq = 1").unwrap();
    let report = verify(&store).await;
    assert!(
        report.differences[0].contains("fact 1") && report.differences[0].contains("dance"),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_ledger_of_a_newer_program_is_refused_and_the_schema_is_applied_once() {
    let (dir, store) = ledger().await;
    let conn = raw(&dir);
    let schema = |conn: &Connection| -> Vec<String> {
        let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
        let mut statement = conn.prepare(sql).unwrap();
        statement.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let before = schema(&conn);
    let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0)).unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(schema(&conn), before);
    drop(store);
    conn.pragma_update(None, "user_version", version + 1).unwrap();
    let refused = Store::open(dir.path());
    assert!(
        matches!(&refused, Err(StoreError::Damaged(why)) if why.contains("newer program")),
        "{refused:?}"
    );
    conn.pragma_update(None, "user_version", version).unwrap();
    Store::open(dir.path()).unwrap();
}

#[tokio::test]
async fn the_files_are_private_and_closed_in_one_piece() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("data").join("ledger");
    let store = Store::open(&dir).unwrap();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for file in ["ledger.sqlite", "ledger.sqlite-wal"] {
        assert_eq!(mode(&dir.join(file)), 0o600, "{file}");
    }
    drop(store);
    let mut left: Vec<_> = dir.read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["index", "ledger.sqlite"], "the ledger is one file when it is closed");
    let index = dir.join("index");
    assert_eq!((mode(&index), index.read_dir().unwrap().count()), (0o700, 0), "nothing to index");
    assert_eq!(Store::open(&dir).unwrap().app(&"p".into()).await.unwrap(), Some(app_row("p")));
}
