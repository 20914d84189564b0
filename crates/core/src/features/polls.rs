//! Polls of a session: ask, vote, see (PROTOCOL §7.2, SEMANTICS §2.6).
//!
//! A vote is durable and told to its voter at once. The others hear of votes at most once a second: in a full room each
//! vote would otherwise send all voters to a thousand people.

use crate::effect::Write;
use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Hall, Peer};
use crate::id::{ParticipantId, PollId};
use crate::limit;
use crate::time::{Stamp, UnixMs};
use crate::who::Ability;
use crate::words::polls::{Ask, NewPoll, Poll, PollView, StoredPoll, Tell, Vote};

/// A poll, its votes, and what the others have heard of them.
#[derive(Debug)]
struct Running {
    stored: StoredPoll,
    /// When votes were told last.
    told_at: UnixMs,
    /// The latest vote was not told yet.
    untold: bool,
}

/// The polls of the session, in order of their making.
#[derive(Debug, Default)]
pub(crate) struct Polls {
    polls: Vec<Running>,
}

impl Polls {
    /// The polls of a session from the store, oldest first.
    pub(crate) fn load(polls: Vec<StoredPoll>) -> Self {
        let polls =
            polls.into_iter().map(|stored| Running { stored, told_at: UnixMs(i64::MIN), untold: false });
        Self { polls: polls.collect() }
    }

    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        match ask {
            Ask::List => {
                let viewer = hall.may(asked, Ability::ViewPolls)?.participant();
                hall.answer(asked, Tell::Polls(self.seen_by(viewer)))
            }
            Ask::Create(new) => {
                let me = hall.may(asked, Ability::CreatePolls)?;
                let (participant, name) = (me.participant(), me.display_name.clone());
                let poll = StoredPoll::new(self.create(hall, asked.stamp, new, (Some(participant), name))?);
                hall.reply(asked, Tell::PollCreated(poll.seen_by(participant)));
                push(hall, &poll, Some(asked), Tell::PollCreated);
                Ok(())
            }
            Ask::Vote { poll, option } => self.vote(hall, asked, poll, option),
        }
    }

    /// The API asks the room; everybody who may see polls is told.
    pub(crate) fn create_by_api(
        &mut self,
        hall: &mut Hall,
        stamp: Stamp,
        new: NewPoll,
    ) -> Result<Poll, RoomError> {
        let poll = self.create(hall, stamp, new, (None, API_NAME.to_owned()))?;
        push(hall, &StoredPoll::new(poll.clone()), None, Tell::PollCreated);
        Ok(poll)
    }

    fn create(
        &mut self,
        hall: &mut Hall,
        stamp: Stamp,
        new: NewPoll,
        (author, author_name): (Option<ParticipantId>, String),
    ) -> Result<Poll, RoomError> {
        let Some(tally) = hall.session() else { return Err(RoomError::NotFound("active session")) };
        new.check()?;
        if self.polls.len() >= limit::POLLS_MAX {
            return Err(RoomError::Limit { what: "polls of a session", max: limit::POLLS_MAX });
        }
        let NewPoll { question, options, anonymous, hide_votes } = new;
        let poll = Poll {
            id: PollId(stamp.fresh),
            session: tally.session(),
            author,
            author_name,
            question,
            options,
            anonymous,
            hide_votes,
            at: stamp.now,
        };
        let stored = StoredPoll::new(poll.clone());
        self.polls.push(Running { stored, told_at: UnixMs(i64::MIN), untold: false });
        hall.out.remember(Write::Poll(poll.clone()));
        Ok(poll)
    }

    fn vote(&mut self, hall: &mut Hall, asked: &Asked, id: PollId, option: u64) -> Result<(), RoomError> {
        let me = hall.may(asked, Ability::VotePolls)?;
        let (participant, name) = (me.participant(), me.display_name.clone());
        let running = self
            .polls
            .iter_mut()
            .find(|running| running.stored.poll.id == id)
            .ok_or(RoomError::NotFound("poll"))?;
        let StoredPoll { poll, votes } = &mut running.stored;
        let option = u32::try_from(option).ok().filter(|option| poll.option(*option).is_some());
        let option =
            option.ok_or(RoomError::Invalid { field: "index", rule: "must name an option of the poll" })?;
        if votes.iter().any(|vote| vote.participant == participant) {
            return Err(RoomError::Invalid {
                field: "poll_id",
                rule: "must name a poll you have not voted in",
            });
        }
        if votes.len() >= limit::POLL_VOTES_MAX {
            return Err(RoomError::Limit { what: "votes of a poll", max: limit::POLL_VOTES_MAX });
        }
        let vote = Vote { participant, name, option };
        votes.push(vote.clone());
        hall.out.remember(Write::PollVote { session: poll.session, poll: id, vote });
        hall.reply(asked, Tell::PollVoted(running.stored.seen_by(participant)));
        if asked.stamp.now < running.told_at.plus_ms(limit::POLL_TOLD_EVERY_MS) {
            running.untold = true;
        } else {
            running.tell(hall, asked.stamp.now, Some(asked));
        }
        Ok(())
    }

    /// The newest polls that fit one answer, oldest first.
    fn seen_by(&self, viewer: ParticipantId) -> Vec<PollView> {
        let mut left = limit::POLLS_ANSWER_MAX_BYTES;
        let mut views = Vec::new();
        for running in self.polls.iter().rev() {
            let view = running.stored.seen_by(viewer);
            let Some(rest) = left.checked_sub(view.text_bytes()) else { break };
            left = rest;
            views.push(view);
        }
        views.reverse();
        views
    }

    /// When votes that were not told yet may be.
    pub(crate) fn next_timer(&self) -> Option<UnixMs> {
        let untold = self.polls.iter().filter(|running| running.untold);
        untold.map(|running| running.told_at.plus_ms(limit::POLL_TOLD_EVERY_MS)).min()
    }

    /// Polls with votes that were not told yet.
    pub(crate) fn waiting(&self) -> usize {
        self.polls.iter().filter(|running| running.untold).count()
    }

    /// The others hear of votes now.
    pub(crate) fn tick(&mut self, hall: &mut Hall, at: UnixMs) {
        let due = |running: &&mut Running| {
            running.untold && running.told_at.plus_ms(limit::POLL_TOLD_EVERY_MS) <= at
        };
        for running in self.polls.iter_mut().filter(due) {
            running.tell(hall, at, None);
        }
    }
}

