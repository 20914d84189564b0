//! What the owner of a webhook sees and asks for: how it does, what became of each event, one of them once more, a range of
//! them once more. What is asked here costs a bounded amount of work, whatever the ledger and the log have.

mod event;
pub mod listing;
pub mod replays;
pub mod retry;
pub mod seen;
pub mod standing;
mod waiting;

use sederunt_store::{StoreError, Thing};

use crate::service::DeskError;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The webhook is switched off.
    #[error("the webhook is switched off")]
    Off,
    /// Nothing of the fact is told to this receiver.
    #[error("there is no such event for this receiver")]
    NoEvent,
    /// The webhook's list does not have the event any more.
    #[error("the webhook does not list {0}")]
    Unlisted(&'static str),
    /// A replay is over; the event can be tried again by itself.
    #[error("the replay is over; try the event again by itself")]
    ReplayOver,
    /// As many replays of the app run as may.
    #[error("{0} replays of this app run already")]
    TooManyReplays(usize),
    /// The range of a replay begins behind its end.
    #[error("the range begins behind its end")]
    Backwards,
    /// The range of a replay ends behind the last fact, which is given.
    #[error("the last fact is {0}")]
    Beyond(u64),
    /// Nothing of the app is in the range of a replay.
    #[error("nothing happened in this range")]
    Nothing,
    /// More has failed in the range of a replay than one may send.
    #[error(
        "more than {0} events of this range have failed, or the log has too much of it: narrow the range"
    )]
    TooManyFailed(usize),
    /// The service.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl From<StoreError> for OwnerError {
    fn from(error: StoreError) -> Self {
        Self::Desk(error.into())
    }
}

/// Without a row of the replay nobody knows which ids its events had.
fn is_forgotten(error: &StoreError) -> bool {
    matches!(error, StoreError::NotFound(Thing::Replay))
}
