//! A receiver from its rows to its end, and again when it fails.

mod keeping;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sederunt_core::id::{Id, MeetingId};
use sederunt_core::time::UnixMs;
use sederunt_store::StoreError;
use sederunt_store::delivery::Cursor;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::{Command, Keeper, Retried, Status, only};
use crate::endpoint::Endpoint;
use crate::health::State;
use crate::retry::Outcome;
use crate::rows::Batch;
use crate::service::config::Config;
use crate::service::jitter::Jitters;
use crate::service::journal;
use crate::service::ring::{Page, Room};
use crate::service::send::Attempted;
use crate::service::shared::Shared;
use crate::service::turns::ReceiverTurns;
use crate::told::Key;
use crate::words::{Attempt, Control, Delivery, End, In, Out, Ticket};

/// Before something is tried again that failed for a reason of this server.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a stop waits for answers, so that what was answered is not sent again after the start.
const STOP_BOUND: Duration = Duration::from_secs(4);
/// How long it waits then until that is kept.
const KEEP_BOUND: Duration = Duration::from_secs(1);

/// Where a receiver hears from others.
pub(super) struct Ends {
    pub asked: mpsc::Receiver<Command>,
    pub configured: watch::Receiver<Arc<Config>>,
    pub heard: watch::Receiver<u64>,
}

/// Why a life ended.
enum Over {
    /// It is gone, or switched off, or the server stops.
    Ended,
    /// It is to begin anew from its rows.
    Anew,
}

/// Lives until there is nothing to do for it.
pub(super) async fn run(app: Arc<Shared>, id: Id, keeper: Keeper, ends: Ends) {
    let ends = Arc::new(Mutex::new(ends));
    loop {
        let ends = Arc::clone(&ends);
        let (shared, keeper) = (Arc::clone(&app), keeper.clone());
        let life = tokio::spawn(async move {
            let mut ends = ends.lock().await;
            live(shared, id, keeper, &mut ends).await
        });
        match AbortOnDropHandle::new(life).await {
            Ok(Ok(Over::Ended)) => return,
            Ok(Ok(Over::Anew)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "a receiver of webhooks cannot be loaded");
                sleep(AGAIN).await;
            }
            Err(error) if error.is_panic() => {
                tracing::error!("a receiver of webhooks failed; it begins again from its rows");
                app.setup.numbers.restarted();
                sleep(AGAIN).await;
            }
            Err(_) => return,
        }
    }
}

async fn live(app: Arc<Shared>, id: Id, keeper: Keeper, ends: &mut Ends) -> Result<Over, StoreError> {
    let Some((saved, epoch)) = keeper.load(&app.setup.store, id).await? else { return Ok(Over::Ended) };
    if saved.cursor.is_off() {
        return Ok(Over::Ended);
    }
    let config = Arc::clone(&ends.configured.borrow_and_update());
    let Some(config) = only::chosen(&app, config).await else { return Ok(Over::Ended) };
    let now = app.setup.clock.steady();
    let head = config.wants.clamp(*ends.heard.borrow_and_update());
    let kept = saved.cursor;
    keeper.note(kept, saved.rows.len());
    let life = Life {
        endpoint: Endpoint::load(config.settings, saved, head, now),
        id,
        epoch,
        keeper,
        kept,
        rows: 0,
        jobs: JoinSet::new(),
        attempts: 0,
        turns: Arc::default(),
        is_keeping: false,
        queued: None,
        wake_at: None,
        excerpts: HashMap::new(),
        jitters: Jitters::new(),
        is_stopping: false,
        is_ending: false,
        counts: Counts::default(),
        app,
        config,
    };
    Ok(life.run(ends).await)
}

/// What a job came to.
enum Done {
    /// An input for the machine.
    In(In),
    /// An attempt ended.
    Tried(Ticket, Key, Attempted),
    /// The server stopped before an attempt had its turn.
    Unsent,
    /// A batch is durable, or may not be kept any more.
    Kept(Option<u64>, Cursor, bool),
    /// It has no row any more.
    Row,
    /// A replay has ended.
    Over,
}

/// What a replay has come to since it was kept last.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    sent: u64,
    failed: u64,
}

struct Life {
    app: Arc<Shared>,
    config: Arc<Config>,
    endpoint: Endpoint,
    id: Id,
    epoch: u64,
    keeper: Keeper,
    /// The cursor that is durable.
    kept: Cursor,
    /// Rows that the machine has, after its last input.
    rows: usize,
    jobs: JoinSet<Done>,
    /// Attempts among them.
    attempts: usize,
    /// Requests that it may have.
    turns: Arc<ReceiverTurns>,
    /// Something is being written.
    is_keeping: bool,
    /// A batch that waits for that.
    queued: Option<Batch>,
    wake_at: Option<UnixMs>,
    /// What receivers said to failures that are not in the log yet.
    excerpts: HashMap<Key, Bytes>,
    jitters: Jitters,
    is_stopping: bool,
    is_ending: bool,
    counts: Counts,
}

