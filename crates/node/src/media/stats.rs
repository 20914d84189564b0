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
    /// Streams of clients that came over TCP.
    pub tcp_streams: u64,
    /// Streams of clients that came through TURN and have an address.
    pub relayed_streams: u64,
    /// What clients wanted of our relay for others than media.
    pub relay_strayed: u64,
    /// Streams that were not taken: their first frame was not that of a client of ours.
    pub streams_refused: u64,
    /// Datagrams for streams that were lost because too much waited for the client, or came too late.
    pub stream_datagrams_lost: u64,
    /// What was seen and found no place.
    pub sightings_dropped: u64,
    /// CPU time of the thread, measured a few times a second.
    pub cpu: Duration,
    /// Counters of the engine (since its last restart).
    pub sfu: sederunt_sfu::Stats,
}
