//! Verbs on shares: links to one report for whoever has no account (docs/decisions/0051-attendance.md).

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{AppId, Id};
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::sql::{blob, find, id, json, list, ms, opt_ms};
use crate::{Result, ShareRow, Store, StoreError};

const OF_APP: &str = "SELECT * FROM share WHERE app = ?1 ORDER BY created_ms DESC, id DESC";

impl Store {
    /// Stores a share under the SHA-256 of its cookie. Those of the app that are over go; `Limit` when `of_app_max` are left.
    pub async fn create_share(&self, row: ShareRow, sha256: [u8; 32], of_app_max: usize) -> Result<()> {
        self.decide(move |conn| {
            let known: Vec<([u8; 32], UnixMs)> =
                list(conn, OF_APP, [row.app.as_str()], |r| Ok((r.get("sha256")?, ms(r, "expires_ms")?)))?;
            let is_over = |(_, expires_at): &&([u8; 32], UnixMs)| *expires_at <= row.created_at;
            let over = known.iter().filter(is_over).map(|(sha256, _)| Entry::ShareOver { sha256: *sha256 });
            let mut entries: Vec<Entry> = over.collect();
            if known.len() - entries.len() >= of_app_max {
                return Err(StoreError::Limit { what: "links to reports of an app", max: of_app_max });
            }
            entries.push(Entry::Share { row, sha256 });
            Ok((entries, ()))
        })
        .await
    }

    /// The share with this hash, over or not.
    pub async fn share(&self, sha256: [u8; 32]) -> Result<Option<ShareRow>> {
        self.read(move |c| get(c, sha256)).await
    }

    /// Shares of an app, newest first, over or not.
    pub async fn shares(&self, app: &AppId) -> Result<Vec<ShareRow>> {
        let app = app.clone();
        self.read(move |c| list(c, OF_APP, [app.as_str()], read)).await
    }

    /// Notes that a share was used; nothing when it is gone.
    pub async fn share_used(&self, sha256: [u8; 32], now: UnixMs) -> Result<()> {
        self.decide(move |conn| {
            let Some(old) = get(conn, sha256)? else { return Ok((Vec::new(), ())) };
            let row = ShareRow { used_at: old.used_at.max(Some(now)), ..old };
            Ok((vec![Entry::Share { row, sha256 }], ()))
        })
        .await
    }

    /// Ends a share of an app; whether there was one. Nobody reads by it once this has returned.
    pub async fn end_share(&self, app: &AppId, share: Id) -> Result<bool> {
        let app = app.clone();
        self.decide(move |conn| {
            let sql = "SELECT sha256 FROM share WHERE id = ?1 AND app = ?2";
            let found = find(conn, sql, params![blob(share.as_u128()), app.as_str()], |r| r.get("sha256"))?;
            let entries: Vec<Entry> = found.map(|sha256| Entry::ShareOver { sha256 }).into_iter().collect();
            let is_there = !entries.is_empty();
            Ok((entries, is_there))
        })
        .await
    }
}

fn get(conn: &Connection, sha256: [u8; 32]) -> Result<Option<ShareRow>> {
    find(conn, "SELECT * FROM share WHERE sha256 = ?1", [sha256], read)
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, row: &ShareRow, sha256: [u8; 32]) -> Result<()> {
    let sql = "INSERT INTO share (sha256, id, app, report, names, made_by, created_ms, expires_ms, used_ms)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT (sha256) DO UPDATE SET used_ms = excluded.used_ms";
    let ShareRow { id, app, report, names, made_by, created_at, expires_at, used_at } = row;
    conn.prepare_cached(sql)?.execute(params![
        sha256,
        blob(id.as_u128()),
        app.as_str(),
        report.to_string(),
        names,
        made_by,
        created_at.0,
        expires_at.0,
        used_at.map(|at| at.0),
    ])?;
    Ok(())
}

/// For [`crate::apply`] alone.
pub(crate) fn delete(conn: &Connection, sha256: [u8; 32]) -> Result<()> {
    conn.prepare_cached("DELETE FROM share WHERE sha256 = ?1")?.execute([sha256])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<ShareRow> {
    Ok(ShareRow {
        id: id(row, "id")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
        report: json(row, "report")?,
        names: row.get("names")?,
        made_by: row.get("made_by")?,
        created_at: ms(row, "created_ms")?,
        expires_at: ms(row, "expires_ms")?,
        used_at: opt_ms(row, "used_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AppRow;

    fn row(id: u128, app: &str, at: i64) -> ShareRow {
        ShareRow {
            id: Id::from_u128(id),
            app: app.into(),
            report: serde_json::json!({ "share": 80 }),
            names: id.is_multiple_of(2),
            made_by: "token".to_owned(),
            created_at: UnixMs(at),
            expires_at: UnixMs(at + 100),
            used_at: None,
        }
    }

    #[tokio::test]
    async fn an_app_has_so_many_shares_and_they_end_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        for id in ["a", "b"] {
            let app = AppRow {
                id: id.into(),
                account: "acc".to_owned(),
                name: String::new(),
                created_at: UnixMs(0),
            };
            store.create_app(app, Vec::new()).await.unwrap();
        }
        let make =
            async |n: u8, app: &str, at: i64| store.create_share(row(n.into(), app, at), [n; 32], 2).await;
        let there = async |n: u8| store.share([n; 32]).await.unwrap();
        make(1, "a", 0).await.unwrap();
        make(2, "a", 50).await.unwrap();
        make(3, "b", 50).await.unwrap();
        assert!(matches!(make(4, "a", 99).await, Err(StoreError::Limit { max: 2, .. })));
        store.share_used([2; 32], UnixMs(70)).await.unwrap();
        let used = ShareRow { used_at: Some(UnixMs(70)), ..row(2, "a", 50) };
        assert_eq!(there(2).await, Some(used.clone()));
        // The first is over, and makes room.
        make(5, "a", 100).await.unwrap();
        assert_eq!(store.shares(&"a".into()).await.unwrap(), [row(5, "a", 100), used]);
        assert_eq!(there(1).await, None);
        // It is ended by those of its own app.
        assert!(!store.end_share(&"b".into(), Id::from_u128(2)).await.unwrap());
        assert!(store.end_share(&"a".into(), Id::from_u128(2)).await.unwrap());
        assert!(!store.end_share(&"a".into(), Id::from_u128(2)).await.unwrap());
        store.share_used([2; 32], UnixMs(80)).await.unwrap();
        assert_eq!(there(2).await, None);
        assert!(make(6, "unknown", 0).await.is_err());
        // None outlives its app.
        let conn = Connection::open(crate::schema::path(dir.path())).unwrap();
        conn.execute_batch("PRAGMA foreign_keys = ON; DELETE FROM preset; DELETE FROM app WHERE id = 'b'")
            .unwrap();
        assert_eq!((there(3).await, there(5).await.is_some()), (None, true));
    }
}
