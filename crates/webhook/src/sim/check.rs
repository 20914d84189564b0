//! What must hold in every history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sederunt_core::id::MeetingId;

use super::plan::{Kind, Plan};
use crate::retry::{ATTEMPTS, Outcome, SCHEDULE_MS};
use crate::rows::Row;
use crate::told::{Key, Told};
use crate::words::{Delivery, End};

/// An event holds its meeting for 60 s; the little less is what a crash may forget of a time that the endpoint was down.
const HOLD_AT_LEAST_MS: i64 = 58_000;
const HOLD_AT_MOST_MS: i64 = 62_000;
/// Long ago.
const LONG_AGO: i64 = i64::MIN / 4;

#[derive(Debug, Clone, Copy)]
struct Fail {
    first: i64,
    last: i64,
    attempt: u32,
    /// It counts: no probe, and the endpoint was not down.
    counts: bool,
}

/// What is known about every event.
#[derive(Debug, Default)]
pub(super) struct Checks {
    pub(super) fault: Option<String>,
    committed: BTreeMap<Key, Arc<Told>>,
    /// Neither delivered nor failed, as far as the endpoint has heard.
    unsettled: BTreeMap<MeetingId, BTreeSet<Key>>,
    /// Neither delivered, as far as the endpoint has heard, nor failed in the log.
    pub(super) undurable: BTreeSet<Key>,
    fails: BTreeMap<Key, Fail>,
    /// Failed though the receiver was there.
    own: BTreeSet<Key>,
    refused: BTreeSet<Key>,
    delivered_now: BTreeSet<Key>,
    /// Settled before the last start, and known to be.
    sure: BTreeSet<Key>,
    /// Somebody asked for it again.
    asked: BTreeMap<Key, i64>,
    downs: Vec<(i64, i64)>,
    down_from: Option<i64>,
    recovered_at: i64,
    started_at: i64,
    /// Other events may have been probed.
    pub(super) is_suspicious: bool,
}

impl Checks {
    pub(super) fn new() -> Self {
        Self { recovered_at: LONG_AGO, started_at: LONG_AGO, ..Self::default() }
    }

    pub(super) fn fail(&mut self, why: impl FnOnce() -> String) {
        if self.fault.is_none() {
            self.fault = Some(why());
        }
    }

    pub(super) fn committed(&mut self, told: &Arc<Told>) {
        self.committed.insert(told.key, Arc::clone(told));
        self.unsettled.entry(told.lane).or_default().insert(told.key);
        self.undurable.insert(told.key);
    }

    pub(super) fn asked(&mut self, key: Key, now: i64) {
        self.asked.insert(key, now);
    }

    fn settled(&mut self, key: Key) {
        if let Some(told) = self.committed.get(&key)
            && let Some(lane) = self.unsettled.get_mut(&told.lane)
        {
            lane.remove(&key);
        }
    }

    /// How long the endpoint was down between two times.
    fn down_between(&self, from: i64, to: i64) -> i64 {
        let open = self.down_from.map(|down| (down, i64::MAX));
        let all = self.downs.iter().copied().chain(open);
        all.map(|(start, end)| (end.min(to) - start.max(from)).max(0)).sum()
    }

    pub(super) fn is_down(&mut self, is_down: bool, now: i64) {
        match (self.down_from, is_down) {
            (None, true) => self.down_from = Some(now),
            (Some(from), false) => {
                self.downs.push((from, now));
                self.down_from = None;
                self.recovered_at = now;
            }
            _ => {}
        }
    }

    /// Whether a lane may go on without an event: it has failed, and held it for long enough.
    fn has_held(&self, key: Key, now: i64, hold_ms: i64) -> bool {
        self.fails
            .get(&key)
            .is_some_and(|fail| now - fail.first - self.down_between(fail.first, now) >= hold_ms)
    }

