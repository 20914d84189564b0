//! Webhooks of an app: receivers that are told what happens in its meetings (SEMANTICS §4). Where they may be is the
//! door's to check: it depends on the server, not on the ledger.

use aws_lc_rs::rand;
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::WebhookRow;

use crate::rule::{Fault, NAME_MAX_CHARS, filled};
use crate::{AppError, Site};

/// How long the secret before signs beside a new one: receivers have a day to learn it.
pub const OLD_SECRET_MS: i64 = 24 * 3_600 * 1_000;
/// Bytes of a secret.
const SECRET_BYTES: usize = 32;

/// What a webhook is to be.
#[derive(Debug, Clone)]
pub struct Whole {
    /// Name.
    pub name: String,
    /// Where requests go.
    pub url: String,
    /// Names of the events it wants.
    pub events: Vec<String>,
    /// Whether it is served.
    pub is_enabled: bool,
}

/// What of a webhook is to be changed.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// Where requests go.
    pub url: Option<String>,
    /// Names of the events it wants.
    pub events: Option<Vec<String>>,
    /// Whether it is served.
    pub is_enabled: Option<bool>,
}

impl From<Whole> for Change {
    fn from(whole: Whole) -> Self {
        let Whole { name, url, events, is_enabled } = whole;
        Self { name: Some(name), url: Some(url), events: Some(events), is_enabled: Some(is_enabled) }
    }
}

impl Change {
    fn apply(self, row: &mut WebhookRow) {
        let Self { name, url, events, is_enabled } = self;
        if let Some(name) = name {
            row.name = name;
        }
        if let Some(url) = url {
            row.url = url;
        }
        if let Some(events) = events {
            row.events = each_once(events);
        }
        if let Some(is_enabled) = is_enabled {
            row.is_enabled = is_enabled;
        }
    }
}

/// Makes a webhook with a secret of its own; it is told what is recorded from then on.
pub async fn create(site: &impl Site, app: AppId, whole: Whole) -> Result<WebhookRow, AppError> {
    let Whole { name, url, events, is_enabled } = whole;
    check_name(&name)?;
    let (id, secret, now) = (site.mint_id(), fresh_secret()?, site.now());
    let row = WebhookRow {
        id,
        app,
        name,
        url,
        events: each_once(events),
        is_enabled,
        secret,
        old_secret: None,
        created_at: now,
        updated_at: now,
    };
    site.store().create_webhook(row.clone()).await?;
    Ok(row)
}

/// Changes a webhook. `NotFound` when it is gone.
pub async fn change(site: &impl Site, webhook: &WebhookRow, change: Change) -> Result<WebhookRow, AppError> {
    if let Some(name) = &change.name {
        check_name(name)?;
    }
    let now = site.now();
    let stamped = move |row: &mut WebhookRow| {
        change.apply(row);
        row.updated_at = now;
    };
    Ok(site.store().change_webhook(&webhook.app, webhook.id, stamped).await?)
}

/// Replaces a webhook; id and secrets stay. `NotFound` when it is gone.
pub async fn replace(site: &impl Site, webhook: &WebhookRow, whole: Whole) -> Result<WebhookRow, AppError> {
    change(site, webhook, whole.into()).await
}

/// Deletes a webhook, and what waits for it. Answers it as it was; `NotFound` when it is gone.
pub async fn delete(site: &impl Site, webhook: &WebhookRow) -> Result<WebhookRow, AppError> {
    Ok(site.store().delete_webhook(&webhook.app, webhook.id).await?)
}

/// Gives a webhook another secret. The one that it had signs as well for [`OLD_SECRET_MS`], the one before that not any
/// more. `NotFound` when it is gone.
pub async fn rotate_secret(site: &impl Site, webhook: &WebhookRow) -> Result<WebhookRow, AppError> {
    let (secret, now) = (fresh_secret()?, site.now());
    let rotate = move |row: &mut WebhookRow| {
        row.old_secret = Some((row.secret, now.plus_ms(OLD_SECRET_MS)));
        row.secret = secret;
    };
    Ok(site.store().change_webhook(&webhook.app, webhook.id, rotate).await?)
}

/// Until when the secret before the present one signs as well; `None` = it does not.
pub fn old_secret_until(webhook: &WebhookRow, now: UnixMs) -> Option<UnixMs> {
    webhook.old_secret.map(|(_, until)| until).filter(|until| now < *until)
}

/// The rule of names.
pub fn check_name(name: &str) -> Result<(), Fault> {
    filled("name", name, NAME_MAX_CHARS)
}

/// Each name where it was given first.
fn each_once(events: Vec<String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(events.len());
    for event in events {
        if !all.contains(&event) {
            all.push(event);
        }
    }
    all
}

fn fresh_secret() -> Result<[u8; SECRET_BYTES], AppError> {
    let mut bytes = [0; SECRET_BYTES];
    rand::fill(&mut bytes).map_err(|_| AppError::NoRandomness)?;
    Ok(bytes)
}
