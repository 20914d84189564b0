//! Delivery over a ledger: the machines of all receivers, with facts to read, a client to send with, and a clock.
//!
//! Each app that has somebody to tell has a task (`app`), which reads its facts once (`follow`) into a ring that all of its
//! receivers share. Each receiver has a task of its own (`receiver`), which feeds its machine and does what that asks for. All of
//! it is on a runtime of its own: neither people in calls nor requests of the API wait for somebody else's server.

mod app;
mod apps;
mod config;
mod desk;
mod event;
mod follow;
mod jitter;
mod journal;
mod kept;
mod keys;
mod numbers;
mod progress;
mod read;
mod receiver;
mod ring;
mod rooms;
#[cfg(test)]
mod scene;
mod send;
mod shared;
mod signer;
mod tests_under_way;
mod turns;
mod wants;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sederunt_changes::Pages;
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::Store;
use sederunt_store::delivery_log::DeliveryLog;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::client::Client;
use crate::keys::KeyRing;
use crate::places::Places;
use crate::sign::{KeyError, Secret};

use tests_under_way::TestsUnderWay;

pub use desk::{DeskError, Sample, Sent, Subject, Tested};
pub use event::ChatUrl;
pub use numbers::Numbers;
pub use receiver::Status;

/// Threads that send and receive. Bodies are signed, and names asked for, on others.
const THREADS: usize = 2;
/// Reads of the ledger at a time for receivers that are behind the ring.
const READS: usize = 2;
/// Folds of such reads that are remembered.
const FOLDS: usize = 16;
/// How long a stop waits for receivers to keep what they know.
const STOP_BOUND: Duration = Duration::from_secs(6);

/// How long a stop waits for the log of deliveries.
const LOG_BOUND: Duration = Duration::from_secs(1);

/// The clocks of the process.
pub trait Clock: Send + Sync + std::fmt::Debug + 'static {
    /// One that nobody can set: waits are measured by it.
    fn steady(&self) -> UnixMs;
    /// The wall clock: what receivers compare with theirs.
    fn wall(&self) -> UnixMs;
}

/// How receivers are served.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Each of them.
    pub endpoint: crate::endpoint::Settings,
    /// Headers of the product's predecessor are sent as well (`webhook.legacy_headers`).
    pub has_legacy_headers: bool,
    /// Requests in flight of all (`webhook.in_flight`).
    pub in_flight: usize,
}

/// Makes the secret of an app's room webhooks.
pub type RoomSecret = Arc<dyn Fn(&AppId) -> Secret + Send + Sync>;

/// What the service is made of.
pub struct Parts {
    /// The ledger.
    pub store: Store,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Sends.
    pub client: Client,
    /// Where requests may go.
    pub places: Places,
    /// The server's keys.
    pub keys: KeyRing,
    /// Where attempts are logged.
    pub log: DeliveryLog,
    /// Of an app's room webhooks.
    pub room_secret: RoomSecret,
    /// Links to chats.
    pub chat_url: ChatUrl,
    /// How receivers are served.
    pub settings: Settings,
}

