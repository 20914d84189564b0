//! Links to one report: who makes them, what they read, and how they end.

use axum::http::Method;
use insta::{assert_json_snapshot, assert_snapshot};
use sederunt_api::{ApiConfig, ConsoleConfig, router};
use serde_json::{Value, json};

use crate::attendance::{FIRST, MEETING, SECOND, term};
use crate::console::{OWN, signed_in};
use crate::feed::{A, P, world};
use crate::world::{Answer, World};

const OPEN: &str = "/sederunt/v1/shares/open";
const DAY: i64 = 86_400_000;

fn shares(app: &str) -> String {
    format!("/sederunt/v1/apps/{app}/shares")
}

/// A share of the first lesson, changed by `more`.
fn body(more: &Value) -> Value {
    let mut body = json!({ "kind": "attendance", "session_id": FIRST, "rule": { "without_presets": ["group_call_host"] } });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn make(w: &World, more: Value) -> Answer {
    w.send(Method::POST, &shares(P), "TA", Some(body(&more))).await
}

/// Id of a new share, and what is behind the `#` of its link.
async fn made(w: &World, more: Value) -> (String, String) {
    let answer = make(w, more).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let (id, url) = (answer.json()["id"].clone(), answer.json()["url"].clone());
    let (page, secret) = url.as_str().unwrap().split_once('#').unwrap();
    assert!(page.ends_with("/console/shared"), "{page}");
    (id.as_str().unwrap().to_owned(), secret.to_owned())
}

async fn open(w: &World, secret: &str) -> Answer {
    w.raw(Method::POST, OPEN, &OWN, json!({ "secret": secret }).to_string()).await
}

/// The pair that the cookie of a link goes back as.
async fn cookie(w: &World, secret: &str) -> String {
    let answer = open(w, secret).await;
    answer.ok();
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn with(w: &World, method: Method, target: &str, cookie: &str) -> Answer {
    w.raw(method, target, &[OWN[0], OWN[1], ("cookie", cookie)], "").await
}

async fn read(w: &World, id: &str, cookie: &str) -> Answer {
    with(w, Method::GET, &format!("/sederunt/v1/shares/{id}/attendance"), cookie).await
}

#[tokio::test]
async fn a_link_becomes_a_cookie_that_reads_its_report() {
    let w = world().await;
    term(&w).await;
    let answer = make(&w, json!({ "rule": { "share": 90, "from": "2026-01-05T10:00:00Z" } })).await;
    assert_eq!(answer.status, 201);
    let mut told = answer.json();
    let url = told["url"].as_str().unwrap().to_owned();
    assert_eq!(url.split_once('#').unwrap().1.len(), 64);
    for name in ["id", "url"] {
        told[name] = json!("…");
    }
    assert_json_snapshot!(told, @r#"
    {
      "created_at": "2026-01-12T14:00:00.000Z",
      "expires_at": "2026-02-11T14:00:00.000Z",
      "id": "…",
      "kind": "attendance",
      "made_by": "id-TA",
      "names": true,
      "rule": {
        "absent": false,
        "away": true,
        "from": "2026-01-05T10:00:00.000Z",
        "gap": 120,
        "late": 600,
        "share": 90,
        "without_presets": []
      },
      "session_id": "00000000-0000-4000-8000-0000000000b1",
      "url": "…"
    }
    "#);
}

#[tokio::test]
async fn its_cookie_reads_the_report_and_is_listed() {
    let w = world().await;
    term(&w).await;
    made(&w, json!({ "names": false })).await;
    let (id, secret) = made(&w, json!({})).await;
    let opened = open(&w, &secret).await;
    assert_json_snapshot!({ let mut told = opened.ok(); told["id"] = json!("…"); told }, @r#"
    {
      "expires_at": "2026-02-11T14:00:00.000Z",
      "id": "…",
      "kind": "attendance",
      "names": true
    }
    "#);
    let set = opened.header("set-cookie");
    let (pair, rest) = set.split_once(';').unwrap();
    assert_eq!(rest, " Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!((name, value.len()), (&*format!("sederunt-share-{id}"), 64));
    assert_ne!(value, secret, "nobody makes the link of the cookie");
    let report = read(&w, &id, pair).await.ok();
    let of_token = w
        .send(
            Method::GET,
            &format!("/sederunt/v1/apps/{P}/attendance?session_id={FIRST}&without_presets=group_call_host"),
            "TR",
            None,
        )
        .await;
    assert_eq!(report, of_token.ok(), "the report as whoever made the link sees it");
    // Whatever is asked beside it changes nothing.
    let more = format!("/sederunt/v1/shares/{id}/attendance?session_id={SECOND}&share=1&stays=true");
    assert_eq!(with(&w, Method::GET, &more, pair).await.ok(), report);
    let csv = format!("/sederunt/v1/shares/{id}/attendance.csv?form=matrix");
    assert_snapshot!(with(&w, Method::GET, &csv, pair).await.text.replace("\r\n", "\n"), @r#"
    name,own_id,preset_name,2026-01-05 10:00 % (UTC),present,late,below,in_room_seconds,window_seconds,share_percent,verdict (present from 80 %)
    Ada L.,s-1,group_call_participant,98.33,1,0,0,3540.000,3600.000,98.33,present
    Grace,'=s-2,group_call_participant,80.00,0,1,0,2880.000,3600.000,80.00,late
    "#);
    // Listed with its last use, without the link.
    let list = w.send(Method::GET, &shares(P), "TR", None).await;
    let listed = list.ok()["shares"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2);
    let used = listed.iter().find(|share| share["id"] == json!(id)).unwrap();
    assert_eq!((&used["last_used_at"], &used["url"]), (&json!("2026-01-12T14:00:00.000Z"), &Value::Null));
    assert!(!list.text.contains(&secret));
    let other = listed.iter().find(|share| share["id"] != json!(id)).unwrap();
    assert_eq!(other["last_used_at"], Value::Null);
}

#[tokio::test]
async fn without_names_there_is_none_anywhere() {
    let w = world().await;
    term(&w).await;
    let (id, secret) = made(&w, json!({ "names": false, "session_id": null, "meeting_id": MEETING })).await;
    let pair = cookie(&w, &secret).await;
    let report = read(&w, &id, &pair).await;
    let sheets =
        ["rows", "matrix"].map(|form| format!("/sederunt/v1/shares/{id}/attendance.csv?form={form}"));
    let mut texts = vec![report.text.clone()];
    for sheet in sheets {
        let answer = with(&w, Method::GET, &sheet, &pair).await;
        assert_eq!(answer.status, 200);
        texts.push(answer.text);
    }
    for text in texts {
        assert!(text.contains("s-1") && text.contains("s-3"), "{text}");
        for name in ["Ada", "Grace", "Max", "Byron"] {
            assert!(!text.contains(name), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn the_cookie_reads_nothing_else() {
    let w = world().await;
    term(&w).await;
    let (id, secret) = made(&w, json!({})).await;
    let (other, other_secret) = made(&w, json!({ "session_id": SECOND })).await;
    let pair = cookie(&w, &secret).await;
    assert_eq!(read(&w, &id, &pair).await.status, 200);
    // Another report, its value under the name of the other, and no cookie at all.
    assert_eq!(read(&w, &other, &pair).await.status, 401);
    let value = pair.split_once('=').unwrap().1;
    assert_eq!(read(&w, &other, &format!("sederunt-share-{other}={value}")).await.status, 401);
    assert_eq!(read(&w, &id, &format!("sederunt={value}")).await.status, 401);
    assert_eq!(read(&w, &id, "a=b").await.status, 401);
    assert_eq!(read(&w, "x", &pair).await.status, 404);
    let kit = format!("/client/v4/accounts/{A}/realtime/kit/{P}");
    let own = format!("/sederunt/v1/apps/{P}");
    for target in [
        format!("{kit}/sessions"),
        format!("{kit}/meetings"),
        format!("{kit}/sessions/{FIRST}/participants"),
        format!("{own}/attendance?session_id={FIRST}"),
        format!("{own}/sessions/{FIRST}/timeline"),
        format!("{own}/sessions.csv"),
        format!("{own}/feed"),
        format!("{own}/shares"),
        "/sederunt/v1/console/session".to_owned(),
    ] {
        // Under its own name, and as if it were that of a sign-in.
        for cookie in [pair.clone(), format!("sederunt={value}")] {
            assert_eq!(with(&w, Method::GET, &target, &cookie).await.status.as_u16(), 401, "{target}");
        }
    }
    assert_eq!(with(&w, Method::DELETE, &format!("{own}/shares/{id}"), &pair).await.status, 401);
    assert_eq!(with(&w, Method::POST, &format!("{own}/shares"), &pair).await.status, 401);
    let report = format!("/sederunt/v1/shares/{id}/attendance");
    assert_eq!(with(&w, Method::POST, &report, &pair).await.status, 405);
    // Only for requests of a page of ours; a key does not open it.
    for site in ["cross-site", "same-site", "none"] {
        let headers = [OWN[0], ("sec-fetch-site", site), ("cookie", &pair)];
        assert_eq!(w.raw(Method::GET, &report, &headers, "").await.status, 403, "{site}");
    }
    assert_eq!(w.send(Method::GET, &report, "TA", None).await.status, 401);
    let far = [("host", "meet.example.com"), OWN[1], ("cookie", pair.as_str())];
    assert_eq!(w.raw(Method::GET, &report, &far, "").await.status, 401, "no cookie without TLS");
    let opening = [("host", "meet.example.com"), OWN[1]];
    let text = json!({ "secret": other_secret }).to_string();
    assert_eq!(w.raw(Method::POST, OPEN, &opening, text).await.status, 403);
}

#[tokio::test]
async fn a_share_ends() {
    let w = world().await;
    term(&w).await;
    // By hand, at once.
    let (id, secret) = made(&w, json!({})).await;
    let pair = cookie(&w, &secret).await;
    assert_eq!(read(&w, &id, &pair).await.status, 200);
    let target = format!("{}/{id}", shares(P));
    for (token, status) in [("", 401), ("TR", 403), ("KP", 403), ("TB", 404)] {
        assert_eq!(w.send(Method::DELETE, &target, token, None).await.status.as_u16(), status, "{token}");
    }
    let beside = format!("{}/{id}", shares("2a95132c-1573-4412-822c-1476fa83f27a"));
    assert_eq!(w.send(Method::DELETE, &beside, "TA", None).await.status, 404, "it is of another app");
    assert_eq!(w.send(Method::DELETE, &target, "TA", None).await.status, 204);
    assert_eq!(w.send(Method::DELETE, &target, "TA", None).await.status, 404);
    assert_eq!(read(&w, &id, &pair).await.status, 401);
    assert_eq!(open(&w, &secret).await.status, 401);
    // By itself. What a browser keeps is not longer than it.
    let (id, secret) = made(&w, json!({ "expires_at": "2026-01-12T15:00:00Z" })).await;
    let opened = open(&w, &secret).await;
    assert!(opened.header("set-cookie").contains("Max-Age=3600;"), "{}", opened.header("set-cookie"));
    let pair = cookie(&w, &secret).await;
    let (month, kept) = made(&w, json!({})).await;
    w.clock.advance(3_600_000 - 1);
    assert_eq!(read(&w, &id, &pair).await.status, 200);
    w.clock.advance(1);
    assert_eq!(read(&w, &id, &pair).await.status, 401);
    assert_eq!(open(&w, &secret).await.status, 401);
    let list = w.send(Method::GET, &shares(P), "TR", None).await.ok();
    assert_eq!(list["shares"].as_array().unwrap().len(), 1);
    // It outlives the token that made it, and the process.
    w.store.revoke_token("id-TA", w.node.now()).await.unwrap();
    let w = w.restarted().await;
    w.clock.advance(30 * DAY - 3_600_001);
    let pair = cookie(&w, &kept).await;
    assert_eq!(read(&w, &month, &pair).await.status, 200);
    w.clock.advance(1);
    assert_eq!(read(&w, &month, &pair).await.status, 401);
}

#[tokio::test]
async fn who_makes_one_and_of_what() {
    let w = world().await;
    term(&w).await;
    for (token, status) in [("", 401), ("TR", 403), ("TN", 403), ("KP", 403), ("TB", 404), ("TA", 201)] {
        let answer = w.send(Method::POST, &shares(P), token, Some(body(&json!({})))).await;
        assert_eq!(answer.status.as_u16(), status, "{token} {}", answer.text);
    }
    let looks = signed_in(&w, json!({ "token": "TA", "look_only": true })).await;
    let by_looker = [OWN[0], OWN[1], ("cookie", &looks)];
    let text = body(&json!({})).to_string();
    assert_eq!(w.raw(Method::POST, &shares(P), &by_looker, text).await.status, 403);
    let beside = shares("2a95132c-1573-4412-822c-1476fa83f27a");
    for (more, message) in [
        (json!({}), "Session not found"),
        (json!({ "session_id": null, "meeting_id": MEETING }), "Meeting not found"),
    ] {
        let answer = w.send(Method::POST, &beside, "TA", Some(body(&more))).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["message"]), (404, &json!(message)));
    }
    for (more, message) in [
        (json!({ "kind": "everything" }), "\"kind\" must be one of [attendance]"),
        (json!({ "session_id": null }), "\"session_id\" is required, or \"meeting_id\""),
        (json!({ "rule": { "share": 101 } }), "\"rule.share\" must be a whole number of 0 to 100"),
        (json!({ "rule": { "from": "x" } }), "\"rule.from\" must be in ISO 8601 date format"),
        (json!({ "expires_at": "x" }), "\"expires_at\" must be in ISO 8601 date format"),
        (
            json!({ "expires_at": "2026-01-12T14:00:00Z" }),
            "\"expires_at\" must be in the future, by 366 days at most",
        ),
        (json!({ "expires_at": "2027-02-01" }), "\"expires_at\" must be in the future, by 366 days at most"),
    ] {
        let answer = make(&w, more).await;
        let message = json!(format!("BAD_REQUEST: {message}"));
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["message"]), (400, &message));
    }
    for (token, app, status) in [("", P, 401), ("TN", P, 403), ("TB", P, 404), ("TR", P, 200), ("KP", P, 200)]
    {
        let answer = w.send(Method::GET, &shares(app), token, None).await;
        assert_eq!(answer.status.as_u16(), status, "{token}");
    }
}

#[tokio::test]
async fn an_app_has_so_many() {
    let w = world().await;
    term(&w).await;
    for _ in 0..500 {
        made(&w, json!({ "expires_at": "2026-01-13T14:00:00Z" })).await;
    }
    let answer = make(&w, json!({})).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("links to reports of an app"), "{}", answer.text);
    w.clock.advance(DAY);
    assert_eq!(make(&w, json!({})).await.status, 201, "those that are over make room");
}

#[tokio::test]
async fn whoever_tries_links_has_to_wait() {
    let mut w = world().await;
    term(&w).await;
    let (_, secret) = made(&w, json!({})).await;
    for n in 0..10 {
        let answer = open(&w, &format!("{n:064}")).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.json()["error"]["message"], json!("This link is not known, or is over"));
        assert_eq!(answer.header("set-cookie"), "");
    }
    let answer = open(&w, "guess").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "61"));
    assert_eq!(open(&w, &secret).await.status, 200, "strangers lock nobody out");
    let console = ConsoleConfig { is_enabled: false, ..ConsoleConfig::default() };
    w.router = router(w.node.clone(), ApiConfig { console, ..ApiConfig::default() });
    assert_eq!(open(&w, &secret).await.status, 404, "without a console there are no links");
}
