//! Single steps of the machine. What follows from many of them is in [`crate::sim`].

use std::sync::Arc;

use bytes::Bytes;

use super::*;
use crate::retry::Outcome;
use crate::rows::{Batch, OffReason, Row};
use crate::told::{Order, Told};
use crate::words::{Attempt, Control, Delivery, End};

impl Endpoint {
    /// A batch as it is when a rule about batches does not hold: rows, or what they cover, come one batch too late.
    pub(super) fn spoiled(&mut self, mut batch: Batch) -> Batch {
        let late: Vec<Row> = if self.rules.breaks(Broken::RowLater) {
            std::mem::take(&mut batch.put)
        } else if self.rules.breaks(Broken::BehindLater) {
            let behind = batch.put.iter_mut().filter(|row| row.behind_from.is_some());
            behind
                .map(|row| {
                    let whole = row.clone();
                    row.behind_from = None;
                    whole
                })
                .collect()
        } else {
            Vec::new()
        };
        let mut before = std::mem::replace(&mut self.keep.late, late);
        before
            .retain(|row| !batch.remove.contains(&row.key) && batch.put.iter().all(|put| put.key != row.key));
        batch.put.extend(before);
        batch
    }
}

const SETTINGS: Settings = Settings { concurrency: 16, is_strict: false, give_up_ms: 3_600_000 };

/// The event of a fact, of one meeting after the other.
fn told(seq: u64, lanes: u64) -> Arc<Told> {
    let (lane, order) = (MeetingId::from_u128(u128::from((seq - 1) % lanes) + 1), Order::Session);
    Arc::new(Told { key: Key::first(seq), lane, order, body: Bytes::from_static(b"{}") })
}

/// An endpoint, and what it has asked for and not been given.
struct Bench {
    endpoint: Endpoint,
    /// Meetings.
    lanes: u64,
    now: i64,
    sent: Vec<Delivery>,
    batches: Vec<Batch>,
    logged: Vec<Attempt>,
}

impl Bench {
    fn new() -> Self {
        let endpoint = Endpoint::load(SETTINGS, Endpoint::from_now(0), 0, UnixMs(0));
        Self { endpoint, lanes: 1, now: 0, sent: vec![], batches: vec![], logged: vec![] }
    }

    /// Reads are answered at once and batches are durable at once.
    fn hear(&mut self, input: In) {
        let told = |seq| told(seq, self.lanes);
        let mut inputs = std::collections::VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for out in self.endpoint.handle(UnixMs(self.now), Jitter(200), input) {
                match out {
                    Out::Send(delivery) => self.sent.push(delivery),
                    Out::Read { from, .. } => {
                        let read_to = self.endpoint.head;
                        let events = (from..=read_to).map(told).collect();
                        inputs.push_back(In::Events { from, events, read_to });
                    }
                    Out::ReadLane { lane, from, to, .. } => {
                        let events = (from..=to).map(told).filter(|told| told.lane == lane).collect();
                        inputs.push_back(In::Lane { lane, from, events, read_to: to });
                    }
                    Out::WakeAt(_) => {}
                    Out::ReadOne { key, .. } => inputs.push_back(In::One { key, told: Some(told(key.seq)) }),
                    Out::Persist(batch) => {
                        inputs.push_back(In::Persisted(batch.number));
                        self.batches.push(batch);
                    }
                    Out::Log(attempt) => self.logged.push(attempt),
                }
            }
        }
    }

    fn after(&mut self, ms: i64, input: In) {
        self.now += ms;
        self.hear(input);
    }

    /// Answers the only request in flight.
    fn answer(&mut self, status: u16, retry_after_ms: Option<i64>) -> Delivery {
        assert_eq!(self.sent.len(), 1, "{:?}", self.sent);
        let delivery = self.sent.remove(0);
        self.after(10, In::Answer(delivery.ticket, Outcome::Answered { status, retry_after_ms }, 10));
        delivery
    }
}

#[test]
fn an_event_that_is_delivered_at_once_leaves_no_row() {
    let mut bench = Bench::new();
    for seq in 1..=5 {
        bench.hear(In::News(seq));
        bench.answer(200, None);
    }
    bench.after(KEEP_MS, In::Tick);
    assert!(bench.batches.iter().all(|batch| batch.put.is_empty() && batch.remove.is_empty()));
    assert_eq!(bench.batches.last().unwrap().cursor.done_seq, 5);
    assert!(bench.batches.len() <= 2, "once a second: {}", bench.batches.len());
}

