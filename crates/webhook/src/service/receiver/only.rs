//! What a replay of what failed has to send: read from the log when its receiver begins, after a start as well. What it has
//! delivered by then is in the log, too, and not sent again.

use std::sync::Arc;

use tokio::time::sleep;

use crate::failed::{self, FAILED_MAX};
use crate::service::config::Config;
use crate::service::shared::{AGAIN, Shared};

/// What may have failed since a replay was asked for, when as much as may be had failed already.
const SPARE: usize = FAILED_MAX;

/// A receiver that knows what it has to send. It waits for the log as long as that takes; `None` = the server stops.
pub(super) async fn chosen(app: &Shared, config: Arc<Config>) -> Option<Arc<Config>> {
    let Some(range) = config.failed_range() else { return Some(config) };
    let webhook = config.of.id();
    loop {
        let read = failed::read(&app.setup.log, webhook, range, FAILED_MAX + SPARE);
        let read = tokio::select! {
            () = app.stop.cancelled() => return None,
            read = read => read,
        };
        match read {
            Ok(failed) => {
                if !failed.is_all {
                    tracing::warn!(%webhook, "more has failed since than a replay sends");
                }
                return Some(config.with_failed(&Arc::new(failed.events)));
            }
            Err(error) => {
                tracing::error!(%error, "the log of deliveries cannot be read for a replay");
                sleep(AGAIN).await;
            }
        }
    }
}
