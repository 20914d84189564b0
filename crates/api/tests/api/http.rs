//! What every answer has: request id, no caching, JSON errors, 404, 405, 413, 414, 501, gzip, CORS (SEMANTICS §3.7).

use axum::http::{Method, StatusCode};
use sederunt_api::{ApiConfig, router};
use serde_json::json;

use crate::kit_fixture::{A, Kit, M1, P, target};
use crate::pagecall_fixture::R1;
use crate::shape::Shape;
use crate::world::World;

#[tokio::test]
async fn unknown_paths_answer_in_the_door_s_dialect() {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    for path in
        ["/", "/client/v4", "/client/v4/", "/accounts", "/accounts/a/realtime/kit", "/nothing", "/v1x", "//"]
    {
        let answer = w.send(Method::GET, path, "", None).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]["code"]),
            (StatusCode::NOT_FOUND, &json!(404)),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(!answer.header("cf-ray").is_empty(), "{path}");
    }
    for path in ["/v1", "/v1/", "/v1/nothing", "/v1/rooms//sessions", "/v1//rooms", "/v1/rooms/a/b/c"] {
        let answer = w.send(Method::GET, path, "", None).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (StatusCode::NOT_FOUND, &json!("NOT_FOUND")),
            "{path}"
        );
    }
    let options = w.raw(Method::OPTIONS, "/nothing", &[], "").await;
    assert_eq!(options.status, StatusCode::NOT_FOUND);
    let ids: Vec<_> = [w.send(Method::GET, "/", "", None).await, w.send(Method::GET, "/", "", None).await]
        .map(|answer| answer.header("cf-ray").to_owned())
        .into();
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn what_is_not_built_says_so_to_those_who_may_ask() {
    let kit = Kit::new().await;
    let w = &kit.world;
    w.token("KW", None, Some(P)).await;
    let recordings = format!("/client/v4/accounts/{A}/realtime/kit/{P}/recordings");
    for (token, status) in [("", 401), ("TB", 403), ("TR", 403)] {
        let refused = w.send(Method::POST, &recordings, token, None).await;
        assert_eq!(refused.status.as_u16(), status, "{token}");
    }
    let answer = w.send(Method::POST, &recordings, "TA", None).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]["code"]), (501, &json!(501)));
    assert_eq!(answer.header("x-should-retry"), "false");
    let meeting = format!("/accounts/{A}/realtime/kit/{P}/meetings/{M1}");
    let options = w.raw(Method::OPTIONS, &meeting, &[], "").await;
    for method in ["GET", "HEAD", "PATCH", "PUT", "OPTIONS"] {
        assert!(options.header("allow").split(", ").any(|m| m == method), "{}", options.header("allow"));
    }
    let pages = format!("/v1/rooms/{R1}/pages/create_many");
    assert_eq!(w.send(Method::POST, &pages, "", None).await.status, StatusCode::BAD_REQUEST);
    let pages = w.send(Method::POST, &pages, "KW", None).await;
    assert_eq!((pages.status.as_u16(), &pages.json()["code"]), (501, &json!("NOT_IMPLEMENTED")));
    assert_eq!(pages.header("x-should-retry"), "false");
    assert_eq!(w.send(Method::GET, "/v1/rooms", "KW", None).await.header("x-should-retry"), "");
}

/// Operations that only older SDKs have, beside those of the vendor's present documents.
#[tokio::test]
async fn operations_of_older_sdks_are_known() {
    let kit = Kit::new().await;
    let session = kit.id("S1");
    for (method, path, status) in [
        (Method::POST, format!("meetings/{M1}/active-session/mute"), 400),
        (Method::POST, format!("meetings/{M1}/active-session/mute-all"), 400),
        (Method::GET, format!("meetings/{M1}/livestream"), 404),
        (Method::PUT, format!("livestreams/{M1}/enable"), 501),
        (Method::PUT, format!("livestreams/{M1}/disable"), 501),
        (Method::POST, format!("livestreams/{M1}/reset-stream-key"), 501),
        (Method::GET, format!("sessions/{session}/livestream-sessions"), 404),
    ] {
        for prefix in ["", "/client/v4"] {
            let target = format!("{prefix}/accounts/{A}/realtime/kit/{P}/{path}");
            let answer = kit.world.send(method.clone(), &target, "TA", None).await;
            let retry = if status == 501 { "false" } else { "" };
            assert_eq!(
                (answer.status.as_u16(), answer.header("x-should-retry")),
                (status, retry),
                "{target}"
            );
            let reads = kit.world.send(method.clone(), &target, "TR", None).await.status.as_u16();
            assert_eq!(reads, if method == Method::GET { status } else { 403 }, "{target}");
            assert_eq!(kit.world.send(method.clone(), &target, "", None).await.status.as_u16(), 401);
        }
    }
}

