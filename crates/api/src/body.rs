//! JSON bodies: bounded, and with faults that name the field.

use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::fault::Fault;
use crate::json::Json;
use crate::limit::BODY_MAX_BYTES;

/// Why a body cannot be used.
#[derive(Debug)]
pub(crate) enum BadBody {
    /// More than [`BODY_MAX_BYTES`].
    TooLarge,
    /// Compressed, in another character set, or no JSON and said to be something else; in words.
    Media(String),
    /// Not JSON, or a field is at fault.
    Fault(Fault),
}

impl From<Fault> for BadBody {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Reads a JSON object as `T`. An empty body counts as `{}`. JSON is read whatever the content type says: many clients
/// send it as a form's.
pub(crate) async fn read<T: DeserializeOwned>(request: Request) -> Result<T, BadBody> {
    let (parts, body) = request.into_parts();
    plain(&parts.headers)?;
    let bytes = match Limited::new(body, BODY_MAX_BYTES).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(e) if e.is::<LengthLimitError>() => return Err(BadBody::TooLarge),
        Err(_) => return Err(Fault::whole("the body was cut off").into()),
    };
    let json = if bytes.is_empty() {
        Json::Object(Vec::new())
    } else {
        serde_json::from_slice(&bytes).map_err(|_| no_json(&parts.headers))?
    };
    if !matches!(json, Json::Object(_)) {
        return Err(Fault::whole("the body must be a JSON object").into());
    }
    serde_path_to_error::deserialize(json)
        .map_err(|e| fault(&e.path().to_string(), &e.into_inner().to_string()).into())
}

/// The body is in the bytes as they are, and they are UTF-8.
fn plain(headers: &HeaderMap) -> Result<(), BadBody> {
    let coded = |name: HeaderName, none: &str| {
        let all = headers.get_all(name).into_iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        let codings = all.collect::<Vec<_>>().join(",").to_ascii_lowercase();
        codings.split(',').map(str::trim).find(|c| !c.is_empty() && *c != none).map(str::to_owned)
    };
    // The connection undoes `chunked` and nothing else.
    let coding = coded(CONTENT_ENCODING, "identity").or_else(|| coded(TRANSFER_ENCODING, "chunked"));
    if let Some(coding) = coding {
        return Err(BadBody::Media(format!("The body must not be compressed (it is sent as {coding})")));
    }
    let charset = media_type(headers).and_then(|kind| {
        let mut parameters = kind.split(';').skip(1).filter_map(|p| p.split_once('='));
        let (_, charset) = parameters.find(|(name, _)| name.trim() == "charset")?;
        Some(charset.trim().trim_matches('"').to_owned())
    });
    match charset {
        Some(name) if !matches!(name.as_str(), "utf-8" | "utf8" | "us-ascii") => {
            Err(BadBody::Media(format!("The body must be in UTF-8 (it is sent as {name})")))
        }
        _ => Ok(()),
    }
}

/// The content type in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase())
}

/// What to say of bytes that are no JSON: of those that are said to be something else, that they should be JSON.
fn no_json(headers: &HeaderMap) -> BadBody {
    let kind = media_type(headers).and_then(|kind| kind.split(';').next().map(|k| k.trim().to_owned()));
    match kind {
        Some(kind) if !kind.is_empty() && kind != "application/json" && !kind.ends_with("+json") => {
            BadBody::Media(format!("The body must be JSON (it is sent as {kind})"))
        }
        _ => Fault::whole("the body is not valid JSON").into(),
    }
}

/// A serde complaint as a rule for a field.
fn fault(path: &str, complaint: &str) -> Fault {
    if let Some(name) = complaint.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return Fault::new(field, "is required");
    }
    if let Some(name) = complaint.strip_prefix("duplicate field `").and_then(|rest| rest.strip_suffix('`')) {
        let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return Fault::new(field, "must not be given twice");
    }
    Fault::new(path.to_owned(), rule(complaint))
}

