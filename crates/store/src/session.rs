//! Session rows and the one verb that lists them.

use std::sync::Arc;

use sederunt_core::fact::EndReason;
use sederunt_core::id::{AppId, MeetingId, SessionId};
use sederunt_core::tally::{self, SessionColumns};
use sederunt_core::time::UnixMs;

/// A session as stored: the columns of its tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionRow<T = Arc<str>, A = AppId> {
    /// Id.
    pub id: SessionId,
    /// App.
    pub app: A,
    /// Meeting.
    pub meeting: MeetingId,
    /// The session that this one is a breakout room of.
    pub parent: Option<SessionId>,
    /// Title; frozen at the end.
    pub title: T,
    /// Also `created_at`.
    pub started_at: UnixMs,
    /// `None` = LIVE.
    pub ended_at: Option<UnixMs>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// Latest join, leave, title change or end.
    pub updated_at: UnixMs,
    /// Connected peers.
    pub live_count: u32,
    /// Most connected peers at a time.
    pub peak: u32,
    /// Stays ever.
    pub stay_count: u32,
    /// See [`tally::consumed_ms`].
    pub closed_ms: i64,
    /// See [`tally::consumed_ms`].
    pub ticking_count: u32,
    /// See [`tally::consumed_ms`].
    pub ticking_joined_sum_ms: i64,
    /// While LIVE, its own time minus the steady clock of the process that carries it; 0 when ended.
    pub offset_ms: i64,
}

/// A row that is read where it lies.
pub type SessionRef<'a> = SessionRow<&'a str, &'a AppId>;

impl SessionRow {
    /// A session as of its latest fact.
    pub(crate) fn of(c: &SessionColumns, offset_ms: i64) -> Self {
        Self {
            id: c.session,
            app: c.app.clone(),
            meeting: c.meeting,
            parent: c.parent,
            title: c.title.as_str().into(),
            started_at: c.started_at,
            ended_at: c.ended_at,
            end_reason: c.end_reason,
            updated_at: c.updated_at,
            live_count: c.live_count,
            peak: c.peak,
            stay_count: c.stay_count,
            closed_ms: c.closed_ms,
            ticking_count: c.ticking_count,
            ticking_joined_sum_ms: c.ticking_joined_sum_ms,
            offset_ms: if c.ended_at.is_some() { 0 } else { offset_ms },
        }
    }

    /// The row without its own text.
    pub fn borrow(&self) -> SessionRef<'_> {
        self.with(&*self.title, &self.app)
    }
}

impl SessionRef<'_> {
    /// The row with its own text.
    pub fn to_owned(&self) -> SessionRow {
        self.with(self.title.into(), self.app.clone())
    }
}

impl<T, A> SessionRow<T, A> {
    fn with<U, B>(&self, title: U, app: B) -> SessionRow<U, B> {
        SessionRow {
            id: self.id,
            app,
            meeting: self.meeting,
            parent: self.parent,
            title,
            started_at: self.started_at,
            ended_at: self.ended_at,
            end_reason: self.end_reason,
            updated_at: self.updated_at,
            live_count: self.live_count,
            peak: self.peak,
            stay_count: self.stay_count,
            closed_ms: self.closed_ms,
            ticking_count: self.ticking_count,
            ticking_joined_sum_ms: self.ticking_joined_sum_ms,
            offset_ms: self.offset_ms,
        }
    }

    /// The session's own time at an instant of the steady clock.
    pub fn own_time(&self, steady: UnixMs) -> UnixMs {
        steady.plus_ms(self.offset_ms)
    }

    /// Milliseconds consumed at an instant of the steady clock.
    pub fn consumed_ms(&self, steady: UnixMs) -> i64 {
        self.consumed_at(self.own_time(steady))
    }

    /// Milliseconds consumed at an instant of the session's own time.
    pub fn consumed_at(&self, own: UnixMs) -> i64 {
        tally::consumed_ms(self.closed_ms, self.ticking_count, self.ticking_joined_sum_ms, own)
    }
}

/// LIVE or ENDED.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No `ended_at`.
    Live,
    /// Has `ended_at`.
    Ended,
}

/// Sort key of the session list; ties by id in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionSort {
    /// `started_at`.
    CreatedAt,
    /// Consumed milliseconds at [`SessionQuery::now`].
    MinutesConsumed,
}

/// SEMANTICS §3.3–3.6. All filters are ANDed.
#[derive(Debug, Clone)]
pub struct SessionQuery {
    /// The app.
    pub app: AppId,
    /// The instant of the steady clock for which LIVE sessions are computed, also in the sort.
    pub now: UnixMs,
    /// Any text; one that is no id matches nothing.
    pub meeting: Option<String>,
    /// `started_at >=`.
    pub started_from: Option<UnixMs>,
    /// `started_at <=`.
    pub started_to: Option<UnixMs>,
    /// Status.
    pub status: Option<Status>,
    /// Inclusive bounds of the peak.
    pub peak_min: Option<u64>,
    /// Inclusive bounds of the peak.
    pub peak_max: Option<u64>,
    /// Literal case-folded substring of title, meeting id or session id (SEMANTICS §3.4).
    pub search: Option<String>,
    /// Sort key.
    pub sort: SessionSort,
    /// Ascending.
    pub ascending: bool,
    /// Items to skip.
    pub offset: u64,
    /// Page size.
    pub limit: u32,
}

/// One page and the number of all matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// All matches, however many are on the page.
    pub total: u64,
}
