//! Media goes both ways.

use std::time::Duration;

use sederunt_sfu::Kind;

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn audio_and_video_both_ways() {
    let mut w = World::new(1);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let a_tracks = [w.produce(a, Kind::Audio, &[]), w.produce(a, Kind::Video, &[])];
    let b_tracks = [w.produce(b, Kind::Video, &[]), w.produce(b, Kind::Audio, &[])];
    w.run(SECOND);
    w.consume(a, &[(b_tracks[0], "f"), (b_tracks[1], "f")]);
    w.consume(b, &[(a_tracks[0], "f"), (a_tracks[1], "f")]);
    w.run(5 * SECOND);
    for (client, video, audio) in [(a, b_tracks[0], b_tracks[1]), (b, a_tracks[1], a_tracks[0])] {
        let seen = decode(w.clients[client].received(video));
        assert_eq!(seen.missing, 0);
        assert!((90..=100).contains(&seen.frames), "{seen:?}");
        let heard = w.clients[client].received(audio);
        assert!((240..=250).contains(&heard.len()), "{}", heard.len());
        assert!(
            heard.windows(2).all(|p| p[1].seq == p[0].seq + 1 && p[1].time.wrapping_sub(p[0].time) == 960)
        );
        assert!(heard[0].seq < 65_536, "roll-over counter 0");
    }
    assert!(w.clients[a].sending.twcc_reports > 10, "publishers get bandwidth feedback");
    let stats = w.stats();
    assert_eq!((stats.panics, stats.transports_failed, stats.packets_malformed), (0, 0, 0));
}
