//! The world of a history: true time, the ledger, the store, the log, the receiver, and a process that dies.

mod stop;

use std::collections::BTreeMap;
use std::sync::Arc;

use sederunt_core::id::MeetingId;
use sederunt_core::time::UnixMs;
use sederunt_dice::Dice;

use super::check::Checks;
use super::plan::{HOUR, Kind, MINUTE, Plan, Planned, meeting};
use crate::broken::Broken;
use crate::endpoint::{Endpoint, Settings, WINDOW_BYTES, WINDOW_EVENTS};
use crate::health::State;
use crate::lane::LANE_MAX;
use crate::retry::{Jitter, Outcome};
use crate::rows::{Batch, OffReason, Row, Saved, SavedHealth};
use crate::told::{Key, Order, Told};
use crate::words::{Attempt, Control, Delivery, End, In, Out};

/// So long after all is well the last event has to be settled.
const AFTER: i64 = 8 * HOUR;
/// The wall clock when a history begins.
const BEGIN: i64 = 1_700_000_000_000;
const KILLS_MAX: u32 = 12;

#[derive(Debug)]
enum Task {
    Commit(Planned),
    In(u32, In),
    Respond(u32, Delivery, Outcome, bool),
    Apply(u32),
    LogCommit(u32, Key),
    PutAside(u32),
    Wake(u32),
    Kill(bool),
    Step(i64),
    Control(Control),
    AskAgain,
    Enable,
}

pub(super) struct World {
    plan: Plan,
    dice: Dice,
    is_loud: bool,
    now: i64,
    tasks: BTreeMap<(i64, u64), Task>,
    tasks_made: u64,
    facts: Vec<(MeetingId, Vec<Arc<Told>>)>,
    stored: Saved,
    rows: BTreeMap<Key, Row>,
    batch: Option<Batch>,
    logs: Vec<Key>,
    endpoint: Endpoint,
    broken: Option<Broken>,
    life: u32,
    is_stopping: bool,
    kills: u32,
    /// The wall clock is the true time plus this.
    set_by: i64,
    /// True time and steady clock at the last start.
    start: (i64, i64),
    was_set: bool,
    reads_out: usize,
    flying: BTreeMap<MeetingId, usize>,
    probes: usize,
    idle_at: i64,
    checks: Checks,
    seen: BTreeMap<&'static str, u64>,
}

fn settings(plan: &Plan) -> Settings {
    Settings { concurrency: 16, is_strict: plan.is_strict, give_up_ms: plan.give_up_ms }
}

impl World {
    pub(super) fn new(seed: u64, broken: Option<Broken>, is_loud: bool) -> Self {
        let plan = Plan::new(seed);
        let stored = Endpoint::from_now(0);
        let mut endpoint = Endpoint::load(settings(&plan), stored.clone(), 0, UnixMs(BEGIN));
        endpoint.break_rule(broken);
        let mut world = Self {
            dice: Dice::new(seed).fork(2),
            is_loud,
            now: 0,
            tasks: BTreeMap::new(),
            tasks_made: 0,
            facts: Vec::new(),
            stored,
            rows: BTreeMap::new(),
            batch: None,
            logs: Vec::new(),
            endpoint,
            broken,
            life: 0,
            is_stopping: false,
            kills: 0,
            set_by: 0,
            start: (0, BEGIN),
            was_set: false,
            reads_out: 0,
            flying: BTreeMap::new(),
            probes: 0,
            idle_at: 0,
            checks: Checks::new(),
            seen: BTreeMap::new(),
            plan,
        };
        world.schedule();
        world
    }

    fn schedule(&mut self) {
        for fact in std::mem::take(&mut self.plan.facts) {
            self.later(fact.at, Task::Commit(fact));
        }
        for at in self.plan.kills.clone() {
            let after = self.dice.chance(50);
            self.later(at, Task::Kill(after));
        }
        for (at, by) in self.plan.steps.clone() {
            self.later(at, Task::Step(by));
        }
        if self.plan.kind == Kind::Switched {
            let at = self.dice.number(self.plan.healed_at);
            self.later(at, Task::Control(Control::Disable));
        }
        if self.dice.chance(30) {
            let at = self.dice.number(self.plan.healed_at);
            self.later(at, Task::AskAgain);
        }
        // A receiver that hears of nothing else cannot show that it is there.
        for n in 0..AFTER / (10 * MINUTE) {
            let at = self.plan.healed_at + n * 10 * MINUTE;
            self.later(at, Task::Commit(Planned { at, lane: meeting(99), orders: vec![Order::Session] }));
        }
    }

