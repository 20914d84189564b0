//! `sederunt account` and `sederunt app`.

use anyhow::bail;
use sederunt_app::{AppError, Site, accounts};
use sederunt_node::NodeError;
use sederunt_store::{AccountRow, AppRow, ListQuery, Permission, StoreError};
use serde_json::json;

use super::table::{cells, json_line, line, time};
use super::{Console, DONE, Desk};
use crate::token;

/// Longest account id in characters (SEMANTICS §2).
const ACCOUNT_MAX_CHARS: usize = 64;
/// Apps that are read at a time.
const PAGE: u32 = 1_000;
/// Name of the token that comes with an account.
const TOKEN_NAME: &str = "first of its account";

pub(super) fn create(
    desk: &Desk,
    account: Option<String>,
    app_name: String,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    let account = match account {
        Some(account) => account,
        None => token::random_hex(16)?,
    };
    check_account(&account)?;
    if desk.wait(desk.store.accounts())?.iter().any(|row| row.account == account) {
        bail!("account {account} (--id) exists already");
    }
    let app = make_app(desk, account, app_name)?;
    let text = token::mint()?;
    let grant = Some((app.account.clone(), Permission::RealtimeAdmin));
    let row = token::row(TOKEN_NAME.to_owned(), grant, Some(app.id.clone()), desk.now())?;
    desk.wait(desk.store.create_token(row, token::sha256(&text)))?;
    if json {
        let made = json!({ "account_id": app.account, "app_id": app.id.as_str(), "api_token": text });
        json_line(console, &made)?;
    } else {
        line(console, &format!("account\t{}\napp\t{}\ntoken\t{text}", app.account, app.id))?;
    }
    Ok(DONE)
}

/// Ids stand in paths of the API and in tables.
fn check_account(account: &str) -> anyhow::Result<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if account.is_empty() || account.len() > ACCOUNT_MAX_CHARS || !account.chars().all(fits) {
        bail!(
            "an account id has 1 to {ACCOUNT_MAX_CHARS} letters, digits, dots, dashes and underscores: {account:?}"
        );
    }
    Ok(())
}

fn make_app(desk: &Desk, account: String, name: String) -> anyhow::Result<AppRow> {
    let id = accounts::new_app_id(desk);
    match desk.wait(accounts::create_app(desk, id, account, name)) {
        Err(AppError::Node(NodeError::Store(StoreError::Exists(what)))) => bail!("{what} exists already"),
        made => Ok(made?),
    }
}

pub(super) fn list(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let accounts = desk.wait(desk.store.accounts())?;
    if json {
        let rows: Vec<_> = accounts
            .iter()
            .map(|row| json!({ "account_id": row.account, "apps": row.apps, "tokens": row.tokens }))
            .collect();
        json_line(console, &rows)?;
        return Ok(DONE);
    }
    line(console, "ACCOUNT\tAPPS\tTOKENS")?;
    for AccountRow { account, apps, tokens } in &accounts {
        cells(console, &[account, &apps.to_string(), &tokens.to_string()])?;
    }
    Ok(DONE)
}

pub(super) fn create_app(
    desk: &Desk,
    account: Option<String>,
    name: String,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    let account = match account {
        Some(account) => account,
        None => super::token::first_account(desk)?,
    };
    check_account(&account)?;
    if !desk.wait(desk.store.accounts())?.iter().any(|row| row.account == account) {
        bail!("there is no account {account} (--account); see sederunt account create");
    }
    let app = make_app(desk, account, name)?;
    if json {
        json_line(console, &as_json(&app))?;
    } else {
        line(console, app.id.as_str())?;
    }
    Ok(DONE)
}

fn as_json(app: &AppRow) -> serde_json::Value {
    json!({
        "app_id": app.id.as_str(), "account_id": app.account, "name": app.name,
        "created_at": time(app.created_at),
    })
}

pub(super) fn list_apps(
    desk: &Desk,
    account: Option<String>,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    let accounts = match account {
        Some(account) => vec![account],
        None => desk.wait(desk.store.accounts())?.into_iter().map(|row| row.account).collect(),
    };
    let mut rows = Vec::new();
    if !json {
        line(console, "APP\tACCOUNT\tCREATED\tNAME")?;
    }
    for account in accounts {
        let mut offset = 0;
        loop {
            let query = ListQuery { offset, limit: PAGE, ascending: true, ..ListQuery::default() };
            let page = desk.wait(desk.store.apps(&account, query))?.items;
            for app in &page {
                if json {
                    rows.push(as_json(app));
                } else {
                    cells(console, &[app.id.as_str(), &app.account, &time(app.created_at), &app.name])?;
                }
            }
            offset += page.len() as u64;
            if page.len() < PAGE as usize {
                break;
            }
        }
    }
    if json {
        json_line(console, &rows)?;
    }
    Ok(DONE)
}
