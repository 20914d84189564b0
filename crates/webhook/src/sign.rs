//! Ids and signatures: RSA over the body, as RealtimeKit's receivers check it (SEMANTICS §4), and the HMAC of Standard
//! Webhooks, which signs the time as well.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pem::{EncodeConfig, LineEnding, Pem};
use sederunt_core::id::Id;

use crate::told::Key;

/// What a private key's text is called (RFC 7468 §10).
const PRIVATE: &str = "PRIVATE KEY";
/// Bytes of a secret.
const SECRET_BYTES: usize = 32;
/// What a secret's text begins with.
const SECRET_PREFIX: &str = "whsec_";

/// What goes wrong with keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a private key of RSA in PKCS#8 PEM.
    #[error("the key of webhooks is not an RSA key in PKCS#8 PEM")]
    BadKey,
    /// Not `whsec_` and Base64 of 32 bytes.
    #[error("the secret is not whsec_ and Base64 of {SECRET_BYTES} bytes")]
    BadSecret,
    /// Not a ring of keys, or one without a key.
    #[error("the keys of webhooks in the ledger are damaged")]
    BadRing,
    /// The library failed: no memory, or no randomness.
    #[error("the cryptographic library failed")]
    Failed,
}

/// The id of an event for one webhook: the same on every attempt, without being kept. A UUID version 8 of SHA-256 over
/// webhook, sequence, part and replay, big-endian.
pub fn event_id(webhook: Id, key: Key) -> Id {
    let Key { seq, part, replay } = key;
    derived_id(&[&webhook.as_u128().to_be_bytes(), &seq.to_be_bytes(), &[part], &replay.to_be_bytes()])
}

/// A UUID version 8 of SHA-256 over these, one behind the other.
pub fn derived_id(parts: &[&[u8]]) -> Id {
    let digest = digest::digest(&digest::SHA256, &parts.concat());
    let bits = digest.as_ref().iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    Id::from_u128((bits & !VERSION & !VARIANT) | (0x8 << 76) | (0b10 << 62))
}

/// The server's key. Signing takes a quarter of a millisecond: once per body, not per delivery.
#[derive(Debug)]
pub struct SigningKey(KeyPair);

impl SigningKey {
    /// A new RSA-2048 key as PKCS#8 PEM.
    ///
    /// # Errors
    /// The library failed.
    pub fn generate_pem() -> Result<String, KeyError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Failed)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Failed)?;
        Ok(as_pem(PRIVATE, der.as_ref()))
    }

    /// Reads what [`Self::generate_pem`] made.
    ///
    /// # Errors
    /// It is no such key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let pem = pem::parse(text).ok().filter(|pem| pem.tag() == PRIVATE).ok_or(KeyError::BadKey)?;
        Ok(Self(KeyPair::from_pkcs8(pem.contents()).map_err(|_| KeyError::BadKey)?))
    }

    /// The public key as `/.well-known/webhooks.json` has it.
    ///
    /// # Errors
    /// The library failed.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().map_err(|_| KeyError::Failed)?;
        Ok(as_pem("PUBLIC KEY", der.as_ref()))
    }

    /// `rtk-signature` and `pagecall-signature`: Base64 of RSASSA-PKCS1-v1_5 with SHA-256 over the bytes of the body.
    ///
    /// # Errors
    /// The library failed.
    pub fn sign(&self, body: &[u8]) -> Result<String, KeyError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = rand::SystemRandom::new();
        self.0.sign(&RSA_PKCS1_SHA256, &random, body, &mut signature).map_err(|_| KeyError::Failed)?;
        Ok(STANDARD.encode(signature))
    }
}

