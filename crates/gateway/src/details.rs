//! `GET /v2/internals/participant-details`: who the bearer of a token is (PROTOCOL §2.1).

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use sederunt_app::admission::{self, Ticket};
use sederunt_app::presets;
use sederunt_core::rights::Rights;
use sederunt_node::EntryError;
use serde_json::{Value, json};

use crate::Gateway;
use crate::http::{Refused, base_of, bearer};

/// Answers with participant, meeting, preset and socket host of the token.
pub(crate) async fn participant_details(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let token = bearer(&headers).ok_or_else(Refused::no_token)?;
    // The first call of whoever comes new; a socket that comes back goes another way and is let in.
    gateway.node.has_room_for_more()?;
    let ticket = admission::admit(&gateway.node, token).await?;
    let taken = admission::taken(&gateway.node, &ticket).await.map_err(EntryError::from)?;
    let base = base_of(&gateway.config, &headers);
    Ok(Json(details(&ticket, taken, &base, gateway.config.files.is_some())))
}

/// Keys without a value are left out: the client cannot read `null` (PROTOCOL §0 point 10).
fn details(ticket: &Ticket, taken: Rights, base_uri: &str, takes_files: bool) -> Value {
    let Ticket { meeting, participant, preset, .. } = ticket;
    let mut person = json!({
        "id": participant.id,
        "name": participant.name,
        "organization_id": participant.app,
    });
    if !participant.picture.is_empty() {
        person["picture"] = participant.picture.as_str().into();
    }
    if let Some(custom_id) = &participant.custom_participant_id {
        person["custom_participant_id"] = custom_id.as_str().into();
    }
    let mut told = presets::as_offered(&preset.body, takes_files);
    presets::take_away(&mut told["permissions"], taken);
    json!({ "success": true, "data": {
        "participant": person,
        "meeting": {
            "id": meeting.id,
            "title": meeting.title,
            "record_on_start": false,
            "live_stream_on_start": false,
        },
        "preset": {
            "id": preset.id,
            "name": preset.name,
            "config": told["config"],
            "permissions": told["permissions"],
            "ui": if told["ui"].is_object() { told["ui"].clone() } else { json!({}) },
        },
        "socket": { "base_uri": base_uri },
        "plugins": [],
    } })
}
