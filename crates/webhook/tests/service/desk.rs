//! What it takes to answer the owner of a webhook.

use prometheus_client::registry::Registry;
use sederunt_testkit::Receiver;
use sederunt_webhook::body::kit::EventName;
use sederunt_webhook::service::{DeskError, Service, Subject};
use sederunt_webhook::told::Key;

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

/// Bodies that were signed.
fn signed(service: &Service) -> String {
    let mut registry = Registry::default();
    service.numbers().register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    let counts = text.lines().filter(|line| line.contains("sign_seconds_count"));
    counts.map(|line| line.rsplit(' ').next().unwrap()).collect()
}

#[tokio::test]
async fn a_request_that_shows_no_signature_is_not_signed() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let webhook = scene.webhook(receiver.url("/"), &["meeting.started"]).await;
    let meeting = scene.session().await;
    receiver.wait(1).await;
    let row = scene.house.store.webhook(&scene.app, webhook).await.unwrap().unwrap();
    let (service, app, of) = (&scene.service, &scene.app, Subject::Webhook(row));
    let before = signed(service);
    // Somebody came, which this webhook was not told.
    let render = |is_signed| service.render(app, &of, (Key::first(2), meeting), is_signed);
    let plain = render(false).await.unwrap();
    assert_eq!((signed(service), &plain.headers["rtk-signature"]), (before.clone(), &"".parse().unwrap()));
    let whole = render(true).await.unwrap();
    assert_eq!(whole.body, plain.body);
    assert!(signed(service) != before && !whole.headers["rtk-signature"].is_empty());
}
