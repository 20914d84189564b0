//! Cases R01 to R113 of `GET …/{app_id}/sessions`.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::kit_fixture::{A, B, E, Kit, M1, M2, P, Q, record, target};
use crate::world::{Answer, until};

const ALL: [&str; 6] = ["S6", "S3", "S4", "S2", "S1", "S5"];

fn refusal(status: u16, code: u32, message: &str) -> Value {
    json!({
        "success": false,
        "error": { "code": status, "message": message },
        "errors": [{ "code": code, "message": message }],
        "messages": [],
        "result": null,
    })
}

fn assert_refused(case: &str, answer: &Answer, message: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{case}: {}", answer.text);
    assert_eq!(answer.json(), refusal(400, 400, &format!("BAD_REQUEST: {message}")), "{case}");
}

fn paging(total: u64, start: u64, end: u64) -> Value {
    json!({ "total_count": total, "start_offset": start, "end_offset": end })
}

/// Lists with `query` and compares names, order and paging.
async fn assert_listed(kit: &Kit, case: &str, query: &str, names: &[&str], expected_paging: Value) {
    let answer = kit.list(query).await;
    assert_eq!(answer.status, StatusCode::OK, "{case}: {}", answer.text);
    let body = answer.json();
    assert_eq!(kit.listed(&body), names, "{case}");
    assert_eq!(body["paging"], expected_paging, "{case}");
    assert_eq!(body["success"], json!(true), "{case}");
}

/// The whole result is on one page.
async fn assert_whole(kit: &Kit, case: &str, query: &str, names: &[&str]) {
    let n = names.len() as u64;
    assert_listed(kit, case, query, names, paging(n, n.min(1), n)).await;
}

#[tokio::test]
async fn r01_to_r07_plain_reading() {
    let kit = Kit::new().await;
    assert_whole(&kit, "R01", "", &ALL).await;
    let body = kit.list("").await.json();
    let required = [
        "id",
        "associated_id",
        "created_at",
        "live_participants",
        "max_concurrent_participants",
        "meeting_display_name",
        "minutes_consumed",
        "organization_id",
        "started_at",
        "status",
        "type",
        "updated_at",
    ];
    for session in body["data"]["sessions"].as_array().unwrap() {
        assert!(required.iter().all(|key| session.get(key).is_some()), "R01: {session}");
    }

    let s3 = kit.pick(&body, "S3");
    let r02 = json!({
        "id": kit.id("S3"), "status": "LIVE", "live_participants": 1, "max_concurrent_participants": 2,
        "minutes_consumed": 6.7833, "associated_id": M2, "meeting_display_name": "100%_done",
        "organization_id": P, "type": "meeting", "breakout_rooms": [], "meta": {},
        "started_at": "2026-01-12T14:21:34.388Z", "created_at": "2026-01-12T14:21:34.388Z",
        "updated_at": "2026-01-12T14:24:20.604Z",
    });
    assert_eq!(s3, r02, "R02");

    let s1 = kit.pick(&body, "S1");
    assert_eq!((&s1["minutes_consumed"], &s1["live_participants"]), (&json!(60), &json!(0)), "R03");
    assert_eq!(s1["started_at"], "2026-01-10T19:00:00.000Z", "R03");
    assert_eq!(s1["ended_at"], "2026-01-10T19:31:00.000Z", "R03");

    let s6 = kit.pick(&body, "S6");
    assert_eq!((&s6["status"], &s6["live_participants"]), (&json!("LIVE"), &json!(0)), "R04");
    assert_eq!((&s6["minutes_consumed"], &s6["meeting_display_name"]), (&json!(0.5), &json!("")), "R04");
    assert!(s6.get("ended_at").is_none(), "R04");

    let answer = kit.world.send(Method::GET, &target(A, E, ""), "TA", None).await.ok();
    assert_eq!((&answer["data"]["sessions"], &answer["paging"]), (&json!([]), &paging(0, 0, 0)), "R06");
    let answer = kit.world.send(Method::GET, &target(A, Q, ""), "TA", None).await.ok();
    assert_eq!(kit.listed(&answer), ["S9"], "R07");
}

