//! The machine of one endpoint: what is sent when, what is read, and what has to be kept. No clock, no socket, no
//! database and no randomness: time and jitter come with every input, so that a day of an outage is a test of a second.
//!
//! Two rules make that nothing is lost when the process dies at any moment: the row of an event that waits is durable
//! before the watermark passes it, and a lane's `behind_from` is written in the job that moves the watermark past the
//! first event it covers. Both hold because a [`crate::rows::Batch`] is made of one moment and is all or nothing.

mod answer;
mod control;
mod keep;
mod probe;
mod read;
mod send;
mod stop;

use sederunt_core::id::MeetingId;
use sederunt_core::time::UnixMs;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::broken::{Broken, Rules};
use crate::health::{Health, State};
use crate::lane::{Behind, Lane, OVERLAP_MAX};
use crate::retry::{Jitter, WAIT_MAX_MS, own_wait};
use crate::rows::{Cursor, Saved, SavedHealth, Tried};
use crate::told::{Key, Told};
use crate::words::{In, Out, Ticket};

/// So many events are read ahead at most.
pub const WINDOW_EVENTS: usize = 1024;
/// So many bytes of bodies are read ahead, but for the last page.
pub const WINDOW_BYTES: usize = 1 << 20;
/// So many rows, and nothing more is read: a receiver that fails half of its requests must not fill the database.
pub const ROWS_MAX: usize = 1024;
/// How long an event that failed holds its meeting.
pub const HOLD_MS: i64 = 60_000;
/// What is not urgent is kept once a second.
pub const KEEP_MS: i64 = 1_000;

/// Settings of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Most requests in flight (`webhook.concurrency`).
    pub concurrency: usize,
    /// Events of one meeting never overlap (`webhook.order = "strict"`, and every room webhook).
    pub is_strict: bool,
    /// How long it may be down (`webhook.give_up_hours`), ms; 0 = for ever.
    pub give_up_ms: i64,
}

/// One endpoint.
#[derive(Debug)]
pub struct Endpoint {
    settings: Settings,
    health: Health,
    now: UnixMs,
    /// The newest fact that was heard of.
    head: u64,
    /// The last fact that was read.
    read_to: u64,
    /// A page of at most so many events is being read; 0 = none.
    reading: usize,
    /// And of at most so many bytes.
    reading_bytes: usize,
    lanes: BTreeMap<MeetingId, Lane>,
    /// Lanes with something to send, in turn.
    ready: VecDeque<MeetingId>,
    /// Lanes that are behind.
    behind: BTreeSet<MeetingId>,
    /// Events that failed.
    waiting: BTreeMap<Key, Waiting>,
    /// Events that were read, are not settled and have no row: the watermark stays below.
    open: BTreeSet<Key>,
    /// Events that had a row above what was read, and are settled: when that is read, they are not sent.
    early: BTreeSet<Key>,
    /// Events whose failure is on its way to the log, without a row.
    logging: BTreeMap<Key, MeetingId>,
    flights: BTreeMap<Ticket, Flight>,
    next_ticket: u64,
    /// Bodies of events that are about to be sent again are being read.
    fetching: usize,
    walks: usize,
    load: Load,
    keep: keep::Keep,
    rotated_at: Option<UnixMs>,
    /// Nothing is sent or read any more.
    is_stopping: bool,
    /// The last fact of which something was settled.
    settled_to: u64,
    wake_at: Option<UnixMs>,
    out: Vec<Out>,
    rules: Rules,
}

/// What an endpoint holds in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Events with their bodies.
    pub events: usize,
    /// Bytes of bodies.
    pub bytes: usize,
    /// Rows: events that wait, and lanes that are behind.
    pub rows: usize,
}

/// An event that failed. Its body is read again when it is due.
#[derive(Debug)]
struct Waiting {
    lane: MeetingId,
    tried: Tried,
    /// When the last attempt ended.
    failed_at: UnixMs,
    /// Its next failure is the last: another event got through while this one was answered badly.
    is_last_chance: bool,
    doing: Doing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Nothing,
    /// Its body is being read, for a probe or not.
    Fetching(bool),
    Flying,
    /// Its failure is on its way to the log.
    Logging,
}

