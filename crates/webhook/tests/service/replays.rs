//! Replays of what failed, over starts, and while their webhook rests.

use std::collections::BTreeSet;

use sederunt_core::id::Id;
use sederunt_store::ReplayState;
use sederunt_store::delivery_log::{DeadQuery, KEYS_MAX};
use sederunt_testkit::{Got, Receiver, until};
use sederunt_webhook::failed;
use sederunt_webhook::owner::OwnerError;
use sederunt_webhook::owner::replays::{Begun, Range, Wanted, begin, stop};

use crate::scene::Scene;

const JOINED: &str = "meeting.participantJoined";

fn seqs(got: &[Got]) -> Vec<u64> {
    got.iter().map(|one| one.header("sederunt-sequence").parse().unwrap()).collect()
}

impl Scene {
    fn wanted(&self, only_failed: bool) -> Wanted {
        let last = *self.house.store.durable().borrow();
        Wanted {
            delivery: self.house.node.mint_id(),
            range: Range::Facts(1, last),
            only_failed,
            new_ids: false,
            events: None,
        }
    }

    async fn begin(&self, webhook: Id, wanted: Wanted) -> Result<Begun, OwnerError> {
        let row = self.house.store.webhook(&self.app, webhook).await.unwrap().unwrap();
        begin(&self.service, &row, wanted).await
    }

    async fn state(&self, webhook: Id, no: u32) -> ReplayState {
        self.house.store.replay(&self.app, webhook, no).await.unwrap().state
    }

    /// Facts of what failed for good, when there are so many.
    async fn dead(&self, webhook: Id, count: usize) -> Vec<u64> {
        let log = self.service.log();
        let dead = async || {
            log.flush().await;
            let query =
                DeadQuery { endpoint: webhook, from_seq: 0, to_seq: u64::MAX, after: None, limit: KEYS_MAX };
            log.dead_letters(query).await.unwrap().keys.iter().map(|key| key.seq).collect::<Vec<_>>()
        };
        until("what failed is in the log", || async { dead().await.len() == count }).await;
        dead().await
    }
}

#[tokio::test]
async fn what_failed_is_told_once_more_and_counts_as_failed_no_longer() {
    let mut scene = Scene::new().await;
    let receiver =
        Receiver::answering(|n, got| Some(if got.what() == JOINED && n == 0 { 404 } else { 200 })).await;
    let webhook = scene.webhook(receiver.url("/"), &["meeting.started", JOINED]).await;
    for _ in 0..3 {
        scene.session().await;
    }
    receiver.wait(6).await;
    let dead = scene.dead(webhook, 3).await;
    let log = scene.service.log();
    let some = failed::read(log, webhook, (1, u64::MAX), 2).await.unwrap();
    assert_eq!((some.events.len(), some.is_all), (2, false), "no more than that");
    let first = failed::read(log, webhook, (1, dead[0]), 2).await.unwrap();
    assert_eq!((first.events, first.is_all), (BTreeSet::from([(dead[0], 0)]), true));
    let Begun { replay, estimated } = scene.begin(webhook, scene.wanted(true)).await.unwrap();
    assert_eq!((replay.no, estimated), (1, 3));
    let got = receiver.wait(9).await;
    let mut told = seqs(&got[6..]);
    told.sort_unstable();
    assert_eq!(told, dead);
    assert!(got[6..].iter().all(|one| one.what() == JOINED && one.header("sederunt-replay") == "1"));
    until("the replay is over", || async { scene.state(webhook, 1).await == ReplayState::Done }).await;
    assert_eq!(
        scene.dead(webhook, 0).await,
        [] as [u64; 0],
        "delivered by the replay, in the webhook's own log"
    );
    let nothing = scene.begin(webhook, scene.wanted(true)).await.unwrap();
    assert_eq!(nothing.estimated, 0);
    until("there is nothing to do", || async { scene.state(webhook, 2).await == ReplayState::Done }).await;
    assert_eq!(receiver.got().len(), 9);
}

