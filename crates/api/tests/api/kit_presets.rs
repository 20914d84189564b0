//! Presets of the RealtimeKit door, and what becomes of those who hold them: cases O001 to O029.

use axum::http::{Method, StatusCode};
use sederunt_app::admission;
use sederunt_core::call::Disconnect;
use sederunt_core::error::RoomError;
use sederunt_core::id::PeerId;
use sederunt_core::words::{Request, chat};
use sederunt_store::{ListQuery, Permission, PresetRow, RoomKind};
use serde_json::{Value, json};

use crate::kit_fixture::{A, B, M1, P, Q};
use crate::shape::Shape;
use crate::world::{Answer, Client, World};

const T0: &str = "2026-01-12T14:00:00.000Z";

/// App P with the seven presets and "Tutor", which is a webinar's.
struct Presets {
    w: World,
    tutor: String,
}

/// A default preset as it is in the program.
fn default(name: &str) -> Value {
    let text = include_str!("../../../app/src/presets/default_presets.json");
    let all: Vec<Value> = serde_json::from_str(text).unwrap();
    all.into_iter().find(|preset| preset["name"] == name).unwrap()
}

/// The host's preset under another name.
fn named(name: &str) -> Value {
    let mut body = default("group_call_host");
    body["name"] = name.into();
    body
}

/// The parts of a preset that its app says.
fn said(preset: &Value) -> Value {
    json!({ "config": preset["config"], "permissions": preset["permissions"], "ui": preset["ui"] })
}

impl Presets {
    async fn new() -> Self {
        let w = World::at(T0).await;
        w.app(A, P, "Pilot").await;
        w.app(A, Q, "Quarry").await;
        w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
        w.token("TR", Some((A, Permission::Realtime)), None).await;
        w.token("TB", Some((B, Permission::RealtimeAdmin)), None).await;
        w.meeting(P, M1.parse().unwrap(), "Weekly sync", RoomKind::Private).await;
        let fixture = Self { w, tutor: String::new() };
        let mut tutor = named("Tutor");
        tutor["config"]["view_type"] = "WEBINAR".into();
        tutor["config"]["livestream_viewer_qualities"] = json!([480, 1080]);
        let tutor = fixture.send(Method::POST, "/presets", Some(tutor)).await.ok()["data"]["id"].clone();
        Self { tutor: tutor.as_str().unwrap().to_owned(), ..fixture }
    }

    async fn send(&self, method: Method, rest: &str, body: Option<Value>) -> Answer {
        self.w.send(method, &format!("/accounts/{A}/realtime/kit/{P}{rest}"), "TA", body).await
    }

    /// A success with the required keys of the operation; its `data`.
    async fn ok(&self, operation: &str, method: Method, rest: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, rest, body).await;
        let shape = Shape::of(operation);
        assert_eq!(answer.status.as_u16(), shape.status, "{operation}: {}", answer.text);
        shape.assert_required(&answer.json());
        answer.json()["data"].clone()
    }

    async fn refused(&self, method: Method, rest: &str, body: Value, status: u16, message: &str) -> Answer {
        let answer = self.send(method, rest, Some(body)).await;
        assert_eq!(answer.status.as_u16(), status, "{rest}: {}", answer.text);
        assert_eq!(answer.json()["error"], json!({ "code": status, "message": message }), "{rest}");
        answer
    }

    async fn get(&self, id: &str) -> Value {
        self.ok("presetsGetPresetByID", Method::GET, &format!("/presets/{id}"), None).await
    }

    async fn patch(&self, id: &str, body: Value) -> Value {
        self.ok("presetsUpdate", Method::PATCH, &format!("/presets/{id}"), Some(body)).await
    }

    async fn delete(&self, id: &str) -> Value {
        self.ok("presetsDelete", Method::DELETE, &format!("/presets/{id}"), None).await
    }

    /// Id of the preset of this name.
    async fn id_of(&self, name: &str) -> String {
        self.w.store.preset(&P.into(), name).await.unwrap().unwrap().id
    }

    async fn names(&self) -> Vec<String> {
        let q = ListQuery { limit: 100, ..ListQuery::default() };
        let rows: Vec<PresetRow> = self.w.store.presets(&P.into(), q).await.unwrap().items;
        rows.into_iter().map(|row| row.name).collect()
    }

    /// The newest fact of the ledger.
    fn newest_fact(&self) -> u64 {
        *self.w.store.durable().borrow()
    }

    /// A new participant with this preset: id and token.
    async fn added(&self, preset: &str) -> (String, String) {
        let body = json!({ "custom_participant_id": "cy", "preset_name": preset });
        let rest = format!("/meetings/{M1}/participants");
        let data = self.send(Method::POST, &rest, Some(body)).await.ok()["data"].clone();
        (data["id"].as_str().unwrap().to_owned(), data["token"].as_str().unwrap().to_owned())
    }

    async fn participant(&self, id: &str) -> Value {
        self.send(Method::GET, &format!("/meetings/{M1}/participants/{id}"), None).await.ok()["data"].clone()
    }

    /// Who enters with a token, under a peer id of its own or an old one.
    async fn inside(&self, token: &str, peer: Option<PeerId>) -> Client {
        let peer = peer.unwrap_or_else(|| PeerId(self.w.node.mint_id()));
        let mut client = self.w.attach(token, peer).await.unwrap();
        client.join().await;
        client
    }
}

