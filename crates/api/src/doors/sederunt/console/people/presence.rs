//! On which days somebody was there.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use sederunt_changes::text::Minutes;
use sederunt_store::PersonStay;
use serde::Serialize;
use utoipa::ToSchema;

/// Days that are told: ten years.
const DAYS_MAX: usize = 3_660;

/// A day with presence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonDay)]
pub(crate) struct Day {
    /// The day, `YYYY-MM-DD` in the zone.
    day: String,
    /// Stays that were open on it.
    stays: u64,
    /// Minutes on it.
    #[schema(value_type = f64)]
    minutes: Minutes,
}

/// The days of stays, oldest first.
pub(super) fn days(stays: &[PersonStay], tz: &TimeZone) -> Vec<Day> {
    let mut found: BTreeMap<Date, (u64, i64)> = BTreeMap::new();
    for stay in stays {
        each_day(stay.stay.joined_at.0, stay.until.0, tz, |day, ms| {
            let (stays, sum) = found.entry(day).or_default();
            *stays += 1;
            *sum += ms;
        });
    }
    let skipped = found.len().saturating_sub(DAYS_MAX);
    let days = found.into_iter().skip(skipped);
    days.map(|(day, (stays, ms))| Day { day: day.to_string(), stays, minutes: Minutes::of(ms) }).collect()
}

/// Calls with every day from one instant to another, and the milliseconds on it; with one day at least.
fn each_day(from: i64, to: i64, tz: &TimeZone, mut call: impl FnMut(Date, i64)) {
    let zoned = |at: i64| Timestamp::from_millisecond(at).ok().map(|at| at.to_zoned(tz.clone()));
    let next = |at: &Zoned| at.checked_add(1.day()).and_then(|day| day.start_of_day()).ok();
    let (mut begin, mut days) = (from, 0);
    while days < DAYS_MAX {
        let Some(at) = zoned(begin) else { return };
        let end = next(&at).map_or(i64::MAX, |next| next.timestamp().as_millisecond());
        call(at.date(), to.min(end) - begin);
        // Nobody is there at the last midnight.
        if end >= to || end <= begin {
            return;
        }
        (begin, days) = (end, days + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(zone: &str, from: &str, to: &str) -> Vec<String> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let mut told = Vec::new();
        each_day(at(from), at(to), &TimeZone::get(zone).unwrap(), |day, ms| {
            told.push(format!("{day} {}", ms / 60_000))
        });
        told
    }

    #[test]
    fn a_minute_counts_on_the_day_on_which_it_was() {
        assert_eq!(
            told("UTC", "2026-11-30T23:30:00Z", "2026-12-01T00:15:00Z"),
            ["2026-11-30 30", "2026-12-01 15"]
        );
        assert_eq!(told("Asia/Seoul", "2026-11-30T23:30:00Z", "2026-12-01T00:15:00Z"), ["2026-12-01 45"]);
        // A day of 25 hours, and one that there was not.
        assert_eq!(
            told("Europe/Berlin", "2026-10-24T21:00:00Z", "2026-10-26T00:00:00Z"),
            ["2026-10-24 60", "2026-10-25 1500", "2026-10-26 60"]
        );
        assert_eq!(
            told("Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-30T11:00:00Z"),
            ["2011-12-29 60", "2011-12-31 60"]
        );
        assert_eq!(told("UTC", "2026-11-30T23:30:00Z", "2026-11-30T23:30:00Z"), ["2026-11-30 0"]);
    }
}
