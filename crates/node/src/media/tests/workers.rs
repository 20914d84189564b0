//! Several workers: each room is one's alone, and what happens to one of them is its own.

use std::io;
use std::net::{SocketAddr, UdpSocket};

use sederunt_core::media::{MediaCallId, MediaCmd};
use tokio::sync::mpsc::UnboundedReceiver;

use super::browser::{Browser, PEER, config, start_with, transport_of, until};
use crate::media::{Announced, MediaConfig, MediaHandle, MediaNotice, MediaOverload, RoomTag};

/// A room of each of two workers.
const ROOMS: [RoomTag; 2] = [RoomTag(2), RoomTag(1)];

/// A connection in a room of each worker, both up.
fn connected(media: &MediaHandle, notices: &mut UnboundedReceiver<MediaNotice>) -> [Browser; 2] {
    let addresses = media.local_addrs();
    let mut opened = [0, 1].map(|n| Browser::open(media, ROOMS[n], addresses[n].port(), notices));
    for (browser, of) in opened.iter_mut().zip(ROOMS) {
        let notice = browser.until_notice(notices);
        assert!(matches!(notice, MediaNotice::Connected { room, .. } if room == of), "{notice:?}");
    }
    opened
}

fn transports(media: &MediaHandle) -> Vec<u64> {
    media.workers().iter().map(|worker| worker.media.sfu.transports).collect()
}

#[test]
fn each_worker_has_a_port_of_its_own_and_its_rooms_alone() {
    let (media, mut notices) = start_with(config(2));
    let [mut first, mut second] = connected(&media, &mut notices);
    assert_ne!(media.local_addrs()[0], media.local_addrs()[1]);
    until("a transport at each", || transports(&media) == [1, 1]);
    until("what came is counted where it came", || {
        media.workers().iter().all(|worker| worker.media.datagrams_received > 2)
    });
    let sum = media.stats();
    assert_eq!((sum.sfu.transports, sum.restarts), (2, 0));
    for (browser, of) in [(&mut first, ROOMS[0]), (&mut second, ROOMS[1])] {
        browser.rtc.close().unwrap();
        let notice = browser.until_notice(&mut notices);
        assert!(matches!(notice, MediaNotice::Closed { room, .. } if room == of), "{notice:?}");
    }
}

#[test]
fn rooms_that_begin_together_are_pinned_to_all_workers() {
    let (media, _notices) = start_with(config(3));
    let tags: Vec<u64> = (1..=6).map(|number| media.pin(number).0).collect();
    assert_eq!(tags, [3, 7, 11, 12, 16, 20], "a number each, and the worker is the rest");
}

#[test]
fn a_check_that_reaches_another_worker_kills_nothing() {
    let (media, mut notices) = start_with(config(2));
    let [own, wrong] = media.local_addrs()[..] else { panic!("two") };
    let mut browser = Browser::open(&media, ROOMS[0], own.port(), &mut notices);
    browser.also = vec![wrong];
    let notice = browser.until_notice(&mut notices);
    assert!(matches!(notice, MediaNotice::Connected { .. }), "{notice:?}");
    until("the other worker has seen checks", || media.workers()[1].media.sfu.stun_elsewhere > 0);
    let stats = media.stats().sfu;
    assert_eq!((stats.stun_forbidden, stats.stun_unanswered, stats.stun_refused), (0, 0, 0));
}

#[test]
fn after_a_start_with_fewer_workers_who_comes_back_is_refused() {
    let (media, mut notices) = start_with(config(4));
    let room = RoomTag(3);
    let mut browser = Browser::open(&media, room, media.local_addrs()[3].port(), &mut notices);
    media.shutdown();
    let (media, mut notices) = start_with(config(2));
    browser.also = media.local_addrs();
    // Each of them tells it.
    for _ in 0..2 {
        let notice = browser.until_notice(&mut notices);
        assert!(matches!(notice, MediaNotice::Refused { whose } if whose == media.tag(PEER)), "{notice:?}");
    }
}

