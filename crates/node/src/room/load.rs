//! A room from the store: its settings, and its open session.

use sederunt_core::config::{OpenSession, RoomConfig};
use sederunt_core::effect::Write;
use sederunt_core::fact::{FactKind, LeaveReason};
use sederunt_core::id::MeetingId;
use sederunt_core::limit::CHAT_HISTORY_MAX;
use sederunt_core::room::Room;
use sederunt_core::time::UnixMs;
use sederunt_store::{MeetingRow, Store, StoreError, Thing};

use serde_json::Value;

use crate::shell::Shell;

/// Settings of the room of this meeting.
pub(crate) fn room_config(row: &MeetingRow, reconnect_grace_ms: i64, prior_together_ms: i64) -> RoomConfig {
    RoomConfig {
        app: row.app.clone(),
        meeting: row.id,
        parent: row.parent,
        title: row.title.clone(),
        open: row.active && row.terminated_at.is_none(),
        keep_alive_ms: row.keep_alive_secs.saturating_mul(1000),
        reconnect_grace_ms,
        max_together_ms: row.max_meeting_seconds.map(|secs| secs.saturating_mul(1000)),
        persist_chat: row.extra["persist_chat"] == Value::Bool(true),
        prior_together_ms,
    }
}

/// Settings of the room whose meeting was deleted while its session runs: nobody may join any more.
fn orphan_config(meeting: MeetingId, open: &OpenSession, reconnect_grace_ms: i64) -> RoomConfig {
    let columns = open.tally.columns();
    RoomConfig {
        app: columns.app.clone(),
        meeting,
        parent: None,
        title: columns.title.clone(),
        open: false,
        keep_alive_ms: columns.keep_alive_ms,
        reconnect_grace_ms,
        max_together_ms: None,
        persist_chat: false,
        prior_together_ms: 0,
    }
}

/// Loads the room of a meeting. Stays that this process left open when the room failed end at that instant.
/// Fails with `NotFound` when there is neither a meeting nor an open session.
pub(super) async fn load(shell: &Shell, meeting: MeetingId) -> Result<Room, StoreError> {
    let store = &shell.store;
    let now = shell.clock.read();
    let mut open = store.open_session(meeting, &shell.config.node_id, now).await?;
    if let Some(session) = &mut open {
        let failed_at = shell.rooms.failed_at(meeting).unwrap_or(now.steady).plus_ms(session.offset_ms);
        close_orphans(store, &shell.config.node_id, session, failed_at).await?;
    }
    let grace_ms = shell.config.reconnect_grace_ms;
    let config = match (store.meeting(meeting).await?, &open) {
        (Some(row), _) => room_config(&row, grace_ms, store.together_ms(meeting, None).await?),
        (None, Some(open)) => orphan_config(meeting, open, grace_ms),
        (None, None) => return Err(StoreError::NotFound(Thing::Meeting)),
    };
    let removals = store.removals(meeting, shell.clock.now()).await?;
    let lost = store.lost_peers(meeting).await?;
    let (waits, admitted) = store.waiting(meeting, shell.clock.now()).await?;
    let seats = store.seats(meeting).await?;
    let permissions = store.permissions(meeting).await?;
    let former = match config.persist_chat {
        true => store.former_chat(meeting, CHAT_HISTORY_MAX as u32).await?,
        false => Vec::new(),
    };
    let links = store.links(config.parent.unwrap_or(meeting)).await?;
    shell.rooms.clear_failed(meeting);
    Ok(Room::new(config, open)
        .with_removed(removals)
        .with_lost(lost)
        .with_waiting(waits, admitted)
        .with_seats(seats)
        .with_permissions(permissions)
        .with_former_chat(former)
        .with_family(links))
}

/// Ends the stays nobody can continue, durably: at their loss if they were away, else at `failed_at`, an instant of the
/// session's own time.
async fn close_orphans(
    store: &Store,
    node: &str,
    open: &mut OpenSession,
    failed_at: UnixMs,
) -> Result<(), StoreError> {
    let alive = failed_at.max(open.tally.latest());
    let mut writes = Vec::new();
    for (peer, at) in open.tally.orphans(|_| alive) {
        let kind = FactKind::PeerLeft { peer, reason: LeaveReason::NodeLost };
        let write = Write::next(&mut open.tally, at, kind, None, open.offset_ms);
        writes.push(write.map_err(|e| StoreError::Damaged(e.to_string()))?);
    }
    if !writes.is_empty() {
        store.remember(node, writes).await?;
    }
    Ok(())
}
