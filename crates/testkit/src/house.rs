//! A node with its ledger.

use std::path::Path;
use std::sync::Arc;

use sederunt_app::admission;
use sederunt_app::presets::default_presets;
use sederunt_core::id::{AppId, MeetingId, PeerId};
use sederunt_core::time::UnixMs;
use sederunt_node::clock::ManualClock;
use sederunt_node::media::{MediaHandle, MediaNotice};
use sederunt_node::{ClientAddress, EntryError, Node, NodeConfig, generate_signing_key};
use sederunt_store::{MeetingRow, ParticipantRow, Store};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::person::Person;
use crate::rows::{app_row, meeting_row, participant_row};

/// Words of a room that may wait for a person who does not read.
const OUTBOX: usize = 1024;

/// The media thread, or what a test puts in its place.
pub type Media = (MediaHandle, mpsc::UnboundedReceiver<MediaNotice>);

/// What a test may want otherwise.
#[derive(Debug, Default)]
pub struct Settings {
    /// Without it nobody publishes.
    pub media: Option<Media>,
    /// Stays keep addresses of clients.
    pub store_client_addresses: bool,
}

/// A node over a ledger of its own. Its folder goes with it.
#[derive(Debug)]
pub struct House {
    /// The ledger.
    pub store: Store,
    /// The node.
    pub node: Node,
    /// The clock of the node.
    pub clock: ManualClock,
    /// The key that signs tokens, for another node over the same ledger.
    pub key: String,
    folder: TempDir,
}

/// A node over `store`, whose tokens are good at every node with the same `key`.
pub async fn start(store: &Store, clock: &ManualClock, key: &str, node_id: &str) -> Node {
    start_with(store, clock, key, node_id, Settings::default()).await
}

async fn start_with(
    store: &Store,
    clock: &ManualClock,
    key: &str,
    node_id: &str,
    settings: Settings,
) -> Node {
    let config = NodeConfig {
        node_id: node_id.to_owned(),
        reconnect_grace_ms: 20_000,
        signing_key_pem: key.to_owned(),
        store_client_addresses: settings.store_client_addresses,
    };
    Node::start(config, store.clone(), settings.media, Arc::new(clock.clone())).await.unwrap()
}

impl House {
    /// An empty ledger and a node at `now`.
    pub async fn at(now: UnixMs) -> Self {
        Self::with(now, Settings::default()).await
    }

    /// The same, with other settings.
    pub async fn with(now: UnixMs, settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let clock = ManualClock::new(now);
        let key = generate_signing_key().unwrap();
        let node = start_with(&store, &clock, &key, "node-1", settings).await;
        Self { store, node, clock, key, folder }
    }

    /// The same folder, opened again after a stop, behind another node.
    pub async fn restarted(self) -> Self {
        let Self { store, node, clock, key, folder } = self;
        node.stop().await;
        drop((node, store));
        let store = Store::open(folder.path()).unwrap();
        let node = start(&store, &clock, &key, "node-2").await;
        Self { store, node, clock, key, folder }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An app with the default presets.
    pub async fn app(&self, account: &str, id: &str, name: &str) -> AppId {
        let row = app_row(id, account, name, self.node.now());
        let app = row.id.clone();
        let presets = default_presets(&app, row.created_at, || self.node.mint_id());
        self.store.create_app(row, presets).await.unwrap();
        app
    }

    /// A meeting that is not in the ledger yet.
    pub fn meeting_row(&self, app: &AppId) -> MeetingRow {
        meeting_row(app, self.node.mint_id(), self.node.now())
    }

    /// A participant that is not in the ledger yet.
    pub fn participant_row(&self, app: &AppId, meeting: MeetingId, name: &str) -> ParticipantRow {
        participant_row(app, meeting, self.node.mint_id(), name, self.node.now())
    }

    /// The token with which a participant enters.
    pub async fn entry(&self, participant: &ParticipantRow) -> String {
        let preset = self.store.preset(&participant.app, &participant.preset_name).await.unwrap().unwrap();
        self.node.mint_token(participant, &preset).unwrap()
    }

    /// A socket that has not joined.
    pub async fn attach(&self, token: &str, peer: PeerId) -> Result<Person, EntryError> {
        self.attach_with(token, peer, OUTBOX).await
    }

    /// The same, with room for that many words while nobody reads.
    pub async fn attach_with(&self, token: &str, peer: PeerId, outbox: usize) -> Result<Person, EntryError> {
        self.enter(token, peer, outbox, ClientAddress::default()).await
    }

    /// A socket that has not joined, from an address.
    pub async fn attach_from(
        &self,
        token: &str,
        peer: PeerId,
        address: ClientAddress,
    ) -> Result<Person, EntryError> {
        self.enter(token, peer, OUTBOX, address).await
    }

    async fn enter(
        &self,
        token: &str,
        peer: PeerId,
        outbox: usize,
        address: ClientAddress,
    ) -> Result<Person, EntryError> {
        let ticket = admission::admit(&self.node, token).await?;
        let meeting = ticket.meeting.id;
        let (sender, inbox) = mpsc::channel(outbox);
        let attached = admission::attach(&self.node, ticket, peer, address, sender).await?;
        Ok(Person::new(attached, inbox, meeting, peer))
    }
}
