//! Tokens of an account, and who is signed in: who may, what is told, and what ends.

use std::time::Duration;

use axum::http::Method;
use sederunt_api::{ApiConfig, ConsoleConfig, FeedConfig, router};
use sederunt_core::time::UnixMs;
use sederunt_store::{ApiTokenRow, Permission};
use serde_json::{Value, json};

use crate::console::{OWN, signed_in};
use crate::feed::{A, P, feed, meeting, world};
use crate::sse::Sse;
use crate::world::{Answer, World, until};

const TOKENS: &str = "/sederunt/v1/tokens";
const SIGN_INS: &str = "/sederunt/v1/console/sessions";

/// A token with the right to the server.
pub(crate) async fn operator(w: &World, text: &str, permission: Permission) {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    let row = ApiTokenRow {
        id: format!("id-{text}"),
        name: text.to_owned(),
        account: Some((A.to_owned(), permission)),
        workspace: None,
        server: true,
        used_on: None,
        created_at: w.node.now(),
        revoked_at: None,
    };
    w.store.create_token(row, hash.as_ref().try_into().unwrap()).await.unwrap();
}

/// By a cookie, as the page asks.
pub(crate) async fn page(
    w: &World,
    cookie: &str,
    method: Method,
    target: &str,
    body: Option<Value>,
) -> Answer {
    let headers =
        [OWN[0], OWN[1], ("cookie", cookie), ("user-agent", "Mozilla/5.0 (X11; Linux) Firefox/145.0")];
    w.raw(method, target, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
}

fn wanted(name: &str, permission: &str) -> Value {
    json!({ "name": name, "permission": permission })
}

#[tokio::test]
async fn a_token_is_made_told_once_and_revoked() {
    let w = world().await;
    let answer = w.send(Method::POST, TOKENS, "TA", Some(wanted(" Billing ", "realtime"))).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (201, "no-store"));
    let made = answer.json();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("sdr_") && secret.len() == 68, "{secret}");
    let id = made["token"]["id"].as_str().unwrap();
    insta::assert_json_snapshot!(made["token"], { ".id" => "id" }, @r#"
    {
      "app_id": null,
      "created_at": "2026-01-12T14:00:00.000Z",
      "feeds": 0,
      "id": "id",
      "last_used_on": null,
      "name": "Billing",
      "own": false,
      "permission": "realtime",
      "revoked_at": null,
      "server": false,
      "sign_ins": 0
    }
    "#);
    let list = w.send(Method::GET, TOKENS, secret, None).await;
    assert!(!list.text.contains(secret), "the text is told once");
    let names = |list: &Value| -> Vec<String> {
        list["tokens"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut found = names(&list.ok());
    found.sort();
    // Those of the account, and of the workspaces of its apps; none of others.
    assert_eq!(found, ["Billing", "KP", "KQ", "TA", "TN", "TR"]);
    let revoked = w.send(Method::DELETE, &format!("{TOKENS}/{id}"), "TA", None).await.ok();
    assert_eq!(revoked["token"]["revoked_at"], "2026-01-12T14:00:00.000Z");
    assert_eq!(w.send(Method::GET, TOKENS, secret, None).await.status, 401);
    w.clock.advance(1_000);
    let again = w.send(Method::DELETE, &format!("{TOKENS}/{id}"), "TA", None).await.ok();
    assert_eq!(again["token"]["revoked_at"], revoked["token"]["revoked_at"], "it keeps its time");
}

#[tokio::test]
async fn who_may_make_and_revoke_tokens() {
    let w = world().await;
    operator(&w, "TS", Permission::RealtimeAdmin).await;
    let look = signed_in(&w, json!({ "token": "TA", "look_only": true })).await;
    let full = signed_in(&w, json!({ "token": "TA" })).await;
    let reader = signed_in(&w, json!({ "token": "TR" })).await;
    let mut table = String::new();
    let server = json!({ "name": "x", "permission": "realtime", "server": true });
    for token in ["", "TN", "KP", "TR", "TA", "TS", "TB"] {
        let status =
            async |method, target: &str, body| w.send(method, target, token, body).await.status.as_u16();
        let list = status(Method::GET, TOKENS, None).await;
        let make = status(Method::POST, TOKENS, Some(wanted("x", "realtime_admin"))).await;
        let make_server = status(Method::POST, TOKENS, Some(server.clone())).await;
        let revoke_server = status(Method::DELETE, &format!("{TOKENS}/id-TS"), None).await;
        let revoke = status(Method::DELETE, &format!("{TOKENS}/id-KQ"), None).await;
        table += &format!(
            "{token:2} list {list} make {make} with server {make_server} revoke server {revoke_server} other {revoke}\n"
        );
    }
    for (who, cookie) in [("look", &look), ("full", &full), ("read", &reader)] {
        let list = page(&w, cookie, Method::GET, TOKENS, None).await.status.as_u16();
        let make = page(&w, cookie, Method::POST, TOKENS, Some(wanted("x", "none"))).await.status.as_u16();
        let revoke = page(&w, cookie, Method::DELETE, &format!("{TOKENS}/id-TN"), None).await.status.as_u16();
        table += &format!("{who} list {list} make {make} revoke {revoke}\n");
    }
    insta::assert_snapshot!(table, @r"
       list 401 make 401 with server 401 revoke server 401 other 401
    TN list 403 make 403 with server 403 revoke server 403 other 403
    KP list 403 make 403 with server 403 revoke server 403 other 403
    TR list 200 make 403 with server 403 revoke server 403 other 403
    TA list 200 make 201 with server 403 revoke server 403 other 200
    TS list 200 make 201 with server 201 revoke server 200 other 401
    TB list 200 make 201 with server 403 revoke server 404 other 404
    look list 200 make 403 revoke 403
    full list 200 make 400 revoke 200
    read list 200 make 403 revoke 403
    ");
    // Not from another site, whatever the cookie.
    let foreign = [("host", "localhost:8080"), ("sec-fetch-site", "cross-site"), ("cookie", full.as_str())];
    let body = wanted("x", "realtime").to_string();
    assert_eq!(w.raw(Method::POST, TOKENS, &foreign, body).await.status, 403);
}

#[tokio::test]
async fn what_no_token_can_be() {
    let w = world().await;
    let foreign = "00000000-0000-4000-8000-00000000000f";
    for (body, message) in [
        (json!({ "permission": "realtime" }), "\"name\" is required"),
        (wanted(" ", "realtime"), "\"name\" is not allowed to be empty"),
        (wanted("a\nb", "realtime"), "\"name\" must have no control characters"),
        (wanted(&"x".repeat(257), "realtime"), "\"name\" must have at most 256 characters"),
        (wanted("x", "admin"), "\"permission\" must be one of [none, realtime, realtime_admin]"),
        (wanted("x", "none"), "\"app_id\" is required for a token without a permission in the account"),
        (
            json!({ "name": "x", "permission": "none", "app_id": foreign }),
            "\"app_id\" must be an app of the account",
        ),
    ] {
        let answer = w.send(Method::POST, TOKENS, "TA", Some(body)).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"]["message"], format!("BAD_REQUEST: {message}"));
    }
    let key = json!({ "name": "x", "permission": "none", "app_id": P });
    let key = w.send(Method::POST, TOKENS, "TA", Some(key)).await.ok();
    let key = key["secret"].as_str().unwrap();
    assert_eq!(w.send(Method::GET, "/v1/rooms", key, None).await.status, 200);
    assert_eq!(w.send(Method::GET, TOKENS, key, None).await.status, 403);
}

#[tokio::test]
async fn an_account_has_so_many_tokens() {
    let w = world().await;
    let row = |n: usize| ApiTokenRow {
        id: format!("many-{n}"),
        name: "many".to_owned(),
        account: Some((A.to_owned(), Permission::Realtime)),
        workspace: None,
        server: false,
        used_on: None,
        created_at: w.node.now(),
        revoked_at: None,
    };
    for n in 0..sederunt_app::tokens::OF_ACCOUNT_MAX {
        let mut hash = [9; 32];
        hash[..8].copy_from_slice(&n.to_be_bytes());
        w.store.create_token(row(n), hash).await.unwrap();
    }
    let full = w.send(Method::POST, TOKENS, "TA", Some(wanted("x", "realtime"))).await;
    assert_eq!(full.status, 400);
    assert!(full.text.contains("tokens of an account (at most 500)"), "{}", full.text);
}

#[tokio::test]
async fn the_day_of_the_last_use_is_kept() {
    let w = world().await;
    let used = async |id: &str| {
        let rows = w.store.tokens_of(A).await.unwrap();
        rows.into_iter().find(|(_, row)| row.id == id).unwrap().1.used_on.map(|day| day.start())
    };
    let today = UnixMs(w.node.now().0).day().start();
    assert_eq!(used("id-TR").await, None);
    w.send(Method::GET, TOKENS, "TR", None).await.ok();
    until("the use", || async { used("id-TR").await == Some(today) }).await;
    let shown = w.send(Method::GET, TOKENS, "TA", None).await.ok();
    let of =
        |id: &str| shown["tokens"].as_array().unwrap().iter().find(|one| one["id"] == id).cloned().unwrap();
    assert_eq!(of("id-TR")["last_used_on"], "2026-01-12");
    assert_eq!(of("id-KQ")["last_used_on"], Value::Null);
    // By another door, on another day, and by a cookie.
    w.clock.advance(24 * 3_600_000);
    let tomorrow = today.plus_ms(24 * 3_600_000);
    w.send(Method::GET, "/v1/rooms", "KQ", None).await;
    until("the use", || async { used("id-KQ").await == Some(tomorrow) }).await;
    let cookie = signed_in(&w, json!({ "token": "TR" })).await;
    page(&w, &cookie, Method::GET, TOKENS, None).await.ok();
    until("the use", || async { used("id-TR").await == Some(tomorrow) }).await;
}

#[tokio::test]
async fn sign_ins_are_listed_and_ended() {
    let mut w = world().await;
    let admin = signed_in(&w, json!({ "token": "TA" })).await;
    w.clock.advance(60_000);
    let agent =
        ("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1");
    let body = json!({ "token": "TR", "look_only": true }).to_string();
    let phone = w.raw(Method::POST, "/sederunt/v1/console/session", &[OWN[0], OWN[1], agent], body).await;
    let phone = phone.header("set-cookie").split(';').next().unwrap().to_owned();
    w.clock.advance(60_000);
    let list = page(&w, &admin, Method::GET, SIGN_INS, None).await;
    for cookie in [&admin, &phone] {
        assert!(!list.text.contains(cookie.split_once('=').unwrap().1), "no cookie is told");
    }
    let list = list.ok();
    insta::assert_json_snapshot!(list, { ".sessions[].id" => "id" }, @r#"
    {
      "sessions": [
        {
          "browser": "",
          "created_at": "2026-01-12T14:00:00.000Z",
          "expires_at": "2026-01-12T15:02:00.000Z",
          "id": "id",
          "last_seen_at": "2026-01-12T14:02:00.000Z",
          "look_only": false,
          "own": true,
          "token_id": "id-TA"
        },
        {
          "browser": "Safari on iOS",
          "created_at": "2026-01-12T14:01:00.000Z",
          "expires_at": "2026-01-12T15:01:00.000Z",
          "id": "id",
          "last_seen_at": "2026-01-12T14:01:00.000Z",
          "look_only": true,
          "own": false,
          "token_id": "id-TR"
        }
      ]
    }
    "#);
    let sessions = list["sessions"].as_array().unwrap();
    let id =
        |token: &str| sessions.iter().find(|one| one["token_id"] == token).unwrap()["id"].as_str().unwrap();
    let of = |token: &str| format!("{SIGN_INS}/{}", id(token));
    // Who has not all rights sees and ends those of the own token.
    let own = w.send(Method::GET, SIGN_INS, "TR", None).await.ok();
    assert_eq!(own["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(w.send(Method::DELETE, &of("id-TA"), "TR", None).await.status, 404);
    // Another account's are not there, and who looks ends nothing.
    assert_eq!(w.send(Method::GET, SIGN_INS, "TB", None).await.ok()["sessions"], json!([]));
    assert_eq!(w.send(Method::DELETE, &of("id-TR"), "TB", None).await.status, 404);
    assert_eq!(page(&w, &phone, Method::DELETE, &of("id-TR"), None).await.status, 403);
    assert_eq!(page(&w, &admin, Method::DELETE, &of("id-TR"), None).await.status, 204);
    assert_eq!(page(&w, &phone, Method::GET, TOKENS, None).await.status, 401);
    assert_eq!(page(&w, &admin, Method::DELETE, &of("id-TR"), None).await.status, 404);
    // One that is over by itself is not listed.
    w.clock.advance(3_600_001);
    assert_eq!(w.send(Method::GET, SIGN_INS, "TA", None).await.ok()["sessions"], json!([]));
    // Where there is no console, nobody is signed in; tokens there are.
    let console = ConsoleConfig { is_enabled: false, ..ConsoleConfig::default() };
    w.router = router(w.node.clone(), ApiConfig { console, ..ApiConfig::default() });
    assert_eq!(w.send(Method::GET, SIGN_INS, "TA", None).await.status, 404);
    assert_eq!(w.send(Method::GET, TOKENS, "TA", None).await.status, 200);
}

#[tokio::test]
async fn a_revocation_says_what_ends_with_it() {
    let mut w = world().await;
    let heartbeat = FeedConfig { heartbeat: Duration::from_millis(20), ..FeedConfig::default() };
    w.router = router(w.node.clone(), ApiConfig { feed: heartbeat, ..ApiConfig::default() });
    meeting(&w, P, "Weekly").await;
    let cookie = signed_in(&w, json!({ "token": "TR" })).await;
    signed_in(&w, json!({ "token": "TR" })).await;
    let mut by_token = Sse::open(&w, &feed(""), "TR", None).await;
    let mut by_cookie = Sse::open_with(&w, &feed(""), &[OWN[0], OWN[1], ("cookie", &cookie)]).await;
    let list = w.send(Method::GET, TOKENS, "TA", None).await.ok();
    let token = list["tokens"].as_array().unwrap().iter().find(|one| one["id"] == "id-TR").unwrap().clone();
    assert_eq!((&token["sign_ins"], &token["feeds"], &token["own"]), (&json!(2), &json!(2), &json!(false)));
    let revoked = w.send(Method::DELETE, &format!("{TOKENS}/id-TR"), "TA", None).await.ok();
    assert_eq!((&revoked["sign_ins_ended"], &revoked["feeds_ended"]), (&json!(2), &json!(2)));
    assert_eq!(page(&w, &cookie, Method::GET, SIGN_INS, None).await.status, 401);
    for feed in [&mut by_token, &mut by_cookie] {
        assert_eq!(feed.cut().await, "token_revoked");
    }
}
