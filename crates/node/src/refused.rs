//! Who was not let in lately, by cause: for whoever looks at the server. The counters of the metrics go on for ever.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use sederunt_core::time::UnixMs;

/// Minutes that are kept: whoever looks at night sees the evening's last hour.
const MINUTES: i64 = 60;
const MINUTE_MS: i64 = 60_000;

/// Refused entries of the last hour; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    lately: Arc<Mutex<Lately>>,
}

#[derive(Debug, Default)]
struct Lately {
    /// Minutes with refusals, oldest first; a kind is one of a fixed set of names.
    minutes: VecDeque<(i64, BTreeMap<&'static str, u64>)>,
    /// As the clock was told last.
    minute: i64,
}

impl Lately {
    fn tell(&mut self, now: UnixMs) {
        let before = std::mem::replace(&mut self.minute, now.0.div_euclid(MINUTE_MS));
        // Whoever was refused before anybody told the time was so just now.
        if before == 0 {
            for (minute, _) in &mut self.minutes {
                *minute = self.minute;
            }
        }
        let first = self.minute - MINUTES;
        self.minutes.retain(|(minute, _)| *minute > first);
    }
}

impl Refused {
    /// Somebody was not let in, in the minute that was told last.
    pub(crate) fn add(&self, kind: &'static str) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = lately.minute;
        match lately.minutes.back_mut() {
            Some((last, kinds)) if *last == minute => *kinds.entry(kind).or_default() += 1,
            _ => lately.minutes.push_back((minute, BTreeMap::from([(kind, 1)]))),
        }
        // The wall clock may be set back and forth.
        if lately.minutes.len() > MINUTES as usize {
            lately.minutes.pop_front();
        }
    }

    /// Tells what time it is; the heartbeat does.
    pub(crate) fn tick(&self, now: UnixMs) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.tell(now);
    }

    /// How many were refused in the last hour, by cause.
    pub fn last_hour(&self, now: UnixMs) -> BTreeMap<&'static str, u64> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.tell(now);
        let mut sum = BTreeMap::new();
        for (kind, count) in lately.minutes.iter().flat_map(|(_, kinds)| kinds) {
            *sum.entry(*kind).or_default() += count;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_remembered_and_no_more() {
        let (refused, minute) = (Refused::default(), |n: i64| UnixMs(n * MINUTE_MS + 7));
        refused.add("BAD_TOKEN");
        refused.tick(minute(1_000));
        refused.add("SERVER_BUSY");
        refused.tick(minute(1_030));
        refused.add("BAD_TOKEN");
        let all = BTreeMap::from([("BAD_TOKEN", 2), ("SERVER_BUSY", 1)]);
        assert_eq!(refused.last_hour(minute(1_059)), all);
        assert_eq!(refused.last_hour(minute(1_060)), BTreeMap::from([("BAD_TOKEN", 1)]));
        assert_eq!(refused.last_hour(minute(1_090)), BTreeMap::new());
    }
}
