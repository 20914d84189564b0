//! Two browsers hear and see each other through the whole server (PROTOCOL §5, §6).

use std::net::SocketAddr;
use std::time::Duration;

use sederunt_core::id::{MeetingId, PeerId};
use sederunt_node::media::{IceKey, MediaConfig, MediaHandle, MediaNotice};
use sederunt_proto::event::media as me;
use sederunt_proto::media::edge as e;
use sederunt_proto::media::{
    CreateTransportRequest, CreateTransportResponse, ProducerState, RenegotiateRequest, RenegotiateResponse,
    SessionDescription, Simulcast, Target,
};
use str0m::media::MediaKind;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::browser::Browser;
use crate::world::{Peer, World, until};

/// Packets after which a track counts as heard or seen.
const ENOUGH: u64 = 20;

fn description(target: Target, kind: &str, sdp: String) -> Option<SessionDescription> {
    Some(SessionDescription { target: target.into(), r#type: kind.to_owned(), sdp })
}

/// A page: the socket and both peer connections.
pub(crate) struct Page {
    pub(crate) peer: Peer,
    pub(crate) sends: Browser,
    pub(crate) receives: Browser,
    send_transport: String,
    receive_transport: String,
}

async fn transport(peer: &mut Peer, browser: &Browser, consuming: bool) -> String {
    let target = if consuming { Target::Subscriber } else { Target::Publisher };
    let request = CreateTransportRequest {
        consuming,
        description: description(target, "offer", browser.first_offer().await),
        ..Default::default()
    };
    let opened: CreateTransportResponse = peer.ask(me::CREATE_WEBRTC_TRANSPORT, &request).await.unwrap();
    let answer = opened.description.unwrap();
    assert_eq!((answer.target(), answer.r#type.as_str()), (target, "answer"));
    browser.accept_answer(answer.sdp).await;
    opened.transport_id
}

impl Page {
    pub(crate) async fn open(w: &World, meeting: MeetingId, name: &str) -> Self {
        let mut peer = w.peer(meeting, name).await;
        let join = e::PeerJoinRequest::default();
        peer.ask::<e::PeerJoinResponse>(me::JOIN_ROOM, &join).await.unwrap();
        let (sends, receives) = (Browser::new(), Browser::new());
        let send_transport = transport(&mut peer, &sends, false).await;
        let receive_transport = transport(&mut peer, &receives, true).await;
        until("ICE of both connections", || async {
            sends.see(|seen| seen.connected) && receives.see(|seen| seen.connected)
        })
        .await;
        peer.join(name).await;
        Self { peer, sends, receives, send_transport, receive_transport }
    }

    /// Publishes a track; its producer id.
    async fn produce(&mut self, kind: MediaKind) -> String {
        let (mid, offer) = self.sends.publish(kind).await;
        let (kind, mime) = match kind {
            MediaKind::Audio => ("audio", "audio/opus"),
            MediaKind::Video => ("video", "video/VP8"),
        };
        let request = e::ProducerCreateRequest {
            kind: kind.to_owned(),
            description: description(Target::Publisher, "offer", offer),
            app_data: Some(format!(r#"{{"e2ee":false,"mid":"{mid}"}}"#)),
            mime_type: Some(mime.to_owned()),
            producing_transport_id: Some(self.send_transport.clone()),
            ..Default::default()
        };
        let produced: e::ProducerCreateResponse = self.peer.ask(me::PRODUCE, &request).await.unwrap();
        assert!(produced.status);
        self.sends.accept_answer(produced.description.unwrap().sdp).await;
        produced.producer_id
    }

    /// Subscribes to a producer that was pushed; its m-line.
    async fn consume(&mut self, of: &str, producer: &ProducerState) -> String {
        let want = e::ConsumePeerRequest {
            producing_peer_id: of.to_owned(),
            producer_id: Some(producer.producer_id.clone()),
            producing_transport_id: producer.producing_transport_id.clone(),
            simulcast: Some(Simulcast { preferred_rid: Some("f".to_owned()), ..Default::default() }),
            ..Default::default()
        };
        let request = e::ConsumePeersRequest {
            requests: vec![want],
            consuming_transport_id: Some(self.receive_transport.clone()),
        };
        let reply: e::ConsumePeerResponse = self.peer.ask(me::CONSUME, &request).await.unwrap();
        let consumer = reply.consumer_ids_map.unwrap().map.remove(&producer.producer_id).unwrap();
        assert_eq!(consumer.consumer_id, producer.producer_id, "PROTOCOL §0 point 6");
        let offer = reply.description.unwrap();
        assert_eq!(offer.r#type, "offer");
        let answer = self.receives.answer(offer.sdp).await;
        let request = RenegotiateRequest {
            transport_id: self.receive_transport.clone(),
            description: description(Target::Subscriber, "answer", answer),
        };
        self.peer.ask::<RenegotiateResponse>(me::RENEGOTIATE_SESSION_DESCRIPTION, &request).await.unwrap();
        consumer.producer_track.unwrap().stream_id
    }

    async fn consume_next(&mut self, of: &str) -> String {
        let push: e::PeerProducerCreateBroadcastResponse =
            self.peer.push(me::PEER_PRODUCER_CREATE_BROADCAST).await;
        assert_eq!(push.participant_id, of);
        self.consume(of, &push.producer_state.unwrap()).await
    }

    async fn gets(&self, mid: &str, what: &str) {
        until(what, || async {
            self.receives.see(|seen| seen.packets.get(mid).is_some_and(|n| *n >= ENOUGH))
        })
        .await;
    }
}

/// A media thread of its own.
pub(crate) fn media() -> (MediaHandle, UnboundedReceiver<MediaNotice>) {
    let (sender, notices) = tokio::sync::mpsc::unbounded_channel();
    let config = MediaConfig {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        announce: Vec::new(),
        ice_key: IceKey([7; 32]),
        sample_every: Duration::from_millis(200),
    };
    (MediaHandle::spawn(config, sender).unwrap(), notices)
}

async fn world() -> World {
    World::with_media(Some(media())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_peers_hear_and_see_each_other() {
    let w = world().await;
    let meeting = w.meeting().await.id;
    let mut alice = Page::open(&w, meeting, "alice").await;
    let mut bob = Page::open(&w, meeting, "bob").await;
    for kind in [MediaKind::Audio, MediaKind::Video] {
        alice.produce(kind).await;
        bob.produce(kind).await;
        let (to_bob, to_alice) = (alice.peer.id.clone(), bob.peer.id.clone());
        let heard = bob.consume_next(&to_bob).await;
        bob.gets(&heard, "alice's track at bob").await;
        let heard = alice.consume_next(&to_alice).await;
        alice.gets(&heard, "bob's track at alice").await;
    }
    assert!(alice.sends.see(|seen| seen.keyframe_requests) > 0, "a new subscriber needs a key frame");

    // Somebody who comes later finds the producers in the answer to selfJoinComplete.
    let mut carol = w.peer(meeting, "carol").await;
    let complete = carol.join("carol").await;
    let producers: Vec<usize> = complete.participants.iter().map(|p| p.producer_states.len()).collect();
    assert_eq!(producers, [2, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_goes_on_over_a_lost_socket_and_ends_with_the_leave() {
    let w = world().await;
    let meeting = w.meeting().await.id;
    let mut alice = Page::open(&w, meeting, "alice").await;
    let mut bob = Page::open(&w, meeting, "bob").await;
    alice.produce(MediaKind::Audio).await;
    let of = alice.peer.id.clone();
    let mid = bob.consume_next(&of).await;
    bob.gets(&mid, "alice's voice").await;

    // Bob's socket goes; his connections do not.
    let (id, token): (PeerId, _) = (bob.peer.id.parse().unwrap(), bob.peer.token.clone());
    bob.peer = w.connect(meeting, id, &token).await;
    let before = bob.receives.see(|seen| seen.packets[&mid]);
    until("more of alice's voice", || async {
        bob.receives.see(|seen| seen.packets[&mid]) > before + ENOUGH
    })
    .await;

    // Alice comes back too: her old producers are gone for bob.
    let (id, token): (PeerId, _) = (alice.peer.id.parse().unwrap(), alice.peer.token.clone());
    alice.peer = w.connect(meeting, id, &token).await;
    bob.peer.join("bob").await;
    let again = e::PeerJoinRequest { prejoined: true, ..Default::default() };
    alice.peer.ask::<e::PeerJoinResponse>(me::JOIN_ROOM, &again).await.unwrap();
    let gone: e::PeerProducerCloseBroadcastResponse = bob.peer.push(me::PEER_PRODUCER_CLOSE_BROADCAST).await;
    assert_eq!(gone.participant_id, of);

    alice.peer.ask::<e::PeerLeaveResponse>(me::LEAVE_ROOM, &e::PeerLeaveRequest::default()).await.unwrap();
    let left: e::PeerLeaveBroadcastResponse = bob.peer.push(me::PEER_LEAVE_BROADCAST).await;
    assert_eq!(left.participant_id, of);
}

#[tokio::test]
async fn bad_descriptions_are_refused_in_the_form_the_client_acts_on() {
    let w = world().await;
    let meeting = w.meeting().await.id;
    let mut alice = Page::open(&w, meeting, "alice").await;
    let request = CreateTransportRequest {
        description: description(Target::Publisher, "offer", "v=0\r\nnonsense".to_owned()),
        ..Default::default()
    };
    let refused =
        alice.peer.ask::<CreateTransportResponse>(me::CREATE_WEBRTC_TRANSPORT, &request).await.unwrap_err();
    assert_eq!(refused.event, me::ERROR_RESPONSE);
    let close = e::ConsumerCloseRequest {
        consumer_ids: vec!["0".to_owned()],
        description: description(Target::Subscriber, "offer", "nonsense".to_owned()),
        consuming_transport_id: Some(alice.receive_transport.clone()),
    };
    let refused = alice.peer.ask::<e::ConsumerClosingResponse>(me::CLOSE_CONSUMER, &close).await.unwrap_err();
    assert_eq!(refused.message, r#"{"errorCode":"invalid_session_description"}"#);
    assert!(alice.peer.is_alive().await);
}
