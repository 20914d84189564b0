//! Every answer is that of a map, whatever days and tables it comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sederunt_core::time::UnixMs;
use sederunt_dice::Dice;
use sederunt_store::delivery_log::{
    ATTEMPTS_SHOWN, DeadLetters, DeadQuery, Delivered, DeliveryLog, Final, Key, Options, PAGE_MAX, Query,
    State,
};

use super::model::{Model, key};
use super::{close, endpoint, failure, noon, open, open_with, success, walk};

/// Days of a random log.
const DAYS: i64 = 5;

fn any_query(dice: &mut Dice) -> Query {
    let any_time = |dice: &mut Dice| UnixMs(noon(0).0 + dice.between(-90_000_000, (DAYS + 1) * 86_400_000));
    let any_state = |dice: &mut Dice| *dice.pick(&[State::Delivered, State::Failed, State::Dead]);
    Query {
        endpoint: endpoint(u128::from(dice.below(4))),
        state: dice.maybe(2, any_state),
        after_seq: dice.maybe(4, |dice| dice.below(12_300)),
        before_seq: dice.maybe(4, |dice| dice.below(12_300)),
        from: dice.maybe(3, any_time),
        to: dice.maybe(3, any_time),
        cursor: dice.maybe(4, key),
        limit: 1 + dice.index(20),
    }
}

async fn compare(log: &DeliveryLog, model: &Model, dice: &mut Dice) {
    for _ in 0..30 {
        let query = any_query(dice);
        let (found, expected) = (walk(log, &query).await, model.pages(&query));
        let differs = (0..found.len().max(expected.len())).find(|at| found.get(*at) != expected.get(*at));
        if let Some(at) = differs {
            panic!("{query:?}\nat {at}: {:?}\nnot {:?}", found.get(at), expected.get(at));
        }
    }
    let endpoint = endpoint(u128::from(dice.below(4)));
    let (mut keys, mut shown) = (vec![key(dice)], Vec::new());
    for expected in model.all(endpoint) {
        if expected.key != keys[0] && dice.one_in(3) && keys.len() < 100 {
            keys.push(expected.key);
            shown.push(expected.clone());
        }
        assert_eq!(log.delivery(endpoint, expected.key).await.unwrap(), Some(expected));
    }
    let page = log.deliveries_of(endpoint, keys.clone()).await.unwrap();
    let (mut found, is_whole) = (page.deliveries, page.next.is_none());
    found.retain(|delivery| delivery.key != keys[0]);
    found.reverse();
    assert_eq!(found.iter().map(|delivery| delivery.key).collect::<Vec<_>>(), keys[1..]);
    assert!(
        is_whole
            && found.iter().zip(&shown).all(|(found, shown)| {
                let newest = shown.attempts.len() - shown.attempts.len().min(ATTEMPTS_SHOWN);
                found.attempts == shown.attempts[newest..] && found.attempts_total == shown.attempts_total
            })
    );
    for _ in 0..10 {
        let (from, to) = (dice.below(12_300), dice.below(12_300));
        assert_eq!(dead(log, dice, (from, to)).await, model.dead(super::endpoint(1), from, to));
        let since = UnixMs(noon(0).0 + dice.between(-1, DAYS * 86_400_000));
        assert_eq!(log.stats(endpoint, since).await.unwrap(), model.stats(endpoint, since));
    }
}

/// Lists of what failed for good at the first endpoint, put together.
async fn dead(log: &DeliveryLog, dice: &mut Dice, (from_seq, to_seq): (u64, u64)) -> Vec<Key> {
    let limit = 1 + dice.index(10);
    let mut query = DeadQuery { endpoint: endpoint(1), from_seq, to_seq, after: None, limit };
    let mut all = Vec::new();
    loop {
        let DeadLetters { keys, next } = log.dead_letters(query.clone()).await.unwrap();
        assert!(keys.len() <= limit);
        all.extend(keys);
        if next.is_none() {
            return all;
        }
        assert!(next > query.after, "{next:?} goes on from {:?}", query.after);
        query.after = next;
    }
}

#[tokio::test]
async fn answers_are_those_of_a_map() {
    let mut dice = Dice::from_env("LOG_SEED");
    for _ in 0..6 {
        let dir = tempfile::tempdir().unwrap();
        let mut log = open(dir.path());
        let mut model = Model::default();
        for _ in 0..4 {
            for _ in 0..dice.within(1..8) {
                model.log_some(&log, &mut dice, DAYS).await;
            }
            compare(&log, &model, &mut dice).await;
            if dice.one_in(2) {
                close(log).await;
                log = open(dir.path());
            }
        }
        close(log).await;
    }
}

