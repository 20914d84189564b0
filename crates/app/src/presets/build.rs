//! Rows of the default presets, and what of a preset the client is told.

use std::sync::LazyLock;

use sederunt_core::id::{AppId, Id};
use sederunt_core::standing::StageAccess;
use sederunt_core::time::UnixMs;
use sederunt_store::{MemberType, PresetRow};
use serde_json::{Map, Value, json};

use crate::stage;

/// Names of the presets that every app begins with.
pub const DEFAULT_NAMES: [&str; 7] = [
    "group_call_host",
    "group_call_participant",
    "group_call_guest",
    "webinar_presenter",
    "webinar_viewer",
    "livestream_host",
    "livestream_viewer",
];

/// Name of the preset whose holders are hosts at the Pagecall door.
pub const HOST_NAME: &str = "group_call_host";

/// Name of the built-in preset of Pagecall monitors: hidden, receives only. It is no row of any app.
pub const MONITOR_NAME: &str = "monitor";

/// Name and body of each preset of the file.
static FILE: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let text = include_str!("default_presets.json");
    // The file is part of the program, and a test reads it.
    let presets: Vec<Map<String, Value>> = serde_json::from_str(text).unwrap_or_default();
    let named = |mut preset: Map<String, Value>| match preset.remove("name") {
        Some(Value::String(name)) => Some((name, Value::Object(preset))),
        _ => None,
    };
    presets.into_iter().filter_map(named).collect()
});

fn body(name: &str) -> Value {
    FILE.iter().find(|(n, _)| n == name).map_or(Value::Null, |(_, body)| body.clone())
}

/// The presets of a new app, in the order of [`DEFAULT_NAMES`]; `mint` gives each its id.
pub fn default_presets(app: &AppId, now: UnixMs, mut mint: impl FnMut() -> Id) -> Vec<PresetRow> {
    let row = |name: &&str| PresetRow {
        id: mint().to_string(),
        app: app.clone(),
        name: (*name).to_owned(),
        body: body(name),
        deleted_at: None,
        created_at: now,
        updated_at: now,
    };
    DEFAULT_NAMES.iter().map(row).collect()
}

/// The preset of Pagecall monitors (SEMANTICS §6.3).
pub fn monitor_preset(app: &AppId) -> PresetRow {
    no_row(app, MONITOR_NAME, body(MONITOR_NAME))
}

/// A default preset as it is in the program, for an app that has none of this name any more; `None` = no default has it.
pub(super) fn built_in(app: &AppId, name: &str) -> Option<PresetRow> {
    DEFAULT_NAMES.contains(&name).then(|| no_row(app, name, body(name)))
}

/// A preset that is in no table: its name is its id.
fn no_row(app: &AppId, name: &str, body: Value) -> PresetRow {
    PresetRow {
        id: name.to_owned(),
        app: app.clone(),
        name: name.to_owned(),
        body,
        deleted_at: None,
        created_at: UnixMs(0),
        updated_at: UnixMs(0),
    }
}

/// Name of the preset of a Pagecall member (SEMANTICS §1 rule 3).
pub const fn preset_of_member(member_type: MemberType) -> &'static str {
    match member_type {
        MemberType::Host => HOST_NAME,
        MemberType::Guest => "group_call_participant",
        MemberType::Monitor => MONITOR_NAME,
    }
}

/// A preset as the client is told of it: what this server does not offer is switched off, so that the UI shows no
/// dead button whatever an app has put into its presets. Every key that the client reads without a guard is there. Whether
/// files are taken is a setting.
pub fn as_offered(preset: &Value, takes_files: bool) -> Value {
    let mut told = preset.clone();
    let Value::Object(tree) = &mut told else { return json!({}) };
    let stage = stage::access(preset);
    let config = object(tree, "config");
    let view_type = offered_view_type(stage, config.get("view_type"));
    config.insert("view_type".into(), view_type.into());
    config.entry("max_video_streams").or_insert_with(|| json!({"mobile": 4, "desktop": 9}));
    config.insert("livestream_viewer_qualities".into(), json!([]));
    let media = object(config, "media");
    object(media, "video").entry("simulcast").or_insert(Value::Bool(true));

    let permissions = object(tree, "permissions");
    for key in ["can_livestream", "can_record", "transcription_enabled"] {
        permissions.insert(key.into(), Value::Bool(false));
    }
    offered_waiting_room(permissions);
    offered_stage(permissions, stage);
    offered_plugins(permissions);
    offered_rooms(permissions);
    offered_polls(permissions);
    offered_media(permissions, stage);
    offered_host(permissions);
    offered_chat(permissions, takes_files);
    told
}