async fn say(client: &mut Client) -> Result<(), RoomError> {
    let say = chat::Ask::Send { peers: None, payload_type: 0, payload: "hello".to_owned() };
    client.ask(Request::Chat(say)).await.map(drop)
}

#[tokio::test]
async fn o001_and_o002_a_preset_is_made_once() {
    let f = Presets::new().await;
    let before = f.newest_fact();
    f.w.clock.advance(1_000);
    let made = f.ok("presetsCreate", Method::POST, "/presets", Some(named("Coach"))).await;
    let id = made["id"].as_str().unwrap();
    assert_eq!(id.len(), 36, "a UUID");
    assert_eq!((made["name"].as_str().unwrap(), said(&made)), ("Coach", said(&named("Coach"))));
    assert_eq!(
        (&made["created_at"], &made["updated_at"]),
        (&json!("2026-01-12T14:00:01.000Z"), &made["created_at"])
    );
    assert_eq!(made.as_object().unwrap().len(), 7);
    let list = f.send(Method::GET, "/presets?per_page=100", None).await.ok();
    assert_eq!(list["data"].as_array().unwrap().last().unwrap()["id"], made["id"]);
    assert_eq!(f.get(id).await, made);

    let again = f.refused(Method::POST, "/presets", named("Coach"), 409, "Preset exists already").await;
    assert_eq!(again.header("x-should-retry"), "false");
    assert_eq!(f.names().await.iter().filter(|name| *name == "Coach").count(), 1);
    assert_eq!(f.newest_fact(), before, "no fact");
}

#[tokio::test]
async fn o004_and_o005_names_are_exact_and_the_tree_is_whole() {
    let f = Presets::new().await;
    f.send(Method::POST, "/presets", Some(named("Coach"))).await.ok();
    f.send(Method::POST, "/presets", Some(named("coach"))).await.ok();
    let mut missing = named("Missing");
    missing["permissions"]["polls"].as_object_mut().unwrap().remove("can_vote");
    let message = "BAD_REQUEST: \"permissions.polls.can_vote\" is required";
    f.refused(Method::POST, "/presets", missing, 400, message).await;
    let mut logo = named("Missing");
    logo["ui"]["design_tokens"]["logo"] = "javascript:alert(1)".into();
    let message = "BAD_REQUEST: \"ui.design_tokens.logo\" must be a valid http or https URL";
    f.refused(Method::POST, "/presets", logo, 400, message).await;
    assert!(!f.names().await.contains(&"Missing".to_owned()), "nothing is made");
}

