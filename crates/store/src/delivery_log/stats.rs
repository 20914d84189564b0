//! What an endpoint's attempts came to since an instant.

use rusqlite::params;
use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;

use super::answer::{LATENCIES_MAX, Stats};
use super::files::{Fault, Known, read};
use super::rows::{minute, of_minute};
use super::shared::Shared;
use super::successes::each_success;
use crate::Result;
use crate::sql::find;

/// Rows of successes that a call looks at: many hours of a busy endpoint.
const ROWS_MAX: usize = 65_536;

/// The figures of an endpoint.
pub(super) fn stats(shared: &Shared, endpoint: Id, since: UnixMs) -> Result<Stats> {
    read(shared, endpoint, Some(since.day()), |files| {
        let mut successes = Successes::new(since);
        for file in files {
            if successes.rows < ROWS_MAX {
                file.here(successes.add(file))?;
            }
        }
        let Successes { since, delivered, mut latencies, .. } = successes;
        let (failed, dead) = failures(files, since)?;
        let [p50_ms, p95_ms] = [50, 95].map(|percent| percentile(&mut latencies, percent));
        Ok(Stats { since, delivered, failed, dead, p50_ms, p95_ms })
    })
}

/// Successes, the newest first.
#[derive(Debug)]
struct Successes {
    since: UnixMs,
    delivered: u64,
    latencies: Vec<i64>,
    rows: usize,
}

impl Successes {
    const fn new(since: UnixMs) -> Self {
        Self { since, delivered: 0, latencies: Vec::new(), rows: 0 }
    }

    fn add(&mut self, file: &Known) -> Result<()> {
        let sql = "SELECT minute, n, first_seq, packed FROM ok WHERE endpoint = ?1 AND minute >= ?2
                   ORDER BY minute DESC";
        let mut statement = file.conn.prepare_cached(sql)?;
        let first = minute(self.since);
        let mut rows = statement.query(params![file.no, first])?;
        // Minutes count as a whole, so that one that is not reached to its end does not count.
        let mut present = (i64::MAX, 0);
        while let Some(row) = rows.next()? {
            let at = row.get(0)?;
            if at != present.0 {
                self.delivered += std::mem::replace(&mut present, (at, 0)).1;
            }
            if self.rows >= ROWS_MAX {
                self.since = of_minute(at + 1);
                return Ok(());
            }
            self.rows += 1;
            if at > first && self.latencies.len() >= LATENCIES_MAX {
                present.1 += row.get::<_, i64>(1)?.unsigned_abs();
                continue;
            }
            let packed = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
            each_success(row.get::<_, i64>(2)?.cast_unsigned(), at, packed, |success| {
                if success.at >= self.since {
                    present.1 += 1;
                    if self.latencies.len() < LATENCIES_MAX {
                        self.latencies.push(success.latency_ms);
                    }
                }
            })?;
        }
        self.delivered += present.1;
        Ok(())
    }
}

/// Failed attempts, and those that were the last of their event.
fn failures(files: &[Known], since: UnixMs) -> std::result::Result<(u64, u64), Fault> {
    let sql = "SELECT count(*), count(final) FROM bad WHERE endpoint = ?1 AND at >= ?2";
    let (mut failed, mut dead) = (0, 0);
    for file in files {
        let counted = find(&file.conn, sql, params![file.no, since.0], |r| {
            Ok((r.get::<_, i64>(0)?.unsigned_abs(), r.get::<_, i64>(1)?.unsigned_abs()))
        });
        let (here, for_good) = file.here(counted)?.unwrap_or_default();
        (failed, dead) = (failed + here, dead + for_good);
    }
    Ok((failed, dead))
}

/// The least value that so many percent are not above.
fn percentile(values: &mut [i64], percent: usize) -> Option<i64> {
    let rank = (values.len() * percent).div_ceil(100).checked_sub(1)?;
    Some(*values.select_nth_unstable(rank).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_seen() {
        assert_eq!(percentile(&mut [], 50), None);
        assert_eq!(percentile(&mut [7], 95), Some(7));
        assert_eq!(percentile(&mut [4, 1, 3, 2], 50), Some(2));
        let mut hundred: Vec<i64> = (1..=100).rev().collect();
        assert_eq!((percentile(&mut hundred, 50), percentile(&mut hundred, 95)), (Some(50), Some(95)));
    }
}
