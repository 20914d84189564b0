//! Signing in at the console, and how long that lasts: a cookie stands for an API token until one of both ends.

use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_store::{ConsoleLife, ConsoleSessionRow, StoreError};

use crate::hex::hex;

/// How exact the last use of a sign-in is kept: a write a minute, not one a request.
const SEEN_EVERY_MS: i64 = 60_000;

/// How long sign-ins live, and how many there are.
pub const LIFE: ConsoleLife = ConsoleLife {
    // A working day.
    longest_ms: 12 * 3_600_000,
    // A lunch.
    idle_ms: 3_600_000,
    // A team that shares a token has fewer browsers. The one that was used least lately makes room.
    of_token_max: 100,
};

/// Signs in: the cookie with the hash `cookie` stands for the token with the hash `token`, which is there.
pub async fn sign_in(
    node: &Node,
    cookie: [u8; 32],
    token: [u8; 32],
    read_only: bool,
    browser: String,
) -> Result<ConsoleSessionRow, StoreError> {
    let now = node.now();
    let row = ConsoleSessionRow { token, read_only, browser, created_at: now, seen_at: now };
    node.store().create_console_session(row.clone(), cookie, LIFE).await?;
    Ok(row)
}

/// The sign-in of a cookie, unless it is over. Its token may be revoked.
pub async fn signed_in(
    node: &Node,
    cookie: [u8; 32],
    now: UnixMs,
) -> Result<Option<ConsoleSessionRow>, StoreError> {
    let row = node.store().console_session(cookie).await?;
    Ok(row.filter(|row| now < LIFE.ends_at(row)))
}

/// Notes that a sign-in was used.
pub async fn seen(
    node: &Node,
    cookie: [u8; 32],
    row: &ConsoleSessionRow,
    now: UnixMs,
) -> Result<(), StoreError> {
    if now.since(row.seen_at) < SEEN_EVERY_MS {
        return Ok(());
    }
    node.store().console_session_seen(cookie, now).await
}

/// A sign-in as it is listed.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Names it, and is of no use for anything else: the first bytes of the hash of its cookie, in hex.
    pub id: String,
    /// SHA-256 of its cookie.
    pub cookie: [u8; 32],
    /// Id of its token.
    pub token_id: String,
    /// What is known of it.
    pub row: ConsoleSessionRow,
}

/// Bytes of the hash that name a sign-in: enough to tell as many apart as there may be.
const ID_BYTES: usize = 8;

/// Who is signed in with the tokens of an account, the one that was used last first.
pub async fn list(node: &Node, account: &str) -> Result<Vec<Listed>, StoreError> {
    let now = node.now();
    let all = node.store().console_sessions_of(account).await?;
    let lives = all.into_iter().filter(|(.., row)| now < LIFE.ends_at(row));
    Ok(lives.map(|(cookie, token_id, row)| Listed { id: id(&cookie), cookie, token_id, row }).collect())
}

/// How a sign-in is named.
pub fn id(cookie: &[u8; 32]) -> String {
    hex(cookie.get(..ID_BYTES).unwrap_or_default())
}

/// Signs out.
pub async fn sign_out(node: &Node, cookie: [u8; 32]) -> Result<(), StoreError> {
    node.store().end_console_session(cookie).await
}
