//! ICE names and passwords that a later process can tell again, and what a client hears whose transport is no more
//! (MEDIA §3.2).
//!
//! A client knows its transports by ICE alone. After a restart nobody answers its checks, and it goes on believing for
//! five seconds and more. An authentic refusal ends that belief with the next check.

use std::collections::HashMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::IceCreds;
use str0m::crypto::{Sha1HmacProvider, Sha256Provider, from_feature_flags};
use str0m::ice::{StunMessage, StunMessageBuilder};

use crate::id::{PeerKey, TransportKey};
use crate::limit::{REFUSALS_PER_SOURCE_MAX, REFUSED_SOURCES_MAX};

/// Digits that tell which worker has the transport.
const WORKER_DIGITS: usize = 2;
/// Characters that tell whose transport it was.
const TAG_CHARS: usize = 6;
/// Characters that nobody guesses.
const RANDOM_CHARS: usize = 12;
/// Bytes of the password's digest that are spelled out, two digits each.
const PASSWORD_BYTES: usize = 12;
/// What ICE names are made of (RFC 8445 §5.3), one character for six bits.
const ICE_CHARS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Bytes that a refusal needs: header, error with its reason, integrity, fingerprint. Shorter than any check.
const REFUSAL_MAX_BYTES: usize = 128;
/// The window in which refusals are counted.
const SECOND: Duration = Duration::from_secs(1);

/// From this secret every ICE password is derived. Processes that follow one another on an address share it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IceKey(pub [u8; 32]);

impl fmt::Debug for IceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IceKey(…)")
    }
}

/// Whose transport an ICE name is or was, as the name tells it: a hash of the peer's id, alike in all processes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeerTag([u8; TAG_CHARS]);

impl PeerTag {
    /// As it is in a name.
    pub fn as_str(&self) -> &str {
        // Made of ICE characters alone.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl IceKey {
    /// The tag of a peer, by the id of its [`PeerKey`].
    pub fn tag(self, peer: u128) -> PeerTag {
        Names::alone(self).tag(peer)
    }
}

/// Tells whether a first datagram is one of a client of ours, without an engine: a binding request whose name and password
/// are derived from the key, of a transport that is or was.
pub struct Doorkeeper(Names);

impl Doorkeeper {
    /// For the transports of this key.
    pub fn new(key: IceKey) -> Self {
        Self(Names::alone(key))
    }

    /// The number of the worker that has the transport, or had it in a former process. `None` = it may have been sent by
    /// somebody who was never told an ICE password of ours.
    pub fn worker_of(&self, payload: &[u8]) -> Option<u8> {
        self.0.authentic(payload).map(|known| known.worker)
    }
}

impl fmt::Debug for Doorkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Doorkeeper(…)")
    }
}

/// What to say to a STUN request that names no transport of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// It was one of a former process, or is closed: this datagram tells its client so.
    Refuse(PeerTag, Vec<u8>),
    /// The same, but its source has been told often enough in this second.
    Limited,
    /// Another worker of this process has it, or says that it is no more: no answer.
    Elsewhere,
    /// Nobody of ours: no answer.
    Stranger,
}

/// Makes names, and knows them again.
pub(crate) struct Names {
    key: IceKey,
    worker: u8,
    workers: u8,
    sha256: &'static dyn Sha256Provider,
    sha1_hmac: &'static dyn Sha1HmacProvider,
    since: Option<Instant>,
    /// Refusals of the running second.
    told: HashMap<SocketAddr, u32>,
}

/// A binding request for a name that only we can have given.
struct Known<'a> {
    message: StunMessage<'a>,
    /// Whose transport it is or was.
    tag: PeerTag,
    /// Which worker has or had it.
    worker: u8,
    password: String,
}

impl Names {
    /// Names of the transports of this worker, of so many.
    pub(crate) fn new(key: IceKey, worker: u8, workers: u8) -> Self {
        let crypto = from_feature_flags();
        let (sha256, sha1_hmac) = (crypto.sha256_provider, crypto.sha1_hmac_provider);
        Self { key, worker, workers, sha256, sha1_hmac, since: None, told: HashMap::new() }
    }

    fn alone(key: IceKey) -> Self {
        Self::new(key, 0, 1)
    }

    /// Name and password of a transport. The key of a transport is never used twice, so neither is its name.
    pub(crate) fn of(&self, peer: PeerKey, transport: TransportKey) -> IceCreds {
        let PeerTag(tag) = self.tag(peer.id);
        let random = self.hmac(&[b"transport", &transport.0.to_be_bytes()]);
        let own = tag.into_iter().chain(random.into_iter().take(RANDOM_CHARS).map(ice_char));
        let worker = [self.worker / 10 % 10, self.worker % 10].map(|digit| b'0' + digit);
        let ufrag: String = worker.into_iter().chain(own).map(char::from).collect();
        let pass = self.password(&ufrag);
        IceCreds { ufrag, pass }
    }

