//! The LIVE session of a meeting.

use std::collections::BTreeSet;

use sederunt_core::effect::CommandReply;
use sederunt_core::error::RoomError;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::input::Command;
use sederunt_core::words::polls::{NewPoll, Poll, PollFault, PollField};
use sederunt_node::{Node, NodeError};
use sederunt_store::ParticipantRow;

use crate::AppError;
use crate::rule::Fault;

/// Removes people from the session. If nobody is left, its keep-alive runs. Answers who was removed; ids that name nobody
/// are passed over, and whoever was deleted meanwhile is not shown.
pub async fn kick(
    node: &Node,
    meeting: MeetingId,
    participants: Vec<ParticipantId>,
    custom_ids: Vec<String>,
) -> Result<Vec<ParticipantRow>, AppError> {
    let kick = Command::Kick { participants, custom_ids, reason: LeaveReason::Kicked };
    let mut rows = Vec::new();
    for id in people(&in_session(node, meeting, kick).await?) {
        rows.extend(node.store().participant(meeting, id).await?);
    }
    Ok(rows)
}

/// Removes everybody; the session ends at once. Answers how many people that were.
pub async fn kick_all(node: &Node, meeting: MeetingId) -> Result<usize, AppError> {
    Ok(people(&in_session(node, meeting, Command::KickAll).await?).len())
}

/// Adds a poll to the session; everybody who may see polls is told. Answers the poll, which nobody has voted in.
pub async fn create_poll(node: &Node, meeting: MeetingId, wanted: NewPoll) -> Result<Poll, AppError> {
    // Before it is known whether there is a session: what is wrong with a poll is wrong in any case.
    wanted.check().map_err(fault)?;
    in_session(node, meeting, Command::CreatePoll(wanted)).await?.poll.ok_or(AppError::NoSession)
}

/// Runs a command in the meeting's LIVE session.
async fn in_session(node: &Node, meeting: MeetingId, command: Command) -> Result<CommandReply, AppError> {
    let reply = match node.command(meeting, command).await {
        Err(NodeError::Room(RoomError::NotFound(_))) => return Err(AppError::NoSession),
        reply => reply?,
    };
    if reply.session.is_none() { Err(AppError::NoSession) } else { Ok(reply) }
}

/// Whose peers a command removed.
fn people(reply: &CommandReply) -> BTreeSet<ParticipantId> {
    reply.removed.iter().map(|(_, participant)| *participant).collect()
}

fn fault(PollFault { field, rule }: PollFault) -> Fault {
    match field {
        PollField::Question => Fault::new("question", rule),
        PollField::Options => Fault::new("options", rule),
        PollField::Option(place) => Fault::new(format!("options[{place}]"), rule),
    }
}
