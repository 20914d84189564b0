//! What flows, and whether it may: seats and rights as anybody was told of them, beside what the SFU was told of tracks.

use sederunt_core::id::PeerId;
use sederunt_core::media::{MediaCmd, MediaKind};
use sederunt_core::rights::Right;
use sederunt_core::standing::Seat;
use sederunt_core::words::entry::PeerEvent;
use sederunt_core::words::{Msg, entry, media, stage};

use crate::World;

impl World {
    /// Keeps what is told of seats and of tracks.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others tell of neither")]
    pub(crate) fn watch(&mut self, msg: &Msg) {
        match msg {
            Msg::Entry(entry::Tell::PeerInfo { event: PeerEvent::JoinRoom, peer }) => {
                self.seats.insert(peer.peer, peer.seat);
            }
            Msg::Stage(stage::Tell::SeatIs { peer, seat, .. }) => {
                let before = self.seats.insert(*peer, *seat);
                let flows = self.flowing.values().any(|whose| whose == peer);
                let leaves = before == Some(Seat::OnStage) && *seat == Seat::Audience;
                self.withdrawn += u32::from(flows && leaves);
            }
            // Published: from now on others may have it.
            Msg::Media(media::Tell::Produced { producer, .. }) => {
                if let Some((peer, false)) = self.tracks.get(producer) {
                    self.flowing.insert(*producer, *peer);
                }
            }
            _ => {}
        }
    }

    /// What the SFU does with a command. The room asks in order, and in order it is done.
    pub(crate) fn forward(&mut self, peer: PeerId, cmd: &MediaCmd) {
        match cmd {
            MediaCmd::Produce { producer, paused, kind, screen_share, .. } => {
                let takes = match (screen_share, kind) {
                    (true, _) => Right::ProduceScreenshare,
                    (false, MediaKind::Audio) => Right::ProduceAudio,
                    (false, MediaKind::Video) => Right::ProduceVideo,
                };
                self.takes.insert(*producer, takes);
                self.tracks.insert(*producer, (peer, *paused));
            }
            MediaCmd::PauseProducer { producer, paused } => {
                let Some(track) = self.tracks.get_mut(producer) else { return };
                track.1 = *paused;
                if *paused {
                    self.flowing.remove(producer);
                } else {
                    self.flowing.insert(*producer, track.0);
                }
            }
            MediaCmd::CloseProducer { producer, .. } | MediaCmd::DropProducer { producer } => {
                self.tracks.remove(producer);
                self.flowing.remove(producer);
            }
            MediaCmd::ClosePeer { .. } => {
                self.tracks.retain(|_, (whose, _)| *whose != peer);
                self.flowing.retain(|_, whose| *whose != peer);
            }
            MediaCmd::Consume { wants, .. } => {
                for (producer, _) in wants {
                    let whose = self.tracks.get(producer).map(|(peer, _)| peer);
                    let seat = whose.and_then(|peer| self.seats.get(peer));
                    assert_eq!(seat, Some(&Seat::OnStage), "{producer} of somebody off stage is consumed");
                }
            }
            MediaCmd::Open { .. }
            | MediaCmd::Renegotiate { .. }
            | MediaCmd::CloseConsumers { .. }
            | MediaCmd::GiveUp { .. }
            | MediaCmd::SelectLayers { .. } => {}
        }
    }
}
