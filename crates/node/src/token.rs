//! Participant tokens: RS256 JWTs that name one participant of one meeting (SEMANTICS §2.5, PROTOCOL §1).

use std::fmt::Write as _;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use pem::{EncodeConfig, LineEnding, Pem};
use sederunt_core::id::{Id, MeetingId, ParticipantId};
use sederunt_core::time::UnixMs;
use sederunt_store::{ParticipantRow, PresetRow};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::NodeError;

/// How long a participant token is good: 100 days (SEMANTICS §2.5).
const LIFETIME_SECS: i64 = 100 * 24 * 3600;
/// Longest token that is looked at; ours have about 700 characters.
pub const TOKEN_MAX_BYTES: usize = 4096;

/// Claims of a participant token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// App.
    #[serde(rename = "orgId")]
    pub(crate) org_id: String,
    /// Meeting.
    #[serde(rename = "meetingId")]
    pub(crate) meeting_id: String,
    /// Participant.
    #[serde(rename = "participantId")]
    pub(crate) participant_id: String,
    /// Preset at the time of minting; the one in force is read from the store.
    #[serde(rename = "presetId")]
    pub(crate) preset_id: String,
    /// Names an anonymous visitor of an open room, who has no row before the first join.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) visitor: bool,
    /// Minted at, Unix seconds.
    pub(crate) iat: i64,
    /// Good until, Unix seconds.
    pub(crate) exp: i64,
    /// Makes every token different.
    pub(crate) jti: String,
}

/// Whom a good token names; whether there still is such a participant is another matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The meeting.
    pub meeting: MeetingId,
    /// The participant.
    pub participant: ParticipantId,
    /// An anonymous visitor of an open room, who has no row before the first join.
    pub is_visitor: bool,
    /// When the token was signed, to the second.
    pub minted_at: UnixMs,
    /// Tells tokens apart.
    pub token_hash: u64,
}

impl Named {
    /// What the claims of a token name; `None` when they are no ids.
    pub(crate) fn of(token: &str, claims: &Claims) -> Option<Self> {
        Some(Self {
            meeting: claims.meeting_id.parse().ok()?,
            participant: claims.participant_id.parse().ok()?,
            is_visitor: claims.visitor,
            minted_at: UnixMs(claims.iat.saturating_mul(1000)),
            token_hash: fingerprint(token),
        })
    }
}

impl Claims {
    /// Claims of a participant that begin now and end in 100 days.
    pub(crate) fn of(participant: &ParticipantRow, preset: &PresetRow, now: UnixMs, jti: Id) -> Self {
        let names = [
            participant.app.to_string(),
            participant.meeting.to_string(),
            participant.id.to_string(),
            preset.id.clone(),
        ];
        Self::starting(now, jti, names)
    }

    /// Claims that begin now and end in 100 days.
    pub(crate) fn starting(now: UnixMs, jti: Id, names: [String; 4]) -> Self {
        let [org_id, meeting_id, participant_id, preset_id] = names;
        let iat = now.0.div_euclid(1000);
        Self {
            org_id,
            meeting_id,
            participant_id,
            preset_id,
            visitor: false,
            iat,
            exp: iat + LIFETIME_SECS,
            jti: jti.to_string(),
        }
    }
}

/// The key that signs and verifies participant tokens. Its `Debug` shows nothing of it.
pub(crate) struct TokenKey {
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

fn unusable(e: impl std::fmt::Display) -> NodeError {
    NodeError::SigningKey(e.to_string())
}

impl TokenKey {
    /// Reads a PKCS#8 (or PKCS#1) PEM of an RSA key of at least 2048 bits.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, NodeError> {
        let signing = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(unusable)?;
        let pair = KeyPair::from_der(signing.as_bytes()).map_err(unusable)?;
        let verifying = DecodingKey::from_rsa_der(pair.public_key().as_ref());
        Ok(Self { signing, verifying })
    }

    /// Signs. The payload part decodes with plain `atob`, whatever the claims say.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String, NodeError> {
        let json = serde_json::to_string(claims).map_err(unusable)?;
        let payload = RawValue::from_string(atob_safe(&json)).map_err(unusable)?;
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &payload, &self.signing).map_err(unusable)
    }

    /// The claims of a token of ours that is good at `now`, else `None`. Only RS256 is accepted.
    pub(crate) fn verify(&self, token: &str, now: UnixMs) -> Option<Claims> {
        if token.len() > TOKEN_MAX_BYTES {
            return None;
        }
        let mut rules = Validation::new(Algorithm::RS256);
        // The library would ask the machine's clock; time is ours to give.
        rules.validate_exp = false;
        rules.validate_aud = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &rules).ok()?.claims;
        (now.0.div_euclid(1000) < claims.exp).then_some(claims)
    }
}

