//! What an endpoint hears and what it asks for.

use std::sync::Arc;

use sederunt_core::id::MeetingId;
use sederunt_core::time::UnixMs;

use crate::retry::Outcome;
use crate::rows::Batch;
use crate::told::{Key, Told};

/// One attempt in flight; unique within the life of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What an endpoint hears.
#[derive(Debug, Clone)]
pub enum In {
    /// The newest fact of the app. A hint: what is too low is not read yet, what is too high reads nothing.
    News(u64),
    /// Answers [`Out::Read`].
    Events {
        /// As asked.
        from: u64,
        /// Events that the webhook wants, in order; all parts of a fact or none.
        events: Vec<Arc<Told>>,
        /// The last fact that was looked at, whether it is in the page or not.
        read_to: u64,
    },
    /// Answers [`Out::ReadLane`].
    Lane {
        /// As asked.
        lane: MeetingId,
        /// As asked.
        from: u64,
        /// As [`Self::Events`].
        events: Vec<Arc<Told>>,
        /// As [`Self::Events`]; what was asked for when there is no more.
        read_to: u64,
    },
    /// Answers [`Out::ReadOne`].
    One {
        /// As asked.
        key: Key,
        /// `None` when the webhook does not want it any more: its events were changed, or the app's rows are gone.
        told: Option<Arc<Told>>,
    },
    /// An attempt ended. The request took so long, ms: before it, it may have waited for its turn.
    Answer(Ticket, Outcome, i64),
    /// The log has this event's failure, durably.
    Logged(Key),
    /// Time has passed.
    Tick,
    /// A batch is durable.
    Persisted(u64),
    /// Somebody wants something.
    Control(Control),
    /// The server stops: nothing is sent or read from here on.
    Stop,
    /// No answer is waited for any more: what is on its way gets a row, as if it had not been sent.
    PutAside,
}

/// What the owner of a webhook may want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Switch on, from the fact after this one.
    Enable(u64),
    /// Switch off: nothing is collected, what waits goes.
    Disable,
    /// Send an event now, whether it has been delivered or not. Nothing happens while it is in flight or was not reached.
    Retry(Key, MeetingId),
    /// The URL was changed, or a test succeeded: an endpoint that is down is probed at once.
    Probe,
    /// A key or a secret was changed then; told again after a start.
    Rotated(UnixMs),
}

/// What an endpoint asks for. In this order, and nothing of it may get lost while the endpoint lives.
#[derive(Debug, Clone)]
pub enum Out {
    /// Make an attempt. It is answered in any case.
    Send(Delivery),
    /// Read facts of the app and render what the webhook wants.
    Read {
        /// The first fact.
        from: u64,
        /// At most this many events; more only for the parts of one fact.
        limit: usize,
        /// No further event once bodies have this many bytes.
        bytes: usize,
    },
    /// The same of one meeting.
    ReadLane {
        /// The meeting.
        lane: MeetingId,
        /// The first fact.
        from: u64,
        /// The last fact.
        to: u64,
        /// As [`Self::Read`].
        limit: usize,
        /// As [`Self::Read`].
        bytes: usize,
    },
    /// The same of one event.
    ReadOne {
        /// The event.
        key: Key,
        /// Its meeting.
        lane: MeetingId,
    },
    /// Make durable.
    Persist(Batch),
    /// Tick at this time, if nothing comes before.
    WakeAt(UnixMs),
    /// Write an attempt to the log. One that ends an event as failed is answered with [`In::Logged`].
    Log(Attempt),
}

/// An attempt to be made.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Names it.
    pub ticket: Ticket,
    /// What is sent.
    pub told: Arc<Told>,
    /// 1 for the first.
    pub attempt: u32,
    /// To find out whether the receiver is back.
    pub is_probe: bool,
}

/// An attempt that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The event.
    pub key: Key,
    /// Its meeting.
    pub lane: MeetingId,
    /// 1 for the first.
    pub attempt: u32,
    /// When it began.
    pub started_at: UnixMs,
    /// How long it took, ms.
    pub latency_ms: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether anything follows.
    pub end: Option<End>,
}

/// How an event is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A 2xx came.
    Delivered,
    /// The answer forbids another attempt.
    Refused,
    /// All attempts failed, while others succeeded.
    UsedUp,
}
