//! What the listener makes of heads, proxies and clients that do not read.

use std::path::Path;

use crate::common::client::Client;
use crate::common::http::{Kit, get, passes, request};
use crate::common::{FirstRun, Server};
use sederunt_dice::Dice;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends bytes as they are; status of the answer, 0 = closed without one.
async fn raw(server: &Server, bytes: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(server.bound.http.strip_prefix("http://").unwrap()).await.unwrap();
    // A server that has answered may close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut head = [0; 12];
    match tokio::time::timeout(crate::common::DEADLINE, stream.read_exact(&mut head))
        .await
        .expect("an answer")
    {
        Ok(_) => std::str::from_utf8(&head).unwrap().split(' ').nth(1).unwrap().parse().unwrap(),
        Err(_) => 0,
    }
}

#[tokio::test]
async fn a_request_names_one_host_and_has_a_bounded_head() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("data"), &[]);
    let meet = |headers: &str| format!("GET /meet/config.json HTTP/1.1\r\n{headers}\r\n").into_bytes();
    assert_eq!(raw(&server, &meet("host: localhost\r\n")).await, 200);
    for bad in
        ["", "host: a b\r\n", "host: localhost\r\nhost: localhost\r\n", "host: a\r\nHost: b\r\n", "host:\r\n"]
    {
        assert_eq!(raw(&server, &meet(bad)).await, 400, "{bad:?}");
    }

    let long = |bytes: usize| meet(&format!("host: localhost\r\nx-long: {}\r\n", "x".repeat(bytes)));
    assert_eq!(raw(&server, &long(60 * 1024)).await, 200);
    for bytes in [65 * 1024, 100 * 1024, 127 * 1024, 300 * 1024] {
        assert_eq!(raw(&server, &long(bytes)).await, 431, "{bytes}");
    }
    let several: String = (0..40).map(|n| format!("x-{n}: {}\r\n", "x".repeat(2_000))).collect();
    assert_eq!(
        raw(&server, &meet(&format!("host: localhost\r\n{several}"))).await,
        431,
        "all of them together"
    );
    let many: String = (0..200).map(|n| format!("x-{n}: x\r\n")).collect();
    assert_eq!(raw(&server, &meet(&format!("host: localhost\r\n{many}"))).await, 431);
    let metrics = get(&server.bound.metrics, "/metrics").await.body;
    assert!(metrics.contains("sederunt_http_requests_total{method=\"GET\",status=\"4xx\"}"), "{metrics}");
}

/// Joins with these headers; the address that is kept with the stay.
async fn kept_address(server: &Server, data: &Path, headers: &[(&'static str, &'static str)]) -> String {
    let first = FirstRun::read(data);
    let pass = passes(&Kit::new(&server.bound.http, &first), 1, 1).await.remove(0);
    let peer = Dice::from_env("SEED").uuid();
    let mut client = Client::connect_with(&server.bound.http, &pass, &peer, headers).await.unwrap();
    client.join().await.unwrap();
    let get = async |path: &str| {
        request(&server.bound.http, "GET", path, Some(&first.api_token), None).await.json()
    };
    let room = crate::common::text(&get("/v1/rooms").await, "/rooms/0/id");
    crate::common::text(&get(&format!("/v1/rooms/{room}/sessions")).await, "/sessions/0/ip_address")
}

#[tokio::test]
async fn the_client_behind_a_trusted_proxy_is_kept_and_nobody_elses_word_counts() {
    let headers = [("x-forwarded-for", "198.51.100.9, 203.0.113.7")];
    for (trusted, expected) in
        [(&["--trusted-proxies", "127.0.0.0/8"][..], "203.0.113.7"), (&[], "127.0.0.1")]
    {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let server = Server::start(&data, &[&["--store-client-addresses", "true"], trusted].concat());
        assert_eq!(kept_address(&server, &data, &headers).await, expected, "{trusted:?}");
    }
}

/// Bytes of ledger and log in the data folder.
fn ledger_bytes(data: &Path) -> u64 {
    ["ledger.sqlite", "ledger.sqlite-wal"]
        .iter()
        .filter_map(|name| std::fs::metadata(data.join(name)).ok())
        .map(|file| file.len())
        .sum()
}

#[tokio::test]
async fn two_thousand_asks_at_an_open_room_write_nothing_and_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let first = FirstRun::read(&data);
    let room = json!({ "type": "open", "name": "Open day" });
    let made = request(&server.bound.http, "POST", "/v1/rooms", Some(&first.api_token), Some(&room)).await;
    assert!((200..300).contains(&made.status), "{made:?}");
    let room = crate::common::text(&made.json(), "/room/id");
    let before = ledger_bytes(&data);
    let mut statuses = std::collections::BTreeMap::new();
    for _ in 0..2_000 {
        let body = json!({ "room_id": room });
        let answer = request(&server.bound.http, "POST", "/meet/token", None, Some(&body)).await;
        *statuses.entry(answer.status).or_insert(0) += 1;
    }
    assert_eq!(statuses.keys().collect::<Vec<_>>(), [&200, &429], "{statuses:?}");
    assert!(statuses[&200] >= 600, "an office gets in: {statuses:?}");
    let members = format!("/v1/rooms/{room}/members");
    let members = request(&server.bound.http, "GET", &members, Some(&first.api_token), None).await;
    assert_eq!(members.json()["paging"]["total"], 0, "{members:?}");
    // The heartbeat writes meanwhile.
    assert!(ledger_bytes(&data) - before < 1 << 20, "{before} {}", ledger_bytes(&data));
    let metrics = get(&server.bound.metrics, "/metrics").await.body;
    assert!(metrics.contains("sederunt_refusals_total{kind=\"TOO_MANY_ENTRIES\"}"), "{metrics}");
}