    fn later(&mut self, at: i64, task: Task) {
        self.tasks_made += 1;
        self.tasks.insert((at, self.tasks_made), task);
    }

    fn soon(&mut self, within_ms: i64, task: Task) {
        let at = self.now + self.dice.number(within_ms + 1);
        self.later(at, task);
    }

    fn say(&self, what: impl FnOnce() -> String) {
        if self.is_loud {
            println!("{:>12} {}", self.now, what());
        }
    }

    fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    pub(super) fn run(&mut self) {
        self.say(|| format!("{:?} strict: {}", self.plan.kind, self.plan.is_strict));
        let end = self.plan.healed_at + AFTER;
        while let Some(((at, _), task)) = self.tasks.pop_first() {
            if at > end || self.checks.fault.is_some() {
                break;
            }
            self.now = self.now.max(at);
            self.perform(task);
            self.look();
        }
        let last_hour = (self.facts.len() as u64).saturating_sub(5);
        let Self { checks, plan, rows, .. } = self;
        checks.over(plan, last_hour, rows);
    }

    fn perform(&mut self, task: Task) {
        match task {
            Task::Commit(fact) => self.commit(&fact),
            Task::In(life, input) if life == self.life => {
                self.reads_out -= 1;
                // Nobody waits for what is read, once nothing is sent any more.
                if !self.is_stopping {
                    self.handle(input);
                }
            }
            Task::Respond(life, delivery, outcome, is_own) => self.respond(life, delivery, outcome, is_own),
            Task::Apply(life) if life == self.life => {
                if let Some(batch) = self.batch.take() {
                    let number = batch.number;
                    self.apply(batch);
                    self.handle(In::Persisted(number));
                }
            }
            Task::LogCommit(life, key) if life == self.life => {
                self.logs.retain(|other| *other != key);
                self.checks.dead(key);
                self.handle(In::Logged(key));
            }
            Task::Wake(life) if life == self.life => self.handle(In::Tick),
            Task::PutAside(life) if life == self.life => self.put_aside(),
            Task::In(..) | Task::Apply(..) | Task::LogCommit(..) | Task::Wake(..) | Task::PutAside(..) => {}
            Task::Kill(_) if self.kills >= KILLS_MAX => {}
            Task::Kill(after) if self.is_stopping || self.dice.chance(70) => self.kill(after),
            Task::Kill(_) => self.stop(),
            Task::Step(by) => {
                self.say(|| format!("the wall clock is set by {by} ms"));
                self.set_by += by;
                self.was_set = true;
                self.saw("clock set");
            }
            Task::Control(control) => self.handle(In::Control(control)),
            Task::AskAgain => self.ask_again(),
            Task::Enable => self.enable(),
        }
    }

    fn commit(&mut self, fact: &Planned) {
        let seq = self.facts.len() as u64 + 1;
        let told = self.plan.told(seq, fact);
        for one in &told {
            self.checks.committed(one);
        }
        self.facts.push((fact.lane, told));
        self.handle(In::News(seq));
    }

    fn ask_again(&mut self) {
        let n = self.dice.index(self.facts.len().max(1));
        if let Some((key, lane)) = self.checks.pick(n) {
            self.saw("asked again");
            self.checks.asked(key, self.now);
            self.handle(In::Control(Control::Retry(key, lane)));
        }
    }

    fn enable(&mut self) {
        let SavedHealth::Off { from, .. } = self.stored.cursor.health else { return };
        let head = self.facts.len() as u64;
        self.say(|| format!("enabled: {from} to {head} were missed"));
        self.saw("enabled");
        self.checks.missed(from, head);
        self.handle(In::Control(Control::Enable(head)));
    }

    fn handle(&mut self, input: In) {
        let now = UnixMs(self.start.1 + self.now - self.start.0);
        let jitter = Jitter(self.dice.roll() as u16);
        let was_down = self.endpoint_is_down();
        let out = self.endpoint.handle(now, jitter, input);
        let is_down = self.endpoint_is_down();
        if was_down != is_down {
            self.say(|| format!("{:?}", self.endpoint.state()));
            self.saw(if is_down { "down" } else { "back" });
        }
        self.checks.is_down(is_down, self.now);
        if let State::Off(OffReason::GivenUp, _) = self.endpoint.state() {
            let (out_for, limit) = (self.plan.out_for(self.now), self.plan.give_up_ms);
            let has_begun = matches!(self.stored.cursor.health, SavedHealth::Off { .. });
            if !has_begun && out_for < limit {
                self.checks.fail(|| format!("given up after {out_for} ms"));
            }
        }
        for one in out {
            self.perform_out(one);
        }
    }

