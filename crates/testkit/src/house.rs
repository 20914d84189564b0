//! A node with its ledger.

use std::sync::Arc;

use sederunt_core::id::{AppId, MeetingId};
use sederunt_core::time::UnixMs;
use sederunt_node::clock::ManualClock;
use sederunt_node::media::{MediaHandle, MediaNotice};
use sederunt_node::presets::default_presets;
use sederunt_node::{Node, NodeConfig, generate_signing_key};
use sederunt_store::{MeetingRow, ParticipantRow, Store};
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::rows::{app_row, meeting_row, participant_row};

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
    _folder: TempDir,
}

impl House {
    /// An empty ledger and a node at `now`.
    pub async fn at(now: UnixMs, settings: Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let clock = ManualClock::new(now);
        let config = NodeConfig {
            node_id: "node-1".to_owned(),
            reconnect_grace_ms: 20_000,
            signing_key_pem: generate_signing_key().unwrap(),
            store_client_addresses: settings.store_client_addresses,
        };
        let node = Node::start(config, store.clone(), settings.media, Arc::new(clock.clone())).await.unwrap();
        Self { store, node, clock, _folder: folder }
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
}
