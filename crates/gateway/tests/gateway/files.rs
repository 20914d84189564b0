//! Files of the chat: the two links, what is taken and given by them, and what people try with them.

mod lives;
mod ranges;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures_util::stream;
use sederunt_app::chat_files::{ChatFiles, Decoding, FileSettings, Swept};
use sederunt_core::id::MeetingId;
use sederunt_gateway::{GatewayConfig, router};
use sederunt_proto::event::chat as ce;
use sederunt_proto::socket::chat as c;
use sederunt_store::MeetingRow;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::world::{Peer, Refused, World};

const SETTINGS: FileSettings =
    FileSettings { max_bytes: 200_000, session_max_bytes: 450_000, keep_free_bytes: 0 };
const HOST: &str = "api.localhost:8443";
/// A PNG of one pixel.
const PIXEL: &[u8] = &[
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 31,
    21, 196, 137, 0, 0, 0, 13, 73, 68, 65, 84, 120, 218, 99, 248, 223, 224, 240, 31, 0, 7, 0, 2, 191, 244,
    137, 213, 242, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
];

/// A world with files, people in its meeting, and a door.
struct Scene {
    w: World,
    meeting: MeetingId,
    files: ChatFiles,
    decoding: Decoding,
    door: Router,
    ann: Peer,
    ben: Peer,
}

