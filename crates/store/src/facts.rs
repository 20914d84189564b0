//! The ledger's write path: facts and the projections they lead to, many rooms at a time.
//!
//! A session's row is written once per group however many facts touched it, and so is a stay's. A row that starts
//! is inserted, any other is updated, so that a fact that does not fit what is stored is refused, not merged.

use std::collections::BTreeMap;

use rusqlite::params;
use sederunt_core::chat::ChatMessage;
use sederunt_core::effect::{Person, Write};
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::{MeetingId, PeerId, SessionId};
use sederunt_core::tally::{SessionColumns, Stay};
use sederunt_core::time::UnixMs;

use crate::fold::fold;
use crate::ledger::Ledger;
use crate::sql::{blob, write_error};
use crate::{Result, StoreError};

/// The rows that a set of writes leads to; the last state of each wins.
#[derive(Default)]
struct Rows<'a> {
    sessions: BTreeMap<SessionId, SessionChange<'a>>,
    stays: BTreeMap<(SessionId, PeerId), StayChange<'a>>,
    tallies: BTreeMap<MeetingId, TallyChange>,
    app_sessions: BTreeMap<i64, i64>,
}

struct SessionChange<'a> {
    columns: &'a SessionColumns,
    app: i64,
    starts: bool,
    /// The fact that ends it.
    ended_seq: Option<i64>,
}

struct StayChange<'a> {
    stay: &'a Stay,
    meeting: MeetingId,
    node: i64,
    person: Option<&'a Person>,
    starts: bool,
}

struct TallyChange {
    sessions: i64,
    first_joined_at: UnixMs,
    together_ms: i64,
}

/// Applies the writes of many rooms; returns the sequence number of the last fact of each.
pub(crate) fn apply<'a>(
    ledger: &mut Ledger,
    rooms: impl Iterator<Item = (&'a str, &'a [Write])>,
) -> Result<Vec<u64>> {
    let mut rows = Rows::default();
    let mut seqs = Vec::new();
    for (node, writes) in rooms {
        let node = ledger.node_no(node)?;
        for write in writes {
            one(ledger, node, write, &mut rows)?;
        }
        seqs.push(ledger.last_seq());
    }
    for change in rows.sessions.values() {
        ledger.changes.session(change.app, change.columns, change.ended_seq);
    }
    rows.flush(ledger)?;
    Ok(seqs)
}

fn one<'a>(ledger: &mut Ledger, node: i64, write: &'a Write, rows: &mut Rows<'a>) -> Result<()> {
    match write {
        Write::Fact { fact, columns, stay, person } => {
            let app = ledger.app_no(&fact.app)?;
            let seq = insert_fact(ledger, node, app, fact)?;
            rows.take(app, node, fact, columns, stay.as_ref(), person.as_ref());
            if let (FactKind::SessionEnded { .. }, Some(change)) =
                (&fact.kind, rows.sessions.get_mut(&fact.session))
            {
                change.ended_seq = Some(seq);
            }
        }
        Write::Chat(message) => put_chat(ledger, message)?,
        Write::ChatDeleted { session, chat } => {
            ledger
                .conn
                .prepare_cached("DELETE FROM chat WHERE id = ?1 AND session = ?2")?
                .execute([blob(chat.as_u128()), blob(session.as_u128())])?;
        }
        Write::Terminated { meeting, at } => {
            ledger
                .conn
                .prepare_cached(
                    "UPDATE meeting SET terminated_ms = coalesce(terminated_ms, ?2), updated_ms = max(updated_ms, ?2)
                     WHERE id = ?1",
                )?
                .execute(params![blob(meeting.as_u128()), at.0])?;
        }
    }
    Ok(())
}

