//! Cases O092 to O104: rooms are deleted, and members read.

use axum::http::Method;
use sederunt_core::call::Disconnect;
use sederunt_core::effect::CloseReason;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::PeerId;
use sederunt_core::words::Msg;
use sederunt_core::words::entry::{PeerEvent, Tell};
use sederunt_node::EntryError;
use sederunt_store::Permission;
use serde_json::json;

use crate::pagecall_fixture::{ACCOUNT, BOB_ESCAPED, M1, M2, M9, Pagecall, R1, R2, R3, R9, W, id};
use crate::world::Client;

#[tokio::test]
async fn o092_and_o095_a_deleted_room_ends() {
    let mut f = Pagecall::with_users().await;
    let w = &f.world;
    let session = w.store.active_session(id(R1).into()).await.unwrap().unwrap();
    let member = w.store.participant(id(R1).into(), id(M1).into()).await.unwrap().unwrap();
    let (token, seq) = (w.entry(&member).await, *w.store.durable().borrow());
    w.clock.advance(1_000);
    let before = f.ok("getRoom", Method::GET, &format!("rooms/{R1}"), None).await["room"].clone();
    let after = f.ok("deleteRoom", Method::DELETE, &format!("rooms/{R1}"), None).await["room"].clone();
    assert_eq!((&after["is_terminated"], &before["is_terminated"]), (&json!(true), &json!(false)), "O092");
    assert_eq!(after["terminated_at"], "2023-01-01T02:00:04.000Z", "O092");
    for same in ["id", "name", "type", "meeting_time", "started_at", "created_at"] {
        assert_eq!(after[same], before[same], "O092 {same}");
    }
    assert_eq!(*f.world.store.durable().borrow() - seq, 3, "O092: two left, and the session ended");
    for tab in &mut f.alice {
        assert_eq!(tab.closed().await, Some(CloseReason::RoomClosed), "O092");
        let told = |msg: &Msg| matches!(msg, Msg::Entry(Tell::PeerInfo { event: PeerEvent::KickAll, peer }) if peer.peer == tab.peer);
        // The official client makes `roomLeft` with state `ended` of it.
        assert!(tab.pushes.iter().any(|msg| told(msg)), "O095");
    }
    let w = &f.world;
    for peer in f.alice.iter().map(|tab| tab.peer) {
        let stay = w.store.stay(session.id, peer).await.unwrap().unwrap().stay;
        assert_eq!(
            (stay.left_at, stay.reason),
            (Some(w.node.now()), Some(LeaveReason::RoomTerminated)),
            "O092"
        );
    }
    let ended = w.store.session(&W.into(), session.id).await.unwrap().unwrap();
    assert_eq!(
        (ended.ended_at, ended.end_reason),
        (Some(w.node.now()), Some(EndReason::RoomTerminated)),
        "O092"
    );

    // O095: no way back, by the old token of the member, as a user, or for a client that comes back by itself.
    let again = w.waiting(&token, PeerId(w.node.mint_id())).await;
    assert!(matches!(again, Err(EntryError::NoMeeting)), "{again:?}");
    let user = w.store.user(&W.into(), "alice").await.unwrap().unwrap();
    let again = f.token(R1, &user.access_token).await;
    assert!(matches!(again, Err(EntryError::NoMeeting)), "{again:?}");
    let words = w.node.removal_words(&token, f.alice[0].peer, &EntryError::NoMeeting).await;
    assert!(words.is_some_and(|(_, words)| words.len() == 2), "it hears that it is over, and stops trying");

    for (method, path) in [
        (Method::GET, format!("rooms/{R1}")),
        (Method::DELETE, format!("rooms/{R1}")),
        (Method::PUT, format!("rooms/{R1}")),
        (Method::GET, format!("rooms/{R1}/sessions")),
        (Method::GET, format!("rooms/{R1}/members")),
    ] {
        f.refused(method, &path, json!({}), "ROOM_NOT_FOUND", None).await;
    }
    let rooms = f.ok("listRooms", Method::GET, "rooms", None).await;
    assert_eq!(rooms["paging"]["total"], json!(2));
}

