//! Webhooks of the RealtimeKit door, cases W01 to W12, and their secrets at our own door.

use axum::http::Method;
use sederunt_api::{ApiConfig, router};
use sederunt_core::id::Id;
use sederunt_store::Permission;
use sederunt_webhook::places::Places;
use serde_json::{Value, json};

use crate::kit_fixture::{A, B, P, Q, hook};
use crate::shape::Shape;
use crate::world::{Answer, World};

const T0: &str = "2026-01-12T14:00:00.000Z";
const NAMES: [&str; 9] = [
    "meeting.started",
    "meeting.ended",
    "meeting.participantJoined",
    "meeting.participantLeft",
    "meeting.chatSynced",
    "recording.statusUpdate",
    "livestreaming.statusUpdate",
    "meeting.transcript",
    "meeting.summary",
];

/// Apps P and Q of account A, and "b-app" of account B.
struct Hooks {
    w: World,
}

fn with(key: &str, value: Value) -> Value {
    let mut body = hook();
    body[key] = value;
    body
}

fn without(key: &str) -> Value {
    let mut body = hook();
    body.as_object_mut().unwrap().remove(key);
    body
}

fn id_of(webhook: &Value) -> String {
    webhook["id"].as_str().unwrap().to_owned()
}

impl Hooks {
    async fn new() -> Self {
        let w = World::at(T0).await;
        w.app(A, P, "Pilot").await;
        w.app(A, Q, "Quarry").await;
        w.app(B, "b-app", "Theirs").await;
        w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
        w.token("TR", Some((A, Permission::Realtime)), None).await;
        w.token("TB", Some((B, Permission::RealtimeAdmin)), None).await;
        w.token("KW", None, Some(P)).await;
        Self { w }
    }

    async fn at(&self, method: Method, app: &str, rest: &str, token: &str, body: Option<Value>) -> Answer {
        let target = format!("/client/v4/accounts/{A}/realtime/kit/{app}/webhooks{rest}");
        self.w.send(method, &target, token, body).await
    }

    async fn send(&self, method: Method, rest: &str, body: Option<Value>) -> Answer {
        self.at(method, P, rest, "TA", body).await
    }

    /// A success with the status and the required keys of the operation; its `data`.
    async fn ok(&self, operation: &str, method: Method, rest: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, rest, body).await;
        let shape = Shape::of(operation);
        assert_eq!(answer.status.as_u16(), shape.status, "{operation}: {}", answer.text);
        shape.assert_required(&answer.json());
        assert!(!answer.text.contains("secret") && !answer.text.contains("whsec_"), "{}", answer.text);
        answer.json()["data"].clone()
    }

    async fn refused(&self, method: Method, rest: &str, body: Value, status: u16, message: &str) {
        let answer = self.send(method, rest, Some(body.clone())).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
        assert_eq!(answer.json()["error"], json!({ "code": status, "message": message }), "{body}");
    }

    async fn made(&self, body: Value) -> Value {
        self.ok("webhooksCreateWebhook", Method::POST, "", Some(body)).await
    }

    async fn get(&self, id: &str) -> Value {
        self.ok("webhooksGetWebhookByID", Method::GET, &format!("/{id}"), None).await
    }

    async fn listed(&self) -> Vec<Value> {
        let all = self.ok("webhooksGetWebhooks", Method::GET, "", None).await;
        all.as_array().unwrap().clone()
    }

    /// The secret of a webhook, for whoever may have it.
    async fn secret(&self, method: Method, app: &str, rest: &str, token: &str) -> Answer {
        let target = format!("/sederunt/v1/apps/{app}/webhooks/{rest}");
        self.w.send(method, &target, token, None).await
    }
}

#[tokio::test]
async fn w01_a_webhook_is_made_and_switched_on() {
    let f = Hooks::new().await;
    let made = f.made(hook()).await;
    let expected = json!({
        "id": made["id"], "name": "Main", "url": "https://hooks.example.com/in?k=1",
        "events": ["meeting.started", "meeting.ended"], "enabled": true, "created_at": T0, "updated_at": T0,
    });
    assert_eq!(made, expected, "seven keys");
    assert_eq!(id_of(&made).len(), 36, "a UUID");
    assert_eq!(f.get(&id_of(&made)).await, made);
    assert_eq!(f.get(&id_of(&made).to_uppercase()).await, made, "ids are read in any case");
    let off = f.made(with("enabled", json!(false))).await;
    assert_eq!(off["enabled"], json!(false));
    assert_eq!(f.made(with("enabled", Value::Null)).await["enabled"], json!(true), "null is not given");
}

