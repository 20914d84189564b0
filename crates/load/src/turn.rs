//! A TURN client on a stream (RFC 8656), without the stream: it reads bytes and makes bytes. It asks for an address, binds
//! a channel to each of the server's candidates, and keeps both.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use md5::{Digest as _, Md5};
use str0m::crypto::from_feature_flags;
use str0m::ice::StunMessage;

/// Permissions last five minutes, channels and addresses ten (RFC 8656 §9, §12, §7.2); everything is asked for again before
/// the first of them ends.
const KEEP_EVERY: Duration = Duration::from_secs(240);
/// A relay that calls every new nonce stale is not asked for ever.
const STALE_MAX: u32 = 3;
/// The first channel and the last one (RFC 8656 §12).
const CHANNEL_FIRST: u16 = 0x4000;
const CHANNEL_LAST: u16 = 0x4fff;
/// Channels that are bound, candidates of a server; one more is not reached.
const PEERS_MAX: usize = 16;
/// A message on the stream is never as long; whoever says so speaks something else.
const MESSAGE_MAX_BYTES: usize = 4_096;
const STUN_HEADER_BYTES: usize = 20;
const CHANNEL_HEADER_BYTES: usize = 4;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const INTEGRITY_BYTES: usize = 20;

const ALLOCATE: u16 = 0x0003;
const REFRESH: u16 = 0x0004;
const CHANNEL_BIND: u16 = 0x0009;
const DATA_INDICATION: u16 = 0x0017;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const CHANNEL_NUMBER: u16 = 0x000c;
const XOR_PEER_ADDRESS: u16 = 0x0012;
const REALM: u16 = 0x0014;
const NONCE: u16 = 0x0015;
/// UDP, the one thing that is relayed (RFC 8656 §18.7).
const REQUESTED_TRANSPORT: (u16, &[u8]) = (0x0019, &[17, 0, 0, 0]);

/// Why the relay is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TurnTrouble {
    /// It refuses.
    #[error("{0} {1}")]
    Refused(u16, String),
    /// It speaks something else.
    #[error("it speaks no TURN")]
    NoTurn,
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Allocate,
    Refresh,
    /// Of the peer at this place.
    Bind(usize),
}

type Transaction = [u8; 12];

/// A client of a relay.
#[derive(Debug)]
pub(crate) struct Turn {
    user: String,
    password: String,
    realm: String,
    nonce: String,
    /// Once realm and nonce are known (RFC 8489 §9.2.2).
    key: Option<[u8; 16]>,
    peers: Vec<SocketAddr>,
    bound: Vec<bool>,
    lent: Option<SocketAddr>,
    asked: Vec<(Transaction, Ask)>,
    count: u64,
    stale: u32,
    keep_at: Option<Instant>,
}

impl Turn {
    /// One that reaches these addresses, and asks for an address of its own.
    pub(crate) fn new(
        user: String,
        password: String,
        mut peers: Vec<SocketAddr>,
        out: &mut BytesMut,
    ) -> Self {
        peers.truncate(PEERS_MAX);
        let bound = vec![false; peers.len()];
        let (realm, nonce) = (String::new(), String::new());
        let (asked, key, lent, keep_at) = (Vec::new(), None, None, None);
        let mut turn = Self {
            user,
            password,
            realm,
            nonce,
            key,
            peers,
            bound,
            lent,
            asked,
            count: 0,
            stale: 0,
            keep_at,
        };
        turn.ask(Ask::Allocate, out);
        turn
    }

    /// The address it was lent, when everything can be sent from it.
    pub(crate) fn ready(&self) -> Option<SocketAddr> {
        self.lent.filter(|_| self.bound.iter().all(|bound| *bound))
    }

