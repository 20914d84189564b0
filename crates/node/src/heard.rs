//! When a client was last heard: its door tells, its room reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sederunt_core::call::Disconnect;
use sederunt_core::input::{Command, Input};
use sederunt_core::time::UnixMs;

use crate::clock::Clock;
use crate::room_task::{RoomFault, RoomTask};
use crate::rooms::ToRoom;

/// A client of which nothing was heard for this long is not there, though its door may still wait for it: the door pings more
/// often than this, with time for the answer.
pub const QUIET_MS: i64 = 15_000;

/// An instant of the steady clock; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    clock: Arc<dyn Clock>,
    at: Arc<AtomicI64>,
}

impl Heard {
    /// Now.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let at = Arc::new(AtomicI64::new(clock.steady().0));
        Self { clock, at }
    }

    /// Again, now.
    pub(crate) fn note(&self) {
        self.at.store(self.clock.steady().0, Ordering::Relaxed);
    }

    /// The last time.
    pub(crate) fn at(&self) -> UnixMs {
        UnixMs(self.at.load(Ordering::Relaxed))
    }

    /// How a client is gone that is not heard any more.
    pub(crate) fn silent(&self) -> Disconnect {
        Disconnect::Silent { heard_at: self.at() }
    }
}

impl RoomTask {
    /// Before stays are ended from outside, clients that are silent are lost: their stays end when they were last heard, as
    /// they would if their doors had noticed it first.
    pub(crate) fn lose_the_silent(&mut self, message: &ToRoom) -> Result<(), RoomFault> {
        let ToRoom::Command { command, .. } = message else { return Ok(()) };
        match command {
            Command::Configure(_)
            | Command::CreatePoll(_)
            | Command::Mute { .. }
            | Command::MuteAll
            | Command::Broadcast { .. } => {
                return Ok(());
            }
            Command::Kick { .. } | Command::KickAll | Command::Terminate | Command::Stop => {}
        }
        let quiet_since = self.shell.clock.steady().plus_ms(-QUIET_MS);
        let stops = matches!(command, Command::Stop);
        for (conn, how) in self.sockets.heard_before(quiet_since) {
            if stops {
                // It is told with all others.
                self.feed(Input::Disconnect { conn, how })?;
            } else {
                self.lose(conn, how)?;
            }
        }
        Ok(())
    }
}
