//! Verbs on sign-ins of the console: whose cookie stands for which token (docs/decisions/0049-console.md).

use rusqlite::{Connection, Row, params};
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::sql::{find, list, ms};
use crate::{ConsoleSessionRow, Result, Store};

/// How long sign-ins live, and how many there are.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleLife {
    /// Milliseconds from the sign-in.
    pub longest_ms: i64,
    /// Milliseconds without a use.
    pub idle_ms: i64,
    /// Of one token at a time.
    pub of_token_max: usize,
}

impl ConsoleLife {
    /// When a sign-in ends if nobody uses it again.
    pub fn ends_at(&self, row: &ConsoleSessionRow) -> UnixMs {
        row.created_at.plus_ms(self.longest_ms).min(row.seen_at.plus_ms(self.idle_ms))
    }
}

impl Store {
    /// Stores a sign-in under the SHA-256 of its cookie. Those that are over go; where the token would have more than
    /// there may be, so do those that were used least lately.
    pub async fn create_console_session(
        &self,
        row: ConsoleSessionRow,
        sha256: [u8; 32],
        life: ConsoleLife,
    ) -> Result<()> {
        self.decide(move |conn| {
            let sql = "SELECT * FROM console_session ORDER BY seen_ms DESC, sha256";
            let known = list(conn, sql, [], |r| Ok((r.get("sha256")?, read(r)?)))?;
            let mut left = life.of_token_max.saturating_sub(1);
            let mut entries = Vec::new();
            for (sha256, old) in known {
                let is_of_token = old.token == row.token;
                if life.ends_at(&old) <= row.created_at || (is_of_token && left == 0) {
                    entries.push(Entry::ConsoleSessionOver { sha256 });
                } else if is_of_token {
                    left -= 1;
                }
            }
            entries.push(Entry::ConsoleSession { row, sha256 });
            Ok((entries, ()))
        })
        .await
    }

    /// The sign-in with this hash, over or not.
    pub async fn console_session(&self, sha256: [u8; 32]) -> Result<Option<ConsoleSessionRow>> {
        let age = match self.inner.hot.console(&sha256) {
            Ok(session) => return Ok(Some(session)),
            Err(age) => age,
        };
        let session = self.read(move |c| get(c, sha256)).await?;
        if let Some(session) = &session {
            self.inner.hot.keep_console(age, sha256, session);
        }
        Ok(session)
    }

    /// The sign-ins of an account's tokens that are not revoked, each with the hash of its cookie and the id of its token;
    /// over or not, the one that was used last first.
    pub async fn console_sessions_of(
        &self,
        account: &str,
    ) -> Result<Vec<([u8; 32], String, ConsoleSessionRow)>> {
        let account = account.to_owned();
        self.read(move |conn| {
            let sql = "SELECT console_session.*, api_token.id AS token_id
                       FROM console_session JOIN api_token ON api_token.sha256 = console_session.token
                       WHERE api_token.account = ?1 AND api_token.revoked_ms IS NULL
                       ORDER BY seen_ms DESC, console_session.sha256";
            list(conn, sql, [account], |r| Ok((r.get("sha256")?, r.get("token_id")?, read(r)?)))
        })
        .await
    }

    /// Notes that a sign-in was used; nothing when it is gone.
    pub async fn console_session_seen(&self, sha256: [u8; 32], now: UnixMs) -> Result<()> {
        self.decide(move |conn| {
            let Some(old) = get(conn, sha256)? else { return Ok((Vec::new(), ())) };
            let row = ConsoleSessionRow { seen_at: old.seen_at.max(now), ..old };
            Ok((vec![Entry::ConsoleSession { row, sha256 }], ()))
        })
        .await
    }

    /// Ends a sign-in; nothing when it is gone.
    pub async fn end_console_session(&self, sha256: [u8; 32]) -> Result<()> {
        self.decide(move |_| Ok((vec![Entry::ConsoleSessionOver { sha256 }], ()))).await
    }
}

fn get(conn: &Connection, sha256: [u8; 32]) -> Result<Option<ConsoleSessionRow>> {
    find(conn, "SELECT * FROM console_session WHERE sha256 = ?1", [sha256], read)
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, row: &ConsoleSessionRow, sha256: [u8; 32]) -> Result<()> {
    let sql = "INSERT INTO console_session (sha256, token, read_only, created_ms, seen_ms, browser)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (sha256) DO UPDATE SET seen_ms = excluded.seen_ms";
    let ConsoleSessionRow { token, read_only, browser, created_at, seen_at } = row;
    conn.prepare_cached(sql)?.execute(params![sha256, token, read_only, created_at.0, seen_at.0, browser])?;
    Ok(())
}

/// For [`crate::apply`] alone.
pub(crate) fn delete(conn: &Connection, sha256: [u8; 32]) -> Result<()> {
    conn.prepare_cached("DELETE FROM console_session WHERE sha256 = ?1")?.execute([sha256])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ConsoleSessionRow> {
    Ok(ConsoleSessionRow {
        token: row.get("token")?,
        read_only: row.get("read_only")?,
        browser: row.get("browser")?,
        created_at: ms(row, "created_ms")?,
        seen_at: ms(row, "seen_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: ConsoleLife = ConsoleLife { longest_ms: 1_000, idle_ms: 100, of_token_max: 2 };

    fn row(token: u8, at: i64) -> ConsoleSessionRow {
        ConsoleSessionRow {
            token: [token; 32],
            read_only: false,
            browser: String::new(),
            created_at: UnixMs(at),
            seen_at: UnixMs(at),
        }
    }

    #[tokio::test]
    async fn a_token_has_so_many_sign_ins_and_what_is_over_goes() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let sign_in = async |key: u8, token: u8, at: i64| {
            store.create_console_session(row(token, at), [key; 32], LIFE).await.unwrap();
        };
        let there = async |key: u8| store.console_session([key; 32]).await.unwrap().is_some();
        sign_in(1, 7, 0).await;
        sign_in(2, 7, 10).await;
        sign_in(3, 8, 20).await;
        // The older one of the token was used again, so the other one makes room.
        store.console_session_seen([1; 32], UnixMs(50)).await.unwrap();
        assert_eq!(store.console_session([1; 32]).await.unwrap().unwrap().seen_at, UnixMs(50));
        sign_in(4, 7, 60).await;
        assert_eq!(
            [there(1).await, there(2).await, there(3).await, there(4).await],
            [true, false, true, true]
        );
        // Nobody used the first and the third for too long.
        sign_in(5, 9, 155).await;
        assert_eq!([there(1).await, there(3).await, there(4).await], [false, false, true]);
        store.end_console_session([4; 32]).await.unwrap();
        store.console_session_seen([4; 32], UnixMs(156)).await.unwrap();
        assert!(!there(4).await);
    }

    #[test]
    fn a_sign_in_ends_by_age_or_by_idleness() {
        let used = ConsoleSessionRow { seen_at: UnixMs(950), ..row(1, 0) };
        assert_eq!((LIFE.ends_at(&row(1, 0)), LIFE.ends_at(&used)), (UnixMs(100), UnixMs(1_000)));
    }
}
