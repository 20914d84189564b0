//! Events that failed for good, from the delivery log: what a replay of them sends.

use std::collections::BTreeSet;

use sederunt_core::id::Id;
use sederunt_store::StoreError;
use sederunt_store::delivery_log::{DeadLetters, DeadQuery, DeliveryLog, KEYS_MAX, Key};

/// Events that a replay of what failed may have: they are in memory while it runs, some 3 MiB.
pub const FAILED_MAX: usize = 100_000;
/// Lists of the log that are read for one: each is some milliseconds of work, whatever it finds.
const LISTS_MAX: usize = 256;

/// An event, whatever replays it: fact and part.
pub type Event = (u64, u8);

/// What failed for good in a range of facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failed {
    /// The events.
    pub events: BTreeSet<Event>,
    /// There are no others.
    pub is_all: bool,
}

/// What failed for good at a receiver between two facts, both included, and was not delivered since; at most `max` events.
///
/// # Errors
/// The log cannot be read.
pub async fn read(
    log: &DeliveryLog,
    endpoint: Id,
    (from_seq, to_seq): (u64, u64),
    max: usize,
) -> Result<Failed, StoreError> {
    let mut query = DeadQuery { endpoint, from_seq, to_seq, after: None, limit: KEYS_MAX };
    let mut failed = Failed::default();
    for _ in 0..LISTS_MAX {
        let DeadLetters { keys, next } = log.dead_letters(query.clone()).await?;
        for Key { seq, part, .. } in keys {
            if failed.events.len() >= max {
                return Ok(failed);
            }
            failed.events.insert((seq, part));
        }
        let Some(next) = next else {
            failed.is_all = true;
            return Ok(failed);
        };
        query.after = Some(next);
    }
    Ok(failed)
}
