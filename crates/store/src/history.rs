//! A session with its stays, read back from the ledger: for export, and to see whether an import is new.

use rusqlite::{Connection, OptionalExtension, Row};
use sederunt_core::effect::Person;
use sederunt_core::fact::{EndReason, LeaveReason, Role};
use sederunt_core::id::{AppId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;
use serde_json::{Map, Value};

use crate::chronicle::{Attended, History};
use crate::sql::{blob, id, ms, name, opt_id, opt_ms, opt_name, stay_id, view_type};
use crate::{MeetingRow, MemberType, Result, RoomKind};

/// Reads a session; `None` when there is none with this id.
pub(crate) fn load(conn: &Connection, session: SessionId) -> Result<Option<History>> {
    let sql =
        "SELECT s.title AS session_title, s.parent, s.keep_alive_ms, s.started_ms, s.ended_ms, s.end_reason,
                      s.meeting AS meeting_id, a.id AS app_id, t.first_joined_ms, m.*
               FROM session s JOIN app a ON a.no = s.app LEFT JOIN meeting m ON m.id = s.meeting
                    LEFT JOIN meeting_tally t ON t.meeting = s.meeting
               WHERE s.id = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let found = statement.query_row([blob(session.as_u128())], |r| read(r, session)).optional()?;
    let Some(mut history) = found else { return Ok(None) };
    let mut beat = None;
    let sql = "SELECT s.*, m.member_type, n.heartbeat_ms + l.offset_ms AS alive_ms
               FROM stay s JOIN session l ON l.id = s.session LEFT JOIN participant m ON m.id = s.participant
                    LEFT JOIN node n ON n.no = s.node
               WHERE s.session = ?1 ORDER BY s.joined_ms, s.peer";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([blob(session.as_u128())])?;
    while let Some(row) = rows.next()? {
        let attended = read_stay(row)?;
        if attended.stay.left_at.is_none() {
            beat = beat.max(Some(opt_ms(row, "alive_ms")?.unwrap_or(attended.stay.joined_at)));
        }
        history.stays.push(attended);
    }
    history.as_of = beat.map(|beat| beat.max(history.latest()));
    Ok(Some(history))
}

fn read(row: &Row<'_>, session: SessionId) -> rusqlite::Result<History> {
    let started_at = ms(row, "started_ms")?;
    let title: String = row.get("session_title")?;
    let ended = match (opt_ms(row, "ended_ms")?, opt_name(row, "end_reason", EndReason::parse)?) {
        (Some(at), Some(reason)) => Some((at, reason)),
        _ => None,
    };
    Ok(History {
        meeting: read_meeting(row, &title, started_at)?,
        session,
        parent: opt_id(row, "parent")?,
        title,
        keep_alive_ms: row.get("keep_alive_ms")?,
        started_at,
        ended,
        as_of: None,
        stays: Vec::new(),
    })
}

/// The meeting's row; facts of a meeting without a row get what can be told from them.
fn read_meeting(row: &Row<'_>, title: &str, started_at: UnixMs) -> rusqlite::Result<MeetingRow> {
    let known = row.get::<_, Option<Vec<u8>>>("id")?.is_some();
    let created_at = match opt_ms(row, "created_ms")? {
        Some(at) => at,
        None => opt_ms(row, "first_joined_ms")?.unwrap_or(started_at),
    };
    Ok(MeetingRow {
        id: id(row, "meeting_id")?,
        app: AppId::from(&*row.get::<_, String>("app_id")?),
        // Not part of a record: its sessions say what they are part of.
        parent: None,
        title: if known { row.get("title")? } else { title.to_owned() },
        active: row.get::<_, Option<bool>>("active")?.unwrap_or(true),
        keep_alive_secs: row.get::<_, Option<i64>>("keep_alive_secs")?.unwrap_or(0),
        kind: opt_name(row, "kind", RoomKind::parse)?.unwrap_or(RoomKind::Private),
        is_room: row.get::<_, Option<bool>>("is_room")?.unwrap_or(false),
        default_member_type: opt_name(row, "default_member_type", MemberType::parse)?
            .unwrap_or(MemberType::Guest),
        max_meeting_seconds: row.get("max_meeting_seconds")?,
        terminated_at: opt_ms(row, "terminated_ms")?,
        deleted_at: opt_ms(row, "deleted_ms")?,
        // Not part of a record.
        extra: Value::Object(Map::new()),
        created_at,
        updated_at: created_at,
    })
}

fn read_stay(row: &Row<'_>) -> rusqlite::Result<Attended> {
    let peer = id(row, "peer")?;
    Ok(Attended {
        stay: Stay {
            id: stay_id(row, "id", peer)?,
            peer,
            participant: id(row, "participant")?,
            role: name(row, "role", Role::parse)?,
            created_at: ms(row, "created_ms")?,
            joined_at: ms(row, "joined_ms")?,
            left_at: opt_ms(row, "left_ms")?,
            reason: opt_name(row, "reason", LeaveReason::parse)?,
            away_since: opt_ms(row, "away_ms")?,
        },
        person: Person {
            display_name: row.get::<_, Option<String>>("display_name")?.unwrap_or_default(),
            preset_name: row.get::<_, Option<String>>("preset_name")?.unwrap_or_default(),
            view_type: view_type(row.get("view_type")?)?,
            custom_participant_id: row.get("custom_participant_id")?,
            user_id: row.get("user_id")?,
            // Not part of a record.
            ip_address: None,
            user_agent: None,
        },
        member_type: opt_name(row, "member_type", MemberType::parse)?.unwrap_or(MemberType::Guest),
    })
}
