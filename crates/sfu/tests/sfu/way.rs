//! Clients that come over a stream of ours: a relay, or ICE-TCP.

use std::time::Duration;

use sederunt_sfu::{Kind, Via};

use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn relayed_clients_are_answered_through_the_relay() {
    let mut w = World::new(1);
    w.way = Via::Relay;
    let (ann, ben) = (w.join(), w.join());
    w.connect();
    let voice = w.produce(ann, Kind::Audio, &[]);
    w.consume(ben, &[(voice, "")]);
    // The world looks at the way of everything that is sent.
    w.run(2 * SECOND);
    assert!(w.stats().packets_forwarded > 50, "{:?}", w.stats());
    // The last words of a transport, too.
    let (peer, call) = (w.clients[ann].peer, sederunt_sfu::CallId(99));
    let command = sederunt_sfu::Command::ClosePeer;
    w.sfu.handle(w.now, sederunt_sfu::Input::Call { call, peer, command });
    w.run(SECOND);
    assert_eq!(w.stats().transports, 2);
}
