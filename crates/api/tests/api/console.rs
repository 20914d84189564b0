//! The console's sign-in: who gets a cookie, when it counts, and how it ends.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use sederunt_api::{ApiConfig, ConsoleConfig, OnceLinks, router};
use sederunt_store::Permission;
use sederunt_testkit::Receiver;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::feed::{A, P, feed, world};
use crate::hook_fixture::{ALL, Desk};
use crate::sse::Sse;
use crate::world::{Answer, World, until, within};

const SESSION: &str = "/sederunt/v1/console/session";
/// What a browser sends with a request of the page itself.
pub(crate) const OWN: [(&str, &str); 2] = [("host", "localhost:8080"), ("sec-fetch-site", "same-origin")];

/// Signs in from localhost; the pair that the cookie goes back as.
pub(crate) async fn signed_in(w: &World, body: Value) -> String {
    let answer = w.raw(Method::POST, SESSION, &OWN, body.to_string()).await;
    answer.ok();
    cookie(&answer)
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

fn with<'a>(headers: &[(&'a str, &'a str)], cookie: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut all = headers.to_vec();
    all.push(("cookie", cookie));
    all
}

fn sessions() -> String {
    format!("/client/v4/accounts/{A}/realtime/kit/{P}/sessions")
}

fn meetings() -> String {
    format!("/client/v4/accounts/{A}/realtime/kit/{P}/meetings")
}

#[tokio::test]
async fn a_token_becomes_a_cookie_that_says_who_it_is() {
    let w = world().await;
    let answer = w.raw(Method::POST, SESSION, &OWN, json!({ "token": "TA" }).to_string()).await;
    insta::assert_json_snapshot!(answer.ok(), @r#"
    {
      "account_id": "023e105f4ecef8ad9ca31a8372d0c353",
      "apps": [
        {
          "id": "2a95132c-1573-4412-822c-1476fa83f27a",
          "name": "Quarry"
        },
        {
          "id": "14a396e7-ca44-4937-bf1f-050a69118543",
          "name": "Pilot"
        }
      ],
      "expires_at": "2026-01-13T02:00:00.000Z",
      "features": [
        "sessions",
        "counts",
        "export",
        "timeline",
        "tokens",
        "apps",
        "meetings",
        "webhooks"
      ],
      "look_only": false,
      "mode": "full",
      "now": "2026-01-12T14:00:00.000Z",
      "reconnect_grace_ms": 20000,
      "token": {
        "id": "id-TA",
        "name": "TA",
        "permission": "realtime_admin",
        "server": false
      }
    }
    "#);
    let set = answer.header("set-cookie");
    let (pair, rest) = set.split_once(';').unwrap();
    assert_eq!(rest, " Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
    let (name, secret) = pair.split_once('=').unwrap();
    assert_eq!((name, secret.len()), ("sederunt", 64));
    assert!(!answer.text.contains(secret), "no script may read it");
    let who = w.raw(Method::GET, SESSION, &with(&OWN, pair), "").await;
    assert_eq!(who.ok(), answer.json());
    assert_eq!(who.header("cache-control"), "no-store");
    assert_eq!(w.raw(Method::GET, &sessions(), &with(&OWN, pair), "").await.status, 200);
    // A token that may only read is for looking whatever it asked for.
    let reader = w.raw(Method::POST, SESSION, &OWN, json!({ "token": "TR" }).to_string()).await.ok();
    assert_eq!((&reader["mode"], &reader["token"]["permission"]), (&json!("read"), &json!("realtime")));
}

#[tokio::test]
async fn who_is_not_signed_in() {
    let w = world().await;
    for (body, status, message) in [
        (json!({ "token": "nobody" }), 401, "This token is not known, or was revoked"),
        (json!({ "token": "x".repeat(5000) }), 401, "This token is not known, or was revoked"),
        (json!({ "once": "nothing" }), 401, "This link was used, or is too old"),
        (json!({ "token": "TN" }), 403, "This token has no Realtime permission in an account"),
        (json!({ "token": "KP" }), 403, "This token has no Realtime permission in an account"),
        (json!({}), 400, "BAD_REQUEST: \"token\" is required"),
        (
            json!({ "token": "TA", "once": "x" }),
            400,
            "BAD_REQUEST: \"once\" must not be there beside \"token\"",
        ),
        (json!({ "token": 5 }), 400, "BAD_REQUEST: \"token\" must be a string"),
    ] {
        let answer = w.raw(Method::POST, SESSION, &OWN, body.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["message"]), (status, &json!(message)));
        assert_eq!(answer.header("set-cookie"), "");
    }
    // Without TLS only on this machine.
    let far = [("host", "meet.example.com"), ("sec-fetch-site", "same-origin")];
    let answer = w.raw(Method::POST, SESSION, &far, json!({ "token": "TA" }).to_string()).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text.contains("needs TLS or localhost"), "{}", answer.text);
}

