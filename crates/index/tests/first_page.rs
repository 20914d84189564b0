//! From three sessions to a page: the whole way of the crate, once.

use std::sync::Arc;

use sederunt_index::fold::Needle;
use sederunt_index::{AppIndex, Change, Query, RealFs, Row, Sealed, Shelf, Sort};

/// One that began in the minute `id` and took `minutes` of one person; `None` = LIVE.
fn session(id: u128, title: &str, minutes: Option<i64>) -> Change {
    let (started_ms, closed_ms) = (60_000 * id as i64, minutes.unwrap_or(0) * 60_000);
    let (ended_ms, live) = (minutes.map(|_| started_ms + closed_ms), u32::from(minutes.is_none()));
    let row = Row {
        id,
        meeting: 7,
        title: title.into(),
        started_ms,
        ended_ms,
        end_reason: live as u8 ^ 1,
        updated_ms: ended_ms.unwrap_or(started_ms),
        peak: 1,
        stay_count: 1,
        closed_ms,
        live_count: live,
        ticking_count: live,
        ticking_joined_sum_ms: i64::from(live) * started_ms,
        offset_ms: 0,
        parent: None,
    };
    Change { row, ended_seq: minutes.map(|_| id as u64) }
}

#[test]
fn from_three_sessions_to_a_page() -> Result<(), Box<dyn std::error::Error>> {
    // Two have ended and are sealed into a file; one is LIVE and stays in memory.
    let dir = tempfile::tempdir()?;
    let shelf = Shelf::open(&dir.path().join("index"), [1; 16], Arc::new(RealFs))?;
    let ended = vec![session(1, "Weekly", Some(30)), session(2, "Stand-up", Some(5))];
    let sealed = shelf.seal(1, &Sealed::empty(), ended)?;
    let index = AppIndex::new(Arc::new(sealed), std::iter::once(session(3, "Stand-up", None)));

    // Ten minutes after the last one began, by minutes, the most first: 30, 10 and counting, 5.
    let (sort, now_ms) = (Sort::MinutesConsumed, 13 * 60_000);
    let (meeting, from_ms, to_ms, status, peak_min, peak_max) = (None, None, None, None, None, None);
    let q = Query {
        now_ms,
        meeting,
        from_ms,
        to_ms,
        status,
        peak_min,
        peak_max,
        search: None,
        sort,
        ascending: false,
        offset: 0,
        limit: 25,
    };
    let ids = |q: &Query| index.snapshot().answer(q).rows.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(&q), [1, 3, 2]);

    // A search in any case, one a page: the total says how many there are.
    let page = Query { search: Needle::new(Some("STAND")), limit: 1, ..q };
    assert_eq!((ids(&page), index.snapshot().answer(&page).total), (vec![3], 2));
    Ok(())
}
