//! What the console asks for in numbers: usage by day of a zone, and who came and went.

use axum::http::Method;
use insta::{assert_json_snapshot, assert_snapshot};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sederunt_core::call::Disconnect;
use sederunt_core::id::PeerId;
use serde_json::{Value, json};

use crate::feed::{meeting, world};
use crate::kit_fixture::{Kit, P, Q, record};
use crate::world::{World, until};

fn of_app(path: &str) -> String {
    format!("/sederunt/v1/apps/{P}/{path}")
}

async fn told(w: &World, path: &str) -> Value {
    w.send(Method::GET, &of_app(path), "TR", None).await.ok()
}

/// Begin and end of a session, and of its stays.
type Times = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Sessions around changes of the clock, around midnights of some zones, long ones, and one person in several.
async fn history() -> Kit {
    let kit = Kit::new().await;
    let times: [Times; 7] = [
        // The hour that Berlin has twice, and the night around it.
        (
            "2025-10-25T20:00:00.000Z",
            "2025-10-26T23:30:00.000Z",
            &[
                ("2025-10-25T20:00:00.000Z", "2025-10-26T23:30:00.000Z"),
                ("2025-10-25T23:59:00.000Z", "2025-10-26T00:01:30.500Z"),
            ],
        ),
        (
            "2025-10-26T00:30:00.000Z",
            "2025-10-26T01:30:00.000Z",
            &[("2025-10-26T00:30:00.000Z", "2025-10-26T01:30:00.000Z")],
        ),
        // A day of 23 hours.
        (
            "2025-03-30T00:59:00.000Z",
            "2025-03-30T01:01:00.000Z",
            &[("2025-03-30T00:59:00.000Z", "2025-03-30T01:01:00.000Z")],
        ),
        // The day that Apia left out.
        (
            "2011-12-30T09:30:00.000Z",
            "2011-12-30T10:30:00.000Z",
            &[("2011-12-30T09:30:00.000Z", "2011-12-30T10:30:00.000Z")],
        ),
        // Two days; three people, of whom two at a time.
        (
            "2025-06-01T14:00:00.000Z",
            "2025-06-03T14:30:00.000Z",
            &[
                ("2025-06-01T14:00:00.000Z", "2025-06-01T16:00:00.000Z"),
                ("2025-06-01T15:30:00.000Z", "2025-06-03T14:00:00.000Z"),
                ("2025-06-02T02:59:59.999Z", "2025-06-02T03:00:00.001Z"),
            ],
        ),
        (
            "2025-06-02T02:00:00.000Z",
            "2025-06-02T04:00:00.000Z",
            &[("2025-06-02T02:00:00.000Z", "2025-06-02T04:00:00.000Z")],
        ),
        (
            "2025-06-02T15:00:00.000Z",
            "2025-06-02T15:00:00.000Z",
            &[("2025-06-02T15:00:00.000Z", "2025-06-02T15:00:00.000Z")],
        ),
    ];
    let mut records = Vec::new();
    for (n, (start, end, stays)) in times.into_iter().enumerate() {
        let meeting =
            json!({ "id": format!("00000000-0000-4000-9000-{n:012x}"), "title": format!("Number {n}") });
        records.push(record(
            P,
            meeting,
            &format!("00000000-0000-4000-8000-{:012x}", n << 16),
            (start, end),
            stays,
        ));
    }
    kit.world.history(&records).await;
    kit
}

fn ms(text: &Value) -> i64 {
    text.as_str().unwrap().parse::<Timestamp>().unwrap().as_millisecond()
}

/// What the export of the ledger says of an app.
async fn exported(w: &World) -> Vec<Value> {
    let store = w.store.clone();
    let all = tokio::task::spawn_blocking(move || {
        let mut all = Vec::new();
        store.export(&mut all, |_, _| ()).unwrap();
        String::from_utf8(all).unwrap()
    });
    let lines = all.await.unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["app"] == P)
        .collect()
}

/// Milliseconds of the stays of exported sessions: by the start of the session, and where they were.
fn sums(records: &[Value], (from, to): (i64, i64)) -> (i64, i64, usize) {
    let (mut start, mut split, mut sessions) = (0, 0, 0);
    for record in records {
        let began = (from..to).contains(&ms(&record["session"]["started_at"]));
        sessions += usize::from(began);
        for stay in record["stays"].as_array().unwrap() {
            // Those who are still in are in another test.
            let Some(left) = stay["left_at"].as_str() else { continue };
            let (joined, left) = (ms(&stay["joined_at"]), ms(&json!(left)));
            start += if began { left - joined } else { 0 };
            split += (left.min(to) - joined.max(from)).max(0);
        }
    }
    (start, split, sessions)
}

