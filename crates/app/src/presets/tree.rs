//! The tree of a preset (SEMANTICS §2.6): what it has to have, and in which form. Checks and documents read it from here.

use sederunt_core::limit::PEERS_MAX;

use Form::{Bool, Map, Name, Number, Numbers, Text, Tree, Url, Whole};

/// What a place of the tree may hold.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// `true` or `false`.
    Bool,
    /// A text; how long it may be follows from the size of the whole.
    Text,
    /// A http or https URL, or nothing. That it is one is its door's to see.
    Url,
    /// One of these names.
    Name(&'static [&'static str]),
    /// A whole number, from the first bound to the second.
    Whole(i64, i64),
    /// A number of at least so much.
    Number(i32),
    /// A list of numbers.
    Numbers,
    /// An object with any fields.
    Map,
    /// An object with these fields, and others that are kept as they are.
    Tree(&'static [Field]),
}

/// A field of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub form: Form,
    /// A whole preset has it.
    pub required: bool,
}

const fn must(name: &'static str, form: Form) -> Field {
    Field { name, form, required: true }
}

const fn may(name: &'static str, form: Form) -> Field {
    Field { name, form, required: false }
}

/// The parts of a preset beside its name.
pub const PARTS: &[Field] = &[
    must("config", Tree(CONFIG)),
    must("permissions", Tree(PERMISSIONS)),
    must("ui", Tree(&[must("design_tokens", Tree(DESIGN))])),
];

/// As many pictures as a room has peers.
#[expect(clippy::cast_possible_wrap, reason = "a thousand")]
const STREAMS: Form = Whole(0, PEERS_MAX as i64);
const QUALITY: Form = Name(&["hd", "vga", "qvga", "fhd", "uhd"]);
const FRAMES: Form = Whole(0, 30);
const PRODUCE: Form = Name(&["ALLOWED", "NOT_ALLOWED", "CAN_REQUEST"]);

const CONFIG: &[Field] = &[
    must("view_type", Name(&["GROUP_CALL", "WEBINAR", "AUDIO_ROOM", "LIVESTREAM"])),
    must("max_video_streams", Tree(&[must("desktop", STREAMS), must("mobile", STREAMS)])),
    must("max_screenshare_count", STREAMS),
    must("media", Tree(MEDIA)),
    may("livestream_viewer_qualities", Numbers),
];

const MEDIA: &[Field] = &[
    must("video", Tree(&[must("quality", QUALITY), must("frame_rate", FRAMES), may("simulcast", Bool)])),
    must("screenshare", Tree(&[must("quality", QUALITY), must("frame_rate", FRAMES)])),
    may("audio", Tree(&[may("enable_stereo", Bool), may("enable_high_bitrate", Bool)])),
];

const PERMISSIONS: &[Field] = &[
    must("accept_waiting_requests", Bool),
    must("can_accept_production_requests", Bool),
    must("can_change_participant_permissions", Bool),
    must("can_edit_display_name", Bool),
    must("can_livestream", Bool),
    must("can_record", Bool),
    must("can_spotlight", Bool),
    must("chat", Tree(CHAT)),
    must(
        "connected_meetings",
        Tree(&[
            must("can_alter_connected_meetings", Bool),
            must("can_switch_connected_meetings", Bool),
            must("can_switch_to_parent_meeting", Bool),
        ]),
    ),
    must("disable_participant_audio", Bool),
    must("disable_participant_screensharing", Bool),
    must("disable_participant_video", Bool),
    must("hidden_participant", Bool),
    must("kick_participant", Bool),
    must(
        "media",
        Tree(&[
            must("audio", Tree(&[must("can_produce", PRODUCE)])),
            must("video", Tree(&[must("can_produce", PRODUCE)])),
            must("screenshare", Tree(&[must("can_produce", PRODUCE)])),
        ]),
    ),
    must("pin_participant", Bool),
    must(
        "plugins",
        Tree(&[
            must("can_close", Bool),
            must("can_edit_config", Bool),
            must("can_start", Bool),
            must("config", Map),
        ]),
    ),
    must("polls", Tree(&[must("can_create", Bool), must("can_view", Bool), must("can_vote", Bool)])),
    must("recorder_type", Name(&["RECORDER", "LIVESTREAMER", "NONE"])),
    must("show_participant_list", Bool),
    must("waiting_room_type", Name(&["SKIP", "ON_PRIVILEGED_USER_ENTRY", "SKIP_ON_ACCEPT"])),
    may("accept_stage_requests", Bool),
    may("is_recorder", Bool),
    may("stage_access", PRODUCE),
    may("stage_enabled", Bool),
    may("transcription_enabled", Bool),
];

const CHAT: &[Field] = &[
    must("public", Tree(&[must("can_send", Bool), must("text", Bool), must("files", Bool)])),
    must(
        "private",
        Tree(&[must("can_send", Bool), must("can_receive", Bool), must("text", Bool), must("files", Bool)]),
    ),
];

const DESIGN: &[Field] = &[
    must("border_radius", Name(&["sharp", "rounded", "extra-rounded", "circular"])),
    must("border_width", Name(&["none", "thin", "fat"])),
    must("spacing_base", Number(1)),
    must("theme", Name(&["darkest", "dark", "light"])),
    must("colors", Tree(COLORS)),
    may("font_family", Text),
    may("google_font", Text),
    may("logo", Url),
];

const COLORS: &[Field] = &[
    must(
        "background",
        Tree(&[
            must("600", Text),
            must("700", Text),
            must("800", Text),
            must("900", Text),
            must("1000", Text),
        ]),
    ),
    must(
        "brand",
        Tree(&[
            must("300", Text),
            must("400", Text),
            must("500", Text),
            must("600", Text),
            must("700", Text),
        ]),
    ),
    must("danger", Text),
    must("success", Text),
    must("text", Text),
    must("text_on_brand", Text),
    must("video_bg", Text),
    must("warning", Text),
];