/// Who may accept does so by a permission alone; what is no way in is straight in.
fn offered_waiting_room(permissions: &mut Map<String, Value>) {
    let accepts = permissions.get("accept_waiting_requests") == Some(&Value::Bool(true));
    permissions.insert("accept_waiting_requests".into(), Value::Bool(accepts));
    let way = permissions.entry("waiting_room_type").or_insert(Value::Null);
    if !matches!(way.as_str(), Some("ON_PRIVILEGED_USER_ENTRY" | "SKIP_ON_ACCEPT")) {
        *way = "SKIP".into();
    }
}

/// A plug-in is a part of the app's own page: there is nothing of it to configure here.
fn offered_plugins(permissions: &mut Map<String, Value>) {
    let yes = |key: &str| permissions.get("plugins").is_some_and(|plugins| plugins[key] == Value::Bool(true));
    let (close, start) = (yes("can_close"), yes("can_start"));
    let plugins = json!({ "can_close": close, "can_start": start, "can_edit_config": false, "config": {} });
    permissions.insert("plugins".into(), plugins);
}

/// What is missing is not allowed.
fn offered_rooms(permissions: &mut Map<String, Value>) {
    let rooms = object(permissions, "connected_meetings");
    for key in
        ["can_alter_connected_meetings", "can_switch_connected_meetings", "can_switch_to_parent_meeting"]
    {
        let allowed = rooms.get(key) == Some(&Value::Bool(true));
        rooms.insert(key.into(), Value::Bool(allowed));
    }
}

/// What is missing is not allowed.
fn offered_polls(permissions: &mut Map<String, Value>) {
    let polls = object(permissions, "polls");
    for key in ["can_create", "can_vote", "can_view"] {
        let allowed = polls.get(key) == Some(&Value::Bool(true));
        polls.insert(key.into(), Value::Bool(allowed));
    }
}

/// A preset with a stage is told as a webinar: as a livestream its viewers would wait for an HLS address, and in any other
/// view the client gives up all media when its holder leaves the stage, and has none when he is on it again
/// (PROTOCOL §7.7).
fn offered_view_type(stage: StageAccess, view_type: Option<&Value>) -> &'static str {
    if stage != StageAccess::NoStage {
        return "WEBINAR";
    }
    if view_type.is_some_and(|view_type| view_type == "AUDIO_ROOM") { "AUDIO_ROOM" } else { "GROUP_CALL" }
}

fn offered_stage(permissions: &mut Map<String, Value>, stage: StageAccess) {
    let has_stage = stage != StageAccess::NoStage;
    permissions.insert("stage_enabled".into(), Value::Bool(has_stage));
    let yes = |key: &str| permissions.get(key) == Some(&Value::Bool(true));
    let accepts = has_stage && (yes("can_accept_production_requests") || yes("accept_stage_requests"));
    permissions.insert("can_accept_production_requests".into(), Value::Bool(accepts));
    // A host who takes it away can name the other key alone, and the client takes either for yes.
    permissions.insert("accept_stage_requests".into(), Value::Bool(false));
    let access = match stage {
        StageAccess::Allowed => "ALLOWED",
        StageAccess::CanRequest => "CAN_REQUEST",
        StageAccess::NotAllowed => "NOT_ALLOWED",
        // There is nobody to ask.
        StageAccess::NoStage if permissions.get("stage_access").is_none_or(|access| access == "ALLOWED") => {
            return;
        }
        StageAccess::NoStage => "NOT_ALLOWED",
    };
    permissions.insert("stage_access".into(), access.into());
}

fn offered_media(permissions: &mut Map<String, Value>, stage: StageAccess) {
    let media = object(permissions, "media");
    for kind in ["audio", "video", "screenshare"] {
        let produce = object(media, kind).entry("can_produce").or_insert(Value::Null);
        let may_ask = stage != StageAccess::NoStage && produce == "CAN_REQUEST";
        if produce != "ALLOWED" && !may_ask {
            *produce = "NOT_ALLOWED".into();
        }
    }
}

