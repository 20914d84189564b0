//! Changes as they are told: the JSON of each, made once however many are told.

use sederunt_core::fact::{FactKind, FactName};
use sederunt_core::id::{MeetingId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;
use sederunt_store::{EventPerson, EventRow, LiveSession, SessionRow};
use serde::Serialize;
use utoipa::ToSchema;

use crate::text::{Minutes, iso};

/// A change with its text.
#[derive(Debug, Clone)]
pub struct Told {
    /// Sequence number in the ledger.
    pub seq: u64,
    /// The meeting.
    pub meeting: MeetingId,
    /// The session.
    pub session: SessionId,
    /// What happened.
    pub kind: FactName,
    /// An [`Event`] as one line of JSON.
    pub json: String,
}

impl Told {
    /// Makes the text of a change.
    pub fn of(row: EventRow) -> serde_json::Result<Self> {
        let (seq, meeting, session) = (row.seq, row.fact.meeting, row.fact.session);
        let kind = row.fact.kind.name();
        Ok(Self { seq, meeting, session, kind, json: serde_json::to_string(&Event::of(row))? })
    }
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// Sequence number in the ledger, greater than that of every change before it; not without gaps.
    seq: u64,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(
        pattern = r"^(session\.(started|retitled|keep_alive_changed|ended)|peer\.(joined|away|back|left))$"
    )]
    kind: &'static str,
    /// When it was true. A lost connection is recorded after the reconnect grace, with the instant of the loss.
    #[schema(format = DateTime)]
    at: String,
    /// The app.
    app_id: String,
    /// The meeting.
    meeting_id: String,
    /// The session.
    session_id: String,
    /// Why the peer left or the session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'static str>,
    /// Milliseconds that the session stays LIVE after the last leave, when it starts and when that changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    keep_alive_ms: Option<i64>,
    /// The peer that joined, was lost, came back or left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    peer: Option<Peer>,
    /// The session after the change.
    session: SessionState,
}

/// A connection of a participant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedPeer)]
struct Peer {
    /// The peer, as RealtimeKit has it: unique in its session. The same client may come again in another one.
    id: String,
    /// The stay, as Pagecall has it, whose session it is: no other one has this id, of whatever session.
    stay_id: String,
    /// Who.
    participant_id: String,
    /// `member` or `monitor`.
    role: &'static str,
    /// When it entered.
    #[schema(format = DateTime)]
    joined_at: String,
    /// Since when its connection is lost; it may still come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    away_since: Option<String>,
    /// When it left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    left_at: Option<String>,
    /// Length of the stay, once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable = false)]
    duration: Option<Minutes>,
    /// Name at the join; absent when it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    display_name: Option<String>,
    /// Preset at the join.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    preset_name: Option<String>,
    /// The caller's own identifier for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    custom_participant_id: Option<String>,
}

/// The numbers of a session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedSession)]
struct SessionState {
    /// `LIVE` or `ENDED`.
    #[schema(pattern = "^(LIVE|ENDED)$")]
    status: &'static str,
    /// Title of the meeting; frozen at the end.
    title: String,
    /// First join.
    #[schema(format = DateTime)]
    started_at: String,
    /// When it ended; absent while LIVE.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    ended_at: Option<String>,
    /// Peers connected.
    live_participants: u32,
    /// Most peers connected at a time so far.
    max_concurrent_participants: u32,
    /// Peers whose time runs: those connected and not away. Their minutes grow after `as_of`.
    counting_participants: u32,
    /// Participant-minutes up to `as_of`.
    #[schema(value_type = f64)]
    minutes_consumed: Minutes,
    /// The instant for which the minutes are exact.
    #[schema(format = DateTime)]
    as_of: String,
    /// When it ends if nobody comes, a little later if breakout rooms of it are LIVE then; only while it is LIVE with nobody in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    ends_at: Option<String>,
    /// The session that this one is a breakout room of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    breakout_of: Option<String>,
}

/// Who is in which session; the changes after `seq` follow. A large one comes in parts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedSnapshot)]
pub struct Snapshot {
    /// Every change up to this sequence number is in it, none after it.
    seq: u64,
    /// The app.
    app_id: String,
    /// LIVE sessions, oldest first.
    sessions: Vec<SnapshotSession>,
    /// False when more parts follow.
    complete: bool,
}

