//! A node over a fresh ledger, and rooms to enter.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use sederunt_app::admission::Ticket;
use sederunt_app::presets::default_presets;
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::rights::Rights;
use sederunt_node::clock::SystemClock;
use sederunt_node::{Node, NodeConfig, generate_signing_key};
use sederunt_store::{AppRow, MeetingRow, MemberType, ParticipantRow, RoomKind, Store};

/// Peers of one room; more peers mean more rooms.
pub(crate) const PEERS_PER_ROOM: usize = 16;

/// A node without media over the ledger in `data`.
pub(crate) async fn node(data: &Path) -> Result<Node> {
    let config = NodeConfig {
        node_id: "bench".to_owned(),
        reconnect_grace_ms: 20_000,
        signing_key_pem: generate_signing_key()?,
        store_client_addresses: false,
    };
    Ok(Node::start(config, Store::open(data)?, None, Arc::new(SystemClock::start())).await?)
}

/// A ticket for each of `rooms` new meetings of the new app `app`, whose account has its name.
pub(crate) async fn tickets(node: &Node, app: &str, rooms: usize) -> Result<Vec<Ticket>> {
    let now = node.now();
    let app = AppRow { id: app.into(), account: app.to_owned(), name: app.to_owned(), created_at: now };
    let presets = default_presets(&app.id, now, || node.mint_id());
    let preset = presets.first().cloned().context("an app has presets")?;
    node.store().create_app(app.clone(), presets).await?;
    let mut tickets = Vec::new();
    for room in 0..rooms {
        let meeting = MeetingRow {
            id: MeetingId::from(node.mint_id()),
            app: app.id.clone(),
            parent: None,
            title: format!("Room {room}"),
            active: true,
            keep_alive_secs: 60,
            kind: RoomKind::Private,
            is_room: false,
            default_member_type: MemberType::Guest,
            max_meeting_seconds: None,
            terminated_at: None,
            deleted_at: None,
            extra: serde_json::json!({}),
            created_at: now,
            updated_at: now,
        };
        let participant = ParticipantRow {
            id: ParticipantId::from(node.mint_id()),
            meeting: meeting.id,
            app: app.id.clone(),
            name: "Ada".to_owned(),
            picture: String::new(),
            custom_participant_id: Some("ada".to_owned()),
            user_id: None,
            preset_id: Some(preset.id.clone()),
            preset_name: preset.name.clone(),
            member_type: MemberType::Host,
            blocked: false,
            deleted_at: None,
            created_at: now,
            updated_at: now,
        };
        node.store().create_meeting(meeting.clone()).await?;
        node.store().create_participant(participant.clone()).await?;
        tickets.push(Ticket {
            meeting,
            participant,
            preset: preset.clone(),
            belongs: None,
            taken: Rights::NONE,
            is_unrecorded: false,
            token_hash: room as u64,
        });
    }
    Ok(tickets)
}
