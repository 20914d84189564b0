//! Polls of a session (PROTOCOL §7.2).

use crate::error::RoomError;
use crate::id::{ParticipantId, PollId, SessionId};
use crate::limit;
use crate::time::UnixMs;

use super::{ID_BYTES, ITEM_BYTES, Needs, sum};

/// A poll as it was made; it does not change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Id.
    pub id: PollId,
    /// Session it belongs to.
    pub session: SessionId,
    /// Who made it; `None` = the API.
    pub author: Option<ParticipantId>,
    /// The author's name at that moment.
    pub author_name: String,
    /// What is asked.
    pub question: String,
    /// The answers to choose from.
    pub options: Vec<String>,
    /// Nobody learns who voted for what.
    pub anonymous: bool,
    /// Who has not voted does not learn how others did.
    pub hide_votes: bool,
    /// Made at.
    pub at: UnixMs,
}

/// A vote; nobody votes twice in one poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Who.
    pub participant: ParticipantId,
    /// The voter's name at that moment.
    pub name: String,
    /// Index of the option.
    pub option: u32,
}

/// A poll with its votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPoll {
    /// As it was made.
    pub poll: Poll,
    /// In order of voting.
    pub votes: Vec<Vote>,
}

impl Poll {
    /// The text of an option.
    pub fn option(&self, index: u32) -> Option<&str> {
        self.options.get(usize::try_from(index).ok()?).map(String::as_str)
    }
}

impl StoredPoll {
    /// A poll that nobody has voted in.
    pub const fn new(poll: Poll) -> Self {
        Self { poll, votes: Vec::new() }
    }

    /// Every viewer sees the same, but for which of many voters are named.
    pub fn is_alike_for_all(&self) -> bool {
        let all_named = self.votes.len() <= limit::POLL_NAMES_TOLD_MAX;
        !self.poll.anonymous && !self.poll.hide_votes && all_named
    }

    /// What this viewer may see: no names in an anonymous poll but its own; with hidden votes nothing of how others voted
    /// until it has voted, unless it is the author. Of many voters some are named, itself among them.
    pub fn seen_by(&self, viewer: ParticipantId) -> PollView {
        let own = self.votes.iter().find(|vote| vote.participant == viewer);
        let knows = !self.poll.hide_votes || own.is_some() || self.poll.author == Some(viewer);
        let mut options: Vec<OptionView> = self.poll.options.iter().map(|_| OptionView::new(knows)).collect();
        let mut note = |vote: &Vote, named: bool| {
            let option = usize::try_from(vote.option).ok().and_then(|index| options.get_mut(index));
            let Some(option) = option.filter(|_| knows) else { return };
            option.count = option.count.map(|count| count.saturating_add(1));
            if named {
                option.votes.push((vote.participant, vote.name.clone()));
            }
        };
        let mut voted: Vec<ParticipantId> = own.map(|vote| vote.participant).into_iter().collect();
        own.into_iter().for_each(|vote| note(vote, true));
        for vote in self.votes.iter().filter(|vote| vote.participant != viewer) {
            let room_for_more = voted.len() < limit::POLL_NAMES_TOLD_MAX;
            note(vote, room_for_more && !self.poll.anonymous);
            if room_for_more {
                voted.push(vote.participant);
            }
        }
        PollView { poll: self.poll.clone(), options, voted }
    }
}

/// What somebody wants to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPoll {
    /// What is asked.
    pub question: String,
    /// The answers to choose from.
    pub options: Vec<String>,
    /// See [`Poll::anonymous`].
    pub anonymous: bool,
    /// See [`Poll::hide_votes`].
    pub hide_votes: bool,
}

const _: () =
    assert!(limit::POLL_OPTIONS_MAX == 20 && limit::POLL_TEXT_MAX_CHARS == 512, "the rules below say so");

