//! The log as a map, to compare with.

use std::collections::BTreeMap;

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::UnixMs;
use sederunt_dice::Dice;
use sederunt_store::delivery_log::{
    ATTEMPTS_SHOWN, Attempt, Delivered, Delivery, DeliveryLog, Failed, Failure, Final, Key, Query, State,
    Stats,
};

use super::{endpoint, noon};

const MEETING: MeetingId = MeetingId::from_u128(7);

/// All attempts by endpoint and delivery.
#[derive(Debug, Default)]
pub(crate) struct Model {
    attempts: BTreeMap<(Id, Key), Vec<Attempt>>,
}

impl Model {
    /// Logs some attempts, also here; returns when all are written.
    pub(crate) async fn log_some(&mut self, log: &DeliveryLog, dice: &mut Dice, days: i64) {
        let mut acks = Vec::new();
        for _ in 0..dice.below(60) {
            let endpoint = endpoint(u128::from(dice.below(3)));
            let key = key(dice);
            let at = noon(0).plus_ms(dice.between(0, days * 86_400_000));
            let (attempt, latency_ms) = (1 + dice.below(6) as u32, dice.between(0, 2_000));
            if dice.chance(60) {
                let status = *dice.pick(&[200, 200, 204]);
                let app = AppId::from("a");
                log.delivered(Delivered { app, endpoint, key, attempt, at, latency_ms, status });
                self.add(
                    endpoint,
                    key,
                    Attempt { attempt, at, latency_ms, status: Some(status), failure: None },
                );
                continue;
            }
            let status = dice.chance(50).then_some(503);
            let phase = status.is_none().then_some("connect");
            let end = dice.maybe(3, |dice| *dice.pick(&[Final::Refused, Final::UsedUp]));
            let excerpt = format!("{}…", dice.below(1_000));
            let failure = Failure { phase: phase.map(str::to_owned), excerpt: excerpt.clone(), end };
            let attempted = Attempt { attempt, at, latency_ms, status, failure: Some(failure) };
            self.add(endpoint, key, attempted);
            let excerpt = excerpt.into_bytes();
            let (app, meeting) = (AppId::from("a"), MEETING);
            let failed =
                Failed { app, endpoint, key, meeting, attempt, at, latency_ms, status, phase, excerpt };
            match end {
                Some(end) => acks.push(log.failed_for_good(failed, end)),
                None => log.failed(failed),
            }
        }
        log.flush().await;
        for ack in acks {
            ack.await.unwrap().unwrap();
        }
    }

    fn add(&mut self, endpoint: Id, key: Key, attempt: Attempt) {
        self.attempts.entry((endpoint, key)).or_default().push(attempt);
    }

    /// What the pages of a query have to say.
    pub(crate) fn pages(&self, query: &Query) -> Vec<Delivery> {
        let of_endpoint = self.attempts.iter().rev().filter(|((endpoint, _), _)| *endpoint == query.endpoint);
        let found = of_endpoint.filter(|((_, key), attempts)| {
            let is_in_time = |attempt: &Attempt| {
                query.from.is_none_or(|from| attempt.at >= from) && query.to.is_none_or(|to| attempt.at < to)
            };
            query.after_seq.is_none_or(|after| key.seq > after)
                && query.before_seq.is_none_or(|before| key.seq < before)
                && query.cursor.is_none_or(|cursor| *key < cursor)
                && query.state.is_none_or(|wanted| state(attempts) == wanted)
                && attempts.iter().any(is_in_time)
        });
        found.map(|((_, key), attempts)| delivery(*key, attempts, ATTEMPTS_SHOWN)).collect()
    }

    /// Every delivery of an endpoint with all attempts.
    pub(crate) fn all(&self, endpoint: Id) -> impl Iterator<Item = Delivery> {
        let of_endpoint = self.attempts.iter().filter(move |((of, _), _)| *of == endpoint);
        of_endpoint.map(|((_, key), attempts)| delivery(*key, attempts, usize::MAX))
    }

    /// Events that failed for good in a range, and were not delivered.
    pub(crate) fn dead(&self, endpoint: Id, from: u64, to: u64) -> Vec<Key> {
        let mut events: BTreeMap<(u64, u8), (Option<u32>, bool)> = BTreeMap::new();
        for ((_, key), attempts) in self.attempts.iter().filter(|((of, _), _)| *of == endpoint) {
            let (replay, is_delivered) = events.entry((key.seq, key.part)).or_default();
            *is_delivered |= attempts.iter().any(|attempt| attempt.failure.is_none());
            if replay.is_none() && attempts.iter().any(is_final) {
                *replay = Some(key.replay);
            }
        }
        let dead = events
            .into_iter()
            .filter(|((seq, _), (_, is_delivered))| (from..=to).contains(seq) && !is_delivered);
        dead.filter_map(|((seq, part), (replay, _))| Some(Key { seq, part, replay: replay? })).collect()
    }

    /// The figures of an endpoint.
    pub(crate) fn stats(&self, endpoint: Id, since: UnixMs) -> Stats {
        let attempts = self.attempts.iter().filter(|((of, _), _)| *of == endpoint);
        let counted: Vec<_> = attempts.flat_map(|(_, attempts)| attempts).filter(|a| a.at >= since).collect();
        let count = |which: fn(&Attempt) -> bool| counted.iter().filter(|a| which(a)).count() as u64;
        let mut latencies: Vec<i64> =
            counted.iter().filter(|a| a.failure.is_none()).map(|a| a.latency_ms).collect();
        latencies.sort_unstable();
        let rank = |percent: usize| latencies.get((latencies.len() * percent).div_ceil(100).checked_sub(1)?);
        Stats {
            since,
            delivered: latencies.len() as u64,
            failed: count(|attempt| attempt.failure.is_some()),
            dead: count(is_final),
            p50_ms: rank(50).copied(),
            p95_ms: rank(95).copied(),
        }
    }
}

/// Few events, so that they meet; over several stretches of sequences and their borders, with parts and replays.
pub(crate) fn key(dice: &mut Dice) -> Key {
    let seq = dice.below(4) * 4_066 + dice.below(60);
    Key { seq, part: dice.below(2) as u8, replay: if dice.one_in(3) { dice.below(3) as u32 } else { 0 } }
}

fn is_final(attempt: &Attempt) -> bool {
    attempt.failure.as_ref().is_some_and(|failure| failure.end.is_some())
}

fn state(attempts: &[Attempt]) -> State {
    if attempts.iter().any(|attempt| attempt.failure.is_none()) {
        State::Delivered
    } else if attempts.iter().any(is_final) {
        State::Dead
    } else {
        State::Failed
    }
}

fn delivery(key: Key, attempts: &[Attempt], shown: usize) -> Delivery {
    let has_failed = attempts.iter().any(|attempt| attempt.failure.is_some());
    let (state, attempts_total) = (state(attempts), attempts.len() as u64);
    let mut attempts = attempts.to_vec();
    attempts.sort_by_key(|attempt| (attempt.at, attempt.attempt));
    attempts.drain(..attempts.len().saturating_sub(shown));
    Delivery { key, meeting: has_failed.then_some(MEETING), state, attempts, attempts_total }
}
