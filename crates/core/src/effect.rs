//! What comes out of a room, to be performed in order. A [`Effect::Remember`] is durable before the next effect
//! is performed; consecutive ones go into one transaction.

mod write;

use std::sync::Arc;

use crate::chat::ChatMessage;
use crate::error::RoomError;
use crate::id::{ChatId, ParticipantId, PeerId, ProducerId, SessionId, TransportId};
use crate::input::{Broadcast, CommandId, ConnId, MediaCallId, MediaKind, ReqId, StoreAddress};
use crate::time::UnixMs;

pub use write::{Person, Write};

/// One effect.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Make durable.
    Remember(Box<Write>),
    /// Send to one socket: `re` set = the reply to that request, else a push.
    Tell {
        /// The socket.
        conn: ConnId,
        /// The request it answers.
        re: Option<ReqId>,
        /// The message; shared, so that a push to a full room costs one allocation.
        msg: Arc<Msg>,
    },
    /// Answer one request with an error.
    Refuse {
        /// The socket.
        conn: ConnId,
        /// The request.
        re: ReqId,
        /// Why.
        error: RoomError,
    },
    /// Ask the SFU; it answers with `Input::MediaDone` unless the command says it does not.
    Media {
        /// Correlation id.
        call: MediaCallId,
        /// On whose behalf.
        peer: PeerId,
        /// What.
        cmd: MediaCmd,
    },
    /// Close a socket; its later `Disconnect` changes nothing.
    Close {
        /// The socket.
        conn: ConnId,
        /// Why.
        reason: CloseReason,
    },
    /// Answer a command of the API.
    Done {
        /// The command.
        id: CommandId,
        /// Its result.
        result: Result<CommandReply, RoomError>,
    },
}

/// A message to a client (PROTOCOL §4). Reply and push of one event share a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// Event 3: reply to joinRoom, and push to the others. Also event 0.
    PeerInfo {
        /// `JoinRoom` (3), `PeerInfo` (0), `LeaveRoom` (4), `Kick` (30) or `KickAll` (31).
        event: PeerEvent,
        /// The peer.
        peer: PeerInfo,
    },
    /// Event 5.
    RoomInfo {
        /// Title.
        title: String,
        /// Start of the session, Unix ms (the wire wants seconds).
        created_at: UnixMs,
        /// Session id (`room_uuid`).
        session: SessionId,
    },
    /// Event 2.
    RoomPeers(Vec<PeerInfo>),
    /// Event 43.
    StageState {
        /// Peers on stage: everybody.
        on_stage: Vec<PeerId>,
    },
    /// Event 33: empty list.
    WaitingRequests,
    /// Event 20: the parent alone.
    ConnectedRooms {
        /// Title of the meeting.
        title: String,
    },
    /// Events 29 and 39. As a reply: empty payload.
    BroadcastAck {
        /// 39 instead of 29.
        to_peers: bool,
    },
    /// Events 29 and 39, push.
    Broadcast(Broadcast),
    /// Event 65536.
    ChatAll(Vec<ChatMessage>),
    /// Event 65541.
    ChatPage {
        /// The page.
        messages: Vec<ChatMessage>,
        /// More behind it.
        next: bool,
    },
    /// Event 65537 (public) or 65538 (private).
    ChatSent(ChatMessage),
    /// Event 65539.
    ChatEdited(ChatMessage),
    /// Event 65540.
    ChatDeleted(ChatId),
    /// Event 65546.
    ChatPinned(ChatMessage),
    /// Events 131081, 131082, 131083.
    StoreItems {
        /// Which of the three.
        event: StoreEvent,
        /// Store address.
        at: StoreAddress,
        /// Items.
        items: Vec<StoreItem>,
    },
    /// Event 196609: empty list.
    Polls,
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
    SelfJoinComplete {
        /// Session id.
        session: SessionId,
        /// Oneself.
        me: PeerId,
        /// Pinned peers.
        pinned: Vec<PeerId>,
        /// The other peers in the media room, with their producers.
        participants: Vec<MediaPeer>,
        /// Speaker order.
        audio_peers: Vec<PeerId>,
        /// `max_preferred_streams`.
        max_preferred_streams: u32,
    },
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
    /// Media 17.
    MediaLeft,
    /// Media 25, push.
    MediaPeerJoined(MediaPeer),
    /// Media 26, push.
    MediaPeerLeft(PeerId),
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
        /// Who did it.
        initiator: PeerId,
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
    /// Media 19, reply: empty.
    Pinned,
    /// Media 30, push to everybody, the initiator included.
    PinChanged(Option<PeerId>),
    /// Media 93 (`all` = false) or 94: `{status:"success"}`.
    HostControlDone {
        /// 94 instead of 93.
        all: bool,
    },
    /// Media 92: `{status:"success"}`.
    DisplayNameChanged,
    /// Media 40: position n ≥ 1 in the speaker list, or removal.
    SpeakerDiff(Vec<(PeerId, SpeakerChange)>),
}

/// Which event a [`Msg::PeerInfo`] travels as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerEvent {
    /// 0.
    PeerInfo,
    /// 3.
    JoinRoom,
    /// 4.
    LeaveRoom,
    /// 30.
    Kick,
    /// 31.
    KickAll,
}

/// Which event a [`Msg::StoreItems`] travels as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreEvent {
    /// 131081.
    Insert,
    /// 131082.
    Get,
    /// 131083.
    Delete,
}

/// Change of a peer in the speaker list (PROTOCOL §6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeakerChange {
    /// 1 = current speaker.
    Position(u32),
    /// Off the list.
    Removed,
}

/// A peer as others see it (`socket.room.Peer`). `waitlisted` is always false, `stage_type` always ON_STAGE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerInfo {
    /// The wire's peer id (the client's own).
    pub peer: PeerId,
    /// The participant (`user_id` on the wire).
    pub participant: ParticipantId,
    /// Name.
    pub display_name: String,
    /// The customer's own id.
    pub custom_participant_id: Option<String>,
    /// URL; empty when none.
    pub picture: String,
    /// Preset.
    pub preset_name: String,
    /// Not shown.
    pub hidden: bool,
    /// A bot.
    pub recorder: bool,
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
}

/// One plugin-store item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreItem {
    /// Key.
    pub key: String,
    /// Value; empty when deleted.
    pub payload: Vec<u8>,
    /// Author.
    pub peer: PeerId,
    /// Unix ms.
    pub at: UnixMs,
}

/// What the SFU is asked. Mirrors `sederunt_sfu`'s commands; the shell maps them one to one.
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

/// Why we close a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The client left.
    Left,
    /// Another socket with the same peer id and token took over.
    Replaced,
    /// The peer id is connected with another token.
    PeerIdTaken,
    /// Kicked, blocked or deleted.
    Removed,
    /// A host ended the meeting for everybody.
    Ended,
    /// The room is terminated, or the meeting is not active.
    RoomClosed,
    /// The room is full ([`crate::limit`]).
    RoomFull,
    /// The server stops; the client may come back later.
    ServerStopping,
}

/// What a command changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandReply {
    /// LIVE session the command met, if any.
    pub session: Option<SessionId>,
    /// Peers that were removed.
    pub removed: Vec<(PeerId, ParticipantId)>,
}
