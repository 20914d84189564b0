//! Polls of the LIVE session.

use sederunt_app::live;
use sederunt_core::limit::{POLL_OPTIONS_MAX, POLL_TEXT_MAX_CHARS};
use sederunt_core::words::polls::{NewPoll, Poll};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{Change, InMeeting};
use super::active_session::in_session;
use super::view::{Created, Envelope};
use crate::dialect::{KitError, KitErrors};
use crate::extract::Body;

/// What to ask.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ActiveSessionCreatePollRequest {
    /// Question of the poll.
    #[schema(min_length = 1, max_length = 512, pattern = r"\S")]
    question: String,
    /// Answer options.
    #[schema(min_items = 2, max_items = 20, value_type = Vec<PollOptionText>)]
    options: Vec<String>,
    /// Hide who voted for what.
    #[serde(default)]
    anonymous: bool,
    /// Hide counts until the person has voted.
    #[serde(default)]
    hide_votes: bool,
}

/// Text of an answer option; blanks alone are none.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 512, pattern = r"\S")]
#[expect(dead_code, reason = "the form of a text in the document")]
struct PollOptionText(String);

const _: () = assert!(POLL_TEXT_MAX_CHARS == 512 && POLL_OPTIONS_MAX == 20, "the schema above says so");

/// The poll that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PollCreated {
    /// Name of the action carried out.
    action: &'static str,
    /// The created poll.
    poll: PollShown,
}

/// A poll.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Poll)]
pub(crate) struct PollShown {
    /// Identifier.
    id: String,
    /// Question of the poll.
    question: String,
    /// Answer options.
    options: Vec<PollOption>,
    /// Hide who voted for what.
    anonymous: bool,
    /// Hide counts until the person has voted.
    hide_votes: bool,
    /// Who created it.
    created_by: String,
    /// IDs of people who have voted.
    voted: Vec<String>,
}

/// An answer of a poll.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PollOption {
    /// Text.
    text: String,
    /// How many voted for it.
    count: u64,
    /// Votes for this option.
    votes: Vec<PollVote>,
}

/// A vote.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PollVote {
    /// Participant ID.
    id: String,
    /// Display name.
    name: String,
}

impl From<Poll> for PollShown {
    /// A poll that nobody has voted in.
    fn from(poll: Poll) -> Self {
        let option = |text| PollOption { text, count: 0, votes: Vec::new() };
        Self {
            id: poll.id.to_string(),
            question: poll.question,
            options: poll.options.into_iter().map(option).collect(),
            anonymous: poll.anonymous,
            hide_votes: poll.hide_votes,
            created_by: poll.author_name,
            voted: Vec::new(),
        }
    }
}

/// Adds a poll to the LIVE session; everybody who may see polls is told.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/poll",
    operation_id = "activeSessionCreatePoll",
    tag = "Active session",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    request_body = ActiveSessionCreatePollRequest,
    responses((status = 201, description = "Done.", body = Envelope<PollCreated>), KitErrors)
)]
pub(super) async fn create(
    caller: InMeeting<Change>,
    Body(body, _): Body<ActiveSessionCreatePollRequest, KitError>,
) -> Result<Created<PollCreated>, KitError> {
    let ActiveSessionCreatePollRequest { question, options, anonymous, hide_votes } = body;
    let new = NewPoll { question, options, anonymous, hide_votes };
    let meeting = caller.meeting.id;
    let poll = live::create_poll(&caller.node, meeting, new).await;
    let poll = poll.map_err(|error| in_session(meeting, error))?;
    Ok(Created(PollCreated { action: "create_poll", poll: poll.into() }))
}
