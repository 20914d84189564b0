//! What the task of a room has, and its way into the engine: one input at a time, whose effects are kept back.

use std::collections::BTreeMap;
use std::sync::Arc;

use sederunt_core::call::{CommandId, ConnId, Disconnect};
use sederunt_core::effect::{CommandReply, Effect, Outcome, Write};
use sederunt_core::fact::FactKind;
use sederunt_core::id::{MeetingId, ParticipantId, StayId};
use sederunt_core::input::{Command, Input};
use sederunt_core::note::Note;
use sederunt_core::room::Room;
use sederunt_core::time::Stamp;
use sederunt_core::words::Needs;
use sederunt_store::ParticipantRow;
use tokio::sync::oneshot;

use super::fault::{RoomFault, guarded};
use super::held::{Held, What};
use super::sockets::Sockets;
use crate::NodeError;
use crate::mailbox::{Notice, RoomHandle, RoomQueues, ToRoom};
use crate::media_gate::MediaGate;
use crate::shell::Shell;

/// An effect that waits.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) effect: Effect,
    /// Its input recorded nothing and tells nothing of the record: it need not wait for a disk in trouble.
    pub(super) is_aside: bool,
}

/// State of the task.
#[derive(Debug)]
pub(super) struct RoomTask {
    pub(super) shell: Arc<Shell>,
    pub(super) meeting: MeetingId,
    pub(super) handle: RoomHandle,
    pub(super) queues: RoomQueues,
    pub(super) room: Room,
    pub(super) sockets: Sockets,
    pub(super) media: MediaGate,
    /// To be made durable before the effects that wait.
    pub(super) writes: Vec<Write>,
    /// Effects that wait for their writes.
    pub(super) effects: Vec<Kept>,
    /// Those of the batch whose writes are under way.
    pub(super) pending: Vec<Kept>,
    /// Rows to be written with the joins among the effects.
    pub(super) newcomers: Vec<ParticipantRow>,
    pub(super) commands: BTreeMap<CommandId, oneshot::Sender<Result<CommandReply, NodeError>>>,
    last_command: u64,
    /// Sockets that wait to hear that they are attached.
    attaching: Vec<(ConnId, oneshot::Sender<RoomHandle>)>,
    pub(super) stopping: bool,
    /// What waits for the disk.
    pub(super) held: Held,
    /// The disk takes no writes: what needs one is held.
    pub(super) stalled: bool,
    /// The engine knows what is not durable.
    pub(super) is_ahead: bool,
    /// The engine failed at an input that needed no write.
    pub(super) aside_fault: Option<RoomFault>,
}

impl RoomTask {
    /// A room that was just loaded.
    pub(super) fn new(
        shell: Arc<Shell>,
        meeting: MeetingId,
        handle: RoomHandle,
        queues: RoomQueues,
        room: Room,
    ) -> Self {
        let (returning, seen) = (shell.returning.clone(), shell.seen.clone());
        let media = MediaGate::new(shell.media.clone(), handle.tag, meeting, returning, seen);
        Self {
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
        }
    }

    pub(super) fn input_of(&mut self, message: ToRoom) -> Input {
        match message {
            ToRoom::Connect { conn, peer, token, who, newcomer, outbox, heard, attached } => {
                self.sockets.insert(conn, outbox, heard, newcomer);
                self.attaching.push((conn, attached));
                Input::Connect { conn, peer, token, who }
            }
            ToRoom::Request { conn, re, mut request, held } => {
                drop(held);
                let now = self.shell.clock.now();
                request.name_rooms(|| self.shell.ids.mint(now));
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
    pub(super) fn lose(&mut self, conn: ConnId, how: Disconnect) -> Result<(), RoomFault> {
        if self.stalled {
            self.hold_loss(conn, how);
            return Ok(());
        }
        self.sockets.remove(conn);
        self.feed(Input::Disconnect { conn, how })
    }

    /// The engine hears later that a socket was lost.
    pub(super) fn hold_loss(&mut self, conn: ConnId, how: Disconnect) {
        self.sockets.remove(conn);
        let stamp = self.stamp();
        self.held.push(stamp, What::Lost(conn, how));
    }

    /// The engine hears later what another room says.
    pub(super) fn hold_note(&mut self, from: MeetingId, note: Note) {
        let stamp = self.stamp();
        self.held.push(stamp, What::Note(from, note));
    }

    /// The instant, and fresh ids.
    pub(super) fn stamp(&self) -> Stamp {
        let now = self.shell.clock.read();
        let mint = || self.shell.ids.mint(now.wall());
        Stamp { now: now.steady, offset_ms: now.offset_ms, fresh: mint(), stay: StayId(mint()) }
    }

    /// One input into the engine; its effects are kept back.
    pub(super) fn feed(&mut self, input: Input) -> Result<(), RoomFault> {
        if self.stalled {
            self.aside(input);
            return Ok(());
        }
        self.feed_at(self.stamp(), input)
    }

    /// An input that needs nothing of the ledger.
    pub(super) fn aside(&mut self, input: Input) {
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
    pub(super) fn feed_at(&mut self, stamp: Stamp, input: Input) -> Result<(), RoomFault> {
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

    /// Tells sockets that the room has taken them in.
    pub(super) fn confirm_attached(&mut self) {
        for (conn, attached) in std::mem::take(&mut self.attaching) {
            if attached.send(self.handle.clone()).is_err() {
                // Nobody waits for the answer any more.
                let _ = self.handle.notices.send(Notice::Dropped { conn });
            }
        }
    }
}

/// Whose stay begins with this write.
fn who_joined(write: &Write) -> Option<ParticipantId> {
    let Write::Fact { fact, .. } = write else { return None };
    let FactKind::PeerJoined { participant, .. } = fact.kind else { return None };
    Some(participant)
}
