//! A TURN client against the relay.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base64::Engine as _;
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use sederunt_relay::limit::CREDENTIALS_SECS;
use sederunt_relay::{Client, Credentials, Out, RelayKey};

const AT: u64 = 1_800_000_000;
const REALM: &str = "meet.example.com";

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn media() -> Vec<SocketAddr> {
    vec![address("203.0.113.7:3478"), address("[2001:db8::7]:3478")]
}

/// Encodes STUN by hand, so that a fault of the library would not hide one of ours.
struct Request {
    kind: u16,
    attributes: Vec<u8>,
}

impl Request {
    fn new(kind: u16) -> Self {
        Self { kind, attributes: Vec::new() }
    }

    fn with(mut self, kind: u16, value: &[u8]) -> Self {
        self.attributes.extend(kind.to_be_bytes());
        self.attributes.extend((value.len() as u16).to_be_bytes());
        self.attributes.extend(value);
        self.attributes.resize(self.attributes.len().next_multiple_of(4), 0);
        self
    }

    fn peer(self, peer: &str) -> Self {
        let peer = address(peer);
        let mut value = vec![0, if peer.is_ipv4() { 1 } else { 2 }];
        value.extend((peer.port() ^ 0x2112).to_be_bytes());
        let mask: Vec<u8> = [0x21, 0x12, 0xA4, 0x42].into_iter().chain([7; 12]).collect();
        let octets = match peer.ip() {
            std::net::IpAddr::V4(ip) => ip.octets().to_vec(),
            std::net::IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        value.extend(octets.iter().zip(mask).map(|(a, b)| a ^ b));
        self.with(0x0012, &value)
    }

    fn header(&self, more: usize) -> Vec<u8> {
        let mut bytes = self.kind.to_be_bytes().to_vec();
        bytes.extend(((self.attributes.len() + more) as u16).to_be_bytes());
        bytes.extend([0x21, 0x12, 0xA4, 0x42]);
        bytes.extend([7; 12]);
        bytes
    }

    fn plain(self) -> Vec<u8> {
        [self.header(0), self.attributes].concat()
    }

    fn signed(self, user: &Credentials, nonce: &str) -> Vec<u8> {
        let this = self.with(0x0006, user.username.as_bytes()).with(0x0014, REALM.as_bytes());
        let this = this.with(0x0015, nonce.as_bytes());
        let text = format!("{}:{REALM}:{}", user.username, user.credential);
        let key: [u8; 16] = <md5::Md5 as md5::Digest>::digest(text).into();
        let mut bytes = [this.header(24), this.attributes].concat();
        let hmac = str0m::crypto::from_feature_flags().sha1_hmac_provider;
        let integrity = hmac.sha1_hmac(&key, &[&bytes]);
        bytes.extend([0, 8, 0, 20]);
        bytes.extend(integrity);
        bytes
    }
}

const ALLOCATE: u16 = 3;
const REFRESH: u16 = 4;
const SEND: u16 = 0x16;
const PERMIT: u16 = 8;
const BIND: u16 = 9;
const UDP: [u8; 4] = [17, 0, 0, 0];

/// Class bits of a reply, and its error.
fn reply(out: &[Out]) -> (bool, u16) {
    let replies: Vec<_> =
        out.iter().filter_map(|out| if let Out::Reply(r) = out { Some(r) } else { None }).collect();
    assert_eq!(replies.len(), 1, "{out:?}");
    let is_failure = replies[0][0] & 1 == 1 && replies[0][1] & 0x10 == 0x10;
    let code = attribute(replies[0], 9).map_or(0, |value| u16::from(value[2]) * 100 + u16::from(value[3]));
    (!is_failure, code)
}

fn attribute(message: &[u8], wanted: u16) -> Option<Vec<u8>> {
    let mut rest = &message[20..];
    while rest.len() >= 4 {
        let (kind, length) =
            (u16::from_be_bytes([rest[0], rest[1]]), usize::from(u16::from_be_bytes([rest[2], rest[3]])));
        if kind == wanted {
            return Some(rest[4..4 + length].to_vec());
        }
        rest = &rest[4 + length.next_multiple_of(4)..];
    }
    None
}

struct Scene {
    client: Client,
    user: Credentials,
    nonce: String,
    now: Instant,
    at: u64,
    port: u16,
}

impl Scene {
    fn new() -> Self {
        let key = RelayKey::derive(&[7; 32]);
        let user = key.credentials(AT, "Ann0x");
        let client = Client::new(key, REALM.to_owned(), media(), address("198.51.100.7:50000"));
        let mut scene = Self { client, user, nonce: String::new(), now: Instant::now(), at: AT, port: 2_000 };
        let out = scene.send(&Request::new(ALLOCATE).with(0x19, &UDP).plain());
        assert_eq!(reply(&out), (false, 401));
        let Some(Out::Reply(first)) = out.first() else { panic!("{out:?}") };
        assert_eq!(attribute(first, 0x14).unwrap(), REALM.as_bytes());
        scene.nonce = String::from_utf8(attribute(first, 0x15).unwrap()).unwrap();
        scene
    }