#[tokio::test]
async fn a_list_of_what_failed_goes_on_after_the_end_of_a_stretch() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for seq in [4_095, 4_096, 12_287, 20_000] {
        log.failed_for_good(failure(seq, noon(0)), Final::Refused).await.unwrap().unwrap();
    }
    for limit in 1..6 {
        let mut query =
            DeadQuery { endpoint: endpoint(1), from_seq: 0, to_seq: u64::MAX, after: None, limit };
        let mut seqs = Vec::new();
        // One call a list, and one that finds nothing more.
        for _ in 0..5 {
            let DeadLetters { keys, next } = log.dead_letters(query.clone()).await.unwrap();
            seqs.extend(keys.iter().map(|key| key.seq));
            query.after = next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!((seqs.as_slice(), query.after), ([4_095, 4_096, 12_287, 20_000].as_slice(), None));
    }
    close(log).await;
}

#[tokio::test]
async fn a_page_holds_while_more_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    (0..100).for_each(|seq| log.delivered(success(seq * 100, noon(0))));
    log.flush().await;
    let mut query = Query::new(endpoint(1), 7);
    let mut seen = Vec::new();
    loop {
        let page = log.deliveries(query.clone()).await.unwrap();
        assert_eq!(page.has_more(), page.next.is_some());
        seen.extend(page.deliveries.iter().map(|delivery| delivery.key.seq));
        let Some(next) = page.next else { break };
        query.cursor = Some(next);
        // Newer facts, another attempt of what was shown, and of what will be.
        log.delivered(success(20_000 + seen.len() as u64, noon(1)));
        log.failed(failure(9_900, noon(1)));
        log.failed(failure(100, noon(1)));
        log.flush().await;
    }
    assert_eq!(seen, (0..100).rev().map(|n| n * 100).collect::<Vec<_>>());
    close(log).await;
}

#[tokio::test]
async fn a_call_does_a_bounded_amount_of_work() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    // Each in a stretch of its own, and the only one that failed is the oldest.
    for n in 1..=1_500_u64 {
        log.delivered(success(n * 10_000, noon(0)));
    }
    log.failed(failure(10_000, noon(0)));
    for n in 1..=1_500 {
        log.failed(failure(n * 10_000 + 1, noon(0)));
        log.delivered(success(n * 10_000 + 1, noon(0)));
    }
    log.flush().await;
    let mut query = Query { state: Some(State::Failed), ..Query::new(endpoint(1), 10) };
    let first = log.deliveries(query.clone()).await.unwrap();
    assert!(first.deliveries.is_empty() && first.has_more());
    query.cursor = first.next;
    assert_eq!(walk(&log, &query).await, Vec::new(), "all were delivered in the end");
    query.state = None;
    query.limit = usize::MAX;
    let page = log.deliveries(query.clone()).await.unwrap();
    assert_eq!((page.deliveries.len(), page.has_more()), (PAGE_MAX, true));
    query.limit = 0;
    assert_eq!(log.deliveries(query).await.unwrap().deliveries.len(), 1);
    close(log).await;
}

#[tokio::test]
async fn an_event_that_is_probed_for_days_shows_its_newest_attempts() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    for n in 0..2_000_i64 {
        log.failed(failure(5, noon(0).plus_ms(n * 300_000)));
    }
    log.flush().await;
    let page = log.deliveries(Query::new(endpoint(1), 10)).await.unwrap();
    let [delivery] = page.deliveries.as_slice() else { panic!("{page:?}") };
    assert_eq!((delivery.attempts.len(), delivery.attempts_total), (ATTEMPTS_SHOWN, 2_000));
    assert_eq!(delivery.attempts.last().unwrap().at, noon(0).plus_ms(1_999 * 300_000));
    assert!(delivery.attempts.is_sorted_by_key(|attempt| attempt.at));
    close(log).await;
}

