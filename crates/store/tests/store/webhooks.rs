//! Receivers of webhooks: who there is, and how far each is.

use std::collections::HashSet;

use crate::common::{Recorder, app_row, at, meeting_row, open};
use sederunt_core::fact::FactName;
use sederunt_core::id::{AppId, Id, MeetingId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_store::delivery::{Change, Cursor, Key, OffReason, Row, SavedHealth, Tried};
use sederunt_store::{
    EventFilter, EventFolds, EventQuery, FactAt, FactsAfter, MeetingRow, REPLAYS_AT_ONCE_MAX, REPLAYS_KEPT,
    ReplayRow, ReplayState, RoomDelivery, Store, StoreError, Thing, WEBHOOKS_PER_APP_MAX, WebhookRow,
};
use serde_json::json;

const W: Id = Id::from_u128(0xe1);

fn webhook(id: u128) -> WebhookRow {
    WebhookRow {
        id: Id::from_u128(id),
        app: "p".into(),
        name: "Register".to_owned(),
        url: "https://hooks.example/a".to_owned(),
        events: vec!["meeting.ended".to_owned(), "meeting.started".to_owned()],
        is_enabled: true,
        secret: [7; 32],
        old_secret: Some(([6; 32], at(9))),
        created_at: at(1),
        updated_at: at(2),
    }
}

fn app() -> AppId {
    "p".into()
}

async fn with_app() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    store.create_app(app_row("p"), vec![]).await.unwrap();
    store.create_app(app_row("q"), vec![]).await.unwrap();
    (dir, store)
}

async fn cursor(store: &Store) -> (Cursor, u64) {
    let delivery = store.delivery(W).await.unwrap().unwrap();
    (delivery.saved.cursor, delivery.epoch)
}

/// Records a session of a meeting of its own, so that the ledger has one more fact.
async fn fact(store: &Store, n: u128) {
    let mut session = Recorder::new("p", n, n);
    session.start(at(0), "Lesson");
    session.save(store).await;
}

fn up(done_seq: u64) -> Cursor {
    Cursor { done_seq, health: SavedHealth::Up }
}

fn waiting(seq: u64, behind_from: Option<u64>) -> Row {
    let tried = Tried {
        attempts: 2,
        first_at: at(3),
        hold_until: at(63_003),
        next_at: at(4),
        last_status: Some(503),
        is_alone: false,
    };
    let key = Key { seq, part: 1, replay: 0 };
    Row { key, lane: MeetingId::from_u128(0x100), tried: Some(tried), behind_from }
}

#[tokio::test]
async fn rows_are_given_back_as_they_were_and_secrets_are_not_shown() {
    let (dir, store) = with_app().await;
    store.create_webhook(webhook(0xe2)).await.unwrap();
    store.create_webhook(webhook(0xe1)).await.unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.webhooks(&app()).await.unwrap(), [webhook(0xe1), webhook(0xe2)], "same instant: by id");
    assert_eq!(store.webhook(&app(), W).await.unwrap(), Some(webhook(0xe1)));
    assert_eq!(store.webhook(&"q".into(), W).await.unwrap(), None, "another app's");
    assert!(!format!("{:?}", webhook(1)).contains("secret"));
    let changed = store.change_webhook(&app(), W, |row| row.name = "B".to_owned()).await.unwrap();
    assert_eq!(changed.name, "B");
    let missing = store.change_webhook(&"q".into(), W, |_| ()).await;
    assert!(matches!(missing, Err(StoreError::NotFound(Thing::Webhook))));
    assert_eq!(store.delete_webhook(&app(), W).await.unwrap(), changed);
    assert!(matches!(store.delete_webhook(&app(), W).await, Err(StoreError::NotFound(Thing::Webhook))));
    assert_eq!(store.delivery(W).await.unwrap(), None, "nothing is left of it");
}

#[tokio::test]
async fn an_app_has_so_many_and_no_more() {
    let (_dir, store) = with_app().await;
    for n in 0..WEBHOOKS_PER_APP_MAX {
        store.create_webhook(webhook(0x1000 + n as u128)).await.unwrap();
    }
    let more = store.create_webhook(webhook(0xe1)).await;
    assert!(matches!(more, Err(StoreError::Limit { max: WEBHOOKS_PER_APP_MAX, .. })));
    assert!(matches!(store.create_webhook(webhook(0x1000)).await, Err(StoreError::Exists(Thing::Webhook))));
}

