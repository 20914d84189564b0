//! Openings that are none (RFC 6455 §4.2).

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{World, within};

/// Opens with these headers instead of the right ones; status and head of the answer.
async fn open(w: &World, target: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(w.address).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        within("the head", stream.read_exact(&mut byte)).await.unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head)
}

#[tokio::test]
async fn a_key_is_sixteen_bytes_and_another_version_is_told_which_one_is_spoken() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let row = w.participant(meeting, "alice", "group_call_host").await;
    let token = w.token(&row).await;
    let url = w.url(meeting, &w.node.mint_id().to_string(), &token);
    let target = url.split_once(&w.address.to_string()).unwrap().1;
    let upgrade = "upgrade: websocket\r\n";
    let version = "sec-websocket-version: 13\r\n";
    let key = |key: &str| format!("{upgrade}{version}sec-websocket-key: {key}\r\n");

    let good = "dGhlIHNhbXBsZSBub25jZQ==";
    assert_eq!(open(&w, target, &key(good)).await.0, 101);
    for bad in ["x", "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZSE=", "!!!!!!!!!!!!!!!!!!!!!!=="] {
        assert_eq!(open(&w, target, &key(bad)).await.0, 400, "{bad}");
    }
    assert_eq!(open(&w, target, &format!("{upgrade}{version}")).await.0, 400, "no key");
    let twice = format!("{}sec-websocket-key: {good}\r\n", key(good));
    assert_eq!(open(&w, target, &twice).await.0, 400, "two keys");

    let old = format!("{upgrade}sec-websocket-version: 8\r\nsec-websocket-key: {good}\r\n");
    for headers in [old, format!("{upgrade}sec-websocket-key: {good}\r\n"), String::new()] {
        let (status, head) = open(&w, target, &headers).await;
        assert_eq!(status, 426, "{headers}");
        assert!(head.contains("sec-websocket-version: 13\r\n"), "{head}");
        assert!(head.contains("\r\nupgrade: websocket\r\n"), "{head}");
    }
}
