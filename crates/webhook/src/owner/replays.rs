//! A range of facts once more.

use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_store::{FactCount, ReplayRow, ReplayState, Store, StoreError, WebhookRow};

use super::OwnerError;
use crate::body::kit::EventName;
use crate::failed::{self, FAILED_MAX};
use crate::service::Service;

/// Which facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// From one to another, both included.
    Facts(u64, u64),
    /// What happened between two instants, both included.
    Times(UnixMs, UnixMs),
}

/// What a replay is to be.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id of the receiver that it is; a fresh one.
    pub delivery: Id,
    /// Which facts.
    pub range: Range,
    /// Only what failed for good and was not delivered since, as far as the log goes back.
    pub only_failed: bool,
    /// Its events have ids of their own, so that receivers which keep ids take them.
    pub new_ids: bool,
    /// Which events; `None` = those that the webhook lists.
    pub events: Option<Vec<EventName>>,
}

/// A replay that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The replay. Its range begins and ends with facts of the app.
    pub replay: ReplayRow,
    /// Events that it sends at most.
    pub estimated: u64,
}

/// Begins a replay.
///
/// # Errors
/// The webhook is off, the range is none, too much has failed in it, too many replays run, or the ledger or the log fail.
pub async fn begin(service: &Service, webhook: &WebhookRow, wanted: Wanted) -> Result<Begun, OwnerError> {
    let Wanted { delivery, range, only_failed, new_ids, events } = wanted;
    if !webhook.is_enabled {
        return Err(OwnerError::Off);
    }
    let store = service.store();
    let (from_seq, to_seq) = resolve(store, webhook, range).await?;
    let estimated = if only_failed {
        let failed = failed::read(service.log(), webhook.id, (from_seq, to_seq), FAILED_MAX).await?;
        if !failed.is_all {
            return Err(OwnerError::TooManyFailed(FAILED_MAX));
        }
        failed.events.len() as u64
    } else {
        let listed = || webhook.events.iter().filter_map(|name| EventName::parse(name)).collect();
        let events = events.clone().unwrap_or_else(listed);
        estimate(&store.count_facts(&webhook.app, from_seq, to_seq).await?, &events)
    };
    let replay = ReplayRow {
        webhook: webhook.id,
        no: 0,
        delivery,
        from_seq,
        to_seq,
        only_failed,
        new_ids,
        events: events.map(|events| events.iter().map(|name| name.as_str().to_owned()).collect()),
        state: ReplayState::Running,
        sent: 0,
        failed: 0,
        created_at: service.now(),
    };
    let replay = match store.create_replay(&webhook.app, replay).await {
        Err(StoreError::Limit { max, .. }) => return Err(OwnerError::TooManyReplays(max)),
        created => created?,
    };
    Ok(Begun { replay, estimated })
}

/// Stops a replay; one that is over stays as it is. What is under way may still arrive.
///
/// # Errors
/// `NotFound` when there is none, or the ledger fails.
pub async fn stop(store: &Store, webhook: &WebhookRow, no: u32) -> Result<ReplayRow, StoreError> {
    store.end_replay(&webhook.app, webhook.id, no, ReplayState::Stopped).await
}

/// The range in facts of the app: a replay is over when the last of them is done, so that has to be one of its own.
async fn resolve(store: &Store, webhook: &WebhookRow, range: Range) -> Result<(u64, u64), OwnerError> {
    let found = match range {
        Range::Facts(from, to) => {
            let last = *store.durable().borrow();
            if to > last {
                return Err(OwnerError::Beyond(last));
            }
            if from > to {
                return Err(OwnerError::Backwards);
            }
            store.facts_span(&webhook.app, from, to).await?
        }
        Range::Times(from, to) if from > to => return Err(OwnerError::Backwards),
        Range::Times(from, to) => store.facts_between(&webhook.app, from, to).await?,
    };
    found.ok_or(OwnerError::Nothing)
}

/// Events that these facts make at most: each that is wanted counts, also of a chat that nobody wrote to.
fn estimate(count: &FactCount, events: &[EventName]) -> u64 {
    let of = |fact| events.iter().filter(|event| event.fact() == Some(fact)).count() as u64;
    let counted: u64 = count.kinds.iter().map(|(kind, facts)| facts.saturating_mul(of(*kind))).sum();
    let most = events.iter().filter_map(|event| event.fact()).map(of).max().unwrap_or(0);
    counted.saturating_add(count.more.saturating_mul(most))
}

#[cfg(test)]
mod tests {
    use sederunt_core::fact::FactName;

    use super::*;

    #[test]
    fn an_estimate_counts_what_facts_may_make() {
        let kinds = vec![(FactName::SessionEnded, 3), (FactName::PeerJoined, 5), (FactName::PeerAway, 7)];
        let count = FactCount { kinds, more: 0 };
        let of = |events: &[EventName]| estimate(&count, events);
        assert_eq!(of(&[EventName::MeetingEnded]), 3);
        assert_eq!(of(&[EventName::MeetingEnded, EventName::ChatSynced]), 6);
        assert_eq!(of(EventName::ALL), 11);
        assert_eq!(of(&[EventName::MeetingStarted, EventName::Transcript]), 0);
        let more = FactCount { more: 10, ..count.clone() };
        assert_eq!(estimate(&more, EventName::ALL), 31, "each may be an end");
        assert_eq!(estimate(&more, &[EventName::ParticipantJoined]), 15);
        assert_eq!(estimate(&more, &[EventName::Summary]), 0);
    }
}
