//! The columns of a CSV of sessions.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sederunt_core::tally;
use sederunt_core::time::UnixMs;
use sederunt_store::SessionRow;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Status,
    Title,
    MeetingId,
    SessionId,
    StartedAt,
    EndedAt,
    EndReason,
    LengthSeconds,
    Live,
    Peak,
    Stays,
    Minutes,
    UpdatedAt,
}

/// Names, which are those of the session list where it has the same, in the order of a file that has all.
pub(super) const ALL: &[(&str, Column)] = &[
    ("status", Column::Status),
    ("title", Column::Title),
    ("meeting_id", Column::MeetingId),
    ("session_id", Column::SessionId),
    ("started_at", Column::StartedAt),
    ("ended_at", Column::EndedAt),
    ("end_reason", Column::EndReason),
    ("length_seconds", Column::LengthSeconds),
    ("live_participants", Column::Live),
    ("max_concurrent_participants", Column::Peak),
    ("stays", Column::Stays),
    ("minutes_consumed", Column::Minutes),
    ("updated_at", Column::UpdatedAt),
];

/// The first line. The zone stands with each column of instants.
pub(super) fn head(columns: &[Column], zone: &str) -> String {
    let name = |column: &Column| ALL.iter().find(|(_, of)| of == column).map_or("", |(name, _)| name);
    let of = |column: &Column| {
        let is_instant = matches!(column, Column::StartedAt | Column::EndedAt | Column::UpdatedAt);
        if is_instant { format!("{} ({zone})", name(column)) } else { name(column).to_owned() }
    };
    columns.iter().map(of).collect::<Vec<_>>().join(",") + "\r\n"
}

/// Writes the line of a session; what it has consumed is as of `now`, an instant of the steady clock.
pub(super) fn line(text: &mut String, columns: &[Column], zone: &TimeZone, row: &SessionRow, now: UnixMs) {
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        cell(text, &value(*column, zone, row, now));
    }
    text.push_str("\r\n");
}

fn value(column: Column, zone: &TimeZone, row: &SessionRow, now: UnixMs) -> String {
    let until = row.ended_at.unwrap_or_else(|| row.own_time(now));
    match column {
        Column::Status => if row.ended_at.is_some() { "ENDED" } else { "LIVE" }.to_owned(),
        Column::Title => row.title.to_string(),
        Column::MeetingId => row.meeting.to_string(),
        Column::SessionId => row.id.to_string(),
        Column::StartedAt => instant(zone, row.started_at),
        Column::EndedAt => row.ended_at.map_or_else(String::new, |at| instant(zone, at)),
        Column::EndReason => row.end_reason.map_or("", |reason| reason.as_str()).to_owned(),
        Column::LengthSeconds => seconds(until.since(row.started_at)),
        Column::Live => row.live_count.to_string(),
        Column::Peak => row.peak.to_string(),
        Column::Stays => row.stay_count.to_string(),
        Column::Minutes => tally::minutes(row.consumed_ms(now)).to_string(),
        Column::UpdatedAt => instant(zone, row.updated_at),
    }
}

/// With milliseconds and the offset of the zone, so that no instant is told twice.
fn instant(zone: &TimeZone, at: UnixMs) -> String {
    let Ok(at) = Timestamp::from_millisecond(at.0) else { return String::new() };
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

fn seconds(ms: i64) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write!(text, "{}.{:03}", ms / 1000, ms % 1000);
    text
}

/// Writes a cell: in quotes where it could be taken for more than one (RFC 4180 §2), and behind an apostrophe where a
/// spreadsheet would compute it.
fn cell(text: &mut String, value: &str) {
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if formula { "'" } else { "" };
    if !value.contains(['"', ',', '\r', '\n']) {
        text.push_str(mark);
        return text.push_str(value);
    }
    text.push('"');
    text.push_str(mark);
    text.push_str(&value.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (value, wanted) in [
            ("", ""),
            ("plain text", "plain text"),
            ("a, \"b\"", "\"a, \"\"b\"\"\""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
        ] {
            let mut text = String::new();
            cell(&mut text, value);
            assert_eq!(text, wanted);
        }
    }

    #[test]
    fn an_instant_says_its_offset_and_the_head_its_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // The hour that Berlin has twice.
        let at = |ms: i64| instant(&zone, UnixMs(ms));
        assert_eq!(at(1_792_888_200_000), "2026-10-25T02:30:00.000+02:00");
        assert_eq!(at(1_792_891_800_000), "2026-10-25T02:30:00.000+01:00");
        assert_eq!(at(1_796_000_000_123), "2026-11-30T01:53:20.123+01:00");
        assert_eq!(
            head(&[Column::Title, Column::EndedAt], "Europe/Berlin"),
            "title,ended_at (Europe/Berlin)\r\n"
        );
    }
}
