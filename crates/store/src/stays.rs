//! Lists of stays: those of a session (SEMANTICS §2.4), and those of a room over all its sessions (§6.4).
//!
//! Short lists are SQL. Of a session or room with many stays what is filtered and sorted by is kept in memory, and SQL
//! reads the rows of the page; both give the same answer.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::fold::Needle;
use crate::peers;
use crate::sql::{blob, find, id};
use crate::{Page, Result, RoomStayQuery, StayBatch, StayQuery, StayRow, StaySort, Store, StoreError};

mod cache;
mod columns;
mod order;
mod sql;
mod state;
#[cfg(test)]
mod tests;
mod texts;

pub(crate) use cache::StayCache;

use cache::{Answer, STAYS_MIN};
use columns::{Filter, Place};
use sql::{Key, Owner, Room};
use state::Scope;

/// Rows in one message of a stream: some 100 KiB.
const BATCH_ROWS: usize = 500;

/// Messages a stream may be ahead of its reader.
const BATCHES_AHEAD: usize = 2;

/// A reader that takes nothing for this long loses its stream: its snapshot keeps the log from being folded.
const STALL_MAX: Duration = Duration::from_secs(30);

/// An answer, and whether reading its scope into memory would make the next ones faster.
type Worth<T> = (T, bool);

impl Store {
    /// One page of a session's stays.
    pub async fn stays(&self, q: StayQuery) -> Result<Page<StayRow>> {
        let (cache, scope) = (self.stay_cache(), Scope::Session(q.session));
        let (page, worth) = self.read(move |c| session_page(c, &cache, &q)).await?;
        if worth {
            self.stay_cache().build_soon(self.readers(), scope);
        }
        Ok(page)
    }

    /// [`Self::stays`] without what is in memory, for comparison.
    #[doc(hidden)]
    pub async fn stays_by_sql(&self, q: StayQuery) -> Result<Page<StayRow>> {
        self.read(move |c| session_page_by_sql(c, &q).map(|(page, _)| page)).await
    }

    /// One stay of a session.
    pub async fn stay(&self, session: SessionId, peer: PeerId) -> Result<Option<StayRow>> {
        self.read(move |c| match session_owner(c, session)? {
            Some((owner, _)) => sql::one(c, &owner, (session, peer)),
            None => Ok(None),
        })
        .await
    }

    /// The latest stay of a participant in a session.
    pub async fn latest_stay(&self, session: SessionId, who: ParticipantId) -> Result<Option<StayRow>> {
        self.read(move |c| match session_owner(c, session)? {
            Some((owner, _)) => sql::latest(c, &owner, session, who.as_u128()),
            None => Ok(None),
        })
        .await
    }

    /// The latest stay of a peer in an app, whatever the session.
    pub async fn peer(&self, app: &AppId, peer: PeerId) -> Result<Option<StayRow>> {
        let app = app.clone();
        self.read(move |c| {
            let Some(session) = peers::latest_session(c, &app, peer)? else { return Ok(None) };
            match session_owner(c, session)? {
                Some((owner, _)) => sql::one(c, &owner, (session, peer)),
                None => Ok(None),
            }
        })
        .await
    }

    /// One page of a room's stays over all its sessions. With `limit: None` use [`Self::room_stays_each`].
    /// [`StaySort::Duration`] sorts as `JoinedAt`: there is no such order in this list.
    pub async fn room_stays(&self, q: RoomStayQuery) -> Result<Page<StayRow>> {
        let (cache, scope) = (self.stay_cache(), Scope::Room(q.meeting));
        let (page, worth) = self.read(move |c| room_page(c, &cache, &q)).await?;
        if worth {
            self.stay_cache().build_soon(self.readers(), scope);
        }
        Ok(page)
    }

    /// [`Self::room_stays`] without what is in memory, for comparison.
    #[doc(hidden)]
    pub async fn room_stays_by_sql(&self, q: RoomStayQuery) -> Result<Page<StayRow>> {
        self.read(move |c| room_page_by_sql(c, &q)).await
    }

    /// All matches in order, from one snapshot, in batches of bounded size, through a bounded channel: a million
    /// stays cost no memory (DECISIONS §9): what is not in memory anyway, SQLite sorts in files; what is costs 32 bytes a
    /// stay more. The first message is the total. Dropping the receiver stops it; so does taking nothing for 30 seconds. Must be called
    /// within a Tokio runtime.
    pub fn room_stays_each(&self, q: RoomStayQuery) -> mpsc::Receiver<Result<StayBatch>> {
        let (tx, rx) = mpsc::channel(BATCHES_AHEAD);
        let store = self.clone();
        match Handle::try_current() {
            Ok(handle) => {
                handle.spawn(async move { store.stream(q, tx).await });
            }
            Err(_) => {
                let _ = tx.try_send(Err(StoreError::Closed));
            }
        }
        rx
    }

