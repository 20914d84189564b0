//! The stage of a webinar, as the wire has it (PROTOCOL §7.7).

use prost::Message;
use sederunt_proto::event::{media as me, room as re};
use sederunt_proto::media::{SessionDescription, Target, edge as e};
use sederunt_proto::socket::livestreaming as l;
use sederunt_proto::socket::room as r;
use sederunt_proto::socket::room::StageType;

use crate::world::{Peer, World, refused};

/// A presenter and a viewer in a webinar, with their user ids.
async fn webinar() -> (World, (Peer, String), (Peer, String)) {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut people = Vec::new();
    for (name, preset, seat) in
        [("pat", "webinar_presenter", StageType::OnStage), ("vera", "webinar_viewer", StageType::OffStage)]
    {
        let row = w.participant(meeting, name, preset).await;
        let token = w.token(&row).await;
        let mut peer = w.connect(meeting, sederunt_core::id::PeerId(w.node.mint_id()), &token).await;
        peer.join_at(name, seat).await;
        people.push((peer, row.id.to_string()));
    }
    let viewer = people.pop().unwrap();
    (w, people.pop().unwrap(), viewer)
}

fn users(ids: &[&str]) -> Vec<u8> {
    l::GrantStageAccessRequest { user_ids: ids.iter().map(|id| (*id).to_owned()).collect() }.encode_to_vec()
}

/// The seat that an answer to `joinStage` or `leaveStage` tells: event 38, with the id of the request.
async fn moves(peer: &mut Peer, event: u32, payload: Vec<u8>) -> StageType {
    let frame = peer.ask_raw(event, payload).await;
    assert_eq!(frame.event, re::PEER_STAGE_STATUS_UPDATE);
    let update = r::PeerStatusUpdate::decode(frame.payload).unwrap();
    assert_eq!(update.peer_id, peer.id);
    update.stage_type()
}

/// The next seat of somebody that is told.
async fn told(peer: &mut Peer, whose: &str) -> StageType {
    let update: r::PeerStatusUpdate = peer.push(re::PEER_STAGE_STATUS_UPDATE).await;
    assert_eq!(update.peer_id, whose);
    update.stage_type()
}

/// The code of a refusal.
async fn code(peer: &mut Peer, event: u32, payload: Vec<u8>) -> Option<i32> {
    let frame = peer.ask_raw(event, payload).await;
    refused(&frame).unwrap_or_else(|| panic!("{event} was not refused")).code
}

#[tokio::test]
async fn a_viewer_asks_comes_on_stage_and_is_taken_off() {
    let (_w, (mut pat, pat_id), (mut vera, vera_id)) = webinar().await;
    vera.send_raw(re::REQUEST_STAGE_ACCESS, "a", Vec::new()).await;
    assert_eq!(told(&mut pat, &vera.id).await, StageType::RequestedStage);
    let waiting: l::GetStageRequestsResponse = pat.push(re::GET_STAGE_REQUESTS).await;
    let request = &waiting.stage_requests[0];
    assert_eq!(
        (request.display_name.as_str(), &request.user_id, &request.peer_id),
        ("vera", &vera_id, &vera.id)
    );
    // Who comes later sees it, too.
    let asked: l::GetStageRequestsResponse =
        pat.ask(re::GET_STAGE_REQUESTS, &r::RoomPeersInfoRequest::default()).await.unwrap();
    assert_eq!(asked, waiting);
    let peers: r::RoomPeersInfoResponse =
        pat.ask(re::GET_ROOM_PEERS_INFO, &r::RoomPeersInfoRequest::default()).await.unwrap();
    let seats: Vec<StageType> = peers.peers.iter().map(r::Peer::stage_type).collect();
    assert_eq!(seats, [StageType::OnStage, StageType::RequestedStage]);

    pat.send_raw(re::GRANT_STAGE_ACCESS, "b", users(&[&vera_id])).await;
    let granted: r::PeerStatusUpdate = vera.push(re::GRANT_STAGE_ACCESS).await;
    assert_eq!(granted, r::PeerStatusUpdate::default(), "it has no payload");
    assert_eq!(told(&mut pat, &vera.id).await, StageType::ApprovedStage);
    assert_eq!(moves(&mut vera, re::JOIN_STAGE, Vec::new()).await, StageType::OnStage);
    assert_eq!(told(&mut pat, &vera.id).await, StageType::OnStage);
    assert_eq!(moves(&mut vera, re::LEAVE_STAGE, users(&[&vera_id])).await, StageType::OffStage);
    assert_eq!(told(&mut pat, &vera.id).await, StageType::OffStage);

    // Invited, and taken off by the host, who is answered with his own number.
    pat.send_raw(re::GRANT_STAGE_ACCESS, "c", users(&[&vera_id])).await;
    let _: r::PeerStatusUpdate = vera.push(re::GRANT_STAGE_ACCESS).await;
    assert_eq!(moves(&mut vera, re::JOIN_STAGE, Vec::new()).await, StageType::OnStage);
    let frame = pat.ask_raw(re::LEAVE_STAGE, users(&[&vera_id])).await;
    assert_eq!((frame.event, refused(&frame)), (re::LEAVE_STAGE, None));
    let me = vera.id.clone();
    assert_eq!(told(&mut vera, &me).await, StageType::OffStage);
    // Turned down.
    vera.send_raw(re::REQUEST_STAGE_ACCESS, "d", Vec::new()).await;
    for seat in [StageType::ApprovedStage, StageType::OnStage, StageType::OffStage, StageType::RequestedStage]
    {
        assert_eq!(told(&mut pat, &vera.id).await, seat);
    }
    pat.send_raw(re::DENY_STAGE_ACCESS, "e", users(&[&vera_id])).await;
    let _: r::PeerStatusUpdate = vera.push(re::DENY_STAGE_ACCESS).await;
    // The presenter comes and goes without asking.
    assert_eq!(moves(&mut pat, re::LEAVE_STAGE, users(&[&pat_id])).await, StageType::OffStage);
    assert_eq!(moves(&mut pat, re::JOIN_STAGE, Vec::new()).await, StageType::OnStage);
}

