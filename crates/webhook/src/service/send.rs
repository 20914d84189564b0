//! One attempt: its headers, its signature, its turn, and the client.

use bytes::Bytes;
use sederunt_core::id::Id;
use tokio::sync::Semaphore;

use super::app::App;
use super::config::{Config, Of};
use crate::client::{Reply, Request};
use crate::headers::{self, Stamp};
use crate::retry::{Outcome, Phase};
use crate::sign::event_id;
use crate::target::Target;
use crate::words::Delivery;

/// Requests of one receiver that need no turn of its app: a receiver that hangs holds up its own requests, and none of the
/// others'.
pub(super) const OWN_TURNS: usize = 2;

/// How an attempt ended.
#[derive(Debug)]
pub(super) struct Attempted {
    pub outcome: Outcome,
    /// What the receiver said to a failure.
    pub excerpt: Bytes,
}

impl Attempted {
    const fn failed(phase: Phase) -> Self {
        Self { outcome: Outcome::Fault(phase), excerpt: Bytes::new() }
    }
}

impl App {
    /// Makes an attempt; `own` are the turns that only its receiver has.
    pub(super) async fn attempt(&self, config: &Config, delivery: &Delivery, own: &Semaphore) -> Attempted {
        let target = match &config.target {
            Ok(target) => target,
            Err(rule) => {
                self.setup.numbers.refused(rule.name());
                return Attempted::failed(Phase::Refused);
            }
        };
        // Signed before its turn: what waits for a processor holds no place.
        let Ok(signature) = self.setup.signer.sign(&delivery.told.body).await else {
            tracing::error!("a body of a webhook cannot be signed");
            return Attempted::failed(Phase::Stopped);
        };
        let turn = tokio::select! {
            biased;
            turn = own.acquire() => turn,
            turn = self.turns.acquire() => turn,
        };
        let place = self.setup.turns.acquire().await;
        let request = self.request(config, delivery, target, &signature).await;
        let counted = self.setup.numbers.begins();
        let reply = self.setup.client.send(&request).await;
        drop((counted, place, turn));
        self.count(&reply);
        Attempted { outcome: reply.outcome, excerpt: reply.excerpt }
    }

    async fn request(
        &self,
        config: &Config,
        delivery: &Delivery,
        target: &Target,
        signature: &str,
    ) -> Request {
        let told = &delivery.told;
        let now = self.setup.clock.wall();
        let secrets = config.secrets(now);
        let stamp = |id: Id, key| Stamp {
            id,
            key,
            attempt: delivery.attempt,
            timestamp_s: now.0.div_euclid(1000),
            signature,
            secrets: &secrets,
            body: &told.body,
            is_test: false,
        };
        let headers = match config.of {
            Of::Webhook { id, has_new_ids } => {
                let mut key = told.key;
                if !has_new_ids {
                    key.replay = 0;
                }
                headers::kit(&stamp(event_id(id, key), told.key), id, self.setup.settings.has_legacy_headers)
            }
            Of::Room { id } => {
                let room = self.rooms.webhook(&self.setup.store, told.lane).await.ok().flatten();
                let own = room.as_ref().map_or(&[][..], |room| &room.headers);
                headers::room(&stamp(event_id(id, told.key), told.key), own)
            }
        };
        Request { app: self.resolver_key(), target: target.clone(), headers, body: told.body.clone() }
    }

    fn count(&self, reply: &Reply) {
        self.setup.numbers.attempted(reply.outcome, reply.latency);
        if let Some(rule) = reply.refused {
            self.setup.numbers.refused(rule.name());
        }
    }
}
