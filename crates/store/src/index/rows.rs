//! Sessions and queries between the ledger's types and the index's.

use std::sync::Arc;

use rusqlite::types::{Type, ValueRef};
use sederunt_core::fact::EndReason;
use sederunt_core::id::{AppId, Id, MeetingId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_index::fold::Needle;
use sederunt_index::{Query, Row, Sort};

use crate::sql::{Blob, bad};
use crate::table::places;
use crate::{SessionQuery, SessionRef, SessionRow, SessionSort, Status};

/// The index keeps a number for the reason of an end: its place among all of them, from 1; 0 = LIVE.
fn reason_code(reason: Option<EndReason>) -> u8 {
    let place = reason.and_then(|reason| EndReason::ALL.iter().position(|r| *r == reason));
    place.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
}

fn reason(code: u8) -> Option<EndReason> {
    EndReason::ALL.get(usize::from(code).checked_sub(1)?).copied()
}

/// A session as the index has it.
pub(super) fn of_session(s: &SessionRow) -> Row {
    Row {
        id: s.id.as_u128(),
        meeting: s.meeting.as_u128(),
        title: Arc::clone(&s.title),
        started_ms: s.started_at.0,
        ended_ms: s.ended_at.map(|t| t.0),
        end_reason: reason_code(s.end_reason),
        updated_ms: s.updated_at.0,
        peak: s.peak,
        stay_count: s.stay_count,
        closed_ms: s.closed_ms,
        live_count: s.live_count,
        ticking_count: s.ticking_count,
        ticking_joined_sum_ms: s.ticking_joined_sum_ms,
        offset_ms: s.offset_ms,
        parent: s.parent.map(SessionId::as_u128),
    }
}

places! {
    /// What [`of_sql`] reads.
    Places of "s" {
        id,
        meeting,
        title,
        started_ms,
        ended_ms,
        end_reason,
        updated_ms,
        peak,
        stay_count,
        closed_ms,
        live_count,
        ticking_count,
        ticking_joined_sum_ms,
        offset_ms,
        parent,
    }
}

const AT: Places = Places::AT;

/// The columns that [`of_sql`] reads, of a table `s`.
pub(super) const COLUMNS: &str = Places::LIST;

/// Reads a row that begins with [`COLUMNS`].
pub(super) fn of_sql(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let id = |column| row.get::<_, Blob>(column).map(u128::from_be_bytes);
    let text = |column| {
        let value = row.get_ref(column)?;
        value.as_str().map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(e)))
    };
    let reason = if row.get_ref(AT.end_reason)? == ValueRef::Null {
        None
    } else {
        let name = text(AT.end_reason)?;
        Some(EndReason::parse(name).ok_or_else(|| bad("end_reason", name))?)
    };
    let ended_ms: Option<i64> = row.get(AT.ended_ms)?;
    Ok(Row {
        id: id(AT.id)?,
        meeting: id(AT.meeting)?,
        title: text(AT.title)?.into(),
        started_ms: row.get(AT.started_ms)?,
        ended_ms,
        end_reason: reason_code(reason),
        updated_ms: row.get(AT.updated_ms)?,
        peak: row.get(AT.peak)?,
        stay_count: row.get(AT.stay_count)?,
        closed_ms: row.get(AT.closed_ms)?,
        live_count: row.get(AT.live_count)?,
        ticking_count: row.get(AT.ticking_count)?,
        ticking_joined_sum_ms: row.get(AT.ticking_joined_sum_ms)?,
        offset_ms: if ended_ms.is_some() { 0 } else { row.get(AT.offset_ms)? },
        parent: row.get::<_, Option<Blob>>(AT.parent)?.map(u128::from_be_bytes),
    })
}

/// The query as the index takes it; `None` when nothing can match.
pub(super) fn query(q: &SessionQuery) -> Option<Query> {
    let meeting = match &q.meeting {
        None => None,
        Some(text) => Some(Id::parse(text).ok()?.as_u128()),
    };
    Some(Query {
        now_ms: q.now.0,
        meeting,
        from_ms: q.started_from.map(|t| t.0),
        to_ms: q.started_to.map(|t| t.0),
        status: q.status.map(|status| match status {
            Status::Live => sederunt_index::Status::Live,
            Status::Ended => sederunt_index::Status::Ended,
        }),
        peak_min: q.peak_min,
        peak_max: q.peak_max,
        search: Needle::new(q.search.as_deref()),
        sort: match q.sort {
            SessionSort::CreatedAt => Sort::CreatedAt,
            SessionSort::MinutesConsumed => Sort::MinutesConsumed,
        },
        ascending: q.ascending,
        offset: q.offset,
        limit: q.limit,
    })
}

