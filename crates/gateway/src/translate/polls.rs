//! Polls.

use sederunt_core::id::ParticipantId;
use sederunt_core::words::polls::{Ask, NewPoll, OptionView, PollView, Tell};
use sederunt_proto::event::poll as n;
use sederunt_proto::socket::polls as p;

use super::read::{id, read};
use super::{Refusal, Translated, Wire, wire};

pub(super) fn ask(event: u32, payload: &[u8]) -> Option<Translated> {
    let ask = match event {
        n::GET_POLLS => Ok(Ask::List),
        n::CREATE_POLL => create(payload),
        n::VOTE_POLL => vote(payload),
        _ => return None,
    };
    Some(ask.map(Into::into))
}

/// Whom the client names as the author is not read: the room knows who asks.
fn create(payload: &[u8]) -> Result<Ask, Refusal> {
    let p::NewPollRequest { question, options, anonymous, hide_votes, .. } = read(payload)?;
    Ok(Ask::Create(NewPoll { question, options, anonymous, hide_votes }))
}

fn vote(payload: &[u8]) -> Result<Ask, Refusal> {
    let q = read::<p::VotePollRequest>(payload)?;
    Ok(Ask::Vote { poll: id("poll_id", &q.poll_id)?, option: q.index })
}

pub(super) fn tell(tell: &Tell) -> Wire {
    let update = |view| p::UpdatePollResponse { poll: Some(poll(view)) };
    match tell {
        Tell::Polls(views) => {
            wire(n::GET_POLLS, &p::GetPollsResponse { polls: views.iter().map(poll).collect() })
        }
        Tell::PollCreated(view) => wire(n::CREATE_POLL, &update(view)),
        Tell::PollVoted(view) => wire(n::VOTE_POLL, &update(view)),
    }
}

fn poll(view: &PollView) -> p::Poll {
    let options = view.poll.options.iter().zip(&view.options);
    p::Poll {
        poll_id: view.poll.id.to_string(),
        created_by: view.poll.author_name.clone(),
        created_by_user_id: view.poll.author.map(|author| author.to_string()).unwrap_or_default(),
        question: view.poll.question.clone(),
        options: options.map(|(text, seen)| option(text, seen)).collect(),
        hide_votes: view.poll.hide_votes,
        anonymous: view.poll.anonymous,
        // The official UI compares these with its own user id.
        votes: view.voted.iter().map(ToString::to_string).collect(),
    }
}

fn option(text: &str, seen: &OptionView) -> p::PollOption {
    let vote = |(voter, name): &(ParticipantId, String)| p::PollVote {
        user_id: voter.to_string(),
        name: name.clone(),
    };
    p::PollOption { text: text.to_owned(), count: seen.count, votes: seen.votes.iter().map(vote).collect() }
}