#[tokio::test]
async fn o007_unknown_keys_are_kept_inside_and_dropped_at_the_top() {
    let f = Presets::new().await;
    let mut body = named("Coach");
    body["ui"]["config_diff"] = json!({ "a": 1 });
    body["permissions"]["new_thing"] = json!(true);
    body["colour"] = json!("red");
    let made = f.ok("presetsCreate", Method::POST, "/presets", Some(body)).await;
    let id = made["id"].as_str().unwrap();
    for preset in
        [&made, &f.get(id).await, &f.patch(id, json!({ "name": "Boss" })).await, &f.delete(id).await]
    {
        assert_eq!(preset["ui"]["config_diff"], json!({ "a": 1 }));
        assert_eq!(preset["permissions"]["new_thing"], json!(true));
        assert!(preset.get("colour").is_none(), "{preset}");
    }
}

#[tokio::test]
async fn o008_whoever_may_not_makes_none() {
    let f = Presets::new().await;
    let post = async |app: &str, token: &str| {
        let target = format!("/accounts/{A}/realtime/kit/{app}/presets");
        f.w.send(Method::POST, &target, token, Some(named("Coach"))).await
    };
    for token in ["TR", "TB"] {
        let refused = post(P, token).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errors"][0]["code"]), (403, &json!(10_000)));
    }
    f.w.app(B, "b-app", "Theirs").await;
    let foreign = post("b-app", "TA").await;
    assert_eq!(
        (foreign.status.as_u16(), &foreign.json()["error"]["message"]),
        (404, &json!("App not found"))
    );
}

#[tokio::test]
async fn o010_and_o011_a_preset_is_read_as_it_is() {
    let f = Presets::new().await;
    for name in ["group_call_host", "webinar_viewer"] {
        let preset = f.get(&f.id_of(name).await).await;
        assert_eq!(said(&preset), said(&default(name)), "{name}");
    }
    assert_eq!(f.get(&f.tutor).await["id"], json!(f.tutor));
    assert_eq!(f.get(&f.tutor.to_uppercase()).await["id"], json!(f.tutor), "ids are read in any case");
    let other = format!("/accounts/{A}/realtime/kit/{Q}/presets/{}", f.tutor);
    assert_eq!(
        f.w.send(Method::GET, &other, "TA", None).await.status,
        StatusCode::NOT_FOUND,
        "of another app"
    );
}

#[tokio::test]
async fn o013_and_o014_a_patch_merges_and_replaces_lists() {
    let f = Presets::new().await;
    let old = f.get(&f.tutor).await;
    f.w.clock.advance(1_000);
    let changed = f.patch(&f.tutor, json!({ "permissions": { "polls": { "can_vote": false } } })).await;
    let mut expected = old.clone();
    expected["permissions"]["polls"]["can_vote"] = json!(false);
    expected["updated_at"] = json!("2026-01-12T14:00:01.000Z");
    assert_eq!(changed, expected);
    assert_eq!(f.get(&f.tutor).await, expected);

    let list = f.patch(&f.tutor, json!({ "config": { "livestream_viewer_qualities": [720] } })).await;
    assert_eq!(list["config"]["livestream_viewer_qualities"], json!([720]));
    let nulls = json!({ "name": null, "config": { "view_type": null, "media": null }, "ui": null });
    assert_eq!(said(&f.patch(&f.tutor, nulls).await), said(&list), "null is not given");
    let target = format!("/presets/{}", f.tutor);
    let wrong = json!({ "permissions": { "polls": { "can_vote": "no" } } });
    let message = "BAD_REQUEST: \"permissions.polls.can_vote\" must be a boolean";
    f.refused(Method::PATCH, &target, wrong, 400, message).await;
}

#[tokio::test]
async fn o016_a_name_belongs_to_one() {
    let f = Presets::new().await;
    let target = format!("/presets/{}", f.tutor);
    let taken = json!({ "name": "group_call_guest", "permissions": { "can_record": true } });
    f.refused(Method::PATCH, &target, taken, 409, "Preset exists already").await;
    let unchanged = f.get(&f.tutor).await;
    assert_eq!(
        (&unchanged["name"], &unchanged["permissions"]["can_record"]),
        (&json!("Tutor"), &json!(false))
    );
    f.patch(&f.tutor, json!({ "name": "Tutor" })).await;
}

