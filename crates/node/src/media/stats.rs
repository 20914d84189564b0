//! What the media thread counts.

use std::time::Duration;

/// Counters of the media thread since its start, and gauges, all as of its last turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MediaStats {
    /// Datagrams received.
    pub datagrams_received: u64,
    /// Datagrams sent.
    pub datagrams_sent: u64,
    /// Datagrams dropped because the kernel's send buffer was full.
    pub datagrams_dropped: u64,
    /// Datagrams that the kernel refused: no route, or too long.
    pub datagrams_refused: u64,
    /// System calls that sent them.
    pub send_calls: u64,
    /// Panics of the engine after which it was started anew, with all transports lost.
    pub restarts: u64,
    /// Of clients whose network lets no UDP through.
    pub streams: StreamStats,
    /// What was seen and found no place.
    pub sightings_dropped: u64,
    /// CPU time of the thread, measured a few times a second.
    pub cpu: Duration,
    /// Counters of the engine (since its last restart).
    pub sfu: sederunt_sfu::Stats,
}

/// Counters and gauges of streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StreamStats {
    /// Gauge: of clients that came over ICE-TCP.
    pub tcp: u64,
    /// Gauge: of clients that came through TURN and have an address.
    pub relayed: u64,
    /// Not taken: the first frame was not that of a client of ours.
    pub refused: u64,
    /// What clients wanted of our relay for others than media.
    pub strayed: u64,
    /// Datagrams that were lost because too much waited for the client, or came too late.
    pub lost: u64,
}