/// Escapes what makes base64url differ from base64. In ASCII text only `>`, `?`, `~` and DEL can lead to a `-` or
/// `_` (PROTOCOL §1); everything beyond ASCII is escaped with them. They can only stand inside JSON strings.
fn atob_safe(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && !matches!(c, '>' | '?' | '~' | '\u{7f}') {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

/// Signs a participant token with the server's key, for whoever works at a ledger that no server has open. See
/// [`crate::Node::mint_token`].
pub fn mint_token(
    signing_key_pem: &str,
    now: UnixMs,
    jti: Id,
    participant: &ParticipantRow,
    preset: &PresetRow,
) -> Result<String, NodeError> {
    TokenKey::from_pem(signing_key_pem)?.sign(&Claims::of(participant, preset, now, jti))
}

/// A new RSA-2048 key as PKCS#8 PEM, for the first start.
pub fn generate_signing_key() -> Result<String, NodeError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(unusable)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(unusable)?;
    let lines = EncodeConfig::new().set_line_ending(LineEnding::LF);
    Ok(pem::encode_config(&Pem::new("PRIVATE KEY", der.as_ref()), lines))
}

/// Tells tokens apart without keeping them: the first 64 bits of their SHA-256.
fn fingerprint(token: &str) -> u64 {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    digest.as_ref().iter().take(8).fold(0, |acc, byte| (acc << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use base64::Engine;

    use super::*;

    static KEY: LazyLock<TokenKey> =
        LazyLock::new(|| TokenKey::from_pem(&generate_signing_key().unwrap()).unwrap());
    const NOW: UnixMs = UnixMs(1_700_000_000_999);

    fn claims(org: &str, n: u64) -> Claims {
        let id = |k: u64| Id::mint(1_700_000_000_000 + k, n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_string();
        Claims::starting(NOW, Id::mint(3, n), [org.to_owned(), id(1), id(2), id(3)])
    }

    /// What the client does: `JSON.parse(atob(token.split('.')[1]))`; `atob` forgives missing padding.
    fn as_the_client_reads(token: &str) -> serde_json::Value {
        let part = token.split('.').nth(1).unwrap();
        assert!(!part.contains(['-', '_']), "{part}");
        let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(part).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn the_client_can_read_the_payload_of_every_token() {
        let odd = ["a", "???", ">>>>", "~~", "\u{7f}\u{7f}\u{7f}", "ünïcødé 日本 🦀?", "\"\\\u{1}"];
        for (n, org) in odd.iter().cycle().take(140).enumerate() {
            let claims = claims(org, n as u64);
            let token = KEY.sign(&claims).unwrap();
            let seen = as_the_client_reads(&token);
            assert_eq!(seen["orgId"], *org);
            assert_eq!(seen["meetingId"], claims.meeting_id);
            assert_eq!(KEY.verify(&token, NOW), Some(claims));
        }
    }

    #[test]
    fn a_token_lives_a_hundred_days() {
        let token = KEY.sign(&claims("app", 1)).unwrap();
        let read = KEY.verify(&token, NOW).unwrap();
        assert_eq!(read.exp - read.iat, 8_640_000);
        let end = UnixMs(read.exp * 1000);
        assert!(KEY.verify(&token, end.plus_ms(-1)).is_some());
        assert_eq!(KEY.verify(&token, end), None);
    }

    #[test]
    fn nothing_but_our_own_rs256_is_accepted() {
        let good = KEY.sign(&claims("app", 1)).unwrap();
        let other = TokenKey::from_pem(&generate_signing_key().unwrap()).unwrap();
        assert_eq!(other.verify(&good, NOW), None, "another server's key");

        let mut parts: Vec<&str> = good.split('.').collect();
        let none = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        parts[0] = &none;
        assert_eq!(KEY.verify(&parts.join("."), NOW), None, "alg none");
        parts[2] = "";
        assert_eq!(KEY.verify(&parts.join("."), NOW), None, "alg none without signature");

        let shared = EncodingKey::from_secret(b"public");
        for (alg, key) in
            [(Algorithm::HS256, &shared), (Algorithm::RS512, &KEY.signing), (Algorithm::PS256, &KEY.signing)]
        {
            let token = jsonwebtoken::encode(&Header::new(alg), &claims("app", 1), key).unwrap();
            assert_eq!(KEY.verify(&token, NOW), None, "{alg:?}");
        }
        let forged = KEY.sign(&claims("app", 2)).unwrap();
        let mixed: Vec<&str> = [good.split('.').next(), forged.split('.').nth(1), good.split('.').nth(2)]
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(KEY.verify(&mixed.join("."), NOW), None, "payload of another token");
        for bad in ["", "a.b.c", "eyJ", "..", &"x".repeat(TOKEN_MAX_BYTES + 1)] {
            assert_eq!(KEY.verify(bad, NOW), None);
        }
    }

    #[test]
    fn a_bad_key_is_refused_in_words() {
        for bad in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(matches!(TokenKey::from_pem(bad), Err(NodeError::SigningKey(_))));
        }
        assert_eq!(format!("{:?}", *KEY), "TokenKey(…)");
    }
}
