//! Room webhooks of an app: its receivers come and go with what there is to tell, and share one place in the facts.
//!
//! A receiver has a row of its own while something waits for it. All others have settled what they were told up to the shared
//! place: it goes on only as far as that is true, and a row goes only in the transaction in which the place passes it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::progress::{Progress, place_of};
use super::receiver::{Command, Handle};

/// Looks (one a second) after which a receiver with nothing to do is let go.
const IDLE_LOOKS: u32 = 60;

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
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rooms {
    /// Tells the receiver at a URL of a fact; `begin` makes one that is told this fact and what follows.
    pub(super) fn route(&self, url: &str, seq: u64, begin: impl FnOnce(Arc<Progress>) -> Handle) {
        let mut receivers = lock(&self.receivers);
        let entry = receivers.entry(url.to_owned()).or_insert_with(|| {
            let progress = Arc::new(Progress::new(seq.saturating_sub(1), seq));
            Entry { handle: begin(Arc::clone(&progress)), progress, idle_looks: 0 }
        });
        entry.progress.assign(seq);
        entry.handle.news(seq);
    }

    /// One that has something to do although nothing was routed to it: everything up to `place` is settled.
    pub(super) fn wake(&self, url: &str, place: u64, begin: impl FnOnce(Arc<Progress>) -> Handle) {
        let mut receivers = lock(&self.receivers);
        let entry = receivers.entry(url.to_owned()).or_insert_with(|| {
            let progress = Arc::new(Progress::new(place, place));
            Entry { handle: begin(Arc::clone(&progress)), progress, idle_looks: 0 }
        });
        // What it is about to be asked shows in its progress only when that is kept.
        entry.idle_looks = 0;
    }

    /// A receiver that has a row is there from the start. What was routed to it before, up to `routed`, may not be settled.
    pub(super) fn begin(
        &self,
        url: String,
        (done, routed): (u64, u64),
        begin: impl FnOnce(Arc<Progress>) -> Handle,
    ) {
        let mut receivers = lock(&self.receivers);
        receivers.entry(url).or_insert_with(|| {
            let progress = Arc::new(Progress::of_row(done, routed));
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
            let has_row = entry.progress.has_row();
            if !entry.progress.is_idle() {
                entry.idle_looks = 0;
                return true;
            }
            if has_row {
                if entry.progress.done() <= next {
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
        for entry in lock(&self.receivers).values() {
            entry.handle.ask(command());
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_receiver_that_is_about_to_be_asked_does_not_go() {
        let rooms = Rooms::default();
        let begin = |progress: Arc<Progress>| {
            progress.note(9, true);
            Handle::idle()
        };
        let look = |times| (0..times).for_each(|_| assert_eq!(rooms.look(9, 9), 9));
        rooms.wake("https://hooks.example/", 9, begin);
        look(IDLE_LOOKS - 1);
        rooms.wake("https://hooks.example/", 9, |_| panic!("it is there"));
        look(IDLE_LOOKS - 1);
        assert_eq!(rooms.len(), 1);
        look(1);
        assert_eq!(rooms.len(), 0, "nobody asked");
    }
}
