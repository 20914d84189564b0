//! What only the inside shows: which commits are synced, and what passing time does.

use sederunt_core::id::{AppId, Id, MeetingId};
use tokio::sync::oneshot;

use super::super::entry::{Failed, Final};
use super::*;
use crate::delivery::Key;

const DAY: Day = Day(20_786);

fn writer(dir: &tempfile::TempDir, options: Options) -> (Writer, Instant) {
    let start = Instant::now();
    (Writer::new(Arc::new(Shared::open(dir.path())), options, start, DAY.start()), start)
}

fn success(at: UnixMs) -> Batch {
    let key = Key::first(1);
    let (app, endpoint) = (AppId::from("a"), Id::from_u128(1));
    let success = Delivered { app, endpoint, key, attempt: 1, at, latency_ms: 5, status: 200 };
    Batch { successes: vec![success], ..Batch::default() }
}

fn failed(at: UnixMs) -> Failed {
    Failed {
        app: AppId::from("a"),
        endpoint: Id::from_u128(1),
        key: Key::first(2),
        meeting: MeetingId::from_u128(3),
        attempt: 6,
        at,
        latency_ms: 5,
        status: Some(500),
        phase: None,
        excerpt: Vec::new(),
    }
}

/// SQLite's level of syncing in the commit before: 1 = NORMAL, 2 = FULL.
fn level(writer: &Writer) -> i64 {
    writer.open[0].1.synchronous().unwrap()
}

#[test]
fn final_failures_are_acknowledged_by_a_synced_commit() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, start) = writer(&dir, Options::default());
    writer.round(start, success(DAY.start()));
    assert_eq!(level(&writer), 1);
    writer.round(
        start,
        Batch { failures: vec![Failure { failed: failed(DAY.start()), end: None }], ..Batch::default() },
    );
    assert_eq!(level(&writer), 1, "something follows");
    let (ack, mut told) = oneshot::channel();
    let last = Failure { failed: failed(DAY.start()), end: Some((Final::UsedUp, ack)) };
    writer.round(start, Batch { failures: vec![last], ..success(DAY.start()) });
    assert!(matches!(told.try_recv(), Ok(Ok(()))));
    assert_eq!(level(&writer), 2);
    writer.round(start, success(DAY.start()));
    assert_eq!(level(&writer), 1);
}

#[test]
fn a_power_cut_takes_no_more_than_a_minute() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, start) = writer(&dir, Options::default());
    for (seconds, synced) in [(0, 1), (59, 1), (60, 2), (61, 1), (119, 1), (120, 2)] {
        writer.round(start + Duration::from_secs(seconds), success(DAY.start()));
        assert_eq!(level(&writer), synced, "after {seconds} s");
    }
}

#[test]
fn days_go_when_the_day_changes() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, start) = writer(&dir, Options { days: 2, ..Options::default() });
    for day in 0..6_u32 {
        let at = Day(DAY.0 + i64::from(day)).start();
        writer.round(start + day * LOOK_EVERY * 24, success(at));
        // Just after midnight something of the day before comes.
        writer.round(start + day * LOOK_EVERY * 24 + SYNC_EVERY, success(at.plus_ms(-1)));
        assert!(writer.open.len() <= OPEN_MAX);
    }
    let days: Vec<i64> = writer.shared.folder.days().iter().map(|day| day.0 - DAY.0).collect();
    assert_eq!(days, [5, 4, 3]);
    assert_eq!(writer.shared.days_removed.load(Ordering::Relaxed), 4);
}

#[test]
fn days_go_though_nothing_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, start) = writer(&dir, Options { days: 2, ..Options::default() });
    writer.round(start, success(DAY.start()));
    let due = writer.due().look_at;
    assert_eq!(due, start + LOOK_EVERY);
    writer.round(start + 70 * LOOK_EVERY, Batch::default());
    assert_eq!(writer.shared.folder.days(), [DAY]);
    writer.round(start + 72 * LOOK_EVERY, Batch::default());
    assert_eq!(writer.shared.folder.days(), []);
}

