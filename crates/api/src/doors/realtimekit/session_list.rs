//! A page of sessions as text. It is the same text as the serialisation of its parts, several times as fast: a list is
//! little else.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use sederunt_changes::text::{Minutes, PlainInstants};
use sederunt_core::id::AppId;
use sederunt_core::tally;
use sederunt_core::time::UnixMs;
use sederunt_store::SessionRef;

use super::page::PageOf;
use super::view::{JSON, LIST_BYTES, Session};
use crate::dialect::KitError;

/// Sessions of a page of an app, as an answer: [`super::view::Listed`] of them, written at once.
pub(super) fn session_list(
    app: &AppId,
    rows: &mut dyn Iterator<Item = SessionRef<'_>>,
    total: u64,
    page: PageOf,
    now: UnixMs,
) -> Result<Response, KitError> {
    let mut text = Vec::with_capacity(LIST_BYTES);
    write_list(&mut text, app, rows, total, page, now).map_err(|error| KitError::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, JSON)], text).into_response())
}

fn write_list(
    out: &mut Vec<u8>,
    app: &AppId,
    rows: &mut dyn Iterator<Item = SessionRef<'_>>,
    total: u64,
    page: PageOf,
    now: UnixMs,
) -> serde_json::Result<()> {
    let app = serde_json::to_vec(app)?;
    out.extend_from_slice(b"{\"success\":true,\"data\":{\"sessions\":[");
    let (mut shown, mut instants) = (0, Instants::default());
    for row in rows {
        if shown > 0 {
            out.push(b',');
        }
        shown += 1;
        match Times::of(&row, &mut instants) {
            Some(times) => write_row(out, &app, &row, &times, now)?,
            None => serde_json::to_writer(&mut *out, &Session::of(row, now))?,
        }
    }
    out.extend_from_slice(b"]},\"paging\":");
    serde_json::to_writer(&mut *out, &page.paging(shown, total))?;
    out.push(b'}');
    Ok(())
}

/// What is kept from row to row: starts follow one another, and so do ends.
#[derive(Default)]
struct Instants {
    starts: PlainInstants,
    changes: PlainInstants,
}

/// The instants of a row as text.
struct Times {
    started: [u8; 24],
    ended: Option<[u8; 24]>,
    updated: [u8; 24],
}

impl Times {
    /// `None` when one is of another length.
    fn of(row: &SessionRef<'_>, instants: &mut Instants) -> Option<Self> {
        let started = instants.starts.text(row.started_at)?;
        let updated = instants.changes.text(row.updated_at)?;
        let ended = match row.ended_at {
            // The end is the latest change of most sessions.
            Some(at) if at == row.updated_at => Some(updated),
            Some(at) => Some(instants.changes.text(at)?),
            None => None,
        };
        Some(Self { started, ended, updated })
    }
}

fn write_row(
    out: &mut Vec<u8>,
    app: &[u8],
    row: &SessionRef<'_>,
    times: &Times,
    now: UnixMs,
) -> serde_json::Result<()> {
    out.extend_from_slice(b"{\"id\":\"");
    out.extend_from_slice(&row.id.text());
    out.extend_from_slice(b"\",\"associated_id\":\"");
    out.extend_from_slice(&row.meeting.text());
    out.extend_from_slice(b"\",\"meeting_display_name\":");
    write_text(out, row.title)?;
    match times.ended {
        Some(_) => {
            out.extend_from_slice(b",\"type\":\"meeting\",\"status\":\"ENDED\",\"live_participants\":")
        }
        None => out.extend_from_slice(b",\"type\":\"meeting\",\"status\":\"LIVE\",\"live_participants\":"),
    }
    write_number(out, row.live_count.into());
    out.extend_from_slice(b",\"max_concurrent_participants\":");
    write_number(out, row.peak.into());
    out.extend_from_slice(b",\"minutes_consumed\":");
    write_minutes(out, row.consumed_ms(now))?;
    out.extend_from_slice(b",\"organization_id\":");
    out.extend_from_slice(app);
    out.extend_from_slice(b",\"started_at\":\"");
    out.extend_from_slice(&times.started);
    if let Some(ended) = &times.ended {
        out.extend_from_slice(b"\",\"ended_at\":\"");
        out.extend_from_slice(ended);
    }
    out.extend_from_slice(b"\",\"created_at\":\"");
    out.extend_from_slice(&times.started);
    out.extend_from_slice(b"\",\"updated_at\":\"");
    out.extend_from_slice(&times.updated);
    out.extend_from_slice(b"\",\"breakout_rooms\":[],\"meta\":{}}");
    Ok(())
}

