//! Lists of sessions that the index answers.

use sederunt_core::id::AppId;
use sederunt_index::{Places, Query, Snapshot};

use super::options::Counters;
use super::{IndexStats, rows};
use crate::{Result, SessionQuery, SessionRef, Store, StoreError};

impl Store {
    /// What the index holds and did.
    pub fn index_stats(&self) -> IndexStats {
        self.inner.indexes.stats()
    }

    /// Waits until nothing is left to build, seal or merge, quiet apps included; `false` when nobody does that. Blocks.
    pub fn index_settle(&self) -> bool {
        self.inner.indexes.settle()
    }

    /// The answer of an app's index; `None` when SQL has to answer.
    pub(crate) async fn sessions_indexed<T>(
        &self,
        q: &SessionQuery,
        make: impl Fn(&mut dyn Iterator<Item = SessionRef<'_>>, u64) -> T,
    ) -> Option<Result<T>> {
        let app = match self.inner.indexes.of(&q.app) {
            Some(app) => app,
            None => {
                self.inner.indexes.coming.wait(q).await;
                self.inner.indexes.of(&q.app)?
            }
        };
        let Some(query) = rows::query(q) else { return Some(Ok(make(&mut std::iter::empty(), 0))) };
        let snapshot = app.index.snapshot();
        let (snapshot, places) = if snapshot.is_cheap(&query) {
            let places = snapshot.find(&query);
            (snapshot, places)
        } else {
            match self.find_aside(snapshot, query.clone()).await {
                Ok(found) => found,
                Err(error) => return Some(Err(error)),
            }
        };
        let mut sound = rows::Sound::new(&query);
        let mut rows = snapshot.rows(&places).into_iter().filter_map(|row| sound.session(&row, &q.app));
        let made = make(&mut rows, places.total);
        // What `make` left is not part of the answer, but no less a sign of damage.
        rows.for_each(drop);
        if !sound.is_sound() || snapshot.sealed().is_suspect() {
            self.inner.indexes.suspect(&app);
            return None;
        }
        Counters::add(&self.inner.indexes.counters.answers, 1);
        Some(Ok(made))
    }

    /// What `read` makes of the app's index as it is now; `None` when the app has none, or `read` found it damaged. Whatever `read`
    /// looks up in the ledger is as new at least.
    pub(crate) fn with_index<T>(
        &self,
        app: &AppId,
        read: impl FnOnce(&Snapshot) -> Result<Option<T>>,
    ) -> Result<Option<T>> {
        let Some(app) = self.inner.indexes.of(app) else { return Ok(None) };
        let made = read(&app.index.snapshot())?;
        if made.is_none() {
            self.inner.indexes.suspect(&app);
        }
        Ok(made)
    }

    /// Waits for the index of an app, if it is on its way and soon there.
    pub async fn index_near(&self, app: &AppId) {
        self.inner.indexes.coming.near(app).await;
    }

    /// Finds a page on a thread that may take its time, when it is its turn.
    async fn find_aside(&self, snapshot: Snapshot, query: Query) -> Result<(Snapshot, Places)> {
        let turn = self.inner.readers.read_permit().await?;
        let found = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let places = snapshot.find(&query);
            (snapshot, places)
        });
        // A panic is a bug; the caller gets an error.
        found.await.map_err(|_| StoreError::Closed)
    }
}
