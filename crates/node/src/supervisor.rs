//! Starts the task of a room, and is there when it ends.

use std::sync::Arc;

use sederunt_core::id::MeetingId;
use sederunt_core::note::Note;

use crate::busy::Busy;
use crate::mailbox::{Notice, RoomHandle, RoomQueues, ToRoom};
use crate::room;
use crate::rooms::{Found, NoRoom};
use crate::shell::Shell;

/// Attempts to reach a room that retires at that very moment. The next opens a room with the message in it, or finds one
/// that another sender has opened meanwhile; more are rare.
const SEND_ATTEMPTS_MAX: u32 = 16;

/// The room of a meeting; its task is started when it is not live.
pub(crate) fn room(shell: &Arc<Shell>, meeting: MeetingId) -> Result<RoomHandle, NoRoom> {
    match shell.rooms.get_or_enter(meeting)? {
        Found::Live(room) => Ok(room),
        Found::New(room, queues) => {
            start(shell, meeting, room.clone(), queues);
            Ok(room)
        }
    }
}

/// Puts a message into the queue of the meeting's room, whichever is live when there is room for it.
pub(crate) async fn send(shell: &Arc<Shell>, meeting: MeetingId, mut message: ToRoom) -> Result<(), NoRoom> {
    for _ in 0..SEND_ATTEMPTS_MAX {
        let room = match shell.rooms.get_or_enter(meeting)? {
            Found::Live(room) => room,
            Found::New(room, queues) => {
                // The message first: a room that runs with nothing in its queue retires at once. Starting it may
                // cost this thread its processor, and a sender would so lose one new room after the other.
                let queued = room.inputs.try_send(message);
                start(shell, meeting, room.clone(), queues);
                match queued {
                    Ok(()) => return Ok(()),
                    // Other senders have filled the queue already.
                    Err(back) => message = back.into_inner(),
                }
                room
            }
        };
        match room.inputs.send(message).await {
            Ok(()) => return Ok(()),
            Err(back) => message = back.0,
        }
    }
    Err(NoRoom::Full)
}

/// What a room says to another one of its family, in order. It waits for nobody.
pub(crate) fn say(shell: &Arc<Shell>, (from, to): (MeetingId, MeetingId), note: Note) {
    let found = if note.wakes() { room(shell, to).ok() } else { shell.rooms.get(to) };
    // A room that is not there reads of the store what it has to know; a server that stops has nothing more to say.
    if let Some(room) = found {
        let _ = room.notices.send(Notice::Note { from, note });
    }
}

fn start(shell: &Arc<Shell>, meeting: MeetingId, room: RoomHandle, queues: RoomQueues) {
    let cpu = shell.metrics.rooms_cpu_us.clone();
    shell.tasks.spawn(Busy::new(supervise(Arc::clone(shell), meeting, room, queues), cpu));
}

/// Runs a room to its end; what raced into its queue goes to the meeting's next room.
async fn supervise(shell: Arc<Shell>, meeting: MeetingId, handle: RoomHandle, queues: RoomQueues) {
    let _registered = Registered::new(Arc::clone(&shell), meeting, handle.clone());
    let Some(mut retired) = room::run(Arc::clone(&shell), meeting, handle, queues).await else { return };
    while let Some(message) = retired.next_message().await {
        // When the server stops nobody takes it, and the sender hears that.
        let _ = send(&shell, meeting, message).await;
    }
    retired.close_media().await;
}

/// Takes the room out of the registry however its task ends: an entry without a task would swallow its meeting.
struct Registered {
    shell: Arc<Shell>,
    meeting: MeetingId,
    handle: RoomHandle,
}

impl Registered {
    fn new(shell: Arc<Shell>, meeting: MeetingId, handle: RoomHandle) -> Self {
        shell.metrics.rooms.inc();
        Self { shell, meeting, handle }
    }
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
