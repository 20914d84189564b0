//! The live feed of the real binary, over real connections: beside the polled list, over a kill, until a stop.

use crate::common::client::Client;
use crate::common::http::{Kit, passes, request};
use crate::common::{DEADLINE, FirstRun, Server, text};
use sederunt_dice::Dice;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

/// An open feed. HTTP/1.0: what comes after the head is the stream itself.
struct Feed {
    lines: Lines<BufReader<TcpStream>>,
    last_id: Option<u64>,
}

impl Feed {
    async fn open(server: &Server, first: &FirstRun, query: &str, last_id: Option<u64>) -> Self {
        let mut stream =
            TcpStream::connect(server.bound.http.strip_prefix("http://").unwrap()).await.unwrap();
        let resume = last_id.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let request = format!(
            "GET /sederunt/v1/apps/{}/feed{query} HTTP/1.0\r\nauthorization: Bearer {}\r\n{resume}\r\n",
            first.app_id, first.api_token
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut feed = Self { lines: BufReader::new(stream).lines(), last_id };
        assert!(feed.line().await.unwrap().starts_with("HTTP/1.0 200"));
        while !feed.line().await.unwrap().is_empty() {}
        feed
    }

    async fn line(&mut self) -> Option<String> {
        tokio::time::timeout(DEADLINE, self.lines.next_line()).await.expect("a line in time").unwrap()
    }

    /// The next event and its data.
    async fn next(&mut self) -> Option<(String, Value)> {
        let mut event = String::new();
        loop {
            let line = self.line().await?;
            if let Some(id) = line.strip_prefix("id: ") {
                self.last_id = Some(id.parse().unwrap());
            } else if let Some(name) = line.strip_prefix("event: ") {
                event = name.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some((event, serde_json::from_str(data).unwrap()));
            }
        }
    }

    /// Reads on until a change of this type.
    async fn until(&mut self, kind: &str) -> Value {
        loop {
            let (event, data) = self.next().await.unwrap();
            if event == kind {
                return data;
            }
        }
    }
}

async fn pulled(server: &Server, first: &FirstRun, after: u64) -> Vec<Value> {
    let target = format!("/sederunt/v1/apps/{}/events?after={after}&limit=1000", first.app_id);
    let answer = request(&server.bound.http, "GET", &target, Some(&first.api_token), None).await;
    answer.json()["events"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_feed_says_what_the_list_says_over_a_kill_and_until_the_stop() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let first = FirstRun::read(&data);
    let kit = Kit::new(&server.bound.http, &first);
    let mut feed = Feed::open(&server, &first, "?snapshot=true", None).await;
    let (event, snapshot) = feed.next().await.unwrap();
    assert_eq!(
        (event.as_str(), &snapshot["sessions"], &snapshot["complete"]),
        ("snapshot", &json!([]), &json!(true))
    );

    let mut rng = Dice::from_env("SEED");
    let mut inside = Vec::new();
    for pass in passes(&kit, 2, 3).await {
        let mut client = Client::to(&server, &pass, &rng.uuid()).await;
        client.join().await.unwrap();
        let joined = feed.until("peer.joined").await;
        assert_eq!(joined["meeting_id"], json!(pass.meeting));
        let listed = kit.get(&format!("/sessions?associated_id={}", pass.meeting)).await;
        for key in ["status", "live_participants", "max_concurrent_participants", "started_at"] {
            assert_eq!(joined["session"][key], listed["data"]["sessions"][0][key], "{key}");
        }
        assert_eq!(text(&joined, "/session_id"), text(&listed, "/data/sessions/0/id"));
        inside.push(client);
    }
    inside.remove(0).leave().await.unwrap();
    assert_eq!(feed.until("peer.left").await["reason"], "left");
    let place = feed.last_id.unwrap();
    server.kill();

    // The next start closes what the dead process left open; who comes back with the old place is told so.
    let server = Server::start(&data, &[]);
    let mut feed = Feed::open(&server, &first, "?snapshot=true", Some(place)).await;
    for _ in 0..5 {
        assert_eq!(feed.until("peer.left").await["reason"], "node_lost");
    }
    let pass = passes(&Kit::new(&server.bound.http, &first), 1, 1).await.remove(0);
    let mut last = Client::to(&server, &pass, &rng.uuid()).await;
    last.join().await.unwrap();
    let joined = feed.until("peer.joined").await;
    let since = pulled(&server, &first, place).await;
    assert_eq!((since.len(), since.last()), (7, Some(&joined)));

    server.terminate();
    let left = feed.until("peer.left").await;
    assert_eq!((&left["reason"], &left["meeting_id"]), (&json!("server_stopped"), &json!(pass.meeting)));
    let (event, cut) = feed.next().await.unwrap();
    assert_eq!((event.as_str(), &cut["reason"]), ("cut", &json!("server_stopping")));
    assert_eq!(feed.next().await, None, "the connection ends");
    assert!(server.ended().success());
}
