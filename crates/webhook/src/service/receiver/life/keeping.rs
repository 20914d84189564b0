//! Keeping how far a receiver is: one thing at a time, and again until the store takes it.

use std::sync::Arc;

use sederunt_store::delivery::{Change, Cursor, OffReason, SavedHealth};

use super::{Done, Keeper, Life};
use crate::health::State;
use crate::rows::Batch;

impl Life {
    pub(super) fn next_batch(&mut self) {
        if !self.is_keeping
            && let Some(batch) = self.queued.take()
        {
            self.persist(batch);
        }
    }

    pub(super) fn persist(&mut self, batch: Batch) {
        if self.is_keeping {
            // The machine has one batch out at a time.
            self.queued = Some(batch);
            return;
        }
        if let SavedHealth::Off { reason: OffReason::GivenUp, from } = batch.cursor.health {
            tracing::warn!(receiver = %self.id, from, "a receiver of webhooks was down for too long and is given up");
        }
        let (number, cursor) = (batch.number, batch.cursor);
        self.keep(Some(number), cursor, batch.into_change());
    }

    fn keep(&mut self, number: Option<u64>, cursor: Cursor, change: Change) {
        self.is_keeping = true;
        if self.keeper.is_told_by_place(&change) {
            self.jobs.spawn(async move { Done::Kept(number, cursor, true) });
            return;
        }
        let (app, keeper, id, epoch) = (Arc::clone(&self.app), self.keeper.clone(), self.id, self.epoch);
        self.count_replay();
        self.jobs.spawn(async move {
            loop {
                match keeper.keep(&app.setup.store, &app.id, (id, epoch), change.clone()).await {
                    Ok(is_kept) => return Done::Kept(number, cursor, is_kept),
                    Err(error) => app.keep_failed(&error).await,
                }
            }
        });
    }

    /// Says what a replay has sent. After a crash it may be a little too little.
    fn count_replay(&mut self) {
        if self.config.wants.last().is_none() || (self.counts.sent == 0 && self.counts.failed == 0) {
            return;
        }
        let (app, id, counts) = (Arc::clone(&self.app), self.id, std::mem::take(&mut self.counts));
        tokio::spawn(async move {
            if let Err(error) = app.setup.store.count_replay(id, counts.sent, counts.failed).await {
                tracing::warn!(%error, "what a replay has sent is not counted");
            }
        });
    }

    pub(super) fn have_row(&mut self) {
        let Keeper::Shared { progress, .. } = &self.keeper else { return };
        if !self.is_keeping && !progress.has_row() {
            let change = Change { cursor: self.kept, put: Vec::new(), remove: Vec::new() };
            self.keep(None, self.kept, change);
        }
    }

    pub(super) fn drop_row(&mut self, place: u64) {
        let Keeper::Shared { progress, .. } = &self.keeper else { return };
        let is_clear = self.rows == 0 && self.endpoint.state() == State::Up;
        if self.is_keeping || !is_clear || !progress.gives_up_row() {
            return;
        }
        self.is_keeping = true;
        let (app, keeper, id) = (Arc::clone(&self.app), self.keeper.clone(), self.id);
        self.jobs.spawn(async move {
            loop {
                match keeper.drop_row(&app.setup.store, &app.id, id, place).await {
                    Ok(()) => return Done::Row,
                    Err(error) => app.keep_failed(&error).await,
                }
            }
        });
    }
}
