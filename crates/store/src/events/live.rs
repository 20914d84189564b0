//! Who is in which session right now, as of one sequence number: what a feed begins with.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Row};
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::{AppId, SessionId};
use sederunt_core::tally::{Stay, emptied_until};
use sederunt_core::time::UnixMs;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::{EventFilter, EventPerson, app_no};
use crate::sql::{blob, id, ms, name, opt_ms, opt_name, stay_id, unsigned};
use crate::{Result, SessionRow, Store, StoreError};

/// Sessions and peers in one message of a stream: some 100 KiB. A session is never divided, and has 1000 peers at most.
const BATCH_ROWS: usize = 500;

/// Messages a stream may be ahead of its reader.
const BATCHES_AHEAD: usize = 2;

/// A reader that takes nothing for this long loses its stream: its snapshot keeps the log from being folded.
const STALL_MAX: Duration = Duration::from_secs(30);

/// A part of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LivePart {
    /// Sent first: the snapshot has every change up to this sequence number, and none after it.
    At(u64),
    /// The next sessions, oldest first.
    Sessions(Vec<LiveSession>),
    /// Sent last: nothing is missing.
    Complete,
}

/// A LIVE session and who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session: SessionRow,
    /// When it ends if nobody comes; `None` while somebody is in it.
    pub ends_at: Option<UnixMs>,
    /// Its open stays in order of joining, those in the reconnect grace included.
    pub peers: Vec<(Stay, Option<EventPerson>)>,
}

impl Store {
    /// The LIVE sessions of an app from one snapshot, in parts of bounded size, through a bounded channel: those of the meetings
    /// and sessions of the filter. Dropping the receiver stops it; so does taking nothing for 30 seconds. Must be called
    /// within a Tokio runtime.
    pub fn live_sessions(&self, app: AppId, filter: EventFilter) -> mpsc::Receiver<Result<LivePart>> {
        let (tx, rx) = mpsc::channel(BATCHES_AHEAD);
        let store = self.clone();
        match Handle::try_current() {
            Ok(handle) => {
                handle.spawn(async move { store.stream_live(app, filter, tx).await });
            }
            Err(_) => {
                let _ = tx.try_send(Err(StoreError::Closed));
            }
        }
        rx
    }

    async fn stream_live(self, app: AppId, filter: EventFilter, tx: mpsc::Sender<Result<LivePart>>) {
        let readers = Arc::clone(self.readers());
        let Ok(_turn) = readers.stream_permit().await else { return };
        let (pool, out) = (Arc::clone(&readers), tx.clone());
        let work = tokio::task::spawn_blocking(move || pool.snapshot(|c| send_all(c, &app, &filter, &out)));
        let outcome = work.await.unwrap_or(Err(StoreError::Closed));
        if let Err(e) = outcome {
            let _ = tokio::time::timeout(STALL_MAX, tx.send(Err(e))).await;
        }
    }
}

fn send_all(
    conn: &Connection,
    app: &AppId,
    filter: &EventFilter,
    out: &mpsc::Sender<Result<LivePart>>,
) -> Result<()> {
    let runtime = Handle::current();
    let send = |part| {
        let sent = runtime.block_on(async { tokio::time::timeout(STALL_MAX, out.send(Ok(part))).await });
        matches!(sent, Ok(Ok(())))
    };
    let app_no = app_no(conn, app)?;
    // What a snapshot sees is durable: the log is synced before a commit is shown to readers.
    let last: i64 = conn.query_row("SELECT coalesce(max(seq), 0) FROM fact", [], |r| r.get(0))?;
    if !send(LivePart::At(unsigned(last))) {
        return Ok(());
    }
    let mut statement = conn.prepare_cached(
        "SELECT * FROM session INDEXED BY session_live WHERE app = ?1 AND ended_ms IS NULL ORDER BY started_ms, id",
    )?;
    let EventFilter { meetings, sessions, .. } = filter;
    let mut rows = statement.query([app_no])?;
    let (mut batch, mut size) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let session = crate::sessions::read(row, app.clone())?;
        let is_hidden = !meetings.is_empty() && !meetings.contains(&session.meeting)
            || !sessions.is_empty() && !sessions.contains(&session.id);
        if is_hidden {
            continue;
        }
        let peers = open_stays(conn, session.id)?;
        let ends_at = if session.live_count == 0 { Some(ends_at(row, &session)?) } else { None };
        size += 1 + peers.len();
        batch.push(LiveSession { session, ends_at, peers });
        if size >= BATCH_ROWS {
            size = 0;
            if !send(LivePart::Sessions(std::mem::take(&mut batch))) {
                return Ok(());
            }
        }
    }
    if batch.is_empty() || send(LivePart::Sessions(batch)) {
        send(LivePart::Complete);
    }
    Ok(())
}

/// When a session that nobody is in ends if nobody comes.
fn ends_at(row: &Row<'_>, session: &SessionRow) -> rusqlite::Result<UnixMs> {
    let (left_at, keep_alive_ms) = (opt_ms(row, "last_left_ms")?, row.get("keep_alive_ms")?);
    Ok(emptied_until(session.started_at, left_at, keep_alive_ms, session.updated_at))
}

fn open_stays(conn: &Connection, session: SessionId) -> Result<Vec<(Stay, Option<EventPerson>)>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM stay WHERE session = ?1 AND left_ms IS NULL ORDER BY joined_ms, peer",
    )?;
    let rows = statement.query_map([blob(session.as_u128())], |row| {
        let peer = id(row, "peer")?;
        let stay = Stay {
            id: stay_id(row, "id", peer)?,
            peer,
            participant: id(row, "participant")?,
            role: name(row, "role", Role::parse)?,
            created_at: ms(row, "created_ms")?,
            joined_at: ms(row, "joined_ms")?,
            left_at: None,
            reason: opt_name(row, "reason", LeaveReason::parse)?,
            away_since: opt_ms(row, "away_ms")?,
        };
        let Some(display_name) = row.get("display_name")? else { return Ok((stay, None)) };
        let person = EventPerson {
            display_name,
            preset_name: row.get("preset_name")?,
            custom_participant_id: row.get("custom_participant_id")?,
            user_id: row.get("user_id")?,
        };
        Ok((stay, Some(person)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