impl<'a> Rows<'a> {
    fn take(
        &mut self,
        app: i64,
        node: i64,
        fact: &Fact,
        columns: &'a SessionColumns,
        stay: Option<&'a Stay>,
        person: Option<&'a Person>,
    ) {
        let starts = matches!(fact.kind, FactKind::SessionStarted { .. });
        let ends = matches!(fact.kind, FactKind::SessionEnded { .. });
        let change = self.sessions.entry(fact.session).or_insert(SessionChange {
            columns,
            app,
            starts,
            ended_seq: None,
        });
        change.columns = columns;
        if starts || ends {
            let tally = self.tallies.entry(fact.meeting).or_insert(TallyChange {
                sessions: 0,
                first_joined_at: columns.started_at,
                together_ms: 0,
            });
            tally.first_joined_at = tally.first_joined_at.min(columns.started_at);
            if starts {
                tally.sessions += 1;
                *self.app_sessions.entry(app).or_insert(0) += 1;
            } else {
                tally.together_ms += columns.together_ms;
            }
        }
        if let Some(stay) = stay {
            let starts = matches!(fact.kind, FactKind::PeerJoined { .. });
            let change = self.stays.entry((fact.session, stay.peer)).or_insert(StayChange {
                stay,
                meeting: fact.meeting,
                node,
                person,
                starts,
            });
            (change.stay, change.node) = (stay, node);
        }
    }

    fn flush(self, ledger: &Ledger) -> Result<()> {
        // Ends before starts: the session that makes room for another one of its meeting goes first.
        for change in self.sessions.values().filter(|c| !c.starts) {
            update_session(ledger, change)?;
        }
        for change in self.sessions.values().filter(|c| c.starts) {
            insert_session(ledger, change)?;
        }
        for ((session, _), change) in &self.stays {
            if change.starts {
                insert_stay(ledger, *session, change)?
            } else {
                update_stay(ledger, *session, change)?
            }
        }
        for (meeting, change) in &self.tallies {
            add_meeting_tally(ledger, *meeting, change)?;
        }
        for (app, sessions) in &self.app_sessions {
            ledger
                .conn
                .prepare_cached(
                    "INSERT INTO app_tally (app, sessions) VALUES (?1, ?2)
                     ON CONFLICT (app) DO UPDATE SET sessions = sessions + excluded.sessions",
                )?
                .execute([app, sessions])?;
        }
        Ok(())
    }
}

/// Writes a fact and returns its sequence number.
fn insert_fact(ledger: &mut Ledger, node: i64, app: i64, fact: &Fact) -> Result<i64> {
    let seq = ledger.next_seq();
    let mut row = FactRow::default();
    let kind = row.fill(&fact.kind);
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO fact (seq, node, at_ms, app, meeting, session, kind, peer, participant, role, created_ms,
                               reason, title, keep_alive_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            seq,
            node,
            fact.at.0,
            app,
            blob(fact.meeting.as_u128()),
            blob(fact.session.as_u128()),
            kind,
            row.peer,
            row.participant,
            row.role,
            row.created_ms,
            row.reason,
            row.title,
            row.keep_alive_ms,
        ])?;
    Ok(seq)
}

/// The columns that only some kinds of facts have.
#[derive(Default)]
struct FactRow<'a> {
    peer: Option<[u8; 16]>,
    participant: Option<[u8; 16]>,
    role: Option<&'static str>,
    created_ms: Option<i64>,
    reason: Option<&'static str>,
    title: Option<&'a str>,
    keep_alive_ms: Option<i64>,
}

