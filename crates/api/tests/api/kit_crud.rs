//! Apps, presets, meetings and participants of the RealtimeKit door: success bodies, bounds, effects.

use axum::http::{Method, StatusCode};
use insta::assert_json_snapshot;
use sederunt_core::id::PeerId;
use sederunt_node::EntryError;
use serde_json::{Value, json};

use crate::kit_fixture::{A, E, Kit, M1, M2, P};
use crate::shape::Shape;
use crate::world::Answer;

pub(crate) struct Caller {
    pub(crate) kit: Kit,
}

impl Caller {
    pub(crate) async fn new() -> Self {
        Self { kit: Kit::new().await }
    }

    pub(crate) async fn raw(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let target = format!("/accounts/{A}/realtime/kit/{path}");
        self.kit.world.send(method, &target, "TA", body).await
    }

    /// A success with the status and the required keys of the operation.
    pub(crate) async fn ok(&self, operation: &str, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = self.raw(method, path, body).await;
        let shape = Shape::of(operation);
        assert_eq!(answer.status.as_u16(), shape.status, "{operation}: {}", answer.text);
        let json = answer.json();
        assert_eq!(json["success"], json!(true));
        shape.assert_required(&json);
        json
    }

    pub(crate) async fn get(&self, operation: &str, path: &str) -> Value {
        self.ok(operation, Method::GET, path, None).await
    }

    pub(crate) async fn refused(&self, method: Method, path: &str, body: Value, status: u16, message: &str) {
        let answer = self.raw(method, path, Some(body.clone())).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {body}: {}", answer.text);
        assert_eq!(answer.json()["error"]["message"], message, "{path} {body}");
    }
}