#[tokio::test]
async fn o017_who_holds_a_preset_holds_it_under_its_new_name() {
    let f = Presets::new().await;
    let (a3, token) = f.added("Tutor").await;
    f.patch(&f.tutor, json!({ "name": "Mentor" })).await;
    assert_eq!(f.participant(&a3).await["preset_name"], json!("Mentor"));
    let _inside = f.inside(&token, None).await;
    let body = json!({ "custom_participant_id": "dan", "preset_name": "Tutor" });
    let rest = format!("/meetings/{M1}/participants");
    f.refused(Method::POST, &rest, body, 404, "No preset found with name Tutor").await;
}

#[tokio::test]
async fn o019_a_change_counts_at_the_next_join_or_reconnect() {
    let f = Presets::new().await;
    let (_, token) = f.added("Tutor").await;
    let mut client = f.inside(&token, None).await;
    let before = f.newest_fact();
    f.patch(&f.tutor, json!({ "permissions": { "chat": { "public": { "can_send": false } } } })).await;
    say(&mut client).await.unwrap();
    assert_eq!(f.newest_fact(), before, "no fact");

    let refused =
        |said: Result<(), RoomError>| assert!(matches!(said, Err(RoomError::NotAllowed(_))), "{said:?}");
    let peer = client.peer;
    client.disconnect(Disconnect::Lost).await;
    let mut back = f.w.attach(&token, peer).await.unwrap();
    refused(say(&mut back).await);
    f.w.leave(back).await;
    let mut again = f.inside(&token, None).await;
    refused(say(&mut again).await);
}

#[tokio::test]
async fn o020_history_keeps_the_view_type_of_the_join() {
    let f = Presets::new().await;
    let (_, token) = f.added("Tutor").await;
    let client = f.inside(&token, None).await;
    let session = f.w.store.active_session(M1.parse().unwrap()).await.unwrap().unwrap().id;
    f.w.leave(client).await;
    let shown = async || {
        let peers = format!("/sessions/{session}/participants?include_peer_events=true");
        let person = f.send(Method::GET, &peers, None).await.ok()["data"]["participants"][0].clone();
        (person["preset_name"].clone(), person["peer_events"][0]["preset_view_type"].clone())
    };
    let then = (json!("Tutor"), json!("WEBINAR"));
    assert_eq!(shown().await, then);
    f.patch(&f.tutor, json!({ "config": { "view_type": "GROUP_CALL" } })).await;
    assert_eq!(shown().await, then);
    f.delete(&f.tutor).await;
    assert_eq!(shown().await, then);
}

#[tokio::test]
async fn o022_and_o023_a_put_replaces_the_whole() {
    let f = Presets::new().await;
    f.patch(&f.tutor, json!({ "ui": { "config_diff": { "a": 1 } } })).await;
    let old = f.get(&f.tutor).await;
    f.w.clock.advance(1_000);
    let mut body = default("webinar_viewer");
    body["ui"].as_object_mut().unwrap().remove("config_diff");
    body["name"] = "Pupil".into();
    let target = format!("/presets/{}", f.tutor);
    let new = f.ok("presetsReplacePresetByID", Method::PUT, &target, Some(body.clone())).await;
    assert_eq!((&new["id"], &new["created_at"]), (&old["id"], &old["created_at"]));
    assert_eq!((&new["name"], &new["updated_at"]), (&json!("Pupil"), &json!("2026-01-12T14:00:01.000Z")));
    assert_eq!(said(&new), said(&body), "what was kept from before is gone");
    assert_eq!(f.get(&f.tutor).await, new);

    body.as_object_mut().unwrap().remove("ui");
    f.refused(Method::PUT, &target, body.clone(), 400, "BAD_REQUEST: \"ui\" is required").await;
    let mut taken = named("group_call_guest");
    taken["config"]["view_type"] = "AUDIO_ROOM".into();
    f.refused(Method::PUT, &target, taken, 409, "Preset exists already").await;
    assert_eq!(f.get(&f.tutor).await, new);
}

