//! Verbs on meetings (= rooms).

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{AppId, MeetingId};
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::fold::fold;
use crate::page::{Listing, page};
use crate::sql::{blob, find, id, json, ms, name, opt_id, opt_ms, write_error};
use crate::table::{Insert, columns};
use crate::{ListQuery, MeetingRow, MemberType, Page, Result, RoomKind, Store, StoreError, Thing};

const MEETINGS: Listing<MeetingRow> = Listing {
    table: "meeting",
    tie: "id",
    scope: "app = :scope AND deleted_ms IS NULL",
    name: "title",
    search: "instr(title_fold, :text) > 0 OR id_has(id, :part)",
    active: "(active AND terminated_ms IS NULL)",
    terminated: "(terminated_ms IS NOT NULL)",
    read: read_meeting,
};

const BY_ID: &str = "SELECT * FROM meeting WHERE id = ?1 AND deleted_ms IS NULL";

impl Store {
    /// Creates a meeting; `Exists` when the id is taken, `NotFound` when the app is unknown.
    pub async fn create_meeting(&self, m: MeetingRow) -> Result<()> {
        self.decide(move |conn| {
            let taken = "SELECT 1 FROM meeting WHERE id = ?1";
            match find(conn, taken, [blob(m.id.as_u128())], |_| Ok(()))? {
                Some(()) => Err(StoreError::Exists(Thing::Meeting)),
                None => Ok((vec![Entry::Meeting(m)], ())),
            }
        })
        .await
    }

    /// Replaces a meeting's row (read, change, put); `NotFound` when there is none. A termination that was
    /// recorded meanwhile stays.
    pub async fn put_meeting(&self, m: MeetingRow) -> Result<()> {
        self.decide(move |conn| {
            let old = ever(conn, m.id)?.ok_or(StoreError::NotFound(Thing::Meeting))?;
            Ok((vec![Entry::Meeting(changed(&old, m))], ()))
        })
        .await
    }

    /// Changes a meeting's row and returns it, in one transaction: of two changes at once none is lost. `NotFound` when
    /// there is none. A termination stays.
    pub async fn change_meeting(
        &self,
        id: MeetingId,
        change: impl FnOnce(&mut MeetingRow) + Send + 'static,
    ) -> Result<MeetingRow> {
        self.decide(move |conn| {
            let old = find(conn, BY_ID, [blob(id.as_u128())], read_meeting)?;
            let old = old.ok_or(StoreError::NotFound(Thing::Meeting))?;
            let mut row = old.clone();
            change(&mut row);
            let row = changed(&old, row);
            Ok((vec![Entry::Meeting(row.clone())], row))
        })
        .await
    }

    /// A meeting, whoever owns it; deleted ones are not found.
    pub async fn meeting(&self, id: MeetingId) -> Result<Option<MeetingRow>> {
        self.read(move |c| find(c, BY_ID, [blob(id.as_u128())], read_meeting)).await
    }

    /// Meetings of an app that are not deleted, newest first, whichever door made them.
    pub async fn meetings(&self, app: &AppId, q: ListQuery) -> Result<Page<MeetingRow>> {
        let app = app.clone();
        self.read(move |c| page(c, &MEETINGS, &app.as_str(), &q)).await
    }
}

/// A meeting, deleted or not.
pub(crate) fn ever(conn: &Connection, meeting: MeetingId) -> Result<Option<MeetingRow>> {
    find(conn, "SELECT * FROM meeting WHERE id = ?1", [blob(meeting.as_u128())], read_meeting)
}

/// A row in place of another one: what never changes stays, and so does a termination.
fn changed(old: &MeetingRow, new: MeetingRow) -> MeetingRow {
    MeetingRow {
        id: old.id,
        app: old.app.clone(),
        parent: old.parent,
        created_at: old.created_at,
        terminated_at: old.terminated_at.or(new.terminated_at),
        ..new
    }
}

columns! {
    /// Of a meeting.
    OfMeeting of [] MeetingRow, |m| {
        id = blob(m.id.as_u128()),
        app = m.app.as_str(),
        parent = m.parent.map(|parent| blob(parent.as_u128())),
        title = &*m.title,
        title_fold = fold(&m.title),
        active = m.active,
        keep_alive_secs = m.keep_alive_secs,
        kind = m.kind.as_str(),
        is_room = m.is_room,
        default_member_type = m.default_member_type.as_str(),
        max_meeting_seconds = m.max_meeting_seconds,
        terminated_ms = m.terminated_at.map(|t| t.0),
        deleted_ms = m.deleted_at.map(|t| t.0),
        extra = m.extra.to_string(),
        created_ms = m.created_at.0,
        updated_ms = m.updated_at.0,
    }
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, meeting: &MeetingRow) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO meeting", "id");
    PUT.run::<OfMeeting, _>(conn, std::slice::from_ref(meeting)).map_err(write_error(Thing::Meeting))
}

/// For [`crate::apply`] alone: a room says that it has come to its end. The first time stands.
pub(crate) fn terminate(conn: &Connection, meeting: MeetingId, at: UnixMs) -> Result<()> {
    conn.prepare_cached(
        "UPDATE meeting SET terminated_ms = coalesce(terminated_ms, ?2), updated_ms = max(updated_ms, ?2)
         WHERE id = ?1",
    )?
    .execute(params![blob(meeting.as_u128()), at.0])?;
    Ok(())
}

fn read_meeting(row: &Row<'_>) -> rusqlite::Result<MeetingRow> {
    Ok(MeetingRow {
        id: id(row, "id")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
        parent: opt_id(row, "parent")?,
        title: row.get("title")?,
        active: row.get("active")?,
        keep_alive_secs: row.get("keep_alive_secs")?,
        kind: name(row, "kind", RoomKind::parse)?,
        is_room: row.get("is_room")?,
        default_member_type: name(row, "default_member_type", MemberType::parse)?,
        max_meeting_seconds: row.get("max_meeting_seconds")?,
        terminated_at: opt_ms(row, "terminated_ms")?,
        deleted_at: opt_ms(row, "deleted_ms")?,
        extra: json(row, "extra")?,
        created_at: ms(row, "created_ms")?,
        updated_at: ms(row, "updated_ms")?,
    })
}