#[tokio::test]
async fn r05_a_minute_later() {
    let kit = Kit::new().await;
    let before = kit.list("").await.json();
    kit.world.clock.advance(60_000);
    let ended = || async { kit.world.store.session(&P.into(), kit.session_id("S6")).await.unwrap().unwrap() };
    until("the end of S6", || async { ended().await.ended_at.is_some() }).await;
    let after = kit.list("").await.json();
    assert_eq!(kit.listed(&after), ALL);
    assert_eq!(kit.pick(&after, "S3")["minutes_consumed"], json!(7.7833));
    let s6 = kit.pick(&after, "S6");
    assert_eq!((&s6["status"], &s6["ended_at"]), (&json!("ENDED"), &json!("2026-01-12T14:26:30.000Z")));
    assert_eq!(s6["minutes_consumed"], json!(0.5));
    for same in ["S4", "S2", "S1", "S5"] {
        assert_eq!(kit.pick(&before, same), kit.pick(&after, same));
    }
}

#[tokio::test]
async fn r10_to_r19_who_may_ask() {
    let kit = Kit::new().await;
    let authentication = |status| refusal(status, 10_000, "Authentication error");
    let plain = target(A, P, "");
    for (case, headers) in [
        ("R10", &[][..]),
        ("R11", &[("authorization", "Bearer nonsense")]),
        ("R12", &[("authorization", "Basic dXNlcjpwYXNz")]),
        ("R11 by key", &[("x-auth-email", "a@example.com"), ("x-auth-key", "nonsense")]),
        ("R10 key alone", &[("x-auth-key", "TA")]),
    ] {
        let answer = kit.world.raw(Method::GET, &plain, headers, "").await;
        assert_eq!((answer.status.as_u16(), answer.json()), (401, authentication(401)), "{case}");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{case}");
    }
    let by_key = [("x-auth-email", "a@example.com"), ("x-auth-key", "TA")];
    assert_eq!(kit.world.raw(Method::GET, &plain, &by_key, "").await.status, StatusCode::OK);
    for (case, token, target) in [
        ("R13", "TB", plain.clone()),
        ("R14", "TN", plain.clone()),
        ("R19", "TB", target(A, P, "per_page=abc")),
        ("R19 query", "TB", target(A, P, "search=%FF")),
    ] {
        let answer = kit.world.send(Method::GET, &target, token, None).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (403, authentication(403)), "{case}");
    }
    for (case, token, target) in [
        ("R17", "TB", target(B, P, "")),
        ("R18", "TA", target(A, "does-not-exist", "")),
        ("R18 long", "TA", target(A, &"x".repeat(300), "")),
    ] {
        let answer = kit.world.send(Method::GET, &target, token, None).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (404, refusal(404, 404, "App not found")),
            "{case}"
        );
    }
    assert_eq!(
        kit.world.send(Method::GET, &plain, "TR", None).await.status,
        StatusCode::OK,
        "read permission"
    );
    kit.world.store.revoke_token("id-TR", kit.world.node.now()).await.unwrap();
    let revoked = kit.world.send(Method::GET, &plain, "TR", None).await;
    assert_eq!(revoked.status, StatusCode::UNAUTHORIZED, "a revoked token");
}

