//! The server's RSA keys: one signs, the next one is shown before it does, and those that signed lately are still shown.
//! Pure: whoever keeps the ring says the time, and makes the key that is added.

use aws_lc_rs::digest;
use sederunt_core::time::UnixMs;
use serde::{Deserialize, Serialize};

use crate::sign::{KeyError, SigningKey};

/// How long a new key is shown before it signs: receivers keep the list for an hour.
pub const SHOWN_BEFORE_MS: i64 = 3_600_000;
/// How long a key is shown after it has signed last: what is on its way then can still be checked.
pub const SHOWN_AFTER_MS: i64 = 24 * 3_600_000;
/// Bytes of a key's fingerprint that name it: enough to tell a handful apart.
const ID_BYTES: usize = 8;

/// Why there is no other key now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the next key is there already, and signs from {} ms on", .used_from.0)]
pub struct NextIsThere {
    /// When it begins to sign.
    pub used_from: UnixMs,
}

/// A key that is in no ring yet. Its `Debug` shows nothing of it.
pub struct FreshKey {
    private: String,
    public: String,
}

impl std::fmt::Debug for FreshKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FreshKey(…)")
    }
}

impl FreshKey {
    /// Makes one, which takes a tenth of a second or more of a core.
    ///
    /// # Errors
    /// The library failed.
    pub fn generate() -> Result<Self, KeyError> {
        let private = SigningKey::generate_pem()?;
        let public = SigningKey::from_pem(&private)?.public_pem()?;
        Ok(Self { private, public })
    }
}

/// A key as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    /// PKCS#8 PEM.
    private: String,
    /// SPKI PEM, so that whoever is shown it costs no arithmetic.
    public: String,
    made_ms: i64,
    used_ms: i64,
}

/// The keys, oldest first: there is always one. Its `Debug` shows nothing of them.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRing {
    keys: Vec<Key>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyRing({} keys)", self.keys.len())
    }
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It signs.
    Signs,
    /// It will.
    Next,
    /// It did.
    Former {
        /// From then on it is not shown.
        until: UnixMs,
    },
}

/// A key that receivers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// SPKI PEM.
    pub public: &'a str,
    /// What it does.
    pub does: Use,
    /// When it was made.
    pub made_at: UnixMs,
    /// When it began to sign, or will.
    pub used_from: UnixMs,
}

impl Shown<'_> {
    /// What people call it: the beginning of the SHA-256 of the public key, in hex digits.
    ///
    /// # Errors
    /// The text is none of a key.
    pub fn id(&self) -> Result<String, KeyError> {
        let der = pem::parse(self.public).map_err(|_| KeyError::BadKey)?;
        let digest = digest::digest(&digest::SHA256, der.contents());
        Ok(digest.as_ref().iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect())
    }
}

impl KeyRing {
    /// A ring of one key, which signs at once: nobody knows another.
    pub fn first(fresh: FreshKey, now: UnixMs) -> Self {
        Self { keys: vec![Key::of(fresh, now, now)] }
    }

