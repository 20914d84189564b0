//! What is known of a delivery.

use sederunt_core::id::{AppId, Id, MeetingId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_store::delivery_log::{Attempt, Delivery, State as Logged};
use sederunt_store::{ReplayRow, StoreError, Thing, WebhookRow};

use super::event::{self, Ids};
use super::{OwnerError, waiting};
use crate::service::{Service, Subject};
use crate::told::Key;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// An attempt failed, and another one follows.
    Waiting,
    /// A 2xx came.
    Delivered,
    /// It failed for good.
    Failed,
    /// The log does not say: nothing was tried yet, the receiver was switched off before the last attempt, or the log had
    /// no place, or keeps no successes.
    Unknown,
}

impl State {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Waiting, Self::Delivered, Self::Failed, Self::Unknown];

    /// On the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl State {
    /// What became of a delivery that `waits` or not, and of which the log has this. A row that is settled goes within a
    /// second: until then the log knows better.
    pub(super) fn of(waits: bool, logged: Option<&Delivery>) -> Self {
        let last = logged.and_then(|logged| logged.attempts.last());
        let is_settled =
            last.is_some_and(|last| last.failure.as_ref().is_none_or(|failure| failure.end.is_some()));
        match logged.map(|logged| logged.state) {
            _ if waits && !is_settled => Self::Waiting,
            Some(Logged::Delivered) => Self::Delivered,
            Some(Logged::Dead) => Self::Failed,
            Some(Logged::Failed) | None => Self::Unknown,
        }
    }
}

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which event, and which replay.
    pub key: Key,
    /// The id of its requests; `None` = its replay is so old that nobody knows.
    pub id: Option<Id>,
    /// The event's name.
    pub event: &'static str,
    /// Its meeting.
    pub meeting: MeetingId,
    /// Its session.
    pub session: SessionId,
    /// What became of it.
    pub state: State,
    /// When the next attempt is due, by the wall clock.
    pub next_at: Option<UnixMs>,
    /// The newest attempts, in order of time.
    pub attempts: Vec<Attempt>,
    /// All that are in the log.
    pub attempts_total: u64,
}

/// One delivery: of any event that the app's facts make for this receiver, whether the log has it or not; of a replay, if
/// something is known of it.
///
/// # Errors
/// There is no such event, or the ledger or the log cannot be read.
pub async fn delivery(service: &Service, app: &AppId, of: &Subject, key: Key) -> Result<Seen, OwnerError> {
    let store = service.store();
    // There are no replays of rooms.
    if matches!(of, Subject::Room { .. }) && key.replay > 0 {
        return Err(OwnerError::NoEvent);
    }
    let fact = event::facts(store, app, of, std::iter::once(key)).await?.remove(&key.seq);
    let fact = fact.ok_or(OwnerError::NoEvent)?;
    let event = event::name(of, fact.kind, key.part).ok_or(OwnerError::NoEvent)?;
    let id = Ids::of(store, app, of, std::iter::once(key)).await?.get(key);
    let id = id.ok_or(StoreError::NotFound(Thing::Replay))?;
    let next_at = waiting::of(service, app, of).await?.get(&key).copied();
    let logged = service.log().delivery(of.receiver(app), key).await?;
    let state = State::of(next_at.is_some(), logged.as_ref());
    // A replay may not have this event.
    if key.replay > 0 && next_at.is_none() && logged.is_none() {
        return Err(OwnerError::NoEvent);
    }
    let (attempts, attempts_total) = logged.map_or_else(Default::default, |logged| {
        let Delivery { attempts, attempts_total, .. } = logged;
        (attempts, attempts_total)
    });
    Ok(Seen {
        key,
        id: Some(id),
        event,
        meeting: fact.meeting,
        session: fact.session,
        state,
        next_at: next_at.filter(|_| state == State::Waiting),
        attempts,
        attempts_total,
    })
}

/// Who sends a delivery: the webhook itself, one of its replays, or the room.
///
/// # Errors
/// `NotFound` when the webhook has no such replay, or not any more; the room webhooks have none.
pub async fn sender(service: &Service, of: &Subject, key: Key) -> Result<Subject, OwnerError> {
    match of {
        _ if key.replay == 0 => Ok(of.clone()),
        Subject::Webhook(webhook) => {
            let replay = replay(service, webhook, key.replay).await?;
            Ok(Subject::Replay(webhook.clone(), replay))
        }
        Subject::Replay(..) | Subject::Room { .. } => Err(StoreError::NotFound(Thing::Replay).into()),
    }
}

async fn replay(service: &Service, webhook: &WebhookRow, no: u32) -> Result<ReplayRow, StoreError> {
    service.store().replay(&webhook.app, webhook.id, no).await
}