#[tokio::test]
async fn a_stretch_that_was_replayed_often_has_pages_like_any_other() {
    const FACTS: u64 = 3_000;
    const REPLAYS: u32 = 4;
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    let key = |seq, replay| Key { seq: 8_192 + seq, part: 0, replay };
    for seq in 0..FACTS {
        (0..REPLAYS)
            .for_each(|replay| log.delivered(Delivered { key: key(seq, replay), ..success(0, noon(0)) }));
    }
    log.flush().await;
    let found: Vec<Key> = walk(&log, &Query::new(endpoint(1), 200)).await.iter().map(|d| d.key).collect();
    let all = (0..FACTS).rev().flat_map(|seq| (0..REPLAYS).rev().map(move |replay| key(seq, replay)));
    assert_eq!(found, all.collect::<Vec<_>>());
    close(log).await;
}

#[tokio::test]
async fn figures_say_from_when_on_they_count() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    // A row each, as every fact is in a stretch of its own; a thousand a minute.
    for n in 0..70_000_u64 {
        let minute = i64::try_from(n / 1_000).unwrap();
        log.delivered(success(n * 4_096, noon(0).plus_ms(minute * 60_000)));
        if n % 10_000 == 0 {
            log.flush().await;
        }
    }
    log.failed(failure(1, noon(0)));
    log.failed(failure(2, noon(0).plus_ms(5 * 60_000)));
    log.flush().await;
    let stats = log.stats(endpoint(1), noon(0)).await.unwrap();
    assert_eq!((stats.since, stats.delivered, stats.failed), (noon(0).plus_ms(5 * 60_000), 65_000, 1));
    close(log).await;
}

#[tokio::test]
async fn where_failures_alone_are_wanted_it_still_shows_what_became_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { keeps_successes: false, ..Options::default() };
    let log = open_with(dir.path(), options, noon(0));
    log.delivered(success(1, noon(0)));
    log.failed(failure(2, noon(0)));
    log.failed_for_good(failure(3, noon(0)), Final::UsedUp).await.unwrap().unwrap();
    log.failed(failure(4, noon(0)));
    log.delivered(Delivered { attempt: 2, ..success(2, noon(0)) });
    log.delivered(Delivered { key: Key { replay: 1, ..Key::first(3) }, ..success(3, noon(0)) });
    log.flush().await;
    let states: Vec<_> = walk(&log, &Query::new(endpoint(1), 10))
        .await
        .iter()
        .map(|d| (d.key.seq, d.key.replay, d.state))
        .collect();
    let expected =
        [(4, 0, State::Failed), (3, 1, State::Delivered), (3, 0, State::Dead), (2, 0, State::Delivered)];
    assert_eq!((states.as_slice(), log.dropped()), (expected.as_slice(), 0));
    let dead = DeadQuery { endpoint: endpoint(1), from_seq: 0, to_seq: u64::MAX, after: None, limit: 10 };
    assert_eq!(log.dead_letters(dead).await.unwrap().keys, [], "a replay delivered it");
    close(log).await;
}

#[tokio::test]
async fn a_fact_that_cannot_be_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    log.delivered(success(u64::MAX, noon(0)));
    log.failed(failure(u64::MAX, noon(0)));
    let ack = log.failed_for_good(failure(u64::MAX, noon(0)), Final::Refused);
    ack.await.unwrap().unwrap_err();
    let highest = i64::MAX.unsigned_abs();
    log.delivered(success(highest, noon(0)));
    log.flush().await;
    assert_eq!((super::seqs(&log).await, log.dropped()), (vec![highest], 3));
    assert_eq!(log.delivery(endpoint(1), Key::last(highest)).await.unwrap(), None);
    assert!(log.delivery(endpoint(1), Key::first(highest)).await.unwrap().is_some());
    close(log).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_go_on_while_days_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { max_bytes: 1_200_000, ..Options::default() };
    let log = open_with(dir.path(), options, noon(0));
    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (log, is_over) = (log.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let found = walk(&log, &Query::new(endpoint(1), 7)).await;
                    assert!(found.is_sorted_by(|a, b| a.key > b.key), "in order, nothing twice");
                    log.stats(endpoint(1), noon(0)).await.unwrap();
                }
            })
        })
        .collect();
    for seq in 0..400_u64 {
        log.delivered(success(seq, noon(0).plus_ms(seq.cast_signed() * 10_000_000)));
        log.failed(failure(seq, noon(0).plus_ms(seq.cast_signed() * 10_000_000)));
        log.flush().await;
    }
    is_over.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(log.days_removed() > 20 && log.dropped() == 0, "{} days, {}", log.days_removed(), log.dropped());
    assert_eq!(log.deliveries(Query::new(endpoint(1), 1)).await.unwrap().deliveries[0].key.seq, 399);
    close(log).await;
}
