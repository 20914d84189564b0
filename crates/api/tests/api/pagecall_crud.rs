//! Everything but the session list of the Pagecall door: success bodies, bounds, effects.

use axum::http::Method;
use insta::assert_json_snapshot;
use sederunt_app::admission;
use sederunt_core::id::PeerId;
use sederunt_store::Permission;
use serde_json::{Map, Value, json};

use crate::pagecall_fixture::{ACCOUNT, BOB, M1, M2, Pagecall, R1, R2, R3, W, id};
use crate::pagecall_list::assert_refused;
use crate::shape::Shape;

impl Pagecall {
    /// A success with the status and the required keys of the operation.
    pub(crate) async fn ok(&self, operation: &str, method: Method, path: &str, body: Option<Value>) -> Value {
        let answer = self.world.send(method, &format!("/v1/{path}"), "KW", body).await;
        let shape = Shape::of(operation);
        assert_eq!(answer.status.as_u16(), shape.status, "{operation}: {}", answer.text);
        let json = answer.json();
        shape.assert_required(&json);
        json
    }

    pub(crate) async fn refused(
        &self,
        method: Method,
        path: &str,
        body: Value,
        code: &str,
        parameter: Option<&str>,
    ) {
        let answer = self.world.send(method, &format!("/v1/{path}"), "KW", Some(body.clone())).await;
        assert_refused(&format!("{path} {body}"), &answer, code, parameter);
    }

    pub(crate) async fn user(&self, user_id: &str) -> Value {
        let body = json!({ "user_id": user_id, "name": "Some user" });
        self.ok("createUser", Method::POST, "users", Some(body)).await["user"].clone()
    }
}

