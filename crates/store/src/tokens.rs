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

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: &str, at: i64) -> ApiTokenRow {
        ApiTokenRow {
            id: id.to_owned(),
            name: id.to_owned(),
            account: Some(("a".to_owned(), Permission::Realtime)),
            workspace: None,
            server: id == "server",
            used_on: None,
            created_at: UnixMs(at),
            revoked_at: None,
        }
    }

    #[tokio::test]
    async fn a_use_is_a_day_that_only_grows_and_a_revocation_keeps_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        store.create_token(token("server", 1), [1; 32]).await.unwrap();
        store.create_account_token(token("b", 2), [2; 32], 2).await.unwrap();
        let full = store.create_account_token(token("c", 3), [3; 32], 2).await.unwrap_err();
        assert!(matches!(full, StoreError::Limit { max: 2, .. }), "{full}");
        for day in [5, 7, 6] {
            store.token_used([2; 32], Day(day)).await.unwrap();
        }
        store.token_used([9; 32], Day(7)).await.unwrap();
        store.revoke_token("b", UnixMs(8)).await.unwrap();
        store.create_account_token(token("c", 3), [3; 32], 2).await.unwrap();
        let found = store.tokens_of("a").await.unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|(hash, row)| {
                (hash[0], row.server, row.used_on.map(|day| day.0), row.revoked_at.map(|at| at.0))
            })
            .collect();
        assert_eq!(shown, [(3, false, None, None), (2, false, Some(7), Some(8)), (1, true, None, None)]);
        assert!(store.tokens_of("b").await.unwrap().is_empty());
    }

    /// What a ledger from before has: its oldest token is that of the first start.
    #[test]
    fn the_oldest_token_of_a_ledger_from_before_has_the_right_to_the_server() {
        for (revoked, expected) in [("NULL", vec![2]), ("9", vec![])] {
            let conn = Connection::open_in_memory().unwrap();
            conn.execute_batch(&format!(
                "CREATE TABLE api_token (sha256 INTEGER PRIMARY KEY, id TEXT, created_ms INTEGER, revoked_ms INTEGER);
                 CREATE TABLE console_session (sha256 INTEGER PRIMARY KEY);
                 INSERT INTO api_token VALUES (1, 'a', 30, NULL), (2, 'b', 10, {revoked}), (3, 'c', 20, NULL);"
            ))
            .unwrap();
            conn.execute_batch(include_str!("../migrations/sqlite/0021_settings.sql")).unwrap();
            let found: Vec<i64> =
                list(&conn, "SELECT sha256 FROM api_token WHERE server", [], |row| row.get(0)).unwrap();
            assert_eq!(found, expected);
        }
    }
}
