//! What a crash leaves open is closed at the node's last heartbeat (DECISIONS §5, SEMANTICS §1 rule 5).
//!
//! The facts that close it go through the same fold and the same write path as any other.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, FactKind, LeaveReason};
use sederunt_core::id::{MeetingId, PeerId, SessionId};
use sederunt_core::tally::{Stay, Tally};
use sederunt_core::time::{Reading, UnixMs};

use crate::own_time::OwnTime;
use crate::sql::{blob, id, list};
use crate::transaction::Transaction;
use crate::{Result, Store, StoreError, breakout, facts, replay};

/// What recovery found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Stays of dead nodes, closed at their node's last heartbeat.
    pub stays_closed: u64,
    /// Sessions whose keep-alive had run out meanwhile.
    pub sessions_ended: u64,
    /// Meetings whose session is still open, in keep-alive: the shell loads their rooms.
    pub still_open: Vec<MeetingId>,
    /// Peers whose clients may come back and believe in the transports they had: whose stay was closed here, or by a
    /// stop of the process before. At most [`RETURNING_MAX`].
    pub returning: Vec<(MeetingId, PeerId)>,
}

/// Peers that recovery names at most.
pub const RETURNING_MAX: usize = 16_384;
/// A stop longer ago than this is over for every client, milliseconds: it takes ten seconds to give up its transports.
const STOPPED_LATELY_MS: i64 = 60_000;

impl Store {
    /// Closes what dead nodes left open: their stays at their last heartbeat (an away stay at its loss), sessions
    /// whose keep-alive ran out by `now` at `last left_at + keep-alive` (SEMANTICS §1 rule 5). All of it in each session's
    /// own time, which goes on in this process (see `own_time.rs`).
    ///
    /// Call it at the start, before the first heartbeat and the first fact of `node`: this ledger has one process,
    /// so every stay that is open then belongs to a process that is gone, also to one of the same name.
    pub async fn recover(&self, node: &str, now: impl Into<Reading>) -> Result<Recovered> {
        let (node, now) = (node.to_owned(), now.into());
        self.write(move |l| recover(l, &node, now, Everybody::IsGone)).await
    }

    /// Ends the sessions that nobody is in and whose keep-alive ran out by `now`; stays that are open remain.
    /// For ledgers that no node serves, such as imported ones.
    pub async fn end_expired(&self, node: &str, now: impl Into<Reading>) -> Result<Recovered> {
        let (node, now) = (node.to_owned(), now.into());
        self.write(move |l| recover(l, &node, now, Everybody::Stays)).await
    }
}

/// What happens to open stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Everybody {
    IsGone,
    Stays,
}

fn recover(ledger: &mut Transaction, node: &str, now: Reading, everybody: Everybody) -> Result<Recovered> {
    let mut done = Recovered::default();
    // Breakout rooms first: the session of their parent lives as long as they do.
    let open = "SELECT id FROM session WHERE ended_ms IS NULL ORDER BY parent IS NULL, id";
    let open: Vec<SessionId> = list(&ledger.conn, open, [], |r| id(r, "id"))?;
    let heartbeats = heartbeats(&ledger.conn)?;
    for session in open {
        let Some(mut tally) = replay::fold_session(&ledger.conn, session)? else {
            return Err(StoreError::Damaged(format!("session {session} has no facts")));
        };
        let own = OwnTime::of(&ledger.conn, session)?;
        let offset_ms = own.taken_over(&tally, now);
        let mut writes = Vec::new();
        if everybody == Everybody::IsGone {
            let nodes = nodes(&ledger.conn, session)?;
            let meeting = tally.columns().meeting;
            let left = RETURNING_MAX.saturating_sub(done.returning.len());
            let peers = returning(&ledger.conn, session, now.steady.plus_ms(offset_ms), left)?;
            done.returning.extend(peers.into_iter().map(|peer| (meeting, peer)));
            // Without a heartbeat nothing is known but that the stay began, and it may have begun after the last one.
            let last_alive = |stay: &Stay| {
                let beat = nodes.get(&stay.peer).and_then(|node| heartbeats.get(node));
                beat.map_or(stay.joined_at, |beat| own.told(*beat).max(stay.joined_at))
            };
            for (peer, left_at) in tally.orphans(last_alive) {
                let kind = FactKind::PeerLeft { peer, reason: LeaveReason::NodeLost };
                writes.push(next(&mut tally, left_at, kind, offset_ms)?);
                done.stays_closed += 1;
            }
        }
        match end_of(&ledger.conn, &tally)? {
            Some(end) if end <= now.steady.plus_ms(offset_ms) => {
                let kind = FactKind::SessionEnded { reason: EndReason::AllParticipantsLeft };
                writes.push(next(&mut tally, end, kind, offset_ms)?);
                done.sessions_ended += 1;
            }
            _ => done.still_open.push(tally.columns().meeting),
        }
        facts::apply(ledger, std::iter::once((node, &*writes)))?;
    }
    Ok(done)
}

/// When a session that nobody is in is over. Whoever was in a breakout room may have been on the way back.
fn end_of(conn: &Connection, tally: &Tally) -> Result<Option<UnixMs>> {
    let Some(until) = tally.keep_alive_until() else { return Ok(None) };
    if breakout::has_live_child(conn, tally.session())? {
        return Ok(None);
    }
    let keep_alive_ms = tally.columns().keep_alive_ms;
    let back =
        breakout::last_child_end(conn, tally.session())?.map(|ended_at| ended_at.plus_ms(keep_alive_ms));
    Ok(Some(back.map_or(until, |back| until.max(back))))
}

fn next(tally: &mut Tally, at: UnixMs, kind: FactKind, offset_ms: i64) -> Result<Write> {
    Write::next(tally, at, kind, None, offset_ms).map_err(|e| StoreError::Damaged(e.to_string()))
}

fn heartbeats(conn: &Connection) -> Result<HashMap<i64, UnixMs>> {
    let rows = list(conn, "SELECT no, heartbeat_ms FROM node WHERE heartbeat_ms IS NOT NULL", [], |r| {
        Ok((r.get(0)?, UnixMs(r.get(1)?)))
    })?;
    Ok(rows.into_iter().collect())
}

/// Whose stay in this session is open, or was closed by a stop lately: every id that its participant has had. The client
/// keeps the first one for ever, while each later stay has an id of its own.
fn returning(conn: &Connection, session: SessionId, now: UnixMs, max: usize) -> Result<Vec<PeerId>> {
    let sql = "SELECT peer FROM stay WHERE session = ?1 AND participant IN (
                 SELECT participant FROM stay
                 WHERE session = ?1 AND (left_ms IS NULL OR reason = ?2 AND left_ms >= ?3)) LIMIT ?4";
    let session = blob(session.as_u128());
    let since = now.plus_ms(STOPPED_LATELY_MS.saturating_neg()).0;
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    list(conn, sql, params![session, LeaveReason::ServerStopped.as_str(), since, max], |r| id(r, "peer"))
}

/// The node of each open stay of a session.
fn nodes(conn: &Connection, session: SessionId) -> Result<HashMap<PeerId, i64>> {
    let sql = "SELECT peer, node FROM stay WHERE session = ?1 AND left_ms IS NULL";
    let rows = list(conn, sql, params![blob(session.as_u128())], |r| Ok((id(r, "peer")?, r.get("node")?)))?;
    Ok(rows.into_iter().collect())
}