    /// When [`Self::keep`] has something to do.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.keep_at
    }

    /// Asks for everything again in time.
    pub(crate) fn keep(&mut self, now: Instant, out: &mut BytesMut) {
        if self.keep_at.is_some_and(|at| at <= now) {
            self.keep_at = Some(now + KEEP_EVERY);
            // Whatever was not answered until now is not answered any more.
            self.asked.clear();
            self.ask(Ask::Refresh, out);
            (0..self.peers.len()).for_each(|peer| self.ask(Ask::Bind(peer), out));
        }
    }

    /// Wraps a datagram for one of the addresses; false = it is none of them.
    pub(crate) fn wrap(&self, to: SocketAddr, datagram: &[u8], out: &mut BytesMut) -> bool {
        let Some(peer) = self.peers.iter().position(|peer| *peer == to) else { return false };
        let Ok(length) = u16::try_from(datagram.len()) else { return false };
        out.put_u16(channel(peer));
        out.put_u16(length);
        out.extend_from_slice(datagram);
        out.put_bytes(0, datagram.len().next_multiple_of(4) - datagram.len());
        true
    }

    /// Looks at what was read, as far as the next datagram, which is given with its sender; answers and further requests go
    /// to `out`.
    pub(crate) fn take(
        &mut self,
        now: Instant,
        read: &mut BytesMut,
        out: &mut BytesMut,
    ) -> Result<Option<(SocketAddr, Bytes)>, TurnTrouble> {
        while let Some((kind, message)) = split(read)? {
            let datagram = match kind {
                CHANNEL_FIRST.. => {
                    self.peers.get(usize::from(kind - CHANNEL_FIRST)).map(|from| (*from, message))
                }
                DATA_INDICATION => unwrap(&message),
                _ => {
                    self.on_answer(now, &message, out)?;
                    None
                }
            };
            if datagram.is_some() {
                return Ok(datagram);
            }
        }
        Ok(None)
    }

    fn on_answer(&mut self, now: Instant, bytes: &[u8], out: &mut BytesMut) -> Result<(), TurnTrouble> {
        let transaction = bytes.get(8..STUN_HEADER_BYTES);
        let asked = self.asked.iter().position(|(of, _)| Some(&of[..]) == transaction);
        // What answers nothing, or cannot be read, is nothing.
        let (Some(asked), Ok(answer)) = (asked, StunMessage::parse(bytes)) else { return Ok(()) };
        let (_, ask) = self.asked.swap_remove(asked);
        if let Some((code, reason)) = answer.error_code() {
            let is_first = code == 401 && self.key.is_none();
            let is_stale = code == 438 && self.stale < STALE_MAX;
            let (true, Some(nonce)) = (is_first || is_stale, answer.nonce()) else {
                return Err(TurnTrouble::Refused(code, reason.to_owned()));
            };
            nonce.clone_into(&mut self.nonce);
            answer.realm().into_iter().for_each(|realm| realm.clone_into(&mut self.realm));
            self.key = Some(Md5::digest(format!("{}:{}:{}", self.user, self.realm, self.password)).into());
            self.stale += u32::from(is_stale);
            self.ask(ask, out);
            return Ok(());
        }
        self.stale = 0;
        match ask {
            Ask::Allocate => {
                self.lent = Some(answer.xor_relayed_address().ok_or(TurnTrouble::NoTurn)?);
                self.keep_at = Some(now + KEEP_EVERY);
                (0..self.peers.len()).for_each(|peer| self.ask(Ask::Bind(peer), out));
            }
            Ask::Refresh => {}
            Ask::Bind(peer) => self.bound.iter_mut().skip(peer).take(1).for_each(|bound| *bound = true),
        }
        Ok(())
    }

    fn ask(&mut self, ask: Ask, out: &mut BytesMut) {
        self.count += 1;
        // Unique on its stream, on which nobody else can answer.
        let mut transaction = Transaction::default();
        transaction.iter_mut().zip(self.count.to_be_bytes()).for_each(|(to, from)| *to = from);
        self.asked.push((transaction, ask));
        let mut attributes = BytesMut::new();
        let kind = match ask {
            Ask::Allocate => {
                put(&mut attributes, REQUESTED_TRANSPORT.0, REQUESTED_TRANSPORT.1);
                ALLOCATE
            }
            Ask::Refresh => REFRESH,
            Ask::Bind(peer) => {
                let [high, low] = channel(peer).to_be_bytes();
                put(&mut attributes, CHANNEL_NUMBER, &[high, low, 0, 0]);
                if let Some(peer) = self.peers.get(peer) {
                    put(&mut attributes, XOR_PEER_ADDRESS, &masked(*peer, &transaction));
                }
                CHANNEL_BIND
            }
        };
        if self.key.is_some() {
            put(&mut attributes, USERNAME, self.user.as_bytes());
            put(&mut attributes, REALM, self.realm.as_bytes());
            put(&mut attributes, NONCE, self.nonce.as_bytes());
        }
        let integrity = if self.key.is_some() { CHANNEL_HEADER_BYTES + INTEGRITY_BYTES } else { 0 };
        let mut message = BytesMut::new();
        message.put_u16(kind);
        // The integrity covers a length that has it included (RFC 8489 §14.5).
        message.put_u16(u16::try_from(attributes.len() + integrity).unwrap_or(u16::MAX));
        message.extend_from_slice(&COOKIE);
        message.extend_from_slice(&transaction);
        message.unsplit(attributes);
        if let Some(key) = &self.key {
            let digest = from_feature_flags().sha1_hmac_provider.sha1_hmac(key, &[&message]);
            put(&mut message, MESSAGE_INTEGRITY, &digest);
        }
        out.unsplit(message);
    }
}