/// What else a host can take away and give back. Who is not seen publishes nothing.
fn offered_host(permissions: &mut Map<String, Value>) {
    let yes = |permissions: &Map<String, Value>, key| permissions.get(key) == Some(&Value::Bool(true));
    let changes = yes(permissions, "can_change_participant_permissions");
    permissions.insert("can_change_participant_permissions".into(), Value::Bool(changes));
    if yes(permissions, "hidden_participant") {
        let media = object(permissions, "media");
        for kind in ["audio", "video", "screenshare"] {
            object(media, kind).insert("can_produce".into(), "NOT_ALLOWED".into());
        }
    }
}

fn offered_chat(permissions: &mut Map<String, Value>, takes_files: bool) {
    let chat = object(permissions, "chat");
    for to in ["public", "private"] {
        let rules = object(chat, to);
        rules.entry("can_send").or_insert(Value::Bool(false));
        let can_send = rules["can_send"].clone();
        rules.entry("text").or_insert_with(|| can_send.clone());
        if can_send != Value::Bool(true) {
            // The page shows where to write by this alone.
            rules.insert("text".into(), Value::Bool(false));
        }
        let files =
            takes_files && rules["can_send"] == true && rules.get("files") == Some(&Value::Bool(true));
        rules.insert("files".into(), Value::Bool(files));
    }
    object(chat, "private").entry("can_receive").or_insert(Value::Bool(true));
}

/// The object under `key`, put there if there is none.
fn object<'a>(tree: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let value = tree.entry(key).or_insert(Value::Null);
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(map) = value else { unreachable!("it was made an object above") };
    map
}

#[cfg(test)]
mod tests {
    use sederunt_core::rights::{Right, Rights};
    use sederunt_core::who::{Ability, WaitingRoom};

    use super::*;
    use crate::abilities::abilities;

    fn defaults() -> Vec<PresetRow> {
        default_presets(&"app".into(), UnixMs(1), Id::default)
    }

    #[test]
    fn the_file_holds_the_seven_and_the_monitor() {
        let names: Vec<_> = defaults().into_iter().map(|row| row.name).collect();
        assert_eq!(names, DEFAULT_NAMES);
        for row in defaults().iter().chain([&monitor_preset(&"app".into())]) {
            for part in ["config", "permissions", "ui"] {
                assert!(row.body[part].is_object(), "{}.{part}", row.name);
            }
            assert!(row.body.get("name").is_none());
        }
    }

    #[test]
    fn nothing_that_is_not_offered_is_switched_on_in_the_defaults() {
        for row in defaults().iter().chain([&monitor_preset(&"app".into())]) {
            let mut told = as_offered(&row.body, true);
            // Told by the other key.
            let accepts = &row.body["permissions"]["accept_stage_requests"];
            assert_eq!(&told["permissions"]["can_accept_production_requests"], accepts);
            told["permissions"]["accept_stage_requests"] = accepts.clone();
            assert_eq!(told["permissions"], row.body["permissions"], "{}", row.name);
            assert_eq!(told["ui"], row.body["ui"]);
        }
    }

    #[test]
    fn presenters_produce_and_viewers_receive() {
        for row in defaults() {
            let may = abilities(&row.body);
            // Viewers of a webinar may when they are on stage.
            let produces = row.name != "livestream_viewer";
            assert_eq!(may.produce_audio && may.produce_video && may.produce_screenshare, produces);
            let stage = match row.name.as_str() {
                "webinar_presenter" | "livestream_host" => StageAccess::Allowed,
                "webinar_viewer" => StageAccess::CanRequest,
                "livestream_viewer" => StageAccess::NotAllowed,
                _ => StageAccess::NoStage,
            };
            assert_eq!((may.stage, may.accept_stage_requests), (stage, stage == StageAccess::Allowed));
            let view_type = if stage == StageAccess::NoStage { "GROUP_CALL" } else { "WEBINAR" };
            assert_eq!(as_offered(&row.body, true)["config"]["view_type"], view_type, "{}", row.name);
            let hosts_and_members =
                !matches!(row.name.as_str(), "group_call_guest" | "webinar_viewer" | "livestream_viewer");
            assert_eq!(
                (may.chat_public_files, may.chat_private_files),
                (hosts_and_members, hosts_and_members)
            );
            assert_eq!(
                (may.chat_private_text, may.has(Ability::ChatPrivateReceive)),
                (hosts_and_members, hosts_and_members)
            );
            assert!(!may.hidden);
            assert_eq!(
                may.kick,
                matches!(row.name.as_str(), "group_call_host" | "webinar_presenter" | "livestream_host")
            );
        }
        let monitor = abilities(&monitor_preset(&"app".into()).body);
        let sees = Rights::of(&[Right::ChatPrivateReceive, Right::ParticipantList]);
        assert_eq!(monitor.rights.without(sees), Rights::NONE);
        let rights = monitor.rights;
        assert_eq!(monitor, sederunt_core::who::Abilities { hidden: true, rights, ..Default::default() });
    }

