//! Who gets through the upgrade; everybody else is told why, in JSON.

use sederunt_core::id::MeetingId;
use sederunt_core::input::Command;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Error as WsError;

use crate::world::{T0, World};

/// Status and error code of a refused upgrade.
async fn refusal(url: &str) -> (u16, String) {
    match tokio_tungstenite::connect_async(url).await {
        Err(WsError::Http(response)) => {
            let body: Value =
                serde_json::from_slice(response.body().as_deref().unwrap_or_default()).unwrap_or_default();
            assert!(body["error"]["message"].as_str().is_some_and(|m| !m.is_empty()), "{body}");
            (response.status().as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn wrong_and_foreign_tokens_are_refused_before_the_upgrade() {
    let w = World::new().await;
    let elsewhere = World::new().await;
    let meeting = w.meeting().await;
    let row = w.participant(meeting.id, "alice", "group_call_host").await;
    let token = w.token(&row).await;
    let foreign = elsewhere
        .node
        .mint_token(&row, &w.store.preset(&w.app, "group_call_host").await.unwrap().unwrap())
        .unwrap();
    let peer = w.node.mint_id().to_string();
    let id = meeting.id;
    let expect = |status: u16, code: &str| (status, code.to_owned());

    assert_eq!(refusal(&w.url(id, &peer, "")).await, expect(401, "BAD_TOKEN"));
    assert_eq!(refusal(&w.url(id, &peer, "eyJhbGciOiJub25lIn0.e30.")).await, expect(401, "BAD_TOKEN"));
    assert_eq!(refusal(&w.url(id, &peer, &foreign)).await, expect(401, "BAD_TOKEN"));
    let bare = format!("ws://{}/ws", w.address);
    assert_eq!(refusal(&bare).await, expect(401, "BAD_TOKEN"));
    let another = MeetingId(w.node.mint_id());
    assert_eq!(refusal(&w.url(another, &peer, &token)).await, expect(403, "WRONG_MEETING"));
    assert_eq!(refusal(&w.url(id, "p1", &token)).await, expect(400, "BAD_REQUEST"));
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert_eq!(refusal(&w.url(id, nobody, &token)).await, expect(400, "BAD_REQUEST"), "nobody is no peer");
    assert_eq!(refusal(&format!("{bare}?authToken={token}")).await, expect(400, "BAD_REQUEST"));

    let mut gone = w.participant(id, "gone", "group_call_host").await;
    let dead = w.token(&gone).await;
    gone.deleted_at = Some(T0);
    w.store.put_participant(gone).await.unwrap();
    assert_eq!(refusal(&w.url(id, &peer, &dead)).await, expect(404, "PARTICIPANT_NOT_FOUND"));
    w.store.put_meeting(sederunt_store::MeetingRow { active: false, ..meeting.clone() }).await.unwrap();
    assert_eq!(refusal(&w.url(id, &peer, &token)).await, expect(403, "MEETING_INACTIVE"));
    w.store.put_meeting(meeting).await.unwrap();
    w.node.command(id, Command::Terminate).await.unwrap();
    assert_eq!(refusal(&w.url(id, &peer, &token)).await, expect(409, "ROOM_TERMINATED"));
    w.clock.advance(101 * 24 * 3_600_000);
    assert_eq!(refusal(&w.url(id, &peer, &token)).await, expect(401, "BAD_TOKEN"));
}

#[tokio::test]
async fn the_address_of_a_client_is_kept_only_with_its_stay() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    assert!(w.store.active_session(meeting).await.unwrap().is_none(), "a connection is no session");
    alice.join("alice").await;
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    let stay = w.store.stay(session, alice.id.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(stay.person.display_name, "alice");
}
