//! Successes as rows: those of one endpoint, one stretch of sequences and one minute go together.
//!
//! A row never crosses the end of a stretch, so whoever reads by sequence finds all of a stretch by its rows' first sequence;
//! nor that of a minute, so a row is in the file of its day as a whole, and whoever counts by time need not open it.

use sederunt_core::id::{AppId, Id};
use sederunt_core::time::{Day, UnixMs};

use super::entry::Delivered;
use super::pack::{Success, pack};

/// Sequences of a stretch. Rows get shorter with fewer, where a busy ledger has few events of the endpoint; with more, a page
/// of a quiet endpoint reads more rows than it shows.
pub(super) const STRETCH: u64 = 4096;

/// Most successes of a row: what a reader unpacks to find one.
const ROW_MAX: usize = 1024;

const MINUTE_MS: i64 = 60_000;

/// The minute of an instant: minutes since 1970.
pub(super) const fn minute(at: UnixMs) -> i64 {
    at.0.div_euclid(MINUTE_MS)
}

/// The first millisecond of a minute; saturates.
pub(super) const fn of_minute(minute: i64) -> UnixMs {
    UnixMs(minute.saturating_mul(MINUTE_MS))
}

/// The first sequence of the stretch that has `seq`.
pub(super) const fn stretch(seq: u64) -> u64 {
    seq - seq % STRETCH
}

/// A row of successes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub app: AppId,
    pub endpoint: Id,
    pub minute: i64,
    pub first_seq: u64,
    pub n: usize,
    pub packed: Vec<u8>,
}

impl Row {
    /// The day in whose file it belongs.
    pub(super) const fn day(&self) -> Day {
        of_minute(self.minute).day()
    }
}

/// Rows of successes, which are sorted for it.
pub(super) fn rows(successes: &mut [Delivered]) -> Vec<Row> {
    let place = |d: &Delivered| (d.endpoint, minute(d.at), stretch(d.key.seq));
    successes.sort_unstable_by_key(|d| (place(d), d.key, d.at, d.attempt));
    let chunks = successes.chunk_by(|a, b| place(a) == place(b)).flat_map(|group| group.chunks(ROW_MAX));
    chunks.filter_map(row).collect()
}

fn row(group: &[Delivered]) -> Option<Row> {
    let first = group.first()?;
    let (minute, first_seq) = (minute(first.at), first.key.seq);
    let successes = group.iter().map(|d| Success {
        key: d.key,
        attempt: d.attempt,
        at: d.at,
        latency_ms: d.latency_ms,
        status: d.status,
    });
    let packed = pack(first_seq, of_minute(minute), successes);
    let (app, endpoint) = (first.app.clone(), first.endpoint);
    Some(Row { app, endpoint, minute, first_seq, n: group.len(), packed })
}

#[cfg(test)]
mod tests {
    use sederunt_dice::Dice;

    use super::*;
    use crate::delivery::Key;
    use crate::delivery_log::pack::unpack;

    #[test]
    fn rows_keep_everything_and_cross_no_border() {
        let mut dice = Dice::from_env("ROWS_SEED");
        for _ in 0..100 {
            let at = dice.between(0, 4_000_000_000_000);
            let seq = dice.below(1 << 40);
            let mut given: Vec<Delivered> = (0..dice.below(3_000))
                .map(|_| Delivered {
                    app: AppId::from("a"),
                    endpoint: Id::from_u128(dice.below(3).into()),
                    key: Key {
                        seq: seq + dice.below(9_000),
                        part: dice.below(2) as u8,
                        replay: dice.below(2) as u32,
                    },
                    attempt: 1 + dice.below(3) as u32,
                    at: UnixMs(at + dice.between(0, 70_000)),
                    latency_ms: dice.between(0, 3_000),
                    status: 200,
                })
                .collect();
            let rows = rows(&mut given);
            let mut found = Vec::new();
            for row in &rows {
                let mut n = 0;
                unpack(row.first_seq, of_minute(row.minute), &row.packed, |s| {
                    n += 1;
                    assert_eq!((stretch(s.key.seq), minute(s.at)), (stretch(row.first_seq), row.minute));
                    assert_eq!(s.at.day(), row.day());
                    let Success { key, attempt, at, latency_ms, status } = s;
                    let app = row.app.clone();
                    found.push(Delivered {
                        app,
                        endpoint: row.endpoint,
                        key,
                        attempt,
                        at,
                        latency_ms,
                        status,
                    });
                })
                .unwrap();
                assert!(n == row.n && (1..=ROW_MAX).contains(&n));
            }
            let order = |d: &Delivered| (d.endpoint, d.key, d.at, d.attempt, d.latency_ms);
            found.sort_by_key(order);
            given.sort_by_key(order);
            assert_eq!(found, given);
        }
    }
}
