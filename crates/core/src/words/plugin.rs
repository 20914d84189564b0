//! Key-value stores of a session, made for plug-ins (PROTOCOL §7.3).

use crate::id::PeerId;
use crate::time::UnixMs;

use super::{ITEM_BYTES, sum};

/// Where a plugin store lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreAddress {
    /// `plugin_id`.
    pub plugin: String,
    /// `store_name`.
    pub store: String,
}

/// One plugin-store item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreItem {
    /// Key.
    pub key: String,
    /// Value; empty when deleted.
    pub payload: Vec<u8>,
    /// Author.
    pub peer: PeerId,
    /// Unix ms.
    pub at: UnixMs,
}

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Ask {
    /// `plugin.storeGetKeys`; an empty `keys` means all.
    Get {
        /// Store address.
        at: StoreAddress,
        /// Wanted keys.
        keys: Vec<String>,
    },
    /// `plugin.storeInsertKeys`.
    Insert {
        /// Store address.
        at: StoreAddress,
        /// Key and value (UTF-8 JSON bytes).
        items: Vec<(String, Vec<u8>)>,
    },
    /// `plugin.storeDelete`: the whole store.
    Clear {
        /// Store address.
        at: StoreAddress,
    },
    /// `plugin.storeDeleteKeys`.
    Delete {
        /// Store address.
        at: StoreAddress,
        /// Keys to drop.
        keys: Vec<String>,
    },
}

/// What the room says: some items of one store. Reply and push of one event share a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Tell {
    /// Event 131081: they are new, or have new values.
    Inserted(StoreAddress, Vec<StoreItem>),
    /// Event 131082: they were asked for.
    Got(StoreAddress, Vec<StoreItem>),
    /// Event 131083: they are gone.
    Deleted(StoreAddress, Vec<StoreItem>),
    /// Event 131084, reply alone: they are gone with their store.
    Cleared(StoreAddress, Vec<StoreItem>),
}

impl Tell {
    /// What it is about.
    pub fn items(&self) -> &[StoreItem] {
        let (Self::Inserted(_, items)
        | Self::Got(_, items)
        | Self::Deleted(_, items)
        | Self::Cleared(_, items)) = self;
        items
    }

    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        sum(self.items().iter().map(|item| sum([ITEM_BYTES, item.key.len(), item.payload.len()])))
    }
}