impl<'a> FactRow<'a> {
    /// Fills the columns and returns the name of the kind. [`crate::replay`] reads them back.
    fn fill(&mut self, kind: &'a FactKind) -> &'static str {
        match kind {
            FactKind::SessionStarted { title, keep_alive_ms } => {
                (self.title, self.keep_alive_ms) = (Some(title.as_str()), Some(*keep_alive_ms));
                "session_started"
            }
            FactKind::SessionRetitled { title } => {
                self.title = Some(title);
                "session_retitled"
            }
            FactKind::KeepAliveChanged { keep_alive_ms } => {
                self.keep_alive_ms = Some(*keep_alive_ms);
                "keep_alive_changed"
            }
            FactKind::PeerJoined { peer, participant, role, created_at } => {
                self.peer = Some(blob(peer.as_u128()));
                self.participant = Some(blob(participant.as_u128()));
                (self.role, self.created_ms) = (Some(role.as_str()), Some(created_at.0));
                "peer_joined"
            }
            FactKind::PeerAway { peer } => {
                self.peer = Some(blob(peer.as_u128()));
                "peer_away"
            }
            FactKind::PeerBack { peer } => {
                self.peer = Some(blob(peer.as_u128()));
                "peer_back"
            }
            FactKind::PeerLeft { peer, reason } => {
                (self.peer, self.reason) = (Some(blob(peer.as_u128())), Some(reason.as_str()));
                "peer_left"
            }
            FactKind::SessionEnded { reason } => {
                self.reason = Some(reason.as_str());
                "session_ended"
            }
        }
    }
}

fn insert_session(ledger: &Ledger, change: &SessionChange<'_>) -> Result<()> {
    let c = change.columns;
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO session (id, app, meeting, title, title_fold, keep_alive_ms, started_ms, ended_ms, end_reason,
                                  updated_ms, live_count, peak, stay_count, closed_ms, ticking_count,
                                  ticking_joined_sum_ms, last_left_ms, together_ms, together_since_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?
        .execute(params![
            blob(c.session.as_u128()),
            change.app,
            blob(c.meeting.as_u128()),
            c.title,
            fold(&c.title),
            c.keep_alive_ms,
            c.started_at.0,
            c.ended_at.map(|t| t.0),
            c.end_reason.map(|r| r.as_str()),
            c.updated_at.0,
            c.live_count,
            c.peak,
            c.stay_count,
            c.closed_ms,
            c.ticking_count,
            c.ticking_joined_sum_ms,
            c.last_left_at.map(|t| t.0),
            c.together_ms,
            c.together_since.map(|t| t.0),
        ])
        .map_err(write_error("a session with this id, or a LIVE session of this meeting,"))?;
    Ok(())
}

/// What changes while a session is LIVE. `ended_ms` is not among it: naming it would write two indexes anew.
const UPDATE_LIVE: &str = "UPDATE session SET title = ?2, title_fold = ?3, keep_alive_ms = ?4, updated_ms = ?5,
        live_count = ?6, peak = ?7, stay_count = ?8, closed_ms = ?9, ticking_count = ?10, ticking_joined_sum_ms = ?11,
        last_left_ms = ?12, together_ms = ?13, together_since_ms = ?14
     WHERE id = ?1 AND ended_ms IS NULL";

fn update_session(ledger: &Ledger, change: &SessionChange<'_>) -> Result<()> {
    let c = change.columns;
    let id = blob(c.session.as_u128());
    let mut changed = ledger.conn.prepare_cached(UPDATE_LIVE)?.execute(params![
        id,
        c.title,
        fold(&c.title),
        c.keep_alive_ms,
        c.updated_at.0,
        c.live_count,
        c.peak,
        c.stay_count,
        c.closed_ms,
        c.ticking_count,
        c.ticking_joined_sum_ms,
        c.last_left_at.map(|t| t.0),
        c.together_ms,
        c.together_since.map(|t| t.0),
    ])?;
    if let (Some(at), Some(reason)) = (c.ended_at, c.end_reason) {
        changed = ledger
            .conn
            .prepare_cached(
                "UPDATE session SET ended_ms = ?2, end_reason = ?3 WHERE id = ?1 AND ended_ms IS NULL",
            )?
            .execute(params![id, at.0, reason.as_str()])?;
    }
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("the LIVE session of a fact")) }
}

