//! The lists over HTTP against an export of the ledger: every page of every order says what SQL says.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sederunt_core::id::Id;
use serde_json::Value;

use crate::common::FirstRun;
use crate::common::http::Kit;
use crate::truth::{Session, Stay, Truth};

const PER_PAGE: usize = 100;

/// Compares all lists.
pub(crate) async fn lists(base: &str, first: &FirstRun, truth: &Truth) {
    let kit = Kit::new(base, first);
    let mut all: Vec<&Session> = truth.sessions.values().collect();
    all.sort_by_key(|s| Reverse((s.started_at, s.id)));
    sessions(&kit, "", &all).await;
    sessions(&kit, "status=ENDED", &all).await;
    sessions(&kit, "status=LIVE", &[]).await;
    let of = |keep: &dyn Fn(&Session) -> bool| -> Vec<&Session> {
        all.iter().copied().filter(|s| keep(s)).collect()
    };
    sessions(&kit, "search=ROOM%201", &of(&|s| s.title.to_lowercase().contains("room 1"))).await;
    sessions(
        &kit,
        "search=3f",
        &of(&|s| [s.title.clone(), s.id.to_string(), s.meeting.to_string()].iter().any(|t| t.contains("3f"))),
    )
    .await;
    let (from, to) = ("2025-06-10T00:00:00Z", "2025-07-10T00:00:00Z");
    let ms = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let range = ms(from)..=ms(to);
    sessions(&kit, &format!("start_time={from}&end_time={to}"), &of(&|s| range.contains(&s.started_at)))
        .await;
    let last = all.last().expect("there are sessions").meeting;
    sessions(&kit, &format!("associated_id={last}"), &of(&|s| s.meeting == last)).await;
    all.reverse();
    sessions(&kit, "sort_order=ASC", &all).await;
    all.sort_by_key(|s| (s.consumed_ms(), s.id));
    sessions(&kit, "sort_by=minutesConsumed&sort_order=ASC", &all).await;
    let mut by_meeting: BTreeMap<Id, Vec<&Session>> = BTreeMap::new();
    for session in truth.sessions.values() {
        by_meeting.entry(session.meeting).or_default().push(session);
    }
    for (meeting, sessions) in by_meeting {
        room(&kit, meeting, &sessions).await;
    }
    let largest = truth.sessions.values().max_by_key(|s| s.stays.len()).expect("there are sessions");
    participants(&kit, largest).await;
    println!(
        "{} sessions, {} stays: lists as exported",
        all.len(),
        all.iter().map(|s| s.stays.len()).sum::<usize>()
    );
}

/// All pages of a list of sessions.
async fn sessions(kit: &Kit, query: &str, expected: &[&Session]) {
    let mut pages = expected.chunks(PER_PAGE).collect::<Vec<_>>();
    // And one beyond the end.
    pages.push(&[]);
    for (n, page) in pages.into_iter().enumerate() {
        let path = format!("/sessions?{query}&per_page={PER_PAGE}&page_no={}", n + 1);
        let answer = kit.get(&path).await;
        assert_eq!(answer["paging"]["total_count"], expected.len(), "{path}");
        let got: Vec<Value> = answer["data"]["sessions"].as_array().unwrap().iter().map(told).collect();
        let want: Vec<Value> = page.iter().map(|s| as_told(s)).collect();
        assert_eq!(got, want, "{path}");
    }
}

/// What is compared of a session.
fn told(s: &Value) -> Value {
    let fields = [
        "id",
        "associated_id",
        "meeting_display_name",
        "status",
        "live_participants",
        "started_at",
        "ended_at",
    ];
    let mut told: serde_json::Map<_, _> = fields.iter().map(|f| ((*f).to_owned(), s[f].clone())).collect();
    let minutes = s["minutes_consumed"].as_f64().unwrap();
    told.insert("minutes".to_owned(), format!("{minutes:.4}").into());
    Value::Object(told)
}

fn as_told(s: &Session) -> Value {
    serde_json::json!({
        "id": s.id.to_string(),
        "associated_id": s.meeting.to_string(),
        "meeting_display_name": s.title,
        "status": "ENDED",
        "live_participants": 0,
        "started_at": time(s.started_at),
        "ended_at": time(s.ended_at),
        "minutes": minutes(s.consumed_ms()),
    })
}

fn time(ms: i64) -> String {
    format!("{:.3}", jiff::Timestamp::from_millisecond(ms).unwrap())
}

/// Minutes to four decimals, half up (SEMANTICS §2.3).
fn minutes(ms: i64) -> String {
    // One of them is six milliseconds.
    let rounded = (ms + 3) / 6;
    format!("{}.{:04}", rounded / 10_000, rounded % 10_000)
}

/// All stays of a room, streamed and paged.
async fn room(kit: &Kit, meeting: Id, sessions: &[&Session]) {
    let mut stays: Vec<&Stay> = sessions.iter().flat_map(|s| &s.stays).collect();
    stays.sort_by_key(|s| Reverse((s.joined_at, s.peer)));
    for (query, offset, count) in
        [("", 0, stays.len()), ("?limit=50", 0, 50), ("?limit=50&offset=70", 70, 50)]
    {
        let expected: Vec<_> = stays.iter().skip(offset).take(count).map(|s| stay_as_told(s)).collect();
        assert_eq!(room_list(kit, meeting, query, stays.len()).await, expected, "{meeting} {query}");
    }
    stays.sort_by_key(|s| (s.left_at, s.peer));
    let expected: Vec<_> = stays.iter().map(|s| stay_as_told(s)).collect();
    assert_eq!(room_list(kit, meeting, "?sort_by=%2Bdisconnected_at", stays.len()).await, expected);
    assert_eq!(room_list(kit, meeting, "?is_connecting=true", 0).await, Vec::new());
}

fn stay_as_told(s: &Stay) -> (Id, String, String) {
    (s.id, time(s.joined_at), time(s.left_at))
}

async fn room_list(kit: &Kit, meeting: Id, query: &str, total: usize) -> Vec<(Id, String, String)> {
    let answer = kit.try_get(&format!("/v1/rooms/{meeting}/sessions{query}")).await.expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    let list = answer.json();
    assert_eq!(list["paging"]["total"], total, "{meeting} {query}");
    let text = |s: &Value, field: &str| s[field].as_str().unwrap().to_owned();
    let stay =
        |s: &Value| (Id::parse(&text(s, "id")).unwrap(), text(s, "connected_at"), text(s, "disconnected_at"));
    list["sessions"].as_array().unwrap().iter().map(stay).collect()
}

/// The stays of one session, longest first.
async fn participants(kit: &Kit, session: &Session) {
    let mut stays: Vec<&Stay> = session.stays.iter().collect();
    stays.sort_by_key(|s| Reverse((s.left_at - s.joined_at, s.peer)));
    for (n, page) in stays.chunks(PER_PAGE).enumerate() {
        let path = format!(
            "/sessions/{}/participants?sort_by=duration&sort_order=DESC&per_page={PER_PAGE}&page_no={}",
            session.id,
            n + 1
        );
        let answer = kit.get(&path).await;
        let got: Vec<Id> = answer["data"]["participants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| Id::parse(p["id"].as_str().unwrap()).unwrap())
            .collect();
        assert_eq!(got, page.iter().map(|s| s.peer).collect::<Vec<_>>(), "{path}");
    }
}
