//! What waits for a receiver: events of which an attempt failed, and those of its replays.

use std::collections::BTreeMap;

use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::StoreError;

use crate::service::{Service, Subject};
use crate::told::Key;

/// When the next attempt of each event is due, by the wall clock. There are no more than some thousand: a receiver that has
/// too many reads nothing more.
pub(super) async fn of(
    service: &Service,
    app: &AppId,
    of: &Subject,
) -> Result<BTreeMap<Key, UnixMs>, StoreError> {
    let store = service.store();
    let mut receivers = vec![of.receiver(app)];
    if let Subject::Webhook(webhook) = of {
        let running = store.running_replays(app, webhook.id).await?;
        receivers.extend(running.iter().map(|replay| replay.delivery));
    }
    let mut waiting = BTreeMap::new();
    for receiver in receivers {
        let rows = store.delivery(receiver).await?.map(|delivery| delivery.saved.rows);
        let tried = rows.into_iter().flatten().filter_map(|row| Some((row.key, row.tried?)));
        waiting.extend(tried.map(|(key, tried)| (key, service.on_wall(tried.next_at))));
    }
    Ok(waiting)
}
