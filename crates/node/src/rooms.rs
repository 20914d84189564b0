//! The live rooms: one task per meeting at most, found by meeting or by media tag.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sederunt_core::id::MeetingId;
use sederunt_core::time::UnixMs;

use crate::mailbox::{RoomHandle, RoomQueues, mailbox};
use crate::media::{MediaHandle, RoomTag};

/// Rooms in memory at a time; with the bounds of a room it bounds the memory of the shell.
pub const ROOMS_MAX: usize = 10_000;

/// Why there is no room to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// [`ROOMS_MAX`].
    Full,
    /// The server stops.
    Stopping,
}

/// A room that was found, or one that was just entered and whose task the caller must start.
#[derive(Debug)]
pub(crate) enum Found {
    Live(RoomHandle),
    New(RoomHandle, RoomQueues),
}

/// The registry of live rooms.
#[derive(Debug)]
pub(crate) struct Rooms {
    /// Gives each room to one of its workers.
    media: Option<MediaHandle>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    live: HashMap<MeetingId, RoomHandle>,
    by_tag: HashMap<RoomTag, MeetingId>,
    /// Rooms that failed, and when on the steady clock: their open stays end there once the room can be read again.
    failed: HashMap<MeetingId, UnixMs>,
    last_number: u64,
    stopping: bool,
}

impl Rooms {
    /// No rooms yet.
    pub(crate) fn new(media: Option<MediaHandle>) -> Self {
        Self { media, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The live room of a meeting.
    pub(crate) fn get(&self, meeting: MeetingId) -> Option<RoomHandle> {
        self.state().live.get(&meeting).cloned()
    }

    /// The live room of a media tag.
    pub(crate) fn by_tag(&self, tag: RoomTag) -> Option<RoomHandle> {
        let state = self.state();
        state.by_tag.get(&tag).and_then(|meeting| state.live.get(meeting)).cloned()
    }

    /// The live room of a meeting, entered if there is none. Whoever gets [`Found::New`] starts the task.
    pub(crate) fn get_or_enter(&self, meeting: MeetingId) -> Result<Found, NoRoom> {
        let mut state = self.state();
        if let Some(room) = state.live.get(&meeting) {
            return Ok(Found::Live(room.clone()));
        }
        if state.stopping {
            return Err(NoRoom::Stopping);
        }
        if state.live.len() >= ROOMS_MAX {
            return Err(NoRoom::Full);
        }
        state.last_number += 1;
        let number = state.last_number;
        let tag = self.media.as_ref().map_or(RoomTag(number), |media| media.pin(number));
        let (room, queues) = mailbox(tag);
        state.live.insert(meeting, room.clone());
        state.by_tag.insert(tag, meeting);
        Ok(Found::New(room, queues))
    }

    /// Takes a room out; what is sent from now on reaches a new one.
    pub(crate) fn remove(&self, meeting: MeetingId, tag: RoomTag) {
        let mut state = self.state();
        if state.live.get(&meeting).is_some_and(|room| room.tag == tag) {
            state.live.remove(&meeting);
        }
        state.by_tag.remove(&tag);
    }

    /// Remembers that a room failed at `at` on the steady clock, unless an earlier failure still waits for its reload.
    pub(crate) fn mark_failed(&self, meeting: MeetingId, at: UnixMs) {
        self.state().failed.entry(meeting).or_insert(at);
    }

    /// When the room failed, if it has not been reloaded since.
    pub(crate) fn failed_at(&self, meeting: MeetingId) -> Option<UnixMs> {
        self.state().failed.get(&meeting).copied()
    }

    /// The room was reloaded.
    pub(crate) fn clear_failed(&self, meeting: MeetingId) {
        self.state().failed.remove(&meeting);
    }

    /// Failed rooms that wait for their reload.
    pub(crate) fn failed(&self) -> Vec<MeetingId> {
        self.state().failed.keys().copied().collect()
    }

    /// No new rooms from now on; those that live.
    pub(crate) fn stop(&self) -> Vec<(MeetingId, RoomHandle)> {
        let mut state = self.state();
        state.stopping = true;
        state.live.iter().map(|(meeting, room)| (*meeting, room.clone())).collect()
    }

    /// Whether [`Self::stop`] was called.
    pub(crate) fn is_stopping(&self) -> bool {
        self.state().stopping
    }
}
