//! What happens in a history: facts, the receiver's days, kills, clocks that are set.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_dice::{Dice, nth};

use crate::retry::{Outcome, Phase};
use crate::told::{Key, Order, Told};

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;

/// What the receiver is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Up,
    DownForADay,
    Flapping,
    Hanging,
    Refusing,
    Poison,
    PoisonAndDown,
    DownForGood,
    Switched,
}

impl Kind {
    pub(super) const ALL: &[Self] = &[
        Self::Up,
        Self::DownForADay,
        Self::Flapping,
        Self::Hanging,
        Self::Refusing,
        Self::Poison,
        Self::PoisonAndDown,
        Self::DownForGood,
        Self::Switched,
    ];
}

/// A fact to be committed: its lane, and what its events must not overtake.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) at: i64,
    pub(super) lane: MeetingId,
    pub(super) orders: Vec<Order>,
}

/// A history.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) is_strict: bool,
    pub(super) give_up_ms: i64,
    pub(super) facts: Vec<Planned>,
    /// From when to when the receiver is down.
    pub(super) outages: Vec<(i64, i64)>,
    /// Sequence numbers that the receiver never takes.
    pub(super) poison: BTreeSet<u64>,
    pub(super) kills: Vec<i64>,
    /// A batch in so many is a kill; 0 = none.
    pub(super) kill_one_in: u64,
    /// When the wall clock is set, by how much.
    pub(super) steps: Vec<(i64, i64)>,
    /// When everything that goes wrong is over.
    pub(super) healed_at: i64,
    pub(super) body_bytes: usize,
    pub(super) salt: u64,
}

