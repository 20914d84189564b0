//! Import and export: a fixture of every state of a session, round trips, and every way a line can be wrong.

use crate::common::{all, app_row, open};
use sederunt_core::id::{MeetingId, SessionId, StayId};
use sederunt_core::tally::minutes;
use sederunt_core::time::UnixMs;
use sederunt_store::{ImportOptions, ImportReport, RoomStayQuery, StaySort, Store};
use serde_json::{Value, json};

const P: &str = "14a396e7-ca44-4937-bf1f-050a69118543";

/// A ledger with the app of the fixture. The verbs that block are called on a plain thread.
async fn with_app() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    store.create_app(app_row(P), Vec::new()).await.unwrap();
    (dir, store)
}

async fn import(store: &Store, text: String) -> ImportReport {
    import_bytes(store, text.into_bytes()).await
}

async fn import_bytes(store: &Store, bytes: Vec<u8>) -> ImportReport {
    let store = store.clone();
    let run = move || store.import(&*bytes, &ImportOptions::default(), |_| {});
    tokio::task::spawn_blocking(run).await.unwrap().unwrap()
}

async fn export(store: &Store) -> String {
    let store = store.clone();
    let run = move || {
        let mut out = Vec::new();
        store.export(&mut out, |_, _| {}).unwrap();
        String::from_utf8(out).unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

async fn assert_verified(store: &Store) {
    let store = store.clone();
    let report = tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap();
    assert_eq!(report.difference_count, 0, "{:?}", report.differences);
}

fn uuid(kind: &str, n: u32) -> String {
    let kind = match kind {
        "meeting" => 1,
        "session" => 2,
        "peer" => 3,
        _ => 4,
    };
    format!("{kind:08x}-0000-4000-8000-{n:012x}")
}

/// A record of P: stays are `(joined, left)`.
fn record(
    n: u32,
    meeting: (u32, &str),
    started: &str,
    ended: Option<&str>,
    stays: &[(&str, Option<&str>)],
) -> Value {
    let stays: Vec<Value> = (0_u32..)
        .zip(stays)
        .map(|(i, (joined, left))| {
            json!({
                "peer": uuid("peer", n * 10 + i), "participant": uuid("participant", n * 10 + i),
                "name": format!("Person {i}"), "joined_at": joined, "left_at": left,
            })
        })
        .collect();
    let open = stays.iter().any(|s| s["left_at"].is_null());
    json!({
        "app": P,
        "meeting": {"id": uuid("meeting", meeting.0), "title": meeting.1},
        "session": {"id": uuid("session", n), "started_at": started, "ended_at": ended},
        "as_of": open.then_some("2026-01-12T14:26:00.784Z"),
        "stays": stays,
    })
}

fn fixture() -> Vec<Value> {
    let d = |day: u32, time: &str| format!("2026-01-{day:02}T{time}Z");
    let rec = |n, meeting, started: String, ended: Option<String>, stays: &[(String, Option<String>)]| {
        let stays: Vec<_> = stays.iter().map(|(j, l)| (j.as_str(), l.as_deref())).collect();
        record(n, meeting, &started, ended.as_deref(), &stays)
    };
    let stay = |day, joined: &str, left: &str| (d(day, joined), Some(d(day, left)));
    vec![
        rec(
            1,
            (1, "Weekly sync"),
            d(10, "19:00:00"),
            Some(d(10, "19:31:00")),
            &[stay(10, "19:00:00", "19:30:00"), stay(10, "19:00:00", "19:30:00")],
        ),
        rec(
            2,
            (1, "Weekly sync"),
            d(11, "16:00:00"),
            Some(d(11, "17:01:00")),
            &[stay(11, "16:00:00", "17:00:00"), stay(11, "16:03:00", "17:00:00")],
        ),
        rec(
            3,
            (2, "100%_done"),
            d(12, "14:21:34.388"),
            None,
            &[(d(12, "14:21:34.388"), None), stay(12, "14:22:00.000", "14:24:20.604")],
        ),
        rec(
            4,
            (3, "日本語ミーティング"),
            d(12, "09:00:00"),
            Some(d(12, "09:21:00")),
            &[
                stay(12, "09:00:00", "09:20:00"),
                stay(12, "09:00:00", "09:20:00"),
                stay(12, "09:00:00", "09:20:00"),
                stay(12, "09:00:00", "09:20:00"),
                stay(12, "09:00:00", "09:20:00"),
            ],
        ),
        rec(
            5,
            (4, "Café ÉCLAIR"),
            d(5, "15:00:00"),
            Some(d(5, "15:31:00")),
            &[stay(5, "15:00:00", "15:27:00"), stay(5, "15:05:00", "15:30:00")],
        ),
        rec(6, (5, ""), d(12, "14:25:00"), None, &[stay(12, "14:25:00", "14:25:30")]),
    ]
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|r| format!("{r}\n")).collect()
}

#[tokio::test]
async fn the_fixture_of_the_seed_cases() {
    let (_dir, store) = with_app().await;
    let report = import(&store, lines(&fixture())).await;
    assert_eq!(report, ImportReport { imported: 6, ..ImportReport::default() });
    let now: jiff::Timestamp = "2026-01-12T14:26:00.784Z".parse().unwrap();
    let now = UnixMs(now.as_millisecond());
    let page = store.sessions(all(P, now)).await.unwrap();
    let told: Vec<_> = page
        .items
        .iter()
        .map(|s| {
            (s.id.as_u128() & 0xf, s.peak, minutes(s.consumed_ms(now)), s.live_count, s.ended_at.is_none())
        })
        .collect();
    assert_eq!(
        told,
        [
            (6, 1, 0.5, 0, true),
            (3, 2, 6.7833, 1, true),
            (4, 5, 100.0, 0, false),
            (2, 2, 117.0, 0, false),
            (1, 2, 60.0, 0, false),
            (5, 2, 52.0, 0, false),
        ]
    );
    assert_verified(&store).await;
    // A minute later S6 has ended, S3 counts on (R05).
    let ended = store.end_expired("node", now.plus_ms(60_000)).await.unwrap();
    assert_eq!((ended.sessions_ended, ended.stays_closed), (1, 0));
    let page = store.sessions(all(P, now.plus_ms(60_000))).await.unwrap();
    assert_eq!(page.items[0].ended_at, Some(UnixMs(now.0 - 784 + 30_000)));
    assert_eq!(minutes(page.items[1].consumed_ms(now.plus_ms(60_000))), 7.7833);
    // The start of a server closes at `as_of` what history left open.
    store.recover("node", now.plus_ms(3_600_000)).await.unwrap();
    let s3 = store.session(&P.into(), page.items[1].id).await.unwrap().unwrap();
    assert_eq!(s3.ended_at, Some(now.plus_ms(60_000)));
    assert_eq!(minutes(s3.consumed_ms(now)), 6.7833);
    assert_verified(&store).await;
}

#[tokio::test]
async fn twice_is_once_and_other_content_is_refused() {
    let (_dir, store) = with_app().await;
    let mut records = fixture();
    import(&store, lines(&records)).await;
    let before = export(&store).await;
    assert_eq!(import(&store, lines(&records)).await, ImportReport { skipped: 6, ..ImportReport::default() });
    assert_eq!(import(&store, before.clone()).await.skipped, 6, "its own export");
    records[0]["stays"][0]["left_at"] = json!("2026-01-10T19:29:00Z");
    records.truncate(1);
    let report = import(&store, lines(&records)).await;
    assert_eq!((report.imported, report.rejected_count), (0, 1));
    assert!(report.rejected[0].reason.contains("there already, and differs"), "{report:?}");
    assert_eq!(export(&store).await, before);
}

#[tokio::test]
async fn export_import_export_is_byte_identical() {
    let (_dir, store) = with_app().await;
    let mut records = fixture();
    let more = json!({
        "app": P,
        "meeting": {"id": "000585f36eed9e8fb6b655b4", "title": "R1", "kind": "public", "is_room": true,
                    "default_member_type": "monitor", "max_meeting_seconds": 60,
                    "terminated_at": "2026-02-01T00:00:00Z", "deleted_at": "2026-02-02T00:00:00+01:00",
                    "active": false, "created_at": "2020-01-01T00:00:00Z"},
        "session": {"id": uuid("session", 99), "title": "was \"R0\"\n\u{1F600}", "keep_alive_ms": 600_000,
                    "started_at": "2022-12-31T23:00:00.001Z"},
        "as_of": "2023-01-01T02:00:00Z",
        "stays": [
            {"peer": uuid("peer", 990), "participant": uuid("participant", 990), "member_type": "host",
             "user_id": "bob smith/한글", "custom_participant_id": "bob smith/한글", "preset": "own",
             "created_at": "2022-12-31T23:00:00Z", "joined_at": "2023-01-01T01:00:00Z",
             "left_at": "2023-01-01T01:00:00Z", "reason": "kicked"},
            {"peer": uuid("peer", 991), "stay": "018bcfe56800000000000003",
             "participant": uuid("participant", 991), "role": "monitor", "joined_at": "2023-01-01T00:30:00Z", "away_since": "2023-01-01T01:30:00Z"},
        ],
    });
    records.push(more);
    assert_eq!(import(&store, lines(&records)).await.imported, 7);
    let first = export(&store).await;
    assert_eq!(first.lines().count(), 7);
    let (_dir2, copy) = with_app().await;
    assert_eq!(import(&copy, first.clone()).await.imported, 7);
    assert_eq!(export(&copy).await, first);
    for store in [&store, &copy] {
        assert_verified(store).await;
    }
    assert!(
        first.contains("\"reason\":\"kicked\"")
            && first.contains("\"away_since\":\"2023-01-01T01:30:00.000Z\"")
    );
    assert_eq!(first.matches("\"stay\":").count(), 1, "the others are called as their peers");
    let stay: StayId = "018bcfe56800000000000003".parse().unwrap();
    assert!(first.contains(&format!("\"stay\":\"{stay}\"")), "{first}");
    let deleted: MeetingId = "000585f36eed9e8fb6b655b4".parse().unwrap();
    assert_eq!(store.meeting(deleted).await.unwrap(), None, "deleted stays deleted");
}

#[tokio::test]
async fn the_pagecall_fixture_lists_in_order() {
    let (_dir, store) = with_app().await;
    let t = |time: &str| format!("2023-01-01T{time}:00.000Z");
    let stay = |n: u32, who: u32, user: &str, joined: &str, left: Option<&str>| {
        json!({"peer": uuid("peer", n), "participant": uuid("participant", who), "user_id": user,
               "joined_at": t(joined), "left_at": left.map(t)})
    };
    let meeting = json!({"id": "000585f36eed9e8fb6b655b4", "title": "R1", "is_room": true});
    let text = lines(&[
        json!({"app": P, "meeting": meeting, "session": {"id": uuid("session", 1), "started_at": t("01:00"),
               "ended_at": t("01:41")}, "stays": [stay(2, 2, "bob", "01:10", Some("01:40")),
               stay(1, 1, "alice", "01:00", Some("01:30"))]}),
        json!({"app": P, "meeting": meeting, "session": {"id": uuid("session", 2), "started_at": t("01:50")},
               "as_of": t("02:00"), "stays": [stay(3, 1, "alice", "01:50", None), stay(4, 1, "alice", "01:55", None)]}),
    ]);
    assert_eq!(import(&store, text).await.imported, 2);
    let list = async |user: Option<&str>, connecting, limit| {
        let q = RoomStayQuery {
            meeting: "000585f36eed9e8fb6b655b4".parse().unwrap(),
            user_id: user.map(str::to_owned),
            connecting,
            sort: StaySort::JoinedAt,
            ascending: false,
            offset: 0,
            limit,
        };
        let page = store.room_stays(q).await.unwrap();
        (page.total, page.items.iter().map(|s| s.stay.peer.as_u128() & 0xf).collect::<Vec<_>>())
    };
    assert_eq!(list(None, None, None).await, (4, vec![4, 3, 2, 1]));
    assert_eq!(list(None, None, Some(2)).await, (4, vec![4, 3]));
    assert_eq!(list(Some("alice"), None, None).await, (3, vec![4, 3, 1]));
    assert_eq!(list(Some("alice"), Some(true), None).await, (2, vec![4, 3]));
    assert_eq!(list(None, Some(false), None).await, (2, vec![2, 1]));
    let meeting: MeetingId = "000585f36eed9e8fb6b655b4".parse().unwrap();
    assert_eq!(store.together_ms(meeting, None).await.unwrap(), 20 * 60_000, "two different members");
}

/// Every rule: a change of a good record, and a part of the reason.
fn wrong() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/app", json!("nowhere"), "unknown app"),
        ("/app", json!(""), "1 to 64"),
        ("/app", json!(7), "invalid type"),
        ("/nonsense", json!(1), "unknown field `nonsense`"),
        ("/stays/0/nmae", json!("x"), "unknown field `nmae`"),
        ("/session/id", json!("abc"), "not an id"),
        ("/session/started_at", json!("yesterday"), "not an RFC 3339 time"),
        ("/session/started_at", json!("1969-12-31T23:59:59Z"), "not an RFC 3339 time"),
        ("/session/started_at", json!("2026-01-10T19:00:01Z"), "before session.started_at"),
        ("/session/started_at", json!(null), "invalid type"),
        ("/session/ended_at", json!("2026-01-10T19:29:59Z"), "left after session.ended_at"),
        ("/session/ended_at", json!(null), "there already"),
        ("/session/end_reason", json!("bored"), "none of all_participants_left"),
        ("/session/keep_alive_ms", json!(-1), "keep_alive_ms"),
        ("/as_of", json!("2026-01-12T00:00:00Z"), "as_of without an open stay"),
        ("/stays", json!([]), "stays is empty"),
        ("/stays/0/left_at", json!(null), "a stay has no left_at"),
        ("/stays/0/left_at", json!("2026-01-10T18:00:00Z"), "stays[0]: left_at is before"),
        ("/stays/1/created_at", json!("2026-01-10T19:00:01Z"), "stays[1]: created_at is after"),
        ("/stays/0/away_since", json!("2026-01-10T19:10:00Z"), "away_since"),
        ("/stays/0/role", json!("bot"), "bots"),
        ("/stays/0/role", json!("king"), "none of member"),
        ("/stays/0/reason", json!("bored"), "none of left"),
        ("/stays/1/peer", json!(uuid("peer", 10)), "two stays have the id 00000003"),
        ("/stays/1/stay", json!(uuid("peer", 10_000)), "two stays have the id 00000003"),
        ("/stays/1/stay", json!("one"), "not an id"),
        ("/stays/1/participant", json!(uuid("participant", 20)), "belongs to another meeting"),
        ("/meeting/kind", json!("secret"), "none of open, public, private"),
        ("/meeting/max_meeting_seconds", json!(-5), "negative"),
    ]
}

