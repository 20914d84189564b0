//! Cases O113 to O131: users are listed, changed and deleted.

use axum::http::Method;
use futures_util::future::join_all;
use sederunt_app::admission;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::PeerId;
use sederunt_node::EntryError;
use sederunt_store::{Permission, RoomKind};
use serde_json::{Value, json};

use crate::pagecall_fixture::{ACCOUNT, BOB, BOB_ESCAPED, M1, Pagecall, R1, R2, R3, V, W, id, listed};
use crate::world::Client;

impl Pagecall {
    /// The users of W, a second between each and the next; none of them is somebody new to R1.
    pub(crate) async fn with_users() -> Self {
        let f = Self::new().await;
        for user_id in ["alice", BOB, "carol"] {
            f.user(user_id).await;
            f.world.clock.advance(1_000);
            f.alice.iter().for_each(Client::is_heard);
        }
        f
    }

    /// Room R4: public, with a webhook.
    pub(crate) async fn public_room(&self) -> String {
        let hook = json!({ "url": "https://example.com/hook", "headers": { "X-Key": "1" } });
        let body = json!({ "name": "Hall", "type": "public", "webhook": hook });
        let made = self.ok("createRoom", Method::POST, "rooms", Some(body)).await;
        made["room"]["id"].as_str().unwrap().to_owned()
    }

    /// A user walks in with the access token.
    pub(crate) async fn enters(&self, room: &str, user_id: &str) -> Result<Client, EntryError> {
        let user = self.world.store.user(&W.into(), user_id).await.unwrap().unwrap();
        let token = self.token(room, &user.access_token).await?;
        let mut client = self.world.waiting(&token, PeerId(self.world.node.mint_id())).await?;
        client.join().await;
        Ok(client)
    }

    /// The token that an access token gives in a room.
    pub(crate) async fn token(&self, room: &str, access_token: &str) -> Result<String, EntryError> {
        let node = &self.world.node;
        let entrant = admission::find(node, id(room).into(), Some(access_token)).await?;
        Ok(admission::sign(node, &entrant)?)
    }

    async fn names(&self, query: &str) -> Value {
        let list = self.ok("ListUsers", Method::GET, &format!("users?{query}"), None).await;
        list["users"].as_array().unwrap().iter().map(|user| user["user_id"].clone()).collect()
    }
}

#[tokio::test]
async fn o113_to_o118_users_are_listed() {
    let f = Pagecall::with_users().await;
    let list = f.ok("ListUsers", Method::GET, "users", None).await;
    assert_eq!(list["paging"], json!({ "limit": 30, "offset": 0, "total": 3 }), "O113");
    assert_eq!(f.names("").await, json!(["carol", BOB, "alice"]), "O113: newest first");
    for (user, path) in list["users"].as_array().unwrap().iter().zip(["carol", BOB_ESCAPED, "alice"]) {
        let one = f.ok("GetUser", Method::GET, &format!("users/{path}"), None).await;
        assert_eq!(*user, one["user"], "O113: as in GetUser");
        assert_eq!(user["access_token"].as_str().unwrap().len(), 64, "O113");
    }
    let page = f.ok("ListUsers", Method::GET, "users?limit=1&offset=1", None).await;
    assert_eq!(page["paging"], json!({ "limit": 1, "offset": 1, "total": 3 }));
    assert_eq!(page["users"][0]["user_id"], BOB);

    for (order, wanted) in [
        ("%2Bcreated_at", ["alice", BOB, "carol"]),
        ("-created_at", ["carol", BOB, "alice"]),
        ("+created_at", ["alice", BOB, "carol"]),
        ("created_at", ["alice", BOB, "carol"]),
    ] {
        assert_eq!(f.names(&format!("sort_by={order}")).await, json!(wanted), "O115 {order}");
    }
    f.refused(Method::GET, "users?sort_by=name", json!({}), "INVALID_PARAMETER", Some("sort_by")).await;

    f.user("100%@example.com").await;
    for (query, wanted) in [
        ("ali", json!(["alice"])),
        ("ALI", json!(["alice"])),
        ("%25", json!(["100%@example.com"])),
        ("%ED%95%9C", json!([BOB])),
        ("BOB+smith", json!([BOB])),
        ("nobody", json!([])),
        ("", json!(["100%@example.com", "carol", BOB, "alice"])),
    ] {
        assert_eq!(f.names(&format!("email_search_query={query}")).await, wanted, "O116 {query}");
    }
    let found = f.ok("ListUsers", Method::GET, "users?email_search_query=a&limit=1", None).await;
    assert_eq!((&found["paging"]["total"], found["users"].as_array().unwrap().len()), (&json!(3), 1));

    // O118: a participant is no workspace user; nor is a user of another workspace.
    f.world.token("TA", Some((ACCOUNT, Permission::RealtimeAdmin)), None).await;
    let path = format!("/accounts/{ACCOUNT}/realtime/kit/{W}/meetings/{R3}/participants");
    let body = json!({ "custom_participant_id": "dora", "preset_name": "group_call_guest" });
    f.world.send(Method::POST, &path, "TA", Some(body)).await.ok();
    f.world.send(Method::POST, "/v1/users", "KV", Some(json!({ "user_id": "eve" }))).await.ok();
    assert_eq!(f.names("").await, json!(["100%@example.com", "carol", BOB, "alice"]), "O118");
}

