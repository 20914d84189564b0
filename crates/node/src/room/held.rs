//! What waits in a room for a disk that takes no writes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use sederunt_core::call::{ConnId, Disconnect};
use sederunt_core::id::MeetingId;
use sederunt_core::note::Note;
use sederunt_core::time::Stamp;

use crate::mailbox::{ROOM_QUEUE_MAX, ToRoom};

/// A request is refused when it has waited for so long: well within the 20 s after which the client gives up by itself
/// (PROTOCOL §3.3).
const REFUSE_AFTER: Duration = Duration::from_secs(12);
/// A new socket that was not taken in by now is let go: its client tries again. It is not pinged meanwhile, and gives up
/// after 30 s of silence (PROTOCOL §3.4).
const ATTACH_WITHIN: Duration = Duration::from_secs(8);
/// Messages that wait, beside the ends of sockets, which are as many as there are sockets.
const HELD_MAX: usize = ROOM_QUEUE_MAX;
/// Bytes of text in them.
const HELD_MAX_BYTES: usize = 1 << 20;

/// What waits for the disk, in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Held {
    waiting: VecDeque<Waiting>,
    text_bytes: usize,
    /// A timer is due.
    tick: bool,
    /// The server stops.
    pub(super) stop_at: Option<Instant>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    /// When it came, for the record.
    pub(super) stamp: Stamp,
    since: Instant,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Message(ToRoom),
    /// A socket was dropped without a word.
    Lost(ConnId, Disconnect),
    /// Another room says something.
    Note(MeetingId, Note),
}

impl Held {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.tick
    }

    /// A timer is due: it is treated, at its own instant, when the disk takes writes.
    pub(super) fn hold_tick(&mut self) {
        self.tick = true;
    }

    /// When nothing waits any more, whether a timer is due.
    pub(super) fn end(&mut self) -> bool {
        if !self.waiting.is_empty() {
            return false;
        }
        self.stop_at = None;
        std::mem::take(&mut self.tick)
    }

    pub(super) fn push(&mut self, stamp: Stamp, what: What) {
        self.text_bytes = self.text_bytes.saturating_add(text_bytes(&what));
        self.waiting.push_back(Waiting { stamp, since: Instant::now(), what });
    }

    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let first = self.waiting.pop_front()?;
        self.text_bytes = self.text_bytes.saturating_sub(text_bytes(&first.what));
        Some(first)
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= HELD_MAX || self.text_bytes >= HELD_MAX_BYTES
    }

    /// Takes out what has waited for too long.
    pub(super) fn overdue(&mut self) -> Vec<ToRoom> {
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
            What::Lost(..) | What::Note(..) => None,
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
        What::Message(ToRoom::Disconnect { .. }) | What::Lost(..) | What::Note(..) => None,
    }
}

fn text_bytes(what: &What) -> usize {
    match what {
        What::Message(ToRoom::Request { request, .. }) => request.text_bytes(),
        What::Message(ToRoom::Command { command, .. }) => command.text_bytes(),
        What::Message(ToRoom::Connect { .. } | ToRoom::Disconnect { .. })
        | What::Lost(..)
        | What::Note(..) => 0,
    }
}