/// Status, headers and body of an answer.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Status and code of a refusal.
    fn refusal(&self) -> (u16, String) {
        let code = self.json()["error"]["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Scene {
    async fn new() -> Self {
        Self::with(SETTINGS).await
    }

    async fn with(settings: FileSettings) -> Self {
        Self::in_meeting(settings, json!({})).await
    }

    async fn in_meeting(settings: FileSettings, extra: Value) -> Self {
        let w = World::new().await;
        let row = MeetingRow { extra, ..w.meeting_row() };
        let meeting = row.id;
        w.store.create_meeting(row).await.unwrap();
        let (folder, decoding) = (w.folder().join("files"), Decoding::default());
        let files = ChatFiles::open(w.node.clone(), &folder, settings, decoding.clone()).unwrap();
        let config = GatewayConfig { files: Some(files.clone()), ..GatewayConfig::default() };
        let door = router(w.node.clone(), config);
        let mut ann = w.peer(meeting, "ann").await;
        let mut ben = w.peer_with(meeting, "ben", "group_call_participant").await;
        ann.join("ann").await;
        ben.join("ben").await;
        Self { w, meeting, files, decoding, door, ann, ben }
    }

    async fn call(&self, request: Request<Body>) -> Answer {
        let (head, body) = self.door.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 24).await.unwrap();
        Answer { status: head.status, headers: head.headers, body }
    }

    async fn ask(&self, token: &str, body: Value) -> Answer {
        let request = Request::post("/v2/meetings/chat-upload")
            .header("host", HOST)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// The links for a file of this name: to put it, and to get it.
    async fn links(&self, token: &str, name: &str) -> (String, String) {
        let answer = self.ask(token, json!({ "roomUUID": self.meeting, "filename": name })).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        let data = &answer.json()["data"];
        let link = |key: &str| data[key].as_str().unwrap().to_owned();
        (link("put_location"), link("get_location"))
    }

    async fn put(&self, link: &str, body: impl Into<Body>) -> Answer {
        self.call(Request::put(path(link)).header("content-type", "image/png").body(body.into()).unwrap())
            .await
    }

    async fn get(&self, link: &str) -> Answer {
        self.call(Request::get(path(link)).body(Body::empty()).unwrap()).await
    }

    /// Uploads; returns the link to get it.
    async fn uploaded(&self, token: &str, name: &str, bytes: &[u8]) -> String {
        let (put, get) = self.links(token, name).await;
        let answer = self.put(&put, bytes.to_vec()).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        get
    }

    /// Names of all files on the disk, of drafts, too.
    fn on_disk(&self) -> Vec<PathBuf> {
        let parts = std::fs::read_dir(self.w.folder().join("files")).unwrap();
        let files = parts.flat_map(|part| std::fs::read_dir(part.unwrap().path()).unwrap());
        files.map(|file| file.unwrap().path()).collect()
    }

    async fn sweep(&self) -> Swept {
        self.files.sweep(SystemTime::now() + Duration::from_secs(7_200), true).await
    }
}

/// Path and query of a link of ours.
fn path(link: &str) -> &str {
    link.strip_prefix("https://localhost:8443").unwrap_or_else(|| panic!("{link}"))
}

async fn send(peer: &mut Peer, payload_type: i32, payload: &str) -> Result<c::ChatMessage, Refused> {
    let line = c::SendChatMessageToRoomRequest { payload_type, payload: payload.to_owned() };
    let sent: Result<c::SendChatMessageToRoomResponse, Refused> =
        peer.ask(ce::SEND_MESSAGE_TO_ROOM, &line).await;
    sent.map(|sent| sent.message.unwrap())
}

#[tokio::test]
async fn a_picture_is_uploaded_sent_and_shown() {
    let mut s = Scene::new().await;
    let get = s.uploaded(&s.ann.token, "Ein Bild.png", PIXEL).await;
    let sent = send(&mut s.ann, 1, &get).await.unwrap();
    let told: c::SendChatMessageToRoomResponse = s.ben.push(ce::SEND_MESSAGE_TO_ROOM).await;
    let told = told.message.unwrap();
    assert_eq!(told.payload_type, 1);
    // Each is told by the name under which its own client has found the server.
    let by_name = |link: &str| link.split_once("/files/").unwrap().1.to_owned();
    assert_eq!(by_name(&told.payload), by_name(&sent.payload));
    assert_eq!(by_name(&told.payload), by_name(&get));
    let picture = s.get(&get).await;
    assert_eq!((picture.status, &picture.body[..]), (StatusCode::OK, PIXEL));
    for (name, wanted) in [
        ("content-type", "image/png"),
        ("content-length", "70"),
        ("content-disposition", "inline; filename=\"Ein_Bild.png\"; filename*=UTF-8''Ein%20Bild%2Epng"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "private, max-age=86400, immutable"),
    ] {
        assert_eq!(picture.header(name), wanted, "{name}");
    }
    // What is kept has no link in it.
    let kept =
        s.w.store.chat(s.w.store.active_session(s.meeting).await.unwrap().unwrap().id, 9).await.unwrap();
    assert!(kept[0].payload.starts_with("sederunt-file:") && kept[0].files.len() == 1, "{kept:?}");
}

#[tokio::test]
async fn what_it_is_called_and_what_it_is_are_not_the_clients_words() {
    let mut s = Scene::new().await;
    for (name, bytes, shown) in [
        ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"/>".as_slice(), "a.svg"),
        ("../../b.png", b"<!doctype html><script>x()</script>", "b.png"),
        ("c\r\nd.html", b"<script>", "cd.html"),
        ("gif.png", b"GIF89a<script>", "gif.png"),
        ("cut.png", &PIXEL[..40], "cut.png"),
        ("", b"", "file"),
    ] {
        let get = s.uploaded(&s.ann.token, name, bytes).await;
        let file = s.get(&get).await;
        assert_eq!((file.status, &file.body[..]), (StatusCode::OK, bytes), "{name}");
        assert_eq!(file.header("content-type"), "application/octet-stream", "{name}");
        assert!(file.header("content-disposition").starts_with("attachment; "), "{name}");
        // As an image it is a file, with its true name and size, whatever its sender says.
        let sent = send(&mut s.ann, 1, &get).await.unwrap();
        let told: Value = serde_json::from_str(&sent.payload).unwrap();
        assert_eq!((sent.payload_type, &told["name"]), (2, &json!(shown)));
        assert_eq!(told["size"], bytes.len());
    }
    let get = s.uploaded(&s.ann.token, "x.pdf", b"12345").await;
    let lie = json!({ "link": get, "name": "../../etc/passwd", "size": 9_000_000 }).to_string();
    let sent = send(&mut s.ann, 2, &lie).await.unwrap();
    let told: Value = serde_json::from_str(&sent.payload).unwrap();
    assert_eq!((&told["name"], &told["size"]), (&json!("x.pdf"), &json!(5)));
}

