//! What may be asked, and the answer.

use std::sync::Arc;

use crate::fold::Needle;
use crate::row::Row;

/// LIVE or ENDED.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Runs.
    Live,
    /// Has ended.
    Ended,
}

/// Sort key; ties by id in the same direction (SEMANTICS §3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// `started_ms`.
    CreatedAt,
    /// [`Row::consumed_ms`] at [`Query::now_ms`], exact to the millisecond.
    MinutesConsumed,
}

/// SEMANTICS §3.3–3.6; all filters are ANDed.
#[derive(Debug, Clone)]
pub struct Query {
    /// The instant for which LIVE sessions are computed.
    pub now_ms: i64,
    /// Meeting.
    pub meeting: Option<u128>,
    /// `started_ms >=`.
    pub from_ms: Option<i64>,
    /// `started_ms <=`.
    pub to_ms: Option<i64>,
    /// Status.
    pub status: Option<Status>,
    /// `peak >=`.
    pub peak_min: Option<u64>,
    /// `peak <=`.
    pub peak_max: Option<u64>,
    /// Literal case-folded substring of title, meeting id or session id.
    pub search: Option<Needle>,
    /// Sort key.
    pub sort: Sort,
    /// Ascending.
    pub ascending: bool,
    /// Items to skip.
    pub offset: u64,
    /// Page size.
    pub limit: u32,
}

/// One page and the number of all matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<Title = Arc<str>> {
    /// The items, in order.
    pub rows: Vec<Row<Title>>,
    /// All matches.
    pub total: u64,
}

impl Answer<&str> {
    /// One that outlasts the snapshot.
    pub fn owned(&self) -> Answer {
        Answer { rows: self.rows.iter().map(Row::owned).collect(), total: self.total }
    }
}