/// A LIVE session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeedSnapshotSession)]
struct SnapshotSession {
    /// The session.
    session_id: String,
    /// The meeting.
    meeting_id: String,
    /// Its numbers.
    session: SessionState,
    /// Who is connected, in order of joining.
    peers: Vec<Peer>,
}

impl Event {
    /// As it is told.
    pub fn of(row: EventRow) -> Self {
        let EventRow { seq, fact, session, as_of, ends_at, stay, person, .. } = row;
        let (reason, keep_alive_ms) = match &fact.kind {
            FactKind::SessionStarted { keep_alive_ms, .. } | FactKind::KeepAliveChanged { keep_alive_ms } => {
                (None, Some(*keep_alive_ms))
            }
            FactKind::PeerLeft { reason, .. } => (Some(reason.as_str()), None),
            FactKind::SessionEnded { reason } => (Some(reason.as_str()), None),
            FactKind::SessionRetitled { .. }
            | FactKind::PeerJoined { .. }
            | FactKind::PeerAway { .. }
            | FactKind::PeerBack { .. } => (None, None),
        };
        Self {
            seq,
            kind: fact.kind.name().told(),
            at: iso(fact.at),
            app_id: fact.app.to_string(),
            meeting_id: fact.meeting.to_string(),
            session_id: fact.session.to_string(),
            reason,
            keep_alive_ms,
            peer: stay.map(|stay| Peer::of(&stay, person)),
            session: SessionState::of(session, as_of, ends_at),
        }
    }
}

impl Peer {
    fn of(stay: &Stay, person: Option<EventPerson>) -> Self {
        let mut peer = Self {
            id: stay.peer.to_string(),
            stay_id: stay.id.to_string(),
            participant_id: stay.participant.to_string(),
            role: stay.role.as_str(),
            joined_at: iso(stay.joined_at),
            away_since: stay.away_since.map(iso),
            left_at: stay.left_at.map(iso),
            duration: stay.left_at.map(|left_at| Minutes::of(left_at.since(stay.joined_at))),
            display_name: None,
            preset_name: None,
            custom_participant_id: None,
        };
        if let Some(person) = person {
            peer.display_name = Some(person.display_name);
            peer.preset_name = Some(person.preset_name);
            peer.custom_participant_id = person.custom_participant_id;
        }
        peer
    }
}

impl SessionState {
    /// As of an instant of the session's own time.
    fn of(row: SessionRow, as_of: UnixMs, ends_at: Option<UnixMs>) -> Self {
        Self {
            status: if row.ended_at.is_some() { "ENDED" } else { "LIVE" },
            started_at: iso(row.started_at),
            ended_at: row.ended_at.map(iso),
            live_participants: row.live_count,
            max_concurrent_participants: row.peak,
            counting_participants: row.ticking_count,
            minutes_consumed: Minutes::of(row.consumed_at(as_of)),
            as_of: iso(as_of),
            ends_at: ends_at.map(iso),
            breakout_of: row.parent.map(|parent| parent.to_string()),
            title: row.title.as_ref().to_owned(),
        }
    }
}

impl Snapshot {
    /// A part of a snapshot as of `seq`, its minutes as of an instant of the steady clock.
    pub fn of(seq: u64, app_id: &str, sessions: Vec<LiveSession>, now: UnixMs, complete: bool) -> Self {
        let session = |live: LiveSession| SnapshotSession {
            session_id: live.session.id.to_string(),
            meeting_id: live.session.meeting.to_string(),
            // A change may have been written since the clock was read.
            session: {
                let as_of = live.session.own_time(now).max(live.session.updated_at);
                SessionState::of(live.session, as_of, live.ends_at)
            },
            peers: live.peers.into_iter().map(|(stay, person)| Peer::of(&stay, person)).collect(),
        };
        Self {
            seq,
            app_id: app_id.to_owned(),
            sessions: sessions.into_iter().map(session).collect(),
            complete,
        }
    }
}
