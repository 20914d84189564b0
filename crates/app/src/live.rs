//! The LIVE session of a meeting.

use std::collections::BTreeSet;

use sederunt_core::effect::CommandReply;
use sederunt_core::error::RoomError;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{MeetingId, ParticipantId, PeerId};
use sederunt_core::input::Command;
use sederunt_core::limit::BROADCAST_MAX_BYTES;
use sederunt_core::words::polls::{NewPoll, Poll, PollFault, PollField};
use sederunt_node::{Node, NodeError};
use sederunt_store::ParticipantRow;
use serde_json::json;

use crate::rule::Fault;
use crate::{AppError, room};

/// What a message of the API is called where it arrives: as a broadcast, whose payload is `{"message": "…"}`.
const MESSAGE_KIND: &str = "pagecall:message";

/// Removes people from the session and its breakout rooms. If nobody is left, its keep-alive runs. Answers who was removed; ids that name nobody
/// are passed over, and whoever was deleted meanwhile is not shown.
pub async fn kick(
    node: &Node,
    meeting: MeetingId,
    participants: Vec<ParticipantId>,
    custom_ids: Vec<String>,
) -> Result<Vec<ParticipantRow>, AppError> {
    let kick = Command::Kick { participants, custom_ids, reason: LeaveReason::Kicked };
    let reply = in_session(node, meeting, kick).await?;
    rows(node, meeting, people(&reply.removed, &reply.elsewhere)).await
}

/// Removes everybody, from the breakout rooms, too; the session ends at once. Answers how many people that were.
pub async fn kick_all(node: &Node, meeting: MeetingId) -> Result<usize, AppError> {
    let reply = in_session(node, meeting, Command::KickAll).await?;
    Ok(people(&reply.removed, &reply.elsewhere).len())
}

/// Mutes the microphones of people in the session and its breakout rooms, who may unmute themselves. Answers who is muted now, also of those who
/// were silent before; ids that name nobody in the room are passed over, and whoever was deleted meanwhile is not shown.
pub async fn mute(
    node: &Node,
    meeting: MeetingId,
    participants: Vec<ParticipantId>,
    custom_ids: Vec<String>,
) -> Result<Vec<ParticipantRow>, AppError> {
    let mute = Command::Mute { participants, custom_ids };
    let reply = in_session(node, meeting, mute).await?;
    rows(node, meeting, people(&reply.muted, &reply.elsewhere)).await
}

/// Mutes the microphones of everybody in the session, and of nobody in breakout rooms. Answers how many people that are.
pub async fn mute_all(node: &Node, meeting: MeetingId) -> Result<usize, AppError> {
    let reply = in_session(node, meeting, Command::MuteAll).await?;
    Ok(people(&reply.muted, &reply.elsewhere).len())
}

/// Adds a poll to the session; everybody who may see polls is told. Answers the poll, which nobody has voted in.
pub async fn create_poll(node: &Node, meeting: MeetingId, wanted: NewPoll) -> Result<Poll, AppError> {
    // Before it is known whether there is a session: what is wrong with a poll is wrong in any case.
    wanted.check().map_err(fault)?;
    in_session(node, meeting, Command::CreatePoll(wanted)).await?.poll.ok_or(AppError::NoSession)
}

/// Sends a text to everybody who is connected in the room. Nothing of it is kept, and nobody may be there.
pub async fn send_message(node: &Node, meeting: MeetingId, message: &str) -> Result<(), AppError> {
    let payload = json!({ "message": message }).to_string().into_bytes();
    if payload.len() > BROADCAST_MAX_BYTES {
        let rule = format!("must be short enough for {BROADCAST_MAX_BYTES} bytes of JSON");
        return Err(Fault::new("message", rule).into());
    }
    let kind = MESSAGE_KIND.to_owned();
    room::command(node, meeting, Command::Broadcast { kind, payload }).await?;
    Ok(())
}

/// Runs a command in the meeting's LIVE session.
async fn in_session(node: &Node, meeting: MeetingId, command: Command) -> Result<CommandReply, AppError> {
    let reply = match node.command(meeting, command).await {
        Err(NodeError::Room(RoomError::NotFound(_))) => return Err(AppError::NoSession),
        reply => reply?,
    };
    if reply.session.is_none() { Err(AppError::NoSession) } else { Ok(reply) }
}

/// Whose peers these are, and who is in a breakout room.
fn people(peers: &[(PeerId, ParticipantId)], elsewhere: &[ParticipantId]) -> BTreeSet<ParticipantId> {
    peers.iter().map(|(_, participant)| participant).chain(elsewhere).copied().collect()
}

/// The rows of people, without those who were deleted meanwhile.
async fn rows(
    node: &Node,
    meeting: MeetingId,
    people: BTreeSet<ParticipantId>,
) -> Result<Vec<ParticipantRow>, AppError> {
    let mut rows = Vec::new();
    for id in people {
        rows.extend(node.store().participant(meeting, id).await?);
    }
    Ok(rows)
}

fn fault(PollFault { field, rule }: PollFault) -> Fault {
    match field {
        PollField::Question => Fault::new("question", rule),
        PollField::Options => Fault::new("options", rule),
        PollField::Option(place) => Fault::new(format!("options[{place}]"), rule),
    }
}