fn minutes(value: &Value) -> i64 {
    // Four decimals of a minute are 6 ms: exact enough to know the millisecond where the test has whole ones.
    (value.as_f64().unwrap() * 60_000.0).round() as i64
}

#[tokio::test]
async fn every_row_and_every_sum_is_what_the_export_says() {
    let kit = history().await;
    let records = exported(&kit.world).await;
    for zone in ["UTC", "Asia/Seoul", "America/Sao_Paulo", "Europe/Berlin", "Pacific/Apia", "Asia/Kolkata"] {
        for (from, to) in [
            ("2025-10-20", "2025-10-30"),
            ("2025-03-29", "2025-03-31"),
            ("2011-12-28", "2012-01-02"),
            ("2025-06-02", "2025-06-02"),
            ("2025-05-01", "2025-06-02"),
        ] {
            for by in ["day", "week", "month"] {
                let target = |split| format!("usage?from={from}&to={to}&by={by}&tz={zone}&split={split}");
                let start = told(&kit.world, &target("start")).await;
                let split = told(&kit.world, &target("midnight")).await;
                for (row, of_split) in
                    start["rows"].as_array().unwrap().iter().zip(split["rows"].as_array().unwrap())
                {
                    let range = (ms(&row["from"]), ms(&row["to"]));
                    let (by_start, by_split, sessions) = sums(&records, range);
                    let label = format!("{zone} {by} {row} {of_split}");
                    assert!((minutes(&row["minutes"]) - by_start).abs() <= 3, "{label}: {by_start}");
                    assert!((minutes(&of_split["minutes"]) - by_split).abs() <= 3, "{label}: {by_split}");
                    assert_eq!(
                        (&row["sessions"], &of_split["sessions"]),
                        (&json!(sessions), &json!(sessions)),
                        "{label}"
                    );
                    assert_eq!(row["hours"], json!((range.1 - range.0) as f64 / 3_600_000.0), "{label}");
                    // The list of the same instants has these sessions.
                    let list = format!(
                        "sessions/counts?start_time={}&end_time={}",
                        row["from"].as_str().unwrap(),
                        sederunt_changes::text::iso(sederunt_core::time::UnixMs(range.1 - 1))
                    );
                    assert_eq!(told(&kit.world, &list).await["total"], row["sessions"], "{label}");
                }
                let [moved_in, moved_out] = ["before", "after"].map(|edge| minutes(&start["edges"][edge]));
                assert_eq!(start["edges"], split["edges"]);
                let difference = minutes(&start["sum"]["minutes"]) + moved_in
                    - moved_out
                    - minutes(&split["sum"]["minutes"]);
                assert!(difference.abs() <= 12, "{zone} {from} {by}: {difference}");
                let whole = sums(&records, (ms(&start["sum"]["from"]), ms(&start["sum"]["to"])));
                assert!(
                    (minutes(&start["sum"]["minutes"]) - whole.0).abs() <= 3
                        && (minutes(&split["sum"]["minutes"]) - whole.1).abs() <= 3
                );
            }
        }
        // Over a life both rules say the same.
        let life = |split| format!("usage?from=2011-01-01&to=2026-06-30&by=month&tz={zone}&split={split}");
        let (start, split) =
            (told(&kit.world, &life("start")).await, told(&kit.world, &life("midnight")).await);
        assert_eq!(start["sum"], split["sum"], "{zone}");
        assert_eq!(start["edges"], json!({ "before": 0, "after": 0 }));
    }
}

