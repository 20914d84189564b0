//! What outlives what: a place its upload, a link the stay and the rights of its owner, bytes their message.

use std::fs::File;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;

use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{ParticipantId, PeerId};
use sederunt_core::input::Command;
use sederunt_proto::event::preset as pe;
use sederunt_proto::socket::preset as p;

use super::*;
use crate::world::until;

impl Scene {
    fn id_of(&self, peer: &Peer) -> ParticipantId {
        self.w.node.verify(&peer.token).unwrap().participant
    }

    /// The same person with another socket.
    async fn again(&self, token: &str, name: &str) -> Peer {
        let mut peer = self.w.connect(self.meeting, PeerId(self.w.node.mint_id()), token).await;
        peer.join(name).await;
        peer
    }
}

async fn delete(peer: &mut Peer, sent: c::ChatMessage) {
    let delete = c::DeleteChatMessageRequest { chat_id: sent.chat_id, channel_id: None };
    let _: c::DeleteChatMessageResponse = peer.ask(ce::DELETE_MESSAGE, &delete).await.unwrap();
}

#[tokio::test]
async fn whoever_goes_after_the_last_byte_keeps_the_place_as_long_as_the_work_goes_on() {
    let s = Scene::new().await;
    let (decoding, (is_held, held), (go, let_go)) =
        (s.decoding.clone(), mpsc::channel(), mpsc::channel::<()>());
    let holder = std::thread::spawn(move || {
        let _one = decoding.take();
        is_held.send(()).unwrap();
        let _ = let_go.recv();
    });
    held.recv().unwrap();
    let ended = Arc::new(AtomicUsize::new(0));
    let (mut requests, mut gets) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let (put, get) = s.links(&s.ann.token, "x").await;
        let end = Arc::clone(&ended);
        let tells_its_end = stream::poll_fn(move |_| {
            end.fetch_add(1, Ordering::SeqCst);
            Poll::Ready(None)
        });
        let bytes = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"whole"))]);
        let body = Body::from_stream(futures_util::StreamExt::chain(bytes, tells_its_end));
        requests.push(tokio::spawn(s.door.clone().oneshot(Request::put(path(&put)).body(body).unwrap())));
        gets.push(get);
    }
    until("the last byte of all", async || ended.load(Ordering::SeqCst) == 4).await;
    for request in requests {
        request.abort();
        assert!(request.await.unwrap_err().is_cancelled());
    }
    let (put, _) = s.links(&s.ann.token, "x").await;
    assert_eq!(s.put(&put, "x").await.refusal(), (429, "FILE_TOO_MANY".to_owned()));
    drop(go);
    holder.join().unwrap();
    until("there is place again", async || s.put(&put, "x").await.status == 200).await;
    for get in gets {
        until("what was whole is kept", async || s.get(&get).await.status == 200).await;
    }
}

#[tokio::test]
async fn a_link_to_upload_dies_with_the_stay_of_its_owner() {
    let s = Scene::new().await;
    let (put, _) = s.links(&s.ben.token, "a").await;
    let kick = Command::Kick {
        participants: vec![s.id_of(&s.ben)],
        custom_ids: Vec::new(),
        reason: LeaveReason::Kicked,
    };
    s.w.node.command(s.meeting, kick).await.unwrap();
    assert_eq!(s.put(&put, "x").await.refusal(), (403, "FILE_NOT_IN_ROOM".to_owned()));
    until("it leaves nothing", async || s.on_disk().is_empty()).await;
}

