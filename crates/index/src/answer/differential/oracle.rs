//! The answer by filtering and sorting all rows.

use std::collections::BTreeMap;

use crate::fold::fold;
use crate::query::{Answer, Query, Sort, Status};
use crate::row::Row;

pub(super) fn answer(rows: &BTreeMap<u128, Row>, q: &Query) -> Answer {
    let mut found: Vec<&Row> = rows.values().filter(|row| is_match(row, q)).collect();
    found.sort_by_key(|row| {
        let value = match q.sort {
            Sort::CreatedAt => row.started_ms,
            Sort::MinutesConsumed => consumed(row, q.now_ms),
        };
        (value, row.id)
    });
    if !q.ascending {
        found.reverse();
    }
    let total = found.len() as u64;
    let skip = usize::try_from(q.offset).unwrap_or(usize::MAX);
    let rows = found.into_iter().skip(skip).take(q.limit as usize).cloned().collect();
    Answer { rows, total }
}

fn consumed(row: &Row, now_ms: i64) -> i64 {
    let ticking = i64::from(row.ticking_count) * (now_ms + row.offset_ms) - row.ticking_joined_sum_ms;
    row.closed_ms + ticking.max(0)
}

fn is_match(row: &Row, q: &Query) -> bool {
    let status = if row.ended_ms.is_some() { Status::Ended } else { Status::Live };
    q.meeting.is_none_or(|meeting| row.meeting == meeting)
        && q.from_ms.is_none_or(|from| row.started_ms >= from)
        && q.to_ms.is_none_or(|to| row.started_ms <= to)
        && q.status.is_none_or(|wanted| wanted == status)
        && q.peak_min.is_none_or(|least| u64::from(row.peak) >= least)
        && q.peak_max.is_none_or(|most| u64::from(row.peak) <= most)
        && q.search.as_ref().is_none_or(|needle| {
            fold(&row.title).contains(&needle.text)
                || printed(row.id).contains(&needle.text)
                || printed(row.meeting).contains(&needle.text)
        })
}

pub(super) fn printed(id: u128) -> String {
    let digits = format!("{id:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}