    async fn stream(self, q: RoomStayQuery, tx: mpsc::Sender<Result<StayBatch>>) {
        let (readers, cache) = (Arc::clone(self.readers()), self.stay_cache());
        let Ok(_turn) = readers.stream_permit().await else { return };
        let (pool, out, scope) = (Arc::clone(&readers), tx.clone(), Scope::Room(q.meeting));
        let work = tokio::task::spawn_blocking(move || pool.snapshot(|c| send_all(c, &cache, &q, &out)));
        match work.await.unwrap_or(Err(StoreError::Closed)) {
            Ok(false) => {}
            Ok(true) => self.stay_cache().build_soon(&readers, scope),
            Err(e) => {
                let _ = tokio::time::timeout(STALL_MAX, tx.send(Err(e))).await;
            }
        }
    }

    /// How many sessions and rooms have their stays in memory, and the bytes they take.
    pub fn stays_in_memory(&self) -> (usize, usize) {
        self.inner.stays.held()
    }

    fn stay_cache(&self) -> Arc<StayCache> {
        Arc::clone(&self.inner.stays)
    }
}

/// The reader's end of a stream.
struct Out<'a> {
    runtime: Handle,
    channel: &'a mpsc::Sender<Result<StayBatch>>,
}

impl Out<'_> {
    /// Whether the reader took it, or will.
    fn send(&self, batch: StayBatch) -> bool {
        let sending = async { tokio::time::timeout(STALL_MAX, self.channel.send(Ok(batch))).await };
        matches!(self.runtime.block_on(sending), Ok(Ok(())))
    }
}

/// Whether reading the room into memory would make the next stream faster.
fn send_all(
    conn: &Connection,
    cache: &StayCache,
    q: &RoomStayQuery,
    out: &mpsc::Sender<Result<StayBatch>>,
) -> Result<bool> {
    let out = Out { runtime: Handle::current(), channel: out };
    let answer = cache.answer(conn, Scope::Room(q.meeting), |columns| room_keys(columns, q))?;
    let (found, worth) = match answer {
        Answer::Here(found) => (Some(found), false),
        Answer::Absent => (None, is_large(conn, q.meeting)?),
        Answer::Never => (None, false),
    };
    let room = Room::new(q);
    let total = match &found {
        Some((total, _)) => *total,
        None => room.total(conn)?,
    };
    if !out.send(StayBatch::Total(total)) {
        return Ok(worth);
    }
    // A room without an app has no session, and so no stay.
    let Some(owner) = room_owner(conn, q.meeting)? else { return Ok(worth) };
    let rows = |keys: &[Key]| Ok::<_, StoreError>(out.send(StayBatch::Rows(sql::rows(conn, &owner, keys)?)));
    match found {
        Some((_, keys)) => {
            for some in keys.chunks(BATCH_ROWS) {
                if !rows(some)? {
                    break;
                }
            }
        }
        None => send_sorted(conn, &room, &rows)?,
    }
    Ok(worth)
}

/// All rows as SQL sorts their keys.
fn send_sorted(conn: &Connection, room: &Room<'_>, rows: &dyn Fn(&[Key]) -> Result<bool>) -> Result<()> {
    let (mut keys, mut taken) = (Vec::with_capacity(BATCH_ROWS), true);
    room.each(conn, &mut |key| {
        keys.push(key);
        if keys.len() == BATCH_ROWS {
            taken = rows(&keys)?;
            keys.clear();
        }
        Ok(taken)
    })?;
    if taken && !keys.is_empty() {
        rows(&keys)?;
    }
    Ok(())
}

fn session_page(conn: &Connection, cache: &StayCache, q: &StayQuery) -> Result<Worth<Page<StayRow>>> {
    // First of all: it may take the snapshot anew.
    match cache.answer(conn, Scope::Session(q.session), |columns| session_keys(columns, q))? {
        Answer::Here((total, keys)) => match session_owner(conn, q.session)? {
            Some((owner, _)) => Ok((Page { items: sql::rows(conn, &owner, &keys)?, total }, false)),
            None => Ok((Page { items: Vec::new(), total: 0 }, false)),
        },
        Answer::Absent => session_page_by_sql(conn, q).map(|(page, stays)| (page, stays >= STAYS_MIN)),
        Answer::Never => session_page_by_sql(conn, q).map(|(page, _)| (page, false)),
    }
}

