//! One worker: the engine on its thread, its socket, its calls.

use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};

use sederunt_core::id::{PeerId, TransportId};
use sederunt_core::media::{MediaCallId, MediaCmd, MediaFault};
use tokio::sync::mpsc::UnboundedReceiver;

use super::browser::{Browser, PEER, config, start_with};
use crate::media::{MediaConfig, MediaHandle, MediaNotice, MediaOverload, RoomTag};

fn start() -> (MediaHandle, UnboundedReceiver<MediaNotice>) {
    start_with(config(1))
}

fn port(media: &MediaHandle) -> u16 {
    media.local_addrs()[0].port()
}

#[test]
fn a_browser_connects_over_a_real_socket_and_is_closed() {
    let (media, mut notices) = start();
    let mut browser = Browser::open(&media, RoomTag(1), port(&media), &mut notices);
    let notice = browser.until_notice(&mut notices);
    let MediaNotice::Connected { room: RoomTag(1), peer, transport } = notice else { panic!("{notice:?}") };
    assert_eq!((peer, transport), (PEER, TransportId::from_u128(7)));
    assert!(media.stats().datagrams_received > 2);
    browser.rtc.close().unwrap();
    let notice = browser.until_notice(&mut notices);
    assert!(matches!(notice, MediaNotice::Closed { room: RoomTag(1), .. }), "{notice:?}");
    assert_eq!(media.stats().restarts, 0);
}

/// Carries datagrams between a port of its own and the server's, as a container's mapped port does. Ends with the
/// test's process.
fn map_port(mapped: UdpSocket, server: SocketAddr) {
    let inside = UdpSocket::bind("127.0.0.1:0").unwrap();
    inside.connect(server).unwrap();
    let client = Arc::new(Mutex::new(None));
    let (out, back) = ((mapped.try_clone().unwrap(), client.clone()), inside.try_clone().unwrap());
    std::thread::spawn(move || {
        let mut buffer = [0; 2_000];
        while let Ok((bytes, source)) = mapped.recv_from(&mut buffer) {
            *client.lock().unwrap() = Some(source);
            inside.send(&buffer[..bytes]).unwrap();
        }
    });
    std::thread::spawn(move || {
        let mut buffer = [0; 2_000];
        while let Ok(bytes) = back.recv(&mut buffer) {
            let client = out.1.lock().unwrap().unwrap();
            out.0.send_to(&buffer[..bytes], client).unwrap();
        }
    });
}

#[test]
fn a_browser_connects_over_a_mapped_port() {
    let mapped = UdpSocket::bind("127.0.0.1:0").unwrap();
    let outside = mapped.local_addr().unwrap();
    let announce = vec![outside.to_string().parse().unwrap(), "2001:db8::1".parse().unwrap()];
    let (media, mut notices) = start_with(MediaConfig { announce, ..config(1) });
    assert_ne!(outside.port(), port(&media));
    map_port(mapped, media.local_addrs()[0]);
    let mut browser = Browser::open(&media, RoomTag(1), outside.port(), &mut notices);
    let notice = browser.until_notice(&mut notices);
    assert!(matches!(notice, MediaNotice::Connected { .. }), "{notice:?}");
}

#[test]
fn faults_come_back_and_closing_is_silent() {
    let (media, mut notices) = start();
    let (room, peer) = (RoomTag(3), PeerId::from_u128(1));
    media.call(room, MediaCallId(1), peer, MediaCmd::ClosePeer { away_ms: 0 }).unwrap();
    let transport = TransportId::from_u128(1);
    let answer = MediaCmd::Renegotiate { transport, answer: "v=0".to_owned() };
    media.call(room, MediaCallId(2), peer, answer).unwrap();
    let open = MediaCmd::Open { transport, consuming: true, offer: "no sdp".to_owned() };
    media.call(room, MediaCallId(3), peer, open).unwrap();
    let mut results = Vec::new();
    for _ in 0..2 {
        let Some(MediaNotice::Done { call, result, .. }) = notices.blocking_recv() else {
            panic!("an answer")
        };
        results.push((call.0, result.unwrap_err()));
    }
    assert_eq!(results[0], (2, MediaFault::NoTransport));
    assert!(matches!(&results[1], (3, MediaFault::InvalidDescription(_))), "{results:?}");
}

#[test]
fn shutdown_ends_the_thread_and_refuses_calls() {
    let (media, mut notices) = start();
    media.shutdown();
    media.shutdown();
    let call =
        media.call(RoomTag(1), MediaCallId(1), PeerId::from_u128(1), MediaCmd::ClosePeer { away_ms: 0 });
    assert_eq!(call, Err(MediaOverload::Stopped));
    assert!(notices.blocking_recv().is_none(), "the thread let go of the channel");
}
