//! Participants that are read and edited (cases O031 to O041) and meetings that are replaced (O043 to O050).

use axum::http::{Method, StatusCode};
use sederunt_app::admission;
use sederunt_core::id::MeetingId;
use sederunt_store::{EventFilter, EventFolds, EventQuery};
use serde_json::{Value, json};

use crate::auth::stays_of;
use crate::kit_crud::Caller;
use crate::kit_fixture::{A, M1, M2, P, Q};
use crate::world::World;

/// Ana, Ben and Cy of M1; Cy has neither name nor picture.
struct People {
    c: Caller,
    ben: Person,
    cy: Person,
}

struct Person {
    path: String,
    token: String,
}

impl People {
    async fn new() -> Self {
        let c = Caller::new().await;
        added(&c, json!({ "custom_participant_id": "ana", "name": "Ana", "preset_name": "group_call_host" }))
            .await;
        let ben =
            json!({ "custom_participant_id": "ben", "name": "Ben", "preset_name": "group_call_participant" });
        let ben = added(&c, ben).await;
        let cy = added(&c, json!({ "custom_participant_id": "cy", "preset_name": "webinar_viewer" })).await;
        Self { c, ben, cy }
    }

    async fn edit(&self, who: &Person, body: Value) -> Value {
        self.c.ok("meetingsEditParticipant", Method::PATCH, &who.path, Some(body)).await["data"].clone()
    }

    async fn get(&self, who: &Person) -> Value {
        self.c.get("meetingsGetMeetingParticipant", &who.path).await["data"].clone()
    }

    async fn joins(&self, token: &str) -> bool {
        admission::admit(&self.c.kit.world.node, token).await.is_ok()
    }
}

async fn added(c: &Caller, body: Value) -> Person {
    let path = format!("{P}/meetings/{M1}/participants");
    let made = c.ok("meetingsAddParticipant", Method::POST, &path, Some(body)).await["data"].clone();
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    Person { path: format!("{path}/{}", text("id")), token: text("token") }
}

#[tokio::test]
async fn o031_a_participant_without_name_has_the_keys() {
    let f = People::new().await;
    let cy = f.get(&f.cy).await;
    let shown = cy.as_object().unwrap();
    assert_eq!((shown.get("name"), shown.get("picture")), (Some(&Value::Null), Some(&Value::Null)));
    assert_eq!((&cy["custom_participant_id"], &cy["preset_name"]), (&json!("cy"), &json!("webinar_viewer")));
    let list = f.c.get("meetingsGetMeetingParticipants", &format!("{P}/meetings/{M1}/participants")).await;
    assert!(list["data"].as_array().unwrap().contains(&cy), "as in the list");
    assert!(!shown.contains_key("token"));
}

#[tokio::test]
async fn o032_who_is_elsewhere_deleted_or_a_peer_is_not_found() {
    let f = People::new().await;
    let peer = f.c.kit.world.store.stays(stays_of(&f.c.kit, "S1")).await.unwrap().items[0].stay.peer;
    let inside = f.c.kit.inside.peer;
    f.c.ok("meetingsDeleteMeetingParticipant", Method::DELETE, &f.ben.path, None).await;
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    for path in [
        format!("{P}/meetings/{M2}/participants/{}", id(&f.cy.path)),
        f.ben.path.clone(),
        format!("{P}/meetings/{M1}/participants/{peer}"),
        format!("{P}/meetings/{M2}/participants/{inside}"),
    ] {
        f.c.refused(Method::GET, &path, json!({}), 404, "Participant not found").await;
        f.c.refused(Method::PATCH, &path, json!({ "name": "x" }), 404, "Participant not found").await;
    }
}

