//! Links to one report for whoever has no account: making, reading, ending.

use sederunt_core::id::{AppId, Id};
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{ShareRow, StoreError};

/// Links to reports of an app at a time: a teacher's for each class, and what is forgotten ends by itself.
const OF_APP_MAX: usize = 500;
/// How exact the last use of a link is kept: a write a minute, not one a request.
const USED_EVERY_MS: i64 = 60_000;

/// Makes a link, whose cookie has the hash `cookie`; `Limit` when the app has as many as it may.
pub async fn make(node: &Node, row: ShareRow, cookie: [u8; 32]) -> Result<(), StoreError> {
    node.store().create_share(row, cookie, OF_APP_MAX).await
}

/// The link of a cookie, unless it is over or its app is gone.
pub async fn open(node: &Node, cookie: [u8; 32], now: UnixMs) -> Result<Option<ShareRow>, StoreError> {
    let Some(row) = node.store().share(cookie).await? else { return Ok(None) };
    let there = node.store().app(&row.app).await?.is_some();
    Ok(Some(row).filter(|row| there && now < row.expires_at))
}

/// Notes that a link was used.
pub async fn used(node: &Node, cookie: [u8; 32], row: &ShareRow, now: UnixMs) -> Result<(), StoreError> {
    if row.used_at.is_some_and(|at| now.since(at) < USED_EVERY_MS) {
        return Ok(());
    }
    node.store().share_used(cookie, now).await
}

/// Ends a link of an app; whether there was one. Nobody reads by it once this has returned.
pub async fn end(node: &Node, app: &AppId, share: Id) -> Result<bool, StoreError> {
    node.store().end_share(app, share).await
}
