//! The words of the room engine in those of the SFU, one to one.

use sederunt_core::id::{PeerId, ProducerId, TransportId};
use sederunt_core::media::{MediaAnswer, MediaCmd, MediaFault, MediaKind, Ranking};
use sederunt_sfu::{Answer, Command, Fault, Kind, PeerKey, ProducerKey, Scope, TransportKey};

use super::messages::RoomTag;

/// A peer is unique within its room.
pub(super) fn peer_key(room: RoomTag, peer: PeerId) -> PeerKey {
    PeerKey { scope: Scope(room.0), id: peer.as_u128() }
}

/// The room and the peer again.
pub(super) fn peer(key: PeerKey) -> (RoomTag, PeerId) {
    (RoomTag(key.scope.0), PeerId::from_u128(key.id))
}

fn producer_key(id: ProducerId) -> ProducerKey {
    ProducerKey(id.as_u128())
}

fn transport_key(id: TransportId) -> TransportKey {
    TransportKey(id.as_u128())
}

pub(super) fn command(cmd: MediaCmd) -> Command {
    match cmd {
        MediaCmd::Open { transport, consuming, offer } => {
            Command::Open { transport: transport_key(transport), consuming, offer }
        }
        MediaCmd::Produce { transport, producer, kind, mid, paused, screen_share, offer } => {
            Command::Produce {
                transport: transport_key(transport),
                producer: producer_key(producer),
                kind: match kind {
                    MediaKind::Audio => Kind::Audio,
                    MediaKind::Video => Kind::Video,
                },
                mid,
                paused,
                screen: screen_share,
                offer,
            }
        }
        MediaCmd::CloseProducer { transport, producer, offer } => Command::CloseProducer {
            transport: transport_key(transport),
            producer: producer_key(producer),
            offer,
        },
        MediaCmd::DropProducer { producer } => Command::DropProducer { producer: producer_key(producer) },
        MediaCmd::PauseProducer { producer, paused } => {
            Command::PauseProducer { producer: producer_key(producer), paused }
        }
        MediaCmd::Consume { transport, wants } => Command::Consume {
            transport: transport_key(transport),
            wants: wants.into_iter().map(|(producer, rid)| (producer_key(producer), rid)).collect(),
        },
        MediaCmd::Renegotiate { transport, answer } => {
            Command::Renegotiate { transport: transport_key(transport), answer }
        }
        MediaCmd::CloseConsumers { transport, mids, offer } => {
            Command::CloseConsumers { transport: transport_key(transport), mids, offer }
        }
        MediaCmd::SelectLayers { transport, layers } => Command::SelectLayers {
            transport: transport_key(transport),
            layers: layers.into_iter().map(|(producer, rid)| (producer_key(producer), rid)).collect(),
        },
        MediaCmd::GiveUp { transport } => Command::GiveUp { transport: transport_key(transport) },
        MediaCmd::ClosePeer { .. } => Command::ClosePeer,
    }
}

/// On behalf of nobody in particular: it is of the whole room.
pub(super) fn ranking(room: RoomTag, ranking: &Ranking) -> (PeerKey, Command) {
    let pinned = ranking.pinned.map(PeerId::as_u128);
    let speakers = ranking.speakers.iter().map(|peer| peer.as_u128()).collect();
    (PeerKey { scope: Scope(room.0), id: 0 }, Command::Rank { pinned, speakers })
}

pub(super) fn answer(answer: Answer) -> MediaAnswer {
    match answer {
        Answer::Answer(sdp) => MediaAnswer::Answer(sdp),
        Answer::Offer { offer, mids } => MediaAnswer::Offer {
            offer,
            mids: mids.into_iter().map(|(key, mid)| (ProducerId::from_u128(key.0), mid)).collect(),
        },
        Answer::Done => MediaAnswer::Done,
    }
}

pub(super) fn fault(fault: Fault) -> MediaFault {
    match fault {
        Fault::NoTransport => MediaFault::NoTransport,
        Fault::InvalidDescription(why) => MediaFault::InvalidDescription(why),
        limit @ Fault::Limit(_) => MediaFault::Internal(limit.to_string()),
        Fault::Internal(why) => MediaFault::Internal(why),
    }
}