fn rule(complaint: &str) -> String {
    let Some((what, expected)) = complaint.rsplit_once(", expected ") else {
        return "is not valid".to_owned();
    };
    if what.starts_with("unknown variant") {
        let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return format!("must be one of [{}]", names.join(", "));
    }
    match expected {
        "u16" if what.starts_with("invalid value") => format!("must be an integer of 0 to {}", u16::MAX),
        "i64" | "u64" | "i32" | "u32" | "u16" => "must be an integer".to_owned(),
        "a map" => "must be an object".to_owned(),
        "a sequence" => "must be an array".to_owned(),
        e if e.starts_with("struct ") => "must be an object".to_owned(),
        other => format!("must be {other}"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Open,
        Public,
        Private,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Item {
        #[expect(dead_code, reason = "only its absence matters")]
        id: String,
    }

    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only faults matter")]
    struct Form {
        name: String,
        kind: Option<Kind>,
        count: Option<i64>,
        port: Option<u16>,
        items: Option<Vec<Item>>,
    }

    #[tokio::test]
    async fn faults_name_field_and_rule() {
        for (body, wanted) in [
            ("{}", "\"name\" is required"),
            ("", "\"name\" is required"),
            (r#"{"name":5}"#, "\"name\" must be a string"),
            (r#"{"name":"a","kind":"x"}"#, "\"kind\" must be one of [open, public, private]"),
            (r#"{"name":"a","count":"1"}"#, "\"count\" must be an integer"),
            (r#"{"name":"a","count":1.5}"#, "\"count\" must be an integer"),
            (r#"{"name":"a","items":{}}"#, "\"items\" must be an array"),
            (r#"{"name":"a","items":[{"id":"1"},{}]}"#, "\"items[1].id\" is required"),
            (r#"{"name":"a","items":[5]}"#, "\"items[0]\" must be an object"),
            ("[]", "the body must be a JSON object"),
            ("null", "the body must be a JSON object"),
            ("{", "the body is not valid JSON"),
            (r#"["a"]"#, "the body must be a JSON object"),
            (r#"{"name":"a","kind":{"open":null}}"#, "\"kind\" must be one of [open, public, private]"),
            (r#"{"name":"a","kind":1}"#, "\"kind\" must be one of [open, public, private]"),
            (r#"{"name":"a","items":[["1"]]}"#, "\"items[0]\" must be an object"),
            (r#"{"name":"a","count":9007199254740994.0}"#, "\"count\" must be an integer"),
            (r#"{"name":"a","name":"b"}"#, "\"name\" must not be given twice"),
            (r#"{"name":"a","items":[{"id":"1","id":"1"}]}"#, "\"items[0].id\" must not be given twice"),
            (r#"{"name":"a","port":70000}"#, "\"port\" must be an integer of 0 to 65535"),
        ] {
            match read::<Form>(Request::new(Body::from(body))).await {
                Err(BadBody::Fault(fault)) => assert_eq!(fault.message(), wanted, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
        let large = vec![b' '; BODY_MAX_BYTES + 1];
        assert!(matches!(read::<Form>(Request::new(Body::from(large))).await, Err(BadBody::TooLarge)));
    }

    #[tokio::test]
    async fn what_schemas_call_an_integer_is_one() {
        for (text, wanted) in
            [("60", 60), ("60.0", 60), ("6e1", 60), ("-0.0", 0), ("1e15", 1_000_000_000_000_000)]
        {
            let body = Body::from(format!("{{\"name\":\"a\",\"count\":{text}}}"));
            assert_eq!(read::<Form>(Request::new(body)).await.unwrap().count, Some(wanted), "{text}");
        }
    }

    #[tokio::test]
    async fn bytes_that_are_wrapped_are_named() {
        let send = async |headers: &[(&str, &str)], body: &'static str| {
            let mut request = Request::new(Body::from(body));
            for (name, value) in headers {
                request.headers_mut().append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
            }
            read::<Form>(request).await
        };
        let json = r#"{"name":"a"}"#;
        for headers in [
            &[("content-type", "text/plain")][..],
            &[("content-type", "application/x-www-form-urlencoded")],
            &[("content-type", "application/json; charset=\"UTF-8\"")],
            &[("content-encoding", "identity"), ("transfer-encoding", "chunked")],
            &[("content-encoding", "")],
        ] {
            assert!(send(headers, json).await.is_ok(), "{headers:?}");
        }
        for (headers, body, wanted) in [
            (&[("content-encoding", "gzip")][..], json, "sent as gzip"),
            (&[("content-encoding", "identity, BR")], json, "sent as br"),
            (&[("content-encoding", "identity"), ("content-encoding", "zstd")], json, "sent as zstd"),
            (&[("transfer-encoding", "deflate, chunked")], json, "sent as deflate"),
            (&[("content-type", "application/json;charset=utf-16")], json, "sent as utf-16"),
            (&[("content-type", "multipart/form-data; boundary=x")], "--x", "sent as multipart/form-data"),
        ] {
            match send(headers, body).await {
                Err(BadBody::Media(message)) => assert!(message.contains(wanted), "{message}"),
                other => panic!("{headers:?}: {other:?}"),
            }
        }
        let no_type = send(&[("content-type", "application/json")], "--x").await;
        assert!(matches!(no_type, Err(BadBody::Fault(_))));
    }
}