#[tokio::test]
async fn w02_to_w04_what_is_missing_empty_or_unknown_is_named() {
    let f = Hooks::new().await;
    let long = "ä".repeat(257);
    let names = format!("must be one of [{}]", NAMES.join(", "));
    let cases = [
        (without("events"), "\"events\" is required".to_owned()),
        (without("url"), "\"url\" is required".to_owned()),
        (without("name"), "\"name\" is required".to_owned()),
        (with("events", json!([])), "\"events\" must have at least 1 item".to_owned()),
        (with("events", json!("meeting.started")), "\"events\" must be an array".to_owned()),
        (with("events", json!(["meeting.begun"])), format!("\"events[0]\" {names}")),
        (with("events", json!(["meeting.ended", "Meeting.Started"])), format!("\"events[1]\" {names}")),
        (with("events", json!([5])), "\"events[0]\" must be a string".to_owned()),
        (with("name", json!("")), "\"name\" is not allowed to be empty".to_owned()),
        (with("name", json!(long)), "\"name\" must have at most 256 characters".to_owned()),
        (with("enabled", json!("yes")), "\"enabled\" must be a boolean".to_owned()),
    ];
    let id = id_of(&f.made(hook()).await);
    for (body, rule) in &cases {
        let message = format!("BAD_REQUEST: {rule}");
        f.refused(Method::POST, "", body.clone(), 400, &message).await;
        f.refused(Method::PUT, &format!("/{id}"), body.clone(), 400, &message).await;
        if !rule.contains("is required") {
            f.refused(Method::PATCH, &format!("/{id}"), body.clone(), 400, &message).await;
        }
    }
    assert_eq!(f.listed().await, [f.get(&id).await], "nothing was made");
    assert_eq!(f.get(&id).await["updated_at"], json!(T0), "nor changed");
    f.made(with("name", json!("ä".repeat(256)))).await;
}

#[tokio::test]
async fn w05_an_event_counts_once_and_keeps_its_place() {
    let f = Hooks::new().await;
    let twice = json!(["meeting.ended", "meeting.started", "meeting.ended", "meeting.started"]);
    let once = json!(["meeting.ended", "meeting.started"]);
    let made = f.made(with("events", twice.clone())).await;
    assert_eq!(made["events"], once);
    let target = format!("/{}", id_of(&made));
    let patch = json!({ "events": ["meeting.summary", "meeting.summary"] });
    let patched = f.ok("webhooksEditWebhook", Method::PATCH, &target, Some(patch)).await;
    assert_eq!(patched["events"], json!(["meeting.summary"]));
    let put = f.ok("webhooksReplaceWebhook", Method::PUT, &target, Some(with("events", twice))).await;
    assert_eq!(put["events"], once);
    let all = f.made(with("events", json!(NAMES))).await;
    assert_eq!(all["events"], json!(NAMES), "all of them, those of what is not built included");
}

