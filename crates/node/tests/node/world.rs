//! A node, its ledger, and clients that speak the room's own words.

use std::sync::Arc;
use std::time::Duration;

use sederunt_core::call::ReqId;
use sederunt_core::effect::CloseReason;
use sederunt_core::error::RoomError;
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::{Msg, Request, entry};
use sederunt_node::clock::ManualClock;
use sederunt_node::presets::default_presets;
use sederunt_node::{Attached, ClientAddress, Node, NodeConfig, ToSocket, generate_signing_key};
use sederunt_store::{
    AppRow, MeetingRow, MemberType, Page, ParticipantRow, RoomKind, SessionQuery, SessionRow, SessionSort,
    StayQuery, StayRow, StaySort, Store,
};
use serde_json::json;
use tokio::sync::mpsc;

/// 2026-01-12T14:00:00Z.
pub(crate) const T0: UnixMs = UnixMs(1_768_226_400_000);
/// Nothing here waits for a clock, so a test that takes this long is stuck.
const STUCK: Duration = Duration::from_secs(60);

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) node: Node,
    pub(crate) clock: ManualClock,
    pub(crate) app: AppId,
    pub(crate) key: String,
    _dir: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let clock = ManualClock::new(T0);
        let key = generate_signing_key().unwrap();
        let app = AppId::from("app-1");
        let node = start(&store, &clock, &key, "node-1").await;
        let row =
            AppRow { id: app.clone(), account: "acc".to_owned(), name: "App".to_owned(), created_at: T0 };
        let presets = default_presets(&app, T0, || node.mint_id());
        store.create_app(row, presets).await.unwrap();
        Self { store, node, clock, app, key, _dir: dir }
    }

    pub(crate) fn meeting_row(&self) -> MeetingRow {
        MeetingRow {
            id: MeetingId(self.node.mint_id()),
            app: self.app.clone(),
            title: "Weekly".to_owned(),
            active: true,
            keep_alive_secs: 60,
            kind: RoomKind::Private,
            is_room: false,
            default_member_type: MemberType::Guest,
            max_meeting_seconds: None,
            terminated_at: None,
            deleted_at: None,
            extra: json!({}),
            created_at: T0,
            updated_at: T0,
        }
    }

    pub(crate) async fn meeting(&self) -> MeetingRow {
        let row = self.meeting_row();
        self.store.create_meeting(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn participant(&self, meeting: MeetingId, name: &str) -> ParticipantRow {
        let row = ParticipantRow {
            id: ParticipantId(self.node.mint_id()),
            meeting,
            app: self.app.clone(),
            name: name.to_owned(),
            picture: String::new(),
            custom_participant_id: Some(format!("c-{name}")),
            user_id: None,
            preset_name: "group_call_host".to_owned(),
            member_type: MemberType::Guest,
            blocked: false,
            deleted_at: None,
            created_at: T0,
            updated_at: T0,
        };
        self.store.create_participant(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn token(&self, participant: &ParticipantRow) -> String {
        let preset = self.store.preset(&participant.app, &participant.preset_name).await.unwrap().unwrap();
        self.node.mint_token(participant, &preset).unwrap()
    }

    /// A socket of a new participant, attached and not joined.
    pub(crate) async fn client(&self, meeting: MeetingId, name: &str) -> Client {
        let participant = self.participant(meeting, name).await;
        let token = self.token(&participant).await;
        self.attach(&token, PeerId(self.node.mint_id()), 1024).await
    }

    pub(crate) async fn attach(&self, token: &str, peer: PeerId, outbox: usize) -> Client {
        let ticket = self.node.admit(token).await.unwrap();
        let (sender, inbox) = mpsc::channel(outbox);
        let attached = self.node.attach(ticket, peer, ClientAddress::default(), sender).await.unwrap();
        Client { attached, inbox, asked: 0, pushes: Vec::new() }
    }

    pub(crate) async fn sessions(&self) -> Page<SessionRow> {
        let query = SessionQuery {
            app: self.app.clone(),
            now: self.node.steady(),
            meeting: None,
            started_from: None,
            started_to: None,
            status: None,
            peak_min: None,
            peak_max: None,
            search: None,
            sort: SessionSort::CreatedAt,
            ascending: true,
            offset: 0,
            limit: 100,
        };
        self.store.sessions(query).await.unwrap()
    }

    pub(crate) async fn stays(&self, session: SessionId) -> Vec<StayRow> {
        let query = StayQuery {
            session,
            now: self.node.steady(),
            search: None,
            sort: StaySort::JoinedAt,
            ascending: true,
            offset: 0,
            limit: 100,
        };
        self.store.stays(query).await.unwrap().items
    }
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

/// One socket.
pub(crate) struct Client {
    pub(crate) attached: Attached,
    inbox: mpsc::Receiver<ToSocket>,
    asked: u32,
    pub(crate) pushes: Vec<Arc<Msg>>,
}

impl Client {
    /// The next word of the room; `None` = it has let go of the socket.
    pub(crate) async fn next(&mut self) -> Option<ToSocket> {
        within("a word of the room", self.inbox.recv()).await
    }

    /// Asks, and returns the answer; pushes that come first are kept.
    pub(crate) async fn ask(&mut self, request: Request) -> Result<Arc<Msg>, RoomError> {
        self.asked += 1;
        let id = ReqId::from(&*format!("r-{}", self.asked));
        self.attached.request(id.clone(), request).await.unwrap();
        loop {
            match self.next().await.expect("the room has let go") {
                ToSocket::Tell { re: None, msg, .. } => self.pushes.push(msg),
                ToSocket::Tell { re: Some(re), msg, .. } if re == id => return Ok(msg),
                ToSocket::Refuse { re, error } if re == id => return Err(error),
                other @ (ToSocket::Tell { .. } | ToSocket::Refuse { .. } | ToSocket::Close(_)) => {
                    panic!("unexpected: {other:?}")
                }
            }
        }
    }

    pub(crate) async fn join(&mut self) {
        let joined =
            self.ask(Request::Entry(entry::Ask::JoinRoom { display_name: String::new() })).await.unwrap();
        assert!(matches!(*joined, Msg::Entry(entry::Tell::PeerInfo { .. })), "{joined:?}");
    }

    /// Reads on until the room closes the socket.
    pub(crate) async fn closed(&mut self) -> Option<CloseReason> {
        loop {
            match self.next().await {
                Some(ToSocket::Close(reason)) => return Some(reason),
                Some(ToSocket::Tell { msg, .. }) => self.pushes.push(msg),
                Some(ToSocket::Refuse { .. }) => {}
                None => return None,
            }
        }
    }

    /// Reads on until a push satisfies `wanted`.
    pub(crate) async fn push(&mut self, what: &str, wanted: impl Fn(&Msg) -> bool) {
        while !self.pushes.iter().any(|msg| wanted(msg)) {
            match self.next().await {
                Some(ToSocket::Tell { msg, .. }) => self.pushes.push(msg),
                other => panic!("{what} did not come, but {other:?}"),
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