#[tokio::test]
async fn r21_to_r47_filters() {
    let kit = Kit::new().await;
    let of_m1 = format!("associated_id={M1}");
    let and = format!("status=ENDED&associated_id={M1}&start_time=2026-01-11");
    let exact = "start_time=2026-01-10T19:00:00.000Z&end_time=2026-01-10T19:00:00.000Z";
    let cases: &[(&str, &str, &[&str])] = &[
        ("R21", "status=LIVE", &["S6", "S3"]),
        ("R22", "status=ENDED", &["S4", "S2", "S1", "S5"]),
        ("R25", "status=", &ALL),
        ("R26", &of_m1, &["S2", "S1"]),
        ("R27", "associated_id=6bf2b8be-ffff-4191-b602-1128921a306b", &[]),
        ("R28", "associated_id=abcdef-ghijkl", &[]),
        ("R30", "start_time=2026-01-11T00:00:00Z", &["S6", "S3", "S4", "S2"]),
        ("R31", "end_time=2026-01-11T00:00:00Z", &["S1", "S5"]),
        ("R32", exact, &["S1"]),
        ("R33 both ends crossed", "start_time=2026-01-12&end_time=2026-01-10", &[]),
        ("R35", "start_time=2026-01-12", &["S6", "S3", "S4"]),
        ("R36 date only", "end_time=2026-01-10", &["S1", "S5"]),
        ("R37 blank for +", "start_time=2026-01-12T11:00:00+02:00", &["S6", "S3", "S4"]),
        ("end of all time", "end_time=9999-12-31", &ALL),
        ("beyond it", "end_time=%2B275760-09-13T00:00:00.000Z", &ALL),
        ("from beyond it", "start_time=%2B275760-09-13T00:00:00.000Z", &[]),
        ("before all time", "start_time=-271821-04-20T00:00:00.000Z", &ALL),
        ("no seconds, no colon", "start_time=2026-01-12T11:00%2B0200", &["S6", "S3", "S4"]),
        ("R42", "participants=1:10", &ALL),
        ("R43", "participants=3:", &["S4"]),
        ("R44", "participants=:1", &["S6"]),
        ("R47", &and, &["S2"]),
    ];
    for (case, query, names) in cases {
        assert_whole(&kit, case, query, names).await;
    }
    let status = "\"status\" must be one of [LIVE, ENDED]";
    let start = "\"start_time\" must be in ISO 8601 date format";
    let end = "\"end_time\" must be in ISO 8601 date format";
    let range = "\"participants\" must be a range like 1:10";
    for (case, query, message) in [
        ("R23", "status=live", status),
        ("R24", "status=ACTIVE", status),
        ("R38", "start_time=yesterday", start),
        ("R39", "start_time=1768200000", start),
        ("R41", "end_time=12/01/2026", end),
        ("R46", "participants=10:1", range),
        ("R46", "participants=abc", range),
        ("R46", "participants=1-10", range),
        ("R46", "participants=:", range),
        ("R46", "participants=-1:5", range),
        ("first fault of the table", "per_page=abc&status=x&end_time=x", end),
    ] {
        assert_refused(case, &kit.list(query).await, message);
    }
}

#[tokio::test]
async fn r50_to_r64_search() {
    let kit = Kit::new().await;
    let part = format!("search={}", &M1[..8]);
    let upper = format!("search={}", M1.to_uppercase());
    let session = format!("search={}", kit.id("S4"));
    let cases: &[(&str, &str, &[&str])] = &[
        ("R50", "search=weekly", &["S2", "S1"]),
        ("R51", "search=%E3%83%9F%E3%83%BC%E3%83%86", &["S4"]),
        ("R52 case of É, composed or not", "search=cafe%CC%81%20%C3%A9clair", &["S5"]),
        ("R54", "search=%25", &["S3"]),
        ("R55 underscore", "search=_", &["S3"]),
        ("R56", "search=%25_done", &["S3"]),
        ("R58", &part, &["S2", "S1"]),
        ("R58 upper case", &upper, &["S2", "S1"]),
        ("R59 session id", &session, &["S4"]),
        ("R60", "search='%20OR%201%3D1%20--", &[]),
        ("R61 not trimmed", "search=%20weekly", &[]),
        ("R62", "search=", &ALL),
    ];
    for (case, query, names) in cases {
        assert_whole(&kit, case, query, names).await;
    }
    assert_refused("R64", &kit.list("search=%FF").await, "the query is not valid UTF-8");
    assert_refused("R64 escape", &kit.list("search=%4").await, "the query has a wrong percent-encoding");
}

