//! JSON bodies: bounded, and with faults that name the field.

use axum::body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::limit::BODY_MAX_BYTES;

/// Why a body cannot be used.
#[derive(Debug)]
pub(crate) enum BadBody {
    /// More than [`BODY_MAX_BYTES`].
    TooLarge,
    /// Not JSON, or a field is at fault.
    Fault(Fault),
}

impl From<Fault> for BadBody {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Reads a JSON object as `T`. An empty body counts as `{}`. The content type is not looked at.
pub(crate) async fn read<T: DeserializeOwned>(body: Body) -> Result<T, BadBody> {
    let bytes = match Limited::new(body, BODY_MAX_BYTES).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(e) if e.is::<LengthLimitError>() => return Err(BadBody::TooLarge),
        Err(_) => return Err(Fault::whole("the body was cut off").into()),
    };
    let value = if bytes.is_empty() {
        Value::Object(Map::new())
    } else {
        serde_json::from_slice(&bytes).map_err(|_| Fault::whole("the body is not valid JSON"))?
    };
    if !value.is_object() {
        return Err(Fault::whole("the body must be a JSON object").into());
    }
    serde_path_to_error::deserialize(value)
        .map_err(|e| fault(&e.path().to_string(), &e.into_inner().to_string()).into())
}

/// A serde complaint as a rule for a field.
fn fault(path: &str, complaint: &str) -> Fault {
    if let Some(name) = complaint.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
        return Fault::new(field, "is required");
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
        "i64" | "u64" | "i32" | "u32" | "u16" => "must be an integer".to_owned(),
        "a map" => "must be an object".to_owned(),
        "a sequence" => "must be an array".to_owned(),
        e if e.starts_with("struct ") => "must be an object".to_owned(),
        other => format!("must be {other}"),
    }
}

#[cfg(test)]
mod tests {
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
            ("{", "the body is not valid JSON"),
        ] {
            match read::<Form>(Body::from(body)).await {
                Err(BadBody::Fault(fault)) => assert_eq!(fault.message(), wanted, "{body}"),
                other => panic!("{body}: {other:?}"),
            }
        }
        let large = vec![b' '; BODY_MAX_BYTES + 1];
        assert!(matches!(read::<Form>(Body::from(large)).await, Err(BadBody::TooLarge)));
    }
}
