//! The service over a real node and its ledger, with receivers on this machine.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod desk;
mod faults;
mod replays;
mod rooms;
mod scene;

use std::collections::BTreeSet;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sederunt_core::call::Disconnect;
use sederunt_core::id::{Id, PeerId};
use sederunt_core::words::chat;
use sederunt_store::delivery::SavedHealth;
use sederunt_store::{ImportOptions, ReplayRow, ReplayState};
use sederunt_testkit::{Got, Receiver, SECRET, T0, until};
use sederunt_webhook::body::kit::EventName;
use sederunt_webhook::health::State;
use sederunt_webhook::keys::KeyRing;
use sederunt_webhook::service::{DeskError, Subject};
use sederunt_webhook::sign::Secret;
use sederunt_webhook::told::Key;

use scene::Scene;

const ALL: &[&str] = &[
    "meeting.started",
    "meeting.ended",
    "meeting.participantJoined",
    "meeting.participantLeft",
    "meeting.chatSynced",
];

fn ids(got: &[Got]) -> BTreeSet<&str> {
    got.iter().map(|one| one.header("rtk-uuid")).collect()
}

#[tokio::test]
async fn a_session_is_told_in_its_order_signed_and_once() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let webhook = scene.webhook(receiver.url("/hook"), ALL).await;
    let meeting = scene.meeting().await;
    let (ann, ben) = (scene.participant(meeting, "Ann").await, scene.participant(meeting, "Ben").await);
    let (ann, mut ben) = (scene.join(&ann).await, scene.join(&ben).await);
    ann.disconnect(Disconnect::Clean).await;
    receiver.wait(4).await;
    scene.kick_all(meeting).await;
    ben.closed().await;
    let got = receiver.wait(6).await;
    let what: Vec<_> = got.iter().map(Got::what).collect();
    let joined = "meeting.participantJoined";
    let left = "meeting.participantLeft";
    assert_eq!(what, ["meeting.started", joined, joined, left, left, "meeting.ended"]);
    assert_eq!(ids(&got).len(), 6, "each has an id of its own");
    assert_eq!(got[5].json()["reason"], "HOST_ENDED_MEETING");
    assert_eq!(got[1].json()["participant"]["userDisplayName"], "Ann");
    let session = got[0].json()["meeting"]["sessionId"].clone();
    assert!(got.iter().all(|one| one.json()["meeting"]["sessionId"] == session));
    assert_eq!(got[0].json()["meeting"]["organizedBy"]["name"], "Demo app");

    let keys = KeyRing::read(&scene.deliverer.key).unwrap();
    let public = keys.signing_key(T0).unwrap().public_pem().unwrap();
    let der: String = public.lines().filter(|line| !line.starts_with('-')).collect();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, STANDARD.decode(der).unwrap());
    for one in &got {
        let signature = STANDARD.decode(one.header("rtk-signature")).unwrap();
        assert_eq!(public.verify(&one.body, &signature), Ok(()));
        assert_eq!(one.header("dyte-signature"), one.header("rtk-signature"));
        assert_eq!(one.header("rtk-webhook-id"), webhook.to_string());
        let (id, at) = (one.header("webhook-id"), one.header("webhook-timestamp").parse().unwrap());
        assert_eq!(one.header("webhook-signature"), Secret::from(SECRET).sign(id, at, &one.body));
        assert_eq!(one.header("sederunt-attempt"), "1");
    }
    scene.service.stop().await;
    assert_eq!(receiver.got().len(), 6);
}

