//! Sessions between the ledger's types and the archive's.

use sederunt_archive::Row;
use sederunt_core::fact::EndReason;
use sederunt_core::tally::SessionColumns;

/// The archive keeps a number for the reason of an end: its place among all of them, from 1; 0 = LIVE.
fn reason_code(reason: Option<EndReason>) -> u8 {
    let place = reason.and_then(|reason| EndReason::ALL.iter().position(|r| *r == reason));
    place.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)
}

pub(super) fn of_columns(c: &SessionColumns) -> Row {
    Row {
        id: c.session.as_u128(),
        meeting: c.meeting.as_u128(),
        title: c.title.as_str().into(),
        started_ms: c.started_at.0,
        ended_ms: c.ended_at.map(|t| t.0),
        end_reason: reason_code(c.end_reason),
        updated_ms: c.updated_at.0,
        peak: c.peak,
        stay_count: c.stay_count,
        closed_ms: c.closed_ms,
        live_count: c.live_count,
        ticking_count: c.ticking_count,
        ticking_joined_sum_ms: c.ticking_joined_sum_ms,
    }
}
