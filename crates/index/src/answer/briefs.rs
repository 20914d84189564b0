//! Every session of a stretch of time in numbers, for whoever adds them up.

use std::ops::ControlFlow;

use crate::answer::app::Snapshot;
use crate::answer::list::{List, TailRow};
use crate::format::field::{CLOSED, LASTED, PEAK, STARTED, STAYS};
use crate::format::segment::Segment;

/// What of an ended session is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    /// Id.
    pub id: u128,
    /// Start.
    pub started_ms: i64,
    /// End.
    pub ended_ms: i64,
    /// Stays ever.
    pub stays: u32,
    /// Milliseconds that it consumed.
    pub closed_ms: i64,
    /// Most connected peers at a time.
    pub peak: u32,
}

impl Snapshot {
    /// The ended sessions that began before `to_ms` and at or after `from_ms`, or before it and ended then or later. Those of a
    /// segment come in order of their start, segments one after the other. `each` may end it.
    pub fn ended_in<T>(
        &self,
        (from_ms, to_ms): (i64, i64),
        mut each: impl FnMut(Brief) -> ControlFlow<T>,
    ) -> ControlFlow<T> {
        for segment in self.sealed.segments() {
            segment.briefs((from_ms, to_ms), &mut each)?;
        }
        for row in before(&self.tail.ended, to_ms) {
            let ended_ms = row.row.ended_ms.unwrap_or(i64::MIN);
            if row.row.started_ms >= from_ms || ended_ms >= from_ms {
                each(brief(row, ended_ms))?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Ids of the LIVE sessions that began before `to_ms`.
    pub fn live_before(&self, to_ms: i64) -> impl Iterator<Item = u128> {
        before(&self.tail.live, to_ms).map(|row| row.row.id)
    }
}

fn before(list: &List, to_ms: i64) -> impl Iterator<Item = &TailRow> {
    list.rows(0, list.below(&(to_ms, 0))).map(|(_, row)| row)
}

fn brief(row: &TailRow, ended_ms: i64) -> Brief {
    let row = &row.row;
    Brief {
        id: row.id,
        started_ms: row.started_ms,
        ended_ms,
        stays: row.stay_count,
        closed_ms: row.closed_ms,
        peak: row.peak,
    }
}

impl Segment {
    fn briefs<T>(
        &self,
        (from_ms, to_ms): (i64, i64),
        each: &mut impl FnMut(Brief) -> ControlFlow<T>,
    ) -> ControlFlow<T> {
        // Nobody who began before that is still there: no session of the segment lasted longer.
        let earliest = from_ms.saturating_sub(self.lasted_max().max(0));
        let (first, end) = (self.lower_bound(earliest, 0), self.lower_bound(to_ms, 0));
        let mut last = i64::MIN;
        for row in first..end {
            let [started_ms, lasted, closed_ms, peak, stays] =
                self.numbers(row, [STARTED, LASTED, CLOSED, PEAK, STAYS]);
            let ended_ms = started_ms.wrapping_add(lasted);
            if started_ms < last || started_ms >= to_ms {
                self.doubt(());
            }
            last = started_ms;
            if started_ms >= from_ms || ended_ms >= from_ms {
                let count = |of: i64| u32::try_from(of).unwrap_or_else(|_| self.doubt(0));
                let (stays, peak) = (count(stays), count(peak));
                each(Brief { id: self.id(row), started_ms, ended_ms, stays, closed_ms, peak })?;
            }
        }
        ControlFlow::Continue(())
    }
}
