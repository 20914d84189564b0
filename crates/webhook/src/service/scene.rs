//! What a service shares, for tests of its parts: over a house, with receivers nowhere.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use sederunt_changes::Pages;
use sederunt_core::time::UnixMs;
use sederunt_store::delivery_log::{DeliveryLog, Options};
use sederunt_testkit::{House, T0};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::shared::Shared;
use super::{Clock, Numbers, Settings, Setup, signer, turns};
use crate::client::{Client, Limits, Trust};
use crate::keys::{FreshKey, KeyRing};
use crate::places::Places;
use crate::resolve::Resolver;
use crate::sign::Secret;

/// Time that stands.
#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn steady(&self) -> UnixMs {
        T0
    }

    fn wall(&self) -> UnixMs {
        T0
    }
}

/// What the receivers of an app of a house share.
pub(super) fn shared(house: &House, app: &str) -> Arc<Shared> {
    let places = Places::default();
    let (numbers, store) = (Numbers::default(), house.store.clone());
    let ring = KeyRing::first(FreshKey::generate().unwrap(), T0);
    let resolver = Resolver::with(|_| Vec::<IpAddr>::new());
    let endpoint = crate::endpoint::Settings { concurrency: 16, is_strict: false, give_up_ms: 0 };
    let setup = Setup {
        signer: signer::Signer::new(ring.signing_key(T0).unwrap(), &numbers).unwrap(),
        tests: Arc::default(),
        log: DeliveryLog::open(house.folder(), Options::default(), T0).unwrap(),
        pages: Pages::new(store.clone(), 2, 2),
        turns: turns::ServerTurns::new(8),
        served: Mutex::default(),
        served_changed: Notify::new(),
        store,
        clock: Arc::new(Still),
        client: Client::new(resolver, places.clone(), Trust::only(Vec::new()).unwrap(), Limits::default()),
        places,
        room_secret: Arc::new(|_| Secret::from([5; 32])),
        chat_url: Arc::new(|session, _| format!("https://here.example/{session}")),
        settings: Settings { endpoint, has_legacy_headers: true, in_flight: 8 },
        numbers,
    };
    Arc::new(Shared::new(Arc::new(setup), app.into(), CancellationToken::new()))
}
