//! What messages weigh while they wait for a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sederunt_core::chat::ChatMessage;
use sederunt_core::effect::{Consumer, MediaPeer, Msg, PeerInfo, ProducerState};

/// What a message weighs beside its texts: its place in the queue, ids, numbers.
const MESSAGE_BYTES: usize = 256;
/// What an item of a list weighs beside its texts.
const ITEM_BYTES: usize = 128;
/// A peer or position of a list.
const ID_BYTES: usize = 40;

/// Bytes that wait for one socket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// Counts `bytes` until what is returned is dropped; `None` when more than `max` would wait. What finds nothing
    /// waiting is taken whatever its size: a single answer is bounded by the engine.
    pub(crate) fn hold(&self, bytes: usize, max: usize) -> Option<Held> {
        // The room alone adds.
        let before = self.0.load(Ordering::Relaxed);
        if before > 0 && before.saturating_add(bytes) > max {
            return None;
        }
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Some(Held { bytes, waiting: Some(self.clone()) })
    }
}

/// Some bytes of what waits; given back on drop.
#[derive(Debug, Default)]
pub struct Held {
    bytes: usize,
    waiting: Option<Waiting>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting {
            waiting.0.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

/// About what a message takes in memory and on the wire. A shared one counts in full for each who waits for it.
pub(crate) fn weight(msg: &Msg) -> usize {
    MESSAGE_BYTES + texts(msg)
}

fn texts(msg: &Msg) -> usize {
    match msg {
        Msg::PeerInfo { peer, .. } => of_peer(peer),
        Msg::RoomInfo { title, .. } | Msg::ConnectedRooms { title } => title.len(),
        Msg::RoomPeers(peers) => peers.iter().map(of_peer).sum(),
        Msg::StageState { on_stage } => on_stage.len() * ID_BYTES,
        Msg::Broadcast(broadcast) => broadcast.kind.len() + broadcast.payload.len(),
        Msg::ChatAll(messages) | Msg::ChatPage { messages, .. } => messages.iter().map(of_chat).sum(),
        Msg::ChatSent(message) | Msg::ChatEdited(message) | Msg::ChatPinned(message) => of_chat(message),
        Msg::StoreItems { items, .. } => {
            items.iter().map(|item| ITEM_BYTES + item.key.len() + item.payload.len()).sum()
        }
        Msg::TransportOpened { answer, .. }
        | Msg::Produced { answer, .. }
        | Msg::ConsumersClosed { answer } => answer.len(),
        Msg::ProducerClosed { answer } => answer.as_ref().map_or(0, String::len),
        Msg::SelfJoinComplete { pinned, participants, audio_peers, .. } => {
            let ids = pinned.len() + audio_peers.len();
            ids * ID_BYTES + participants.iter().map(of_media_peer).sum::<usize>()
        }
        Msg::Consumed { consumers, offer } => {
            offer.as_ref().map_or(0, String::len) + consumers.iter().map(of_consumer).sum::<usize>()
        }
        Msg::MediaPeerJoined(peer) => of_media_peer(peer),
        Msg::ProducerCreated { producer, .. }
        | Msg::ProducerToggledBy { producer, .. }
        | Msg::ProducerGone { producer, .. } => of_producer(producer),
        Msg::SpeakerDiff(changes) => changes.len() * ID_BYTES,
        Msg::WaitingRequests
        | Msg::BroadcastAck { .. }
        | Msg::ChatDeleted(_)
        | Msg::Polls
        | Msg::MediaJoined
        | Msg::ProducerToggled
        | Msg::Renegotiated { .. }
        | Msg::LayersSelected
        | Msg::MediaLeft
        | Msg::MediaPeerLeft(_)
        | Msg::Pinned
        | Msg::PinChanged(_)
        | Msg::HostControlDone { .. }
        | Msg::DisplayNameChanged => 0,
    }
}

fn of_peer(peer: &PeerInfo) -> usize {
    let custom_id = peer.custom_participant_id.as_ref().map_or(0, String::len);
    ITEM_BYTES + peer.display_name.len() + custom_id + peer.picture.len() + peer.preset_name.len()
}

fn of_chat(message: &ChatMessage) -> usize {
    ITEM_BYTES + message.payload.len() + message.display_name.len() + message.targets.len() * ID_BYTES
}

fn of_media_peer(peer: &MediaPeer) -> usize {
    ITEM_BYTES + peer.display_name.len() + peer.producers.iter().map(of_producer).sum::<usize>()
}

fn of_producer(producer: &ProducerState) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    ITEM_BYTES + text(&producer.app_data) + text(&producer.mime_type)
}

fn of_consumer(consumer: &Consumer) -> usize {
    match consumer {
        Consumer::Ready { state, mid } => of_producer(state) + mid.len(),
        Consumer::NotFound(_) => ITEM_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_until_it_is_dropped() {
        let waiting = Waiting::default();
        let first = waiting.hold(60, 100).unwrap();
        assert!(waiting.hold(41, 100).is_none(), "too much");
        let second = waiting.hold(40, 100).unwrap();
        assert!(waiting.hold(1, 100).is_none());
        drop(first);
        let third = waiting.hold(60, 100).unwrap();
        drop((second, third));
        assert!(waiting.hold(1_000, 100).is_some(), "the first of all may be larger");
    }
}
