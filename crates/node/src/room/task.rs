//! The task of one live room: queue in, engine, ledger, sockets and media out.
//!
//! Inputs that wait are taken together: the engine handles each by itself, then everything they made durable is
//! written in one call, and only when that has returned are their other effects performed, in order.

use std::sync::Arc;
use std::time::Duration;

use sederunt_core::call::Disconnect;
use sederunt_core::effect::CloseReason;
use sederunt_core::id::MeetingId;
use sederunt_core::input::Input;
use sederunt_store::StoreError;
use tokio::sync::mpsc;

use super::fault::RoomFault;
use super::load::load;
use super::state::RoomTask;
use crate::NodeError;
use crate::mailbox::{Notice, RoomHandle, RoomQueues, ToRoom};
use crate::media_gate::{MediaGate, RETRY_EVERY};
use crate::shell::Shell;

/// Inputs whose writes share one transaction; bounds the effects held back until the disk has answered.
const BATCH_MAX: usize = 64;
/// Pause after a tick that left its timer due: a fault of the engine must not spin.
const STUCK_TIMER_PAUSE: Duration = Duration::from_millis(100);

/// Runs the room of `meeting` until it has nothing to wait for or is stopped; `None` = it failed.
pub(crate) async fn run(
    shell: Arc<Shell>,
    meeting: MeetingId,
    handle: RoomHandle,
    mut queues: RoomQueues,
) -> Option<Retired> {
    let room = match load(&shell, meeting).await {
        Ok(room) => room,
        Err(error) => {
            tracing::error!(%meeting, %error, "a room cannot be loaded");
            shell.metrics.error("room_load");
            if matches!(error, StoreError::NotFound(_)) {
                shell.rooms.clear_failed(meeting);
            } else {
                // The heartbeat tries again.
                shell.rooms.mark_failed(meeting, shell.clock.steady());
            }
            shell.rooms.remove(meeting, handle.tag);
            refuse_all(&mut queues, &error.to_string()).await;
            return None;
        }
    };
    RoomTask::new(shell, meeting, handle, queues, room).drive().await
}

/// A room that has nothing to wait for any more.
#[derive(Debug)]
pub(crate) struct Retired {
    inputs: mpsc::Receiver<ToRoom>,
    media: MediaGate,
}

impl Retired {
    /// What raced into its queue and is for the meeting's next room.
    pub(crate) async fn next_message(&mut self) -> Option<ToRoom> {
        loop {
            match self.inputs.recv().await? {
                message @ (ToRoom::Connect { .. } | ToRoom::Command { .. }) => return Some(message),
                // Of sockets that are gone.
                ToRoom::Request { .. } | ToRoom::Disconnect { .. } => {}
            }
        }
    }

    /// Closes what media has open of it.
    pub(crate) async fn close_media(self) {
        self.media.close_all().await;
    }
}

enum Turn {
    Message(ToRoom),
    Notice(Notice),
    Tick,
    RetryMedia,
}

impl RoomTask {
    async fn drive(mut self) -> Option<Retired> {
        // Orphans of the load are the engine's first work.
        let mut outcome = self.feed(Input::Tick);
        loop {
            if outcome.is_ok() {
                outcome = self.perform().await;
            }
            if let Err(fault) = outcome {
                self.fail(fault).await;
                return None;
            }
            self.confirm_attached();
            self.media.rank(self.shell.clock.steady(), self.room.ranking());
            if !self.held.is_empty() {
                outcome = self.catch_up().await;
                continue;
            }
            if self.stopping || self.is_idle() {
                return Some(self.retire());
            }
            let turn = self.next().await;
            outcome = self.take_batch(turn).await;
        }
    }

    /// What has waited for the disk comes before anything new.
    async fn catch_up(&mut self) -> Result<(), RoomFault> {
        if self.must_hold() {
            self.wait_for_disk().await?;
        }
        self.feed_held(BATCH_MAX)
    }