#[tokio::test]
async fn what_the_client_makes_of_unknown_types_is_refused() {
    let s = Scene::new().await;
    let (put, get) = s.links(&s.ann.token, "x.bin").await;
    let request = |bytes: &'static str| {
        let length = bytes.len().to_string();
        let request = Request::put(path(&put)).header("content-type", "application/json");
        request.header("content-length", length).body(Body::from(bytes)).unwrap()
    };
    let refused = s.call(request("{}")).await;
    assert_eq!(refused.refusal(), (422, "FILE_EMPTY_JSON".to_owned()));
    assert_eq!(s.get(&get).await.status, 404);
    assert_eq!(s.call(request("{ }")).await.status, 200, "JSON as it is");
}

#[tokio::test]
async fn a_link_is_good_for_one_thing_for_a_while() {
    let s = Scene::new().await;
    let (put, get) = s.links(&s.ann.token, "a.txt").await;
    assert_eq!(s.get(&get).await.refusal(), (404, "FILE_GONE".to_owned()));
    let bad_link = (403, "FILE_BAD_LINK".to_owned());
    let other = s.w.meeting().await.id.to_string();
    let id = |link: &str, n: usize| path(link).split(['/', '?']).nth(n).unwrap().to_owned();
    for (what, link) in [
        ("no query", path(&put).split('?').next().unwrap().to_owned()),
        ("another session", path(&put).replace(&id(&put, 2), &other)),
        ("another file", path(&put).replace(&id(&put, 3), &other)),
        ("another name", path(&put).replace("name=a", "name=b")),
        ("a later end", path(&put).replace("until=1", "until=2")),
        ("no file", path(&put).replace(&id(&put, 3), "x")),
        ("one to get", path(&get).to_owned()),
    ] {
        let request = Request::put(&link).body(Body::from("x")).unwrap();
        assert_eq!(s.call(request).await.refusal(), bad_link, "{what}");
    }
    assert_eq!(s.put(&put, "one").await.status, 200);
    // A client whose answer was lost tries again; nobody else puts anything in its place.
    assert_eq!(s.put(&put, "one").await.status, 200);
    assert_eq!(s.put(&put, "two").await.refusal(), (409, "FILE_LINK_USED".to_owned()));
    assert_eq!(s.get(&get).await.body, "one");
    for (what, link) in [
        ("one to put", path(&put).to_owned()),
        ("another session", path(&get).replace(&id(&get, 2), &other)),
        ("another file", path(&get).replace(&id(&get, 3), &other)),
        ("a later end", path(&get).replace("until=1", "until=2")),
        ("upper case", path(&get).replace("signature=", "signature=A")),
    ] {
        assert_eq!(
            s.call(Request::get(&link).body(Body::empty()).unwrap()).await.refusal(),
            bad_link,
            "{what}"
        );
    }
    assert_eq!(
        s.w.node
            .metrics()
            .refusals
            .get_or_create(&sederunt_node::metrics::Kind { kind: "FILE_BAD_LINK" })
            .get(),
        12
    );

    let (late, _) = s.links(&s.ann.token, "late.txt").await;
    s.w.clock.advance(15 * 60_000 + 1);
    assert_eq!(s.put(&late, "x").await.refusal(), bad_link, "after a quarter of an hour");
    assert_eq!(s.get(&get).await.status, 200);
    s.w.clock.advance(2 * 86_400_000);
    assert_eq!(s.get(&get).await.refusal(), bad_link, "after two days");
}

