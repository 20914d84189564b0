//! Who was not let in lately, by cause and, where it is known whose it was, by app: for whoever looks at the server or at the
//! app. The counters of the metrics go on for ever.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;

/// Minutes that are kept: whoever looks at night sees the evening's last hour.
const MINUTES: i64 = 60;
const MINUTE_MS: i64 = 60_000;
/// Counts that are kept apart in one minute, some 100 bytes each: a server with more busy apps knows the rest in sum alone.
const APART_MAX: usize = 1_024;

/// How many, by whose it was (`None`: not known) and by cause, which is one of a fixed set of names.
type Counts = BTreeMap<(Option<AppId>, &'static str), u64>;

/// Refused entries of the last hour; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    lately: Arc<Mutex<Lately>>,
}

#[derive(Debug, Default)]
struct Lately {
    /// Minutes with refusals, oldest first.
    minutes: VecDeque<(i64, Counts)>,
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
    /// Somebody was not let in, in the minute that was told last; to a meeting of `app`, if it is known of which.
    pub(crate) fn add(&self, app: Option<&AppId>, kind: &'static str) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = lately.minute;
        match lately.minutes.back_mut() {
            Some((last, counts)) if *last == minute => {
                let mut key = (app.cloned(), kind);
                if counts.len() >= APART_MAX && !counts.contains_key(&key) {
                    key.0 = None;
                }
                *counts.entry(key).or_default() += 1;
            }
            _ => lately.minutes.push_back((minute, BTreeMap::from([((app.cloned(), kind), 1)]))),
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
        self.sum(now, |_| true)
    }

    /// How many of them wanted into a meeting of this app.
    pub fn last_hour_of(&self, now: UnixMs, app: &AppId) -> BTreeMap<&'static str, u64> {
        self.sum(now, |of| of == Some(app))
    }

    fn sum(&self, now: UnixMs, wanted: impl Fn(Option<&AppId>) -> bool) -> BTreeMap<&'static str, u64> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.tell(now);
        let mut sum = BTreeMap::new();
        for ((app, kind), count) in lately.minutes.iter().flat_map(|(_, counts)| counts) {
            if wanted(app.as_ref()) {
                *sum.entry(*kind).or_default() += count;
            }
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
        refused.add(None, "BAD_TOKEN");
        refused.tick(minute(1_000));
        refused.add(None, "SERVER_BUSY");
        refused.tick(minute(1_030));
        refused.add(None, "BAD_TOKEN");
        let all = BTreeMap::from([("BAD_TOKEN", 2), ("SERVER_BUSY", 1)]);
        assert_eq!(refused.last_hour(minute(1_059)), all);
        assert_eq!(refused.last_hour(minute(1_060)), BTreeMap::from([("BAD_TOKEN", 1)]));
        assert_eq!(refused.last_hour(minute(1_090)), BTreeMap::new());
    }

    #[test]
    fn an_app_learns_of_its_own_and_the_rest_is_counted_in_sum() {
        let (refused, now) = (Refused::default(), UnixMs(1_000 * MINUTE_MS));
        refused.tick(now);
        let app = |n: usize| AppId::from(format!("app-{n}").as_str());
        for n in 0..APART_MAX + 8 {
            refused.add(Some(&app(n)), "MEMBER_BLOCKED");
        }
        refused.add(Some(&app(0)), "MEMBER_BLOCKED");
        refused.add(None, "BAD_TOKEN");
        assert_eq!(refused.last_hour_of(now, &app(0)), BTreeMap::from([("MEMBER_BLOCKED", 2)]));
        assert_eq!(refused.last_hour_of(now, &app(APART_MAX)), BTreeMap::new());
        let all = BTreeMap::from([("BAD_TOKEN", 1), ("MEMBER_BLOCKED", APART_MAX as u64 + 9)]);
        assert_eq!(refused.last_hour(now), all);
    }
}
