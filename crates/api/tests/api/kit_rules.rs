//! The rules that hold for every operation of the RealtimeKit door, in their order, asked of one after the other.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::kit_fixture::{A, B, E, Kit, M1, M2, P, hook};
use crate::world::Answer;

/// What may be asked of an operation.
struct Rule {
    method: Method,
    /// Below the app; with the ids of the fixture.
    path: String,
    /// The same with an id that names nothing, and with one that is no id; and what is not found then.
    unknown: Option<(String, String, &'static str)>,
    /// A body that it takes; `None` = it reads none.
    body: Option<Value>,
    /// What an empty body leads to: nothing wrong, or this.
    missing: Option<&'static str>,
    /// Reading is enough.
    reads: bool,
}

const NOBODY: &str = "00000000-0000-4000-8000-0000000000ff";

struct Rules {
    kit: Kit,
    all: Vec<Rule>,
}

fn tutor(name: &str) -> Value {
    let text = include_str!("../../../app/src/presets/default_presets.json");
    let all: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut preset = all[0].clone();
    preset["name"] = name.into();
    preset
}

/// Of one thing in a folder.
fn rule(method: Method, folder: &str, id: &str, rest: &str, what: &'static str) -> Rule {
    Rule {
        reads: method == Method::GET,
        method,
        path: format!("{folder}/{id}{rest}"),
        unknown: Some((format!("{folder}/{NOBODY}{rest}"), format!("{folder}/nonsense{rest}"), what)),
        body: None,
        missing: None,
    }
}

/// Of a list.
fn list(path: &str) -> Rule {
    let path = path.to_owned();
    Rule { method: Method::GET, path, unknown: None, body: None, missing: None, reads: true }
}

fn with(rule: Rule, body: Value) -> Rule {
    Rule { body: Some(body), ..rule }
}

/// Those of webhooks.
async fn receivers(kit: &Kit) -> Vec<Rule> {
    let (keep, drop) = (kit.webhook().await, kit.webhook().await);
    let one = |method, id: &str| rule(method, "webhooks", id, "", "Webhook");
    let missing = Some("\"name\" is required");
    let make = Rule { method: Method::POST, reads: false, ..list("webhooks") };
    vec![
        list("webhooks"),
        list("webhooks/all"),
        Rule { missing, ..with(make, hook()) },
        one(Method::GET, &keep),
        with(one(Method::PATCH, &keep), json!({ "enabled": false })),
        Rule { missing, ..with(one(Method::PUT, &keep), hook()) },
        one(Method::DELETE, &drop),
    ]
}

impl Rules {
    async fn new() -> Self {
        let kit = Kit::new().await;
        let w = &kit.world;
        let m1 = w.store.meeting(M1.parse().unwrap()).await.unwrap().unwrap();
        let ben = w.participant(&m1, w.node.mint_id(), "ben").await.id.to_string();
        let dan = w.participant(&m1, w.node.mint_id(), "dan").await.id.to_string();
        let of = async |name: &str| w.store.preset(&P.into(), name).await.unwrap().unwrap().id;
        let (host, guest) = (of("group_call_host").await, of("group_call_guest").await);

        let preset = |method, id: &str| rule(method, "presets", id, "", "Preset");
        let people = format!("meetings/{M1}/participants");
        let person = |method, id: &str| rule(method, &people, id, "", "Participant");
        let live =
            |verb: &str| rule(Method::POST, "meetings", M2, &format!("/active-session/{verb}"), "Meeting");
        let make = Rule { method: Method::POST, reads: false, ..with(list("presets"), tutor("Rule")) };
        let mut all = vec![
            Rule { missing: Some("\"config\" is required"), ..make },
            preset(Method::GET, &host),
            with(preset(Method::PATCH, &host), json!({ "permissions": { "can_record": true } })),
            Rule {
                missing: Some("\"config\" is required"),
                ..with(preset(Method::PUT, &host), tutor("group_call_host"))
            },
            preset(Method::DELETE, &guest),
            person(Method::GET, &ben),
            with(person(Method::PATCH, &ben), json!({ "name": "Ben" })),
            person(Method::DELETE, &dan),
            with(rule(Method::PUT, "meetings", M1, "", "Meeting"), json!({ "title": "Rules" })),
            Rule {
                missing: Some("\"participant_ids\" or \"custom_participant_ids\" is required"),
                ..with(live("mute"), json!({ "custom_participant_ids": ["ann"] }))
            },
            Rule {
                missing: Some("\"allow_unmute\" is required"),
                ..with(live("mute-all"), json!({ "allow_unmute": true }))
            },
            list("recordings"),
            list("livestreams"),
            list("analytics/livestreams/overall"),
            list("analytics/livestreams/daywise"),
        ];
        all.extend(receivers(&kit).await);
        Self { kit, all }
    }

    async fn send(&self, rule: &Rule, app: &str, path: &str, token: &str, body: impl Into<String>) -> Answer {
        let target = format!("/client/v4/accounts/{A}/realtime/kit/{app}/{path}");
        self.raw(rule.method.clone(), &target, token, body).await
    }

