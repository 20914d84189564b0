//! What is written to the delivery log.

use std::time::Duration;

use bytes::Bytes;
use sederunt_core::id::{AppId, Id};
use sederunt_store::StoreError;
use sederunt_store::delivery_log::{Delivered, DeliveryLog, Failed, Final};
use tokio::time::sleep;

use super::Clock;
use crate::retry::Outcome;
use crate::words::{Attempt, End};

/// Before a last failure is written again that the log did not take.
const AGAIN: Duration = Duration::from_secs(1);

/// Writes an attempt of a receiver. What is returned, if anything, is to be waited for: then the last failure of an event is
/// durable, or the log is full.
pub(super) fn write(
    log: &DeliveryLog,
    clock: &dyn Clock,
    (app, endpoint): (&AppId, Id),
    attempt: &Attempt,
    excerpt: &Bytes,
) -> Option<impl Future<Output = ()> + Send + 'static + use<>> {
    let Attempt { key, lane: meeting, attempt: number, started_at, latency_ms, outcome, end } = *attempt;
    // The log is for people: it has the wall clock.
    let at = clock.wall().plus_ms(-clock.steady().since(started_at));
    if end == Some(End::Delivered) {
        let status = outcome.status().unwrap_or(0);
        log.delivered(Delivered { app: app.clone(), endpoint, key, attempt: number, at, latency_ms, status });
        return None;
    }
    let phase = match outcome {
        Outcome::Answered { .. } => None,
        Outcome::Fault(phase) => Some(phase.name()),
    };
    let (status, excerpt) = (outcome.status(), excerpt.to_vec());
    let app = app.clone();
    let failed =
        Failed { app, endpoint, key, meeting, attempt: number, at, latency_ms, status, phase, excerpt };
    let end = match end {
        Some(End::Refused) => Final::Refused,
        Some(End::UsedUp) => Final::UsedUp,
        Some(End::Delivered) | None => {
            log.failed(failed);
            return None;
        }
    };
    let (log, mut answer) = (log.clone(), log.failed_for_good(failed.clone(), end));
    Some(async move {
        loop {
            match answer.await {
                Ok(Ok(())) => return,
                Ok(Err(StoreError::Busy(_))) => {}
                // Nobody waits until there is place again: what the log has not is still in the ledger.
                Ok(Err(StoreError::Limit { .. })) => return,
                Ok(Err(error)) => tracing::error!(%error, "the log of deliveries does not take a failure"),
                // The log is closed: the server stops, and the event is tried again after the start.
                Err(_) => std::future::pending().await,
            }
            sleep(AGAIN).await;
            answer = log.failed_for_good(failed.clone(), end);
        }
    })
}

#[cfg(test)]
mod tests {
    use sederunt_core::id::MeetingId;
    use sederunt_core::time::UnixMs;
    use sederunt_store::delivery_log::Options;

    use super::*;
    use crate::told::Key;

    #[derive(Debug)]
    struct Noon;

    impl Clock for Noon {
        fn steady(&self) -> UnixMs {
            UnixMs(43_200_000)
        }

        fn wall(&self) -> UnixMs {
            self.steady()
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_a_log_that_is_full() {
        let dir = tempfile::tempdir().unwrap();
        let log = DeliveryLog::open(dir.path(), Options { max_bytes: 1, ..Options::default() }, Noon.wall())
            .unwrap();
        let attempt = |seq, end| Attempt {
            key: Key::first(seq),
            lane: MeetingId::from_u128(1),
            attempt: 1,
            started_at: Noon.steady(),
            latency_ms: 5,
            outcome: Outcome::Fault(crate::retry::Phase::Refused),
            end,
        };
        let (app, of) = (AppId::from("a"), Id::from_u128(1));
        assert!(write(&log, &Noon, (&app, of), &attempt(1, None), &Bytes::new()).is_none());
        log.flush().await;
        let last = write(&log, &Noon, (&app, of), &attempt(2, Some(End::Refused)), &Bytes::new()).unwrap();
        log.flush().await;
        let is_over = tokio::select! {
            biased;
            () = last => true,
            () = std::future::ready(()) => false,
        };
        assert!(is_over, "it waits for a place in the log");
        assert_eq!(log.dropped(), 1);
    }
}
