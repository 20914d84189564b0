//! What the engine has seen of a peer's tracks at a moment. Counters run from the beginning of their track.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::command::Kind;
use crate::id::{PeerKey, ProducerKey, TransportKey};
use crate::sdp::CandidateKind;

/// A moment of a transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Whose.
    pub peer: PeerKey,
    /// Which.
    pub transport: TransportKey,
    /// The client receives on it.
    pub consuming: bool,
    /// When.
    pub at: Instant,
    /// How its datagrams go.
    pub path: Path,
    /// Tracks that the client sends, but for muted ones.
    pub producers: Vec<ProducerSample>,
    /// Tracks that it gets, but for muted ones.
    pub consumers: Vec<ConsumerSample>,
}

/// How the datagrams of a transport go, seen from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The client's address.
    pub remote: SocketAddr,
    /// How that is known.
    pub remote_kind: CandidateKind,
    /// Bytes from the client, but for those of connectivity checks.
    pub bytes_received: u64,
    /// Bytes to it.
    pub bytes_sent: u64,
    /// Datagrams from the client, checks included.
    pub packets_received: u64,
    /// Datagrams to it.
    pub packets_sent: u64,
    /// Round trip by the reports that came since the sample before. What is only received has none: no client asks for it.
    pub rtt: Option<Duration>,
}

/// A moment of a track that a client sends. Of several layers the largest that flows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerSample {
    /// Which.
    pub producer: ProducerKey,
    /// Audio or video.
    pub kind: Kind,
    /// Of a screen.
    pub screen: bool,
    /// m-line.
    pub mid: String,
    /// Source of its packets, once one has come.
    pub ssrc: Option<u32>,
    /// What the sender says that it has sent, if it has said so since the sample before.
    pub sent: Option<SentReport>,
    /// Packets that were sent, by their numbers.
    pub expected: u64,
    /// Those of them that have not come.
    pub lost: u64,
    /// How unevenly they come (RFC 3550 §6.4.1), once there was a report.
    pub jitter: Option<Duration>,
    /// Requests for key frames that were sent.
    pub plis: u64,
    /// Full intra requests that were sent.
    pub firs: u64,
    /// Frames that came.
    pub frames: u64,
    /// Key frames that came.
    pub key_frames: u64,
    /// Width and height, once a key frame said so.
    pub size: Option<(u16, u16)>,
}

/// What a sender says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentReport {
    /// Bytes of payload.
    pub bytes: u64,
    /// Packets.
    pub packets: u64,
}

/// A moment of a track that a client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerSample {
    /// Which.
    pub producer: ProducerKey,
    /// Whose that is.
    pub sender: PeerKey,
    /// Audio or video.
    pub kind: Kind,
    /// Of a screen.
    pub screen: bool,
    /// m-line.
    pub mid: String,
    /// Source of its packets.
    pub ssrc: u32,
    /// What the client says of them, if it has said so since the sample before.
    pub report: Option<ReceivedReport>,
}

/// What a receiver says of what it got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceivedReport {
    /// Packets that it knows to be sent.
    pub expected: u64,
    /// Those of them that did not come.
    pub lost: u64,
    /// How unevenly they come.
    pub jitter: Duration,
}

/// What a session counted of a layer.
#[derive(Debug, Default)]
pub(crate) struct LayerCounts {
    /// `None` = nothing new since it was sampled.
    pub(crate) sent: Option<SentReport>,
    /// As it was sampled last.
    pub(crate) told: Option<SentReport>,
    pub(crate) jitter: Option<Duration>,
    pub(crate) plis: u64,
    pub(crate) firs: u64,
}

/// What a session counted of a subscription.
#[derive(Debug, Default)]
pub(crate) struct ConsumerCounts {
    pub(crate) report: Option<ReceivedReport>,
    pub(crate) rtt: Option<Duration>,
    /// Packets that the report knew that was sampled last.
    pub(crate) told: Option<u64>,
}
