//! Settings of the index, and what it counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// How a store is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct StoreOptions {
    /// The index of the session list.
    pub index: IndexOptions,
}

/// The index of ended sessions (docs/decisions/0009-index.md). The numbers change when work is done, never an answer:
/// tests make them small.
#[derive(Debug, Clone, Copy)]
pub struct IndexOptions {
    /// Whether lists are answered from the index, and a thread keeps it up to date. Without it SQL answers, and the
    /// folder is not touched: for commands that read a ledger once.
    pub serve: bool,
    /// Ended sessions from which on an app gets an index. Below, SQL is as fast.
    pub from_sessions: u64,
    /// Ended sessions of an app in memory from which on they are sealed.
    pub seal_sessions: usize,
    /// Ended sessions of an app in memory above which whoever brings more in bulk waits for the sealer.
    pub crowd_sessions: usize,
    /// Sessions that a start reads into memory. What has more is read in the background, and SQL answers meanwhile.
    pub start_sessions: u64,
    /// Facts that a start reads to bring indexes up to date. What has more is caught up with in the background, and
    /// SQL answers meanwhile.
    pub start_facts: u64,
    /// Bytes of files whose checksums a start reads. More is checked in the background, and SQL answers until it is.
    pub start_bytes: u64,
}

/// SQL answers any query over so few sessions in a few milliseconds.
const FROM_SESSIONS: u64 = 4_096;

/// The smallest segment worth a file. 8192 sessions take some 2 MB of memory.
const SEAL_SESSIONS: usize = 8_192;

/// Some 64 MB.
const CROWD_SESSIONS: usize = 262_144;

/// Some 0.4 s of work when each row has to be fetched from the disk.
const START_SESSIONS: u64 = 4_096;

/// Some 0.1 s of work: they lie side by side.
const START_FACTS: u64 = 200_000;

/// Some 0.05 s of work with warm files, 0.2 s with cold ones.
const START_BYTES: u64 = 128 << 20;

impl Default for IndexOptions {
    fn default() -> Self {
        Self {
            serve: true,
            from_sessions: FROM_SESSIONS,
            seal_sessions: SEAL_SESSIONS,
            crowd_sessions: CROWD_SESSIONS,
            start_sessions: START_SESSIONS,
            start_facts: START_FACTS,
            start_bytes: START_BYTES,
        }
    }
}

impl IndexOptions {
    /// SQL answers; nothing is sealed.
    pub fn off() -> Self {
        Self { serve: false, ..Self::default() }
    }
}

/// What the index holds and did since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexStats {
    /// Apps whose lists it answers.
    pub apps: u64,
    /// Sessions in their segments.
    pub sealed: u64,
    /// Sessions in memory, LIVE and ended.
    pub in_memory: u64,
    /// Segments written from memory.
    pub seals: u64,
    /// Segments merged.
    pub merges: u64,
    /// Indexes built from the ledger.
    pub rebuilds: u64,
    /// Indexes set aside: damaged, foreign or out of date.
    pub set_aside: u64,
    /// Failures of sealing, merging and building; each is tried again.
    pub failures: u64,
    /// Microseconds spent on all this.
    pub busy_us: u64,
    /// Lists answered from the index.
    pub answers: u64,
    /// Lists answered from SQL.
    pub answers_sql: u64,
}

/// Counters behind [`IndexStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub seals: AtomicU64,
    pub merges: AtomicU64,
    pub rebuilds: AtomicU64,
    pub set_aside: AtomicU64,
    pub failures: AtomicU64,
    pub busy_us: AtomicU64,
    pub answers: AtomicU64,
    pub answers_sql: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    /// The counters; what stands in memory is left 0.
    pub(super) fn read(&self) -> IndexStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        IndexStats {
            seals: get(&self.seals),
            merges: get(&self.merges),
            rebuilds: get(&self.rebuilds),
            set_aside: get(&self.set_aside),
            failures: get(&self.failures),
            busy_us: get(&self.busy_us),
            answers: get(&self.answers),
            answers_sql: get(&self.answers_sql),
            ..IndexStats::default()
        }
    }
}