impl NewPoll {
    /// Bytes that it holds, roughly.
    pub fn text_bytes(&self) -> usize {
        sum(self.options.iter().map(String::len)).saturating_add(self.question.len())
    }

    /// Errors: the first field that breaks a rule.
    pub fn check(&self) -> Result<(), PollFault> {
        let fault = |field, rule| Err(PollFault { field, rule });
        if let Some(rule) = text_fault(&self.question) {
            return fault(PollField::Question, rule);
        }
        if !(2..=limit::POLL_OPTIONS_MAX).contains(&self.options.len()) {
            return fault(PollField::Options, "must have 2 to 20 items");
        }
        for (place, option) in self.options.iter().enumerate() {
            if let Some(rule) = text_fault(option) {
                return fault(PollField::Option(place), rule);
            }
        }
        Ok(())
    }
}

/// The rule that a question or an option breaks.
fn text_fault(text: &str) -> Option<&'static str> {
    let max = limit::POLL_TEXT_MAX_CHARS;
    if text.trim().is_empty() {
        Some("must not be empty")
    } else if text.len() > max && text.chars().count() > max {
        Some("must have at most 512 characters")
    } else {
        None
    }
}

/// What of a new poll is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollFault {
    /// Which field.
    pub field: PollField,
    /// Which rule it breaks.
    pub rule: &'static str,
}

/// A field of a [`NewPoll`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollField {
    /// The question.
    Question,
    /// The options as a list.
    Options,
    /// One option, by its place.
    Option(usize),
}

impl From<PollFault> for RoomError {
    fn from(fault: PollFault) -> Self {
        let field = match fault.field {
            PollField::Question => "question",
            PollField::Options | PollField::Option(_) => "options",
        };
        Self::Invalid { field, rule: fault.rule }
    }
}

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `poll.getPolls`.
    List,
    /// `poll.createPoll`.
    Create(NewPoll),
    /// `poll.votePoll`.
    Vote {
        /// Which.
        poll: PollId,
        /// Index of the option.
        option: u64,
    },
}

impl Ask {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::List => Needs::Truth,
            Self::Create(_) | Self::Vote { .. } => Needs::Writing,
        }
    }

    /// Bytes of text that it holds, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Create(new) => new.text_bytes(),
            Self::List | Self::Vote { .. } => 0,
        }
    }
}

/// A poll as one viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollView {
    /// As it was made.
    pub poll: Poll,
    /// What is known of each option, in order.
    pub options: Vec<OptionView>,
    /// Who has voted, in order of voting.
    pub voted: Vec<ParticipantId>,
}

/// An option as one viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionView {
    /// How many voted for it; `None` = this viewer may not know yet.
    pub count: Option<u64>,
    /// Some of those who did, the viewer among them.
    pub votes: Vec<(ParticipantId, String)>,
}

impl OptionView {
    fn new(is_known: bool) -> Self {
        Self { count: is_known.then_some(0), votes: Vec::new() }
    }
}

/// What the room says. Reply and push of one event share a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 196609.
    Polls(Vec<PollView>),
    /// Event 196608: it is new.
    PollCreated(PollView),
    /// Event 196610: somebody voted.
    PollVoted(PollView),
}

impl Tell {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Polls(views) => sum(views.iter().map(PollView::text_bytes)),
            Self::PollCreated(view) | Self::PollVoted(view) => view.text_bytes(),
        }
    }
}

impl PollView {
    /// Bytes that it holds, roughly.
    pub fn text_bytes(&self) -> usize {
        let poll = sum(self.poll.options.iter().map(String::len)).saturating_add(self.poll.question.len());
        let names = self
            .options
            .iter()
            .flat_map(|option| &option.votes)
            .map(|(_, name)| name.len().saturating_add(ID_BYTES));
        sum([
            ITEM_BYTES,
            poll,
            self.poll.author_name.len(),
            self.voted.len().saturating_mul(ID_BYTES),
            sum(names),
        ])
    }
}
