//! A TURN client, as far as it takes to send a datagram through the relay and to get one back (RFC 8656).

use std::net::SocketAddr;

use md5::{Digest as _, Md5};
use sederunt_relay::Credentials;
use str0m::crypto::from_feature_flags;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

const ALLOCATE: u16 = 0x0003;
const SEND: u16 = 0x0016;
const DATA_INDICATION: u16 = 0x0017;
const USERNAME: u16 = 0x0006;
const INTEGRITY: u16 = 0x0008;
const PEER: u16 = 0x0012;
const DATA: u16 = 0x0013;
const REALM: u16 = 0x0014;
const NONCE: u16 = 0x0015;
const REQUESTED_TRANSPORT: (u16, &[u8]) = (0x0019, &[17, 0, 0, 0]);
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER_BYTES: usize = 20;

/// One that has an address.
pub(super) struct Turn {
    io: DuplexStream,
}

impl Turn {
    /// Asks for an address, as the relay wants it: once to hear realm and nonce, once with them.
    pub(super) async fn lent(mut io: DuplexStream, user: &Credentials) -> Self {
        io.write_all(&message(ALLOCATE, &[REQUESTED_TRANSPORT], None)).await.unwrap();
        let refusal = read(&mut io).await;
        let (realm, nonce) = (&attribute(&refusal, REALM)[..], &attribute(&refusal, NONCE)[..]);
        let (name, password) = (user.username.as_bytes(), user.credential.as_bytes());
        let key = [name, realm, password].join(&b':');
        let signed = [(USERNAME, name), (REALM, realm), (NONCE, nonce), REQUESTED_TRANSPORT];
        let key: [u8; 16] = Md5::digest(key).into();
        io.write_all(&message(ALLOCATE, &signed, Some(&key))).await.unwrap();
        let lent = read(&mut io).await;
        assert_eq!(lent[..2], [0x01, 0x03], "an address: {lent:?}");
        Self { io }
    }

    /// Sends a datagram to a candidate.
    pub(super) async fn send(&mut self, to: SocketAddr, payload: &[u8]) {
        let to = peer(to);
        let sent = message(SEND, &[(PEER, to.as_slice()), (DATA, payload)], None);
        self.io.write_all(&sent).await.unwrap();
    }

    /// The next datagram, which must come from this candidate.
    pub(super) async fn receive(&mut self, from: SocketAddr) -> Vec<u8> {
        let got = read(&mut self.io).await;
        assert_eq!(got[..2], DATA_INDICATION.to_be_bytes(), "{got:?}");
        assert_eq!(attribute(&got, PEER), peer(from));
        attribute(&got, DATA)
    }
}

fn message(kind: u16, attributes: &[(u16, &[u8])], key: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    let put = |body: &mut Vec<u8>, kind: u16, value: &[u8]| {
        body.extend(kind.to_be_bytes());
        body.extend((value.len() as u16).to_be_bytes());
        body.extend(value);
        body.resize(body.len().next_multiple_of(4), 0);
    };
    for (kind, value) in attributes {
        put(&mut body, *kind, value);
    }
    // The integrity covers a length that has it included (RFC 8489 §14.5).
    let signed = body.len() + if key.is_some() { 24 } else { 0 };
    let head = [&kind.to_be_bytes()[..], &(signed as u16).to_be_bytes(), &COOKIE, &[7; 12]].concat();
    if let Some(key) = key {
        let digest = from_feature_flags().sha1_hmac_provider.sha1_hmac(key, &[&head, &body]);
        put(&mut body, INTEGRITY, &digest);
    }
    [head, body].concat()
}

/// An IPv4 address as STUN writes it.
fn peer(address: SocketAddr) -> Vec<u8> {
    let SocketAddr::V4(address) = address else { panic!("IPv4") };
    let octets = address.ip().octets().into_iter().zip(COOKIE).map(|(octet, mask)| octet ^ mask);
    [0, 1].into_iter().chain((address.port() ^ 0x2112).to_be_bytes()).chain(octets).collect()
}

async fn read(io: &mut DuplexStream) -> Vec<u8> {
    let mut message = vec![0; HEADER_BYTES];
    io.read_exact(&mut message).await.unwrap();
    let length = usize::from(u16::from_be_bytes([message[2], message[3]]));
    message.resize(HEADER_BYTES + length, 0);
    io.read_exact(&mut message[HEADER_BYTES..]).await.unwrap();
    message
}

fn attribute(message: &[u8], wanted: u16) -> Vec<u8> {
    let mut rest = &message[HEADER_BYTES..];
    while let [a, b, c, d, more @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*c, *d]));
        if u16::from_be_bytes([*a, *b]) == wanted {
            return more[..length].to_vec();
        }
        rest = &more[length.next_multiple_of(4)..];
    }
    panic!("no attribute {wanted:#x}: {message:?}");
}