impl Life {
    async fn run(mut self, ends: &mut Ends) -> Over {
        if let Some(at) = self.config.rotated_at().max(self.app.rotated_at()) {
            self.feed(In::Control(Control::Rotated(at)));
        }
        self.feed(In::Tick);
        loop {
            tokio::select! {
                () = self.app.stop.cancelled() => break,
                Some(done) = self.jobs.join_next() => match done {
                    Ok(done) => if let Some(over) = self.done(done) { return over },
                    // The job's panic is this task's: what it was to do would be lost.
                    Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    Err(_) => return Over::Anew,
                },
                changed = ends.heard.changed() => {
                    if changed.is_err() { break }
                    let seq = *ends.heard.borrow_and_update();
                    self.feed(In::News(self.config.wants.clamp(seq)));
                }
                changed = ends.configured.changed() => {
                    if changed.is_err() { break }
                    let config = Arc::clone(&ends.configured.borrow_and_update());
                    self.configure(config);
                }
                command = ends.asked.recv() => match command {
                    Some(Command::Reload) => return Over::Anew,
                    Some(command) => self.asked(command),
                    None => break,
                },
                () = wake(&self.app, self.wake_at) => self.tick(),
            }
            if let Some(over) = self.is_off() {
                return over;
            }
            if self.is_through() && !self.is_ending {
                self.end_replay();
            }
        }
        // Nobody is there any more who could want something: the server stops.
        self.stop().await;
        Over::Ended
    }

    /// What was answered is kept; nothing more is sent. What has no answer in the end is kept as if it had not been sent.
    async fn stop(&mut self) {
        self.is_stopping = true;
        self.feed(In::Stop);
        let bound = Instant::now() + STOP_BOUND;
        while (self.attempts > 0 || self.endpoint.is_logging()) && self.next_done(bound).await {}
        self.feed(In::PutAside);
        let bound = Instant::now() + KEEP_BOUND;
        while self.is_keeping && self.next_done(bound).await {}
    }

    /// Waits for a job; `false` = none ends in time, or it is of no use to go on.
    async fn next_done(&mut self, bound: Instant) -> bool {
        let Ok(Some(Ok(done))) = timeout_at(bound, self.jobs.join_next()).await else { return false };
        self.done(done).is_none()
    }

    /// A sleep may end a little before its instant: then it is slept again.
    fn tick(&mut self) {
        let now = self.app.setup.clock.steady();
        self.wake_at = self.wake_at.filter(|at| *at > now);
        if self.wake_at.is_none() {
            self.feed(In::Tick);
        }
    }

    /// A replay has nothing more to send.
    fn is_through(&self) -> bool {
        let is_at_end = self.config.wants.last().is_some_and(|last| self.endpoint.done_seq() >= last);
        is_at_end && self.rows == 0 && self.endpoint.in_flight() == 0 && !self.is_keeping
    }

    /// Its row goes with that, and then this task.
    fn end_replay(&mut self) {
        self.is_ending = true;
        let (app, id, counts) = (Arc::clone(&self.app), self.id, std::mem::take(&mut self.counts));
        self.jobs.spawn(async move {
            loop {
                match app.setup.store.finish_replay(&app.id, id, counts.sent, counts.failed).await {
                    Ok(()) => return Done::Over,
                    Err(error) => app.keep_failed(&error).await,
                }
            }
        });
    }

    fn is_off(&self) -> Option<Over> {
        let is_off = matches!(self.endpoint.state(), State::Off(..));
        let is_kept = !self.is_keeping && self.queued.is_none();
        let over = || match self.keeper {
            Keeper::Row => Over::Ended,
            Keeper::Shared { .. } => Over::Anew,
        };
        (is_off && is_kept).then(over)
    }

    fn feed(&mut self, input: In) {
        let now = self.app.setup.clock.steady();
        let out = self.endpoint.handle(now, self.jitters.next(), input);
        self.rows = self.endpoint.load_now().rows;
        out.into_iter().for_each(|one| self.perform(one));
    }

    fn configure(&mut self, config: Arc<Config>) {
        let config = config.with_failed_of(&self.config);
        let is_elsewhere = config.url != self.config.url;
        let rotated = config.rotated_at();
        self.config = config;
        if let Some(at) = rotated {
            self.feed(In::Control(Control::Rotated(at)));
        }
        if is_elsewhere {
            self.feed(In::Control(Control::Probe));
        }
    }

    fn asked(&mut self, command: Command) {
        match command {
            Command::Probe => self.feed(In::Control(Control::Probe)),
            Command::Rotated(at) => self.feed(In::Control(Control::Rotated(at))),
            Command::Retry(key, lane, answer) => {
                let _ = answer.send(self.retry(key, lane));
            }
            Command::Status(answer) => {
                let _ = answer.send(self.status());
            }
            Command::HaveRow => self.have_row(),
            Command::DropRow(place) => self.drop_row(place),
            // Taken by the loop.
            Command::Reload => {}
        }
    }

