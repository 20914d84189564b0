//! Commands to rooms whose meetings may be deleted at the same time.

use sederunt_core::effect::CommandReply;
use sederunt_core::id::MeetingId;
use sederunt_core::input::Command;
use sederunt_node::{Node, NodeError};

/// Runs a command in the room of a meeting. `None` = the meeting was deleted meanwhile: its room has ended, and nobody is
/// in it.
pub(crate) async fn command(
    node: &Node,
    meeting: MeetingId,
    command: Command,
) -> Result<Option<CommandReply>, NodeError> {
    match node.command(meeting, command).await {
        Ok(reply) => Ok(Some(reply)),
        Err(error) => match node.store().meeting(meeting).await? {
            Some(_) => Err(error),
            None => Ok(None),
        },
    }
}
