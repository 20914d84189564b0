//! Room webhooks of an app: its receivers come and go with what there is to tell, and share one place in the facts.
//!
//! A receiver has a row of its own while something waits for it. All others have settled what they were told up to the shared
//! place: it goes on only as far as that is true, and a row goes only in the transaction in which the place passes it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sederunt_core::id::MeetingId;
use sederunt_store::{RoomWebhook, Store, StoreError};

use super::receiver::{Command, Handle};

/// Rooms whose webhook is remembered, some 200 bytes each; then they are looked up again.
const ROOMS_MAX: usize = 4096;
/// Looks (one a second) after which a receiver with nothing to do is let go.
const IDLE_LOOKS: u32 = 60;

/// How far a receiver of room webhooks is, for whoever moves the shared place.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The last fact that was routed to it.
    pub assigned: AtomicU64,
    /// Everything up to here is settled, or has a row that is durable.
    pub done: AtomicU64,
    /// It has a row of its own.
    pub has_row: AtomicBool,
    /// Nothing waits for it, and it is served.
    pub is_clear: AtomicBool,
}

impl Progress {
    pub(super) fn assign(&self, seq: u64) {
        self.assigned.fetch_max(seq, Ordering::AcqRel);
    }

    /// Something waits for it that only the shared place says.
    fn holds_back(&self) -> bool {
        !self.has_row.load(Ordering::Acquire) && !self.is_idle()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.is_clear.load(Ordering::Acquire)
            && self.done.load(Ordering::Acquire) >= self.assigned.load(Ordering::Acquire)
    }
}

/// How far the shared place may go.
pub(super) fn place_of<'a>(receivers: impl Iterator<Item = &'a Arc<Progress>>, routed: u64) -> u64 {
    let held = receivers.filter(|progress| progress.holds_back());
    held.map(|progress| progress.done.load(Ordering::Acquire)).fold(routed, u64::min)
}

#[derive(Debug)]
struct Entry {
    handle: Handle,
    progress: Arc<Progress>,
    idle_looks: u32,
}

/// The receivers that are there, by URL.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    receivers: Mutex<HashMap<String, Entry>>,
    known: Mutex<HashMap<MeetingId, Option<Arc<RoomWebhook>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rooms {
    /// The webhook of a room.
    pub(super) async fn webhook(
        &self,
        store: &Store,
        room: MeetingId,
    ) -> Result<Option<Arc<RoomWebhook>>, StoreError> {
        if let Some(known) = lock(&self.known).get(&room) {
            return Ok(known.clone());
        }
        let found = store.room_webhook(room).await?.map(Arc::new);
        let mut known = lock(&self.known);
        if known.len() >= ROOMS_MAX {
            known.clear();
        }
        known.insert(room, found.clone());
        Ok(found)
    }

    /// Rooms may have changed.
    pub(super) fn forget_webhooks(&self) {
        lock(&self.known).clear();
    }

    /// Tells the receiver at a URL of a fact; `begin` makes one that is told this fact and what follows.
    pub(super) fn route(&self, url: &str, seq: u64, begin: impl FnOnce(Arc<Progress>) -> Handle) {
        let mut receivers = lock(&self.receivers);
        let entry = receivers.entry(url.to_owned()).or_insert_with(|| {
            let progress = Arc::new(Progress::default());
            progress.done.store(seq.saturating_sub(1), Ordering::Release);
            progress.assign(seq);
            Entry { handle: begin(Arc::clone(&progress)), progress, idle_looks: 0 }
        });
        entry.progress.assign(seq);
        entry.handle.news(seq);
    }

    /// A receiver that has a row is there from the start.
    pub(super) fn begin(&self, url: String, done: u64, begin: impl FnOnce(Arc<Progress>) -> Handle) {
        let mut receivers = lock(&self.receivers);
        receivers.entry(url).or_insert_with(|| {
            let progress = Arc::new(Progress::default());
            progress.done.store(done, Ordering::Release);
            progress.has_row.store(true, Ordering::Release);
            Entry { handle: begin(Arc::clone(&progress)), progress, idle_looks: 0 }
        });
    }

    /// How far the shared place may go, when everything up to `routed` was routed. Receivers that hold it back are asked to
    /// have a row of their own; those that need theirs no more, to give it up; and those without anything to do, to go.
    pub(super) fn look(&self, routed: u64, place: u64) -> u64 {
        let mut receivers = lock(&self.receivers);
        for Entry { handle, progress, .. } in receivers.values() {
            if progress.holds_back() {
                handle.ask(Command::HaveRow);
            }
        }
        let next = place_of(receivers.values().map(|entry| &entry.progress), routed).max(place);
        receivers.retain(|_, entry| {
            let has_row = entry.progress.has_row.load(Ordering::Acquire);
            if !entry.progress.is_idle() {
                entry.idle_looks = 0;
                return true;
            }
            if has_row {
                if entry.progress.done.load(Ordering::Acquire) <= next {
                    entry.handle.ask(Command::DropRow(next));
                }
                return true;
            }
            entry.idle_looks += 1;
            entry.idle_looks < IDLE_LOOKS
        });
        next
    }

    /// Something has changed that they should look at: keys, places.
    pub(super) fn ask_all(&self, command: impl Fn() -> Command) {
        lock(&self.receivers).values().for_each(|entry| entry.handle.ask(command()));
    }

    /// Runs `f` for the receiver at a URL.
    pub(super) fn with<T>(&self, url: &str, f: impl FnOnce(&Handle) -> T) -> Option<T> {
        lock(&self.receivers).get(url).map(|entry| f(&entry.handle))
    }

    /// All of them; nobody is routed to any more.
    pub(super) fn take(&self) -> Vec<(Handle, Arc<Progress>)> {
        lock(&self.receivers).drain().map(|(_, entry)| (entry.handle, entry.progress)).collect()
    }

    /// Receivers that are there.
    pub(super) fn len(&self) -> usize {
        lock(&self.receivers).len()
    }
}
