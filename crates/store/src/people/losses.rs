//! How often connections are lost in an app: what one person is compared with.

use std::collections::HashMap;

use rusqlite::Connection;
use sederunt_core::fact::{FactName, LeaveReason};
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;

use super::rows;
use crate::replay;
use crate::sql::list;
use crate::{Pace, Result, Store};

/// Milliseconds of an hour.
const HOUR_MS: f64 = 3_600_000.0;

/// Lost connections an hour of presence, of the people of an app.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossMedian {
    /// People who were looked at.
    pub people: usize,
    /// Stays that were looked at: those that were recorded last.
    pub stays: usize,
    /// Half of the people lost no more; `None` when nobody was there for any time.
    pub per_hour: Option<f64>,
    /// These are all stays.
    pub is_all: bool,
}

impl Store {
    /// The median over the people of an app of what each lost an hour, in the `most` stays that were recorded last. Blocks.
    pub fn loss_median(&self, pace: &Pace, app: &AppId, most: usize, now: UnixMs) -> Result<LossMedian> {
        self.readers().long(pace, |conn| {
            let nobody = LossMedian { people: 0, stays: 0, per_hour: None, is_all: true };
            match rows::app(conn, app)? {
                Some(no) => median(conn, no, most, now),
                None => Ok(nobody),
            }
        })
    }
}

fn median(conn: &Connection, app: i64, most: usize, now: UnixMs) -> Result<LossMedian> {
    let is_join = format!("kind = '{}'", FactName::PeerJoined.as_str());
    let sql = replay::of_app("seq", &is_join, "ORDER BY block DESC, seq DESC LIMIT ?3");
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let mut joins: Vec<i64> = list(conn, &sql, [app, 0, limit], |r| r.get(0))?;
    let is_all = joins.len() <= most;
    joins.truncate(most);
    // Milliseconds of presence, and losses.
    let mut people: HashMap<_, (i64, u32)> = HashMap::new();
    for seq in &joins {
        let Some(found) = rows::stay(conn, *seq, now)? else { continue };
        let (ms, lost) = people.entry(rows::person_no(&found)).or_default();
        *ms += found.until.since(found.stay.joined_at);
        let is_lost = matches!(found.stay.reason, Some(LeaveReason::ConnectionLost | LeaveReason::NodeLost));
        *lost += u32::from(is_lost);
    }
    let there = people.values().filter(|(ms, _)| *ms > 0);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a person are far below 2^52")]
    let mut rates: Vec<f64> = there.map(|(ms, lost)| f64::from(*lost) * HOUR_MS / *ms as f64).collect();
    Ok(LossMedian { people: rates.len(), stays: joins.len(), per_hour: middle(&mut rates), is_all })
}

/// The middle one, or the mean of the two.
fn middle(rates: &mut [f64]) -> Option<f64> {
    rates.sort_by(f64::total_cmp);
    let upper = *rates.get(rates.len() / 2)?;
    let lower = *rates.get((rates.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::middle;

    #[test]
    fn the_middle_of_an_even_number_is_between_two() {
        assert_eq!(middle(&mut []), None);
        assert_eq!(middle(&mut [3.0]), Some(3.0));
        assert_eq!(middle(&mut [3.0, 0.0, 1.0]), Some(1.0));
        assert_eq!(middle(&mut [3.0, 0.0, 2.0, 1.0]), Some(1.5));
    }
}