    /// With one key more, which is shown from now on and signs when everybody may know it. Keys that are not shown any
    /// more are left out.
    ///
    /// # Errors
    /// The key that was added last does not sign yet: one after the other, so that none is used that was not shown.
    pub fn rotated(&self, fresh: FreshKey, now: UnixMs) -> Result<Self, NextIsThere> {
        if let Some(used_from) = self.keys.last().map(Key::used_from).filter(|used_from| *used_from > now) {
            return Err(NextIsThere { used_from });
        }
        let shown: Vec<&str> = self.shown(now).into_iter().map(|shown| shown.public).collect();
        let mut keys: Vec<Key> =
            self.keys.iter().filter(|key| shown.contains(&key.public.as_str())).cloned().collect();
        keys.push(Key::of(fresh, now, now.plus_ms(SHOWN_BEFORE_MS)));
        Ok(Self { keys })
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// The bytes are none of a ring, or one without a key.
    pub fn read(bytes: &[u8]) -> Result<Self, KeyError> {
        let ring: Self = serde_json::from_slice(bytes).map_err(|_| KeyError::BadRing)?;
        if ring.keys.is_empty() { Err(KeyError::BadRing) } else { Ok(ring) }
    }

    /// As it is kept.
    ///
    /// # Errors
    /// Writing JSON failed.
    pub fn to_bytes(&self) -> Result<Vec<u8>, KeyError> {
        serde_json::to_vec(self).map_err(|_| KeyError::Failed)
    }

    /// The key that signs now.
    ///
    /// # Errors
    /// It is none.
    pub fn signing_key(&self, now: UnixMs) -> Result<SigningKey, KeyError> {
        let key = self.keys.get(self.at(now)).ok_or(KeyError::BadRing)?;
        SigningKey::from_pem(&key.private)
    }

    /// When the key that signs now took the place of another one; `None` = it is the first.
    pub fn rotated_at(&self, now: UnixMs) -> Option<UnixMs> {
        let at = self.at(now);
        self.keys.get(at).filter(|_| at > 0).map(Key::used_from)
    }

    /// The keys that receivers are shown: the one that signs, the next one, and former ones, the latest first.
    pub fn shown(&self, now: UnixMs) -> Vec<Shown<'_>> {
        let at = self.at(now);
        let signs = self.keys.get(at).map(|key| key.shown(Use::Signs));
        let next = self.keys.iter().skip(at.saturating_add(1)).map(|key| key.shown(Use::Next));
        // Each former one with the key that took its place.
        let pairs = self.keys.iter().zip(self.keys.iter().skip(1)).take(at);
        let former = pairs.rev().filter_map(|(key, after)| {
            let until = after.used_from().plus_ms(SHOWN_AFTER_MS);
            (now < until).then(|| key.shown(Use::Former { until }))
        });
        signs.into_iter().chain(next).chain(former).collect()
    }

    /// The place of the key that signs: the last whose time has come. The first one signs also when a clock was set back
    /// behind its time.
    fn at(&self, now: UnixMs) -> usize {
        self.keys.iter().rposition(|key| key.used_from() <= now).unwrap_or(0)
    }
}

impl Key {
    fn of(fresh: FreshKey, made_at: UnixMs, used_from: UnixMs) -> Self {
        let FreshKey { private, public } = fresh;
        Self { private, public, made_ms: made_at.0, used_ms: used_from.0 }
    }

    fn used_from(&self) -> UnixMs {
        UnixMs(self.used_ms)
    }

