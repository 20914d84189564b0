//! Cases P01 to P43 of `GET /rooms/{room_id}/sessions`.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::pagecall_fixture::{BOB_ESCAPED, M1, M9, Pagecall, R1, R2, R3, R9, W, id, listed, target};
use crate::world::Answer;

fn paging(limit: u64, offset: u64, total: u64) -> Value {
    json!({ "limit": limit, "offset": offset, "total": total })
}

fn assert_listed(case: &str, answer: &Answer, names: &[&str], expected_paging: Value) {
    assert_eq!(answer.status, StatusCode::OK, "{case}: {}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json", "{case}");
    let body = answer.json();
    assert_eq!(listed(&body), names, "{case}");
    assert_eq!(body["paging"], expected_paging, "{case}");
}

pub(crate) fn assert_refused(case: &str, answer: &Answer, code: &str, parameter: Option<&str>) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{case}: {}", answer.text);
    let body = answer.json();
    assert_eq!(body["code"], code, "{case}");
    assert!(body["message"].as_str().is_some_and(|m| !m.is_empty()), "{case}");
    assert_eq!(body.get("parameter").and_then(Value::as_str), parameter, "{case}");
}

#[tokio::test]
async fn p01_to_p05_plain_reading() {
    let f = Pagecall::new().await;
    let answer = f.list(R1, "").await;
    assert_listed("P01", &answer, &["p4", "p3", "p2", "p1"], paging(4, 0, 4));
    let body = answer.json();
    let p1 = json!({
        "id": "000585f36eed9e8fb6b65511", "member_id": M1, "user_id": "alice",
        "connected_at": "2023-01-01T01:00:00.000Z", "disconnected_at": "2023-01-01T01:30:00.000Z",
        "room_id": R1, "application_id": W, "organization_id": "023e105f4ecef8ad9ca31a8372d0c353",
        "connection_id": "000585f36eed9e8fb6b65511", "elapsed_time": 1800,
    });
    assert_eq!(body["sessions"][3], p1, "P02");
    let p3 = &body["sessions"][1];
    assert!(p3.get("disconnected_at").is_none(), "P03: {p3}");
    assert_eq!((&p3["connected_at"], &p3["elapsed_time"]), (&json!("2023-01-01T01:50:00.000Z"), &json!(600)));

    let answer = f.list(R2, "").await;
    assert_listed("P04", &answer, &["p8"], paging(1, 0, 1));
    let p8 = &answer.json()["sessions"][0];
    assert!(p8.get("user_id").is_none(), "P04: {p8}");
    assert_eq!(p8["member_id"], M9, "P04");

    let empty = f.list(R3, "").await;
    let whole = json!({ "sessions": [], "paging": { "limit": 0, "offset": 0, "total": 0 } });
    assert_eq!((empty.status, empty.json()), (StatusCode::OK, whole), "P05");
}

#[tokio::test]
async fn p06_to_p19_filters() {
    let f = Pagecall::new().await;
    let bob = format!("user_id={BOB_ESCAPED}");
    let bob_connecting = format!("{bob}&is_connecting=true");
    let all: &[&str] = &["p4", "p3", "p2", "p1"];
    let cases: &[(&str, &str, &[&str])] = &[
        ("P06", "user_id=alice", &["p4", "p3", "p1"]),
        ("P07", &bob, &["p2"]),
        ("P08", "user_id=nobody", &[]),
        ("P09 exact", "user_id=ALICE", &[]),
        ("P11", "user_id=", all),
        ("P12", "is_connecting=true", &["p4", "p3"]),
        ("P12 any case", "is_connecting=True", &["p4", "p3"]),
        ("P13", "is_connecting=false", &["p2", "p1"]),
        ("P17", "is_connecting=", all),
        ("P18", "user_id=alice&is_connecting=true", &["p4", "p3"]),
        ("P19", &bob_connecting, &[]),
    ];
    for (case, query, names) in cases {
        let n = names.len() as u64;
        assert_listed(case, &f.list(R1, query).await, names, paging(n, 0, n));
    }
    for (case, query) in
        [("P15", "is_connecting=maybe"), ("P16", "is_connecting=1"), ("P16", "is_connecting=yes")]
    {
        let answer = f.list(R1, query).await;
        assert_refused(case, &answer, "INVALID_PARAMETER", Some("is_connecting"));
        assert_eq!(answer.json()["message"], "\"is_connecting\" must be a boolean", "{case}");
    }
}

