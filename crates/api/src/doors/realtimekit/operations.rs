//! Every operation of the vendor, built or not.

use axum::http::Method;

use crate::document::Operation;

/// RealtimeKit: SDK 7.1 and 7.3 together, what the vendor documents beside it, and what older SDKs have.
pub(super) const ALL: &[Operation] = &[
    (Method::GET, "/accounts/{account_id}/realtime/kit/apps"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/apps"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/meetings"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/meetings"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants"),
    (
        Method::DELETE,
        "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}",
    ),
    (
        Method::PATCH,
        "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}",
    ),
    (
        Method::GET,
        "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}",
    ),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}"),
    (Method::PUT, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}"),
    (Method::PATCH, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}"),
    (
        Method::POST,
        "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}/token",
    ),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/presets"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/presets"),
    (Method::PATCH, "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}"),
    (Method::DELETE, "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}"),
    (Method::PUT, "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/summary"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/summary"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/peer-report/{peer_id}"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/chat"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}"),
    (
        Method::GET,
        "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/participants/{participant_id}",
    ),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/participants"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/transcript"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/poll"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session"),
    (
        Method::POST,
        "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick-all",
    ),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/analytics/daywise"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/recordings/active-recording/{meeting_id}"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/recordings/{recording_id}"),
    (Method::PUT, "/accounts/{account_id}/realtime/kit/{app_id}/recordings/{recording_id}"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/recordings"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/recordings"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/recordings/track"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/livestreams"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/livestreams"),
    (
        Method::GET,
        "/accounts/{account_id}/realtime/kit/{app_id}/livestreams/{livestream_id}/active-livestream-session",
    ),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/analytics/livestreams/overall"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/analytics/livestreams/daywise"),
    (
        Method::GET,
        "/accounts/{account_id}/realtime/kit/{app_id}/livestreams/sessions/{livestream_session_id}",
    ),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/livestreams/{livestream_id}"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-livestream"),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/livestreams"),
    (
        Method::POST,
        "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-livestream/stop",
    ),
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/webhooks"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/webhooks"),
    (Method::DELETE, "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}"),
    (Method::PATCH, "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}"),
    (Method::PUT, "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/{webhook_id}"),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/webhooks/all"),
    // Of older SDKs.
    (Method::POST, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/mute"),
    (
        Method::POST,
        "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/mute-all",
    ),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/livestream"),
    (Method::PUT, "/accounts/{account_id}/realtime/kit/{app_id}/livestreams/{livestream_id}/enable"),
    (Method::PUT, "/accounts/{account_id}/realtime/kit/{app_id}/livestreams/{livestream_id}/disable"),
    (
        Method::POST,
        "/accounts/{account_id}/realtime/kit/{app_id}/livestreams/{livestream_id}/reset-stream-key",
    ),
    (Method::GET, "/accounts/{account_id}/realtime/kit/{app_id}/sessions/{session_id}/livestream-sessions"),
];
