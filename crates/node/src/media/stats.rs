//! What the media threads count.

use std::ops::Add;
use std::time::Duration;

/// Counters of media threads since their start, and gauges, all as of their last turn.
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
    /// Of clients whose network lets no UDP through: of all threads together, which share them.
    pub streams: StreamStats,
    /// What was seen and found no place.
    pub sightings_dropped: u64,
    /// CPU time of the threads, measured a few times a second.
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

/// What one worker counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerStats {
    /// Its thread runs. One that does not is not started again: its rooms have no media until the process is.
    pub is_alive: bool,
    /// Its counters, but for streams.
    pub media: MediaStats,
}

impl Add for MediaStats {
    type Output = Self;

    /// Those of several threads together.
    fn add(self, other: Self) -> Self {
        Self {
            datagrams_received: self.datagrams_received + other.datagrams_received,
            datagrams_sent: self.datagrams_sent + other.datagrams_sent,
            datagrams_dropped: self.datagrams_dropped + other.datagrams_dropped,
            datagrams_refused: self.datagrams_refused + other.datagrams_refused,
            send_calls: self.send_calls + other.send_calls,
            restarts: self.restarts + other.restarts,
            streams: self.streams + other.streams,
            sightings_dropped: self.sightings_dropped + other.sightings_dropped,
            cpu: self.cpu + other.cpu,
            sfu: self.sfu + other.sfu,
        }
    }
}

impl Add for StreamStats {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            tcp: self.tcp + other.tcp,
            relayed: self.relayed + other.relayed,
            refused: self.refused + other.refused,
            strayed: self.strayed + other.strayed,
            lost: self.lost + other.lost,
        }
    }
}
