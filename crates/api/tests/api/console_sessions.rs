//! What the console asks for of sessions: counts over time, files, and one session whole.

use std::collections::BTreeSet;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, StatusCode};
use futures_util::StreamExt;
use insta::{assert_json_snapshot, assert_snapshot};
use sederunt_core::call::Disconnect;
use sederunt_core::id::{PeerId, SessionId};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::console::{OWN, signed_in};
use crate::feed::{meeting, world};
use crate::kit_fixture::{Kit, P, record};
use crate::world::{World, until};

fn of_app(path: &str) -> String {
    format!("/sederunt/v1/apps/{P}/{path}")
}

/// Sessions of a year, some at one instant, some of other titles.
async fn year() -> Kit {
    let kit = Kit::new().await;
    let mut records = Vec::new();
    for n in 0..420_u32 {
        let id = format!("00000000-0000-4000-8000-{n:012x}");
        let day = format!("2025-{:02}-{:02}", n / 28 % 12 + 1, n % 28 + 1);
        // A dozen begin at one instant; and more of them at another than a file reads at a time.
        let start = match n {
            0..12 => "2025-01-01T05:00:00.000Z".to_owned(),
            12..300 => format!("{day}T10:00:00.000Z"),
            _ => "2025-12-31T05:00:00.000Z".to_owned(),
        };
        let end = format!("{day}T12:00:00.000Z").max(start.clone());
        let title = ["Plain", "=1+1", "Comma, \"quote\""][n as usize % 3];
        let meeting = json!({ "id": format!("00000000-0000-4000-9000-{n:012x}"), "title": title });
        records.push(record(P, meeting, &id, (&start, &end), &[(&start, &end)]));
    }
    kit.world.history(&records).await;
    kit
}

#[tokio::test]
async fn counts_add_up_to_the_list_for_every_filter() {
    let kit = year().await;
    for filter in [
        "",
        "status=ENDED",
        "status=LIVE",
        "search=plain",
        "participants=2:",
        "start_time=2025-03-10&end_time=2025-06-20",
        "search=nothing%20like%20it",
    ] {
        let list = kit.list(filter).await.json();
        for by in ["hour", "day", "week", "month", ""] {
            let by = if by.is_empty() { String::new() } else { format!("&by={by}") };
            let target = of_app(&format!("sessions/counts?{filter}&tz=Asia/Seoul{by}"));
            let answer = kit.world.send(Method::GET, &target, "TR", None).await;
            if answer.status == 400 {
                assert!(by == "&by=hour" && answer.text.contains("1500 buckets"), "{target} {}", answer.text);
                continue;
            }
            let counts = answer.ok();
            let buckets = counts["buckets"].as_array().unwrap();
            let sum: u64 = buckets.iter().map(|bucket| bucket["sessions"].as_u64().unwrap()).sum();
            assert_eq!(json!(sum), list["paging"]["total_count"], "{target}");
            assert_eq!(json!(sum), counts["total"], "{target}");
            for pair in buckets.windows(2) {
                assert_eq!(pair[0]["to"], pair[1]["from"], "no gap");
            }
        }
    }
    let months = of_app("sessions/counts?by=month&end_time=2025-03-05&tz=America/New_York");
    assert_json_snapshot!(kit.world.send(Method::GET, &months, "TR", None).await.ok(), @r#"
    {
      "buckets": [
        {
          "from": "2025-01-01T05:00:00.000Z",
          "sessions": 28,
          "to": "2025-02-01T05:00:00.000Z"
        },
        {
          "from": "2025-02-01T05:00:00.000Z",
          "sessions": 28,
          "to": "2025-03-01T05:00:00.000Z"
        },
        {
          "from": "2025-03-01T05:00:00.000Z",
          "sessions": 5,
          "to": "2025-04-01T04:00:00.000Z"
        }
      ],
      "by": "month",
      "total": 61,
      "tz": "America/New_York"
    }
    "#);
    for (query, message) in [
        ("tz=Europe/Nowhere", "\"tz\" must be the IANA name of a time zone, like Europe/Berlin"),
        ("by=year", "\"by\" must be one of [hour, day, week, month]"),
        ("status=x", "\"status\" must be one of [LIVE, ENDED]"),
    ] {
        let answer =
            kit.world.send(Method::GET, &of_app(&format!("sessions/counts?{query}")), "TR", None).await;
        let message = format!("BAD_REQUEST: {message}");
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["message"]), (400, &json!(message)));
    }
}

