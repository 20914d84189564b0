//! A router over a fresh ledger, callers, and clients that join rooms.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use sederunt_api::{ApiConfig, router};
use sederunt_core::call::Disconnect;
use sederunt_core::effect::CloseReason;
use sederunt_core::id::{AppId, Id, MeetingId, PeerId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::{Msg, Request as RoomRequest, entry};
use sederunt_node::clock::ManualClock;
use sederunt_node::presets::default_presets;
use sederunt_node::{Attached, ClientAddress, EntryError, Node, NodeConfig, ToSocket, generate_signing_key};
use sederunt_store::{
    ApiTokenRow, AppRow, ImportOptions, MeetingRow, MemberType, ParticipantRow, Permission, RoomKind, Store,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tower::ServiceExt;

/// Nothing here waits for a clock, so a test that takes this long is stuck.
const STUCK: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) node: Node,
    pub(crate) clock: ManualClock,
    pub(crate) router: Router,
    pub(crate) key: String,
    _dir: tempfile::TempDir,
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

pub(crate) async fn start(store: &Store, clock: &ManualClock, key: &str, node_id: &str) -> Node {
    let config = NodeConfig {
        node_id: node_id.to_owned(),
        reconnect_grace_ms: 20_000,
        signing_key_pem: key.to_owned(),
        store_client_addresses: false,
    };
    Node::start(config, store.clone(), None, Arc::new(clock.clone())).await.unwrap()
}

impl World {
    pub(crate) async fn at(now: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let clock = ManualClock::new(at(now));
        let key = generate_signing_key().unwrap();
        let node = start(&store, &clock, &key, "node-1").await;
        let router = router(node.clone(), ApiConfig::default());
        Self { store, node, clock, router, key, _dir: dir }
    }

    /// The same ledger behind another node.
    pub(crate) fn with_node(self, node: Node, clock: ManualClock) -> Self {
        let router = router(node.clone(), ApiConfig::default());
        Self { node, clock, router, ..self }
    }

    /// The same folder, opened again after a stop, behind another node.
    pub(crate) async fn restarted(self) -> Self {
        let Self { store, node, clock, router, key, _dir } = self;
        node.stop().await;
        drop((router, node, store));
        let store = Store::open(_dir.path()).unwrap();
        let node = start(&store, &clock, &key, "node-2").await;
        let router = sederunt_api::router(node.clone(), ApiConfig::default());
        Self { store, node, clock, router, key, _dir }
    }

    pub(crate) async fn app(&self, account: &str, id: &str, name: &str) {
        let id = AppId::from(id);
        let presets = default_presets(&id, self.node.now(), || self.node.mint_id());
        let created_at = self.node.now();
        let row = AppRow { id, account: account.to_owned(), name: name.to_owned(), created_at };
        self.store.create_app(row, presets).await.unwrap();
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
        let now = self.node.now();
        let row = MeetingRow {
            id,
            app: AppId::from(app),
            title: title.to_owned(),
            active: true,
            keep_alive_secs: 60,
            kind,
            is_room: kind != RoomKind::Private,
            default_member_type: MemberType::Guest,
            max_meeting_seconds: None,
            terminated_at: None,
            deleted_at: None,
            extra: json!({}),
            created_at: now,
            updated_at: now,
        };
        self.store.create_meeting(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn participant(&self, meeting: &MeetingRow, id: Id, user: &str) -> ParticipantRow {
        let now = self.node.now();
        let row = ParticipantRow {
            id: id.into(),
            meeting: meeting.id,
            app: meeting.app.clone(),
            name: user.to_owned(),
            picture: String::new(),
            custom_participant_id: Some(user.to_owned()),
            user_id: Some(user.to_owned()),
            preset_name: "group_call_host".to_owned(),
            member_type: MemberType::Host,
            blocked: false,
            deleted_at: None,
            created_at: now,
            updated_at: now,
        };
        self.store.create_participant(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn entry(&self, participant: &ParticipantRow) -> String {
        let preset = self.store.preset(&participant.app, &participant.preset_name).await.unwrap().unwrap();
        self.node.mint_token(participant, &preset).unwrap()
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
        let ticket = self.node.admit(token).await?;
        let meeting = ticket.meeting.id;
        let (sender, inbox) = mpsc::channel(1024);
        let attached = self.node.attach(ticket, peer, ClientAddress::default(), sender).await?;
        Ok(Client { attached, inbox, meeting, peer })
    }

    /// Leaves, and waits until the ledger knows.
    pub(crate) async fn leave(&self, client: Client) {
        let session = self.store.active_session(client.meeting).await.unwrap().unwrap().id;
        let peer = client.peer;
        client.disconnect(Disconnect::Clean).await;
        self.until_left(session, peer).await;
    }

    pub(crate) async fn until_left(&self, session: sederunt_core::id::SessionId, peer: PeerId) {
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

/// One socket.
pub(crate) struct Client {
    attached: Attached,
    inbox: mpsc::Receiver<ToSocket>,
    pub(crate) meeting: MeetingId,
    pub(crate) peer: PeerId,
}

impl Client {
    pub(crate) async fn join(&mut self) {
        let id = "join".into();
        self.attached
            .request(id, RoomRequest::Entry(entry::Ask::JoinRoom { display_name: String::new() }))
            .await
            .unwrap();
        loop {
            match within("the answer to the join", self.inbox.recv()).await {
                Some(ToSocket::Tell { re: Some(_), msg, .. }) => {
                    assert!(matches!(*msg, Msg::Entry(entry::Tell::PeerInfo { .. })), "{msg:?}");
                    return;
                }
                Some(ToSocket::Tell { re: None, .. }) => {}
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    /// Something comes from the client: it is awake.
    pub(crate) fn is_heard(&self) {
        self.attached.hears();
    }

    pub(crate) async fn disconnect(self, how: Disconnect) {
        self.attached.disconnect(how).await;
    }

    /// Reads on until the room closes the socket.
    pub(crate) async fn closed(&mut self) -> Option<CloseReason> {
        loop {
            match within("the end of the socket", self.inbox.recv()).await {
                Some(ToSocket::Close(reason)) => return Some(reason),
                Some(_) => {}
                None => return None,
            }
        }
    }
}

/// Fails when `future` takes so long that it will never come.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(STUCK, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} does not come"),
    }
}

/// Waits until `condition` holds.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    within(what, async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
