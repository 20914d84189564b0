//! Bodies of a room's webhook (SEMANTICS §6.5).

use bytes::Bytes;
use sederunt_core::fact::FactName;
use sederunt_core::id::{MeetingId, ParticipantId, StayId};
use sederunt_core::time::UnixMs;
use serde::Serialize;

use super::{BodyError, Iso, json};

/// What a room's webhook tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Somebody entered.
    Joined,
    /// Somebody left.
    Left,
}

impl Action {
    /// Both.
    pub const ALL: &[Self] = &[Self::Joined, Self::Left];

    /// On the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "sessionJoined",
            Self::Left => "sessionLeft",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.as_str() == name)
    }

    /// What is told of a fact.
    pub const fn of(fact: FactName) -> Option<Self> {
        match fact {
            FactName::PeerJoined => Some(Self::Joined),
            FactName::PeerLeft => Some(Self::Left),
            FactName::SessionStarted
            | FactName::SessionRetitled
            | FactName::KeepAliveChanged
            | FactName::PeerAway
            | FactName::PeerBack
            | FactName::SessionEnded => None,
        }
    }
}

/// Who entered or left, and who is there afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The room.
    pub room: MeetingId,
    /// The user's id of the workspace; `None` for an anonymous visitor.
    pub user_id: Option<&'a str>,
    /// The member.
    pub member: ParticipantId,
    /// The session, which is one stay.
    pub session: StayId,
    /// Connected sessions after the event, without monitors.
    pub sessions: u64,
    /// Different connected members after the event, without monitors.
    pub members: u64,
    /// When it entered or left.
    pub at: UnixMs,
}

/// `sessionJoined`.
///
/// # Errors
/// [`BodyError`]
pub fn joined(visit: &Visit<'_>) -> Result<Bytes, BodyError> {
    visited(Action::Joined, visit)
}

/// `sessionLeft`.
///
/// # Errors
/// [`BodyError`]
pub fn left(visit: &Visit<'_>) -> Result<Bytes, BodyError> {
    visited(Action::Left, visit)
}

/// Either of them.
///
/// # Errors
/// [`BodyError`]
pub fn visited(action: Action, visit: &Visit<'_>) -> Result<Bytes, BodyError> {
    let payload = Payload {
        room_id: visit.room.pagecall(),
        user_id: visit.user_id,
        member_id: visit.member.pagecall(),
        session_id: visit.session.pagecall(),
        sessions_count: visit.sessions,
        members_count: visit.members,
        timestamp: Iso(visit.at),
    };
    json(&Body { action: action.as_str(), payload })
}

#[derive(Serialize)]
struct Body<'a> {
    action: &'static str,
    payload: Payload<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    room_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    member_id: String,
    session_id: String,
    sessions_count: u64,
    members_count: u64,
    timestamp: Iso,
}

#[cfg(test)]
mod tests {
    use sederunt_core::id::Id;

    use super::*;

    fn visit(user_id: Option<&str>) -> Visit<'_> {
        let id = |n| Id::mint(1_700_000_000_000, n);
        Visit {
            room: MeetingId(id(1)),
            user_id,
            member: ParticipantId(id(2)),
            session: StayId(id(3)),
            sessions: 3,
            members: 2,
            at: UnixMs(1_654_000_695_059),
        }
    }

    /// O133: keys in this order, ids as 24 hex digits.
    #[test]
    fn an_entry_is_told_with_its_keys_in_order() {
        let body = joined(&visit(Some("bob smith/한글"))).unwrap();
        let expected = concat!(
            r#"{"action":"sessionJoined","payload":{"roomId":"018bcfe56800000000000001","userId":"bob smith/한글","#,
            r#""memberId":"018bcfe56800000000000002","sessionId":"018bcfe56800000000000003","#,
            r#""sessionsCount":3,"membersCount":2,"timestamp":"2022-05-31T12:38:15.059Z"}}"#
        );
        assert_eq!(String::from_utf8_lossy(&body), expected);
    }

    /// O136: an anonymous visitor has no `userId`.
    #[test]
    fn an_anonymous_visitor_has_no_user() {
        let body = left(&visit(None)).unwrap();
        let expected = concat!(
            r#"{"action":"sessionLeft","payload":{"roomId":"018bcfe56800000000000001","#,
            r#""memberId":"018bcfe56800000000000002","sessionId":"018bcfe56800000000000003","#,
            r#""sessionsCount":3,"membersCount":2,"timestamp":"2022-05-31T12:38:15.059Z"}}"#
        );
        assert_eq!(String::from_utf8_lossy(&body), expected);
    }
}