/// Recordings, livestreams, transcripts and summaries: nothing makes them, so there are none.
#[tokio::test]
async fn what_cannot_be_yet_is_listed_as_nothing() {
    let kit = Kit::new().await;
    let w = &kit.world;
    let get = async |path: &str, token: &str| {
        let target = format!("/client/v4/accounts/{A}/realtime/kit/{path}");
        w.send(Method::GET, &target, token, None).await
    };
    let none = json!({ "total_count": 0, "start_offset": 0, "end_offset": 0 });
    let filters = "?status=RECORDING&status=PAUSED&meeting_id=x&expired=false&sort_by=invokedTime&sort_order=ASC&page_no=3";
    for query in ["", filters] {
        let list = get(&format!("{P}/recordings{query}"), "TR").await.ok();
        assert_eq!(list, json!({ "success": true, "data": [], "paging": none }));
        Shape::of("recordingsGetRecordings").assert_required(&list);
    }
    let list =
        get(&format!("{P}/livestreams?status=LIVE&exclude_meetings=true&sort_order=DSC"), "TR").await.ok();
    assert_eq!(list, json!({ "success": true, "data": { "paging": none } }));
    for (query, message) in [
        (
            "recordings?status=NONE",
            "\"status\" must be one of [INVOKED, RECORDING, UPLOADING, UPLOADED, ERRORED, PAUSED]",
        ),
        ("recordings?sort_by=createdAt", "\"sort_by\" must be one of [invokedTime]"),
        ("recordings?expired=1", "\"expired\" must be a boolean"),
        ("recordings?start_time=x", "\"start_time\" must be in ISO 8601 date format"),
        ("livestreams?status=ENDED", "\"status\" must be one of [LIVE, IDLE, ERRORED, INVOKED]"),
        ("analytics/livestreams/overall?start_time=1.5", "\"start_time\" must be an integer"),
        ("analytics/livestreams/daywise?end_time=-1", "\"end_time\" must be greater than or equal to 0"),
        ("livestreams?per_page=-1", "\"per_page\" must be greater than or equal to 0"),
    ] {
        let refused = get(&format!("{P}/{query}"), "TA").await;
        let wanted = (400, format!("BAD_REQUEST: {message}"));
        assert_eq!(
            (refused.status.as_u16(), refused.json()["error"]["message"].as_str().unwrap().to_owned()),
            wanted
        );
    }
}