#[tokio::test]
async fn o119_to_o122_users_are_changed() {
    let f = Pagecall::with_users().await;
    let before = f.ok("GetUser", Method::GET, "users/alice", None).await["user"].clone();
    let change =
        async |body: Value| f.ok("UpdateUser", Method::PUT, "users/alice", Some(body)).await["user"].clone();
    let after = change(json!({ "name": "Alice L." })).await;
    assert_eq!(after["name"], "Alice L.", "O119");
    for kept in ["user_id", "access_token", "created_at", "default_member_type"] {
        assert_eq!(after[kept], before[kept], "O119 {kept}");
    }
    assert_ne!(after["updated_at"], before["updated_at"], "O119");
    assert_eq!(f.ok("GetUser", Method::GET, "users/alice", None).await["user"], after);

    let same = change(json!({ "user_id": "alice2", "access_token": "x" })).await;
    assert_eq!((&same["user_id"], &same["access_token"]), (&json!("alice"), &before["access_token"]), "O121");
    f.refused(Method::GET, "users/alice2", json!({}), "USER_NOT_FOUND", None).await;

    let rich = json!({ "profile_url": "https://example.com/a.png", "default_member_type": "host" });
    let rich = change(rich).await;
    assert_eq!(rich["profile_url"], "https://example.com/a.png");
    let nulls = change(json!({ "name": null, "profile_url": null, "default_member_type": null })).await;
    for kept in ["name", "profile_url", "default_member_type"] {
        assert_eq!(nulls[kept], rich[kept], "null is not given: {kept}");
    }
    let bare = change(json!({ "name": "", "profile_url": "" })).await;
    assert_eq!((&bare["name"], bare.get("profile_url")), (&json!(""), None), "an empty text takes it away");
    // G21: members that the user is already are copies.
    let path = format!("rooms/{R1}/members/alice");
    let member = f.ok("GetMember", Method::GET, &path, None).await;
    assert_eq!((&member["member"]["name"], &member["member"]["type"]), (&json!("alice"), &json!("host")));

    for path in ["users/nobody", "users/%FF"] {
        f.refused(Method::PUT, path, json!({ "name": 5 }), "USER_NOT_FOUND", None).await;
    }
    let foreign = f.world.send(Method::PUT, "/v1/users/alice", "KV", Some(json!({ "name": "x" }))).await;
    assert_eq!(foreign.json()["code"], "USER_NOT_FOUND", "O122");
    let bob = json!({ "name": "Bob" });
    let bob = f.ok("UpdateUser", Method::PUT, &format!("users/{BOB_ESCAPED}"), Some(bob)).await;
    assert_eq!(bob["user"]["user_id"], BOB, "O122");
    for (body, parameter) in [
        (json!({ "name": "x".repeat(257) }), "name"),
        (json!({ "profile_url": "javascript:alert(1)" }), "profile_url"),
        (json!({ "default_member_type": "boss" }), "default_member_type"),
    ] {
        f.refused(Method::PUT, "users/alice", body, "INVALID_PARAMETER", Some(parameter)).await;
    }
    assert_eq!(f.ok("GetUser", Method::GET, "users/alice", None).await["user"], bare, "nothing was changed");
}

