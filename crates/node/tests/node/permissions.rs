//! What a host has taken away is still away after a crash, for whoever comes back, and until the session ends.

use std::sync::Arc;

use sederunt_core::error::RoomError;
use sederunt_core::id::PeerId;
use sederunt_core::rights::{Change, Patch, Right, Rights};
use sederunt_core::time::UnixMs;
use sederunt_core::words::permissions::{Ask, Tell};
use sederunt_core::words::{Msg, Request, chat};
use sederunt_node::clock::ManualClock;

use crate::world::{Client, T0, World, start};

const SEND: Rights = Rights::of(&[Right::ChatPublicSend]);

async fn says(client: &mut Client) -> Result<Arc<Msg>, RoomError> {
    let ask = chat::Ask::Send { peers: None, payload_type: 0, payload: "hello".to_owned() };
    client.ask(Request::Chat(ask)).await
}

#[test]
fn what_is_taken_away_outlives_the_process() {
    let first = tokio::runtime::Runtime::new().unwrap();
    let (mut w, meeting, row, peers, clients) = first.block_on(async {
        let w = World::new().await;
        let meeting = w.meeting().await.id;
        let mut host = w.client(meeting, "hana").await;
        let row = w.participant(meeting, "gil").await;
        let mut gil = w.attach(&w.token(&row).await, PeerId(w.node.mint_id()), 1024).await;
        host.join().await;
        gil.join().await;
        let patch = Patch { give: Rights::NONE, take: SEND };
        let ask = Ask::Change { patches: vec![(row.id, patch)] };
        host.ask(Request::Permissions(ask)).await.unwrap();
        // Durable before anybody is told.
        let kept = w.store.permissions(meeting).await.unwrap();
        assert_eq!(kept, [(row.id, Change { taken: SEND, touched: SEND })]);
        assert_eq!(says(&mut gil).await, Err(RoomError::NotAllowed("chat.public.text")));
        (w, meeting, row, gil.attached.peer, vec![host, gil])
    });
    first.shutdown_background();
    std::mem::forget(clients);

    let clock = ManualClock::new(UnixMs(T0.0 + 3_000));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        w.node = start(&w.store, &clock, &w.key, "node-2").await;
        let mut gil = w.attach(&w.token(&row).await, peers, 1024).await;
        gil.join().await;
        gil.push("what he lacks", |msg| {
            let Msg::Permissions(Tell::Changed(list)) = msg else { return false };
            list.iter().all(|changed| changed.of == SEND && !changed.rights.contains(Right::ChatPublicSend))
        })
        .await;
        assert_eq!(says(&mut gil).await, Err(RoomError::NotAllowed("chat.public.text")));
        assert_eq!(w.store.taken(meeting, row.id).await.unwrap(), SEND);
        w.node.stop().await;
    });
}
