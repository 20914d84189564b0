//! Event numbers by name (PROTOCOL §4): `(service << 16) + n`, media `0x300_0000 | n`.

/// The error reply to a request of any service but media.
pub const ERROR: u32 = 65_535;

/// Defines the constants of a service and the table from number to name.
macro_rules! events {
    ($(#[$doc:meta])* $service:ident at $base:literal { $($name:ident = $n:literal $wire:literal),+ $(,)? }) => {
        $(#[$doc])*
        pub mod $service {
            $(#[doc = concat!("`", stringify!($service), ".", $wire, "`")] pub const $name: u32 = $base + $n;)+

            /// Number and name of every event of this service.
            pub const NAMES: &[(u32, &str)] = &[$(($name, concat!(stringify!($service), ".", $wire))),+];
        }
    };
}

events! {
    /// Peers and the room they are in.
    room at 0 {
        GET_PEER_INFO = 0 "getPeerInfo",
        UPDATE_PEER_INFO = 1 "updatePeerInfo",
        GET_ROOM_PEERS_INFO = 2 "getRoomPeersInfo",
        JOIN_ROOM = 3 "joinRoom",
        LEAVE_ROOM = 4 "leaveRoom",
        GET_ROOM_INFO = 5 "getRoomInfo",
        UPDATE_ROOM_INFO = 6 "updateRoomInfo",
        CLOSE_ROOM = 7 "closeRoom",
        STARTED_LIVESTREAM = 8 "startedLivestream",
        STOPPED_LIVESTREAM = 9 "stoppedLivestream",
        ERRORED_LIVESTREAM = 10 "erroredLivestream",
        GET_STAGE_PEERS = 11 "getStagePeers",
        GET_STAGE_REQUESTS = 12 "getStageRequests",
        REQUEST_STAGE_ACCESS = 13 "requestStageAccess",
        CANCEL_STAGE_REQUEST = 14 "cancelStageRequest",
        GRANT_STAGE_ACCESS = 15 "grantStageAccess",
        DENY_STAGE_ACCESS = 16 "denyStageAccess",
        ROOM_PEER_COUNT = 17 "roomPeerCount",
        JOIN_STAGE = 18 "joinStage",
        LEAVE_STAGE = 19 "leaveStage",
        GET_CONNECTED_ROOMS_DUMP = 20 "getConnectedRoomsDump",
        CREATE_CONNECTED_ROOMS = 21 "createConnectedRooms",
        DELETE_CONNECTED_ROOMS = 22 "deleteConnectedRooms",
        MOVE_PEERS = 23 "movePeers",
        TRANSFER_PEER = 24 "transferPeer",
        MOVED_PEER = 25 "movedPeer",
        CONNECTED_ROOMS_UPDATED = 26 "connectedRoomsUpdated",
        CONNECTED_ROOMS_DELETED = 27 "connectedRoomsDeleted",
        GET_ALL_ADDED_PARTICIPANTS = 28 "getAllAddedParticipants",
        BROADCAST_MESSAGE = 29 "broadcastMessage",
        KICK = 30 "kick",
        KICK_ALL = 31 "kickAll",
        TRANSCRIPT = 32 "transcript",
        GET_WAITING_ROOM_REQUESTS = 33 "getWaitingRoomRequests",
        ACCEPT_WAITING_ROOM_REQUESTS = 34 "acceptWaitingRoomRequests",
        WAITING_ROOM_REQUEST_ACCEPTED = 35 "waitingRoomRequestAccepted",
        DENY_WAITING_ROOM_REQUESTS = 36 "denyWaitingRoomRequests",
        WAITING_ROOM_REQUEST_DENIED = 37 "waitingRoomRequestDenied",
        PEER_STAGE_STATUS_UPDATE = 38 "peerStageStatusUpdate",
        BROADCAST_TO_ENTITY = 39 "broadcastToEntity",
        RECORDING_STARTED = 40 "recordingStarted",
        RECORDING_STOPPED = 41 "recordingStopped",
        RECORDING_PAUSED = 42 "recordingPaused",
        GET_ROOM_STAGE_STATE = 43 "getRoomStageState",
        LIVESTREAMING_INVOKED = 44 "livestreamingInvoked",
    }
}

events! {
    /// Chat.
    chat at 0x1_0000 {
        GET_MESSAGES = 0 "getMessages",
        SEND_MESSAGE_TO_ROOM = 1 "sendMessageToRoom",
        SEND_MESSAGE_TO_PEERS = 2 "sendMessageToPeers",
        EDIT_MESSAGE = 3 "editMessage",
        DELETE_MESSAGE = 4 "deleteMessage",
        GET_PAGINATED_MESSAGES = 5 "getPaginatedMessages",
        SEARCH_CHANNEL_MESSAGES = 7 "searchChannelMessages",
        PIN_MESSAGE = 10 "pinMessage",
    }
}

events! {
    /// Plugins and their key-value stores.
    plugin at 0x2_0000 {
        GET_PLUGINS = 0 "getPlugins",
        ADD_PLUGIN = 1 "addPlugin",
        ENABLE_PLUGIN_FOR_ROOM = 2 "enablePluginForRoom",
        DISABLE_PLUGIN_FOR_PEERS = 3 "disablePluginForPeers",
        ENABLE_PLUGIN_FOR_PEERS = 4 "enablePluginForPeers",
        DISABLE_PLUGIN_FOR_ROOM = 5 "disablePluginForRoom",
        REMOVE_PLUGIN = 6 "removePlugin",
        CUSTOM_PLUGIN_EVENT_TO_ROOM = 7 "customPluginEventToRoom",
        CUSTOM_PLUGIN_EVENT_TO_PEERS = 8 "customPluginEventToPeers",
        STORE_INSERT_KEYS = 9 "storeInsertKeys",
        STORE_GET_KEYS = 10 "storeGetKeys",
        STORE_DELETE_KEYS = 11 "storeDeleteKeys",
        STORE_DELETE = 12 "storeDelete",
    }
}

events! {
    /// Polls.
    poll at 0x3_0000 {
        CREATE_POLL = 0 "createPoll",
        GET_POLLS = 1 "getPolls",
        VOTE_POLL = 2 "votePoll",
        UPDATE_POLL = 3 "updatePoll",
    }
}

events! {
    /// Presets of peers.
    preset at 0x5_0000 {
        GET_USER_PRESETS = 0 "getUserPresets",
        UPDATE_USER_PRESET = 1 "updateUserPreset",
    }
}

events! {
    /// Media.
    media at 0x300_0000 {
        CREATE_WEBRTC_TRANSPORT = 1 "createWebRTCTransport",
        PRODUCE = 2 "produce",
        CONSUME = 3 "consume",
        TOGGLE_PRODUCER = 4 "toggleProducer",
        TOGGLE_CONSUMER = 5 "toggleConsumer",
        CLOSE_PRODUCER = 6 "closeProducer",
        CLOSE_CONSUMER = 7 "closeConsumer",
        UPDATE_CONSUMERS_SIMULCAST_CONFIG = 8 "updateConsumersSimulcastConfig",
        JOIN_ROOM = 16 "joinRoom",
        LEAVE_ROOM = 17 "leaveRoom",
        SELECTED_PEER = 18 "selectedPeer",
        GLOBAL_PIN_PEER = 19 "globalPinPeer",
        SELF_JOIN_COMPLETE = 20 "selfJoinComplete",
        PEER_JOINED_BROADCAST = 25 "peerJoinedBroadcast",
        PEER_LEAVE_BROADCAST = 26 "peerLeaveBroadcast",
        PEER_PRODUCER_CREATE_BROADCAST = 27 "peerProducerCreateBroadcast",
        PEER_PRODUCER_TOGGLE_BROADCAST = 28 "peerProducerToggleBroadcast",
        PEER_PRODUCER_CLOSE_BROADCAST = 29 "peerProducerCloseBroadcast",
        GLOBAL_PEER_PIN_BROADCAST = 30 "globalPeerPinBroadcast",
        RECORDING_STARTED_BROADCAST = 31 "recordingStartedBroadcast",
        RECORDING_STOPPED_BROADCAST = 32 "recordingStoppedBroadcast",
        PEER_DISPLAY_NAME_EDIT_BROADCAST = 33 "peerDisplayNameEditBroadcast",
        MEDIA_ROOM_TERMINATION_BROADCAST_RESPONSE = 36 "mediaRoomTerminationBroadcastResponse",
        SELECTED_PEER_DIFF = 40 "selectedPeerDiff",
        RENEGOTIATE_SESSION_DESCRIPTION = 50 "renegotiateSessionDescription",
        ERROR_RESPONSE = 60 "errorResponse",
        KICK_PEER = 90 "kickPeer",
        KICK_ALL = 91 "kickAll",
        CHANGE_DISPLAY_NAME = 92 "changeDisplayName",
        HOST_CONTROL_PEER = 93 "hostControlPeer",
        HOST_CONTROL_ALL_PEERS = 94 "hostControlAllPeers",
        AUDIO_ACTIVITY = 100 "audioActivity",
    }
}

/// The name of an event, `service.event`.
pub fn name(event: u32) -> Option<&'static str> {
    all().find(|(number, _)| *number == event).map(|(_, name)| name)
}

/// Number and name of every event.
pub fn all() -> impl Iterator<Item = (u32, &'static str)> {
    [room::NAMES, chat::NAMES, plugin::NAMES, poll::NAMES, preset::NAMES, media::NAMES]
        .into_iter()
        .flatten()
        .copied()
}

/// Whether an event belongs to the media service; such requests get media's own form of error.
pub const fn is_media(event: u32) -> bool {
    event >> 24 == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_client() {
        let expect = [
            (room::KICK_ALL, 31, "room.kickAll"),
            (chat::GET_PAGINATED_MESSAGES, 65_541, "chat.getPaginatedMessages"),
            (chat::PIN_MESSAGE, 65_546, "chat.pinMessage"),
            (plugin::STORE_GET_KEYS, 131_082, "plugin.storeGetKeys"),
            (poll::GET_POLLS, 196_609, "poll.getPolls"),
            (preset::UPDATE_USER_PRESET, 327_681, "preset.updateUserPreset"),
            (media::CREATE_WEBRTC_TRANSPORT, 50_331_649, "media.createWebRTCTransport"),
            (media::ERROR_RESPONSE, 50_331_708, "media.errorResponse"),
            (media::AUDIO_ACTIVITY, 50_331_748, "media.audioActivity"),
        ];
        for (number, wire, text) in expect {
            assert_eq!(number, wire);
            assert_eq!(name(number), Some(text));
            assert_eq!(is_media(number), text.starts_with("media."));
        }
        assert_eq!(name(ERROR), None);
        assert!(!is_media(ERROR));
        assert!(!is_media(u32::MAX));
    }

    #[test]
    fn no_number_has_two_names() {
        let numbers: std::collections::BTreeSet<u32> = all().map(|(number, _)| number).collect();
        assert_eq!(numbers.len(), all().count());
    }
}
