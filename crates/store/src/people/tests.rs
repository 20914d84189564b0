//! The file is derived: whatever is wrong with it, or erased in the ledger, the answers are the ledger's.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use sederunt_core::time::UnixMs;
use serde_json::json;

use super::shared::build;
use super::*;
use crate::{AppRow, ImportOptions, StoreError};

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

/// What verify says of the file.
fn verified(store: &Store) -> Vec<String> {
    store.verify(|_, _| ()).unwrap().differences
}

#[test]
fn verify_compares_the_file_with_the_joins() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = ledger(dir.path());
    assert_eq!(verified(&store), Vec::<String>::new(), "there is none yet");
    assert_eq!(told(&store), ALL);
    assert_eq!(verified(&store), Vec::<String>::new());
    drop(store);
    let first = "(SELECT min(seq) FROM stay_of)";
    // What it does not know yet is no difference; what it knows wrongly is.
    for (sql, wanted) in [
        (format!("DELETE FROM stay_of WHERE seq = {first}"), "lacks the join of fact"),
        (
            "INSERT INTO stay_of SELECT app, person, 1 FROM stay_of LIMIT 1".to_owned(),
            "a join that is not theirs: fact 1",
        ),
        (
            "UPDATE person SET stays = stays + 1 WHERE stays > 2000".to_owned(),
            "counts 6001 stays, the facts say 6000",
        ),
        ("UPDATE person SET seq = 2 WHERE stays > 2000".to_owned(), "lacks the join of fact"),
        ("DROP TABLE person".to_owned(), "cannot be read"),
    ] {
        change(dir.path(), &sql);
        store = Store::open(dir.path()).unwrap();
        let found = verified(&store);
        assert!(found.iter().any(|words| words.contains(wanted)), "{sql}: {found:?}");
        drop(store);
        std::fs::remove_dir_all(dir.path().join("people")).unwrap();
        store = Store::open(dir.path()).unwrap();
        assert_eq!(told(&store), ALL);
        drop(store);
    }
    // Of whoever was erased it has more, which is no difference.
    store = Store::open(dir.path()).unwrap();
    let sql = "UPDATE stay SET display_name = NULL, name_fold = NULL, preset_name = NULL, custom_participant_id = NULL,
               custom_fold = NULL, user_id = NULL WHERE custom_participant_id = 'ada'";
    runtime().block_on(store.write(move |l| Ok(l.conn.execute(sql, [])?))).unwrap();
    assert_eq!(verified(&store), Vec::<String>::new());
}

#[test]
fn a_page_is_that_part_of_all_stays_whatever_changed_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger(dir.path());
    assert_eq!(told(&store), ALL);
    let (app, pace) = (AppId::from(APP), Pace::default());
    let page = |key: &str, offset, most| {
        let (app, key, now) = (app.clone(), key.to_owned(), UnixMs(0));
        store.person_page(&pace, &PersonQuery { app, key, offset, limit: 7, most, now }).unwrap()
    };
    let all = store.person_stays(&pace, &app, "other 3", 10_000, UnixMs(0)).unwrap().stays;
    for offset in [0, 7, 424, 428, 429, 1_000] {
        let found = page("other 3", offset, 10_000);
        let wanted: Vec<PersonStay> = all.iter().skip(offset).take(7).cloned().collect();
        assert_eq!((found.stays, found.total, found.has_more), (wanted, 429, false));
    }
    let few = page("other 3", 0, 10);
    assert_eq!((few.stays.len(), few.total, few.has_more), (7, 10, true));
    assert_eq!(page("nobody", 0, 10_000).total, 0);
    // An erasure between two pages counts at once.
    let sql = "UPDATE stay SET display_name = NULL, name_fold = NULL, preset_name = NULL, custom_participant_id = NULL,
               custom_fold = NULL, user_id = NULL WHERE custom_participant_id = 'other 3'";
    runtime().block_on(store.write(move |l| Ok(l.conn.execute(sql, [])?))).unwrap();
    assert_eq!(page("other 3", 7, 10_000).total, 0);
}

#[test]
fn a_full_disk_is_said_to_be_one_and_takes_nothing_away() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger(dir.path());
    let first = store.people_ready(Duration::ZERO).unwrap();
    let limit = |pages: i64| {
        store
            .inner
            .people
            .open(|file| {
                Ok(file.unwrap().conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
            })
            .unwrap();
    };
    limit(1);
    let refused = store.people_ready(Duration::from_secs(60)).unwrap_err();
    assert!(matches!(refused, StoreError::Unwritable(_)), "{refused:?}");
    // It is as it was, and goes on when there is room again.
    let known = store.inner.people.open(|file| Ok(file.unwrap().known)).unwrap();
    assert_eq!(u64::try_from(known).unwrap(), first.known);
    limit(1 << 30);
    assert_eq!(told(&store), ALL);
}

#[test]
fn the_median_is_that_of_the_stays_recorded_last() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger(dir.path());
    let of = |most| store.loss_median(&Pace::default(), &AppId::from(APP), most, UnixMs(0)).unwrap();
    let all = of(10_000);
    assert_eq!((all.people, all.stays, all.per_hour, all.is_all), (8, 6_000, Some(0.0), true));
    // A minute each: five of the eight people lost every connection.
    let sql = "UPDATE stay SET reason = 'connection_lost' WHERE custom_participant_id IN
               ('ada', 'other 0', 'other 1', 'other 2', 'other 3')";
    runtime().block_on(store.write(move |l| Ok(l.conn.execute(sql, [])?))).unwrap();
    assert_eq!(of(10_000).per_hour, Some(60.0));
    let some = of(2);
    assert_eq!((some.people, some.stays, some.is_all), (2, 2, false));
}

#[test]
fn a_build_does_not_keep_the_ledger_open() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger(dir.path());
    let readers = Arc::downgrade(store.readers());
    let shared = Arc::downgrade(&store.inner.people.shared);
    drop(store);
    assert!(build(&shared, &readers, |_| ()).is_ok() && readers.upgrade().is_none());
}

#[test]
fn what_is_built_in_leaps_is_what_is_built_in_steps() {
    let dir = tempfile::tempdir().unwrap();
    let store = ledger(dir.path());
    let (people, readers) = (&store.inner.people, store.readers());
    build(&Arc::downgrade(&people.shared), &Arc::downgrade(readers), |_| ()).unwrap();
    let facts = *store.durable().borrow();
    assert!(facts > u64::try_from(super::file::STEP).unwrap(), "{facts} facts are more than a step");
    let known = people.open(|file| Ok(file.unwrap().known)).unwrap();
    assert_eq!(u64::try_from(known).unwrap(), facts);
    assert_eq!(verified(&store), Vec::<String>::new());
    assert_eq!(told(&store), ALL);
}
