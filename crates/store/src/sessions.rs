//! The session list (SEMANTICS §3.3–3.6) and what else reads session rows.

use rusqlite::{Connection, Row, ToSql, named_params};
use sederunt_core::config::OpenSession;
use sederunt_core::fact::EndReason;
use sederunt_core::id::{AppId, Id, MeetingId, SessionId};
use sederunt_core::limit::CHAT_HISTORY_MAX;
use sederunt_core::time::{Reading, UnixMs};

use crate::fold::Needle;
use crate::own_time::OwnTime;
use crate::page::clamp;
use crate::sql::{blob, find, id, list, ms, opt_id, opt_ms, opt_name};
use crate::{Page, Result, SessionQuery, SessionRef, SessionRow, SessionSort, Status, Store, replay};

impl Store {
    /// One page of an app's sessions and the number of all matches, from one snapshot. An unknown app has none.
    ///
    /// The app's index answers if it has one; the answer is that of [`Self::sessions_sql`].
    pub async fn sessions(&self, q: SessionQuery) -> Result<Page<SessionRow>> {
        self.sessions_read(q, |rows, total| Page { items: rows.map(|row| row.to_owned()).collect(), total })
            .await
    }

    /// [`Self::sessions`] made into something while the rows are read: `make` gets them in order, and the number of all
    /// matches. What it made of rows that turn out to be damaged is dropped, and it is called again.
    pub async fn sessions_read<T>(
        &self,
        q: SessionQuery,
        make: impl Fn(&mut dyn Iterator<Item = SessionRef<'_>>, u64) -> T,
    ) -> Result<T> {
        if let Some(made) = self.sessions_indexed(&q, &make).await {
            return made;
        }
        let page = self.sessions_sql(q).await?;
        Ok(make(&mut page.items.iter().map(SessionRow::borrow), page.total))
    }

    /// [`Self::sessions`] from the ledger itself, for apps without an index, and to compare with.
    #[doc(hidden)]
    pub async fn sessions_sql(&self, q: SessionQuery) -> Result<Page<SessionRow>> {
        self.inner.indexes.answered_by_sql();
        self.read(move |c| page(c, &q)).await
    }

    /// One session of an app.
    pub async fn session(&self, app: &AppId, id: SessionId) -> Result<Option<SessionRow>> {
        Ok(self.session_of_any_app(id).await?.filter(|row| row.app == *app))
    }

    /// A session, whatever the app: for whoever has proved otherwise that he may.
    pub async fn session_of_any_app(&self, id: SessionId) -> Result<Option<SessionRow>> {
        let sql = "SELECT s.*, a.id AS app_id FROM session s JOIN app a ON a.no = s.app WHERE s.id = ?1";
        self.read(move |c| find(c, sql, [blob(id.as_u128())], read_with_app)).await
    }

    /// The breakout rooms of a session, as they are or were, oldest first.
    pub async fn breakout_sessions(&self, parent: SessionId) -> Result<Vec<SessionRow>> {
        let sql =
            "SELECT s.*, a.id AS app_id FROM session s INDEXED BY session_parent JOIN app a ON a.no = s.app
                   WHERE s.parent = ?1 ORDER BY s.started_ms, s.id";
        self.read(move |c| list(c, sql, [blob(parent.as_u128())], read_with_app)).await
    }

    /// The LIVE session of a meeting.
    pub async fn active_session(&self, meeting: MeetingId) -> Result<Option<SessionRow>> {
        let sql = "SELECT s.*, a.id AS app_id FROM session s JOIN app a ON a.no = s.app
                   WHERE s.meeting = ?1 AND s.ended_ms IS NULL";
        self.read(move |c| find(c, sql, [blob(meeting.as_u128())], read_with_app)).await
    }

    /// The open session of a meeting, folded from its facts, for a room that the process `node` loads at `now`.
    pub async fn open_session(
        &self,
        meeting: MeetingId,
        node: &str,
        now: impl Into<Reading>,
    ) -> Result<Option<OpenSession>> {
        let (node, now) = (node.to_owned(), now.into());
        self.read(move |c| {
            let sql = "SELECT id FROM session WHERE meeting = ?1 AND ended_ms IS NULL";
            let Some(session) = find(c, sql, [blob(meeting.as_u128())], |r| id::<SessionId>(r, "id"))? else {
                return Ok(None);
            };
            let Some(tally) = replay::fold_session(c, session)? else { return Ok(None) };
            let offset_ms = OwnTime::of(c, session)?.in_process(&node, &tally, now);
            let chat = crate::chat::newest(c, session, CHAT_HISTORY_MAX as u64)?;
            let polls = crate::polls::load(c, session)?;
            Ok(Some(OpenSession { tally, chat, polls, offset_ms }))
        })
        .await
    }

    /// `meeting_time` of the ended sessions of a meeting, ms; with an instant of the steady clock, of the open one too.
    pub async fn together_ms(&self, meeting: MeetingId, now: Option<UnixMs>) -> Result<i64> {
        self.read(move |c| {
            let key = blob(meeting.as_u128());
            let ended = "SELECT together_ms FROM meeting_tally WHERE meeting = ?1";
            let ended: i64 = find(c, ended, [key], |r| r.get(0))?.unwrap_or(0);
            let Some(now) = now else { return Ok(ended) };
            let open =
                "SELECT together_ms + coalesce(max(0, :now + offset_ms - together_since_ms), 0) FROM session
                        WHERE meeting = :meeting AND ended_ms IS NULL";
            let open: i64 =
                find(c, open, named_params! { ":now": now.0, ":meeting": key }, |r| r.get(0))?.unwrap_or(0);
            Ok(ended.saturating_add(open))
        })
        .await
    }

    /// First connection ever (Pagecall `started_at`).
    pub async fn first_joined_at(&self, meeting: MeetingId) -> Result<Option<UnixMs>> {
        let sql = "SELECT first_joined_ms FROM meeting_tally WHERE meeting = ?1";
        self.read(move |c| find(c, sql, [blob(meeting.as_u128())], |r| ms(r, "first_joined_ms"))).await
    }
}

/// Where the rows of a query come from.
struct Plan {
    /// Index that leads to few rows.
    index: &'static str,
    /// Conditions, ANDed.
    filter: String,
    params: Vec<(&'static str, Box<dyn ToSql>)>,
    /// Nothing but the app and the status restricts the list.
    whole_app: bool,
    /// A condition needs the row, and no index narrows the app down.
    reads_rows: bool,
}

impl Plan {
    /// `None` when nothing can match.
    fn new(app: i64, q: &SessionQuery) -> Option<Self> {
        let mut plan = Self {
            index: APP_INDEX,
            // First, so that `source` can mark it.
            filter: "app = :app".to_owned(),
            params: vec![(":app", Box::new(app))],
            whole_app: true,
            reads_rows: false,
        };
        match q.status {
            Some(Status::Live) => {
                plan.filter.push_str(" AND ended_ms IS NULL");
                plan.index = "session_live";
            }
            // `+`: no partial index, whose order is another one.
            Some(Status::Ended) => plan.filter.push_str(" AND +ended_ms IS NOT NULL"),
            None => {}
        }
        if let Some(text) = &q.meeting {
            let meeting = Id::parse(text).ok()?;
            plan.and("meeting = :meeting", ":meeting", blob(meeting.as_u128()));
            plan.index = "session_meeting";
        }
        if let Some(from) = q.started_from {
            plan.and("started_ms >= :from", ":from", from.0);
        }
        if let Some(to) = q.started_to {
            plan.and("started_ms <= :to", ":to", to.0);
        }
        if let Some(min) = q.peak_min {
            plan.and("peak >= :min", ":min", clamp(min));
        }
        if let Some(max) = q.peak_max {
            plan.and("peak <= :max", ":max", clamp(max));
        }
        if let Some(needle) = Needle::new(q.search.as_deref()) {
            match needle.id_part {
                None => plan.and("instr(title_fold, :text) > 0", ":text", needle.text),
                Some(_) => plan.and(
                    "(instr(title_fold, :text) > 0 OR id_has(id, :text) OR id_has(meeting, :text))",
                    ":text",
                    needle.text,
                ),
            }
        }
        let narrowed = q.started_from.is_some() || q.started_to.is_some() || plan.index != APP_INDEX;
        plan.reads_rows = !narrowed && (q.peak_min.is_some() || q.peak_max.is_some() || q.search.is_some());
        Some(plan)
    }

