//! Sound survives loss: the publisher repeats what is lost on its way, a subscriber whose line loses packets gets each
//! with those before it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sederunt_sfu::limit::{LOSS_CALM, RED_DEPTH_MAX};
use sederunt_sfu::{Command, Kind, ProducerKey};

use crate::media::Got;
use crate::world::World;

const SECOND: Duration = Duration::from_secs(1);
const FRAME_TICKS: u32 = 960;

/// Somebody who speaks, and somebody who hears it.
fn call(seed: u64, red: bool) -> (World, ProducerKey) {
    let mut w = World::new(seed);
    w.join();
    if red {
        w.join()
    } else {
        w.join_plain()
    };
    w.connect();
    let audio = w.produce(0, Kind::Audio, &[]);
    w.consume(1, &[(audio, "f")]);
    w.run(SECOND);
    (w, audio)
}

/// Loses packets on the way down, long enough for two reports.
fn lose_down(w: &mut World, permille: u64) {
    (w.loss_down, w.deaf) = (permille, Some(1));
    w.run(20 * SECOND);
}

/// Checks that every packet carries what it must: those really before it, under their own time, at most `depth`.
fn check(w: &World, audio: ProducerKey, depth: usize) {
    let client = &w.clients[1];
    let carried = client.carried(audio);
    for got in client.received(audio) {
        for (n, before) in carried.get(&got.seq).into_iter().flatten().rev().enumerate() {
            let n = n as u32 + 1;
            assert_eq!((before.frame, before.time), (got.frame - n, got.time.wrapping_sub(n * FRAME_TICKS)));
        }
    }
    assert!(carried.values().all(|blocks| (1..=depth).contains(&blocks.len())), "{carried:?}");
}

/// Frames of a sound in the order of time: whether each came by itself, and whether it was heard at all.
fn heard(w: &World, audio: ProducerKey, from: u32) -> Vec<(bool, bool)> {
    let client = &w.clients[1];
    let came: BTreeSet<u32> = client.received(audio).iter().map(|got| got.frame).collect();
    let carried: BTreeSet<u32> = client.carried(audio).values().flatten().map(|block| block.frame).collect();
    let last = *came.last().unwrap();
    (from..=last).map(|f| (came.contains(&f), came.contains(&f) || carried.contains(&f))).collect()
}

#[test]
fn every_packet_that_is_lost_alone_is_heard_all_the_same() {
    for seed in 0..6 {
        let (mut w, audio) = call(seed, true);
        lose_down(&mut w, 50);
        assert_eq!(w.stats().red_subscribers, 1, "seed {seed}");
        let from = w.clients[0].sources[0].frames;
        w.run(40 * SECOND);
        let frames = heard(&w, audio, from);
        let alone = frames.windows(2).filter(|f| !f[0].0 && f[1].0);
        assert!(alone.clone().count() > 60, "seed {seed}");
        assert!(alone.clone().all(|f| f[0].1), "seed {seed}: one that was lost alone is missing");
        let missing = frames.iter().filter(|f| !f.1).count();
        assert!(missing * 10 < frames.iter().filter(|f| !f.0).count() * 2, "seed {seed}: {missing}");
        check(&w, audio, 1);
    }
}

#[test]
fn radio_on_which_packets_wait_now_and_then_keeps_it() {
    for seed in 0..6 {
        let (mut w, _) = call(40 + seed, true);
        lose_down(&mut w, 80);
        assert_eq!(w.stats().red_subscribers, 1, "seed {seed}");
        let usual = w.delay;
        for _ in 0..60 {
            w.delay = usual + SECOND / 10;
            w.run(SECOND / 2);
            w.delay = usual;
            w.run(SECOND / 2);
            assert_eq!(w.stats().red_subscribers, 1, "seed {seed}");
        }
    }
}

#[test]
fn a_line_that_loses_much_gets_two_before_and_hears_pairs() {
    for seed in 0..4 {
        let (mut w, audio) = call(10 + seed, true);
        lose_down(&mut w, 200);
        let from = w.clients[0].sources[0].frames;
        w.run(30 * SECOND);
        let frames = heard(&w, audio, from);
        let pairs = frames.windows(3).filter(|f| !f[0].0 && !f[1].0 && f[2].0);
        assert!(pairs.clone().count() > 20, "seed {seed}");
        assert!(pairs.clone().all(|f| f[0].1 && f[1].1), "seed {seed}: a pair is missing");
        check(&w, audio, RED_DEPTH_MAX);
    }
}

#[test]
fn it_begins_with_losses_and_ends_a_minute_after_them() {
    let (mut w, audio) = call(20, true);
    w.run(60 * SECOND);
    assert_eq!(w.stats().packets_redundant, 0, "nothing is lost");
    let before = w.stats();
    lose_down(&mut w, 60);
    let during = w.stats();
    assert!(during.packets_redundant > 300 && during.bytes_redundant > 300 * during.packets_redundant);
    assert!(during.bytes_forwarded - before.bytes_forwarded > during.bytes_redundant);
    w.loss_down = 0;
    let calm = w.now;
    w.until(LOSS_CALM + 20 * SECOND, "no redundancy any more", |w| w.stats().red_subscribers == 0);
    assert!(w.now - calm >= LOSS_CALM, "{:?}", w.now - calm);
    let settled = w.stats().packets_redundant;
    w.run(10 * SECOND);
    assert_eq!(w.stats().packets_redundant, settled);
    let got = w.clients[1].received(audio);
    let tail = &got[got.len() - 1_000..];
    assert!(tail.windows(2).all(|p| p[1].seq == p[0].seq + 1 && p[1].time.wrapping_sub(p[0].time) == 960));
}

