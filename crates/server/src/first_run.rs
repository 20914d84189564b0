//! The first start makes an account, an app and an API token, and says where they are.

use std::path::PathBuf;

use anyhow::Context;
use sederunt_app::{AppError, accounts};
use sederunt_core::id::AppId;
use sederunt_node::NodeError;
use sederunt_store::{ApiTokenRow, Permission, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::data_folder::DataFolder;
use crate::mint::{Alone, Mint};
use crate::token;

/// Name of the file in the data folder.
pub const FILE: &str = "first-run.json";
const APP_NAME: &str = "Default app";
const TOKEN_NAME: &str = "first run";

/// What the first start made. Holds the token, hence no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct FirstRun {
    /// RealtimeKit account.
    pub account_id: String,
    /// RealtimeKit app = Pagecall workspace.
    pub app_id: AppId,
    /// Token for both APIs.
    pub api_token: String,
}

/// Reads the file of an earlier start.
pub fn read(folder: &DataFolder) -> anyhow::Result<Option<FirstRun>> {
    let path = folder.path().join(FILE);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let first = serde_json::from_slice(&bytes);
            Ok(Some(first.with_context(|| format!("{} is damaged", path.display()))?))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Makes what is missing. Returns the file's path when this was the first start.
///
/// The file is durable before the ledger knows its contents: a crash in between makes the next start finish
/// the work, and no token is ever lost.
pub async fn make_if_needed(
    folder: &DataFolder,
    store: &Store,
    mint: &Mint,
) -> anyhow::Result<Option<PathBuf>> {
    if !store.tokens().await?.is_empty() {
        return Ok(None);
    }
    let first = match read(folder)? {
        Some(first) => first,
        None => FirstRun {
            account_id: token::random_hex(16)?,
            app_id: AppId::from(mint.id().to_string().as_str()),
            api_token: token::mint()?,
        },
    };
    let path = folder.write_private(FILE, &serde_json::to_vec_pretty(&first)?)?;
    remember(store, mint, &first).await?;
    Ok(Some(path))
}

async fn remember(store: &Store, mint: &Mint, first: &FirstRun) -> anyhow::Result<()> {
    let now = mint.now();
    let FirstRun { account_id, app_id, api_token } = first;
    let site = Alone { store, mint };
    match accounts::create_app(&site, app_id.clone(), account_id.clone(), APP_NAME.to_owned()).await {
        Ok(_) | Err(AppError::Node(NodeError::Store(StoreError::Exists(_)))) => {}
        Err(e) => return Err(e).context("cannot make the first app"),
    }
    let account = Some((account_id.clone(), Permission::RealtimeAdmin));
    let row = token::row(TOKEN_NAME.to_owned(), account, Some(app_id.clone()), now)?;
    // It is for whoever runs the server.
    let row = ApiTokenRow { server: true, ..row };
    store.create_token(row, token::sha256(api_token)).await.context("cannot make the first token")
}