    async fn next(&mut self) -> Turn {
        let due = self.room.poll_timeout();
        let timer = async {
            match due {
                Some((at, _)) => self.shell.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(notice) = self.queues.notices.recv() => Turn::Notice(notice),
            () = timer => Turn::Tick,
            Some(message) = self.queues.inputs.recv() => Turn::Message(message),
            () = tokio::time::sleep(RETRY_EVERY), if self.media.has_waiting() => Turn::RetryMedia,
        }
    }

    /// Feeds what has come, and what else waits already.
    async fn take_batch(&mut self, first: Turn) -> Result<(), RoomFault> {
        self.take(first).await?;
        for _ in 1..BATCH_MAX {
            let more = match self.queues.notices.try_recv() {
                Ok(notice) => Turn::Notice(notice),
                Err(_) => match self.queues.inputs.try_recv() {
                    Ok(message) => Turn::Message(message),
                    Err(_) => return Ok(()),
                },
            };
            self.take(more).await?;
        }
        Ok(())
    }

    async fn take(&mut self, turn: Turn) -> Result<(), RoomFault> {
        // Behind what waits already, everything waits: one's requests are treated in their order.
        let must_hold = !self.held.is_empty() || self.must_hold();
        match turn {
            Turn::Message(message) if must_hold => {
                self.aside_message(message);
                self.aside_fault.take().map_or(Ok(()), Err)
            }
            Turn::Notice(Notice::Dropped { conn }) if must_hold => {
                self.hold_loss(conn, Disconnect::Lost);
                Ok(())
            }
            Turn::Tick if must_hold => {
                self.held.hold_tick();
                Ok(())
            }
            Turn::Notice(Notice::Media { call, result }) if must_hold => {
                self.aside(Input::MediaDone { call, result });
                self.aside_fault.take().map_or(Ok(()), Err)
            }
            Turn::Message(message) => {
                self.lose_the_silent(&message)?;
                let input = self.input_of(message);
                self.feed(input)
            }
            Turn::Notice(Notice::Note { from, note }) if must_hold => {
                self.hold_note(from, note);
                Ok(())
            }
            Turn::Notice(Notice::Media { call, result }) => self.feed(Input::MediaDone { call, result }),
            Turn::Notice(Notice::Note { from, note }) => self.feed(Input::Note { from, note }),
            Turn::Notice(Notice::Dropped { conn }) => self.lose(conn, Disconnect::Lost),
            Turn::RetryMedia => {
                self.media.retry();
                Ok(())
            }
            Turn::Tick => {
                self.feed(Input::Tick)?;
                let still_due = self.room.poll_timeout().filter(|(at, _)| *at <= self.shell.clock.steady());
                if let Some((_, reason)) = still_due.filter(|_| self.effects.is_empty()) {
                    tracing::error!(meeting = %self.meeting, reason, "a tick left its timer due");
                    self.shell.metrics.error("stuck_timer");
                    tokio::time::sleep(STUCK_TIMER_PAUSE).await;
                }
                Ok(())
            }
        }
    }

    fn is_idle(&self) -> bool {
        self.sockets.len() == 0
            && self.room.is_idle()
            && self.queues.inputs.is_empty()
            && self.queues.notices.is_empty()
            && !self.media.has_waiting()
    }

    /// Leaves the registry: from now on, the meeting has another room.
    fn retire(mut self) -> Retired {
        self.sockets.close_all(CloseReason::ServerStopping);
        self.shell.rooms.remove(self.meeting, self.handle.tag);
        self.queues.inputs.close();
        Retired { inputs: self.queues.inputs, media: self.media }
    }

    /// Nothing that waits here is told: sockets are closed, and commands hear why. The heartbeat reloads the room.
    async fn fail(mut self, fault: RoomFault) {
        tracing::error!(meeting = %self.meeting, %fault, "a room failed and is closed");
        self.shell.metrics.error(fault.kind());
        self.shell.rooms.mark_failed(self.meeting, self.shell.clock.steady());
        self.shell.rooms.remove(self.meeting, self.handle.tag);
        // The client comes back after this one.
        self.sockets.close_all(CloseReason::ServerStopping);
        let text = fault.to_string();
        for (_, done) in std::mem::take(&mut self.commands) {
            let _ = done.send(Err(NodeError::RoomFailed(text.clone())));
        }
        refuse_all(&mut self.queues, &text).await;
        self.media.close_all().await;
    }
}

/// Answers everything that waits for a room that is not there. Sockets see their outbox dropped.
async fn refuse_all(queues: &mut RoomQueues, why: &str) {
    queues.inputs.close();
    while let Some(message) = queues.inputs.recv().await {
        if let ToRoom::Command { done, .. } = message {
            let _ = done.send(Err(NodeError::RoomFailed(why.to_owned())));
        }
    }
}
