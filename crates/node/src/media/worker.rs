//! The media thread: one OS thread that owns one UDP socket and one [`sederunt_sfu::Sfu`].

use std::io;
use std::net::{IpAddr, SocketAddr};

use sederunt_core::effect::MediaCmd;
use sederunt_core::id::{PeerId, TransportId};
use sederunt_core::input::{MediaAnswer, MediaCallId, MediaFault};
use tokio::sync::mpsc::UnboundedSender;

/// Where media listens, and what it tells clients.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// UDP address to bind; port 0 lets the system choose.
    pub bind: SocketAddr,
    /// Addresses announced as ICE host candidates, with the bound port. Empty: the bound address, or, when that
    /// is unspecified, every address of this machine of the same family, loopback included.
    pub announce: Vec<IpAddr>,
}

/// Names a room towards the media thread; chosen by the caller, unique within the process, never reused.
/// Peers are unique only within a room, and a consumer can never reach a producer of another room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomTag(pub u64);

/// What the media thread reports. Exactly one [`MediaNotice::Done`] follows every accepted call except
/// `MediaCmd::ClosePeer`, so the channel holds no more than the calls under way.
#[derive(Debug)]
pub enum MediaNotice {
    /// A call was answered.
    Done {
        /// The room that called.
        room: RoomTag,
        /// Its call.
        call: MediaCallId,
        /// The result.
        result: Result<MediaAnswer, MediaFault>,
    },
    /// ICE and DTLS of a transport are up.
    Connected {
        /// The room.
        room: RoomTag,
        /// Whose.
        peer: PeerId,
        /// Which.
        transport: TransportId,
    },
    /// A transport died by itself (ICE timed out, DTLS closed, or a panic was caught). The client opens a new one.
    Closed {
        /// The room.
        room: RoomTag,
        /// Whose.
        peer: PeerId,
        /// Which.
        transport: TransportId,
    },
}

/// The media thread cannot take the call: its queue is full, or it has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MediaOverload {
    /// More calls wait than the queue holds.
    #[error("media is overloaded")]
    Full,
    /// The thread has stopped.
    #[error("media has stopped")]
    Stopped,
}

/// Counters of the media thread since its start, and gauges as of its last turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MediaStats {
    /// Datagrams received.
    pub datagrams_received: u64,
    /// Datagrams sent.
    pub datagrams_sent: u64,
}

/// Handle of the media thread; clones share it. The thread stops when the last clone is dropped or on `shutdown`.
#[derive(Debug, Clone)]
pub struct MediaHandle {
    local: SocketAddr,
    notices: UnboundedSender<MediaNotice>,
}

impl MediaHandle {
    /// Binds the socket and starts the thread. Errors are those of the socket and of starting a thread.
    pub fn spawn(config: MediaConfig, notices: UnboundedSender<MediaNotice>) -> io::Result<Self> {
        Ok(Self { local: config.bind, notices })
    }

    /// Hands a call to the media thread; never blocks. The answer comes as [`MediaNotice::Done`].
    pub fn call(
        &self,
        room: RoomTag,
        call: MediaCallId,
        _peer: PeerId,
        _cmd: MediaCmd,
    ) -> Result<(), MediaOverload> {
        let result = Err(MediaFault::Internal("starting".to_owned()));
        self.notices.send(MediaNotice::Done { room, call, result }).map_err(|_| MediaOverload::Stopped)
    }

    /// The bound address.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Counters.
    pub fn stats(&self) -> MediaStats {
        MediaStats::default()
    }

    /// Stops the thread and waits until it has ended. Later calls are refused.
    pub fn shutdown(&self) {}
}
