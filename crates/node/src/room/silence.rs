//! Clients that are not heard any more.

use sederunt_core::input::{Command, Input};

use super::fault::RoomFault;
use super::state::RoomTask;
use crate::heard::QUIET_MS;
use crate::mailbox::ToRoom;

impl RoomTask {
    /// Before stays are ended from outside, clients that are silent are lost: their stays end when they were last heard, as
    /// they would if their doors had noticed it first.
    pub(super) fn lose_the_silent(&mut self, message: &ToRoom) -> Result<(), RoomFault> {
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