    fn shown(&self, does: Use) -> Shown<'_> {
        let made_at = UnixMs(self.made_ms);
        Shown { public: &self.public, does, made_at, used_from: self.used_from() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const NOW: UnixMs = UnixMs(1_700_000_000_000);
    const HOUR: i64 = 3_600_000;

    fn fresh() -> FreshKey {
        FreshKey::generate().unwrap()
    }

    fn does(ring: &KeyRing, now: UnixMs) -> Vec<Use> {
        ring.shown(now).into_iter().map(|shown| shown.does).collect()
    }

    fn publics(ring: &KeyRing, now: UnixMs) -> Vec<String> {
        ring.shown(now).into_iter().map(|shown| shown.public.to_owned()).collect()
    }

    #[test]
    fn the_first_key_signs_at_once() {
        let ring = KeyRing::first(fresh(), NOW);
        assert_eq!(does(&ring, NOW), [Use::Signs]);
        assert_eq!(ring.rotated_at(NOW), None);
        assert_eq!(ring.signing_key(NOW).unwrap().public_pem().unwrap(), publics(&ring, NOW)[0]);
        assert_eq!(does(&ring, NOW.plus_ms(-1)), [Use::Signs], "a clock was set back");
    }

    #[test]
    fn the_next_key_is_shown_an_hour_before_it_signs_and_the_old_one_a_day_after_it_did() {
        let first = KeyRing::first(fresh(), NOW.plus_ms(-HOUR));
        let ring = first.rotated(fresh(), NOW).unwrap();
        let old = publics(&first, NOW)[0].clone();
        let new = publics(&ring, NOW)[1].clone();
        let signs = |ring: &KeyRing, now| ring.signing_key(now).unwrap().public_pem().unwrap();

        let last_before = NOW.plus_ms(SHOWN_BEFORE_MS - 1);
        for now in [NOW, last_before] {
            assert_eq!(does(&ring, now), [Use::Signs, Use::Next]);
            assert_eq!((signs(&ring, now), ring.rotated_at(now)), (old.clone(), None));
        }
        let from = NOW.plus_ms(SHOWN_BEFORE_MS);
        let until = from.plus_ms(SHOWN_AFTER_MS);
        for now in [from, until.plus_ms(-1)] {
            assert_eq!(does(&ring, now), [Use::Signs, Use::Former { until }]);
            assert_eq!((signs(&ring, now), ring.rotated_at(now)), (new.clone(), Some(from)));
            assert_eq!(publics(&ring, now), [new.clone(), old.clone()]);
        }
        assert_eq!(publics(&ring, until), [new]);
    }

    #[test]
    fn a_key_is_replaced_only_when_it_signs() {
        let ring = KeyRing::first(fresh(), NOW).rotated(fresh(), NOW).unwrap();
        let used_from = NOW.plus_ms(SHOWN_BEFORE_MS);
        let refused = ring.rotated(fresh(), used_from.plus_ms(-1)).unwrap_err();
        assert_eq!(refused, NextIsThere { used_from });
        let third = ring.rotated(fresh(), used_from).unwrap();
        let day = Use::Former { until: used_from.plus_ms(SHOWN_AFTER_MS) };
        assert_eq!(does(&third, used_from), [Use::Signs, Use::Next, day]);
    }

    #[test]
    fn what_is_not_shown_any_more_is_not_kept() {
        let mut ring = KeyRing::first(fresh(), NOW);
        let mut now = NOW;
        for _ in 0..3 {
            ring = ring.rotated(fresh(), now).unwrap();
            now = now.plus_ms(SHOWN_BEFORE_MS + SHOWN_AFTER_MS);
        }
        assert_eq!(ring.keys.len(), 2, "the one before the last, and the last");
        assert_eq!(does(&ring, now), [Use::Signs]);
    }

    #[test]
    fn a_ring_is_read_as_it_was_kept_and_nothing_else_is() {
        let ring = KeyRing::first(fresh(), NOW).rotated(fresh(), NOW).unwrap();
        let bytes = ring.to_bytes().unwrap();
        let read = KeyRing::read(&bytes).unwrap();
        assert_eq!((read.shown(NOW), read.to_bytes().unwrap()), (ring.shown(NOW), bytes.clone()));
        for bad in [&b""[..], b"{}", br#"{"keys":[]}"#, &bytes[1..]] {
            assert_eq!(KeyRing::read(bad).err(), Some(KeyError::BadRing));
        }
        let no_key = String::from_utf8(bytes).unwrap().replace("PRIVATE", "PUBLIC");
        let broken = KeyRing::read(no_key.as_bytes()).unwrap();
        assert_eq!(broken.signing_key(NOW).err(), Some(KeyError::BadKey));
    }

    #[test]
    fn a_key_has_a_name_and_shows_nothing_else() {
        let ring = KeyRing::first(fresh(), NOW).rotated(fresh(), NOW).unwrap();
        let ids: BTreeSet<String> = ring.shown(NOW).iter().map(|shown| shown.id().unwrap()).collect();
        assert!(ids.len() == 2 && ids.iter().all(|id| id.len() == 2 * ID_BYTES), "{ids:?}");
        assert_eq!(format!("{ring:?} {:?}", fresh()), "KeyRing(2 keys) FreshKey(…)");
        let shown = format!("{:?}", ring.shown(NOW));
        assert!(shown.contains("PUBLIC KEY") && !shown.contains("PRIVATE"));
    }
}
