//! The real binary on a real file system of a few mebibytes that gets full: a tmpfs in a mount namespace of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::common::client::{Client, Pass};
use crate::common::http::{Kit, get, passes, request};
use crate::common::{DEADLINE, FirstRun, Server, sederunt_through, stderr};
use prost::Message as _;
use sederunt_dice::Dice;
use sederunt_proto::event;
use sederunt_proto::socket::chat::SendChatMessageToRoomRequest;
use sederunt_proto::socket::room::BroadcastMessage;
use serde_json::json;

/// Holds a mount namespace in which a folder is a small file system.
struct SmallDisk {
    holder: Child,
    folder: PathBuf,
}

impl SmallDisk {
    fn mount(folder: &Path) -> Self {
        std::fs::create_dir(folder).unwrap();
        let script =
            format!("mount -t tmpfs -o size=6m tmpfs '{}' && echo mounted && exec cat", folder.display());
        // Without privileges, in a user namespace of its own.
        let mut holder = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "mounted\n", "this machine lets nobody mount a tmpfs in a namespace");
        Self { holder, folder: folder.to_owned() }
    }

    /// What starts a program on it.
    fn enter(&self) -> Vec<String> {
        let pid = self.holder.id().to_string();
        ["nsenter", "--target", &pid, "--user", "--preserve-credentials", "--mount", "--"]
            .map(str::to_owned)
            .to_vec()
    }

    /// A file on it, as seen from here.
    fn file(&self, name: &str) -> PathBuf {
        let seen = self.folder.strip_prefix("/").unwrap();
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(seen).join(name)
    }

    /// Takes every byte there is.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.file("filler")).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        while file.write_all(&[0]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.file("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

async fn until_ready(server: &Server, wanted: u16) -> String {
    let start = Instant::now();
    loop {
        let answer = get(&server.bound.metrics, "/readyz").await;
        if answer.status == wanted {
            return answer.body;
        }
        assert!(start.elapsed() < DEADLINE, "/readyz is still {answer:?}");
    }
}

fn chat(text: &str) -> Vec<u8> {
    SendChatMessageToRoomRequest { payload_type: 0, payload: text.to_owned() }.encode_to_vec()
}

