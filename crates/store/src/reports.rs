//! What clients said of their calls and what the server saw of them, beside the ledger: nothing is counted by it, and it
//! goes with the person.

use rusqlite::{Connection, Row, params};
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{PeerId, SessionId};
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::report::ReportRow;
use crate::sql::{blob, find, id, list, opt_ms, opt_name};
use crate::{ClientPost, KeptPost, Posted, Result, ServerPost, Store};

/// How long after its leave a stay takes posts, milliseconds: the client says at last that it goes, and may send twice.
const LATE_MS: i64 = 60_000;

impl Store {
    /// Keeps a client's post with its stay, when the stay is the participant's and has place for it.
    pub async fn client_post(&self, post: ClientPost) -> Result<Posted> {
        // Most of the work is reading, and many posts are of no stay: neither is the writer's.
        let (stay, post) = self.read(move |conn| Ok((stay_of(conn, &post)?, post))).await?;
        let Some((session, peer)) = stay else { return Ok(Posted::NoStay) };
        self.decide(move |conn| {
            if !is_named(conn, (session, peer))? {
                return Ok((Vec::new(), Posted::NoStay));
            }
            let (last, bytes) = last(conn, (session, peer))?.unwrap_or((-1, 0));
            let stay_bytes = bytes.saturating_add(i64::try_from(post.body.len()).unwrap_or(i64::MAX));
            if u64::try_from(stay_bytes).unwrap_or(u64::MAX) > post.stay_max_bytes {
                return Ok((Vec::new(), Posted::Full));
            }
            let (at, body) = (post.at.wall(), post.body);
            let row = ReportRow { session, peer, no: last + 1, at, stay_bytes, body };
            Ok((vec![Entry::Report(row)], Posted::Kept))
        })
        .await
    }

    /// Keeps what the server itself has seen, with the stays that it is of. Those whose person is erased have no place for it;
    /// returns how many have. How much a stay may have is the caller's to know, and nothing of it is counted as its client's.
    pub async fn server_posts(&self, posts: Vec<ServerPost>) -> Result<u64> {
        self.write(move |transaction| {
            let mut kept = 0;
            for ServerPost { session, stay, at, body } in posts {
                if is_named(&transaction.conn, (session, stay))? {
                    let (last, stay_bytes) = last(&transaction.conn, (session, stay))?.unwrap_or((-1, 0));
                    let (peer, no, at) = (stay, last + 1, at.wall());
                    let row = ReportRow { session, peer, no, at, stay_bytes, body };
                    transaction.apply(&Entry::Report(row))?;
                    kept += 1;
                }
            }
            Ok(kept)
        })
        .await
    }

    /// What is kept of a stay, in order; `None` = there is no such stay, or its person is erased, of whom nothing may be told.
    pub async fn reports(&self, session: SessionId, peer: PeerId) -> Result<Option<Vec<KeptPost>>> {
        let person = "SELECT 1 FROM stay WHERE session = ?1 AND peer = ?2 AND display_name IS NOT NULL";
        let posts = "SELECT at_ms, body FROM client_report WHERE session = ?1 AND peer = ?2 ORDER BY no";
        let key = move || [blob(session.as_u128()), blob(peer.as_u128())];
        let post = |r: &Row<'_>| Ok(KeptPost { at: UnixMs(r.get("at_ms")?), body: r.get("body")? });
        self.read(move |c| match find(c, person, key(), |_| Ok(()))? {
            Some(()) => list(c, posts, key(), post).map(Some),
            None => Ok(None),
        })
        .await
    }
}

/// The stay that a post speaks of. A client keeps the id that it chose, while each later stay of a session has one of its
/// own: whoever was lost and is in again speaks of the stay in which it is now.
fn stay_of(conn: &Connection, post: &ClientPost) -> Result<Option<(SessionId, PeerId)>> {
    let own = "SELECT t.session, t.left_ms, t.reason, s.offset_ms
               FROM session s JOIN stay t ON t.session = s.id AND t.peer = ?2
               JOIN participant p ON p.id = t.participant AND p.deleted_ms IS NULL
               WHERE s.id = (SELECT id FROM session WHERE meeting = ?1 ORDER BY started_ms DESC, id DESC LIMIT 1)
                 AND t.participant = ?3 AND t.display_name IS NOT NULL";
    let [meeting, peer, participant] =
        [post.meeting.as_u128(), post.peer.as_u128(), post.participant.as_u128()].map(blob);
    let own = find(conn, own, params![meeting, peer, participant], |r| {
        let left = opt_ms(r, "left_ms")?.zip(opt_name(r, "reason", LeaveReason::parse)?);
        Ok((id::<SessionId>(r, "session")?, left, r.get("offset_ms")?))
    })?;
    let Some((session, left, offset_ms)) = own else { return Ok(None) };
    let Some((left_at, reason)) = left else { return Ok(Some((session, post.peer))) };
    let lost = [LeaveReason::ConnectionLost, LeaveReason::NodeLost, LeaveReason::ServerStopped];
    if lost.contains(&reason) {
        let now = "SELECT peer FROM stay WHERE session = ?1 AND participant = ?2 AND left_ms IS NULL AND joined_ms >= ?3
                   ORDER BY joined_ms, peer LIMIT 1";
        let key = params![blob(session.as_u128()), participant, left_at.0];
        if let Some(peer) = find(conn, now, key, |r| id(r, "peer"))? {
            return Ok(Some((session, peer)));
        }
    }
    let late = post.at.steady.plus_ms(offset_ms).since(left_at) > LATE_MS;
    Ok((!late).then_some((session, post.peer)))
}

/// Whether a stay has its person: an erasure meanwhile wins.
fn is_named(conn: &Connection, (session, peer): (SessionId, PeerId)) -> Result<bool> {
    let sql = "SELECT 1 FROM stay t JOIN participant p ON p.id = t.participant AND p.deleted_ms IS NULL
               WHERE t.session = ?1 AND t.peer = ?2 AND t.display_name IS NOT NULL";
    Ok(find(conn, sql, [blob(session.as_u128()), blob(peer.as_u128())], |_| Ok(()))?.is_some())
}

/// Number of the last post of a stay, and the bytes of all of them.
fn last(conn: &Connection, (session, peer): (SessionId, PeerId)) -> Result<Option<(i64, i64)>> {
    let sql =
        "SELECT no, stay_bytes FROM client_report WHERE session = ?1 AND peer = ?2 ORDER BY no DESC LIMIT 1";
    find(conn, sql, [blob(session.as_u128()), blob(peer.as_u128())], |r| Ok((r.get(0)?, r.get(1)?)))
}
