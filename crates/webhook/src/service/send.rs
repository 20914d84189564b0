//! One attempt: its headers, its signature, its turn, and the client.

use bytes::Bytes;
use http::HeaderMap;
use sederunt_core::id::Id;

use super::config::{Config, Of};
use super::shared::Shared;
use super::turns::ReceiverTurns;
use crate::client::{Reply, Request};
use crate::headers::{self, Stamp};
use crate::retry::{Outcome, Phase};
use crate::sign::event_id;
use crate::told::{Key, Told};
use crate::words::Delivery;

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

impl Shared {
    /// Makes an attempt; `own` are the turns that only its receiver has.
    pub(super) async fn attempt(
        &self,
        config: &Config,
        delivery: &Delivery,
        own: &ReceiverTurns,
    ) -> Attempted {
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
        let Some(turn) = own.turn(&self.turns, &self.setup.turns).await else {
            return Attempted::failed(Phase::Stopped);
        };
        let told = &*delivery.told;
        let headers = self.headers(config, (told, delivery.attempt), &signature, false).await;
        let (app, target, body) = (self.resolver_key(), target.clone(), told.body.clone());
        let request = Request { app, target, headers, body };
        let counted = self.setup.numbers.begins();
        let reply = self.setup.client.send(&request).await;
        drop((counted, turn));
        self.count(&reply);
        Attempted { outcome: reply.outcome, excerpt: reply.excerpt }
    }

    /// The headers of an attempt.
    pub(super) async fn headers(
        &self,
        config: &Config,
        (told, attempt): (&Told, u32),
        signature: &str,
        is_test: bool,
    ) -> HeaderMap {
        let now = self.setup.clock.wall();
        let secrets = config.secrets(now);
        let stamp = |id: Id| Stamp {
            id,
            key: told.key,
            attempt,
            timestamp_s: now.0.div_euclid(1000),
            signature,
            secrets: &secrets,
            body: &told.body,
            is_test,
        };
        match config.of {
            Of::Webhook { id, has_new_ids } => {
                let replay = if has_new_ids { told.key.replay } else { 0 };
                let event = event_id(id, Key { replay, ..told.key });
                headers::kit(&stamp(event), id, self.setup.settings.has_legacy_headers)
            }
            Of::Room { id } => {
                let room = self.webhook_of(told.lane).await.ok().flatten();
                let own = room.as_ref().map_or(&[][..], |room| &room.headers);
                headers::room(&stamp(event_id(id, told.key)), own)
            }
        }
    }

    pub(super) fn count(&self, reply: &Reply) {
        self.setup.numbers.attempted(reply.outcome, reply.latency);
        if let Some(rule) = reply.refused {
            self.setup.numbers.refused(rule.name());
        }
    }
}
