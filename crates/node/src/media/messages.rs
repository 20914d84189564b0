//! What rooms ask of their media thread, and what it tells.

use std::time::Instant;

use sederunt_core::id::{PeerId, TransportId};
use sederunt_core::media::{MediaAnswer, MediaCallId, MediaCmd, MediaFault, Ranking};
use sederunt_sfu::{Kind, PeerTag, Sample};

/// Names a room towards the media threads; unique within the process, never reused. It says which worker has the room:
/// the rest of its division by their number.
/// Peers are unique only within a room, and a consumer can never reach a producer of another room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomTag(pub u64);

impl RoomTag {
    /// Tests: a call with it breaks the engine of the last of two workers.
    #[cfg(test)]
    pub(super) const BREAKS: Self = Self(u64::MAX);

    /// The tag of the room with this number, at one of so many workers.
    pub(super) fn of(number: u64, worker: usize, workers: usize) -> Self {
        Self(number * workers.max(1) as u64 + worker as u64)
    }

    /// Which of so many workers has it.
    pub(super) fn worker(self, workers: usize) -> usize {
        (self.0 % workers.max(1) as u64) as usize
    }
}

/// What a thread is told.
pub(super) enum ToMedia {
    /// A room wants something.
    Call(Call),
    /// Who matters in a room. Not answered.
    Rank(RoomTag, Ranking),
}

/// A call of a room.
pub(super) struct Call {
    pub(super) room: RoomTag,
    pub(super) call: MediaCallId,
    pub(super) peer: PeerId,
    pub(super) cmd: MediaCmd,
}

/// What the media thread reports. Exactly one [`MediaNotice::Done`] follows every accepted call except
/// `MediaCmd::ClosePeer`, so the channel holds no more than the calls under way and two notices per transport.
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
    /// A transport died by itself, with its producers and consumers (the client closed it, ICE was away too long, or
    /// a panic was caught). The client opens a new one.
    Closed {
        /// The room.
        room: RoomTag,
        /// Whose.
        peer: PeerId,
        /// Which.
        transport: TransportId,
    },
    /// A client was told that a transport of this tag is no more.
    Refused {
        /// Whose it was.
        whose: PeerTag,
    },
}

/// What the media thread has seen of a peer, for whoever reads its call afterwards. Nobody acts on it: what finds no place is
/// dropped and counted.
#[derive(Debug)]
pub struct Sighting {
    /// The room.
    pub room: RoomTag,
    /// Whom.
    pub peer: PeerId,
    /// When.
    pub at: Instant,
    /// What.
    pub what: Sight,
}

/// What was seen.
#[derive(Debug)]
pub enum Sight {
    /// A moment of a transport with its tracks.
    Moment(Box<Sample>),
    /// A track of the peer is heard or seen from now on, or not any more.
    Turned {
        /// Audio or video.
        kind: Kind,
        /// Of a screen.
        screen: bool,
        /// From now on, or not any more.
        on: bool,
    },
    /// ICE and DTLS of a transport are up.
    Connected {
        /// The client receives on it.
        consuming: bool,
    },
}
