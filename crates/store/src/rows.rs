//! The rows of the ledger's own tables, many at a time. [`crate::facts`] decides which there are.

use rusqlite::Connection;
use sederunt_core::effect::Person;
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{MeetingId, SessionId};
use sederunt_core::tally::{SessionColumns, Stay};
use sederunt_core::time::UnixMs;

use crate::bulk::{Insert, Values};
use crate::fold::fold;
use crate::ledger::Place;
use crate::sql::{blob, find, write_error};
use crate::{ParticipantRow, Result, StoreError, Thing};

/// A fact, who recorded it, and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewFact<'a> {
    pub node: i64,
    pub app: i64,
    pub place: Place,
    pub fact: &'a Fact,
}

/// A session as of its latest fact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SessionState<'a> {
    pub app: i64,
    pub columns: &'a SessionColumns,
    /// Sequence number of that fact.
    pub last_seq: i64,
    /// Title or keep-alive may be others than before.
    pub renamed: bool,
    /// Its own time minus the steady clock of the process that writes.
    pub offset_ms: i64,
}

/// A stay as of its latest fact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StayState<'a> {
    pub session: SessionId,
    pub node: i64,
    pub stay: &'a Stay,
    /// With a new stay.
    pub person: Option<&'a Person>,
}

/// What changes in the sums of a meeting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TallyChange {
    pub sessions: i64,
    pub first_joined_at: UnixMs,
    pub together_ms: i64,
    /// Of sessions that end.
    pub stays: i64,
}

/// Appends facts.
pub(crate) fn insert_facts(conn: &Connection, facts: &[NewFact<'_>]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT OR FAIL INTO fact (seq, node, at_ms, app, meeting, session, kind, peer, participant, role, created_ms, reason,
                           title, keep_alive_ms, prev)",
        15,
        "",
    );
    INSERT.run(conn, facts, |v, NewFact { node, app, place, fact }| {
        v.put(place.seq)?;
        v.put(node)?;
        v.put(fact.at.0)?;
        v.put(app)?;
        v.put(blob(fact.meeting.as_u128()))?;
        v.put(blob(fact.session.as_u128()))?;
        OfKind::of(&fact.kind).put(v)?;
        v.put(place.prev)
    })?;
    Ok(())
}

/// Says in which blocks of the sequence apps have facts; `(app, block)` that are known are passed over.
pub(crate) fn insert_blocks(conn: &Connection, blocks: &[(i64, i64)]) -> Result<()> {
    static INSERT: Insert = Insert::new("INSERT OR IGNORE INTO fact_block (app, block)", 2, "");
    INSERT.run(conn, blocks, |v, (app, block)| {
        v.put(app)?;
        v.put(block)
    })?;
    Ok(())
}

/// The columns that only some kinds of facts have.
#[derive(Default)]
struct OfKind<'a> {
    kind: &'static str,
    peer: Option<[u8; 16]>,
    participant: Option<[u8; 16]>,
    role: Option<&'static str>,
    created_ms: Option<i64>,
    reason: Option<&'static str>,
    title: Option<&'a str>,
    keep_alive_ms: Option<i64>,
}