#[tokio::test]
async fn o025_a_deleted_preset_is_gone_and_its_name_is_free() {
    let f = Presets::new().await;
    let old = f.get(&f.tutor).await;
    f.w.clock.advance(1_000);
    assert_eq!(f.delete(&f.tutor).await, old, "as it was");
    let target = format!("/presets/{}", f.tutor);
    for method in [Method::GET, Method::PATCH, Method::PUT, Method::DELETE] {
        f.refused(method, &target, json!({}), 404, "Preset not found").await;
    }
    assert!(!f.names().await.contains(&"Tutor".to_owned()));
    let new = f.send(Method::POST, "/presets", Some(named("Tutor"))).await.ok();
    assert_ne!(new["data"]["id"], json!(f.tutor));
}

#[tokio::test]
async fn o026_who_holds_a_deleted_preset_keeps_it() {
    let f = Presets::new().await;
    let (a3, token) = f.added("Tutor").await;
    f.patch(&f.tutor, json!({ "permissions": { "can_edit_display_name": false } })).await;
    f.delete(&f.tutor).await;
    let entered = admission::admit(&f.w.node, &token).await.unwrap();
    assert_eq!(entered.preset.id, f.tutor);
    assert_eq!(
        entered.preset.body["permissions"]["can_edit_display_name"],
        json!(false),
        "its last permissions"
    );
    assert_eq!(f.participant(&a3).await["preset_name"], json!("Tutor"));
    let target = format!("/meetings/{M1}/participants/{a3}");
    let named = json!({ "name": "Cyril" });
    let changed = f.ok("meetingsEditParticipant", Method::PATCH, &target, Some(named)).await;
    assert_eq!((&changed["name"], &changed["preset_name"]), (&json!("Cyril"), &json!("Tutor")));
    let fresh = f.send(Method::POST, &format!("{target}/token"), None).await.ok();
    for token in [&changed["token"], &fresh["data"]["token"]] {
        assert!(admission::admit(&f.w.node, token.as_str().unwrap()).await.is_ok());
    }
    let gone = f.ok("meetingsDeleteMeetingParticipant", Method::DELETE, &target, None).await;
    assert_eq!(gone["preset_id"], json!(f.tutor));
}

#[tokio::test]
async fn o028_deleting_a_preset_is_nothing_to_those_who_are_in() {
    let f = Presets::new().await;
    let (_, token) = f.added("Tutor").await;
    let mut client = f.inside(&token, None).await;
    let before = f.newest_fact();
    f.delete(&f.tutor).await;
    say(&mut client).await.unwrap();
    assert_eq!(f.newest_fact(), before, "no fact");
    let peer = client.peer;
    client.disconnect(Disconnect::Lost).await;
    let mut back = f.w.attach(&token, peer).await.unwrap();
    say(&mut back).await.unwrap();
    let session = f.w.store.active_session(M1.parse().unwrap()).await.unwrap().unwrap().id;
    assert!(f.w.store.stay(session, peer).await.unwrap().unwrap().stay.left_at.is_none());
}

#[tokio::test]
async fn o029_members_of_rooms_fall_back_to_the_built_in_preset() {
    let f = Presets::new().await;
    f.w.token("KW", None, Some(P)).await;
    let user = f.w.send(Method::POST, "/v1/users", "KW", Some(json!({ "user_id": "alice" }))).await.ok();
    let access = user["user"]["access_token"].as_str().unwrap();
    let members = json!([{ "user_id": "alice", "type": "host" }]);
    let body = json!({ "name": "Lesson", "type": "private", "members": members });
    let room = f.w.send(Method::POST, "/v1/rooms", "KW", Some(body)).await.ok()["room"]["id"].clone();
    let room = sederunt_core::id::Id::parse(room.as_str().unwrap()).unwrap();
    let ticket = async || {
        let entrant = admission::find(&f.w.node, room.into(), Some(access)).await.unwrap();
        let token = admission::sign(&f.w.node, &entrant).unwrap();
        (admission::admit(&f.w.node, &token).await.unwrap(), token)
    };
    let own = f.id_of("group_call_host").await;
    assert_eq!(ticket().await.0.preset.id, own);

    f.delete(&own).await;
    let (built_in, token) = ticket().await;
    assert_eq!(said(&built_in.preset.body), said(&default("group_call_host")));
    let mut alice = f.inside(&token, None).await;
    say(&mut alice).await.unwrap();

    let new = f.send(Method::POST, "/presets", Some(named("group_call_host"))).await.ok();
    assert_eq!(json!(ticket().await.0.preset.id), new["data"]["id"], "one of that name is used again");
}

