//! Pitfall P2: a session takes many packets before it is drained once, and none is lost or reordered.

use std::time::Duration;

use sederunt_sfu::Kind;

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn eight_publishers_into_one_subscriber_leave_no_gap() {
    let mut w = World::new(11);
    let publishers: Vec<usize> = (0..8).map(|_| w.join()).collect();
    let watcher = w.join();
    w.connect();
    let mut tracks = Vec::new();
    for publisher in &publishers {
        tracks.push((w.produce(*publisher, Kind::Video, &["f", "h", "q"]), "f"));
        tracks.push((w.produce(*publisher, Kind::Audio, &[]), "f"));
    }
    w.consume(watcher, &tracks);
    let before = w.stats().packets_forwarded;
    w.run(20 * SECOND);
    for (track, _) in tracks.iter().step_by(2) {
        let got = w.clients[watcher].received(*track);
        assert!(got.windows(2).all(|p| p[1].seq == p[0].seq + 1), "in order without RTX");
        let seen = decode(got);
        assert!(seen.missing == 0 && seen.frames >= 390, "{seen:?}");
    }
    for (track, _) in tracks.iter().skip(1).step_by(2) {
        assert!(w.clients[watcher].received(*track).windows(2).all(|p| p[1].seq == p[0].seq + 1));
    }
    // 8 · (20 fps · 3 packets + 50) for 20 s.
    let forwarded = w.stats().packets_forwarded - before;
    assert!((17_000..=17_700).contains(&forwarded), "{forwarded}");
}