/// A request from an address.
async fn from(w: &World, address: &str, body: Value) -> Answer {
    let address: SocketAddr = address.parse().unwrap();
    let request = Request::post(SESSION).header("host", "localhost").header("sec-fetch-site", "same-origin");
    let request = request.extension(ConnectInfo(address)).body(Body::from(body.to_string())).unwrap();
    let (parts, body) = w.router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: parts.status, headers: parts.headers, text }
}

#[tokio::test]
async fn whoever_tries_tokens_has_to_wait() {
    let w = world().await;
    let wrong = || json!({ "token": "guess" });
    for _ in 0..10 {
        assert_eq!(from(&w, "[2001:db8::1]:1", wrong()).await.status, 401);
    }
    // From the same network, too, and with a link.
    for wrong in [wrong(), json!({ "once": "guess" })] {
        let refused = from(&w, "[2001:db8::2]:1", wrong).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "61"));
    }
    assert_eq!(from(&w, "192.0.2.1:1", wrong()).await.status, 401);
    // Who has the right one is not kept out by those who have not.
    assert_eq!(from(&w, "[2001:db8::1]:1", json!({ "token": "TA" })).await.status, 200);
    w.clock.advance(60_000);
    assert_eq!(from(&w, "[2001:db8::2]:1", wrong()).await.status, 401);
}

#[tokio::test]
async fn strangers_lock_nobody_out() {
    let mut w = world().await;
    let once = Arc::new(OnceLinks::default());
    let token = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"TA");
    let secret = once.make(token.as_ref().try_into().unwrap(), w.node.now()).unwrap();
    let console = ConsoleConfig { once, ..ConsoleConfig::default() };
    w.router = router(w.node.clone(), ApiConfig { console, ..ApiConfig::default() });
    let wrong = || json!({ "token": "guess" });
    for n in 0..100 {
        assert_eq!(from(&w, &format!("10.0.0.{n}:1"), wrong()).await.status, 401);
    }
    assert_eq!(from(&w, "192.0.2.1:1", wrong()).await.status, 429);
    for right in [json!({ "token": "TA" }), json!({ "once": secret })] {
        assert_eq!(from(&w, "192.0.2.1:1", right).await.status, 200);
    }
}

