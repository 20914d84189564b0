//! What it takes to answer the owner of a webhook.

use sederunt_testkit::Receiver;
use sederunt_webhook::body::kit::EventName;
use sederunt_webhook::service::{DeskError, Subject};

use crate::ALL;
use crate::scene::Scene;

#[tokio::test]
async fn whoever_turns_away_from_a_test_has_it_under_way_still() {
    let scene = Scene::new().await;
    let receiver = Receiver::answering(|_, _| None).await;
    let webhook = scene.webhook(receiver.url("/"), ALL).await;
    let row = scene.house.store.webhook(&scene.app, webhook).await.unwrap().unwrap();
    let (service, app, of) = (&scene.service, &scene.app, Subject::Webhook(row));
    let test = || service.test(app, &of, EventName::ParticipantLeft);
    let four = async { tokio::join!(test(), test(), test(), test()) };
    let is_over = tokio::select! {
        _ = four => true,
        _ = receiver.wait(4) => false,
    };
    assert!(!is_over, "nobody answers");
    assert!(matches!(test().await, Err(DeskError::TooMany)));
    assert_eq!(receiver.got().len(), 4);
}
