//! People come and go: the descriptions of those who stay do not grow.

use std::time::Duration;

use sederunt_sfu::limit::{M_LINES_MAX, OFFER_WAIT_MAX};
use sederunt_sfu::{Answer, Command, Fault, Kind, ProducerKey};

use crate::media::decode;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);
/// Sound and picture of the dummies of the first offer, of who is there, and of who was there before.
const LINES_MAX: usize = 6;

fn m_lines(sdp: &str) -> usize {
    sdp.matches("\nm=").count()
}

/// A visit: a publisher joins and the first client subscribes; the offer that it got.
fn visit(w: &mut World, stays: usize) -> (usize, [ProducerKey; 2], String) {
    let visitor = w.join();
    w.connect_only(visitor);
    let tracks = [w.produce(visitor, Kind::Audio, &[]), w.produce(visitor, Kind::Video, &["f", "h"])];
    let offer = w.ask(stays, &[(tracks[0], "f"), (tracks[1], "f")]).unwrap();
    w.renegotiate(stays, &offer);
    (visitor, tracks, offer)
}

fn leave(w: &mut World, visitor: usize) {
    w.send(visitor, Command::ClosePeer);
    w.clients[visitor].sources.clear();
}

#[test]
fn a_hundred_visitors_leave_no_m_lines() {
    let mut w = World::new(21);
    let stays = w.join();
    w.connect();
    let mut sizes = Vec::new();
    for round in 0..100 {
        let (visitor, [audio, video], offer) = visit(&mut w, stays);
        assert!(m_lines(&offer) <= LINES_MAX, "{round}: {offer}");
        sizes.push(offer.len());
        // At first, now and then, and in the end it is worth the time to see that media flows.
        if round % 33 == 0 || round < 4 {
            w.run(SECOND);
            let client = &w.clients[stays];
            assert!(decode(client.received(video)).frames > 12, "round {round}");
            assert!(client.received(audio).len() > 40, "round {round}");
        }
        if round % 2 == 0 {
            // The official client stops the picture of who leaves by itself, the sound never.
            let answer = w.close_consumers(stays, &[video]);
            assert!(m_lines(&answer) <= LINES_MAX, "{round}: {answer}");
        }
        leave(&mut w, visitor);
        w.run(SECOND / 20);
        assert_eq!(w.stats().consumers, 0, "round {round}");
    }
    assert!(sizes[99] <= sizes[3] + 20, "{sizes:?}");
}

#[test]
fn who_stays_is_heard_and_seen_on_the_same_lines_while_others_come_and_go() {
    let mut w = World::new(22);
    let (stays, speaks) = (w.join(), w.join());
    w.connect();
    let kept = [w.produce(speaks, Kind::Audio, &[]), w.produce(speaks, Kind::Video, &[])];
    w.consume(stays, &[(kept[0], "f"), (kept[1], "f")]);
    let mids = kept.map(|key| w.clients[stays].mids[&key]);
    for round in 0..6 {
        let (visitor, [_, video], _) = visit(&mut w, stays);
        w.run(SECOND);
        let frames = decode(w.clients[stays].received(kept[1])).frames;
        assert!(frames > 12 * (round + 1), "round {round}: {frames}");
        assert!(decode(w.clients[stays].received(video)).frames > 12, "round {round}");
        leave(&mut w, visitor);
    }
    assert_eq!(kept.map(|key| w.clients[stays].mids[&key]), mids);
}

#[test]
fn a_track_that_ends_before_its_offer_is_answered_leaves_no_m_line() {
    let mut w = World::new(23);
    let stays = w.join();
    w.connect();
    for round in 0..8 {
        let visitor = w.join();
        w.connect_only(visitor);
        let audio = w.produce(visitor, Kind::Audio, &[]);
        let offer = w.ask(stays, &[(audio, "f")]).unwrap();
        assert!(m_lines(&offer) <= LINES_MAX, "{round}: {offer}");
        leave(&mut w, visitor);
        w.renegotiate(stays, &offer);
        assert_eq!(w.stats().consumers, 0);
    }
}

#[test]
fn an_offer_that_is_never_answered_ends_its_transport_and_a_new_one_has_everything() {
    let mut w = World::new(24);
    let (stays, speaks) = (w.join(), w.join());
    w.connect();
    let tracks = [w.produce(speaks, Kind::Audio, &[]), w.produce(speaks, Kind::Video, &["f", "h"])];
    w.ask(stays, &[(tracks[0], "f")]).unwrap();
    let transport = w.clients[stays].receiving.transport;
    let call = w.send(stays, Command::Consume { transport, wants: vec![(tracks[1], None)] });
    w.run(OFFER_WAIT_MAX - SECOND);
    assert_eq!(w.reply(call), None, "the answer may be under way");
    w.until(2 * SECOND, "the client hears it", |w| match w.reply(call) {
        Some(Err(Fault::NoTransport)) => true,
        Some(other) => panic!("{other:?}"),
        None => false,
    });
    begins_anew(&mut w, stays, tracks);
}

#[test]
fn a_transport_that_is_given_up_makes_room_for_a_new_one() {
    let mut w = World::new(26);
    let (stays, speaks) = (w.join(), w.join());
    w.connect();
    let tracks = [w.produce(speaks, Kind::Audio, &[]), w.produce(speaks, Kind::Video, &["f", "h"])];
    // The client applies the offer, and its answer is lost.
    let offer = w.ask(stays, &[(tracks[0], "f")]).unwrap();
    w.clients[stays].receiving.answer(&offer);
    let transport = w.clients[stays].receiving.transport;
    let sending = w.clients[stays].sending.transport;
    let wrong = w.call(stays, Command::GiveUp { transport: sending });
    assert_eq!(wrong, Err(Fault::NoTransport), "what it sends is its own");
    let stranger = w.call(speaks, Command::GiveUp { transport });
    assert_eq!(stranger, Err(Fault::NoTransport));
    assert_eq!(w.call(stays, Command::GiveUp { transport }), Ok(Answer::Done));
    assert_eq!(w.call(stays, Command::GiveUp { transport }), Err(Fault::NoTransport));
    begins_anew(&mut w, stays, tracks);
}

/// The client opens another transport, subscribes, and gets everything.
fn begins_anew(w: &mut World, stays: usize, tracks: [ProducerKey; 2]) {
    w.reopen(stays, true);
    w.connect_only(stays);
    w.consume(stays, &tracks.map(|track| (track, "f")));
    w.run(SECOND);
    assert!(w.clients[stays].received(tracks[0]).len() > 40);
    assert!(decode(w.clients[stays].received(tracks[1])).frames > 12);
}

#[test]
fn a_transport_that_has_had_too_many_m_lines_gives_way_to_a_new_one() {
    let mut w = World::new(25);
    let (stays, speaks) = (w.join(), w.join());
    w.connect();
    let tracks = [(); 6].map(|()| w.produce(speaks, Kind::Audio, &[]));
    let audio = tracks[0];
    // Two are the dummies of the first offer.
    for _ in 0..(M_LINES_MAX - 2) / tracks.len() {
        w.consume(stays, &tracks.map(|key| (key, "f")));
        w.close_consumers(stays, &tracks);
    }
    let transport = w.clients[stays].receiving.transport;
    let full = w.call(stays, Command::Consume { transport, wants: vec![(audio, None)] });
    assert_eq!(full, Err(Fault::NoTransport));
    w.reopen(stays, true);
    w.connect_only(stays);
    w.consume(stays, &[(audio, "f")]);
    w.run(SECOND);
    assert!(w.clients[stays].received(audio).len() > 40);
}