#[tokio::test]
async fn w06_a_url_that_may_not_be_called_is_refused_by_its_rule_and_without_an_address() {
    let f = Hooks::new().await;
    let id = id_of(&f.made(hook()).await);
    let address = "has a host that is not an address of the public internet";
    let number =
        "has a host that could be read as an address, write four decimal numbers without leading zeros";
    let http = "must begin with https://, http is not allowed by this server";
    for (url, rule) in [
        ("http://127.0.0.1", http),
        ("http://hooks.example.com/", http),
        ("ftp://hooks.example.com/", "must begin with https://"),
        ("hooks.example.com", "must begin with https://"),
        ("", "must begin with https://"),
        ("https://127.0.0.1/", address),
        ("https://10.0.0.1/", address),
        ("https://169.254.169.254/latest/meta-data", address),
        ("https://[::1]/", address),
        ("https://[::ffff:10.0.0.1]/", address),
        ("https://[fd00:ec2::254]/", address),
        ("https://2130706433/", number),
        ("https://0x7f.1/", number),
        ("https://0177.0.0.1/", number),
        ("https://localhost/", "has a host that is no name of the public internet"),
        ("https://metadata.google.internal/", "has a host that is no name of the public internet"),
        ("https://intranet/", "has a host that is no name of the public internet"),
        ("https://user:geheim@hooks.example.com/", "must not have a user name or password"),
        ("https://hooks.example.com/#x", "must not have a fragment (#)"),
        ("https://bücher.example/", "has a host that is not ASCII, write it as xn--…"),
        (
            "https://hooks.example.com:22/",
            "has a port that is not allowed: 80, 443, or 1024 and above without those of other protocols",
        ),
        (
            "https://hooks.example.com/a b",
            "has a character that must be percent-encoded, or a % without two hex digits",
        ),
        ("https://a..example/", "has a host that is neither a name nor an address"),
    ] {
        let message = format!("BAD_REQUEST: \"url\" {rule}");
        for (method, rest) in [
            (Method::POST, String::new()),
            (Method::PUT, format!("/{id}")),
            (Method::PATCH, format!("/{id}")),
        ] {
            f.refused(method, &rest, with("url", json!(url)), 400, &message).await;
        }
    }
    let url = |n: usize| format!("https://hooks.example.com/{}", "a".repeat(n - 26));
    let message = "BAD_REQUEST: \"url\" must have at most 2048 bytes";
    f.refused(Method::POST, "", with("url", json!(url(2049))), 400, message).await;
    assert_eq!(f.made(with("url", json!(url(2048)))).await["url"], json!(url(2048)));
    assert_eq!(f.get(&id).await["url"], hook()["url"], "unchanged");
}

#[tokio::test]
async fn the_operator_may_allow_and_refuse_places() {
    let mut f = Hooks::new().await;
    let read = |text: &str| text.parse().unwrap();
    let webhook_places = Places {
        allow: vec![read("127.0.0.1"), read("hooks.intranet:8080")],
        refuse: vec![read("*.evil.example")],
        own: vec!["93.184.216.34".parse().unwrap()],
        ..Places::default()
    };
    f.w.router = router(f.w.node.clone(), ApiConfig { webhook_places, ..ApiConfig::default() });
    for url in ["http://127.0.0.1:9000/in", "http://hooks.intranet:8080/", "https://hooks.example.com/"] {
        assert_eq!(f.made(with("url", json!(url))).await["url"], json!(url));
    }
    for (url, rule) in [
        ("https://a.evil.example/", "has a host that is refused by the operator of this server"),
        ("https://93.184.216.34/", "has a host that is an address of this server"),
        ("http://hooks.intranet/", "must begin with https://, http is not allowed by this server"),
    ] {
        f.refused(Method::POST, "", with("url", json!(url)), 400, &format!("BAD_REQUEST: \"url\" {rule}"))
            .await;
    }
}

#[tokio::test]
async fn w07_whoever_may_only_read_reads() {
    let f = Hooks::new().await;
    let made = f.made(hook()).await;
    let one = format!("/{}", id_of(&made));
    for rest in ["", one.as_str(), "/all"] {
        let answer = f.at(Method::GET, P, rest, "TR", None).await;
        assert_eq!(answer.status.as_u16(), 200, "{rest}: {}", answer.text);
    }
    for (method, rest) in [
        (Method::POST, ""),
        (Method::PUT, one.as_str()),
        (Method::PATCH, one.as_str()),
        (Method::DELETE, one.as_str()),
    ] {
        let answer = f.at(method.clone(), P, rest, "TR", Some(hook())).await;
        let code = &answer.json()["errors"][0]["code"];
        assert_eq!((answer.status.as_u16(), code), (403, &json!(10_000)), "{method}");
    }
    assert_eq!(f.listed().await, [made]);
}

