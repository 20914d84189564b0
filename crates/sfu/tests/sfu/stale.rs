//! Clients that believe in transports which are no more (MEDIA §3.2).

use std::time::Duration;

use sederunt_sfu::{Command, IceKey, Kind};

use crate::media::decode;
use crate::world::{KEY, World};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_next_process_refuses_the_checks_of_the_one_before() {
    let mut w = World::new(31);
    w.join();
    w.connect();
    w.restart(KEY);
    w.until(5 * SECOND, "both transports hear it", |w| w.stats().stun_forbidden >= 2);
    assert_eq!((w.stats().stun_refused, w.stats().transports), (0, 0));
    // What it opens anew is its own, while the other connection is still the old one.
    w.reopen(0, false);
    w.until(5 * SECOND, "the new one is up", |w| w.clients[0].sending.connected);
}

#[test]
fn a_process_with_another_key_knows_nobody() {
    let mut w = World::new(32);
    w.join();
    w.connect();
    w.restart(IceKey([8; 32]));
    w.until(5 * SECOND, "checks come", |w| w.stats().stun_refused >= 2);
    assert_eq!((w.stats().stun_forbidden, w.stats().datagrams_sent), (0, 0));
}

#[test]
fn a_peer_that_was_closed_is_refused_and_nobody_else_is() {
    let mut w = World::new(33);
    let (a, b, c) = (w.join(), w.join(), w.join());
    w.connect();
    let video = w.produce(a, Kind::Video, &[]);
    w.consume(b, &[(video, "f")]);
    w.run(SECOND);
    assert_eq!(w.stats().stun_forbidden, 0);
    // A browser goes on checking after it has heard that DTLS is closed; this client would not, so it does not hear it.
    (w.deaf, w.loss_down) = (Some(c), 1_000);
    w.send(c, Command::ClosePeer);
    w.until(5 * SECOND, "the closed one hears it", |w| w.stats().stun_forbidden >= 2);
    let before = decode(w.clients[b].received(video)).frames;
    w.run(SECOND);
    assert!(decode(w.clients[b].received(video)).frames > before + 10, "the others go on");
}