#[tokio::test]
async fn who_may_upload() {
    let mut s = Scene::new().await;
    let wanted = json!({ "roomUUID": s.meeting, "filename": "a" });
    assert_eq!(s.ask("x", wanted.clone()).await.refusal(), (401, "BAD_TOKEN".to_owned()));
    let other = json!({ "roomUUID": s.w.meeting().await.id, "filename": "a" });
    assert_eq!(s.ask(&s.ann.token, other).await.refusal(), (403, "WRONG_MEETING".to_owned()));
    for bad in [json!({}), json!([]), json!({ "filename": 5 }), json!({ "filename": null })] {
        assert_eq!(
            s.ask(&s.ann.token, bad.clone()).await.refusal(),
            (400, "BAD_REQUEST".to_owned()),
            "{bad}"
        );
    }
    assert_eq!(
        s.ask(&s.ann.token, json!({ "filename": "a" })).await.status,
        200,
        "the token says which meeting"
    );

    let guest = s.w.participant(s.meeting, "gil", "group_call_guest").await;
    let token = s.w.token(&guest).await;
    assert_eq!(s.ask(&token, wanted.clone()).await.refusal(), (403, "FILE_NOT_ALLOWED".to_owned()));
    let outside = s.w.participant(s.meeting, "out", "group_call_host").await;
    let token = s.w.token(&outside).await;
    assert_eq!(s.ask(&token, wanted.clone()).await.refusal(), (403, "FILE_NOT_IN_ROOM".to_owned()));

    // A link outlives neither the session nor the right of its owner to send what is behind it.
    let (put, _) = s.links(&s.ann.token, "a").await;
    let of_ben = s.uploaded(&s.ben.token, "b.png", PIXEL).await;
    let refused = send(&mut s.ann, 1, &of_ben).await.unwrap_err();
    assert_eq!(refused.message, "\"payload\" must name files that you have uploaded for this message");
    let refused = send(&mut s.ann, 1, "https://example.com/track.png").await.unwrap_err();
    assert_eq!(refused.message, "\"payload\" must be the link of one file that was uploaded here");
    send(&mut s.ben, 1, &of_ben).await.unwrap();
    let again = send(&mut s.ben, 1, &of_ben).await.unwrap_err();
    assert!(again.message.contains("for this message"), "{again:?}");
    s.w.node.command(s.meeting, sederunt_core::input::Command::KickAll).await.unwrap();
    assert_eq!(s.put(&put, "x").await.refusal(), (409, "FILE_SESSION_OVER".to_owned()));
    assert_eq!(s.get(&of_ben).await.status, 200);
}

#[tokio::test]
async fn too_much_is_refused_in_words_and_leaves_nothing() {
    let s = Scene::new().await;
    let (put, _) = s.links(&s.ann.token, "large").await;
    let large = vec![7; 200_001];
    let announced =
        Request::put(path(&put)).header("content-length", "200001").body(Body::from(large.clone())).unwrap();
    let refused = s.call(announced).await;
    assert_eq!(refused.refusal(), (413, "FILE_TOO_LARGE".to_owned()));
    assert_eq!(refused.json()["error"]["message"], "a file may have at most 200000 bytes");
    // The same from somebody who does not say so.
    let parts = large.chunks(10_000).map(|part| Ok::<_, io::Error>(part.to_vec())).collect::<Vec<_>>();
    let unannounced = Body::from_stream(stream::iter(parts));
    assert_eq!(s.put(&put, unannounced).await.refusal(), (413, "FILE_TOO_LARGE".to_owned()));
    assert_eq!(s.on_disk(), [] as [PathBuf; 0]);

    s.uploaded(&s.ann.token, "1", &large[..200_000]).await;
    s.uploaded(&s.ben.token, "2", &large[..200_000]).await;
    let (put, _) = s.links(&s.ann.token, "3").await;
    let refused = s.put(&put, large[..50_001].to_vec()).await;
    assert_eq!(refused.refusal(), (413, "FILE_SESSION_FULL".to_owned()));
    let message = "the files of this session have taken all their place: at most 2000 files and 450000 bytes";
    assert_eq!(refused.json()["error"]["message"], message);
    assert_eq!(s.on_disk().len(), 2);
    s.uploaded(&s.ann.token, "4", &large[..50_000]).await;

    let s = Scene::with(FileSettings { keep_free_bytes: u64::MAX / 2, ..SETTINGS }).await;
    let (put, _) = s.links(&s.ann.token, "x").await;
    let refused = s.put(&put, "x").await;
    assert_eq!(refused.refusal(), (507, "FILE_DISK_FULL".to_owned()));
    assert_eq!(refused.json()["error"]["message"], "the server's disk has no place for files now");
}

