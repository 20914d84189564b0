//! A host changes what others may do, as the wire has it (PROTOCOL §7.5).

use prost::Message;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_proto::event::{chat, poll, preset as pe};
use sederunt_proto::socket::preset as p;
use sederunt_proto::socket::{chat as c, polls};
use sederunt_store::ParticipantRow;

use crate::world::{Peer, Refused, World};

/// Somebody in the room, with the row of the participant.
async fn enter(w: &World, meeting: MeetingId, name: &str, preset: &str) -> (Peer, ParticipantRow) {
    let row = w.participant(meeting, name, preset).await;
    let token = w.token(&row).await;
    let mut peer = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    peer.join(name).await;
    (peer, row)
}

fn request(changes: &[(&str, p::PresetUpdates)]) -> p::UpdatePeersPresetRequest {
    let one = |(user, patch): &(&str, p::PresetUpdates)| p::UpdatePeerPreset {
        user_ids: (*user).to_owned(),
        patch: Some(*patch),
    };
    p::UpdatePeersPresetRequest { update_peers_presets: changes.iter().map(one).collect() }
}

async fn change(
    peer: &mut Peer,
    changes: &[(&str, p::PresetUpdates)],
) -> Result<p::UpdatePeersPresetResponse, Refused> {
    peer.ask(pe::UPDATE_USER_PRESET, &request(changes)).await
}

fn public_chat(can_send: bool) -> p::PresetUpdates {
    let public = p::PublicChatPermission { can_send: Some(can_send), ..Default::default() };
    let chat = p::ChatPermissionUpdate { public: Some(public), private: None };
    p::PresetUpdates { chat: Some(chat), ..Default::default() }
}

/// What is told of that: who may send nothing may send no texts.
fn told_chat(can_send: bool) -> p::PresetUpdates {
    let can_send = Some(can_send);
    let public = p::PublicChatPermission { can_send, text: can_send, files: can_send };
    let chat = p::ChatPermissionUpdate { public: Some(public), private: None };
    p::PresetUpdates { chat: Some(chat), ..Default::default() }
}

async fn says(peer: &mut Peer) -> Result<c::SendChatMessageToRoomResponse, Refused> {
    let line = c::SendChatMessageToRoomRequest { payload_type: 0, payload: "hello".to_owned() };
    peer.ask(chat::SEND_MESSAGE_TO_ROOM, &line).await
}

