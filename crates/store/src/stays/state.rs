//! Columns together with the state of the ledger that they hold, read from it and brought up to date.

use std::collections::{BTreeSet, HashSet};

use rusqlite::{Connection, Row};
use sederunt_core::fact::FactName;
use sederunt_core::id::{MeetingId, PeerId, SessionId};

use super::columns::{Columns, Entry};
use crate::Result;
use crate::replay;
use crate::sql::{blob, find, id, list, ms, opt_ms};

/// Facts that a reader catches up with by itself, some 5 µs each. Who is further behind reads everything anew.
const CATCH_UP_MAX: usize = 4_096;

/// Rows between two looks at whether a build goes on.
const CHECK_ROWS: usize = 1_000;

/// Whose stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// All stays of a session, with texts to search.
    Session(SessionId),
    /// All stays of a room over its sessions, with users.
    Room(MeetingId),
}

/// A session that may still change.
#[derive(Debug)]
struct Open {
    number: u32,
    session: SessionId,
    /// Its last fact that is in the columns.
    seq: i64,
}

#[derive(Debug)]
pub(super) struct State {
    scope: Scope,
    pub columns: Columns,
    open: Vec<Open>,
    /// Value of `person_change` when the persons were read.
    persons: i64,
}

/// What a state lacks.
#[derive(Debug)]
pub(super) enum Behind {
    /// Nothing.
    Fresh,
    /// So little that it can be added.
    By(Changes),
    /// Too much.
    TooFar,
}

/// What happened since.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Changed stays of a session that was open, its last fact, and whether it has ended.
    known: Vec<(usize, Vec<Entry>, i64, bool)>,
    new: Vec<NewSession>,
}

#[derive(Debug)]
struct NewSession {
    session: SessionId,
    entries: Vec<Entry>,
    /// Its last fact, when it is LIVE.
    open_seq: Option<i64>,
}

impl State {
    /// Reads everything, in the snapshot of `conn`. `None` when `go_on` says no to the bytes so far.
    pub(super) fn read(
        conn: &Connection,
        scope: Scope,
        go_on: &dyn Fn(usize) -> bool,
    ) -> Result<Option<Self>> {
        let persons = persons(conn)?;
        let mut state = Self { scope, columns: Columns::default(), open: Vec::new(), persons };
        let sessions = match scope {
            Scope::Session(session) => vec![session],
            Scope::Room(meeting) => sessions_of(conn, meeting)?,
        };
        for session in sessions {
            let mut reader = Reader::new(conn, scope, session);
            let number = state.columns.add_session(session);
            if let Some(seq) = reader.open_seq()? {
                state.open.push(Open { number, session, seq });
            }
            if !reader.all(&mut |entries| {
                state.columns.load(number, &entries);
                go_on(state.columns.bytes())
            })? {
                return Ok(None);
            }
        }
        state.columns.sort();
        Ok(Some(state))
    }

    /// Whether nothing happened in the ledger up to the snapshot of `conn`.
    pub(super) fn is_fresh(&self, conn: &Connection) -> Result<bool> {
        if persons(conn)? != self.persons {
            return Ok(false);
        }
        for open in &self.open {
            if replay::last_seq(conn, open.session)?.is_some_and(|last| last > open.seq) {
                return Ok(false);
            }
        }
        Ok(match self.scope {
            Scope::Session(_) => true,
            Scope::Room(meeting) => self.missing(conn, meeting)? == 0,
        })
    }

    /// Sessions that began since.
    fn missing(&self, conn: &Connection, meeting: MeetingId) -> Result<usize> {
        let sql = "SELECT sessions FROM meeting_tally WHERE meeting = ?1";
        let all: u32 = find(conn, sql, [blob(meeting.as_u128())], |r| r.get(0))?.unwrap_or(0);
        Ok((all as usize).saturating_sub(self.columns.sessions().len()))
    }

