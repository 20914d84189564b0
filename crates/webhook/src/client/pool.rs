//! Connections that wait to be used again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::Limits;
use super::wire::Connection;
use crate::target::{Host, Target};

/// Connections that wait, to one place: an endpoint has no more requests in flight.
const OF_PLACE_MAX: usize = 16;
/// And to all of them.
const MAX: usize = 1024;

type Place = (bool, Host, u16);

#[derive(Debug, Default)]
pub(super) struct Pool {
    idle: Mutex<BTreeMap<Place, Vec<(Instant, Connection)>>>,
}

fn place(target: &Target) -> Place {
    (target.tls, target.host.clone(), target.port)
}

impl Pool {
    /// The connection that was used last, if it is still good.
    pub(super) fn take(&self, target: &Target, limits: &Limits) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let place = place(target);
        let all = idle.get_mut(&place)?;
        let now = Instant::now();
        let mut found = None;
        while let Some((since, connection)) = all.pop() {
            if is_good(since, &connection, now, limits) {
                found = Some(connection);
                break;
            }
        }
        if all.is_empty() {
            idle.remove(&place);
        }
        found
    }

    /// Keeps a connection, and lets go of those that are too old.
    pub(super) fn put(&self, target: &Target, connection: Connection, limits: &Limits) {
        let now = Instant::now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|_, all| {
            all.retain(|(since, connection)| is_good(*since, connection, now, limits));
            !all.is_empty()
        });
        if idle.values().map(Vec::len).sum::<usize>() >= MAX || !is_good(now, &connection, now, limits) {
            return;
        }
        let all = idle.entry(place(target)).or_default();
        if all.len() < OF_PLACE_MAX {
            all.push((now, connection));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).values().map(Vec::len).sum()
    }
}

fn is_good(since: Instant, connection: &Connection, now: Instant, limits: &Limits) -> bool {
    !connection.sender.is_closed()
        && now.duration_since(since) < limits.idle
        && now.duration_since(connection.made_at) < limits.age
}
