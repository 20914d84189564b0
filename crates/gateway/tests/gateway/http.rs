//! The calls around the socket.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use sederunt_app::admission;
use sederunt_app::reports::POST_MAX_BYTES;
use sederunt_core::id::PeerId;
use sederunt_gateway::{GatewayConfig, Rate, RelayOffer, StrangerLimits, TELEMETRY_MAX_BYTES, router};
use sederunt_node::metrics::Kind;
use sederunt_store::{MeetingRow, RoomKind, UserRow};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{T0, World};

async fn call(door: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
    let response = door.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    (head.status, head.headers, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path).header("host", "api.localhost:8443")
}

fn door(w: &World) -> Router {
    router(w.node.clone(), GatewayConfig::default())
}

fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path).header("content-type", "application/json").body(body.into()).unwrap()
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(map) => map.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[tokio::test]
async fn participant_details_hold_what_the_client_reads_and_no_null() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut row = w.participant(meeting, "alice", "group_call_host").await;
    row.custom_participant_id = None;
    w.store.put_participant(row.clone()).await.unwrap();
    let token = w.token(&row).await;
    let path = "/v2/internals/participant-details";
    let request = get(path).header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    let (status, headers, body) = call(&door(&w), request).await;
    assert_eq!(status, 200);
    assert_eq!(headers["content-type"], "application/json");
    assert!(!has_null(&body), "null is poison: {body}");
    let data = &body["data"];
    assert_eq!(data["participant"], json!({"id": row.id, "name": "alice", "organization_id": "app-1"}));
    assert_eq!(data["meeting"]["title"], "Weekly");
    assert_eq!(data["socket"]["base_uri"], "localhost:8443");
    assert_eq!(data["preset"]["name"], "group_call_host");
    assert_eq!(data["preset"]["config"]["view_type"], "GROUP_CALL");
    assert_eq!(data["preset"]["config"]["media"]["video"]["simulcast"], true);
    assert_eq!(data["preset"]["permissions"]["polls"]["can_view"], true);
    assert_eq!(data["preset"]["permissions"]["can_record"], false);

    for bad in ["", "Bearer", "Bearer x", "Basic abc"] {
        let request = get(path).header("authorization", bad).body(Body::empty()).unwrap();
        let (status, _, body) = call(&door(&w), request).await;
        assert_eq!((status, body["success"].as_bool()), (StatusCode::UNAUTHORIZED, Some(false)), "{bad}");
    }
}

#[tokio::test]
async fn preflights_of_the_client_are_answered() {
    let w = World::new().await;
    for path in ["/v2/internals/participant-details", "/iceservers", "/otel/logs", "/v2/meetings/chat-upload"]
    {
        let wanted =
            "authorization,content-encoding,content-type,traceparent,tracing-id,x-realtimekit-version";
        let request = Request::options(path)
            .header("origin", "https://app.example.org")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", wanted)
            .body(Body::empty())
            .unwrap();
        let (status, headers, _) = call(&door(&w), request).await;
        assert!(status.is_success(), "{path}: {status}");
        assert_eq!(headers["access-control-allow-origin"], "https://app.example.org");
        let mut allowed: Vec<_> =
            headers["access-control-allow-headers"].to_str().unwrap().split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(","), wanted, "{path}");
    }
}

