//! Bodies of RealtimeKit's webhooks (SEMANTICS §4).

use bytes::Bytes;
use sederunt_core::fact::{EndReason, FactName};
use sederunt_core::id::{MeetingId, PeerId, SessionId};
use sederunt_core::time::UnixMs;
use serde::Serialize;

use super::{BodyError, Iso, json};

/// What a webhook may be registered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventName {
    /// A session begins.
    MeetingStarted,
    /// A session is over.
    MeetingEnded,
    /// A stay begins.
    ParticipantJoined,
    /// A stay is over.
    ParticipantLeft,
    /// The chat of a session can be had.
    ChatSynced,
    /// A recording changed its state.
    RecordingStatus,
    /// A livestream changed its state.
    LivestreamStatus,
    /// A transcript can be had.
    Transcript,
    /// A summary can be had.
    Summary,
}

impl EventName {
    /// All of them, in the vendor's order.
    pub const ALL: &[Self] = &[
        Self::MeetingStarted,
        Self::MeetingEnded,
        Self::ParticipantJoined,
        Self::ParticipantLeft,
        Self::ChatSynced,
        Self::RecordingStatus,
        Self::LivestreamStatus,
        Self::Transcript,
        Self::Summary,
    ];

    /// On the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MeetingStarted => "meeting.started",
            Self::MeetingEnded => "meeting.ended",
            Self::ParticipantJoined => "meeting.participantJoined",
            Self::ParticipantLeft => "meeting.participantLeft",
            Self::ChatSynced => "meeting.chatSynced",
            Self::RecordingStatus => "recording.statusUpdate",
            Self::LivestreamStatus => "livestreaming.statusUpdate",
            Self::Transcript => "meeting.transcript",
            Self::Summary => "meeting.summary",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.as_str() == name)
    }

    /// The fact that makes an event; what is not recorded is never told.
    pub const fn fact(self) -> Option<FactName> {
        match self {
            Self::MeetingStarted => Some(FactName::SessionStarted),
            Self::MeetingEnded | Self::ChatSynced => Some(FactName::SessionEnded),
            Self::ParticipantJoined => Some(FactName::PeerJoined),
            Self::ParticipantLeft => Some(FactName::PeerLeft),
            Self::RecordingStatus | Self::LivestreamStatus | Self::Transcript | Self::Summary => None,
        }
    }

    /// Which of the events of its fact it is.
    pub const fn part(self) -> u8 {
        match self {
            Self::ChatSynced => 1,
            Self::MeetingStarted
            | Self::MeetingEnded
            | Self::ParticipantJoined
            | Self::ParticipantLeft
            | Self::RecordingStatus
            | Self::LivestreamStatus
            | Self::Transcript
            | Self::Summary => 0,
        }
    }

    /// The event that a fact makes as its `part`.
    pub fn of(fact: FactName, part: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.fact() == Some(fact) && event.part() == part)
    }
}

/// A session, as its events name it.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    /// The meeting.
    pub meeting: MeetingId,
    /// The session.
    pub session: SessionId,
    /// The title that the fact has; `""` when there is none.
    pub title: &'a str,
    /// When it began.
    pub started_at: UnixMs,
    /// Who organises it: the app.
    pub organizer: Organizer<'a>,
}

/// Who organises a meeting.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Organizer<'a> {
    /// The app's id.
    pub id: &'a str,
    /// The app's name.
    pub name: &'a str,
}

/// A stay. What is not known, or was erased, is `""`.
#[derive(Debug, Clone, Copy)]
pub struct Participant<'a> {
    /// The stay.
    pub peer: PeerId,
    /// The name.
    pub display_name: &'a str,
    /// The id that the app gave.
    pub custom_participant_id: &'a str,
    /// When it began.
    pub joined_at: UnixMs,
}

/// Where the chat of a session can be had.
#[derive(Debug, Clone, Copy)]
pub struct ChatLink<'a> {
    /// The link.
    pub url: &'a str,
    /// Until when it is valid: 7 days after the end.
    pub expires_at: UnixMs,
    /// When the session ended.
    pub ended_at: UnixMs,
}

/// `meeting.started`.
///
/// # Errors
/// [`BodyError`], as for all of them.
pub fn started(session: &Session<'_>) -> Result<Bytes, BodyError> {
    json(&MeetingBody {
        event: EventName::MeetingStarted.as_str(),
        meeting: session.block(None),
        reason: None,
    })
}

/// `meeting.ended`.
///
/// # Errors
/// [`BodyError`]
pub fn ended(session: &Session<'_>, ended_at: UnixMs, reason: EndReason) -> Result<Bytes, BodyError> {
    let reason = match reason {
        EndReason::AllParticipantsLeft => "ALL_PARTICIPANTS_LEFT",
        EndReason::HostEndedMeeting | EndReason::RoomTerminated => "HOST_ENDED_MEETING",
    };
    let (event, meeting) = (EventName::MeetingEnded.as_str(), session.block(Some(ended_at)));
    json(&MeetingBody { event, meeting, reason: Some(reason) })
}

