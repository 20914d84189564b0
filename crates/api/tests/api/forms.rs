//! JSON of another form than the documents say, or just beyond their bounds, at every place of every body of both doors:
//! refused, and the field named.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::kit_fixture::{A, Kit, M1, P};
use crate::world::World;

/// A schema with references followed, and the `null` of an optional field left out.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(document, document.pointer(reference.trim_start_matches('#')).unwrap());
    }
    let parts = [&schema["oneOf"], &schema["anyOf"], &schema["allOf"]].into_iter().find_map(Value::as_array);
    match parts.and_then(|parts| parts.iter().find(|part| part["type"] != "null")) {
        Some(part) if schema["type"].is_null() => resolved(document, part),
        _ => schema,
    }
}

fn kind(schema: &Value) -> &str {
    let kinds = schema["type"].as_array().map(Vec::as_slice).unwrap_or_default();
    let first = kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null");
    first.or(schema["type"].as_str()).unwrap_or_else(|| panic!("no type: {schema}"))
}

/// A value of the right form with nothing but what is required.
fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    if let Some(name) = schema["enum"].get(0) {
        return name.clone();
    }
    match kind(schema) {
        "string" => json!("a"),
        "integer" | "number" => json!(schema["maximum"].as_i64().map_or(60, |max| max.min(60))),
        "boolean" => json!(true),
        "array" => items(document, schema, fewest(schema)),
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields =
                required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name])));
            Value::Object(fields.collect())
        }
        other => panic!("{other}"),
    }
}

/// Items that a list has at least; one where none is enough, so that items are looked at.
fn fewest(schema: &Value) -> usize {
    usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap().max(1)
}

/// A list of `n` items of the right form.
fn items(document: &Value, schema: &Value, n: usize) -> Value {
    Value::Array(vec![sample(document, &schema["items"]); n])
}

/// Forms that are not the schema's.
fn others(schema: &Value) -> Vec<Value> {
    let name = schema["enum"].get(0).and_then(Value::as_str).unwrap_or("a");
    let mut by_name = Map::new();
    by_name.insert(name.to_owned(), Value::Null);
    match kind(schema) {
        "string" => vec![json!(5), json!(true), json!([name]), Value::Object(by_name)],
        "integer" => vec![json!("60"), json!(60.5), json!(true), json!([60]), json!({ "a": 60 })],
        "number" => vec![json!("60"), json!(true), json!([60]), json!({ "a": 60 })],
        "boolean" => vec![json!("true"), json!(1), json!([true]), json!({})],
        "array" => vec![json!({}), json!("a"), json!({ "0": "a" })],
        // As many items as fields, so that an array passes where serde counts them.
        "object" => {
            let fields = schema["properties"].as_object().map_or(1, Map::len);
            vec![json!([]), Value::Array(vec![Value::Null; fields]), json!("a"), json!(5), json!(true)]
        }
        other => panic!("{other}"),
    }
}

/// Values of the right form that are just beyond the schema's bounds.
fn beyond(document: &Value, schema: &Value) -> Vec<Value> {
    let bound = |name: &str| schema[name].as_u64().map(|n| usize::try_from(n).unwrap());
    let mut all = Vec::new();
    all.extend(bound("minLength").filter(|n| *n > 0).map(|n| json!("a".repeat(n - 1))));
    all.extend(bound("maxLength").map(|n| json!("ä".repeat(n + 1))));
    all.extend(bound("minItems").filter(|n| *n > 0).map(|n| items(document, schema, n - 1)));
    all.extend(bound("maxItems").map(|n| items(document, schema, n + 1)));
    all.extend(schema["minimum"].as_i64().map(|n| json!(n - 1)));
    all.extend(schema["maximum"].as_i64().map(|n| json!(n + 1)));
    all
}

/// Every place of a schema: the path as faults spell it, the place's schema, and a body with a value put there.
fn places(
    document: &Value,
    schema: &Value,
    path: &str,
    wrap: &dyn Fn(Value) -> Value,
    out: &mut Vec<(String, Value)>,
) {
    let schema = resolved(document, schema);
    if !path.is_empty() {
        let wrong = others(schema).into_iter().chain(beyond(document, schema));
        out.extend(wrong.map(|value| (path.to_owned(), wrap(value))));
    }
    match kind(schema) {
        "object" => {
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let whole = sample(document, schema);
                let inside = |value: Value| {
                    let mut whole = whole.clone();
                    whole[name] = value;
                    wrap(whole)
                };
                places(document, field, &below, &inside, out);
            }
        }
        "array" => {
            let inside = |value: Value| {
                let mut all = items(document, schema, fewest(schema));
                all[0] = value;
                wrap(all)
            };
            places(document, &schema["items"], &format!("{path}[0]"), &inside, out);
        }
        _ => {}
    }
}

