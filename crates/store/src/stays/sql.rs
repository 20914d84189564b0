//! Stays as SQL finds them: counted, and skipped up to the page. For short lists, and for what is not in memory.

use rusqlite::{Connection, Row, ToSql, named_params};
use sederunt_core::effect::Person;
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;

use crate::fold::Needle;
use crate::page::clamp;
use crate::sql::{bad, blob, find, id, list, stay_id, view_type};
use crate::table::places;
use crate::{Page, Result, RoomStayQuery, StayQuery, StayRow, StaySort};

places! {
    /// What [`read`] reads.
    Places of "s" {
        session,
        peer,
        id,
        participant,
        role,
        created_ms,
        joined_ms,
        left_ms,
        reason,
        away_ms,
        display_name,
        preset_name,
        view_type,
        custom_participant_id,
        user_id,
        ip_address,
        user_agent,
    }
}

const COLUMNS: &str = Places::LIST;

const AT: Places = Places::AT;

/// What all stays of a list have in common.
pub(super) struct Owner {
    pub app: AppId,
    pub meeting: MeetingId,
    /// Of the LIVE session, to which the open stays belong.
    pub offset_ms: i64,
}

/// Names a stay.
pub(super) type Key = (SessionId, PeerId);

const ONE: &str = "FROM stay s WHERE s.session = ?1 AND s.peer = ?2";

/// One stay.
pub(super) fn one(conn: &Connection, owner: &Owner, (session, peer): Key) -> Result<Option<StayRow>> {
    let sql = format!("SELECT {COLUMNS} {ONE}");
    find(conn, &sql, [blob(session.as_u128()), blob(peer.as_u128())], |r| read(r, owner))
}

/// The latest stay of a participant in a session.
pub(super) fn latest(
    conn: &Connection,
    owner: &Owner,
    session: SessionId,
    participant: u128,
) -> Result<Option<StayRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stay s WHERE s.session = ?1 AND s.participant = ?2 ORDER BY s.joined_ms DESC, s.peer DESC LIMIT 1"
    );
    find(conn, &sql, [blob(session.as_u128()), blob(participant)], |r| read(r, owner))
}

/// These stays, in this order. Every one is there: their keys come from the same snapshot.
pub(super) fn rows(conn: &Connection, owner: &Owner, keys: &[Key]) -> Result<Vec<StayRow>> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} {ONE}"))?;
    let mut row = |(session, peer): &Key| {
        statement.query_row([blob(session.as_u128()), blob(peer.as_u128())], |r| read(r, owner))
    };
    Ok(keys.iter().map(&mut row).collect::<rusqlite::Result<_>>()?)
}

/// The page of a session that has `stays` stays, and the number of all matches.
pub(super) fn session_page(
    conn: &Connection,
    owner: &Owner,
    q: &StayQuery,
    stays: u64,
) -> Result<Page<StayRow>> {
    let key = match q.sort {
        StaySort::JoinedAt => "s.joined_ms",
        StaySort::LeftAt => "coalesce(s.left_ms, 9223372036854775807)",
        StaySort::Duration => "max(0, coalesce(s.left_ms, s.away_ms, :now) - s.joined_ms)",
    };
    let dir = if q.ascending { "ASC" } else { "DESC" };
    // Only what the sort needs is sorted; the rows of the page are read then.
    let place = format!("ORDER BY {key} {dir}, s.peer {dir} LIMIT :limit OFFSET :offset");
    let (session, offset) = (blob(q.session.as_u128()), clamp(q.offset));
    let key = |r: &Row<'_>| Ok((q.session, id(r, "peer")?));
    let Some(needle) = Needle::new(q.search.as_deref()) else {
        let sql = format!("SELECT s.peer, :now FROM stay s WHERE s.session = :session {place}");
        let params = named_params! {
            ":session": session, ":now": q.now.0, ":limit": q.limit, ":offset": offset,
        };
        let keys = list(conn, &sql, params, key)?;
        return Ok(Page { items: rows(conn, owner, &keys)?, total: stays });
    };
    let (text, part) = (&*needle.text, needle.id_part.as_deref());
    let from = "FROM stay s WHERE s.session = :session AND (instr(s.name_fold, :text) > 0
                OR instr(s.custom_fold, :text) > 0 OR id_has(s.participant, :part))";
    let params = named_params! { ":session": session, ":text": text, ":part": part };
    let total: i64 = find(conn, &format!("SELECT count(*) {from}"), params, |r| r.get(0))?.unwrap_or(0);
    let params = named_params! {
        ":session": session, ":text": text, ":part": part, ":now": q.now.0, ":limit": q.limit, ":offset": offset,
    };
    let keys = list(conn, &format!("SELECT s.peer, :now {from} {place}"), params, key)?;
    Ok(Page { items: rows(conn, owner, &keys)?, total: u64::try_from(total).unwrap_or(0) })
}

