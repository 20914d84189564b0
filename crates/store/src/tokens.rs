//! Verbs on API tokens and the server's own secrets.

use rusqlite::{Connection, Row, params};
use sederunt_core::id::AppId;
use sederunt_core::time::{Day, UnixMs};

use crate::entry::Entry;
use crate::sql::{bad, find, list, ms, opt_ms, opt_name, write_error};
use crate::table::{Insert, columns};
use crate::{ApiTokenRow, Permission, Result, Store, StoreError, Thing};

const SECRET: &str = "SELECT value FROM secret WHERE name = ?1";

impl Store {
    /// Stores a token under the SHA-256 of its text; `Exists` when the id or the hash is taken.
    pub async fn create_token(&self, token: ApiTokenRow, sha256: [u8; 32]) -> Result<()> {
        self.decide(move |conn| {
            let taken = "SELECT 1 FROM api_token WHERE sha256 = ?1 OR id = ?2";
            match find(conn, taken, params![sha256, token.id], |_| Ok(()))? {
                Some(()) => Err(StoreError::Exists(Thing::Token)),
                None => Ok((vec![Entry::Token { row: token, sha256 }], ())),
            }
        })
        .await
    }

    /// The same for a token of `row`'s account; `Limit` when the account has `max` that are not revoked.
    pub async fn create_account_token(&self, row: ApiTokenRow, sha256: [u8; 32], max: usize) -> Result<()> {
        self.decide(move |conn| {
            let account = row.account.as_ref().map(|(account, _)| account.clone());
            let sql = "SELECT count(*) FROM api_token WHERE account = ?1 AND revoked_ms IS NULL";
            let there: i64 = find(conn, sql, [account], |r| r.get(0))?.unwrap_or(0);
            if usize::try_from(there).unwrap_or(usize::MAX) >= max {
                return Err(StoreError::Limit { what: "tokens of an account", max });
            }
            Ok((vec![Entry::Token { row, sha256 }], ()))
        })
        .await
    }

    /// The token with this hash, if it is not revoked.
    pub async fn token(&self, sha256: [u8; 32]) -> Result<Option<ApiTokenRow>> {
        let age = match self.inner.hot.token(&sha256) {
            Ok(token) => return Ok(Some(token)),
            Err(age) => age,
        };
        let sql = "SELECT * FROM api_token WHERE sha256 = ?1 AND revoked_ms IS NULL";
        let token = self.read(move |c| find(c, sql, [sha256], read_token)).await?;
        if let Some(token) = &token {
            self.inner.hot.keep_token(age, sha256, token);
        }
        Ok(token)
    }

    /// All tokens, oldest first.
    pub async fn tokens(&self) -> Result<Vec<ApiTokenRow>> {
        self.read(|c| list(c, "SELECT * FROM api_token ORDER BY created_ms, id", [], read_token)).await
    }

    /// The tokens of an account, each with the hash of its text, newest first: those that it names, and those of its apps'
    /// workspaces that name no account. Revoked ones, too.
    pub async fn tokens_of(&self, account: &str) -> Result<Vec<([u8; 32], ApiTokenRow)>> {
        let account = account.to_owned();
        self.read(move |conn| {
            let sql = "SELECT * FROM api_token
                       WHERE account = ?1
                          OR (account IS NULL AND workspace IN (SELECT id FROM app WHERE account = ?1))
                       ORDER BY created_ms DESC, id";
            list(conn, sql, [account], |r| Ok((r.get("sha256")?, read_token(r)?)))
        })
        .await
    }

    /// Notes the last day on which a token was used; nothing when it is gone, or was used later.
    pub async fn token_used(&self, sha256: [u8; 32], day: Day) -> Result<()> {
        self.decide(move |conn| {
            let sql = "SELECT * FROM api_token WHERE sha256 = ?1";
            let old = find(conn, sql, [sha256], read_token)?.filter(|old| old.used_on < Some(day));
            let entry = |old| Entry::Token { row: ApiTokenRow { used_on: Some(day), ..old }, sha256 };
            Ok((old.map(entry).into_iter().collect(), ()))
        })
        .await
    }

