//! Cells of CSV files for people, who open them in spreadsheets.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sederunt_core::time::UnixMs;

/// With milliseconds and the offset of the zone, so that no instant is told twice.
pub(super) fn instant(zone: &TimeZone, at: UnixMs) -> String {
    let Ok(at) = Timestamp::from_millisecond(at.0) else { return String::new() };
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// With milliseconds.
pub(super) fn seconds(ms: i64) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = write!(text, "{}.{:03}", ms / 1000, ms % 1000);
    text
}

/// Writes a cell: in quotes where it could be taken for more than one (RFC 4180 §2), and behind an apostrophe where a
/// spreadsheet would compute it.
pub(super) fn cell(text: &mut String, value: &str) {
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
    fn an_instant_says_its_offset() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        // The hour that Berlin has twice.
        let at = |ms: i64| instant(&zone, UnixMs(ms));
        assert_eq!(at(1_792_888_200_000), "2026-10-25T02:30:00.000+02:00");
        assert_eq!(at(1_792_891_800_000), "2026-10-25T02:30:00.000+01:00");
        assert_eq!(at(1_796_000_000_123), "2026-11-30T01:53:20.123+01:00");
    }
}