#[tokio::test]
async fn o097_sessions_of_a_deleted_room_are_listed_at_the_other_door() {
    let f = Pagecall::new().await;
    f.world.token("TA", Some((ACCOUNT, Permission::RealtimeAdmin)), None).await;
    let kit = format!("/accounts/{ACCOUNT}/realtime/kit/{W}");
    let get = async |path: &str| f.world.send(Method::GET, &format!("{kit}/{path}"), "TA", None).await;
    let room = id(R1).to_string();
    let of_room = format!("sessions?associated_id={room}");
    let before = get(&of_room).await.ok();
    assert_eq!(before["paging"]["total_count"], json!(2));
    f.ok("deleteRoom", Method::DELETE, &format!("rooms/{R1}"), None).await;
    let after = get(&of_room).await.ok();
    assert_eq!(after["paging"], before["paging"], "O097");
    for session in after["data"]["sessions"].as_array().unwrap() {
        assert_eq!(session["status"], "ENDED", "O097");
        let session = session["id"].as_str().unwrap();
        assert_eq!(get(&format!("sessions/{session}")).await.ok()["data"]["associated_id"], room, "O097");
        let people = get(&format!("sessions/{session}/participants")).await.ok();
        assert_eq!(people["paging"]["total_count"], json!(2), "O097");
    }
    assert_eq!(get(&format!("meetings/{room}")).await.status.as_u16(), 404, "O097");
    let report = tokio::task::spawn_blocking({
        let store = f.world.store.clone();
        move || store.verify(|_, _| ()).unwrap()
    });
    assert_eq!(report.await.unwrap().difference_count, 0);
}

#[tokio::test]
async fn o098_a_room_is_deleted_that_was_over_or_never_began() {
    let f = Pagecall::new().await;
    let w = &f.world;
    let path = format!("rooms/{R3}");
    let ended = f.ok("updateRoom", Method::PUT, &path, Some(json!({ "is_terminated": true }))).await;
    w.clock.advance(7 * 24 * 3_600_000);
    let seq = *w.store.durable().borrow();
    let deleted = f.ok("deleteRoom", Method::DELETE, &path, None).await;
    assert_eq!(deleted["room"]["terminated_at"], ended["room"]["terminated_at"], "O098");
    let made = f.ok("createRoom", Method::POST, "rooms", Some(json!({ "name": "n", "type": "open" }))).await;
    let path = format!("rooms/{}", made["room"]["id"].as_str().unwrap());
    let deleted = f.ok("deleteRoom", Method::DELETE, &path, None).await["room"].clone();
    assert_eq!((deleted.get("started_at"), &deleted["is_terminated"]), (None, &json!(true)), "O098");
    assert_eq!(*w.store.durable().borrow(), seq, "O098: no fact");
}

/// A client in the grace is out, too, and whoever walks in at that moment is not in.
#[tokio::test]
async fn a_deleted_room_keeps_everybody_out() {
    let mut f = Pagecall::with_users().await;
    let room = f.public_room().await;
    let carol = f.enters(&room, "carol").await.unwrap();
    let (peer, meeting) = (carol.peer, carol.meeting);
    let session = f.world.store.active_session(meeting).await.unwrap().unwrap().id;
    carol.disconnect(Disconnect::Lost).await;
    let user = f.world.store.user(&W.into(), "carol").await.unwrap().unwrap();
    let token = f.token(&room, &user.access_token).await.unwrap();
    f.ok("deleteRoom", Method::DELETE, &format!("rooms/{room}"), None).await;
    f.world.until_left(session, peer).await;
    let back = f.world.waiting(&token, peer).await;
    assert!(matches!(back, Err(EntryError::NoMeeting)), "{back:?}");
    // The others go on.
    f.alice.iter().for_each(Client::is_heard);
    assert!(f.alice[0].ask(sederunt_core::words::chat::Ask::All.into()).await.is_ok());
}

#[tokio::test]
async fn o100_to_o104_members_are_read() {
    let f = Pagecall::with_users().await;
    let member = async |room: &str, key: &str| {
        let path = format!("rooms/{room}/members/{key}");
        f.ok("GetMember", Method::GET, &path, None).await["member"].clone()
    };
    let alice = member(R1, "alice").await;
    let wanted = json!({ "id": M1, "user_id": "alice", "room_id": R1, "type": "host" });
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(alice[key], *value, "O100 {key}");
    }
    let list = f.ok("ListMembers", Method::GET, &format!("rooms/{R1}/members"), None).await;
    assert_eq!(list["members"][0], alice, "O100: as in the list");
    assert_eq!(member(R1, M1).await, alice, "O101");
    assert_eq!(member(R1, &id(M1).to_string()).await, alice, "O101: both spellings are read");
    assert_eq!(member(R1, BOB_ESCAPED).await["id"], M2, "O101");
    let anonymous = member(R2, M9).await;
    assert_eq!((&anonymous["user_id"], &anonymous["is_anonymous"]), (&json!(""), &json!(true)), "O103");
    for path in [
        format!("rooms/{R1}/members/carol"),
        format!("rooms/{R2}/members/{M1}"),
        format!("rooms/{R1}/members/nobody"),
        format!("rooms/{R1}/members/%FF"),
    ] {
        f.refused(Method::GET, &path, json!({}), "MEMBER_NOT_FOUND", None).await;
    }
    f.refused(Method::GET, &format!("rooms/{R9}/members/{M1}"), json!({}), "ROOM_NOT_FOUND", None).await;
}