#[tokio::test]
async fn r70_to_r75_sorting() {
    let kit = Kit::new().await;
    let by_minutes = ["S2", "S4", "S1", "S5", "S3", "S6"];
    let oldest_first: Vec<&str> = ALL.iter().rev().copied().collect();
    let fewest_first: Vec<&str> = by_minutes.iter().rev().copied().collect();
    let cases: &[(&str, &str, &[&str])] = &[
        ("R70", "sort_by=createdAt&sort_order=ASC", &oldest_first),
        ("R71", "sort_by=minutesConsumed", &by_minutes),
        ("R72", "sort_by=minutesConsumed&sort_order=ASC", &fewest_first),
        ("R73", "sort_order=ASC", &oldest_first),
    ];
    for (case, query, names) in cases {
        assert_whole(&kit, case, query, names).await;
    }
    let minutes = kit.list("sort_by=minutesConsumed").await.json();
    let minutes: Vec<_> = minutes["data"]["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["minutes_consumed"].clone())
        .collect();
    assert_eq!(json!(minutes), json!([117, 100, 60, 52, 6.7833, 0.5]), "R71");
    let by = "\"sort_by\" must be one of [minutesConsumed, createdAt]";
    assert_refused("R74", &kit.list("sort_by=created_at").await, by);
    assert_refused("R75", &kit.list("sort_order=asc").await, "\"sort_order\" must be one of [ASC, DESC]");
}

#[tokio::test]
async fn r80_to_r90_paging() {
    let kit = Kit::new().await;
    let cases: &[(&str, &str, &[&str], Value)] = &[
        ("R80", "per_page=2", &["S6", "S3"], paging(6, 1, 2)),
        ("R81", "per_page=2&page_no=3", &["S1", "S5"], paging(6, 5, 6)),
        ("R82", "per_page=4&page_no=2", &["S1", "S5"], paging(6, 5, 6)),
        ("R83 beyond the end", "per_page=4&page_no=3", &[], paging(6, 0, 0)),
        ("R83 far beyond", "page_no=9007199254740992&per_page=100", &[], paging(6, 0, 0)),
        ("R84", "page_no=0", &ALL, paging(6, 1, 6)),
        ("R84", "per_page=0", &ALL, paging(6, 1, 6)),
        ("R84", "page_no=0&per_page=0", &ALL, paging(6, 1, 6)),
        ("R89 leading zeros, fraction", "per_page=002.9&page_no=1.9", &["S6", "S3"], paging(6, 1, 2)),
    ];
    for (case, query, names, expected) in cases {
        assert_listed(&kit, case, query, names, expected.clone()).await;
    }
    let number = "\"per_page\" must be a number";
    for (case, query, message) in [
        ("R85", "page_no=-1", "\"page_no\" must be greater than or equal to 0"),
        ("R86", "per_page=-1", "\"per_page\" must be greater than or equal to 0"),
        ("R87", "per_page=abc", number),
        ("R90", "per_page=1e2", number),
        ("R90", "per_page=NaN", number),
        ("R90", "per_page=0x10", number),
        ("R90", "per_page=99999999999999999999", number),
        ("R90", "per_page=%2B5", number),
    ] {
        assert_refused(case, &kit.list(query).await, message);
    }
}

/// Sessions of app E, one a minute.
async fn fill(kit: &Kit, number: u32) {
    let records: Vec<Value> = (0..number)
        .map(|i| {
            let (hour, minute) = (i / 60, i % 60);
            let time = |second| format!("2026-01-02T{hour:02}:{minute:02}:{second:02}.000Z");
            let session = format!("eeeeeeee-0000-4000-8000-0000{:08x}", i << 16);
            let meeting = json!({ "id": "eeeeeeee-0000-4000-9000-000000000001", "title": "Many" });
            record(E, meeting, &session, (&time(0), &time(59)), &[(&time(0), &time(30))])
        })
        .collect();
    kit.world.history(&records).await;
}

#[tokio::test]
async fn r88_and_r92_page_sizes() {
    let kit = Kit::new().await;
    let list = async |query: &str| kit.world.send(Method::GET, &target(A, E, query), "TA", None).await.ok();
    let count = |body: &Value| body["data"]["sessions"].as_array().unwrap().len();
    fill(&kit, 30).await;
    let body = list("").await;
    assert_eq!((count(&body), &body["paging"]), (25, &paging(30, 1, 25)), "R92");

    // Pages never overlap and leave nothing out.
    let mut seen = std::collections::BTreeSet::new();
    for page in 1..=5 {
        let query = format!("per_page=7&page_no={page}");
        let body = list(&query).await;
        for session in body["data"]["sessions"].as_array().unwrap() {
            assert!(seen.insert(session["id"].to_string()));
        }
    }
    assert_eq!(seen.len(), 30);
}

#[tokio::test]
async fn r88_large_pages_are_lowered() {
    let kit = Kit::new().await;
    fill(&kit, 150).await;
    let body = kit.world.send(Method::GET, &target(A, E, "per_page=100000"), "TA", None).await.ok();
    assert_eq!(body["data"]["sessions"].as_array().unwrap().len(), 100);
    assert_eq!(body["paging"], paging(150, 1, 100));
}

#[tokio::test]
async fn r100_to_r113_http() {
    let kit = Kit::new().await;
    assert_refused("R100", &kit.list("status=LIVE&status=ENDED").await, "\"status\" must be a string");
    assert_refused("R100 number", &kit.list("per_page=1&per_page=1").await, "\"per_page\" must be a number");
    assert_whole(&kit, "R101", "foo=bar&utm=1&foo=baz", &ALL).await;
    assert_whole(&kit, "R108", &format!("search={}", "a".repeat(4000)), &[]).await;
    assert_whole(&kit, "R62 only marks", "&&", &ALL).await;

    let path = target(A, P, "");
    let options = kit.world.raw(Method::OPTIONS, &path, &[], "").await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET, HEAD, OPTIONS"), "R103");
    assert_eq!(options.text, "", "R103");
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = kit.world.send(method, &path, "TA", None).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "GET, HEAD, OPTIONS"), "R104");
        assert_eq!(answer.json()["error"]["code"], 405, "R104");
    }
    let plain = kit.list("").await;
    let slash = kit.world.send(Method::GET, &format!("{path}/"), "TA", None).await;
    assert_eq!((slash.status, &slash.text), (StatusCode::OK, &plain.text), "R105 one trailing slash");
    let slashes = kit.world.send(Method::GET, &format!("{path}//"), "TA", None).await;
    assert_eq!((slashes.status.as_u16(), &slashes.json()["error"]["code"]), (404, &json!(404)), "R106");

    let html = [("authorization", "Bearer TA"), ("accept", "text/html")];
    let answer = kit.world.raw(Method::GET, &path, &html, "").await;
    assert_eq!((answer.header("content-type"), &answer.text), ("application/json", &plain.text), "R109");
    let answer = kit.world.send(Method::GET, &path, "TA", Some(json!({ "status": "LIVE" }))).await;
    assert_eq!(answer.text, plain.text, "R111");
    let answer = kit.world.send(Method::GET, &format!("/client/v4{path}"), "TA", None).await;
    assert_eq!((answer.status, &answer.text), (StatusCode::OK, &plain.text), "R113");
    let head = kit.world.send(Method::HEAD, &path, "TA", None).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""), "HEAD");
    assert_eq!(head.header("content-type"), "application/json");
}
