//! Who may use the relay: whoever was given a name that ends some time, and the password derived from it.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use crate::limit::{CREDENTIALS_SECS, NONCE_SECS};

/// Hex digits of a nonce's proof.
const NONCE_PROOF_BYTES: usize = 8;

/// From this secret all passwords and nonces are derived.
#[derive(Clone)]
pub struct RelayKey(hmac::Key);

impl fmt::Debug for RelayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RelayKey(…)")
    }
}

/// What a client is given (`/iceservers`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `<end, seconds since 1970>:<whose>`.
    pub username: String,
    /// Derived from it.
    pub credential: String,
}

impl RelayKey {
    /// From the secret of ICE passwords, without being that.
    pub fn derive(secret: &[u8; 32]) -> Self {
        let parent = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&parent, b"relay").as_ref()))
    }

    /// Credentials for `whose` (letters and digits), made `at` (seconds since 1970) and good from then for
    /// [`CREDENTIALS_SECS`].
    pub fn credentials(&self, at: u64, whose: &str) -> Credentials {
        let username = format!("{}:{whose}", at.saturating_add(CREDENTIALS_SECS));
        let credential = self.password(&username);
        Credentials { username, credential }
    }

    fn password(&self, username: &str) -> String {
        STANDARD.encode(hmac::sign(&self.0, username.as_bytes()))
    }

    /// The key of message integrity of a user (RFC 8489 §9.2.2), whether or not the name has ended.
    pub(crate) fn integrity(&self, username: &str, realm: &str) -> [u8; 16] {
        let password = self.password(username);
        Md5::digest(format!("{username}:{realm}:{password}")).into()
    }

    /// Whether a name is of the form of ours and has not ended.
    pub(crate) fn is_good(at: u64, username: &str) -> bool {
        username.split_once(':').is_some_and(|(ends, _)| ends.parse::<u64>().is_ok_and(|ends| ends > at))
    }

    /// A nonce of now.
    pub(crate) fn nonce(&self, at: u64) -> String {
        self.nonce_of(at / NONCE_SECS)
    }

    /// Whether a nonce is one of now, or of the time before.
    pub(crate) fn knows(&self, at: u64, nonce: &str) -> bool {
        let now = at / NONCE_SECS;
        nonce == self.nonce_of(now) || nonce == self.nonce_of(now.saturating_sub(1))
    }

    fn nonce_of(&self, time: u64) -> String {
        let proof = hmac::sign(&self.0, format!("nonce {time}").as_bytes());
        let digits = proof.as_ref().iter().take(NONCE_PROOF_BYTES).map(|byte| format!("{byte:02x}"));
        digits.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_that_of_the_name_until_it_ends() {
        let key = RelayKey::derive(&[7; 32]);
        let Credentials { username, credential } = key.credentials(1_000, "Ann0x");
        assert_eq!(username, format!("{}:Ann0x", 1_000 + CREDENTIALS_SECS));
        assert_eq!(STANDARD.decode(&credential).unwrap().len(), 32);
        assert!(RelayKey::is_good(1_000, &username));
        assert!(!RelayKey::is_good(1_000 + CREDENTIALS_SECS, &username), "it has ended");
        for bad in ["", ":", "Ann0x", "99999999999999999999999:Ann0x", "-5:Ann0x"] {
            assert!(!RelayKey::is_good(1_000, bad), "{bad}");
        }
        let other = RelayKey::derive(&[8; 32]);
        assert_ne!(other.credentials(1_000, "Ann0x").credential, credential);
        assert_ne!(other.integrity(&username, "sederunt"), key.integrity(&username, "sederunt"));
    }

    #[test]
    fn the_integrity_key_is_that_of_the_standard() {
        // RFC 8489 §9.2.2: user, realm, pass.
        let digest: [u8; 16] = Md5::digest("user:realm:pass").into();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "8493fbc53ba582fb4c044c456bdc40eb");
    }

    #[test]
    fn a_nonce_ages() {
        let key = RelayKey::derive(&[7; 32]);
        let nonce = key.nonce(NONCE_SECS * 5);
        assert!(key.knows(NONCE_SECS * 5, &nonce) && key.knows(NONCE_SECS * 7 - 1, &nonce));
        assert!(!key.knows(NONCE_SECS * 7, &nonce) && !key.knows(NONCE_SECS * 5 - 1, &nonce));
    }
}
