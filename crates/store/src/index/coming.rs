//! Indexes that are about to answer: their files are there and fit the ledger, and only their checksums are still read.

use std::collections::BTreeMap;
use std::time::Duration;

use sederunt_core::id::AppId;
use tokio::sync::watch;

use crate::{SessionQuery, SessionSort};

/// Who asks meanwhile waits so long before SQL answers. Checksums are read at the speed of the disk, ten million sessions
/// in about a second, where SQL takes several for one search.
const PATIENCE: Duration = Duration::from_secs(5);

/// Rows that SQL skips in a few milliseconds.
const SKIPPED_MAX: u64 = 10_000;

/// The apps, by number.
#[derive(Debug, Default)]
pub(super) struct Coming(watch::Sender<BTreeMap<i64, AppId>>);

impl Coming {
    pub(super) fn expect(&self, no: i64, app: AppId) {
        self.0.send_modify(|apps| {
            apps.insert(no, app);
        });
    }

    /// The index is there, or will not come soon.
    pub(super) fn done(&self, no: i64) {
        self.0.send_if_modified(|apps| apps.remove(&no).is_some());
    }

    /// Nobody builds anything any more.
    pub(super) fn none(&self) {
        self.0.send_if_modified(|apps| !std::mem::take(apps).is_empty());
    }

    /// Waits for the index of an app, if it is on its way and the query is worth the time.
    pub(super) async fn wait(&self, q: &SessionQuery) {
        if !sql_is_quick(q) {
            self.near(&q.app).await;
        }
    }

    /// Waits for the index of an app, if it is on its way.
    pub(super) async fn near(&self, app: &AppId) {
        let mut apps = self.0.subscribe();
        let arrived = apps.wait_for(|apps| !apps.values().any(|of| of == app));
        // Late or never: SQL answers.
        let _ = tokio::time::timeout(PATIENCE, arrived).await;
    }
}

/// Whether an index of SQL leads to the page and to the number of all matches.
fn sql_is_quick(q: &SessionQuery) -> bool {
    let counted = q.started_from.is_none() && q.started_to.is_none();
    let first = q.sort == SessionSort::CreatedAt && q.offset <= SKIPPED_MAX && counted;
    q.search.is_none() && q.peak_min.is_none() && q.peak_max.is_none() && (first || q.meeting.is_some())
}