fn with(mut record: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = record.pointer_mut(parent).unwrap();
    match key.parse::<usize>() {
        Ok(i) => parent[i] = value,
        Err(_) => parent[key] = value,
    }
    record
}

#[tokio::test]
async fn a_wrong_line_is_told_and_leaves_no_trace() {
    let (_dir, store) = with_app().await;
    let other = record(
        2,
        (7, "other"),
        "2026-01-11T16:00:00Z",
        Some("2026-01-11T17:00:00Z"),
        &[("2026-01-11T16:00:00Z", Some("2026-01-11T16:30:00Z"))],
    );
    import(&store, lines(&[fixture()[0].clone(), other.clone()])).await;
    let before = export(&store).await;
    let good = fixture().swap_remove(3);
    let new = |n: u32| {
        let stays = [("2026-01-10T19:00:00Z", Some("2026-01-10T19:30:00Z")); 2];
        record(n, (1, "Weekly sync"), "2026-01-10T19:00:00Z", Some("2026-01-10T19:31:00Z"), &stays)
    };
    let base = |pointer: &str, value: &Value| {
        // Only the record that is there already has an id of the ledger.
        if pointer == "/session/ended_at" && value.is_null() { new(1) } else { new(1_000) }
    };
    let wrong = wrong();
    let mut text = String::new();
    for (pointer, value, _) in &wrong {
        let mut bad = base(pointer, value);
        if *pointer == "/stays/1/peer" {
            bad = with(bad, "/stays/0/peer", value.clone());
        }
        text.push_str(&format!("{}\n\n", with(bad, pointer, value.clone())));
    }
    text.push_str(&format!("{good}\n{{\"app\":\n\u{FEFF}x"));
    let report = import(&store, text).await;
    assert_eq!(report.imported, 1, "{report:?}");
    assert_eq!(report.rejected_count as usize, wrong.len() + 2, "{report:?}");
    for ((i, (pointer, _, reason)), rejected) in wrong.iter().enumerate().zip(&report.rejected) {
        assert_eq!(rejected.line, 2 * i as u64 + 1, "empty lines count: {pointer}");
        assert!(rejected.reason.contains(reason), "{pointer}: {:?} is not {reason:?}", rejected.reason);
    }
    let after: Vec<_> =
        export(&store).await.lines().filter(|l| !l.contains("ミーティング")).map(str::to_owned).collect();
    assert_eq!(after.join("\n"), before.trim_end());
    let refused: SessionId = uuid("session", 1_000).parse().unwrap();
    let trace = store.session(&P.into(), refused).await.unwrap();
    assert_eq!(trace, None);
    assert_verified(&store).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_and_endless_lines() {
    let (_dir, store) = with_app().await;
    let mut bytes = vec![b'"'; 1];
    bytes.extend(std::iter::repeat_n(b'x', 65 << 20));
    bytes.extend(b"\n\xff\xfe\n");
    bytes.extend(lines(&fixture()).into_bytes());
    let report = import_bytes(&store, bytes).await;
    assert_eq!((report.imported, report.rejected_count), (6, 2));
    assert_eq!(report.rejected[0].line, 1);
    assert!(report.rejected[0].reason.contains("longer than"), "{report:?}");
}

#[tokio::test]
async fn a_second_live_session_of_a_meeting_is_refused() {
    let (_dir, store) = with_app().await;
    let live = |n| record(n, (1, "m"), "2026-01-12T14:00:00Z", None, &[("2026-01-12T14:00:00Z", None)]);
    let report = import(&store, lines(&[live(1), live(2)])).await;
    assert_eq!((report.imported, report.rejected_count), (1, 1));
    assert!(report.rejected[0].reason.contains("another LIVE session"));
}

#[tokio::test]
async fn unknown_apps_are_made_when_allowed() {
    let (_dir, store) = open();
    let options = ImportOptions {
        make_app: Some(std::sync::Arc::new(|id: &sederunt_core::id::AppId| {
            (app_row(id.as_str()), Vec::new())
        })),
        offline: true,
    };
    let (text, to) = (lines(&fixture()), store.clone());
    let run = move || {
        let report = to.import(text.as_bytes(), &options, |_| {});
        to.finish_import().unwrap();
        report
    };
    assert_eq!(tokio::task::spawn_blocking(run).await.unwrap().unwrap().imported, 6);
    assert_eq!(store.app(&P.into()).await.unwrap(), Some(app_row(P)));
    assert_verified(&store).await;
}

/// What a batch has accepted but not written yet counts for the lines after it.
#[tokio::test]
async fn lines_of_one_batch_know_of_each_other() {
    let (_dir, store) = with_app().await;
    let at = "2026-01-10T19:00:00Z";
    let ended = |n, meeting| record(n, (meeting, "m"), at, Some(at), &[(at, Some(at))]);
    let mut other_content = ended(1, 1);
    other_content["session"]["title"] = json!("other");
    let mut same_person = ended(2, 1);
    same_person["stays"][0]["participant"] = json!(uuid("participant", 10));
    let mut foreign_person = ended(3, 2);
    foreign_person["stays"][0]["participant"] = json!(uuid("participant", 10));
    let text = lines(&[ended(1, 1), ended(1, 1), other_content, same_person, foreign_person, ended(4, 2)]);
    let report = import(&store, text).await;
    assert_eq!((report.imported, report.skipped, report.rejected_count), (3, 1, 2), "{report:?}");
    assert!(report.rejected[0].reason.contains("there already, and differs"), "{report:?}");
    assert!(report.rejected[1].reason.contains("belongs to another meeting"), "{report:?}");
    assert_eq!(store.session(&P.into(), uuid("session", 3).parse().unwrap()).await.unwrap(), None);
    assert_verified(&store).await;
}
