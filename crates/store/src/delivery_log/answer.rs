//! What is asked of the log and what it answers.

use sederunt_core::id::{Id, MeetingId};
use sederunt_core::time::UnixMs;

use super::entry::Final;
use crate::delivery::Key;

/// Deliveries of a page: more are asked for with the next one.
pub const PAGE_MAX: usize = 200;
/// Keys of a list of what failed for good.
pub const KEYS_MAX: usize = 10_000;
/// Attempts that a page shows of each delivery, the newest. An event that is probed for days has thousands.
pub const ATTEMPTS_SHOWN: usize = 16;
/// Attempts that are shown of a single delivery, the newest.
pub const ATTEMPTS_MAX: usize = 256;

/// What became of a delivery, as far as the log knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Attempts failed, and nothing says that it is over. It may have been delivered since, where the log had to drop the
    /// success.
    Failed,
    /// It failed for good.
    Dead,
    /// A 2xx came, whatever happened besides.
    Delivered,
}

/// Which deliveries of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// To whom.
    pub endpoint: Id,
    /// In this state; `None` = in any.
    pub state: Option<State>,
    /// Of facts after this one.
    pub after_seq: Option<u64>,
    /// Of facts before this one.
    pub before_seq: Option<u64>,
    /// With an attempt that began then or later.
    pub from: Option<UnixMs>,
    /// With an attempt that began before; one attempt has to be within both.
    pub to: Option<UnixMs>,
    /// [`Page::next`] of the page before.
    pub cursor: Option<Key>,
    /// At most so many, and [`PAGE_MAX`].
    pub limit: usize,
}

impl Query {
    /// All deliveries of an endpoint.
    pub const fn new(endpoint: Id, limit: usize) -> Self {
        Self {
            endpoint,
            state: None,
            after_seq: None,
            before_seq: None,
            from: None,
            to: None,
            cursor: None,
            limit,
        }
    }
}

/// Some deliveries, the newest fact first. Each is on one page only; what is logged meanwhile moves nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// May be fewer than asked for, or none, though there are more: a call does a bounded amount of work.
    pub deliveries: Vec<Delivery>,
    /// Where to go on; `None` = there is nothing more.
    pub next: Option<Key>,
}

impl Page {
    /// Whether there may be more.
    pub const fn has_more(&self) -> bool {
        self.next.is_some()
    }
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What.
    pub key: Key,
    /// The meeting of the event; known when an attempt failed.
    pub meeting: Option<MeetingId>,
    /// What became of it.
    pub state: State,
    /// The newest attempts, in order of time.
    pub attempts: Vec<Attempt>,
    /// All that are in the log.
    pub attempts_total: u64,
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// 1 for the first. A probe has the number of the attempt that it does not use up.
    pub attempt: u32,
    /// When it began.
    pub at: UnixMs,
    /// How long it took, ms.
    pub latency_ms: i64,
    /// Status of HTTP, if there was an answer.
    pub status: Option<u16>,
    /// `None` = delivered.
    pub failure: Option<Failure>,
}

/// What is known of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where it ended, if there was no answer.
    pub phase: Option<String>,
    /// How the answer's body began.
    pub excerpt: String,
    /// Nothing follows.
    pub end: Option<Final>,
}

/// Which events of an endpoint failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadQuery {
    /// To whom.
    pub endpoint: Id,
    /// The first fact.
    pub from_seq: u64,
    /// The last fact, inclusive.
    pub to_seq: u64,
    /// [`DeadLetters::next`] of the list before.
    pub after: Option<Key>,
    /// At most so many, and [`KEYS_MAX`].
    pub limit: usize,
}

/// Some events that failed for good, the oldest fact first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadLetters {
    /// One for each event, with the number of the first replay that failed. None that was delivered by whatever replay.
    pub keys: Vec<Key>,
    /// Where to go on; `None` = there is nothing more. Lists may be short, as [`Page::deliveries`] may.
    pub next: Option<Key>,
}

/// What an endpoint's attempts came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// From when on attempts are counted: as asked, or later when that were too many.
    pub since: UnixMs,
    /// Attempts that delivered.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Of those, the ones that were the last of their event.
    pub dead: u64,
    /// The median latency of deliveries, the newest [`LATENCIES_MAX`] of them; `None` = there was none.
    pub p50_ms: Option<i64>,
    /// The 95th percentile of the same.
    pub p95_ms: Option<i64>,
}

/// Latencies that percentiles are made of.
pub const LATENCIES_MAX: usize = 65_536;
