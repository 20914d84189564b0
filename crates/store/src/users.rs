//! Verbs on workspace-wide users (Pagecall).

use rusqlite::{Row, params};
use sederunt_core::id::AppId;

use crate::sql::{find, json, ms, write_error};
use crate::{Result, Store, StoreError, Thing, UserRow};

impl Store {
    /// Creates or overwrites a user; an existing one keeps its `access_token` and `created_at`. Returns the row.
    /// `Exists` when another user has this access token.
    pub async fn upsert_user(&self, u: UserRow) -> Result<UserRow> {
        let or_change = "ON CONFLICT (app, user_id) DO UPDATE
                         SET name = excluded.name, extra = excluded.extra, updated_ms = excluded.updated_ms";
        self.insert_user(u, or_change).await
    }

    /// Creates a user unless there is one with this id; returns the one that is there.
    pub async fn user_or_create(&self, u: UserRow) -> Result<UserRow> {
        self.insert_user(u, "ON CONFLICT (app, user_id) DO NOTHING").await
    }

    async fn insert_user(&self, u: UserRow, on_conflict: &'static str) -> Result<UserRow> {
        let sql = format!(
            "INSERT INTO app_user (app, user_id, name, access_token, extra, created_ms, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) {on_conflict}"
        );
        self.write(move |l| {
            l.conn
                .prepare_cached(&sql)?
                .execute(params![
                    u.app.as_str(),
                    u.user_id,
                    u.name,
                    u.access_token,
                    u.extra.to_string(),
                    u.created_at.0,
                    u.updated_at.0
                ])
                .map_err(write_error(Thing::AccessToken))?;
            find(&l.conn, BY_ID, [u.app.as_str(), &u.user_id], read_user)?
                .ok_or(StoreError::NotFound(Thing::User))
        })
        .await
    }

    /// A user of a workspace.
    pub async fn user(&self, app: &AppId, user_id: &str) -> Result<Option<UserRow>> {
        let (app, user_id) = (app.clone(), user_id.to_owned());
        self.read(move |c| find(c, BY_ID, [app.as_str(), &user_id], read_user)).await
    }

    /// The user with this access token, whatever the workspace.
    pub async fn user_by_access_token(&self, token: &str) -> Result<Option<UserRow>> {
        let token = token.to_owned();
        self.read(move |c| find(c, "SELECT * FROM app_user WHERE access_token = ?1", [token], read_user))
            .await
    }
}

const BY_ID: &str = "SELECT * FROM app_user WHERE app = ?1 AND user_id = ?2";

fn read_user(row: &Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        app: AppId::from(&*row.get::<_, String>("app")?),
        user_id: row.get("user_id")?,
        name: row.get("name")?,
        access_token: row.get("access_token")?,
        extra: json(row, "extra")?,
        created_at: ms(row, "created_ms")?,
        updated_at: ms(row, "updated_ms")?,
    })
}
