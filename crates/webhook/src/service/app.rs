//! One app: its receivers, and one who reads its facts for all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_store::{Receivers, StoreError, WebhookRow};
use tokio::sync::Notify;

use super::Setup;
use super::config::{Config, room_receiver};
use super::event::{Kind, Posted};
use super::follow::Follower;
use super::progress::place_of;
use super::receiver::{Command, Handle, Keeper};
use super::rooms::Rooms;
use super::shared::{AGAIN, Shared};
use crate::sign::Secret;

/// Between two looks at how far room webhooks are: what was settled since is sent again after a crash.
const LOOK: Duration = Duration::from_secs(1);

/// An app that has somebody to tell.
#[derive(Debug)]
pub(super) struct App {
    /// What its receivers share.
    pub shared: Arc<Shared>,
    /// Those of its rooms.
    pub rooms: Rooms,
    receivers: Mutex<HashMap<Id, Running>>,
}

/// A receiver that has a row, and in which epoch it was begun.
#[derive(Debug)]
struct Running {
    handle: Handle,
    epoch: u64,
    /// It could not be told that it has begun anew.
    is_owed: bool,
}

/// Wakes the task of an app.
#[derive(Debug, Default)]
pub(super) struct Bell {
    /// Its receivers have changed.
    pub reload: Notify,
    /// It has new facts.
    pub news: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared), rooms: Rooms::default(), receivers: Mutex::default() }
    }

    /// Serves the app until the server stops.
    pub(super) async fn run(self: Arc<Self>, bell: Arc<Bell>) {
        let mut follower: Option<Follower> = None;
        let mut place = 0;
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_stale = true;
        loop {
            if is_stale {
                let known = match self.shared.setup.store.receivers(&self.shared.id).await {
                    Ok(known) => known,
                    Err(error) => {
                        tracing::error!(%error, "receivers of webhooks cannot be read");
                        tokio::time::sleep(AGAIN).await;
                        continue;
                    }
                };
                is_stale = false;
                place = place.max(known.rooms.unwrap_or(0));
                self.adopt(&known, &mut follower);
            }
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => break,
                () = bell.reload.notified() => is_stale = true,
                _ = looks.tick() => {
                    self.shared.kept.forget_old();
                    self.shared.ring().look();
                    is_stale = self.owes_a_reload();
                    if let Some(follower) = &follower {
                        place = self.look(follower, place).await;
                    }
                }
                page = next(&mut follower, &bell.news) => match page {
                    Ok((events, through)) => self.take(events, through),
                    Err(error) => {
                        tracing::error!(%error, "facts cannot be read for webhooks");
                        tokio::time::sleep(AGAIN).await;
                    }
                },
            }
        }
        let routed = follower.as_ref().filter(|follower| follower.has_rooms()).map(Follower::through);
        self.stopped(routed, place).await;
    }

    /// Begins, changes and ends receivers until they are those that are known.
    fn adopt(&self, known: &Receivers, follower: &mut Option<Follower>) {
        self.shared.learn_name(&known.app_name);
        self.shared.kept.forget();
        self.shared.keep_webhooks(|id| known.webhooks.iter().any(|webhook| webhook.id == id));
        let mut wanted: Vec<(Id, u64, Config)> = Vec::new();
        let epoch =
            |id| known.deliveries.iter().find(|delivery| delivery.id == id).map(|delivery| delivery.epoch);
        let Setup { places, settings, .. } = &*self.shared.setup;
        for webhook in known.webhooks.iter().filter(|webhook| webhook.is_enabled) {
            let config = Config::of_webhook(webhook, places, settings.endpoint);
            wanted.extend(epoch(webhook.id).map(|epoch| (webhook.id, epoch, config)));
        }
        for replay in &known.replays {
            // It rests while its webhook is switched off.
            let is_on = |webhook: &&WebhookRow| webhook.id == replay.webhook && webhook.is_enabled;
            let webhook = known.webhooks.iter().find(is_on);
            let config = webhook.map(|webhook| Config::of_replay(replay, webhook, places, settings.endpoint));
            wanted.extend(
                epoch(replay.delivery).zip(config).map(|(epoch, config)| (replay.delivery, epoch, config)),
            );
        }
        let has_rooms = known.rooms.is_some();
        let filter = wanted.iter().map(|(_, _, config)| &config.wants);
        let filter = Follower::filter(filter, has_rooms);
        match (&mut *follower, filter) {
            (_, None) => {
                *follower = None;
                self.shared.begin_ring(u64::MAX);
            }
            (Some(follower), Some(filter)) => {
                if follower.change_filter(filter, known.rooms) {
                    // The ring has only what was wanted before.
                    self.shared.begin_ring(follower.through());
                }
            }
            (None, Some(filter)) => {
                let from = known.rooms.unwrap_or(known.head);
                self.shared.begin_ring(from);
                *follower = Some(Follower::new(Arc::clone(&self.shared), filter, from));
            }
        }
        self.shared.setup.serves(&self.shared.id, follower.is_some());
        let head = follower.as_ref().map_or(known.head, Follower::through);
        self.replace(wanted, head);
        if has_rooms {
            for delivery in &known.deliveries {
                if let Some(url) = &delivery.url {
                    let done = delivery.saved.cursor.done_seq;
                    self.begin_room(url.clone(), done, head);
                }
            }
        }
    }

    fn replace(&self, wanted: Vec<(Id, u64, Config)>, head: u64) {
        let mut receivers = lock(&self.receivers);
        receivers.retain(|id, _| wanted.iter().any(|(other, ..)| other == id));
        for (id, epoch, config) in wanted {
            match receivers.get_mut(&id).filter(|running| !running.handle.is_over()) {
                Some(running) => {
                    running.handle.configure(config);
                    if running.epoch != epoch {
                        running.is_owed = !running.handle.ask(Command::Reload);
                        running.epoch = if running.is_owed { running.epoch } else { epoch };
                    }
                }
                None => {
                    let handle = Handle::spawn(Arc::clone(&self.shared), id, config, Keeper::Row, head);
                    receivers.insert(id, Running { handle, epoch, is_owed: false });
                }
            }
        }
    }

    /// Whether a receiver that is wanted has ended all the same: it was about to when it was told to begin anew. Or it could not be
    /// told.
    fn owes_a_reload(&self) -> bool {
        lock(&self.receivers).values().any(|running| running.is_owed || running.handle.is_over())
    }

    /// Ends all receivers as the end of the process would.
    pub(super) fn abandon(&self) {
        lock(&self.receivers).clear();
        self.rooms.take();
    }

    /// Events were found up to a fact.
    fn take(&self, events: Vec<Posted>, through: u64) {
        let visits: Vec<(String, u64)> = events
            .iter()
            .filter_map(|event| match &event.kind {
                Kind::Room(room) => Some((room.url.clone(), event.told.key.seq)),
                Kind::Kit(_) => None,
            })
            .collect();
        self.shared.add(events, through);
        lock(&self.receivers).values().for_each(|running| running.handle.news(through));
        for (url, seq) in visits {
            let begin = |progress| self.room_handle(&url, Keeper::Shared { url: url.clone(), progress }, seq);
            self.rooms.route(&url, seq, begin);
        }
    }

    fn begin_room(&self, url: String, done: u64, head: u64) {
        let at = url.clone();
        self.rooms.begin(url, (done, head), |progress| {
            let keeper = Keeper::Shared { url: at.clone(), progress };
            self.room_handle(&at, keeper, head)
        });
    }

    /// There is a receiver of room webhooks at a URL; everything up to `place` is settled for one that is not there yet.
    pub(super) fn wake_room(&self, url: &str, place: u64) {
        self.rooms.wake(url, place, |progress| {
            self.room_handle(url, Keeper::Shared { url: url.to_owned(), progress }, place)
        });
    }

    fn room_handle(&self, url: &str, keeper: Keeper, news: u64) -> Handle {
        let Setup { places, settings, room_secret, .. } = &*self.shared.setup;
        let secret: Secret = room_secret(&self.shared.id);
        let config = Config::of_room(&self.shared.id, url, secret, places, settings.endpoint);
        Handle::spawn(Arc::clone(&self.shared), room_receiver(&self.shared.id, url), config, keeper, news)
    }

    /// Moves the place that room webhooks share.
    async fn look(&self, follower: &Follower, place: u64) -> u64 {
        if !follower.has_rooms() {
            return place;
        }
        let next = self.rooms.look(follower.through(), place);
        self.keep_place(next, place).await
    }

    async fn keep_place(&self, next: u64, place: u64) -> u64 {
        if next <= place {
            return place;
        }
        match self.shared.setup.store.keep_rooms(&self.shared.id, next, Vec::new()).await {
            Ok(()) => next,
            Err(error) => {
                tracing::error!(%error, "how far room webhooks are cannot be kept");
                self.shared.setup.numbers.keep_failed();
                place
            }
        }
    }

    /// Waits until every receiver has kept what it knows.
    async fn stopped(&self, routed: Option<u64>, place: u64) {
        let receivers: Vec<_> = lock(&self.receivers).drain().map(|(_, running)| running.handle).collect();
        let rooms = self.rooms.take();
        let (handles, progress): (Vec<_>, Vec<_>) = rooms.into_iter().unzip();
        for handle in receivers.into_iter().chain(handles) {
            // Each has a bound of its own.
            let _ = handle.into_task().await;
        }
        if let Some(routed) = routed {
            self.keep_place(place_of(progress.iter(), routed), place).await;
        }
    }

    /// The server's key was changed then.
    pub(super) fn rotated(&self, at: UnixMs) {
        self.shared.set_rotated_at(at);
        for running in lock(&self.receivers).values() {
            running.handle.ask(Command::Rotated(at));
        }
        self.rooms.ask_all(|| Command::Rotated(at));
    }

    /// Runs `f` for a receiver that has a row.
    pub(super) fn with<T>(&self, id: Id, f: impl FnOnce(&Handle) -> T) -> Option<T> {
        lock(&self.receivers)
            .get(&id)
            .filter(|running| !running.handle.is_over())
            .map(|running| f(&running.handle))
    }

    /// Receivers at work.
    pub(super) fn receivers(&self) -> usize {
        lock(&self.receivers).len() + self.rooms.len()
    }
}

/// The next page, when somebody wants it.
async fn next(follower: &mut Option<Follower>, news: &Notify) -> Result<(Vec<Posted>, u64), StoreError> {
    match follower {
        Some(follower) => follower.next(news).await,
        None => std::future::pending().await,
    }
}
