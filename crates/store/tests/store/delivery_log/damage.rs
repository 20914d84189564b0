//! Files that are damaged, or somebody else's: set aside, and everything else goes on.

use std::path::Path;

use rusqlite::Connection;
use sederunt_dice::Dice;
use sederunt_store::delivery_log::{Final, Query};

use super::{close, endpoint, failure, file, names, noon, open, seqs, success, walk};

/// A log of two days, 300 facts each.
async fn two_days(dir: &Path) {
    let log = open(dir);
    for seq in 0..300 {
        log.delivered(success(seq, noon(0)));
        log.failed(failure(seq, noon(0)));
        log.delivered(success(300 + seq, noon(1)));
    }
    close(log).await;
}

/// Both days are written and read, the first of them anew.
async fn is_set_aside(dir: &Path) {
    let log = open(dir);
    // The thread looks at the files before it does anything else.
    log.flush().await;
    assert_eq!(seqs(&log).await, (300..600).rev().collect::<Vec<_>>());
    log.failed_for_good(failure(1_000, noon(0)), Final::Refused).await.unwrap().unwrap();
    assert_eq!(seqs(&log).await[..2], [1_000, 599]);
    close(log).await;
    let mut names = names(dir);
    // Somebody may have read the file while it was set aside, with its log.
    names.retain(|name| !name.starts_with("log-2026-11-29.aside-"));
    assert_eq!(names, ["log-2026-11-29.aside", "log-2026-11-29.db", "log-2026-11-30.db"]);
}

#[tokio::test]
async fn a_foreign_file_is_set_aside() {
    for kind in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        two_days(dir.path()).await;
        let path = file(dir.path(), 0);
        std::fs::remove_file(&path).unwrap();
        match kind {
            0 => std::fs::write(&path, "Dear diary\n".repeat(1_000)).unwrap(),
            1 => std::fs::write(&path, "").unwrap(),
            2 => std::fs::create_dir(&path).unwrap(),
            3 => Connection::open(&path).unwrap().execute_batch("CREATE TABLE a(b)").unwrap(),
            // A later program's.
            _ => {
                std::fs::copy(file(dir.path(), 1), &path).unwrap();
                Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
            }
        }
        is_set_aside(dir.path()).await;
    }
}

#[tokio::test]
async fn a_truncated_file_is_set_aside() {
    let mut dice = Dice::from_env("TRUNCATE_SEED");
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        two_days(dir.path()).await;
        let whole = std::fs::read(file(dir.path(), 0)).unwrap();
        // At least a page is missing: of the last one, SQLite looks at what is there.
        std::fs::write(file(dir.path(), 0), &whole[..dice.index(whole.len() - 4_095)]).unwrap();
        is_set_aside(dir.path()).await;
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_sets_its_file_aside() {
    let dir = tempfile::tempdir().unwrap();
    two_days(dir.path()).await;
    let conn = Connection::open(file(dir.path(), 0)).unwrap();
    conn.execute("UPDATE ok SET packed = x'80'", []).unwrap();
    drop(conn);
    let log = open(dir.path());
    log.flush().await;
    assert!(file(dir.path(), 0).exists(), "whole as far as a look tells");
    assert_eq!(seqs(&log).await, (300..600).rev().collect::<Vec<_>>(), "the reader goes on without it");
    close(log).await;
    is_set_aside(dir.path()).await;
}

#[tokio::test]
async fn a_day_that_cannot_be_read_is_left_out_but_for_the_newest() {
    let dir = tempfile::tempdir().unwrap();
    two_days(dir.path()).await;
    // Nobody's rights keep a test that runs as root from a file; what leads nowhere does.
    let hide = |n| {
        std::fs::rename(file(dir.path(), n), dir.path().join("hidden.db")).unwrap();
        std::os::unix::fs::symlink("nowhere", file(dir.path(), n)).unwrap();
    };
    let show = |n| std::fs::rename(dir.path().join("hidden.db"), file(dir.path(), n)).unwrap();
    hide(0);
    let log = open(dir.path());
    log.flush().await;
    assert_eq!(seqs(&log).await, (300..600).rev().collect::<Vec<_>>());
    assert_eq!(log.stats(endpoint(1), noon(0)).await.unwrap().delivered, 300);
    show(0);
    assert_eq!(seqs(&log).await, (0..600).rev().collect::<Vec<_>>(), "it is back");
    close(log).await;
    hide(1);
    let log = open(dir.path());
    log.deliveries(Query::new(endpoint(1), 10)).await.unwrap_err();
    show(1);
    assert_eq!(seqs(&log).await, (0..600).rev().collect::<Vec<_>>());
    close(log).await;
}

#[tokio::test]
async fn flipped_bytes_never_stop_anything() {
    let mut dice = Dice::from_env("FLIP_SEED");
    for _ in 0..30 {
        let dir = tempfile::tempdir().unwrap();
        two_days(dir.path()).await;
        let mut bytes = std::fs::read(file(dir.path(), 0)).unwrap();
        for _ in 0..dice.within(1..400) {
            let at = dice.index(bytes.len());
            bytes[at] = dice.roll() as u8;
        }
        std::fs::write(file(dir.path(), 0), bytes).unwrap();
        let log = open(dir.path());
        let ack = log.failed_for_good(failure(1_000, noon(0)), Final::Refused);
        log.flush().await;
        walk(&log, &Query::new(endpoint(1), 50)).await;
        log.stats(endpoint(1), noon(0)).await.unwrap();
        // A write may have met the damage after the acknowledged one, and a read as well: all of the second day is there.
        ack.await.unwrap().unwrap();
        log.delivered(success(1_001, noon(1)));
        log.flush().await;
        let seqs = seqs(&log).await;
        let of_second: Vec<u64> = seqs.into_iter().filter(|seq| (300..600).contains(seq)).collect();
        assert_eq!(of_second, (300..600).rev().collect::<Vec<_>>());
        close(log).await;
    }
}

#[tokio::test]
async fn a_file_that_somebody_removes_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.delivered(success(1, noon(0)));
    log.flush().await;
    std::fs::remove_dir_all(dir.path().join("webhooks")).unwrap();
    // What goes into a file without a name is not acknowledged, and tried again.
    let ack = log.failed_for_good(failure(2, noon(0)), Final::Refused);
    log.flush().await;
    log.flush().await;
    ack.await.unwrap().unwrap();
    assert_eq!(seqs(&log).await, [2]);
    close(log).await;
}
