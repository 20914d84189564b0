//! Who was there, long enough: of a session, of the sessions of a meeting, as JSON and as sheets.

use axum::http::Method;
use insta::{assert_json_snapshot, assert_snapshot};
use sederunt_core::call::Disconnect;
use sederunt_core::id::PeerId;
use serde_json::{Value, json};

use crate::feed::{A, P, meeting, world};
use crate::world::{World, until};

pub(crate) const MEETING: &str = "00000000-0000-4000-8000-0000000000a1";
pub(crate) const FIRST: &str = "00000000-0000-4000-8000-0000000000b1";
pub(crate) const SECOND: &str = "00000000-0000-4000-8000-0000000000b2";

fn id(kind: u8, n: u32) -> String {
    format!("000000{kind:02x}-0000-4000-8000-{n:012x}")
}

/// A stay of participant `n`: `HH:MM` to `HH:MM` of a day.
fn stay(
    day: &str,
    (nth, n): (u32, u32),
    (own, name, preset): (&str, &str, &str),
    (from, to): (&str, &str),
) -> Value {
    let at = |time: &str| format!("{day}T{time}:00.000Z");
    json!({
        "peer": id(3, nth), "participant": id(4, n), "name": name, "custom_participant_id": own, "preset": preset,
        "joined_at": at(from), "left_at": at(to), "reason": "left",
    })
}

/// Two lessons: somebody comes back after a short gap and with another participant, one is late, one is missing once.
pub(crate) async fn term(w: &World) {
    let (host, guest) = ("group_call_host", "group_call_participant");
    let meeting = json!({ "id": MEETING, "title": "Algebra, \"II\"" });
    let lesson = |session: &str, day: &str, stays: Vec<Value>| {
        let (from, to) = (format!("{day}T10:00:00.000Z"), format!("{day}T11:01:00.000Z"));
        json!({
            "app": P, "meeting": meeting, "stays": stays,
            "session": { "id": session, "title": "Algebra, \"II\"", "started_at": from, "ended_at": to },
        })
    };
    let first = "2026-01-05";
    let second = "2026-01-12";
    w.history(&[
        lesson(
            FIRST,
            first,
            vec![
                stay(first, (1, 1), ("t-1", "Ms Byron", host), ("10:00", "11:00")),
                stay(first, (2, 2), ("s-1", "Ada", guest), ("10:01", "10:30")),
                stay(first, (3, 3), ("s-1", "Ada L.", guest), ("10:32", "11:00")),
                stay(first, (4, 4), ("=s-2", "Grace", guest), ("10:12", "11:00")),
            ],
        ),
        lesson(
            SECOND,
            second,
            vec![
                stay(second, (5, 1), ("t-1", "Ms Byron", host), ("10:00", "11:00")),
                stay(second, (6, 3), ("s-1", "Ada L.", guest), ("10:00", "10:20")),
                stay(second, (7, 5), ("s-3", "Max", guest), ("10:05", "10:55")),
            ],
        ),
    ])
    .await;
}

fn of_app(app: &str, what: &str) -> String {
    format!("/sederunt/v1/apps/{app}/{what}")
}

async fn get(w: &World, query: &str) -> Value {
    w.send(Method::GET, &of_app(P, &format!("attendance?{query}")), "TR", None).await.ok()
}

