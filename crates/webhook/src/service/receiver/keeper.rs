//! Where a receiver keeps how far it is.

use std::sync::Arc;

use sederunt_core::id::{AppId, Id};
use sederunt_store::delivery::{Change, Cursor, Delivery, Saved, SavedHealth};
use sederunt_store::{RoomDelivery, Store, StoreError};

use crate::endpoint::Endpoint;
use crate::service::progress::Progress;

/// How a receiver is kept.
#[derive(Debug, Clone)]
pub(in crate::service) enum Keeper {
    /// It has a row as long as it exists.
    Row,
    /// It has a row while something waits for it.
    Shared {
        /// Where its requests go.
        url: String,
        /// How far it is.
        progress: Arc<Progress>,
    },
}

impl Keeper {
    /// What it begins with, and in which epoch; `None` = it is no more.
    pub(super) async fn load(&self, store: &Store, id: Id) -> Result<Option<(Saved, u64)>, StoreError> {
        let kept = store.delivery(id).await?;
        Ok(match (self, kept) {
            // What it missed is missed; what comes is tried.
            (Self::Shared { progress, .. }, Some(Delivery { saved, .. })) if saved.cursor.is_off() => {
                let routed = progress.assigned();
                Some((Endpoint::from_now(saved.cursor.done_seq.max(routed)), 0))
            }
            (_, Some(Delivery { saved, epoch, .. })) => Some((saved, epoch)),
            (Self::Row, None) => None,
            (Self::Shared { progress, .. }, None) => Some((Endpoint::from_now(progress.done()), 0)),
        })
    }

    /// Whether a change may be passed over, because nothing waits: the shared place says it.
    pub(super) fn is_told_by_place(&self, change: &Change) -> bool {
        let Self::Shared { progress, .. } = self else { return false };
        let is_plain = change.put.is_empty() && change.remove.is_empty();
        let is_up = change.cursor.health == SavedHealth::Up;
        let is_through = change.cursor.done_seq >= progress.assigned();
        is_plain && is_up && is_through && !progress.has_row()
    }

    /// Keeps a change; `false` = it began anew meanwhile.
    pub(super) async fn keep(
        &self,
        store: &Store,
        app: &AppId,
        (id, epoch): (Id, u64),
        change: Change,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Row => store.keep_delivery(id, epoch, change).await,
            Self::Shared { url, progress, .. } => {
                let kept = RoomDelivery { id, url: url.clone(), change: Some(change) };
                store.keep_rooms(app, 0, vec![kept]).await?;
                progress.took_row();
                Ok(true)
            }
        }
    }

    /// Has no row any more, with the shared place at `place`.
    pub(super) async fn drop_row(
        &self,
        store: &Store,
        app: &AppId,
        id: Id,
        place: u64,
    ) -> Result<(), StoreError> {
        let Self::Shared { url, .. } = self else { return Ok(()) };
        store.keep_rooms(app, place, vec![RoomDelivery { id, url: url.clone(), change: None }]).await
    }

    /// Says how far it is: a cursor that is durable, or told by the shared place.
    pub(super) fn note(&self, cursor: Cursor, rows: usize) {
        if let Self::Shared { progress, .. } = self {
            let is_clear = rows == 0 && cursor.health == SavedHealth::Up;
            progress.note(cursor.done_seq, is_clear);
        }
    }
}
