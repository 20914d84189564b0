//! Verbs on workspace-wide users (Pagecall).

use rusqlite::{Connection, Row};
use sederunt_core::id::AppId;

use crate::entry::Entry;
use crate::page::{Listing, page};
use crate::sql::{find, json, ms, write_error};
use crate::table::{Insert, columns};
use crate::{ListQuery, Page, Result, Store, StoreError, Thing, UserRow};

const USERS: Listing<UserRow> = Listing {
    table: "app_user",
    tie: "user_id",
    scope: "app = :scope",
    name: "user_id",
    search: "instr(folded(user_id), :text) > 0",
    active: "1",
    terminated: "0",
    read: read_user,
};

impl Store {
    /// Creates or overwrites a user; an existing one keeps its `access_token` and `created_at`. Returns the row.
    /// `Exists` when another user has this access token.
    pub async fn upsert_user(&self, u: UserRow) -> Result<UserRow> {
        self.decide(move |conn| {
            let row = match by_id(conn, &u.app, &u.user_id)? {
                Some(old) => UserRow { access_token: old.access_token, created_at: old.created_at, ..u },
                None => new_user(conn, u)?,
            };
            Ok((vec![Entry::User(row.clone())], row))
        })
        .await
    }

    /// Creates a user unless there is one with this id; returns the one that is there.
    pub async fn user_or_create(&self, u: UserRow) -> Result<UserRow> {
        self.decide(move |conn| {
            if let Some(old) = by_id(conn, &u.app, &u.user_id)? {
                return Ok((Vec::new(), old));
            }
            let row = new_user(conn, u)?;
            Ok((vec![Entry::User(row.clone())], row))
        })
        .await
    }

    /// Changes a user's row and returns it, in one transaction: of two changes at once none is lost. `NotFound` when there
    /// is none. Id and access token stay.
    pub async fn change_user(
        &self,
        app: &AppId,
        user_id: &str,
        change: impl FnOnce(&mut UserRow) + Send + 'static,
    ) -> Result<UserRow> {
        let (app, user_id) = (app.clone(), user_id.to_owned());
        self.decide(move |conn| {
            let old = by_id(conn, &app, &user_id)?.ok_or(StoreError::NotFound(Thing::User))?;
            let mut row = old.clone();
            change(&mut row);
            let UserRow { app, user_id, access_token, created_at, .. } = old;
            let row = UserRow { app, user_id, access_token, created_at, ..row };
            Ok((vec![Entry::User(row.clone())], row))
        })
        .await
    }

    /// Users of a workspace, newest first. The search covers `user_id`.
    pub async fn users(&self, app: &AppId, q: ListQuery) -> Result<Page<UserRow>> {
        let app = app.clone();
        self.read(move |c| page(c, &USERS, &app.as_str(), &q)).await
    }

    /// A user of a workspace.
    pub async fn user(&self, app: &AppId, user_id: &str) -> Result<Option<UserRow>> {
        let (app, user_id) = (app.clone(), user_id.to_owned());
        self.read(move |c| by_id(c, &app, &user_id)).await
    }

    /// The user with this access token, whatever the workspace.
    pub async fn user_by_access_token(&self, token: &str) -> Result<Option<UserRow>> {
        let token = token.to_owned();
        self.read(move |c| find(c, "SELECT * FROM app_user WHERE access_token = ?1", [token], read_user))
            .await
    }
}

/// A user of a workspace, as this transaction sees it.
pub(crate) fn by_id(conn: &Connection, app: &AppId, user_id: &str) -> Result<Option<UserRow>> {
    find(conn, "SELECT * FROM app_user WHERE app = ?1 AND user_id = ?2", [app.as_str(), user_id], read_user)
}

/// Checks that nobody else has the access token.
fn new_user(conn: &Connection, u: UserRow) -> Result<UserRow> {
    let taken = "SELECT 1 FROM app_user WHERE access_token = ?1";
    match find(conn, taken, [&u.access_token], |_| Ok(()))? {
        Some(()) => Err(StoreError::Exists(Thing::AccessToken)),
        None => Ok(u),
    }
}

columns! {
    /// Of a user.
    OfUser of [] UserRow, |u| {
        app = u.app.as_str(),
        user_id = &*u.user_id,
        name = &*u.name,
        access_token = &*u.access_token,
        extra = u.extra.to_string(),
        created_ms = u.created_at.0,
        updated_ms = u.updated_at.0,
    }
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, user: &UserRow) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO app_user", "app, user_id");
    PUT.run::<OfUser, _>(conn, std::slice::from_ref(user)).map_err(write_error(Thing::AccessToken))
}

/// For [`crate::apply`] alone.
pub(crate) fn delete(conn: &Connection, app: &AppId, user_id: &str) -> Result<()> {
    conn.prepare_cached("DELETE FROM app_user WHERE app = ?1 AND user_id = ?2")?
        .execute([app.as_str(), user_id])?;
    Ok(())
}

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