/// One of them is not found, and whatever would start or change one is not built.
#[tokio::test]
async fn what_cannot_be_yet_is_not_found_and_not_started() {
    let kit = Kit::new().await;
    let w = &kit.world;
    let get = async |path: &str, token: &str| {
        let target = format!("/client/v4/accounts/{A}/realtime/kit/{P}/{path}");
        w.send(Method::GET, &target, token, None).await
    };
    let session = kit.id("S1");
    for (path, what) in [
        (format!("recordings/{M1}"), "Recording"),
        ("recordings/nonsense".to_owned(), "Recording"),
        (format!("recordings/active-recording/{M1}"), "Active recording"),
        ("recordings/active-recording/nonsense".to_owned(), "Meeting"),
        (format!("livestreams/{M1}"), "Livestream"),
        (format!("livestreams/{M1}/active-livestream-session"), "Livestream"),
        (format!("livestreams/sessions/{session}"), "Livestream session"),
        (format!("meetings/{M1}/active-livestream"), "Active livestream"),
        (format!("sessions/{session}/transcript"), "Transcript"),
        (format!("sessions/{session}/summary"), "Summary"),
        (format!("sessions/{M1}/summary"), "Session"),
    ] {
        for token in ["TR", "TA"] {
            let answer = get(&path, token).await;
            let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
            assert_eq!((answer.status.as_u16(), message), (404, format!("{what} not found")), "{path}");
        }
        assert_eq!(get(&path, "").await.status.as_u16(), 401, "{path}");
        assert_eq!(get(&path, "TB").await.status.as_u16(), 403, "{path}");
    }
    for (method, path) in [
        (Method::POST, "recordings".to_owned()),
        (Method::POST, "recordings/track".to_owned()),
        (Method::PUT, format!("recordings/{M1}")),
        (Method::POST, "livestreams".to_owned()),
        (Method::POST, format!("meetings/{M1}/livestreams")),
        (Method::POST, format!("meetings/{M1}/active-livestream/stop")),
        (Method::POST, format!("sessions/{session}/summary")),
    ] {
        let target = format!("/client/v4/accounts/{A}/realtime/kit/{P}/{path}");
        let answer = w.send(method, &target, "TA", None).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-should-retry")), (501, "false"), "{path}");
    }
}

#[tokio::test]
async fn sizes_are_bounded() {
    let kit = Kit::new().await;
    let w = &kit.world;
    let fits = target(A, P, "");
    let pad = |n: usize| format!("{fits}?search={}", "a".repeat(n - fits.len() - "?search=".len()));
    let ok = w.send(Method::GET, &pad(16 * 1024), "TA", None).await;
    assert_eq!(ok.status, StatusCode::OK);
    let long = w.send(Method::GET, &pad(16 * 1024 + 1), "TA", None).await;
    assert_eq!((long.status.as_u16(), &long.json()["error"]["code"]), (414, &json!(414)));
    let meetings = format!("/accounts/{A}/realtime/kit/{P}/meetings");
    let headers = [("authorization", "Bearer TA")];
    let body = format!("{{\"title\":\"{}\"}}", "a".repeat(1024 * 1024));
    let large = w.raw(Method::POST, &meetings, &headers, body).await;
    assert_eq!((large.status.as_u16(), &large.json()["error"]["code"]), (413, &json!(413)));
    for (body, message) in [
        ("{", "BAD_REQUEST: the body is not valid JSON"),
        ("[]", "BAD_REQUEST: the body must be a JSON object"),
        ("{\"title\":5}", "BAD_REQUEST: \"title\" must be a string"),
    ] {
        let answer = w.raw(Method::POST, &meetings, &headers, body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["message"]), (400, &json!(message)));
    }
}

#[tokio::test]
async fn gzip_when_asked() {
    let kit = Kit::new().await;
    let headers = [("authorization", "Bearer TA"), ("accept-encoding", "gzip")];
    let answer = kit.world.raw(Method::GET, &target(A, P, ""), &headers, "").await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(kit.list("").await.header("content-encoding"), "");
}

#[tokio::test]
async fn cors_for_configured_origins_only() {
    let kit = Kit::new().await;
    let path = target(A, P, "");
    let origin = [("authorization", "Bearer TA"), ("origin", "https://app.example")];
    let none = kit.world.raw(Method::GET, &path, &origin, "").await;
    assert_eq!(none.header("access-control-allow-origin"), "");

    let config = ApiConfig { cors_origins: vec!["https://app.example".to_owned()], ..ApiConfig::default() };
    let mut world = kit.world;
    world.router = router(world.node.clone(), config);
    let allowed = world.raw(Method::GET, &path, &origin, "").await;
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example");
    let preflight = world.raw(Method::OPTIONS, &path, &[("origin", "https://app.example")], "").await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(preflight.header("access-control-allow-methods"), "GET, HEAD, OPTIONS");
    assert!(preflight.header("access-control-allow-headers").contains("authorization"));
    let foreign = world.raw(Method::GET, &path, &[("origin", "https://evil.example")], "").await;
    assert_eq!((foreign.header("access-control-allow-origin"), foreign.header("vary")), ("", "origin"));
}
