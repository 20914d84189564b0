//! One hub per app with watchers: reads the ledger once for all of them, after each commit that concerns the app.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sederunt_changes::{Batch, Cursor, Look, Lookout, Pages, Place, Reader, Ring, Watch};
use sederunt_core::id::AppId;
use sederunt_node::Node;
use sederunt_store::{EventFilter, EventPage, EventRow, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::frame;
use super::news::{self, News};
use crate::key::Key;
use crate::limit::{
    FEED_BACKLOG, FEED_FOLDS_KEPT, FEED_HEARTBEAT_MS, FEED_PACE_PER_WATCHER_US, FEED_PAGE, FEED_QUEUE_BYTES,
    FEED_READS, FEED_RETRY_MS, FEED_WATCHERS_MAX, FEED_WATCHERS_PER_APP,
};

/// Limits and times of the feeds.
#[derive(Debug, Clone)]
pub struct FeedConfig {
    /// Watchers of one app.
    pub watchers_per_app: usize,
    /// Watchers of all apps.
    pub watchers_max: usize,
    /// Bytes of changes that are kept for the watchers of an app: who is further behind is cut.
    pub queue_bytes: usize,
    /// Time between heartbeats; also how soon a revoked token is noticed.
    pub heartbeat: Duration,
    /// Pause of an app's feed after telling a change, for each watcher.
    pub pace_per_watcher: Duration,
}

impl Default for FeedConfig {
    fn default() -> Self {
        Self {
            watchers_per_app: FEED_WATCHERS_PER_APP,
            watchers_max: FEED_WATCHERS_MAX,
            queue_bytes: FEED_QUEUE_BYTES,
            heartbeat: Duration::from_millis(FEED_HEARTBEAT_MS),
            pace_per_watcher: Duration::from_micros(FEED_PACE_PER_WATCHER_US),
        }
    }
}

/// Why a feed ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The watcher did not read fast enough.
    SlowReader,
    /// The server stops; everything was told.
    ServerStopping,
    /// The token was revoked, or the sign-in at the console ended.
    TokenRevoked,
    /// Fault of ours.
    Internal,
}

impl End {
    /// As it is told and counted.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::SlowReader => "slow_reader",
            Self::ServerStopping => "server_stopping",
            Self::TokenRevoked => "token_revoked",
            Self::Internal => "internal",
        }
    }
}

/// The feeds of all apps; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Feeds {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    node: Node,
    config: FeedConfig,
    hubs: Mutex<HashMap<AppId, Arc<Hub>>>,
    lookout: Lookout,
    /// For those who catch up, and for pulls.
    pages: Pages,
    slots: Arc<Semaphore>,
    /// Counts watchers, to spread their return.
    turn: AtomicU64,
}

/// The feed of one app.
#[derive(Debug)]
pub(super) struct Hub {
    app: AppId,
    state: Mutex<HubState>,
    /// The last watcher has gone.
    deserted: CancellationToken,
}

#[derive(Debug)]
struct HubState {
    ring: Ring,
    over: Option<End>,
    watchers: usize,
    news: News,
    keys: HashMap<Key, Weak<Watching>>,
}

/// A key with watchers.
#[derive(Debug)]
struct Watching {
    key: Key,
    revoked: AtomicBool,
}

/// What a hub has for a watcher.
#[derive(Debug)]
pub(super) enum Found {
    /// Of the ring.
    Ring(Look),
    /// There is nothing more, and there will not be.
    Over(End),
}