    fn tag(&self, peer: u128) -> PeerTag {
        let digest = self.hmac(&[b"peer", &peer.to_be_bytes()]);
        let mut tag = [0; TAG_CHARS];
        tag.iter_mut().zip(digest).for_each(|(c, byte)| *c = ice_char(byte));
        PeerTag(tag)
    }

    fn password(&self, ufrag: &str) -> String {
        let digest = self.hmac(&[ufrag.as_bytes()]);
        digest.iter().take(PASSWORD_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Looks at a STUN message whose user name is not among the transports.
    pub(crate) fn stale(&mut self, now: Instant, source: SocketAddr, payload: &[u8]) -> Stale {
        let Some(Known { message, tag, worker, password }) = self.authentic(payload) else {
            return Stale::Stranger;
        };
        // Only that one knows whether it is alive. Of one that is no more, of a process with more of them, anybody may tell.
        if worker != self.worker && worker < self.workers {
            return Stale::Elsewhere;
        }
        if !self.may_tell(now, source) {
            return Stale::Limited;
        }
        let refusal = StunMessageBuilder::new().binding().failure().error_code(403, "Forbidden");
        let mut bytes = vec![0; REFUSAL_MAX_BYTES];
        let hmac = |key: &[u8], parts: &[&[u8]]| self.sha1_hmac.sha1_hmac(key, parts);
        match refusal.build(message.trans_id()).to_bytes(Some(password.as_bytes()), &mut bytes, hmac) {
            Ok(length) => {
                bytes.truncate(length);
                Stale::Refuse(tag, bytes)
            }
            Err(_) => Stale::Stranger,
        }
    }

    fn authentic<'a>(&self, payload: &'a [u8]) -> Option<Known<'a>> {
        let message = StunMessage::parse(payload).ok().filter(StunMessage::is_binding_request)?;
        let (ours, _) = message.split_username()?;
        if ours.len() != WORKER_DIGITS + TAG_CHARS + RANDOM_CHARS {
            return None;
        }
        let worker = ours.get(..WORKER_DIGITS)?.parse().ok()?;
        let tag = ours.as_bytes().get(WORKER_DIGITS..WORKER_DIGITS + TAG_CHARS)?;
        let tag = PeerTag(tag.try_into().ok()?);
        let password = self.password(ours);
        let hmac = |key: &[u8], parts: &[&[u8]]| self.sha1_hmac.sha1_hmac(key, parts);
        message.verify(password.as_bytes(), hmac).then_some(Known { message, tag, worker, password })
    }

    fn may_tell(&mut self, now: Instant, source: SocketAddr) -> bool {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= SECOND) {
            self.since = Some(now);
            self.told.clear();
        }
        if self.told.len() >= REFUSED_SOURCES_MAX && !self.told.contains_key(&source) {
            return false;
        }
        let told = self.told.entry(source).or_default();
        *told += 1;
        *told <= REFUSALS_PER_SOURCE_MAX
    }

    /// HMAC-SHA256 (RFC 2104); the key is shorter than a block.
    fn hmac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let pad = |with: u8| {
            let mut block = [with; 64];
            for (byte, key) in block.iter_mut().zip(self.key.0) {
                *byte ^= key;
            }
            block
        };
        let mut inner = pad(0x36).to_vec();
        for part in parts {
            inner.extend_from_slice(part);
        }
        let mut outer = pad(0x5c).to_vec();
        outer.extend_from_slice(&self.sha256.sha256(&inner));
        self.sha256.sha256(&outer)
    }
}

fn ice_char(byte: u8) -> u8 {
    ICE_CHARS.get(usize::from(byte & 63)).copied().unwrap_or(b'A')
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "time must begin somewhere")]
mod tests {
    use super::*;
    use crate::Scope;
    use str0m::ice::TransId;

    fn peer(id: u128) -> PeerKey {
        PeerKey { scope: Scope(1), id }
    }

