//! What the engine is asked, and what it answers. One to one with the media commands of the room engine.

use crate::id::{ProducerKey, TransportKey};

/// Kind of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Opus.
    Audio,
    /// VP8.
    Video,
}

/// One command of a peer.
#[derive(Debug, Clone)]
pub enum Command {
    /// New peer connection; replaces the peer's transport of the same direction. Answered with `Answer`.
    Open {
        /// Its key.
        transport: TransportKey,
        /// The client receives on it.
        consuming: bool,
        /// Client offer.
        offer: String,
    },
    /// Publish a track. Answered with `Answer`.
    Produce {
        /// Sending transport.
        transport: TransportKey,
        /// Key of the new producer.
        producer: ProducerKey,
        /// Audio or video.
        kind: Kind,
        /// m-line; `None` = the last sending one of that kind.
        mid: Option<String>,
        /// Starts muted: nothing is forwarded.
        paused: bool,
        /// Of a screen: told again with what is seen of the track, and nothing else.
        screen: bool,
        /// Client offer.
        offer: String,
    },
    /// Take a track down; an offer is answered with `Answer`, else `Done`.
    CloseProducer {
        /// Sending transport.
        transport: TransportKey,
        /// The producer.
        producer: ProducerKey,
        /// Client offer, with the m-line `inactive`.
        offer: Option<String>,
    },
    /// Forget a producer without SDP. Answered with `Done`, also when it is unknown.
    DropProducer {
        /// The producer.
        producer: ProducerKey,
    },
    /// A muted producer is not forwarded. Answered with `Done`, also when it is unknown.
    PauseProducer {
        /// The producer.
        producer: ProducerKey,
        /// State.
        paused: bool,
    },
    /// Subscribe to tracks. Answered with `Offer`.
    Consume {
        /// Receiving transport.
        transport: TransportKey,
        /// Producer and preferred layer.
        wants: Vec<(ProducerKey, Option<String>)>,
    },
    /// The answer to our offer. Answered with `Done`.
    Renegotiate {
        /// Receiving transport.
        transport: TransportKey,
        /// Client answer.
        answer: String,
    },
    /// End subscriptions. Answered with `Answer`.
    CloseConsumers {
        /// Receiving transport.
        transport: TransportKey,
        /// m-lines.
        mids: Vec<String>,
        /// Client offer, with those m-lines stopped.
        offer: String,
    },
    /// A receiving transport of which nobody knows what its client has applied is closed; the client hears it from its checks.
    /// Answered with `Done`.
    GiveUp {
        /// Receiving transport.
        transport: TransportKey,
    },
    /// Choose simulcast layers (PROTOCOL §6.6). Answered with `Done`.
    SelectLayers {
        /// Receiving transport.
        transport: TransportKey,
        /// Producer and rid.
        layers: Vec<(ProducerKey, String)>,
    },
    /// Who matters in the peer's scope, for those whose line does not carry everybody. Not answered.
    Rank {
        /// Of whom everybody is to see: the `id` of a [`crate::PeerKey`].
        pinned: Option<u128>,
        /// Who speaks, then who spoke before; the rest counts alike.
        speakers: Vec<u128>,
    },
    /// The peer is gone: its transports, producers and consumers are closed. Not answered.
    ClosePeer,
}

/// What the engine answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An SDP answer to a client offer.
    Answer(String),
    /// Our offer for new consumers.
    Offer {
        /// SDP; `None` when nothing needs negotiating.
        offer: Option<String>,
        /// The `mid` per producer; a missing producer was not found.
        mids: Vec<(ProducerKey, String)>,
    },
    /// Nothing to say.
    Done,
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No such transport, not the peer's, or of the other direction.
    #[error("no such transport")]
    NoTransport,
    /// The session description was refused.
    #[error("invalid session description: {0}")]
    InvalidDescription(String),
    /// A limit of [`crate::limit`] was reached.
    #[error("limit reached: {0}")]
    Limit(&'static str),
    /// A fault of ours.
    #[error("media failed: {0}")]
    Internal(String),
}
