//! A client that re-joins media without transports.
//!
//! After a restart of the server the official client is back within seconds and believes for some more that its old
//! transports live. Told to go on, it publishes on them, fails, and switches camera and microphone off for good. So its
//! `media.joinRoom` is held until it has noticed and opened new ones; a client that waits for the reply before it does
//! gets it after [`limit::REJOIN_HOLD_MS`].

use crate::effect::Msg;
use crate::id::PeerId;
use crate::input::{ConnId, ReqId};
use crate::limit;
use crate::time::UnixMs;

use super::Room;
use super::request::Asked;

/// A re-join that waits.
#[derive(Debug)]
pub(super) struct Held {
    conn: ConnId,
    /// The client repeats its request; all are answered.
    asked: Vec<ReqId>,
    until: UnixMs,
}

impl Room {
    /// Answers a re-join, at once where the peer has its transports.
    pub(super) fn answer_rejoin(&mut self, asked: &Asked) {
        let lacks_transports = self.peers.get(asked.me).is_some_and(|peer| {
            peer.joined.is_some() && (peer.media.send.is_none() || peer.media.recv.is_none())
        });
        if !lacks_transports {
            self.reply(asked, Msg::MediaJoined);
            return;
        }
        let until = asked.stamp.now.plus_ms(limit::REJOIN_HOLD_MS);
        let fresh = || Held { conn: asked.conn, asked: Vec::new(), until };
        let held = self.held.entry(asked.me).or_insert_with(fresh);
        if held.conn != asked.conn {
            // Nobody hears answers to the socket before.
            *held = fresh();
        }
        held.asked.push(asked.re.clone());
        if held.asked.len() >= limit::REJOINS_HELD_MAX {
            self.release_rejoin(asked.me);
        }
    }

    /// A transport was opened: a re-join that waited for the second one is answered.
    pub(super) fn transport_gained(&mut self, peer: PeerId) {
        let complete = self.peers.get(peer).is_some_and(|p| p.media.send.is_some() && p.media.recv.is_some());
        if complete {
            self.release_rejoin(peer);
        }
    }

    /// The first re-join whose time is over.
    pub(super) fn first_held(&self) -> Option<(UnixMs, PeerId)> {
        self.held.iter().map(|(peer, held)| (held.until, *peer)).min()
    }

    /// Answers the re-join of a peer, if its socket still waits.
    pub(super) fn release_rejoin(&mut self, peer: PeerId) {
        let Some(held) = self.held.remove(&peer) else { return };
        if self.peers.on(held.conn) == Some(peer) {
            for re in held.asked {
                self.out.reply(held.conn, &re, Msg::MediaJoined);
            }
        }
    }
}
