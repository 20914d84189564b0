//! Where work is done: the ledger, whoever has it open.

use std::sync::Arc;

use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_node::clock::wall;
use sederunt_store::{Pace, Store};

use super::Console;
use crate::data_folder::DataFolder;

/// The ledger, and the server around it if one runs.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) live: Option<Live>,
    pub(crate) store: Store,
    // After the store: the folder is free when its ledger is closed.
    pub(crate) folder: Arc<DataFolder>,
    runtime: tokio::runtime::Handle,
}

/// What runs around the ledger.
#[derive(Debug)]
pub(crate) struct Live {
    /// The rooms.
    pub(crate) node: Node,
}

impl Desk {
    /// Of a command that holds the folder by itself.
    pub(crate) fn alone(folder: DataFolder, store: Store, runtime: tokio::runtime::Handle) -> Self {
        Self { folder: Arc::new(folder), store, live: None, runtime }
    }

    /// Of a running server.
    pub(crate) fn of_server(folder: Arc<DataFolder>, live: Live, runtime: tokio::runtime::Handle) -> Self {
        let store = live.node.store().clone();
        Self { folder, store, live: Some(live), runtime }
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

    /// Now.
    pub(crate) fn now(&self) -> UnixMs {
        self.live.as_ref().map_or_else(wall, |live| live.node.now())
    }
}
