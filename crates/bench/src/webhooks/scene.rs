//! A ledger with rooms, and the service that delivers what happens in them.
//!
//! It is put together here and not taken from the tests: what tests add to the libraries is not measured.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_node::clock::{Clock, SystemClock, wall};
use sederunt_store::delivery_log::{DeliveryLog, Options};
use sederunt_store::{Store, WebhookRow};
use sederunt_webhook::client::{Client, Limits, Trust};
use sederunt_webhook::keys::{FreshKey, KeyRing};
use sederunt_webhook::places::Places;
use sederunt_webhook::resolve::Resolver;
use sederunt_webhook::service::{self, Parts, Service, Settings};
use sederunt_webhook::sign::Secret;
use tempfile::TempDir;

use crate::ledger::ingest::APP;
use crate::ledger::ingest::ours::Ledger;

/// The secret of every webhook.
pub(super) const SECRET: [u8; 32] = [5; 32];
/// What each of them wants.
const EVENTS: [&str; 4] =
    ["meeting.started", "meeting.participantJoined", "meeting.participantLeft", "meeting.ended"];
/// Requests in flight of each, and of all, as the server has them when nothing is said.
pub(super) const CONCURRENCY: usize = 16;
const IN_FLIGHT: usize = 512;
/// What takes longer never comes.
const STUCK: Duration = Duration::from_secs(60);

/// The node's clocks.
#[derive(Debug)]
struct Clocks(SystemClock);

impl service::Clock for Clocks {
    fn steady(&self) -> UnixMs {
        self.0.steady()
    }

    fn wall(&self) -> UnixMs {
        self.0.now()
    }
}

/// Begins to deliver, with a log of deliveries in `dir`. Receivers are on this machine.
pub(super) fn serve(store: &Store, dir: &Path) -> Result<Service> {
    let now = wall();
    let places = Places { allow: vec!["127.0.0.0/8".parse()?], ..Places::default() };
    let resolver = Resolver::with(|_| vec![IpAddr::from([127, 0, 0, 1])]);
    let client = Client::new(resolver, places.clone(), Trust::only(Vec::new())?, Limits::default());
    let parts = Parts {
        store: store.clone(),
        clock: Arc::new(Clocks(SystemClock::start())),
        client,
        places,
        keys: KeyRing::first(FreshKey::generate()?, now),
        log: DeliveryLog::open(dir, Options::default(), now)?,
        room_secret: Arc::new(|_| Secret::from(SECRET)),
        chat_url: Arc::new(|session, at| format!("https://here.example/{session}?until={}", at.0)),
        settings: Settings {
            endpoint: sederunt_webhook::endpoint::Settings {
                concurrency: CONCURRENCY,
                is_strict: false,
                give_up_ms: 0,
            },
            has_legacy_headers: true,
            in_flight: IN_FLIGHT,
        },
    };
    Ok(Service::start(parts)?)
}

/// A webhook of an app at a port of this machine.
pub(super) async fn register(store: &Store, app: &str, id: u128, port: u16) -> Result<Id> {
    let (id, now) = (Id::from_u128(id), wall());
    let row = WebhookRow {
        id,
        app: app.into(),
        name: "bench".to_owned(),
        url: url(port, ""),
        events: EVENTS.map(str::to_owned).to_vec(),
        is_enabled: true,
        secret: SECRET,
        old_secret: None,
        created_at: now,
        updated_at: now,
    };
    store.create_webhook(row).await?;
    Ok(id)
}

pub(super) fn url(port: u16, path: &str) -> String {
    format!("http://127.0.0.1:{port}/{path}")
}

/// A ledger with rooms, webhooks of their app, and the service.
pub(super) struct Scene {
    pub(super) ledger: Arc<Ledger>,
    pub(super) hooks: Vec<Id>,
    service: Service,
    // Goes last.
    _folder: TempDir,
}

impl Scene {
    /// In a new folder in `dir`, with a webhook at each port.
    pub(super) async fn open(dir: &Path, rooms: usize, ports: &[u16]) -> Result<Self> {
        let folder = tempfile::tempdir_in(dir)?;
        let ledger = Arc::new(Ledger::open(folder.path(), rooms).await?);
        let service = serve(ledger.store(), folder.path())?;
        let mut hooks = Vec::new();
        for (id, port) in (1..).zip(ports) {
            hooks.push(register(ledger.store(), APP, id, *port).await?);
        }
        let scene = Self { ledger, hooks, service, _folder: folder };
        until("the receivers", async || Ok(scene.service.receivers() == ports.len())).await?;
        Ok(scene)
    }

    pub(super) async fn close(self) {
        self.service.stop().await;
    }
}

/// Waits until something is so.
pub(super) async fn until(what: &str, is_so: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let wait = async {
        while !is_so().await? {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(STUCK, wait).await.with_context(|| format!("{what}: it does not come"))?
}