#[test]
fn a_little_loss_is_nothing_to_protect_against() {
    let (mut w, _) = call(21, true);
    lose_down(&mut w, 5);
    w.run(60 * SECOND);
    assert_eq!(w.stats().packets_redundant, 0);
}

#[test]
fn who_does_not_take_it_gets_plain_sound() {
    let (mut w, audio) = call(22, false);
    lose_down(&mut w, 200);
    assert!(w.clients[1].received(audio).len() > 700);
    assert_eq!((w.stats().packets_redundant, w.stats().red_subscribers), (0, 0));
}

#[test]
fn who_refused_it_in_that_line_gets_plain_sound() {
    let mut w = World::new(23);
    let (a, b) = (w.join(), w.join());
    w.connect();
    let audio = w.produce(a, Kind::Audio, &[]);
    let offer = w.ask(b, &[(audio, "f")]).unwrap();
    let leg = &mut w.clients[b].receiving;
    let (transport, answer) = (leg.transport, leg.answer(&offer));
    let (head, lines) = answer.split_once("m=").unwrap();
    assert!(lines.contains("SAVPF 63 111\r"), "{lines}");
    let plain = lines.replace("SAVPF 63 111\r", "SAVPF 111\r");
    let plain = plain.replace("a=rtpmap:63 red/48000/2\r\n", "").replace("a=fmtp:63 111/111\r\n", "");
    w.call(b, Command::Renegotiate { transport, answer: format!("{head}m={plain}") }).unwrap();
    lose_down(&mut w, 200);
    assert!(w.clients[b].received(audio).len() > 700);
    assert_eq!(w.stats().packets_redundant, 0);
}

#[test]
fn each_subscriber_gets_what_its_own_line_needs() {
    let mut w = World::new(24);
    let people: Vec<usize> = (0..4).map(|n| if n == 3 { w.join_plain() } else { w.join() }).collect();
    w.connect();
    let audio = w.produce(people[0], Kind::Audio, &[]);
    people[1..].iter().for_each(|p| w.consume(*p, &[(audio, "f")]));
    lose_down(&mut w, 60);
    w.run(10 * SECOND);
    assert_eq!(w.stats().red_subscribers, 1);
    let carried = |w: &World, p: usize| w.clients[p].carried(audio).len();
    assert!(carried(&w, 1) > 300 && carried(&w, 2) == 0 && carried(&w, 3) == 0);
    for p in [2, 3] {
        assert!(w.clients[p].received(audio).windows(2).all(|g| g[1].seq == g[0].seq + 1), "{p}");
    }
    w.send(1, Command::ClosePeer);
    assert_eq!(w.stats().red_subscribers, 0, "and the count goes with it");
}

#[test]
fn what_was_said_while_muted_is_not_heard_as_redundancy() {
    let (mut w, audio) = call(25, true);
    lose_down(&mut w, 100);
    let mut secret = Vec::new();
    for _ in 0..20 {
        w.call(0, Command::PauseProducer { producer: audio, paused: true }).unwrap();
        w.run(SECOND / 10);
        let from = w.clients[0].sources[0].frames;
        w.run(SECOND / 2);
        // Ten milliseconds on the way: what is sent now arrives when it may be heard.
        secret.extend(from..w.clients[0].sources[0].frames - 2);
        w.call(0, Command::PauseProducer { producer: audio, paused: false }).unwrap();
        w.run(SECOND);
    }
    let carried = w.clients[1].carried(audio);
    assert!(carried.len() > 400 && secret.len() > 300);
    let leaked = carried.values().flatten().find(|block| secret.contains(&block.frame));
    assert_eq!(leaked, None);
    check(&w, audio, RED_DEPTH_MAX);
}

#[test]
fn a_publisher_repeats_lost_sound_and_redundancy_is_of_what_has_come() {
    for seed in 30..34 {
        let (mut w, audio) = call(seed, true);
        (w.loss_up, w.loss_down, w.deaf) = (100, 50, Some(1));
        w.run(30 * SECOND);
        assert!(w.clients[0].sending.nacks > 100, "the publisher is asked");
        assert!(w.stats().packets_late > 100, "and answers");
        check(&w, audio, RED_DEPTH_MAX);
        (w.loss_up, w.loss_down) = (100, 0);
        let from = w.clients[0].sources[0].frames;
        w.run(20 * SECOND);
        w.loss_up = 0;
        w.run(SECOND);
        let frames = heard(&w, audio, from);
        let missing = frames.iter().filter(|f| !f.0).count();
        assert!(missing * 200 < frames.len(), "seed {seed}: {missing} of {}", frames.len());
        // What is repeated finds its place.
        let by_seq: BTreeMap<u64, &Got> = w.clients[1].received(audio).iter().map(|g| (g.seq, g)).collect();
        let ordered: Vec<_> = by_seq.values().collect();
        assert!(ordered.windows(2).all(|p| u64::from(p[1].frame - p[0].frame) == p[1].seq - p[0].seq));
    }
}