    /// An attempt begins.
    pub(super) fn sent(&mut self, delivery: &Delivery, now: i64, is_strict: bool) {
        let key = delivery.told.key;
        match self.committed.get(&key) {
            None => self.fail(|| format!("{key:?} is sent, and was never committed")),
            Some(told) if **told != *delivery.told => {
                self.fail(|| format!("{key:?} is sent with another body"))
            }
            Some(_) => {}
        }
        let asked = self.asked.get(&key).copied();
        if self.down_from.is_some() && !delivery.is_probe {
            self.fail(|| format!("{key:?} is sent though the endpoint is down"));
        }
        if let Some(fail) = self.fails.get(&key).copied() {
            let wait = (delivery.attempt as usize).checked_sub(2).and_then(|n| SCHEDULE_MS.get(n));
            let earliest = fail.last + wait.map_or(0, |wait| wait * 8 / 10);
            let is_free = delivery.is_probe || self.recovered_at >= fail.last || asked.is_some();
            if now < earliest && !is_free {
                self.fail(|| {
                    format!("attempt {} of {key:?} is {} ms early", delivery.attempt, earliest - now)
                });
            }
            // But for the one that is an event's last chance.
            if !fail.counts && delivery.attempt > fail.attempt && delivery.attempt != ATTEMPTS {
                self.fail(|| format!("a probe used an attempt of {key:?}"));
            }
        }
        if asked.is_some() {
            return;
        }
        let settled = [
            (&self.delivered_now, "was delivered, and nothing has happened since"),
            (&self.sure, "was settled before the last start, durably"),
            (&self.refused, "was refused for good"),
        ];
        let why = settled.into_iter().find(|(set, _)| set.contains(&key)).map(|(_, why)| why);
        if let Some(why) = why {
            self.fail(|| format!("{key:?} is sent again: it {why}"));
            return;
        }
        if !delivery.is_probe {
            self.in_order(&delivery.told, now, is_strict);
        }
    }

    fn in_order(&mut self, told: &Told, now: i64, is_strict: bool) {
        let Some(lane) = self.unsettled.get(&told.lane) else { return };
        let overtaken = lane.range(..told.key).find(|earlier| {
            let binds = self.committed.get(earlier).is_some_and(|other| other.order.binds(told.order));
            (is_strict || binds) && !self.has_held(**earlier, now, HOLD_AT_LEAST_MS)
        });
        if let Some(earlier) = overtaken.copied() {
            let fail = self.fails.get(&earlier).copied();
            self.fail(|| format!("{:?} overtakes {earlier:?} ({fail:?}) at {now}", told.key));
        }
    }

    /// An attempt ends, and the endpoint hears of it. `counts`: it was not down and this was no probe.
    pub(super) fn answered(
        &mut self,
        delivery: &Delivery,
        outcome: Outcome,
        now: i64,
        is_own: bool,
        counts: bool,
    ) {
        let key = delivery.told.key;
        let status = outcome.status().unwrap_or(0);
        if (200..300).contains(&status) {
            self.settled(key);
            self.undurable.remove(&key);
            self.delivered_now.insert(key);
            self.fails.remove(&key);
            return;
        }
        if is_own {
            self.own.insert(key);
        }
        if !delivery.is_probe && (300..500).contains(&status) {
            self.refused.insert(key);
        }
        let fail = self.fails.entry(key).or_insert(Fail { first: now, last: now, attempt: 0, counts });
        *fail = Fail { first: fail.first, last: now, attempt: delivery.attempt, counts };
    }

    /// The endpoint says that an event has failed for good.
    pub(super) fn ended(&mut self, key: Key, end: End, kind: Kind) {
        let was_own = self.own.contains(&key);
        match end {
            End::Delivered => {}
            End::Refused if self.refused.contains(&key) => self.settled(key),
            End::Refused => self.fail(|| format!("{key:?} counts as refused, and was not")),
            End::UsedUp if was_own || kind == Kind::Flapping => self.settled(key),
            End::UsedUp => self.fail(|| format!("{key:?} failed, and only because the receiver was down")),
        }
    }

    /// The log has a failure.
    pub(super) fn dead(&mut self, key: Key) {
        self.undurable.remove(&key);
    }

    /// These were missed, with a reason and a range.
    pub(super) fn missed(&mut self, from: u64, to: u64) {
        let missed: Vec<Key> =
            self.committed.range(Key::first(from)..Key::first(to + 1)).map(|(key, _)| *key).collect();
        for key in missed {
            self.settled(key);
            self.undurable.remove(&key);
            self.fails.remove(&key);
        }
    }

    /// What the store has now: nothing may be below the watermark that is neither settled nor covered.
    pub(super) fn stored(&mut self, done_seq: u64, rows: &BTreeMap<Key, Row>, is_strict: bool) {
        let behind = behind(rows);
        let below = self.undurable.range(..Key::first(done_seq + 1));
        let lost = below.filter(|key| !self.is_covered(**key, rows, &behind)).copied().next();
        if let Some(key) = lost {
            self.fail(|| format!("the watermark {done_seq} has passed {key:?}, which nothing covers"));
        }
        let mut held = BTreeMap::<MeetingId, usize>::new();
        for row in rows.values().filter(|row| row.tried.is_some_and(|tried| !tried.is_alone)) {
            *held.entry(row.lane).or_default() += 1;
        }
        // Probes of other events add some.
        let most = match (self.is_suspicious, is_strict) {
            (false, true) => 1,
            (false, false) => crate::lane::OVERLAP_MAX,
            _ => crate::lane::LANE_MAX,
        };
        if let Some((lane, rows)) = held.into_iter().find(|(_, rows)| *rows > most) {
            self.fail(|| format!("{lane} is held by {rows} rows"));
        }
    }

