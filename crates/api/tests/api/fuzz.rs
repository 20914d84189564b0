//! Random queries, paths and bodies: never a fault of ours, always JSON.

use axum::http::Method;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use sederunt_testkit::Receiver;

use crate::hook_fixture::{ALL, Desk};
use crate::kit_fixture::{A, Kit, M1, P};
use crate::world::{Answer, World};

const NAMES: [&str; 34] = [
    "from",
    "to",
    "split",
    "by",
    "tz",
    "associated_id",
    "start_time",
    "end_time",
    "status",
    "participants",
    "search",
    "sort_by",
    "sort_order",
    "page_no",
    "per_page",
    "include_peer_events",
    "view",
    "include_breakout_rooms",
    "user_id",
    "is_connecting",
    "limit",
    "offset",
    "name",
    "layout",
    "is_terminated",
    "email_search_query",
    "expires",
    "signature",
    "state",
    "event",
    "meeting_id",
    "session_id",
    "after",
    "before",
];
const VALUES: [&str; 25] = [
    "hour",
    "month",
    "Pacific/Apia",
    "",
    "LIVE",
    "true",
    "0",
    "1",
    "9007199254740992",
    "18446744073709551615",
    "-1",
    "1:10",
    ":",
    "createdAt",
    "DESC",
    "2026-01-12",
    "0000-01-01",
    "9999-12-31T23:59:59.999999999-23:59",
    "2026-01-12T14:26:00+02:00",
    "%",
    "%00",
    "waiting",
    "meeting.ended",
    "4-0",
    "18446744073709551615-255-4294967295",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(VALUES.as_slice()).prop_map(str::to_owned),
        "[!$'-;A-Za-z_~]{0,20}",
        proptest::collection::vec(any::<u8>(), 0..12)
            .prop_map(|bytes| bytes.iter().map(|b| format!("%{b:02X}")).collect::<String>()),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let pair =
        (proptest::sample::select(NAMES.as_slice()), value()).prop_map(|(name, v)| format!("{name}={v}"));
    proptest::collection::vec(prop_oneof![9 => pair, 1 => value()], 0..5).prop_map(|pairs| pairs.join("&"))
}

/// What any answer must be.
fn check(target: &str, answer: &Answer) {
    assert!(answer.status.as_u16() < 500, "{target}: {answer:?}");
    assert!(answer.json().is_object(), "{target}");
}

fn run<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, cases: u32, test: impl Fn(T)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    // The same inputs in every run; `SEDERUNT_FUZZ=1` searches others, and a find is told as the smallest failing input.
    let mut runner = match std::env::var_os("SEDERUNT_FUZZ") {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    };
    let outcome = runner.run(&strategy, |value| {
        test(value);
        Ok(())
    });
    outcome.unwrap();
}

fn fixture() -> (tokio::runtime::Runtime, Kit) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let kit = runtime.block_on(async {
        let kit = Kit::new().await;
        kit.world.token("KW", None, Some(P)).await;
        let alice = Some(serde_json::json!({ "user_id": "alice" }));
        kit.world.send(Method::POST, "/v1/users", "KW", alice).await.ok();
        kit
    });
    (runtime, kit)
}

#[test]
fn random_queries() {
    let (runtime, kit) = fixture();
    let app = format!("/accounts/{A}/realtime/kit/{P}");
    let session = kit.id("S3");
    let lists = [
        (format!("{app}/sessions"), "TA"),
        (format!("{app}/sessions/{session}"), "TA"),
        (format!("{app}/sessions/{session}/participants"), "TA"),
        (format!("{app}/meetings"), "TA"),
        (format!("{app}/meetings/{M1}/participants"), "TA"),
        (format!("{app}/presets"), "TA"),
        (format!("{app}/recordings"), "TA"),
        (format!("{app}/livestreams"), "TA"),
        (format!("{app}/analytics/livestreams/overall"), "TA"),
        (format!("/accounts/{A}/realtime/kit/apps"), "TA"),
        (format!("{app}/sessions/{}/chat", kit.id("S1")), "TA"),
        (format!("/sederunt/v1/sessions/{}/chat", kit.id("S1")), ""),
        (format!("/sederunt/v1/apps/{P}/sessions/counts"), "TA"),
        (format!("/sederunt/v1/apps/{P}/usage"), "TA"),
        (format!("/sederunt/v1/apps/{P}/activity"), "TA"),
        (format!("/sederunt/v1/apps/{P}/people"), "TA"),
        (format!("/sederunt/v1/apps/{P}/sessions/{session}/timeline"), "TA"),
        (format!("/sederunt/v1/apps/{P}/attendance"), "TA"),
        ("/v1/rooms".to_owned(), "KW"),
        ("/v1/users".to_owned(), "KW"),
        (format!("/v1/rooms/{M1}/sessions"), "KW"),
        (format!("/v1/rooms/{M1}/members"), "KW"),
    ];
    run((proptest::sample::select(lists.to_vec()), query()), 600, |((path, token), query)| {
        let target = format!("{path}?{query}");
        // What is no URI at all does not reach a server's router.
        if target.parse::<axum::http::Uri>().is_ok() {
            check(&target, &runtime.block_on(kit.world.send(Method::GET, &target, token, None)));
        }
    });
}

