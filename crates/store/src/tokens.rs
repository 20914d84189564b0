//! Verbs on API tokens and the server's own secrets.

use rusqlite::{Row, params};
use sederunt_core::id::AppId;
use sederunt_core::time::UnixMs;

use crate::sql::{bad, find, list, ms, opt_ms, opt_name, write_error};
use crate::{ApiTokenRow, Permission, Result, Store, StoreError, Thing};

impl Store {
    /// Stores a token under the SHA-256 of its text; `Exists` when the id or the hash is taken.
    pub async fn create_token(&self, token: ApiTokenRow, sha256: [u8; 32]) -> Result<()> {
        let sql =
            "INSERT INTO api_token (sha256, id, name, account, permission, workspace, created_ms, revoked_ms)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.write(move |l| {
            l.conn
                .prepare_cached(sql)?
                .execute(params![
                    sha256,
                    token.id,
                    token.name,
                    token.account.as_ref().map(|(account, _)| account),
                    token.account.as_ref().map(|(_, permission)| permission.as_str()),
                    token.workspace.as_ref().map(AppId::as_str),
                    token.created_at.0,
                    token.revoked_at.map(|t| t.0),
                ])
                .map_err(write_error(Thing::Token))?;
            Ok(())
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

    /// Revokes; a token that is revoked already keeps its time. `NotFound` when there is none with this id.
    pub async fn revoke_token(&self, id: &str, now: UnixMs) -> Result<()> {
        let id = id.to_owned();
        let sql = "UPDATE api_token SET revoked_ms = coalesce(revoked_ms, ?2) WHERE id = ?1";
        self.write(move |l| {
            l.hot_changed = true;
            match l.conn.prepare_cached(sql)?.execute(params![id, now.0])? {
                0 => Err(StoreError::NotFound(Thing::Token)),
                _ => Ok(()),
            }
        })
        .await
    }

    /// A secret of the server (`signing_key` …), created by `make` on first use, in the same transaction.
    pub async fn secret(&self, name: &str, make: Vec<u8>) -> Result<Vec<u8>> {
        let name = name.to_owned();
        self.write(move |l| {
            l.conn
                .prepare_cached(
                    "INSERT INTO secret (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
                )?
                .execute(params![name, make])?;
            find(&l.conn, "SELECT value FROM secret WHERE name = ?1", [&name], |r| r.get(0))?
                .ok_or(StoreError::NotFound(Thing::Secret))
        })
        .await
    }
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
        created_at: ms(row, "created_ms")?,
        revoked_at: opt_ms(row, "revoked_ms")?,
    })
}
