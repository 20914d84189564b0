//! Lists of stays: those of a session (SEMANTICS §2.4), and those of a room over all its sessions (§6.4).

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Row, ToSql, named_params};
use sederunt_core::effect::Person;
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::tally::Stay;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::fold::Needle;
use crate::page::clamp;
use crate::sql::{blob, find, id, ms, name, opt_ms, opt_name};
use crate::{Page, Result, RoomStayQuery, StayBatch, StayQuery, StayRow, StaySort, Store, StoreError};

/// Rows in one message of a stream: some 100 KiB.
const BATCH_ROWS: usize = 500;

/// Messages a stream may be ahead of its reader.
const BATCHES_AHEAD: usize = 2;

/// A reader that takes nothing for this long loses its stream: its snapshot keeps the log from being folded.
const STALL_MAX: Duration = Duration::from_secs(30);

const COLUMNS: &str = "s.*, p.display_name, p.preset_name, p.custom_participant_id, p.user_id, p.ip_address, \
                       p.user_agent";

impl Store {
    /// One page of a session's stays.
    pub async fn stays(&self, q: StayQuery) -> Result<Page<StayRow>> {
        self.read(move |c| session_page(c, &q)).await
    }

    /// One stay of a session.
    pub async fn stay(&self, session: SessionId, peer: PeerId) -> Result<Option<StayRow>> {
        self.read(move |c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM stay s LEFT JOIN person p USING (session, peer)
                 WHERE s.session = ?1 AND s.peer = ?2"
            );
            one(c, session, &sql, peer.as_u128())
        })
        .await
    }

    /// The latest stay of a participant in a session.
    pub async fn latest_stay(&self, session: SessionId, who: ParticipantId) -> Result<Option<StayRow>> {
        self.read(move |c| {
            let sql = format!(
                "SELECT {COLUMNS} FROM stay s LEFT JOIN person p USING (session, peer)
                 WHERE s.session = ?1 AND s.participant = ?2 ORDER BY s.joined_ms DESC, s.peer DESC LIMIT 1"
            );
            one(c, session, &sql, who.as_u128())
        })
        .await
    }

    /// One page of a room's stays over all its sessions. With `limit: None` use [`Self::room_stays_each`].
    /// [`StaySort::Duration`] sorts as `JoinedAt`: there is no such order in this list.
    pub async fn room_stays(&self, q: RoomStayQuery) -> Result<Page<StayRow>> {
        self.read(move |c| {
            let room = Room::new(c, &q)?;
            let total = room.total(c)?;
            let mut items = Vec::new();
            room.each(c, &q, |row| {
                items.push(row);
                Ok(true)
            })?;
            Ok(Page { items, total })
        })
        .await
    }

    /// All matches in order, from one snapshot, in batches of bounded size, through a bounded channel: a million
    /// stays cost no memory (DECISIONS §9). The first message is the total. Dropping the receiver stops it; so
    /// does taking nothing for 30 seconds. Must be called within a Tokio runtime.
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
        let readers = Arc::clone(self.readers());
        let Ok(_turn) = readers.stream_permit().await else { return };
        let (pool, out) = (Arc::clone(&readers), tx.clone());
        let work = tokio::task::spawn_blocking(move || pool.snapshot(|c| send_all(c, &q, &out)));
        let outcome = work.await.unwrap_or(Err(StoreError::Closed));
        if let Err(e) = outcome {
            let _ = tokio::time::timeout(STALL_MAX, tx.send(Err(e))).await;
        }
    }
}

fn send_all(conn: &Connection, q: &RoomStayQuery, out: &mpsc::Sender<Result<StayBatch>>) -> Result<()> {
    let runtime = Handle::current();
    let send = |batch| {
        let sent = runtime.block_on(async { tokio::time::timeout(STALL_MAX, out.send(Ok(batch))).await });
        matches!(sent, Ok(Ok(())))
    };
    let room = Room::new(conn, q)?;
    if !send(StayBatch::Total(room.total(conn)?)) {
        return Ok(());
    }
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut taken = true;
    room.each(conn, q, |row| {
        batch.push(row);
        if batch.len() == BATCH_ROWS {
            taken = send(StayBatch::Rows(std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS))));
        }
        Ok(taken)
    })?;
    if taken && !batch.is_empty() {
        send(StayBatch::Rows(batch));
    }
    Ok(())
}