#[tokio::test]
async fn o034_and_o035_a_name_is_changed_and_cleared() {
    let f = People::new().await;
    let old = f.get(&f.ben).await;
    f.c.kit.world.clock.advance(1_000);
    let picture = "https://example.com/ben.png";
    let changed = f.edit(&f.ben, json!({ "name": "Benedict", "picture": picture })).await;
    let token = changed["token"].as_str().unwrap();
    assert_ne!(token, f.ben.token);
    assert!(f.joins(token).await && f.joins(&f.ben.token).await, "the one of before too");
    let mut expected = old;
    for (key, value) in
        [("name", "Benedict"), ("picture", picture), ("updated_at", "2026-01-12T14:26:01.784Z")]
    {
        expected[key] = value.into();
    }
    assert_eq!(f.get(&f.ben).await, expected);
    let list = f.c.get("meetingsGetMeetingParticipants", &format!("{P}/meetings/{M1}/participants")).await;
    assert!(list["data"].as_array().unwrap().contains(&expected));

    let cleared = f.edit(&f.ben, json!({ "name": "", "picture": "" })).await;
    assert_eq!((&cleared["name"], &cleared["picture"]), (&Value::Null, &Value::Null));
    f.edit(&f.ben, json!({ "name": "Ben" })).await;
    let nulls = f.edit(&f.ben, json!({ "name": null, "picture": null, "preset_name": null })).await;
    assert_eq!((&nulls["name"], &nulls["preset_name"]), (&json!("Ben"), &json!("group_call_participant")));
}

#[tokio::test]
async fn o037_and_o038_what_is_wrong_changes_nothing() {
    let f = People::new().await;
    for (body, status, message) in [
        (json!({ "name": "X", "preset_name": "nope" }), 404, "No preset found with name nope"),
        (
            json!({ "name": "X", "preset_name": "" }),
            400,
            "BAD_REQUEST: \"preset_name\" is not allowed to be empty",
        ),
        (
            json!({ "name": "X", "picture": "javascript:alert(1)" }),
            400,
            "BAD_REQUEST: \"picture\" must be a valid http or https URL",
        ),
        (json!({ "name": "x".repeat(257) }), 400, "BAD_REQUEST: \"name\" must have at most 256 characters"),
    ] {
        f.c.refused(Method::PATCH, &f.ben.path, body, status, message).await;
        assert_eq!(f.get(&f.ben).await["name"], json!("Ben"));
    }
    let ignored = f.edit(&f.ben, json!({ "custom_participant_id": "x" })).await;
    assert_eq!(ignored["custom_participant_id"], json!("ben"));
}

#[tokio::test]
async fn another_preset_counts_from_the_next_join_at_both_doors() {
    let f = People::new().await;
    let changed = f.edit(&f.ben, json!({ "preset_name": "group_call_host" })).await;
    assert_eq!(changed["preset_name"], json!("group_call_host"));
    let ticket = admission::admit(&f.c.kit.world.node, &f.ben.token).await.unwrap();
    assert_eq!(ticket.preset.name, "group_call_host");
    f.c.kit.world.token("KW", None, Some(P)).await;
    let members = f.c.kit.world.send(Method::GET, &format!("/v1/rooms/{M1}/members"), "KW", None).await.ok();
    let ben =
        members["members"].as_array().unwrap().iter().find(|member| member["user_id"] == "ben").unwrap();
    assert_eq!(ben["type"], json!("host"), "a host at the other door");
}

#[tokio::test]
async fn o040_editing_needs_the_right_to_change() {
    let f = People::new().await;
    let send = async |method: Method, path: &str| {
        let target = format!("/accounts/{A}/realtime/kit/{path}");
        f.c.kit.world.send(method, &target, "TR", None).await.status
    };
    assert_eq!(send(Method::PATCH, &f.ben.path).await, StatusCode::FORBIDDEN);
    assert_eq!(send(Method::GET, &f.ben.path).await, StatusCode::OK);
    assert_eq!(send(Method::POST, &format!("{}/token", f.ben.path)).await, StatusCode::OK);
}

