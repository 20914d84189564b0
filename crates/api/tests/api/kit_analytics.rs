//! Cases O067 to O077: sessions by day.

use axum::http::Method;
use serde_json::{Value, json};

use crate::kit_crud::Caller;
use crate::kit_fixture::{A, M1, P, Q, record, target};
use crate::read_rules::Reading;

const OPERATION: &str = "analyticsGetOrgAnalytics";

async fn daywise(c: &Caller, query: &str) -> Value {
    c.get(OPERATION, &format!("{P}/analytics/daywise?{query}")).await["data"].take()
}

/// Day, sessions and minutes of each entry.
fn days(data: &Value) -> Vec<(&str, u64, f64)> {
    let entries = data["session_stats"]["day_stats"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let (day, midnight) = entry["day"].as_str().unwrap().split_at(10);
            assert_eq!(midnight, "T00:00:00.000Z");
            (day, entry["total_sessions"].as_u64().unwrap(), entry["total_session_minutes"].as_f64().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn o067_o068_o070_days_of_a_range() {
    let c = Caller::new().await;
    let week = c
        .raw(Method::GET, &format!("{P}/analytics/daywise?start_date=2026-01-05&end_date=2026-01-12"), None)
        .await;
    // As text: what reads it may round the last digit.
    let expected = r#"{"success":true,"data":{
        "recording_stats":{"day_stats":[],"recording_count":0,"recording_minutes_consumed":0},
        "session_stats":{"day_stats":[
            {"day":"2026-01-05T00:00:00.000Z","total_sessions":1,"total_session_minutes":52},
            {"day":"2026-01-10T00:00:00.000Z","total_sessions":1,"total_session_minutes":60},
            {"day":"2026-01-11T00:00:00.000Z","total_sessions":1,"total_session_minutes":117},
            {"day":"2026-01-12T00:00:00.000Z","total_sessions":3,"total_session_minutes":107.28333333333333}],
        "sessions_count":6,"sessions_minutes_consumed":336.28333333333336}}}"#;
    assert_eq!(week.text, expected.split_whitespace().collect::<String>(), "O067, O068");
    // From a day on: to today.
    let from = daywise(&c, "start_date=2026-01-11").await;
    assert_eq!(from["session_stats"]["sessions_count"], 4, "O070");
    assert_eq!(days(&from).iter().map(|day| day.0).collect::<Vec<_>>(), ["2026-01-11", "2026-01-12"], "O070");
    // Up to a day: the 30 days before it, and itself.
    let at = |time: &str| format!("{time}:00.000Z");
    let session = |n: u8, start: &str, end: &str| {
        let id = format!("00000000-0000-4000-8000-0000000070{n:02}");
        record(P, json!({ "id": M1 }), &id, (&at(start), &at(end)), &[(&at(start), &at(end))])
    };
    let up_to = daywise(&c, "end_date=2026-01-05").await;
    assert_eq!(days(&up_to), [("2026-01-05", 1, 52.0)], "O070");
    let edges = [
        session(1, "2025-12-05T23:59", "2025-12-06T00:01"),
        session(2, "2025-12-06T00:00", "2025-12-06T00:03"),
    ];
    c.kit.world.history(&edges).await;
    let up_to = daywise(&c, "end_date=2026-01-05").await;
    assert_eq!(days(&up_to), [("2025-12-06", 1, 3.0), ("2026-01-05", 1, 52.0)], "O070: 31 days");
    // Nothing given, or as good as nothing: to today.
    let default = daywise(&c, "").await;
    assert_eq!(default, daywise(&c, "start_date=2025-12-13&end_date=2026-01-12").await, "O070");
    assert_eq!(default, daywise(&c, "start_date=&end_date=").await);
    assert_eq!(default["session_stats"]["sessions_count"], 6);
}

#[tokio::test]
async fn o071_a_range_that_is_none() {
    let c = Caller::new().await;
    let date = "must be a date in YYYY-MM-DD format";
    for (query, message) in [
        (
            "start_date=2026-01-12&end_date=2026-01-11",
            r#""start_date" must be less than or equal to "end_date""#.to_owned(),
        ),
        // Today is the end.
        ("start_date=2026-01-13", r#""start_date" must be less than or equal to "end_date""#.to_owned()),
        (
            "start_date=2016-01-05&end_date=2026-01-12",
            r#""start_date" must be less than 3660 days before "end_date""#.to_owned(),
        ),
        ("start_date=yesterday", format!("\"start_date\" {date}")),
        ("end_date=2026-02-30", format!("\"end_date\" {date}")),
        ("end_date=2026-01-12T00:00:00Z", format!("\"end_date\" {date}")),
        ("start_date=2026-01-05&start_date=2026-01-05", format!("\"start_date\" {date}")),
        ("start_date=1&end_date=2", format!("\"start_date\" {date}")),
    ] {
        let path = format!("{P}/analytics/daywise?{query}");
        c.refused(Method::GET, &path, json!({}), 400, &format!("BAD_REQUEST: {message}")).await;
    }
    let longest = daywise(&c, "start_date=2016-01-06&end_date=2026-01-12").await;
    assert_eq!(longest["session_stats"]["sessions_count"], 6);
    for all_time in
        ["start_date=0000-01-01&end_date=0009-01-01", "end_date=0000-01-01", "end_date=9999-12-31"]
    {
        assert_eq!(days(&daywise(&c, all_time).await), [], "{all_time}");
    }
}

#[tokio::test]
async fn o073_a_session_counts_wholly_on_the_day_it_started() {
    let c = Caller::new().await;
    let (start, end) = ("2026-01-10T23:59:59.999Z", "2026-01-11T00:30:00.000Z");
    let id = "00000000-0000-4000-8000-000000007301";
    c.kit.world.history(&[record(P, json!({ "id": M1 }), id, (start, end), &[(start, end)])]).await;
    let data = daywise(&c, "start_date=2026-01-10&end_date=2026-01-11").await;
    let consumed_ms = 60 * 60_000 + 30 * 60_000 + 1;
    assert_eq!(days(&data), [("2026-01-10", 2, f64::from(consumed_ms) / 60_000.0), ("2026-01-11", 1, 117.0)]);
}

#[tokio::test]
async fn o074_live_sessions_grow_while_somebody_is_in() {
    let c = Caller::new().await;
    let today = "start_date=2026-01-12&end_date=2026-01-12";
    let before = daywise(&c, today).await;
    c.kit.world.clock.advance(60_000);
    c.kit.inside.is_heard();
    let after = daywise(&c, today).await;
    let ((_, count, minutes), (_, count_after, minutes_after)) = (days(&before)[0], days(&after)[0]);
    assert_eq!((count, count_after), (3, 3));
    assert!((minutes_after - minutes - 1.0).abs() < 1e-9, "{minutes} and then {minutes_after}");
    // When it ends, it is the same session still.
    let kick = format!("{P}/meetings/{}/active-session/kick-all", crate::kit_fixture::M2);
    c.ok("activeSessionKickAllParticipants", Method::POST, &kick, None).await;
    assert_eq!(daywise(&c, today).await, after);
}

/// The same at the door, where minutes are rounded in the list; the ledger's own test has ten thousand sessions.
#[tokio::test]
async fn o076_the_days_are_those_of_the_session_list() {
    let c = Caller::new().await;
    let list = c.kit.list("start_time=2026-01-05&end_time=2026-01-12").await.json();
    let minutes =
        list["data"]["sessions"].as_array().unwrap().iter().map(|s| s["minutes_consumed"].as_f64().unwrap());
    let (count, listed) = (minutes.clone().count() as u64, minutes.sum::<f64>());
    let data = daywise(&c, "start_date=2026-01-05&end_date=2026-01-12").await;
    let stats = &data["session_stats"];
    assert_eq!(
        (stats["sessions_count"].as_u64(), days(&data).iter().map(|day| day.1).sum::<u64>()),
        (Some(count), count)
    );
    let of_days = days(&data).iter().map(|day| day.2).sum::<f64>();
    assert!((of_days - listed).abs() < 5e-5, "{of_days} and {listed}");
    assert!((of_days - stats["sessions_minutes_consumed"].as_f64().unwrap()).abs() < 1e-9);
    let other = c.get(OPERATION, &format!("{Q}/analytics/daywise?end_date=2026-01-12")).await;
    let elsewhere = c.kit.world.send(Method::GET, &target(A, Q, ""), "TA", None).await.ok();
    assert_eq!(other["data"]["session_stats"]["sessions_minutes_consumed"], 10);
    assert_eq!(elsewhere["paging"]["total_count"], other["data"]["session_stats"]["sessions_count"]);
}

#[tokio::test]
async fn o077_and_the_rules_of_reading() {
    let c = Caller::new().await;
    Reading { path: "analytics/daywise", bad_query: "start_date=x", unknown: &[] }
        .follows_the_rules(&c.kit)
        .await;
}