#[tokio::test]
async fn what_failed_comes_again_with_the_same_id_and_bytes_and_holds_what_follows() {
    let mut scene = Scene::new().await;
    // W17, and nothing overtakes what failed.
    let receiver = Receiver::answering(|n, got| match (got.what().as_str(), n) {
        ("meeting.participantJoined", 0 | 1) => Some(500),
        _ => Some(200),
    })
    .await;
    scene.webhook(receiver.url("/"), ALL).await;
    scene.session().await;
    let joined = "meeting.participantJoined";
    let expected = ["meeting.started", joined, joined, joined, "meeting.participantLeft", "meeting.ended"];
    assert_eq!(receiver.events(6).await, expected);
    let got = receiver.got();
    let attempts: Vec<_> = got[1..4].iter().map(|one| one.header("sederunt-attempt")).collect();
    assert_eq!(attempts, ["1", "2", "3"]);
    assert!(got[1..4].iter().all(|one| one.body == got[1].body));
    assert_eq!(ids(&got[1..4]).len(), 1);
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again() {
    let mut scene = Scene::new().await;
    // W18.
    let receiver =
        Receiver::answering(|_, got| Some(if got.what() == "meeting.started" { 404 } else { 200 })).await;
    scene.webhook(receiver.url("/"), &["meeting.started", "meeting.ended"]).await;
    scene.session().await;
    scene.session().await;
    let got = receiver.events(4).await;
    assert_eq!(got, ["meeting.started", "meeting.ended", "meeting.started", "meeting.ended"]);
    assert_eq!(ids(&receiver.got()).len(), 4);
}

#[tokio::test]
async fn a_webhook_gets_what_it_lists_from_its_beginning_on() {
    let mut scene = Scene::new().await;
    let (a, b) = (Receiver::willing().await, Receiver::willing().await);
    // W13 and W14.
    scene.webhook(a.url("/"), &["meeting.ended"]).await;
    let meeting = scene.meeting().await;
    let ann = scene.participant(meeting, "Ann").await;
    let mut person = scene.join(&ann).await;
    scene.webhook(b.url("/"), ALL).await;
    scene.kick_all(meeting).await;
    person.closed().await;
    assert_eq!(a.events(1).await, ["meeting.ended"]);
    assert_eq!(b.events(2).await, ["meeting.participantLeft", "meeting.ended"]);
}

#[tokio::test]
async fn what_happens_while_nobody_delivers_is_told_after_the_start_and_nothing_twice() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    scene.webhook(receiver.url("/"), ALL).await;
    scene.session().await;
    receiver.wait(4).await;
    scene
        .without_service(async |scene| {
            scene.session().await;
        })
        .await;
    let got = receiver.wait(8).await;
    scene.session().await;
    assert_eq!(receiver.wait(12).await.len(), 12);
    assert_eq!(ids(&got).len(), 8);
}

#[tokio::test]
async fn switched_off_it_misses_what_happens_and_on_again_it_gets_what_follows() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    // W19, without the replay.
    let webhook = scene.webhook(receiver.url("/"), &["meeting.started"]).await;
    scene.session().await;
    receiver.wait(1).await;
    let store = scene.house.store.clone();
    let switch = async |on| {
        store.change_webhook(&scene.app, webhook, move |row| row.is_enabled = on).await.unwrap();
    };
    switch(false).await;
    let service = &scene.service;
    until("nobody is served", || async { service.receivers() == 0 }).await;
    let off = scene.session().await;
    switch_on(&scene, webhook).await;
    let on = scene.session().await;
    let got = receiver.wait(2).await;
    let told: Vec<_> = got.iter().map(|one| one.json()["meeting"]["id"].clone()).collect();
    assert!(!told.contains(&serde_json::json!(off.to_string())));
    assert_eq!(told[1], on.to_string());
}

async fn switch_on(scene: &Scene, webhook: sederunt_core::id::Id) {
    let store = &scene.house.store;
    store.change_webhook(&scene.app, webhook, |row| row.is_enabled = true).await.unwrap();
}

#[tokio::test]
async fn a_chat_is_told_of_when_there_is_one_for_all() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    // O065.
    scene.webhook(receiver.url("/"), &["meeting.ended", "meeting.chatSynced"]).await;
    for is_private in [false, true] {
        let meeting = scene.meeting().await;
        let (ann, ben) = (scene.participant(meeting, "Ann").await, scene.participant(meeting, "Ben").await);
        let (mut person, other) = (scene.join(&ann).await, scene.join(&ben).await);
        let peers = is_private.then(|| vec![other.peer]);
        let say = chat::Ask::Send { peers, payload_type: 0, payload: "hello".to_owned() };
        person.ask(say.into()).await.unwrap();
        scene.kick_all(meeting).await;
        person.closed().await;
    }
    assert_eq!(receiver.events(3).await, ["meeting.ended", "meeting.chatSynced", "meeting.ended"]);
    let [ended, chat, _] = &receiver.got()[..] else { panic!("three") };
    let (ended, chat) = (ended.json(), chat.json());
    assert_eq!(chat["sessionId"], ended["meeting"]["sessionId"]);
    assert!(chat["chatDownloadUrl"].as_str().unwrap().starts_with("https://here.example/"));
    assert_eq!(chat["chatDownloadUrlExpiry"], "2026-01-19T14:00:00.000Z", "seven days later");
}

#[tokio::test]
async fn one_that_is_down_is_probed_when_its_url_changes() {
    let mut scene = Scene::new().await;
    let (gone, there) = (Receiver::answering(|_, _| Some(500)).await, Receiver::willing().await);
    let webhook = scene.webhook(gone.url("/"), ALL).await;
    // Twenty failures in a row.
    for _ in 0..20 {
        scene.session().await;
    }
    let store = scene.house.store.clone();
    until("it is down", || async {
        let delivery = store.delivery(webhook).await.unwrap().unwrap();
        matches!(delivery.saved.cursor.health, SavedHealth::Down { .. })
    })
    .await;
    let url = there.url("/");
    store.change_webhook(&scene.app, webhook, move |row| row.url = url).await.unwrap();
    let got = there.wait(80).await;
    assert_eq!(ids(&got).len(), 80, "nothing is lost, nothing twice");
}