/// Why there is no service.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system has no threads to give.
    #[error("no threads for webhooks: {0}")]
    Threads(#[from] std::io::Error),
    /// The ring of keys is none of ours.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What all apps share.
struct Setup {
    store: Store,
    clock: Arc<dyn Clock>,
    client: Client,
    places: Places,
    room_secret: RoomSecret,
    chat_url: ChatUrl,
    settings: Settings,
    signer: signer::Signer,
    log: DeliveryLog,
    numbers: Numbers,
    pages: Pages,
    turns: turns::ServerTurns,
    /// Tests that owners make.
    tests: Arc<TestsUnderWay>,
    /// Apps whose facts somebody wants.
    served: Mutex<HashSet<AppId>>,
    served_changed: Notify,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Setup {
    /// Whether facts of an app have to be told to its task.
    fn serves(&self, app: &AppId, is_served: bool) {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let is_changed = if is_served { served.insert(app.clone()) } else { served.remove(app) };
        if is_changed {
            self.served_changed.notify_one();
        }
    }

    fn serves_any(&self) -> bool {
        !self.served.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// Without [`Service::stop`] it ends as a process does that is killed.
impl Drop for Service {
    fn drop(&mut self) {
        self.end();
    }
}

/// The service; it ends with [`Self::stop`].
#[derive(Debug)]
pub struct Service {
    setup: Arc<Setup>,
    apps: Arc<apps::Apps>,
    stop: CancellationToken,
    runtime: Mutex<Option<Runtime>>,
}

impl Service {
    /// Begins to deliver.
    ///
    /// # Errors
    /// The system has no threads to give, or the ring is none of ours.
    pub fn start(parts: Parts) -> Result<Self, StartError> {
        let Parts { store, clock, client, places, keys, log, room_secret, chat_url, settings } = parts;
        let current = keys::Current::of(&keys, clock.wall())?;
        let numbers = Numbers::default();
        let setup = Arc::new(Setup {
            signer: signer::Signer::new(current.key, &numbers)?,
            log,
            pages: Pages::new(store.clone(), READS, FOLDS),
            turns: turns::ServerTurns::new(settings.in_flight),
            tests: Arc::default(),
            served: Mutex::default(),
            served_changed: Notify::new(),
            store,
            clock,
            client,
            places,
            room_secret,
            chat_url,
            settings,
            numbers,
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("webhook")
            .enable_all()
            .build()?;
        let stop = CancellationToken::new();
        let apps = Arc::new(apps::Apps::new(Arc::clone(&setup), stop.clone()));
        apps.rotated(current.known.rotated_at);
        runtime.spawn(Arc::clone(&apps).run());
        runtime.spawn(keys::follow(Arc::clone(&setup), Arc::clone(&apps), current.known, stop.clone()));
        Ok(Self { setup, apps, stop, runtime: Mutex::new(Some(runtime)) })
    }

    /// Sends nothing more, and waits until what was answered is kept.
    pub async fn stop(&self) {
        self.stop.cancel();
        if tokio::time::timeout(STOP_BOUND, self.apps.ended()).await.is_err() {
            tracing::warn!("webhooks did not stop in time; what was answered last may be sent again");
        }
        if !self.setup.log.close(LOG_BOUND).await {
            tracing::warn!("the log of deliveries was not written to its end in time");
        }
        self.end();
    }

    /// Runs something where connections are; `None` = the service has stopped.
    async fn spawn<T: Send + 'static>(&self, f: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let task = {
            let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
            runtime.as_ref()?.spawn(f)
        };
        task.await.ok()
    }

    fn end(&self) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            runtime.shutdown_background();
        }
    }

    /// What is counted.
    pub fn numbers(&self) -> &Numbers {
        &self.setup.numbers
    }

    /// Threads that ask for addresses.
    pub fn resolver_busy(&self) -> usize {
        self.setup.client.resolver_busy()
    }

    /// The ledger.
    pub fn store(&self) -> &Store {
        &self.setup.store
    }

    /// The wall clock.
    pub fn now(&self) -> UnixMs {
        self.setup.clock.wall()
    }

    /// What the wall clock says at an instant of the steady one, by which waits are measured.
    pub fn on_wall(&self, steady: UnixMs) -> UnixMs {
        let clock = &self.setup.clock;
        clock.wall().plus_ms(steady.since(clock.steady()))
    }

    /// What signs the requests of an app's room webhooks, beside the server's key.
    pub fn room_secret(&self, app: &AppId) -> Secret {
        (self.setup.room_secret)(app)
    }

    /// The log of deliveries.
    pub fn log(&self) -> &DeliveryLog {
        &self.setup.log
    }

    /// Receivers at work.
    pub fn receivers(&self) -> usize {
        self.apps.receivers()
    }
}
