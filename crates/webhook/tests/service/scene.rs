//! A house with an app, and the service that delivers for it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId};
use sederunt_core::time::UnixMs;
use sederunt_store::delivery_log::{DeliveryLog, Options};
use sederunt_store::{MeetingRow, ParticipantRow, WebhookRow};
use sederunt_testkit::{House, Person, T0};
use sederunt_webhook::client::{Client, Limits, Trust};
use sederunt_webhook::endpoint;
use sederunt_webhook::keys::{FreshKey, KeyRing};
use sederunt_webhook::places::Places;
use sederunt_webhook::resolve::Resolver;
use sederunt_webhook::service::{Clock, Parts, Service, Settings};
use sederunt_webhook::sign::Secret;
use serde_json::json;

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

pub(crate) const SECRET: [u8; 32] = [5; 32];

pub(crate) struct Scene {
    pub house: House,
    pub app: AppId,
    pub key: Vec<u8>,
    pub service: Service,
    start: Instant,
    peers: u128,
}

fn service(house: &House, key: &[u8], start: Instant) -> Service {
    let places = Places { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Places::default() };
    let resolver = Resolver::with(|_| vec![IpAddr::from([127, 0, 0, 1])]);
    let trust = Trust::only(Vec::new()).unwrap();
    let parts = Parts {
        store: house.store.clone(),
        clock: Arc::new(Real(start)),
        client: Client::new(resolver, places.clone(), trust, Limits::default()),
        places,
        keys: KeyRing::read(key).unwrap(),
        log: DeliveryLog::open(house.folder(), Options::default(), T0).unwrap(),
        room_secret: Arc::new(|_| Secret::from(SECRET)),
        chat_url: Arc::new(|session, at| format!("https://here.example/{session}?until={}", at.0)),
        settings: Settings {
            endpoint: endpoint::Settings { concurrency: 16, is_strict: false, give_up_ms: 0 },
            has_legacy_headers: true,
            in_flight: 512,
        },
    };
    Service::start(parts).unwrap()
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let house = House::at(T0).await;
        let app = house.app("acc", "app-1", "Demo app").await;
        let (key, start) =
            (KeyRing::first(FreshKey::generate().unwrap(), T0).to_bytes().unwrap(), Instant::now());
        let service = service(&house, &key, start);
        Self { house, app, key, service, start, peers: 0 }
    }

    /// Stops the service, runs `f` without it, and starts another.
    pub(crate) async fn without_service(&mut self, f: impl AsyncFnOnce(&mut Self)) {
        self.service.stop().await;
        f(self).await;
        self.service = service(&self.house, &self.key, self.start);
    }

    pub(crate) async fn webhook(&self, url: String, events: &[&str]) -> Id {
        let id = self.house.node.mint_id();
        let row = WebhookRow {
            id,
            app: self.app.clone(),
            name: "Register".to_owned(),
            url,
            events: events.iter().map(|name| (*name).to_owned()).collect(),
            is_enabled: true,
            secret: SECRET,
            old_secret: None,
            created_at: T0,
            updated_at: T0,
        };
        self.house.store.create_webhook(row).await.unwrap();
        id
    }

    pub(crate) async fn meeting(&self) -> MeetingId {
        let row = self.house.meeting_row(&self.app);
        let id = row.id;
        self.house.store.create_meeting(row).await.unwrap();
        id
    }

    pub(crate) async fn room(&self, url: String) -> MeetingRow {
        let mut row = self.house.meeting_row(&self.app);
        row.is_room = true;
        row.extra = json!({ "webhook": { "url": url, "headers": { "X-Room": "7" } } });
        self.house.store.create_meeting(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn participant(&self, meeting: MeetingId, name: &str) -> ParticipantRow {
        let row = self.house.participant_row(&self.app, meeting, name);
        self.house.store.create_participant(row.clone()).await.unwrap();
        row
    }

    /// Somebody enters.
    pub(crate) async fn join(&mut self, who: &ParticipantRow) -> Person {
        self.peers += 1;
        let token = self.house.entry(who).await;
        let mut person = self.house.attach(&token, PeerId::from_u128(self.peers)).await.unwrap();
        person.join().await;
        person
    }

    /// A session of one who comes and is sent away with everybody.
    pub(crate) async fn session(&mut self) -> MeetingId {
        let meeting = self.meeting().await;
        let ann = self.participant(meeting, "Ann").await;
        let mut person = self.join(&ann).await;
        sederunt_app::live::kick_all(&self.house.node, meeting).await.unwrap();
        person.closed().await;
        meeting
    }

    pub(crate) async fn kick_all(&self, meeting: MeetingId) {
        sederunt_app::live::kick_all(&self.house.node, meeting).await.unwrap();
    }
}

/// Somebody without an id of the workspace's own.
pub(crate) fn member(row: &ParticipantRow, user: Option<&str>, id: u128) -> ParticipantRow {
    let id = ParticipantId::from_u128(id);
    ParticipantRow { id, user_id: user.map(str::to_owned), ..row.clone() }
}