#[tokio::test]
async fn whoever_is_kicked_holds_no_place_any_more() {
    let s = Scene::new().await;
    let mut uploads = Vec::new();
    for _ in 0..4 {
        let (put, _) = s.links(&s.ben.token, "a").await;
        // The first bytes, and then nothing: its places are taken as long as it waits.
        let bytes = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"begun"))]);
        let body = Body::from_stream(futures_util::StreamExt::chain(bytes, stream::pending()));
        uploads.push(tokio::spawn(s.door.clone().oneshot(Request::put(path(&put)).body(body).unwrap())));
    }
    let (put, _) = s.links(&s.ben.token, "a").await;
    until("all places are taken", async || s.on_disk().len() == 4).await;
    assert_eq!(s.put(&put, "x").await.refusal(), (429, "FILE_TOO_MANY".to_owned()));
    let kick = Command::Kick {
        participants: vec![s.id_of(&s.ben)],
        custom_ids: Vec::new(),
        reason: LeaveReason::Kicked,
    };
    s.w.node.command(s.meeting, kick).await.unwrap();
    s.w.clock.advance(sederunt_app::chat_files::LOOK_EVERY_MS);
    for upload in uploads {
        assert_eq!(upload.await.unwrap().unwrap().status(), StatusCode::FORBIDDEN);
    }
    until("it leaves nothing", async || s.on_disk().is_empty()).await;
    let again = s.again(&s.ben.token, "ben").await;
    let get = s.uploaded(&again.token, "b", b"x").await;
    assert_eq!(s.get(&get).await.status, 200);
}

#[tokio::test]
async fn what_a_host_has_taken_gives_no_links() {
    let mut s = Scene::new().await;
    let (ben, token) = (s.id_of(&s.ben), s.ben.token.clone());
    let no = Some(false);
    let public = p::PublicChatPermission { files: no, ..Default::default() };
    let private = p::PrivateChatPermission { can_send: no, ..Default::default() };
    let both = [
        (p::ChatPermissionUpdate { public: Some(public), private: None }, 200),
        (p::ChatPermissionUpdate { public: None, private: Some(private) }, 403),
    ];
    for (chat, wanted) in both {
        let patch = p::PresetUpdates { chat: Some(chat), ..Default::default() };
        let change = p::UpdatePeerPreset { user_ids: ben.to_string(), patch: Some(patch) };
        let change = p::UpdatePeersPresetRequest { update_peers_presets: vec![change] };
        let _: p::UpdatePeersPresetResponse = s.ann.ask(pe::UPDATE_USER_PRESET, &change).await.unwrap();
        let answer = s.ask(&token, json!({ "filename": "a" })).await;
        assert_eq!(answer.status, wanted, "{:?}", answer.body);
    }
    let refused = s.ask(&token, json!({ "filename": "a" })).await;
    assert_eq!(refused.refusal(), (403, "FILE_NOT_ALLOWED".to_owned()));
    s.links(&s.ann.token, "a").await;
}

#[tokio::test]
async fn nobody_uploads_many_files_and_sends_none() {
    let mut s = Scene::new().await;
    let (put, _) = s.links(&s.ann.token, "one more").await;
    let mut last = String::new();
    for _ in 0..40 {
        last = s.uploaded(&s.ann.token, "x", b"x").await;
    }
    let unsent = (409, "FILE_UNSENT".to_owned());
    let refused = s.ask(&s.ann.token, json!({ "filename": "a" })).await;
    assert_eq!(refused.refusal(), unsent);
    let message =
        "you have uploaded 40 files and not sent them: send them first, or wait a day until they are gone";
    assert_eq!(refused.json()["error"]["message"], message);
    assert_eq!(s.put(&put, "x").await.refusal(), unsent);
    until("it leaves nothing", async || s.on_disk().len() == 40).await;
    s.uploaded(&s.ben.token, "another", b"person").await;
    send(&mut s.ann, 2, &last).await.unwrap();
    assert_eq!(s.put(&put, "x").await.status, 200);
}