#[tokio::test]
async fn apps() {
    let c = Caller::new().await;
    let made = c.ok("appsPost", Method::POST, "apps", Some(json!({ "name": "New app" }))).await;
    assert_json_snapshot!(made, { ".data.app.id" => "[id]" }, @r#"
    {
      "data": {
        "app": {
          "created_at": "2026-01-12T14:26:00.784Z",
          "id": "[id]",
          "name": "New app"
        }
      },
      "success": true
    }
    "#);
    let id = made["data"]["app"]["id"].as_str().unwrap();
    let presets = c.get("presetsGet", &format!("{id}/presets")).await;
    assert_eq!(presets["paging"]["total_count"], json!(7), "the default presets");

    let list = c.get("appsGet", "apps?per_page=1").await;
    assert_eq!(list["data"][0]["id"], made["data"]["app"]["id"], "newest first");
    assert_eq!(list["paging"], json!({ "total_count": 4, "start_offset": 1, "end_offset": 1 }));
    let found = c.get("appsGet", "apps?search=PILOT").await;
    assert_json_snapshot!(found, @r#"
    {
      "data": [
        {
          "created_at": "2026-01-12T14:21:34.388Z",
          "id": "14a396e7-ca44-4937-bf1f-050a69118543",
          "name": "Pilot"
        }
      ],
      "paging": {
        "end_offset": 1,
        "start_offset": 1,
        "total_count": 1
      },
      "success": true
    }
    "#);
    let oldest = c.get("appsGet", "apps?sort_order=ASC").await;
    assert_eq!(oldest["data"][3]["id"], made["data"]["app"]["id"]);
    for (body, message) in [
        (json!({}), "BAD_REQUEST: \"name\" is required"),
        (json!({ "name": "" }), "BAD_REQUEST: \"name\" is not allowed to be empty"),
        (json!({ "name": 5 }), "BAD_REQUEST: \"name\" must be a string"),
        (json!({ "name": "x".repeat(257) }), "BAD_REQUEST: \"name\" must have at most 256 characters"),
    ] {
        c.refused(Method::POST, "apps", body, 400, message).await;
    }
}

#[tokio::test]
async fn presets() {
    let c = Caller::new().await;
    let list = c.get("presetsGet", &format!("{P}/presets?per_page=1")).await;
    assert_json_snapshot!(list, { ".data[].id" => "[id]" }, @r#"
    {
      "data": [
        {
          "created_at": "2026-01-12T14:21:34.388Z",
          "id": "[id]",
          "name": "group_call_host",
          "updated_at": "2026-01-12T14:21:34.388Z"
        }
      ],
      "paging": {
        "end_offset": 1,
        "start_offset": 1,
        "total_count": 7
      },
      "success": true
    }
    "#);
    let found = c.get("presetsGet", &format!("{P}/presets?search=viewer")).await;
    assert_eq!(found["paging"]["total_count"], json!(2));
}

#[tokio::test]
async fn meetings_are_made_read_and_changed() {
    let c = Caller::new().await;
    let body = json!({
        "title": "Planning", "record_on_start": true, "session_keep_alive_time_in_secs": 120,
        "ai_config": { "summarization": { "word_limit": 200, "text_format": "plain_text" } },
        "recording_config": {
            "max_seconds": 600, "video_config": { "codec": "H264" },
            "storage_config": { "type": "aws", "bucket": "b", "access_key": "K", "secret": "S" },
        },
        "unknown": [1, 2, 3],
    });
    let made = c.ok("meetingsCreate", Method::POST, &format!("{P}/meetings"), Some(body)).await;
    assert_json_snapshot!(made, { ".data.id" => "[id]" }, @r#"
    {
      "data": {
        "ai_config": {
          "summarization": {
            "text_format": "plain_text",
            "word_limit": 200
          }
        },
        "created_at": "2026-01-12T14:26:00.784Z",
        "id": "[id]",
        "live_stream_on_start": false,
        "persist_chat": false,
        "record_on_start": true,
        "recording_config": {
          "max_seconds": 600,
          "storage_config": {
            "bucket": "b",
            "type": "aws"
          },
          "video_config": {
            "codec": "H264"
          }
        },
        "session_keep_alive_time_in_secs": 120,
        "status": "ACTIVE",
        "summarize_on_end": false,
        "title": "Planning",
        "transcribe_on_end": false,
        "updated_at": "2026-01-12T14:26:00.784Z"
      },
      "success": true
    }
    "#);
    let path = format!("{P}/meetings/{}", made["data"]["id"].as_str().unwrap());
    assert_eq!(c.get("meetingsGetMeetingByID", &path).await, made);

    c.kit.world.clock.advance(1_000);
    let change = json!({ "status": "INACTIVE", "title": "Plans", "persist_chat": true });
    let changed = c.ok("meetingsUpdateMeetingByID", Method::PATCH, &path, Some(change)).await;
    let mut expected = made.clone();
    for (key, value) in [
        ("status", json!("INACTIVE")),
        ("title", json!("Plans")),
        ("persist_chat", json!(true)),
        ("updated_at", json!("2026-01-12T14:26:01.784Z")),
    ] {
        expected["data"][key] = value;
    }
    assert_eq!(changed, expected);
    assert_eq!(c.get("meetingsGetMeetingByID", &path).await, expected);
    let empty = c.ok("meetingsCreate", Method::POST, &format!("{P}/meetings"), None).await;
    assert_eq!((&empty["data"]["title"], &empty["data"]["status"]), (&json!(""), &json!("ACTIVE")));
}

#[tokio::test]
async fn changes_at_the_same_moment_do_not_undo_each_other() {
    let c = Caller::new().await;
    let path = format!("{P}/meetings/{M1}");
    let switches =
        ["live_stream_on_start", "persist_chat", "record_on_start", "summarize_on_end", "transcribe_on_end"];
    let changes = switches.iter().map(|switch| c.raw(Method::PATCH, &path, Some(json!({ *switch: true }))));
    let answers = futures_util::future::join_all(changes).await;
    assert!(answers.iter().all(|answer| answer.status == StatusCode::OK));
    let meeting = c.get("meetingsGetMeetingByID", &path).await;
    for switch in switches {
        assert_eq!(meeting["data"][switch], json!(true), "{switch}");
    }
}

#[tokio::test]
async fn meetings_are_listed_like_sessions() {
    let c = Caller::new().await;
    let titles = async |query: &str| {
        let list = c.get("meetingsGet", &format!("{P}/meetings?{query}")).await;
        let title = |m: &Value| m["title"].as_str().unwrap().to_owned();
        list["data"].as_array().unwrap().iter().map(title).collect::<Vec<_>>()
    };
    let put = json!({ "status": "INACTIVE" });
    c.ok("meetingsUpdateMeetingByID", Method::PATCH, &format!("{P}/meetings/{M1}"), Some(put)).await;
    assert_eq!(titles("search=WEEKLY").await, ["Weekly sync"]);
    assert_eq!(titles("search=%25").await, ["100%_done"]);
    assert_eq!(titles("status=INACTIVE").await, ["Weekly sync"]);
    assert_eq!(titles("status=ACTIVE&start_time=2026-01-12").await.len(), 2);
    assert_eq!(titles("end_time=2026-01-02").await.len(), 3);
    assert_eq!(titles("per_page=2&page_no=3").await.len(), 1);
    for (query, message) in [
        ("status=LIVE", "BAD_REQUEST: \"status\" must be one of [ACTIVE, INACTIVE]"),
        ("per_page=x", "BAD_REQUEST: \"per_page\" must be a number"),
        ("start_time=x&per_page=x", "BAD_REQUEST: \"start_time\" must be in ISO 8601 date format"),
    ] {
        c.refused(Method::GET, &format!("{P}/meetings?{query}"), json!({}), 400, message).await;
    }
    let bad = [
        (json!({ "title": "x".repeat(257) }), "\"title\" must have at most 256 characters"),
        (json!({ "status": "LIVE" }), "\"status\" must be one of [ACTIVE, INACTIVE]"),
        (
            json!({ "session_keep_alive_time_in_secs": 59 }),
            "\"session_keep_alive_time_in_secs\" must be greater than or equal to 60",
        ),
        (
            json!({ "session_keep_alive_time_in_secs": 601 }),
            "\"session_keep_alive_time_in_secs\" must be less than or equal to 600",
        ),
        (json!({ "persist_chat": "yes" }), "\"persist_chat\" must be a boolean"),
        (
            json!({ "ai_config": { "summarization": { "word_limit": 5 } } }),
            "\"ai_config.summarization.word_limit\" must be greater than or equal to 150",
        ),
    ];
    for (body, message) in bad {
        let message = format!("BAD_REQUEST: {message}");
        c.refused(Method::POST, &format!("{P}/meetings"), body.clone(), 400, &message).await;
        c.refused(Method::PATCH, &format!("{P}/meetings/{M1}"), body, 400, &message).await;
    }
    c.refused(Method::GET, &format!("{E}/meetings/{M1}"), json!({}), 404, "Meeting not found").await;
    c.refused(Method::GET, &format!("{P}/meetings/nonsense"), json!({}), 404, "Meeting not found").await;
}

#[tokio::test]
async fn a_changed_title_is_in_live_sessions_only() {
    let c = Caller::new().await;
    let title = json!({ "title": "Renamed" });
    for meeting in [M1, M2] {
        let path = format!("{P}/meetings/{meeting}");
        c.ok("meetingsUpdateMeetingByID", Method::PATCH, &path, Some(title.clone())).await;
    }
    let list = c.kit.list("").await.json();
    assert_eq!(c.kit.pick(&list, "S3")["meeting_display_name"], "Renamed");
    assert_eq!(c.kit.pick(&list, "S1")["meeting_display_name"], "Weekly sync");
}

#[tokio::test]
async fn participants_come_with_a_token_and_go() {
    let c = Caller::new().await;
    let path = format!("{P}/meetings/{M1}/participants");
    let body = json!({
        "custom_participant_id": "user-7", "preset_name": "group_call_participant", "name": "Mary Sue",
        "picture": "https://example.com/mary.png",
    });
    let made = c.ok("meetingsAddParticipant", Method::POST, &path, Some(body)).await;
    assert_json_snapshot!(made, { ".data.id" => "[id]", ".data.token" => "[token]" }, @r#"
    {
      "data": {
        "created_at": "2026-01-12T14:26:00.784Z",
        "custom_participant_id": "user-7",
        "id": "[id]",
        "name": "Mary Sue",
        "picture": "https://example.com/mary.png",
        "preset_name": "group_call_participant",
        "token": "[token]",
        "updated_at": "2026-01-12T14:26:00.784Z"
      },
      "success": true
    }
    "#);
    let (id, token) = (made["data"]["id"].as_str().unwrap(), made["data"]["token"].as_str().unwrap());
    let list = c.get("meetingsGetMeetingParticipants", &format!("{path}?per_page=1")).await;
    let mut shown = made["data"].clone();
    shown.as_object_mut().unwrap().remove("token");
    assert_eq!(list["data"], json!([shown]));

    let fresh =
        c.ok("meetingsRefreshParticipantToken", Method::POST, &format!("{path}/{id}/token"), None).await;
    let fresh = fresh["data"]["token"].as_str().unwrap();
    assert_ne!(fresh, token);
    let mut inside = Vec::new();
    for token in [token, fresh] {
        let mut tab = c.kit.world.waiting(token, PeerId(c.kit.world.node.mint_id())).await.unwrap();
        tab.join().await;
        inside.push(tab);
    }
    c.kit.world.clock.advance(2_000);
    let gone = c.ok("meetingsDeleteMeetingParticipant", Method::DELETE, &format!("{path}/{id}"), None).await;
    assert_json_snapshot!(gone, { ".data.preset_id" => "[id]" }, @r#"
    {
      "data": {
        "created_at": "2026-01-12T14:26:00.784Z",
        "custom_participant_id": "user-7",
        "preset_id": "[id]",
        "updated_at": "2026-01-12T14:26:02.784Z"
      },
      "success": true
    }
    "#);
    for (tab, token) in inside.iter_mut().zip([token, fresh]) {
        assert!(tab.closed().await.is_some(), "its peers are removed");
        let again = c.kit.world.waiting(token, PeerId(c.kit.world.node.mint_id())).await;
        assert!(matches!(again, Err(EntryError::NoParticipant)), "all its tokens are dead");
    }
    let missing = c.raw(Method::DELETE, &format!("{path}/{id}"), None).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(c.raw(Method::POST, &format!("{path}/{id}/token"), None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wrong_participants_are_refused() {
    let c = Caller::new().await;
    let path = format!("{P}/meetings/{M1}/participants");
    let with = |key: &str, value: Value| {
        let mut body = json!({ "custom_participant_id": "u", "preset_name": "group_call_host" });
        body[key] = value;
        body
    };
    for (body, status, message) in [
        (json!({}), 400, "BAD_REQUEST: \"custom_participant_id\" is required"),
        (json!({ "custom_participant_id": "u" }), 400, "BAD_REQUEST: \"preset_name\" is required"),
        (with("preset_name", json!("nope")), 404, "No preset found with name nope"),
        (
            with("picture", json!("javascript:alert(1)")),
            400,
            "BAD_REQUEST: \"picture\" must be a valid http or https URL",
        ),
        (
            with("custom_participant_id", json!("")),
            400,
            "BAD_REQUEST: \"custom_participant_id\" is not allowed to be empty",
        ),
        (with("name", json!("x".repeat(300))), 400, "BAD_REQUEST: \"name\" must have at most 256 characters"),
    ] {
        c.refused(Method::POST, &path, body, status, message).await;
    }
    let nulls = json!({ "custom_participant_id": "u", "preset_name": "group_call_host", "name": null, "picture": null });
    let made = c.ok("meetingsAddParticipant", Method::POST, &path, Some(nulls)).await;
    assert_eq!((&made["data"]["name"], &made["data"]["picture"]), (&Value::Null, &Value::Null));
}
