//! What a receiver is: where its requests go, what it wants, and how they are signed.

use std::collections::BTreeSet;
use std::sync::Arc;

use sederunt_core::id::{AppId, Id};
use sederunt_core::time::UnixMs;
use sederunt_store::{ReplayRow, WebhookRow};

use super::wants::{Only, Replay, Wants};
use crate::endpoint::Settings;
use crate::failed::Event;
use crate::places::Places;
use crate::retry::ROTATION_MS;
use crate::sign::{Secret, derived_id};
use crate::target::{BadUrl, Target};

/// Whose requests they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Of a webhook of the app.
    Webhook {
        /// Its id.
        id: Id,
        /// Events of a replay have ids of their own.
        has_new_ids: bool,
    },
    /// Of rooms.
    Room {
        /// What ids of their events are made of.
        id: Id,
    },
}

impl Of {
    /// The receiver, as the log has it: what a replay sends is its webhook's.
    pub(super) const fn id(&self) -> Id {
        match self {
            Self::Webhook { id, .. } | Self::Room { id } => *id,
        }
    }
}

/// A receiver. It may change while requests are under way.
#[derive(Debug, Clone)]
pub(super) struct Config {
    pub of: Of,
    pub url: String,
    pub target: Result<Target, BadUrl>,
    pub wants: Wants,
    secret: Secret,
    old_secret: Option<(Secret, UnixMs)>,
    pub settings: Settings,
}

/// The id of the receiver of an app's room webhooks at a URL.
pub(super) fn room_receiver(app: &AppId, url: &str) -> Id {
    derived_id(&[b"room webhook", app.as_str().as_bytes(), url.as_bytes()])
}

impl Config {
    pub(super) fn of_webhook(row: &WebhookRow, places: &Places, settings: Settings) -> Self {
        Self {
            of: Of::Webhook { id: row.id, has_new_ids: false },
            url: row.url.clone(),
            target: Target::parse(&row.url, places),
            wants: Wants::Kit(Wants::names(&row.events)),
            secret: Secret::from(row.secret),
            old_secret: row.old_secret.map(|(secret, until)| (Secret::from(secret), until)),
            settings,
        }
    }

    /// A replay of a webhook has half of its requests at most, and together with others no more.
    pub(super) fn of_replay(
        replay: &ReplayRow,
        webhook: &WebhookRow,
        places: &Places,
        settings: Settings,
    ) -> Self {
        let of = Self::of_webhook(webhook, places, settings);
        let events = Wants::names(replay.events.as_ref().unwrap_or(&webhook.events));
        let failed = Only::Failed { from_seq: replay.from_seq, events: None };
        let only = if replay.only_failed { failed } else { Only::All };
        let wants = Replay { no: replay.no, to_seq: replay.to_seq, events, only };
        Self {
            of: Of::Webhook { id: webhook.id, has_new_ids: replay.new_ids },
            wants: Wants::Replay(wants),
            settings: Settings { concurrency: (settings.concurrency / 2).max(1), ..settings },
            ..of
        }
    }

    /// The receiver of room webhooks at a URL. They carry counts, so none overtakes another.
    pub(super) fn of_room(
        app: &AppId,
        url: &str,
        secret: Secret,
        places: &Places,
        settings: Settings,
    ) -> Self {
        Self {
            of: Of::Room { id: room_receiver(app, url) },
            url: url.to_owned(),
            target: Target::parse(url, places),
            wants: Wants::Room(url.to_owned()),
            secret,
            old_secret: None,
            settings: Settings { is_strict: true, ..settings },
        }
    }

    /// One whose requests go nowhere.
    #[cfg(test)]
    pub(super) fn nowhere() -> Self {
        let settings = Settings { concurrency: 1, is_strict: true, give_up_ms: 0 };
        let url = "https://hooks.example/";
        Self::of_room(&"app".into(), url, Secret::from([0; 32]), &Places::default(), settings)
    }

    /// From where on a replay of what failed sends, and up to where; `None` of any other receiver.
    pub(super) const fn failed_range(&self) -> Option<(u64, u64)> {
        match &self.wants {
            Wants::Replay(Replay { to_seq, only: Only::Failed { from_seq, .. }, .. }) => {
                Some((*from_seq, *to_seq))
            }
            Wants::Replay(_) | Wants::Kit(_) | Wants::Room(_) => None,
        }
    }

    /// A replay of what failed, when that has been read.
    pub(super) fn with_failed(mut self: Arc<Self>, failed: &Arc<BTreeSet<Event>>) -> Arc<Self> {
        if let Wants::Replay(Replay { only: Only::Failed { events, .. }, .. }) =
            &mut Arc::make_mut(&mut self).wants
        {
            *events = Some(Arc::clone(failed));
        }
        self
    }

    /// The same as `old` as far as that has been read.
    pub(super) fn with_failed_of(self: Arc<Self>, old: &Self) -> Arc<Self> {
        match &old.wants {
            Wants::Replay(Replay { only: Only::Failed { events: Some(events), .. }, .. }) => {
                self.with_failed(events)
            }
            Wants::Replay(_) | Wants::Kit(_) | Wants::Room(_) => self,
        }
    }

    /// The secrets that sign now.
    pub(super) fn secrets(&self, now: UnixMs) -> Vec<Secret> {
        let old = self.old_secret.iter().filter(|(_, until)| *until > now).map(|(secret, _)| secret.clone());
        std::iter::once(self.secret.clone()).chain(old).collect()
    }

    /// When the secret was changed, if receivers may not know the new one yet.
    pub(super) fn rotated_at(&self) -> Option<UnixMs> {
        self.old_secret.as_ref().map(|(_, until)| until.plus_ms(-ROTATION_MS))
    }
}
