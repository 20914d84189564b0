//! The delivery log of webhooks, over its handle and its files.
//!
//! Random logs come from a seed, which a failure prints: `LOG_SEED=…` repeats it.

mod crash;
mod damage;
mod model;
mod pages;
mod queue;
mod retention;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::{Day, UnixMs};
use sederunt_store::delivery_log::{Delivered, Delivery, DeliveryLog, Failed, Key, Options, Page, Query};

/// 2026-11-29.
const DAY: Day = Day(20_786);
const CLOSE_WITHIN: Duration = Duration::from_secs(60);

fn endpoint(n: u128) -> Id {
    Id::from_u128(n)
}

/// Noon of the `n`-th day after [`DAY`].
fn noon(n: i64) -> UnixMs {
    Day(DAY.0 + n).start().plus_ms(12 * 3_600_000)
}

fn open(dir: &Path) -> DeliveryLog {
    open_with(dir, Options::default(), noon(0))
}

fn open_with(dir: &Path, options: Options, now: UnixMs) -> DeliveryLog {
    DeliveryLog::open(dir, options, now).unwrap()
}

async fn close(log: DeliveryLog) {
    assert!(log.close(CLOSE_WITHIN).await, "the log does not close");
}

fn success(seq: u64, at: UnixMs) -> Delivered {
    let app = AppId::from("a");
    Delivered {
        app,
        endpoint: endpoint(1),
        key: Key::first(seq),
        attempt: 1,
        at,
        latency_ms: 40,
        status: 200,
    }
}

fn failure(seq: u64, at: UnixMs) -> Failed {
    Failed {
        app: AppId::from("a"),
        endpoint: endpoint(1),
        key: Key::first(seq),
        meeting: MeetingId::from_u128(7),
        attempt: 1,
        at,
        latency_ms: 40,
        status: Some(500),
        phase: None,
        excerpt: b"no".to_vec(),
    }
}

/// All pages of a query.
async fn walk(log: &DeliveryLog, query: &Query) -> Vec<Delivery> {
    let mut query = query.clone();
    let mut all = Vec::new();
    loop {
        let Page { deliveries, next } = log.deliveries(query.clone()).await.unwrap();
        assert!(deliveries.len() <= query.limit);
        all.extend(deliveries);
        let Some(next) = next else { return all };
        assert!(query.cursor.is_none_or(|last| next < last), "{next:?} goes on from {:?}", query.cursor);
        query.cursor = Some(next);
    }
}

/// Facts with a delivery at the first endpoint, newest first.
async fn seqs(log: &DeliveryLog) -> Vec<u64> {
    walk(log, &Query::new(endpoint(1), 200)).await.iter().map(|delivery| delivery.key.seq).collect()
}

fn file(dir: &Path, n: i64) -> PathBuf {
    dir.join("webhooks").join(format!("log-2026-11-{}.db", 29 + n))
}

/// Names in the log's folder.
fn names(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir.join("webhooks")) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A copy of the log's folder, as a crash at this moment would leave it, when nothing is being written.
fn copy(dir: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("webhooks")).unwrap();
    for name in names(dir).iter().filter(|name| !name.ends_with("-shm")) {
        std::fs::copy(dir.join("webhooks").join(name), copy.path().join("webhooks").join(name)).unwrap();
    }
    copy
}