fn as_pem(label: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(label, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

/// A secret of Standard Webhooks.
#[derive(Clone)]
pub struct Secret([u8; SECRET_BYTES]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<[u8; SECRET_BYTES]> for Secret {
    fn from(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }
}

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = [0; SECRET_BYTES];
        rand::fill(&mut bytes).map_err(|_| KeyError::Failed)?;
        Ok(Self(bytes))
    }

    /// From its bytes, as they are stored.
    ///
    /// # Errors
    /// They are too few or too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        Ok(Self(bytes.try_into().map_err(|_| KeyError::BadSecret)?))
    }

    /// The bytes, to be stored.
    pub const fn as_bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// Reads [`Self::text`].
    ///
    /// # Errors
    /// It is no such text.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.strip_prefix(SECRET_PREFIX).ok_or(KeyError::BadSecret)?;
        Self::from_bytes(&STANDARD.decode(text).map_err(|_| KeyError::BadSecret)?)
    }

    /// `whsec_…`, as its owner is shown it.
    pub fn text(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(self.0))
    }

    /// `v1,` and Base64 of the HMAC-SHA-256 of `id.timestamp.body`.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{id}.{timestamp_s}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    static KEY: LazyLock<SigningKey> =
        LazyLock::new(|| SigningKey::from_pem(&SigningKey::generate_pem().unwrap()).unwrap());

    fn der_of(pem: &str) -> Vec<u8> {
        let inner: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        STANDARD.decode(inner).unwrap()
    }

    #[test]
    fn a_receiver_with_the_public_key_can_check_the_body_and_nothing_else() {
        let pem = KEY.public_pem().unwrap();
        assert!(
            pem.starts_with("-----BEGIN PUBLIC KEY-----\n") && pem.ends_with("-----END PUBLIC KEY-----\n")
        );
        assert!(pem.lines().all(|line| line.len() <= 64) && !pem.contains('\r'));
        let body = br#"{"event":"meeting.started"}"#;
        let signature = STANDARD.decode(KEY.sign(body).unwrap()).unwrap();
        assert_eq!(signature.len(), 256);
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der_of(&pem));
        assert_eq!(public.verify(body, &signature), Ok(()));
        assert!(public.verify(br#"{"event":"meeting.starteD"}"#, &signature).is_err());
        assert_eq!(KEY.sign(body), KEY.sign(body), "no randomness in it: the same bytes on every attempt");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let good = SigningKey::generate_pem().unwrap();
        for bad in [
            "",
            "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
            &good[1..],
            &good.replace("MII", "AII"),
        ] {
            assert_eq!(SigningKey::from_pem(bad).err(), Some(KeyError::BadKey));
        }
        for bad in ["", "whsec_", "whsec_AAAA", "whsec_!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            assert_eq!(Secret::parse(bad).err(), Some(KeyError::BadSecret), "{bad}");
        }
    }

    /// Key, id, timestamp and payload are those of the libraries of Standard Webhooks, whose signature is known. Their key
    /// has 24 bytes and ours 32, so the construction is compared, with the key of the example.
    #[test]
    fn the_hmac_is_that_of_standard_webhooks() {
        let key =
            hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
        let signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        assert_eq!(STANDARD.encode(hmac::sign(&key, signed)), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let secret = Secret::from_bytes(&[7; SECRET_BYTES]).unwrap();
        let ours = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b"{\"test\": 2432232314}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; SECRET_BYTES]);
        assert_eq!(ours, format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed))));
    }

    #[test]
    fn a_secret_reads_what_it_shows_and_shows_nothing_by_itself() {
        let secret = Secret::generate().unwrap();
        assert_eq!(Secret::parse(&secret.text()).unwrap().as_bytes(), secret.as_bytes());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_ne!(Secret::generate().unwrap().as_bytes(), secret.as_bytes());
    }

    #[test]
    fn ids_follow_from_their_names_and_differ() {
        let webhook = Id::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        let key = Key { seq: 42, part: 0, replay: 0 };
        let id = event_id(webhook, key);
        // SHA-256 of 0123456789abcdef0123456789abcdef 000000000000002a 00 00000000, as `sha256sum` says it.
        assert_eq!(id.to_string(), "ee8edb01-a69d-8481-ae64-f68edb970340");
        let text = id.to_string();
        assert_eq!((&text[14..15], matches!(&text[19..20], "8" | "9" | "a" | "b")), ("8", true));
        let mut ids = BTreeSet::from([id]);
        for seq in 42..52 {
            for part in 0..2 {
                for replay in 0..3 {
                    ids.insert(event_id(webhook, Key { seq, part, replay }));
                }
            }
        }
        ids.insert(event_id(Id::from_u128(1), key));
        assert_eq!(ids.len(), 61, "the first one twice");
    }
}