#[tokio::test]
async fn o041_who_is_edited_and_deleted_at_once_is_deleted() {
    let f = People::new().await;
    for round in 0..50 {
        let body = json!({ "custom_participant_id": format!("p{round}"), "preset_name": "group_call_guest" });
        let who = added(&f.c, body).await;
        let edit = f.c.raw(Method::PATCH, &who.path, Some(json!({ "name": "Late" })));
        let delete = f.c.raw(Method::DELETE, &who.path, None);
        // Both orders of setting out.
        let (edit, delete) = match round % 2 {
            0 => futures_util::future::join(edit, delete).await,
            _ => {
                let (delete, edit) = futures_util::future::join(delete, edit).await;
                (edit, delete)
            }
        };
        assert_eq!(delete.status, StatusCode::OK, "{delete:?}");
        match edit.status {
            StatusCode::OK => {
                let token = edit.json()["data"]["token"].as_str().unwrap().to_owned();
                assert!(!f.joins(&token).await, "its token is dead");
            }
            StatusCode::NOT_FOUND => {
                assert_eq!(edit.json()["error"]["message"], json!("Participant not found"));
            }
            other => panic!("{other}: {edit:?}"),
        }
        f.c.refused(Method::GET, &who.path, json!({}), 404, "Participant not found").await;
    }
}

async fn put(c: &Caller, path: &str, body: Option<Value>) -> Value {
    c.ok("meetingsReplaceMeetingByID", Method::PUT, path, body).await["data"].clone()
}

#[tokio::test]
async fn o043_the_status_stays() {
    let c = Caller::new().await;
    let path = format!("{P}/meetings/{M2}");
    let off = Some(json!({ "status": "INACTIVE", "persist_chat": true }));
    let old = c.ok("meetingsUpdateMeetingByID", Method::PATCH, &path, off).await["data"].clone();
    c.kit.world.clock.advance(1_000);
    let new =
        put(&c, &path, Some(json!({ "title": "Other", "record_on_start": true, "status": "ACTIVE" }))).await;
    assert_eq!((&new["status"], &new["title"]), (&json!("INACTIVE"), &json!("Other")));
    assert_eq!((&new["id"], &new["created_at"]), (&old["id"], &old["created_at"]));
    assert_eq!(new["updated_at"], json!("2026-01-12T14:26:01.784Z"));
    assert_eq!((&new["persist_chat"], &new["record_on_start"]), (&json!(false), &json!(true)));
    assert_eq!(c.get("meetingsGetMeetingByID", &path).await["data"], new);
}

#[tokio::test]
async fn o044_and_o046_nothing_given_is_the_defaults() {
    let c = Caller::new().await;
    let blank = c.ok("meetingsCreate", Method::POST, &format!("{P}/meetings"), None).await["data"].clone();
    let path = format!("{P}/meetings/{M1}");
    let rich = json!({
        "title": "Rich", "session_keep_alive_time_in_secs": 120, "summarize_on_end": true,
        "ai_config": { "transcription": { "language": "de" } }, "recording_config": { "max_seconds": 600 },
    });
    for nothing in [Some(json!({})), None, Some(json!({ "title": null, "ai_config": null }))] {
        let before = put(&c, &path, Some(rich.clone())).await;
        assert_eq!(
            (&before["title"], &before["recording_config"]["max_seconds"]),
            (&json!("Rich"), &json!(600))
        );
        let mut new = put(&c, &path, nothing).await;
        for own in ["id", "created_at", "updated_at"] {
            new[own] = blank[own].clone();
        }
        assert_eq!(new, blank, "as a meeting that was made without anything");
    }
    for (secs, rule) in [
        (json!(59), "must be greater than or equal to 60"),
        (json!(601), "must be less than or equal to 600"),
        (json!("60"), "must be an integer"),
    ] {
        let body = json!({ "title": "X", "session_keep_alive_time_in_secs": secs });
        let message = format!("BAD_REQUEST: \"session_keep_alive_time_in_secs\" {rule}");
        c.refused(Method::PUT, &path, body, 400, &message).await;
    }
    assert_eq!(c.get("meetingsGetMeetingByID", &path).await["data"]["title"], json!(""));
}

