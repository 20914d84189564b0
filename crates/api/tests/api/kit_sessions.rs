//! Single sessions, their peers, and the LIVE one of a meeting at the RealtimeKit door.

use axum::http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::kit_crud::Caller;
use crate::kit_fixture::{M1, M2, P, record};

#[tokio::test]
async fn one_session_and_its_peers() {
    let c = Caller::new().await;
    let s3 = format!("{P}/sessions/{}", c.kit.id("S3"));
    let session = c.get("sessionsGetSessionDetails", &s3).await;
    assert_eq!(session["data"], c.kit.pick(&c.kit.list("").await.json(), "S3"));
    let rooms = c.get("sessionsGetSessionDetails", &format!("{s3}?include_breakout_rooms=true")).await;
    assert_eq!(rooms, session, "it has none");
    let message = "BAD_REQUEST: \"include_breakout_rooms\" must be a boolean";
    c.refused(Method::GET, &format!("{s3}?include_breakout_rooms=1"), json!({}), 400, message).await;
    c.refused(Method::GET, &format!("{P}/sessions/{M1}"), json!({}), 404, "Session not found").await;
}

/// Two sessions that history says are breakout rooms of another one.
#[tokio::test]
async fn a_session_with_its_breakout_rooms() {
    const ROOM: &str = "c2615f99-438d-41aa-945a-281a9647fe57";
    let c = Caller::new().await;
    let (s2, rooms) =
        (c.kit.id("S2"), ["00000000-0000-4000-8000-00000000b001", "00000000-0000-4000-8000-00000000b002"]);
    let at = |time: &str| format!("2026-01-11T16:{time}:00.000Z");
    let room = |id: &str, from: &str, to: &str| {
        let (from, to) = (at(from), at(to));
        let mut room = record(P, json!({ "id": ROOM }), id, (&from, &to), &[(&from, &to)]);
        room["session"]["parent"] = json!(s2);
        room
    };
    c.kit.world.history(&[room(rooms[1], "30", "40"), room(rooms[0], "10", "20")]).await;
    let with =
        c.get("sessionsGetSessionDetails", &format!("{P}/sessions/{s2}?include_breakout_rooms=true")).await;
    let without = c.get("sessionsGetSessionDetails", &format!("{P}/sessions/{s2}")).await;
    assert_eq!(without["data"]["breakout_rooms"], json!([]), "only when it is asked for");
    for (nth, id) in rooms.iter().enumerate() {
        let room = c.get("sessionsGetSessionDetails", &format!("{P}/sessions/{id}")).await;
        assert_eq!((&room["data"]["id"], &room["data"]["associated_id"]), (&json!(id), &json!(ROOM)));
        assert_eq!(with["data"]["breakout_rooms"][nth], room["data"], "oldest first, in the same shape");
    }
    assert_eq!(with["data"]["breakout_rooms"].as_array().map(Vec::len), Some(2));
    let list = c.kit.list(&format!("associated_id={ROOM}")).await.json();
    assert_eq!(list["paging"]["total_count"], 2, "they are listed like any other session");
}

/// What somebody did in breakout rooms counts to the stay from which he went there, and once.
#[tokio::test]
async fn consolidated_adds_the_time_in_breakout_rooms() {
    let c = Caller::new().await;
    let s2 = c.kit.id("S2");
    let list = format!("{P}/sessions/{s2}/participants");
    let raw = c.get("sessionsGetSessionParticipants", &list).await;
    let raw = raw["data"]["participants"].as_array().unwrap().clone();
    let alone = c.get("sessionsGetSessionParticipants", &format!("{list}?view=consolidated")).await;
    assert_eq!(alone["data"]["participants"].as_array(), Some(&raw), "without rooms both are the same");

    let (from, to) = ("2026-01-11T16:10:00.000Z", "2026-01-11T16:20:00.000Z");
    let mut room = record(
        P,
        json!({ "id": "c2615f99-438d-41aa-945a-281a9647fe57" }),
        "00000000-0000-4000-8000-00000000b001",
        (from, to),
        &[(from, to), (from, "2026-01-11T16:12:30.000Z"), (from, to)],
    );
    room["session"]["parent"] = json!(s2);
    // Twice the same person, and somebody who never was in the meeting itself.
    let person = &raw[0]["user_id"];
    for stay in [0, 1] {
        room["stays"][stay]["participant"] = person.clone();
    }
    c.kit.world.history(&[room]).await;
    let minutes =
        |list: &[Value]| -> Vec<f64> { list.iter().map(|one| one["duration"].as_f64().unwrap()).collect() };
    let with = c.get("sessionsGetSessionParticipants", &format!("{list}?view=consolidated")).await;
    let with = with["data"]["participants"].as_array().unwrap().clone();
    let mut want = minutes(&raw);
    let theirs = raw.iter().position(|one| one["user_id"] == *person).unwrap();
    want[theirs] += 12.5;
    assert_eq!(minutes(&with), want);
    let raw_again = c.get("sessionsGetSessionParticipants", &format!("{list}?view=raw")).await;
    assert_eq!(raw_again["data"]["participants"].as_array(), Some(&raw), "raw is this session alone");
    let message = "BAD_REQUEST: \"view\" must be one of [raw, consolidated]";
    c.refused(Method::GET, &format!("{list}?view=all"), json!({}), 400, message).await;
}

