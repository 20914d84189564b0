//! `sederunt token`.

use std::io::{self, Write as _};

use anyhow::{Context, bail};
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;
use sederunt_node::clock::{Clock as _, SystemClock};
use sederunt_store::{ApiTokenRow, Permission, StoreError};

use super::open;
use crate::cli::{DataArgs, TokenCommand, TokenCreateArgs, TokenPermission};
use crate::{first_run, token};

pub(super) async fn run(what: TokenCommand) -> anyhow::Result<()> {
    match what {
        TokenCommand::Create(args) => create(args).await,
        TokenCommand::List(data) => list(data).await,
        TokenCommand::Revoke { id, data } => revoke(&id, data).await,
    }
}

async fn create(args: TokenCreateArgs) -> anyhow::Result<()> {
    let TokenCreateArgs { name, account, permission, app, data } = args;
    let (folder, store) = open(data, false)?;
    let first = first_run::read(&folder)?;
    let (first_account, first_app) = match first {
        Some(first) => (Some(first.account_id), Some(first.app_id)),
        None => (None, None),
    };
    let app = app.map(|a| AppId::from(a.as_str())).or(first_app).context("which app? give --app")?;
    let Some(app_row) = store.app(&app).await? else { bail!("there is no app {app}") };
    let account = account.or(first_account).unwrap_or_else(|| app_row.account.clone());
    let permission = match permission {
        TokenPermission::Realtime => Permission::Realtime,
        TokenPermission::RealtimeAdmin => Permission::RealtimeAdmin,
        TokenPermission::None => Permission::None,
    };
    let text = token::mint()?;
    let row = token::row(name, Some((account, permission)), Some(app), SystemClock.now())?;
    store.create_token(row, token::sha256(&text)).await?;
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}

async fn list(data: DataArgs) -> anyhow::Result<()> {
    let (_folder, store) = open(data, false)?;
    let mut out = io::stdout().lock();
    writeln!(out, "ID\tCREATED\tREVOKED\tPERMISSION\tACCOUNT\tAPP\tNAME")?;
    for row in store.tokens().await? {
        let ApiTokenRow { id, name, account, workspace, created_at, revoked_at } = row;
        let (account, permission) = account.unwrap_or_else(|| ("-".to_owned(), Permission::None));
        let permission = match permission {
            Permission::None => "none",
            Permission::Realtime => "realtime",
            Permission::RealtimeAdmin => "realtime-admin",
        };
        let app = workspace.map_or_else(|| "-".to_owned(), |w| w.to_string());
        let revoked = revoked_at.map_or_else(|| "-".to_owned(), time);
        let created = time(created_at);
        writeln!(out, "{id}\t{created}\t{revoked}\t{permission}\t{account}\t{app}\t{name}")?;
    }
    Ok(())
}

async fn revoke(id: &str, data: DataArgs) -> anyhow::Result<()> {
    let (_folder, store) = open(data, false)?;
    match store.revoke_token(id, SystemClock.now()).await {
        Ok(()) => Ok(()),
        Err(StoreError::NotFound(_)) => bail!("there is no token {id}; see sederunt token list"),
        Err(e) => Err(e.into()),
    }
}

fn time(at: UnixMs) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |t| format!("{t:.3}"))
}