#[test]
fn what_readers_find_is_set_aside_once() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, start) = writer(&dir, Options::default());
    writer.round(start, success(DAY.start()));
    let found = |changes| Batch { damaged: [(DAY, changes)].into(), ..Batch::default() };
    writer.round(start, found(0));
    assert_eq!(writer.shared.folder.days(), []);
    writer.round(start, success(DAY.start()));
    // Somebody who had opened the file that is aside now.
    writer.round(start, found(0));
    assert_eq!(writer.shared.folder.days(), [DAY]);
}

/// Whether there is a place for a last failure of an app, the first time or in a replay.
fn has_place(writer: &mut Writer, now: Instant, app: &str, replay: u32) -> bool {
    let (ack, mut told) = oneshot::channel();
    let key = Key { replay, ..Key::first(2) };
    let failed = Failed { app: AppId::from(app), key, excerpt: b"no".to_vec(), ..failed(DAY.start()) };
    let last = Failure { failed, end: Some((Final::Refused, ack)) };
    writer.round(now, Batch { failures: vec![last], ..Batch::default() });
    let told = told.try_recv().unwrap();
    assert!(matches!(told, Ok(()) | Err(StoreError::Limit { .. })), "{told:?}");
    told.is_ok()
}

/// Excerpts in today's file.
fn excerpts(writer: &Writer) -> Vec<String> {
    let conn = day_file::reader(&writer.shared.folder, DAY).unwrap().unwrap();
    crate::sql::list(&conn, "SELECT excerpt FROM bad ORDER BY no", [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_written_has_an_end() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, start) = writer(&dir, Options::default());
    writer.round(start, success(DAY.start()));
    let bytes = writer.shared.folder.bytes();
    writer.options.max_bytes = bytes / 4 * 3;
    writer.round(start, Batch::default());
    assert!(has_place(&mut writer, start, "a", 0));
    assert_eq!(excerpts(&writer), [""], "without what the receiver said");
    assert!(!has_place(&mut writer, start, "a", 1), "of a replay");
    writer.options.max_bytes = bytes / 4;
    assert!(!has_place(&mut writer, start, "a", 0), "twice as much");
    assert_eq!((excerpts(&writer).len(), writer.shared.queue.dropped()), (1, 2));
    writer.options.max_bytes = Options::default().max_bytes;
    writer.round(start, Batch::default());
    assert!(has_place(&mut writer, start, "a", 1));
    assert_eq!(excerpts(&writer), ["", "no"], "there is place again");
}

#[test]
fn an_app_that_writes_too_much_leaves_the_others_their_log() {
    let dir = tempfile::tempdir().unwrap();
    let (mut writer, start) = writer(&dir, Options { max_bytes: 1 << 20, ..Options::default() });
    let many = (0..120).map(|_| Failed { excerpt: vec![b'x'; 1024], ..failed(DAY.start()) });
    let failures = many.map(|failed| Failure { failed, end: None }).collect();
    writer.round(start, Batch { failures, ..Batch::default() });
    assert!(writer.shared.folder.bytes() < 1 << 20, "not all is full");
    let one = |app: &str| Batch {
        failures: vec![Failure {
            failed: Failed { app: AppId::from(app), excerpt: b"no".to_vec(), ..failed(DAY.start()) },
            end: None,
        }],
        ..success(DAY.start())
    };
    writer.round(start, one("a"));
    assert_eq!((excerpts(&writer).len(), writer.shared.queue.dropped()), (120, 2));
    assert!(has_place(&mut writer, start, "a", 0));
    assert!(!has_place(&mut writer, start, "a", 1));
    assert_eq!((excerpts(&writer)[120..].to_vec(), writer.shared.queue.dropped()), (vec![String::new()], 3));
    assert!(has_place(&mut writer, start, "b", 0));
    assert!(has_place(&mut writer, start, "b", 1));
    writer.round(start, one("b"));
    assert_eq!(excerpts(&writer)[121..], ["no", "no", "no"]);
    // The next day.
    writer.round(start + 24 * LOOK_EVERY, success(DAY.end().plus_ms(1)));
    assert!(has_place(&mut writer, start + 24 * LOOK_EVERY, "a", 1));
}