#[tokio::test]
async fn p21_to_p25_rooms_and_keys() {
    let f = Pagecall::new().await;
    for (case, room) in
        [("P21", "ffffffffffffffffffffffff"), ("P22", "not-an-id"), ("P23 foreign", R9), ("P22", "%FF")]
    {
        assert_refused(case, &f.list(room, "").await, "ROOM_NOT_FOUND", None);
    }
    // The room is looked at before the parameters.
    assert_refused("P21", &f.list("not-an-id", "limit=x").await, "ROOM_NOT_FOUND", None);
    let upper = f.list(&R1.to_uppercase(), "").await;
    assert_listed("24 hex digits, any case", &upper, &["p4", "p3", "p2", "p1"], paging(4, 0, 4));
    let uuid = f.list(&id(R1).to_string(), "").await;
    assert_eq!(uuid.text, upper.text, "both spellings are read");

    for (case, headers) in [
        ("P24", &[][..]),
        ("P24 basic", &[("authorization", "Basic KW")]),
        ("P25", &[("authorization", "Bearer wrong")]),
    ] {
        let answer = f.world.raw(Method::GET, &target(R1, "limit=x"), headers, "").await;
        assert_refused(case, &answer, "UNAUTHENTICATED", None);
    }
    f.world.token("TA", Some(("acc", sederunt_store::Permission::RealtimeAdmin)), None).await;
    let answer = f.world.send(Method::GET, &target(R1, ""), "TA", None).await;
    assert_refused("a key without a workspace", &answer, "UNAUTHORIZED", None);
}

#[tokio::test]
async fn p27_to_p33_paging_and_order() {
    let f = Pagecall::new().await;
    let cases: &[(&str, &str, &[&str], Value)] = &[
        ("P27", "limit=2", &["p4", "p3"], paging(2, 0, 4)),
        ("P28", "limit=2&offset=2", &["p2", "p1"], paging(2, 2, 4)),
        ("P29 zero is the default", "limit=0", &["p4", "p3", "p2", "p1"], paging(30, 0, 4)),
        ("P29 lowered", "limit=5000", &["p4", "p3", "p2", "p1"], paging(1000, 0, 4)),
        ("P30", "is_connecting=true&offset=0&limit=10", &["p4", "p3"], paging(10, 0, 2)),
        ("P31 offset alone", "offset=3", &["p1"], paging(1, 3, 4)),
        ("P31 beyond the end", "offset=9", &[], paging(0, 9, 4)),
        ("P31 beyond the end", "offset=9&limit=2", &[], paging(2, 9, 4)),
        ("P32 ascending", "sort_by=%2Bconnected_at", &["p1", "p2", "p3", "p4"], paging(4, 0, 4)),
        ("P32 blank", "sort_by=+connected_at", &["p1", "p2", "p3", "p4"], paging(4, 0, 4)),
        ("P32 no sign", "sort_by=created_at", &["p1", "p2", "p3", "p4"], paging(4, 0, 4)),
        ("P32 default", "sort_by=-connected_at", &["p4", "p3", "p2", "p1"], paging(4, 0, 4)),
        ("P32 ended", "sort_by=%2Bdisconnected_at&is_connecting=false", &["p1", "p2"], paging(2, 0, 2)),
        ("P32 ended", "sort_by=-disconnected_at&is_connecting=false", &["p2", "p1"], paging(2, 0, 2)),
    ];
    for (case, query, names, expected) in cases {
        assert_listed(case, &f.list(R1, query).await, names, expected.clone());
    }
    for (case, query, parameter) in [
        ("P32", "sort_by=name", "sort_by"),
        ("P32", "sort_by=--connected_at", "sort_by"),
        ("P33", "limit=-1", "limit"),
        ("P33", "offset=abc", "offset"),
        ("P33", "limit=1.5", "limit"),
        ("P33", "limit=1e2", "limit"),
        ("given twice", "user_id=a&user_id=a", "user_id"),
        ("given twice", "limit=1&limit=1", "limit"),
    ] {
        assert_refused(case, &f.list(R1, query).await, "INVALID_PARAMETER", Some(parameter));
    }
    assert_refused("encoding", &f.list(R1, "x=%FF").await, "INVALID_PARAMETER", None);
}

