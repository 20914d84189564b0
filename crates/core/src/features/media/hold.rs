//! An answer to `selfJoinComplete` that waits (PROTOCOL §3.5).

use crate::call::{ConnId, ReqId};
use crate::hall::Hall;
use crate::id::PeerId;
use crate::limit::{HOLD_MAX_MS, HOLD_SETTLED_MS};
use crate::time::UnixMs;

/// An answer to `selfJoinComplete` that waits.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) conn: ConnId,
    pub(super) re: ReqId,
    pub(super) asked_at: UnixMs,
}

impl Hold {
    /// When the answer to `peer` is due.
    pub(super) fn due(&self, hall: &Hall, peer: PeerId) -> UnixMs {
        let opened = hall.peers.get(peer).and_then(|peer| peer.media.opened_at());
        let at_most = self.asked_at.plus_ms(HOLD_MAX_MS);
        opened.map_or(at_most, |at| at.plus_ms(HOLD_SETTLED_MS).min(at_most))
    }
}
