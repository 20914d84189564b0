//! What is written to the delivery log.

use std::time::Duration;

use bytes::Bytes;
use sederunt_core::id::Id;
use sederunt_store::StoreError;
use sederunt_store::delivery_log::{Delivered, DeliveryLog, Failed, Final};
use tokio::time::sleep;

use super::Clock;
use crate::retry::Outcome;
use crate::words::{Attempt, End};

/// Before a last failure is written again that the log did not take.
const AGAIN: Duration = Duration::from_secs(1);

/// Writes an attempt of a receiver. What is returned, if anything, is to be waited for: then the last failure of an event is
/// durable.
pub(super) fn write(
    log: &DeliveryLog,
    clock: &dyn Clock,
    endpoint: Id,
    attempt: &Attempt,
    excerpt: &Bytes,
) -> Option<impl Future<Output = ()> + Send + 'static + use<>> {
    let Attempt { key, lane: meeting, attempt: number, started_at, latency_ms, outcome, end } = *attempt;
    // The log is for people: it has the wall clock.
    let at = clock.wall().plus_ms(-clock.steady().since(started_at));
    if end == Some(End::Delivered) {
        let status = outcome.status().unwrap_or(0);
        log.delivered(Delivered { endpoint, key, attempt: number, at, latency_ms, status });
        return None;
    }
    let phase = match outcome {
        Outcome::Answered { .. } => None,
        Outcome::Fault(phase) => Some(phase.name()),
    };
    let (status, excerpt) = (outcome.status(), excerpt.to_vec());
    let failed = Failed { endpoint, key, meeting, attempt: number, at, latency_ms, status, phase, excerpt };
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
                Ok(Err(error)) => tracing::error!(%error, "the log of deliveries does not take a failure"),
                // The log is closed: the server stops, and the event is tried again after the start.
                Err(_) => std::future::pending().await,
            }
            sleep(AGAIN).await;
            answer = log.failed_for_good(failed.clone(), end);
        }
    })
}