#[tokio::test]
async fn w08_and_w09_an_app_sees_its_own() {
    let f = Hooks::new().await;
    let made = f.made(hook()).await;
    let one = format!("/{}", id_of(&made));
    for (method, rest) in [(Method::GET, ""), (Method::POST, ""), (Method::GET, "/all")] {
        let answer = f.at(method, "b-app", rest, "TA", Some(hook())).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["message"]),
            (404, &json!("App not found")),
            "an app of another account"
        );
    }
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = f.at(method, Q, &one, "TA", Some(hook())).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["message"]),
            (404, &json!("Webhook not found")),
            "of another app"
        );
    }
    assert_eq!(f.at(Method::GET, Q, "", "TA", None).await.ok()["data"], json!([]));
    // Under the account that owns nothing of it.
    let target = format!("/accounts/{B}/realtime/kit/{P}/webhooks{one}");
    assert_eq!(f.w.send(Method::GET, &target, "TB", None).await.status.as_u16(), 404);
    assert_eq!(f.get(&id_of(&made)).await, made);
}

#[tokio::test]
async fn w10_a_put_replaces_the_whole_and_switches_on() {
    let f = Hooks::new().await;
    let made = f.made(with("enabled", json!(false))).await;
    let target = format!("/{}", id_of(&made));
    f.w.clock.advance(1_000);
    let body = json!({ "name": "Other", "url": "https://other.example/", "events": ["meeting.summary"] });
    let put = f.ok("webhooksReplaceWebhook", Method::PUT, &target, Some(body)).await;
    let expected = json!({
        "id": made["id"], "name": "Other", "url": "https://other.example/", "events": ["meeting.summary"],
        "enabled": true, "created_at": T0, "updated_at": "2026-01-12T14:00:01.000Z",
    });
    assert_eq!((&put, f.get(&id_of(&made)).await), (&expected, expected.clone()));
    let off = f.ok("webhooksReplaceWebhook", Method::PUT, &target, Some(with("enabled", json!(false)))).await;
    assert_eq!(off["enabled"], json!(false));
}

#[tokio::test]
async fn w11_a_patch_changes_what_it_says() {
    let f = Hooks::new().await;
    let made = f.made(with("enabled", json!(false))).await;
    let target = format!("/{}", id_of(&made));
    let nulls = json!({ "name": null, "url": null, "events": null, "enabled": null });
    for (at, body) in [("14:00:01", json!({})), ("14:00:02", nulls)] {
        f.w.clock.advance(1_000);
        let same = f.ok("webhooksEditWebhook", Method::PATCH, &target, Some(body)).await;
        let mut expected = made.clone();
        expected["updated_at"] = format!("2026-01-12T{at}.000Z").into();
        assert_eq!(same, expected);
    }
    for (key, value) in [
        ("name", json!("Other")),
        ("url", json!("https://other.example/")),
        ("events", json!(["meeting.chatSynced"])),
        ("enabled", json!(true)),
    ] {
        let mut expected = f.get(&id_of(&made)).await;
        expected[key] = value.clone();
        let changed = f.ok("webhooksEditWebhook", Method::PATCH, &target, Some(json!({ key: value }))).await;
        assert_eq!(changed, expected, "{key} and nothing else");
    }
}

#[tokio::test]
async fn w12_a_webhook_is_deleted_once() {
    let f = Hooks::new().await;
    let made = f.made(hook()).await;
    let target = format!("/{}", id_of(&made));
    f.w.clock.advance(1_000);
    assert_eq!(f.ok("webhooksDeleteWebhook", Method::DELETE, &target, None).await, made, "as it was");
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        f.refused(method, &target, hook(), 404, "Webhook not found").await;
    }
    assert!(f.listed().await.is_empty());
}

#[tokio::test]
async fn webhooks_are_listed_oldest_first_and_are_bounded_in_number() {
    let f = Hooks::new().await;
    let mut expected = Vec::new();
    for n in 0..100 {
        f.w.clock.advance(1);
        expected.push(f.made(with("name", json!(format!("n{n}")))).await);
    }
    assert_eq!(f.listed().await, expected);
    let paged = f.send(Method::GET, "?per_page=5&page_no=2", None).await.ok();
    assert_eq!(paged["data"].as_array().unwrap().len(), 100, "there are no pages");
    assert!(paged.get("paging").is_none());
    let message = "BAD_REQUEST: limit reached: webhooks of an app (at most 100)";
    f.refused(Method::POST, "", hook(), 400, message).await;
    f.send(Method::DELETE, &format!("/{}", id_of(&expected[0])), None).await.ok();
    f.made(hook()).await;
    // Another app has as many of its own.
    assert_eq!(f.at(Method::POST, Q, "", "TA", Some(hook())).await.status.as_u16(), 201);
}

