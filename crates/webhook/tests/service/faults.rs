//! What others, the server itself and its stop do to deliveries.

use sederunt_core::call::Disconnect;
use sederunt_store::delivery::{Change, Cursor, OffReason, SavedHealth};
use sederunt_testkit::{Deliverer, Receiver, until};
use sederunt_webhook::service::Subject;

use crate::scene::Scene;
use crate::{ALL, ids};

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_nobody_else() {
    // What hangs does so to the end of the test: whatever comes has not waited for it.
    let mut scene = Scene::with(Deliverer::patient()).await;
    let (hangs, answers) = (Receiver::answering(|_, _| None).await, Receiver::willing().await);
    for n in 0..20 {
        scene.webhook(hangs.url(&format!("/{n}")), ALL).await;
    }
    scene.webhook(answers.url("/"), ALL).await;
    for _ in 0..20 {
        scene.session().await;
    }
    assert_eq!(answers.wait(80).await.len(), 80);
    assert!(!hangs.got().is_empty());
}

#[tokio::test]
async fn rooms_that_hang_however_many_hold_up_no_other_app() {
    let mut deliverer = Deliverer::patient();
    deliverer.in_flight = 8;
    let mut scene = Scene::with(deliverer).await;
    let (hangs, answers) = (Receiver::answering(|_, _| None).await, Receiver::willing().await);
    let other = scene.house.app("acc", "app-2", "Other app").await;
    for n in 0..20 {
        let room = scene.room(hangs.url(&format!("/{n}"))).await;
        let who = scene.participant(room.id, "Ann").await;
        scene.join(&who).await.disconnect(Disconnect::Clean).await;
    }
    assert_eq!(hangs.wait(4).await.len(), 4, "half of all");
    scene.app = other;
    scene.webhook(answers.url("/"), ALL).await;
    scene.session().await;
    assert_eq!(answers.wait(4).await.len(), 4);
    assert_eq!(hangs.got().len(), 4, "and no more");
}

#[tokio::test]
async fn an_app_whose_task_fails_is_served_again() {
    let deliverer = Deliverer::new();
    let panics = std::sync::Arc::clone(&deliverer.chat_panics);
    let mut scene = Scene::with(deliverer).await;
    let receiver = Receiver::willing().await;
    scene.webhook(receiver.url("/"), ALL).await;
    panics.store(1, std::sync::atomic::Ordering::Relaxed);
    scene.chat().await;
    // What was delivered just before may come twice.
    let told = |count| {
        let receiver = &receiver;
        until("all is told", move || async move { ids(&receiver.got()).len() == count })
    };
    told(5).await;
    scene.session().await;
    told(9).await;
}

#[tokio::test]
async fn a_receiver_that_has_ended_by_itself_is_begun_again() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let webhook = scene.webhook(receiver.url("/"), ALL).await;
    scene.session().await;
    receiver.wait(4).await;
    let store = scene.house.store.clone();
    // As the row is for a moment while it is switched off and on again: whoever looks just then has nothing to do.
    let keep = async |health| {
        let cursor = Cursor { done_seq: 4, health };
        let change = Change { cursor, put: vec![], remove: vec![] };
        assert!(store.keep_delivery(webhook, 0, change).await.unwrap());
    };
    let off = SavedHealth::Off { reason: OffReason::Disabled, from: 5 };
    scene.without_service(async |_| keep(off).await).await;
    let row = store.webhook(&scene.app, webhook).await.unwrap().unwrap();
    let (service, app, of) = (&scene.service, &scene.app, Subject::Webhook(row));
    until("it is there", || async { service.receivers() > 0 }).await;
    until("it has ended", || async { service.status(app, &of).await.is_none() }).await;
    keep(SavedHealth::Up).await;
    scene.session().await;
    assert_eq!(receiver.wait(8).await.len(), 8);
}

#[tokio::test]
async fn after_a_stop_only_what_was_not_answered_comes_again() {
    let mut scene = Scene::with(Deliverer::patient()).await;
    let first = Receiver::answering(|_, got| {
        // The first meeting hangs; all that follow are told.
        (got.header("sederunt-sequence").parse::<u64>().unwrap() > 4).then_some(200)
    })
    .await;
    scene.webhook(first.url("/"), ALL).await;
    scene.session().await;
    first.wait(1).await;
    for _ in 0..3 {
        scene.session().await;
    }
    first.wait(13).await;
    scene.service.stop().await;
    assert_eq!(first.got().len(), 13);
    let port = first.close().await;
    let second = Receiver::at(port, |_, _| Some(200)).await;
    scene.service = scene.deliverer.start(&scene.house);
    let seq = |got: &sederunt_testkit::Got| got.header("sederunt-sequence").parse::<u64>().unwrap();
    assert_eq!(second.wait(4).await.iter().map(seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    scene.session().await;
    let all: Vec<u64> = second.wait(8).await.iter().map(seq).collect();
    assert_eq!(all[4..], [17, 18, 19, 20], "and nothing of 5 to 16 between");
    assert_eq!(second.got()[0].header("sederunt-attempt"), "1");
}