/// One session of R3 with this many stays of a minute each, all at once.
async fn fill(f: &Pagecall, number: u32) {
    let stays: Vec<Value> = (0..number)
        .map(|i| {
            json!({
                "peer": format!("{:024x}", 0x1000 + i), "participant": "000585f36eed9e8fb6b65539", "name": "Guest",
                "joined_at": format!("2022-12-31T10:{:02}:{:02}.000Z", i / 60 % 60, i % 60),
                "left_at": "2022-12-31T12:00:00.000Z",
            })
        })
        .collect();
    let times = json!({
        "id": "000585f36eed9e8fb6b65533",
        "started_at": "2022-12-31T10:00:00.000Z", "ended_at": "2022-12-31T12:01:00.000Z",
    });
    f.world.history(&[json!({ "app": W, "meeting": { "id": R3 }, "session": times, "stays": stays })]).await;
}

/// In how many parts an answer comes.
async fn frames(f: &Pagecall, room: &str) -> usize {
    let request = Request::get(target(room, "")).header("authorization", "Bearer KW");
    let response = f.world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut parts = response.into_body().into_data_stream();
    let mut number = 0;
    while let Some(part) = parts.next().await {
        part.unwrap();
        number += 1;
    }
    number
}

#[tokio::test]
async fn p34_all_without_a_limit() {
    let f = Pagecall::new().await;
    // More than one batch of the stream, and not a multiple of it.
    fill(&f, 1_234).await;
    let body = f.list(R3, "").await.ok();
    let sessions = body["sessions"].as_array().unwrap();
    assert_eq!((sessions.len(), &body["paging"]), (1_234, &paging(1_234, 0, 1_234)), "P34");
    let instants: Vec<_> = sessions.iter().map(|s| s["connected_at"].as_str().unwrap()).collect();
    assert!(instants.is_sorted_by(|a, b| a >= b), "newest first");
    let ids: std::collections::BTreeSet<_> = sessions.iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1_234);
    assert!(frames(&f, R3).await > 2, "the list comes in parts");
    let rest = f.list(R3, "offset=1000").await.ok();
    assert_eq!(
        (rest["sessions"].as_array().unwrap().len(), &rest["paging"]),
        (234, &paging(234, 1000, 1_234))
    );
    let page = f.list(R3, "limit=100000").await.ok();
    assert_eq!(
        (page["sessions"].as_array().unwrap().len(), &page["paging"]),
        (1000, &paging(1000, 0, 1_234))
    );
}

#[tokio::test]
async fn p36_and_p37_terminated_and_deleted() {
    let f = Pagecall::new().await;
    let path = format!("/v1/rooms/{R1}");
    let put = f.world.send(Method::PUT, &path, "KW", Some(json!({ "is_terminated": true }))).await;
    let room = put.ok()["room"].clone();
    assert_eq!(
        (&room["is_terminated"], &room["terminated_at"]),
        (&json!(true), &json!("2023-01-01T02:00:00.000Z"))
    );
    assert_listed("P36", &f.list(R1, "").await, &["p4", "p3", "p2", "p1"], paging(4, 0, 4));
    assert_listed("P36", &f.list(R1, "is_connecting=true").await, &[], paging(0, 0, 0));

    let mut row = f.world.store.meeting(id(R2).into()).await.unwrap().unwrap();
    row.deleted_at = Some(f.world.node.now());
    f.world.store.put_meeting(row).await.unwrap();
    assert_refused("P37", &f.list(R2, "").await, "ROOM_NOT_FOUND", None);
}

#[tokio::test]
async fn p39_to_p43_http() {
    let f = Pagecall::new().await;
    let path = target(R1, "");
    let options = f.world.raw(Method::OPTIONS, &path, &[], "").await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET, HEAD, OPTIONS"), "P39");
    let post = f.world.send(Method::POST, &path, "KW", Some(json!({}))).await;
    assert_eq!((post.status.as_u16(), post.header("allow")), (405, "GET, HEAD, OPTIONS"), "P40");
    assert_eq!(post.json()["code"], "METHOD_NOT_ALLOWED", "P40");
    let plain = f.list(R1, "").await;
    let slash = f.get(&format!("{path}/")).await;
    assert_eq!((slash.status, &slash.text), (StatusCode::OK, &plain.text), "P41");
    // The 100 000 characters of the case do not fit hyper's URI type, which answers 414 before us.
    let long = f.list(R1, &format!("user_id={}", "a".repeat(60_000))).await;
    assert_eq!((long.status.as_u16(), &long.json()["code"]), (414, &json!("TOO_LARGE")), "P42");
    assert_eq!(f.list(R1, "unknown=1&unknown=2").await.text, plain.text, "P43");
}
