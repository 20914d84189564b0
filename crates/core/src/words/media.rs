//! Transports, producers and consumers (PROTOCOL §6).

use crate::id::{ParticipantId, PeerId, ProducerId, SessionId, TransportId};
use crate::media::{MediaKind, ProducerState};

use super::{ID_BYTES, ITEM_BYTES, sum};

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `media.joinRoom`.
    Join {
        /// The client re-joins and has dropped its producers locally.
        prejoined: bool,
    },
    /// `media.createWebRTCTransport`.
    OpenTransport {
        /// `true` = the client's receiving connection.
        consuming: bool,
        /// Client offer.
        offer: String,
    },
    /// `media.selfJoinComplete`.
    SelfJoinComplete,
    /// `media.produce`.
    Produce(Produce),
    /// `media.toggleProducer`.
    ToggleProducer {
        /// Which.
        producer: ProducerId,
        /// `true` = muted.
        paused: bool,
    },
    /// `media.closeProducer`.
    CloseProducer {
        /// Which.
        producer: ProducerId,
        /// Client offer, when SDP changes.
        offer: Option<String>,
    },
    /// `media.consume`.
    Consume {
        /// The receiving transport; `None` = the peer's only one.
        transport: Option<TransportId>,
        /// What to add.
        wants: Vec<Want>,
    },
    /// `media.renegotiateSessionDescription`: the answer to our offer.
    Renegotiate {
        /// Which transport.
        transport: TransportId,
        /// Client answer.
        answer: String,
    },
    /// `media.closeConsumer`.
    CloseConsumers {
        /// The receiving transport; `None` = the peer's only one.
        transport: Option<TransportId>,
        /// `consumer_ids` are mids.
        mids: Vec<String>,
        /// Client offer.
        offer: String,
    },
    /// `media.updateConsumersSimulcastConfig`.
    SelectLayers {
        /// The receiving transport; `None` = the peer's only one.
        transport: Option<TransportId>,
        /// Consumer and preferred rid.
        layers: Vec<(ProducerId, String)>,
    },
    /// `media.hostControlPeer`.
    HostControl {
        /// `None` = everybody else (`hostControlAllPeers`).
        peer: Option<PeerId>,
        /// Mute the microphone.
        audio: bool,
        /// Switch the camera off.
        video: bool,
    },
}

/// `media.produce`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Produce {
    /// Audio or video.
    pub kind: MediaKind,
    /// Starts muted.
    pub paused: bool,
    /// Screen share.
    pub screen_share: bool,
    /// Client offer.
    pub offer: String,
    /// JSON, kept as given; its `mid` links the producer to the m-line.
    pub app_data: Option<String>,
    /// `app_data.mid`, parsed by the door; `None` = the last m-line of that kind.
    pub mid: Option<String>,
    /// `audio/opus` or `video/VP8`.
    pub mime_type: Option<String>,
    /// The sending transport; `None` = the peer's only one.
    pub transport: Option<TransportId>,
}

/// One wanted consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// Whose.
    pub producing_peer: PeerId,
    /// Which track.
    pub producer: ProducerId,
    /// Preferred simulcast layer.
    pub preferred_rid: Option<String>,
}