    async fn raw(&self, method: Method, target: &str, token: &str, body: impl Into<String>) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str())];
        let headers = if token.is_empty() { &[][..] } else { &headers };
        self.kit.world.raw(method, target, headers, body.into()).await
    }
}

impl Rule {
    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The status of a success.
    fn done(&self) -> StatusCode {
        let makes = self.method == Method::POST && self.path == "webhooks";
        if makes { StatusCode::CREATED } else { StatusCode::OK }
    }

    fn good(&self) -> String {
        self.body.as_ref().map(Value::to_string).unwrap_or_default()
    }
}

#[track_caller]
fn says(answer: &Answer, status: u16, message: &str, what: &str) {
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
    assert_eq!(answer.json()["error"], json!({ "code": status, "message": message }), "{what}");
}

#[tokio::test]
async fn who_may_not_hears_so_before_anything_is_read() {
    let r = Rules::new().await;
    r.kit.world.app(B, "b-app", "Theirs").await;
    const NONSENSE: &str = "[nonsense";
    for rule in &r.all {
        let name = rule.name();
        for token in ["", "nonsense"] {
            says(&r.send(rule, P, &rule.path, token, NONSENSE).await, 401, "Authentication error", &name);
        }
        for token in ["TB", "TN"] {
            says(&r.send(rule, P, &rule.path, token, NONSENSE).await, 403, "Authentication error", &name);
        }
        if !rule.reads {
            says(&r.send(rule, P, &rule.path, "TR", NONSENSE).await, 403, "Authentication error", &name);
        }
        for app in ["b-app", "unknown"] {
            says(&r.send(rule, app, &rule.path, "TA", NONSENSE).await, 404, "App not found", &name);
        }
        let Some((unknown, no_id, what)) = &rule.unknown else { continue };
        for path in [unknown, no_id] {
            let not_found = format!("{what} not found");
            says(&r.send(rule, P, path, "TA", NONSENSE).await, 404, &not_found, &name);
        }
        // Of another app of the same account.
        let answer = r.send(rule, E, &rule.path, "TA", NONSENSE).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}: {}", answer.text);
    }
}

#[tokio::test]
async fn bodies_are_objects_of_bounded_size() {
    let r = Rules::new().await;
    for rule in &r.all {
        let name = rule.name();
        let Some(good) = &rule.body else { continue };
        let send = async |body: &str| r.send(rule, P, &rule.path, "TA", body).await;
        says(&send("{").await, 400, "BAD_REQUEST: the body is not valid JSON", &name);
        says(&send(&"[".repeat(10_000)).await, 400, "BAD_REQUEST: the body is not valid JSON", &name);
        says(&send("[]").await, 400, "BAD_REQUEST: the body must be a JSON object", &name);
        let large = format!("{}{}", " ".repeat(1024 * 1024), rule.good());
        says(&send(&large).await, 413, "The body is too large", &name);

        for empty in ["", "{}"] {
            let answer = send(empty).await;
            match rule.missing {
                Some(rule) => says(&answer, 400, &format!("BAD_REQUEST: {rule}"), &name),
                None => assert_eq!(answer.status, rule.done(), "{name}: {}", answer.text),
            }
        }
        // `null` is not given, at every field.
        let nulls: Value = good.as_object().unwrap().keys().map(|key| (key.clone(), Value::Null)).collect();
        let answer = send(&nulls.to_string()).await;
        match rule.missing {
            Some(_) => assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}: {}", answer.text),
            None => assert_eq!(answer.status, rule.done(), "{name}: {}", answer.text),
        }
    }
}

#[tokio::test]
async fn what_is_unknown_is_ignored_and_a_slash_and_head_change_nothing() {
    let r = Rules::new().await;
    for rule in &r.all {
        let name = rule.name();
        let base = format!("/client/v4/accounts/{A}/realtime/kit/{P}/{}", rule.path);
        if rule.method == Method::GET {
            let answer = r.raw(Method::HEAD, &base, "TR", "").await;
            assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, ""), "{name}");
        }
        let mut body = rule.body.clone();
        if let Some(body) = &mut body {
            body["unknown_field"] = json!([{ "a": null }]);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let first = r.raw(rule.method.clone(), &format!("{base}/?unknown=1&unknown=2"), "TA", body).await;
        assert_eq!(first.status, rule.done(), "{name}: {}", first.text);
        assert_eq!(first.json()["success"], json!(true), "{name}");
        assert!(!first.text.contains("unknown_field"), "{name}");
        assert_eq!(first.header("cache-control"), "no-store", "{name}");
    }
}

#[tokio::test]
async fn two_equal_requests_at_once_are_no_fault_of_ours() {
    let r = Rules::new().await;
    for rule in &r.all {
        let send = || r.send(rule, P, &rule.path, "TA", rule.good());
        let (one, two) = futures_util::future::join(send(), send()).await;
        let name = rule.name();
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        let second = match (&rule.method, rule.path.as_str()) {
            (&Method::POST, "presets") => 409,
            (&Method::DELETE, _) => 404,
            _ => rule.done().as_u16(),
        };
        assert_eq!(statuses, [rule.done().as_u16(), second], "{name}: {} {}", one.text, two.text);
    }
}