#[tokio::test]
async fn days_say_how_long_they_are_and_people_are_counted_once() {
    let kit = history().await;
    let usage = told(&kit.world, "usage?from=2025-10-25&to=2025-10-26&tz=Europe/Berlin&split=midnight").await;
    assert_json_snapshot!(usage, { ".as_of" => "now" }, @r#"
    {
      "as_of": "now",
      "by": "day",
      "edges": {
        "after": 30,
        "before": 0
      },
      "rows": [
        {
          "from": "2025-10-24T22:00:00.000Z",
          "hours": 24.0,
          "minutes": 120,
          "peak": 1,
          "people": 1,
          "sessions": 1,
          "stays": 1,
          "to": "2025-10-25T22:00:00.000Z"
        },
        {
          "from": "2025-10-25T22:00:00.000Z",
          "hours": 25.0,
          "minutes": 1562.5083,
          "peak": 2,
          "people": 2,
          "sessions": 1,
          "stays": 2,
          "to": "2025-10-26T23:00:00.000Z"
        }
      ],
      "split": "midnight",
      "sum": {
        "from": "2025-10-24T22:00:00.000Z",
        "hours": 49.0,
        "minutes": 1682.5083,
        "peak": 2,
        "people": 2,
        "sessions": 2,
        "stays": 3,
        "to": "2025-10-26T23:00:00.000Z"
      },
      "tz": "Europe/Berlin"
    }
    "#);
    let apia = told(&kit.world, "usage?from=2011-12-29&to=2011-12-31&tz=Pacific/Apia").await;
    let days: Vec<&Value> = apia["rows"].as_array().unwrap().iter().map(|row| &row["from"]).collect();
    assert_eq!(days, ["2011-12-29T10:00:00.000Z", "2011-12-30T10:00:00.000Z"]);
    assert_eq!(
        told(&kit.world, "usage?from=2011-12-30&to=2011-12-30&tz=Pacific/Apia").await["rows"],
        json!([])
    );
    let spring = told(&kit.world, "usage?from=2025-03-30&to=2025-03-30&tz=Europe/Berlin").await;
    assert_eq!((&spring["rows"][0]["hours"], &spring["rows"][0]["minutes"]), (&json!(23.0), &json!(2)));
    // A week that begins before the range is told as far as the range goes.
    let week = told(&kit.world, "usage?from=2025-06-03&to=2025-06-09&by=week").await;
    let edges: Vec<&Value> = week["rows"].as_array().unwrap().iter().map(|row| &row["from"]).collect();
    assert_eq!(edges, ["2025-06-03T00:00:00.000Z", "2025-06-09T00:00:00.000Z"]);
}

#[tokio::test]
async fn usage_as_a_sheet_names_its_zone() {
    let kit = history().await;
    let target =
        of_app("usage.csv?from=2025-06-01&to=2025-06-03&tz=America/Sao_Paulo&split=midnight&bom=true");
    let csv = kit.world.send(Method::GET, &target, "TR", None).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"usage.csv\"");
    assert_snapshot!(csv.text.trim_start_matches('\u{feff}').replace('\r', ""), @r#"
    from (America/Sao_Paulo),to (America/Sao_Paulo),hours,sessions,stays,people,minutes,peak
    2025-06-01T00:00:00.000-03:00,2025-06-02T00:00:00.000-03:00,24,2,4,3,870,2
    2025-06-02T00:00:00.000-03:00,2025-06-03T00:00:00.000-03:00,24,1,1,3,1500,2
    2025-06-03T00:00:00.000-03:00,2025-06-04T00:00:00.000-03:00,24,0,0,1,660,1
    "#);
}

#[tokio::test]
async fn usage_and_activity_refuse_what_makes_no_sense_and_other_tenants() {
    let kit = history().await;
    for (query, message) in [
        ("usage?tz=x", "\"tz\" must be the IANA name of a time zone, like Europe/Berlin"),
        ("usage?by=hour", "\"by\" must be one of [day, week, month]"),
        ("usage?split=noon", "\"split\" must be one of [start, midnight]"),
        ("usage?from=2025-02-30", "\"from\" must be a date in YYYY-MM-DD format"),
        ("usage?from=2025-02-02&to=2025-02-01", "\"from\" must be less than or equal to \"to\""),
        ("usage?from=2020-01-01&to=2026-01-01", "\"by\" must not give more than 1500 rows"),
        ("usage.csv?bom=x", "\"bom\" must be a boolean"),
        ("activity?by=day", "\"by\" must be one of [minute, hour]"),
        ("activity?from=x", "\"from\" must be in ISO 8601 date format"),
        ("activity?from=2026-01-10", "\"from\" must not give more than 1441 rows"),
        ("activity?from=2025-01-10&by=hour", "\"from\" must not give more than 746 rows"),
    ] {
        let answer = kit.world.send(Method::GET, &of_app(query), "TR", None).await;
        let message = format!("BAD_REQUEST: {message}");
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["message"]),
            (400, &json!(message)),
            "{query}"
        );
    }
    for path in
        ["usage", "usage.csv", "activity", "people", "people/person-0", "people/person-0/stays", "losses"]
    {
        for (app, token, status) in [
            (P, "", 401),
            (P, "TB", 404),
            ("00000000-0000-4000-8000-00000000000f", "TA", 404),
            (P, "TN", 403),
        ] {
            let target = format!("/sederunt/v1/apps/{app}/{path}");
            let answer = kit.world.send(Method::GET, &target, token, None).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {token}: {}", answer.text);
        }
        // Another app of the same account has nothing of this one.
        let answer = kit
            .world
            .send(Method::GET, &format!("/sederunt/v1/apps/{Q}/{path}?from=2011-01-01&by=month"), "TR", None)
            .await;
        assert!(!answer.text.contains("Number"), "{path}");
    }
}