/// What the room says. Reply and push of one event share a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Media 16: empty.
    MediaJoined,
    /// Media 1.
    TransportOpened {
        /// The transport.
        transport: TransportId,
        /// Echo of the request.
        consuming: bool,
        /// SDP answer.
        answer: String,
    },
    /// Media 20.
    SelfJoinComplete(JoinComplete),
    /// Media 2.
    Produced {
        /// The producer.
        producer: ProducerId,
        /// SDP answer.
        answer: String,
    },
    /// Media 4, reply: empty.
    ProducerToggled,
    /// Media 6.
    ProducerClosed {
        /// SDP answer, when an offer came.
        answer: Option<String>,
    },
    /// Media 3.
    Consumed {
        /// Result per wanted producer.
        consumers: Vec<Consumer>,
        /// Our offer.
        offer: Option<String>,
    },
    /// Media 50.
    Renegotiated {
        /// The transport.
        transport: TransportId,
    },
    /// Media 7.
    ConsumersClosed {
        /// SDP answer.
        answer: String,
    },
    /// Media 8: empty.
    LayersSelected,
    /// Media 25, push.
    MediaPeerJoined(MediaPeer),
    /// Media 27, push.
    ProducerCreated {
        /// Whose.
        peer: PeerId,
        /// The producer.
        producer: ProducerState,
    },
    /// Media 28, push.
    ProducerToggledBy {
        /// Whose.
        peer: PeerId,
        /// Who did it; `None` = nobody in the room: the API, or somebody while the peer was away.
        initiator: Option<PeerId>,
        /// The producer.
        producer: ProducerState,
    },
    /// Media 29, push.
    ProducerGone {
        /// Whose.
        peer: PeerId,
        /// The producer.
        producer: ProducerState,
    },
    /// Media 93 (`all` = false) or 94: `{status:"success"}`.
    HostControlDone {
        /// 94 instead of 93.
        all: bool,
    },
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::TransportOpened { answer, .. }
            | Self::Produced { answer, .. }
            | Self::ConsumersClosed { answer } => answer.len(),
            Self::ProducerClosed { answer } => answer.as_ref().map_or(0, String::len),
            Self::SelfJoinComplete(told) => {
                let ids = sum([told.pinned.len(), told.audio_peers.len()]).saturating_mul(ID_BYTES);
                sum(told.participants.iter().map(MediaPeer::text_bytes)).saturating_add(ids)
            }
            Self::Consumed { consumers, offer } => {
                let offer = offer.as_ref().map_or(0, String::len);
                sum(consumers.iter().map(Consumer::text_bytes)).saturating_add(offer)
            }
            Self::MediaPeerJoined(peer) => peer.text_bytes(),
            Self::ProducerCreated { producer, .. }
            | Self::ProducerToggledBy { producer, .. }
            | Self::ProducerGone { producer, .. } => of_producer(producer),
            Self::MediaJoined
            | Self::ProducerToggled
            | Self::Renegotiated { .. }
            | Self::LayersSelected
            | Self::HostControlDone { .. } => 0,
        }
    }
}

fn of_producer(producer: &ProducerState) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    sum([ITEM_BYTES, text(&producer.app_data), text(&producer.mime_type)])
}

/// What a client is told when it takes part in the media room (`media.edge.PeerJoinCompleteResponse`).
#[derive(Debug, Clone, PartialEq)]
pub struct JoinComplete {
    /// Session id.
    pub session: SessionId,
    /// Oneself.
    pub me: PeerId,
    /// Pinned peers.
    pub pinned: Vec<PeerId>,
    /// The other peers in the media room, with their producers.
    pub participants: Vec<MediaPeer>,
    /// Speaker order.
    pub audio_peers: Vec<PeerId>,
    /// `max_preferred_streams`.
    pub max_preferred_streams: u32,
}

/// A peer of the media room (`media.edge.RoomParticipants`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaPeer {
    /// The peer.
    pub peer: PeerId,
    /// The participant.
    pub participant: ParticipantId,
    /// Name.
    pub display_name: String,
    /// Producers.
    pub producers: Vec<ProducerState>,
}

/// One result of `consume`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consumer {
    /// The track will arrive on this m-line.
    Ready {
        /// The producer.
        state: ProducerState,
        /// The m-line.
        mid: String,
    },
    /// No such producer (`not_found_track_error`).
    NotFound(ProducerId),
    /// Not now: the client asks again half a second later.
    Later(ProducerId),
}

impl MediaPeer {
    fn text_bytes(&self) -> usize {
        sum([ITEM_BYTES, self.display_name.len(), sum(self.producers.iter().map(of_producer))])
    }
}

impl Consumer {
    fn text_bytes(&self) -> usize {
        match self {
            Self::Ready { state, mid } => of_producer(state).saturating_add(mid.len()),
            Self::NotFound(_) | Self::Later(_) => ITEM_BYTES,
        }
    }
}
