//! Keys that the caller chooses. The engine knows nothing of rooms or users.

use std::fmt;

/// Bounds who may see whom: a consumer reaches only producers of its own scope. The shell gives each room one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(pub u64);

/// A peer; its id is unique within its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerKey {
    /// Its scope.
    pub scope: Scope,
    /// Its id.
    pub id: u128,
}

macro_rules! key {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", self.0)
            }
        }
    )+};
}

key! {
    /// One peer connection of a client, in one direction. Unique within the engine.
    TransportKey,
    /// One published track. Unique within the engine; the consumers of it have no id of their own.
    ProducerKey,
}

/// Correlates a call with its reply; chosen by the caller, not interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

slotmap::new_key_type! {
    pub(crate) struct TransportSlot;
    pub(crate) struct ProducerSlot;
    pub(crate) struct ConsumerSlot;
}