    fn endpoint_is_down(&self) -> bool {
        matches!(self.endpoint.state(), State::Down(_))
    }

    fn perform_out(&mut self, out: Out) {
        let life = self.life;
        match out {
            Out::Send(delivery) => self.send(delivery),
            Out::Read { from, limit, bytes } => {
                let (events, read_to) = self.page(None, from, self.facts.len() as u64, limit, bytes);
                self.reads_out += 1;
                self.soon(20, Task::In(life, In::Events { from, events, read_to }));
            }
            Out::ReadLane { lane, from, to, limit, bytes } => {
                self.saw("walk");
                let (events, read_to) = self.page(Some(lane), from, to, limit, bytes);
                self.reads_out += 1;
                self.soon(20, Task::In(life, In::Lane { lane, from, events, read_to }));
            }
            Out::ReadOne { key, .. } => {
                let told =
                    self.facts.get(key.seq as usize - 1).and_then(|(_, told)| told.get(key.part as usize));
                let told = told.cloned();
                self.reads_out += 1;
                self.soon(20, Task::In(life, In::One { key, told }));
            }
            Out::Persist(batch) => self.persist(batch),
            Out::WakeAt(at) => {
                let at = self.start.0 + at.0 - self.start.1;
                self.later(at.max(self.now), Task::Wake(life));
            }
            Out::Log(attempt) => self.log(&attempt),
        }
    }

    fn send(&mut self, delivery: Delivery) {
        let key = delivery.told.key;
        if self.is_stopping {
            self.checks.fail(|| format!("{key:?} is sent by a process that stops"));
        }
        self.say(|| {
            format!(
                "{} {key:?} attempt {}",
                if delivery.is_probe { "probe" } else { "send" },
                delivery.attempt
            )
        });
        if self.checks.is_delivered_again(key) {
            self.saw("again after a kill");
        }
        self.checks.sent(&delivery, self.now, self.plan.is_strict);
        let flying = self.flying.entry(delivery.told.lane).or_default();
        *flying += 1;
        if *flying > 1 && !delivery.is_probe {
            self.saw("overlap");
        }
        self.probes += usize::from(delivery.is_probe);
        if self.probes > 1 {
            self.saw("second probe");
        }
        let (latency, outcome) = self.plan.answer(key, self.now, &mut self.dice);
        let is_own = !self.plan.is_out(self.now);
        if matches!(outcome, Outcome::Answered { retry_after_ms: Some(_), .. }) {
            self.saw("retry after");
        }
        self.later(self.now + latency, Task::Respond(self.life, delivery, outcome, is_own));
    }

    fn respond(&mut self, life: u32, delivery: Delivery, outcome: Outcome, is_own: bool) {
        if life != self.life {
            return;
        }
        self.say(|| format!("answer to {:?}: {outcome:?}", delivery.told.key));
        if let Some(flying) = self.flying.get_mut(&delivery.told.lane) {
            *flying -= 1;
        }
        self.probes -= usize::from(delivery.is_probe);
        if !matches!(self.endpoint.state(), State::Off(..)) {
            let counts = !delivery.is_probe && !self.endpoint_is_down();
            self.checks.answered(&delivery, outcome, self.now, is_own, counts);
        }
        self.handle(In::Answer(delivery.ticket, outcome, i64::MAX));
    }

    fn log(&mut self, attempt: &Attempt) {
        let Some(end) = attempt.end.filter(|end| *end != End::Delivered) else { return };
        self.say(|| format!("{:?} failed: {end:?}", attempt.key));
        self.saw(if end == End::Refused { "refused" } else { "used up" });
        self.checks.ended(attempt.key, end, self.plan.kind);
        self.logs.push(attempt.key);
        self.soon(500, Task::LogCommit(self.life, attempt.key));
    }

    fn persist(&mut self, batch: Batch) {
        if self.batch.is_some() {
            self.checks.fail(|| "a batch was handed out before the last one was durable".into());
        }
        self.batch = Some(batch);
        self.soon(200, Task::Apply(self.life));
        let one_in = self.plan.kill_one_in;
        if one_in > 0 && self.dice.one_in(one_in) && self.now < self.plan.healed_at {
            let after = self.dice.chance(50);
            self.later(self.now, Task::Kill(after));
        }
    }

