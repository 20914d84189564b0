//! How a receiver does.

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::StoreError;
use sederunt_store::delivery::{OffReason, SavedHealth};
use sederunt_store::delivery_log::Stats;

use super::waiting;
use crate::health;
use crate::service::{Service, Status, Subject};

/// Facts of an app that are counted: whoever is further behind is told that it is at least this far.
pub const BEHIND_MAX: usize = 10_000;
/// The time that figures are about.
const HOUR_MS: i64 = 3_600_000;

/// What is done with a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It is served.
    Up,
    /// It is served again, with few requests at a time.
    SlowStart,
    /// It is probed now and then.
    Down,
    /// Its owner has switched it off.
    Disabled,
    /// It was down for too long.
    GivenUp,
}

impl Health {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Up, Self::SlowStart, Self::Down, Self::Disabled, Self::GivenUp];

    /// On the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::SlowStart => "slow_start",
            Self::Down => "down",
            Self::Disabled => "disabled",
            Self::GivenUp => "given_up",
        }
    }

    /// Why, in words; `None` where there is nothing to say.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Up => None,
            Self::SlowStart => Some("it is back, and gets more requests at a time with each success"),
            Self::Down => Some("attempts failed and none succeeded; it is probed every five minutes"),
            Self::Disabled => Some("it was switched off"),
            Self::GivenUp => Some("it was down for too long"),
        }
    }

    const fn is_off(self) -> bool {
        matches!(self, Self::Disabled | Self::GivenUp)
    }
}

/// How a receiver does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What is done with it.
    pub health: Health,
    /// Since when it is down, by the wall clock.
    pub since: Option<UnixMs>,
    /// Everything up to this fact is settled, or waits.
    pub done_seq: u64,
    /// How far it is behind the app's facts; `None` = it is off.
    pub behind: Option<Behind>,
    /// Events that wait after a failure, and meetings that wait with them.
    pub waiting: usize,
    /// Requests under way.
    pub in_flight: usize,
    /// When the next attempt is due of those that wait, by the wall clock.
    pub next_at: Option<UnixMs>,
    /// The first and the last fact that it may have missed, while it is off.
    pub missed: Option<(u64, u64)>,
    /// Its attempts of the last hour.
    pub last_hour: Stats,
}

/// How far a receiver is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Facts of the app, wanted or not, up to [`BEHIND_MAX`].
    pub facts: u64,
    /// How long ago the first of them happened, ms.
    pub ms: i64,
}

/// A receiver, from its task or from what was kept of it.
struct Known {
    health: Health,
    since: Option<UnixMs>,
    probe_at: Option<UnixMs>,
    done_seq: u64,
    waiting: usize,
    in_flight: usize,
    missed_from: Option<u64>,
}

/// How a receiver does, whether it is served or not.
///
/// # Errors
/// The ledger or the log cannot be read.
pub async fn standing(service: &Service, app: &AppId, of: &Subject) -> Result<Standing, StoreError> {
    let is_served = !matches!(of, Subject::Webhook(webhook) if !webhook.is_enabled);
    let served = if is_served { service.status(app, of).await } else { None };
    let store = service.store();
    let mut known = match served {
        Some(status) => served_now(&status),
        None => kept(service, app, of).await?,
    };
    if served.is_some_and(is_idle) && matches!(of, Subject::Room { .. }) {
        // It hears of its own facts alone; of all others the place says that they were looked at.
        known.done_seq = known.done_seq.max(store.rooms_place(app).await?.unwrap_or(0));
    }
    let due = waiting::of(service, app, of).await?.into_values().min();
    let behind = if known.health.is_off() {
        None
    } else {
        let after = store.facts_after(app, known.done_seq, BEHIND_MAX).await?;
        let ms = after.first_at.map_or(0, |at| service.now().since(at).max(0));
        Some(Behind { facts: after.facts, ms })
    };
    let last = *store.durable().borrow();
    let missed = known.missed_from.filter(|from| *from <= last).map(|from| (from, last));
    let since = service.now().plus_ms(-HOUR_MS);
    Ok(Standing {
        health: known.health,
        since: known.since.map(|at| service.on_wall(at)),
        done_seq: known.done_seq,
        behind,
        waiting: known.waiting,
        in_flight: known.in_flight,
        next_at: known.probe_at.map(|at| service.on_wall(at)).or(due),
        missed,
        last_hour: service.log().stats(of.receiver(app), since).await?,
    })
}

/// Everything that it has heard of is settled.
fn is_idle(status: Status) -> bool {
    status.done_seq >= status.head && status.waiting == 0 && status.in_flight == 0
}

fn served_now(status: &Status) -> Known {
    let Status { state, done_seq, waiting, in_flight, .. } = *status;
    let known = Known {
        health: Health::Up,
        since: None,
        probe_at: None,
        done_seq,
        waiting,
        in_flight,
        missed_from: None,
    };
    match state {
        health::State::Up => known,
        health::State::Slow(_) => Known { health: Health::SlowStart, ..known },
        health::State::Down(down) => {
            Known { health: Health::Down, since: Some(down.since), probe_at: Some(down.probe_at), ..known }
        }
        health::State::Off(reason, from) => Known { health: off(reason), missed_from: Some(from), ..known },
    }
}

/// One that is switched off, or that has nothing to do.
async fn kept(service: &Service, app: &AppId, of: &Subject) -> Result<Known, StoreError> {
    let store = service.store();
    let known = Known {
        health: Health::Up,
        since: None,
        probe_at: None,
        done_seq: 0,
        waiting: 0,
        in_flight: 0,
        missed_from: None,
    };
    let Some(kept) = store.delivery(of.receiver(app)).await? else {
        // Of room webhooks: those without a row have settled everything up to the place that they share.
        let done_seq = store.rooms_place(app).await?.unwrap_or(0);
        return Ok(Known { done_seq, ..known });
    };
    let cursor = kept.saved.cursor;
    let known = Known { done_seq: cursor.done_seq, waiting: kept.saved.rows.len(), ..known };
    Ok(match cursor.health {
        SavedHealth::Up => known,
        SavedHealth::Down { since, probe_at, .. } => {
            Known { health: Health::Down, since: Some(since), probe_at: Some(probe_at), ..known }
        }
        SavedHealth::Off { reason, from } => Known { health: off(reason), missed_from: Some(from), ..known },
    })
}

const fn off(reason: OffReason) -> Health {
    match reason {
        OffReason::Disabled => Health::Disabled,
        OffReason::GivenUp => Health::GivenUp,
    }
}
