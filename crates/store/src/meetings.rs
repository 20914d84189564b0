//! Verbs on meetings (= rooms).

use rusqlite::{Row, params};
use sederunt_core::id::{AppId, MeetingId};

use crate::fold::fold;
use crate::ledger::Ledger;
use crate::page::{Listing, page};
use crate::sql::{blob, find, id, json, ms, name, opt_ms, write_error};
use crate::{ListQuery, MeetingRow, MemberType, Page, Result, RoomKind, Store, StoreError, Thing};

const MEETINGS: Listing<MeetingRow> = Listing {
    table: "meeting",
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
        self.write(move |l| insert_meeting(l, &m)).await
    }

    /// Replaces a meeting's row (read, change, put); `NotFound` when there is none. A termination that was
    /// recorded meanwhile stays.
    pub async fn put_meeting(&self, m: MeetingRow) -> Result<()> {
        self.write(move |l| update_meeting(l, &m)).await
    }

    /// Changes a meeting's row and returns it, in one transaction: of two changes at once none is lost. `NotFound` when
    /// there is none. A termination stays.
    pub async fn change_meeting(
        &self,
        id: MeetingId,
        change: impl FnOnce(&mut MeetingRow) + Send + 'static,
    ) -> Result<MeetingRow> {
        self.write(move |l| {
            let found = find(&l.conn, BY_ID, [blob(id.as_u128())], read_meeting)?;
            let mut row = found.ok_or(StoreError::NotFound(Thing::Meeting))?;
            change(&mut row);
            update_meeting(l, &row)?;
            Ok(row)
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

/// Inserts a meeting.
pub(crate) fn insert_meeting(ledger: &Ledger, m: &MeetingRow) -> Result<()> {
    ledger
        .conn
        .prepare_cached(
            "INSERT INTO meeting (id, app, title, title_fold, active, keep_alive_secs, kind, is_room,
                                  default_member_type, max_meeting_seconds, terminated_ms, deleted_ms, extra,
                                  created_ms, updated_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            blob(m.id.as_u128()),
            m.app.as_str(),
            m.title,
            fold(&m.title),
            m.active,
            m.keep_alive_secs,
            m.kind.as_str(),
            m.is_room,
            m.default_member_type.as_str(),
            m.max_meeting_seconds,
            m.terminated_at.map(|t| t.0),
            m.deleted_at.map(|t| t.0),
            m.extra.to_string(),
            m.created_at.0,
            m.updated_at.0,
        ])
        .map_err(write_error(Thing::Meeting))?;
    Ok(())
}

fn update_meeting(ledger: &Ledger, m: &MeetingRow) -> Result<()> {
    let changed = ledger
        .conn
        .prepare_cached(
            "UPDATE meeting SET title = ?2, title_fold = ?3, active = ?4, keep_alive_secs = ?5, kind = ?6,
                    is_room = ?7, default_member_type = ?8, max_meeting_seconds = ?9,
                    terminated_ms = coalesce(terminated_ms, ?10), deleted_ms = ?11, extra = ?12, updated_ms = ?13
             WHERE id = ?1",
        )?
        .execute(params![
            blob(m.id.as_u128()),
            m.title,
            fold(&m.title),
            m.active,
            m.keep_alive_secs,
            m.kind.as_str(),
            m.is_room,
            m.default_member_type.as_str(),
            m.max_meeting_seconds,
            m.terminated_at.map(|t| t.0),
            m.deleted_at.map(|t| t.0),
            m.extra.to_string(),
            m.updated_at.0,
        ])?;
    if changed == 1 { Ok(()) } else { Err(StoreError::NotFound(Thing::Meeting)) }
}

fn read_meeting(row: &Row<'_>) -> rusqlite::Result<MeetingRow> {
    Ok(MeetingRow {
        id: id(row, "id")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
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
