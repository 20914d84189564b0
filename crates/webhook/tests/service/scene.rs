//! A house with an app, and the service that delivers for it.

use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId};
use sederunt_core::words::chat;
use sederunt_store::{MeetingRow, ParticipantRow, WebhookRow};
use sederunt_testkit::{Deliverer, House, Person, SECRET, T0};
use sederunt_webhook::service::Service;
use serde_json::json;

pub(crate) struct Scene {
    pub house: House,
    pub app: AppId,
    pub deliverer: Deliverer,
    pub service: Service,
    peers: u128,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(Deliverer::new()).await
    }

    /// With a service that is started otherwise.
    pub(crate) async fn with(deliverer: Deliverer) -> Self {
        let house = House::at(T0).await;
        let app = house.app("acc", "app-1", "Demo app").await;
        let service = deliverer.start(&house);
        Self { house, app, deliverer, service, peers: 0 }
    }

    /// Stops the service, runs `f` without it, and starts another.
    pub(crate) async fn without_service(&mut self, f: impl AsyncFnOnce(&mut Self)) {
        self.service.stop().await;
        f(self).await;
        self.service = self.deliverer.start(&self.house);
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

    /// Somebody comes to a room, writes to all, and is sent away with everybody.
    pub(crate) async fn chat(&mut self) {
        let meeting = self.meeting().await;
        let ann = self.participant(meeting, "Ann").await;
        let mut person = self.join(&ann).await;
        let say = chat::Ask::Send { peers: None, payload_type: 0, payload: "hello".to_owned() };
        person.ask(say.into()).await.unwrap();
        self.kick_all(meeting).await;
        person.closed().await;
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
