//! Reading on: one page after the other, folding each session once.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sederunt_core::id::AppId;
use sederunt_store::{EventFilter, EventFolds, EventPage, EventQuery, Store, StoreError};
use tokio::sync::Semaphore;

use crate::Cursor;

/// One that follows an app all the time. It keeps the sessions that it has folded.
#[derive(Debug)]
pub struct Reader {
    store: Store,
    app: AppId,
    filter: EventFilter,
    cursor: Cursor,
    folds: EventFolds,
}

impl Reader {
    /// Reads what an app has after `cursor` and what `filter` passes.
    pub fn new(store: Store, app: AppId, filter: EventFilter, cursor: Cursor) -> Self {
        Self { store, app, filter, cursor, folds: EventFolds::default() }
    }

    /// Everything up to here was read.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The next page, with at most `limit` changes. After an error it is where it was.
    pub async fn next(&mut self, limit: usize) -> Result<EventPage, StoreError> {
        let query = EventQuery {
            app: self.app.clone(),
            after: self.cursor.seq(),
            to: u64::MAX,
            limit,
            filter: self.filter.clone(),
        };
        let (page, folds) = self.store.events(query, std::mem::take(&mut self.folds)).await?;
        self.folds = folds;
        self.cursor.pass(&page);
        Ok(page)
    }
}

/// For those who come now and then, each with a cursor of its own: few read at a time, and what they have folded is kept
/// for those who go on where they were.
#[derive(Debug)]
pub struct Pages {
    store: Store,
    turns: Semaphore,
    /// Folded sessions, oldest first.
    folds: Mutex<VecDeque<EventFolds>>,
    kept_max: usize,
}

impl Pages {
    /// Lets `at_a_time` read, and keeps the folds of `kept_max` readers.
    pub fn new(store: Store, at_a_time: usize, kept_max: usize) -> Self {
        Self { store, turns: Semaphore::new(at_a_time), folds: Mutex::default(), kept_max }
    }

    /// The next page of an app after `cursor`, with at most `limit` changes.
    pub async fn page(
        &self,
        app: &AppId,
        cursor: Cursor,
        limit: usize,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError> {
        self.page_to(app, cursor, u64::MAX, limit, filter).await
    }

    /// The same, of changes up to the fact `to`: what comes after it is not looked at.
    pub async fn page_to(
        &self,
        app: &AppId,
        cursor: Cursor,
        to: u64,
        limit: usize,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError> {
        let after = cursor.seq();
        let _turn = self.turns.acquire().await.map_err(|_| StoreError::Closed)?;
        let folds = self.take(app, after, &filter);
        let query = EventQuery { app: app.clone(), after, to, limit, filter };
        let (page, folds) = self.store.events(query, folds).await?;
        self.keep(folds);
        Ok(page)
    }

    /// The folds that end at `after`, if some are kept.
    fn take(&self, app: &AppId, after: u64, filter: &EventFilter) -> EventFolds {
        let mut kept = self.folds.lock().unwrap_or_else(PoisonError::into_inner);
        let fit = kept.iter().position(|folds| folds.fits(app, after, filter));
        fit.and_then(|index| kept.remove(index)).unwrap_or_default()
    }

    fn keep(&self, folds: EventFolds) {
        let mut kept = self.folds.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(folds);
        if kept.len() > self.kept_max {
            kept.pop_front();
        }
    }
}
