//! Webhooks that are delivered, to receivers on this machine.

use std::sync::Arc;

use axum::http::Method;
use sederunt_api::{ApiConfig, router};
use sederunt_core::id::MeetingId;
use sederunt_store::{MeetingRow, Permission, RoomKind};
use sederunt_testkit::{Deliverer, Receiver};
use sederunt_webhook::service::Service;
use serde_json::{Value, json};

use crate::kit_fixture::{A, B, P, Q};
use crate::world::{Answer, World, until};

/// What a session of [`Desk::session`] makes, newest first.
pub(crate) const ALL: [&str; 4] =
    ["meeting.ended", "meeting.participantLeft", "meeting.participantJoined", "meeting.started"];

/// Apps P and Q of account A, "b-app" of account B, and a service.
pub(crate) struct Desk {
    pub(crate) w: World,
    pub(crate) service: Arc<Service>,
    deliverer: Deliverer,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let w = World::at("2026-01-12T14:00:00.000Z").await;
        w.app(A, P, "Pilot").await;
        w.app(A, Q, "Quarry").await;
        w.app(B, "b-app", "Theirs").await;
        w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
        w.token("TR", Some((A, Permission::Realtime)), None).await;
        w.token("TN", Some((A, Permission::None)), None).await;
        w.token("TB", Some((B, Permission::RealtimeAdmin)), None).await;
        w.token("KW", None, Some(P)).await;
        w.token("KV", None, Some(Q)).await;
        let deliverer = Deliverer::new();
        let service = Arc::new(deliverer.start(&w));
        let mut desk = Self { w, service, deliverer };
        desk.route();
        desk
    }

    fn route(&mut self) {
        let config = ApiConfig {
            webhook_places: self.deliverer.places.clone(),
            webhooks: Some(Arc::clone(&self.service)),
            ..ApiConfig::default()
        };
        self.w.router = router(self.w.node.clone(), config);
    }

    /// Another service in place of this one.
    pub(crate) async fn restart(&mut self) {
        self.service.stop().await;
        self.service = Arc::new(self.deliverer.start(&self.w));
        self.route();
    }

    /// A server that delivers nothing.
    pub(crate) fn without_service(&mut self) {
        self.w.router = router(self.w.node.clone(), ApiConfig::default());
    }

    pub(crate) async fn at(
        &self,
        method: Method,
        app: &str,
        rest: &str,
        token: &str,
        body: Option<Value>,
    ) -> Answer {
        self.w.send(method, &format!("/sederunt/v1/apps/{app}/{rest}"), token, body).await
    }

    pub(crate) async fn get(&self, rest: &str) -> Value {
        self.at(Method::GET, P, rest, "TA", None).await.ok()
    }

    pub(crate) async fn post(&self, rest: &str, body: Value) -> Answer {
        self.at(Method::POST, P, rest, "TA", Some(body)).await
    }

    /// A webhook of app P; its path below the app.
    pub(crate) async fn webhook(&self, url: &str, events: &[&str]) -> String {
        let target = format!("/accounts/{A}/realtime/kit/{P}/webhooks");
        let body = json!({ "name": "Main", "url": url, "events": events });
        let made = self.w.send(Method::POST, &target, "TA", Some(body)).await.ok();
        format!("webhooks/{}", made["data"]["id"].as_str().unwrap())
    }

    pub(crate) async fn patch(&self, webhook: &str, body: Value) {
        let target = format!("/accounts/{A}/realtime/kit/{P}/{webhook}");
        self.w.send(Method::PATCH, &target, "TA", Some(body)).await.ok();
    }

    /// A room of app P with a webhook.
    pub(crate) async fn room(&self, url: &str) -> MeetingRow {
        let hook = json!({ "url": url, "headers": { "X-Room": "7" } });
        let body = json!({ "name": "Room", "type": "open", "webhook": hook });
        let made = self.w.send(Method::POST, "/v1/rooms", "KW", Some(body)).await.ok();
        let id: MeetingId = made["room"]["id"].as_str().unwrap().parse().unwrap();
        self.w.store.meeting(id).await.unwrap().unwrap()
    }

    /// Somebody comes and everybody is sent away: four facts.
    pub(crate) async fn session(&self) -> MeetingId {
        let id = MeetingId(self.w.node.mint_id());
        let meeting = self.w.meeting(P, id, "Weekly", RoomKind::Private).await;
        self.visit(&meeting, "ann").await;
        id
    }

    pub(crate) async fn visit(&self, meeting: &MeetingRow, user: &str) {
        let mut client = self.w.joined(meeting, user).await;
        sederunt_app::live::kick_all(&self.w.node, meeting.id).await.unwrap();
        client.closed().await;
    }

    /// A list of deliveries.
    pub(crate) async fn deliveries(&self, hook: &str, query: &str) -> Vec<Value> {
        let list = self.get(&format!("{hook}/deliveries?{query}")).await;
        list["deliveries"].as_array().unwrap().clone()
    }

    /// The same, when there are so many.
    pub(crate) async fn listed(&self, hook: &str, query: &str, count: usize) -> Vec<Value> {
        let what = format!("{count} of {query}");
        until(&what, || async {
            self.service.log().flush().await;
            self.deliveries(hook, query).await.len() == count
        })
        .await;
        self.deliveries(hook, query).await
    }
}

/// An answer says that it is refused, and why.
pub(crate) fn assert_refused(answer: &Answer, status: u16, message: &str) {
    let error = &answer.json()["error"];
    assert_eq!((answer.status.as_u16(), error["message"].as_str().unwrap()), (status, message));
}

/// The events of a list.
pub(crate) fn events(list: &[Value]) -> Vec<&str> {
    list.iter().map(|one| one["event"].as_str().unwrap()).collect()
}

/// One that refuses an event, the first so many times.
pub(crate) async fn refusing(event: &'static str, times: usize) -> Receiver {
    Receiver::answering(move |n, got| Some(if got.what() == event && n < times { 404 } else { 200 })).await
}
