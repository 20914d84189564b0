//! What holds for every operation of this door that changes or reads one thing, from one table: who may ask, what is not
//! there, what HTTP adds, and what a body may be.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::pagecall_fixture::{M1, Pagecall, R1, R2, R9};
use crate::world::Answer;

/// An operation, and what is tried with it.
struct Row {
    method: Method,
    /// Where it succeeds; each row has things of its own, as some are gone afterwards.
    path: &'static str,
    /// A body with which it succeeds, if it has one.
    body: Option<Value>,
    /// The same with things that are not there, each with the code. Not an id, unknown, another workspace's.
    missing: &'static [(&'static str, &'static str)],
    /// A required field of the body.
    required: Option<&'static str>,
}

const NO_ROOM: &str = "ROOM_NOT_FOUND";
const NO_MEMBER: &str = "MEMBER_NOT_FOUND";
const NO_USER: &str = "USER_NOT_FOUND";

fn table() -> Vec<Row> {
    let row = |method, path, missing| Row { method, path, body: None, missing, required: None };
    let missing_users: &'static [_] = &[("users/nobody", NO_USER), ("users/%FF", NO_USER)];
    vec![
        row(
            Method::DELETE,
            "rooms/{R2}",
            &[("rooms/x", NO_ROOM), ("rooms/ffffffffffffffffffffffff", NO_ROOM), ("rooms/{R9}", NO_ROOM)],
        ),
        row(
            Method::GET,
            "rooms/{R1}/members/{M1}",
            &[
                ("rooms/x/members/{M1}", NO_ROOM),
                ("rooms/{R9}/members/{M1}", NO_ROOM),
                ("rooms/{R1}/members/x", NO_MEMBER),
                ("rooms/{R1}/members/ffffffffffffffffffffffff", NO_MEMBER),
                ("rooms/{R2}/members/{M1}", NO_MEMBER),
            ],
        ),
        Row {
            body: Some(json!({ "message": "hi" })),
            required: Some("message"),
            ..row(
                Method::POST,
                "rooms/{R1}/message",
                &[("rooms/x/message", NO_ROOM), ("rooms/{R9}/message", NO_ROOM)],
            )
        },
        row(Method::GET, "users", &[]),
        Row { body: Some(json!({ "name": "Al" })), ..row(Method::PUT, "users/alice", missing_users) },
        row(Method::DELETE, "users/carol", missing_users),
    ]
}

fn filled(template: &str) -> String {
    let path = template.replace("{R1}", R1).replace("{R2}", R2).replace("{R9}", R9).replace("{M1}", M1);
    format!("/v1/{path}")
}

fn code(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    let body = answer.json();
    assert!(body["message"].as_str().is_some_and(|m| !m.is_empty()), "{body}");
    body["code"].as_str().unwrap().to_owned()
}

impl Pagecall {
    async fn with_key(&self, method: &Method, target: &str, body: impl Into<String>) -> Answer {
        let headers = [("authorization", "Bearer KW")];
        self.world.raw(method.clone(), target, &headers, body.into()).await
    }
}

#[tokio::test]
async fn strangers_and_other_workspaces_learn_nothing() {
    let f = Pagecall::with_users().await;
    f.world.token("TA", Some(("acc", sederunt_store::Permission::RealtimeAdmin)), None).await;
    for Row { method, path, missing, .. } in table() {
        let target = filled(path);
        // Before anything of the request is looked at.
        for body in ["", "{", "[]", r#"{"message":5,"name":5}"#] {
            let ask = async |key: &str| {
                let header = format!("Bearer {key}");
                f.world.raw(method.clone(), &target, &[("authorization", &header)], body).await
            };
            assert_eq!(
                code(&f.world.raw(method.clone(), &target, &[], body).await),
                "UNAUTHENTICATED",
                "{path}"
            );
            assert_eq!(code(&ask("wrong").await), "UNAUTHENTICATED", "{path}");
            assert_eq!(code(&ask("TA").await), "UNAUTHORIZED", "{path}");
            if let Some((_, gone)) = missing.first() {
                assert_eq!(code(&ask("KV").await), *gone, "{path}: of another workspace");
            }
        }
        for (path, wanted) in missing {
            let answer = f.with_key(&method, &filled(path), r#"{"message":5,"name":5}"#).await;
            assert_eq!(code(&answer), *wanted, "{path}: before the body");
        }
    }
}

#[tokio::test]
async fn bodies_are_read_as_everywhere() {
    let f = Pagecall::with_users().await;
    for Row { method, path, body, required, .. } in table() {
        let Some(body) = body else { continue };
        let target = filled(path);
        for (text, wanted) in [
            ("{", "the body is not valid JSON"),
            ("[]", "the body must be a JSON object"),
            ("null", "the body must be a JSON object"),
            ("\"a\"", "the body must be a JSON object"),
        ] {
            let answer = f.with_key(&method, &target, text).await;
            assert_eq!(code(&answer), "INVALID_PARAMETER", "{path}: {text}");
            assert_eq!(answer.json()["message"], wanted, "{path}: {text}");
        }
        for text in ["", "{}"] {
            let answer = f.with_key(&method, &target, text).await;
            match required {
                Some(field) => assert_eq!(answer.json()["parameter"], field, "{path}: {text}"),
                None => drop(answer.ok()),
            }
        }
        let nulls: Value = body.as_object().unwrap().keys().map(|key| (key.clone(), Value::Null)).collect();
        let answer = f.with_key(&method, &target, nulls.to_string()).await;
        match required {
            Some(field) => assert_eq!(answer.json()["parameter"], field, "{path}: null"),
            None => drop(answer.ok()),
        }
        let mut more = body.clone();
        more["unknown"] = json!({ "a": [1] });
        f.with_key(&method, &target, more.to_string()).await.ok();
        let large = f.with_key(&method, &target, format!("{{\"x\":\"{}\"}}", "a".repeat(1 << 20))).await;
        assert_eq!((large.status.as_u16(), &large.json()["code"]), (413, &json!("TOO_LARGE")), "{path}");
    }
}

#[tokio::test]
async fn http_adds_what_it_adds_everywhere() {
    for Row { method, path, body, .. } in table() {
        let f = Pagecall::with_users().await;
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        if method == Method::GET {
            let target = filled(path);
            let head = f.with_key(&Method::HEAD, &target, "").await;
            assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""), "{path}");
            assert_eq!(head.header("content-type"), "application/json", "{path}");
        }
        // A trailing slash, and names that nobody knows.
        let target = format!("{}/?unknown=1&unknown=2", filled(path));
        let answer = f.with_key(&method, &target, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(!answer.header("cf-ray").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn equal_requests_at_once_are_done_or_refused() {
    for Row { method, path, body, missing, .. } in table() {
        let f = Pagecall::with_users().await;
        let (target, body) = (filled(path), body.map(|body| body.to_string()).unwrap_or_default());
        let ask = || f.with_key(&method, &target, body.clone());
        let answers = futures_util::future::join_all((0..10).map(|_| ask())).await;
        let done = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        for answer in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
            assert_eq!(code(answer), missing[0].1, "{method} {path}");
        }
        assert!(done >= 1, "{method} {path}");
        if method != Method::DELETE {
            assert_eq!(done, 10, "{method} {path}");
        }
    }
}
