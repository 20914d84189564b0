//! Cases O052 to O064: the chat of a session as a file.

use std::fmt::Write as _;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, StatusCode};
use futures_util::StreamExt;
use sederunt_api::{ApiConfig, router};
use sederunt_core::effect::Write;
use sederunt_core::id::{ChatId, FileId, Id, ParticipantId, PeerId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_core::words::chat::ChatMessage;
use sederunt_store::{RoomKind, StayQuery, StaySort};
use serde_json::json;
use tower::ServiceExt;

use crate::kit_fixture::{A, E, Kit, M1, P, Q};
use crate::world::{Answer, at};

const HEADER: &str =
    "id,participantId,sessionId,meetingId,displayName,pinned,isEdited,payloadType,payload,createdAt";

/// Where the link of this answer leads to, without scheme and host.
fn target(answer: &Answer) -> String {
    let url = answer.ok()["data"]["chat_download_url"].as_str().unwrap().to_owned();
    url.strip_prefix("http://localhost").unwrap_or_else(|| panic!("{url}")).to_owned()
}

/// Message c`n` of S1, at 19:0`n`.
fn message(n: u128, session: SessionId, peer: PeerId, payload_type: i32, payload: &str) -> ChatMessage {
    ChatMessage {
        id: ChatId::from_u128(0xc0 + n),
        session,
        peer,
        participant: ParticipantId::from_u128(peer.as_u128() ^ 1),
        display_name: if n % 2 == 1 { "Ana".to_owned() } else { "Ben, the second".to_owned() },
        pinned: false,
        edited: false,
        payload_type,
        payload: payload.to_owned(),
        files: Vec::new(),
        targets: Vec::new(),
        at: at(&format!("2026-01-10T19:0{n}:00.000Z")),
    }
}

impl Kit {
    fn chat_of(&self, session: &str) -> String {
        format!("/client/v4/accounts/{A}/realtime/kit/{P}/sessions/{}/chat", self.id(session))
    }

    async fn link(&self, session: &str) -> Answer {
        self.world.send(Method::GET, &self.chat_of(session), "TA", None).await
    }

    /// Whoever has the link: no token, no cookies.
    async fn file(&self, target: &str) -> Answer {
        self.world.raw(Method::GET, target, &[], "").await
    }

    async fn remember(&self, writes: Vec<Write>) {
        self.world.store.remember("node-1", writes).await.unwrap();
    }

    /// Who was in S1.
    async fn peers(&self) -> [PeerId; 2] {
        let q = StayQuery {
            session: self.session_id("S1"),
            now: UnixMs(0),
            search: None,
            sort: StaySort::JoinedAt,
            ascending: true,
            offset: 0,
            limit: 10,
        };
        let stays = self.world.store.stays(q).await.unwrap().items;
        [stays[0].stay.peer, stays[1].stay.peer]
    }

    /// The chat of S1.
    async fn with_chat() -> Self {
        let kit = Self::new().await;
        let (s1, [a, b]) = (kit.session_id("S1"), kit.peers().await);
        let file = r#"{"link":"https://files.example/f.pdf","name":"f.pdf","size":7}"#;
        let edited = ChatMessage { edited: true, ..message(2, s1, b, 0, "line 1\nline 2") };
        let pinned = ChatMessage { pinned: true, ..message(3, s1, a, 1, "https://files.example/i.png") };
        let mut private = message(4, s1, b, 0, "psst");
        private.targets = vec![ParticipantId::from_u128(1), private.participant];
        let said = [
            message(1, s1, a, 0, "Hello, \"all\""),
            edited,
            pinned,
            private,
            message(5, s1, b, 0, "deleted"),
            message(6, s1, a, 2, file),
            message(7, s1, b, 3, r#"{"a":1}"#),
        ];
        // In another order than they were said in.
        kit.remember(said.into_iter().rev().map(Write::Chat).collect()).await;
        kit.remember(vec![Write::ChatDeleted { session: s1, chat: ChatId::from_u128(0xc5) }]).await;
        kit
    }
}

#[tokio::test]
async fn o052_to_o056_the_file_of_a_session() {
    let kit = Kit::with_chat().await;
    let link = kit.link("S1").await;
    assert_eq!(link.ok()["data"]["chat_download_url_expiry"], "2026-01-17T19:31:00.000Z");
    let file = kit.file(&target(&link)).await;
    let s1 = kit.id("S1");
    assert_eq!(file.status, StatusCode::OK, "O052");
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8", "O052");
    let name = format!("attachment; filename=\"chat-{s1}.csv\"");
    assert_eq!(file.header("content-disposition"), name, "O052");
    assert_eq!(file.header("access-control-allow-origin"), "*", "O052");
    let [a, b] = kit.peers().await;
    let mut wanted = format!("{HEADER}\r\n");
    for (n, peer, name, flags, kind, payload) in [
        (1, a, "Ana", "false,false", "TEXT", "\"Hello, \"\"all\"\"\""),
        (2, b, "\"Ben, the second\"", "false,true", "TEXT", "\"line 1\nline 2\""),
        (3, a, "Ana", "true,false", "IMAGE", "https://files.example/i.png"),
        (6, a, "\"Ben, the second\"", "false,false", "FILE", "https://files.example/f.pdf"),
        (7, b, "Ana", "false,false", "CUSTOM", "\"{\"\"a\"\":1}\""),
    ] {
        let id = ChatId::from_u128(0xc0 + n);
        write!(
            wanted,
            "{id},{peer},{s1},{M1},{name},{flags},{kind}_MESSAGE,{payload},2026-01-10T19:0{n}:00.000Z\r\n"
        )
        .unwrap();
    }
    assert_eq!(file.text, wanted, "O053, O055");

    // O056: a formula is text.
    let said = message(8, kit.session_id("S1"), a, 0, "=HYPERLINK(\"http://x\")");
    kit.remember(vec![Write::Chat(said)]).await;
    let file = kit.file(&target(&link)).await;
    assert!(file.text.contains(",TEXT_MESSAGE,\"=HYPERLINK(\"\"http://x\"\")\",2026"), "O056: {}", file.text);

    let head = kit.world.raw(Method::HEAD, &target(&link), &[], "").await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
}

/// Of files that were uploaded here nothing is kept but a mark: the file has links, good for seven days from the download on.
#[tokio::test]
async fn files_are_links_in_the_file() {
    let kit = Kit::new().await;
    let (s1, [a, _]) = (kit.session_id("S1"), kit.peers().await);
    let [one, two] = [1, 2].map(FileId::from_u128);
    let picture =
        ChatMessage { files: vec![one], ..message(1, s1, a, 1, &format!("sederunt-file:{one}/a.png")) };
    let json =
        json!({ "link": format!("sederunt-file:{two}/b.pdf"), "name": "b.pdf", "size": 7 }).to_string();
    let file = ChatMessage { files: vec![two], ..message(2, s1, a, 2, &json) };
    // Not its own: a text.
    let forged = message(3, s1, a, 0, &format!("sederunt-file:{one}/a.png"));
    kit.remember([picture, file, forged].map(Write::Chat).into()).await;
    let told = kit.file(&target(&kit.link("S1").await)).await;
    let until = kit.world.node.now().plus_ms(7 * 86_400_000).0;
    let begins =
        |id: FileId, name: &str| format!("http://localhost/files/{s1}/{id}/{name}?until={until}&signature=");
    let lines: Vec<&str> = told.ok_text().lines().collect();
    assert!(lines[1].contains(&format!("IMAGE_MESSAGE,{}", begins(one, "a.png"))), "{}", lines[1]);
    assert!(lines[2].contains(&format!("FILE_MESSAGE,{}", begins(two, "b.pdf"))), "{}", lines[2]);
    assert!(lines[3].contains(&format!("TEXT_MESSAGE,sederunt-file:{one}/a.png,")), "{}", lines[3]);
}

#[tokio::test]
async fn o058_nobody_wrote() {
    let kit = Kit::new().await;
    let file = kit.file(&target(&kit.link("S5").await)).await;
    assert_eq!(file.ok_text(), format!("{HEADER}\r\n"), "O058");
}

impl Answer {
    fn ok_text(&self) -> &str {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        &self.text
    }
}

#[tokio::test]
async fn o059_a_link_that_is_not_good() {
    let kit = Kit::with_chat().await;
    let good = target(&kit.link("S1").await);
    let (path, query) = good.split_once('?').unwrap();
    let (expires, signature) = query.split_once('&').unwrap();
    let mut other = good.clone().into_bytes();
    let last = other.last_mut().unwrap();
    *last = if *last == b'0' { b'1' } else { b'0' };
    let later = expires.replace("expires=1", "expires=2");
    assert_ne!(later, expires);
    let unknown = "12345678-0000-4000-8000-000000000000";
    let mut bad = vec![
        String::from_utf8(other).unwrap(),
        good.replace(kit.id("S1"), kit.id("S2")),
        good.replace(kit.id("S1"), unknown),
        good.replace(kit.id("S1"), "nonsense"),
        format!("{path}?{later}&{signature}"),
        path.to_owned(),
        format!("{path}?{expires}"),
        format!("{path}?{signature}"),
        format!("{good}&{expires}"),
        format!("{good}%"),
        format!("{path}?{expires}&{}", signature.to_uppercase().replace("SIGNATURE", "signature")),
        format!("{path}?{expires}&signature="),
    ];
    // The signature of another session's link, which has the same expiry or not.
    let (_, of_s2) =
        target(&kit.link("S2").await).split_once('?').map(|(p, q)| (p.to_owned(), q.to_owned())).unwrap();
    bad.push(format!("{path}?{of_s2}"));
    let mut answers = Vec::new();
    for target in bad {
        let answer = kit.file(&target).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{target}");
        assert_eq!(answer.json()["error"]["code"], json!(403), "{target}");
        answers.push(answer.text);
    }
    // With a token it is no better.
    let with_token = kit.world.send(Method::GET, path, "TA", None).await;
    answers.push(with_token.text);

    kit.file(&good).await.ok_text();
    kit.world.clock.set(at("2026-01-17T19:31:00.000Z"));
    kit.file(&good).await.ok_text();
    kit.world.clock.set(at("2026-01-17T19:31:00.001Z"));
    answers.push(kit.file(&good).await.text);
    assert!(
        answers.iter().all(|text| *text == answers[0]),
        "O059: all alike, whatever is wrong: {answers:?}"
    );

    // G11: whoever asks now gets a link that lasts an hour.
    let late = kit.link("S1").await;
    assert_eq!(late.ok()["data"]["chat_download_url_expiry"], "2026-01-17T20:31:00.001Z");
    kit.file(&target(&late)).await.ok_text();
}

#[tokio::test]
async fn o061_links_are_asked_for_again_and_survive_a_restart() {
    let kit = Kit::with_chat().await;
    let (one, two) = (kit.link("S1").await, kit.link("S1").await);
    let first = kit.file(&target(&one)).await;
    assert_eq!(first.ok_text(), kit.file(&target(&two)).await.ok_text(), "O061");
    let world = kit.world.restarted().await;
    let again = world.raw(Method::GET, &target(&one), &[], "").await;
    assert_eq!(again.ok_text(), first.text, "the key is the ledger's");
}

#[tokio::test]
async fn o062_who_gets_a_link() {
    let kit = Kit::new().await;
    let w = &kit.world;
    let ask = async |app: &str, session: &str, token: &str| {
        let target = format!("/accounts/{A}/realtime/kit/{app}/sessions/{session}/chat");
        w.send(Method::GET, &target, token, None).await
    };
    let missing = |answer: &Answer, message: &str| {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
        assert_eq!(answer.json()["error"]["message"], message);
    };
    missing(&ask(P, kit.id("S9"), "TA").await, "Session not found");
    for id in [M1, "12345678-0000-4000-8000-000000000000", "nonsense"] {
        missing(&ask(P, id, "TA").await, "Session not found");
    }
    missing(&ask("unknown", kit.id("S1"), "TA").await, "App not found");
    for app in [Q, E] {
        missing(&ask(app, kit.id("S1"), "TA").await, "Session not found");
    }
    assert_eq!(ask(P, kit.id("S1"), "").await.status, StatusCode::UNAUTHORIZED);
    // Before anything else.
    assert_eq!(ask(P, "nonsense", "TB").await.status, StatusCode::FORBIDDEN, "O062");
    ask(P, kit.id("S1"), "TR").await.ok();
    // SEMANTICS §5: before the session has ended there is none.
    missing(&ask(P, kit.id("S3"), "TA").await, "No chat export before the session has ended");

    let seq = *w.store.durable().borrow();
    let slash = format!("{}/?unknown=1", kit.chat_of("S1"));
    w.send(Method::GET, &slash, "TA", None).await.ok();
    let head = w.send(Method::HEAD, &kit.chat_of("S1"), "TA", None).await;
    assert_eq!((head.status, head.text.as_str()), (StatusCode::OK, ""));
    let at_once = futures_util::future::join_all((0..10).map(|_| kit.link("S1"))).await;
    at_once.iter().for_each(|answer| drop(answer.ok()));
    assert_eq!(*w.store.durable().borrow(), seq, "no fact");
}

/// G26: the public name of the server where it has one, else the host that was asked.
#[tokio::test]
async fn a_link_names_the_server_as_others_reach_it() {
    let kit = Kit::new().await;
    let headers = [("authorization", "Bearer TA"), ("host", "10.0.0.7:8080")];
    let config = |base_uri: Option<&str>, is_secure| ApiConfig {
        base_uri: base_uri.map(str::to_owned),
        is_secure,
        ..ApiConfig::default()
    };
    let path = kit.chat_of("S1");
    let mut world = kit.world;
    for (config, wanted) in [
        (config(None, false), "http://10.0.0.7:8080/sederunt/v1/"),
        (config(None, true), "https://10.0.0.7:8080/sederunt/v1/"),
        (config(Some("meet.example.com"), false), "https://meet.example.com/sederunt/v1/"),
    ] {
        world.router = router(world.node.clone(), config);
        let answer = world.raw(Method::GET, &path, &headers, "").await.ok();
        let url = answer["data"]["chat_download_url"].as_str().unwrap();
        assert!(url.starts_with(wanted), "{url}");
    }
}

/// Anonymous memory of this process, bytes: what it holds itself, without pages of files.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

impl Kit {
    async fn open(&self, target: &str) -> BodyDataStream {
        let request = Request::get(target).body(Body::empty()).unwrap();
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.into_body().into_data_stream()
    }
}

/// Counts lines and bytes, and holds nothing.
async fn drain(mut stream: BodyDataStream) -> (usize, usize) {
    let (mut lines, mut largest) = (0, 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.unwrap();
        lines += chunk.iter().filter(|byte| **byte == b'\n').count();
        largest = largest.max(chunk.len());
    }
    (lines, largest)
}

#[tokio::test]
async fn o064_a_long_chat_takes_the_memory_of_a_page() {
    const MESSAGES: u64 = 100_000;
    const EACH: usize = 1024;
    const AT_A_TIME: u64 = 1_000;
    let kit = Kit::new().await;
    let (s5, peer) = (kit.session_id("S5"), kit.peers().await[0]);
    let payload = "x".repeat(EACH);
    for n in (0..MESSAGES).step_by(AT_A_TIME as usize) {
        // Two of each instant: pages end between them, too.
        let said = (n..n + AT_A_TIME).map(|n| ChatMessage {
            id: ChatId(Id::mint(1, n)),
            at: at("2026-01-05T15:00:00.000Z").plus_ms((n / 2).cast_signed()),
            ..message(1, s5, peer, 0, &payload)
        });
        kit.remember(said.map(Write::Chat).collect()).await;
    }
    let target = target(&kit.link("S5").await);
    let before = memory();
    let mut first = kit.open(&target).await;
    let chunk = first.next().await.unwrap().unwrap();
    assert!(
        chunk.starts_with(HEADER.as_bytes()) && chunk.len() < 1 << 20,
        "{} bytes come first",
        chunk.len()
    );
    // While somebody does not read on, others do, and people come.
    let (lines, largest) = drain(kit.open(&target).await).await;
    assert_eq!(lines as u64, MESSAGES + 1, "rows exact");
    assert!(largest < 1 << 20, "{largest} bytes at once");
    let meeting = kit.world.meeting(P, kit.world.node.mint_id().into(), "New", RoomKind::Private).await;
    let _person = kit.world.joined(&meeting, "dan").await;
    for _ in 0..10 {
        assert!(!first.next().await.unwrap().unwrap().is_empty(), "whoever was slow goes on");
    }
    let grown = memory().saturating_sub(before);
    assert!(grown < 16 << 20, "{grown} bytes for two readers");
}
