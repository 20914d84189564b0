//! Without a thread: who has a place, and what is due when.

use sederunt_core::id::{AppId, Id, MeetingId};
use sederunt_core::time::UnixMs;

use super::*;
use crate::delivery::Key;

fn success() -> Delivered {
    let (endpoint, key) = (Id::from_u128(1), Key::first(1));
    Delivered { app: AppId::from("a"), endpoint, key, attempt: 1, at: UnixMs(0), latency_ms: 1, status: 200 }
}

fn failure() -> Failed {
    Failed {
        app: AppId::from("a"),
        endpoint: Id::from_u128(1),
        key: Key::first(1),
        meeting: MeetingId::from_u128(1),
        attempt: 1,
        at: UnixMs(0),
        latency_ms: 1,
        status: None,
        phase: Some("dns"),
        excerpt: Vec::new(),
    }
}

fn last(queue: &Queue) -> oneshot::Receiver<Result<()>> {
    let (ack, told) = oneshot::channel();
    queue.failed_for_good(failure(), Final::Refused, ack);
    told
}

/// Nothing is put off, and something else is to be done after an hour.
fn at_once() -> Due {
    let now = Instant::now();
    Due { quiet_until: now, sync_from: now, look_at: now + Duration::from_secs(3_600) }
}

/// How long the queue would wait for its thread to work, from `now` on.
fn wait(queue: &Queue, due: Due, now: Instant) -> Duration {
    queue.lock().due(due).map_or(Duration::ZERO, |at| at.saturating_duration_since(now))
}

#[test]
fn places_are_bounded_and_final_failures_have_their_own() {
    let queue = Queue::new();
    (0..FAILURES_MAX + 5).for_each(|_| queue.failed(failure()));
    assert_eq!(queue.dropped(), 5);
    (0..PLACES).for_each(|_| queue.delivered(success()));
    assert_eq!(queue.dropped(), 5 + FAILURES_MAX as u64);
    let mut acks: Vec<_> = (0..FINALS_MAX).map(|_| last(&queue)).collect();
    assert!(matches!(last(&queue).try_recv(), Ok(Err(StoreError::Busy(FINALS_MAX)))));
    assert_eq!(queue.dropped(), 6 + FAILURES_MAX as u64);
    let batch = queue.next(at_once(), Vec::new());
    assert_eq!((batch.successes.len(), batch.missed), (PLACES - FAILURES_MAX, queue.dropped()));
    assert_eq!(batch.failures.len(), FAILURES_MAX + FINALS_MAX);
    // There are places again, but for final failures: those have not been settled.
    queue.delivered(success());
    queue.failed(failure());
    assert_eq!(queue.dropped(), 6 + FAILURES_MAX as u64);
    assert!(matches!(last(&queue).try_recv(), Ok(Err(StoreError::Busy(_)))));
    let (_, ack) = batch.failures.into_iter().find_map(|failure| failure.end).unwrap();
    queue.settle(ack, Ok(()));
    assert!(matches!(acks[0].try_recv(), Ok(Ok(()))));
    assert!(last(&queue).try_recv().is_err(), "it has a place");
}

#[test]
fn the_first_of_many_waits_a_second_and_a_final_failure_does_not() {
    let queue = Queue::new();
    let (begin, due) = (Instant::now(), at_once());
    assert!(wait(&queue, due, begin) > Duration::from_secs(3_500), "nothing waits");
    queue.delivered(success());
    let first = wait(&queue, due, begin);
    assert!(first >= FLUSH_AFTER && first < Duration::from_secs(3_500));
    queue.delivered(success());
    assert_eq!(wait(&queue, due, begin), first, "the second does not begin anew");
    let _told = last(&queue);
    assert!(wait(&queue, due, Instant::now()).is_zero());
    let later = begin + Duration::from_secs(60);
    assert_eq!(wait(&queue, Due { sync_from: later, ..due }, begin), first, "syncs have their distance");
    assert_eq!(wait(&queue, Due { quiet_until: later, ..due }, later), Duration::ZERO);
    assert!(
        wait(&queue, Due { quiet_until: later, ..due }, begin) >= Duration::from_secs(60),
        "a disk that refuses"
    );
    // Its own sake alone: the successes wait on.
    let batch = queue.lock().take(begin, Vec::new());
    assert_eq!((batch.successes.len(), batch.failures.len()), (0, 1));
    assert_eq!(wait(&queue, due, begin), first);
}

#[test]
fn what_fills_many_rows_does_not_wait() {
    let queue = Queue::new();
    (1..FLUSH_AT).for_each(|_| queue.delivered(success()));
    let due = at_once();
    assert!(queue.lock().due(due).unwrap() > due.quiet_until);
    queue.delivered(success());
    assert_eq!(queue.lock().due(due), Some(due.quiet_until));
    let batch = queue.next(at_once(), Vec::new());
    assert_eq!((batch.successes.len(), batch.is_last), (FLUSH_AT, false));
}

#[test]
fn nobody_waits_for_a_thread_that_is_gone() {
    let queue = Queue::new();
    queue.delivered(success());
    let (mut told, mut flushed) = (last(&queue), queue.flush());
    queue.close();
    queue.end();
    assert!(matches!(told.try_recv(), Ok(Err(StoreError::Closed))));
    assert!(matches!(flushed.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
    assert!(matches!(queue.flush().try_recv(), Err(oneshot::error::TryRecvError::Closed)));
    assert!(matches!(last(&queue).try_recv(), Ok(Err(StoreError::Closed))));
    queue.delivered(success());
    assert_eq!(queue.dropped(), 4);
}