#[tokio::test]
async fn a_replay_tells_a_range_once_more_with_the_ids_that_were_asked_for() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let webhook = scene.webhook(receiver.url("/"), ALL).await;
    scene.session().await;
    scene.session().await;
    let first = receiver.wait(8).await;
    let (store, app) = (scene.house.store.clone(), scene.app.clone());
    let head = store.receivers(&app).await.unwrap().head;
    let replay = |n: u128, new_ids| ReplayRow {
        webhook,
        no: 0,
        delivery: Id::from_u128(0x900 + n),
        from_seq: 1,
        to_seq: head,
        only_failed: false,
        new_ids,
        events: Some(vec!["meeting.started".to_owned()]),
        state: ReplayState::Running,
        sent: 0,
        failed: 0,
        created_at: T0,
    };
    for (n, new_ids) in [(0, false), (1, true)] {
        let made = store.create_replay(&app, replay(n, new_ids)).await.unwrap();
        let over = async || store.replay(&app, webhook, made.no).await.unwrap().state == ReplayState::Done;
        until("the replay is over", over).await;
        let row = store.replay(&app, webhook, made.no).await.unwrap();
        assert_eq!((row.sent, row.failed), (2, 0));
        assert_eq!(store.delivery(row.delivery).await.unwrap(), None);
    }
    let got = receiver.wait(12).await;
    assert_eq!(got.len(), 12);
    let marks: Vec<_> = got[8..].iter().map(|one| one.header("sederunt-replay")).collect();
    assert_eq!(marks, ["1", "1", "2", "2"]);
    assert!(got[8..].iter().all(|one| one.what() == "meeting.started"));
    assert!(ids(&got[8..10]).is_subset(&ids(&first)), "whoever keeps ids passes them over");
    assert!(ids(&got[10..]).is_disjoint(&ids(&first)));
}

#[tokio::test]
async fn its_owner_sees_how_it_does_tests_it_and_asks_again() {
    let mut scene = Scene::new().await;
    let receiver =
        Receiver::answering(|_, got| Some(if got.what() == "meeting.ended" { 404 } else { 200 })).await;
    let webhook = scene.webhook(receiver.url("/"), ALL).await;
    scene.session().await;
    let told = receiver.wait(4).await;
    let row = scene.house.store.webhook(&scene.app, webhook).await.unwrap().unwrap();
    let (service, app, of) = (&scene.service, &scene.app, Subject::Webhook(row.clone()));
    let settled =
        || async { service.status(app, &of).await.is_some_and(|status| status.done_seq == status.head) };
    until("all is settled", settled).await;
    let status = service.status(app, &of).await.unwrap();
    assert_eq!((status.state, status.waiting, status.in_flight), (State::Up, 0, 0));

    let tested = service.test(app, &of, EventName::ParticipantLeft).await.unwrap();
    assert_eq!((tested.outcome.status(), &tested.excerpt[..]), (Some(200), &b""[..]));
    let got = receiver.wait(5).await.remove(4);
    assert_eq!((got.header("sederunt-test"), &got.body[..]), ("true", &tested.sent.body[..]));
    assert_eq!(got.header("rtk-signature"), tested.sent.headers["rtk-signature"]);
    let refused = service.test(app, &of, EventName::MeetingEnded).await.unwrap();
    assert_eq!((refused.outcome.status(), &refused.excerpt[..]), (Some(404), &b"no"[..]));

    let (seq, meeting) = (told[3].header("sederunt-sequence").parse().unwrap(), told[3].json());
    let meeting = meeting["meeting"]["id"].as_str().unwrap().parse().unwrap();
    let rendered = service.render(app, &of, (Key::first(seq), meeting), true).await.unwrap();
    assert_eq!(
        (&rendered.body[..], &rendered.headers["rtk-uuid"]),
        (&told[3].body[..], &told[3].header("rtk-uuid").parse().unwrap())
    );
    service.retry(app, &of, Key::first(seq), meeting).await.unwrap();
    let again = receiver.wait(7).await.remove(6);
    assert_eq!((again.header("rtk-uuid"), &again.body), (told[3].header("rtk-uuid"), &told[3].body));
    assert_eq!(receiver.got().len(), 7);
    let nothing = service.render(app, &of, (Key { part: 1, ..Key::first(seq) }, meeting), true).await;
    assert!(matches!(nothing, Err(DeskError::NoEvent)), "nobody wrote");
}