async fn refuse_other_forms(
    world: &World,
    document: Value,
    token: &str,
    fill: impl Fn(&str) -> String,
) -> usize {
    let mut tried = 0;
    for (template, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_null() {
                continue;
            }
            let mut bodies = Vec::new();
            places(&document, schema, "", &|value| value, &mut bodies);
            // As a page of ours, which may sign in.
            let bearer = format!("Bearer {token}");
            let headers = [&[("authorization", bearer.as_str())], &crate::console::OWN[..]].concat();
            let method: Method = method.to_uppercase().parse().unwrap();
            for (path, body) in bodies {
                let text = body.to_string();
                let answer = world.raw(method.clone(), &fill(template), &headers, text.clone()).await;
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{template}: {text}: {answer:?}");
                assert!(answer.text.contains(&format!("\\\"{path}\\\"")), "{template}: {text}: {answer:?}");
                tried += 1;
            }
        }
    }
    tried
}

#[tokio::test]
async fn another_form_is_refused_everywhere_and_named() {
    let kit = Kit::new().await;
    let w = &kit.world;
    w.token("KW", None, Some(P)).await;
    let room =
        w.send(Method::POST, "/v1/rooms", "KW", Some(json!({ "name": "r", "type": "open" }))).await.ok();
    let room = room["room"]["id"].as_str().unwrap();
    w.send(Method::POST, "/v1/users", "KW", Some(json!({ "user_id": "alice" }))).await.ok();
    let add = Some(json!({ "user_id": "alice" }));
    w.send(Method::POST, &format!("/v1/rooms/{room}/members"), "KW", add).await.ok();

    let document = crate::openapi::document("realtimekit");
    let m1 = w.store.meeting(M1.parse().unwrap()).await.unwrap().unwrap();
    let participant = w.participant(&m1, w.node.mint_id(), "ann").await.id.to_string();
    let preset = w.store.preset(&P.into(), "group_call_host").await.unwrap().unwrap().id;
    let webhook = kit.webhook().await;
    let fill = |template: &str| {
        let template = template.replace("{webhook_id}", &webhook);
        let template = template.replace("{account_id}", A).replace("{app_id}", P).replace("{meeting_id}", M1);
        template.replace("{participant_id}", &participant).replace("{preset_id}", &preset)
    };
    let tried = refuse_other_forms(w, document, "TA", fill).await;
    assert!(tried > 1000, "{tried} bodies are too few to be all");

    let document = crate::openapi::document("pagecall");
    let fill = |template: &str| {
        let template = template.replace("{room_id}", room).replace("{id}", room);
        format!("/v1{}", template.replace("{member_id}", "alice").replace("{user_id}", "alice"))
    };
    let tried = refuse_other_forms(w, document, "KW", fill).await;
    assert!(tried > 60, "{tried} bodies are too few to be all");

    let document = crate::openapi::document("sederunt");
    let made = w.send(Method::POST, "/v1/rooms", "KW", Some(with_webhook())).await.ok();
    let hooked = made["room"]["id"].as_str().unwrap();
    let fill = |template: &str| {
        let template = template.replace("{app_id}", P).replace("{webhook_id}", &webhook);
        format!("/sederunt/v1{}", template.replace("{room_id}", hooked))
    };
    let tried = refuse_other_forms(w, document, "TA", fill).await;
    assert!(tried > 40, "{tried} bodies are too few to be all");
}

fn with_webhook() -> Value {
    json!({ "name": "r", "type": "open", "webhook": { "url": "https://hooks.example.com/" } })
}

#[tokio::test]
async fn a_field_given_twice_or_wrapped_is_refused_and_a_whole_number_is_an_integer() {
    let kit = Kit::new().await;
    let w = &kit.world;
    let meeting = format!("/accounts/{A}/realtime/kit/{P}/meetings/{M1}");
    let send = async |headers: &[(&str, &str)], body: &'static str| {
        let headers = [&[("authorization", "Bearer TA")], headers].concat();
        w.raw(Method::PATCH, &meeting, &headers, body).await
    };
    let twice = send(&[], r#"{"title":"a","title":"b"}"#).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    assert_eq!(twice.json()["error"]["message"], "BAD_REQUEST: \"title\" must not be given twice");
    let whole = send(&[], r#"{"session_keep_alive_time_in_secs":60.0}"#).await.ok();
    assert_eq!(whole["data"]["session_keep_alive_time_in_secs"], 60);
    let gzip = send(&[("content-encoding", "gzip")], "\u{1f}").await;
    assert_eq!((gzip.status.as_u16(), &gzip.json()["error"]["code"]), (415, &json!(415)));
    assert!(gzip.text.contains("compressed") && gzip.text.contains("gzip"), "{}", gzip.text);
    let utf16 = send(&[("content-type", "application/json; charset=UTF-16LE")], "{}").await;
    assert_eq!(utf16.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let form = send(&[("content-type", "application/x-www-form-urlencoded")], "title=a").await;
    assert_eq!(form.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    // What curl sends when it is told nothing.
    let curl = send(&[("content-type", "application/x-www-form-urlencoded")], r#"{"title":"c"}"#).await;
    assert_eq!(curl.ok()["data"]["title"], "c");

    w.token("KW", None, Some(P)).await;
    let headers = [("authorization", "Bearer KW"), ("content-encoding", "br")];
    let pagecall = w.raw(Method::POST, "/v1/users", &headers, "x").await;
    assert_eq!((pagecall.status.as_u16(), &pagecall.json()["code"]), (415, &json!("UNSUPPORTED_MEDIA_TYPE")));
}
