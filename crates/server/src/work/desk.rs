//! Where work is done: the ledger, whoever has it open.

use std::sync::Arc;

use sederunt_app::Site;
use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_node::clock::wall;
use sederunt_store::{Pace, Store};

use super::Console;
use crate::data_folder::DataFolder;
use crate::health::Observed;
use crate::mint::Mint;

/// The ledger, and the server around it if one runs.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) live: Option<Live>,
    pub(crate) store: Store,
    // After the store: the folder is free when its ledger is closed.
    pub(crate) folder: Arc<DataFolder>,
    runtime: tokio::runtime::Handle,
    mint: Mint,
}

/// What runs around the ledger.
#[derive(Debug)]
pub(crate) struct Live {
    /// The rooms.
    pub(crate) node: Node,
    /// What the second port tells.
    pub(crate) observed: Observed,
    /// `http://address:port`.
    pub(crate) http_url: String,
    /// Address of the meeting page as people see it.
    pub(crate) page_url: String,
    /// The settings as a configuration file.
    pub(crate) settings: String,
}

impl Desk {
    /// Of a command that holds the folder by itself.
    pub(crate) fn alone(
        folder: DataFolder,
        store: Store,
        runtime: tokio::runtime::Handle,
    ) -> anyhow::Result<Self> {
        let mint = Mint::new(wall())?;
        Ok(Self { folder: Arc::new(folder), store, live: None, runtime, mint })
    }

    /// Of a running server.
    pub(crate) fn of_server(
        folder: Arc<DataFolder>,
        live: Live,
        runtime: tokio::runtime::Handle,
    ) -> anyhow::Result<Self> {
        let store = live.node.store().clone();
        let mint = Mint::new(live.node.now())?;
        Ok(Self { folder, store, live: Some(live), runtime, mint })
    }

    /// Waits for a verb of the store.
    pub(crate) fn wait<T>(&self, verb: impl Future<Output = T>) -> T {
        self.runtime.block_on(verb)
    }

    /// How a read of the whole ledger behaves for this console.
    pub(crate) fn pace(&self, console: &dyn Console) -> Pace {
        match self.live {
            Some(_) => Pace::beside_others(console.is_gone()),
            None => Pace::alone(console.is_gone()),
        }
    }
}

impl Site for Desk {
    fn store(&self) -> &Store {
        &self.store
    }

    fn now(&self) -> UnixMs {
        self.live.as_ref().map_or_else(wall, |live| live.node.now())
    }

    fn mint_id(&self) -> Id {
        self.live.as_ref().map_or_else(|| self.mint.id(), |live| live.node.mint_id())
    }
}
