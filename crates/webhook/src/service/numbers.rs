//! What the operator sees: how many attempts, how they ended, how fast. Nothing of it names an app or a receiver.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::retry::Outcome;
use crate::words::End;

/// Label of counters that are kept per result.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Label {
    /// One of a fixed set of names in the code.
    pub(crate) result: &'static str,
}

/// Counts of all receivers; clones share the numbers.
#[derive(Debug, Clone)]
pub struct Numbers {
    attempts: Family<Label, Counter>,
    ends: Family<Label, Counter>,
    first_delivery: Histogram,
    attempt: Histogram,
    in_flight: Gauge,
    sign: Histogram,
    refused: Family<Label, Counter>,
    restarts: Counter,
    keeps_failed: Counter,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            attempts: Family::default(),
            ends: Family::default(),
            // 2 ms … 9 h: from one at once to one after an outage.
            first_delivery: Histogram::new(exponential_buckets(0.002, 2.0, 24)),
            // 1 ms … 8 s, which is the longest that an attempt takes.
            attempt: Histogram::new(exponential_buckets(0.001, 2.0, 14)),
            in_flight: Gauge::default(),
            sign: Histogram::new(exponential_buckets(0.000_1, 2.0, 10)),
            refused: Family::default(),
            restarts: Counter::default(),
            keeps_failed: Counter::default(),
        }
    }
}

/// One more request in flight, until it is dropped.
#[derive(Debug)]
pub(super) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Numbers {
    pub(super) fn begins(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    pub(super) fn attempted(&self, outcome: Outcome, took: Duration) {
        let result = match outcome {
            Outcome::Answered { status: 200..=299, .. } => "delivered",
            Outcome::Answered { .. } => "answered",
            Outcome::Fault(phase) => phase.name(),
        };
        self.attempts.get_or_create(&Label { result }).inc();
        self.attempt.observe(took.as_secs_f64());
    }

    /// An address or a URL that may not be asked.
    pub(super) fn refused(&self, result: &'static str) {
        self.refused.get_or_create(&Label { result }).inc();
    }

    pub(super) fn ended(&self, end: End) {
        let result = match end {
            End::Delivered => "delivered",
            End::Refused => "refused",
            End::UsedUp => "used_up",
        };
        self.ends.get_or_create(&Label { result }).inc();
    }

    /// An event was delivered so long after its fact was durable.
    pub(super) fn delivered_after(&self, after: Duration) {
        self.first_delivery.observe(after.as_secs_f64());
    }

    pub(super) fn signed(&self, took: Duration) {
        self.sign.observe(took.as_secs_f64());
    }

    pub(super) fn restarted(&self) {
        self.restarts.inc();
    }

    pub(super) fn keep_failed(&self) {
        self.keeps_failed.inc();
    }

    /// Adds every metric to `registry`, below `webhook`.
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("webhook");
        registry.register("attempts", "Requests by how they ended", self.attempts.clone());
        registry.register("deliveries", "Events by how they were settled", self.ends.clone());
        registry.register(
            "first_delivery_seconds",
            "From a durable fact to the 2xx for its event",
            self.first_delivery.clone(),
        );
        registry.register("attempt_seconds", "How long requests took", self.attempt.clone());
        registry.register("in_flight", "Requests that wait for an answer", self.in_flight.clone());
        registry.register("sign_seconds", "Time to sign a body", self.sign.clone());
        registry.register("refused", "Requests that were not made, by rule", self.refused.clone());
        registry.register(
            "restarts",
            "Receivers begun again after a fault of the server",
            self.restarts.clone(),
        );
        registry.register("keeps_failed", "Writes of cursors that failed", self.keeps_failed.clone());
    }
}
