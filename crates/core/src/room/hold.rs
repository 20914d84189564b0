//! People who come back to transports that are no more (MEDIA2 §3.2, PROTOCOL §3.5).
//!
//! After a restart, or after its grace, the client goes on believing in its transports for some seconds, and timers of
//! its own take them down one by one. Whatever it publishes meanwhile fails, and then it switches microphone and camera
//! off. It publishes when `selfJoinComplete` is answered: so the answer waits until all that is over. It takes part at
//! once.

use crate::effect::{MediaPeer, Msg};
use crate::error::RoomError;
use crate::id::PeerId;
use crate::input::{ConnId, ReqId};
use crate::limit::{HOLD_MAX_MS, HOLD_SETTLED_MS};
use crate::time::UnixMs;

use super::Room;
use super::peers::{Peer, PeerMedia};
use super::request::Asked;

/// What a client had here when it asked to join the media room again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Back {
    /// Nothing: its transports were those of a former process. Its checks are refused since the start of this one, and
    /// it was let in when its timers had run out: with both directions open it is done.
    ToNothing,
    /// Transports, which it may keep or give up.
    ToTransports,
    /// It is giving up what it had, now or when its grace ran out: its timers may be running, for when its network came
    /// back nobody knows.
    Between,
}

/// An answer to `selfJoinComplete` that waits.
#[derive(Debug)]
pub(super) struct Hold {
    conn: ConnId,
    re: ReqId,
    asked_at: UnixMs,
}

impl Room {
    /// `media.selfJoinComplete`: from here on the peer takes part in media pushes.
    pub(super) fn self_join_complete(&mut self, asked: &Asked) -> Result<(), RoomError> {
        self.joined(asked)?;
        if self.tally.is_none() {
            return Err(RoomError::NotJoined);
        }
        let Some(peer) = self.peers.get_mut(asked.me) else { return Err(RoomError::NotJoined) };
        let waits = match peer.media.back.take() {
            None | Some(Back::ToTransports) => false,
            Some(Back::ToNothing) => peer.media.opened_at().is_none(),
            Some(Back::Between) => true,
        };
        if waits {
            let hold = Hold { conn: asked.conn, re: asked.re.clone(), asked_at: asked.stamp.now };
            self.hold(asked.me, hold);
        } else if let Some(msg) = self.join_completed(asked.me) {
            self.reply(asked, msg);
        }
        let Some(peer) = self.peers.get_mut(asked.me) else { return Ok(()) };
        peer.media.complete = true;
        if peer.visible() {
            peer.media.announced = true;
            let msg = Msg::MediaPeerJoined(peer.media_info());
            self.out.push(self.peers.media_audience(Some(asked.me)), msg);
        }
        Ok(())
    }

    fn hold(&mut self, peer: PeerId, hold: Hold) {
        // No client asks twice; whoever does gets two answers.
        if self.holds.contains_key(&peer) {
            self.release(peer);
        }
        self.holds.insert(peer, hold);
    }

    /// Which answer is due next, and when.
    pub(super) fn next_hold(&self) -> Option<(UnixMs, PeerId)> {
        let due = self.holds.iter().map(|(peer, hold)| {
            let opened = self.peers.get(*peer).and_then(|peer| peer.media.opened_at());
            let at_most = hold.asked_at.plus_ms(HOLD_MAX_MS);
            (opened.map_or(at_most, |at| at.plus_ms(HOLD_SETTLED_MS).min(at_most)), *peer)
        });
        due.min()
    }

    /// Gives the answer that waits, as things are now.
    pub(super) fn release(&mut self, peer: PeerId) {
        let Some(hold) = self.holds.remove(&peer) else { return };
        if let Some(msg) = self.join_completed(peer) {
            self.out.reply(hold.conn, &hold.re, msg);
        }
    }

    /// What a peer that takes part is told; `None` without a session.
    fn join_completed(&self, me: PeerId) -> Option<Msg> {
        let session = self.tally.as_ref()?.session();
        let participants: Vec<MediaPeer> = self
            .peers
            .joined()
            .into_iter()
            .filter(|peer| peer.id != me && peer.media.complete && peer.visible())
            .map(Peer::media_info)
            .collect();
        let audio_peers = self.speakers.order().filter(|peer| *peer != me).collect();
        Some(Msg::SelfJoinComplete {
            session,
            me,
            pinned: self.pinned.into_iter().collect(),
            participants,
            audio_peers,
            max_preferred_streams: crate::limit::MAX_PREFERRED_STREAMS,
        })
    }
}

impl PeerMedia {
    /// The client asks to join the media room, or does so again.
    pub(super) fn join(&mut self, prejoined: bool) {
        self.back = prejoined.then_some(match (self.send, self.recv) {
            (None, None) if !self.late => Back::ToNothing,
            (Some(_), Some(_)) => Back::ToTransports,
            // It was lost again while it waited.
            (None, None) | (Some(_), None) | (None, Some(_)) => Back::Between,
        });
    }

    /// A transport was opened here.
    pub(super) fn note_opened(&mut self, at: UnixMs) {
        self.last_opened = Some(at);
        if self.back == Some(Back::ToTransports) {
            self.back = Some(Back::Between);
        }
    }

    /// When both directions were there, by the newest of them.
    fn opened_at(&self) -> Option<UnixMs> {
        self.last_opened.filter(|_| self.send.is_some() && self.recv.is_some())
    }
}
