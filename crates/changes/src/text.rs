//! Instants, ids and minutes as all answers write them.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::StdFmtWrite;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use sederunt_core::id::Id;
use sederunt_core::tally;
use sederunt_core::time::UnixMs;
use serde::{Serialize, Serializer};

/// `2023-01-01T01:00:00.000Z` (SEMANTICS §1 rule 6).
pub fn iso(at: UnixMs) -> String {
    Short::instant(at).as_str().to_owned()
}

/// The two digits of every number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut n = 0;
    while n < pairs.len() {
        pairs[n] = [b'0' + n as u8 / 10, b'0' + n as u8 % 10];
        n += 1;
    }
    pairs
};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// [`iso`] of the years 0 to 9999, which are all that clocks know: digits in their places, for lists.
pub fn plain_instant(at: UnixMs) -> Option<[u8; 24]> {
    PlainInstants::default().text(at)
}

/// [`plain_instant`] of many, most of which follow one another: what is of the day is kept.
#[derive(Debug, Default)]
pub struct PlainInstants {
    /// The day that is kept, and an instant of it.
    kept: Option<(i64, [u8; 24])>,
}

impl PlainInstants {
    /// The text; `None` for other years.
    #[inline]
    pub fn text(&mut self, at: UnixMs) -> Option<[u8; 24]> {
        let (day, mut rest) = (at.0.div_euclid(DAY_MS), at.0.rem_euclid(DAY_MS) as usize);
        let mut text = match self.kept {
            Some((kept, text)) if kept == day => text,
            _ => {
                let text = midnight(at)?;
                self.kept = Some((day, text));
                text
            }
        };
        let mut part = |unit: usize| {
            let number = rest / unit;
            rest %= unit;
            number
        };
        for (place, unit) in [(11, 3_600_000), (14, 60_000), (17, 1_000), (20, 10)] {
            put(&mut text, place, part(unit));
        }
        text[22] = b'0' + rest as u8;
        Some(text)
    }
}

#[inline]
fn put(text: &mut [u8; 24], place: usize, two: usize) {
    if let Some(digits) = PAIRS.get(two) {
        text[place..place + 2].copy_from_slice(digits);
    }
}

/// The beginning of the day of an instant.
fn midnight(at: UnixMs) -> Option<[u8; 24]> {
    let at = Offset::UTC.to_datetime(Timestamp::from_millisecond(at.0).ok()?);
    let year = usize::try_from(at.year()).ok()?;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    put(&mut text, 0, year / 100);
    put(&mut text, 2, year % 100);
    put(&mut text, 5, usize::from(at.month().unsigned_abs()));
    put(&mut text, 8, usize::from(at.day().unsigned_abs()));
    Some(text)
}

/// An id or an instant as text, without a heap of its own: a page of a list has a hundred of them.
#[derive(Clone, Copy)]
pub struct Short {
    text: [u8; Self::BYTES_MAX],
    used: usize,
}

impl Short {
    /// The length of a UUID.
    const BYTES_MAX: usize = 36;

    /// An id as a UUID.
    pub fn id(id: Id) -> Self {
        Self { text: id.text(), used: Self::BYTES_MAX }
    }

    /// An instant as [`iso`].
    pub fn instant(at: UnixMs) -> Self {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
        if let Some(plain) = plain_instant(at) {
            let mut short = Self { text: [0; Self::BYTES_MAX], used: plain.len() };
            short.text[..plain.len()].copy_from_slice(&plain);
            return short;
        }
        // Instants beyond year 9999 cannot be recorded by a clock; should one be imported, the edge is printed.
        let edge = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let at = Timestamp::from_millisecond(at.0).unwrap_or(edge);
        let mut short = Self { text: [0; Self::BYTES_MAX], used: 0 };
        // With a year of at most six digits and its sign it fits.
        let _ = PRINTER.print_timestamp(&at, StdFmtWrite(&mut short));
        short
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.text.get(..self.used).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let end = self.used + more.len();
        self.text.get_mut(self.used..end).ok_or(fmt::Error)?.copy_from_slice(more.as_bytes());
        self.used = end;
        Ok(())
    }
}

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for Short {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

/// Minutes, mostly with 4 decimals; whole ones without a point.
#[derive(Debug, Clone, Copy)]
pub struct Minutes(f64);

impl Minutes {
    /// From milliseconds.
    pub fn of(ms: i64) -> Self {
        Self(tally::minutes(ms))
    }

    /// From milliseconds, not rounded.
    pub fn exact(ms: i64) -> Self {
        Self(tally::exact_minutes(ms))
    }
}

impl Serialize for Minutes {
    #[expect(clippy::cast_possible_truncation, reason = "whole minutes of i64 milliseconds fit an i64")]
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 { s.serialize_i64(self.0 as i64) } else { s.serialize_f64(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_instants_are_those_of_the_printer() {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
        let day = 86_400_000;
        let edges = [0, -1, 1, 999, 59_999, day - 1, day, -62_167_219_200_000, 253_402_207_200_000];
        let many = (0..200_000_i64).map(|n| n * n % 86_399_993 * 2_931 - 62_167_219_200_000 + n);
        let many = many.flat_map(|at| [at, at + 1_001]);
        let mut kept = PlainInstants::default();
        for at in edges.into_iter().chain(many) {
            let mut text = Vec::new();
            PRINTER.print_timestamp(&Timestamp::from_millisecond(at).unwrap(), &mut text).unwrap();
            assert_eq!(plain_instant(UnixMs(at)).map(|plain| plain.to_vec()).as_ref(), Some(&text), "{at}");
            assert_eq!(kept.text(UnixMs(at)).map(|plain| plain.to_vec()), Some(text), "{at} after another");
        }
        for at in [-62_167_219_200_001, 253_402_207_200_001, i64::MIN, i64::MAX] {
            assert_eq!(plain_instant(UnixMs(at)), None, "{at}");
        }
    }
}