#[tokio::test]
async fn it_begins_with_what_comes_after_it_and_again_when_it_is_switched_on() {
    let (_dir, store) = with_app().await;
    fact(&store, 1).await;
    store.create_webhook(webhook(0xe1)).await.unwrap();
    assert_eq!(cursor(&store).await, (up(1), 0));
    fact(&store, 2).await;
    store.change_webhook(&app(), W, |row| row.url.push('b')).await.unwrap();
    assert_eq!(cursor(&store).await, (up(1), 0), "another URL helps what waits");
    let put = Change { cursor: up(2), put: vec![waiting(2, None)], remove: vec![] };
    assert!(store.keep_delivery(W, 0, put).await.unwrap());
    fact(&store, 3).await;

    store.change_webhook(&app(), W, |row| row.is_enabled = false).await.unwrap();
    let off = SavedHealth::Off { reason: OffReason::Disabled, from: 2 };
    assert_eq!(cursor(&store).await, (Cursor { done_seq: 2, health: off }, 1), "fact 2 waited");
    assert!(store.delivery(W).await.unwrap().unwrap().saved.rows.is_empty());
    // What was decided before is not kept.
    let late = Change { cursor: up(3), put: vec![waiting(3, None)], remove: vec![] };
    assert!(!store.keep_delivery(W, 0, late).await.unwrap());
    assert_eq!(cursor(&store).await.0.health, off);
    store.change_webhook(&app(), W, |row| row.is_enabled = false).await.unwrap();
    assert_eq!(cursor(&store).await.1, 1, "off already");

    store.change_webhook(&app(), W, |row| row.is_enabled = true).await.unwrap();
    assert_eq!(cursor(&store).await, (up(3), 2));
}

#[tokio::test]
async fn one_made_switched_off_misses_everything() {
    let (_dir, store) = with_app().await;
    fact(&store, 1).await;
    store.create_webhook(WebhookRow { is_enabled: false, ..webhook(0xe1) }).await.unwrap();
    let off = SavedHealth::Off { reason: OffReason::Disabled, from: 2 };
    assert_eq!(cursor(&store).await.0, Cursor { done_seq: 1, health: off });
}