/// Whether a page can be one of its query: its rows are in order, in range, and have reasons for their ends. A damaged
/// file may hold numbers that are possible one by one.
pub(super) struct Sound<'a> {
    q: &'a Query,
    last: Option<(i64, u128)>,
    is_sound: bool,
}

impl<'a> Sound<'a> {
    pub(super) fn new(q: &'a Query) -> Self {
        Self { q, last: None, is_sound: true }
    }

    /// The next row as the ledger gives it; none from the first on that cannot be.
    #[inline]
    pub(super) fn session<'r>(&mut self, row: &Row<&'r str>, app: &'r AppId) -> Option<SessionRef<'r>> {
        let reason = reason(row.end_reason);
        self.is_sound &= self.follows(row) && row.ended_ms.is_some() == reason.is_some();
        self.is_sound.then(|| session(row, reason, app))
    }

    pub(super) fn is_sound(&self) -> bool {
        self.is_sound
    }

    fn follows(&mut self, row: &Row<&str>) -> bool {
        let q = self.q;
        let key = match q.sort {
            Sort::CreatedAt => (row.started_ms, row.id),
            Sort::MinutesConsumed => (row.consumed_ms(q.now_ms), row.id),
        };
        let in_order = self.last.is_none_or(|last| if q.ascending { last < key } else { last > key });
        self.last = Some(key);
        in_order
            && q.from_ms.is_none_or(|from| row.started_ms >= from)
            && q.to_ms.is_none_or(|to| row.started_ms <= to)
    }
}

#[inline]
fn session<'a>(row: &Row<&'a str>, end_reason: Option<EndReason>, app: &'a AppId) -> SessionRef<'a> {
    SessionRow {
        id: SessionId::from_u128(row.id),
        app,
        meeting: MeetingId::from_u128(row.meeting),
        parent: row.parent.map(SessionId::from_u128),
        title: row.title,
        started_at: UnixMs(row.started_ms),
        ended_at: row.ended_ms.map(UnixMs),
        end_reason,
        updated_at: UnixMs(row.updated_ms),
        live_count: row.live_count,
        peak: row.peak,
        stay_count: row.stay_count,
        closed_ms: row.closed_ms,
        ticking_count: row.ticking_count,
        ticking_joined_sum_ms: row.ticking_joined_sum_ms,
        offset_ms: row.offset_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_nonsense_are_noticed() {
        let row = |id, started_ms| Row {
            id,
            meeting: 1,
            title: "x".into(),
            started_ms,
            ended_ms: Some(started_ms),
            end_reason: 1,
            updated_ms: 0,
            peak: 0,
            stay_count: 0,
            closed_ms: 0,
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
            parent: None,
        };
        let q = SessionQuery {
            app: "a".into(),
            now: UnixMs(0),
            meeting: None,
            started_from: Some(UnixMs(5)),
            started_to: Some(UnixMs(9)),
            status: None,
            peak_min: None,
            peak_max: None,
            search: None,
            sort: SessionSort::CreatedAt,
            ascending: false,
            offset: 0,
            limit: 25,
        };
        let q = query(&q).unwrap();
        let is = |rows: Vec<Row>| {
            let (mut sound, app) = (Sound::new(&q), "a".into());
            let shown = rows.iter().filter_map(|row| sound.session(&row.borrowed(), &app)).count();
            assert_eq!(shown == rows.len(), sound.is_sound());
            sound.is_sound()
        };
        assert!(is(Vec::new()) && is(vec![row(2, 9), row(7, 7), row(6, 7), row(9, 5)]));
        assert!(!is(vec![row(7, 7), row(7, 7)]), "twice");
        assert!(!is(vec![row(6, 7), row(7, 7)]), "out of order");
        assert!(!is(vec![row(1, 10)]) && !is(vec![row(1, 4)]), "out of range");
        assert!(!is(vec![Row { end_reason: 9, ..row(1, 7) }]), "no reason");
    }

    #[test]
    fn reasons_have_codes_of_their_own() {
        for r in EndReason::ALL {
            assert_eq!(reason(reason_code(Some(*r))), Some(*r));
        }
        assert_eq!(reason(reason_code(None)), None);
    }
}