impl<'a> OfKind<'a> {
    /// [`crate::replay`] reads them back.
    fn of(kind: &'a FactKind) -> Self {
        let named = |kind| Self { kind, ..Self::default() };
        match kind {
            FactKind::SessionStarted { title, keep_alive_ms } => Self {
                title: Some(title.as_str()),
                keep_alive_ms: Some(*keep_alive_ms),
                ..named("session_started")
            },
            FactKind::SessionRetitled { title } => Self { title: Some(title), ..named("session_retitled") },
            FactKind::KeepAliveChanged { keep_alive_ms } => {
                Self { keep_alive_ms: Some(*keep_alive_ms), ..named("keep_alive_changed") }
            }
            FactKind::PeerJoined { peer, participant, role, created_at } => Self {
                peer: Some(blob(peer.as_u128())),
                participant: Some(blob(participant.as_u128())),
                role: Some(role.as_str()),
                created_ms: Some(created_at.0),
                ..named("peer_joined")
            },
            FactKind::PeerAway { peer } => Self { peer: Some(blob(peer.as_u128())), ..named("peer_away") },
            FactKind::PeerBack { peer } => Self { peer: Some(blob(peer.as_u128())), ..named("peer_back") },
            FactKind::PeerLeft { peer, reason } => {
                Self { peer: Some(blob(peer.as_u128())), reason: Some(reason.as_str()), ..named("peer_left") }
            }
            FactKind::SessionEnded { reason } => {
                Self { reason: Some(reason.as_str()), ..named("session_ended") }
            }
        }
    }

    fn put(self, v: &mut Values<'_, '_>) -> rusqlite::Result<()> {
        v.put(self.kind)?;
        v.put(self.peer)?;
        v.put(self.participant)?;
        v.put(self.role)?;
        v.put(self.created_ms)?;
        v.put(self.reason)?;
        v.put(self.title)?;
        v.put(self.keep_alive_ms)
    }
}

/// `updated_ms` and all after it, in the order of both statements.
fn put_counts(v: &mut Values<'_, '_>, s: &SessionState<'_>) -> rusqlite::Result<()> {
    let c = s.columns;
    v.put(c.updated_at.0)?;
    v.put(c.live_count)?;
    v.put(c.peak)?;
    v.put(c.stay_count)?;
    v.put(c.closed_ms)?;
    v.put(c.ticking_count)?;
    v.put(c.ticking_joined_sum_ms)?;
    v.put(c.last_left_at.map(|t| t.0))?;
    v.put(c.together_ms)?;
    v.put(c.together_since.map(|t| t.0))?;
    v.put(s.last_seq)?;
    v.put(s.offset_ms)
}

/// Inserts sessions. `Exists` when one is there, or another LIVE one of its meeting.
pub(crate) fn insert_sessions(conn: &Connection, sessions: &[SessionState<'_>]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT OR FAIL INTO session (id, app, meeting, title, title_fold, keep_alive_ms, started_ms, ended_ms, end_reason,
                              updated_ms, live_count, peak, stay_count, closed_ms, ticking_count,
                              ticking_joined_sum_ms, last_left_ms, together_ms, together_since_ms, last_seq,
                              offset_ms)",
        21,
        "",
    );
    let put = |v: &mut Values<'_, '_>, s: &SessionState<'_>| {
        let c = s.columns;
        v.put(blob(c.session.as_u128()))?;
        v.put(s.app)?;
        v.put(blob(c.meeting.as_u128()))?;
        v.put(&*c.title)?;
        v.put(fold(&c.title))?;
        v.put(c.keep_alive_ms)?;
        v.put(c.started_at.0)?;
        v.put(c.ended_at.map(|t| t.0))?;
        v.put(c.end_reason.map(|r| r.as_str()))?;
        put_counts(v, s)
    };
    INSERT
        .run(conn, sessions, put)
        .map_err(write_error(Thing::Session))
}

/// What changes while a session is LIVE. `ended_ms` is not among it: naming it would write two indexes anew.
const UPDATE_LIVE: &str = "UPDATE session SET updated_ms = ?2, live_count = ?3, peak = ?4, stay_count = ?5,
        closed_ms = ?6, ticking_count = ?7, ticking_joined_sum_ms = ?8, last_left_ms = ?9, together_ms = ?10,
        together_since_ms = ?11, last_seq = ?12, offset_ms = ?13
     WHERE id = ?1 AND ended_ms IS NULL";

const UPDATE_NAMES: &str =
    "UPDATE session SET title = ?2, title_fold = ?3, keep_alive_ms = ?4 WHERE id = ?1 AND ended_ms IS NULL";