    fn send(&mut self, bytes: &[u8]) -> Vec<Out> {
        let mut read = BytesMut::from(bytes);
        let port = self.port;
        let lend = || Some(SocketAddr::from(([203, 0, 113, 7], port)));
        self.client.read(self.now, self.at, &mut read, lend).unwrap()
    }

    fn ask(&mut self, request: Request) -> Vec<Out> {
        let bytes = request.signed(&self.user, &self.nonce);
        self.send(&bytes)
    }

    fn lent() -> Self {
        let mut scene = Self::new();
        let out = scene.ask(Request::new(ALLOCATE).with(0x19, &UDP));
        assert_eq!(out[0], Out::Lent);
        assert_eq!(reply(&out), (true, 0));
        let Out::Reply(bytes) = &out[1] else { panic!() };
        assert_eq!(attribute(bytes, 0x0d).unwrap(), 600_u32.to_be_bytes());
        assert_eq!(attribute(bytes, 0x16).unwrap()[2..4], (2_000_u16 ^ 0x2112).to_be_bytes());
        assert_eq!(attribute(bytes, 0x20).unwrap()[2..4], (50_000_u16 ^ 0x2112).to_be_bytes());
        assert!(attribute(bytes, 8).is_some(), "with integrity");
        scene
    }
}

#[test]
fn media_alone_is_reached_by_channel_and_by_indication() {
    let mut s = Scene::lent();
    assert_eq!(reply(&s.ask(Request::new(PERMIT).peer("203.0.113.7:9"))), (true, 0));
    let to = address("203.0.113.7:3478");
    let sent = Request::new(SEND).peer("203.0.113.7:3478").with(0x13, b"check").plain();
    assert_eq!(s.send(&sent), [Out::Datagram { to, payload: Bytes::from_static(b"check") }]);
    // Back: an indication as long as no channel is bound.
    let mut back = Vec::new();
    s.client.wrap(s.now, to, b"answer", &mut back);
    assert_eq!((back[0], back[1], attribute(&back, 0x13).unwrap()), (0, 0x17, b"answer".to_vec()));

    let bind = Request::new(BIND).with(0x0c, &[0x40, 0, 0, 0]).peer("203.0.113.7:3478");
    assert_eq!(reply(&s.ask(bind)), (true, 0));
    assert_eq!(
        s.send(&[0x40, 0, 0, 2, 1, 2, 0, 0]),
        [Out::Datagram { to, payload: Bytes::from_static(&[1, 2]) }]
    );
    let mut back = Vec::new();
    s.client.wrap(s.now, to, b"answer", &mut back);
    assert_eq!(back, [&[0x40, 0, 0, 6][..], b"answer", &[0, 0]].concat());
    assert_eq!(s.client.strayed(), 0);
}

#[test]
fn nobody_else_is_reached() {
    let mut s = Scene::lent();
    let foreign = [
        "203.0.113.8:3478",
        "127.0.0.1:3478",
        "10.0.0.1:80",
        "198.51.100.7:50000",
        "[2001:db8::8]:3478",
        "[::ffff:203.0.113.7]:3478",
    ];
    for peer in foreign {
        assert_eq!(reply(&s.ask(Request::new(PERMIT).peer(peer))), (false, 403), "{peer}");
    }
    // Its own address is media's with another port: a permission, and no more.
    for peer in foreign.into_iter().chain(["203.0.113.7:3479"]) {
        let bind = Request::new(BIND).with(0x0c, &[0x40, 1, 0, 0]).peer(peer);
        assert_eq!(reply(&s.ask(bind)), (false, 403), "{peer}");
        assert_eq!(s.send(&Request::new(SEND).peer(peer).with(0x13, b"x").plain()), [], "{peer}");
    }
    assert_eq!(s.client.strayed(), 6 + 7 + 7);
    assert_eq!(s.send(&[0x40, 1, 0, 1, 9, 0, 0, 0]), [], "no channel");
}

#[test]
fn without_credentials_there_is_nothing() {
    let mut s = Scene::new();
    let wrong = Credentials {
        credential: base64::engine::general_purpose::STANDARD.encode([1; 32]),
        ..s.user.clone()
    };
    let allocate = || Request::new(ALLOCATE).with(0x19, &UDP);
    assert_eq!(reply(&s.send(&allocate().signed(&wrong, &s.nonce.clone()))), (false, 401));
    let renamed = Credentials { username: s.user.username.replace("Ann", "Bob"), ..s.user.clone() };
    assert_eq!(reply(&s.send(&allocate().signed(&renamed, &s.nonce.clone()))), (false, 401));
    assert_eq!(reply(&s.send(&allocate().signed(&s.user.clone(), "0011223344556677"))), (false, 438));
    assert!(!s.client.is_lent(s.now));
    // Nothing is forwarded for whoever has no address.
    assert_eq!(s.send(&Request::new(SEND).peer("203.0.113.7:3478").with(0x13, b"x").plain()), []);
    s.at = AT + CREDENTIALS_SECS;
    assert_eq!(reply(&s.ask(allocate())), (false, 401), "they have ended");
}

#[test]
fn an_address_ends_unless_it_is_asked_for_again() {
    let mut s = Scene::lent();
    assert_eq!(reply(&s.ask(Request::new(ALLOCATE).with(0x19, &UDP))), (false, 437), "it has one");
    s.now += Duration::from_secs(599);
    assert_eq!(reply(&s.ask(Request::new(REFRESH).with(0x0d, &900_u32.to_be_bytes()))), (true, 0));
    s.now += Duration::from_secs(899);
    assert!(s.client.is_lent(s.now));
    s.now += Duration::from_secs(1);
    assert!(!s.client.is_lent(s.now));
    assert_eq!(reply(&s.ask(Request::new(REFRESH))), (false, 437));
    // Another one, and back with it. Meanwhile the credentials have ended: they are good for what they were given for.
    assert_eq!(reply(&s.ask(Request::new(ALLOCATE).with(0x19, &UDP))), (true, 0));
    s.at = AT + CREDENTIALS_SECS + 1;
    s.nonce = {
        let out = s.ask(Request::new(REFRESH));
        assert_eq!(reply(&out), (false, 438), "an old nonce");
        let Some(Out::Reply(first)) = out.first() else { panic!("{out:?}") };
        String::from_utf8(attribute(first, 0x15).unwrap()).unwrap()
    };
    assert_eq!(reply(&s.ask(Request::new(REFRESH))), (true, 0));
    let out = s.ask(Request::new(REFRESH).with(0x0d, &0_u32.to_be_bytes()));
    assert_eq!((&out[0], reply(&out)), (&Out::Returned, (true, 0)));
    assert!(!s.client.is_lent(s.now));
}

#[test]
fn what_is_not_offered_is_said() {
    let mut s = Scene::new();
    assert_eq!(reply(&s.ask(Request::new(ALLOCATE))), (false, 400));
    assert_eq!(reply(&s.ask(Request::new(ALLOCATE).with(0x19, &[6, 0, 0, 0]))), (false, 442));
    assert_eq!(
        reply(&s.ask(Request::new(ALLOCATE).with(0x19, &UDP).with(0x17, &[2, 0, 0, 0]))),
        (false, 440)
    );
    let bytes = Request::new(ALLOCATE).with(0x19, &UDP).signed(&s.user, &s.nonce);
    let out = s.client.read(s.now, s.at, &mut BytesMut::from(&bytes[..]), || None).unwrap();
    assert_eq!(reply(&out), (false, 508));
    let mut s = Scene::lent();
    let other = RelayKey::derive(&[7; 32]).credentials(AT, "Ben");
    let refresh = Request::new(REFRESH).signed(&other, &s.nonce.clone());
    assert_eq!(reply(&s.send(&refresh)), (false, 441), "somebody else's");
    let bind = Request::new(BIND).with(0x0c, &[0x30, 0, 0, 0]).peer("203.0.113.7:3478");
    assert_eq!(s.ask(bind), [], "no channel number: it cannot be read");
}

/// A whole conversation, as bytes.
fn conversation(s: &Scene) -> Vec<u8> {
    [
        Request::new(ALLOCATE).with(0x19, &UDP).signed(&s.user, &s.nonce),
        Request::new(PERMIT).peer("203.0.113.7:9").signed(&s.user, &s.nonce),
        Request::new(SEND).peer("203.0.113.7:3478").with(0x13, b"check").plain(),
        Request::new(BIND).with(0x0c, &[0x40, 0, 0, 0]).peer("203.0.113.7:3478").signed(&s.user, &s.nonce),
        vec![0x40, 0, 0, 2, 1, 2, 0, 0],
        Request::new(REFRESH).signed(&s.user, &s.nonce),
    ]
    .concat()
}

proptest! {
    #[test]
    fn a_stream_may_be_cut_anywhere(cuts in proptest::collection::vec(1_usize..200, 1..60)) {
        let mut whole = Scene::new();
        let bytes = conversation(&whole);
        let expected = whole.send(&bytes);
        let mut s = Scene::new();
        let (mut rest, mut read, mut got) = (&bytes[..], BytesMut::new(), Vec::new());
        for cut in cuts.into_iter().cycle() {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            read.extend_from_slice(now);
            got.extend(s.client.read(s.now, s.at, &mut read, || Some(address("203.0.113.7:2000"))).unwrap());
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(got, expected);
    }
}

#[test]
fn a_hundred_thousand_mutated_messages_reach_nobody_else() {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let good = conversation(&Scene::new());
    let (mut ended, mut forwarded) = (0, 0);
    let mut s = Scene::lent();
    for _ in 0..100_000 {
        let mut bytes = good.clone();
        for _ in 0..=next() % 4 {
            let (at, to) = (next() % bytes.len(), next() as u8);
            match next() % 4 {
                0 => bytes[at] = to,
                1 => bytes[at] ^= 1 << (to % 8),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, to),
            }
        }
        let lend = || Some(address("203.0.113.7:2000"));
        match s.client.read(s.now, s.at, &mut BytesMut::from(&bytes[..]), lend) {
            Ok(out) => {
                for one in out {
                    if let Out::Datagram { to, .. } = one {
                        forwarded += 1;
                        assert!(media().contains(&to), "{to}");
                    }
                }
            }
            Err(_) => {
                ended += 1;
                s = Scene::lent();
            }
        }
    }
    assert!(ended > 1_000 && forwarded > 10_000, "{ended} {forwarded}: the mutations do something");
}
