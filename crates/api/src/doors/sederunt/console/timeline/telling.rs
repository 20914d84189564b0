//! Telling a session whole: a few at a time, on a thread that may block.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use sederunt_store::{SessionRow, SessionStory};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::dialect::KitError;
use crate::limit::{STORY_WAIT, TIMELINE_FACTS_MAX};
use crate::state::Api;

/// What `write` makes of a session and of everything that was recorded of it, both read when it is its turn. What nobody
/// waits for any more is made to its end: its turn is as long.
pub(super) async fn tell<T: Send + 'static>(
    api: &Api,
    session: SessionRow,
    write: impl FnOnce(&SessionRow, SessionStory) -> T + Send + 'static,
) -> Result<T, KitError> {
    let turn = my_turn(api).await?;
    let store = api.node.store().clone();
    let made = tokio::spawn(async move {
        let _turn = turn;
        let unknown = || KitError::not_found("Session");
        let session = store.session(&session.app, session.id).await?.ok_or_else(unknown)?;
        let told = store.session_story(session.id, TIMELINE_FACTS_MAX).await?.ok_or_else(unknown)?;
        spawn_blocking(move || write(&session, told)).await.map_err(|error| KitError::internal(&error))
    });
    made.await.map_err(|error| KitError::internal(&error))?
}

/// A turn to read sessions whole; refused when there was none for too long.
pub(in crate::doors::sederunt::console) async fn my_turn(
    api: &Api,
) -> Result<OwnedSemaphorePermit, KitError> {
    turn(&api.stories, STORY_WAIT).await.ok_or_else(|| {
        api.node.metrics().refusal("STORY_LIMIT");
        let words = "Too many sessions are being told whole; try again in a moment";
        KitError::new(StatusCode::TOO_MANY_REQUESTS, words)
    })
}

/// A turn; `None` when there was none for so long.
async fn turn(turns: &Arc<Semaphore>, wait: Duration) -> Option<OwnedSemaphorePermit> {
    // Nobody closes it.
    tokio::time::timeout(wait, Arc::clone(turns).acquire_owned()).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::STORIES_MAX;

    #[tokio::test]
    async fn whoever_finds_no_turn_is_told_to_come_back() {
        let turns = Arc::new(Semaphore::new(STORIES_MAX));
        let held = [turn(&turns, Duration::ZERO).await.unwrap(), turn(&turns, Duration::ZERO).await.unwrap()];
        assert!(turn(&turns, Duration::ZERO).await.is_none());
        drop(held);
        assert!(turn(&turns, Duration::ZERO).await.is_some());
    }
}
