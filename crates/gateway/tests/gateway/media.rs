//! Two browsers hear and see each other through the whole server (PROTOCOL §5, §6).

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sederunt_core::id::{MeetingId, PeerId, SessionId};
use sederunt_node::media::{IceKey, MediaConfig, MediaHandle, MediaNotice};
use sederunt_node::seen::{Seen, TrackKind};
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

pub(crate) fn description(target: Target, kind: &str, sdp: String) -> Option<SessionDescription> {
    Some(SessionDescription { target: target.into(), r#type: kind.to_owned(), sdp })
}

/// A page: the socket and both peer connections.
pub(crate) struct Page {
    pub(crate) peer: Peer,
    pub(crate) sends: Browser,
    pub(crate) receives: Browser,
    pub(crate) send_transport: String,
    pub(crate) receive_transport: String,
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
    pub(crate) async fn produce(&mut self, kind: MediaKind) -> String {
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
    media_with(1)
}

fn media_with(workers: u8) -> (MediaHandle, UnboundedReceiver<MediaNotice>) {
    let (sender, notices) = tokio::sync::mpsc::unbounded_channel();
    let config = MediaConfig {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        workers,
        announce: Vec::new(),
        tcp: Vec::new(),
        ice_key: IceKey([7; 32]),
        sample_every: Duration::from_millis(200),
    };
    (MediaHandle::spawn(config, sender).unwrap(), notices)
}

pub(crate) async fn world() -> World {
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
async fn two_meetings_are_on_two_workers_and_neither_reaches_the_other() {
    let (media, notices) = media_with(2);
    let w = World::with_media(Some((media.clone(), notices))).await;
    let mut pages = Vec::new();
    for _ in 0..2 {
        let meeting = w.meeting().await.id;
        let mut alice = Page::open(&w, meeting, "alice").await;
        let mut bob = Page::open(&w, meeting, "bob").await;
        alice.produce(MediaKind::Audio).await;
        let heard = bob.consume_next(&alice.peer.id.clone()).await;
        bob.gets(&heard, "alice's voice at bob").await;
        pages.push((alice, bob));
    }
    let ports: Vec<u16> = media.local_addrs().iter().map(SocketAddr::port).collect();
    for ((alice, bob), port) in pages.iter().zip(&ports) {
        for browser in [&alice.sends, &bob.receives] {
            assert_eq!(
                browser.see(|seen| seen.from.iter().map(SocketAddr::port).collect::<Vec<_>>()),
                [*port]
            );
        }
        assert_eq!(bob.receives.see(|seen| seen.packets.len()), 1, "one track");
    }
    until("each worker forwards the voice of one meeting", || async {
        media.workers().iter().all(|worker| {
            let sfu = worker.media.sfu;
            (sfu.transports, sfu.producers, sfu.consumers) == (4, 1, 1) && sfu.packets_forwarded > ENOUGH
        })
    })
    .await;
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

/// What is in the store of a stay, read as one.
async fn kept(w: &World, session: SessionId, stay: PeerId) -> Seen {
    let mut all = Seen::default();
    for post in w.store.reports(session, stay).await.unwrap().unwrap() {
        all.append(serde_json::from_str(&post.body).unwrap());
    }
    all
}

fn names(seen: &Seen) -> Vec<&'static str> {
    seen.events.iter().map(|event| event.what.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_saw_of_a_call_is_kept_with_the_stay() {
    let w = world().await;
    let meeting = w.meeting().await.id;
    let mut alice = Page::open(&w, meeting, "alice").await;
    let mut bob = Page::open(&w, meeting, "bob").await;
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    let producer = alice.produce(MediaKind::Audio).await;
    bob.consume_next(&alice.peer.id.clone()).await;
    let stay = |page: &Page| page.peer.id.parse::<PeerId>().unwrap();
    let (at_alice, at_bob) = (stay(&alice), stay(&bob));
    // The node's clock goes with that of the connections, which it cannot set.
    let (began, passed) = (Instant::now(), Cell::new(0));
    until("samples of alice's voice at both", || async {
        let now = i64::try_from(began.elapsed().as_millis()).unwrap();
        w.clock.advance(now - passed.replace(now));
        let (sent, got) = (w.node.seen_lately(session, at_alice), w.node.seen_lately(session, at_bob));
        let reports = got.received.iter().flat_map(|track| &track.moments).filter(|m| m.lost.is_some());
        sent.sent.iter().any(|track| track.moments.len() >= 5) && reports.count() >= 1
    })
    .await;
    let seen = w.node.seen_lately(session, at_alice);
    let [voice] = &seen.sent[..] else { panic!("one track: {seen:?}") };
    assert_eq!(
        (voice.producer.as_str(), voice.kind, voice.screen),
        (producer.as_str(), TrackKind::Audio, false)
    );
    // The first sample may be older than the first packet.
    let unheard = voice.moments.iter().take_while(|m| m.ssrc.is_none()).count();
    let heard = &voice.moments[unheard..];
    assert!(unheard <= 1, "{voice:?}");
    assert!(heard.windows(2).all(|m| m[1].at > m[0].at && m[1].expected > m[0].expected), "{voice:?}");
    assert!(heard.iter().all(|m| m.ssrc == heard[0].ssrc), "{voice:?}");
    let path = seen.producing.as_ref().unwrap();
    assert_eq!((path.address.as_deref(), path.kind.as_str()), (Some("127.0.0.1"), "host"));
    assert!(path.packets_received > 5 && path.bytes_received > 500 && path.rtt_us.is_none(), "{path:?}");
    let expected = ["websocket_connected", "transport_connected", "transport_connected", "audio_on"];
    assert_eq!(names(&seen), expected);

    bob.peer.ask::<e::PeerLeaveResponse>(me::LEAVE_ROOM, &e::PeerLeaveRequest::default()).await.unwrap();
    until("what was seen of bob, in the store", || async {
        w.clock.advance(10);
        !kept(&w, session, at_bob).await.is_empty()
    })
    .await;
    let seen = kept(&w, session, at_bob).await;
    let [voice] = &seen.received[..] else { panic!("one track: {seen:?}") };
    assert_eq!((voice.producer.as_str(), voice.sender.as_str()), (producer.as_str(), alice.peer.id.as_str()));
    assert!(seen.consuming.as_ref().unwrap().packets_sent > 20, "{seen:?}");
    assert_eq!(
        names(&seen),
        ["websocket_connected", "transport_connected", "transport_connected", "disconnect"]
    );

    // Whoever is still in when the server stops loses nothing either.
    w.node.stop().await;
    let seen = kept(&w, session, at_alice).await;
    assert!(seen.sent[0].moments.len() >= 5, "{seen:?}");
    assert!(names(&seen).contains(&"disconnect"), "{seen:?}");
    assert_eq!(w.node.seen_lately(session, at_alice), Seen::default());
}

#[tokio::test]
async fn bad_descriptions_are_refused_and_the_socket_goes_on() {
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
    assert!(refused.message.contains("invalid session description"), "{}", refused.message);
    assert!(alice.peer.is_alive().await);
}
