//! How much redundancy the sound of a subscriber gets, by what its receiver reports say is lost on its line.

use std::time::Instant;

use crate::limit::{LOSS_CALM, LOSS_PACKETS_MIN, LOSS_RISE_PERMILLE, LOSS_SETTLED_PERMILLE, RED_DEPTH_MAX};

/// The redundancy of one line. Two reports in a row ask for more; a long calm gives one step back.
#[derive(Debug, Default)]
pub(crate) struct Protection {
    /// Packets before that every packet carries.
    depth: usize,
    /// What the report before asked for.
    asked: usize,
    calm_since: Option<Instant>,
    /// Reported and not yet judged.
    expected: u64,
    lost: u64,
}

impl Protection {
    /// How many packets before it a packet carries.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Of `expected` packets more, `lost` did not come. Short reports count together.
    pub(crate) fn report(&mut self, now: Instant, expected: u64, lost: u64) {
        self.expected += expected;
        self.lost += lost.min(expected);
        if self.expected < LOSS_PACKETS_MIN {
            return;
        }
        let permille = self.lost * 1_000 / self.expected;
        (self.expected, self.lost) = (0, 0);
        self.judge(now, permille);
    }

    fn judge(&mut self, now: Instant, permille: u64) {
        let asks = LOSS_RISE_PERMILLE.iter().filter(|least| permille >= **least).count();
        let before = std::mem::replace(&mut self.asked, asks);
        if asks.min(before) > self.depth {
            self.depth = asks.min(before);
            self.calm_since = None;
        }
        let settled = self.depth.checked_sub(1).and_then(|step| LOSS_SETTLED_PERMILLE.get(step));
        if settled.is_none_or(|end| permille >= *end) {
            self.calm_since = None;
        } else if now.saturating_duration_since(*self.calm_since.get_or_insert(now)) >= LOSS_CALM {
            self.depth -= 1;
            self.calm_since = None;
        }
    }
}

const _: () =
    assert!(LOSS_RISE_PERMILLE.len() == RED_DEPTH_MAX && LOSS_SETTLED_PERMILLE.len() == RED_DEPTH_MAX);

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    /// The depth after each report of 1000 packets, 5 s apart.
    fn depths(lost: &[u64]) -> Vec<usize> {
        let t0 = Instant::now();
        let mut line = Protection::default();
        let after = |(n, lost): (usize, &u64)| {
            line.report(t0 + 5 * SECOND * n as u32, 1_000, *lost);
            line.depth()
        };
        lost.iter().enumerate().map(after).collect()
    }

    #[test]
    fn two_reports_in_a_row_switch_it_on() {
        assert_eq!(depths(&[20, 19, 20, 50, 19]), [0, 0, 0, 1, 1]);
        assert_eq!(depths(&[300, 0, 300, 0, 300]), [0; 5]);
        assert_eq!(depths(&[300, 20, 100, 100]), [0, 1, 1, 2], "the lesser of two counts");
        assert_eq!(depths(&[999, 1000, 1000, 1000]), [0, 2, 2, 2], "never deeper");
    }

    #[test]
    fn a_minute_below_the_bound_gives_one_step_back() {
        let mut reports = vec![100, 100];
        reports.extend([4; 30]);
        let got = depths(&reports);
        assert_eq!(got.iter().position(|d| *d == 2), Some(1));
        assert_eq!(got.iter().position(|d| *d == 1), Some(14), "{got:?}");
        assert_eq!(got.iter().skip(14).position(|d| *d == 0), Some(13), "another minute");
    }

    #[test]
    fn a_report_of_loss_begins_the_minute_anew() {
        let mut reports = vec![20, 20];
        reports.extend([4; 11]);
        reports.push(5);
        reports.extend([4; 12]);
        let got = depths(&reports);
        assert!(got.iter().skip(1).all(|d| *d == 1), "{got:?}");
        reports.push(0);
        assert_eq!(depths(&reports).last(), Some(&0));
    }

    #[test]
    fn few_packets_are_no_report() {
        let t0 = Instant::now();
        let mut line = Protection::default();
        for _ in 0..20 {
            line.report(t0, 4, 4);
        }
        assert_eq!(line.depth(), 0);
        for _ in 0..30 {
            line.report(t0, 4, 9);
        }
        assert_eq!(line.depth(), 2, "more than all cannot be lost");
    }
}
