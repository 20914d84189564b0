//! Verbs on participants (= members).

use rusqlite::{Connection, Row, params};
use sederunt_core::id::{AppId, MeetingId, ParticipantId};
use sederunt_core::time::UnixMs;

use crate::entry::Entry;
use crate::fold::fold;
use crate::page::{Listing, page};
use crate::sql::{blob, find, id, list, ms, name, opt_ms, write_error};
use crate::table::{Insert, columns};
use crate::{ListQuery, MemberType, Page, ParticipantRow, Result, Store, StoreError, Thing};

const PARTICIPANTS: Listing<ParticipantRow> = Listing {
    table: "participant_now",
    tie: "id",
    scope: "meeting = :scope AND deleted_ms IS NULL",
    name: "name",
    search: "instr(name_fold, :text) > 0 OR instr(custom_fold, :text) > 0 OR id_has(id, :part)",
    active: "1",
    terminated: "0",
    read: read_participant,
};

const BY_ID: &str = "SELECT * FROM participant_now WHERE id = ?1 AND meeting = ?2 AND deleted_ms IS NULL";

/// The oldest, should there be several.
const OF_USER: &str =
    "SELECT * FROM participant_now WHERE meeting = ?1 AND user_id = ?2 AND deleted_ms IS NULL
                       ORDER BY created_ms, id LIMIT 1";

/// In all meetings of an app.
const OF_USER_ANYWHERE: &str = "SELECT * FROM participant_now WHERE app = ?1 AND user_id = ?2 AND deleted_ms IS NULL ORDER BY id LIMIT ?3";

/// Of a meeting, in order of invitation.
const INVITED: &str = "SELECT * FROM participant_now
                       WHERE meeting = ?1 AND deleted_ms IS NULL AND created_ms <= ?2 ORDER BY created_ms, id LIMIT ?3";

impl Store {
    /// Adds a participant; `Exists` when the id is taken, `NotFound` when the app is unknown.
    pub async fn create_participant(&self, p: ParticipantRow) -> Result<()> {
        self.decide(move |conn| match is_known(conn, p.id)? {
            true => Err(StoreError::Exists(Thing::Participant)),
            false => Ok((vec![Entry::Participant(p)], ())),
        })
        .await
    }

    /// Replaces a participant's row; `NotFound` when there is none.
    pub async fn put_participant(&self, p: ParticipantRow) -> Result<()> {
        self.decide(move |conn| {
            let ever = "SELECT * FROM participant_now WHERE id = ?1";
            let old = find(conn, ever, [blob(p.id.as_u128())], read_participant)?;
            let old = old.ok_or(StoreError::NotFound(Thing::Participant))?;
            Ok((vec![Entry::Participant(changed(&old, p))], ()))
        })
        .await
    }

    /// Changes a participant's row and returns it, in one transaction: of two changes at once none is lost. `NotFound`
    /// when there is none.
    pub async fn change_participant(
        &self,
        m: MeetingId,
        id: ParticipantId,
        change: impl FnOnce(&mut ParticipantRow) + Send + 'static,
    ) -> Result<ParticipantRow> {
        self.decide(move |conn| {
            let old = find(conn, BY_ID, [blob(id.as_u128()), blob(m.as_u128())], read_participant)?;
            let old = old.ok_or(StoreError::NotFound(Thing::Participant))?;
            let mut row = old.clone();
            change(&mut row);
            let row = changed(&old, row);
            Ok((vec![Entry::Participant(row.clone())], row))
        })
        .await
    }

    /// A participant of a meeting; deleted ones are not found.
    pub async fn participant(&self, m: MeetingId, id: ParticipantId) -> Result<Option<ParticipantRow>> {
        let key = [blob(id.as_u128()), blob(m.as_u128())];
        self.read(move |c| find(c, BY_ID, key, read_participant)).await
    }

    /// A participant of a meeting, also one that is deleted.
    pub async fn participant_ever(&self, m: MeetingId, id: ParticipantId) -> Result<Option<ParticipantRow>> {
        let key = [blob(id.as_u128()), blob(m.as_u128())];
        let sql = "SELECT * FROM participant_now WHERE id = ?1 AND meeting = ?2";
        self.read(move |c| find(c, sql, key, read_participant)).await
    }

    /// The not deleted member of a room with this user id; the oldest, should there be several.
    pub async fn member_of_user(&self, m: MeetingId, user: &str) -> Result<Option<ParticipantRow>> {
        let user = user.to_owned();
        self.read(move |c| of_user_in(c, m, &user)).await
    }

    /// Participants of a meeting that are not deleted, newest first. The search covers `custom_participant_id` too.
    pub async fn participants(&self, m: MeetingId, q: ListQuery) -> Result<Page<ParticipantRow>> {
        self.read(move |c| page(c, &PARTICIPANTS, &blob(m.as_u128()), &q)).await
    }

