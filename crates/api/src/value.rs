//! Numbers and instants in queries.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use sederunt_core::time::{Day, UnixMs};

use crate::fault::Fault;
use crate::query::Query;

/// Largest number that JSON clients hold exactly; beyond it a number is refused (SEMANTICS §3.3).
pub(crate) const EXACT_MAX: u64 = 1 << 53;

/// A decimal number as written in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    /// The whole part.
    pub(crate) whole: u64,
    /// Nothing but zeros behind the point.
    pub(crate) is_whole: bool,
}

/// Why a text is not a [`Number`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// Not digits with at most one point between them, or above 2^53.
    Form,
    /// A number below zero.
    Negative,
}

/// Reads digits, optionally with a point and more digits. No exponent, no plus, no blanks, no hexadecimal.
pub(crate) fn number(text: &str) -> Result<Number, NotANumber> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(NotANumber::Form);
    }
    let is_whole = fraction.bytes().all(|b| b == b'0');
    let whole = whole.parse().ok().filter(|n| *n <= EXACT_MAX).ok_or(NotANumber::Form)?;
    if negative && (whole > 0 || !is_whole) {
        return Err(NotANumber::Negative);
    }
    Ok(Number { whole, is_whole })
}

/// Reads a whole number of a query, of which `rule` says what it must be.
pub(crate) fn whole_param(
    query: &Query,
    name: &'static str,
    rule: &'static str,
) -> Result<Option<u64>, Fault> {
    let Some(text) = query.once(name, rule)? else { return Ok(None) };
    match number(text) {
        Ok(n) if n.is_whole => Ok(Some(n.whole)),
        Ok(_) | Err(NotANumber::Form) => Err(Fault::new(name, rule)),
        Err(NotANumber::Negative) => Err(Fault::new(name, "must be greater than or equal to 0")),
    }
}

/// How many items a page is to have: as `limit` says, at most `most`; `default` when that is not given or 0.
pub(crate) fn page_size(query: &Query, default: usize, most: usize) -> Result<usize, Fault> {
    const RULE: &str = "must be a whole number of at least 0";
    let Some(text) = query.once("limit", RULE)? else { return Ok(default) };
    let found = number(text).ok().filter(|n| n.is_whole).ok_or_else(|| Fault::new("limit", RULE))?;
    Ok(match found.whole {
        0 => default,
        n => usize::try_from(n).unwrap_or(most).min(most),
    })
}

/// Which end of a time range a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// A date alone is its first instant.
    From,
    /// A date alone is its last millisecond.
    To,
}

/// Reads a time range parameter (SEMANTICS §3.3).
pub(crate) fn instant_param(query: &Query, name: &'static str, edge: Edge) -> Result<Option<UnixMs>, Fault> {
    const RULE: &str = "must be in ISO 8601 date format";
    let Some(text) = query.once(name, RULE)? else { return Ok(None) };
    instant(text, edge).map(Some).ok_or_else(|| Fault::new(name, RULE))
}

/// Reads a day (SEMANTICS §5).
pub(crate) fn day_param(query: &Query, name: &'static str) -> Result<Option<Day>, Fault> {
    const RULE: &str = "must be a date in YYYY-MM-DD format";
    let Some(text) = query.once(name, RULE)? else { return Ok(None) };
    day(text).map(Some).ok_or_else(|| Fault::new(name, RULE))
}