const UPDATE_ENDED: &str =
    "UPDATE session SET ended_ms = ?2, end_reason = ?3 WHERE id = ?1 AND ended_ms IS NULL";

/// Updates sessions that are LIVE; `NotFound` when one is not.
pub(crate) fn update_sessions(conn: &Connection, sessions: &[SessionState<'_>]) -> Result<()> {
    if sessions.is_empty() {
        return Ok(());
    }
    let mut live = conn.prepare_cached(UPDATE_LIVE)?;
    for state in sessions {
        let c = state.columns;
        let id = blob(c.session.as_u128());
        let mut v = Values::of(&mut live);
        v.put(id)?;
        put_counts(&mut v, state)?;
        let mut changed = live.raw_execute()?;
        if state.renamed {
            let names = (id, &c.title, fold(&c.title), c.keep_alive_ms);
            changed = conn.prepare_cached(UPDATE_NAMES)?.execute(names)?;
        }
        if let (Some(at), Some(reason)) = (c.ended_at, c.end_reason) {
            changed = conn.prepare_cached(UPDATE_ENDED)?.execute((id, at.0, reason.as_str()))?;
        }
        if changed != 1 {
            return Err(StoreError::NotFound(Thing::LiveSession));
        }
    }
    Ok(())
}

/// Inserts stays, with the people who stayed. `Exists` when one of the session has this peer id.
pub(crate) fn insert_stays(conn: &Connection, stays: &[StayState<'_>]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT OR FAIL INTO stay (session, peer, participant, node, role, created_ms, joined_ms, left_ms, reason,
                           away_ms, display_name, name_fold, preset_name, custom_participant_id, custom_fold, user_id,
                           ip_address, user_agent)",
        18,
        "",
    );
    let put = |v: &mut Values<'_, '_>, state: &StayState<'_>| {
        let s = state.stay;
        v.put(blob(state.session.as_u128()))?;
        v.put(blob(s.peer.as_u128()))?;
        v.put(blob(s.participant.as_u128()))?;
        v.put(state.node)?;
        v.put(s.role.as_str())?;
        v.put(s.created_at.0)?;
        v.put(s.joined_at.0)?;
        v.put(s.left_at.map(|t| t.0))?;
        v.put(s.reason.map(|r| r.as_str()))?;
        v.put(s.away_since.map(|t| t.0))?;
        put_person(v, state.person)
    };
    INSERT.run(conn, stays, put).map_err(write_error(Thing::Stay))
}

fn put_person(v: &mut Values<'_, '_>, person: Option<&Person>) -> rusqlite::Result<()> {
    let custom = person.and_then(|p| p.custom_participant_id.as_deref());
    v.put(person.map(|p| &*p.display_name))?;
    v.put(person.map(|p| fold(&p.display_name)))?;
    v.put(person.map(|p| &*p.preset_name))?;
    v.put(custom)?;
    v.put(custom.map(fold))?;
    v.put(person.and_then(|p| p.user_id.as_deref()))?;
    v.put(person.and_then(|p| p.ip_address.as_deref()))?;
    v.put(person.and_then(|p| p.user_agent.as_deref()))
}

const UPDATE_STAY: &str =
    "UPDATE stay SET node = ?3, away_ms = ?4 WHERE session = ?1 AND peer = ?2 AND left_ms IS NULL";

const UPDATE_STAY_LEFT: &str = "UPDATE stay SET node = ?3, away_ms = ?4, left_ms = ?5, reason = ?6
     WHERE session = ?1 AND peer = ?2 AND left_ms IS NULL";