#[tokio::test]
async fn a_replay_of_what_failed_goes_on_after_a_start_with_what_it_has_not_delivered() {
    let mut scene = Scene::new().await;
    let refuses = Receiver::answering(|_, got| Some(if got.what() == JOINED { 404 } else { 200 })).await;
    let webhook = scene.webhook(refuses.url("/"), &["meeting.started", JOINED]).await;
    for _ in 0..5 {
        scene.session().await;
    }
    let dead = scene.dead(webhook, 5).await;
    let port = refuses.close().await;
    // It takes the first two, and says nothing to the others.
    let second = dead[1];
    let half = Receiver::at(port, move |_, got| {
        let seq: u64 = got.header("sederunt-sequence").parse().unwrap();
        (seq <= second).then_some(200)
    })
    .await;
    scene.begin(webhook, scene.wanted(true)).await.unwrap();
    half.wait(5).await;
    assert_eq!(scene.dead(webhook, 3).await, dead[2..]);
    half.close().await;
    scene.without_service(async |_| {}).await;
    let back = Receiver::at(port, |_, _| Some(200)).await;
    let mut got = seqs(&back.wait(3).await);
    got.sort_unstable();
    assert_eq!(got, dead[2..], "and nothing that it had delivered");
    until("the replay is over", || async { scene.state(webhook, 1).await == ReplayState::Done }).await;
    assert_eq!(back.got().len(), 3);
}

#[tokio::test]
async fn a_replay_rests_while_its_webhook_is_switched_off() {
    let mut scene = Scene::new().await;
    let hangs = Receiver::answering(|_, _| None).await;
    let webhook = scene.webhook(hangs.url("/"), &["meeting.started"]).await;
    scene.session().await;
    hangs.wait(1).await;
    scene.begin(webhook, scene.wanted(false)).await.unwrap();
    hangs.wait(2).await;
    let switch = async |on| {
        let store = &scene.house.store;
        store.change_webhook(&scene.app, webhook, move |row| row.is_enabled = on).await.unwrap();
    };
    switch(false).await;
    let service = &scene.service;
    until("nobody is served", || async { service.receivers() == 0 }).await;
    assert_eq!(scene.state(webhook, 1).await, ReplayState::Running);
    assert!(matches!(scene.begin(webhook, scene.wanted(false)).await, Err(OwnerError::Off)));
    let port = hangs.close().await;
    let back = Receiver::at(port, |_, _| Some(200)).await;
    switch(true).await;
    let got = back.wait(1).await;
    assert_eq!(got[0].header("sederunt-replay"), "1");
    until("the replay is over", || async { scene.state(webhook, 1).await == ReplayState::Done }).await;
    let row = scene.house.store.webhook(&scene.app, webhook).await.unwrap().unwrap();
    let stopped = stop(&scene.house.store, &row, 1).await.unwrap();
    assert_eq!(stopped.state, ReplayState::Done, "it is over");
}

#[tokio::test]
async fn a_range_is_one_of_the_apps_own_facts() {
    let mut scene = Scene::new().await;
    let receiver = Receiver::willing().await;
    let webhook = scene.webhook(receiver.url("/"), &["meeting.started", "meeting.ended"]).await;
    scene.session().await;
    receiver.wait(2).await;
    let last = *scene.house.store.durable().borrow();
    // The facts that follow are of another app: nobody wakes this one for them.
    let other = scene.house.app("acc", "app-2", "Other app").await;
    let app = std::mem::replace(&mut scene.app, other);
    scene.session().await;
    scene.app = app;
    assert!(*scene.house.store.durable().borrow() > last);
    let Begun { replay, estimated } = scene.begin(webhook, scene.wanted(false)).await.unwrap();
    assert_eq!((replay.from_seq, replay.to_seq, estimated), (1, last, 2));
    until("the replay is over", || async { scene.state(webhook, 1).await == ReplayState::Done }).await;
    assert_eq!(seqs(&receiver.wait(4).await[2..]), [1, last]);

    let begin = async |range| scene.begin(webhook, Wanted { range, ..scene.wanted(false) }).await;
    let beyond = begin(Range::Facts(1, 999)).await;
    assert!(matches!(beyond, Err(OwnerError::Beyond(head)) if head > last), "{beyond:?}");
    assert!(matches!(begin(Range::Facts(3, 2)).await, Err(OwnerError::Backwards)));
    assert!(matches!(begin(Range::Facts(last + 1, last + 2)).await, Err(OwnerError::Nothing)));
}
