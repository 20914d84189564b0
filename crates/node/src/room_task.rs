//! The task of one live room: queue in, engine, ledger, sockets and media out.
//!
//! Inputs that wait are taken together: the engine handles each by itself, then everything they made durable is
//! written in one call, and only when that has returned are their other effects performed, in order.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sederunt_core::call::{CommandId, ConnId, Disconnect};
use sederunt_core::effect::{CloseReason, CommandReply, Effect, Outcome, Write};
use sederunt_core::fact::FactKind;
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::input::{Command, Input};
use sederunt_core::room::Room;
use sederunt_core::time::Stamp;
use sederunt_core::words::Needs;
use sederunt_store::{ParticipantRow, StoreError};
use tokio::sync::oneshot;

use crate::NodeError;
use crate::load::load;
use crate::media_gate::{MediaGate, RETRY_EVERY};
use crate::rooms::{Notice, RoomHandle, RoomQueues, ToRoom};
use crate::shell::Shell;
use crate::sockets::Sockets;
use crate::stall::Held;

/// Inputs whose writes share one transaction; bounds the effects held back until the disk has answered.
const BATCH_MAX: usize = 64;
/// Pause after a tick that left its timer due: a fault of the engine must not spin.
const STUCK_TIMER_PAUSE: Duration = Duration::from_millis(100);

/// Why a room cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RoomFault {
    /// Its writes are not durable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine panicked.
    #[error("the room engine panicked: {0}")]
    Panic(String),
}

impl RoomFault {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Store(_) => "room_store",
            Self::Panic(_) => "room_panic",
        }
    }
}

/// An effect that waits.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) effect: Effect,
    /// Its input recorded nothing and tells nothing of the record: it need not wait for a disk in trouble.
    pub(crate) is_aside: bool,
}

/// State of the task.
#[derive(Debug)]
pub(crate) struct RoomTask {
    pub(crate) shell: Arc<Shell>,
    pub(crate) meeting: MeetingId,
    handle: RoomHandle,
    pub(crate) queues: RoomQueues,
    pub(crate) room: Room,
    pub(crate) sockets: Sockets,
    pub(crate) media: MediaGate,
    /// To be made durable before the effects that wait.
    pub(crate) writes: Vec<Write>,
    /// Effects that wait for their writes.
    pub(crate) effects: Vec<Kept>,
    /// Those of the batch whose writes are under way.
    pub(crate) pending: Vec<Kept>,
    /// Rows to be written with the joins among the effects.
    pub(crate) newcomers: Vec<ParticipantRow>,
    pub(crate) commands: BTreeMap<CommandId, oneshot::Sender<Result<CommandReply, NodeError>>>,
    last_command: u64,
    /// Sockets that wait to hear that they are attached.
    attaching: Vec<(ConnId, oneshot::Sender<RoomHandle>)>,
    pub(crate) stopping: bool,
    /// What waits for the disk.
    pub(crate) held: Held,
    /// The disk takes no writes: what needs one is held.
    pub(crate) stalled: bool,
    /// The engine knows what is not durable.
    pub(crate) is_ahead: bool,
    /// The engine failed at an input that needed no write.
    pub(crate) aside_fault: Option<RoomFault>,
}

enum Turn {
    Message(ToRoom),
    Notice(Notice),
    Tick,
    RetryMedia,
}

/// Takes the room out of the registry however its task ends: an entry without a task would swallow its meeting.
struct Registered {
    shell: Arc<Shell>,
    meeting: MeetingId,
    handle: RoomHandle,
}

impl Drop for Registered {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.shell.metrics.error("room_task_panic");
            self.shell.rooms.mark_failed(self.meeting, self.shell.clock.steady());
        }
        self.shell.rooms.remove(self.meeting, self.handle.tag);
        self.shell.metrics.rooms.dec();
    }
}

/// Runs the room of `meeting` until it has nothing to wait for, fails, or is stopped.
pub(crate) async fn run(shell: Arc<Shell>, meeting: MeetingId, handle: RoomHandle, mut queues: RoomQueues) {
    shell.metrics.rooms.inc();
    let _registered = Registered { shell: shell.clone(), meeting, handle: handle.clone() };
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
            return;
        }
    };
    let (returning, seen) = (shell.returning.clone(), shell.seen.clone());
    let media = MediaGate::new(shell.media.clone(), handle.tag, meeting, returning, seen);
    let task = RoomTask {
        meeting,
        handle,
        queues,
        room,
        sockets: Sockets::default(),
        media,
        writes: Vec::new(),
        effects: Vec::new(),
        newcomers: Vec::new(),
        pending: Vec::new(),
        commands: BTreeMap::new(),
        last_command: 0,
        attaching: Vec::new(),
        stopping: false,
        held: Held::default(),
        stalled: false,
        is_ahead: false,
        aside_fault: None,
        shell,
    };
    task.drive().await;
}