#[tokio::test]
async fn a_file_has_every_session_of_the_filter_once() {
    let kit = year().await;
    for filter in ["", "search=plain", "start_time=2025-01-01&end_time=2025-01-01"] {
        let total = kit.list(filter).await.json()["paging"]["total_count"].as_u64().unwrap();
        let csv = kit
            .world
            .send(Method::GET, &of_app(&format!("sessions.csv?columns=session_id&{filter}")), "TR", None)
            .await;
        let ids: Vec<&str> = csv.text.lines().skip(1).collect();
        assert_eq!(ids.len() as u64, total, "{filter}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "none is there twice");
        // Records are read fewer at a time than there are at one instant and after it.
        let records =
            kit.world.send(Method::GET, &of_app(&format!("sessions.ndjson?{filter}")), "TR", None).await;
        let lines: Vec<Value> =
            records.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of_records: Vec<&str> =
            lines.iter().map(|line| line["session"]["id"].as_str().unwrap()).collect();
        assert_eq!(of_records, ids, "{filter}");
    }
}

/// Begins to read a file, which has more than one page.
async fn begun(kit: &Kit, headers: &[(&str, &str)]) -> BodyDataStream {
    let target = of_app("sessions.ndjson");
    let request =
        headers.iter().fold(Request::get(target), |request, (name, value)| request.header(*name, *value));
    let response = kit.world.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let mut body = response.into_body().into_data_stream();
    body.next().await.unwrap().unwrap();
    body
}

/// Whether the rest of a file comes; else it is seen that it is cut off.
async fn comes_whole(mut body: BodyDataStream) -> bool {
    while let Some(chunk) = body.next().await {
        if chunk.is_err() {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_file_is_cut_off_when_its_key_counts_no_more_or_it_takes_too_long() {
    let kit = year().await;
    let w = &kit.world;
    let bearer = [("authorization", "Bearer TA")];
    assert!(comes_whole(begun(&kit, &bearer).await).await);
    // Signed out.
    let cookie = signed_in(w, json!({ "token": "TA" })).await;
    let page = [OWN[0], OWN[1], ("cookie", &cookie)];
    assert!(comes_whole(begun(&kit, &page).await).await);
    let body = begun(&kit, &page).await;
    assert_eq!(w.raw(Method::DELETE, "/sederunt/v1/console/session", &page, "").await.status, 204);
    assert!(!comes_whole(body).await);
    // Too slow.
    let body = begun(&kit, &bearer).await;
    w.clock.advance(15 * 60_000 - 1);
    assert!(comes_whole(body).await);
    let body = begun(&kit, &bearer).await;
    w.clock.advance(15 * 60_000);
    assert!(!comes_whole(body).await);
    // Revoked.
    let body = begun(&kit, &bearer).await;
    w.store.revoke_token("id-TA", w.node.now()).await.unwrap();
    assert!(!comes_whole(body).await);
}

#[tokio::test]
async fn a_token_has_two_files_at_a_time() {
    let kit = year().await;
    let (bearer, target) = ([("authorization", "Bearer TA")], of_app("sessions.csv"));
    let open = [begun(&kit, &bearer).await, begun(&kit, &bearer).await];
    let third = kit.world.send(Method::GET, &target, "TA", None).await;
    let words = "This token has 2 exports under way; try again when one of them has ended";
    assert_eq!((third.status.as_u16(), &third.json()["error"]["message"]), (429, &json!(words)));
    assert_eq!(kit.world.send(Method::GET, &target, "TR", None).await.status, 200, "others have theirs");
    drop(open);
    assert_eq!(kit.world.send(Method::GET, &target, "TA", None).await.status, 200);
}

#[tokio::test]
async fn records_are_those_of_the_export() {
    let kit = year().await;
    let answer = kit.world.send(Method::GET, &of_app("sessions.ndjson"), "TR", None).await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"sessions.ndjson\"");
    let store = kit.world.store.clone();
    let all = tokio::task::spawn_blocking(move || {
        let mut all = Vec::new();
        store.export(&mut all, |_, _| ()).unwrap();
        String::from_utf8(all).unwrap()
    });
    let all = all.await.unwrap();
    let exported: BTreeSet<&str> =
        all.lines().filter(|line| line.starts_with(&format!("{{\"app\":\"{P}\""))).collect();
    assert_eq!(answer.text.lines().collect::<BTreeSet<_>>(), exported);
}

#[tokio::test]
async fn a_sheet_names_its_zone_and_computes_nothing() {
    let kit = year().await;
    let query = "end_time=2025-01-02T06:00:00Z&start_time=2025-01-01T10:00:00Z&tz=Europe/Berlin&bom=true";
    let csv = kit.world.send(Method::GET, &of_app(&format!("sessions.csv?{query}")), "TR", None).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"sessions.csv\"");
    assert!(csv.text.starts_with('\u{feff}'));
    let all = kit.world.send(Method::GET, &of_app("sessions.csv?status=LIVE"), "TR", None).await.text;
    assert_snapshot!(all.lines().next().unwrap(), @r#"status,title,meeting_id,session_id,started_at (UTC),ended_at (UTC),end_reason,length_seconds,live_participants,max_concurrent_participants,stays,minutes_consumed,updated_at (UTC)"#);
    let few = of_app(
        "sessions.csv?columns=title,started_at,minutes_consumed&end_time=2025-01-15&start_time=2025-01-13&tz=Europe/Berlin",
    );
    assert_snapshot!(kit.world.send(Method::GET, &few, "TR", None).await.text.replace('\r', ""), @r#"
    title,started_at (Europe/Berlin),minutes_consumed
    "Comma, ""quote""",2025-01-15T11:00:00.000+01:00,120
    '=1+1,2025-01-14T11:00:00.000+01:00,120
    Plain,2025-01-13T11:00:00.000+01:00,120
    "#);
    for (query, message) in [
        ("columns=title,title", "\"columns\" must have each column at most once"),
        ("columns=secret", "must be one of [status, title,"),
        ("tz=x", "\"tz\" must be the IANA name"),
    ] {
        let answer = kit.world.send(Method::GET, &of_app(&format!("sessions.csv?{query}")), "TR", None).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains(message.replace('"', "\\\"").as_str()), "{}", answer.text);
    }
}

/// What is told, a line a thing, without ids.
fn condensed(told: &Value) -> String {
    let mut told = told.clone();
    let without = |thing: &mut Value, names: &[&str]| {
        names.iter().for_each(|name| drop(thing.as_object_mut().unwrap().remove(*name)));
    };
    without(&mut told["session"], &["id", "meeting_id"]);
    let mut lines = format!("{}\ncurve {}\n", told["session"], told["curve"]);
    for name in ["events", "people", "stays"] {
        for thing in told[name].as_array_mut().unwrap() {
            without(thing, &["id", "peer", "person"]);
            lines += &format!("{name} {thing}\n");
        }
    }
    lines
}

/// The sheet says the same, in seconds.
async fn assert_sheet(w: &World, session: &str) {
    let sheet = w
        .send(Method::GET, &of_app(&format!("sessions/{session}/stays.csv?tz=Asia/Seoul")), "TR", None)
        .await;
    assert_eq!(sheet.header("content-type"), "text/csv; charset=utf-8");
    let cells: Vec<Vec<&str>> = sheet.text.lines().map(|line| line.split(',').collect()).collect();
    let shown: Vec<Vec<&str>> =
        cells.iter().map(|row| [0, 2, 6, 7, 8, 9, 10].map(|i| row[i]).to_vec()).collect();
    assert_json_snapshot!(shown.iter().map(|row| row.join(" ")).collect::<Vec<_>>(), @r#"
    [
      "name custom_participant_id joined_at (Asia/Seoul) left_at (Asia/Seoul) reason length_seconds away_seconds",
      "ada ada 2026-01-12T23:00:00.000+09:00 2026-01-12T23:00:15.000+09:00 left 15.000 0.000",
      "grace grace 2026-01-12T23:00:01.000+09:00 2026-01-12T23:00:10.000+09:00 left 9.000 3.000"
    ]
    "#);
}

/// A page of the people has their stays and no others.
async fn assert_pages(w: &World, told: &Value, target: &str) {
    let first = w.send(Method::GET, &format!("{target}?limit=1"), "TR", None).await.ok();
    assert_eq!((first["people"].as_array().unwrap().len(), &first["next"]), (1, &json!(1)));
    let second = w.send(Method::GET, &format!("{target}?limit=1&after=1"), "TR", None).await.ok();
    assert_eq!((&second["people"][0], &second["next"]), (&told["people"][1], &Value::Null));
    assert_eq!(second["stays"], json!([told["stays"][1]]));
}

/// Nobody is told of a session of another app, or of none.
async fn assert_unknown(w: &World, session: SessionId) {
    for (app, id) in [
        ("00000000-0000-4000-8000-00000000000f", session.to_string()),
        (P, P.to_owned()),
        (P, "x".to_owned()),
    ] {
        for what in ["timeline", "audit"] {
            let foreign = format!("/sederunt/v1/apps/{app}/sessions/{id}/{what}");
            assert_eq!(w.send(Method::GET, &foreign, "TR", None).await.status, StatusCode::NOT_FOUND);
        }
    }
}

/// What is told is what the facts say.
async fn assert_audit(w: &World, session: SessionId) {
    let target = of_app(&format!("sessions/{session}/audit"));
    let told = w.send(Method::GET, &target, "TR", None).await.ok();
    assert_snapshot!(told, @r#"{"as_of":1768226415000,"differs":[],"facts":7,"first_seq":1,"folded":{"consumed_ms":24000,"end_reason":null,"ended_at":null,"live_participants":0,"max_concurrent_participants":2,"started_at":1768226400000,"stays":2,"updated_at":1768226415000},"last_seq":9,"stays_ms":24000,"told":{"consumed_ms":24000,"end_reason":null,"ended_at":null,"live_participants":0,"max_concurrent_participants":2,"started_at":1768226400000,"stays":2,"updated_at":1768226415000}}"#);
}

/// Two people, one of whom is lost and comes back, and is removed: told from their own facts, whatever else goes on.
#[tokio::test]
async fn a_session_is_told_whole() {
    let w = world().await;
    let (m, other) = (meeting(&w, P, "Algebra").await, meeting(&w, P, "Beside").await);
    let ada = w.joined(&m, "ada").await;
    w.clock.advance(1_000);
    let beside = w.joined(&other, "eve").await;
    let grace = w.participant(&m, w.node.mint_id(), "grace").await;
    let (token, peer) = (w.entry(&grace).await, PeerId(w.node.mint_id()));
    let mut lost = w.waiting(&token, peer).await.unwrap();
    lost.join().await;
    w.clock.advance(2_000);
    let session = w.store.active_session(m.id).await.unwrap().unwrap().id;
    let target = of_app(&format!("sessions/{session}/timeline"));
    lost.disconnect(Disconnect::Lost).await;
    until("the loss", || async {
        w.store.stay(session, peer).await.unwrap().unwrap().stay.away_since.is_some()
    })
    .await;
    w.clock.advance(3_000);
    // The same client, by the same token: it goes on.
    let mut back = w.waiting(&token, peer).await.unwrap();
    back.join().await;
    w.clock.advance(4_000);
    let live = w.send(Method::GET, &target, "TR", None).await;
    let tag = live.header("etag").to_owned();
    let same = [("authorization", "Bearer TR"), ("if-none-match", &tag)];
    assert_eq!(w.raw(Method::GET, &target, &same, "").await.status, 304);
    let told = live.ok();
    assert_eq!(told["seq"].to_string(), tag.trim_matches('"'));
    assert_eq!((&told["session"]["status"], &told["session"]["with_a_loss"]), (&json!("LIVE"), &json!(1)));
    assert_eq!(
        told["stays"][1]["away"][0]["to"],
        json!(told["session"]["started_at"].as_i64().unwrap() + 6_000)
    );
    w.leave(back).await;
    w.clock.advance(5_000);
    assert_eq!(w.raw(Method::GET, &target, &same, "").await.status, 200, "something happened");
    w.leave(ada).await;
    w.leave(beside).await;
    let told = w.send(Method::GET, &target, "TR", None).await.ok();
    assert_snapshot!(condensed(&told), @r#"
    {"as_of":1768226415000,"live_participants":0,"max_concurrent_participants":2,"minutes_consumed":0.4,"peak_at":1768226401000,"people":2,"removed":0,"started_at":1768226400000,"status":"LIVE","stays":2,"title":"Algebra","with_a_loss":1}
    curve [[1768226400000,1],[1768226401000,2],[1768226410000,1],[1768226415000,0]]
    events {"at":1768226400000,"keep_alive_ms":60000,"seq":1,"title":"Algebra","type":"session.started"}
    people {"custom_participant_id":"ada","display_name":"ada","preset_name":"group_call_host","role":"member","user_id":"ada"}
    people {"custom_participant_id":"grace","display_name":"grace","preset_name":"group_call_host","role":"member","user_id":"grace"}
    stays {"away":[],"joined_at":1768226400000,"joined_seq":2,"left_at":1768226415000,"left_seq":9,"reason":"left"}
    stays {"away":[{"back_seq":7,"from":1768226403000,"seq":6,"to":1768226406000}],"joined_at":1768226401000,"joined_seq":5,"left_at":1768226410000,"left_seq":8,"reason":"left"}
    "#);
    assert_eq!(told["stays"][1]["person"], told["people"][1]["id"]);
    // The minutes are those of the list, and of the stays.
    let list = format!("/sederunt/v1/apps/{P}/sessions.csv?columns=minutes_consumed&search={session}");
    let minutes = w.send(Method::GET, &list, "TR", None).await.text;
    assert_eq!(
        minutes.lines().nth(1).unwrap().parse::<f64>().unwrap(),
        told["session"]["minutes_consumed"].as_f64().unwrap()
    );
    assert_sheet(&w, &session.to_string()).await;
    assert_pages(&w, &told, &target).await;
    assert_audit(&w, session).await;
    assert_unknown(&w, session).await;
}