/// A request in flight.
#[derive(Debug)]
struct Flight {
    key: Key,
    lane: MeetingId,
    bytes: usize,
    started_at: UnixMs,
    attempt: u32,
    is_probe: bool,
    /// It has no row yet.
    is_fresh: bool,
}

impl Endpoint {
    /// From what was kept. `head`: the newest fact of the app.
    pub fn load(settings: Settings, saved: Saved, head: u64, now: UnixMs) -> Self {
        let Saved { cursor, rows } = saved;
        let mut endpoint = Self {
            settings,
            health: Health::load(cursor.health, now, settings.concurrency.max(1), settings.give_up_ms),
            now,
            head,
            read_to: cursor.done_seq,
            reading: 0,
            reading_bytes: 0,
            lanes: BTreeMap::new(),
            ready: VecDeque::new(),
            behind: BTreeSet::new(),
            waiting: BTreeMap::new(),
            open: BTreeSet::new(),
            early: BTreeSet::new(),
            logging: BTreeMap::new(),
            flights: BTreeMap::new(),
            next_ticket: 0,
            fetching: 0,
            walks: 0,
            load: Load::default(),
            keep: keep::Keep::of(cursor),
            rotated_at: None,
            is_stopping: false,
            settled_to: cursor.done_seq,
            wake_at: None,
            out: Vec::new(),
            rules: Rules::default(),
        };
        for row in rows {
            let id = row.lane;
            let lane = endpoint.lanes.entry(id).or_default();
            lane.saved(row.clone());
            // What is above the watermark is read anyway.
            if let Some(from) = row.behind_from.filter(|from| *from <= cursor.done_seq) {
                lane.behind = Some(Behind { from: Key::first(from), to: cursor.done_seq });
                endpoint.behind.insert(id);
            }
            if let Some(tried) = row.tried {
                endpoint.load_waiting(row.key, id, tried);
            }
            endpoint.keep.dirty.insert(id);
        }
        endpoint
    }

    /// A clock that was set back must put nothing off, and none that was set forward end a hold.
    fn load_waiting(&mut self, key: Key, id: MeetingId, mut tried: Tried) {
        let now = self.now;
        // Nobody knows how long it was between two processes: a clock that was set forward must not let others overtake it.
        tried.hold_until = now.plus_ms(HOLD_MS);
        // Whoever failed first in the future has failed before the clock was set back: what it waits is its own wait.
        let wait = if tried.first_at > now { own_wait(tried.attempts) } else { WAIT_MAX_MS };
        tried.next_at = tried.next_at.min(now.plus_ms(wait));
        let lane = self.lanes.entry(id).or_default();
        if tried.is_alone {
            lane.alone.insert(key)
        } else {
            lane.held.insert(key)
        };
        let waiting =
            Waiting { lane: id, tried, failed_at: now, is_last_chance: false, doing: Doing::Nothing };
        self.waiting.insert(key, waiting);
    }

    /// What to begin a new endpoint with: everything after `seq`.
    pub const fn from_now(seq: u64) -> Saved {
        Saved { cursor: Cursor { done_seq: seq, health: SavedHealth::Up }, rows: Vec::new() }
    }

    /// One input at a time; what comes out is to be done in order. `now` is a clock that nobody can set.
    pub fn handle(&mut self, now: UnixMs, jitter: Jitter, input: In) -> Vec<Out> {
        self.now = self.now.max(now);
        match input {
            In::News(seq) => self.head = self.head.max(seq),
            In::Events { from, events, read_to } => self.events(from, events, read_to),
            In::Lane { lane, from, events, read_to } => self.walked(lane, from, events, read_to),
            In::One { key, told } => self.fetched(key, told),
            In::Answer(ticket, outcome, took_ms) => self.answer(ticket, outcome, took_ms, jitter),
            In::Logged(key) => self.logged(key),
            In::Tick => {}
            In::Persisted(number) => self.keep.persisted(number),
            In::Control(control) => self.control(control),
            In::Stop => self.is_stopping = true,
            In::PutAside => self.put_aside(),
        }
        self.drive();
        std::mem::take(&mut self.out)
    }