#[tokio::test]
async fn the_names_of_all_events_are_the_vendors() {
    let f = Hooks::new().await;
    let names = f.ok("webhooksListEvents", Method::GET, "/all", None).await;
    assert_eq!(names, json!(NAMES));
}

#[tokio::test]
async fn the_secret_is_for_those_who_may_change_everything() {
    let f = Hooks::new().await;
    let id = id_of(&f.made(hook()).await);
    let (read, rotate) = (format!("{id}/secret"), format!("{id}/secret/rotate"));
    let secret = f.secret(Method::GET, P, &read, "TA").await.ok();
    let text = secret["secret"].as_str().unwrap();
    assert!(text.starts_with("whsec_") && text.len() == 50, "{text}");
    assert_eq!(secret["old_secret_until"], Value::Null);
    assert_eq!(f.secret(Method::GET, P, &read, "TA").await.ok(), secret);
    let other = id_of(&f.made(hook()).await);
    assert_ne!(f.secret(Method::GET, P, &format!("{other}/secret"), "TA").await.ok(), secret);

    for (method, rest) in [(Method::GET, &read), (Method::POST, &rotate)] {
        for (app, token, status) in [
            (P, "", 401),
            (P, "nonsense", 401),
            (P, "TR", 403),
            (P, "KW", 403),
            (P, "TB", 404),
            (Q, "TA", 404),
            ("b-app", "TA", 404),
            ("unknown", "TA", 404),
        ] {
            let answer = f.secret(method.clone(), app, rest, token).await;
            assert_eq!(answer.status.as_u16(), status, "{app} {token}");
            assert!(!answer.text.contains("whsec_"));
        }
    }
    for nobody in ["nonsense", "00000000-0000-4000-8000-0000000000ff"] {
        let answer = f.secret(Method::GET, P, &format!("{nobody}/secret"), "TA").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["message"]),
            (404, &json!("Webhook not found"))
        );
    }
    assert_eq!(f.secret(Method::GET, P, &read, "TA").await.ok(), secret, "nobody rotated it");
}

#[tokio::test]
async fn a_rotated_secret_signs_beside_the_new_one_for_a_day() {
    let f = Hooks::new().await;
    let made = f.made(hook()).await;
    let id = id_of(&made);
    let (read, rotate) = (format!("{id}/secret"), format!("{id}/secret/rotate"));
    let row = async || {
        let id = Id::parse(&id).unwrap();
        f.w.store.webhook(&P.into(), id).await.unwrap().unwrap()
    };
    let first = row().await;
    let rotated = f.secret(Method::POST, P, &rotate, "TA").await.ok();
    assert_eq!(rotated["old_secret_until"], json!("2026-01-13T14:00:00.000Z"));
    assert_eq!(f.secret(Method::GET, P, &read, "TA").await.ok(), rotated);
    let second = row().await;
    assert_ne!(second.secret, first.secret);
    assert_eq!(second.old_secret.map(|(secret, _)| secret), Some(first.secret));
    assert_eq!(f.get(&id).await, made, "nothing of it is seen at the other door");

    // Whoever delivers works out from this when it was rotated.
    assert_eq!(sederunt_app::webhooks::OLD_SECRET_MS, sederunt_webhook::retry::ROTATION_MS);

    // One is kept, not two.
    f.w.clock.advance(3_600_000);
    let again = f.secret(Method::POST, P, &rotate, "TA").await.ok();
    assert_eq!(again["old_secret_until"], json!("2026-01-13T15:00:00.000Z"));
    assert_eq!(row().await.old_secret.map(|(secret, _)| secret), Some(second.secret));
    // What changes the webhook leaves the secrets alone.
    let target = format!("/{id}");
    f.ok("webhooksReplaceWebhook", Method::PUT, &target, Some(hook())).await;
    assert_eq!(f.secret(Method::GET, P, &read, "TA").await.ok(), again);

    f.w.clock.advance(24 * 3_600_000);
    let later = f.secret(Method::GET, P, &read, "TA").await.ok();
    assert_eq!(later, json!({ "secret": again["secret"], "old_secret_until": null }));
}
