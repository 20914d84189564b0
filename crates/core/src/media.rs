//! What the SFU is asked, and what it says. Mirrors `sederunt_sfu`'s commands; the shell maps them one to one.

use crate::id::{PeerId, ProducerId, TransportId};

/// Correlates a media call with its answer; unique within the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaCallId(pub u64);

/// Kind of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Opus.
    Audio,
    /// VP8.
    Video,
}

/// A producer (`media.ProducerState`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerState {
    /// Id.
    pub producer: ProducerId,
    /// Kind.
    pub kind: MediaKind,
    /// Muted.
    pub paused: bool,
    /// Screen share.
    pub screen_share: bool,
    /// As given by the producer.
    pub app_data: Option<String>,
    /// Its transport.
    pub transport: TransportId,
    /// As given by the producer.
    pub mime_type: Option<String>,
}

impl ProducerState {
    /// A peer's own voice.
    pub fn is_microphone(&self) -> bool {
        self.kind == MediaKind::Audio && !self.screen_share
    }
}

/// What the SFU is asked.
#[derive(Debug, Clone)]
pub enum MediaCmd {
    /// New peer connection; replaces the peer's transport of the same direction. Answered with `Answer`.
    Open {
        /// Its id.
        transport: TransportId,
        /// The client receives on it.
        consuming: bool,
        /// Client offer.
        offer: String,
    },
    /// Publish a track. Answered with `Answer`.
    Produce {
        /// Sending transport.
        transport: TransportId,
        /// Id of the new producer.
        producer: ProducerId,
        /// Audio or video.
        kind: MediaKind,
        /// m-line; `None` = the last of that kind.
        mid: Option<String>,
        /// Starts muted.
        paused: bool,
        /// Of a screen.
        screen_share: bool,
        /// Client offer.
        offer: String,
    },
    /// Take a track down; an offer is answered with `Answer`, else `Done`.
    CloseProducer {
        /// Sending transport.
        transport: TransportId,
        /// The producer.
        producer: ProducerId,
        /// Client offer.
        offer: Option<String>,
    },
    /// Forget a producer without SDP (re-join). Answered with `Done`.
    DropProducer {
        /// The producer.
        producer: ProducerId,
    },
    /// A muted producer is not forwarded. Answered with `Done`.
    PauseProducer {
        /// The producer.
        producer: ProducerId,
        /// State.
        paused: bool,
    },
    /// Subscribe to tracks. Answered with `Offer`.
    Consume {
        /// Receiving transport.
        transport: TransportId,
        /// Producer and preferred layer.
        wants: Vec<(ProducerId, Option<String>)>,
    },
    /// The answer to our offer. Answered with `Done`.
    Renegotiate {
        /// Receiving transport.
        transport: TransportId,
        /// Client answer.
        answer: String,
    },
    /// End subscriptions. Answered with `Answer`.
    CloseConsumers {
        /// Receiving transport.
        transport: TransportId,
        /// m-lines.
        mids: Vec<String>,
        /// Client offer.
        offer: String,
    },
    /// Close a receiving transport of which nobody knows what its client has applied; it opens another one. Answered with `Done`.
    GiveUp {
        /// Receiving transport.
        transport: TransportId,
    },
    /// Choose simulcast layers. Answered with `Done`.
    SelectLayers {
        /// Receiving transport.
        transport: TransportId,
        /// Consumer and rid.
        layers: Vec<(ProducerId, String)>,
    },
    /// The peer is gone: close its transports, producers and consumers. Not answered.
    ClosePeer {
        /// How long it had been away, ms; 0 for who was here. Its client goes by how long it has heard nothing.
        away_ms: i64,
    },
}

/// What the SFU answers.
#[derive(Debug, Clone)]
pub enum MediaAnswer {
    /// An SDP answer to a client offer.
    Answer(String),
    /// Our offer for new consumers; `None` when nothing needs negotiating.
    Offer {
        /// SDP.
        offer: Option<String>,
        /// The `mid` per producer; a missing producer was not found.
        mids: Vec<(ProducerId, String)>,
    },
    /// Nothing to say.
    Done,
}

/// Who matters to everybody in a room: those come first where a line does not carry all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Whom everybody sees in front.
    pub pinned: Option<PeerId>,
    /// Who speaks or spoke last, and before.
    pub speakers: Vec<PeerId>,
}

/// Why the SFU could not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaFault {
    /// No such transport (any more).
    #[error("no such transport")]
    NoTransport,
    /// The SDP was refused.
    #[error("invalid session description: {0}")]
    InvalidDescription(String),
    /// A fault of ours.
    #[error("media failed: {0}")]
    Internal(String),
}
