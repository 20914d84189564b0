//! What the sessions of an app came to in stretches of time that follow one another, by one of two rules: a session counts whole
//! where it began, as the session list counts it, or each stay counts where it was.
//!
//! Both are sums of the same milliseconds, so over the life of an app they are equal, and over a range they differ by what is
//! told of its edges. One walk over the sessions of the range at the pace of its caller: over the columns of the app's index, and
//! stays are read from the ledger of those sessions alone that go over an edge; where there is no index, over the ledger.

mod row;
mod walk;

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;

use crate::{Pace, Result, Store, StoreError};

/// Where a session that goes on beyond a stretch counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageRule {
    /// Whole where it began.
    Start,
    /// Each stay where it was, millisecond by millisecond; the session where it began, the stay where it joined.
    Split,
}

/// Which sessions, and how they are counted.
#[derive(Debug, Clone)]
pub struct UsageQuery {
    /// The app.
    pub app: AppId,
    /// The edges of the stretches, rising; fewer than two are no stretch.
    pub edges: Vec<UnixMs>,
    /// Where a session counts.
    pub rule: UsageRule,
    /// The instant of the steady clock for which LIVE sessions are computed.
    pub now: UnixMs,
    /// Whether people are counted, and how many at most: every stay has to be read for it.
    pub people: Option<PeopleMost>,
}

/// Beyond any of these people are not counted.
#[derive(Debug, Clone, Copy)]
pub struct PeopleMost {
    /// Stays that are read: that takes time.
    pub stays: usize,
    /// People of all stretches together: that takes memory for each.
    pub people: usize,
}

/// What a stretch came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageRow {
    /// Sessions that began in it.
    pub sessions: u64,
    /// Stays of these sessions; by [`UsageRule::Split`] stays that began in it.
    pub stays: u64,
    /// Different people in them; `None` when nobody asked, or there are too many to tell.
    pub people: Option<u64>,
    /// Milliseconds of these stays; by [`UsageRule::Split`] those in it of all stays.
    pub ms: i64,
    /// The most people who were connected at a time in one of these sessions; by [`UsageRule::Split`] while it lasted.
    pub peak: u32,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// One for each stretch, in order.
    pub rows: Vec<UsageRow>,
    /// All of them together: people are counted once, and the peak is the highest.
    pub sum: UsageRow,
    /// Milliseconds within the range of sessions that began before it: only [`UsageRule::Split`] counts them.
    pub before_ms: i64,
    /// Milliseconds after the range of sessions that began in it: only [`UsageRule::Start`] counts them.
    pub after_ms: i64,
}

impl Store {
    /// What the sessions of an app came to; an unknown app has none. The app's index answers if it has one, and the answer is that of
    /// [`Self::usage_sql`]: what has ended is what it was, and what is LIVE is read from the ledger. Blocks: call it in
    /// `spawn_blocking`.
    pub fn usage(&self, pace: &Pace, q: &UsageQuery) -> Result<Usage> {
        let indexed = self.with_index(&q.app, |snapshot| {
            self.readers().long_beside(pace, |conn, course| {
                walk::usage(conn, q, &walk::Source::Index(snapshot, course))
            })
        });
        match indexed? {
            Some(usage) => Ok(usage),
            None => self.usage_sql(pace, q),
        }
    }

    /// [`Self::usage`] from the ledger itself, for apps without an index, and to compare with.
    #[doc(hidden)]
    pub fn usage_sql(&self, pace: &Pace, q: &UsageQuery) -> Result<Usage> {
        let usage = self.readers().long(pace, |conn| walk::usage(conn, q, &walk::Source::Ledger))?;
        usage.ok_or(StoreError::Closed)
    }
}