#[tokio::test]
async fn an_upload_that_is_cut_off_or_sleeps_leaves_nothing() {
    let s = Scene::new().await;
    let (put, get) = s.links(&s.ann.token, "cut").await;
    let cut = stream::iter([Ok(vec![1; 70_000]), Err(io::Error::other("gone"))]);
    assert_eq!(s.put(&put, Body::from_stream(cut)).await.refusal(), (400, "FILE_CUT_OFF".to_owned()));
    crate::world::until("the draft is gone", async || s.on_disk().is_empty()).await;
    let sleeps = stream::iter([Ok::<_, io::Error>(vec![1; 10])]);
    let sleeps = Body::from_stream(futures_util::StreamExt::chain(sleeps, stream::pending()));
    let sleeping = tokio::spawn(s.door.clone().oneshot(Request::put(path(&put)).body(sleeps).unwrap()));
    crate::world::until("it is under way", async || s.on_disk().len() == 1).await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(16)).await;
    tokio::time::resume();
    assert_eq!(sleeping.await.unwrap().unwrap().status(), 400);
    crate::world::until("the draft is gone", async || s.on_disk().is_empty()).await;
    assert_eq!(s.get(&get).await.status, 404);
    assert_eq!(s.put(&put, "whole").await.status, 200, "the link is good for another try");
}

#[tokio::test]
async fn so_many_uploads_of_one_person_at_a_time() {
    let s = Scene::new().await;
    let mut held = Vec::new();
    for _ in 0..4 {
        let (put, _) = s.links(&s.ann.token, "x").await;
        let request =
            Request::put(path(&put)).body(Body::from_stream(stream::pending::<io::Result<Bytes>>()));
        held.push(tokio::spawn(s.door.clone().oneshot(request.unwrap())));
    }
    crate::world::until("four are under way", async || s.on_disk().len() == 4).await;
    let (put, _) = s.links(&s.ann.token, "x").await;
    let refused = s.put(&put, "x").await;
    assert_eq!(refused.refusal(), (429, "FILE_TOO_MANY".to_owned()));
    assert_eq!(refused.header("retry-after"), "1");
    s.uploaded(&s.ben.token, "another", b"person").await;
    held.pop().unwrap().abort();
    crate::world::until("one is gone", async || s.on_disk().len() == 4).await;
    crate::world::until("there is place again", async || s.put(&put, "x").await.status == 200).await;
    held.into_iter().for_each(|upload| upload.abort());
}

