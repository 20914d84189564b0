//! A router over a fresh ledger, callers, and clients that join rooms.

use std::ops::Deref;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use sederunt_api::{ApiConfig, router};
use sederunt_core::call::Disconnect;
use sederunt_core::id::{AppId, Id, MeetingId, PeerId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_node::clock::ManualClock;
use sederunt_node::{EntryError, Node};
use sederunt_store::{
    ApiTokenRow, ImportOptions, MeetingRow, MemberType, ParticipantRow, Permission, RoomKind,
};
use sederunt_testkit::{House, Settings};
pub(crate) use sederunt_testkit::{Person as Client, start, until, within};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) struct World {
    house: House,
    pub(crate) router: Router,
}

impl Deref for World {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a success.
    pub(crate) fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json()
    }
}

/// An instant, `2026-01-12T14:00:00.000Z`.
pub(crate) fn at(text: &str) -> UnixMs {
    UnixMs(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

impl World {
    pub(crate) async fn at(now: &str) -> Self {
        Self::of(House::at(at(now)).await)
    }

    /// Stays keep the addresses of clients.
    pub(crate) async fn with_addresses(now: &str) -> Self {
        let settings = Settings { store_client_addresses: true, ..Settings::default() };
        Self::of(House::with(at(now), settings).await)
    }

    fn of(house: House) -> Self {
        let router = router(house.node.clone(), ApiConfig::default());
        Self { house, router }
    }

    /// The same ledger behind another node.
    pub(crate) fn with_node(self, node: Node, clock: ManualClock) -> Self {
        let Self { mut house, .. } = self;
        (house.node, house.clock) = (node, clock);
        Self::of(house)
    }

    /// The same folder, opened again after a stop, behind another node.
    pub(crate) async fn restarted(self) -> Self {
        let Self { house, router } = self;
        drop(router);
        Self::of(house.restarted().await)
    }

    pub(crate) async fn token(
        &self,
        text: &str,
        account: Option<(&str, Permission)>,
        workspace: Option<&str>,
    ) {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let row = ApiTokenRow {
            id: format!("id-{text}"),
            name: text.to_owned(),
            account: account.map(|(account, permission)| (account.to_owned(), permission)),
            workspace: workspace.map(AppId::from),
            server: false,
            used_on: None,
            created_at: self.node.now(),
            revoked_at: None,
        };
        self.store.create_token(row, hash.as_ref().try_into().unwrap()).await.unwrap();
    }

    /// Imports records of docs/record-format.md; every one must be taken.
    pub(crate) async fn history(&self, records: &[Value]) {
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        let (store, text) = (self.store.clone(), lines.join("\n"));
        let import = move || store.import(text.as_bytes(), &ImportOptions::default(), |_| ());
        let report = tokio::task::spawn_blocking(import).await.unwrap().unwrap();
        assert_eq!(report.rejected, [], "records were refused");
        assert_eq!(report.imported, records.len() as u64);
    }

    pub(crate) async fn meeting(&self, app: &str, id: MeetingId, title: &str, kind: RoomKind) -> MeetingRow {
        let row = MeetingRow {
            id,
            title: title.to_owned(),
            kind,
            is_room: kind != RoomKind::Private,
            ..self.meeting_row(&AppId::from(app))
        };
        self.store.create_meeting(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn participant(&self, meeting: &MeetingRow, id: Id, user: &str) -> ParticipantRow {
        let row = ParticipantRow {
            id: id.into(),
            custom_participant_id: Some(user.to_owned()),
            user_id: Some(user.to_owned()),
            member_type: MemberType::Host,
            ..self.participant_row(&meeting.app, meeting.id, user)
        };
        self.store.create_participant(row.clone()).await.unwrap();
        row
    }

    /// A new participant of a meeting, inside it.
    pub(crate) async fn joined(&self, meeting: &MeetingRow, user: &str) -> Client {
        let participant = self.participant(meeting, self.node.mint_id(), user).await;
        self.tab(&participant).await
    }

    /// One more tab of a participant, inside the meeting.
    pub(crate) async fn tab(&self, participant: &ParticipantRow) -> Client {
        let token = self.entry(participant).await;
        let mut client = self.waiting(&token, PeerId(self.node.mint_id())).await.unwrap();
        client.join().await;
        client
    }

    /// A socket that has not joined.
    pub(crate) async fn waiting(&self, token: &str, peer: PeerId) -> Result<Client, EntryError> {
        self.attach(token, peer).await
    }

    /// Leaves, and waits until the ledger knows.
    pub(crate) async fn leave(&self, client: Client) {
        let session = self.store.active_session(client.meeting).await.unwrap().unwrap().id;
        let peer = client.peer;
        client.disconnect(Disconnect::Clean).await;
        self.until_left(session, peer).await;
    }

    pub(crate) async fn until_left(&self, session: SessionId, peer: PeerId) {
        until("the leave", || async {
            self.store.stay(session, peer).await.unwrap().unwrap().stay.left_at.is_some()
        })
        .await;
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        target: &str,
        token: &str,
        body: Option<Value>,
    ) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        let headers = if token.is_empty() { &[][..] } else { &headers };
        self.raw(method, target, headers, body.map(|b| b.to_string()).unwrap_or_default()).await
    }

    pub(crate) async fn raw(
        &self,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }
}