#[tokio::test]
async fn the_small_calls() {
    let w = World::new().await;
    let config = GatewayConfig {
        base_uri: Some("meet.example.org".to_owned()),
        shim: true,
        ice_servers: vec![json!({"urls": "stun:stun.example.org"})],
        ..GatewayConfig::default()
    };
    let door = router(w.node.clone(), config);
    let (_, _, ice) = call(&door, get("/iceservers").body(Body::empty()).unwrap()).await;
    assert_eq!(ice, json!({"success": true, "iceServers": [{"urls": "stun:stun.example.org"}]}));
    let (_, _, told) = call(&door, get("/meet/config.json").body(Body::empty()).unwrap()).await;
    assert_eq!(told, json!({"baseURI": "meet.example.org", "shim": true}));
    let (_, _, location) = call(&door, get("/location").body(Body::empty()).unwrap()).await;
    assert_eq!(location["loc"], "0.0000,0.0000");

    let (status, _, body) = call(&door, post("/v2/meetings/chat-upload", "{}")).await;
    assert_eq!((status.as_u16(), body["error"]["code"].as_str()), (501, Some("NOT_OFFERED")));
    let (status, _, _) =
        call(&door, get("/v2/meetings/x/active-livestream").body(Body::empty()).unwrap()).await;
    assert_eq!(status, 501);

    let (status, _, _) = call(&door, post("/otel/logs", vec![0x1f, 0x8b, 0, 1])).await;
    assert_eq!(status, 200);
    let (status, _, _) = call(&door, post("/api/v1/message", "{}")).await;
    assert_eq!(status, 200);
    let long = Body::from_stream(futures_util::stream::iter(
        (0..=TELEMETRY_MAX_BYTES / 1024).map(|_| Ok::<_, std::io::Error>(vec![0_u8; 1024])),
    ));
    let (status, _, _) = call(&door, post("/otel/logs", long)).await;
    assert_eq!(status, 413);
    assert_eq!(w.node.metrics().telemetry_posts.get(), 1);
}

#[tokio::test]
async fn the_relay_is_offered_to_participants_alone() {
    let w = World::new().await;
    let (media, _notices) = crate::media::media();
    let meeting = w.meeting().await.id;
    let token = w.token(&w.participant(meeting, "alice", "group_call_host").await).await;
    let ask = async |is_secure, token: Option<&str>| {
        let relay = Some(RelayOffer { media: media.clone(), is_secure });
        let base_uri = Some("meet.example.org".to_owned());
        let door = router(w.node.clone(), GatewayConfig { base_uri, relay, ..GatewayConfig::default() });
        let mut request = get("/iceservers");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let (_, _, body) = call(&door, request.body(Body::empty()).unwrap()).await;
        body["iceServers"].as_array().unwrap().clone()
    };
    assert!(ask(true, None).await.is_empty());
    assert!(ask(true, Some("a.b.c")).await.is_empty());
    let servers = ask(true, Some(&token)).await;
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0]["urls"], json!(["turns:meet.example.org:443?transport=tcp"]));
    let username = servers[0]["username"].as_str().unwrap();
    let (ends, whose) = username.split_once(':').unwrap();
    assert_eq!(ends.parse::<i64>().unwrap() - w.node.now().0 / 1_000, 12 * 60 * 60);
    assert!(!whose.is_empty() && !servers[0]["credential"].as_str().unwrap().is_empty());
    let plain = ask(false, Some(&token)).await;
    assert_eq!(plain[0]["urls"], json!(["turn:meet.example.org:80?transport=tcp"]));
}

