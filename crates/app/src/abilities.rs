//! What a preset lets its holder do (SEMANTICS §2.6).

use sederunt_core::fact::Role;
use sederunt_core::rights::Rights;
use sederunt_core::standing::StageAccess;
use sederunt_core::who::{Abilities, WaitingRoom};
use sederunt_store::MemberType;
use serde_json::Value;

use crate::{presets, stage};

/// What its holder is in a session.
pub(crate) fn role(member_type: MemberType, preset: &Value) -> Role {
    let permissions = &preset["permissions"];
    let recorder_type = permissions["recorder_type"].as_str().unwrap_or("NONE");
    if permissions["is_recorder"] == Value::Bool(true) || recorder_type != "NONE" {
        return Role::Bot;
    }
    member_type.role()
}

/// What a preset allows. A missing key allows nothing, except that a missing `text` follows its `can_send`. Who may ask to
/// produce may do so on stage.
pub(crate) fn abilities(preset: &Value) -> Abilities {
    let permissions = &preset["permissions"];
    let yes = |key: &str| permissions[key] == Value::Bool(true);
    let stage = stage::access(preset);
    let produce = |kind: &str| match permissions["media"][kind]["can_produce"].as_str() {
        Some("ALLOWED") => true,
        Some("CAN_REQUEST") => stage != StageAccess::NoStage,
        Some(_) | None => false,
    };
    let chat = |to: &str, what: &str, unset: bool| {
        let rules = &permissions["chat"][to];
        rules["can_send"] == Value::Bool(true) && rules[what].as_bool().unwrap_or(unset)
    };
    let polls = |key: &str| permissions["polls"][key] == Value::Bool(true);
    let rooms = |key: &str| permissions["connected_meetings"][key] == Value::Bool(true);
    Abilities {
        hidden: yes("hidden_participant"),
        kick: yes("kick_participant"),
        mute_others_audio: yes("disable_participant_audio"),
        mute_others_video: yes("disable_participant_video"),
        pin: yes("pin_participant"),
        edit_display_name: yes("can_edit_display_name"),
        produce_audio: produce("audio"),
        produce_video: produce("video"),
        produce_screenshare: produce("screenshare"),
        chat_public_text: chat("public", "text", true),
        chat_public_files: chat("public", "files", false),
        chat_private_text: chat("private", "text", true),
        chat_private_files: chat("private", "files", false),
        create_polls: polls("can_create"),
        vote_polls: polls("can_vote"),
        view_polls: polls("can_view"),
        accept_waiting: yes("accept_waiting_requests"),
        waiting_room: waiting_room(&permissions["waiting_room_type"]),
        accept_stage_requests: stage::accepts_requests(preset),
        alter_rooms: rooms("can_alter_connected_meetings"),
        switch_rooms: rooms("can_switch_connected_meetings"),
        switch_to_parent: rooms("can_switch_to_parent_meeting"),
        stage,
        rights: presets::given(&presets::as_offered(preset, true)["permissions"]),
        taken: Rights::NONE,
    }
}

/// How its holder comes in. What is no name of the vendor's is straight in, as it is where nothing is said.
fn waiting_room(kind: &Value) -> WaitingRoom {
    match kind.as_str() {
        Some("ON_PRIVILEGED_USER_ENTRY") => WaitingRoom::UntilPrivileged,
        Some("SKIP_ON_ACCEPT") => WaitingRoom::UntilAccepted,
        Some(_) | None => WaitingRoom::Skip,
    }
}