/// The rows, one a line.
fn rows(report: &Value) -> String {
    let line = |line: &Value| {
        format!(
            "{}+{} of {} = {} {}",
            line["stays_ms"], line["gaps_ms"], line["window_ms"], line["share"], line["verdict"]
        )
    };
    let row = |row: &Value| {
        let cells: Vec<String> = row["cells"].as_array().unwrap().iter().map(line).collect();
        let participants = row["participants"].as_array().unwrap().len();
        format!(
            "{} {} ×{participants}: {} | {}\n",
            row["key"],
            row["name"],
            line(&row["total"]),
            cells.join(" | ")
        )
    };
    report["rows"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test]
async fn a_session_is_counted_by_its_rule() {
    let w = world().await;
    term(&w).await;
    let report = get(&w, &format!("session_id={FIRST}&without_presets=group_call_host")).await;
    assert_json_snapshot!(report["rule"], @r#"
    {
      "absent": false,
      "away": true,
      "gap": 120,
      "late": 600,
      "share": 80,
      "without_presets": [
        "group_call_host"
      ]
    }
    "#);
    assert_json_snapshot!(report["sessions"], @r#"
    [
      {
        "as_of": 1767610860000,
        "ended_at": 1767610860000,
        "from": 1767607200000,
        "id": "00000000-0000-4000-8000-0000000000b1",
        "meeting_id": "00000000-0000-4000-8000-0000000000a1",
        "started_at": 1767607200000,
        "status": "ENDED",
        "title": "Algebra, \"II\"",
        "to": 1767610800000
      }
    ]
    "#);
    assert_json_snapshot!(json!([report["presets"], report["left_out"], report["verdicts"]]), @r#"
    [
      [
        {
          "name": "group_call_host",
          "people": 1
        },
        {
          "name": "group_call_participant",
          "people": 2
        }
      ],
      1,
      {
        "absent": 0,
        "below": 0,
        "late": 1,
        "present": 1
      }
    ]
    "#);
}

#[tokio::test]
async fn a_row_has_the_steps_of_its_sum() {
    let w = world().await;
    term(&w).await;
    let report = get(&w, &format!("session_id={FIRST}&without_presets=group_call_host")).await;
    assert_json_snapshot!(report["rows"][0], @r#"
    {
      "cells": [
        {
          "away_ms": 0,
          "first": 1767607260000,
          "gaps_ms": 120000,
          "last": 1767610800000,
          "ms": 3540000,
          "share": 98.33,
          "stays": 2,
          "stays_ms": 3420000,
          "verdict": "present",
          "window_ms": 3600000
        }
      ],
      "key": "s-1",
      "name": "Ada L.",
      "own_id": "s-1",
      "participants": [
        "00000004-0000-4000-8000-000000000002",
        "00000004-0000-4000-8000-000000000003"
      ],
      "preset": "group_call_participant",
      "total": {
        "away_ms": 0,
        "first": 1767607260000,
        "gaps_ms": 120000,
        "last": 1767610800000,
        "ms": 3540000,
        "share": 98.33,
        "stays": 2,
        "stays_ms": 3420000,
        "verdict": "present",
        "window_ms": 3600000
      }
    }
    "#);
    assert_snapshot!(rows(&report), @r#"
    "s-1" "Ada L." ×2: 3420000+120000 of 3600000 = 98.33 "present" | 3420000+120000 of 3600000 = 98.33 "present"
    "=s-2" "Grace" ×1: 2880000+0 of 3600000 = 80.0 "late" | 2880000+0 of 3600000 = 80.0 "late"
    "#);
}

#[tokio::test]
async fn every_part_of_the_rule_does_something() {
    let w = world().await;
    term(&w).await;
    let strict = get(&w, &format!("session_id={FIRST}&gap=0&late=60&share=97")).await;
    assert_snapshot!(rows(&strict), @r#"
    "t-1" "Ms Byron" ×1: 3600000+0 of 3600000 = 100.0 "present" | 3600000+0 of 3600000 = 100.0 "present"
    "s-1" "Ada L." ×2: 3420000+0 of 3600000 = 95.0 "below" | 3420000+0 of 3600000 = 95.0 "below"
    "=s-2" "Grace" ×1: 2880000+0 of 3600000 = 80.0 "below" | 2880000+0 of 3600000 = 80.0 "below"
    "#);
    let planned =
        get(&w, &format!("session_id={FIRST}&from=2026-01-05T10:15:00Z&to=2026-01-05T10:45:00Z")).await;
    assert_snapshot!(rows(&planned), @r#"
    "t-1" "Ms Byron" ×1: 1800000+0 of 1800000 = 100.0 "present" | 1800000+0 of 1800000 = 100.0 "present"
    "s-1" "Ada L." ×2: 1680000+120000 of 1800000 = 100.0 "present" | 1680000+120000 of 1800000 = 100.0 "present"
    "=s-2" "Grace" ×1: 1800000+0 of 1800000 = 100.0 "present" | 1800000+0 of 1800000 = 100.0 "present"
    "#);
    let raw = get(&w, &format!("session_id={FIRST}&stays=true")).await;
    assert_json_snapshot!(raw["sessions"][0]["people"][1], @r#"
    {
      "name": "Ada",
      "own_id": "s-1",
      "participant": "00000004-0000-4000-8000-000000000002",
      "preset": "group_call_participant",
      "stays": [
        {
          "away": [],
          "from": 1767607260000,
          "open": false,
          "to": 1767609000000
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn a_meeting_is_a_register() {
    let w = world().await;
    term(&w).await;
    let query = format!("meeting_id={MEETING}&without_presets=group_call_host");
    let term = get(&w, &query).await;
    assert_snapshot!(rows(&term), @r#"
    "s-1" "Ada L." ×2: 4620000+120000 of 7200000 = 65.83 "below" | 3420000+120000 of 3600000 = 98.33 "present" | 1200000+0 of 3600000 = 33.33 "below"
    "=s-2" "Grace" ×1: 2880000+0 of 7200000 = 40.0 "below" | 2880000+0 of 3600000 = 80.0 "late" | 0+0 of 3600000 = 0.0 "below"
    "s-3" "Max" ×1: 3000000+0 of 7200000 = 41.66 "below" | 0+0 of 3600000 = 0.0 "below" | 3000000+0 of 3600000 = 83.33 "present"
    "#);
    assert_eq!(term["verdicts"], json!({ "present": 0, "late": 0, "below": 3, "absent": 0 }));
    let second = get(&w, &format!("{query}&from=2026-01-06")).await;
    assert_eq!(
        (&second["sessions"][0]["id"], second["sessions"].as_array().unwrap().len()),
        (&json!(SECOND), 1)
    );
    let none = get(&w, &format!("{query}&from=2026-02-01")).await;
    assert_eq!((&none["sessions"], &none["rows"]), (&json!([]), &json!([])));
    let sheet = async |form: &str| {
        let target = of_app(P, &format!("attendance.csv?{query}&form={form}&tz=Europe/Berlin"));
        let answer = w.send(Method::GET, &target, "TR", None).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(
            answer.header("content-disposition"),
            format!("attachment; filename=\"attendance-{MEETING}.csv\"")
        );
        answer.text.replace("\r\n", "\n")
    };
    assert_snapshot!(sheet("rows").await, @r#"
    name,own_id,preset_name,session_id,title,date (Europe/Berlin),first_in (Europe/Berlin),last_out (Europe/Berlin),stays,away_seconds,in_room_seconds,window_seconds,share_percent,verdict (present from 80 %)
    Ada L.,s-1,group_call_participant,00000000-0000-4000-8000-0000000000b1,"Algebra, ""II""",2026-01-05,2026-01-05T11:01:00.000+01:00,2026-01-05T12:00:00.000+01:00,2,0.000,3540.000,3600.000,98.33,present
    Ada L.,s-1,group_call_participant,00000000-0000-4000-8000-0000000000b2,"Algebra, ""II""",2026-01-12,2026-01-12T11:00:00.000+01:00,2026-01-12T11:20:00.000+01:00,1,0.000,1200.000,3600.000,33.33,below
    Grace,'=s-2,group_call_participant,00000000-0000-4000-8000-0000000000b1,"Algebra, ""II""",2026-01-05,2026-01-05T11:12:00.000+01:00,2026-01-05T12:00:00.000+01:00,1,0.000,2880.000,3600.000,80.00,late
    Grace,'=s-2,group_call_participant,00000000-0000-4000-8000-0000000000b2,"Algebra, ""II""",2026-01-12,,,0,0.000,0.000,3600.000,0.00,below
    Max,s-3,group_call_participant,00000000-0000-4000-8000-0000000000b1,"Algebra, ""II""",2026-01-05,,,0,0.000,0.000,3600.000,0.00,below
    Max,s-3,group_call_participant,00000000-0000-4000-8000-0000000000b2,"Algebra, ""II""",2026-01-12,2026-01-12T11:05:00.000+01:00,2026-01-12T11:55:00.000+01:00,1,0.000,3000.000,3600.000,83.33,present
    "#);
    assert_snapshot!(sheet("matrix").await, @r#"
    name,own_id,preset_name,2026-01-05 11:00 % (Europe/Berlin),2026-01-12 11:00 % (Europe/Berlin),present,late,below,in_room_seconds,window_seconds,share_percent,verdict (present from 80 %)
    Ada L.,s-1,group_call_participant,98.33,33.33,1,0,1,4740.000,7200.000,65.83,below
    Grace,'=s-2,group_call_participant,80.00,0.00,0,1,1,2880.000,7200.000,40.00,below
    Max,s-3,group_call_participant,0.00,83.33,1,0,1,3000.000,7200.000,41.66,below
    "#);
}

/// Somebody came, somebody was invited and never came, and somebody is invited when all is over.
#[tokio::test]
async fn whoever_was_invited_and_never_came_is_listed_when_asked_for() {
    let w = world().await;
    let m = meeting(&w, P, "Algebra").await;
    let ada = w.joined(&m, "ada").await;
    w.participant(&m, w.node.mint_id(), "max").await;
    w.participant(&m, w.node.mint_id(), "ada").await;
    let gone = w.participant(&m, w.node.mint_id(), "gone").await;
    let target = format!("/accounts/{A}/realtime/kit/{P}/meetings/{}/participants/{}", m.id, gone.id);
    w.send(Method::DELETE, &target, "TA", None).await.ok();
    let session = w.store.active_session(m.id).await.unwrap().unwrap().id;
    w.clock.advance(10_000);
    w.leave(ada).await;
    w.clock.advance(120_000);
    until("the end", || async { w.store.active_session(m.id).await.unwrap().is_none() }).await;
    w.clock.advance(60_000);
    w.participant(&m, w.node.mint_id(), "later").await;
    let query = format!("session_id={session}&absent=true");
    let report = get(&w, &query).await;
    assert_snapshot!(rows(&report), @r#"
    "ada" "ada" ×1: 10000+0 of 10000 = 100.0 "present" | 10000+0 of 10000 = 100.0 "present"
    "max" "max" ×1: 0+0 of 10000 = 0.0 "absent" | 0+0 of 10000 = 0.0 "absent"
    "#);
    assert_eq!(report["verdicts"], json!({ "present": 1, "late": 0, "below": 0, "absent": 1 }));
    assert_eq!((&report["rule"]["absent"], &report["invited"]), (&json!(true), &Value::Null));
    let plain = get(&w, &format!("session_id={session}")).await;
    assert_eq!((plain["rows"].as_array().unwrap().len(), &plain["rule"]["absent"]), (1, &json!(false)));
    // The page counts by itself: it is told who was invited.
    let raw = get(&w, &format!("{query}&stays=true")).await;
    let names: Vec<&str> =
        raw["invited"].as_array().unwrap().iter().map(|one| one["own_id"].as_str().unwrap()).collect();
    assert_eq!(names, ["ada", "max", "ada"]);
    assert_eq!(get(&w, &format!("session_id={session}&stays=true")).await["invited"], Value::Null);
    let all = get(&w, &format!("meeting_id={}&absent=true", m.id)).await;
    assert_eq!(all["rows"], report["rows"]);
    let sheet = async |form: &str| {
        let target = of_app(P, &format!("attendance.csv?{query}&form={form}"));
        w.send(Method::GET, &target, "TR", None).await.text.replace("\r\n", "\n")
    };
    assert!(sheet("rows").await.lines().nth(2).unwrap().ends_with(",,,0,0.000,0.000,10.000,0.00,absent"));
    let matrix = sheet("matrix").await;
    assert!(
        matrix.lines().next().unwrap().contains(",present,late,below,absent,in_room_seconds"),
        "{matrix}"
    );
    assert!(matrix.lines().nth(2).unwrap().ends_with(",0.00,0,0,0,1,0.000,10.000,0.00,absent"), "{matrix}");
    // A link reads by the rule that it was made with.
    let body = json!({ "kind": "attendance", "session_id": session.to_string(), "rule": { "absent": true } });
    let share = w.send(Method::POST, &of_app(P, "shares"), "TA", Some(body)).await.ok();
    assert_eq!(share["rule"]["absent"], json!(true));
    let bad = w
        .send(Method::GET, &of_app(P, &format!("attendance?session_id={session}&absent=1")), "TR", None)
        .await;
    assert_eq!(bad.json()["error"]["message"], "BAD_REQUEST: \"absent\" must be a boolean");
}

#[tokio::test]
async fn while_it_is_live_it_is_counted_up_to_now() {
    let w = world().await;
    let m = meeting(&w, P, "Algebra").await;
    let ada = w.joined(&m, "ada").await;
    w.clock.advance(4_000);
    let grace = w.participant(&m, w.node.mint_id(), "grace").await;
    let (token, peer) = (w.entry(&grace).await, PeerId(w.node.mint_id()));
    let mut lost = w.waiting(&token, peer).await.unwrap();
    lost.join().await;
    let session = w.store.active_session(m.id).await.unwrap().unwrap().id;
    w.clock.advance(2_000);
    lost.disconnect(Disconnect::Lost).await;
    until("the loss", || async {
        w.store.stay(session, peer).await.unwrap().unwrap().stay.away_since.is_some()
    })
    .await;
    w.clock.advance(4_000);
    let query = format!("session_id={session}&late=3");
    // Up to the loss is certain, and no more.
    let live = get(&w, &query).await;
    assert_snapshot!(rows(&live), @r#"
    "ada" "ada" ×1: 10000+0 of 10000 = 100.0 "present" | 10000+0 of 10000 = 100.0 "present"
    "grace" "grace" ×1: 2000+0 of 10000 = 20.0 "below" | 2000+0 of 10000 = 20.0 "below"
    "#);
    assert_eq!(live["rows"][0]["total"]["last"], Value::Null);
    // The same client, by the same token: it goes on.
    let mut back = w.waiting(&token, peer).await.unwrap();
    back.join().await;
    let ahead = format!("{query}&to=2026-01-12T15:00:00Z");
    assert_snapshot!(rows(&get(&w, &ahead).await), @r#"
    "ada" "ada" ×1: 10000+0 of 10000 = 100.0 "present" | 10000+0 of 10000 = 100.0 "present"
    "grace" "grace" ×1: 6000+0 of 10000 = 60.0 "below" | 6000+0 of 10000 = 60.0 "below"
    "#);
    assert_snapshot!(rows(&get(&w, &format!("{query}&away=false")).await), @r#"
    "ada" "ada" ×1: 10000+0 of 10000 = 100.0 "present" | 10000+0 of 10000 = 100.0 "present"
    "grace" "grace" ×1: 6000+0 of 10000 = 20.0 "below" | 6000+0 of 10000 = 20.0 "below"
    "#);
    w.leave(back).await;
    w.clock.advance(10_000);
    w.leave(ada).await;
    w.clock.advance(120_000);
    // Nobody can be there in the keep-alive: the window ends with the last leave.
    assert_snapshot!(rows(&get(&w, &query).await), @r#"
    "ada" "ada" ×1: 20000+0 of 20000 = 100.0 "present" | 20000+0 of 20000 = 100.0 "present"
    "grace" "grace" ×1: 6000+0 of 20000 = 30.0 "below" | 6000+0 of 20000 = 30.0 "below"
    "#);
}

#[tokio::test]
async fn who_may_ask_and_what() {
    let w = world().await;
    term(&w).await;
    let query = format!("session_id={FIRST}");
    for what in ["attendance", "attendance.csv"] {
        let status = async |app: &str, query: &str, token: &str| {
            let target = of_app(app, &format!("{what}?{query}"));
            w.send(Method::GET, &target, token, None).await.status.as_u16()
        };
        assert_eq!(status(P, &query, "TR").await, 200);
        assert_eq!(status(P, &query, "KP").await, 200, "the key of the workspace reads");
        assert_eq!([status(P, &query, "").await, status(P, &query, "x").await], [401, 401]);
        assert_eq!([status(P, &query, "TN").await, status(P, &query, "KQ").await], [403, 403]);
        assert_eq!(status(P, &query, "TB").await, 404, "another account's app is none");
        let foreign = "00000000-0000-4000-8000-00000000000f";
        let beside = "2a95132c-1573-4412-822c-1476fa83f27a";
        for query in [query.as_str(), &format!("meeting_id={MEETING}")] {
            assert_eq!(status(foreign, query, "TB").await, 404, "{query} is not of that app");
            assert_eq!(status(beside, query, "TA").await, 404, "{query} is not of that app");
        }
        assert_eq!(status(P, &format!("session_id={MEETING}"), "TA").await, 404);
        for (query, message) in [
            (String::new(), "\"session_id\" is required, or \"meeting_id\""),
            (
                format!("{query}&meeting_id={MEETING}"),
                "\"meeting_id\" must not be there beside \"session_id\"",
            ),
            ("session_id=x".to_owned(), "\"session_id\" must be the id of a session"),
            (format!("{query}&share=101"), "\"share\" must be a whole number of 0 to 100"),
            (format!("{query}&gap=1.5"), "\"gap\" must be a whole number"),
            (format!("{query}&late=86401"), "\"late\" must be a whole number of 0 to 86400"),
            (format!("{query}&away=x"), "\"away\" must be a boolean"),
            (format!("{query}&from=2026-02-01&to=2026-01-01"), "\"to\" must not be before \"from\""),
            (
                format!("{query}&without_presets={}", "x,".repeat(21)),
                "\"without_presets\" must have at most 20 names",
            ),
        ] {
            let answer = w.send(Method::GET, &of_app(P, &format!("{what}?{query}")), "TR", None).await;
            let message = json!(format!("BAD_REQUEST: {message}"));
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]["message"]), (400, &message));
        }
    }
    let form = w.send(Method::GET, &of_app(P, &format!("attendance.csv?{query}&form=x")), "TR", None).await;
    assert!(form.text.contains("must be one of [rows, matrix]"), "{}", form.text);
    assert_eq!(A.len(), 32);
}