#[tokio::test]
async fn what_a_host_takes_is_told_refused_and_given_back() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let (mut hana, _) = enter(&w, meeting, "hana", "group_call_host").await;
    let (mut gil, row) = enter(&w, meeting, "gil", "group_call_participant").await;
    let (mut olga, _) = enter(&w, meeting, "olga", "group_call_participant").await;
    let user = row.id.to_string();

    let answer = change(&mut hana, &[(&user, public_chat(false))]).await.unwrap();
    assert_eq!(answer.update_peers_presets, request(&[(&user, told_chat(false))]).update_peers_presets);
    let told: p::UpdatePeersPresetResponse = gil.push(pe::UPDATE_USER_PRESET).await;
    assert_eq!(told.update_peers_presets, answer.update_peers_presets);
    let refused = says(&mut gil).await.unwrap_err();
    assert_eq!(refused.code, Some(403));
    assert!(refused.message.contains("chat.public.text"), "{refused:?}");
    says(&mut olga).await.unwrap();
    assert!(olga.is_alive().await);
    assert!(!olga.pushes.iter().any(|frame| frame.event == pe::UPDATE_USER_PRESET), "it is not about her");
    // A page that is opened now knows it from the start.
    let permissions = w.permissions_told(&w.token(&row).await).await;
    assert_eq!(
        permissions["chat"]["public"],
        serde_json::json!({"can_send": false, "text": false, "files": false})
    );
    assert_eq!(permissions["chat"]["private"]["can_send"], true);

    // Of polls everything is told: the client drops them all when it hears of polls and not that it sees them.
    let create = p::PollsPermissionUpdate { can_create: Some(false), ..Default::default() };
    let patch = p::PresetUpdates { polls: Some(create), ..Default::default() };
    change(&mut hana, &[(&user, patch)]).await.unwrap();
    let told: p::UpdatePeersPresetResponse = gil.push(pe::UPDATE_USER_PRESET).await;
    let all =
        p::PollsPermissionUpdate { can_create: Some(false), can_vote: Some(true), can_view: Some(true) };
    assert_eq!(told.update_peers_presets[0].patch.as_ref().unwrap().polls, Some(all));
    let question = polls::NewPollRequest { question: "?".to_owned(), ..Default::default() };
    let refused = gil.ask::<polls::UpdatePollResponse>(poll::CREATE_POLL, &question).await.unwrap_err();
    assert_eq!(refused.code, Some(403));

    // What anybody may ask of anybody, as the client does.
    let ask = p::ReadPeersPresetRequest { user_ids: vec![user.clone()] };
    let read: p::ReadPeersPresetResponse = olga.ask(pe::GET_USER_PRESETS, &ask).await.unwrap();
    let [one] = read.peer_presets.as_slice() else { panic!("{read:?}") };
    assert_eq!((&one.user_id, &one.peer_id), (&user, &gil.id));
    let preset: serde_json::Value = serde_json::from_slice(&one.preset).unwrap();
    assert_eq!(preset["permissions"]["chat"]["public"]["can_send"], false);
    assert_eq!(preset["permissions"]["polls"]["can_create"], false);
    assert_eq!(preset["permissions"]["polls"]["can_view"], true);
    assert_eq!(preset["permissions"]["media"]["audio"]["can_produce"], "ALLOWED");
    assert_eq!(preset["permissions"]["plugins"]["can_start"], permissions["plugins"]["can_start"]);

    change(&mut hana, &[(&user, public_chat(true))]).await.unwrap();
    let told: p::UpdatePeersPresetResponse = gil.push(pe::UPDATE_USER_PRESET).await;
    assert_eq!(told.update_peers_presets, request(&[(&user, told_chat(true))]).update_peers_presets);
    says(&mut gil).await.unwrap();
}

#[tokio::test]
async fn levels_of_publishing_are_those_of_the_client() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let (mut hana, _) = enter(&w, meeting, "hana", "group_call_host").await;
    let (mut gil, row) = enter(&w, meeting, "gil", "group_call_participant").await;
    let user = row.id.to_string();
    let audio = |level: p::StreamPermissionType| {
        let stream = p::StreamPermission { can_produce: Some(level.into()), can_consume: None };
        let media = p::MediaPermissionUpdate { audio: Some(stream), ..Default::default() };
        p::PresetUpdates { media: Some(media), ..Default::default() }
    };
    use p::StreamPermissionType::{Allowed, CanRequest, None as Unsaid, NotAllowed};
    // Where there is no stage, nobody can be asked.
    for (said, told) in [(NotAllowed, NotAllowed), (CanRequest, NotAllowed), (Allowed, Allowed)] {
        let answer = change(&mut hana, &[(&user, audio(said))]).await.unwrap();
        assert_eq!(answer, {
            let p::UpdatePeersPresetRequest { update_peers_presets } = request(&[(&user, audio(told))]);
            p::UpdatePeersPresetResponse { update_peers_presets }
        });
    }
    assert_eq!(w.permissions_told(&w.token(&row).await).await["media"]["audio"]["can_produce"], "ALLOWED");
    let refused = change(&mut hana, &[(&user, audio(Unsaid))]).await.unwrap_err();
    assert_eq!(refused.code, Some(400), "the client takes it for nothing said: {refused:?}");
    change(&mut hana, &[(&user, audio(NotAllowed))]).await.unwrap();
    assert_eq!(
        w.permissions_told(&w.token(&row).await).await["media"]["audio"]["can_produce"],
        "NOT_ALLOWED"
    );
    drop(gil.ws.close(None).await);
    // Who has a page that was opened before, and comes in now, hears of it.
    let token = w.token(&row).await;
    let mut again = w.connect(meeting, PeerId(w.node.mint_id()), &token).await;
    again.join("gil").await;
    let told: p::UpdatePeersPresetResponse = again.push(pe::UPDATE_USER_PRESET).await;
    assert_eq!(told.update_peers_presets, request(&[(&user, audio(NotAllowed))]).update_peers_presets);
}

