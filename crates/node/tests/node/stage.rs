//! Who was on stage is on it again after a crash, who was taken off it is not, and a request still waits.

use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::standing::Seat;
use sederunt_core::time::UnixMs;
use sederunt_core::words::{Msg, Request, entry, stage};
use sederunt_node::clock::ManualClock;
use sederunt_store::ParticipantRow;

use crate::world::{Client, T0, World, start};

async fn with_preset(w: &World, meeting: MeetingId, name: &str, preset: &str) -> ParticipantRow {
    let row = ParticipantRow {
        preset_id: None,
        preset_name: preset.to_owned(),
        ..w.participant_row(&w.app, meeting, name)
    };
    w.store.create_participant(row.clone()).await.unwrap();
    row
}

/// Enters, and returns the seat that it is given.
async fn sit_down(client: &mut Client) -> Seat {
    let request = Request::Entry(entry::Ask::JoinRoom { display_name: String::new() });
    let Msg::Entry(entry::Tell::PeerInfo { peer, .. }) = &*client.ask(request).await.unwrap() else {
        panic!("no peer in the answer")
    };
    peer.seat
}

/// What is never answered; another request after it tells that it was treated.
async fn send(client: &mut Client, ask: stage::Ask) {
    client.attached.request("x".into(), Request::Stage(ask)).await.unwrap();
    client.ask(Request::Roster(sederunt_core::words::roster::Ask::StageState)).await.unwrap();
}

#[test]
fn seats_outlive_the_process() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let (mut w, meeting, rows, peers, clients) = first.block_on(async {
        let w = World::new().await;
        let meeting = w.meeting().await.id;
        let mut rows = Vec::new();
        for (name, preset) in
            [("pat", "webinar_presenter"), ("vera", "webinar_viewer"), ("vic", "webinar_viewer")]
        {
            rows.push(with_preset(&w, meeting, name, preset).await);
        }
        let mut clients = Vec::new();
        for row in &rows {
            clients.push(w.attach(&w.token(row).await, PeerId(w.node.mint_id()), 1024).await);
        }
        let mut seats = Vec::new();
        for client in &mut clients {
            seats.push(sit_down(client).await);
        }
        assert_eq!(seats, [Seat::OnStage, Seat::Audience, Seat::Audience]);
        let [pat, vera, vic] = &mut *clients else { panic!() };
        send(vera, stage::Ask::Request).await;
        send(vic, stage::Ask::Request).await;
        send(pat, stage::Ask::Grant { participants: vec![rows[1].id] }).await;
        vera.ask(Request::Stage(stage::Ask::Join)).await.unwrap();
        let own = stage::Ask::Leave { participants: vec![rows[0].id] };
        pat.ask(Request::Stage(own)).await.unwrap();
        let peers: Vec<PeerId> = clients.iter().map(|client| client.attached.peer).collect();
        (w, meeting, rows, peers, clients)
    });
    first.shutdown_background();
    std::mem::forget(clients);

    let clock = ManualClock::new(UnixMs(T0.0 + 3_000));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        w.node = start(&w.store, &clock, &w.key, "node-2").await;
        let mut seats = Vec::new();
        for (row, peer) in rows.iter().zip(peers) {
            let mut client = w.attach(&w.token(row).await, peer, 1024).await;
            seats.push(sit_down(&mut client).await);
            std::mem::forget(client);
        }
        assert_eq!(seats, [Seat::Audience, Seat::OnStage, Seat::Asking]);
        // The same people with new pages begin anew.
        let mut anew = w.attach(&w.token(&rows[1]).await, PeerId(w.node.mint_id()), 1024).await;
        assert_eq!(sit_down(&mut anew).await, Seat::Audience);
        assert_eq!(w.store.seats(meeting).await.unwrap().len(), 3);
        w.node.stop().await;
    });
}