    /// Tables and conditions. A walk over most of the table is faster in its own order than through an index; the
    /// `+` keeps the planner from taking one (`NOT INDEXED` does not, for a table without rowids).
    fn source(&self, walks: bool) -> String {
        if walks && self.index == APP_INDEX {
            format!("session WHERE +{}", self.filter)
        } else {
            format!("session INDEXED BY {} WHERE {}", self.index, self.filter)
        }
    }

    fn and(&mut self, condition: &str, name: &'static str, value: impl ToSql + 'static) {
        self.filter.push_str(" AND ");
        self.filter.push_str(condition);
        self.params.push((name, Box::new(value)));
        self.whole_app = false;
    }

    fn bind<'a>(&'a self, more: &[(&'static str, &'a dyn ToSql)]) -> Vec<(&'static str, &'a dyn ToSql)> {
        self.params.iter().map(|(name, value)| (*name, &**value)).chain(more.iter().copied()).collect()
    }
}

fn page(conn: &Connection, q: &SessionQuery) -> Result<Page<SessionRow>> {
    let nothing = Page { items: Vec::new(), total: 0 };
    let find_app = "SELECT no FROM app WHERE id = ?1";
    let Some(app) = find(conn, find_app, [q.app.as_str()], |r| r.get::<_, i64>(0))? else {
        return Ok(nothing);
    };
    let Some(plan) = Plan::new(app, q) else { return Ok(nothing) };
    let share = Share::of(conn, app)?;
    let total = total(conn, app, &plan, &share, q.status)?;
    if q.offset >= total {
        return Ok(Page { total, ..nothing });
    }
    let items = rows(conn, &plan, share.walks(&plan, q, total), q)?;
    Ok(Page { items, total })
}

/// The index that leads to all sessions of an app.
const APP_INDEX: &str = "session_started";
/// One match in this many rows is rare.
const RARE: u64 = 20;
/// A row met in the order of the table costs this many times less than one that an index leads to.
const WALK_GAIN: u64 = 6;

/// How much of the table belongs to the app.
struct Share {
    /// Sessions of the app.
    sessions: u64,
    /// Sessions of all apps.
    all: u64,
}

impl Share {
    fn of(conn: &Connection, app: i64) -> Result<Self> {
        let sql = "SELECT coalesce(sum(sessions) FILTER (WHERE app = ?1), 0), coalesce(sum(sessions), 0) FROM app_tally";
        let counts =
            find(conn, sql, [app], |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)))?.unwrap_or((0, 0));
        Ok(Self { sessions: u64::try_from(counts.0).unwrap_or(0), all: u64::try_from(counts.1).unwrap_or(0) })
    }

    /// Whether reading `rows` rows through an index costs more than a walk over the whole table.
    fn walk_beats(&self, rows: u64) -> bool {
        self.all < rows.saturating_mul(WALK_GAIN)
    }

    /// Whether the page is found by a walk and a sort. Few matches in the whole app are; many are met soon in the
    /// order of the page. Minutes within a range of time are in no index at all.
    fn walks(&self, plan: &Plan, q: &SessionQuery, total: u64) -> bool {
        let in_range = q.started_from.is_some() || q.started_to.is_some();
        match q.sort {
            SessionSort::MinutesConsumed if in_range => self.walk_beats(total),
            SessionSort::CreatedAt | SessionSort::MinutesConsumed => {
                plan.reads_rows
                    && total.saturating_mul(RARE) < self.sessions
                    && self.walk_beats(self.sessions)
            }
        }
    }
}

