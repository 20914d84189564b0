//! What a crash or a power cut leaves is a log: everything up to a moment, and all that was acknowledged.

use std::fs::OpenOptions;
use std::path::Path;

use rusqlite::Connection;
use sederunt_core::time::UnixMs;
use sederunt_dice::Dice;
use sederunt_store::delivery_log::{DeliveryLog, Final, State};

use super::{close, copy, endpoint, failure, file, names, noon, open, seqs, success};

/// Page size of the files.
const PAGE: usize = 4_096;

/// Logs on, and finds it with what was there.
async fn goes_on(dir: &Path, mut there: Vec<u64>) {
    let log = open(dir);
    assert_eq!(seqs(&log).await, there);
    let next = there.first().map_or(0, |last| last + 1);
    log.delivered(success(next, noon(0)));
    log.flush().await;
    there.insert(0, next);
    assert_eq!((seqs(&log).await, log.dropped()), (there, 0));
    close(log).await;
}

#[tokio::test]
async fn a_copy_of_any_moment_opens_with_all_up_to_it() {
    let mut dice = Dice::from_env("CRASH_SEED");
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for seq in 0..40_u64 {
        if dice.one_in(2) {
            log.delivered(success(seq, noon(0)));
        } else {
            log.failed(failure(seq, noon(0)));
        }
        log.flush().await;
        let crashed = copy(dir.path());
        // A commit that was under way: its bytes come one after the other.
        let wal = file(crashed.path(), 0).with_extension("db-wal");
        let whole = std::fs::metadata(&wal).unwrap().len();
        let is_whole = dice.one_in(3);
        let len = if is_whole { whole } else { dice.below(whole) };
        OpenOptions::new().write(true).open(&wal).unwrap().set_len(len).unwrap();
        let log = open(crashed.path());
        let there = seqs(&log).await;
        close(log).await;
        assert_eq!(there, (0..there.len() as u64).rev().collect::<Vec<_>>(), "a part of the past");
        assert!(!is_whole || there.len() as u64 == seq + 1, "all of it");
        goes_on(crashed.path(), there).await;
    }
    close(log).await;
}

#[tokio::test]
async fn a_copy_from_within_a_checkpoint_is_whole() {
    let mut dice = Dice::from_env("CHECKPOINT_SEED");
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for seq in 0..300_u64 {
        log.failed(failure(seq, noon(0)));
        log.delivered(success(seq, noon(0)));
        if seq % 50 == 0 {
            log.flush().await;
        }
    }
    log.flush().await;
    let before = copy(dir.path());
    let after = copy(dir.path());
    let conn = Connection::open(file(after.path(), 0)).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(conn);
    let [old, new] = [&before, &after].map(|copy| std::fs::read(file(copy.path(), 0)).unwrap());
    assert!(new.len() > old.len());
    for _ in 0..10 {
        let crashed = copy(before.path());
        let mut pages = old.clone();
        for (at, page) in new.chunks(PAGE).enumerate() {
            let (from, to) = (at * PAGE, at * PAGE + page.len());
            if dice.one_in(2) {
                pages.resize(pages.len().max(to), 0);
                pages[from..to].copy_from_slice(page);
            }
        }
        std::fs::write(file(crashed.path(), 0), pages).unwrap();
        goes_on(crashed.path(), (0..300).rev().collect()).await;
    }
    close(log).await;
}

#[tokio::test]
async fn what_a_killed_start_of_a_day_leaves_is_in_nobodys_way() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("webhooks")).unwrap();
    for left in ["new.db", "new.db-journal", "new.db-wal"] {
        std::fs::write(dir.path().join("webhooks").join(left), vec![7; 5_000]).unwrap();
    }
    // The log of a file that is gone.
    std::fs::write(file(dir.path(), 0).with_extension("db-wal"), vec![7; 5_000]).unwrap();
    goes_on(dir.path(), Vec::new()).await;
    assert_eq!(names(dir.path()), ["log-2026-11-29.db"]);
}

async fn is_dead(log: &DeliveryLog, seq: u64) -> bool {
    let found = log.delivery(endpoint(1), sederunt_store::delivery_log::Key::first(seq)).await.unwrap();
    found.is_some_and(|delivery| delivery.state == State::Dead)
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_copy_of_that_moment() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for seq in 0..20_u64 {
        // A file of its own, a new one each time; and one that has some already.
        let at = if seq % 2 == 0 { noon(0) } else { UnixMs(noon(0).0 - seq.cast_signed() * 86_400_000) };
        // Nothing else is logged, so the thread is at rest once it has told.
        log.failed_for_good(failure(seq, at), Final::UsedUp).await.unwrap().unwrap();
        let cut = copy(dir.path());
        let again = open(cut.path());
        for seq in 0..=seq {
            assert!(is_dead(&again, seq).await, "{seq}");
        }
        close(again).await;
    }
    close(log).await;
}

#[tokio::test]
async fn closing_writes_what_waits_and_leaves_one_file_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    assert_eq!(names(dir.path()), Vec::<String>::new(), "nothing before the first entry");
    assert!(!dir.path().join("webhooks").exists());
    log.delivered(success(1, noon(0)));
    log.delivered(success(2, noon(1)));
    let ack = log.failed_for_good(failure(3, noon(1)), Final::Refused);
    close(log.clone()).await;
    ack.await.unwrap().unwrap();
    assert_eq!(names(dir.path()), ["log-2026-11-29.db", "log-2026-11-30.db"]);
    let bytes: u64 = [0, 1].iter().map(|n| std::fs::metadata(file(dir.path(), *n)).unwrap().len()).sum();
    assert_eq!(log.bytes(), bytes);
    // Afterwards nothing is taken in, and nobody waits.
    log.delivered(success(4, noon(0)));
    let late = log.failed_for_good(failure(5, noon(0)), Final::Refused).await.unwrap();
    assert!(matches!(late, Err(sederunt_store::StoreError::Closed)));
    log.flush().await;
    assert_eq!((seqs(&log).await, log.dropped()), (vec![3, 2, 1], 2));
    close(log).await;
}
