//! The key that signs now. Keys are changed by a command, and used an hour later: looking now and then is soon enough.

use std::sync::Arc;
use std::time::Duration;

use sederunt_core::time::UnixMs;
use tokio_util::sync::CancellationToken;

use super::Setup;
use super::apps::Apps;
use crate::key_store;
use crate::keys::KeyRing;
use crate::sign::{KeyError, SigningKey};

/// Between two looks at the ring.
const LOOK: Duration = Duration::from_secs(60);

/// The key of an instant.
pub(super) struct Current {
    pub key: SigningKey,
    /// Its public half, which tells it from others.
    pub id: String,
    /// When it took over from another one, if receivers may not know it yet.
    pub rotated_at: UnixMs,
}

impl Current {
    pub(super) fn of(ring: &KeyRing, now: UnixMs) -> Result<Self, KeyError> {
        let key = ring.signing_key(now)?;
        let id = key.public_pem()?;
        Ok(Self { key, id, rotated_at: ring.rotated_at(now).unwrap_or_default() })
    }
}

/// Takes the next key when its time has come.
pub(super) async fn follow(setup: Arc<Setup>, apps: Arc<Apps>, mut id: String, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        let ring = match key_store::load(&setup.store).await {
            Ok(Some(ring)) => ring,
            Ok(None) => continue,
            Err(error) => {
                tracing::error!(%error, "the keys of webhooks cannot be read");
                continue;
            }
        };
        match Current::of(&ring, setup.clock.wall()) {
            Ok(current) if current.id != id => {
                setup.signer.change_key(current.key);
                apps.rotated(current.rotated_at);
                id = current.id;
                tracing::info!("webhooks are signed with the next key");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the keys of webhooks are of no use"),
        }
    }
}
