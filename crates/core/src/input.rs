//! What goes into a room.

mod needs;

use crate::fact::LeaveReason;
use crate::id::{ChatId, ParticipantId, PeerId, ProducerId, TransportId};
use crate::room::RoomConfig;
use crate::time::UnixMs;
use crate::who::Who;

pub use needs::Needs;

/// One accepted socket; unique within the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// Correlates a media call with its answer; unique within the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaCallId(pub u64);

/// Correlates a command of the API with its answer; chosen by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u64);

/// The client's correlation id of a request, echoed in the reply (PROTOCOL §3.2).
pub type ReqId = String;

/// Everything that can happen to a room.
#[derive(Debug, Clone)]
pub enum Input {
    /// A socket with a verified token was accepted.
    Connect {
        /// The socket.
        conn: ConnId,
        /// Made by the client (UUID v4), kept over reconnects.
        peer: PeerId,
        /// Tells apart sockets of one token from sockets of another (hash of the token).
        token: u64,
        /// Identity.
        who: Box<Who>,
    },
    /// The socket is gone.
    Disconnect {
        /// The socket.
        conn: ConnId,
        /// How it went.
        how: Disconnect,
    },
    /// The client asks.
    Request {
        /// The socket it came on.
        conn: ConnId,
        /// Correlation id.
        re: ReqId,
        /// What it asks.
        request: Request,
    },
    /// A media call was answered.
    MediaDone {
        /// The call.
        call: MediaCallId,
        /// Its result.
        result: Result<MediaAnswer, MediaFault>,
    },
    /// The API asks.
    Command {
        /// Echoed in [`crate::effect::Effect::Done`].
        id: CommandId,
        /// What it asks.
        command: Command,
    },
    /// A timer of [`crate::room::Room::poll_timeout`] is due. Harmless at any other time.
    Tick,
}

/// How a socket went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// Close code 1000 or 1001: the peer left, now.
    Clean,
    /// Anything else: the reconnect grace begins.
    Lost,
    /// Nothing has come for so long that the client is lost. The grace begins now, but when it is not used the stay ends
    /// when the client was last heard.
    Silent {
        /// On the steady clock.
        heard_at: UnixMs,
    },
}