    /// All of a batch is durable.
    fn apply(&mut self, batch: Batch) {
        self.stored.cursor = batch.cursor;
        for key in batch.remove {
            self.rows.remove(&key);
        }
        for row in batch.put {
            if row.behind_from.is_some() {
                self.saw("behind");
            }
            if row.tried.is_some_and(|tried| tried.is_alone) {
                self.saw("alone");
            }
            self.rows.insert(row.key, row);
        }
        if let SavedHealth::Off { reason, .. } = batch.cursor.health {
            if reason == OffReason::GivenUp {
                self.saw("given up");
            }
            self.later(self.now + HOUR, Task::Enable);
        } else {
            self.checks.stored(batch.cursor.done_seq, &self.rows, self.plan.is_strict);
        }
    }

    /// The process dies, just before or after what it was about to keep is durable, and comes back after a while.
    fn kill(&mut self, after: bool) {
        self.kills += 1;
        self.saw(if after { "killed after" } else { "killed before" });
        if let Some(batch) = self.batch.take().filter(|_| after) {
            self.apply(batch);
        }
        for key in std::mem::take(&mut self.logs) {
            if self.dice.chance(50) {
                self.checks.dead(key);
            }
        }
        self.life += 1;
        self.is_stopping = false;
        let steady_less_true = self.start.1 - self.start.0;
        let is_late = self.now + 2 * HOUR > self.plan.healed_at;
        self.now += *self.dice.pick(&[1, 1, 300, 20_000, if is_late { MINUTE } else { 2 * HOUR }]);
        self.start = (self.now, BEGIN + self.now + self.set_by);
        self.reads_out = 0;
        self.probes = 0;
        self.flying.clear();
        self.say(|| format!("killed and started, after the batch: {after}"));
        let rows = self.rows.values().cloned().collect();
        let saved = Saved { cursor: self.stored.cursor, rows };
        let now = UnixMs(self.start.1);
        self.endpoint = Endpoint::load(settings(&self.plan), saved, self.facts.len() as u64, now);
        self.endpoint.break_rule(self.broken);
        let is_down = matches!(self.stored.cursor.health, SavedHealth::Down { .. });
        self.checks.started(
            self.stored.cursor.done_seq,
            &self.rows,
            self.now,
            self.was_set,
            (steady_less_true, is_down),
        );
        self.was_set = false;
        self.handle(In::Tick);
        if let SavedHealth::Off { .. } = self.stored.cursor.health {
            self.later(self.now + HOUR, Task::Enable);
        }
    }

    /// A page of the ledger, or of one lane of it.
    fn page(
        &self,
        lane: Option<MeetingId>,
        from: u64,
        to: u64,
        limit: usize,
        bytes: usize,
    ) -> (Vec<Arc<Told>>, u64) {
        let (mut events, mut size) = (Vec::new(), 0);
        for seq in from..=to.min(self.facts.len() as u64) {
            let (of, told) = &self.facts[seq as usize - 1];
            if lane.is_none_or(|lane| lane == *of) && !told.is_empty() {
                if events.len() >= limit || size >= bytes {
                    return (events, seq - 1);
                }
                size += told.iter().map(|one| one.body.len()).sum::<usize>();
                events.extend(told.iter().cloned());
            }
        }
        (events, to)
    }

    /// After every step.
    fn look(&mut self) {
        let load = self.endpoint.load_now();
        let events_max = WINDOW_EVENTS + LANE_MAX;
        let bytes_max = WINDOW_BYTES + LANE_MAX * self.plan.body_bytes;
        if load.events > events_max || load.bytes > bytes_max {
            self.checks.fail(|| format!("too much in memory: {load:?}"));
        }
        if let State::Down(down) = self.endpoint.state() {
            self.checks.is_suspicious |= down.may_be_poison();
        }
        let is_served = matches!(self.endpoint.state(), State::Up | State::Slow(_));
        let is_idle = is_served && !self.is_stopping && self.reads_out == 0 && self.endpoint.in_flight() == 0;
        if is_idle && self.now - self.idle_at >= 1_000 {
            self.idle_at = self.now;
            self.checks.idle(self.now);
        }
    }

    pub(super) fn fault(&self) -> Option<String> {
        self.checks.fault.clone()
    }

    pub(super) const fn kind(&self) -> Kind {
        self.plan.kind
    }

    pub(super) fn seen(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.seen.iter().map(|(what, times)| (*what, *times))
    }
}