#[test]
fn random_path_parts() {
    let (runtime, kit) = fixture();
    let part = prop_oneof!["[0-9a-fA-F-]{1,40}", "(%[0-9A-F]{2}){1,8}", "[!$-.0-9:;=@_a-z~]{1,40}"];
    let templates = [
        (format!("/accounts/{A}/realtime/kit/#/sessions"), "TA"),
        (format!("/accounts/{A}/realtime/kit/{P}/sessions/#"), "TA"),
        (format!("/accounts/{A}/realtime/kit/{P}/sessions/{}/participants/#", kit.id("S1")), "TA"),
        (format!("/accounts/{A}/realtime/kit/{P}/meetings/#"), "TA"),
        (format!("/accounts/{A}/realtime/kit/{P}/presets/#"), "TA"),
        (format!("/accounts/{A}/realtime/kit/{P}/meetings/{M1}/participants/#"), "TA"),
        (format!("/accounts/{A}/realtime/kit/{P}/webhooks/#"), "TA"),
        (format!("/sederunt/v1/apps/{P}/webhooks/#/secret"), "TA"),
        (format!("/sederunt/v1/apps/{P}/sessions/#/timeline"), "TA"),
        (format!("/sederunt/v1/apps/{P}/attendance?session_id=#"), "TA"),
        ("/sederunt/v1/shares/#/attendance".to_owned(), ""),
        ("/sederunt/v1/apps/#/sessions/counts".to_owned(), "TA"),
        (format!("/sederunt/v1/apps/{P}/rooms/#/webhook/secret"), "TA"),
        ("/accounts/#/realtime/kit/apps".to_owned(), "TA"),
        ("/v1/rooms/#/sessions".to_owned(), "KW"),
        ("/v1/users/#".to_owned(), "KW"),
        (format!("/v1/rooms/{M1}/members/#"), "KW"),
        ("/sederunt/v1/sessions/#/chat".to_owned(), ""),
        ("/sederunt/v1/sessions/#/chat?expires=1&signature=00".to_owned(), ""),
        ("/#".to_owned(), "TA"),
    ];
    run((proptest::sample::select(templates.to_vec()), part), 300, |((template, token), part)| {
        let target = template.replace('#', &part);
        if target.parse::<axum::http::Uri>().is_ok() {
            check(&target, &runtime.block_on(kit.world.send(Method::GET, &target, token, None)));
        }
    });
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
        Just("https://example.com/x".into()),
        Just("meeting.started".into()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let names = [
            "name",
            "title",
            "type",
            "user_id",
            "message",
            "profile_url",
            "default_member_type",
            "members",
            "webhook",
            "url",
            "headers",
            "events",
            "enabled",
            "is_terminated",
            "is_blocked",
            "status",
            "ai_config",
            "recording_config",
            "storage_config",
            "custom_participant_id",
            "preset_name",
            "participant_ids",
            "max_meeting_seconds",
            "session_keep_alive_time_in_secs",
            "config",
            "permissions",
            "polls",
            "ui",
        ];
        let name = proptest::sample::select(names.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            proptest::collection::hash_map(name, inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

#[test]
fn random_bodies() {
    let (runtime, kit) = fixture();
    let app = format!("/accounts/{A}/realtime/kit/{P}");
    let preset = runtime.block_on(kit.world.store.preset(&P.into(), "group_call_host")).unwrap().unwrap().id;
    let webhook = runtime.block_on(kit.webhook());
    let targets = [
        (Method::POST, format!("{app}/meetings"), "TA"),
        (Method::PATCH, format!("{app}/meetings/{M1}"), "TA"),
        (Method::PUT, format!("{app}/meetings/{M1}"), "TA"),
        (Method::POST, format!("{app}/presets"), "TA"),
        (Method::PATCH, format!("{app}/presets/{preset}"), "TA"),
        (Method::PUT, format!("{app}/presets/{preset}"), "TA"),
        (Method::POST, format!("{app}/meetings/{M1}/participants"), "TA"),
        (Method::POST, format!("{app}/meetings/{M1}/active-session/kick"), "TA"),
        (Method::POST, format!("{app}/webhooks"), "TA"),
        (Method::PATCH, format!("{app}/webhooks/{webhook}"), "TA"),
        (Method::PUT, format!("{app}/webhooks/{webhook}"), "TA"),
        (Method::POST, format!("/accounts/{A}/realtime/kit/apps"), "TA"),
        (Method::POST, "/v1/rooms".to_owned(), "KW"),
        (Method::POST, format!("/v1/rooms/{M1}/members"), "KW"),
        (Method::POST, "/v1/users".to_owned(), "KW"),
        (Method::PUT, "/v1/users/alice".to_owned(), "KW"),
        (Method::POST, format!("/v1/rooms/{M1}/message"), "KW"),
    ];
    run(
        (proptest::sample::select(targets.to_vec()), json_value()),
        300,
        |((method, target, token), body)| {
            let world: &World = &kit.world;
            check(&target, &runtime.block_on(world.send(method, &target, token, Some(body))));
        },
    );
}

/// Webhooks that are delivered: everything below one of them.
#[test]
fn random_words_to_a_webhook() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (desk, hook) = runtime.block_on(async {
        let desk = Desk::new().await;
        // Nobody is there.
        let port = Receiver::willing().await.close().await;
        let hook = desk.webhook(&format!("http://127.0.0.1:{port}/"), &ALL).await;
        desk.session().await;
        (desk, hook)
    });
    let app = format!("/sederunt/v1/apps/{P}");
    let send = |method: Method, target: &str, body| {
        if target.parse::<axum::http::Uri>().is_ok() {
            check(target, &runtime.block_on(desk.w.send(method, target, "TA", body)));
        }
    };
    let lists = [format!("{app}/{hook}/deliveries"), format!("{app}/{hook}/replays")];
    run((proptest::sample::select(lists.to_vec()), query()), 300, |(path, query)| {
        send(Method::GET, &format!("{path}?{query}"), None);
    });
    let part = prop_oneof!["[0-9]{1,20}(-[0-9]{1,4}){0,3}", "[!$-.0-9:;=@_a-z~]{1,40}"];
    let one = [
        (Method::GET, format!("{app}/{hook}/deliveries/#")),
        (Method::POST, format!("{app}/{hook}/deliveries/#/retry")),
        (Method::GET, format!("{app}/{hook}/replays/#")),
        (Method::DELETE, format!("{app}/{hook}/replays/#")),
        (Method::GET, format!("{app}/rooms/#/webhook/status")),
    ];
    run((proptest::sample::select(one.to_vec()), part), 300, |((method, template), part)| {
        send(method, &template.replace('#', &part), None);
    });
    let field = prop_oneof![
        Just("from_sequence"),
        Just("to_sequence"),
        Just("from"),
        Just("to"),
        Just("only_failed"),
        Just("events"),
        Just("new_ids")
    ];
    let value = prop_oneof![
        3 => (0..6_u64).prop_map(Into::into),
        1 => any::<u64>().prop_map(Into::into),
        2 => Just("2026-01-12".into()),
        1 => any::<bool>().prop_map(Into::into),
        1 => json_value(),
    ];
    let body = proptest::collection::hash_map(field.prop_map(str::to_owned), value, 0..5);
    run(body, 300, |body| {
        let body = serde_json::Value::Object(body.into_iter().collect());
        send(Method::POST, &format!("{app}/{hook}/replays"), Some(body));
    });
}
