//! One hub per app with watchers: reads the ledger once for all of them, after each commit that concerns the app.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sederunt_core::id::AppId;
use sederunt_node::Node;
use sederunt_store::{AppWatch, EventFilter, EventFolds, EventPage, EventQuery, StoreError};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::frame;
use super::news::{self, News};
use super::ring::{Batch, Cursor, Look, Ring};
use crate::limit::{
    FEED_BACKLOG, FEED_FOLDS_KEPT, FEED_HEARTBEAT_MS, FEED_LOOK_PAUSE_MS, FEED_PACE_PER_WATCHER_US,
    FEED_PAGE, FEED_QUEUE_BYTES, FEED_READS, FEED_RETRY_MS, FEED_WATCHERS_MAX, FEED_WATCHERS_PER_APP,
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
    /// The token was revoked.
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
    open: Mutex<Open>,
    /// Folded sessions of readers that may go on where they were, oldest first.
    folds: Mutex<VecDeque<EventFolds>>,
    reads: Semaphore,
    slots: Arc<Semaphore>,
    /// Counts watchers, to spread their return.
    turn: AtomicU64,
}

#[derive(Debug, Default)]
struct Open {
    hubs: HashMap<AppId, Arc<Hub>>,
    /// Stops the task that finds out which apps have changed; it runs while there are hubs.
    lookout: Option<CancellationToken>,
}

/// The feed of one app.
#[derive(Debug)]
pub(super) struct Hub {
    app: AppId,
    state: Mutex<HubState>,
    /// There are new facts of the app.
    changed: Notify,
    /// The last watcher has gone.
    deserted: CancellationToken,
}

#[derive(Debug)]
struct HubState {
    ring: Ring,
    over: Option<End>,
    watchers: usize,
    news: News,
    tokens: HashMap<[u8; 32], Weak<Token>>,
}

/// A token with watchers.
#[derive(Debug)]
struct Token {
    hash: [u8; 32],
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
    token: Arc<Token>,
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
            node,
            config,
            open: Mutex::default(),
            folds: Mutex::default(),
            reads: Semaphore::new(FEED_READS),
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
    pub(super) fn subscribe(&self, app: &AppId, token: [u8; 32]) -> Option<Subscription> {
        let slot = Arc::clone(&self.shared.slots).try_acquire_owned().ok()?;
        let mut open = lock(&self.shared.open);
        let known = open.hubs.get(app).filter(|hub| lock(&hub.state).over.is_none()).cloned();
        let hub = known.unwrap_or_else(|| self.open(&mut open, app));
        let mut state = lock(&hub.state);
        if state.watchers >= self.shared.config.watchers_per_app {
            return None;
        }
        state.watchers += 1;
        let number = state.ring.next_number();
        let (token, news) = (state.token(token), state.news.subscribe(number));
        drop(state);
        drop(open);
        self.node().metrics().feed_watchers.inc();
        Some(Subscription { hub, news, token, feeds: self.clone(), _slot: slot })
    }

    /// Starts the hub of an app, and the lookout if it does not run.
    fn open(&self, open: &mut Open, app: &AppId) -> Arc<Hub> {
        let start = self.durable().saturating_sub(FEED_BACKLOG);
        let hub = Arc::new(Hub::new(app.clone(), start, self.shared.config.queue_bytes));
        open.hubs.insert(app.clone(), Arc::clone(&hub));
        if open.lookout.as_ref().is_none_or(CancellationToken::is_cancelled) {
            let stop = CancellationToken::new();
            open.lookout = Some(stop.clone());
            // Before the hub reads: what it does not see is told.
            tokio::spawn(lookout(self.clone(), self.node().store().watch_apps(), stop));
        }
        tokio::spawn(run(self.clone(), Arc::clone(&hub), start));
        hub
    }

    /// These apps have new facts.
    fn wake(&self, apps: &HashSet<AppId>) {
        let open = lock(&self.shared.open);
        apps.iter().filter_map(|app| open.hubs.get(app)).for_each(|hub| hub.changed.notify_one());
    }

    /// A page for a watcher that catches up, or for a pull.
    pub(super) async fn page(
        &self,
        app: &AppId,
        after: u64,
        limit: usize,
        filter: EventFilter,
    ) -> Result<EventPage, StoreError> {
        let _turn = self.shared.reads.acquire().await.map_err(|_| StoreError::Closed)?;
        let kept = {
            let mut folds = lock(&self.shared.folds);
            let fit = folds.iter().position(|folds| folds.fits(app, after));
            fit.and_then(|index| folds.remove(index)).unwrap_or_default()
        };
        let query = EventQuery { app: app.clone(), after, limit, filter };
        let (page, kept) = self.node().store().events(query, kept).await?;
        let mut folds = lock(&self.shared.folds);
        folds.push_back(kept);
        if folds.len() > FEED_FOLDS_KEPT {
            folds.pop_front();
        }
        Ok(page)
    }
}

impl HubState {
    /// The token, shared by all its watchers.
    fn token(&mut self, hash: [u8; 32]) -> Arc<Token> {
        if let Some(token) = self.tokens.get(&hash).and_then(Weak::upgrade) {
            return token;
        }
        let token = Arc::new(Token { hash, revoked: AtomicBool::new(false) });
        self.tokens.insert(hash, Arc::downgrade(&token));
        token
    }
}