fn session_keys(columns: &columns::Columns, q: &StayQuery) -> (u64, Vec<Key>) {
    let needle = Needle::new(q.search.as_deref());
    let filter = Filter { search: needle.as_ref().map(|n| &*n.text), ..Filter::default() };
    let StayQuery { sort, ascending, now, offset, limit, .. } = *q;
    columns.page(&filter, &Place { sort, ascending, now, offset, limit: Some(limit) })
}

/// The page, and how many stays the session has.
fn session_page_by_sql(conn: &Connection, q: &StayQuery) -> Result<(Page<StayRow>, u64)> {
    match session_owner(conn, q.session)? {
        Some((owner, stays)) => Ok((sql::session_page(conn, &owner, q, stays)?, stays)),
        None => Ok((Page { items: Vec::new(), total: 0 }, 0)),
    }
}

fn room_page(conn: &Connection, cache: &StayCache, q: &RoomStayQuery) -> Result<Worth<Page<StayRow>>> {
    // First of all: it may take the snapshot anew.
    match cache.answer(conn, Scope::Room(q.meeting), |columns| room_keys(columns, q))? {
        Answer::Here((total, keys)) => Ok((room_rows(conn, q, total, &keys)?, false)),
        Answer::Absent => Ok((room_page_by_sql(conn, q)?, is_large(conn, q.meeting)?)),
        Answer::Never => Ok((room_page_by_sql(conn, q)?, false)),
    }
}

fn room_keys(columns: &columns::Columns, q: &RoomStayQuery) -> (u64, Vec<Key>) {
    let filter = Filter { search: None, user: q.user_id.as_deref(), connecting: q.connecting };
    let sort = match q.sort {
        StaySort::JoinedAt | StaySort::Duration => StaySort::JoinedAt,
        StaySort::LeftAt => StaySort::LeftAt,
    };
    let now = sederunt_core::time::UnixMs(0);
    let place = Place { sort, ascending: q.ascending, now, offset: q.offset, limit: q.limit };
    columns.page(&filter, &place)
}

fn room_page_by_sql(conn: &Connection, q: &RoomStayQuery) -> Result<Page<StayRow>> {
    let room = Room::new(q);
    let total = room.total(conn)?;
    room_rows(conn, q, total, &room.keys(conn)?)
}

fn room_rows(conn: &Connection, q: &RoomStayQuery, total: u64, keys: &[Key]) -> Result<Page<StayRow>> {
    let items = match room_owner(conn, q.meeting)? {
        Some(owner) => sql::rows(conn, &owner, keys)?,
        None => Vec::new(),
    };
    Ok(Page { items, total })
}

/// Whether a room has stays enough for columns.
fn is_large(conn: &Connection, meeting: MeetingId) -> Result<bool> {
    Ok(sql::count(conn, meeting)? >= STAYS_MIN)
}

/// Whose stays a session has, and how many.
fn session_owner(conn: &Connection, session: SessionId) -> Result<Option<(Owner, u64)>> {
    let sql = "SELECT a.id, s.meeting, s.stay_count, s.offset_ms FROM session s JOIN app a ON a.no = s.app WHERE s.id = ?1";
    find(conn, sql, [blob(session.as_u128())], |r| {
        let app = AppId::from(&*r.get::<_, String>(0)?);
        let owner = Owner { app, meeting: id(r, "meeting")?, offset_ms: r.get(3)? };
        Ok((owner, u64::from(r.get::<_, u32>(2)?)))
    })
}

/// Whose stays a room has; `None` when it never had a session.
fn room_owner(conn: &Connection, meeting: MeetingId) -> Result<Option<Owner>> {
    let sql = "SELECT a.id, (SELECT offset_ms FROM session INDEXED BY session_one_live
                             WHERE meeting = ?1 AND ended_ms IS NULL)
               FROM session s INDEXED BY session_meeting JOIN app a ON a.no = s.app WHERE s.meeting = ?1 LIMIT 1";
    find(conn, sql, [blob(meeting.as_u128())], |r| {
        let offset_ms = r.get::<_, Option<i64>>(1)?.unwrap_or(0);
        Ok(Owner { app: AppId::from(&*r.get::<_, String>(0)?), meeting, offset_ms })
    })
}
