//! People who come back to transports that are no more (MEDIA §3.2, PROTOCOL §3.5).
//!
//! After a restart, or after its grace, the client goes on believing in its transports for some seconds, and timers of
//! its own take them down one by one. Whatever it publishes meanwhile fails, and then it switches microphone and camera
//! off. It publishes when `selfJoinComplete` is answered: so the answer waits until all that is over. It takes part at
//! once.

use crate::error::RoomError;
use crate::hall::{Asked, Back, Hall, Peer};
use crate::id::PeerId;
use crate::limit::MAX_PREFERRED_STREAMS;
use crate::words::media::{JoinComplete, MediaPeer, Tell};

use super::hold::Hold;
use super::{Media, Shown};

impl Media {
    /// `media.selfJoinComplete`: from here on the peer takes part in media pushes.
    pub(super) fn self_join_complete(
        &mut self,
        hall: &mut Hall,
        asked: &Asked,
        shown: impl FnOnce() -> Shown,
    ) -> Result<(), RoomError> {
        hall.joined(asked)?;
        if hall.session().is_none() {
            return Err(RoomError::NotJoined);
        }
        let Some(peer) = hall.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
        let waits = match peer.media.back.take() {
            None | Some(Back::ToTransports) => false,
            Some(Back::ToNothing) => peer.media.opened_at().is_none(),
            Some(Back::Between) => true,
        };
        if waits {
            let hold = Hold { conn: asked.conn, re: asked.re.clone(), asked_at: asked.stamp.now };
            // No client asks twice; whoever does gets two answers.
            if self.holds.contains_key(&asked.me) {
                self.release(hall, asked.me, shown);
            }
            self.holds.insert(asked.me, hold);
        } else if let Some(tell) = join_completed(hall, asked.me, shown()) {
            hall.reply(asked, tell);
        }
        let Some(peer) = hall.peers.get_mut(asked.me) else { return Ok(()) };
        peer.media.complete = true;
        if peer.visible() {
            peer.media.announced = true;
            let tell = Tell::MediaPeerJoined(peer.media_info());
            hall.push_media(Some(asked.me), tell);
        }
        Ok(())
    }

    /// Gives the answer that waits, as things are now.
    pub(crate) fn release(&mut self, hall: &mut Hall, peer: PeerId, shown: impl FnOnce() -> Shown) {
        let Some(hold) = self.holds.remove(&peer) else { return };
        if let Some(tell) = join_completed(hall, peer, shown()) {
            hall.out.reply(hold.conn, &hold.re, tell);
        }
    }
}

/// What a peer that takes part is told; `None` without a session.
fn join_completed(hall: &Hall, me: PeerId, shown: Shown) -> Option<Tell> {
    let session = hall.session()?.session();
    let participants: Vec<MediaPeer> = hall
        .peers
        .joined()
        .into_iter()
        .filter(|peer| peer.id != me && peer.media.is_complete() && peer.visible())
        .map(Peer::media_info)
        .collect();
    Some(Tell::SelfJoinComplete(JoinComplete {
        session,
        me,
        pinned: shown.pinned.into_iter().collect(),
        participants,
        audio_peers: shown.speakers.into_iter().filter(|peer| *peer != me).collect(),
        max_preferred_streams: MAX_PREFERRED_STREAMS,
    }))
}
