//! Days go by themselves, whatever the clock does.

use std::path::Path;

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::delivery_log::{DeliveryLog, Failed, Final, Key, Options};

use super::{close, endpoint, failure, names, noon, open, open_with, seqs, success};

const DAY_MS: i64 = 86_400_000;

/// Logs a success on each of these days, as far from [`noon`] of the first.
async fn days(dir: &Path, days: impl Iterator<Item = i64>) {
    let log = open(dir);
    for day in days {
        log.delivered(success(1_000 + day.unsigned_abs(), noon(day)));
    }
    close(log).await;
}

/// A failure of one of many apps, none of which takes more than its share.
fn of_many(seq: u64, at: UnixMs) -> Failed {
    Failed { app: AppId::from(format!("app-{}", seq % 50).as_str()), ..failure(seq, at) }
}

fn files(dir: &Path) -> usize {
    names(dir).iter().filter(|name| name.ends_with(".db")).count()
}

#[tokio::test]
async fn days_that_are_too_old_go_when_the_log_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    days(dir.path(), 0..10).await;
    let options = Options { days: 4, ..Options::default() };
    let log = open_with(dir.path(), options, noon(9));
    log.flush().await;
    assert_eq!((files(dir.path()), log.days_removed()), (5, 5));
    assert_eq!(seqs(&log).await, [1_009, 1_008, 1_007, 1_006, 1_005]);
    close(log).await;
}

#[tokio::test]
async fn a_file_that_was_set_aside_goes_with_its_day() {
    let dir = tempfile::tempdir().unwrap();
    days(dir.path(), 0..2).await;
    std::fs::write(super::file(dir.path(), 0), "no log").unwrap();
    let log = open_with(dir.path(), Options::default(), noon(31));
    log.flush().await;
    assert_eq!(names(dir.path()), ["log-2026-11-29.aside", "log-2026-11-30.db"]);
    close(log).await;
    let log = open_with(dir.path(), Options::default(), noon(32));
    log.flush().await;
    assert_eq!((names(dir.path()), log.days_removed()), (vec!["log-2026-11-30.db".to_owned()], 1));
    close(log).await;
}

#[tokio::test]
async fn the_oldest_days_go_while_all_are_too_large() {
    let dir = tempfile::tempdir().unwrap();
    days(dir.path(), 0..6).await;
    let log = open(dir.path());
    let one = log.bytes() / 6;
    close(log).await;
    let options = Options { max_bytes: 4 * one, ..Options::default() };
    let log = open_with(dir.path(), options, noon(5));
    log.flush().await;
    assert_eq!(seqs(&log).await, [1_005, 1_004, 1_003, 1_002]);
    // And while it grows.
    for seq in 0..200 {
        log.failed(of_many(seq, noon(5)));
    }
    log.flush().await;
    assert!(log.bytes() <= 4 * one, "{} of {}", log.bytes(), 4 * one);
    assert!(seqs(&log).await.contains(&1_005) && log.days_removed() > 2);
    close(log).await;
}

#[tokio::test]
async fn when_today_alone_is_too_large_only_the_last_failures_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { max_bytes: 100_000, ..Options::default() };
    let log = open_with(dir.path(), options, noon(0));
    for seq in 0..500 {
        log.failed(of_many(seq, noon(0)));
    }
    log.flush().await;
    assert!(log.bytes() > 100_000 && log.dropped() == 0);
    log.delivered(success(600, noon(0)));
    log.failed(failure(601, noon(0)));
    log.failed_for_good(failure(602, noon(0)), Final::Refused).await.unwrap().unwrap();
    log.flush().await;
    assert_eq!((seqs(&log).await[..2].to_vec(), log.dropped()), (vec![602, 499], 2));
    let last = log.delivery(endpoint(1), Key::first(602)).await.unwrap().unwrap();
    assert_eq!(last.attempts[0].failure.as_ref().unwrap().excerpt, "");
    close(log).await;
    // The next day there is place again.
    let log = open_with(dir.path(), options, noon(1));
    log.delivered(success(700, noon(1)));
    log.flush().await;
    assert_eq!((seqs(&log).await, log.dropped(), log.days_removed()), (vec![700], 0, 1));
    close(log).await;
}

/// Whether the log has the fact's delivery.
async fn has(log: &DeliveryLog, seq: u64) -> bool {
    log.delivery(endpoint(1), Key::first(seq)).await.unwrap().is_some()
}

#[tokio::test]
async fn a_clock_that_is_set_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    days(dir.path(), 0..5).await;
    let log = open_with(dir.path(), Options::default(), noon(5));
    // Forwards by centuries, back before the first day, beyond all dates, and right again.
    let odd = [noon(100_000), noon(-2_000), UnixMs(i64::MAX), UnixMs(i64::MIN), noon(5)];
    for (n, at) in odd.into_iter().enumerate() {
        log.delivered(success(n as u64, at));
        log.failed_for_good(failure(n as u64, at), Final::Refused).await.unwrap().unwrap();
        log.flush().await;
        assert!(has(&log, n as u64).await, "{at:?}");
    }
    for seq in 1_000..1_005 {
        assert!(has(&log, seq).await, "{seq}");
    }
    assert!(has(&log, 0).await && has(&log, 2).await, "what is ahead stays");
    close(log).await;
}

#[tokio::test]
async fn a_clock_that_jumps_about_leaves_no_more_than_some_files() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for n in 1..150_i64 {
        log.delivered(success(n.unsigned_abs(), UnixMs(noon(0).0 + n * 40 * DAY_MS)));
        if n % 10 == 0 {
            log.flush().await;
        }
    }
    log.delivered(success(1_000, noon(0)));
    close(log.clone()).await;
    assert!(files(dir.path()) <= 31 + 32 + 1, "{}", files(dir.path()));
    assert!(has(&log, 1_000).await);
}