#[tokio::test]
async fn o124_a_user_becomes_what_the_user_says_now() {
    let f = Pagecall::with_users().await;
    let room = f.public_room().await;
    let body = json!({ "default_member_type": "monitor" });
    f.ok("UpdateUser", Method::PUT, "users/carol", Some(body)).await;
    let _carol = f.enters(&room, "carol").await.unwrap();
    let member = f.ok("GetMember", Method::GET, &format!("rooms/{room}/members/carol"), None).await;
    assert_eq!(member["member"]["type"], "monitor", "O124");
}

#[tokio::test]
async fn o125_to_o131_a_user_is_deleted() {
    let mut f = Pagecall::with_users().await;
    let room = f.public_room().await;
    let mut alice = f.enters(&room, "alice").await.unwrap();
    let mut bob = f.enters(&room, BOB).await.unwrap();
    let member = f.world.store.participant(id(R1).into(), id(M1).into()).await.unwrap().unwrap();
    let (token, seq) = (f.world.entry(&member).await, *f.world.store.durable().borrow());
    let user = f.ok("GetUser", Method::GET, "users/alice", None).await;

    // O130: the same user, met at the other door.
    f.world.token("TA", Some((ACCOUNT, Permission::RealtimeAdmin)), None).await;
    let kit = format!("/accounts/{ACCOUNT}/realtime/kit/{W}/meetings/{R3}/participants");
    let body = json!({ "custom_participant_id": "alice", "preset_name": "group_call_host" });
    let kit_token = f.world.send(Method::POST, &kit, "TA", Some(body)).await.ok()["data"]["token"].clone();
    // V's alice.
    let body = json!({ "user_id": "alice" });
    let theirs = f.world.send(Method::POST, "/v1/users", "KV", Some(body)).await.ok();

    f.world.clock.advance(1_000);
    assert_eq!(f.ok("DeleteUser", Method::DELETE, "users/alice", None).await, user, "O125: as she was");
    for tab in f.alice.iter_mut().chain([&mut alice]) {
        assert!(tab.closed().await.is_some(), "O125");
    }
    assert_eq!(*f.world.store.durable().borrow() - seq, 3, "O125: three left, and nothing else happened");
    let session = f.world.store.active_session(id(&room).into()).await.unwrap().unwrap();
    let stay = f.world.store.stay(session.id, alice.peer).await.unwrap().unwrap().stay;
    assert_eq!(stay.reason, Some(LeaveReason::ParticipantDeleted), "O125");
    let inside = f.list(&room, "is_connecting=true").await.ok();
    assert_eq!(inside["sessions"].as_array().unwrap().len(), 1, "O125: bob stays");
    assert!(bob.ask(sederunt_core::words::chat::Ask::All.into()).await.is_ok(), "O125");

    let history = f.list(R1, "user_id=alice").await.ok();
    assert_eq!(listed(&history), ["p4", "p3", "p1"], "O127");
    for stay in history["sessions"].as_array().unwrap() {
        assert_eq!(stay["user_id"], "alice", "O127");
        assert!(stay["disconnected_at"].is_string(), "O127: {stay}");
    }

    let members = f.ok("ListMembers", Method::GET, &format!("rooms/{R1}/members"), None).await;
    assert_eq!(members["paging"]["total"], json!(1), "O128");
    for path in [format!("rooms/{R1}/members/alice"), format!("rooms/{R1}/members/{M1}")] {
        f.refused(Method::GET, &path, json!({}), "MEMBER_NOT_FOUND", None).await;
    }
    // No way in is left: neither the access token, nor the tokens of a hundred days.
    let access_token = user["user"]["access_token"].as_str().unwrap();
    let entered = f.token(&room, access_token).await;
    assert!(matches!(entered, Err(EntryError::BadToken)), "{entered:?}");
    let old = f.world.waiting(&token, PeerId(f.world.node.mint_id())).await;
    assert!(matches!(old, Err(EntryError::NoParticipant)), "{old:?}");
    let old = f.world.waiting(kit_token.as_str().unwrap(), PeerId(f.world.node.mint_id())).await;
    assert!(matches!(old, Err(EntryError::NoParticipant)), "O130: {old:?}");
    let participants = f.world.send(Method::GET, &kit, "TA", None).await.ok();
    assert_eq!(participants["paging"]["total_count"], json!(0), "O130");

    f.refused(Method::DELETE, "users/alice", json!({}), "USER_NOT_FOUND", None).await;
    f.refused(Method::DELETE, "users/nobody", json!({}), "USER_NOT_FOUND", None).await;
    let foreign = f.world.send(Method::DELETE, "/v1/users/carol", "KV", None).await;
    assert_eq!(foreign.json()["code"], "USER_NOT_FOUND", "O131");
    assert_eq!(f.world.send(Method::GET, "/v1/users/alice", "KV", None).await.ok(), theirs, "O131");
    assert_eq!(f.world.store.user(&V.into(), "alice").await.unwrap().unwrap().user_id, "alice");

    // The name is free: whoever has it next is somebody else.
    let next = f.user("alice").await;
    assert_ne!(next["access_token"], user["user"]["access_token"]);
    f.refused(Method::GET, &format!("rooms/{R1}/members/alice"), json!({}), "MEMBER_NOT_FOUND", None).await;
}

