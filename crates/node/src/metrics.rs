//! What the shell counts. Read by the metrics listener of the server.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use sederunt_core::id::AppId;

use crate::latencies::Latencies;
use crate::refused::Refused;

/// Label of counters that are kept per kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Kind {
    /// Which kind; one of a fixed set of names in the code, so that strangers cannot add series.
    pub kind: &'static str,
}

/// Counters of the shell and its doors; clones share the numbers.
#[derive(Debug, Clone)]
pub struct Metrics {
    /// Rooms in memory.
    pub rooms: Gauge,
    /// Rooms that wait for the ledger's disk.
    pub rooms_stalled: Gauge,
    /// CPU time of the tasks of rooms, microseconds.
    pub rooms_cpu_us: Counter,
    /// Sockets attached to rooms.
    pub sockets: Gauge,
    /// Stays begun.
    pub joins: Counter,
    /// Stays ended.
    pub leaves: Counter,
    /// Seconds from handing writes to the store until they were durable.
    pub commit_seconds: Histogram,
    /// The same of the last ones, exactly.
    pub commits: Latencies,
    /// Sockets that waited at the door because their client may still believe in transports that are no more.
    pub returns: Counter,
    /// Sockets cut because they did not read fast enough.
    pub slow_consumers: Counter,
    /// Messages from clients.
    pub frames_in: Counter,
    /// Messages to clients.
    pub frames_out: Counter,
    /// Heartbeats written.
    pub heartbeats: Counter,
    /// Log posts of clients that were accepted and thrown away.
    pub telemetry_posts: Counter,
    /// Posts of call statistics, by what became of them.
    pub call_stats_posts: Family<Kind, Counter>,
    /// What was seen of calls, by what became of it: rows that were kept, and what was lost.
    pub call_samples: Family<Kind, Counter>,
    /// Open live feeds.
    pub feed_watchers: Gauge,
    /// Changes rendered for live feeds, once each however many watch.
    pub feed_events: Counter,
    /// Live feeds ended by the server, by reason.
    pub feed_cuts: Family<Kind, Counter>,
    /// Faults by kind.
    pub errors: Family<Kind, Counter>,
    /// Entries refused by reason.
    pub refusals: Family<Kind, Counter>,
    /// Those of the last hour who wanted to enter a room.
    pub refused: Refused,
    /// Requests in rooms that hit a limit, by limit.
    pub room_limits: Family<Kind, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            rooms: Gauge::default(),
            rooms_stalled: Gauge::default(),
            rooms_cpu_us: Counter::default(),
            sockets: Gauge::default(),
            joins: Counter::default(),
            leaves: Counter::default(),
            // 0.25 ms … 4 s: from a fast disk's fdatasync to one that is in trouble.
            commit_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 15)),
            commits: Latencies::default(),
            returns: Counter::default(),
            slow_consumers: Counter::default(),
            frames_in: Counter::default(),
            frames_out: Counter::default(),
            heartbeats: Counter::default(),
            telemetry_posts: Counter::default(),
            call_stats_posts: Family::default(),
            call_samples: Family::default(),
            feed_watchers: Gauge::default(),
            feed_events: Counter::default(),
            feed_cuts: Family::default(),
            errors: Family::default(),
            refusals: Family::default(),
            refused: Refused::default(),
            room_limits: Family::default(),
        }
    }
}

impl Metrics {
    /// Counts a fault.
    pub fn error(&self, kind: &'static str) {
        self.errors.get_or_create(&Kind { kind }).inc();
    }

    /// Counts a refused entry.
    pub fn refusal(&self, kind: &'static str) {
        self.refusals.get_or_create(&Kind { kind }).inc();
    }

    /// Counts somebody who was not let into a room; of `app`, if it is known of which.
    pub fn refused_entry(&self, app: Option<&AppId>, kind: &'static str) {
        self.refusal(kind);
        self.refused.add(app, kind);
    }

    /// Counts a limit that a request in a room hit.
    pub fn room_limit(&self, kind: &'static str) {
        self.room_limits.get_or_create(&Kind { kind }).inc();
    }

    /// Counts a post of call statistics.
    pub fn call_stats_post(&self, kind: &'static str) {
        self.call_stats_posts.get_or_create(&Kind { kind }).inc();
    }

    /// Counts what became of things that were seen of calls.
    pub fn call_samples(&self, kind: &'static str, count: u64) {
        if count > 0 {
            self.call_samples.get_or_create(&Kind { kind }).inc_by(count);
        }
    }

    /// Counts a live feed that the server ended.
    pub fn feed_cut(&self, kind: &'static str) {
        self.feed_cuts.get_or_create(&Kind { kind }).inc();
    }

    /// Adds every metric to `registry`, without a prefix of its own.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("rooms", "Rooms in memory", self.rooms.clone());
        let stalled = self.rooms_stalled.clone();
        registry.register("rooms_stalled", "Rooms that wait for the ledger's disk", stalled);
        let cpu = self.rooms_cpu_us.clone();
        registry.register("rooms_cpu_microseconds", "CPU time of the tasks of rooms", cpu);
        registry.register("sockets", "Sockets attached to rooms", self.sockets.clone());
        registry.register("joins", "Stays begun", self.joins.clone());
        registry.register("leaves", "Stays ended", self.leaves.clone());
        let commit = self.commit_seconds.clone();
        registry.register_with_unit("commit", "Time until writes were durable", Unit::Seconds, commit);
        registry.register(
            "returns",
            "Sockets of people who come back that had to wait",
            self.returns.clone(),
        );
        registry.register("slow_consumers", "Sockets cut for not reading", self.slow_consumers.clone());
        registry.register("frames_in", "Messages from clients", self.frames_in.clone());
        registry.register("frames_out", "Messages to clients", self.frames_out.clone());
        registry.register("heartbeats", "Heartbeats written", self.heartbeats.clone());
        registry.register("telemetry_posts", "Telemetry posts thrown away", self.telemetry_posts.clone());
        registry.register(
            "call_stats_posts",
            "Posts of call statistics by what became of them",
            self.call_stats_posts.clone(),
        );
        registry.register(
            "call_samples",
            "Samples of calls by what became of them",
            self.call_samples.clone(),
        );
        registry.register("feed_watchers", "Open live feeds", self.feed_watchers.clone());
        registry.register("feed_events", "Changes rendered for live feeds", self.feed_events.clone());
        registry.register("feed_cuts", "Live feeds ended by the server", self.feed_cuts.clone());
        registry.register("errors", "Faults by kind", self.errors.clone());
        registry.register(
            "room_limits",
            "Requests in rooms that hit a limit, by limit",
            self.room_limits.clone(),
        );
        registry.register("refusals", "Entries refused by reason", self.refusals.clone());
    }
}
