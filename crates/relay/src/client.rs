//! One client on its stream.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use str0m::crypto::from_feature_flags;
use str0m::ice::{StunMessage, StunMessageBuilder, TransId};

use crate::allocation::Allocation;
use crate::credentials::RelayKey;
use crate::limit::MESSAGE_MAX_BYTES;
use crate::message::{self, Message};

/// REQUESTED-TRANSPORT, and the protocol that it may name (RFC 8656 §18.7).
const REQUESTED_TRANSPORT: u16 = 0x0019;
const UDP: u8 = 17;
/// REQUESTED-ADDRESS-FAMILY, and IPv4 in it (RFC 8656 §18.8).
const REQUESTED_FAMILY: u16 = 0x0017;
const IPV4: u8 = 1;
/// Bytes of an answer: realm and nonce are ours.
const REPLY_MAX_BYTES: usize = 512;

/// What comes of what a client has sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Out {
    /// Bytes for it.
    Reply(Vec<u8>),
    /// A datagram from its lent address.
    Datagram {
        /// To one of the addresses of media.
        to: SocketAddr,
        /// Its bytes.
        payload: Bytes,
    },
    /// It was lent the address that the caller has just named.
    Lent,
    /// It has given back what it was lent.
    Returned,
}

/// The stream carries something else than TURN: it is to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// A client, told apart by its stream.
#[derive(Debug)]
pub struct Client {
    key: RelayKey,
    realm: String,
    /// Where it may send: the candidates of media.
    media: Vec<SocketAddr>,
    /// Where it comes from.
    address: SocketAddr,
    allocation: Option<Allocation>,
    /// Requests that were refused because of an address that is not ours.
    strayed: u64,
}

/// What a request is answered with.
enum Answer {
    /// An address, and for how many seconds.
    Lent(SocketAddr, u32),
    /// It is kept for so many seconds.
    Kept(u32),
    /// Done.
    Done,
}