/// A watcher's hold on its hub; dropping it is leaving.
#[derive(Debug)]
pub(super) struct Subscription {
    hub: Arc<Hub>,
    /// Tells of new batches; see it before [`Self::look`], wait on it after.
    pub(super) news: watch::Receiver<u64>,
    watching: Arc<Watching>,
    feeds: Feeds,
    _slot: OwnedSemaphorePermit,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Feeds {
    /// No feed is open yet.
    pub(crate) fn new(node: Node, config: FeedConfig) -> Self {
        let slots = Arc::new(Semaphore::new(config.watchers_max));
        let shared = Shared {
            lookout: Lookout::new(node.store().clone()),
            pages: Pages::new(node.store().clone(), FEED_READS, FEED_FOLDS_KEPT),
            node,
            config,
            hubs: Mutex::default(),
            slots,
            turn: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The shell.
    pub(super) fn node(&self) -> &Node {
        &self.shared.node
    }

    /// Sequence number of the last durable fact.
    pub(super) fn durable(&self) -> u64 {
        *self.node().store().durable().borrow()
    }

    /// Milliseconds after which the next watcher is to come back: spread over the range.
    pub(super) fn retry_ms(&self) -> u64 {
        let (least, most) = FEED_RETRY_MS;
        // A step that shares no divisor with the range visits all of it.
        let step = self.shared.turn.fetch_add(1, Ordering::Relaxed).wrapping_mul(1_237);
        least + step % (most - least)
    }

    /// Becomes a watcher of an app; `None` when there are too many. Everything after the durable sequence number of
    /// now is going to be in the hub's ring.
    pub(super) fn subscribe(&self, app: &AppId, key: Key) -> Option<Subscription> {
        let slot = Arc::clone(&self.shared.slots).try_acquire_owned().ok()?;
        let mut hubs = lock(&self.shared.hubs);
        let known = hubs.get(app).filter(|hub| lock(&hub.state).over.is_none()).cloned();
        let hub = known.unwrap_or_else(|| self.open(&mut hubs, app));
        let mut state = lock(&hub.state);
        if state.watchers >= self.shared.config.watchers_per_app {
            return None;
        }
        state.watchers += 1;
        let number = state.ring.next_number();
        let (watching, news) = (state.watching(key), state.news.subscribe(number));
        drop(state);
        drop(hubs);
        self.node().metrics().feed_watchers.inc();
        Some(Subscription { hub, news, watching, feeds: self.clone(), _slot: slot })
    }

    /// How many feeds are open with each token, by its hash.
    pub(super) fn of_tokens(&self) -> HashMap<[u8; 32], usize> {
        let mut count = HashMap::new();
        for hub in lock(&self.shared.hubs).values() {
            for (key, watching) in &lock(&hub.state).keys {
                *count.entry(key.token).or_insert(0) += watching.strong_count();
            }
        }
        count
    }

    /// Starts the hub of an app.
    fn open(&self, hubs: &mut HashMap<AppId, Arc<Hub>>, app: &AppId) -> Arc<Hub> {
        let start = Cursor::before_end(self.durable(), FEED_BACKLOG);
        let hub = Arc::new(Hub::new(app.clone(), start, self.shared.config.queue_bytes));
        hubs.insert(app.clone(), Arc::clone(&hub));
        // Followed before it is read: whatever comes after the read wakes.
        let changes = self.shared.lookout.follow(app);
        tokio::spawn(run(self.clone(), Arc::clone(&hub), start, changes));
        hub
    }

    /// A page for a watcher that catches up, or for a pull.
    pub(super) async fn page(
        &self,
        app: &AppId,
        cursor: Cursor,
        limit: usize,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError> {
        self.shared.pages.page(app, cursor, limit, filter).await
    }

    /// The same, of changes up to the fact `to`.
    pub(super) async fn page_to(
        &self,
        app: &AppId,
        cursor: Cursor,
        to: u64,
        limit: usize,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError> {
        self.shared.pages.page_to(app, cursor, to, limit, filter).await
    }
}

impl HubState {
    /// The key, shared by all its watchers.
    fn watching(&mut self, key: Key) -> Arc<Watching> {
        if let Some(watching) = self.keys.get(&key).and_then(Weak::upgrade) {
            return watching;
        }
        let watching = Arc::new(Watching { key, revoked: AtomicBool::new(false) });
        self.keys.insert(key, Arc::downgrade(&watching));
        watching
    }
}

impl Hub {
    fn new(app: AppId, start: Cursor, queue_bytes: usize) -> Self {
        let ring = Ring::new(start, queue_bytes);
        let (news, keys) = (News::default(), HashMap::new());
        Self {
            app,
            state: Mutex::new(HubState { ring, over: None, watchers: 0, news, keys }),
            deserted: CancellationToken::new(),
        }
    }

    async fn push(&self, batch: Batch) {
        let number = {
            let mut state = lock(&self.state);
            state.ring.push(batch);
            state.ring.next_number()
        };
        news::wake(number, |nth| lock(&self.state).news.group(nth)).await;
    }

    /// Nothing follows. The first reason stands.
    fn finish(&self, end: End) {
        lock(&self.state).over.get_or_insert(end);
        news::wake_all(|nth| lock(&self.state).news.group(nth));
    }

    fn watchers(&self) -> u32 {
        u32::try_from(lock(&self.state).watchers).unwrap_or(u32::MAX)
    }
}

impl Subscription {
    /// What comes next for a place.
    pub(super) fn look(&self, place: &mut Place) -> Found {
        if self.watching.revoked.load(Ordering::Acquire) {
            return Found::Over(End::TokenRevoked);
        }
        let state = lock(&self.hub.state);
        match (state.ring.look(place), state.over) {
            (Look::Wait, Some(end)) => Found::Over(end),
            // Who still catches up does so from the next server.
            (Look::Behind, Some(end)) => Found::Over(end),
            (look, _) => Found::Ring(look),
        }
    }

    /// The feeds.
    pub(super) fn feeds(&self) -> &Feeds {
        &self.feeds
    }

    /// The app.
    pub(super) fn app(&self) -> &AppId {
        &self.hub.app
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.feeds.node().metrics().feed_watchers.dec();
        let mut hubs = lock(&self.feeds.shared.hubs);
        let left = {
            let mut state = lock(&self.hub.state);
            state.watchers -= 1;
            state.watchers
        };
        if left > 0 {
            return;
        }
        self.hub.deserted.cancel();
        if hubs.get(&self.hub.app).is_some_and(|hub| Arc::ptr_eq(hub, &self.hub)) {
            hubs.remove(&self.hub.app);
        }
    }
}

/// Ends the watchers of a hub whose task ends without saying why.
struct Dying(Arc<Hub>);

impl Drop for Dying {
    fn drop(&mut self) {
        self.0.finish(End::Internal);
    }
}

/// Why a hub stops reading.
enum Stop {
    Deserted,
    Over(End),
}

/// The task of a hub.
async fn run(feeds: Feeds, hub: Arc<Hub>, start: Cursor, changes: Watch) {
    let dying = Dying(Arc::clone(&hub));
    let heartbeat = feeds.shared.config.heartbeat;
    let mut beat = interval_at(Instant::now() + heartbeat, heartbeat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = std::pin::pin!(feeds.node().stopped());
    let store = feeds.node().store().clone();
    let reader = Reader::new(store, hub.app.clone(), EventFilter::default(), start);
    let mut teller = Teller { feeds: &feeds, hub: &hub, reader };
    let mut stopping = false;
    let stop = loop {
        match teller.tell_on().await {
            Err(error) => {
                tracing::error!(%error, app = %hub.app, "the feed of an app cannot read the ledger");
                break Stop::Over(End::Internal);
            }
            Ok(()) if stopping => break Stop::Over(End::ServerStopping),
            Ok(()) => {}
        }
        tokio::select! {
            () = hub.deserted.cancelled() => break Stop::Deserted,
            () = &mut stopped => stopping = true,
            changed = changes.changed() => if changed.is_err() { break Stop::Over(End::Internal) },
            _ = beat.tick() => {
                if let Err(error) = teller.heartbeat().await {
                    tracing::error!(%error, app = %hub.app, "the feed of an app cannot read the ledger");
                    break Stop::Over(End::Internal);
                }
            }
        }
    };
    if let Stop::Over(end) = stop {
        hub.finish(end);
    }
    drop(dying);
}

/// Reads for all watchers of an app.
struct Teller<'a> {
    feeds: &'a Feeds,
    hub: &'a Hub,
    reader: Reader,
}

impl Teller<'_> {
    /// Puts everything that is durable into the ring.
    async fn tell_on(&mut self) -> Result<(), StoreError> {
        loop {
            let page = self.reader.next(FEED_PAGE).await?;
            if !page.events.is_empty() {
                self.tell(page.events).await?;
            }
            if !page.has_more || self.hub.deserted.is_cancelled() {
                return Ok(());
            }
        }
    }

    async fn tell(&mut self, events: Vec<EventRow>) -> Result<(), StoreError> {
        let metrics = self.feeds.node().metrics();
        metrics.feed_events.inc_by(u64::try_from(events.len()).unwrap_or(0));
        let (text, marks) = frame::events(events).map_err(|e| StoreError::Damaged(e.to_string()))?;
        self.hub.push(Batch { through: self.reader.cursor(), text, marks }).await;
        let pause = self.feeds.shared.config.pace_per_watcher.saturating_mul(self.hub.watchers());
        // The timer has no finer steps; a few watchers need no pause.
        if pause >= Duration::from_millis(1) {
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// Something for everybody, and a look at whose key still counts.
    async fn heartbeat(&mut self) -> Result<(), StoreError> {
        self.tell_on().await?;
        let keys: Vec<Arc<Watching>> = {
            let mut state = lock(&self.hub.state);
            state.keys.retain(|_, watching| watching.strong_count() > 0);
            state.keys.values().filter_map(Weak::upgrade).collect()
        };
        for watching in keys {
            if !watching.key.counts(self.feeds.node()).await? {
                watching.revoked.store(true, Ordering::Release);
            }
        }
        let through = self.reader.cursor();
        self.hub.push(Batch { through, text: frame::heartbeat(through), marks: Vec::new() }).await;
        Ok(())
    }
}