    /// What happened in the ledger up to the snapshot of `conn`, which is not older than the state.
    pub(super) fn behind(&self, conn: &Connection) -> Result<Behind> {
        if persons(conn)? != self.persons {
            return Ok(Behind::TooFar);
        }
        let mut changes = Changes::default();
        let mut left = CATCH_UP_MAX;
        for (at, open) in self.open.iter().enumerate() {
            let facts = facts_after(conn, open.session, open.seq, left)?;
            let Some(last) = facts.first() else { continue };
            let Some(more) = left.checked_sub(facts.len()).filter(|n| *n > 0) else {
                return Ok(Behind::TooFar);
            };
            left = more;
            let (seq, ended) = (last.seq, facts.iter().any(|f| f.ends));
            let peers: BTreeSet<PeerId> = facts.iter().filter_map(|f| f.peer).collect();
            let entries = Reader::new(conn, self.scope, open.session).these(&peers)?;
            changes.known.push((at, entries, seq, ended));
        }
        if let Scope::Room(meeting) = self.scope {
            match self.new_sessions(conn, meeting, left)? {
                Some(new) => changes.new = new,
                None => return Ok(Behind::TooFar),
            }
        }
        let nothing = changes.known.is_empty() && changes.new.is_empty();
        Ok(if nothing { Behind::Fresh } else { Behind::By(changes) })
    }

    /// Sessions of the room that began since; `None` when they have more than `left` stays.
    fn new_sessions(
        &self,
        conn: &Connection,
        meeting: MeetingId,
        left: usize,
    ) -> Result<Option<Vec<NewSession>>> {
        let missing = self.missing(conn, meeting)?;
        if missing == 0 {
            return Ok(Some(Vec::new()));
        }
        if missing > left {
            return Ok(None);
        }
        let known: HashSet<SessionId> = self.columns.sessions().iter().copied().collect();
        let mut found = Vec::new();
        let mut stays = 0;
        // Newest first: that is where they are, but for those of an import.
        let mut statement = conn.prepare_cached(
            "SELECT s.id, t.stay_count FROM session s INDEXED BY session_meeting JOIN session t ON t.id = s.id
             WHERE s.meeting = ?1 ORDER BY s.started_ms DESC, s.id DESC",
        )?;
        let mut rows = statement.query([blob(meeting.as_u128())])?;
        while let Some(row) = rows.next()? {
            let session: SessionId = id(row, "id")?;
            if known.contains(&session) {
                continue;
            }
            stays += row.get::<_, u32>("stay_count")? as usize;
            if stays > left {
                return Ok(None);
            }
            let mut reader = Reader::new(conn, self.scope, session);
            let mut entries = Vec::new();
            reader.all(&mut |some| {
                entries.extend(some);
                true
            })?;
            found.push(NewSession { session, entries, open_seq: reader.open_seq()? });
            if found.len() == missing {
                break;
            }
        }
        Ok(Some(found))
    }

    /// Adds what [`Self::behind`] found.
    pub(super) fn catch_up(&mut self, changes: Changes) {
        let (mut rows, mut ended) = (Vec::new(), Vec::new());
        for (at, entries, seq, ends) in changes.known {
            let open = &mut self.open[at];
            open.seq = seq;
            rows.extend(entries.into_iter().map(|entry| (open.number, entry)));
            if ends {
                ended.push(open.number);
            }
        }
        self.open.retain(|open| !ended.contains(&open.number));
        for NewSession { session, entries, open_seq } in changes.new {
            let number = self.columns.add_session(session);
            rows.extend(entries.into_iter().map(|entry| (number, entry)));
            if let Some(seq) = open_seq {
                self.open.push(Open { number, session, seq });
            }
        }
        self.columns.put(&rows);
    }
}

/// Reads stays of one session.
struct Reader<'a> {
    conn: &'a Connection,
    scope: Scope,
    session: SessionId,
}

const COLUMNS: &str = "peer, participant, joined_ms, left_ms, away_ms, name_fold, custom_fold, user_id FROM stay WHERE session = ?1";

