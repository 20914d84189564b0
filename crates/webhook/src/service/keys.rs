//! The key that signs now. Keys are changed by a command, and used an hour later: looking now and then is soon enough to know when.

use std::sync::Arc;
use std::time::Duration;

use sederunt_core::time::UnixMs;
use tokio_util::sync::CancellationToken;

use super::Setup;
use super::apps::Apps;
use crate::key_store;
use crate::keys::{KeyRing, Use};
use crate::sign::{KeyError, SigningKey};

/// Between two looks at the ring, at most: long before an hour is over.
const LOOK: Duration = Duration::from_secs(60);

/// The key of an instant.
pub(super) struct Current {
    pub key: SigningKey,
    pub known: Known,
}

/// What is known of the ring at an instant.
#[derive(Debug, Clone)]
pub(super) struct Known {
    /// The key's public half, which tells it from others.
    pub id: String,
    /// When it took over from another one, or the next one will from it: around then receivers may know only the other.
    pub rotated_at: UnixMs,
    /// When to look again: those who ask for the public key are told of the next one from its first instant on.
    pub look_after: Duration,
}

impl Current {
    pub(super) fn of(ring: &KeyRing, now: UnixMs) -> Result<Self, KeyError> {
        let key = ring.signing_key(now)?;
        let id = key.public_pem()?;
        let shown = ring.shown(now);
        let next = shown.iter().filter(|shown| shown.does == Use::Next).map(|next| next.used_from).min();
        let rotated_at = next.or_else(|| ring.rotated_at(now)).unwrap_or_default();
        let wait = next.map_or(0, |next| next.since(now));
        let look_after = u64::try_from(wait).ok().filter(|ms| *ms > 0).map_or(LOOK, Duration::from_millis);
        Ok(Self { key, known: Known { id, rotated_at, look_after: look_after.min(LOOK) } })
    }
}

/// Takes the next key when its time has come.
pub(super) async fn follow(setup: Arc<Setup>, apps: Arc<Apps>, first: Known, stop: CancellationToken) {
    let Known { mut id, mut rotated_at, mut look_after } = first;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(look_after) => {}
        }
        look_after = LOOK;
        let ring = match key_store::load(&setup.store).await {
            Ok(Some(ring)) => ring,
            Ok(None) => continue,
            Err(error) => {
                tracing::error!(%error, "the keys of webhooks cannot be read");
                continue;
            }
        };
        match Current::of(&ring, setup.clock.wall()) {
            Ok(Current { key, known }) => {
                look_after = known.look_after;
                if known.rotated_at != rotated_at {
                    apps.rotated(known.rotated_at);
                    rotated_at = known.rotated_at;
                }
                if known.id != id {
                    setup.signer.change_key(key);
                    id = known.id;
                    tracing::info!("webhooks are signed with the next key");
                }
            }
            Err(error) => tracing::error!(%error, "the keys of webhooks are of no use"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{FreshKey, SHOWN_BEFORE_MS};

    const NOW: UnixMs = UnixMs(1_700_000_000_000);

    #[test]
    fn the_next_key_is_known_before_it_signs_and_signs_at_its_first_instant() {
        let fresh = || FreshKey::generate().unwrap();
        let first = KeyRing::first(fresh(), NOW.plus_ms(-9_000_000));
        let ring = first.rotated(fresh(), NOW).unwrap();
        let used_from = NOW.plus_ms(SHOWN_BEFORE_MS);
        let at = |ring: &KeyRing, now| Current::of(ring, now).unwrap().known;
        let alone = at(&first, NOW);
        assert_eq!((alone.rotated_at, alone.look_after), (UnixMs(0), LOOK));
        let shown = at(&ring, NOW);
        assert_eq!((&shown.id, shown.rotated_at, shown.look_after), (&alone.id, used_from, LOOK));
        let last = at(&ring, used_from.plus_ms(-1_234));
        assert_eq!((last.id, last.look_after), (alone.id, Duration::from_millis(1_234)));
        let next = at(&ring, used_from);
        assert_ne!(next.id, shown.id);
        assert_eq!((next.rotated_at, next.look_after), (used_from, LOOK));
    }
}