#[tokio::test]
async fn peers_with_their_events() {
    let c = Caller::new().await;
    let s2 = format!("{P}/sessions/{}/participants", c.kit.id("S2"));
    let mut peers =
        c.get("sessionsGetSessionParticipants", &format!("{s2}?include_peer_events=true&per_page=1")).await;
    let events = peers["data"]["participants"][0]["peer_events"].take();
    assert_json_snapshot!(peers, @r#"
    {
      "data": {
        "paging": {
          "end_offset": 1,
          "start_offset": 1,
          "total_count": 2
        },
        "participants": [
          {
            "created_at": "2026-01-11T16:00:00.000Z",
            "custom_participant_id": "person-0",
            "display_name": "Person 0",
            "duration": 60,
            "id": "22222222-0000-4000-8000-000000000102",
            "joined_at": "2026-01-11T16:00:00.000Z",
            "left_at": "2026-01-11T17:00:00.000Z",
            "peer_events": null,
            "preset_name": "group_call_participant",
            "updated_at": "2026-01-11T17:00:00.000Z",
            "user_id": "22222222-0000-4000-8000-000000000202"
          }
        ]
      },
      "paging": {
        "end_offset": 1,
        "start_offset": 1,
        "total_count": 2
      },
      "success": true
    }
    "#);
    let steps: Vec<_> =
        events.as_array().unwrap().iter().map(|e| (&e["event_name"], &e["created_at"])).collect();
    let (joined_at, left_at) = ("2026-01-11T16:00:00.000Z", "2026-01-11T17:00:00.000Z");
    let expected = [("PEER_CREATED", joined_at), ("PEER_JOINING", joined_at), ("PEER_LEAVING", left_at)];
    assert_eq!(json!(steps), json!(expected));
    assert_eq!((&events[0]["session_id"], &events[1]["minutes_consumed"]), (&Value::Null, &json!(0)));
    assert_json_snapshot!(events[2], { ".id" => "[id]" }, @r#"
    {
      "created_at": "2026-01-11T17:00:00.000Z",
      "event_name": "PEER_LEAVING",
      "id": "[id]",
      "minutes_consumed": 60,
      "participant_id": "22222222-0000-4000-8000-000000000202",
      "peer_id": "22222222-0000-4000-8000-000000000102",
      "preset_view_type": "GROUP_CALL",
      "session_id": "22222222-0000-4000-8000-000000000002",
      "socket_session_id": null,
      "updated_at": "2026-01-11T17:00:00.000Z"
    }
    "#);
}

#[tokio::test]
async fn peers_are_sorted_searched_and_found() {
    let c = Caller::new().await;
    let s2 = format!("{P}/sessions/{}/participants", c.kit.id("S2"));
    let names = async |query: &str| {
        let body = c.get("sessionsGetSessionParticipants", &format!("{s2}?{query}")).await;
        let name = |p: &Value| p["display_name"].as_str().unwrap().to_owned();
        body["data"]["participants"].as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["Person 0", "Person 1"]);
    assert_eq!(names("sort_order=DESC&view=raw").await, ["Person 1", "Person 0"]);
    assert_eq!(names("sort_by=duration&view=consolidated").await, ["Person 1", "Person 0"]);
    assert_eq!(names("sort_by=duration&sort_order=DESC").await, ["Person 0", "Person 1"]);
    assert_eq!(names("search=PERSON-1").await, ["Person 1"]);
    assert_eq!(names("search=22222222-0000-4000-8000-000000000203").await, ["Person 1"]);
    for (query, message) in [
        ("sort_by=createdAt", "\"sort_by\" must be one of [joinedAt, duration]"),
        ("view=x", "\"view\" must be one of [raw, consolidated]"),
        ("include_peer_events=1", "\"include_peer_events\" must be a boolean"),
    ] {
        let message = format!("BAD_REQUEST: {message}");
        c.refused(Method::GET, &format!("{s2}?{query}"), json!({}), 400, &message).await;
    }
    let one = "sessionsGetSessionParticipantDetails";
    let by_peer = c.get(one, &format!("{s2}/22222222-0000-4000-8000-000000000103")).await;
    let by_person = c.get(one, &format!("{s2}/22222222-0000-4000-8000-000000000203")).await;
    assert_eq!(by_peer, by_person);
    assert_eq!(by_peer["data"]["participant"]["display_name"], "Person 1");
    assert!(by_peer["data"]["participant"].get("peer_events").is_none());
    // A peer of another session.
    let s1 = format!("{P}/sessions/{}/participants", c.kit.id("S1"));
    let foreign = format!("{s1}/22222222-0000-4000-8000-000000000103");
    c.refused(Method::GET, &foreign, json!({}), 404, "Participant not found").await;
    let inside = format!("{P}/sessions/{}/participants?search=ann", c.kit.id("S3"));
    let inside = c.get("sessionsGetSessionParticipants", &inside).await["data"]["participants"][0].clone();
    assert!(inside.get("left_at").is_none());
    assert_eq!(inside["duration"], json!(4.4399));
}

#[tokio::test]
async fn the_active_session_and_kicks() {
    let mut c = Caller::new().await;
    let path = format!("{P}/meetings/{M2}/active-session");
    let active = c.get("activeSessionGetActiveSession", &path).await;
    assert_eq!(active["data"]["id"], c.kit.id("S3"));
    for (body, message) in [
        (json!({}), "BAD_REQUEST: \"participant_ids\" or \"custom_participant_ids\" is required"),
        (json!({ "participant_ids": "x" }), "BAD_REQUEST: \"participant_ids\" must be an array"),
        (
            json!({ "participant_ids": vec!["x"; 1001] }),
            "BAD_REQUEST: \"participant_ids\" must have at most 1000 items",
        ),
    ] {
        c.refused(Method::POST, &format!("{path}/kick"), body, 400, message).await;
    }
    let operation = "activeSessionKickParticipants";
    let nobody = json!({ "participant_ids": ["nonsense"], "custom_participant_ids": ["ben"] });
    let kicked = c.ok(operation, Method::POST, &format!("{path}/kick"), Some(nobody)).await;
    assert_eq!(kicked["data"], json!({ "action": "kick", "participants": [] }));
    let ann = json!({ "custom_participant_ids": ["ann"] });
    let kicked = c.ok(operation, Method::POST, &format!("{path}/kick"), Some(ann)).await;
    assert_json_snapshot!(kicked, { ".data.participants[].id" => "[id]" }, @r#"
    {
      "data": {
        "action": "kick",
        "participants": [
          {
            "created_at": "2026-01-12T14:21:34.388Z",
            "id": "[id]",
            "name": "ann",
            "updated_at": "2026-01-12T14:21:34.388Z"
          }
        ]
      },
      "success": true
    }
    "#);
    assert!(c.kit.inside.closed().await.is_some());
    // As after any last leave, the keep-alive runs.
    let active = c.get("activeSessionGetActiveSession", &path).await;
    assert_eq!(
        (&active["data"]["status"], &active["data"]["live_participants"]),
        (&json!("LIVE"), &json!(0))
    );
    let all = c.ok("activeSessionKickAllParticipants", Method::POST, &format!("{path}/kick-all"), None).await;
    assert_eq!(all["data"], json!({ "action": "kick_all", "kicked_participants_count": 0 }));
    let list = c.get("sessionsGetSessions", &format!("{P}/sessions?status=LIVE")).await;
    assert_eq!(c.kit.listed(&list), ["S6"]);
    let none = format!("No active session found for meeting_id {M1}");
    let body = json!({ "participant_ids": [] });
    c.refused(Method::POST, &format!("{P}/meetings/{M1}/active-session/kick"), body, 404, &none).await;
}
