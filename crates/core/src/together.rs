//! Time in which two or more different members were together: Pagecall's `meeting_time` (SEMANTICS §6.2).
//!
//! A peer that is away counts as absent until it is decided: it may come back without a gap, and then the time
//! since its loss is counted after all. For that the spans since the earliest open loss are kept, which is at most
//! one reconnect grace; everything before is a plain sum.

use std::collections::{BTreeMap, BTreeSet};

use crate::fact::Role;
use crate::id::{ParticipantId, PeerId};
use crate::tally::Stay;
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
    /// Overlap up to the earliest open loss: final. Meaningful while somebody is away.
    settled_ms: i64,
    settled_until: UnixMs,
    /// Finished stays that reach beyond `settled_until`. Empty while nobody is away.
    ended_since: Vec<Stay>,
}

impl Together {
    /// `together_ms` and `together_since` of the session's row.
    pub(crate) fn columns(&self) -> (i64, Option<UnixMs>) {
        (self.total_ms, self.two_present().then_some(self.latest))
    }

    /// A stay begins.
    pub(crate) fn enter(&mut self, at: UnixMs, stay: &Stay) {
        self.advance(at);
        if counts(stay) {
            self.add(stay.participant);
        }
    }

    /// A connected stay ends.
    pub(crate) fn leave(&mut self, at: UnixMs, stay: &Stay) {
        self.advance(at);
        if counts(stay) {
            self.remove(stay.participant);
            if !self.away.is_empty() {
                self.ended_since.push(stay.clone());
            }
        }
    }

    /// A peer's connection is lost.
    pub(crate) fn lose(&mut self, at: UnixMs, stay: &Stay) {
        self.advance(at);
        if counts(stay) {
            if self.away.is_empty() {
                self.settled_ms = self.total_ms;
                self.settled_until = at;
            }
            self.remove(stay.participant);
            self.away.insert((at, stay.peer));
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
            let since = self.overlap(self.settled_until, self.latest, open.clone());
            self.total_ms = self.settled_ms.saturating_add(since);
            self.settle(open);
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
            self.ended_since.push(stay.clone());
            self.settle(open);
        }
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

    /// Moves the final edge to the earliest loss that is still open.
    fn settle<'a>(&mut self, open: impl Iterator<Item = &'a Stay> + Clone) {
        let Some(&(edge, _)) = self.away.first() else {
            self.ended_since = Vec::new();
            return;
        };
        if edge > self.settled_until {
            let gained = self.overlap(self.settled_until, edge, open);
            self.settled_ms = self.settled_ms.saturating_add(gained);
            self.settled_until = edge;
            self.ended_since.retain(|stay| stay.left_at > Some(edge));
        }
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
        let mut clip = |stay: &Stay| {
            let (start, end) = (stay.joined_at.max(from), stay.until(to).min(to));
            if counts(stay) && start < end {
                edges.push((start, true, stay.participant));
                edges.push((end, false, stay.participant));
            }
        };
        open.for_each(&mut clip);
        self.ended_since.iter().for_each(&mut clip);
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