/// Who may not, too many, nobody, oneself, people of another room, and what cannot be changed. Nothing of it reaches anybody.
#[tokio::test]
async fn nobody_changes_what_he_may_not() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let other = w.meeting().await.id;
    let (mut hana, own) = enter(&w, meeting, "hana", "group_call_host").await;
    let (mut gil, row) = enter(&w, meeting, "gil", "group_call_participant").await;
    let (mut far, far_row) = enter(&w, other, "far", "group_call_participant").await;
    let (user, own, foreign) = (row.id.to_string(), own.id.to_string(), far_row.id.to_string());
    let code = |result: Result<p::UpdatePeersPresetResponse, Refused>| result.unwrap_err().code;
    let kick = p::PresetUpdates { kick_participant: Some(true), ..Default::default() };
    let bot =
        p::PresetUpdates { hidden_participant: Some(true), is_recorder: Some(true), ..Default::default() };
    assert_eq!(code(change(&mut gil, &[(&own, public_chat(false))]).await), Some(403));
    assert_eq!(code(change(&mut gil, &[(&user, kick)]).await), Some(403));
    assert_eq!(code(change(&mut hana, &[(&own, public_chat(false))]).await), Some(400));
    assert_eq!(code(change(&mut hana, &[(&foreign, public_chat(false))]).await), Some(404));
    assert_eq!(code(change(&mut hana, &[("not-an-id", public_chat(false))]).await), Some(400));
    assert_eq!(code(change(&mut hana, &[]).await), Some(404));
    assert_eq!(code(change(&mut hana, &[(&user, bot)]).await), Some(400));
    assert_eq!(code(change(&mut hana, &[(&user, kick)]).await), Some(400), "more than the preset gives");
    let many = vec![(user.as_str(), public_chat(false)); sederunt_core::limit::PERMISSION_PATCHES_MAX + 1];
    assert_eq!(code(change(&mut hana, &many).await), Some(429));
    let ask =
        |ids: Vec<&str>| p::ReadPeersPresetRequest { user_ids: ids.into_iter().map(str::to_owned).collect() };
    for (ids, wanted) in [
        (vec![foreign.as_str()], 404),
        (vec!["x"], 400),
        (vec![user.as_str(); sederunt_core::limit::PRESETS_READ_MAX + 1], 429),
    ] {
        let frame = gil.ask_raw(pe::GET_USER_PRESETS, ask(ids).encode_to_vec()).await;
        assert_eq!(crate::world::refused(&frame).unwrap().code, Some(wanted));
    }
    for peer in [&mut hana, &mut gil, &mut far] {
        assert!(peer.is_alive().await);
        assert!(!peer.pushes.iter().any(|frame| frame.event == pe::UPDATE_USER_PRESET));
    }
    says(&mut gil).await.unwrap();
    assert_eq!(w.store.permissions(meeting).await.unwrap(), []);
    // The same twice is once.
    for _ in 0..2 {
        change(&mut hana, &[(&user, public_chat(false))]).await.unwrap();
    }
    let _: p::UpdatePeersPresetResponse = gil.push(pe::UPDATE_USER_PRESET).await;
    assert!(gil.is_alive().await);
    assert!(gil.pushes.iter().all(|frame| frame.event != pe::UPDATE_USER_PRESET));
}