/// What a client may ask (PROTOCOL §4). Requests that are not offered arrive as [`Request::NotOffered`].
#[derive(Debug, Clone)]
pub enum Request {
    /// `room.joinRoom`.
    JoinRoom {
        /// Name chosen on the set-up screen; used when `edit_display_name` allows, else the token's.
        display_name: String,
    },
    /// `room.leaveRoom`.
    LeaveRoom,
    /// `room.getRoomInfo`.
    RoomInfo,
    /// `room.getRoomPeersInfo`.
    RoomPeers {
        /// Matches display names; empty = all.
        search: String,
        /// 0 = no limit.
        limit: u32,
        /// Items to skip.
        offset: u32,
    },
    /// `room.getPeerInfo`.
    PeerInfo {
        /// Whose.
        peer: PeerId,
    },
    /// `room.getRoomStageState`.
    StageState,
    /// `room.getWaitingRoomRequests`: always an empty list, the presets switch the waiting room off.
    WaitingRequests,
    /// `room.getConnectedRoomsDump`: the parent alone.
    ConnectedRooms,
    /// `room.kick`. No reply, ever (PROTOCOL §0 point 8).
    Kick {
        /// Victims.
        peers: Vec<PeerId>,
    },
    /// `room.kickAll`. No reply.
    KickAll,
    /// `room.broadcastMessage` / `room.broadcastToEntity`.
    Broadcast(Broadcast),
    /// `chat.getMessages`.
    ChatAll,
    /// `chat.getPaginatedMessages`.
    ChatPage {
        /// Edge, Unix milliseconds; inclusive: the official UI asks from 1 ms beyond what it has. 0 = no edge.
        time_ms: i64,
        /// Page size, clamped to [`crate::limit::CHAT_PAGE_MAX`].
        size: u32,
        /// Items to skip from the edge.
        from: u32,
        /// `true` = older than the edge, newest first; `false` = newer, oldest first.
        reversed: bool,
        /// Only pinned (or only unpinned) messages.
        pinned: Option<bool>,
        /// The private conversation with this participant; without it and `pinned`, what was said to everybody.
        user: Option<String>,
    },
    /// `chat.sendMessageToRoom` (`peers` = `None`) or `chat.sendMessageToPeers`.
    ChatSend {
        /// Private: the targets, sender included.
        peers: Option<Vec<PeerId>>,
        /// 0 text, 1 image, 2 file, 3 custom.
        payload_type: i32,
        /// Text, URL or JSON.
        payload: String,
    },
    /// `chat.editMessage`.
    ChatEdit {
        /// Which.
        chat: ChatId,
        /// New payload.
        payload: String,
    },
    /// `chat.deleteMessage`.
    ChatDelete {
        /// Which.
        chat: ChatId,
    },
    /// `chat.pinMessage`.
    ChatPin {
        /// Which.
        chat: ChatId,
        /// New state.
        pinned: bool,
    },
    /// `plugin.storeGetKeys`; an empty `keys` means all.
    StoreGet {
        /// Store address.
        at: StoreAddress,
        /// Wanted keys.
        keys: Vec<String>,
    },
    /// `plugin.storeInsertKeys`.
    StoreInsert {
        /// Store address.
        at: StoreAddress,
        /// Key and value (UTF-8 JSON bytes).
        items: Vec<(String, Vec<u8>)>,
    },
    /// `plugin.storeDeleteKeys`.
    StoreDelete {
        /// Store address.
        at: StoreAddress,
        /// Keys to drop.
        keys: Vec<String>,
    },
    /// `poll.getPolls`: always an empty list, the presets switch polls off.
    Polls,
    /// `media.joinRoom`.
    MediaJoin {
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
    /// `media.audioActivity`. No reply.
    AudioActivity {
        /// Microphone.
        producer: ProducerId,
        /// 0..=10.
        energy: i32,
        /// No voice.
        silent: bool,
    },
    /// `media.globalPinPeer`.
    Pin {
        /// `None` = unpin.
        peer: Option<PeerId>,
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
    /// `media.changeDisplayName`.
    ChangeDisplayName {
        /// Whose.
        peer: PeerId,
        /// New name.
        display_name: String,
    },
    /// `media.leaveRoom`.
    MediaLeave,
    /// A request of a feature that this server does not offer; answered with an error.
    NotOffered {
        /// Name of the event, for the message.
        name: &'static str,
    },
}

/// Where a plugin store lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreAddress {
    /// `plugin_id`.
    pub plugin: String,
    /// `store_name`.
    pub store: String,
}

/// A message that peers send each other through the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    /// Free text that names the kind.
    pub kind: String,
    /// JSON bytes.
    pub payload: Vec<u8>,
    /// Unix milliseconds, from the client.
    pub timestamp: u64,
    /// Receivers.
    pub to: BroadcastTo,
}

/// Receivers of a broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BroadcastTo {
    /// Everybody else in the room (`room.broadcastMessage`, 29).
    Room,
    /// These peers (`room.broadcastToEntity`, 39).
    Peers(Vec<PeerId>),
    /// Whole rooms (39): not offered.
    Rooms,
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

/// Kind of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Opus.
    Audio,
    /// VP8.
    Video,
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

/// What the API may ask of a live room.
#[derive(Debug, Clone)]
pub enum Command {
    /// The meeting's settings changed in the store: title, keep-alive, limits.
    Configure(RoomConfig),
    /// Removes the peers of these participants (REST kick).
    Kick {
        /// By participant id.
        participants: Vec<ParticipantId>,
        /// By `custom_participant_id`.
        custom_ids: Vec<String>,
        /// `Kicked`, `ParticipantDeleted` or `Blocked`.
        reason: LeaveReason,
    },
    /// Removes everybody and ends the session at once.
    KickAll,
    /// Pagecall: sets `terminated_at`, removes everybody, ends the session; later joins are refused.
    Terminate,
    /// The server stops: everybody is told, every stay is closed with its true time. The session stays open: its
    /// keep-alive decides.
    Stop,
}