    fn retry(&mut self, key: Key, lane: MeetingId) -> Retried {
        if self.endpoint.is_flying(key) {
            return Retried::UnderWay;
        }
        if !self.endpoint.may_wait(key) {
            return Retried::Full;
        }
        self.feed(In::Control(Control::Retry(key, lane)));
        Retried::Due
    }

    fn status(&self) -> Status {
        Status {
            state: self.endpoint.state(),
            done_seq: self.endpoint.done_seq(),
            head: self.endpoint.head(),
            waiting: self.rows,
            in_flight: self.endpoint.in_flight(),
            next_at: self.wake_at,
        }
    }

    fn perform(&mut self, out: Out) {
        match out {
            Out::Send(delivery) => self.send(delivery),
            Out::Read { from, limit, bytes } => {
                let room = Room { events: limit, bytes };
                let (app, config, to) =
                    (Arc::clone(&self.app), Arc::clone(&self.config), self.endpoint.head());
                self.jobs.spawn(async move {
                    let Page { events, read_to } = app.page(&config.wants, None, (from, to), room).await;
                    Done::In(In::Events { from, events, read_to })
                });
            }
            Out::ReadLane { lane, from, to, limit, bytes } => {
                let room = Room { events: limit, bytes };
                let (app, config) = (Arc::clone(&self.app), Arc::clone(&self.config));
                self.jobs.spawn(async move {
                    let page = app.page(&config.wants, Some(lane), (from, to), room).await;
                    Done::In(In::Lane { lane, from, events: page.events, read_to: page.read_to })
                });
            }
            Out::ReadOne { key, lane } => {
                let (app, config) = (Arc::clone(&self.app), Arc::clone(&self.config));
                self.jobs.spawn(async move {
                    let told = app.one(&config.wants, key, lane).await;
                    Done::In(In::One { key, told })
                });
            }
            Out::Persist(batch) => self.persist(batch),
            Out::WakeAt(at) => self.wake_at = Some(at),
            Out::Log(attempt) => self.log(attempt),
        }
    }

    fn send(&mut self, delivery: Delivery) {
        if self.is_stopping {
            return;
        }
        let (app, config) = (Arc::clone(&self.app), Arc::clone(&self.config));
        let turns = Arc::clone(&self.turns);
        self.attempts += 1;
        self.jobs.spawn(async move {
            let tried = app.attempt(&config, &delivery, &turns).await;
            tried.map_or(Done::Unsent, |tried| Done::Tried(delivery.ticket, delivery.told.key, tried))
        });
    }

    fn done(&mut self, done: Done) -> Option<Over> {
        match done {
            // What is read is of no use to one that stops.
            Done::In(input) => {
                if !self.is_stopping || matches!(input, In::Logged(_)) {
                    self.feed(input);
                }
            }
            Done::Tried(ticket, key, Attempted { outcome, excerpt, took }) => {
                self.attempts = self.attempts.saturating_sub(1);
                // What waits is read again, and is no first delivery.
                if is_success(outcome) && !self.endpoint.waits(key) {
                    self.app.note_delivery(key.seq);
                }
                if !excerpt.is_empty() {
                    self.excerpts.insert(key, excerpt);
                }
                let took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
                self.feed(In::Answer(ticket, outcome, took_ms));
            }
            Done::Unsent => self.attempts = self.attempts.saturating_sub(1),
            Done::Kept(_, _, false) => return Some(Over::Anew),
            Done::Kept(number, cursor, true) => {
                self.kept = cursor;
                self.is_keeping = false;
                self.keeper.note(cursor, self.rows);
                if let Some(number) = number {
                    self.feed(In::Persisted(number));
                }
                self.next_batch();
            }
            Done::Over => return Some(Over::Ended),
            Done::Row => {
                self.is_keeping = false;
                self.next_batch();
            }
        }
        None
    }

    fn log(&mut self, attempt: Attempt) {
        let excerpt = self.excerpts.remove(&attempt.key).unwrap_or_default();
        if let Some(end) = attempt.end {
            self.app.setup.numbers.ended(end);
            match end {
                End::Delivered => self.counts.sent += 1,
                End::Refused | End::UsedUp => self.counts.failed += 1,
            }
        }
        let key = attempt.key;
        let setup = &self.app.setup;
        let of = (&self.app.id, self.config.of.id());
        let written = journal::write(&setup.log, &*setup.clock, of, &attempt, &excerpt);
        if let Some(written) = written {
            self.jobs.spawn(async move {
                written.await;
                Done::In(In::Logged(key))
            });
        }
    }
}

fn is_success(outcome: Outcome) -> bool {
    outcome.status().is_some_and(|status| (200..300).contains(&status))
}

/// Until an instant of the steady clock; for ever when there is none.
async fn wake(app: &Shared, at: Option<UnixMs>) {
    let Some(at) = at else { return std::future::pending().await };
    let ms = at.since(app.setup.clock.steady());
    sleep_until(Instant::now() + Duration::from_millis(ms.unsigned_abs())).await;
}
