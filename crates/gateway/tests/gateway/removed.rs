//! Removed is removed: whoever was reconnecting when it was removed is told in the client's own form, and not let in.

use prost::Message;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::input::Command;
use sederunt_proto::event;
use sederunt_proto::socket::room as r;
use sederunt_store::ParticipantRow;

use crate::world::{Peer, T0, World, until};

/// A client without a socket.
struct Gone {
    id: PeerId,
    token: String,
}

impl Gone {
    fn of(peer: &Peer) -> Self {
        Self { id: peer.id.parse().unwrap(), token: peer.token.clone() }
    }
}

/// How the socket of a client that comes back by itself ends: the push that it hears, and code and reason.
async fn comes_back(w: &World, meeting: MeetingId, gone: &Gone) -> (Option<u32>, u16, String) {
    let mut back = w.connect(meeting, gone.id, &gone.token).await;
    let (code, reason) = back.ended().await.expect("a close frame");
    assert!(back.pushes.len() <= 1, "{:?}", back.pushes);
    (back.pushes.front().map(|frame| frame.event), code, reason)
}

/// Joined, and then without a socket: in the reconnect grace.
async fn lost(w: &World, meeting: MeetingId, name: &str) -> (ParticipantRow, Gone) {
    let row = w.participant(meeting, name, "group_call_host").await;
    let token = w.token(&row).await;
    let mut peer = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    peer.join(name).await;
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    let gone = Gone::of(&peer);
    drop(peer);
    until("the loss", || async {
        w.store.stay(session, gone.id).await.unwrap().unwrap().stay.away_since.is_some()
    })
    .await;
    (row, gone)
}

fn kick(row: &ParticipantRow, reason: LeaveReason) -> Command {
    Command::Kick { participants: vec![row.id], custom_ids: Vec::new(), reason }
}

#[tokio::test]
async fn who_was_reconnecting_when_it_was_removed_is_told_and_not_let_in() {
    let w = World::new().await;
    let kicked = |push| (Some(push), 1000, "removed from the meeting".to_owned());
    let meeting = w.meeting().await.id;
    let mut host = w.peer(meeting, "host").await;
    host.join("host").await;

    // By REST, by a host, by deletion and by blocking: the last two have no token that opens the door.
    let (row, x) = lost(&w, meeting, "x").await;
    w.node.command(meeting, kick(&row, LeaveReason::Kicked)).await.unwrap();
    assert_eq!(comes_back(&w, meeting, &x).await, kicked(event::room::KICK));
    let (_, y) = lost(&w, meeting, "y").await;
    let kick_y = r::RemoveParticipantsRequest { peer_ids: vec![y.id.to_string()] };
    host.send_raw(event::room::KICK, "k", kick_y.encode_to_vec()).await;
    loop {
        let left: r::PeerInfoResponse = host.push(event::room::LEAVE_ROOM).await;
        if left.peer.is_some_and(|peer| peer.peer_id == y.id.to_string()) {
            break;
        }
    }
    assert_eq!(comes_back(&w, meeting, &y).await, kicked(event::room::KICK));
    let (row, d) = lost(&w, meeting, "d").await;
    w.store.put_participant(ParticipantRow { deleted_at: Some(T0), ..row.clone() }).await.unwrap();
    w.node.command(meeting, kick(&row, LeaveReason::ParticipantDeleted)).await.unwrap();
    assert_eq!(comes_back(&w, meeting, &d).await, kicked(event::room::KICK));
    let (row, b) = lost(&w, meeting, "b").await;
    w.store.put_participant(ParticipantRow { blocked: true, ..row.clone() }).await.unwrap();
    w.node.command(meeting, kick(&row, LeaveReason::Blocked)).await.unwrap();
    assert_eq!(comes_back(&w, meeting, &b).await, kicked(event::room::KICK));

    // Kick-all: no new session begins. A click, with a new peer id, begins one.
    let (row, z) = lost(&w, meeting, "z").await;
    w.node.command(meeting, Command::KickAll).await.unwrap();
    let ended = (Some(event::room::KICK_ALL), 1000, "the meeting has ended".to_owned());
    assert_eq!(comes_back(&w, meeting, &z).await, ended);
    assert_eq!(comes_back(&w, meeting, &Gone::of(&host)).await, ended, "in case it had not heard");
    assert!(w.store.active_session(meeting).await.unwrap().is_none());
    let mut again = w.connect(meeting, PeerId(w.node.mint_id()), &w.token(&row).await).await;
    again.join("z").await;

    // Termination, whose door is closed too.
    let (_, t) = lost(&w, meeting, "t").await;
    w.node.command(meeting, Command::Terminate).await.unwrap();
    let closed = (Some(event::room::KICK_ALL), 1000, "the meeting is closed".to_owned());
    assert_eq!(comes_back(&w, meeting, &t).await, closed);
    // Another meeting's token hears nothing of it, and neither does one of nobody's.
    let elsewhere = w.meeting().await;
    let row = w.participant(elsewhere.id, "far", "group_call_host").await;
    let token = w.token(&row).await;
    w.store.put_participant(ParticipantRow { deleted_at: Some(T0), ..row }).await.unwrap();
    let url = w.url(elsewhere.id, &t.id.to_string(), &token);
    assert!(tokio_tungstenite::connect_async(url).await.is_err());
    assert!(tokio_tungstenite::connect_async(w.url(meeting, &t.id.to_string(), "eyJ.e30.x")).await.is_err());
}

/// A kick of somebody who is on the set-up screen again because its grace ran out.
#[tokio::test]
async fn a_join_that_was_on_its_way_does_not_open_the_session_again() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut host = w.peer(meeting, "host").await;
    host.join("host").await;
    let (_, x) = lost(&w, meeting, "x").await;
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    let id = x.id;
    w.clock.advance(20_000);
    until("the end of the grace", || async {
        w.store.stay(session, id).await.unwrap().unwrap().stay.left_at.is_some()
    })
    .await;
    let mut back = w.connect(meeting, id, &x.token).await;
    assert!(back.is_alive().await);
    w.node.command(meeting, Command::KickAll).await.unwrap();
    assert_eq!(back.ended().await, Some((1000, "the meeting has ended".to_owned())));
    assert_eq!(back.pushes.front().map(|frame| frame.event), Some(event::room::KICK_ALL));
    assert!(w.store.active_session(meeting).await.unwrap().is_none());
}

/// The room that turns it away has nothing else to do and is gone before the join arrives.
#[tokio::test]
async fn whoever_asks_to_join_at_once_when_it_comes_back_is_told_all_the_same() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let (_, x) = lost(&w, meeting, "x").await;
    w.node.command(meeting, Command::KickAll).await.unwrap();
    for _ in 0..50 {
        let mut back = w.connect(meeting, x.id, &x.token).await;
        back.send_raw(event::room::JOIN_ROOM, "j", r::JoinRoomRequest::default().encode_to_vec()).await;
        assert_eq!(back.ended().await, Some((1000, "the meeting has ended".to_owned())));
        assert_eq!(back.pushes.front().map(|frame| frame.event), Some(event::room::KICK_ALL));
    }
}
