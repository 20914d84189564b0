//! The delivery of webhooks: what it is made of here.

use std::sync::Arc;

use anyhow::Context;
use sederunt_app::chat;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_node::clock::Clock;
use sederunt_store::delivery_log::{DeliveryLog, Options};
use sederunt_webhook::client::{Client, Limits, Trust};
use sederunt_webhook::endpoint;
use sederunt_webhook::key_store;
use sederunt_webhook::resolve::Resolver;
use sederunt_webhook::service::{self, Parts, Service, Settings};
use sederunt_webhook::sign::Secret;

use crate::config::{WebhookConfig, WebhookLog, WebhookOrder};
use crate::data_folder::DataFolder;

/// What is signed to make the secret of an app's room webhooks begins with this, so that no link has the same signature.
const ROOM_SECRET: &[u8] = b"sederunt room webhook secret 1\0";

/// The node's clocks.
#[derive(Debug)]
struct Clocks(Arc<dyn Clock>);

impl service::Clock for Clocks {
    fn steady(&self) -> UnixMs {
        self.0.steady()
    }

    fn wall(&self) -> UnixMs {
        self.0.now()
    }
}

/// Begins to deliver. Links in events begin with `origin`.
pub(crate) async fn start(
    config: &WebhookConfig,
    folder: &DataFolder,
    node: &Node,
    clock: Arc<dyn Clock>,
    origin: String,
) -> anyhow::Result<Service> {
    let WebhookConfig { places, ca_file, has_legacy_headers, order, concurrency, in_flight, give_up, .. } =
        config;
    let now = clock.now();
    let keys = key_store::load_or_make(node.store(), now).await.context("cannot make the key of webhooks")?;
    let trust = Trust::system(ca_file.as_deref()).context("cannot read webhook.ca_file")?;
    let client = Client::new(Resolver::default(), places.clone(), trust, Limits::default());
    let (links, secrets) = (node.clone(), node.clone());
    let parts = Parts {
        store: node.store().clone(),
        log: open_log(config, folder, now)?,
        clock: Arc::new(Clocks(clock)),
        client,
        places: places.clone(),
        keys,
        room_secret: Arc::new(move |app| {
            let signed = secrets.sign_link(&[ROOM_SECRET, app.as_str().as_bytes()].concat());
            Secret::from_bytes(&signed).unwrap_or_else(|_| Secret::from([0; 32]))
        }),
        chat_url: Arc::new(move |session, expires_at| {
            let link = chat::link_until(&links, session, expires_at);
            format!("{origin}{}", sederunt_api::chat_path(session, &link))
        }),
        settings: Settings {
            endpoint: endpoint::Settings {
                concurrency: *concurrency,
                is_strict: *order == WebhookOrder::Strict,
                give_up_ms: i64::try_from(give_up.as_millis())?,
            },
            has_legacy_headers: *has_legacy_headers,
            in_flight: *in_flight,
        },
    };
    Ok(Service::start(parts)?)
}

/// Says what links in events begin with where no public name is set, if there is somebody to send them to.
pub(crate) async fn warn_of_links(node: &Node, origin: &str) -> anyhow::Result<()> {
    if !node.store().apps_with_receivers().await?.is_empty() {
        tracing::warn!(
            links = origin,
            "there are webhooks, and no base_uri: links in their events name this machine"
        );
    }
    Ok(())
}

fn open_log(config: &WebhookConfig, folder: &DataFolder, now: UnixMs) -> anyhow::Result<DeliveryLog> {
    let options = Options {
        keeps_successes: config.log == WebhookLog::All,
        days: config.log_days,
        max_bytes: config.log_max_bytes,
    };
    DeliveryLog::open(folder.path(), options, now).context("cannot open the log of deliveries")
}
