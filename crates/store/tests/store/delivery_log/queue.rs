//! A disk that takes nothing: what has no place is dropped and counted, what failed for good waits.

use std::path::Path;

use rusqlite::Connection;
use sederunt_store::StoreError;
use sederunt_store::delivery_log::{DeliveryLog, Final, Query, State};

use super::{close, endpoint, failure, file, noon, open, seqs, success, walk};

/// Entries that may wait.
const PLACES: u64 = 65_536;
/// Failures among them.
const FAILURES: u64 = 8_192;
/// Final failures that may wait.
const FINALS: u64 = 4_096;

/// A log whose file is locked by somebody else, and which has noticed.
async fn locked(dir: &Path) -> (DeliveryLog, Connection) {
    let log = open(dir);
    log.delivered(success(0, noon(0)));
    log.flush().await;
    let other = Connection::open(file(dir, 0)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    log.delivered(success(1, noon(0)));
    log.flush().await;
    assert_eq!(log.dropped(), 1, "lost with its batch");
    (log, other)
}

#[tokio::test]
async fn a_full_queue_drops_and_counts_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = locked(dir.path()).await;
    let ack = log.failed_for_good(failure(2, noon(0)), Final::UsedUp);
    (10..10 + 2 * FAILURES).for_each(|seq| log.failed(failure(seq, noon(0))));
    (100_000..100_000 + PLACES).for_each(|seq| log.delivered(success(seq, noon(0))));
    let late = log.failed_for_good(failure(3, noon(0)), Final::Refused);
    assert!(log.dropped() > 2 * FAILURES, "{}", log.dropped());
    drop(other);
    log.flush().await;
    ack.await.unwrap().unwrap();
    late.await.unwrap().unwrap();
    let dead = Query { state: Some(State::Dead), ..Query::new(endpoint(1), 10) };
    let dead: Vec<u64> = walk(&log, &dead).await.iter().map(|delivery| delivery.key.seq).collect();
    assert_eq!(dead, [3, 2]);
    let stats = log.stats(endpoint(1), noon(0)).await.unwrap();
    // The two of `locked`, the two final ones, and the rest: in the log or counted.
    assert_eq!(stats.delivered + stats.failed + log.dropped(), 2 + 2 + 2 * FAILURES + PLACES);
    close(log).await;
}

#[tokio::test]
async fn final_failures_wait_for_their_disk_but_not_without_bound() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = locked(dir.path()).await;
    let mut acks: Vec<_> =
        (2..2 + FINALS).map(|seq| log.failed_for_good(failure(seq, noon(0)), Final::Refused)).collect();
    let one_more = log.failed_for_good(failure(1, noon(0)), Final::Refused).await.unwrap();
    assert!(matches!(one_more, Err(StoreError::Busy(_))));
    // Tried, and refused.
    log.flush().await;
    assert!(acks.iter_mut().all(|ack| ack.try_recv().is_err()), "nobody is told what is not so");
    drop(other);
    log.flush().await;
    for ack in acks {
        ack.await.unwrap().unwrap();
    }
    log.failed_for_good(failure(1, noon(0)), Final::Refused).await.unwrap().unwrap();
    assert_eq!(seqs(&log).await.len() as u64, FINALS + 2);
    assert_eq!(log.dropped(), 2);
    close(log).await;
}

#[tokio::test]
async fn whoever_waits_is_told_when_the_log_closes_without_its_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = locked(dir.path()).await;
    let ack = log.failed_for_good(failure(2, noon(0)), Final::Refused);
    close(log).await;
    assert!(matches!(ack.await.unwrap(), Err(StoreError::Closed)));
    drop(other);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("webhooks");
    std::fs::write(&folder, "a file").unwrap();
    let log = open(dir.path());
    log.delivered(success(1, noon(0)));
    let ack = log.failed_for_good(failure(2, noon(0)), Final::Refused);
    log.flush().await;
    assert_eq!((seqs(&log).await, log.dropped()), (vec![], 1));
    std::fs::remove_file(&folder).unwrap();
    log.flush().await;
    ack.await.unwrap().unwrap();
    assert_eq!(seqs(&log).await, [2]);
    close(log).await;
}

#[tokio::test]
async fn the_last_handle_that_goes_leaves_what_was_logged() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.delivered(success(1, noon(0)));
    let ack = log.failed_for_good(failure(2, noon(0)), Final::Refused);
    drop(log);
    ack.await.unwrap().unwrap();
    let again = open(dir.path());
    assert!(seqs(&again).await.contains(&2));
    close(again).await;
}