/// `meeting.participantJoined`.
///
/// # Errors
/// [`BodyError`]
pub fn participant_joined(session: &Session<'_>, participant: &Participant<'_>) -> Result<Bytes, BodyError> {
    let (event, meeting) = (EventName::ParticipantJoined.as_str(), session.block(None));
    json(&ParticipantBody { event, meeting, participant: participant.block(None) })
}

/// `meeting.participantLeft`. The meeting has no `endedAt`: in the order of the ledger the session has not ended yet.
///
/// # Errors
/// [`BodyError`]
pub fn participant_left(
    session: &Session<'_>,
    participant: &Participant<'_>,
    left_at: UnixMs,
) -> Result<Bytes, BodyError> {
    let (event, meeting) = (EventName::ParticipantLeft.as_str(), session.block(None));
    json(&ParticipantBody { event, meeting, participant: participant.block(Some(left_at)) })
}

/// `meeting.chatSynced`, of a session that has a public message.
///
/// # Errors
/// [`BodyError`]
pub fn chat_synced(session: &Session<'_>, chat: &ChatLink<'_>) -> Result<Bytes, BodyError> {
    json(&ChatBody {
        event: EventName::ChatSynced.as_str(),
        session_id: session.session,
        meeting_id: session.meeting,
        title: session.title,
        chat_download_url: chat.url,
        chat_download_url_expiry: Iso(chat.expires_at),
        created_at: Iso(session.started_at),
        started_at: Iso(session.started_at),
        ended_at: Iso(chat.ended_at),
        organized_by: session.organizer,
    })
}

impl<'a> Session<'a> {
    const fn block(&self, ended_at: Option<UnixMs>) -> MeetingBlock<'a> {
        MeetingBlock {
            id: self.meeting,
            session_id: self.session,
            title: self.title,
            room_name: self.meeting,
            status: "LIVE",
            created_at: Iso(self.started_at),
            started_at: Iso(self.started_at),
            ended_at: match ended_at {
                Some(at) => Some(Iso(at)),
                None => None,
            },
            organized_by: self.organizer,
        }
    }
}

impl<'a> Participant<'a> {
    const fn block(&self, left_at: Option<UnixMs>) -> ParticipantBlock<'a> {
        ParticipantBlock {
            peer_id: self.peer,
            user_display_name: self.display_name,
            custom_participant_id: self.custom_participant_id,
            client_specific_id: self.custom_participant_id,
            joined_at: Iso(self.joined_at),
            left_at: match left_at {
                Some(at) => Some(Iso(at)),
                None => None,
            },
        }
    }
}

#[derive(Serialize)]
struct MeetingBody<'a> {
    event: &'static str,
    meeting: MeetingBlock<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Serialize)]