fn write_text(out: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    // All bytes are looked at, without a branch for each.
    let plain = text.bytes().fold(true, |plain, b| plain & (b >= b' ') & (b != b'"') & (b != b'\\'));
    if !plain {
        return serde_json::to_writer(out, text);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

fn write_number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [b'0'; 20];
    let (mut at, mut rest) = (digits.len() - 1, number);
    while rest >= 10 {
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        at -= 1;
    }
    digits[at] = b'0' + rest as u8;
    out.extend_from_slice(&digits[at..]);
}

/// As [`Minutes`] serialise: no zeros at the end.
fn write_minutes(out: &mut Vec<u8>, ms: i64) -> serde_json::Result<()> {
    /// The shortest text of a float has up to 15 digits as they are.
    const EXACT: u64 = 1_000_000_000_000_000;
    match u64::try_from(tally::minute_units(ms)) {
        Ok(units) if units < EXACT => {
            write_number(out, units / 10_000);
            let fraction = units % 10_000;
            if fraction > 0 {
                let digits = [fraction / 1000, fraction / 100 % 10, fraction / 10 % 10, fraction % 10];
                let shown = digits.iter().rposition(|digit| *digit > 0).map_or(0, |last| last + 1);
                out.push(b'.');
                out.extend(digits.iter().take(shown).map(|digit| b'0' + *digit as u8));
            }
            Ok(())
        }
        _ => serde_json::to_writer(out, &Minutes::of(ms)),
    }
}

#[cfg(test)]
mod tests {
    use sederunt_core::fact::EndReason;
    use sederunt_store::SessionRow;

    use super::*;
    use crate::doors::realtimekit::sessions::Sessions;
    use crate::doors::realtimekit::view::Listed;
    use crate::query::Query;

    #[test]
    fn a_list_is_written_as_it_serialises() {
        let row = |n: u8, title: &str, ended: Option<i64>| SessionRow {
            id: sederunt_core::id::SessionId::from_u128(u128::from(n) << 100 | 0xabc),
            app: "app \"1\"".into(),
            meeting: sederunt_core::id::MeetingId::from_u128(u128::MAX - u128::from(n)),
            parent: None,
            title: title.into(),
            started_at: UnixMs(1_700_000_000_000 + i64::from(n)),
            ended_at: ended.map(UnixMs),
            end_reason: ended.map(|_| EndReason::AllParticipantsLeft),
            updated_at: UnixMs(1_700_000_100_000),
            live_count: u32::from(n),
            peak: 7,
            stay_count: 9,
            closed_ms: i64::from(n) * 61_234,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
        };
        let rows = [
            row(0, "no year of four digits", Some(i64::MAX)),
            row(0, "", None),
            row(1, "a \"quoted\" \\ title\n", Some(1_700_000_050_000)),
            row(2, "회의 \u{1}\u{2028}", Some(1_700_000_060_000)),
            row(3, "ends with its latest change", Some(1_700_000_100_000)),
        ];
        let now = UnixMs(1_700_000_200_000);
        for rows in [&rows[..], &rows[..1], &[]] {
            let page = PageOf::from_query(&Query::default()).unwrap();
            let paging = page.paging(rows.len(), 3);
            let mut written = Vec::new();
            let mut borrowed = rows.iter().map(SessionRow::borrow);
            write_list(&mut written, &"app \"1\"".into(), &mut borrowed, 3, page, now).unwrap();
            let sessions = rows.iter().map(|row| Session::of(row.borrow(), now)).collect();
            let listed = Listed { success: true, data: Sessions { sessions }, paging };
            assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(&listed).unwrap());
        }
    }

    #[test]
    fn minutes_are_written_as_they_serialise() {
        let edges = [0, 2, 3, 9, 60_000, 59_999, -1, -600_000, i64::MAX, i64::MIN, 5_999_999_999_999_996];
        let many = (0..200_000_i64).map(|n| n.wrapping_mul(n).wrapping_mul(0x9e37_79b9) >> (n % 60));
        for ms in edges.into_iter().chain(0..70_000).chain(many) {
            let mut written = Vec::new();
            write_minutes(&mut written, ms).unwrap();
            let serialised = serde_json::to_string(&Minutes::of(ms)).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), serialised, "{ms}");
        }
    }

    #[test]
    fn numbers_are_written_as_they_serialise() {
        for shift in 0..64 {
            for number in [u64::MAX >> shift, 1 << shift, 10_u64.pow(shift % 20), 10_u64.pow(shift % 20) - 1]
            {
                let mut written = Vec::new();
                write_number(&mut written, number);
                assert_eq!(String::from_utf8(written).unwrap(), number.to_string());
            }
        }
    }
}