#[test]
fn a_panic_costs_the_transports_of_its_worker_alone() {
    let (media, mut notices) = start_with(config(2));
    let [mut first, _second] = connected(&media, &mut notices);
    let close = MediaCmd::ClosePeer { away_ms: 0 };
    media.call(RoomTag::BREAKS, MediaCallId(1), PEER, close).unwrap();
    let notice = first.until_notice(&mut notices);
    let MediaNotice::Closed { room, transport, .. } = notice else { panic!("{notice:?}") };
    assert_eq!((room, transport), (ROOMS[1], transport_of(ROOMS[1])));
    // It goes on with a new engine, and the other with its own.
    let port = media.local_addrs()[1].port();
    let mut again = Browser::open(&media, ROOMS[1], port, &mut notices);
    let notice = again.until_notice(&mut notices);
    assert!(matches!(notice, MediaNotice::Connected { room, .. } if room == ROOMS[1]), "{notice:?}");
    until("a transport at each", || transports(&media) == [1, 1]);
    let workers = media.workers();
    assert_eq!(workers.iter().map(|worker| worker.media.restarts).collect::<Vec<_>>(), [0, 1]);
    assert!(workers.iter().all(|worker| worker.is_alive));
    first.rtc.close().unwrap();
    let notice = first.until_notice(&mut notices);
    assert!(matches!(notice, MediaNotice::Closed { room, .. } if room == ROOMS[0]), "{notice:?}");
}

#[test]
fn a_worker_that_has_ended_says_so_and_gets_no_room() {
    let (media, mut notices) = start_with(config(2));
    media.stop_worker(1);
    let alive: Vec<bool> = media.workers().iter().map(|worker| worker.is_alive).collect();
    assert_eq!(alive, [true, false]);
    let close = || MediaCmd::ClosePeer { away_ms: 0 };
    assert_eq!(media.call(ROOMS[1], MediaCallId(1), PEER, close()), Err(MediaOverload::Stopped));
    assert_eq!(media.pin(1), RoomTag(2));
    assert_eq!(media.pin(2), RoomTag(4));
    Browser::open(&media, ROOMS[0], media.local_addrs()[0].port(), &mut notices);
}

#[test]
fn ports_that_are_announced_go_on_with_the_workers() {
    let announce =
        |all: &[&str]| -> Vec<Announced> { all.iter().map(|text| text.parse().unwrap()).collect() };
    let mapped = MediaConfig { announce: announce(&["127.0.0.1:40000"]), ..config(2) };
    let (media, mut notices) = start_with(mapped);
    for (room, port) in ROOMS.into_iter().zip([40_000, 40_001]) {
        Browser::open(&media, room, port, &mut notices);
    }
    let refused = |announced: &[&str]| {
        let (sender, _) = tokio::sync::mpsc::unbounded_channel();
        let config = MediaConfig { announce: announce(announced), ..config(2) };
        let error = MediaHandle::spawn(config, sender).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        error.to_string()
    };
    let twice = refused(&["127.0.0.1:40000", "127.0.0.1:40001"]);
    assert!(twice.contains("127.0.0.1:40001") && twice.contains("two media workers"), "{twice}");
    let beyond = refused(&["127.0.0.1:65535"]);
    assert!(beyond.contains("65535 + 1"), "{beyond}");
}

#[test]
fn the_ports_that_are_opened_follow_the_first_one() {
    // A port whose next one is taken, and so one that nobody may have.
    let (taken, first) = loop {
        let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port() - 1;
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            break (taken, SocketAddr::from(([127, 0, 0, 1], port)));
        }
    };
    let (sender, _) = tokio::sync::mpsc::unbounded_channel();
    let error = MediaHandle::spawn(MediaConfig { bind: first, ..config(2) }, sender).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    assert!(error.to_string().contains(&taken.local_addr().unwrap().to_string()), "{error}");
    drop(taken);
    let (media, _notices) = start_with(MediaConfig { bind: first, ..config(2) });
    let ports: Vec<u16> = media.local_addrs().iter().map(SocketAddr::port).collect();
    assert_eq!(ports, [first.port(), first.port() + 1]);
}