#[tokio::test]
async fn o125_all_memberships_go_however_many() {
    const ROOMS: usize = 300;
    let f = Pagecall::with_users().await;
    let w = &f.world;
    let mut rooms = Vec::new();
    for n in 0..ROOMS {
        rooms.push(w.meeting(W, w.node.mint_id().into(), &format!("r{n}"), RoomKind::Private).await);
    }
    let members = join_all(rooms.iter().map(|room| w.participant(room, w.node.mint_id(), "carol"))).await;
    // The last one of all is connected.
    let mut last = w.tab(members.last().unwrap()).await;
    f.ok("DeleteUser", Method::DELETE, "users/carol", None).await;
    assert!(last.closed().await.is_some());
    for member in &members {
        assert_eq!(w.store.participant(member.meeting, member.id).await.unwrap(), None);
    }
}

/// Whoever is deleted while walking in is not in.
#[tokio::test]
async fn a_user_is_deleted_and_enters_at_once() {
    let f = Pagecall::new().await;
    for round in 0..40 {
        let name = format!("carol {round}");
        let carol = f.user(&name).await;
        let access_token = carol["access_token"].as_str().unwrap();
        let path = format!("/v1/users/carol%20{round}");
        let delete = f.world.send(Method::DELETE, &path, "KW", None);
        let enter = async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            f.token(R2, access_token).await
        };
        let (deleted, token) = tokio::join!(delete, enter);
        deleted.ok();
        let left = f.world.store.member_of_user(id(R2).into(), &name).await.unwrap();
        assert_eq!(left, None, "round {round}: a member without a user");
        if let Ok(token) = token {
            let entered = f.world.waiting(&token, PeerId(f.world.node.mint_id())).await;
            assert!(matches!(entered, Err(EntryError::NoParticipant)), "round {round}: {entered:?}");
        }
    }
}

/// The same with a token that is good when the socket comes.
#[tokio::test]
async fn a_user_is_deleted_and_connects_at_once() {
    let f = Pagecall::new().await;
    let (mut refused, mut put_out) = (0, 0);
    for round in 0..60 {
        let name = format!("carol {round}");
        f.user(&name).await;
        let member = json!({ "user_id": name });
        f.ok("CreateMember", Method::POST, &format!("rooms/{R3}/members"), Some(member)).await;
        let user = f.world.store.user(&W.into(), &name).await.unwrap().unwrap();
        let token = f.token(R3, &user.access_token).await.unwrap();
        let path = format!("/v1/users/carol%20{round}");
        let delete = f.world.send(Method::DELETE, &path, "KW", None);
        let connect = async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            f.world.waiting(&token, PeerId(f.world.node.mint_id())).await
        };
        let (deleted, connected) = tokio::join!(delete, connect);
        deleted.ok();
        match connected {
            Ok(mut client) => {
                assert!(client.closed().await.is_some(), "round {round}: it stays");
                put_out += 1;
            }
            Err(error) => {
                assert!(matches!(error, EntryError::NoParticipant), "round {round}: {error:?}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "{put_out} were put out, and nobody was late");
}
