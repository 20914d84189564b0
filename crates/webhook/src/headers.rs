//! The headers of a request: what a receiver checks, sorts and counts by.

use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use sederunt_core::id::Id;

use crate::sign::Secret;
use crate::told::Key;

const AGENT: HeaderValue = HeaderValue::from_static("Sederunt-Webhooks/1");
/// Exactly this: some receivers compare it.
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Names that the server sets itself, by their beginning or whole. A room's own headers give way to them.
const OURS: &[&str] = &["content-type", "user-agent", "pagecall-signature"];
const OURS_BEGIN: &[&str] = &["sederunt-", "webhook-"];

/// Names that belong to the connection or to the message's frame: whoever sets them sends another request.
const FRAME: &[&str] = &[
    "host",
    "content-length",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];

/// Whether the server sets a header itself, or the connection does; `name` in lower case.
pub fn is_reserved(name: &str) -> bool {
    OURS.contains(&name) || OURS_BEGIN.iter().any(|begin| name.starts_with(begin)) || FRAME.contains(&name)
}

/// One attempt, as far as its headers say it.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// The event's id, [`crate::sign::event_id`].
    pub id: Id,
    /// The event.
    pub key: Key,
    /// 1 for the first.
    pub attempt: u32,
    /// Seconds since 1970 of this attempt.
    pub timestamp_s: i64,
    /// RSA over the body.
    pub signature: &'a str,
    /// The secret, and the one before while that is still checked.
    pub secrets: &'a [Secret],
    /// The body.
    pub body: &'a [u8],
    /// Nothing has happened: somebody tests the endpoint.
    pub is_test: bool,
}

/// Headers for a webhook of RealtimeKit. `has_legacy`: the names of the product's predecessor as well.
pub fn kit(stamp: &Stamp<'_>, webhook: Id, has_legacy: bool) -> HeaderMap {
    let mut headers = common(stamp);
    let names: &[[&'static str; 3]] = if has_legacy {
        &[["rtk-signature", "rtk-uuid", "rtk-webhook-id"], ["dyte-signature", "dyte-uuid", "dyte-webhook-id"]]
    } else {
        &[["rtk-signature", "rtk-uuid", "rtk-webhook-id"]]
    };
    for [signature, id, of] in names {
        set(&mut headers, signature, stamp.signature);
        set(&mut headers, id, &stamp.id.to_string());
        set(&mut headers, of, &webhook.to_string());
    }
    headers
}

/// Headers for a room's webhook. `own`: what was given with the room; a name or value that HTTP does not have is left out,
/// as it was refused when the room was created.
pub fn room(stamp: &Stamp<'_>, own: &[(String, String)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in own {
        let name = name.to_ascii_lowercase();
        if is_reserved(&name) {
            continue;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes()))
        {
            headers.insert(name, value);
        }
    }
    headers.extend(common(stamp));
    set(&mut headers, "pagecall-signature", stamp.signature);
    headers
}

fn common(stamp: &Stamp<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(USER_AGENT, AGENT);
    let id = stamp.id.to_string();
    let signatures: Vec<String> =
        stamp.secrets.iter().map(|secret| secret.sign(&id, stamp.timestamp_s, stamp.body)).collect();
    set(&mut headers, "webhook-id", &id);
    set(&mut headers, "webhook-timestamp", &stamp.timestamp_s.to_string());
    if !signatures.is_empty() {
        set(&mut headers, "webhook-signature", &signatures.join(" "));
    }
    set(&mut headers, "sederunt-sequence", &stamp.key.seq.to_string());
    set(&mut headers, "sederunt-attempt", &stamp.attempt.to_string());
    if stamp.key.replay > 0 {
        set(&mut headers, "sederunt-replay", &stamp.key.replay.to_string());
    }
    if stamp.is_test {
        set(&mut headers, "sederunt-test", "true");
    }
    headers
}

