//! One attempt: its headers, its signature, its turn, and the client.

use std::time::Duration;

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
    /// How long the request took, without the wait for its turn.
    pub took: Duration,
}

impl Attempted {
    const fn failed(phase: Phase) -> Self {
        Self { outcome: Outcome::Fault(phase), excerpt: Bytes::new(), took: Duration::ZERO }
    }
}

impl Shared {
    /// Makes an attempt; `own` are the turns that only its receiver has. `None` = the server stops, and nothing was sent.
    pub(super) async fn attempt(
        &self,
        config: &Config,
        delivery: &Delivery,
        own: &ReceiverTurns,
    ) -> Option<Attempted> {
        let target = match &config.target {
            Ok(target) => target,
            Err(rule) => {
                self.setup.numbers.refused(rule.name());
                return Some(Attempted::failed(Phase::Refused));
            }
        };
        // Signed before its turn: what waits for a processor holds no place.
        let Ok(signature) = self.setup.signer.sign(&delivery.told.body).await else {
            tracing::error!("a body of a webhook cannot be signed");
            return Some(Attempted::failed(Phase::Stopped));
        };
        let of_webhook = self.webhook_turns(config.of);
        let turns = async {
            let of_webhook = match &of_webhook {
                Some(of_webhook) => Some(of_webhook.turn(config.wants.last().is_some()).await?),
                None => None,
            };
            Some((own.turn(&self.turns, &self.setup.turns).await?, of_webhook))
        };
        let turn = tokio::select! {
            biased;
            () = self.stop.cancelled() => return None,
            turn = turns => turn?,
        };
        let told = &*delivery.told;
        let headers = self.headers(config, (told, delivery.attempt), &signature, false).await;
        let (app, target, body) = (self.resolver_key(), target.clone(), told.body.clone());
        let request = Request { app, target, headers, body };
        let counted = self.setup.numbers.begins();
        let reply = self.setup.client.send(&request).await;
        drop((counted, turn));
        self.count(&reply);
        Some(Attempted { outcome: reply.outcome, excerpt: reply.excerpt, took: reply.latency })
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

#[cfg(test)]
mod tests {
    use sederunt_core::id::MeetingId;
    use sederunt_testkit::House;

    use super::*;
    use crate::told::Order;
    use crate::words::Ticket;

    #[tokio::test]
    async fn what_waits_for_its_turn_when_the_server_stops_is_not_sent() {
        let house = House::at(sederunt_testkit::T0).await;
        let shared = super::super::scene::shared(&house, "app-1");
        let lane = MeetingId::from_u128(1);
        let told = Told { key: Key::first(1), lane, order: Order::Session, body: Bytes::from_static(b"{}") };
        let delivery = Delivery { ticket: Ticket(1), told: told.into(), attempt: 1, is_probe: false };
        let attempt = async || shared.attempt(&Config::nowhere(), &delivery, &ReceiverTurns::default()).await;
        assert!(attempt().await.is_some(), "it is made, whatever becomes of it");
        shared.stop.cancel();
        assert!(attempt().await.is_none());
    }
}
