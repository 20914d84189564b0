//! A room while its ledger takes no writes: a full disk, a failing one, or one that does not answer.
//!
//! What must be durable waits, in order and with its true time, or is refused with words; everything else goes on, so
//! that those who are in a call hear and see each other. Nobody is thrown out, and nothing is told that is not durable.

use std::collections::VecDeque;
use std::pin::pin;
use std::time::{Duration, Instant};

use sederunt_core::call::{ConnId, Disconnect};
use sederunt_core::error::RoomError;
use sederunt_core::input::{Command, Input};
use sederunt_core::time::Stamp;
use sederunt_core::words::Needs;
use sederunt_store::{DiskTrouble, StoreError};

use crate::NodeError;
use crate::room_task::{Kept, RoomFault, RoomTask};
use crate::rooms::{Notice, ROOM_QUEUE_MAX, ToRoom};
use crate::sockets::ToSocket;

/// A write that takes longer than this makes the others stop waiting for it: a good disk needs milliseconds.
pub(crate) const STALL_AFTER: Duration = Duration::from_secs(1);
/// How often a stalled room looks whether the disk takes writes again, and who has waited for too long.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A request is refused when it has waited for so long: well within the 20 s after which the client gives up by itself
/// (PROTOCOL §3.3).
const REFUSE_AFTER: Duration = Duration::from_secs(12);
/// A new socket that was not taken in by now is let go: its client tries again. It is not pinged meanwhile, and gives up
/// after 30 s of silence (PROTOCOL §3.4).
const ATTACH_WITHIN: Duration = Duration::from_secs(8);
/// A server that stops waits for its disk for this long; service managers kill after 10 s.
const STOP_WITHIN: Duration = Duration::from_secs(3);
/// Messages that wait, beside the ends of sockets, which are as many as there are sockets.
const HELD_MAX: usize = ROOM_QUEUE_MAX;
/// Bytes of text in them.
const HELD_MAX_BYTES: usize = 1 << 20;

/// What waits for the disk, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Held {
    waiting: VecDeque<Waiting>,
    text_bytes: usize,
    /// A timer is due.
    tick: bool,
    /// The server stops.
    stop_at: Option<Instant>,
}

#[derive(Debug)]
struct Waiting {
    /// When it came, for the record.
    stamp: Stamp,
    since: Instant,
    what: What,
}

#[derive(Debug)]
enum What {
    Message(ToRoom),
    /// A socket was dropped without a word.
    Lost(ConnId, Disconnect),
}

impl Held {
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.tick
    }

    /// A timer is due: it is treated, at its own instant, when the disk takes writes.
    pub(crate) fn hold_tick(&mut self) {
        self.tick = true;
    }

    fn push(&mut self, stamp: Stamp, what: What) {
        self.text_bytes = self.text_bytes.saturating_add(text_bytes(&what));
        self.waiting.push_back(Waiting { stamp, since: Instant::now(), what });
    }

    fn pop(&mut self) -> Option<Waiting> {
        let first = self.waiting.pop_front()?;
        self.text_bytes = self.text_bytes.saturating_sub(text_bytes(&first.what));
        Some(first)
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= HELD_MAX || self.text_bytes >= HELD_MAX_BYTES
    }

    /// Takes out what has waited for too long.
    fn overdue(&mut self) -> Vec<ToRoom> {
        let is_overdue = |waiting: &Waiting| {
            patience(&waiting.what).is_some_and(|patience| waiting.since.elapsed() >= patience)
        };
        // In order of arrival, but not all are equally patient.
        if !self.waiting.iter().any(is_overdue) {
            return Vec::new();
        }
        let (gone, kept): (VecDeque<_>, VecDeque<_>) = self.waiting.drain(..).partition(is_overdue);
        self.waiting = kept;
        self.text_bytes = self.waiting.iter().map(|waiting| text_bytes(&waiting.what)).sum();
        let message = |waiting: Waiting| match waiting.what {
            What::Message(message) => Some(message),
            What::Lost(..) => None,
        };
        gone.into_iter().filter_map(message).collect()
    }
}

/// How long something may wait; `None` = for ever, as it cannot be refused.
fn patience(what: &What) -> Option<Duration> {
    match what {
        What::Message(ToRoom::Connect { .. }) => Some(ATTACH_WITHIN),
        What::Message(ToRoom::Request { request, .. }) => request.is_refusable().then_some(REFUSE_AFTER),
        What::Message(ToRoom::Command { command, .. }) => command.is_refusable().then_some(REFUSE_AFTER),
        What::Message(ToRoom::Disconnect { .. }) | What::Lost(..) => None,
    }
}

fn text_bytes(what: &What) -> usize {
    match what {
        What::Message(ToRoom::Request { request, .. }) => request.text_bytes(),
        What::Message(ToRoom::Command { command, .. }) => command.text_bytes(),
        What::Message(ToRoom::Connect { .. } | ToRoom::Disconnect { .. }) | What::Lost(..) => 0,
    }
}

impl RoomTask {
    /// Whether writes must not be tried now.
    pub(crate) fn must_hold(&self) -> bool {
        self.stalled || self.shell.store.disk_trouble() == Some(DiskTrouble::Failing)
    }