#[tokio::test]
async fn presets_are_bounded_in_number_and_size() {
    let f = Presets::new().await;
    let mut large = named("Large");
    large["ui"]["config_diff"] = json!({ "a": "x".repeat(64 * 1024) });
    let message = "BAD_REQUEST: limit reached: bytes of a preset (at most 65536)";
    f.refused(Method::POST, "/presets", large.clone(), 400, message).await;
    let target = format!("/presets/{}", f.tutor);
    let part = json!({ "ui": { "config_diff": { "b": "x".repeat(40 * 1024) } } });
    f.patch(&f.tutor, part).await;
    let more = json!({ "ui": { "config_diff": { "c": "x".repeat(40 * 1024) } } });
    f.refused(Method::PATCH, &target, more, 400, message).await;
    assert!(f.get(&f.tutor).await["ui"]["config_diff"].get("c").is_none(), "unchanged");

    let row = f.w.store.preset(&P.into(), "Tutor").await.unwrap().unwrap();
    for n in f.names().await.len()..1000 {
        let (id, name) = (f.w.node.mint_id().to_string(), format!("n{n}"));
        f.w.store.create_preset(PresetRow { id, name, body: json!({}), ..row.clone() }).await.unwrap();
    }
    let message = "BAD_REQUEST: limit reached: presets of an app (at most 1000)";
    f.refused(Method::POST, "/presets", named("Coach"), 400, message).await;
    f.delete(&f.tutor).await;
    f.send(Method::POST, "/presets", Some(named("Coach"))).await.ok();
    f.refused(Method::POST, "/presets", named("One more"), 400, message).await;
}

/// Whoever came by an import names a preset that no app need have.
#[tokio::test]
async fn whose_preset_is_nowhere_is_deleted_all_the_same_and_not_half_changed() {
    let w = World::at(T0).await;
    w.app(A, P, "Pilot").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    let stay = json!({ "peer": "22222222-0000-4000-8000-000000000101", "participant": "22222222-0000-4000-8000-000000000201",
                       "name": "Old", "preset": "gone", "joined_at": "2026-01-11T16:00:00.000Z", "left_at": "2026-01-11T17:00:00.000Z" });
    let session = json!({ "id": "22222222-0000-4000-8000-000000000002", "started_at": "2026-01-11T16:00:00.000Z",
                          "ended_at": "2026-01-11T17:01:00.000Z" });
    w.history(&[
        json!({ "app": P, "meeting": { "id": M1, "title": "Then" }, "session": session, "stays": [stay] }),
    ])
    .await;
    let one = format!(
        "/accounts/{A}/realtime/kit/{P}/meetings/{M1}/participants/22222222-0000-4000-8000-000000000201"
    );
    let shown = async || w.send(Method::GET, &one, "TA", None).await;
    let edited = w.send(Method::PATCH, &one, "TA", Some(json!({ "name": "New" }))).await;
    assert_eq!(
        (edited.status, shown().await.ok()["data"]["name"].clone()),
        (StatusCode::NOT_FOUND, json!("Old"))
    );
    let deleted = w.send(Method::DELETE, &one, "TA", None).await;
    assert_eq!(
        (deleted.ok()["data"]["preset_id"].clone(), shown().await.status),
        (json!(""), StatusCode::NOT_FOUND)
    );
}