fn insert_stay(ledger: &Ledger, session: SessionId, change: &StayChange<'_>) -> Result<()> {
    let s = change.stay;
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO stay (session, peer, meeting, participant, node, role, created_ms, joined_ms, left_ms, reason,
                               away_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            blob(session.as_u128()),
            blob(s.peer.as_u128()),
            blob(change.meeting.as_u128()),
            blob(s.participant.as_u128()),
            change.node,
            s.role.as_str(),
            s.created_at.0,
            s.joined_at.0,
            s.left_at.map(|t| t.0),
            s.reason.map(|r| r.as_str()),
            s.away_since.map(|t| t.0),
        ])
        .map_err(write_error("a stay with this peer id"))?;
    match change.person {
        Some(person) => insert_person(ledger, session, change, person),
        None => Ok(()),
    }
}

fn update_stay(ledger: &Ledger, session: SessionId, change: &StayChange<'_>) -> Result<()> {
    let s = change.stay;
    let (session, peer) = (blob(session.as_u128()), blob(s.peer.as_u128()));
    let away_ms = s.away_since.map(|t| t.0);
    let changed = match (s.left_at, s.reason) {
        (Some(left_at), Some(reason)) => ledger
            .conn
            .prepare_cached(
                "UPDATE stay SET node = ?3, away_ms = ?4, left_ms = ?5, reason = ?6
                 WHERE session = ?1 AND peer = ?2 AND left_ms IS NULL",
            )?
            .execute(params![session, peer, change.node, away_ms, left_at.0, reason.as_str()])?,
        _ => ledger
            .conn
            .prepare_cached(
                "UPDATE stay SET node = ?3, away_ms = ?4 WHERE session = ?1 AND peer = ?2 AND left_ms IS NULL",
            )?
            .execute(params![session, peer, change.node, away_ms])?,
    };
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound("the open stay of a fact")) }
}

fn insert_person(ledger: &Ledger, session: SessionId, change: &StayChange<'_>, p: &Person) -> Result<()> {
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO person (session, peer, meeting, display_name, name_fold, preset_name, custom_participant_id,
                                 custom_fold, user_id, ip_address, user_agent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            blob(session.as_u128()),
            blob(change.stay.peer.as_u128()),
            blob(change.meeting.as_u128()),
            p.display_name,
            fold(&p.display_name),
            p.preset_name,
            p.custom_participant_id,
            p.custom_participant_id.as_deref().map(fold),
            p.user_id,
            p.ip_address,
            p.user_agent,
        ])?;
    Ok(())
}

fn add_meeting_tally(ledger: &Ledger, meeting: MeetingId, change: &TallyChange) -> Result<()> {
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO meeting_tally (meeting, sessions, first_joined_ms, together_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (meeting) DO UPDATE SET sessions = sessions + excluded.sessions,
                 first_joined_ms = min(first_joined_ms, excluded.first_joined_ms),
                 together_ms = together_ms + excluded.together_ms",
        )?
        .execute(params![
            blob(meeting.as_u128()),
            change.sessions,
            change.first_joined_at.0,
            change.together_ms
        ])?;
    Ok(())
}

fn put_chat(ledger: &Ledger, m: &ChatMessage) -> Result<()> {
    let targets: Vec<u8> = m.targets.iter().flat_map(|t| blob(t.as_u128())).collect();
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO chat (id, session, peer, participant, display_name, pinned, edited, payload_type, payload,
                               targets, at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (id) DO UPDATE SET pinned = excluded.pinned, edited = excluded.edited,
                 payload_type = excluded.payload_type, payload = excluded.payload, targets = excluded.targets",
        )?
        .execute(params![
            blob(m.id.as_u128()),
            blob(m.session.as_u128()),
            blob(m.peer.as_u128()),
            blob(m.participant.as_u128()),
            m.display_name,
            m.pinned,
            m.edited,
            m.payload_type,
            m.payload,
            targets,
            m.at.0,
        ])?;
    Ok(())
}