#[tokio::test]
async fn who_is_in_counts_until_now_by_both_rules() {
    let w = world().await;
    let m = meeting(&w, P, "Algebra").await;
    let ada = w.joined(&m, "ada").await;
    w.clock.advance(90_000);
    let grace = w.joined(&m, "grace").await;
    w.clock.advance(30_000);
    let today = w.node.now();
    let day = Timestamp::from_millisecond(today.0).unwrap().to_zoned(TimeZone::UTC).date();
    let asked = |split: &str, day: Date| format!("usage?from={day}&to={day}&split={split}");
    for split in ["start", "midnight"] {
        let usage = told(&w, &asked(split, day)).await;
        let row = &usage["rows"][0];
        let found =
            ["sessions", "stays", "people", "minutes", "peak"].map(|name| row[name].as_f64().unwrap());
        assert_eq!(found, [1.0, 2.0, 2.0, 2.5, 2.0], "{split}");
        let list = format!("sessions.csv?columns=minutes_consumed&start_time={day}");
        let csv = w.send(Method::GET, &of_app(&list), "TR", None).await.text;
        assert_eq!(csv.lines().nth(1), Some("2.5"));
    }
    w.leave(ada).await;
    w.leave(grace).await;
}

#[tokio::test]
async fn minutes_say_who_came_and_went_and_whose_connection_was_lost() {
    let w = world().await;
    let m = meeting(&w, P, "Algebra").await;
    let ada = w.joined(&m, "ada").await;
    w.clock.advance(60_000);
    let grace = w.participant(&m, w.node.mint_id(), "grace").await;
    let (token, peer) = (w.entry(&grace).await, PeerId(w.node.mint_id()));
    let mut lost = w.waiting(&token, peer).await.unwrap();
    lost.join().await;
    let session = w.store.active_session(m.id).await.unwrap().unwrap().id;
    w.clock.advance(60_000);
    lost.disconnect(Disconnect::Lost).await;
    until("the loss", || async {
        w.store.stay(session, peer).await.unwrap().unwrap().stay.away_since.is_some()
    })
    .await;
    w.clock.advance(60_000);
    until("the end of the grace", || async {
        w.store.stay(session, peer).await.unwrap().unwrap().stay.left_at.is_some()
    })
    .await;
    let found = told(&w, "activity?from=2026-01-12T13:59:00Z").await;
    let rows: Vec<String> = found["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            ["from", "joins", "leaves", "lost", "people", "sessions"]
                .map(|name| row[name].to_string())
                .join(" ")
        })
        .collect();
    assert_json_snapshot!(rows, @r#"
    [
      "\"2026-01-12T13:59:00.000Z\" 0 0 0 0 0",
      "\"2026-01-12T14:00:00.000Z\" 1 0 0 1 1",
      "\"2026-01-12T14:01:00.000Z\" 1 0 0 2 1",
      "\"2026-01-12T14:02:00.000Z\" 0 1 1 2 1",
      "\"2026-01-12T14:03:00.000Z\" 0 0 0 1 1"
    ]
    "#);
    let losses =
        json!([{ "session_id": session.to_string(), "title": "Algebra", "lost": 1, "live_participants": 1 }]);
    assert_eq!(found["losses"], losses);
    assert_eq!(found["refused"], json!([]));
    // Whoever comes without an invitation is told to the app of the meeting; a token that is nobody's, to none.
    assert!(sederunt_app::admission::find(&w.node, m.id, None).await.is_err());
    assert!(sederunt_app::admission::find(&w.node, m.id, Some("nobody's")).await.is_err());
    let refused = told(&w, "activity").await["refused"].clone();
    assert_eq!(refused, json!([{ "kind": "NOT_INVITED", "count": 1 }]));
    let hours = told(&w, "activity?by=hour&tz=Asia/Kolkata").await;
    let last = hours["rows"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["from"], &last["joins"], &last["people"]),
        (&json!("2026-01-12T13:30:00.000Z"), &json!(2), &json!(2))
    );
    w.leave(ada).await;
}