struct ParticipantBody<'a> {
    event: &'static str,
    meeting: MeetingBlock<'a>,
    participant: ParticipantBlock<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MeetingBlock<'a> {
    id: MeetingId,
    session_id: SessionId,
    title: &'a str,
    room_name: MeetingId,
    /// The vendor sends this with every event, the end included.
    status: &'static str,
    created_at: Iso,
    started_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Iso>,
    organized_by: Organizer<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParticipantBlock<'a> {
    peer_id: PeerId,
    user_display_name: &'a str,
    custom_participant_id: &'a str,
    /// The older name of the same.
    client_specific_id: &'a str,
    joined_at: Iso,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_at: Option<Iso>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChatBody<'a> {
    event: &'static str,
    session_id: SessionId,
    meeting_id: MeetingId,
    title: &'a str,
    chat_download_url: &'a str,
    chat_download_url_expiry: Iso,
    created_at: Iso,
    started_at: Iso,
    ended_at: Iso,
    organized_by: Organizer<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(title: &str) -> Session<'_> {
        Session {
            meeting: "6bf2b8be-04dd-4191-b602-1128921a306b".parse().unwrap(),
            session: "813432c7-3c5a-45e2-9acf-eef7061c7584".parse().unwrap(),
            title,
            started_at: UnixMs(1_768_227_694_388),
            organizer: Organizer { id: "14a396e7-ca44-4937-bf1f-050a69118543", name: "Demo app" },
        }
    }

    fn mary() -> Participant<'static> {
        Participant {
            peer: "e32fb785-ddd0-4b96-b577-879327c0082f".parse().unwrap(),
            display_name: "Mary Sue",
            custom_participant_id: "user-123",
            joined_at: UnixMs(1_768_227_720_000),
        }
    }

    const BLOCK: &str = concat!(
        r#""meeting":{"id":"6bf2b8be-04dd-4191-b602-1128921a306b","sessionId":"813432c7-3c5a-45e2-9acf-eef7061c7584","#,
        r#""title":"Weekly sync","roomName":"6bf2b8be-04dd-4191-b602-1128921a306b","status":"LIVE","#,
        r#""createdAt":"2026-01-12T14:21:34.388Z","startedAt":"2026-01-12T14:21:34.388Z"END,"#,
        r#""organizedBy":{"id":"14a396e7-ca44-4937-bf1f-050a69118543","name":"Demo app"}}"#
    );

    fn text(body: Result<Bytes, BodyError>) -> String {
        String::from_utf8(body.unwrap().to_vec()).unwrap()
    }

    /// The bodies of SEMANTICS §4, byte by byte.
    #[test]
    fn bodies_are_those_of_the_vendor_with_their_keys_in_order() {
        let session = session("Weekly sync");
        let block = BLOCK.replace("END", "");
        assert_eq!(text(started(&session)), format!(r#"{{"event":"meeting.started",{block}}}"#));
        let person = concat!(
            r#""participant":{"peerId":"e32fb785-ddd0-4b96-b577-879327c0082f","userDisplayName":"Mary Sue","#,
            r#""customParticipantId":"user-123","clientSpecificId":"user-123","joinedAt":"2026-01-12T14:22:00.000Z""#
        );
        let joined = text(participant_joined(&session, &mary()));
        assert_eq!(joined, format!(r#"{{"event":"meeting.participantJoined",{block},{person}}}}}"#));
        let left = text(participant_left(&session, &mary(), UnixMs(1_768_227_860_604)));
        let expected = format!(
            r#"{{"event":"meeting.participantLeft",{block},{person},"leftAt":"2026-01-12T14:24:20.604Z"}}}}"#
        );
        assert_eq!(left, expected);
        let block = BLOCK.replace("END", r#","endedAt":"2026-01-12T14:45:00.000Z""#);
        for (reason, name) in [
            (EndReason::AllParticipantsLeft, "ALL_PARTICIPANTS_LEFT"),
            (EndReason::HostEndedMeeting, "HOST_ENDED_MEETING"),
            (EndReason::RoomTerminated, "HOST_ENDED_MEETING"),
        ] {
            let body = text(ended(&session, UnixMs(1_768_229_100_000), reason));
            assert_eq!(body, format!(r#"{{"event":"meeting.ended",{block},"reason":"{name}"}}"#));
        }
    }

    #[test]
    fn the_chat_is_flat() {
        let chat = ChatLink {
            url: "https://host.example/chat?sig=a/b",
            expires_at: UnixMs(1_768_833_900_000),
            ended_at: UnixMs(1_768_229_100_000),
        };
        let expected = concat!(
            r#"{"event":"meeting.chatSynced","sessionId":"813432c7-3c5a-45e2-9acf-eef7061c7584","#,
            r#""meetingId":"6bf2b8be-04dd-4191-b602-1128921a306b","title":"","#,
            r#""chatDownloadUrl":"https://host.example/chat?sig=a/b","#,
            r#""chatDownloadUrlExpiry":"2026-01-19T14:45:00.000Z","createdAt":"2026-01-12T14:21:34.388Z","#,
            r#""startedAt":"2026-01-12T14:21:34.388Z","endedAt":"2026-01-12T14:45:00.000Z","#,
            r#""organizedBy":{"id":"14a396e7-ca44-4937-bf1f-050a69118543","name":"Demo app"}}"#
        );
        assert_eq!(text(chat_synced(&session(""), &chat)), expected);
    }

    /// `JSON.stringify` escapes quotes, backslashes and controls, the five short ones shortly and the others as `\u00xx` in
    /// lower case; it leaves `/`, everything beyond ASCII and U+2028 as they are.
    #[test]
    fn strings_are_escaped_as_browsers_do() {
        let mut title =
            String::from("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1}\u{1b}\u{1f}\u{7f}é日🦀\u{2028}\u{2029}<>&'");
        title.push('\u{feff}');
        let body = text(started(&session(&title)));
        let expected = concat!(
            r#""title":"\"\\/\b\f\n\r\t\u0000\u0001\u001b\u001f"#,
            "\u{7f}é日🦀\u{2028}\u{2029}<>&'\u{feff}\","
        );
        assert!(body.contains(expected), "{body}");
    }

    #[test]
    fn names_of_events_are_the_nine_of_the_vendor() {
        assert_eq!(EventName::ALL.len(), 9);
        for event in EventName::ALL {
            assert_eq!(EventName::parse(event.as_str()), Some(*event));
        }
        assert_eq!(EventName::parse("meeting.Started"), None);
    }

    #[test]
    fn an_instant_that_no_clock_shows_is_an_error() {
        let mut session = session("");
        session.started_at = UnixMs(i64::MAX);
        assert!(started(&session).is_err());
    }
}