#[tokio::test]
async fn users_are_made_and_overwritten() {
    let f = Pagecall::new().await;
    let body = json!({ "user_id": BOB, "name": "Bob", "profile_url": "https://example.com/b.png", "default_member_type": "host" });
    let made = f.ok("createUser", Method::POST, "users", Some(body)).await;
    assert_json_snapshot!(made, { ".user.access_token" => "[secret]" }, @r#"
    {
      "user": {
        "access_token": "[secret]",
        "created_at": "2023-01-01T02:00:00.000Z",
        "default_member_type": "host",
        "name": "Bob",
        "profile_url": "https://example.com/b.png",
        "updated_at": "2023-01-01T02:00:00.000Z",
        "user_id": "bob smith/한글"
      }
    }
    "#);
    assert_eq!(made["user"]["access_token"].as_str().unwrap().len(), 64);
    let path = format!("users/{}", crate::pagecall_fixture::BOB_ESCAPED);
    assert_eq!(f.ok("GetUser", Method::GET, &path, None).await, made);
    f.world.clock.advance(1_000);
    let again = f.user(BOB).await;
    assert_eq!(again["access_token"], made["user"]["access_token"]);
    assert_eq!((&again["name"], &again["default_member_type"]), (&json!("Some user"), &json!("guest")));
    assert_eq!(again["created_at"], made["user"]["created_at"]);
    f.refused(Method::GET, "users/nobody", json!({}), "USER_NOT_FOUND", None).await;
    for (body, parameter) in [
        (json!({}), "user_id"),
        (json!({ "user_id": "" }), "user_id"),
        (json!({ "user_id": "x".repeat(257) }), "user_id"),
        (json!({ "user_id": "a", "name": 5 }), "name"),
        (json!({ "user_id": "a", "profile_url": "x" }), "profile_url"),
        (json!({ "user_id": "a", "default_member_type": "boss" }), "default_member_type"),
    ] {
        f.refused(Method::POST, "users", body, "INVALID_PARAMETER", Some(parameter)).await;
    }
}

#[tokio::test]
async fn rooms_are_made_with_members() {
    let f = Pagecall::new().await;
    f.user("carol").await;
    f.user("dave").await;
    let body = json!({
        "name": "Algebra", "type": "private", "max_meeting_seconds": 3600, "record": false,
        "members": [{ "user_id": "carol", "type": "host", "name": "Teacher" }, { "user_id": "dave", "type": "monitor" }],
        "webhook": { "url": "https://example.com/hook", "headers": { "X-Key": "1" } },
    });
    let made = f.ok("createRoom", Method::POST, "rooms", Some(body)).await;
    assert_json_snapshot!(made, { ".room.id" => "[id]" }, @r#"
    {
      "room": {
        "application_id": "wwwwwwww-workspace",
        "created_at": "2023-01-01T02:00:00.000Z",
        "id": "[id]",
        "is_terminated": false,
        "max_meeting_seconds": 3600,
        "meeting_time": 0,
        "name": "Algebra",
        "record": false,
        "type": "private",
        "updated_at": "2023-01-01T02:00:00.000Z"
      }
    }
    "#);
    let room = made["room"]["id"].as_str().unwrap();
    assert_eq!(room.len(), 24, "24 hex digits");
    assert_eq!(f.ok("getRoom", Method::GET, &format!("rooms/{room}"), None).await, made);
    let members = f.ok("ListMembers", Method::GET, &format!("rooms/{room}/members"), None).await;
    assert_eq!(members["paging"], json!({ "limit": 30, "offset": 0, "total": 2 }));
    let shown: Vec<_> =
        members["members"].as_array().unwrap().iter().map(|m| (&m["user_id"], &m["type"])).collect();
    assert_eq!(json!(shown), json!([["carol", "host"], ["dave", "monitor"]]));
    assert_eq!(members["members"][0]["name"], "Teacher");

    // The room exists at the other door too.
    f.world.token("TA", Some((ACCOUNT, Permission::RealtimeAdmin)), None).await;
    let path = format!("/accounts/{ACCOUNT}/realtime/kit/{W}/meetings/{room}");
    let meeting = f.world.send(Method::GET, &path, "TA", None).await.ok();
    assert_eq!(meeting["data"]["id"], id(room).to_string());
    assert_eq!(meeting["data"]["title"], "Algebra");
}

#[tokio::test]
async fn wrong_rooms_are_refused_and_leave_nothing() {
    let f = Pagecall::new().await;
    let hook = |name: &str| json!({ "url": "https://example.com", "headers": { name: "x" } });
    let headers = |n: u32| {
        let headers: Map<String, Value> = (0..n).map(|n| (format!("x-{n}"), json!("1"))).collect();
        json!({ "url": "https://example.com", "headers": headers })
    };
    let with = |key: &str, value: Value| {
        let mut body = json!({ "name": "n", "type": "open" });
        body[key] = value;
        body
    };
    for (body, parameter) in [
        (json!({ "type": "open" }), "name"),
        (json!({ "name": "n" }), "type"),
        (with("type", json!("secret")), "type"),
        (with("name", json!("")), "name"),
        (with("max_meeting_seconds", json!(0)), "max_meeting_seconds"),
        (with("max_meeting_seconds", json!("60")), "max_meeting_seconds"),
        (with("members", json!([{ "type": "host" }])), "members[0].user_id"),
        (with("members", json!(vec![json!({ "user_id": "a", "type": "host" }); 1001])), "members"),
        (with("webhook", json!({})), "webhook.url"),
        (with("webhook", json!({ "url": "ftp://example.com" })), "webhook.url"),
        (
            with("webhook", json!({ "url": "https://example.com", "headers": { "Host": "x" } })),
            "webhook.headers",
        ),
        (
            with("webhook", json!({ "url": "https://example.com", "headers": { "a b": "x" } })),
            "webhook.headers",
        ),
        // O139: the server's own.
        (with("webhook", hook("Pagecall-Signature")), "webhook.headers"),
        (with("webhook", hook("Content-Type")), "webhook.headers"),
        (with("webhook", hook("USER-AGENT")), "webhook.headers"),
        (with("webhook", hook("Webhook-Id")), "webhook.headers"),
        (with("webhook", hook("sederunt-x")), "webhook.headers"),
        (with("webhook", headers(33)), "webhook.headers"),
        (
            with("webhook", json!({ "url": "https://example.com", "headers": { "a": "x\r\ny" } })),
            "webhook.headers",
        ),
    ] {
        f.refused(Method::POST, "rooms", body, "INVALID_PARAMETER", Some(parameter)).await;
    }
    let mut stranger = with("members", json!([{ "user_id": "nobody", "type": "host" }]));
    stranger["max_meeting_seconds"] = json!(0);
    f.refused(Method::POST, "rooms", stranger, "INVALID_PARAMETER", Some("max_meeting_seconds")).await;
    f.refused(Method::GET, "users/nobody", json!({}), "USER_NOT_FOUND", None).await;
    let list = f.ok("listRooms", Method::GET, "rooms", None).await;
    assert_eq!(list["paging"]["total"], json!(3), "nothing was made");
}

/// O139 and O140: what is refused of a room's webhook, and that nothing is said of what this server can reach.
#[tokio::test]
async fn o139_and_o140_a_webhook_of_a_room_calls_nothing_inside() {
    let f = Pagecall::new().await;
    let make = async |hook: Value| {
        let body = json!({ "name": "n", "type": "open", "webhook": hook });
        f.world.send(Method::POST, "/v1/rooms", "KW", Some(body)).await
    };
    let many: Map<String, Value> = (0..33).map(|n| (format!("x-{n}"), json!("1"))).collect();
    for headers in [
        json!({ "Pagecall-Signature": "x" }),
        json!({ "Content-Type": "text/plain" }),
        json!({ "Transfer-Encoding": "chunked" }),
        json!({ "SEDERUNT-Sequence": "1" }),
        json!(many),
    ] {
        let refused = make(json!({ "url": "https://example.com", "headers": headers })).await;
        assert_refused(&headers.to_string(), &refused, "INVALID_PARAMETER", Some("webhook.headers"));
    }
    let rule = "must be a valid URL that this server may call";
    for (url, rule) in [
        ("http://169.254.169.254/", "must begin with https://, http is not allowed by this server"),
        ("http://example.com/", "must begin with https://, http is not allowed by this server"),
        ("javascript:alert(1)", "must begin with https://"),
        ("https://169.254.169.254/", rule),
        ("https://[::ffff:10.0.0.1]/", rule),
        ("https://0x7f.1/", rule),
        ("https://localhost/", rule),
        ("https://printer.local/", rule),
        ("https://example.com:25/", rule),
        ("https://user@example.com/", rule),
        ("https://a..example/", rule),
    ] {
        let refused = make(json!({ "url": url })).await;
        assert_refused(url, &refused, "INVALID_PARAMETER", Some("webhook.url"));
        assert_eq!(refused.json()["message"], json!(format!("\"webhook.url\" {rule}")), "{url}");
    }
    let long = format!("https://example.com/{}", "a".repeat(2048));
    assert_refused("long", &make(json!({ "url": long })).await, "INVALID_PARAMETER", Some("webhook.url"));
    assert_eq!(
        make(json!({ "url": "https://example.com:8443/in", "headers": { "rtk-x": "1" } })).await.status,
        200
    );
}

/// A room that was made when a webhook might be anywhere is a room.
#[tokio::test]
async fn a_room_whose_webhook_would_be_refused_today_is_read_and_changed() {
    let f = Pagecall::new().await;
    let id = f.world.node.mint_id().into();
    let row = f.world.meeting(W, id, "Old", sederunt_store::RoomKind::Open).await;
    let hook =
        json!({ "webhook": { "url": "http://10.0.0.1/in", "headers": { "Content-Type": "text/plain" } } });
    let kept = hook.clone();
    f.world.store.change_meeting(row.id, move |row| row.extra = kept).await.unwrap();
    let path = format!("rooms/{}", row.id);
    assert_eq!(f.ok("getRoom", Method::GET, &path, None).await["room"]["name"], "Old");
    let renamed = f.ok("updateRoom", Method::PUT, &path, Some(json!({ "name": "New" }))).await;
    assert_eq!(renamed["room"]["name"], "New");
    assert_eq!(f.world.store.meeting(row.id).await.unwrap().unwrap().extra, hook);
}

/// The vendor's example makes a room with people whom nobody has registered.
#[tokio::test]
async fn members_of_a_new_room_are_registered() {
    let f = Pagecall::new().await;
    let carol = f.user("carol").await;
    let body = json!({ "name": "n", "type": "private", "members": [
        { "user_id": "carol", "type": "host", "name": "Teacher" },
        { "user_id": "new 1", "type": "guest", "name": "Newcomer" },
        { "user_id": "new 2", "type": "monitor" },
    ] });
    let made = f.ok("createRoom", Method::POST, "rooms", Some(body)).await;
    let path = format!("rooms/{}/members", made["room"]["id"].as_str().unwrap());
    let members = f.ok("ListMembers", Method::GET, &path, None).await;
    let mut shown: Vec<_> = members["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| json!([m["user_id"], m["type"], m["name"]]))
        .collect();
    shown.sort_by_key(Value::to_string);
    let wanted =
        json!([["carol", "host", "Teacher"], ["new 1", "guest", "Newcomer"], ["new 2", "monitor", ""]]);
    assert_eq!(json!(shown), wanted);
    let new = f.ok("GetUser", Method::GET, "users/new%201", None).await["user"].clone();
    assert_eq!((&new["name"], &new["default_member_type"]), (&json!("Newcomer"), &json!("guest")));
    // Who was registered stays as it was; the name of a member is the room's.
    assert_eq!(f.ok("GetUser", Method::GET, "users/carol", None).await["user"], carol);
    // The token lets the new user in.
    let room = made["room"]["id"].as_str().unwrap().parse().unwrap();
    let node = &f.world.node;
    let found = admission::find(node, room, new["access_token"].as_str()).await.unwrap();
    let token = admission::sign(node, &found).unwrap();
    assert_eq!(admission::admit(node, &token).await.unwrap().participant.user_id.as_deref(), Some("new 1"));
}

#[tokio::test]
async fn rooms_are_listed_renamed_and_terminated() {
    let f = Pagecall::new().await;
    f.world.clock.advance(1_000);
    let made = json!({ "name": "Newest", "type": "public" });
    f.ok("createRoom", Method::POST, "rooms", Some(made)).await;
    let names = async |query: &str| {
        let list = f.ok("listRooms", Method::GET, &format!("rooms?{query}"), None).await;
        let names: Vec<_> = list["rooms"].as_array().unwrap().iter().map(|r| r["name"].clone()).collect();
        (json!(names), list["paging"].clone())
    };
    let first = names("limit=1").await;
    assert_eq!(first, (json!(["Newest"]), json!({ "limit": 1, "offset": 0, "total": 4 })));
    assert_eq!(names("sort_by=%2Bcreated_at&limit=1&offset=3").await.0, json!(["Newest"]));
    assert_eq!(names("name=Lesson").await.0, json!(["Lesson"]));
    assert_eq!(names("name=lesson").await.0, json!([]));
    assert_eq!(names("layout=SixAll").await.0, json!([]));
    for query in ["sort_by=name", "limit=-1", "is_terminated=1", "name=a&name=b"] {
        let parameter = query.split('=').next().unwrap();
        f.refused(Method::GET, &format!("rooms?{query}"), json!({}), "INVALID_PARAMETER", Some(parameter))
            .await;
    }
    // 01:10 to 01:30 together; two tabs of one person are not together.
    let lesson = f.ok("getRoom", Method::GET, &format!("rooms/{R1}"), None).await["room"].clone();
    assert_eq!(
        (&lesson["meeting_time"], &lesson["started_at"]),
        (&json!(1200), &json!("2023-01-01T01:00:00.000Z"))
    );
    let path = format!("rooms/{R3}");
    let renamed = f.ok("updateRoom", Method::PUT, &path, Some(json!({ "name": "Later" }))).await;
    assert_eq!(
        (&renamed["room"]["name"], &renamed["room"]["is_terminated"]),
        (&json!("Later"), &json!(false))
    );
    f.ok("updateRoom", Method::PUT, &path, Some(json!({ "is_terminated": false }))).await;
    let ended = f.ok("updateRoom", Method::PUT, &path, Some(json!({ "is_terminated": true }))).await;
    assert_eq!(ended["room"]["terminated_at"], "2023-01-01T02:00:01.000Z");
    f.world.clock.advance(1_000);
    let again = f.ok("updateRoom", Method::PUT, &path, Some(json!({ "is_terminated": true }))).await;
    assert_eq!(again["room"]["terminated_at"], ended["room"]["terminated_at"]);
    f.refused(Method::PUT, &path, json!({ "is_terminated": false }), "ROOM_TERMINATED", None).await;
    assert_eq!(names("is_terminated=true").await.0, json!(["Later"]));
    assert_eq!(names("is_terminated=false").await.1["total"], json!(3));
}

#[tokio::test]
async fn a_terminated_room_puts_everybody_out() {
    let mut f = Pagecall::new().await;
    f.ok("updateRoom", Method::PUT, &format!("rooms/{R1}"), Some(json!({ "is_terminated": true }))).await;
    for tab in &mut f.alice {
        assert!(tab.closed().await.is_some());
    }
    let alice = f.world.store.participant(id(R1).into(), id(M1).into()).await.unwrap().unwrap();
    let token = f.world.entry(&alice).await;
    assert!(f.world.waiting(&token, PeerId(f.world.node.mint_id())).await.is_err());
}

#[tokio::test]
async fn members_are_added_once_and_changed() {
    let f = Pagecall::new().await;
    f.user("erin").await;
    let path = format!("rooms/{R1}/members");
    let user = f.ok("GetUser", Method::GET, "users/erin", None).await;
    let made = f.ok("CreateMember", Method::POST, &path, Some(json!({ "user_id": "erin" }))).await;
    assert_json_snapshot!(made, { ".member.id" => "[id]", ".member.access_token" => "[secret]" }, @r#"
    {
      "member": {
        "access_token": "[secret]",
        "created_at": "2023-01-01T02:00:00.000Z",
        "id": "[id]",
        "is_anonymous": false,
        "is_blocked": false,
        "name": "Some user",
        "room_id": "000585f36eed9e8fb6b655b4",
        "type": "guest",
        "updated_at": "2023-01-01T02:00:00.000Z",
        "user_id": "erin"
      }
    }
    "#);
    assert_eq!(
        made["member"]["access_token"], user["user"]["access_token"],
        "the SDKs' links are built from it"
    );
    let again = json!({ "user_id": "erin", "type": "host" });
    let again = f.ok("CreateMember", Method::POST, &path, Some(again)).await;
    assert_eq!((&again["member"]["id"], &again["member"]["type"]), (&made["member"]["id"], &json!("host")));
    let list = f.ok("ListMembers", Method::GET, &format!("{path}?limit=1&offset=2"), None).await;
    assert_eq!(list["paging"], json!({ "limit": 1, "offset": 2, "total": 3 }));
    assert_eq!(list["members"][0]["user_id"], "erin", "oldest first");
    assert_eq!(list["members"][0].get("access_token"), None, "a list is no bunch of keys");

    // By user id or by member id.
    for key in ["erin", made["member"]["id"].as_str().unwrap()] {
        let body = json!({ "name": format!("by {key}"), "type": "monitor" });
        let changed = f.ok("UpdateMember", Method::PUT, &format!("{path}/{key}"), Some(body)).await;
        assert_eq!(
            (&changed["member"]["id"], &changed["member"]["type"]),
            (&made["member"]["id"], &json!("monitor"))
        );
    }
    f.refused(Method::PUT, &format!("{path}/nobody"), json!({}), "MEMBER_NOT_FOUND", None).await;
    f.refused(
        Method::PUT,
        &format!("{path}/{M2}"),
        json!({ "type": "x" }),
        "INVALID_PARAMETER",
        Some("type"),
    )
    .await;
    f.refused(Method::POST, &path, json!({ "user_id": "nobody" }), "USER_NOT_FOUND", None).await;
    f.refused(Method::POST, &path, json!({}), "INVALID_PARAMETER", Some("user_id")).await;
    // Blocking is for private rooms.
    let open = format!("rooms/{R2}/members");
    f.ok("CreateMember", Method::POST, &open, Some(json!({ "user_id": "erin" }))).await;
    let block = json!({ "is_blocked": true });
    f.refused(Method::PUT, &format!("{open}/erin"), block, "INVALID_PARAMETER", Some("is_blocked")).await;
}

#[tokio::test]
async fn a_user_becomes_a_member_once() {
    let f = Pagecall::new().await;
    f.user("erin").await;
    let path = format!("/v1/rooms/{R3}/members");
    let add = || f.world.send(Method::POST, &path, "KW", Some(json!({ "user_id": "erin", "type": "host" })));
    let answers = futures_util::future::join_all((0..10).map(|_| add())).await;
    let first = answers[0].ok();
    assert!(answers.iter().all(|answer| answer.ok()["member"]["id"] == first["member"]["id"]));
    let list = f.ok("ListMembers", Method::GET, &format!("rooms/{R3}/members"), None).await;
    assert_eq!(list["paging"]["total"], json!(1));
}