/// The stays of a room that match a query.
pub(super) struct Room<'a> {
    q: &'a RoomStayQuery,
    /// What leads to its sessions.
    index: &'static str,
    filter: String,
    params: Vec<(&'static str, Box<dyn ToSql>)>,
}

impl<'a> Room<'a> {
    pub(super) fn new(q: &'a RoomStayQuery) -> Self {
        let mut room = Self {
            q,
            index: "session_meeting",
            filter: "l.meeting = :meeting".to_owned(),
            params: vec![(":meeting", Box::new(blob(q.meeting.as_u128())))],
        };
        match q.connecting {
            Some(true) => {
                // Open stays are in the LIVE session of the meeting.
                room.index = "session_one_live";
                room.filter.push_str(" AND l.ended_ms IS NULL AND s.left_ms IS NULL");
            }
            Some(false) => room.filter.push_str(" AND s.left_ms IS NOT NULL"),
            None => {}
        }
        if let Some(user) = &q.user_id {
            room.filter.push_str(" AND s.user_id = :user");
            room.params.push((":user", Box::new(user.clone())));
        }
        room
    }

    /// The number of all matches.
    pub(super) fn total(&self, conn: &Connection) -> Result<u64> {
        let meeting = self.q.meeting;
        match (&self.q.user_id, self.q.connecting) {
            (None, None) => count(conn, meeting),
            (None, Some(true)) => Ok(live(conn, meeting)?.1),
            (None, Some(false)) => Ok(count(conn, meeting)?.saturating_sub(live(conn, meeting)?.1)),
            (Some(_), _) => {
                let sql = format!("SELECT count(*) {}", self.from());
                let total: i64 = find(conn, &sql, &*self.params(&[]), |r| r.get(0))?.unwrap_or(0);
                Ok(u64::try_from(total).unwrap_or(0))
            }
        }
    }

    /// The keys of the page in order, or of all.
    pub(super) fn keys(&self, conn: &Connection) -> Result<Vec<Key>> {
        let mut keys = Vec::new();
        self.each(conn, &mut |key| {
            keys.push(key);
            Ok(true)
        })?;
        Ok(keys)
    }

    /// Calls `key` for every match in order, until it answers `false`. SQLite sorts keys only, and in files what is
    /// more than its cache: a million stays cost no memory.
    pub(super) fn each(&self, conn: &Connection, key: &mut dyn FnMut(Key) -> Result<bool>) -> Result<()> {
        let mut statement = conn.prepare_cached(&self.select())?;
        let (limit, offset) = (self.q.limit.map_or(-1, i64::from), clamp(self.q.offset));
        let mut rows = statement.query(&*self.params(&[(":limit", &limit), (":offset", &offset)]))?;
        while let Some(r) = rows.next()? {
            if !key((id(r, "session")?, id(r, "peer")?))? {
                break;
            }
        }
        Ok(())
    }