#[tokio::test]
async fn what_waits_is_kept_over_a_restart_with_its_cursor() {
    let (dir, store) = with_app().await;
    store.create_webhook(webhook(0xe1)).await.unwrap();
    let down = SavedHealth::Down { since: at(5), for_ms: 77, probe_at: at(6) };
    let behind = Row { tried: None, ..waiting(4, Some(3)) };
    let rows = vec![waiting(2, Some(2)), behind.clone()];
    let change = Change { cursor: Cursor { done_seq: 5, health: down }, put: rows.clone(), remove: vec![] };
    assert!(store.keep_delivery(W, 0, change).await.unwrap());
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    let saved = store.delivery(W).await.unwrap().unwrap().saved;
    assert_eq!((saved.cursor.health, saved.rows), (down, rows.clone()));
    let change = Change { cursor: up(6), put: vec![], remove: vec![rows[0].key] };
    assert!(store.keep_delivery(W, 0, change).await.unwrap());
    assert_eq!(store.delivery(W).await.unwrap().unwrap().saved.rows, [behind]);
    assert!(
        !store
            .keep_delivery(Id::from_u128(9), 0, Change { cursor: up(1), put: vec![], remove: vec![] })
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn one_that_is_given_up_is_switched_off_and_says_what_it_missed() {
    let (_dir, store) = with_app().await;
    store.create_webhook(webhook(0xe1)).await.unwrap();
    let mut watch = store.watch_apps();
    let health = SavedHealth::Off { reason: OffReason::GivenUp, from: 3 };
    let change = Change { cursor: Cursor { done_seq: 5, health }, put: vec![], remove: vec![] };
    assert!(store.keep_delivery(W, 0, change).await.unwrap());
    assert!(!store.webhook(&app(), W).await.unwrap().unwrap().is_enabled);
    assert!(watch.changed().await.unwrap().receivers.contains(&app()), "whoever serves it hears of that");
    store.change_webhook(&app(), W, |row| row.name = "C".to_owned()).await.unwrap();
    assert_eq!(cursor(&store).await.0.health, health, "why it is off is not forgotten");
}

#[tokio::test]
async fn rooms_with_a_webhook_share_a_place_and_have_rows_while_they_wait() {
    let (_dir, store) = with_app().await;
    fact(&store, 1).await;
    assert_eq!(store.receivers(&app()).await.unwrap().rooms, None);
    let mut room = meeting_row("p", 0x100, "Room");
    let given = serde_json::json!({ "url": "https://r.example/", "headers": { "X-Key": "1" } });
    room.extra = serde_json::json!({ "webhook": given });
    store.create_meeting(room.clone()).await.unwrap();
    let known = store.receivers(&app()).await.unwrap();
    assert_eq!((known.rooms, known.head, known.app_name.as_str()), (Some(1), 1, "App p"));
    fact(&store, 2).await;
    store
        .put_meeting(sederunt_store::MeetingRow { deleted_at: Some(UnixMs(1)), ..room.clone() })
        .await
        .unwrap();
    assert_eq!(store.receivers(&app()).await.unwrap().rooms, Some(1), "the first one counts");
    let told = store.room_webhook(room.id).await.unwrap().unwrap();
    assert_eq!(
        (told.url.as_str(), &told.headers[..]),
        ("https://r.example/", &[("X-Key".to_owned(), "1".to_owned())][..])
    );

    let change = Change { cursor: up(1), put: vec![waiting(2, None)], remove: vec![] };
    let url = "https://r.example/".to_owned();
    let kept = RoomDelivery { id: Id::from_u128(5), url, change: Some(change) };
    store.keep_rooms(&app(), 2, vec![kept.clone()]).await.unwrap();
    let known = store.receivers(&app()).await.unwrap();
    assert_eq!(known.rooms, Some(2));
    assert_eq!(known.deliveries[0].url.as_deref(), Some("https://r.example/"));
    assert_eq!(store.delivery(kept.id).await.unwrap().unwrap().saved.rows, [waiting(2, None)]);
    store.keep_rooms(&app(), 1, vec![RoomDelivery { change: None, ..kept }]).await.unwrap();
    let known = store.receivers(&app()).await.unwrap();
    assert_eq!((known.rooms, known.deliveries.len()), (Some(2), 0), "a place never goes back");
    assert_eq!(store.apps_with_receivers().await.unwrap(), ["p".into()]);
}

#[tokio::test]
async fn a_replay_is_a_receiver_while_it_runs() {
    let (_dir, store) = with_app().await;
    store.create_webhook(webhook(0xe1)).await.unwrap();
    let replay = |n: u128| ReplayRow {
        webhook: W,
        no: 0,
        delivery: Id::from_u128(0x900 + n),
        from_seq: 3,
        to_seq: 9,
        only_failed: true,
        new_ids: true,
        events: Some(vec!["meeting.ended".to_owned()]),
        state: ReplayState::Stopped,
        sent: 0,
        failed: 0,
        created_at: at(7),
    };
    for n in 0..REPLAYS_AT_ONCE_MAX {
        let made = store.create_replay(&app(), replay(n as u128)).await.unwrap();
        assert_eq!((made.no as usize, made.state), (n + 1, ReplayState::Running));
    }
    assert!(matches!(store.create_replay(&app(), replay(99)).await, Err(StoreError::Limit { .. })));
    assert!(matches!(
        store.create_replay(&"q".into(), replay(99)).await,
        Err(StoreError::NotFound(Thing::Webhook))
    ));
    let first = store.replay(&app(), W, 1).await.unwrap();
    assert_eq!(first, ReplayRow { no: 1, state: ReplayState::Running, ..replay(0) });
    assert_eq!(store.delivery(first.delivery).await.unwrap().unwrap().saved.cursor, up(2));
    store.count_replay(first.delivery, 5, 1).await.unwrap();
    let done = store.end_replay(&app(), W, 1, ReplayState::Done).await.unwrap();
    assert_eq!((done.state, done.sent, done.failed), (ReplayState::Done, 5, 1));
    let again = store.end_replay(&app(), W, 1, ReplayState::Stopped).await.unwrap();
    assert_eq!(again.state, ReplayState::Done, "it has ended");
    assert_eq!(store.delivery(first.delivery).await.unwrap(), None);
    // Its receiver was down for too long.
    let second = store.replay(&app(), W, 2).await.unwrap();
    let health = SavedHealth::Off { reason: OffReason::GivenUp, from: 3 };
    let change = Change { cursor: Cursor { done_seq: 5, health }, put: vec![], remove: vec![] };
    assert!(store.keep_delivery(second.delivery, 0, change).await.unwrap());
    assert_eq!(store.replay(&app(), W, 2).await.unwrap().state, ReplayState::GivenUp);
    assert_eq!(store.delivery(second.delivery).await.unwrap(), None, "nothing is left of it");
    assert!(store.webhook(&app(), W).await.unwrap().unwrap().is_enabled, "the webhook itself goes on");
    let numbers: Vec<_> =
        store.replays(&app(), W, None, 3).await.unwrap().iter().map(|replay| replay.no).collect();
    assert_eq!(numbers, [4, 3, 2]);
    assert_eq!(store.receivers(&app()).await.unwrap().replays.len(), 2);
    store.delete_webhook(&app(), W).await.unwrap();
    assert_eq!(store.receivers(&app()).await.unwrap().deliveries, []);
    assert!(matches!(store.replay(&app(), W, 1).await, Err(StoreError::NotFound(Thing::Webhook))));
}

#[tokio::test]
async fn old_replays_are_forgotten_and_their_numbers_stay_taken() {
    let (_dir, store) = with_app().await;
    store.create_webhook(webhook(0xe1)).await.unwrap();
    let replay = |n: u32| ReplayRow {
        webhook: W,
        no: 0,
        delivery: Id::from_u128(0x900 + u128::from(n)),
        from_seq: 3,
        to_seq: 9,
        only_failed: false,
        new_ids: false,
        events: None,
        state: ReplayState::Running,
        sent: 0,
        failed: 0,
        created_at: at(7),
    };
    // The first one runs on.
    for n in 1..=REPLAYS_KEPT + 3 {
        assert_eq!(store.create_replay(&app(), replay(n)).await.unwrap().no, n);
        if n > 1 {
            store.end_replay(&app(), W, n, ReplayState::Stopped).await.unwrap();
        }
    }
    let numbers = async |before, limit| {
        let rows = store.replays(&app(), W, before, limit).await.unwrap();
        rows.iter().map(|replay| replay.no).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 2).await, [1_003, 1_002]);
    assert_eq!(numbers(Some(5), 100).await, [4, 1]);
    let running = store.running_replays(&app(), W).await.unwrap();
    assert_eq!(running.iter().map(|replay| replay.no).collect::<Vec<_>>(), [1]);
    assert_eq!(store.running_replays(&app(), Id::from_u128(7)).await.unwrap(), []);
}

#[tokio::test]
async fn a_webhook_of_a_room_is_of_its_app() {
    let (_dir, store) = with_app().await;
    let mut room = meeting_row("p", 0x100, "Room");
    room.extra = serde_json::json!({ "webhook": { "url": "https://r.example/" } });
    store.create_meeting(room.clone()).await.unwrap();
    store.create_meeting(meeting_row("p", 0x200, "Plain")).await.unwrap();
    let of =
        async |app: &str, room: u128| store.webhook_of_room(&app.into(), MeetingId::from_u128(room)).await;
    assert_eq!(
        of("p", 0x100).await.unwrap().map(|webhook| webhook.url).as_deref(),
        Some("https://r.example/")
    );
    assert_eq!(of("p", 0x200).await.unwrap(), None);
    for (app, room) in [("q", 0x100), ("p", 0x300)] {
        assert!(matches!(of(app, room).await, Err(StoreError::NotFound(Thing::Meeting))), "{app}");
    }
    assert_eq!(store.rooms_place(&app()).await.unwrap(), Some(0));
    assert_eq!(store.rooms_place(&"q".into()).await.unwrap(), None);
}

#[tokio::test]
async fn facts_are_found_by_number_and_counted_within_their_app() {
    let (_dir, store) = with_app().await;
    for (app, n) in [("p", 1), ("q", 2), ("p", 3)] {
        let mut session = Recorder::new(app, n, n + 0x10);
        session.start(at(n as i64 * 100), "Lesson");
        session.join(at(n as i64 * 100 + 10), 0x20, 0x30, crate::common::person("Ann", None));
        session.save(&store).await;
    }
    let mut found = store.facts_at(&app(), vec![6, 1, 3, 99, u64::MAX]).await.unwrap();
    found.sort_by_key(|fact| fact.seq);
    let expected = |seq, ms, kind, n| FactAt {
        seq,
        at: at(ms),
        kind,
        meeting: MeetingId::from_u128(n),
        session: SessionId::from_u128(n + 0x10),
    };
    assert_eq!(
        found,
        [expected(1, 100, FactName::SessionStarted, 1), expected(6, 310, FactName::PeerJoined, 3)],
        "the third is of another app"
    );
    let span = async |from, to| store.facts_span(&app(), from, to).await.unwrap();
    assert_eq!(span(0, u64::MAX).await, Some((1, 6)));
    assert_eq!(span(2, 5).await, Some((2, 5)));
    assert_eq!(span(3, 4).await, None, "of another app");
    assert_eq!(span(6, 2).await, None);
    let after = async |after, max| store.facts_after(&app(), after, max).await.unwrap();
    assert_eq!(after(0, 100).await, FactsAfter { facts: 4, first_at: Some(at(100)) });
    assert_eq!(after(2, 1).await, FactsAfter { facts: 1, first_at: Some(at(300)) });
    assert_eq!(after(6, 100).await, FactsAfter { facts: 0, first_at: None });
    let counted = store.count_facts(&app(), 2, 6).await.unwrap();
    let mut kinds = counted.kinds.clone();
    kinds.sort_unstable();
    assert_eq!((kinds, counted.more), (vec![(FactName::SessionStarted, 1), (FactName::PeerJoined, 2)], 0));
    let between = async |from, to| store.facts_between(&app(), at(from), at(to)).await.unwrap();
    assert_eq!(between(100, 310).await, Some((1, 6)));
    assert_eq!(between(105, 300).await, Some((2, 5)));
    assert_eq!(between(111, 299).await, None);
    assert!(matches!(
        store.facts_between(&"x".into(), at(0), at(1)).await,
        Err(StoreError::NotFound(Thing::App))
    ));
}

#[tokio::test]
async fn only_the_first_room_with_a_webhook_makes_others_of_an_apps_receivers() {
    let (_dir, store) = with_app().await;
    let mut watch = store.watch_receivers();
    let room = |app: &str, id| MeetingRow {
        extra: json!({ "webhook": { "url": "https://hooks.example/room" } }),
        ..meeting_row(app, id, "Room")
    };
    store.create_meeting(room("p", 1)).await.unwrap();
    let changed = watch.changed().await.unwrap();
    assert_eq!(changed.receivers, HashSet::from([app()]));
    // What is told meanwhile is told at once.
    store.create_meeting(room("p", 2)).await.unwrap();
    store.change_meeting(MeetingId::from_u128(1), |row| row.title = "Other".to_owned()).await.unwrap();
    store.create_meeting(room("q", 3)).await.unwrap();
    let changed = watch.changed().await.unwrap();
    assert_eq!(changed.receivers, HashSet::from([AppId::from("q")]));
}

#[tokio::test]
async fn a_page_ends_where_it_is_asked_to_whatever_comes_after() {
    let (_dir, store) = with_app().await;
    for n in 1..=4 {
        fact(&store, n).await;
    }
    let page = async |after, to| {
        let filter = EventFilter::default();
        let query = EventQuery { app: app(), after, to, limit: 100, filter };
        let (page, folds) = store.events(query, EventFolds::default()).await.unwrap();
        (page.events.iter().map(|row| row.seq).collect::<Vec<_>>(), page.through, page.has_more, folds)
    };
    let (seqs, through, has_more, folds) = page(1, 3).await;
    assert_eq!((seqs, through, has_more), (vec![2, 3], 3, false));
    assert!(folds.fits(&app(), 3, &EventFilter::default()), "and whoever goes on goes on from there");
    let (seqs, through, ..) = page(3, u64::MAX).await;
    assert_eq!((seqs, through), (vec![4], 4));
    let (seqs, through, ..) = page(3, 2).await;
    assert_eq!((seqs, through), (vec![], 3));
}
