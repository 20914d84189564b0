//! What only the inside shows: which commits are synced, and what passing time does.

use sederunt_core::id::{Id, MeetingId};
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
    let success = Delivered { endpoint: Id::from_u128(1), key, attempt: 1, at, latency_ms: 5, status: 200 };
    Batch { successes: vec![success], ..Batch::default() }
}

fn failed(at: UnixMs) -> Failed {
    Failed {
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
