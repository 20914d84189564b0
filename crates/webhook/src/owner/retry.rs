//! One event once more, at once.

use sederunt_core::id::AppId;
use sederunt_store::ReplayState;

use super::OwnerError;
use super::seen::{self, Seen};
use crate::service::{Service, Subject};
use crate::told::Key;

/// Sends an event now, with the id that it had, whether it was delivered or not. Answers the delivery as it was before. That it is asked
/// for is durable a moment later: a server that is killed until then has forgotten it.
///
/// # Errors
/// There is no such event, the receiver is off or does not want it any more, a request for it is under way, too many
/// events wait, or the receiver is not served.
pub async fn retry(service: &Service, app: &AppId, of: &Subject, key: Key) -> Result<Seen, OwnerError> {
    let seen = seen::delivery(service, app, of, key).await?;
    let sender = seen::sender(service, of, key).await?;
    // Whether the fact has made this event is known when it is made again: a chat may have been empty.
    service.render(app, &sender, (key, seen.meeting), false).await?;
    let events = match &sender {
        Subject::Room { .. } => None,
        Subject::Webhook(webhook) => Some((webhook, &webhook.events)),
        Subject::Replay(_, replay) if replay.state != ReplayState::Running => {
            return Err(OwnerError::ReplayOver);
        }
        Subject::Replay(webhook, replay) => {
            Some((webhook, replay.events.as_ref().unwrap_or(&webhook.events)))
        }
    };
    if let Some((webhook, events)) = events {
        if !webhook.is_enabled {
            return Err(OwnerError::Off);
        }
        if !events.iter().any(|name| name == seen.event) {
            return Err(OwnerError::Unlisted(seen.event));
        }
    }
    service.retry(app, &sender, key, seen.meeting).await?;
    Ok(seen)
}