    fn source(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn check(names: &Names, ufrag: &str, password: &str) -> Vec<u8> {
        let name = format!("{ufrag}:theirs");
        let request = StunMessage::binding_request(&name, TransId::new(), true, 7, 1_000, true);
        let mut bytes = vec![0; 512];
        let hmac = |key: &[u8], parts: &[&[u8]]| names.sha1_hmac.sha1_hmac(key, parts);
        let length = request.to_bytes(Some(password.as_bytes()), &mut bytes, hmac).unwrap();
        bytes.truncate(length);
        bytes
    }

    #[test]
    fn the_digest_is_that_of_the_standard() {
        // RFC 4231, test case 1, its key filled up with the zeros that HMAC adds.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let names = Names::alone(IceKey(key));
        let hex: String = names.hmac(&[b"Hi ", b"There"]).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn a_name_has_its_parts_and_its_password() {
        let names = Names::alone(IceKey([7; 32]));
        let (a, b, c) = (
            names.of(peer(1), TransportKey(1)),
            names.of(peer(1), TransportKey(2)),
            names.of(peer(2), TransportKey(3)),
        );
        assert_eq!((a.ufrag.len(), a.pass.len()), (20, 24));
        assert!(a.ufrag.bytes().all(|byte| ICE_CHARS.contains(&byte)), "{}", a.ufrag);
        assert_eq!(a.ufrag[..8], b.ufrag[..8], "worker and peer");
        assert_ne!(a.ufrag[8..], b.ufrag[8..]);
        assert_ne!(a.ufrag[2..8], c.ufrag[2..8]);
        assert_eq!(
            a,
            Names::alone(IceKey([7; 32])).of(peer(1), TransportKey(1)),
            "the next process knows it"
        );
        assert_ne!(a.pass, Names::alone(IceKey([8; 32])).password(&a.ufrag), "nobody else does");
    }

    #[test]
    fn what_another_worker_may_have_is_left_to_it_and_what_none_has_is_refused() {
        let (now, key) = (Instant::now(), IceKey([7; 32]));
        let third = Names::new(key, 13, 16);
        let known = third.of(peer(1), TransportKey(1));
        assert_eq!((&known.ufrag[..2], known.ufrag.len()), ("13", 20));
        let question = check(&third, &known.ufrag, &known.pass);
        assert_eq!(Doorkeeper::new(key).worker_of(&question), Some(13));
        for (worker, workers, is_refused) in [(13, 16, true), (0, 14, false), (0, 13, true), (0, 1, true)] {
            let answer = Names::new(key, worker, workers).stale(now, source(1), &question);
            assert_eq!(matches!(answer, Stale::Refuse(..)), is_refused, "{worker} of {workers}: {answer:?}");
            assert_eq!(answer == Stale::Elsewhere, !is_refused, "{worker} of {workers}: {answer:?}");
        }
        // The number is part of what the password proves.
        let moved = check(&third, &format!("00{}", &known.ufrag[2..]), &known.pass);
        assert_eq!(Names::new(key, 0, 16).stale(now, source(1), &moved), Stale::Stranger);
        assert_eq!(Doorkeeper::new(key).worker_of(&moved), None);
    }

    #[test]
    fn only_who_has_the_password_is_refused_and_gets_less_than_he_sent() {
        let now = Instant::now();
        let mut names = Names::alone(IceKey([7; 32]));
        let known = names.of(peer(1), TransportKey(1));
        let question = check(&names, &known.ufrag, &known.pass);
        let door = Doorkeeper::new(names.key);
        assert_eq!(door.worker_of(&question), Some(0));
        assert_eq!(door.worker_of(&check(&names, &known.ufrag, "guessed")), None);
        let Stale::Refuse(tag, answer) = names.stale(now, source(1), &question) else { panic!("no refusal") };
        assert_eq!(tag, names.key.tag(peer(1).id), "it says whose transport it was");
        assert!(answer.len() < question.len(), "{} bytes for {}", answer.len(), question.len());
        let heard = StunMessage::parse(&answer).unwrap();
        assert!(heard.is_failed_binding_response());
        assert_eq!(heard.error_code(), Some((403, "Forbidden")));
        assert_eq!(heard.trans_id(), StunMessage::parse(&question).unwrap().trans_id());
        let hmac = |key: &[u8], parts: &[&[u8]]| names.sha1_hmac.sha1_hmac(key, parts);
        assert!(heard.verify(known.pass.as_bytes(), hmac), "integrity");
        assert_eq!(answer[answer.len() - 8..answer.len() - 4], [0x80, 0x28, 0, 4], "fingerprint");

        let mut strangers = vec![
            check(&names, &known.ufrag, "guess"),
            check(&names, "short", &names.password("short")),
            check(&names, &format!("01{}", &known.ufrag[2..]), &known.pass),
            check(&names, &format!("0x{}", &known.ufrag[2..]), &known.pass),
        ];
        let mut turned = question.clone();
        turned[30] ^= 1;
        strangers.push(turned);
        strangers.push(answer);
        for stranger in strangers {
            assert_eq!(names.stale(now, source(2), &stranger), Stale::Stranger);
        }
    }

    #[test]
    fn a_source_is_told_fifty_times_a_second() {
        let mut now = Instant::now();
        let mut names = Names::alone(IceKey([7; 32]));
        let known = names.of(peer(1), TransportKey(1));
        let question = check(&names, &known.ufrag, &known.pass);
        let told = |names: &mut Names, now, port| {
            let answers = (0..80).map(|_| names.stale(now, source(port), &question));
            answers.filter(|answer| matches!(answer, Stale::Refuse(..))).count()
        };
        assert_eq!(told(&mut names, now, 1), 50);
        assert_eq!(told(&mut names, now, 2), 50, "another source has its own");
        now += SECOND;
        assert_eq!(told(&mut names, now, 1), 50);
        for port in 1..=u16::MAX {
            names.stale(now, source(port), &question);
        }
        assert!(names.told.len() <= REFUSED_SOURCES_MAX);
    }
}
