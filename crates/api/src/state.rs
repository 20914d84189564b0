//! What handlers share.

use std::ops::Deref;
use std::sync::Arc;

use sederunt_app::tokens::Uses;
use sederunt_node::Node;
use sederunt_webhook::places::Places;
use sederunt_webhook::service::Service;
use tokio::sync::Semaphore;

use crate::console::{ConsoleConfig, Failures};
use crate::doors::{FeedConfig, Feeds};
use crate::exports::Exports;
use crate::limit::STORIES_MAX;
use crate::rebuilding::Rebuilding;
use crate::reports::Reports;
use crate::system::SystemConfig;
use crate::turns::Turns;
use crate::verifying::Verifying;

/// Settings of the doors.
#[derive(Debug, Clone, Default)]
pub struct ApiConfig {
    /// Origins whose pages may call the doors (`https://example.com`); `*` = all. Empty = no CORS headers.
    pub cors_origins: Vec<String>,
    /// Public `host[:port]` of the server, reached by TLS; `None` = links name the host that the request named.
    pub base_uri: Option<String>,
    /// The server itself speaks TLS.
    pub is_secure: bool,
    /// Where webhooks may go.
    pub webhook_places: Places,
    /// Delivers webhooks; `None` = nobody does.
    pub webhooks: Option<Arc<Service>>,
    /// Limits and times of the live feed.
    pub feed: FeedConfig,
    /// The console's sign-in.
    pub console: ConsoleConfig,
    /// The server around the doors; `None` = nothing is told of it.
    pub system: Option<SystemConfig>,
}

/// What handlers share. Every request copies it several times on its way: that is one counter up, not one for each part.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    shared: Arc<Shared>,
}

/// The parts of [`Api`].
#[derive(Debug)]
pub(crate) struct Shared {
    /// The shell.
    pub(crate) node: Node,
    /// Settings of the doors.
    pub(crate) config: ApiConfig,
    /// The live feeds of all apps.
    pub(crate) feeds: Feeds,
    /// Builds reports of peers.
    pub(crate) reports: Reports,
    /// Sign-ins that failed lately.
    pub(crate) failures: Failures,
    /// Turns of exports.
    pub(crate) exports: Exports,
    /// Last uses of tokens on their way into the ledger.
    pub(crate) uses: Uses,
    /// The check of the ledger.
    pub(crate) verifying: Verifying,
    /// The index that is built anew.
    pub(crate) rebuilding: Rebuilding,
    /// Turns of sessions that are told whole.
    pub(crate) stories: Arc<Semaphore>,
    /// Turns of reads that walk over much of an app.
    pub(crate) walks: Turns,
}

impl Api {
    /// Nobody watches yet.
    pub(crate) fn new(node: Node, config: ApiConfig) -> Self {
        let feeds = Feeds::new(node.clone(), config.feed.clone());
        let shared = Shared {
            node,
            config,
            feeds,
            reports: Reports::default(),
            failures: Failures::default(),
            exports: Exports::default(),
            uses: Uses::default(),
            verifying: Verifying::default(),
            rebuilding: Rebuilding::default(),
            stories: Arc::new(Semaphore::new(STORIES_MAX)),
            walks: Turns::default(),
        };
        Self { shared: Arc::new(shared) }
    }
}

impl Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}
