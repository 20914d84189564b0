//! The columns of a CSV of sessions.

use jiff::tz::TimeZone;
use sederunt_core::tally;
use sederunt_core::time::UnixMs;
use sederunt_store::SessionRow;

use crate::doors::sederunt::console::csv::{cell, instant, seconds};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_names_the_zone_of_instants() {
        assert_eq!(
            head(&[Column::Title, Column::EndedAt], "Europe/Berlin"),
            "title,ended_at (Europe/Berlin)\r\n"
        );
    }
}
