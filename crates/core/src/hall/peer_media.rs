//! The media side of a peer: its transports and tracks, and how far it is in the media room.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{ProducerId, TransportId};
use crate::limit;
use crate::media::ProducerState;
use crate::time::UnixMs;

use super::negotiation::Negotiation;

/// What a client had here when it asked to join the media room again (MEDIA §3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Back {
    /// Nothing: its transports were those of a former process. Its checks are refused since the start of this one, and
    /// it was let in when its timers had run out: with both directions open it is done.
    ToNothing,
    /// Transports, which it may keep or give up.
    ToTransports,
    /// It is giving up what it had, now or when its grace ran out: its timers may be running, for when its network came
    /// back nobody knows.
    Between,
}

/// The media side of a peer.
#[derive(Debug, Default)]
pub(crate) struct PeerMedia {
    /// `selfJoinComplete` was answered: takes part in media pushes.
    pub(crate) complete: bool,
    /// The others were told that it takes part.
    pub(crate) announced: bool,
    /// The SFU knows the peer.
    pub(crate) opened: bool,
    pub(crate) send: Option<TransportId>,
    pub(crate) recv: Option<TransportId>,
    /// What is agreed upon for `recv`.
    pub(crate) negotiation: Negotiation,
    pub(crate) producers: BTreeMap<ProducerId, ProducerState>,
    /// Screens that ended because it may not share any more: its client still has their m-lines to take down. The newest.
    pub(crate) withdrawn: BTreeSet<ProducerId>,
    /// Microphones that its client takes for muted in what it has not applied yet: it would miss that one is on again.
    pub(crate) taken_muted: BTreeSet<ProducerId>,
    /// Its grace had run out when it came.
    pub(crate) late: bool,
    /// It came back, and has not joined the media room again yet.
    pub(crate) back: Option<Back>,
    /// Its microphone was muted by somebody else while it was away: its client does not know, and publishes anew.
    muted_away: bool,
    /// When the newest transport was opened.
    last_opened: Option<UnixMs>,
    /// Calls under way.
    pub(crate) calls: usize,
    /// Those of them that publish.
    pub(crate) publishing: usize,
}

impl PeerMedia {
    /// Takes part in media pushes.
    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Its tracks.
    pub(crate) fn producers(&self) -> impl Iterator<Item = &ProducerState> {
        self.producers.values()
    }

    /// A microphone of its own.
    pub(crate) fn microphone(&self, producer: ProducerId) -> Option<&ProducerState> {
        self.producers.get(&producer).filter(|state| state.is_microphone())
    }

    /// Somebody else mutes its microphone while it is away.
    pub(crate) fn mute_away(&mut self) {
        self.muted_away = true;
    }

    /// Whether that was so since it published its microphone, or unmuted it; from now on it is not.
    pub(crate) fn take_muted_away(&mut self) -> bool {
        std::mem::take(&mut self.muted_away)
    }

    /// Ends its screens, and returns them.
    pub(crate) fn withdraw_screens(&mut self) -> Vec<ProducerState> {
        let (screens, kept): (BTreeMap<_, _>, BTreeMap<_, _>) =
            std::mem::take(&mut self.producers).into_iter().partition(|(_, state)| state.screen_share);
        self.producers = kept;
        self.withdrawn.extend(screens.keys());
        while self.withdrawn.len() > limit::PRODUCERS_PER_PEER_MAX {
            self.withdrawn.pop_first();
        }
        screens.into_values().collect()
    }

    /// The client asks to join the media room, or does so again. Returns the tracks that it has dropped.
    pub(crate) fn join(&mut self, prejoined: bool) -> Vec<ProducerState> {
        self.complete = false;
        self.withdrawn.clear();
        self.back = prejoined.then_some(match (self.send, self.recv) {
            (None, None) if !self.late => Back::ToNothing,
            (Some(_), Some(_)) => Back::ToTransports,
            // It was lost again while it waited.
            (None, None) | (Some(_), None) | (None, Some(_)) => Back::Between,
        });
        std::mem::take(&mut self.producers).into_values().collect()
    }

    /// A transport was opened here, instead of the older one of its direction. Returns the tracks that went with that.
    pub(crate) fn open(&mut self, at: UnixMs, transport: TransportId, consuming: bool) -> Vec<ProducerState> {
        self.last_opened = Some(at);
        if self.back == Some(Back::ToTransports) {
            self.back = Some(Back::Between);
        }
        if consuming {
            self.recv = Some(transport);
            self.negotiation.begin();
            return Vec::new();
        }
        self.send = Some(transport);
        let (kept, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.producers)
            .into_iter()
            .partition(|(_, state)| state.transport == transport);
        self.producers = kept;
        dropped.into_values().collect()
    }

    /// When both directions were there, by the newest of them.
    pub(crate) fn opened_at(&self) -> Option<UnixMs> {
        self.last_opened.filter(|_| self.send.is_some() && self.recv.is_some())
    }

    /// Moves every instant: the room's time was set.
    pub(crate) fn shift(&mut self, ms: i64) {
        self.last_opened = self.last_opened.map(|at| at.plus_ms(ms));
        self.negotiation.shift(ms);
    }
}
