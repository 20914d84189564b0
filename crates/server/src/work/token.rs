//! `sederunt token`.

use anyhow::{Context, bail};
use sederunt_app::Site;
use sederunt_core::id::AppId;
use sederunt_store::{ApiTokenRow, AppRow, ListQuery, Permission, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::table::{cells, day, json_line, line, time};
use super::{Console, DONE, Desk};
use crate::{first_run, token};

/// Longest name of a token in characters: it is for humans, in a list.
const NAME_MAX_CHARS: usize = 256;

/// What a token may do in its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenPermission {
    /// Read everything, and mint participant tokens
    Realtime,
    /// Everything
    RealtimeAdmin,
    /// Nothing: the Pagecall API only
    None,
}

impl TokenPermission {
    fn of(permission: Permission) -> Self {
        match permission {
            Permission::None => Self::None,
            Permission::Realtime => Self::Realtime,
            Permission::RealtimeAdmin => Self::RealtimeAdmin,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Realtime => "realtime",
            Self::RealtimeAdmin => "realtime-admin",
            Self::None => "none",
        }
    }
}

impl From<TokenPermission> for Permission {
    fn from(permission: TokenPermission) -> Self {
        match permission {
            TokenPermission::Realtime => Self::Realtime,
            TokenPermission::RealtimeAdmin => Self::RealtimeAdmin,
            TokenPermission::None => Self::None,
        }
    }
}

/// `sederunt token create`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateToken {
    pub(crate) name: String,
    pub(crate) account: Option<String>,
    pub(crate) permission: TokenPermission,
    pub(crate) app: Option<String>,
    /// With the right to the server itself.
    #[serde(default)]
    pub(crate) server: bool,
    pub(crate) json: bool,
}

/// A token as it is shown; its text is not stored.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    created_at: String,
    revoked_at: Option<String>,
    permission: TokenPermission,
    server: bool,
    last_used_on: Option<String>,
    account_id: Option<&'a str>,
    app_id: Option<&'a str>,
    name: &'a str,
}

impl<'a> Shown<'a> {
    fn of(row: &'a ApiTokenRow) -> Self {
        let ApiTokenRow { id, name, account, workspace, server, used_on, created_at, revoked_at } = row;
        let permission = account.as_ref().map_or(Permission::None, |(_, permission)| *permission);
        Self {
            id,
            created_at: time(*created_at),
            revoked_at: revoked_at.map(time),
            permission: TokenPermission::of(permission),
            server: *server,
            last_used_on: used_on.map(day),
            account_id: account.as_ref().map(|(account, _)| account.as_str()),
            app_id: workspace.as_ref().map(AppId::as_str),
            name,
        }
    }
}

pub(super) fn create(desk: &Desk, what: CreateToken, console: &mut dyn Console) -> anyhow::Result<u8> {
    let CreateToken { name, account, permission, app, server, json } = what;
    if name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        bail!("--name must have at most {NAME_MAX_CHARS} characters, none of them a control character");
    }
    let app = owned_app(desk, account.as_deref(), app.as_deref())?;
    let text = token::mint()?;
    let row = token::row(name, Some((app.account, permission.into())), Some(app.id), desk.now())?;
    let row = ApiTokenRow { server, ..row };
    desk.wait(desk.store.create_token(row.clone(), token::sha256(&text)))?;
    if json {
        let shown = serde_json::to_value(Shown::of(&row))?;
        let mut whole = json!({ "token": text });
        if let (Some(whole), Some(shown)) = (whole.as_object_mut(), shown.as_object()) {
            whole.extend(shown.clone());
        }
        json_line(console, &whole)?;
    } else {
        line(console, &text)?;
    }
    Ok(DONE)
}

/// The app that was named, or meant: an app and its account belong together, whatever of them was given.
pub(super) fn owned_app(desk: &Desk, account: Option<&str>, app: Option<&str>) -> anyhow::Result<AppRow> {
    let first = first_run::read(&desk.folder)?;
    let meant = match (app, account) {
        (Some(app), _) => AppId::from(app),
        (None, None) => first.context("which app? give --app")?.app_id,
        (None, Some(account)) => match first.filter(|first| first.account_id == account) {
            Some(first) => first.app_id,
            None => only_app(desk, account)?,
        },
    };
    let Some(row) = desk.wait(desk.store.app(&meant))? else { bail!("there is no app {meant} (--app)") };
    match account {
        Some(account) if account != row.account => bail!(
            "app {meant} (--app) does not belong to account {account} (--account): it is one of account {}",
            row.account
        ),
        _ => Ok(row),
    }
}

/// The account of first-run.json.
pub(super) fn first_account(desk: &Desk) -> anyhow::Result<String> {
    let first = first_run::read(&desk.folder)?;
    Ok(first.with_context(|| format!("{} is gone: give --account", first_run::FILE))?.account_id)
}

fn only_app(desk: &Desk, account: &str) -> anyhow::Result<AppId> {
    let query = ListQuery { limit: 2, ..ListQuery::default() };
    let apps = desk.wait(desk.store.apps(account, query))?.items;
    match apps.as_slice() {
        [app] => Ok(app.id.clone()),
        [] => bail!("account {account} (--account) has no app"),
        _ => bail!("account {account} (--account) has several apps: which one? give --app"),
    }
}

pub(super) fn list(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let rows = desk.wait(desk.store.tokens())?;
    let shown: Vec<Shown<'_>> = rows.iter().map(Shown::of).collect();
    if json {
        json_line(console, &shown)?;
        return Ok(DONE);
    }
    line(console, "ID\tCREATED\tREVOKED\tPERMISSION\tACCOUNT\tAPP\tSERVER\tLAST USED\tNAME")?;
    for row in &shown {
        let Shown { id, created_at, revoked_at, permission, server, last_used_on, account_id, app_id, name } =
            row;
        let revoked_at = revoked_at.as_deref().unwrap_or_default();
        let (account, app) = (account_id.unwrap_or_default(), app_id.unwrap_or_default());
        let (server, used) =
            (if *server { "server" } else { "" }, last_used_on.as_deref().unwrap_or_default());
        let permission = permission.as_str();
        cells(console, &[id, created_at, revoked_at, permission, account, app, server, used, name])?;
    }
    Ok(DONE)
}

pub(super) fn revoke(desk: &Desk, id: &str, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    match desk.wait(desk.store.revoke_token(id, desk.now())) {
        Ok(()) if json => json_line(console, &json!({ "revoked": id }))?,
        Ok(()) => {}
        Err(StoreError::NotFound(_)) => bail!("there is no token {id}; see sederunt token list"),
        Err(e) => return Err(e.into()),
    }
    Ok(DONE)
}