#[tokio::test]
async fn files_go_with_their_message_and_unsent_ones_after_a_day() {
    let mut s = Scene::new().await;
    let (first, second) =
        (s.uploaded(&s.ann.token, "1.png", PIXEL).await, s.uploaded(&s.ann.token, "2.png", PIXEL).await);
    let loose = s.uploaded(&s.ben.token, "loose", b"x").await;
    let sent = send(&mut s.ann, 1, &first).await.unwrap();
    assert_eq!(s.sweep().await, Swept::default());
    // An edit takes the former picture's place.
    let edit = c::EditChatMessageRequest {
        chat_id: sent.chat_id.clone(),
        payload_type: Some(1),
        payload: Some(second.clone()),
        ..Default::default()
    };
    let edited: c::EditChatMessageResponse = s.ann.ask(ce::EDIT_MESSAGE, &edit).await.unwrap();
    let edited = edited.message.unwrap();
    assert!(edited.is_edited && edited.payload.contains("/2.png?"), "{edited:?}");
    assert_eq!(s.get(&first).await.refusal(), (404, "FILE_GONE".to_owned()));
    assert_eq!(s.get(&second).await.status, 200);
    assert_eq!(s.sweep().await, Swept { gone: 1, ..Swept::default() });
    assert_eq!(s.on_disk().len(), 2);

    let delete = c::DeleteChatMessageRequest { chat_id: sent.chat_id, channel_id: None };
    let _: c::DeleteChatMessageResponse = s.ann.ask(ce::DELETE_MESSAGE, &delete).await.unwrap();
    assert_eq!(s.get(&second).await.status, 404);
    s.w.clock.advance(86_400_001);
    assert_eq!(s.sweep().await, Swept { gone: 1, loose: 1, unknown: 0 });
    assert_eq!(s.sweep().await, Swept { gone: 1, ..Swept::default() });
    assert_eq!(s.get(&loose).await.status, 404);
    assert_eq!(s.on_disk(), [] as [PathBuf; 0]);

    // What a crash leaves between the bytes and their row.
    let id = s.w.node.mint_id();
    let part = s.w.folder().join("files").join(format!("{:02x}", (id.as_u128() >> 26) & 0xff));
    std::fs::create_dir_all(&part).unwrap();
    std::fs::write(part.join(id.to_string()), b"nobody's").unwrap();
    std::fs::write(part.join("README"), b"not ours").unwrap();
    assert_eq!(s.files.sweep(SystemTime::now(), true).await, Swept::default(), "it may just be put there");
    assert_eq!(s.sweep().await, Swept { unknown: 1, ..Swept::default() });
    assert_eq!(s.on_disk(), [part.join("README")]);
}

#[tokio::test]
async fn a_custom_message_has_files_in_its_json() {
    let mut s = Scene::new().await;
    let one = s.uploaded(&s.ann.token, "1.png", PIXEL).await;
    let two = s.uploaded(&s.ann.token, "2.txt", b"two").await;
    let custom = json!({
        "message": "look",
        "images": [{ "link": one, "name": "1.png" }],
        "files": [{ "link": two }],
        "videos": [{ "link": "https://example.com/v.mp4" }],
    });
    let sent = send(&mut s.ann, 3, &custom.to_string()).await.unwrap();
    let told: Value = serde_json::from_str(&sent.payload).unwrap();
    let name = |link: &Value| link.as_str().unwrap().split_once("/files/").unwrap().1.to_owned();
    assert_eq!(name(&told["images"][0]["link"]), one.split_once("/files/").unwrap().1);
    assert_eq!(name(&told["files"][0]["link"]), two.split_once("/files/").unwrap().1);
    assert_eq!(told["videos"][0]["link"], "https://example.com/v.mp4", "an app's own");
    let delete = c::DeleteChatMessageRequest { chat_id: sent.chat_id, channel_id: None };
    let _: c::DeleteChatMessageResponse = s.ann.ask(ce::DELETE_MESSAGE, &delete).await.unwrap();
    assert_eq!(s.sweep().await.gone, 2);
}

#[tokio::test]
async fn any_origin_may_use_the_links_and_a_server_without_files_offers_none() {
    let s = Scene::new().await;
    let (put, _) = s.links(&s.ann.token, "a").await;
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri(path(&put))
        .header("origin", "https://app.example.org")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type")
        .body(Body::empty());
    let allowed = s.call(preflight.unwrap()).await;
    assert!(allowed.status.is_success());
    assert_eq!(allowed.header("access-control-allow-origin"), "https://app.example.org");
    assert!(allowed.header("access-control-allow-methods").contains("PUT"));

    let without = router(s.w.node.clone(), GatewayConfig::default());
    let request = Request::put(path(&put)).body(Body::from("x")).unwrap();
    assert_eq!(without.oneshot(request).await.unwrap().status(), 501);
}