#[tokio::test]
async fn a_viewer_cannot_let_himself_on_stage() {
    let (_w, (mut pat, pat_id), (mut vera, vera_id)) = webinar().await;
    for payload in [users(&[&vera_id]), users(&[&pat_id])] {
        assert_eq!(code(&mut vera, re::GRANT_STAGE_ACCESS, payload.clone()).await, Some(403));
        assert_eq!(code(&mut vera, re::DENY_STAGE_ACCESS, payload).await, Some(403));
    }
    assert_eq!(code(&mut vera, re::GET_STAGE_REQUESTS, Vec::new()).await, Some(403));
    assert_eq!(code(&mut vera, re::LEAVE_STAGE, users(&[&pat_id])).await, Some(403));
    assert_eq!(code(&mut vera, re::LEAVE_STAGE, users(&[&vera_id, &pat_id])).await, Some(403));
    assert_eq!(code(&mut vera, re::JOIN_STAGE, Vec::new()).await, Some(403));
    let description = SessionDescription {
        target: Target::Publisher.into(),
        r#type: "offer".to_owned(),
        sdp: "v=0".to_owned(),
    };
    let produce = e::ProducerCreateRequest {
        kind: "audio".to_owned(),
        description: Some(description),
        ..Default::default()
    };
    let frame = vera.ask_raw(me::PRODUCE, produce.encode_to_vec()).await;
    assert!(refused(&frame).unwrap().message.contains("media.audio.can_produce"), "off stage");
    // An invitation is for once.
    pat.send_raw(re::GRANT_STAGE_ACCESS, "a", users(&[&vera_id])).await;
    let _: r::PeerStatusUpdate = vera.push(re::GRANT_STAGE_ACCESS).await;
    assert_eq!(moves(&mut vera, re::JOIN_STAGE, Vec::new()).await, StageType::OnStage);
    assert_eq!(moves(&mut vera, re::LEAVE_STAGE, users(&[&vera_id])).await, StageType::OffStage);
    assert_eq!(code(&mut vera, re::JOIN_STAGE, Vec::new()).await, Some(403));
    // Nobody, strangers, too many, and what is no id.
    assert_eq!(code(&mut pat, re::GRANT_STAGE_ACCESS, users(&[])).await, Some(404));
    let stranger = sederunt_core::id::Id::from_u128(9).to_string();
    assert_eq!(code(&mut pat, re::GRANT_STAGE_ACCESS, users(&[&stranger])).await, Some(404));
    let many = vec![stranger.as_str(); sederunt_core::limit::STAGE_IDS_MAX + 1];
    assert_eq!(code(&mut pat, re::GRANT_STAGE_ACCESS, users(&many)).await, Some(429));
    assert_eq!(code(&mut pat, re::LEAVE_STAGE, users(&["x"])).await, Some(400));
}
