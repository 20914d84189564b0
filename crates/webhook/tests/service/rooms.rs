//! The webhooks of rooms.

use sederunt_core::call::Disconnect;
use sederunt_core::id::PeerId;
use sederunt_testkit::{Got, Receiver, until};

use crate::scene::{Scene, member};

#[tokio::test]
async fn a_room_is_told_who_comes_and_goes_and_who_is_there() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let room = scene.room(receiver.url("/room")).await;
    let plain = scene.participant(room.id, "Ann").await;
    let (bob, guest) = (member(&plain, Some("bob smith/한글"), 0xb0b), member(&plain, None, 0x9e5));
    for row in [&bob, &guest] {
        scene.house.store.create_participant(row.clone()).await.unwrap();
    }
    // O133, O134, O136.
    let (first, second, third) = (scene.join(&bob).await, scene.join(&guest).await, scene.join(&guest).await);
    second.disconnect(Disconnect::Clean).await;
    receiver.wait(4).await;
    first.disconnect(Disconnect::Clean).await;
    third.disconnect(Disconnect::Clean).await;
    let got = receiver.wait(6).await;
    let say = |one: &Got| {
        let json = one.json();
        let payload = &json["payload"];
        (one.what(), payload["sessionsCount"].as_u64().unwrap(), payload["membersCount"].as_u64().unwrap())
    };
    let told: Vec<_> = got.iter().map(say).collect();
    let (joined, left) = ("sessionJoined".to_owned(), "sessionLeft".to_owned());
    assert_eq!(
        told[..4],
        [(joined.clone(), 1, 1), (joined.clone(), 2, 2), (joined, 3, 2), (left.clone(), 2, 2)]
    );
    assert_eq!(told[5], (left, 0, 0));
    let text = String::from_utf8(got[0].body.clone()).unwrap();
    let begin = format!(
        r#"{{"action":"sessionJoined","payload":{{"roomId":"{}","userId":"bob smith/한글","#,
        room.id.0.pagecall()
    );
    assert!(text.starts_with(&begin), "{text}");
    assert!(got[1].json()["payload"].get("userId").is_none());
    assert_eq!(got[0].header("x-room"), "7");
    assert!(!got[0].header("pagecall-signature").is_empty());
    // Nothing waits: no receiver has a row, and the place goes on.
    let (store, app) = (&scene.house.store, &scene.app);
    until("all is settled", || async {
        let known = store.receivers(app).await.unwrap();
        known.rooms == Some(known.head) && known.deliveries.is_empty()
    })
    .await;
}

/// The official client keeps its peer id for the life of its page.
#[tokio::test]
async fn a_client_that_returns_in_a_later_session_is_told_by_another_id() {
    let scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let room = scene.room(receiver.url("/room")).await;
    let ann = scene.participant(room.id, "Ann").await;
    let house = &scene.house;
    let token = house.entry(&ann).await;
    for visit in 1..=2 {
        let mut person = house.attach(&token, PeerId::from_u128(0xa)).await.unwrap();
        person.join().await;
        person.disconnect(Disconnect::Clean).await;
        receiver.wait(2 * visit).await;
        house.clock.advance(60_000);
        until("the end", || async { house.store.active_session(room.id).await.unwrap().is_none() }).await;
    }
    let told: Vec<_> =
        receiver.got().iter().map(|one| (one.what(), one.json()["payload"]["sessionId"].clone())).collect();
    let named = |what: &str, of: usize| (what.to_owned(), told[of].1.clone());
    let wanted = [("sessionJoined", 0), ("sessionLeft", 0), ("sessionJoined", 2), ("sessionLeft", 2)];
    assert_eq!(told, wanted.map(|(what, of)| named(what, of)));
    assert_ne!(told[0].1, told[2].1);
}

#[tokio::test]
async fn rooms_go_on_after_a_start_where_each_receiver_was() {
    let mut scene = Scene::new().await;
    let (hangs, answers) = (Receiver::answering(|_, _| None).await, Receiver::willing().await);
    let (slow, quick) = (scene.room(hangs.url("/a")).await, scene.room(answers.url("/b")).await);
    let (ann, ben) = (scene.participant(slow.id, "Ann").await, scene.participant(quick.id, "Ben").await);
    let (_a, _b) = (scene.join(&ann).await, scene.join(&ben).await);
    hangs.wait(1).await;
    answers.wait(1).await;
    // Whoever hangs gets a row; the place passes it.
    let (store, app) = (scene.house.store.clone(), scene.app.clone());
    until("it has a row", || async {
        let known = store.receivers(&app).await.unwrap();
        known.deliveries.len() == 1 && known.rooms == Some(known.head)
    })
    .await;
    let port = hangs.port;
    drop(hangs);
    let cat = scene.participant(quick.id, "Cat").await;
    scene
        .without_service(async |scene| {
            scene.join(&cat).await.disconnect(Disconnect::Clean).await;
            // Its leave is durable before the start.
            let ended = async || scene.house.store.receivers(&scene.app).await.unwrap().head;
            until("all is recorded", || async { ended().await >= 6 }).await;
        })
        .await;
    let back = Receiver::at(port, |_, _| Some(200)).await;
    assert_eq!(back.events(1).await, ["sessionJoined"]);
    assert_eq!(answers.events(3).await, ["sessionJoined", "sessionJoined", "sessionLeft"]);
    until("all is settled", || async {
        let known = store.receivers(&app).await.unwrap();
        known.rooms == Some(known.head) && known.deliveries.is_empty()
    })
    .await;
    assert_eq!((back.got().len(), answers.got().len()), (1, 3), "nothing twice");
}
