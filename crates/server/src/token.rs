//! API tokens as commands make them, and randomness for the rest of the program.

use anyhow::Context;
use sederunt_app::tokens;
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_store::{ApiTokenRow, Permission};

pub use sederunt_app::tokens::sha256;

/// A new token text.
pub fn mint() -> anyhow::Result<String> {
    Ok(tokens::mint()?)
}

/// A row for a token of one account and one workspace.
pub fn row(
    name: String,
    account: Option<(String, Permission)>,
    workspace: Option<AppId>,
    now: UnixMs,
) -> anyhow::Result<ApiTokenRow> {
    Ok(tokens::row(name, account, workspace, now)?)
}

/// `bytes` random bytes in lower-case hex.
pub(crate) fn random_hex(bytes: usize) -> anyhow::Result<String> {
    let mut buffer = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut buffer).ok().context("the system gave no randomness")?;
    Ok(buffer.iter().map(|byte| format!("{byte:02x}")).collect())
}
