//! Calls to the SFU that are under way, and what their answers lead to.

use std::collections::BTreeMap;

use crate::call::{ConnId, ReqId};
use crate::id::{PeerId, TransportId};
use crate::media::{MediaCallId, ProducerState};
use crate::words::media::Want;

/// A call that was sent and not answered yet.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) peer: PeerId,
    /// The socket that asked: another one does not get the answer.
    pub(super) conn: ConnId,
    pub(super) re: ReqId,
    pub(super) then: Then,
}

/// What was asked.
#[derive(Debug)]
pub(super) enum Then {
    Opened { transport: TransportId, consuming: bool },
    Produced(Box<ProducerState>),
    ProducerClosed,
    Consumed { wants: Vec<Want> },
    Renegotiated { transport: TransportId },
    ConsumersClosed,
    LayersSelected,
}

impl Then {
    /// Whether descriptions of a receiving transport go with it.
    pub(super) fn negotiates(&self) -> bool {
        match self {
            Self::Consumed { .. } | Self::Renegotiated { .. } | Self::ConsumersClosed => true,
            Self::Opened { .. } | Self::Produced(_) | Self::ProducerClosed | Self::LayersSelected => false,
        }
    }
}

/// Calls under way, bounded per peer by [`crate::limit::MEDIA_CALLS_PER_PEER_MAX`].
#[derive(Debug, Default)]
pub(super) struct Calls {
    pending: BTreeMap<MediaCallId, Call>,
}

impl Calls {
    pub(super) fn insert(&mut self, id: MediaCallId, call: Call) {
        self.pending.insert(id, call);
    }

    pub(super) fn take(&mut self, id: MediaCallId) -> Option<Call> {
        self.pending.remove(&id)
    }

    /// The peer is gone: nobody waits for its answers.
    pub(super) fn forget(&mut self, peer: PeerId) {
        self.pending.retain(|_, call| call.peer != peer);
    }
}