impl RoomTask {
    async fn drive(mut self) {
        // Orphans of the load are the engine's first work.
        let mut outcome = self.feed(Input::Tick);
        loop {
            if outcome.is_ok() {
                outcome = self.perform().await;
            }
            if let Err(fault) = outcome {
                return self.fail(fault).await;
            }
            self.confirm_attached();
            if !self.held.is_empty() {
                outcome = self.catch_up().await;
                continue;
            }
            if self.stopping || self.is_idle() {
                return self.retire().await;
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
            Turn::Notice(Notice::Media { call, result }) => self.feed(Input::MediaDone { call, result }),
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

    pub(crate) fn input_of(&mut self, message: ToRoom) -> Input {
        match message {
            ToRoom::Connect { conn, peer, token, who, newcomer, outbox, heard, attached } => {
                self.sockets.insert(conn, outbox, heard, newcomer);
                self.attaching.push((conn, attached));
                Input::Connect { conn, peer, token, who }
            }
            ToRoom::Request { conn, re, request, held } => {
                drop(held);
                Input::Request { conn, re, request }
            }
            ToRoom::Disconnect { conn, how } => {
                self.sockets.remove(conn);
                Input::Disconnect { conn, how }
            }
            ToRoom::Command { command, done } => {
                self.stopping |= matches!(command, Command::Stop);
                self.last_command += 1;
                let id = CommandId(self.last_command);
                self.commands.insert(id, done);
                Input::Command { id, command }
            }
        }
    }

    /// The engine hears that a socket was lost.
    pub(crate) fn lose(&mut self, conn: ConnId, how: Disconnect) -> Result<(), RoomFault> {
        if self.stalled {
            self.hold_loss(conn, how);
            return Ok(());
        }
        self.sockets.remove(conn);
        self.feed(Input::Disconnect { conn, how })
    }

    /// The instant, and a fresh id.
    pub(crate) fn stamp(&self) -> Stamp {
        let now = self.shell.clock.read();
        let fresh = self.shell.ids.mint(now.wall());
        Stamp { now: now.steady, offset_ms: now.offset_ms, fresh }
    }

    /// One input into the engine; its effects are kept back.
    pub(crate) fn feed(&mut self, input: Input) -> Result<(), RoomFault> {
        if self.stalled {
            self.aside(input);
            return Ok(());
        }
        self.feed_at(self.stamp(), input)
    }

    /// An input that needs nothing of the ledger.
    pub(crate) fn aside(&mut self, input: Input) {
        let stamp = self.stamp();
        let room = &mut self.room;
        match guarded(|| room.handle_aside(stamp, input)) {
            Ok(Outcome { writes, effects }) => {
                debug_assert!(writes.is_empty(), "an aside is to be remembered: {writes:?}");
                self.effects.extend(effects.into_iter().map(|effect| Kept { effect, is_aside: true }));
            }
            Err(fault) => self.aside_fault = Some(fault),
        }
    }

    /// One input that came at the instant of `stamp`.
    pub(crate) fn feed_at(&mut self, stamp: Stamp, input: Input) -> Result<(), RoomFault> {
        let needs_nothing = input.needs() == Needs::Nothing;
        let room = &mut self.room;
        let Outcome { writes, effects } = guarded(|| room.handle(stamp, input))?;
        // A timer that was due has come with the input, and was recorded.
        let is_aside = needs_nothing && writes.is_empty();
        // At once: the socket that says who joined may be gone before the join is written.
        let newcomers = writes.iter().filter_map(who_joined);
        self.newcomers.extend(newcomers.filter_map(|participant| self.sockets.newcomer(participant)));
        self.writes.extend(writes);
        self.effects.extend(effects.into_iter().map(|effect| Kept { effect, is_aside }));
        Ok(())
    }

    fn confirm_attached(&mut self) {
        for (conn, attached) in std::mem::take(&mut self.attaching) {
            if attached.send(self.handle.clone()).is_err() {
                // Nobody waits for the answer any more.
                let _ = self.handle.notices.send(Notice::Dropped { conn });
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

    /// Leaves the registry. What raced in goes to the meeting's next room.
    async fn retire(mut self) {
        self.sockets.close_all(CloseReason::ServerStopping);
        self.shell.rooms.remove(self.meeting, self.handle.tag);
        self.queues.inputs.close();
        while let Some(message) = self.queues.inputs.recv().await {
            match message {
                ToRoom::Connect { .. } | ToRoom::Command { .. } => {
                    // When the server stops nobody takes it, and the sender hears that.
                    let _ = self.shell.send(self.meeting, message).await;
                }
                // Of sockets that are gone.
                ToRoom::Request { .. } | ToRoom::Disconnect { .. } => {}
            }
        }
        self.media.close_all().await;
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

/// Whose stay begins with this write.
fn who_joined(write: &Write) -> Option<ParticipantId> {
    let Write::Fact { fact, .. } = write else { return None };
    let FactKind::PeerJoined { participant, .. } = fact.kind else { return None };
    Some(participant)
}

/// Runs the engine. A room that panicked is not looked at again, so what the panic left of it cannot matter.
fn guarded<T>(engine: impl FnOnce() -> T) -> Result<T, RoomFault> {
    catch_unwind(AssertUnwindSafe(engine)).map_err(|payload| RoomFault::Panic(panic_text(payload.as_ref())))
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    payload.downcast_ref::<String>().cloned().unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_engine_is_a_fault_with_its_words() {
        assert!(guarded(|| {}).is_ok());
        let fault = guarded(|| -> () { panic!("seat {} is taken", 7) }).unwrap_err();
        assert_eq!(fault.to_string(), "the room engine panicked: seat 7 is taken");
        assert_eq!(fault.kind(), "room_panic");
    }
}