    fn is_covered(&self, key: Key, rows: &BTreeMap<Key, Row>, behind: &BTreeMap<MeetingId, u64>) -> bool {
        let lane = self.committed.get(&key).and_then(|told| behind.get(&told.lane));
        rows.get(&key).is_some_and(|row| row.tried.is_some()) || lane.is_some_and(|from| *from <= key.seq)
    }

    /// The process has stopped, and was not killed: what it was answered is not sent again. But for what was settled before it was
    /// read: only the process knew that.
    pub(super) fn stopped(&mut self, done_seq: u64, was_early: impl Fn(Key) -> bool) {
        let above = self.delivered_now.range(Key::first(done_seq + 1)..);
        let again = above.filter(|key| !self.asked.contains_key(key) && !was_early(**key)).copied().next();
        if let Some(key) = again {
            self.fail(|| format!("{key:?} was delivered, and comes again after a stop at {done_seq}"));
        }
    }

    /// The process is gone, and another one begins with what the store has. `kept`: the steady clock of the
    /// process less the true time, and whether the endpoint is down in the store.
    pub(super) fn started(
        &mut self,
        done_seq: u64,
        rows: &BTreeMap<Key, Row>,
        now: i64,
        was_set: bool,
        kept: (i64, bool),
    ) {
        let behind = behind(rows);
        let settled = self.committed.range(..Key::first(done_seq + 1)).map(|(key, _)| *key);
        let settled = settled.filter(|key| !self.undurable.contains(key));
        self.sure = settled.filter(|key| !self.is_covered(*key, rows, &behind)).collect();
        self.delivered_now.clear();
        let undurable = &self.undurable;
        self.refused.retain(|key| !undurable.contains(key) && self.sure.contains(key));
        self.fails.retain(|key, fail| {
            let Some(tried) = rows.get(key).and_then(|row| row.tried) else { return false };
            // The next attempt is later than the failure that the row knows of.
            if was_set || tried.next_at.0 <= fail.last + kept.0 {
                fail.last = LONG_AGO;
            }
            // A clock that was set may end a hold early.
            if was_set {
                fail.first = LONG_AGO;
            }
            true
        });
        // An endpoint whose process died before it could keep that it is down has not been down.
        if !kept.1 {
            self.down_from = None;
        }
        self.started_at = now;
    }

    /// Nothing is in flight or being read, and the endpoint is served: whatever was not tried waits for an event of its
    /// meeting that failed less than a minute ago.
    pub(super) fn idle(&mut self, now: i64) {
        if now - self.started_at.max(self.recovered_at) < HOLD_AT_MOST_MS {
            return;
        }
        let holding = self.fails.keys().filter(|key| !self.has_held(**key, now, HOLD_AT_MOST_MS));
        let held: BTreeSet<MeetingId> =
            holding.filter_map(|key| Some(self.committed.get(key)?.lane)).collect();
        let free = self.unsettled.iter().filter(|(lane, _)| !held.contains(lane));
        let untried = |key: &&Key| !self.fails.contains_key(key) && !self.asked.contains_key(key);
        let stuck = free.flat_map(|(_, keys)| keys).find(untried).copied();
        if let Some(key) = stuck {
            self.fail(|| format!("{key:?} could be sent at {now}, and is not"));
        }
    }

    /// Any event of a fact up to this one.
    pub(super) fn pick(&self, n: usize) -> Option<(Key, MeetingId)> {
        self.committed.values().nth(n).map(|told| (told.key, told.lane))
    }

    pub(super) fn is_delivered_again(&self, key: Key) -> bool {
        self.committed.contains_key(&key) && !self.undurable.contains(&key)
    }

    /// At the end everything is delivered, or failed with a reason.
    pub(super) fn over(&mut self, plan: &Plan, before: u64, rows: &BTreeMap<Key, Row>) {
        let open = self.undurable.range(..Key::first(before)).next().copied();
        if let Some(key) = open {
            let poison = plan.poison.contains(&key.seq);
            self.fail(|| format!("{key:?} is neither delivered nor failed in the end (poison: {poison})"));
        }
        if let Some(row) = rows.range(..Key::first(before)).next() {
            self.fail(|| format!("a row is left over: {row:?}"));
        }
    }
}

fn behind(rows: &BTreeMap<Key, Row>) -> BTreeMap<MeetingId, u64> {
    let mut behind = BTreeMap::new();
    for row in rows.values() {
        if let Some(from) = row.behind_from {
            let first = behind.entry(row.lane).or_insert(from);
            *first = from.min(*first);
        }
    }
    behind
}