    /// What follows from the state, whatever came in.
    fn drive(&mut self) {
        if !self.health.is_off() && !self.is_stopping {
            self.release();
            self.probe();
            self.send();
            self.read();
        }
        self.persist();
        let wake_at = self.next_wake();
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            self.out.extend(wake_at.map(Out::WakeAt));
        }
    }

    /// What is done with the endpoint.
    pub const fn state(&self) -> State {
        self.health.state
    }

    /// The newest fact that it has heard of.
    pub const fn head(&self) -> u64 {
        self.head
    }

    /// Whether an event has failed before, and waits.
    pub fn waits(&self, key: Key) -> bool {
        self.waiting.contains_key(&key)
    }

    /// Whether there is a place for an event to wait, or it has one already.
    pub fn may_wait(&self, key: Key) -> bool {
        self.waits(key) || self.load_now().rows < ROWS_MAX
    }

    /// Whether a request for an event is under way.
    pub fn is_flying(&self, key: Key) -> bool {
        self.flights.values().any(|flight| flight.key == key)
    }

    /// What it holds.
    pub fn load_now(&self) -> Load {
        Load { rows: self.waiting.len() + self.behind.len(), ..self.load }
    }

    /// Whether failures are on their way to the log.
    pub fn is_logging(&self) -> bool {
        !self.logging.is_empty() || self.waiting.values().any(|waiting| waiting.doing == Doing::Logging)
    }

    /// Requests in flight, and bodies that are read for one.
    pub fn in_flight(&self) -> usize {
        self.flights.len() + self.fetching
    }

    /// Every event of this fact and of all before is settled or will have a row with the next batch.
    pub fn done_seq(&self) -> u64 {
        let below = self.open.first().map_or(self.read_to, |key| key.seq.saturating_sub(1));
        let below = if self.rules.breaks(Broken::WatermarkIsReading) { self.read_to } else { below };
        below.max(self.keep.done_seq())
    }

    /// How many requests of one lane may be in flight.
    const fn lane_limit(&self) -> usize {
        if self.settings.is_strict { 1 } else { OVERLAP_MAX }
    }

    /// After a change of a lane: lists it when it has something to send, forgets it when nothing is left.
    fn touch(&mut self, id: MeetingId) {
        let limit = self.lane_limit();
        let ignores_hold = self.rules.breaks(Broken::NoHold);
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        if ignores_hold {
            lane.alone.append(&mut lane.held);
        }
        if lane.behind.is_some() {
            self.behind.insert(id);
        } else {
            self.behind.remove(&id);
        }
        if !lane.is_listed && lane.is_ready(limit) {
            lane.is_listed = true;
            self.ready.push_back(id);
        }
        if lane.is_over() && !lane.is_listed && !lane.is_walking && !self.keep.dirty.contains(&id) {
            self.lanes.remove(&id);
        }
    }

    /// When something is due without an input.
    fn next_wake(&self) -> Option<UnixMs> {
        let kept = self.keep.wake_at(self.done_seq(), self.health.saved());
        let mut next = kept.into_iter().collect::<Vec<_>>();
        match self.health.state {
            State::Up | State::Slow(_) => {
                let idle = self.waiting.values().filter(|waiting| waiting.doing == Doing::Nothing);
                next.extend(idle.flat_map(|waiting| {
                    let hold = (!waiting.tried.is_alone).then_some(waiting.tried.hold_until);
                    hold.into_iter().chain([waiting.tried.next_at])
                }));
            }
            State::Down(down) if !self.is_probing() => next.push(down.probe_at),
            State::Down(_) | State::Off(..) => {}
        }
        // What is due already waits for something else: a permit, an answer.
        next.into_iter().filter(|at| *at > self.now).min()
    }

    fn take_ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        Ticket(self.next_ticket)
    }

    fn hold_in_memory(&mut self, told: &Told) {
        self.load.events += 1;
        self.load.bytes += told.body.len();
    }

    fn let_go(&mut self, bytes: usize) {
        self.load.events = self.load.events.saturating_sub(1);
        self.load.bytes = self.load.bytes.saturating_sub(bytes);
    }
}

#[cfg(test)]
impl Endpoint {
    /// Breaks a rule, to see whether the simulation notices.
    pub(crate) fn break_rule(&mut self, broken: Option<Broken>) {
        self.rules = Rules::without(broken);
    }

    /// Whether an event was settled before it was read.
    pub(crate) fn was_early(&self, key: Key) -> bool {
        self.early.contains(&key)
    }
}

#[cfg(test)]
mod tests;