/// Site, origin, method and credentials: what is let do what.
#[tokio::test]
async fn a_cookie_counts_for_requests_of_its_own_page_alone() {
    let w = world().await;
    let full = signed_in(&w, json!({ "token": "TA" })).await;
    let look = signed_in(&w, json!({ "token": "TA", "look_only": true })).await;
    let (own, foreign) = ("http://localhost:8080", "https://evil.example");
    let mut table = String::new();
    for (who, cookie) in [("full", &full), ("look", &look)] {
        for (site, origin) in [
            ("same-origin", ""),
            ("same-origin", own),
            ("same-site", ""),
            ("cross-site", foreign),
            ("none", ""),
            ("", own),
            ("", foreign),
            ("", "https://localhost:8080"),
            ("", "null"),
            ("", ""),
        ] {
            let mut headers = vec![("host", "localhost:8080"), ("cookie", cookie.as_str())];
            headers.extend(Some(("sec-fetch-site", site)).filter(|_| !site.is_empty()));
            headers.extend(Some(("origin", origin)).filter(|_| !origin.is_empty()));
            let read = w.raw(Method::GET, &sessions(), &headers, "").await.status.as_u16();
            let head = w.raw(Method::HEAD, &sessions(), &headers, "").await.status.as_u16();
            let title = json!({ "title": "x" }).to_string();
            let change = w.raw(Method::POST, &meetings(), &headers, title).await.status.as_u16();
            table += &format!("{who} {site:11} {origin:22} GET {read} HEAD {head} POST {change}\n");
        }
    }
    insta::assert_snapshot!(table, @r#"
    full same-origin                        GET 200 HEAD 200 POST 201
    full same-origin http://localhost:8080  GET 200 HEAD 200 POST 201
    full same-site                          GET 403 HEAD 403 POST 403
    full cross-site  https://evil.example   GET 403 HEAD 403 POST 403
    full none                               GET 403 HEAD 403 POST 403
    full             http://localhost:8080  GET 200 HEAD 200 POST 201
    full             https://evil.example   GET 403 HEAD 403 POST 403
    full             https://localhost:8080 GET 403 HEAD 403 POST 403
    full             null                   GET 403 HEAD 403 POST 403
    full                                    GET 200 HEAD 200 POST 403
    look same-origin                        GET 200 HEAD 200 POST 403
    look same-origin http://localhost:8080  GET 200 HEAD 200 POST 403
    look same-site                          GET 403 HEAD 403 POST 403
    look cross-site  https://evil.example   GET 403 HEAD 403 POST 403
    look none                               GET 403 HEAD 403 POST 403
    look             http://localhost:8080  GET 200 HEAD 200 POST 403
    look             https://evil.example   GET 403 HEAD 403 POST 403
    look             https://localhost:8080 GET 403 HEAD 403 POST 403
    look             null                   GET 403 HEAD 403 POST 403
    look                                    GET 200 HEAD 200 POST 403
    "#);
}

/// What takes the right to change is not for somebody who looks, even where it is read.
#[tokio::test]
async fn who_looks_reads_no_secret() {
    let desk = Desk::new().await;
    let w = &desk.w;
    // By its account, by its workspace, or by both.
    w.token("TW", Some((A, Permission::RealtimeAdmin)), Some(P)).await;
    w.token("RW", Some((A, Permission::Realtime)), Some(P)).await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    let room = format!("rooms/{}/webhook", desk.room(&receiver.url("/")).await.id);
    let mut table = String::new();
    for token in ["TA", "TW", "RW", "TR"] {
        for look_only in [false, true] {
            let cookie = signed_in(w, json!({ "token": token, "look_only": look_only })).await;
            let get = async |rest: &str| {
                let target = format!("/sederunt/v1/apps/{P}/{rest}");
                w.raw(Method::GET, &target, &with(&OWN, &cookie), "").await.status.as_u16()
            };
            let (secret, of_room) =
                (get(&format!("{hook}/secret")).await, get(&format!("{room}/secret")).await);
            let (status, status_of_room) =
                (get(&format!("{hook}/status")).await, get(&format!("{room}/status")).await);
            let who = if look_only { "look" } else { "full" };
            table += &format!("{token} {who} secrets {secret} {of_room} status {status} {status_of_room}\n");
        }
    }
    insta::assert_snapshot!(table, @r#"
    TA full secrets 200 200 status 200 200
    TA look secrets 403 403 status 200 200
    TW full secrets 200 200 status 200 200
    TW look secrets 403 403 status 200 200
    RW full secrets 403 200 status 200 200
    RW look secrets 403 403 status 200 200
    TR full secrets 403 403 status 200 200
    TR look secrets 403 403 status 200 200
    "#);
}

#[tokio::test]
async fn a_disk_that_takes_no_writes_hides_nothing() {
    let w = world().await;
    let cookie = signed_in(&w, json!({ "token": "TA" })).await;
    let release = w.store.hold_writer().unwrap();
    until("the trouble", || async { w.store.disk_trouble().is_some() }).await;
    w.clock.advance(60_000);
    for target in [SESSION, &sessions()] {
        w.raw(Method::GET, target, &with(&OWN, &cookie), "").await.ok();
    }
    let title = json!({ "title": "x" }).to_string();
    let change = w.raw(Method::POST, &meetings(), &with(&OWN, &cookie), title).await;
    assert_eq!(change.status, 503, "a change must be written");
    drop(release);
}

#[tokio::test]
async fn a_header_goes_first_and_other_doors_know_no_cookie() {
    let w = world().await;
    let cookie = signed_in(&w, json!({ "token": "TA" })).await;
    let status = async |target: &str, more: &[(&str, &str)]| {
        let mut headers = with(&OWN, &cookie);
        headers.extend_from_slice(more);
        w.raw(Method::GET, target, &headers, "").await.status.as_u16()
    };
    assert_eq!(status(&sessions(), &[]).await, 200);
    // Whatever is wrong with a header is not put right by a cookie.
    for (name, value) in
        [("authorization", "Bearer nobody"), ("authorization", "Basic x"), ("x-auth-key", "x")]
    {
        assert_eq!(status(&sessions(), &[(name, value)]).await, 401, "{name}: {value}");
    }
    assert_eq!(status(&sessions(), &[("authorization", "Bearer TB")]).await, 403);
    // A bearer needs no site.
    let foreign = [("authorization", "Bearer TA"), ("sec-fetch-site", "cross-site"), ("cookie", &cookie)];
    assert_eq!(w.raw(Method::GET, &sessions(), &foreign, "").await.status, 200);
    assert_eq!(status(sessions().trim_start_matches("/client/v4"), &[]).await, 401);
    assert_eq!(status("/v1/rooms", &[]).await, 400, "Pagecall's way to say 401");
    // The name that is for TLS is none without.
    let renamed = cookie.replace("sederunt=", "__Host-sederunt=");
    assert_eq!(w.raw(Method::GET, &sessions(), &with(&OWN, &renamed), "").await.status, 401);
    // What is not the account's stays so.
    let other = "/sederunt/v1/apps/00000000-0000-4000-8000-00000000000f";
    for path in ["events", "feed", "sessions/counts", "sessions.csv", "sessions.ndjson"] {
        assert_eq!(status(&format!("{other}/{path}"), &[]).await, 404, "{path}");
    }
}

#[tokio::test]
async fn over_tls_the_cookie_is_for_tls() {
    let mut w = world().await;
    let console = ConsoleConfig { is_behind_tls: true, ..ConsoleConfig::default() };
    let config = ApiConfig { console, cors_origins: vec!["*".to_owned()], ..ApiConfig::default() };
    w.router = router(w.node.clone(), config);
    let page = [("host", "meet.example.com"), ("origin", "https://meet.example.com")];
    let answer = w.raw(Method::POST, SESSION, &page, json!({ "token": "TA" }).to_string()).await;
    answer.ok();
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-sederunt=") && set.ends_with("; SameSite=Strict; Secure"), "{set}");
    let cookie = cookie(&answer);
    let who = w.raw(Method::GET, SESSION, &with(&page, &cookie), "").await;
    who.ok();
    // Whoever may call the doors from elsewhere may not do so with somebody's cookie.
    assert_eq!(who.header("access-control-allow-credentials"), "");
    let plain = [("host", "meet.example.com"), ("origin", "http://meet.example.com")];
    assert_eq!(w.raw(Method::GET, SESSION, &with(&plain, &cookie), "").await.status, 403);
}

#[tokio::test]
async fn a_sign_in_ends() {
    let w = world().await;
    let who = async |cookie: &str| w.raw(Method::GET, SESSION, &with(&OWN, cookie), "").await.status.as_u16();
    const MINUTE: i64 = 60_000;
    // Nobody used it for an hour.
    let idle = signed_in(&w, json!({ "token": "TA" })).await;
    w.clock.advance(60 * MINUTE - 1);
    assert_eq!(who(&idle).await, 200);
    w.clock.advance(60 * MINUTE - 1);
    assert_eq!(who(&idle).await, 200, "each use counts");
    w.clock.advance(60 * MINUTE);
    assert_eq!(who(&idle).await, 401);
    // However much it is used.
    let busy = signed_in(&w, json!({ "token": "TA" })).await;
    for _ in 0..23 {
        w.clock.advance(30 * MINUTE);
        assert_eq!(who(&busy).await, 200);
    }
    w.clock.advance(30 * MINUTE);
    assert_eq!(who(&busy).await, 401);
    // Signed out, also by somebody who may only look.
    let look = signed_in(&w, json!({ "token": "TA", "look_only": true })).await;
    let out = w.raw(Method::DELETE, SESSION, &with(&OWN, &look), "").await;
    assert_eq!(out.status, 204);
    assert_eq!(out.header("set-cookie"), "sederunt=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    assert_eq!(who(&look).await, 401);
    // With its token.
    let revoked = signed_in(&w, json!({ "token": "TA" })).await;
    w.store.revoke_token("id-TA", w.node.now()).await.unwrap();
    assert_eq!(who(&revoked).await, 401);
    assert_eq!(w.raw(Method::GET, &sessions(), &with(&OWN, &revoked), "").await.status, 401);
}

#[tokio::test]
async fn a_sign_in_outlives_the_process() {
    let w = world().await;
    let cookie = signed_in(&w, json!({ "token": "TA" })).await;
    let w = w.restarted().await;
    assert_eq!(w.raw(Method::GET, SESSION, &with(&OWN, &cookie), "").await.status, 200);
}

#[tokio::test]
async fn its_feed_ends_with_it() {
    let mut w = world().await;
    let heartbeat = std::time::Duration::from_millis(20);
    crate::feed::set_feed(&mut w, sederunt_api::FeedConfig { heartbeat, ..Default::default() });
    let cookie = signed_in(&w, json!({ "token": "TA" })).await;
    let mut feed = Sse::open_with(&w, &feed(""), &with(&OWN, &cookie)).await;
    w.raw(Method::DELETE, SESSION, &with(&OWN, &cookie), "").await;
    assert_eq!(within("the end of the feed", feed.cut()).await, "token_revoked");
}

#[tokio::test]
async fn a_printed_link_signs_in_once() {
    let mut w = world().await;
    let once = Arc::new(OnceLinks::default());
    let console = ConsoleConfig { once: Arc::clone(&once), ..ConsoleConfig::default() };
    w.router = router(w.node.clone(), ApiConfig { console, ..ApiConfig::default() });
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"TA");
    let hash: [u8; 32] = hash.as_ref().try_into().unwrap();
    let secret = once.make(hash, w.node.now()).unwrap();
    let cookie = signed_in(&w, json!({ "once": secret })).await;
    assert_eq!(w.raw(Method::GET, SESSION, &with(&OWN, &cookie), "").await.ok()["token"]["id"], "id-TA");
    let again = w.raw(Method::POST, SESSION, &OWN, json!({ "once": secret }).to_string()).await;
    assert_eq!(again.status, 401);
}

#[tokio::test]
async fn without_a_console_there_is_no_sign_in() {
    let mut w = world().await;
    let cookie = signed_in(&w, json!({ "token": "TA" })).await;
    let console = ConsoleConfig { is_enabled: false, ..ConsoleConfig::default() };
    w.router = router(w.node.clone(), ApiConfig { console, ..ApiConfig::default() });
    for method in [Method::POST, Method::GET, Method::DELETE] {
        assert_eq!(w.raw(method, SESSION, &with(&OWN, &cookie), "{}").await.status, 404);
    }
    assert_eq!(w.raw(Method::GET, &sessions(), &with(&OWN, &cookie), "").await.status, 401);
}