    /// Revokes; a token that is revoked already keeps its time. `NotFound` when there is none with this id.
    pub async fn revoke_token(&self, id: &str, now: UnixMs) -> Result<()> {
        let id = id.to_owned();
        self.decide(move |conn| {
            let sql = "SELECT * FROM api_token WHERE id = ?1";
            let old = find(conn, sql, [&id], |r| Ok((read_token(r)?, r.get("sha256")?)))?;
            let (old, sha256) = old.ok_or(StoreError::NotFound(Thing::Token))?;
            let row = ApiTokenRow { revoked_at: old.revoked_at.or(Some(now)), ..old };
            Ok((vec![Entry::Token { row, sha256 }], ()))
        })
        .await
    }

    /// A secret of the server (`signing_key` …), created by `make` on first use, in the same transaction.
    pub async fn secret(&self, name: &str, make: Vec<u8>) -> Result<Vec<u8>> {
        let name = name.to_owned();
        self.decide(move |conn| {
            Ok(match find(conn, SECRET, [&name], |r| r.get(0))? {
                Some(value) => (Vec::new(), value),
                None => (vec![Entry::Secret { name, value: make.clone() }], make),
            })
        })
        .await
    }

    /// A secret of the server, if it has been created.
    pub async fn kept_secret(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let name = name.to_owned();
        self.read(move |c| find(c, SECRET, [&name], |r| r.get(0))).await
    }

    /// Replaces a secret of the server, in one transaction: `change` sees it as it is, and says what it is to be (`None` =
    /// as it is) beside its answer.
    pub async fn change_secret<T: Send + 'static>(
        &self,
        name: &str,
        change: impl FnOnce(Option<&[u8]>) -> (Option<Vec<u8>>, T) + Send + 'static,
    ) -> Result<T> {
        let name = name.to_owned();
        self.decide(move |conn| {
            let old: Option<Vec<u8>> = find(conn, SECRET, [&name], |r| r.get(0))?;
            let (value, answer) = change(old.as_deref());
            let entries = value.map(|value| Entry::Secret { name, value });
            Ok((entries.into_iter().collect(), answer))
        })
        .await
    }
}

columns! {
    /// Of a token.
    OfToken of ['a] (&'a ApiTokenRow, [u8; 32]), |t| let account = t.0.account.as_ref(); {
        sha256 = t.1,
        id = &*t.0.id,
        name = &*t.0.name,
        account = account.map(|(account, _)| &**account),
        permission = account.map(|(_, permission)| permission.as_str()),
        workspace = t.0.workspace.as_ref().map(AppId::as_str),
        server = t.0.server,
        used_day = t.0.used_on.map(|day| day.0),
        created_ms = t.0.created_at.0,
        revoked_ms = t.0.revoked_at.map(|t| t.0),
    }
}

columns! {
    /// Of a secret.
    OfSecret of ['a] (&'a str, &'a [u8]), |s| {
        name = s.0,
        value = s.1,
    }
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, token: &ApiTokenRow, sha256: [u8; 32]) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO api_token", "sha256");
    PUT.run::<OfToken, _>(conn, &[(token, sha256)]).map_err(write_error(Thing::Token))
}

/// For [`crate::apply`] alone.
pub(crate) fn put_secret(conn: &Connection, name: &str, value: &[u8]) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO secret", "name");
    PUT.run::<OfSecret, _>(conn, &[(name, value)]).map_err(write_error(Thing::Secret))
}

fn read_token(row: &Row<'_>) -> rusqlite::Result<ApiTokenRow> {
    let account: Option<String> = row.get("account")?;
    let permission = opt_name(row, "permission", Permission::parse)?;
    let account = match (account, permission) {
        (Some(account), Some(permission)) => Some((account, permission)),
        (None, None) => None,
        (Some(account), None) => return Err(bad("permission of account", &account)),
        (None, Some(permission)) => return Err(bad("permission without account", permission.as_str())),
    };
    Ok(ApiTokenRow {
        id: row.get("id")?,
        name: row.get("name")?,
        account,
        workspace: row.get::<_, Option<String>>("workspace")?.map(|w| AppId::from(&*w)),
        server: row.get("server")?,
        used_on: row.get::<_, Option<i64>>("used_day")?.map(Day),
        created_at: ms(row, "created_ms")?,
        revoked_at: opt_ms(row, "revoked_ms")?,
    })
}
