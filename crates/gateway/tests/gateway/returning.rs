//! Who comes back while its client may still believe in transports that are no more waits at the door (MEDIA §3.2).

use std::sync::Arc;
use std::time::{Duration, Instant};

use sederunt_core::id::PeerId;
use sederunt_node::{Node, NodeConfig, RETURN_WAIT, generate_signing_key};

use crate::media::{Page, media};
use crate::world::{World, until};

/// What may pass between the closing and the look at a clock.
const SLACK: Duration = Duration::from_millis(700);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_its_grace_a_peer_waits_and_nobody_else() {
    let (media, notices) = media();
    let w = World::with_media(Some((media.clone(), notices))).await;
    let meeting = w.meeting().await.id;
    let Page { peer, sends, receives, .. } = Page::open(&w, meeting, "alice").await;
    let (id, token): (PeerId, _) = (peer.id.parse().unwrap(), peer.token.clone());
    let session = w.store.active_session(meeting).await.unwrap().unwrap().id;
    drop(peer);
    until("the loss", || async {
        w.store.stay(session, id).await.unwrap().unwrap().stay.away_since.is_some()
    })
    .await;
    w.clock.advance(20_000);
    until("its transports are closed", || async { media.stats().sfu.transports == 0 }).await;
    let closed = Instant::now();
    w.peer(meeting, "bob").await.join("bob").await;
    assert_eq!(w.node.metrics().returns.get(), 0, "nobody has waited");
    let mut back = w.connect(meeting, id, &token).await;
    assert!(closed.elapsed() >= RETURN_WAIT - SLACK, "let in after {:?}", closed.elapsed());
    assert_eq!(w.node.metrics().returns.get(), 1);
    back.join("alice").await;
    drop((sends, receives));
}

#[tokio::test]
async fn after_a_start_those_who_were_in_wait_and_nobody_else() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut alice = w.peer(meeting, "alice").await;
    alice.join("alice").await;
    // The next process on the same ledger.
    let config = NodeConfig {
        node_id: "node-2".to_owned(),
        reconnect_grace_ms: 20_000,
        signing_key_pem: generate_signing_key().unwrap(),
        store_client_addresses: false,
    };
    let start = Instant::now();
    let next = Node::start(config, w.store.clone(), None, Arc::new(w.clock.clone())).await.unwrap();
    assert!(!next.let_return(meeting, PeerId(next.mint_id())).await, "another peer");
    assert!(next.let_return(meeting, alice.id.parse().unwrap()).await);
    assert!(start.elapsed() >= RETURN_WAIT, "let in after {:?}", start.elapsed());
    assert!(!next.let_return(meeting, alice.id.parse().unwrap()).await, "once");
}