    #[test]
    fn guests_wait_and_hosts_let_them_in() {
        for row in defaults().iter().chain([&monitor_preset(&"app".into())]) {
            let may = abilities(&row.body);
            let waits = row.name == "group_call_guest";
            let way = if waits { WaitingRoom::UntilAccepted } else { WaitingRoom::Skip };
            assert_eq!(may.waiting_room, way, "{}", row.name);
            let is_host =
                matches!(row.name.as_str(), "group_call_host" | "webinar_presenter" | "livestream_host");
            assert_eq!(may.accept_waiting, is_host, "{}", row.name);
        }
        for (said, told, way) in [
            (json!("ON_PRIVILEGED_USER_ENTRY"), "ON_PRIVILEGED_USER_ENTRY", WaitingRoom::UntilPrivileged),
            (json!("SKIP_ON_ACCEPT"), "SKIP_ON_ACCEPT", WaitingRoom::UntilAccepted),
            (json!("SKIP"), "SKIP", WaitingRoom::Skip),
            (json!("NONE"), "SKIP", WaitingRoom::Skip),
            (json!(3), "SKIP", WaitingRoom::Skip),
        ] {
            let odd = json!({"permissions": {"waiting_room_type": said, "accept_waiting_requests": "yes"}});
            assert_eq!(as_offered(&odd, true)["permissions"]["waiting_room_type"], told);
            assert_eq!(as_offered(&odd, true)["permissions"]["accept_waiting_requests"], false);
            let may = abilities(&odd);
            assert_eq!((may.waiting_room, may.accept_waiting), (way, false));
        }
    }

    #[test]
    fn any_preset_is_told_with_everything_the_client_reads() {
        for odd in [json!({}), json!(null), json!({"permissions": 3, "config": {"media": []}}), json!([])] {
            let told = as_offered(&odd, true);
            if odd.is_object() {
                assert_eq!(told["config"]["view_type"], "GROUP_CALL");
                assert_eq!(told["permissions"]["media"]["audio"]["can_produce"], "NOT_ALLOWED");
                assert_eq!(told["permissions"]["chat"]["private"]["can_receive"], true);
            }
        }
        let rich = json!({"permissions": {"can_record": true, "polls": {"can_vote": true}, "media":
            {"audio": {"can_produce": "CAN_REQUEST"}}, "chat": {"public": {"can_send": true, "files": true}}}});
        let told = as_offered(&rich, true);
        assert_eq!(told["permissions"]["can_record"], false);
        assert_eq!(
            told["permissions"]["polls"],
            json!({"can_create": false, "can_vote": true, "can_view": false})
        );
        assert_eq!(told["permissions"]["media"]["audio"]["can_produce"], "NOT_ALLOWED");
        let mut staged = rich.clone();
        staged["permissions"]["stage_enabled"] = true.into();
        let staged = as_offered(&staged, true);
        assert_eq!(staged["permissions"]["media"]["audio"]["can_produce"], "CAN_REQUEST");
        assert_eq!(staged["permissions"]["stage_access"], "CAN_REQUEST");
        assert_eq!(
            as_offered(&json!({"config": {"view_type": "AUDIO_ROOM"}}), true)["config"]["view_type"],
            "AUDIO_ROOM"
        );
        assert_eq!(
            told["permissions"]["chat"]["public"],
            json!({"can_send": true, "text": true, "files": true})
        );
        assert_eq!(
            as_offered(&rich, false)["permissions"]["chat"]["public"]["files"],
            false,
            "none are taken"
        );
    }
}