    /// Waits until the disk takes writes, and meanwhile serves what needs none.
    pub(crate) async fn wait_for_disk(&mut self) -> Result<(), RoomFault> {
        let store = self.shell.store.clone();
        let takes_writes = async {
            // The heartbeat tries it.
            while store.disk_trouble() == Some(DiskTrouble::Failing) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        self.meanwhile(takes_writes, self.is_ahead).await
    }

    /// Serves what needs no write until `until` is there. With `is_ahead` the engine knows what is not durable yet, and
    /// nothing is answered that tells of it.
    pub(crate) async fn meanwhile<T>(
        &mut self,
        until: impl Future<Output = T>,
        is_ahead: bool,
    ) -> Result<T, RoomFault> {
        let mut until = pin!(until);
        (self.stalled, self.is_ahead) = (true, is_ahead);
        if self.stopping {
            self.held.stop_at.get_or_insert_with(|| Instant::now() + STOP_WITHIN);
        }
        self.shell.metrics.rooms_stalled.inc();
        let kept = std::mem::take(&mut self.pending);
        let (asides, rest): (Vec<Kept>, Vec<Kept>) = kept.into_iter().partition(|kept| kept.is_aside);
        self.pending = rest;
        self.effects.extend(asides);
        let outcome = loop {
            if let Err(fault) = self.look_around() {
                break Err(fault);
            }
            tokio::select! {
                biased;
                done = &mut until => break Ok(done),
                Some(notice) = self.queues.notices.recv() => self.aside_notice(notice),
                Some(message) = self.queues.inputs.recv() => self.aside_message(message),
                () = tokio::time::sleep(LOOK_EVERY) => self.media.retry(),
            }
        };
        (self.stalled, self.is_ahead) = (false, false);
        self.shell.metrics.rooms_stalled.dec();
        self.room.go_on(self.shell.clock.steady());
        outcome
    }

    fn aside_notice(&mut self, notice: Notice) {
        match notice {
            Notice::Media { call, result } => self.aside(Input::MediaDone { call, result }),
            Notice::Dropped { conn } => self.hold_loss(conn, Disconnect::Lost),
        }
    }

    /// A message while writes must wait.
    pub(crate) fn aside_message(&mut self, message: ToRoom) {
        match message {
            ToRoom::Request { conn, re, request, held } => {
                let serves = match request.needs() {
                    Needs::Nothing => true,
                    Needs::Truth => !self.is_ahead,
                    Needs::Writing => false,
                };
                if serves {
                    self.aside(Input::Request { conn, re, request });
                } else {
                    // With what its door holds for it: the door bounds what waits of one socket.
                    self.hold(ToRoom::Request { conn, re, request, held });
                }
            }
            ToRoom::Disconnect { conn, how } => {
                self.sockets.remove(conn);
                self.hold(ToRoom::Disconnect { conn, how });
            }
            connect @ ToRoom::Connect { .. } => self.hold(connect),
            command @ ToRoom::Command { .. } => self.hold(command),
        }
    }

    /// The engine hears later that a socket was lost.
    pub(crate) fn hold_loss(&mut self, conn: ConnId, how: Disconnect) {
        self.sockets.remove(conn);
        let stamp = self.stamp();
        self.held.push(stamp, What::Lost(conn, how));
    }

    /// Keeps a message for later, or refuses it when too much is kept already.
    pub(crate) fn hold(&mut self, message: ToRoom) {
        if matches!(message, ToRoom::Command { command: Command::Stop, .. }) {
            self.held.stop_at = Some(Instant::now() + STOP_WITHIN);
        }
        let what = What::Message(message);
        let is_end = matches!(what, What::Message(ToRoom::Disconnect { .. }));
        if self.held.is_full() && !is_end {
            if let What::Message(message) = what {
                self.refuse_unwritable(message);
            }
            return;
        }
        let stamp = self.stamp();
        self.held.push(stamp, what);
    }

    /// Performs what the asides led to, and refuses who has waited for too long.
    fn look_around(&mut self) -> Result<(), RoomFault> {
        for message in self.held.overdue() {
            self.refuse_unwritable(message);
        }
        for Kept { effect, .. } in std::mem::take(&mut self.effects) {
            self.do_one(effect)?;
        }
        if let Some(fault) = self.aside_fault.take() {
            return Err(fault);
        }
        if self.held.stop_at.is_some_and(|at| Instant::now() >= at) {
            // The next start closes what is open, at the last heartbeat.
            let trouble = self.shell.store.disk_trouble().unwrap_or(DiskTrouble::Stuck);
            return Err(RoomFault::Store(StoreError::Unwritable(trouble)));
        }
        Ok(())
    }

    fn refuse_unwritable(&mut self, message: ToRoom) {
        self.shell.metrics.refusal("UNWRITABLE");
        match message {
            ToRoom::Request { conn, re, .. } => {
                let refusal = ToSocket::Refuse { re, error: RoomError::Unwritable };
                if self.tell(conn, refusal).is_err() {
                    tracing::debug!(conn = conn.0, "a refusal found no socket");
                }
            }
            // Dropped with its sender: the door sees that it was not taken in.
            ToRoom::Connect { .. } | ToRoom::Disconnect { .. } => {}
            ToRoom::Command { done, .. } => {
                let trouble = self.shell.store.disk_trouble().unwrap_or(DiskTrouble::Stuck);
                let _ = done.send(Err(NodeError::Store(StoreError::Unwritable(trouble))));
            }
        }
    }

    /// Feeds what has waited, with the time of its arrival. At most `max` of them.
    pub(crate) fn feed_held(&mut self, max: usize) -> Result<(), RoomFault> {
        for _ in 0..max {
            let Some(Waiting { stamp, what, .. }) = self.held.pop() else { break };
            let input = match what {
                What::Message(message) => self.input_of(message),
                What::Lost(conn, how) => Input::Disconnect { conn, how },
            };
            self.feed_at(stamp, input)?;
        }
        if self.held.waiting.is_empty() {
            self.held.stop_at = None;
            if std::mem::take(&mut self.held.tick) {
                self.feed(Input::Tick)?;
            }
        }
        Ok(())
    }
}
