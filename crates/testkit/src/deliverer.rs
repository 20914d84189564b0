//! The service that delivers webhooks, over a house.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use sederunt_core::time::UnixMs;
use sederunt_store::delivery_log::{DeliveryLog, Options};
use sederunt_webhook::client::{Client, Limits, Trust};
use sederunt_webhook::endpoint;
use sederunt_webhook::keys::{FreshKey, KeyRing};
use sederunt_webhook::places::Places;
use sederunt_webhook::resolve::Resolver;
use sederunt_webhook::service::{ChatUrl, Clock, Parts, Service, Settings};
use sederunt_webhook::sign::Secret;

use crate::T0;
use crate::house::House;

/// The secret of room webhooks.
pub const SECRET: [u8; 32] = [5; 32];

/// Time that really passes, as waits do.
#[derive(Debug)]
struct Real(Instant);

impl Clock for Real {
    fn steady(&self) -> UnixMs {
        T0.plus_ms(i64::try_from(self.0.elapsed().as_millis()).unwrap())
    }

    fn wall(&self) -> UnixMs {
        self.steady()
    }
}

/// What one service after the other is started with. Receivers are on this machine.
#[derive(Debug)]
pub struct Deliverer {
    /// The ring of keys.
    pub key: Vec<u8>,
    /// Where requests may go.
    pub places: Places,
    /// How long requests may take.
    pub limits: Limits,
    /// Requests in flight of all.
    pub in_flight: usize,
    /// So many of the links to chats that are made next are a bug that panics.
    pub chat_panics: Arc<AtomicUsize>,
    start: Instant,
}

impl Deliverer {
    /// The same, but that a request may take as long as any test: one that hangs does so to the end.
    pub fn patient() -> Self {
        let ever = Duration::from_secs(3_600);
        let limits = Limits { head: ever, whole: ever, ..Limits::default() };
        Self { limits, ..Self::new() }
    }

    /// With a fresh key; its clock begins now, at [`T0`].
    pub fn new() -> Self {
        let key = KeyRing::first(FreshKey::generate().unwrap(), T0).to_bytes().unwrap();
        let places = Places { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Places::default() };
        let (limits, chat_panics) = (Limits::default(), Arc::default());
        Self { key, places, limits, in_flight: 512, chat_panics, start: Instant::now() }
    }

    /// Begins to deliver.
    pub fn start(&self, house: &House) -> Service {
        let places = self.places.clone();
        let resolver = Resolver::with(|_| vec![IpAddr::from([127, 0, 0, 1])]);
        let trust = Trust::only(Vec::new()).unwrap();
        let parts = Parts {
            store: house.store.clone(),
            clock: Arc::new(Real(self.start)),
            client: Client::new(resolver, places.clone(), trust, self.limits),
            places,
            keys: KeyRing::read(&self.key).unwrap(),
            log: DeliveryLog::open(house.folder(), Options::default(), T0).unwrap(),
            room_secret: Arc::new(|_| Secret::from(SECRET)),
            chat_url: chat_url(Arc::clone(&self.chat_panics)),
            settings: Settings {
                endpoint: endpoint::Settings { concurrency: 16, is_strict: false, give_up_ms: 0 },
                has_legacy_headers: true,
                in_flight: self.in_flight,
            },
        };
        Service::start(parts).unwrap()
    }
}

fn chat_url(panics: Arc<AtomicUsize>) -> ChatUrl {
    Arc::new(move |session, at| {
        let is_bug = panics.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok();
        assert!(!is_bug, "a bug");
        format!("https://here.example/{session}?until={}", at.0)
    })
}

impl Default for Deliverer {
    fn default() -> Self {
        Self::new()
    }
}