/// Reads `YYYY-MM-DD`, and nothing else.
fn day(text: &str) -> Option<Day> {
    let [_, _, _, _, b'-', _, _, b'-', _, _] = text.as_bytes() else { return None };
    // No sign, which numbers may have.
    if !text.bytes().all(|b| b == b'-' || b.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (text.get(..4)?, text.get(5..7)?, text.get(8..)?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(millis(date.at(0, 0, 0, 0), 0, Edge::From).day())
}

/// The instants that a range is compared with: the years 0 to 9999. Whatever is beyond is as far away as its edge.
const INSTANTS: (i64, i64) = (-62_167_219_200_000, 253_402_300_799_999);
/// Characters of an instant, fractions included; a stranger's text is not read without end.
const INSTANT_MAX_CHARS: usize = 64;

/// Reads ISO 8601 as RFC 3339 and its relatives have it: with or without seconds, minutes, colons, hyphens and offset
/// (none = UTC), a date alone, a blank in place of `+`, years of six digits with a sign. What is finer than a millisecond
/// is rounded into the range, and what is beyond the years 0 to 9999 is their first or last instant.
pub(crate) fn instant(text: &str, edge: Edge) -> Option<UnixMs> {
    if !text.is_ascii() || text.len() > INSTANT_MAX_CHARS {
        return None;
    }
    let text = with_plus(text);
    if let Some(far) = beyond_four_digits(&text) {
        return Some(far);
    }
    let text = without_dust(&text);
    let pieces = Pieces::parse(text.as_bytes()).ok()?;
    // A zone in brackets is jiff's own, and an offset without a time means nothing.
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let Some(time) = pieces.time() else {
        let day = match edge {
            Edge::From => pieces.date().at(0, 0, 0, 0),
            Edge::To => pieces.date().at(23, 59, 59, 999_999_999),
        };
        return pieces.offset().is_none().then(|| millis(day, 0, edge));
    };
    let offset_secs = match pieces.offset() {
        Some(PiecesOffset::Numeric(offset)) => offset.offset().seconds(),
        Some(PiecesOffset::Zulu) | None => 0,
        Some(_) => return None,
    };
    (offset_secs.abs() < 24 * 3600).then(|| millis(pieces.date().to_datetime(time), offset_secs, edge))
}

/// The text with a `+` for a blank that stands where only a sign can: before a year, or behind a time.
fn with_plus(text: &str) -> Cow<'_, str> {
    let sign = match text.rsplit_once(' ') {
        Some(("", _)) => Some(0),
        Some((head, _)) if head.contains(['T', 't', ' ']) => Some(head.len()),
        _ => None,
    };
    match sign {
        Some(at) => Cow::Owned(format!("{}+{}", &text[..at], &text[at + 1..])),
        None => Cow::Borrowed(text),
    }
}

/// The edge at which a year of six digits above 9999, or below 0, ends up.
fn beyond_four_digits(text: &str) -> Option<UnixMs> {
    let (sign, year) = text.split_at_checked(1)?;
    let year = year.get(..6).filter(|year| year.bytes().all(|b| b.is_ascii_digit()))?.parse::<u32>().ok()?;
    match sign {
        "+" if year > 9999 => Some(UnixMs(INSTANTS.1)),
        "-" if year > 0 => Some(UnixMs(INSTANTS.0)),
        _ => None,
    }
}

/// The text without digits of a fraction beyond the ninth: nanoseconds are as fine as it gets.
fn without_dust(text: &str) -> Cow<'_, str> {
    const DIGITS: usize = 9;
    let Some((head, tail)) = text.split_once(['.', ',']) else { return Cow::Borrowed(text) };
    let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
    if digits <= DIGITS {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{head}.{}{}", &tail[..DIGITS], &tail[digits..]))
}

/// Milliseconds since 1970, without the bounds that an instant of jiff has.
fn millis(local: DateTime, offset_secs: i32, edge: Edge) -> UnixMs {
    const NANOS: i128 = 1_000_000;
    let since = local.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_nanos();
    let nanos = since - i128::from(offset_secs) * 1_000_000_000;
    let floor = nanos.div_euclid(NANOS);
    let exact = nanos.rem_euclid(NANOS) == 0;
    let ms = if edge == Edge::From && !exact { floor + 1 } else { floor };
    let (first, last) = INSTANTS;
    UnixMs(i64::try_from(ms).unwrap_or(last).clamp(first, last))
}

#[cfg(test)]
mod tests {
    use sederunt_changes::text::iso;

    use super::*;

    #[test]
    fn numbers_of_the_table() {
        let whole = |n| Ok(Number { whole: n, is_whole: true });
        assert_eq!((number("0"), number("007"), number("-0")), (whole(0), whole(7), whole(0)));
        assert_eq!(number("1.5"), Ok(Number { whole: 1, is_whole: false }));
        assert_eq!((number("2.00"), number("9007199254740992")), (whole(2), whole(1 << 53)));
        for bad in [
            "1e2",
            "+5",
            "NaN",
            "Infinity",
            "0x10",
            " 5",
            "5 ",
            "5.",
            ".5",
            "",
            "-",
            "1_0",
            "9007199254740993",
        ] {
            assert_eq!(number(bad), Err(NotANumber::Form), "{bad}");
        }
        assert_eq!((number("-1"), number("-0.5")), (Err(NotANumber::Negative), Err(NotANumber::Negative)));
    }

    #[test]
    fn days_of_the_table() {
        let of = |text| day(text).map(|day| iso(day.start()));
        for (text, start) in [
            ("2026-01-12", "2026-01-12T00:00:00.000Z"),
            ("2024-02-29", "2024-02-29T00:00:00.000Z"),
            ("1969-12-31", "1969-12-31T00:00:00.000Z"),
            ("0000-01-01", "0000-01-01T00:00:00.000Z"),
            ("9999-12-30", "9999-12-30T00:00:00.000Z"),
        ] {
            assert_eq!(of(text).as_deref(), Some(start), "{text}");
        }
        assert_eq!(day("9999-12-31"), Some(Day(2_932_896)), "later than any instant that is printed");
        for bad in [
            "",
            "yesterday",
            "20260112",
            "2026-1-12",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026-01-12T00:00:00Z",
            "2026-01-12 ",
            "+026-01-12",
            "2026-01-+1",
            "2026/01/12",
            "2026-01-1é",
            "２026-01-12",
        ] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn instants_beyond_all_time_are_its_edges() {
        let at = |text, edge| instant(text, edge).map(|at| at.0);
        let (first, last) = (Some(INSTANTS.0), Some(INSTANTS.1));
        for text in [
            "9999-12-31",
            "9999-12-31T23:59:59.999Z",
            "9999-12-31T23:59:59.999999999-23:59",
            "+010000-01-01",
            "+275760-09-13T00:00:00.000Z",
        ] {
            assert_eq!(at(text, Edge::To), last, "{text}");
        }
        assert_eq!(at("9999-12-31", Edge::From), last.map(|last| last - 86_399_999));
        for text in
            ["0000-01-01", "0000-01-01T00:00:00+23:59", "-271821-04-20T00:00:00.000Z", "-000001-12-31"]
        {
            assert_eq!(at(text, Edge::From), first, "{text}");
        }
    }

    #[test]
    fn instants_of_the_table() {
        let at = |text| instant(text, Edge::From).map(iso);
        let ten = Some("2026-01-12T10:00:00.000Z".to_owned());
        for same in [
            "2026-01-12T10:00:00Z",
            "2026-01-12t10:00:00z",
            "2026-01-12 10:00:00",
            "2026-01-12T10:00:00",
            "2026-01-12T10:00:00.000000000000Z",
            "2026-01-12T12:30:00+02:30",
            "2026-01-12T12:30:00 02:30",
            "2026-01-12T07:00:00.0-03:00",
            "2026-01-12T10:00",
            "2026-01-12T10:00Z",
            "2026-01-12T10",
            "2026-01-12T12:30+0230",
            "2026-01-12T12:00:00+02",
            "2026-01-12T12:00:00 02",
            "2026-01-12 12:00 0200",
            "2026-01-12T10:00:00,000Z",
            "20260112T100000Z",
            "+002026-01-12T10:00:00.000Z",
            " 002026-01-12T10:00:00.000Z",
        ] {
            assert_eq!(at(same), ten, "{same}");
        }
        assert_eq!(at("2026-01-12"), Some("2026-01-12T00:00:00.000Z".to_owned()));
        assert_eq!(instant("2026-01-12", Edge::To).map(iso), Some("2026-01-12T23:59:59.999Z".to_owned()));
        assert_eq!(at("2026-01-12T10:00:00.0001Z"), Some("2026-01-12T10:00:00.001Z".to_owned()));
        for bad in [
            "yesterday",
            "1768200000",
            "12/01/2026",
            "2026-1-2",
            "2026-02-30",
            "2026-01-12T",
            "2026-01-12T25:00:00Z",
            "2026-01-12T10:00:00.Z",
            "2026-01-12T10:00:00+2",
            "2026-01-12T10:00:00+24:00",
            "2026-01-12T10:00:00Zjunk",
            "2026-01-12T10:00:00Z[UTC]",
            "2026-01-12日",
            "2026-01-12Z",
            "2026-01-12T10:00:00+02:00[Europe/Paris]",
            "2026-W03-1",
            "2026-01",
            "+2026-01-12",
            "-000000-01-01",
            "",
            "+",
            " ",
        ] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }
}