fn one(conn: &Connection, session: SessionId, sql: &str, key: u128) -> Result<Option<StayRow>> {
    let Some(app) = app_of_session(conn, session)? else { return Ok(None) };
    find(conn, sql, [blob(session.as_u128()), blob(key)], |r| read(r, &app))
}

fn app_of_session(conn: &Connection, session: SessionId) -> Result<Option<AppId>> {
    let sql = "SELECT a.id FROM session s JOIN app a ON a.no = s.app WHERE s.id = ?1";
    find(conn, sql, [blob(session.as_u128())], |r| Ok(AppId::from(&*r.get::<_, String>(0)?)))
}

fn session_page(conn: &Connection, q: &StayQuery) -> Result<Page<StayRow>> {
    let Some(app) = app_of_session(conn, q.session)? else {
        return Ok(Page { items: Vec::new(), total: 0 });
    };
    let needle = Needle::new(q.search.as_deref());
    let (text, part) =
        (needle.as_ref().map(|n| &*n.text), needle.as_ref().and_then(|n| n.id_part.as_deref()));
    let from = "FROM stay s LEFT JOIN person p USING (session, peer)
                WHERE s.session = :session AND (:text IS NULL OR instr(p.name_fold, :text) > 0
                      OR instr(p.custom_fold, :text) > 0 OR id_has(s.participant, :part))";
    let session = blob(q.session.as_u128());
    let total: i64 = conn
        .prepare_cached(&format!("SELECT count(*) {from}"))?
        .query_row(named_params! { ":session": session, ":text": text, ":part": part }, |r| r.get(0))?;
    let key = match q.sort {
        StaySort::JoinedAt => "s.joined_ms",
        StaySort::LeftAt => "coalesce(s.left_ms, 9223372036854775807)",
        StaySort::Duration => "max(0, coalesce(s.left_ms, s.away_ms, :now) - s.joined_ms)",
    };
    let dir = if q.ascending { "ASC" } else { "DESC" };
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {COLUMNS}, :now AS now {from} ORDER BY {key} {dir}, s.peer {dir} LIMIT :limit OFFSET :offset"
    ))?;
    let items = statement
        .query_map(
            named_params! {
                ":session": session, ":text": text, ":part": part, ":now": q.now.0, ":limit": q.limit,
                ":offset": clamp(q.offset),
            },
            |r| read(r, &app),
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or(0) })
}

/// The stays of a room that match a query.
struct Room {
    app: Option<AppId>,
    /// What leads to few rows, as `s` and, for a user, `p`.
    tables: String,
    /// Whether `p` is among them.
    has_person: bool,
    filter: String,
    params: Vec<(&'static str, Box<dyn ToSql>)>,
}

impl Room {
    fn new(conn: &Connection, q: &RoomStayQuery) -> Result<Self> {
        let index = if q.connecting == Some(true) { "stay_open" } else { "stay_meeting" };
        let mut room = Self {
            app: app_of_meeting(conn, q.meeting)?,
            tables: format!("stay s INDEXED BY {index}"),
            has_person: false,
            filter: "s.meeting = :meeting".to_owned(),
            params: vec![(":meeting", Box::new(blob(q.meeting.as_u128())))],
        };
        if let Some(user) = &q.user_id {
            "person p INDEXED BY person_user CROSS JOIN stay s USING (session, peer)"
                .clone_into(&mut room.tables);
            room.has_person = true;
            room.filter.push_str(" AND p.meeting = :meeting AND p.user_id = :user");
            room.params.push((":user", Box::new(user.clone())));
        }
        match q.connecting {
            Some(true) => room.filter.push_str(" AND s.left_ms IS NULL"),
            Some(false) => room.filter.push_str(" AND s.left_ms IS NOT NULL"),
            None => {}
        }
        Ok(room)
    }

