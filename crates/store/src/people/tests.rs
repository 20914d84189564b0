//! The file is derived: whatever is wrong with it, or erased in the ledger, the answers are the ledger's.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use sederunt_core::time::UnixMs;
use serde_json::json;

use super::shared::build;
use super::*;
use crate::{AppRow, ImportOptions};

const APP: &str = "00000000-0000-4000-8000-00000000000a";
const SESSIONS: usize = 3_000;

/// Sessions of two people each: `ada` in all, and one of seven others.
fn history() -> String {
    let id = |kind: u32, n: usize| format!("{kind:08x}-0000-4000-8000-{n:012x}");
    let stay = |n: usize, kind: u32, name: &str| {
        json!({
            "peer": id(kind, n), "participant": id(kind + 1, n), "name": format!("Dr {name}"), "custom_participant_id": name,
            "joined_at": "2026-01-01T10:00:00Z", "left_at": "2026-01-01T10:01:00Z",
        })
    };
    let line = |n: usize| {
        json!({
            "app": APP, "meeting": { "id": id(1, n), "title": format!("Number {n}") },
            "session": { "id": id(2, n), "started_at": "2026-01-01T10:00:00Z", "ended_at": "2026-01-01T10:02:00Z" },
            "stays": [stay(n, 16, "ada"), stay(n, 32, &format!("other {}", n % 7))],
        })
        .to_string()
    };
    (0..SESSIONS).map(line).collect::<Vec<_>>().join("\n")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn ledger(dir: &Path) -> Store {
    let store = Store::open(dir).unwrap();
    let app = AppRow { id: APP.into(), account: "a".to_owned(), name: String::new(), created_at: UnixMs(0) };
    runtime().block_on(store.create_app(app, Vec::new())).unwrap();
    let options = ImportOptions::default();
    let report = store.import(history().as_bytes(), &options, |_| ()).unwrap();
    assert_eq!(report.imported, SESSIONS as u64, "{:?}", report.rejected.first());
    store
}

/// Stays of `ada`, of one other, how many people there are, and how many of them are called Dr Other.
fn told(store: &Store) -> (usize, usize, usize, usize) {
    let progress = store.people_ready(Duration::from_secs(60)).unwrap();
    assert!(progress.is_done(), "{progress:?}");
    let app = AppId::from(APP);
    let stays = |key| store.person_stays(&Pace::default(), &app, key, 10_000, UnixMs(0)).unwrap().stays.len();
    let people = |search: Option<&str>| {
        let search = search.map(str::to_owned);
        let q = PeopleQuery { app: app.clone(), search, offset: 0, limit: 100, looked_at_max: 1_000 };
        let page = store.people(&Pace::default(), &q).unwrap();
        assert_eq!((page.people.len(), page.is_all), (page.total, true));
        page.total
    };
    (stays("ada"), stays("other 3"), people(None), people(Some("DR OTHER")))
}

const ALL: (usize, usize, usize, usize) = (SESSIONS, 429, 8, 7);

fn change(dir: &Path, sql: &str) {
    let conn = Connection::open(dir.join("people/stays.sqlite")).unwrap();
    conn.execute_batch(sql).unwrap();
}

#[test]
fn whatever_is_wrong_with_the_file_the_answers_are_the_ledgers() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = ledger(dir.path());
    // Stopped on the way: what it knows is whole, and it goes on from there.
    let first = store.people_ready(Duration::ZERO).unwrap();
    assert!(first.known > 0 && !first.is_done(), "{first:?}");
    let file = dir.path().join("people/stays.sqlite");
    let faults: [&dyn Fn(); 6] = [
        &|| (),
        // A ledger put back to an older state, another ledger, and another session at that place.
        &|| change(dir.path(), "UPDATE about SET known = known + 1000; DELETE FROM stay_of;"),
        &|| change(dir.path(), "UPDATE about SET ledger = randomblob(16); DELETE FROM stay_of;"),
        &|| change(dir.path(), "UPDATE about SET session = randomblob(16); DELETE FROM person;"),
        &|| change(dir.path(), "DROP TABLE person;"),
        &|| std::fs::write(&file, b"nothing of the kind").unwrap(),
    ];
    for fault in faults {
        drop(store);
        fault();
        store = Store::open(dir.path()).unwrap();
        assert_eq!(told(&store), ALL);
    }
    drop(store);
    std::fs::remove_dir_all(dir.path().join("people")).unwrap();
    assert_eq!(told(&Store::open(dir.path()).unwrap()), ALL);
}

#[test]
fn whoever_is_erased_is_not_found_and_the_others_are() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger(dir.path());
    assert_eq!(told(&store), ALL);
    let erase = |of: &'static str| {
        let sql = format!(
            "UPDATE stay SET display_name = NULL, name_fold = NULL, preset_name = NULL, custom_participant_id = NULL,
             custom_fold = NULL, user_id = NULL WHERE {of}"
        );
        runtime().block_on(store.write(move |l| Ok(l.conn.execute(&sql, [])?))).unwrap();
    };
    erase("custom_participant_id = 'ada'");
    assert_eq!(told(&store), (0, 429, 7, 7));
    // Of whom only the latest stays are erased the earlier ones are found.
    erase("custom_participant_id = 'other 3' AND session > x'00000002000040008000000000000bb0'");
    let (_, left, people, found) = told(&store);
    assert!(left > 400 && left < 429, "{left}");
    assert_eq!((people, found), (7, 7));
    // The participant is no name: its stays are there, without one.
    let app = AppId::from(APP);
    let key = format!("{:08x}-0000-4000-8000-{:012x}", 17, 5);
    let found = store.person_stays(&Pace::default(), &app, &key, 10, UnixMs(0)).unwrap();
    assert_eq!((found.stays.len(), &found.stays[0].person), (1, &None));
}

#[test]
fn a_build_does_not_keep_the_ledger_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger(dir.path());
    let readers = Arc::downgrade(store.readers());
    let shared = Arc::downgrade(&store.inner.people.shared);
    drop(store);
    assert!(build(&shared, &readers).is_ok() && readers.upgrade().is_none());
}
