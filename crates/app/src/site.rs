//! Where use cases happen.

use sederunt_core::id::Id;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::Store;

/// A ledger, the time and fresh ids: a server, or a command that holds the data folder. What
/// needs no more than this has no room to tell.
pub trait Site {
    /// The ledger.
    fn store(&self) -> &Store;
    /// The wall clock.
    fn now(&self) -> UnixMs;
    /// An id that nothing has yet.
    fn mint_id(&self) -> Id;
}

impl Site for Node {
    fn store(&self) -> &Store {
        Node::store(self)
    }

    fn now(&self) -> UnixMs {
        Node::now(self)
    }

    fn mint_id(&self) -> Id {
        Node::mint_id(self)
    }
}
