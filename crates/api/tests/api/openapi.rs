//! The documents: checked in, served, and a subset of the vendors'.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::Method;
use sederunt_api::doors;
use serde_json::{Value, json};
use utoipa::openapi::OpenApi;

use crate::shape::{PAGECALL, REALTIMEKIT, Shape};
use crate::world::World;

pub(crate) const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The document of a door.
pub(crate) fn document(door: &str) -> Value {
    let found = doors().into_iter().find(|d| d.name == door);
    serde_json::to_value(found.unwrap_or_else(|| panic!("no door {door}")).document).unwrap()
}

fn pretty(api: &OpenApi) -> String {
    let mut text = api.to_pretty_json().unwrap();
    text.push('\n');
    text
}

/// Compares with the checked-in file; `SEDERUNT_BLESS=1` writes it.
fn assert_checked_in(name: &str, api: &OpenApi) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi").join(name);
    if std::env::var_os("SEDERUNT_BLESS").is_some() {
        std::fs::write(&path, pretty(api)).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == pretty(api), "{name} is stale: run `cargo xtask openapi`");
}

#[test]
fn openapi_is_checked_in() {
    for door in doors() {
        assert_checked_in(&format!("{}.json", door.name), &door.document);
    }
}

#[tokio::test]
async fn openapi_is_served() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    for name in ["realtimekit", "pagecall", "sederunt"] {
        let answer = w.send(Method::GET, &format!("/openapi/{name}.json"), "", None).await;
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.ok(), document(name));
    }
    assert_eq!(doors().len(), 3);
}

/// Property paths of a schema, references followed.
fn properties(document: &Value, schema: &Value, path: &str, out: &mut BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return properties(document, target, path, out);
    }
    for group in ["allOf", "oneOf", "anyOf"] {
        for part in schema[group].as_array().into_iter().flatten() {
            properties(document, part, path, out);
        }
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        properties(document, property, &below, out);
        out.insert(below);
    }
    if schema["items"].is_object() {
        properties(document, &schema["items"], &format!("{path}[]"), out);
    }
}

/// Method, path and description of every operation of a document.
pub(crate) fn operations(document: &Value) -> Vec<(Method, &str, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(METHODS.contains(&method.as_str()), "{path} {method}");
            all.push((method.to_uppercase().parse().unwrap(), path.as_str(), operation));
        }
    }
    assert!(!all.is_empty());
    all
}

fn assert_subset(document: &Value, shapes: &[Shape]) {
    for (method, path, operation) in operations(document) {
        let method = method.as_str().to_lowercase();
        let shape = shapes.iter().find(|s| s.path == *path && s.method == *method);
        let shape = shape.unwrap_or_else(|| panic!("{method} {path} is not of the vendor"));
        assert_eq!(operation["operationId"], json!(shape.operation_id));
        for p in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("{}:{}", p["in"].as_str().unwrap(), p["name"].as_str().unwrap());
            assert!(shape.parameters.contains(&name), "{method} {path}: {name}");
        }
        let success = &operation["responses"][shape.status.to_string()];
        let mut found = BTreeSet::new();
        properties(document, &success["content"]["application/json"]["schema"], "", &mut found);
        assert!(!found.is_empty(), "{method} {path} documents no answer");
        for property in found {
            assert!(shape.allows(&property), "{method} {path}: {property} is not of the vendor");
        }
    }
}

#[test]
fn openapi_is_a_subset_of_the_vendors() {
    assert_subset(&document("realtimekit"), &REALTIMEKIT);
    assert_subset(&document("pagecall"), &PAGECALL);
}

fn references<'a>(value: &'a Value, out: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            out.extend(map.get("$ref").and_then(Value::as_str));
            map.values().for_each(|v| references(v, out));
        }
        Value::Array(items) => items.iter().for_each(|v| references(v, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn openapi_defines_whatever_it_names() {
    for (name, most) in [("realtimekit", 10), ("pagecall", 10), ("sederunt", 20)] {
        let document = document(name);
        let mut named = BTreeSet::new();
        references(&document, &mut named);
        assert!(named.len() > most);
        for reference in named {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }
}

/// Every operation of the vendors is routed: built, or 501. An unrouted one would answer 404 or 405.
#[tokio::test]
async fn every_operation_of_the_vendors_has_a_route() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    for (prefix, shapes) in [("/client/v4", &*REALTIMEKIT), ("", &*REALTIMEKIT), ("/v1", &*PAGECALL)] {
        for shape in shapes {
            let root = shape.path.starts_with("/.well-known");
            let target = format!("{}{}", if root { "" } else { prefix }, shape.path.replace(['{', '}'], ""));
            let method: Method = shape.method.to_uppercase().parse().unwrap();
            let answer = w.send(method, &target, "", None).await;
            let expected = match (root, prefix) {
                (true, _) => 200,
                (_, "/v1") => 400,
                _ => 401,
            };
            assert_eq!(answer.status.as_u16(), expected, "{} {target}", shape.method);
        }
    }
}
