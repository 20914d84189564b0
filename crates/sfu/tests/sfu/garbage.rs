//! Datagrams from strangers: counted, dropped, and nobody is harmed.

use std::net::SocketAddr;
use std::time::Duration;

use sederunt_sfu::{Input, Kind, Via};
use str0m::ice::{StunMessage, TransId};

use crate::media::decode;
use crate::world::{SERVER, Seed, World};

const SECOND: Duration = Duration::from_secs(1);

fn throw(w: &mut World, source: SocketAddr, payload: &[u8]) {
    let waited = Duration::ZERO;
    w.sfu.handle(w.now, Input::Datagram { via: Via::Udp, source, destination: SERVER, payload, waited });
}

/// A datagram that looks like STUN, DTLS, RTP, RTCP or like nothing.
fn garbage(seed: &mut Seed) -> Vec<u8> {
    let length = (seed.next() % 1_500) as usize;
    let mut bytes: Vec<u8> = (0..length).map(|_| seed.next() as u8).collect();
    let first = [0, 1, 22, 23, 0x80, 0x90, 0x80, seed.next() as u8][(seed.next() % 8) as usize];
    if let Some(byte) = bytes.first_mut() {
        *byte = first;
    }
    if seed.chance(500) && bytes.len() > 20 {
        // A STUN header that is right: length and cookie.
        let rest = (bytes.len() - 20) as u16 & !3;
        bytes.truncate(20 + usize::from(rest));
        bytes[2..4].copy_from_slice(&rest.to_be_bytes());
        bytes[4..8].copy_from_slice(&0x2112_a442_u32.to_be_bytes());
    }
    bytes
}

#[test]
fn ten_thousand_garbage_packets_change_nothing() {
    let mut w = World::new(12);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, &[]);
    w.consume(b, &[(video, "f")]);
    w.run(SECOND);
    let known = [w.clients[a].sending.address, w.clients[b].receiving.address];
    let mut seed = Seed(99);
    for round in 0..10_000_u16 {
        let stranger = SocketAddr::from(([192, 0, 2, round as u8], round.max(1)));
        let source = if round % 4 == 0 { known[usize::from(round / 4 % 2)] } else { stranger };
        let payload = garbage(&mut seed);
        throw(&mut w, source, &payload);
        if round % 100 == 0 {
            w.tick();
        }
    }
    let before = decode(w.clients[b].received(video)).frames;
    w.run(2 * SECOND);
    let seen = decode(w.clients[b].received(video));
    assert!(seen.missing == 0 && seen.frames >= before + 38, "{seen:?}");
    let stats = w.stats();
    assert_eq!((stats.panics, stats.transports_failed, stats.transports), (0, 0, 4));
    assert!(stats.datagrams_unknown + stats.stun_refused > 5_000, "{stats:?}");
    assert_eq!(w.events.len(), 4, "only the connects: {:?}", w.events);
}

#[test]
fn a_source_address_cannot_be_claimed_without_the_password() {
    let mut w = World::new(13);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, &[]);
    w.consume(b, &[(video, "f")]);
    w.run(SECOND);
    let ours = |w: &mut World| {
        let api = w.clients[b].receiving.rtc.direct_api();
        let local = api.local_ice_credentials();
        (local.ufrag, w.answers[&w.clients[b].receiving.transport].clone())
    };
    let (theirs, answer) = ours(&mut w);
    let ufrag = answer.lines().find_map(|l| l.strip_prefix("a=ice-ufrag:")).unwrap();
    let name = format!("{ufrag}:{theirs}");
    let request = StunMessage::binding_request(&name, TransId::new(), true, 7, 1_000, true);
    let mut bytes = [0; 512];
    let length = request.to_bytes(Some(b"guess"), &mut bytes, |_, _| [7; 20]).unwrap();
    let attacker = SocketAddr::from(([192, 0, 2, 66], 6_666));
    let refused = w.stats().stun_refused;
    throw(&mut w, attacker, &bytes[..length]);
    assert_eq!(w.stats().stun_refused, refused + 1);
    let unknown = w.stats().datagrams_unknown;
    throw(&mut w, attacker, &[0x80; 200]);
    assert_eq!(w.stats().datagrams_unknown, unknown + 1, "the address leads nowhere");
    let before = w.clients[b].received(video).len();
    w.run(SECOND);
    assert!(w.clients[b].received(video).len() > before + 50, "media goes where it went");
}

#[test]
fn a_port_that_is_used_again_leads_to_the_new_client() {
    let mut w = World::new(14);
    let a = w.join();
    let b = w.join();
    w.connect();
    let video = w.produce(a, Kind::Video, &[]);
    w.consume(b, &[(video, "f")]);
    w.run(SECOND);
    // The browser of b is reloaded: same ports, other credentials, while the engine still knows the old one.
    let again = w.join_at(b);
    w.connect();
    w.consume(again, &[(video, "f")]);
    w.run(SECOND);
    assert!(decode(w.clients[again].received(video)).frames > 10);
}