#[tokio::test]
async fn a_disk_that_takes_no_writes_is_freed_of_bytes_all_the_same() {
    let mut s = Scene::new().await;
    let get = s.uploaded(&s.ann.token, "a.png", PIXEL).await;
    let sent = send(&mut s.ann, 1, &get).await.unwrap();
    delete(&mut s.ann, sent).await;
    assert_eq!(s.on_disk().len(), 1);
    let held = s.w.store.hold_writer().unwrap();
    assert_eq!(s.sweep().await, Swept { gone: 1, ..Swept::default() });
    assert_eq!(s.on_disk(), [] as [PathBuf; 0]);
    drop(held);
    until("the row is forgotten", async || {
        s.sweep().await;
        s.w.store.gone_files(None, 1).await.unwrap().is_empty()
    })
    .await;
}

#[tokio::test]
async fn what_nobody_knows_stays_for_the_first_hour_of_a_server() {
    let mut s = Scene::new().await;
    let mut sent = Vec::new();
    for _ in 0..2 {
        let get = s.uploaded(&s.ann.token, "a.png", PIXEL).await;
        sent.push(send(&mut s.ann, 1, &get).await.unwrap());
    }
    let id = s.w.node.mint_id();
    let part = s.w.folder().join("files").join(format!("{:02x}", (id.as_u128() >> 26) & 0xff));
    let unknown = part.join(id.to_string());
    std::fs::create_dir_all(&part).unwrap();
    std::fs::write(&unknown, b"of a later ledger").unwrap();
    let before = SystemTime::now() - Duration::from_secs(2 * 86_400);
    File::options().write(true).open(&unknown).unwrap().set_modified(before).unwrap();
    assert_eq!(s.on_disk().len(), 3);

    delete(&mut s.ann, sent.remove(0)).await;
    let sweeping = tokio::spawn(s.files.clone().sweep_until(Default::default()));
    until("the first sweep", async || s.on_disk().len() == 2).await;
    delete(&mut s.ann, sent.remove(0)).await;
    // The second comes behind the whole of the first.
    time_goes_on(&s, 5, 1).await;
    assert_eq!(s.on_disk(), [unknown]);
    time_goes_on(&s, 61, 0).await;
    sweeping.abort();
}

/// The clock goes on in steps until so many files are left: at most 50 minutes, if the steps are of 5 seconds. What is under way
/// meanwhile needs a few reads and writes of the ledger, so each step has one.
async fn time_goes_on(s: &Scene, step_seconds: u64, left: usize) {
    for _ in 0..600 {
        if s.on_disk().len() == left {
            return;
        }
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(step_seconds)).await;
        tokio::time::resume();
        s.w.store.give_up_loose_files(sederunt_core::time::UnixMs(0), 1).await.unwrap();
    }
    panic!("{left} files are not left: {:?}", s.on_disk());
}

#[tokio::test]
async fn a_message_of_a_former_session_gets_a_file_of_this_one() {
    let mut s = Scene::in_meeting(SETTINGS, json!({ "persist_chat": true })).await;
    let token = s.ann.token.clone();
    let first = s.uploaded(&token, "1.png", PIXEL).await;
    let sent = send(&mut s.ann, 1, &first).await.unwrap();
    s.w.node.command(s.meeting, Command::KickAll).await.unwrap();
    s.ann = s.again(&token, "ann").await;
    let second = s.uploaded(&token, "2.txt", b"two").await;
    let edit = c::EditChatMessageRequest {
        chat_id: sent.chat_id,
        payload_type: Some(2),
        payload: Some(second.clone()),
        ..Default::default()
    };
    let edited: c::EditChatMessageResponse = s.ann.ask(ce::EDIT_MESSAGE, &edit).await.unwrap();
    let told: Value = serde_json::from_str(&edited.message.unwrap().payload).unwrap();
    let (_, link) = told["link"].as_str().unwrap().split_once("/files/").unwrap();
    assert_ne!(second.split_once("/files/").unwrap().1, link, "its session is that of the message");
    let got = s.call(Request::get(format!("/files/{link}")).body(Body::empty()).unwrap()).await;
    assert_eq!((got.status, &got.body[..]), (StatusCode::OK, b"two".as_slice()));
    assert_eq!(s.get(&first).await.refusal(), (404, "FILE_GONE".to_owned()));
}
