//! Names of what webhooks are told, as bodies of requests have them.

use std::borrow::Cow;

use sederunt_webhook::body::kit::EventName;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The name of an event, of those that there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event(pub(crate) EventName);

/// The names as serde has them in its complaints.
pub(crate) const EVENT_NAMES: [&str; EventName::ALL.len()] = {
    let mut names = [""; EventName::ALL.len()];
    let mut i = 0;
    while i < names.len() {
        names[i] = EventName::ALL[i].as_str();
        i += 1;
    }
    names
};

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let name = String::deserialize(d)?;
        EventName::parse(&name).map(Self).ok_or_else(|| D::Error::unknown_variant(&name, &EVENT_NAMES))
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.as_str())
    }
}

impl PartialSchema for Event {
    fn schema() -> RefOr<Schema> {
        crate::document::one_of(EVENT_NAMES).into()
    }
}

impl ToSchema for Event {
    fn name() -> Cow<'static, str> {
        "WebhookEventName".into()
    }
}
