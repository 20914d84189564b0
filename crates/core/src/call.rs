//! Who calls whom: sockets, correlation ids, and how a socket goes.

use crate::time::UnixMs;

/// One accepted socket; unique within the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// Correlates a command of the API with its answer; chosen by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u64);

/// What the reply to a request repeats, for the door alone (PROTOCOL §3.2): the engine hands it back as it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReqId {
    /// Number of the wire's event; it decides the form of an error.
    pub event: u32,
    /// The client's correlation id.
    pub id: String,
}

/// For who answers no client: no event.
impl From<&str> for ReqId {
    fn from(id: &str) -> Self {
        Self { event: 0, id: id.to_owned() }
    }
}

/// How a socket went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// Close code 1000 or 1001: the peer left, now.
    Clean,
    /// Anything else: the reconnect grace begins.
    Lost,
    /// Nothing has come for so long that the client is lost. The grace begins now, but when it is not used the stay ends
    /// when the client was last heard.
    Silent {
        /// On the steady clock.
        heard_at: UnixMs,
    },
}