    fn total(&self, conn: &Connection) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM {} WHERE {}", self.tables, self.filter);
        let params: Vec<(&str, &dyn ToSql)> = self.params.iter().map(|(n, v)| (*n, &**v)).collect();
        let total: i64 = find(conn, &sql, &*params, |r| r.get(0))?.unwrap_or(0);
        Ok(u64::try_from(total).unwrap_or(0))
    }

    fn sql(&self, q: &RoomStayQuery) -> String {
        let dir = if q.ascending { "ASC" } else { "DESC" };
        let key = match q.sort {
            StaySort::JoinedAt | StaySort::Duration => "s.joined_ms",
            StaySort::LeftAt => "coalesce(s.left_ms, 9223372036854775807)",
        };
        let order = format!("ORDER BY {key} {dir}, s.peer {dir}");
        let (tables, filter) = (&self.tables, &self.filter);
        let person = "LEFT JOIN person p USING (session, peer)";
        if q.limit.is_some() {
            // The keys of the page first, in an index; only their rows are read.
            return format!(
                "WITH k AS MATERIALIZED (SELECT s.session, s.peer FROM {tables} WHERE {filter} {order}
                                         LIMIT :limit OFFSET :offset)
                 SELECT {COLUMNS} FROM k CROSS JOIN stay s USING (session, peer) {person} {order}"
            );
        }
        let person = if self.has_person { "" } else { person };
        format!("SELECT {COLUMNS} FROM {tables} {person} WHERE {filter} {order} LIMIT :limit OFFSET :offset")
    }

    /// Calls `row` for every match of the page in order, until it answers `false`.
    fn each(
        &self,
        conn: &Connection,
        q: &RoomStayQuery,
        mut row: impl FnMut(StayRow) -> Result<bool>,
    ) -> Result<()> {
        // A room without an app has no session, and so no stay.
        let Some(app) = &self.app else { return Ok(()) };
        let (limit, offset) = (q.limit.map_or(-1, i64::from), clamp(q.offset));
        let mut params: Vec<(&str, &dyn ToSql)> = self.params.iter().map(|(n, v)| (*n, &**v)).collect();
        params.extend([(":limit", &limit as &dyn ToSql), (":offset", &offset)]);
        let mut statement = conn.prepare_cached(&self.sql(q))?;
        let mut rows = statement.query(&*params)?;
        while let Some(r) = rows.next()? {
            if !row(read(r, app)?)? {
                break;
            }
        }
        Ok(())
    }
}

fn app_of_meeting(conn: &Connection, meeting: MeetingId) -> Result<Option<AppId>> {
    let sql = "SELECT a.id FROM session s INDEXED BY session_meeting JOIN app a ON a.no = s.app
               WHERE s.meeting = ?1 LIMIT 1";
    find(conn, sql, [blob(meeting.as_u128())], |r| Ok(AppId::from(&*r.get::<_, String>(0)?)))
}

fn read(row: &Row<'_>, app: &AppId) -> rusqlite::Result<StayRow> {
    Ok(StayRow {
        app: app.clone(),
        meeting: id(row, "meeting")?,
        session: id(row, "session")?,
        stay: Stay {
            peer: id(row, "peer")?,
            participant: id(row, "participant")?,
            role: name(row, "role", Role::parse)?,
            created_at: ms(row, "created_ms")?,
            joined_at: ms(row, "joined_ms")?,
            left_at: opt_ms(row, "left_ms")?,
            reason: opt_name(row, "reason", LeaveReason::parse)?,
            away_since: opt_ms(row, "away_ms")?,
        },
        person: Person {
            // A person that was erased leaves a stay without a name.
            display_name: row.get::<_, Option<String>>("display_name")?.unwrap_or_default(),
            preset_name: row.get::<_, Option<String>>("preset_name")?.unwrap_or_default(),
            custom_participant_id: row.get("custom_participant_id")?,
            user_id: row.get("user_id")?,
            ip_address: row.get("ip_address")?,
            user_agent: row.get("user_agent")?,
        },
    })
}