/// Session and members after each visit that was told, in order.
fn counts(got: &[Got]) -> Vec<(String, u64, u64)> {
    let count = |one: &Got| {
        let payload = one.json()["payload"].clone();
        (one.what(), payload["sessionsCount"].as_u64().unwrap(), payload["membersCount"].as_u64().unwrap())
    };
    got.iter().map(count).collect()
}

#[tokio::test]
async fn a_room_that_is_deleted_tells_who_left_it() {
    let mut scene = Scene::new().await;
    // O094 and O142: the room is gone when they are sent, and the receiver is out for a while.
    for is_deleted in [false, true] {
        let receiver =
            Receiver::answering(|n, got| Some(if n == 0 && got.what() == "sessionLeft" { 503 } else { 200 }))
                .await;
        let room = scene.room(receiver.url("/")).await;
        let mut people = Vec::new();
        for name in ["Ann", "Ben", "Cat"] {
            let row = scene.participant(room.id, name).await;
            people.push(scene.join(&row).await);
        }
        receiver.wait(3).await;
        let node = &scene.house.node;
        let ended = if is_deleted {
            sederunt_app::meetings::delete(node, &room).await
        } else {
            sederunt_app::meetings::terminate(node, &room).await
        };
        ended.unwrap();
        let got = receiver.wait(9).await;
        let told: Vec<_> =
            got[3..].iter().filter(|one| one.header("sederunt-attempt") == "2").cloned().collect();
        let left = "sessionLeft".to_owned();
        assert_eq!(counts(&told), [(left.clone(), 2, 2), (left.clone(), 1, 1), (left, 0, 0)]);
        assert_eq!(ids_of(&got).len(), 6, "each under one id");
    }
}

fn ids_of(got: &[Got]) -> BTreeSet<&str> {
    got.iter().map(|one| one.header("webhook-id")).collect()
}

#[tokio::test]
async fn a_loss_is_an_exit_after_the_grace_with_the_time_of_the_loss_and_none_within_it() {
    let scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let room = scene.room(receiver.url("/")).await;
    let bob = scene.participant(room.id, "Bob").await;
    // O137.
    let (token, peer) = (scene.house.entry(&bob).await, PeerId::from_u128(77));
    let mut tab = scene.house.attach(&token, peer).await.unwrap();
    tab.join().await;
    scene.house.clock.advance(5_000);
    tab.disconnect(Disconnect::Lost).await;
    scene.house.clock.advance(3_000);
    let mut tab = scene.house.attach(&token, peer).await.unwrap();
    tab.join().await;
    // Longer than the grace.
    scene.house.clock.advance(21_000);
    let lost_at = scene.house.node.now();
    tab.disconnect(Disconnect::Lost).await;
    let (store, app) = (scene.house.store.clone(), scene.app.clone());
    // The start, the join, a loss and a return, and this loss: from then on the grace runs.
    until("the loss is recorded", || async { store.receivers(&app).await.unwrap().head >= 5 }).await;
    assert_eq!(receiver.wait(1).await.len(), 1);
    scene.house.clock.advance(20_001);
    let got = receiver.wait(2).await;
    let left = got[1].json();
    assert_eq!((got[1].what().as_str(), &left["payload"]["timestamp"]), ("sessionLeft", &iso(lost_at)));
}

fn iso(at: sederunt_core::time::UnixMs) -> serde_json::Value {
    // Tests begin at 14:00:00 and take less than a minute.
    let seconds = at.since(T0) / 1000;
    serde_json::json!(format!("2026-01-12T14:00:{seconds:02}.000Z"))
}

#[tokio::test]
async fn what_was_imported_is_told_to_nobody() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    scene.webhook(receiver.url("/"), ALL).await;
    let line = serde_json::json!({
        "app": "app-1",
        "meeting": { "id": "6bf2b8be-04dd-4191-b602-1128921a306b", "title": "Old" },
        "session": {
            "id": "813432c7-3c5a-45e2-9acf-eef7061c7584",
            "started_at": "2025-06-01T10:00:00Z", "ended_at": "2025-06-01T11:00:00Z",
        },
        "stays": [{
            "peer": "e32fb785-ddd0-4b96-b577-879327c0082f", "participant": "e32fb785-ddd0-4b96-b577-879327c00830",
            "name": "Zoe", "joined_at": "2025-06-01T10:00:00Z", "left_at": "2025-06-01T11:00:00Z",
        }],
    });
    let store = scene.house.store.clone();
    let import = move || store.import(line.to_string().as_bytes(), &ImportOptions::default(), |_| {});
    let report = tokio::task::spawn_blocking(import).await.unwrap().unwrap();
    assert_eq!((report.imported, report.rejected_count), (1, 0), "{report:?}");
    scene.session().await;
    assert_eq!(receiver.events(4).await.len(), 4, "only what happened here");
    assert!(receiver.got().iter().all(|one| one.json()["meeting"]["title"] == "Weekly"));
}
