//! A request to a receiver, as it is shown.

use sederunt_webhook::headers::is_reserved;
use sederunt_webhook::service::{Sent, Subject};
use serde::Serialize;
use utoipa::ToSchema;

/// A request to a receiver.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookRequest)]
pub(crate) struct Request {
    /// Where it goes.
    url: String,
    /// Its headers but for those of the connection, by name.
    headers: Vec<Header>,
    /// Its body.
    body: String,
}

/// A header.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookRequestHeader)]
pub(crate) struct Header {
    /// Its name in lower case.
    name: String,
    /// Its value; `null` = a signature, or a room's own header, for a caller that may only read.
    value: Option<String>,
}

impl Request {
    /// For a caller. Whoever has a signed request can send it, so it is shown to those who may have it sent; a
    /// room's own headers may be secrets of its receiver.
    pub(super) fn of(of: &Subject, sent: &Sent, may_change: bool) -> Self {
        let (url, is_room) = match of {
            Subject::Webhook(webhook) | Subject::Replay(webhook, _) => (webhook.url.clone(), false),
            Subject::Room { url, .. } => (url.clone(), true),
        };
        let is_shown =
            |name: &str| may_change || !(name.ends_with("-signature") || (is_room && !is_reserved(name)));
        let header = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| Header {
            name: name.as_str().to_owned(),
            value: is_shown(name.as_str()).then(|| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        };
        let mut headers: Vec<Header> = sent.headers.iter().map(header).collect();
        headers.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Self { url, headers, body: String::from_utf8_lossy(&sent.body).into_owned() }
    }
}