/// The channel of a peer, by its place.
fn channel(peer: usize) -> u16 {
    CHANNEL_FIRST + u16::try_from(peer).unwrap_or(0)
}

/// Adds an attribute.
fn put(to: &mut BytesMut, kind: u16, value: &[u8]) {
    to.put_u16(kind);
    to.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
    to.extend_from_slice(value);
    to.put_bytes(0, value.len().next_multiple_of(4) - value.len());
}

/// An address as STUN writes it (RFC 8489 §14.2).
fn masked(address: SocketAddr, transaction: &Transaction) -> Vec<u8> {
    let (family, octets) = match address {
        SocketAddr::V4(address) => (1, address.ip().octets().to_vec()),
        SocketAddr::V6(address) => (2, address.ip().octets().to_vec()),
    };
    let mask = || COOKIE.iter().chain(transaction);
    let port = address.port().to_be_bytes();
    let masked = |bytes: &[u8]| bytes.iter().zip(mask()).map(|(a, b)| a ^ b).collect::<Vec<u8>>();
    [vec![0, family], masked(&port), masked(&octets)].concat()
}

/// Takes the next whole message off what was read (RFC 8656 §12.5): its kind, and the message, or what a channel carries.
fn split(read: &mut BytesMut) -> Result<Option<(u16, Bytes)>, TurnTrouble> {
    let Some(&[a, b, c, d]) = read.first_chunk::<CHANNEL_HEADER_BYTES>() else { return Ok(None) };
    let (kind, length) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
    let is_channel = kind >= CHANNEL_FIRST;
    let whole = if is_channel {
        CHANNEL_HEADER_BYTES + length.next_multiple_of(4)
    } else {
        STUN_HEADER_BYTES + length
    };
    if kind > CHANNEL_LAST || whole > MESSAGE_MAX_BYTES {
        return Err(TurnTrouble::NoTurn);
    }
    if read.len() < whole {
        return Ok(None);
    }
    let mut message = read.split_to(whole).freeze();
    if is_channel {
        message.advance(CHANNEL_HEADER_BYTES);
        message.truncate(length);
    }
    Ok(Some((kind, message)))
}