fn broadcast(text: &str) -> Vec<u8> {
    BroadcastMessage { r#type: "t".to_owned(), payload: text.as_bytes().to_vec(), ..Default::default() }
        .encode_to_vec()
}

/// Says something that needs no disk, and waits until another one has heard it.
async fn is_heard(from: &mut Client, to: &mut Client, text: &str) {
    from.ask(event::room::BROADCAST_MESSAGE, broadcast(text)).await.unwrap();
    loop {
        let frame = to.next().await.expect("thrown out");
        if frame.event != event::room::BROADCAST_MESSAGE {
            continue;
        }
        if BroadcastMessage::decode(frame.payload).unwrap().payload == text.as_bytes() {
            return;
        }
    }
}

async fn metrics_say_so(server: &Server) {
    let metrics = get(&server.bound.metrics, "/metrics").await.body;
    assert!(metrics.contains("sederunt_ledger_unwritable 1"), "{metrics}");
}

/// What is said of the people of the app, with this status: derived when somebody asks, and in words when it cannot be.
async fn told_of_people(server: &Server, first: &FirstRun, status: u16) -> String {
    let target = format!("/sederunt/v1/apps/{}/people", first.app_id);
    let answer = request(&server.bound.http, "GET", &target, Some(&first.api_token), None).await;
    assert_eq!(answer.status, status, "{answer:?}");
    answer.body
}

#[tokio::test]
async fn a_full_disk_throws_nobody_out_and_heals_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let disk = SmallDisk::mount(&data);
    let enter = disk.enter();
    let enter: Vec<&str> = enter.iter().map(String::as_str).collect();
    let server = Server::start_through(&enter, &data, &["--reconnect-grace-secs", "1"]);
    let first: FirstRun =
        serde_json::from_slice(&std::fs::read(disk.file("first-run.json")).unwrap()).unwrap();
    let kit = Kit::new(&server.bound.http, &first);
    let mut rng = Dice::from_env("SEED");
    let people: Vec<Pass> = passes(&kit, 2, 4).await;
    let mut clients = Vec::new();
    // Three in the first room, two in the second.
    for pass in [0, 1, 2, 4, 5] {
        let mut client = Client::to(&server, &people[pass], &rng.uuid()).await;
        client.join().await.unwrap();
        clients.push(client);
    }
    let [mut ann, mut bob, cyd, mut dan, mut eve] = <[Client; 5]>::try_from(clients).unwrap();

    disk.fill();
    // A chat line, a goodbye and a lost socket in one room, a chat line in the other.
    let line = ann.send(event::chat::SEND_MESSAGE_TO_ROOM, chat("kept")).await.unwrap();
    let why = until_ready(&server, 503).await;
    assert_eq!(why, "the server cannot write now: its disk is full or failing\n");
    drop(cyd);
    let far = dan.send(event::chat::SEND_MESSAGE_TO_ROOM, chat("far")).await.unwrap();
    is_heard(&mut bob, &mut ann, "one").await;
    is_heard(&mut eve, &mut dan, "two").await;
    // Nobody new, and with words; the REST doors refuse writes and answer reads.
    let new = Client::connect(&server.bound.http, &people[3], &rng.uuid()).await.unwrap_err();
    assert!(new.0.contains("503"), "{new:?}");
    let details = "/v2/internals/participant-details";
    let new = request(&server.bound.http, "GET", details, Some(&people[3].token), None).await;
    assert_eq!((new.status, new.header("retry-after")), (503, Some("1")), "{new:?}");
    let target = kit.target("/meetings");
    let body = json!({ "title": "no" });
    let made = request(&server.bound.http, "POST", &target, Some(&first.api_token), Some(&body)).await;
    assert_eq!((made.status, made.header("retry-after")), (503, Some("1")), "{made:?}");
    assert!(made.body.contains("its disk is full or failing"), "{made:?}");
    let kick_all = format!("/meetings/{}/active-session/kick-all", people[0].meeting);
    let kicked = kit.try_post(&kick_all, None).await.unwrap();
    assert_eq!(kicked.status, 503, "{kicked:?}");
    let sessions = kit.get("/sessions").await;
    assert_eq!(sessions["data"]["sessions"].as_array().map(Vec::len), Some(2), "{sessions}");
    assert!(told_of_people(&server, &first, 503).await.contains("its disk is full or failing"));
    metrics_say_so(&server).await;
    let bye = bob.send(event::media::LEAVE_ROOM, Vec::new()).await.unwrap();
    is_heard(&mut dan, &mut eve, "three").await;

    disk.free();
    assert_eq!(until_ready(&server, 200).await, "ready\n");
    // What waited is done and told.
    assert_eq!(ann.answer(&line).await.unwrap().event, event::chat::SEND_MESSAGE_TO_ROOM);
    assert_eq!(dan.answer(&far).await.unwrap().event, event::chat::SEND_MESSAGE_TO_ROOM);
    assert_eq!(bob.answer(&bye).await.unwrap().event, event::media::LEAVE_ROOM);
    is_heard(&mut eve, &mut dan, "four").await;
    let mut new = Client::to(&server, &people[3], &rng.uuid()).await;
    new.join().await.unwrap();
    ann.leave().await.unwrap();
    new.leave().await.unwrap();
    told_of_people(&server, &first, 200).await;
    let log = server.log();
    assert!(!log.contains("a room failed"), "{log}");
    server.terminate();
    assert!(server.ended().success());
    let verified = sederunt_through(&enter, &["verify", "--data", data.to_str().unwrap()]).output().unwrap();
    assert!(verified.status.success(), "{}", stderr(&verified));
}
