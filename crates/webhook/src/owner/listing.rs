//! Deliveries of a receiver, the newest fact first: what the log has, and what waits.
//!
//! The log knows numbers of facts; which event, meeting and session it was, is read from the ledger, and filtered then. So a
//! call may find less than was asked for, or nothing, and says where to go on.

use std::collections::{BTreeMap, HashMap};

use sederunt_core::id::{AppId, MeetingId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_store::StoreError;
use sederunt_store::delivery_log::{Delivery, PAGE_MAX, Query, State as Logged};

use super::event::{self, Ids};
use super::seen::{Seen, State};
use super::waiting;
use crate::service::{Service, Subject};
use crate::told::Key;

/// Rounds of a call, each of [`PAGE_MAX`] deliveries: some 50 ms of work.
const ROUNDS_MAX: usize = 8;

/// Which deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// What became of them.
    pub state: Option<State>,
    /// Of events of this name.
    pub event: Option<&'static str>,
    /// Of a meeting.
    pub meeting: Option<MeetingId>,
    /// Of a session.
    pub session: Option<SessionId>,
    /// After this one.
    pub after: Option<Key>,
    /// Before this one.
    pub before: Option<Key>,
    /// At most so many, and [`PAGE_MAX`].
    pub limit: usize,
}

/// Some deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// The newest fact first. May be fewer than asked for, or none, though there are more.
    pub deliveries: Vec<Seen>,
    /// [`Listing::before`] of the next call; `None` = there is nothing more.
    pub next: Option<Key>,
}

/// A delivery that may be wanted.
#[derive(Debug)]
struct Candidate {
    key: Key,
    state: State,
    logged: Option<Delivery>,
}

/// What a listing is made from.
struct Walk<'a> {
    service: &'a Service,
    app: &'a AppId,
    of: &'a Subject,
    listing: Listing,
    /// What waits, by when it is due.
    waiting: BTreeMap<Key, UnixMs>,
}

/// Lists deliveries.
///
/// # Errors
/// The ledger or the log cannot be read.
pub async fn deliveries(
    service: &Service,
    app: &AppId,
    of: &Subject,
    listing: Listing,
) -> Result<Listed, StoreError> {
    let waiting = waiting::of(service, app, of).await?;
    let mut walk = Walk { service, app, of, listing, waiting };
    walk.listing.limit = walk.listing.limit.clamp(1, PAGE_MAX);
    walk.run().await
}

impl Walk<'_> {
    async fn run(&self) -> Result<Listed, StoreError> {
        let (mut found, mut before) = (Vec::new(), self.listing.before);
        for _ in 0..ROUNDS_MAX {
            let (candidates, next) = match self.listing.state {
                Some(State::Waiting) => self.waiting_before(before).await?,
                other => self.logged_before(other, before).await?,
            };
            for seen in self.look(candidates).await? {
                if found.len() == self.listing.limit {
                    let next = found.last().map(|last: &Seen| last.key);
                    return Ok(Listed { deliveries: found, next });
                }
                found.push(seen);
            }
            before = next;
            if before.is_none() {
                break;
            }
        }
        Ok(Listed { deliveries: found, next: before })
    }

    /// The next of what waits, and where to go on.
    async fn waiting_before(&self, before: Option<Key>) -> Result<(Vec<Candidate>, Option<Key>), StoreError> {
        let mut keys = self.waiting_in(None, before).rev();
        let some: Vec<Key> = keys.by_ref().take(PAGE_MAX).collect();
        let next = keys.next().and(some.last().copied());
        let page = self.service.log().deliveries_of(self.of.receiver(self.app), some.clone()).await?;
        let mut logged: HashMap<Key, Delivery> =
            page.deliveries.into_iter().map(|logged| (logged.key, logged)).collect();
        // What the log did not get to is for the next round.
        let looked = some.into_iter().filter(|key| page.next.is_none_or(|lowest| *key >= lowest));
        let candidates = looked.filter_map(|key| {
            let logged = logged.remove(&key);
            let state = State::of(true, logged.as_ref());
            (state == State::Waiting).then_some(Candidate { key, state, logged })
        });
        Ok((candidates.collect(), page.next.or(next)))
    }

    /// The next of what is in the log, with what waits between, and where to go on.
    async fn logged_before(
        &self,
        state: Option<State>,
        before: Option<Key>,
    ) -> Result<(Vec<Candidate>, Option<Key>), StoreError> {
        let state_in_log = state.and_then(|state| match state {
            State::Delivered => Some(Logged::Delivered),
            State::Failed => Some(Logged::Dead),
            State::Unknown => Some(Logged::Failed),
            State::Waiting => None,
        });
        let after_seq = self.listing.after.and_then(|after| after.seq.checked_sub(1));
        let query = Query { state: state_in_log, after_seq, cursor: before, ..self.query() };
        let page = self.service.log().deliveries(query).await?;
        let mut all: BTreeMap<Key, Candidate> = BTreeMap::new();
        if state.is_none() {
            let waiting = self.waiting_in(page.next, before);
            let candidate = |key| (key, Candidate { key, state: State::Waiting, logged: None });
            all.extend(waiting.map(candidate));
        }
        for logged in page.deliveries {
            let key = logged.key;
            let now = State::of(self.waiting.contains_key(&key), Some(&logged));
            if state.is_none_or(|wanted| wanted == now) {
                all.insert(key, Candidate { key, state: now, logged: Some(logged) });
            }
        }
        let is_after = |key: &Key| self.listing.after.is_none_or(|after| *key > after);
        let candidates = all.into_values().rev().filter(|candidate| is_after(&candidate.key)).collect();
        Ok((candidates, page.next))
    }

    fn query(&self) -> Query {
        Query::new(self.of.receiver(self.app), PAGE_MAX)
    }

    /// What waits from `from` on (all of it for `None`) and before `before`, in order.
    fn waiting_in(&self, from: Option<Key>, before: Option<Key>) -> impl DoubleEndedIterator<Item = Key> {
        let after = self.listing.after;
        let is_wanted = move |key: &Key| {
            after.is_none_or(|after| *key > after) && before.is_none_or(|before| *key < before)
        };
        self.waiting.range(from.unwrap_or(Key::first(0))..).map(|(key, _)| *key).filter(is_wanted)
    }

    /// Those of the candidates that are wanted by what they are about, in their order.
    async fn look(&self, candidates: Vec<Candidate>) -> Result<Vec<Seen>, StoreError> {
        let Self { service, app, of, listing, waiting } = self;
        let keys = || candidates.iter().map(|candidate| candidate.key);
        let facts = event::facts(service.store(), app, of, keys()).await?;
        let ids = Ids::of(service.store(), app, of, keys()).await?;
        let mut found = Vec::new();
        for Candidate { key, state, logged } in candidates {
            let Some(fact) = facts.get(&key.seq) else { continue };
            let Some(event) = event::name(of, fact.kind, key.part) else { continue };
            let is_wanted = listing.event.is_none_or(|wanted| wanted == event)
                && listing.meeting.is_none_or(|wanted| wanted == fact.meeting)
                && listing.session.is_none_or(|wanted| wanted == fact.session);
            if !is_wanted {
                continue;
            }
            let (attempts, attempts_total) =
                logged.map_or_else(Default::default, |logged| (logged.attempts, logged.attempts_total));
            found.push(Seen {
                key,
                id: ids.get(key),
                event,
                meeting: fact.meeting,
                session: fact.session,
                state,
                next_at: waiting.get(&key).copied().filter(|_| state == State::Waiting),
                attempts,
                attempts_total,
            });
        }
        Ok(found)
    }
}