    fn from(&self) -> String {
        let Self { index, filter, .. } = self;
        format!("FROM session l INDEXED BY {index} CROSS JOIN stay s ON s.session = l.id WHERE {filter}")
    }

    fn select(&self) -> String {
        let dir = if self.q.ascending { "ASC" } else { "DESC" };
        let key = match self.q.sort {
            StaySort::JoinedAt | StaySort::Duration => "s.joined_ms",
            StaySort::LeftAt => "coalesce(s.left_ms, 9223372036854775807)",
        };
        format!(
            "SELECT s.session, s.peer {} ORDER BY {key} {dir}, s.peer {dir}, s.session {dir}
             LIMIT :limit OFFSET :offset",
            self.from()
        )
    }

    fn params<'p>(&'p self, more: &[(&'static str, &'p dyn ToSql)]) -> Vec<(&'static str, &'p dyn ToSql)> {
        self.params.iter().map(|(name, value)| (*name, &**value)).chain(more.iter().copied()).collect()
    }
}

/// All stays of a room.
pub(super) fn count(conn: &Connection, meeting: MeetingId) -> Result<u64> {
    let sql = "SELECT stays FROM meeting_tally WHERE meeting = ?1";
    let ended = find(conn, sql, [blob(meeting.as_u128())], |r| r.get::<_, i64>(0))?.unwrap_or(0);
    Ok(u64::try_from(ended).unwrap_or(0) + live(conn, meeting)?.0)
}

/// The stays of the LIVE session of a room: all, and those that are open.
fn live(conn: &Connection, meeting: MeetingId) -> Result<(u64, u64)> {
    let sql = "SELECT stay_count, live_count FROM session INDEXED BY session_one_live
               WHERE meeting = ?1 AND ended_ms IS NULL";
    let counts =
        find(conn, sql, [blob(meeting.as_u128())], |r| Ok((r.get::<_, u32>(0)?, r.get::<_, u32>(1)?)))?;
    Ok(counts.map_or((0, 0), |(all, open)| (all.into(), open.into())))
}

fn read(row: &Row<'_>, owner: &Owner) -> rusqlite::Result<StayRow> {
    let id = |column| row.get::<_, [u8; 16]>(column).map(u128::from_be_bytes);
    let ms = |column| row.get::<_, Option<i64>>(column).map(|ms| ms.map(UnixMs));
    let text = |column| row.get::<_, Option<String>>(column);
    let (role, reason) = (row.get_ref(AT.role)?.as_str()?, row.get_ref(AT.reason)?.as_str_or_null()?);
    let reason = reason.map(|r| LeaveReason::parse(r).ok_or_else(|| bad("reason", r))).transpose()?;
    let left_at = ms(AT.left_ms)?;
    let peer = PeerId::from_u128(id(AT.peer)?);
    Ok(StayRow {
        app: owner.app.clone(),
        meeting: owner.meeting,
        session: SessionId::from_u128(id(AT.session)?),
        stay: Stay {
            id: stay_id(row, AT.id, peer)?,
            peer,
            participant: ParticipantId::from_u128(id(AT.participant)?),
            role: Role::parse(role).ok_or_else(|| bad("role", role))?,
            created_at: UnixMs(row.get(AT.created_ms)?),
            joined_at: UnixMs(row.get(AT.joined_ms)?),
            left_at,
            reason,
            away_since: ms(AT.away_ms)?,
        },
        person: Person {
            // A person that was erased leaves a stay without a name.
            display_name: text(AT.display_name)?.unwrap_or_default(),
            preset_name: text(AT.preset_name)?.unwrap_or_default(),
            view_type: view_type(row.get(AT.view_type)?)?,
            custom_participant_id: text(AT.custom_participant_id)?,
            user_id: text(AT.user_id)?,
            ip_address: text(AT.ip_address)?,
            user_agent: text(AT.user_agent)?,
        },
        offset_ms: if left_at.is_some() { 0 } else { owner.offset_ms },
    })
}