impl Hub {
    fn new(app: AppId, start: u64, queue_bytes: usize) -> Self {
        let ring = Ring::new(start, queue_bytes);
        let (news, tokens) = (News::default(), HashMap::new());
        Self {
            app,
            state: Mutex::new(HubState { ring, over: None, watchers: 0, news, tokens }),
            changed: Notify::new(),
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
    /// What comes next for a cursor.
    pub(super) fn look(&self, cursor: &mut Cursor) -> Found {
        if self.token.revoked.load(Ordering::Acquire) {
            return Found::Over(End::TokenRevoked);
        }
        let state = lock(&self.hub.state);
        match (state.ring.look(cursor), state.over) {
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
        let mut open = lock(&self.feeds.shared.open);
        let left = {
            let mut state = lock(&self.hub.state);
            state.watchers -= 1;
            state.watchers
        };
        if left > 0 {
            return;
        }
        self.hub.deserted.cancel();
        if open.hubs.get(&self.hub.app).is_some_and(|hub| Arc::ptr_eq(hub, &self.hub)) {
            open.hubs.remove(&self.hub.app);
        }
        if open.hubs.is_empty()
            && let Some(lookout) = open.lookout.take()
        {
            lookout.cancel();
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
async fn run(feeds: Feeds, hub: Arc<Hub>, start: u64) {
    let dying = Dying(Arc::clone(&hub));
    let heartbeat = feeds.shared.config.heartbeat;
    let mut beat = interval_at(Instant::now() + heartbeat, heartbeat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopped = std::pin::pin!(feeds.node().stopped());
    let mut reader = Reader { feeds: &feeds, hub: &hub, position: start, folds: EventFolds::default() };
    let mut stopping = false;
    let stop = loop {
        match reader.read_on().await {
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
            () = hub.changed.notified() => {}
            _ = beat.tick() => {
                if let Err(error) = reader.heartbeat().await {
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

struct Reader<'a> {
    feeds: &'a Feeds,
    hub: &'a Hub,
    position: u64,
    folds: EventFolds,
}

impl Reader<'_> {
    /// Puts everything that is durable into the ring.
    async fn read_on(&mut self) -> Result<(), StoreError> {
        loop {
            let query = EventQuery {
                app: self.hub.app.clone(),
                after: self.position,
                limit: FEED_PAGE,
                filter: EventFilter::default(),
            };
            let store = self.feeds.node().store();
            let (page, folds) = store.events(query, std::mem::take(&mut self.folds)).await?;
            self.folds = folds;
            self.position = page.through;
            if !page.events.is_empty() {
                self.tell(page.events).await?;
            }
            if !page.has_more || self.hub.deserted.is_cancelled() {
                return Ok(());
            }
        }
    }

    async fn tell(&mut self, events: Vec<sederunt_store::EventRow>) -> Result<(), StoreError> {
        let metrics = self.feeds.node().metrics();
        metrics.feed_events.inc_by(u64::try_from(events.len()).unwrap_or(0));
        let (text, marks) = frame::events(events).map_err(|e| StoreError::Damaged(e.to_string()))?;
        self.hub.push(Batch { through: self.position, text, marks }).await;
        let pause = self.feeds.shared.config.pace_per_watcher.saturating_mul(self.hub.watchers());
        // The timer has no finer steps; a few watchers need no pause.
        if pause >= Duration::from_millis(1) {
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    /// Something for everybody, and a look at whose token still counts.
    async fn heartbeat(&mut self) -> Result<(), StoreError> {
        self.read_on().await?;
        let tokens: Vec<Arc<Token>> = {
            let mut state = lock(&self.hub.state);
            state.tokens.retain(|_, token| token.strong_count() > 0);
            state.tokens.values().filter_map(Weak::upgrade).collect()
        };
        for token in tokens {
            if self.feeds.node().store().token(token.hash).await?.is_none() {
                token.revoked.store(true, Ordering::Release);
            }
        }
        let text = frame::heartbeat(self.position);
        self.hub.push(Batch { through: self.position, text, marks: Vec::new() }).await;
        Ok(())
    }
}

/// Wakes the hubs of the apps that have new facts.
async fn lookout(feeds: Feeds, mut watch: AppWatch, stop: CancellationToken) {
    loop {
        let apps = tokio::select! {
            () = stop.cancelled() => return,
            apps = watch.changed() => apps,
        };
        let Some(apps) = apps else { return fail(&feeds, &stop, &StoreError::Closed) };
        feeds.wake(&apps);
        tokio::time::sleep(Duration::from_millis(FEED_LOOK_PAUSE_MS)).await;
    }
}

/// The lookout cannot go on: all feeds end, the next watcher starts anew.
fn fail(feeds: &Feeds, stop: &CancellationToken, error: &StoreError) {
    tracing::error!(%error, "the feeds cannot read the ledger");
    let open = lock(&feeds.shared.open);
    stop.cancel();
    open.hubs.values().for_each(|hub| hub.finish(End::Internal));
}