/// Values are ids, numbers and Base64: every one of them is a value of HTTP.
fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(secrets: &[Secret]) -> Stamp<'_> {
        let key = Key { seq: 4711, part: 0, replay: 0 };
        let (id, signature, body) = (Id::from_u128(7), "c2ln", b"{}".as_slice());
        Stamp { id, key, attempt: 2, timestamp_s: 1_700_000_000, signature, secrets, body, is_test: false }
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_webhook_has_exactly_these() {
        let secret = Secret::from_bytes(&[1; 32]).unwrap();
        let secrets = [secret.clone()];
        let headers = kit(&stamp(&secrets), Id::from_u128(9), true);
        let expected = [
            "content-type",
            "dyte-signature",
            "dyte-uuid",
            "dyte-webhook-id",
            "rtk-signature",
            "rtk-uuid",
            "rtk-webhook-id",
            "sederunt-attempt",
            "sederunt-sequence",
            "user-agent",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp",
        ];
        assert_eq!(names(&headers), expected);
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["user-agent"], "Sederunt-Webhooks/1");
        assert_eq!(headers["rtk-uuid"], "00000000-0000-0000-0000-000000000007");
        assert_eq!(headers["webhook-id"], headers["rtk-uuid"]);
        assert_eq!(headers["rtk-webhook-id"], "00000000-0000-0000-0000-000000000009");
        assert_eq!(headers["rtk-signature"], "c2ln");
        assert_eq!(
            (&headers["sederunt-sequence"], &headers["sederunt-attempt"]),
            (&"4711".parse().unwrap(), &"2".parse().unwrap())
        );
        let signed = secret.sign("00000000-0000-0000-0000-000000000007", 1_700_000_000, b"{}");
        assert_eq!(headers["webhook-signature"], signed);
        let without = kit(&stamp(&secrets), Id::from_u128(9), false);
        assert!(!names(&without).iter().any(|name| name.starts_with("dyte-")));
    }

    #[test]
    fn during_a_rotation_both_secrets_sign() {
        let secrets = [Secret::from_bytes(&[1; 32]).unwrap(), Secret::from_bytes(&[2; 32]).unwrap()];
        let headers = kit(&stamp(&secrets), Id::from_u128(9), false);
        let value = headers["webhook-signature"].to_str().unwrap();
        let both: Vec<&str> = value.split(' ').collect();
        assert_eq!(both.len(), 2);
        assert!(both.iter().all(|one| one.starts_with("v1,")) && both[0] != both[1]);
    }

    #[test]
    fn a_replay_and_a_test_say_so() {
        let mut other = stamp(&[]);
        other.key.replay = 3;
        other.is_test = true;
        let headers = kit(&other, Id::from_u128(9), false);
        assert_eq!(
            (&headers["sederunt-replay"], &headers["sederunt-test"]),
            (&"3".parse().unwrap(), &"true".parse().unwrap())
        );
        let headers = kit(&stamp(&[]), Id::from_u128(9), false);
        assert!(!headers.contains_key("sederunt-replay") && !headers.contains_key("sederunt-test"));
        assert!(!headers.contains_key("webhook-signature"), "no secret");
    }

    #[test]
    fn a_rooms_own_headers_are_sent_and_give_way_to_ours() {
        let own = [
            ("X-Key", "1"),
            ("Authorization", "Bearer é"),
            ("Pagecall-Signature", "forged"),
            ("Content-Type", "text/plain"),
            ("Sederunt-Sequence", "0"),
            ("Webhook-Id", "x"),
            ("Host", "evil.example"),
            ("Transfer-Encoding", "chunked"),
            ("Expect", "100-continue"),
            ("bad name", "x"),
            ("X-Line", "a\r\nb: c"),
        ];
        let own: Vec<(String, String)> =
            own.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let headers = room(&stamp(&[]), &own);
        let expected = [
            "authorization",
            "content-type",
            "pagecall-signature",
            "sederunt-attempt",
            "sederunt-sequence",
            "user-agent",
            "webhook-id",
            "webhook-timestamp",
            "x-key",
        ];
        assert_eq!(names(&headers), expected);
        assert_eq!(headers["pagecall-signature"], "c2ln");
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(headers["authorization"].as_bytes(), "Bearer é".as_bytes());
        assert_eq!(headers["sederunt-sequence"], "4711");
    }
}
