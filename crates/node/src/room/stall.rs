//! A room while its ledger takes no writes: a full disk, a failing one, or one that does not answer.
//!
//! What must be durable waits, in order and with its true time, or is refused with words; everything else goes on, so
//! that those who are in a call hear and see each other. Nobody is thrown out, and nothing is told that is not durable.

use std::pin::pin;
use std::time::{Duration, Instant};

use sederunt_core::call::Disconnect;
use sederunt_core::error::RoomError;
use sederunt_core::input::{Command, Input};
use sederunt_core::words::Needs;
use sederunt_store::{DiskTrouble, StoreError};

use super::fault::RoomFault;
use super::held::{Waiting, What};
use super::state::{Kept, RoomTask};
use crate::NodeError;
use crate::mailbox::{Notice, ToRoom};
use crate::outbox::ToSocket;

/// A write that takes longer than this makes the others stop waiting for it: a good disk needs milliseconds.
pub(super) const STALL_AFTER: Duration = Duration::from_secs(1);
/// How often a stalled room looks whether the disk takes writes again, and who has waited for too long.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A server that stops waits for its disk for this long; service managers kill after 10 s.
const STOP_WITHIN: Duration = Duration::from_secs(3);

impl RoomTask {
    /// Whether writes must not be tried now.
    pub(super) fn must_hold(&self) -> bool {
        self.stalled || self.shell.store.disk_trouble() == Some(DiskTrouble::Failing)
    }

    /// Waits until the disk takes writes, and meanwhile serves what needs none.
    pub(super) async fn wait_for_disk(&mut self) -> Result<(), RoomFault> {
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
    pub(super) async fn meanwhile<T>(
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
            Notice::Note { from, note } => self.hold_note(from, note),
        }
    }

    /// A message while writes must wait.
    pub(super) fn aside_message(&mut self, message: ToRoom) {
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

    /// Keeps a message for later, or refuses it when too much is kept already.
    pub(super) fn hold(&mut self, message: ToRoom) {
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
    pub(super) fn feed_held(&mut self, max: usize) -> Result<(), RoomFault> {
        for _ in 0..max {
            let Some(Waiting { stamp, what, .. }) = self.held.pop() else { break };
            let input = match what {
                What::Message(message) => self.input_of(message),
                What::Lost(conn, how) => Input::Disconnect { conn, how },
                What::Note(from, note) => Input::Note { from, note },
            };
            self.feed_at(stamp, input)?;
        }
        if self.held.end() {
            self.feed(Input::Tick)?;
        }
        Ok(())
    }
}
