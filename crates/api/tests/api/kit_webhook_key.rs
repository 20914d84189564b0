//! The public keys of webhooks, before, while and after the key is replaced.

use axum::http::Method;
use sederunt_webhook::key_store;
use serde_json::{Value, json};

use crate::shape::Shape;
use crate::world::World;

const HOUR_MS: i64 = 3_600_000;

async fn shown(w: &World) -> (String, Vec<String>) {
    let answer = w.send(Method::GET, "/.well-known/webhooks.json", "", None).await;
    let body = answer.ok();
    Shape::of("webhooksPublicKey").assert_required(&body);
    assert_eq!((&body["success"], &body["message"]), (&json!(true), &json!("")));
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let keys = body["data"]["publicKeys"].as_array().unwrap().iter();
    let keys = keys.map(|key| key.as_str().unwrap().to_owned()).collect();
    (body["data"]["publicKey"].as_str().unwrap().to_owned(), keys)
}

#[tokio::test]
async fn the_next_key_is_shown_before_it_signs_and_the_old_one_after_it_did() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    let (old, keys) = shown(&w).await;
    assert_eq!((keys.len(), &keys[0]), (1, &old));
    assert!(old.starts_with("-----BEGIN PUBLIC KEY-----\n") && old.ends_with("-----END PUBLIC KEY-----\n"));
    assert_eq!(shown(&w).await, (old.clone(), keys), "made once");

    key_store::rotate(&w.store, w.node.now()).await.unwrap();
    let (signs, keys) = shown(&w).await;
    let new = keys[1].clone();
    assert_eq!((&signs, keys.len()), (&old, 2));
    w.clock.advance(HOUR_MS);
    assert_eq!(shown(&w).await, (new.clone(), vec![new.clone(), old]));
    w.clock.advance(24 * HOUR_MS);
    assert_eq!(shown(&w).await, (new.clone(), vec![new]));
}

#[tokio::test]
async fn the_keys_are_at_the_root_alone_and_only_read() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    let head = w.send(Method::HEAD, "/.well-known/webhooks.json", "", None).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    assert_eq!(w.send(Method::GET, "/.well-known/webhooks.json/", "", None).await.status.as_u16(), 200);
    for (method, path, status) in [
        (Method::POST, "/.well-known/webhooks.json", 405),
        (Method::GET, "/client/v4/.well-known/webhooks.json", 404),
        (Method::GET, "/.well-known/other.json", 404),
    ] {
        let answer = w.send(method, path, "", None).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["code"]),
            (status, &json!(status)),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn keys_that_are_damaged_are_a_fault_of_the_server_that_says_nothing_of_them() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    w.store.secret("webhook_key", b"geheim".to_vec()).await.unwrap();
    let answer = w.send(Method::GET, "/.well-known/webhooks.json", "", None).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (500, "no-store"));
    assert_eq!(answer.json()["error"]["message"], Value::from("Internal error"));
}