impl Plan {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed).fork(1);
        let kind = *dice.pick(Kind::ALL);
        let span = *dice.pick(&[5 * MINUTE, 30 * MINUTE, 2 * HOUR]);
        let facts = facts(&mut dice, span);
        let mut plan = Self {
            kind,
            is_strict: dice.chance(50),
            give_up_ms: if kind == Kind::DownForGood { 6 * HOUR } else { 168 * HOUR },
            outages: Vec::new(),
            poison: BTreeSet::new(),
            kills: Vec::new(),
            kill_one_in: 0,
            steps: Vec::new(),
            healed_at: span,
            body_bytes: *dice.pick(&[20, 20, 2_000]),
            salt: dice.roll(),
            facts,
        };
        plan.receiver(&mut dice, span);
        if dice.chance(70) {
            let times = dice.below(4);
            plan.kills = (0..times).map(|_| dice.number(plan.healed_at.max(1))).collect();
            plan.kill_one_in = *dice.pick(&[0, 10, 40]);
        }
        if dice.chance(30) {
            let by = *dice.pick(&[-30 * 24 * HOUR, -HOUR, -MINUTE, MINUTE, HOUR, 30 * 24 * HOUR]);
            plan.steps.push((dice.number(plan.healed_at.max(1)), by));
        }
        plan
    }

    fn receiver(&mut self, dice: &mut Dice, span: i64) {
        let from = dice.number(span);
        match self.kind {
            Kind::Up | Kind::Refusing | Kind::Switched => {}
            Kind::DownForADay | Kind::Hanging => self.outages.push((from, from + 24 * HOUR)),
            Kind::DownForGood => self.outages.push((from, from + 12 * HOUR)),
            Kind::Flapping => {
                let mut at = from;
                for _ in 0..dice.below(12) {
                    let end = at + dice.number(20 * MINUTE);
                    self.outages.push((at, end));
                    at = end + dice.number(10 * MINUTE);
                }
            }
            Kind::Poison | Kind::PoisonAndDown => {
                let most = self.facts.len() as u64;
                self.poison = (0..dice.within(1..4)).map(|_| dice.within(1..most + 1)).collect();
                if self.kind == Kind::PoisonAndDown {
                    self.outages.push((from, from + 24 * HOUR));
                }
            }
        }
        let last = self.outages.iter().map(|(_, to)| *to).max().unwrap_or(0);
        self.healed_at = last.max(span) + MINUTE;
    }

    pub(super) fn is_out(&self, at: i64) -> bool {
        self.outages.iter().any(|(from, to)| (*from..*to).contains(&at))
    }

    /// Since when the receiver has been down without a break.
    pub(super) fn out_for(&self, at: i64) -> i64 {
        let outage = self.outages.iter().find(|(from, to)| (*from..*to).contains(&at));
        outage.map_or(0, |(from, _)| at - from)
    }

    /// Whether an event is never taken, whatever happens.
    pub(super) fn is_refused(&self, key: Key) -> bool {
        self.kind == Kind::Refusing && nth(self.salt ^ key.seq).is_multiple_of(12)
    }

    /// What the receiver says to an event at a time, and how long it takes.
    pub(super) fn answer(&self, key: Key, at: i64, dice: &mut Dice) -> (i64, Outcome) {
        let answered = |status, retry_after_ms| Outcome::Answered { status, retry_after_ms };
        if self.is_out(at) {
            if self.kind == Kind::Hanging {
                return (3_000, Outcome::Fault(Phase::Head));
            }
            return match dice.below(4) {
                0 => (dice.between(1, 50), Outcome::Fault(Phase::Connect)),
                1 => (3_000, Outcome::Fault(Phase::Head)),
                2 => (dice.between(1, 50), answered(503, Some(dice.between(0, 20 * MINUTE)))),
                _ => (dice.between(1, 50), answered(502, None)),
            };
        }
        let latency = if dice.one_in(30) { dice.between(500, 2_900) } else { dice.between(1, 300) };
        if self.poison.contains(&key.seq) {
            return (latency, answered(500, None));
        }
        if self.is_refused(key) {
            return (latency, answered(*dice.pick(&[404, 410, 302, 422]), None));
        }
        (latency, answered(*dice.pick(&[200, 202, 204]), None))
    }

    /// The events of a fact. Their bytes follow from their names.
    pub(super) fn told(&self, seq: u64, fact: &Planned) -> Vec<Arc<Told>> {
        let told = |(part, order): (usize, &Order)| {
            let key = Key { seq, part: part as u8, replay: 0 };
            let mut body = format!("{{\"seq\":{seq},\"part\":{part}}}").into_bytes();
            body.resize(self.body_bytes.max(body.len()), b' ');
            Arc::new(Told { key, lane: fact.lane, order: *order, body: Bytes::from(body) })
        };
        fact.orders.iter().enumerate().map(told).collect()
    }
}

pub(super) fn meeting(n: u64) -> MeetingId {
    MeetingId::from_u128(u128::from(n) + 1)
}

/// Meetings that people enter and leave, some of them in crowds, and facts that make no event.
fn facts(dice: &mut Dice, span: i64) -> Vec<Planned> {
    let mut facts = Vec::new();
    for n in 0..dice.within(1..7) {
        let lane = meeting(n);
        let mut at = dice.number(span);
        for _ in 0..dice.within(1..4) {
            let is_crowd = dice.one_in(4);
            let people = if is_crowd { dice.within(80..400) } else { dice.within(1..12) };
            let pause = if is_crowd { 40 } else { span / 40 };
            let mut push = |at: i64, orders: Vec<Order>| facts.push(Planned { at, lane, orders });
            push(at, vec![Order::Session]);
            for peer in 0..people {
                let order = Order::Peer(PeerId::from_u128(u128::from(peer / 2 + 1)));
                at += dice.number(pause);
                let orders = if dice.one_in(5) { vec![] } else { vec![order] };
                push(at, orders);
            }
            at += dice.number(pause);
            push(at, if dice.chance(50) { vec![Order::Session; 2] } else { vec![Order::Session] });
        }
    }
    facts.sort_by_key(|fact| fact.at);
    facts
}