/// Updates stays that are open; `NotFound` when one is not.
pub(crate) fn update_stays(conn: &Connection, stays: &[StayState<'_>]) -> Result<()> {
    if stays.is_empty() {
        return Ok(());
    }
    let mut left = conn.prepare_cached(UPDATE_STAY_LEFT)?;
    for StayState { session, node, stay, .. } in stays {
        let (session, peer) = (blob(session.as_u128()), blob(stay.peer.as_u128()));
        let away_ms = stay.away_since.map(|t| t.0);
        let changed = if let (Some(left_at), Some(reason)) = (stay.left_at, stay.reason) {
            let mut v = Values::of(&mut left);
            v.put(session)?;
            v.put(peer)?;
            v.put(node)?;
            v.put(away_ms)?;
            v.put(left_at.0)?;
            v.put(reason.as_str())?;
            left.raw_execute()?
        } else {
            conn.prepare_cached(UPDATE_STAY)?.execute((session, peer, node, away_ms))?
        };
        if changed != 1 {
            return Err(StoreError::NotFound(Thing::OpenStay));
        }
    }
    Ok(())
}

/// Adds to the sums of meetings.
pub(crate) fn add_meeting_tallies(conn: &Connection, changes: &[(MeetingId, TallyChange)]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT INTO meeting_tally (meeting, sessions, first_joined_ms, together_ms, stays)",
        5,
        " ON CONFLICT (meeting) DO UPDATE SET sessions = sessions + excluded.sessions,
              first_joined_ms = min(first_joined_ms, excluded.first_joined_ms),
              together_ms = together_ms + excluded.together_ms, stays = stays + excluded.stays",
    );
    INSERT.run(conn, changes, |v, (meeting, change)| {
        v.put(blob(meeting.as_u128()))?;
        v.put(change.sessions)?;
        v.put(change.first_joined_at.0)?;
        v.put(change.together_ms)?;
        v.put(change.stays)
    })?;
    Ok(())
}

/// Adds to the number of sessions of apps.
pub(crate) fn add_app_tallies(conn: &Connection, changes: &[(i64, i64)]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT INTO app_tally (app, sessions)",
        2,
        " ON CONFLICT (app) DO UPDATE SET sessions = sessions + excluded.sessions",
    );
    INSERT.run(conn, changes, |v, (app, sessions)| {
        v.put(app)?;
        v.put(sessions)
    })?;
    Ok(())
}

/// Inserts participants who may have a row already, a deleted one too, which then stays as it is.
pub(crate) fn insert_newcomers(conn: &Connection, rows: &[ParticipantRow]) -> Result<()> {
    for row in rows {
        let sql = "SELECT 1 FROM participant WHERE id = ?1";
        if find(conn, sql, [blob(row.id.as_u128())], |_| Ok(()))?.is_none() {
            insert_participants(conn, std::slice::from_ref(row))?;
        }
    }
    Ok(())
}

/// Inserts participants; `Exists` when an id is taken, `NotFound` when an app is unknown.
pub(crate) fn insert_participants(conn: &Connection, rows: &[ParticipantRow]) -> Result<()> {
    static INSERT: Insert = Insert::new(
        "INSERT OR FAIL INTO participant (id, meeting, app, name, name_fold, picture, custom_participant_id, custom_fold,
                                  user_id, preset_name, member_type, blocked, deleted_ms, created_ms, updated_ms)",
        15,
        "",
    );
    let put = |v: &mut Values<'_, '_>, p: &ParticipantRow| {
        v.put(blob(p.id.as_u128()))?;
        v.put(blob(p.meeting.as_u128()))?;
        v.put(p.app.as_str())?;
        v.put(&*p.name)?;
        v.put(fold(&p.name))?;
        v.put(&*p.picture)?;
        v.put(p.custom_participant_id.as_deref())?;
        v.put(p.custom_participant_id.as_deref().map(fold))?;
        v.put(p.user_id.as_deref())?;
        v.put(&*p.preset_name)?;
        v.put(p.member_type.as_str())?;
        v.put(p.blocked)?;
        v.put(p.deleted_at.map(|t| t.0))?;
        v.put(p.created_at.0)?;
        v.put(p.updated_at.0)
    };
    INSERT.run(conn, rows, put).map_err(write_error(Thing::Participant))
}