/// What an indication carries, and from whom.
fn unwrap(message: &Bytes) -> Option<(SocketAddr, Bytes)> {
    let indication = StunMessage::parse(message).ok()?;
    Some((indication.xor_peer_address()?, message.slice_ref(indication.data()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "1900000000:ann";
    const PASSWORD: &str = "secret";

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn peers() -> Vec<SocketAddr> {
        vec![at("203.0.113.7:3478"), at("[2001:db8::7]:3478")]
    }

    fn client(peers: Vec<SocketAddr>) -> (Turn, BytesMut) {
        let mut out = BytesMut::new();
        let turn = Turn::new(USER.to_owned(), PASSWORD.to_owned(), peers, &mut out);
        (turn, out)
    }

    /// The first message of several.
    fn first(out: &[u8]) -> Vec<u8> {
        out[..STUN_HEADER_BYTES + usize::from(u16::from_be_bytes([out[2], out[3]]))].to_vec()
    }

    /// An answer of a relay to the request at the beginning of `asked`, which is taken off it.
    fn answer(asked: &mut BytesMut, class: u16, attributes: &[(u16, Vec<u8>)]) -> BytesMut {
        let (kind, request) = split(asked).unwrap().unwrap();
        let mut body = BytesMut::new();
        attributes.iter().for_each(|(kind, value)| put(&mut body, *kind, value));
        let mut message = BytesMut::new();
        message.put_u16(kind | class);
        message.put_u16(body.len() as u16);
        message.extend_from_slice(&request[4..STUN_HEADER_BYTES]);
        message.unsplit(body);
        message
    }

    fn failure(asked: &mut BytesMut, code: u16, nonce: &str) -> BytesMut {
        let code = [vec![0, 0, (code / 100) as u8, (code % 100) as u8], b"No".to_vec()].concat();
        let more = [(REALM, b"here".to_vec()), (NONCE, nonce.as_bytes().to_vec()), (0x0009, code)];
        answer(asked, 0x0110, &more)
    }

    /// Gives it an address and both channels.
    fn set_up(turn: &mut Turn, out: &mut BytesMut, now: Instant) {
        let refused = &mut failure(out, 401, "n1");
        assert_eq!(turn.take(now, refused, out), Ok(None));
        let key: [u8; 16] = Md5::digest(format!("{USER}:here:{PASSWORD}")).into();
        let request = out.clone();
        let request = StunMessage::parse(&request).unwrap();
        assert_eq!((request.username(), request.nonce()), (Some(USER), Some("n1")));
        assert!(request.is_allocate_request());
        let hmac = from_feature_flags().sha1_hmac_provider;
        assert!(request.verify(&key, |key, parts| hmac.sha1_hmac(key, parts)));
        let lent = masked(at("203.0.113.7:2000"), &out[8..20].try_into().unwrap());
        let lent = &mut answer(out, 0x0100, &[(0x0016, lent)]);
        assert_eq!(turn.take(now, lent, out), Ok(None));
        for (n, peer) in peers().into_iter().enumerate() {
            assert_eq!(turn.ready(), None, "a channel is not bound yet");
            let request = first(out);
            let request = StunMessage::parse(&request).unwrap();
            assert!(request.is_channel_bind_request());
            assert_eq!(request.xor_peer_address(), Some(peer));
            assert_eq!(request.channel_number(), Some(channel(n)));
            let bound = &mut answer(out, 0x0100, &[]);
            assert_eq!(turn.take(now, bound, &mut BytesMut::new()), Ok(None));
        }
        assert!(out.is_empty());
        assert_eq!(turn.ready(), Some(at("203.0.113.7:2000")));
    }

    #[test]
    fn an_address_is_asked_for_and_datagrams_go_by_channels() {
        let now = Instant::now();
        let (mut turn, mut out) = client(peers());
        set_up(&mut turn, &mut out, now);
        assert!(turn.wrap(peers()[1], b"hello", &mut out));
        assert_eq!(out[..], [&[0x40, 1, 0, 5][..], b"hello", &[0; 3]].concat());
        assert!(!turn.wrap(at("203.0.113.8:3478"), b"hello", &mut out), "nobody of ours");
        // Back, byte by byte.
        let mut read = BytesMut::new();
        let mut got = Vec::new();
        for byte in out.split() {
            read.put_u8(byte);
            got.extend(turn.take(now, &mut read, &mut out).unwrap());
        }
        assert_eq!(got, [(peers()[1], Bytes::from_static(b"hello"))]);
        // And by an indication.
        let mut indication = BytesMut::new();
        indication.put_u16(DATA_INDICATION);
        indication.put_u16(20);
        indication.extend_from_slice(&COOKIE);
        indication.extend_from_slice(&[9; 12]);
        put(&mut indication, XOR_PEER_ADDRESS, &masked(peers()[0], &[9; 12]));
        put(&mut indication, 0x0013, b"data");
        let got = turn.take(now, &mut indication, &mut out);
        assert_eq!(got, Ok(Some((peers()[0], Bytes::from_static(b"data")))));
    }

    #[test]
    fn everything_is_kept_also_with_a_new_nonce() {
        let now = Instant::now();
        let (mut turn, mut out) = client(peers());
        set_up(&mut turn, &mut out, now);
        turn.keep(now, &mut out);
        assert!(out.is_empty(), "not yet");
        let due = turn.due().unwrap();
        assert_eq!(due, now + KEEP_EVERY);
        turn.keep(due, &mut out);
        assert!(StunMessage::parse(&first(&out)).unwrap().is_refresh_request());
        let mut again = BytesMut::new();
        let stale = &mut failure(&mut out, 438, "n2");
        assert_eq!(turn.take(due, stale, &mut again), Ok(None));
        assert_eq!(StunMessage::parse(&again).unwrap().nonce(), Some("n2"));
        assert!(StunMessage::parse(&again).unwrap().is_refresh_request());
        // Whose nonces are always stale is left.
        let mut last = Ok(None);
        for _ in 0..STALE_MAX {
            let stale = &mut failure(&mut again.split(), 438, "n3");
            last = turn.take(due, stale, &mut again);
        }
        assert_eq!(last, Err(TurnTrouble::Refused(438, "No".to_owned())));
    }

    #[test]
    fn who_is_refused_or_hears_something_else_is_told_so() {
        let now = Instant::now();
        let (mut turn, mut out) = client(peers());
        let refused = &mut failure(&mut out, 401, "n1");
        turn.take(now, refused, &mut out).unwrap();
        let refused = &mut failure(&mut out, 401, "n1");
        let told = turn.take(now, refused, &mut out);
        assert_eq!(told, Err(TurnTrouble::Refused(401, "No".to_owned())), "the password is wrong");
        let mut other = BytesMut::from(&b"HTTP/1.1 400 Bad Request"[..]);
        assert_eq!(turn.take(now, &mut other, &mut out), Err(TurnTrouble::NoTurn));
    }
}