impl Running {
    fn tell(&mut self, hall: &mut Hall, at: UnixMs, but_for: Option<&Asked>) {
        (self.told_at, self.untold) = (at, false);
        push(hall, &self.stored, but_for, Tell::PollVoted);
    }
}

impl Feature for Polls {
    fn session_ended(&mut self, _: &mut Hall) {
        self.polls.clear();
    }
}

/// Who made a poll of the API.
const API_NAME: &str = "Host";

/// Tells all who may see polls, each what they may see, but for who asked, who gets the reply.
fn push(hall: &mut Hall, poll: &StoredPoll, but_for: Option<&Asked>, tell: impl Fn(PollView) -> Tell) {
    let asking = but_for.map(|asked| asked.me);
    let sees = |peer: &Peer| peer.is_in() && Some(peer.id) != asking && peer.may(Ability::ViewPolls);
    if poll.is_alike_for_all() {
        // The viewer makes no difference.
        let view = poll.seen_by(ParticipantId::default());
        return hall.out.push(hall.peers.sockets(sees), tell(view));
    }
    let viewers: Vec<_> = hall
        .peers
        .iter()
        .filter(|peer| sees(peer))
        .filter_map(|peer| Some((peer.conn?, peer.participant())))
        .collect();
    for (conn, viewer) in viewers {
        hall.out.push([conn], tell(poll.seen_by(viewer)));
    }
}