/// An error of the protocol.
#[derive(Clone, Copy)]
struct Error(u16, &'static str);

const BAD_REQUEST: Error = Error(400, "Bad Request");
const UNAUTHORIZED: Error = Error(401, "Unauthorized");
const FORBIDDEN: Error = Error(403, "Forbidden");
const MISMATCH: Error = Error(437, "Allocation Mismatch");
const STALE_NONCE: Error = Error(438, "Stale Nonce");
const FAMILY: Error = Error(440, "Address Family not Supported");
const WRONG_USER: Error = Error(441, "Wrong Credentials");
const TRANSPORT: Error = Error(442, "Unsupported Transport Protocol");
const CAPACITY: Error = Error(508, "Insufficient Capacity");

impl Client {
    /// Nobody yet. `media`: the addresses it may reach; `realm`: the name of this server.
    pub fn new(key: RelayKey, realm: String, media: Vec<SocketAddr>, address: SocketAddr) -> Self {
        Self { key, realm, media, address, allocation: None, strayed: 0 }
    }

    /// Takes what was read off the stream, message by message. `at`: seconds since 1970; `lend` names an address that nobody
    /// has, or none when all are lent.
    pub fn read(
        &mut self,
        now: Instant,
        at: u64,
        read: &mut BytesMut,
        mut lend: impl FnMut() -> Option<SocketAddr>,
    ) -> Result<Vec<Out>, Refused> {
        let mut out = Vec::new();
        while let Some(message) = message::take(read).map_err(|message::NoMessage| Refused)? {
            match message {
                Message::Channel(channel, payload) => out.extend(self.on_channel(now, channel, payload)),
                Message::Stun(bytes) => self.on_stun(now, at, &bytes, &mut lend, &mut out),
            }
        }
        Ok(out)
    }

    /// Wraps a datagram from an address of media for the client; nothing when it has no address now.
    pub fn wrap(&self, now: Instant, from: SocketAddr, payload: &[u8], out: &mut Vec<u8>) {
        let Some(allocation) = self.allocation(now) else { return };
        if let Some(channel) = allocation.channel(from) {
            return message::put_channel(out, channel, payload);
        }
        let indication = StunMessageBuilder::new().data().indication().xor_peer_address(from).data(payload);
        let indication = indication.build(TransId::new());
        let mut bytes = [0; MESSAGE_MAX_BYTES];
        if let Ok(length) = indication.to_bytes(None, &mut bytes, |_, _| [0; 20]) {
            out.extend(bytes.iter().take(length));
        }
    }

    /// Whether it has an address.
    pub fn is_lent(&self, now: Instant) -> bool {
        self.allocation(now).is_some()
    }

    /// Requests and datagrams for others that it was refused.
    pub const fn strayed(&self) -> u64 {
        self.strayed
    }

    fn allocation(&self, now: Instant) -> Option<&Allocation> {
        self.allocation.as_ref().filter(|allocation| allocation.ends > now)
    }

    fn on_channel(&mut self, now: Instant, channel: u16, payload: Bytes) -> Option<Out> {
        let to = self.allocation(now)?.peer(channel)?;
        Some(Out::Datagram { to, payload })
    }

    fn on_stun(
        &mut self,
        now: Instant,
        at: u64,
        bytes: &Bytes,
        lend: &mut impl FnMut() -> Option<SocketAddr>,
        out: &mut Vec<Out>,
    ) {
        // What cannot be read is left without an answer; the stream itself is whole.
        let Ok(message) = StunMessage::parse(bytes) else { return };
        if message.is_send_indication() {
            return self.on_send(now, &message, bytes, out);
        }
        let is_request = message.is_allocate_request()
            || message.is_refresh_request()
            || message.is_create_permission_request()
            || message.is_channel_bind_request();
        if !is_request {
            // Nothing else is asked of a relay; nobody waits for an answer to an indication.
            return;
        }
        let reply = match self.authenticate(now, at, &message) {
            Err(error) => {
                let nonce = self.key.nonce(at);
                self.encode(&message, Err(error), Some(&nonce), None)
            }
            Ok(key) => {
                let answer = if message.is_allocate_request() {
                    self.allocate(now, &message, bytes, lend, out)
                } else if message.is_refresh_request() {
                    self.refresh(now, &message, out)
                } else {
                    self.admit(now, &message)
                };
                self.encode(&message, answer, None, Some(&key))
            }
        };
        out.extend(reply.map(Out::Reply));
    }

    /// The integrity key of whoever asks (RFC 8489 §9.2.4).
    fn authenticate(&self, now: Instant, at: u64, message: &StunMessage<'_>) -> Result<[u8; 16], Error> {
        let username = message.username().ok_or(UNAUTHORIZED)?;
        let nonce = message.nonce().ok_or(UNAUTHORIZED)?;
        // Whoever has an address keeps it with what he got it with: a call may be longer than a day of work.
        let has_one = self.allocation(now).is_some_and(|allocation| allocation.username == username);
        let is_good = has_one || RelayKey::is_good(at, username);
        if !is_good || message.realm() != Some(&self.realm) {
            return Err(UNAUTHORIZED);
        }
        let key = self.key.integrity(username, &self.realm);
        let hmac = from_feature_flags().sha1_hmac_provider;
        if !message.verify(&key, |key, parts| hmac.sha1_hmac(key, parts)) {
            return Err(UNAUTHORIZED);
        }
        // Only now: what a stranger knows of nonces is nothing to him.
        if !self.key.knows(at, nonce) {
            return Err(STALE_NONCE);
        }
        match &self.allocation {
            Some(allocation) if allocation.username != username => Err(WRONG_USER),
            Some(_) | None => Ok(key),
        }
    }

    fn allocate(
        &mut self,
        now: Instant,
        message: &StunMessage<'_>,
        bytes: &[u8],
        lend: &mut impl FnMut() -> Option<SocketAddr>,
        out: &mut Vec<Out>,
    ) -> Result<Answer, Error> {
        if self.allocation(now).is_some() {
            return Err(MISMATCH);
        }
        match message::attribute(bytes, REQUESTED_TRANSPORT) {
            Some([UDP, ..]) => {}
            Some(_) => return Err(TRANSPORT),
            None => return Err(BAD_REQUEST),
        }
        if !matches!(message::attribute(bytes, REQUESTED_FAMILY), None | Some([IPV4, ..])) {
            return Err(FAMILY);
        }
        let lent = lend().ok_or(CAPACITY)?;
        let username = message.username().unwrap_or_default();
        let (allocation, secs) = Allocation::new(now, username, message.lifetime());
        self.allocation = Some(allocation);
        out.push(Out::Lent);
        Ok(Answer::Lent(lent, secs))
    }

    fn refresh(
        &mut self,
        now: Instant,
        message: &StunMessage<'_>,
        out: &mut Vec<Out>,
    ) -> Result<Answer, Error> {
        let allocation = self.allocation.as_mut().filter(|a| a.ends > now).ok_or(MISMATCH)?;
        if message.lifetime() == Some(0) {
            self.allocation = None;
            out.push(Out::Returned);
            return Ok(Answer::Kept(0));
        }
        Ok(Answer::Kept(allocation.refresh(now, message.lifetime())))
    }

    /// A permission, or a channel. Both are for media alone, and so no permission need be remembered.
    fn admit(&mut self, now: Instant, message: &StunMessage<'_>) -> Result<Answer, Error> {
        let peer = message.xor_peer_address().ok_or(BAD_REQUEST)?;
        let is_media = match message.channel_number() {
            Some(_) => self.media.contains(&peer),
            // A permission is for an address with any port (RFC 8656 §9).
            None => self.media.iter().any(|media| media.ip() == peer.ip()),
        };
        if !is_media {
            self.strayed += 1;
            return Err(FORBIDDEN);
        }
        let allocation = self.allocation.as_mut().filter(|a| a.ends > now).ok_or(MISMATCH)?;
        match (message.is_channel_bind_request(), message.channel_number()) {
            (false, _) => Ok(Answer::Done),
            (true, Some(channel)) if message::is_channel(channel) && allocation.bind(channel, peer) => {
                Ok(Answer::Done)
            }
            (true, _) => Err(BAD_REQUEST),
        }
    }

    fn on_send(&mut self, now: Instant, message: &StunMessage<'_>, bytes: &Bytes, out: &mut Vec<Out>) {
        let (Some(to), Some(data)) = (message.xor_peer_address(), message.data()) else { return };
        if self.allocation(now).is_none() {
            return;
        }
        if self.media.contains(&to) {
            out.push(Out::Datagram { to, payload: bytes.slice_ref(data) });
        } else {
            self.strayed += 1;
        }
    }

    /// The answer to a request. `nonce`: it has to ask again with this.
    fn encode(
        &self,
        request: &StunMessage<'_>,
        answer: Result<Answer, Error>,
        nonce: Option<&str>,
        key: Option<&[u8; 16]>,
    ) -> Option<Vec<u8>> {
        let start = StunMessageBuilder::new();
        let method = if request.is_allocate_request() {
            start.allocate()
        } else if request.is_refresh_request() {
            start.refresh()
        } else if request.is_create_permission_request() {
            start.create_permission()
        } else {
            start.channel_bind()
        };
        let reply = match answer {
            Ok(Answer::Lent(lent, secs)) => {
                method.success().xor_relayed_address(lent).lifetime(secs).xor_mapped_address(self.address)
            }
            Ok(Answer::Kept(secs)) => method.success().lifetime(secs),
            Ok(Answer::Done) => method.success(),
            Err(Error(code, reason)) => {
                let failure = method.failure().error_code(code, reason);
                match nonce {
                    Some(nonce) => failure.realm(&self.realm).nonce(nonce),
                    None => failure,
                }
            }
        };
        let mut bytes = vec![0; REPLY_MAX_BYTES];
        let hmac = from_feature_flags().sha1_hmac_provider;
        let key = key.map(|key| &key[..]);
        let reply = reply.build(request.trans_id());
        let length = reply.to_bytes(key, &mut bytes, |key, parts| hmac.sha1_hmac(key, parts)).ok()?;
        bytes.truncate(length);
        Some(bytes)
    }
}