#[test]
fn a_failure_is_kept_at_once_and_tried_again_when_it_is_due() {
    let mut bench = Bench::new();
    bench.hear(In::News(2));
    bench.answer(500, None);
    let row = &bench.batches.last().unwrap().put[0];
    assert_eq!(
        (row.key, row.tried.unwrap().attempts, row.tried.unwrap().next_at),
        (Key::first(1), 1, UnixMs(1_010))
    );
    bench.after(999, In::Tick);
    assert!(bench.sent.is_empty(), "not before, and not the next one of the meeting");
    bench.after(1, In::Tick);
    assert_eq!(bench.answer(200, None).attempt, 2);
    assert_eq!(bench.sent[0].told.key, Key::first(2));
    bench.after(KEEP_MS, In::Tick);
    assert_eq!(bench.batches.last().unwrap().remove, [Key::first(1)]);
}

#[test]
fn a_receiver_may_ask_for_time() {
    let mut bench = Bench::new();
    bench.hear(In::News(1));
    bench.answer(429, Some(20_000));
    bench.after(19_999, In::Tick);
    assert!(bench.sent.is_empty());
    bench.after(1, In::Tick);
    assert_eq!(bench.sent.len(), 1);
}

#[test]
fn after_a_rotation_unauthorised_is_tried_again_for_a_day() {
    let mut bench = Bench::new();
    bench.hear(In::Control(Control::Rotated(UnixMs(0))));
    bench.hear(In::News(1));
    bench.answer(401, None);
    assert_eq!(bench.logged[0].end, None);
    bench.after(1_000, In::Tick);
    bench.answer(200, None);
    bench.after(24 * 3_600_000, In::News(2));
    bench.answer(401, None);
    assert_eq!(bench.logged.last().unwrap().end, Some(End::Refused));
}

#[test]
fn an_event_is_sent_again_on_request_with_the_same_name() {
    let mut bench = Bench::new();
    bench.hear(In::News(1));
    let first = bench.answer(404, None);
    bench.hear(In::Logged(first.told.key));
    bench.hear(In::Control(Control::Retry(Key::first(1), MeetingId::from_u128(1))));
    assert_eq!(bench.answer(200, None).told, first.told);
    bench.hear(In::Control(Control::Retry(Key::first(9), MeetingId::from_u128(1))));
    assert!(bench.sent.is_empty(), "not reached yet");
}

#[test]
fn an_endpoint_that_is_down_too_long_is_given_up_with_the_range_that_it_missed() {
    let mut bench = Bench::new();
    bench.hear(In::News(1));
    bench.answer(200, None);
    bench.hear(In::News(2));
    while !matches!(bench.endpoint.state(), State::Off(..)) {
        bench.after(60_000, In::Tick);
        if !bench.sent.is_empty() {
            bench.answer(503, None);
        }
        assert!(bench.now < 3 * 3_600_000, "never given up");
    }
    let last = bench.batches.last().unwrap();
    assert_eq!(last.cursor.health, SavedHealth::Off { reason: OffReason::GivenUp, from: 2 });
    assert_eq!(last.remove, [Key::first(2)]);
    bench.hear(In::News(3));
    assert!(bench.sent.is_empty(), "nothing is collected");
    bench.hear(In::Control(Control::Enable(3)));
    bench.hear(In::News(4));
    assert_eq!(bench.answer(200, None).told.key, Key::first(4), "from now on");
}

/// One event an hour: twenty failures in a row would be twenty events lost.
#[test]
fn a_quiet_endpoint_is_down_when_one_event_has_used_up_its_attempts_and_nothing_else_got_through() {
    let mut bench = Bench::new();
    bench.hear(In::News(1));
    for attempt in 1..=6 {
        assert_eq!(bench.answer(500, None).attempt, attempt);
        assert_eq!(matches!(bench.endpoint.state(), State::Down(_)), attempt == 6);
        bench.after(600_000, In::Tick);
        if attempt == 6 {
            assert!(bench.sent[0].is_probe);
        }
    }
    assert!(bench.logged.iter().all(|attempt| attempt.end.is_none()), "nothing has failed");
}

