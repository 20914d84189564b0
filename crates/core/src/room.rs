//! One room: `handle(stamp, input)`, then drain `poll()` until `None`. `poll_timeout()` says when to tick.

use std::collections::VecDeque;

use crate::chat::ChatMessage;
use crate::effect::Effect;
use crate::id::{AppId, MeetingId};
use crate::input::Input;
use crate::tally::Tally;
use crate::time::{Stamp, UnixMs};

/// Settings of a room, from the meeting's row and the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomConfig {
    /// The app.
    pub app: AppId,
    /// The meeting.
    pub meeting: MeetingId,
    /// Title; `""` when the meeting has none.
    pub title: String,
    /// `false` = INACTIVE or terminated: nobody may join, those inside stay (SEMANTICS §2.1).
    pub open: bool,
    /// Keep-alive, ms.
    pub keep_alive_ms: i64,
    /// Reconnect grace, ms.
    pub reconnect_grace_ms: i64,
    /// Pagecall `max_meeting_seconds`, as ms of `meeting_time`.
    pub max_together_ms: Option<i64>,
    /// `meeting_time` of the earlier sessions of this room, ms.
    pub prior_together_ms: i64,
}

/// A session that was open when the room was loaded from the store.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Folded from its facts.
    pub tally: Tally,
    /// Newest [`crate::limit::CHAT_HISTORY_MAX`] messages, oldest first.
    pub chat: Vec<ChatMessage>,
}

/// The engine of one meeting.
#[derive(Debug)]
pub struct Room {
    config: RoomConfig,
    effects: VecDeque<Effect>,
}

impl Room {
    /// A room, with its open session if the store has one. Recovery has closed the stays of dead nodes before.
    pub fn new(config: RoomConfig, open: Option<OpenSession>) -> Self {
        let _ = open;
        Self { config, effects: VecDeque::new() }
    }

    /// Feeds one input. Drain [`Self::poll`] before the next one.
    pub fn handle(&mut self, stamp: Stamp, input: Input) {
        let _ = (stamp, input, &self.config);
    }

    /// The next effect to perform, in order.
    pub fn poll(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Input::Tick`] is due, and why.
    pub fn poll_timeout(&self) -> Option<(UnixMs, &'static str)> {
        None
    }

    /// Nothing to wait for: no connection, no session, no timer. The shell may drop the room.
    pub fn is_idle(&self) -> bool {
        true
    }

    /// The LIVE session, if any.
    pub fn session(&self) -> Option<&Tally> {
        None
    }
}
