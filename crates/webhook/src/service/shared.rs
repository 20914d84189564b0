//! What the receivers of an app share.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::UnixMs;
use sederunt_store::{RoomWebhook, StoreError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Setup;
use super::config::Of;
use super::event::Posted;
use super::kept::Kept;
use super::ring::Ring;
use super::turns::{AppTurns, WebhookTurns};

/// Before something is tried again that the store refused.
pub(super) const AGAIN: Duration = Duration::from_secs(1);
/// Pages of facts whose time is remembered, to know how long their events took.
const TIMES_MAX: usize = 1024;
/// Rooms whose webhook is remembered, some 200 bytes each; then they are looked up again.
const ROOMS_MAX: usize = 4096;

/// What the receivers of an app share.
#[derive(Debug)]
pub(super) struct Shared {
    pub setup: Arc<Setup>,
    pub id: AppId,
    /// For requests.
    pub turns: AppTurns,
    webhooks: Mutex<HashMap<Id, Arc<WebhookTurns>>>,
    pub stop: CancellationToken,
    ring: Mutex<Ring>,
    /// Pages for those who are behind the ring.
    pub kept: Kept,
    name: RwLock<Arc<str>>,
    key: Arc<str>,
    times: Mutex<VecDeque<(u64, Instant)>>,
    /// When the server's key was changed, Unix ms.
    rotated_at: AtomicI64,
    rooms: Mutex<HashMap<MeetingId, Option<Arc<RoomWebhook>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(setup: Arc<Setup>, id: AppId, stop: CancellationToken) -> Self {
        Self {
            key: Arc::from(id.as_str()),
            turns: AppTurns::new(setup.settings.in_flight),
            setup,
            id,
            webhooks: Mutex::default(),
            stop,
            ring: Mutex::new(Ring::new(u64::MAX)),
            kept: Kept::default(),
            name: RwLock::new("".into()),
            times: Mutex::default(),
            rotated_at: AtomicI64::new(0),
            rooms: Mutex::default(),
        }
    }

    pub(super) fn ring(&self) -> MutexGuard<'_, Ring> {
        lock(&self.ring)
    }

    /// What follows a fact will be in the ring, and nothing else.
    pub(super) fn begin_ring(&self, after: u64) {
        lock(&self.times).retain(|(through, _)| *through <= after);
        *self.ring() = Ring::new(after);
    }

    /// Events were found up to a fact.
    pub(super) fn add(&self, events: Vec<Posted>, through: u64) {
        if !events.is_empty() {
            let mut times = lock(&self.times);
            times.push_back((through, Instant::now()));
            if times.len() > TIMES_MAX {
                times.pop_front();
            }
        }
        self.ring().push(events, through);
    }

    /// What a webhook and its replays share; `None` = nothing, as there are no replays.
    pub(super) fn webhook_turns(&self, of: Of) -> Option<Arc<WebhookTurns>> {
        let Of::Webhook { id, .. } = of else { return None };
        let new = || Arc::new(WebhookTurns::new(self.setup.settings.endpoint.concurrency));
        Some(Arc::clone(lock(&self.webhooks).entry(id).or_insert_with(new)))
    }

    /// There are no other webhooks any more.
    pub(super) fn keep_webhooks(&self, is_known: impl Fn(Id) -> bool) {
        lock(&self.webhooks).retain(|id, _| is_known(*id));
    }

    /// The last fact that is durable.
    pub(super) fn head(&self) -> u64 {
        *self.setup.store.durable().borrow()
    }

    pub(super) fn learn_name(&self, name: &str) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = Arc::from(name);
    }

    pub(super) fn name(&self) -> Arc<str> {
        Arc::clone(&self.name.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// By whom names are asked for.
    pub(super) fn resolver_key(&self) -> Arc<str> {
        Arc::clone(&self.key)
    }

    pub(super) fn rotated_at(&self) -> Option<UnixMs> {
        Some(self.rotated_at.load(Ordering::Relaxed)).filter(|at| *at > 0).map(UnixMs)
    }

    /// The server's key was changed then.
    pub(super) fn set_rotated_at(&self, at: UnixMs) {
        self.rotated_at.store(at.0, Ordering::Relaxed);
    }

    /// The webhook of a room, which is given when that is made, and never changes.
    pub(super) async fn webhook_of(&self, room: MeetingId) -> Result<Option<Arc<RoomWebhook>>, StoreError> {
        if let Some(known) = lock(&self.rooms).get(&room) {
            return Ok(known.clone());
        }
        let found = self.setup.store.room_webhook(room).await?.map(Arc::new);
        let mut known = lock(&self.rooms);
        if known.len() >= ROOMS_MAX {
            known.clear();
        }
        known.insert(room, found.clone());
        Ok(found)
    }

    /// An event of a fact was delivered by its first attempt.
    pub(super) fn note_delivery(&self, seq: u64) {
        let times = lock(&self.times);
        let place = times.partition_point(|(through, _)| *through < seq);
        if let Some((_, at)) = times.get(place) {
            self.setup.numbers.delivered_after(at.elapsed());
        }
    }

    pub(super) async fn keep_failed(&self, error: &StoreError) {
        tracing::error!(%error, "how far webhooks are cannot be kept");
        self.setup.numbers.keep_failed();
        tokio::time::sleep(AGAIN).await;
    }
}
