//! What a receiver wants to be told.

use std::collections::BTreeSet;
use std::sync::Arc;

use sederunt_core::fact::FactName;

use super::event::{Kind, Posted};
use crate::body::kit::EventName;
use crate::failed::Event;
use crate::told::{Key, Told};

/// Which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wants {
    /// Those that a webhook lists.
    Kit(BTreeSet<EventName>),
    /// Those of the rooms whose webhook has this URL.
    Room(String),
    /// Some of a webhook, once more.
    Replay(Replay),
}

/// What a replay sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replay {
    /// Its number.
    pub no: u32,
    /// The last fact.
    pub to_seq: u64,
    /// Which events.
    pub events: BTreeSet<EventName>,
    /// Which of them.
    pub only: Only,
}

/// What of its events a replay sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Only {
    /// All of them.
    All,
    /// What failed for good, by fact and part, when that is read; `from_seq`: the first fact.
    Failed { from_seq: u64, events: Option<Arc<BTreeSet<Event>>> },
}

impl Only {
    fn has(&self, event: Event) -> bool {
        match self {
            Self::All => true,
            Self::Failed { events, .. } => events.as_ref().is_some_and(|events| events.contains(&event)),
        }
    }
}

impl Wants {
    /// Reads the names of a list; what this server does not know is wanted in vain.
    pub(super) fn names(names: &[String]) -> BTreeSet<EventName> {
        names.iter().filter_map(|name| EventName::parse(name)).collect()
    }

    /// The event as it is told, if it is wanted.
    pub(super) fn pick(&self, event: &Posted) -> Option<Arc<Told>> {
        match (self, &event.kind) {
            (Self::Kit(names), Kind::Kit(name)) => names.contains(name).then(|| Arc::clone(&event.told)),
            (Self::Room(url), Kind::Room(room)) => (room.url == *url).then(|| Arc::clone(&event.told)),
            (Self::Replay(replay), Kind::Kit(name)) => {
                let Key { seq, part, .. } = event.told.key;
                let is_one = seq <= replay.to_seq && replay.only.has((seq, part));
                let wanted = is_one && replay.events.contains(name);
                wanted.then(|| {
                    let key = Key { seq, part, replay: replay.no };
                    Arc::new(Told { key, ..Told::clone(&event.told) })
                })
            }
            (Self::Kit(_) | Self::Replay(_), Kind::Room(_)) | (Self::Room(_), Kind::Kit(_)) => None,
        }
    }

    /// The last fact that it looks at, if there is one.
    pub(super) const fn last(&self) -> Option<u64> {
        match self {
            Self::Replay(replay) => Some(replay.to_seq),
            Self::Kit(_) | Self::Room(_) => None,
        }
    }

    /// The first fact from `from` on that may make a wanted event; `None` = none does.
    pub(super) fn next(&self, from: u64) -> Option<u64> {
        match self {
            Self::Replay(Replay { only: Only::Failed { events: Some(events), .. }, .. }) => {
                events.range((from, 0)..).next().map(|(seq, _)| *seq)
            }
            Self::Replay(_) | Self::Kit(_) | Self::Room(_) => Some(from),
        }
    }

    /// Whether it looks at a fact here and there.
    pub(super) const fn is_sparse(&self) -> bool {
        matches!(self, Self::Replay(Replay { only: Only::Failed { .. }, .. }))
    }

    /// As far as it looks, when facts go up to `head`.
    pub(super) fn clamp(&self, head: u64) -> u64 {
        self.last().map_or(head, |last| head.min(last))
    }

    /// Kinds of facts that may make a wanted event.
    pub(super) fn facts(&self) -> BTreeSet<FactName> {
        match self {
            Self::Kit(names) | Self::Replay(Replay { events: names, .. }) => {
                names.iter().filter_map(|name| name.fact()).collect()
            }
            Self::Room(_) => BTreeSet::from([FactName::PeerJoined, FactName::PeerLeft]),
        }
    }

    /// Whether the chat of sessions has to be looked at.
    pub(super) fn has_chat(&self) -> bool {
        match self {
            Self::Kit(names) | Self::Replay(Replay { events: names, .. }) => {
                names.contains(&EventName::ChatSynced)
            }
            Self::Room(_) => false,
        }
    }
}