/// Kinds of the facts of app P behind this one.
async fn facts_after(w: &World, after: u64) -> Vec<String> {
    let q = EventQuery { app: P.into(), after, to: u64::MAX, limit: 100, filter: EventFilter::default() };
    let (page, _) = w.store.events(q, EventFolds::default()).await.unwrap();
    page.events.iter().map(|event| format!("{:?}", event.fact.kind.name())).collect()
}

#[tokio::test]
async fn o047_a_live_session_is_told_in_two_facts() {
    let c = Caller::new().await;
    let w = &c.kit.world;
    let before = *w.store.durable().borrow();
    let body = json!({ "title": "Renamed", "session_keep_alive_time_in_secs": 120 });
    put(&c, &format!("{P}/meetings/{M2}"), Some(body.clone())).await;
    assert_eq!(facts_after(w, before).await, ["SessionRetitled", "KeepAliveChanged"]);
    let list = c.kit.list("").await.json();
    let live = c.kit.pick(&list, "S3");
    assert_eq!((&live["meeting_display_name"], &live["live_participants"]), (&json!("Renamed"), &json!(1)));

    put(&c, &format!("{P}/meetings/{M2}"), Some(body)).await;
    assert_eq!(*w.store.durable().borrow(), before + 2, "the same again is no change");
    put(&c, &format!("{P}/meetings/{M1}"), Some(json!({ "title": "Renamed" }))).await;
    let list = c.kit.list("").await.json();
    assert_eq!(
        c.kit.pick(&list, "S1")["meeting_display_name"],
        json!("Weekly sync"),
        "an ended one keeps its title"
    );
}

#[tokio::test]
async fn o049_what_only_pagecall_has_stays() {
    let c = Caller::new().await;
    let w = &c.kit.world;
    w.token("KW", None, Some(P)).await;
    let body = json!({
        "name": "Lesson", "type": "public", "record": false, "max_meeting_seconds": 600,
        "webhook": { "url": "https://example.com/hook", "headers": { "X-Key": "1" } },
        "members": [{ "user_id": "alice", "type": "host" }],
    });
    let room = w.send(Method::POST, "/v1/rooms", "KW", Some(body)).await.ok()["room"].clone();
    let id = room["id"].as_str().unwrap();
    let meeting: MeetingId = sederunt_core::id::Id::parse(id).unwrap().into();
    let extra = w.store.meeting(meeting).await.unwrap().unwrap().extra;
    let path = format!("{P}/meetings/{id}");
    put(&c, &path, Some(json!({ "title": "Middle", "persist_chat": true }))).await;
    w.clock.advance(1_000);
    put(&c, &path, Some(json!({ "title": "Seminar" }))).await;
    let now = w.send(Method::GET, &format!("/v1/rooms/{id}"), "KW", None).await.ok()["room"].clone();
    let mut expected = room.clone();
    expected["name"] = json!("Seminar");
    expected["updated_at"] = now["updated_at"].clone();
    assert_eq!(now, expected);
    assert_eq!(w.store.meeting(meeting).await.unwrap().unwrap().extra, extra, "the webhook too");
    let members = w.send(Method::GET, &format!("/v1/rooms/{id}/members"), "KW", None).await.ok();
    assert_eq!(members["members"][0]["user_id"], json!("alice"));
}

#[tokio::test]
async fn o050_a_meeting_of_others_is_not_replaced() {
    let c = Caller::new().await;
    let w = &c.kit.world;
    let target = format!("/accounts/{A}/realtime/kit/{P}/meetings/{M1}");
    assert_eq!(w.send(Method::PUT, &target, "TR", None).await.status, StatusCode::FORBIDDEN);
    c.refused(Method::PUT, &format!("{Q}/meetings/{M1}"), json!({}), 404, "Meeting not found").await;
    let id: MeetingId = M1.parse().unwrap();
    let now = w.node.now();
    w.store.change_meeting(id, move |row| row.deleted_at = Some(now)).await.unwrap();
    c.refused(Method::PUT, &format!("{P}/meetings/{M1}"), json!({}), 404, "Meeting not found").await;
}