/// A process that begins with its clock three hours behind that of the one before it.
#[test]
fn a_clock_that_was_set_back_makes_nobody_wait_longer_than_the_schedule() {
    let mut bench = Bench::new();
    bench.now = 3 * 3_600_000;
    bench.hear(In::News(1));
    bench.answer(500, None);
    let Batch { cursor, put, .. } = bench.batches.pop().unwrap();
    let saved = Saved { cursor, rows: put };
    bench.now = 0;
    bench.endpoint = Endpoint::load(SETTINGS, saved, 1, UnixMs(0));
    bench.hear(In::Tick);
    bench.after(1_200, In::Tick);
    assert_eq!(bench.answer(200, None).attempt, 2);
}

#[test]
fn what_is_asked_for_once_more_has_so_many_places() {
    let mut bench = Bench::new();
    let rows = ROWS_MAX as u64;
    let (lane, retry) =
        (MeetingId::from_u128(1), |seq| Control::Retry(Key::first(seq), MeetingId::from_u128(1)));
    let mut saved = Endpoint::from_now(2 * rows);
    let tried = crate::rows::Tried {
        attempts: 1,
        first_at: UnixMs(0),
        hold_until: UnixMs(0),
        next_at: UnixMs(1_000_000),
        last_status: None,
        is_alone: true,
    };
    let row = |seq| Row { key: Key::first(seq), lane, tried: Some(tried), behind_from: None };
    saved.rows = (1..rows).map(row).collect();
    bench.endpoint = Endpoint::load(SETTINGS, saved, 2 * rows, UnixMs(0));
    assert!(bench.endpoint.may_wait(Key::first(rows)));
    bench.endpoint.handle(UnixMs(0), Jitter(200), In::Control(retry(rows)));
    assert_eq!(bench.endpoint.load_now().rows, ROWS_MAX);
    assert!(!bench.endpoint.may_wait(Key::first(rows + 1)), "one more");
    assert!(
        bench.endpoint.may_wait(Key::first(5)) && bench.endpoint.may_wait(Key::first(rows)),
        "it waits already"
    );
}

#[test]
fn the_latency_of_a_receiver_begins_with_its_request() {
    let mut bench = Bench::new();
    for seq in 1..=20 {
        bench.hear(In::News(seq));
        let delivery = bench.sent.remove(0);
        // It waited a minute for its turn.
        let outcome = Outcome::Answered { status: 200, retry_after_ms: None };
        bench.after(60_000, In::Answer(delivery.ticket, outcome, 40));
    }
    assert_eq!(bench.endpoint.health.permits(), SETTINGS.concurrency);
    let last = bench.logged.last().unwrap();
    assert_eq!((last.latency_ms, last.started_at), (40, UnixMs(bench.now - 40)));
}

#[test]
fn one_that_stops_sends_nothing_more_and_keeps_what_it_was_answered() {
    let mut bench = Bench::new();
    bench.lanes = 3;
    bench.hear(In::News(9));
    // Each meeting has one on its way; two of them are answered, and the third hangs.
    let hanging = bench.sent.remove(0);
    assert_eq!(hanging.told.key, Key::first(1));
    let ok = Outcome::Answered { status: 200, retry_after_ms: None };
    bench.hear(In::Stop);
    for delivery in std::mem::take(&mut bench.sent) {
        bench.after(10, In::Answer(delivery.ticket, ok, 10));
    }
    assert!(bench.sent.is_empty(), "{:?}", bench.sent);
    bench.hear(In::PutAside);
    let Batch { cursor, put, .. } = bench.batches.pop().unwrap();
    assert!(cursor.done_seq >= 3, "2 and 3 were delivered: {cursor:?}");
    let tried = put.iter().find(|row| row.key == Key::first(1)).unwrap().tried.unwrap();
    assert_eq!(tried.attempts, 0, "nobody knows what became of it");

    bench.endpoint = Endpoint::load(SETTINGS, Saved { cursor, rows: put }, 9, UnixMs(bench.now));
    bench.hear(In::Tick);
    let mut told = Vec::new();
    while !bench.sent.is_empty() {
        let delivery = bench.sent.remove(0);
        told.push((delivery.told.key.seq, delivery.attempt));
        bench.after(10, In::Answer(delivery.ticket, ok, 10));
    }
    told.sort_unstable();
    assert_eq!(told, [1, 4, 5, 6, 7, 8, 9].map(|seq| (seq, 1)));
}
