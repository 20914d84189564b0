//! Time in which two or more different members were together: Pagecall's `meeting_time` (SEMANTICS §6.2).
//!
//! A peer that is away counts as absent until it is decided: it may come back without a gap, and then the time
//! since its loss is counted after all. And a loss may be told late, when the time since was counted already. For both, the
//! spans since the earliest open loss, and those of the latest two minutes, are kept; everything before is a plain sum.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::Role;
use crate::id::{ParticipantId, PeerId};
use crate::limit::LOSS_LATE_MAX_MS;
use crate::stay::Stay;
use crate::time::UnixMs;

/// Running overlap of the members of one session. Instants must not decrease from call to call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Together {
    /// Overlap up to `latest`, with those who are away as absent since their loss.
    total_ms: i64,
    latest: UnixMs,
    /// Connected stays of each member that is in.
    present: BTreeMap<ParticipantId, u32>,
    /// Members that are away, by instant of the loss.
    away: BTreeSet<(UnixMs, PeerId)>,
    /// Overlap up to `settled_until`: final. No loss is before it that is open, or may still be told.
    settled_ms: i64,
    settled_until: UnixMs,
    /// Finished stays; all that reach beyond `settled_until` are among them.
    ended: Vec<Span>,
    /// How many of them there were when they were last looked through.
    ended_before: usize,
}

/// When a member was there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Span {
    from: UnixMs,
    to: UnixMs,
    participant: ParticipantId,
}

/// Finished stays that are looked through at once.
const SETTLE_MIN: usize = 64;

impl Together {
    /// `together_ms` and `together_since` of the session's row.
    pub(crate) fn columns(&self) -> (i64, Option<UnixMs>) {
        (self.total_ms, self.two_present().then_some(self.latest))
    }

    /// A stay begins.
    pub(crate) fn enter(&mut self, at: UnixMs, stay: &Stay) {
        self.advance(at);
        if !counts(stay) {
            return;
        }
        if self.present.is_empty() && self.away.is_empty() {
            // Nobody is in: nothing can be told late.
            (self.settled_ms, self.settled_until) = (self.total_ms, at);
            self.ended.clear();
        }
        self.add(stay.participant);
    }

    /// A connected stay ends.
    pub(crate) fn leave<'a>(
        &mut self,
        at: UnixMs,
        stay: &Stay,
        open: impl Iterator<Item = &'a Stay> + Clone,
    ) {
        self.advance(at);
        if counts(stay) {
            self.remove(stay.participant);
            self.keep(stay, at, open);
        }
    }

    /// A peer's connection was lost at `at`, which may be told late. `open` holds its stay, away since then.
    pub(crate) fn lose<'a>(&mut self, at: UnixMs, stay: &Stay, open: impl Iterator<Item = &'a Stay> + Clone) {
        let was_counted = at < self.latest;
        self.advance(at);
        if counts(stay) {
            self.remove(stay.participant);
            self.away.insert((at, stay.peer));
            if was_counted {
                self.count_again(open);
            }
        }
    }

    /// A lost peer is back: it was there all the time. `open` holds its stay, no longer away.
    pub(crate) fn regain<'a>(
        &mut self,
        at: UnixMs,
        stay: &Stay,
        lost_at: UnixMs,
        open: impl Iterator<Item = &'a Stay> + Clone,
    ) {
        self.advance(at);
        if counts(stay) && self.away.remove(&(lost_at, stay.peer)) {
            self.add(stay.participant);
            self.count_again(open);
        }
    }

    /// A lost peer will not come back: its stay ended with the loss, which is how it was counted.
    pub(crate) fn give_up<'a>(
        &mut self,
        stay: &Stay,
        lost_at: UnixMs,
        open: impl Iterator<Item = &'a Stay> + Clone,
    ) {
        if counts(stay) && self.away.remove(&(lost_at, stay.peer)) {
            self.keep(stay, lost_at, open);
        }
    }

    /// Remembers a finished stay.
    fn keep<'a>(&mut self, stay: &Stay, to: UnixMs, open: impl Iterator<Item = &'a Stay> + Clone) {
        self.ended.push(Span { from: stay.joined_at, to, participant: stay.participant });
        // Seldom, so that a leave costs the same however many there are.
        if self.ended.len() >= self.ended_before.saturating_mul(2).max(SETTLE_MIN) {
            self.settle(open);
        }
    }

    /// The total from what is known now of those who are or were away.
    fn count_again<'a>(&mut self, open: impl Iterator<Item = &'a Stay> + Clone) {
        self.settle(open.clone());
        let since = self.overlap(self.settled_until, self.latest, open);
        self.total_ms = self.settled_ms.saturating_add(since);
    }

    fn advance(&mut self, at: UnixMs) {
        if self.two_present() {
            self.total_ms = self.total_ms.saturating_add(at.since(self.latest));
        }
        self.latest = self.latest.max(at);
    }

    fn add(&mut self, participant: ParticipantId) {
        let stays = self.present.entry(participant).or_insert(0);
        *stays = stays.saturating_add(1);
    }

    fn remove(&mut self, participant: ParticipantId) {
        if let Some(stays) = self.present.get_mut(&participant) {
            *stays = stays.saturating_sub(1);
            if *stays == 0 {
                self.present.remove(&participant);
            }
        }
    }

    fn two_present(&self) -> bool {
        self.present.len() >= 2
    }

    /// Moves the final edge to the earliest loss that is open, or may still be told.
    fn settle<'a>(&mut self, open: impl Iterator<Item = &'a Stay> + Clone) {
        let late = self.latest.plus_ms(-LOSS_LATE_MAX_MS);
        let edge = self.away.first().map_or(late, |&(lost_at, _)| lost_at.min(late));
        if edge > self.settled_until {
            let gained = self.overlap(self.settled_until, edge, open);
            self.settled_ms = self.settled_ms.saturating_add(gained);
            self.settled_until = edge;
            self.ended.retain(|span| span.to > edge);
        }
        self.ended_before = self.ended.len();
    }

    /// Milliseconds of `[from, to)` in which two or more different members were present.
    fn overlap<'a>(&self, from: UnixMs, to: UnixMs, open: impl Iterator<Item = &'a Stay> + Clone) -> i64 {
        // In a room of any size two members were there all the time; that saves sorting a thousand edges when a
        // thousand sockets break at once.
        let mut whole = open.clone().filter(|s| counts(s) && s.joined_at <= from && s.until(to) >= to);
        if let Some(one) = whole.next()
            && whole.any(|other| other.participant != one.participant)
        {
            return to.since(from);
        }
        let mut edges: Vec<(UnixMs, bool, ParticipantId)> = Vec::new();
        let mut clip = |start: UnixMs, end: UnixMs, participant| {
            let (start, end) = (start.max(from), end.min(to));
            if start < end {
                edges.push((start, true, participant));
                edges.push((end, false, participant));
            }
        };
        open.filter(|stay| counts(stay))
            .for_each(|stay| clip(stay.joined_at, stay.until(to), stay.participant));
        self.ended.iter().for_each(|span| clip(span.from, span.to, span.participant));
        edges.sort_unstable();
        let mut sweep = Self { latest: from, ..Self::default() };
        for (at, enters, participant) in edges {
            sweep.advance(at);
            if enters {
                sweep.add(participant);
            } else {
                sweep.remove(participant);
            }
        }
        sweep.total_ms
    }
}

/// Monitors are in the ledger but not in `meeting_time`; bots are in neither.
fn counts(stay: &Stay) -> bool {
    stay.role == Role::Member
}