    /// Participants of a meeting that are not deleted and were there until an instant, the oldest first, at most `most`.
    pub async fn invited(&self, m: MeetingId, until: UnixMs, most: usize) -> Result<Vec<ParticipantRow>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read(move |c| list(c, INVITED, params![blob(m.as_u128()), until.0, most], read_participant))
            .await
    }
}

/// [`Store::member_of_user`], as this transaction sees it.
pub(crate) fn of_user_in(conn: &Connection, m: MeetingId, user: &str) -> Result<Option<ParticipantRow>> {
    find(conn, OF_USER, params![blob(m.as_u128()), user], read_participant)
}

/// Participants of all meetings of an app with this user id that are not deleted, at most `most`.
pub(crate) fn of_user(
    conn: &Connection,
    app: &AppId,
    user_id: &str,
    most: usize,
) -> Result<Vec<ParticipantRow>> {
    list(conn, OF_USER_ANYWHERE, params![app.as_str(), user_id, most as i64], read_participant)
}

/// Whether there is a participant with this id, a deleted one too.
pub(crate) fn is_known(conn: &Connection, id: ParticipantId) -> Result<bool> {
    let sql = "SELECT 1 FROM participant WHERE id = ?1";
    Ok(find(conn, sql, [blob(id.as_u128())], |_| Ok(()))?.is_some())
}

/// A row in place of another one: what never changes stays.
fn changed(old: &ParticipantRow, new: ParticipantRow) -> ParticipantRow {
    ParticipantRow {
        id: old.id,
        meeting: old.meeting,
        app: old.app.clone(),
        created_at: old.created_at,
        ..new
    }
}

columns! {
    /// Of a participant.
    OfParticipant of [] ParticipantRow, |p| let custom = p.custom_participant_id.as_deref(); {
        id = blob(p.id.as_u128()),
        meeting = blob(p.meeting.as_u128()),
        app = p.app.as_str(),
        name = &*p.name,
        name_fold = fold(&p.name),
        picture = &*p.picture,
        custom_participant_id = custom,
        custom_fold = custom.map(fold),
        user_id = p.user_id.as_deref(),
        preset_id = p.preset_id.as_deref(),
        preset_name = &*p.preset_name,
        member_type = p.member_type.as_str(),
        blocked = p.blocked,
        deleted_ms = p.deleted_at.map(|t| t.0),
        created_ms = p.created_at.0,
        updated_ms = p.updated_at.0,
    }
}

/// For [`crate::apply`] alone.
pub(crate) fn put(conn: &Connection, rows: &[ParticipantRow]) -> Result<()> {
    static PUT: Insert = Insert::or_change("INSERT INTO participant", "id");
    PUT.run::<OfParticipant, _>(conn, rows).map_err(write_error(Thing::Participant))
}

fn read_participant(row: &Row<'_>) -> rusqlite::Result<ParticipantRow> {
    Ok(ParticipantRow {
        id: id(row, "id")?,
        meeting: id(row, "meeting")?,
        app: AppId::from(&*row.get::<_, String>("app")?),
        name: row.get("name")?,
        picture: row.get("picture")?,
        custom_participant_id: row.get("custom_participant_id")?,
        user_id: row.get("user_id")?,
        preset_id: row.get("preset_id")?,
        preset_name: row.get("preset_name")?,
        member_type: name(row, "member_type", MemberType::parse)?,
        blocked: row.get("blocked")?,
        deleted_at: opt_ms(row, "deleted_ms")?,
        created_at: ms(row, "created_ms")?,
        updated_at: ms(row, "updated_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A workspace has many participants, and none of the other users' are looked at.
    #[test]
    fn memberships_of_a_user_are_found_by_an_index() {
        let dir = tempfile::tempdir().unwrap();
        let conn = crate::schema::open_writer(dir.path()).unwrap();
        let plan = |sql: &str| {
            let steps =
                list(&conn, &format!("EXPLAIN QUERY PLAN {sql}"), [], |r| r.get::<_, String>("detail"));
            steps.unwrap().join("; ")
        };
        let found = plan(&OF_USER_ANYWHERE.replace("?1", "'a'").replace("?2", "'b'").replace("?3", "1"));
        assert!(found.contains("participant_of_user (app=? AND user_id=?)"), "{found}");
        assert!(!found.contains("TEMP B-TREE"), "{found}");
        let users = "SELECT * FROM app_user WHERE app = 'a' ORDER BY created_ms DESC, user_id DESC LIMIT 30";
        let found = plan(users);
        assert!(found.contains("app_user_created (app=?)") && !found.contains("TEMP B-TREE"), "{found}");
    }
}
