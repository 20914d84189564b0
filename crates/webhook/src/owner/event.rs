//! Which event a fact made, by its name at the receiver.

use std::collections::{BTreeSet, HashMap};

use sederunt_core::fact::FactName;
use sederunt_core::id::{AppId, Id};
use sederunt_store::{FactAt, Store, StoreError};

use super::is_forgotten;
use crate::body::kit::EventName;
use crate::body::pagecall::Action;
use crate::service::Subject;
use crate::sign::event_id;
use crate::told::Key;

/// The event that a fact made as its `part`, as the receiver knows it.
pub(super) fn name(of: &Subject, fact: FactName, part: u8) -> Option<&'static str> {
    match of {
        Subject::Webhook(_) | Subject::Replay(..) => EventName::of(fact, part).map(EventName::as_str),
        Subject::Room { .. } => Action::of(fact).filter(|_| part == 0).map(Action::as_str),
    }
}

/// The facts of keys, by number; only those of the room where that is what is asked for.
pub(super) async fn facts(
    store: &Store,
    app: &AppId,
    of: &Subject,
    keys: impl Iterator<Item = Key>,
) -> Result<HashMap<u64, FactAt>, StoreError> {
    let seqs: BTreeSet<u64> = keys.map(|key| key.seq).collect();
    let found = store.facts_at(app, seqs.into_iter().collect()).await?;
    let is_here = |fact: &FactAt| match of {
        Subject::Webhook(_) | Subject::Replay(..) => true,
        Subject::Room { room, .. } => fact.meeting == *room,
    };
    Ok(found.into_iter().filter(is_here).map(|fact| (fact.seq, fact)).collect())
}

/// Ids of events at a receiver.
#[derive(Debug)]
pub(super) struct Ids {
    receiver: Id,
    /// Whether a replay gives its events ids of their own; `None` = that is forgotten.
    has_new: HashMap<u32, Option<bool>>,
}

impl Ids {
    /// For these keys.
    pub(super) async fn of(
        store: &Store,
        app: &AppId,
        of: &Subject,
        keys: impl Iterator<Item = Key>,
    ) -> Result<Self, StoreError> {
        let receiver = of.receiver(app);
        let mut has_new = HashMap::from([(0, Some(false))]);
        for no in keys.map(|key| key.replay).collect::<BTreeSet<_>>() {
            if has_new.contains_key(&no) {
                continue;
            }
            let replay = match store.replay(app, receiver, no).await {
                Ok(replay) => Some(replay.new_ids),
                Err(error) if is_forgotten(&error) => None,
                Err(error) => return Err(error),
            };
            has_new.insert(no, replay);
        }
        Ok(Self { receiver, has_new })
    }

    /// The id that the requests of an event have.
    pub(super) fn get(&self, key: Key) -> Option<Id> {
        let has_new = (*self.has_new.get(&key.replay)?)?;
        let replay = if has_new { key.replay } else { 0 };
        Some(event_id(self.receiver, Key { replay, ..key }))
    }
}