impl<'a> Reader<'a> {
    fn new(conn: &'a Connection, scope: Scope, session: SessionId) -> Self {
        Self { conn, scope, session }
    }

    /// Calls `some` with all stays, some at a time, until it says no; whether it never did.
    fn all(&mut self, some: &mut dyn FnMut(Vec<Entry>) -> bool) -> Result<bool> {
        let mut statement = self.conn.prepare_cached(&format!("SELECT {COLUMNS}"))?;
        let mut rows = statement.query([blob(self.session.as_u128())])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(self.entry(row)?);
            if entries.len() == CHECK_ROWS && !some(std::mem::take(&mut entries)) {
                return Ok(false);
            }
        }
        Ok(some(entries))
    }

    fn these(&self, peers: &BTreeSet<PeerId>) -> Result<Vec<Entry>> {
        let mut statement = self.conn.prepare_cached(&format!("SELECT {COLUMNS} AND peer = ?2"))?;
        let session = blob(self.session.as_u128());
        let mut entries = Vec::with_capacity(peers.len());
        for peer in peers {
            entries.push(statement.query_row([session, blob(peer.as_u128())], |row| self.entry(row))?);
        }
        Ok(entries)
    }

    fn entry(&self, row: &Row<'_>) -> rusqlite::Result<Entry> {
        let (mut texts, mut user) = (Vec::new(), None);
        match self.scope {
            Scope::Session(_) => {
                let folded = ["name_fold", "custom_fold"].map(|column| row.get::<_, Option<String>>(column));
                for text in folded {
                    texts.extend(text?);
                }
                let participant: sederunt_core::id::ParticipantId = id(row, "participant")?;
                texts.push(participant.to_string());
            }
            Scope::Room(_) => user = row.get("user_id")?,
        }
        Ok(Entry {
            peer: id(row, "peer")?,
            joined_at: ms(row, "joined_ms")?,
            left_at: opt_ms(row, "left_ms")?,
            away_since: opt_ms(row, "away_ms")?,
            texts,
            user,
        })
    }

    /// Its last fact, if it is LIVE.
    fn open_seq(&self) -> Result<Option<i64>> {
        let sql = "SELECT last_seq FROM session WHERE id = ?1 AND ended_ms IS NULL";
        find(self.conn, sql, [blob(self.session.as_u128())], |r| r.get(0))
    }
}

/// Changes whenever a person's row is changed or erased.
fn persons(conn: &Connection) -> Result<i64> {
    Ok(find(conn, "SELECT changes FROM person_change", [], |r| r.get(0))?.unwrap_or(0))
}

fn sessions_of(conn: &Connection, meeting: MeetingId) -> Result<Vec<SessionId>> {
    let sql = "SELECT id FROM session INDEXED BY session_meeting WHERE meeting = ?1";
    list(conn, sql, [blob(meeting.as_u128())], |r| id(r, "id"))
}

struct FactAfter {
    seq: i64,
    peer: Option<PeerId>,
    ends: bool,
}

/// The facts of a session after `seq`, newest first; the `limit` newest if there are more.
fn facts_after(conn: &Connection, session: SessionId, seq: i64, limit: usize) -> Result<Vec<FactAfter>> {
    let mut statement = conn.prepare_cached("SELECT prev, kind, peer FROM fact WHERE seq = ?1")?;
    let mut next = replay::last_seq(conn, session)?;
    let mut found = Vec::new();
    while let Some(at) = next.filter(|at| *at > seq && found.len() < limit) {
        let fact = statement.query_row([at], |r| {
            let peer: Option<[u8; 16]> = r.get("peer")?;
            next = r.get("prev")?;
            Ok(FactAfter {
                seq: at,
                peer: peer.map(|bytes| PeerId::from_u128(u128::from_be_bytes(bytes))),
                ends: r.get_ref("kind")?.as_str()? == FactName::SessionEnded.as_str(),
            })
        })?;
        found.push(fact);
        // A chain that does not lead back is not followed for ever.
        next = next.filter(|next| *next < at);
    }
    Ok(found)
}
