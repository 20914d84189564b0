//! Events of facts, with their bodies.

use std::sync::Arc;

use bytes::Bytes;
use sederunt_core::fact::{EndReason, FactKind};
use sederunt_core::id::{AppId, PeerId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;
use sederunt_store::{EventPerson, EventRow, RoomWebhook};

use crate::body::kit::{self, EventName};
use crate::body::{BodyError, pagecall};
use crate::told::{Key, Order, Told};

/// How long after the end of a session the link to its chat is good (SEMANTICS §5).
const CHAT_LINK_MS: i64 = 7 * 24 * 3_600_000;

/// Who may want an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Webhooks of the app that list it.
    Kit(EventName),
    /// The webhook of the room.
    Room(Arc<RoomWebhook>),
}

/// An event, whoever wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Posted {
    pub told: Arc<Told>,
    pub kind: Kind,
}

/// What bodies say that is not in the fact.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    /// The app.
    pub app: &'a AppId,
    /// Its name.
    pub app_name: &'a str,
    /// The webhook of the room, if it has one.
    pub room: Option<&'a Arc<RoomWebhook>>,
    /// Makes the link to a session's chat; `None` when nobody has written to all.
    pub chat_url: Option<&'a ChatUrl>,
}

/// Makes the link to the chat of a session that is good until an instant.
pub type ChatUrl = Arc<dyn Fn(SessionId, UnixMs) -> String + Send + Sync>;

/// The events of a fact. None for what was imported: it happened elsewhere, and was told there.
pub(super) fn of(row: &EventRow, about: About<'_>) -> Result<Vec<Posted>, BodyError> {
    if row.is_imported {
        return Ok(Vec::new());
    }
    let organizer = kit::Organizer { id: about.app.as_str(), name: about.app_name };
    let session = kit::Session {
        meeting: row.fact.meeting,
        session: row.fact.session,
        title: row.session.title.as_ref(),
        started_at: row.session.started_at,
        organizer,
    };
    let mut events = Vec::new();
    let mut add = |part, order, kind, body| {
        let key = Key { part, ..Key::first(row.seq) };
        let told = Arc::new(Told { key, lane: row.fact.meeting, order, body });
        events.push(Posted { told, kind });
    };
    match &row.fact.kind {
        FactKind::SessionStarted { .. } => {
            add(0, Order::Session, Kind::Kit(EventName::MeetingStarted), kit::started(&session)?);
        }
        FactKind::PeerJoined { .. } | FactKind::PeerLeft { .. } => {
            let Some(stay) = &row.stay else { return Ok(events) };
            let order = Order::Peer(stay.peer);
            let (name, body) = visit_of_session(&session, stay, row.person.as_ref())?;
            add(0, order, Kind::Kit(name), body);
            if let Some(room) = about.room {
                add(0, order, Kind::Room(Arc::clone(room)), visit_of_room(row, stay)?);
            }
        }
        FactKind::SessionEnded { reason } => {
            let ended_at = row.session.ended_at.unwrap_or(row.fact.at);
            let body = kit::ended(&session, ended_at, *reason)?;
            add(0, Order::Session, Kind::Kit(EventName::MeetingEnded), body);
            if let Some(chat_url) = about.chat_url {
                let expires_at = ended_at.plus_ms(CHAT_LINK_MS);
                let url = &chat_url(session.session, expires_at);
                let body = kit::chat_synced(&session, &kit::ChatLink { url, expires_at, ended_at })?;
                add(1, Order::Session, Kind::Kit(EventName::ChatSynced), body);
            }
        }
        FactKind::SessionRetitled { .. }
        | FactKind::KeepAliveChanged { .. }
        | FactKind::PeerAway { .. }
        | FactKind::PeerBack { .. } => {}
    }
    Ok(events)
}

/// An event of something that has not happened. Events that this server never tells have none: they are told as a start.
pub(super) fn sample(session: &kit::Session<'_>, peer: PeerId, event: EventName, now: UnixMs) -> Bytes {
    let participant =
        kit::Participant { peer, display_name: "Test", custom_participant_id: "test", joined_at: now };
    let expires_at = now.plus_ms(CHAT_LINK_MS);
    let chat = kit::ChatLink { url: "https://example.com/", expires_at, ended_at: now };
    let body = match event {
        EventName::MeetingEnded => kit::ended(session, now, EndReason::AllParticipantsLeft),
        EventName::ParticipantJoined => kit::participant_joined(session, &participant),
        EventName::ParticipantLeft => kit::participant_left(session, &participant, now),
        EventName::ChatSynced => kit::chat_synced(session, &chat),
        EventName::MeetingStarted
        | EventName::RecordingStatus
        | EventName::LivestreamStatus
        | EventName::Transcript
        | EventName::Summary => kit::started(session),
    };
    // The wall clock is no year that has no text.
    body.unwrap_or_default()
}

fn visit_of_session(
    session: &kit::Session<'_>,
    stay: &Stay,
    person: Option<&EventPerson>,
) -> Result<(EventName, Bytes), BodyError> {
    let participant = kit::Participant {
        peer: stay.peer,
        display_name: person.map_or("", |person| &person.display_name),
        custom_participant_id: person
            .and_then(|person| person.custom_participant_id.as_deref())
            .unwrap_or_default(),
        joined_at: stay.joined_at,
    };
    Ok(match stay.left_at {
        None => (EventName::ParticipantJoined, kit::participant_joined(session, &participant)?),
        Some(left_at) => (EventName::ParticipantLeft, kit::participant_left(session, &participant, left_at)?),
    })
}

fn visit_of_room(row: &EventRow, stay: &Stay) -> Result<Bytes, BodyError> {
    let counts = row.counts;
    let visit = pagecall::Visit {
        room: row.fact.meeting,
        user_id: row.person.as_ref().and_then(|person| person.user_id.as_deref()),
        member: stay.participant,
        session: stay.id,
        sessions: counts.map_or(0, |counts| counts.stays),
        members: counts.map_or(0, |counts| counts.participants),
        at: stay.left_at.unwrap_or(stay.joined_at),
    };
    if stay.left_at.is_some() { pagecall::left(&visit) } else { pagecall::joined(&visit) }
}