#[tokio::test]
async fn the_pagecall_entry() {
    let w = World::new().await;
    let open = MeetingRow { kind: RoomKind::Open, is_room: true, ..w.meeting_row() };
    let private = MeetingRow { kind: RoomKind::Private, is_room: true, ..w.meeting_row() };
    w.store.create_meeting(open.clone()).await.unwrap();
    w.store.create_meeting(private.clone()).await.unwrap();
    let bob = UserRow {
        app: w.app.clone(),
        user_id: "u-bob".to_owned(),
        name: "bob".to_owned(),
        access_token: "at-bob".to_owned(),
        extra: json!({}),
        created_at: T0,
        updated_at: T0,
    };
    w.store.upsert_user(bob).await.unwrap();
    let door = door(&w);
    let enter = |body: Value| call(&door, post("/meet/token", body.to_string()));

    let (status, _, body) = enter(json!({"room_id": open.id.pagecall()})).await;
    assert_eq!(status, 200);
    let ticket = admission::admit(&w.node, body["authToken"].as_str().unwrap()).await.unwrap();
    assert_eq!(ticket.meeting.id, open.id);

    for (body, status, code) in [
        (json!({"room_id": private.id.pagecall()}), 403, "NOT_INVITED"),
        (json!({"room_id": private.id.pagecall(), "access_token": "at-bob"}), 403, "NOT_INVITED"),
        (json!({"room_id": open.id.pagecall(), "access_token": "at-nobody"}), 401, "BAD_TOKEN"),
        (json!({"room_id": "000000000000000000000000"}), 404, "ROOM_NOT_FOUND"),
        (json!({"room_id": "lobby"}), 404, "ROOM_NOT_FOUND"),
        (json!({"room": "lobby"}), 422, "BAD_REQUEST"),
        (json!([open.id.pagecall(), "at-bob"]), 422, "BAD_REQUEST"),
        (json!({"room_id": [open.id.pagecall()]}), 422, "BAD_REQUEST"),
        (json!({"room_id": open.id.pagecall(), "access_token": {"at-bob": null}}), 422, "BAD_REQUEST"),
    ] {
        let (got, _, answer) = enter(body.clone()).await;
        assert_eq!((got.as_u16(), answer["code"].as_str()), (status, Some(code)), "{body}");
        assert!(answer["message"].as_str().is_some_and(|m| !m.is_empty()));
    }
    let mut wrapped = post("/meet/token", "{}");
    wrapped.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    let (status, _, answer) = call(&door, wrapped).await;
    assert_eq!((status.as_u16(), answer["code"].as_str()), (415, Some("BAD_REQUEST")));
    let (status, _, answer) = call(&door, post("/meet/token", "{")).await;
    assert_eq!((status.as_u16(), answer["code"].as_str()), (400, Some("BAD_REQUEST")));
}

/// What a client says of its call is kept when its token says whose it is; the answer is the same whatever becomes of it.
#[tokio::test]
async fn call_statistics_are_kept_of_whose_they_are() {
    let limits = StrangerLimits {
        posts_per_participant: Rate { burst: 5, every: Duration::from_secs(3_600) },
        ..StrangerLimits::default()
    };
    let w = World::new().await;
    let door = router(w.node.clone(), GatewayConfig { limits, ..GatewayConfig::default() });
    let meeting = w.meeting().await;
    let row = w.participant(meeting.id, "alice", "group_call_host").await;
    let token = w.token(&row).await;
    let peer = PeerId(w.node.mint_id());
    let mut alice = w.attach(&token, peer).await.unwrap();
    alice.join().await;
    let said = |padding: usize| {
        let entry = json!({"event": "tab_change", "timestamp": "2026-01-12T14:00:00.000Z", "metaData": {"isMeetingsTabActive": true}});
        json!({"payload": {"entries": [entry]}, "peerId": peer, "padding": "x".repeat(padding)}).to_string()
    };
    let send = async |body: String, token: Option<&str>| {
        let mut request = post("/api/v1/message", body);
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let (status, _, answer) = call(&door, request).await;
        (status.as_u16(), answer)
    };
    let done = (200, json!({}));
    let of = |kind| w.node.metrics().call_stats_posts.get_or_create(&Kind { kind }).get();
    for token in [None, Some("nonsense")] {
        assert_eq!(send(said(0), token).await, done);
    }
    assert_eq!((of("no_token"), of("kept")), (2, 0));
    for (body, outcome) in [
        (said(0), "kept"),
        ("{".to_owned(), "unreadable"),
        (said(0).replace("tab_change", "audio_on"), "nothing"),
        (said(0).replace(&peer.to_string(), &w.node.mint_id().to_string()), "not_theirs"),
        // Exactly as long as it may be.
        (said(POST_MAX_BYTES - said(0).len()), "kept"),
        (said(0), "too_many"),
    ] {
        let before = of(outcome);
        assert_eq!(send(body, Some(&token)).await, done, "{outcome}");
        assert_eq!(of(outcome), before + 1, "{outcome}");
    }
    let (status, answer) = send(said(POST_MAX_BYTES + 1 - said(0).len()), Some(&token)).await;
    assert_eq!((status, &answer["error"]["code"]), (413, &json!("TOO_LARGE")));
    let session = w.store.active_session(meeting.id).await.unwrap().unwrap().id;
    assert_eq!(w.store.reports(session, peer).await.unwrap().unwrap().len(), 2);
}