fn total(conn: &Connection, app: i64, plan: &Plan, share: &Share, status: Option<Status>) -> Result<u64> {
    let count = |sql: &str, params: &[(&str, &dyn ToSql)]| -> Result<i64> {
        Ok(find(conn, sql, params, |r| r.get(0))?.unwrap_or(0))
    };
    let live = "SELECT count(*) FROM session INDEXED BY session_live WHERE app = :app AND ended_ms IS NULL";
    let total = match status {
        // A counter instead of a walk over the whole app.
        None | Some(Status::Ended) if plan.whole_app => {
            let all = count("SELECT sessions FROM app_tally WHERE app = :app", &[(":app", &app)])?;
            if status.is_none() { all } else { all.saturating_sub(count(live, &[(":app", &app)])?) }
        }
        _ => {
            let walks = plan.reads_rows && share.walk_beats(share.sessions);
            let sql = format!("SELECT count(*) FROM {}", plan.source(walks));
            count(&sql, &plan.bind(&[]))?
        }
    };
    Ok(u64::try_from(total).unwrap_or(0))
}

/// The keys of the page are found first, in an index where there is one; only their rows are read.
fn rows(conn: &Connection, plan: &Plan, walks: bool, q: &SessionQuery) -> Result<Vec<SessionRow>> {
    let dir = if q.ascending { "ASC" } else { "DESC" };
    let (index, source, filter) = (plan.index, plan.source(walks), &plan.filter);
    let consumed = "closed_ms + max(0, ticking_count * (:now + offset_ms) - ticking_joined_sum_ms)";
    let keys = match q.sort {
        SessionSort::CreatedAt => format!(
            "SELECT id, started_ms AS v, :now, :reach FROM {source}
             ORDER BY started_ms {dir}, id {dir} LIMIT :limit OFFSET :offset"
        ),
        // Ended sessions come sorted from an index, as far as the page reaches; LIVE ones are few.
        SessionSort::MinutesConsumed
            if !walks && index == APP_INDEX && q.started_from.is_none() && q.started_to.is_none() =>
        {
            format!(
                "SELECT id, v FROM (
                   SELECT id, closed_ms AS v FROM session INDEXED BY session_consumed
                   WHERE {filter} AND ended_ms IS NOT NULL ORDER BY closed_ms {dir}, id {dir} LIMIT :reach)
                 UNION ALL
                 SELECT id, {consumed} FROM session INDEXED BY session_live WHERE {filter} AND ended_ms IS NULL
                 ORDER BY 2 {dir}, 1 {dir} LIMIT :limit OFFSET :offset"
            )
        }
        SessionSort::MinutesConsumed => format!(
            "SELECT id, {consumed} AS v, :reach FROM {source}
             ORDER BY 2 {dir}, 1 {dir} LIMIT :limit OFFSET :offset"
        ),
    };
    let sql = format!(
        "WITH k AS MATERIALIZED ({keys}) SELECT s.* FROM k CROSS JOIN session s ON s.id = k.id
         ORDER BY k.v {dir}, k.id {dir}"
    );
    let reach = clamp(q.offset.saturating_add(u64::from(q.limit)));
    let offset = clamp(q.offset);
    let params =
        plan.bind(&[(":now", &q.now.0), (":limit", &q.limit), (":offset", &offset), (":reach", &reach)]);
    list(conn, &sql, &*params, |row| read(row, q.app.clone()))
}

/// A row of the table, with its app.
pub(crate) fn read(row: &Row<'_>, app: AppId) -> rusqlite::Result<SessionRow> {
    let ended_at = opt_ms(row, "ended_ms")?;
    Ok(SessionRow {
        id: id(row, "id")?,
        app,
        meeting: id(row, "meeting")?,
        parent: opt_id(row, "parent")?,
        title: row.get("title")?,
        started_at: ms(row, "started_ms")?,
        ended_at,
        end_reason: opt_name(row, "end_reason", EndReason::parse)?,
        updated_at: ms(row, "updated_ms")?,
        live_count: row.get("live_count")?,
        peak: row.get("peak")?,
        stay_count: row.get("stay_count")?,
        closed_ms: row.get("closed_ms")?,
        ticking_count: row.get("ticking_count")?,
        ticking_joined_sum_ms: row.get("ticking_joined_sum_ms")?,
        offset_ms: if ended_at.is_some() { 0 } else { row.get("offset_ms")? },
    })
}

fn read_with_app(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    let app: String = row.get("app_id")?;
    read(row, AppId::from(&*app))
}
