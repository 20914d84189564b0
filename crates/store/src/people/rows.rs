//! What the ledger says of the joins that the file leads to.

use rusqlite::{Connection, Row};
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::AppId;
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;

use super::file::Known;
use super::{PeoplePage, PeopleQuery, PersonRow, PersonStay};
use crate::fold::{Needle, fold, id_has};
use crate::person_key::PersonNo;
use crate::sql::{find, id, ms, name, opt_ms, opt_name, stay_id};
use crate::{EventPerson, Result};

/// By the fact of the join.
const BY_JOIN: &str = "SELECT s.*, l.meeting, l.title, l.offset_ms FROM fact f
                       JOIN stay s ON s.session = f.session AND s.peer = f.peer JOIN session l ON l.id = f.session
                       WHERE f.seq = ?1";

pub(super) fn app(conn: &Connection, app: &AppId) -> Result<Option<i64>> {
    find(conn, "SELECT no FROM app WHERE id = ?1", [app.as_str()], |r| r.get(0))
}

/// Changes whenever a name is changed or erased.
pub(super) fn names(conn: &Connection) -> Result<i64> {
    Ok(find(conn, "SELECT changes FROM person_change", [], |r| r.get(0))?.unwrap_or(0))
}

/// The stays of these joins that are those of `key`, each with its join; the latest joins first.
pub(super) fn stays(
    conn: &Connection,
    seqs: &[i64],
    key: &str,
    now: UnixMs,
) -> Result<Vec<(i64, PersonStay)>> {
    let mut stays = Vec::with_capacity(seqs.len());
    for seq in seqs {
        let Some(stay) = find(conn, BY_JOIN, [seq], |row| read(row, now))? else { continue };
        let no = PersonNo::of(key);
        // By a name of his own that is not erased, or by the participant: what else the number leads to is somebody else's.
        let is_own = stay.person.as_ref().is_some_and(|person| own_ids(person).any(|own| own == key));
        if is_own || PersonNo::of_stay(None, stay.stay.participant) == no {
            stays.push((*seq, stay));
        }
    }
    stays.sort_by_key(|(_, stay)| std::cmp::Reverse((stay.stay.joined_at, stay.stay.peer)));
    Ok(stays)
}

/// The stay of a join.
pub(super) fn stay(conn: &Connection, seq: i64, now: UnixMs) -> Result<Option<PersonStay>> {
    find(conn, BY_JOIN, [seq], |row| read(row, now))
}

/// Whose stay it is.
pub(super) fn person_no(stay: &PersonStay) -> PersonNo {
    PersonNo::of_stay(stay.person.as_ref().and_then(|person| own_ids(person).next()), stay.stay.participant)
}

fn own_ids(person: &EventPerson) -> impl Iterator<Item = &str> {
    [&person.custom_participant_id, &person.user_id].into_iter().filter_map(|own| own.as_deref())
}

/// The page of those who pass. `latest` leads to the joins of a person.
pub(super) fn people(
    conn: &Connection,
    mut known: Vec<Known>,
    q: &PeopleQuery,
    latest: impl Fn(i64) -> Result<Vec<i64>>,
) -> Result<PeoplePage> {
    let is_all = known.len() <= q.looked_at_max;
    known.truncate(q.looked_at_max);
    let needle = Needle::new(q.search.as_deref());
    let (mut people, mut total) = (Vec::new(), 0);
    for known in &known {
        let mut found = row(conn, known.seq, known)?;
        if found.is_none() {
            // Erased, or another one by the same number: perhaps an earlier stay is not.
            for seq in latest(known.person)? {
                found = row(conn, seq, known)?;
                if found.is_some() {
                    break;
                }
            }
        }
        let Some(found) = found.filter(|found| needle.as_ref().is_none_or(|needle| passes(found, needle)))
        else {
            continue;
        };
        if total >= q.offset && people.len() < q.limit {
            people.push(found);
        }
        total += 1;
    }
    Ok(PeoplePage { people, total, is_all })
}

/// Whose join it is, if that is the person and not erased.
fn row(conn: &Connection, seq: i64, known: &Known) -> Result<Option<PersonRow>> {
    let Some(stay) = find(conn, BY_JOIN, [seq], |row| read(row, UnixMs(0)))? else { return Ok(None) };
    let (participant, joined_at) = (stay.stay.participant, stay.stay.joined_at);
    let Some(person) = stay.person else { return Ok(None) };
    if PersonNo::of_stay(own_ids(&person).next(), participant).short() != known.person {
        return Ok(None);
    }
    Ok(Some(PersonRow { participant, person, joined_at, stays: u64::try_from(known.stays).unwrap_or(0) }))
}

fn passes(found: &PersonRow, needle: &Needle) -> bool {
    let PersonRow { person, participant, .. } = found;
    let has_id = |part: &String| id_has(&participant.as_u128().to_be_bytes(), part.as_bytes());
    std::iter::once(&*person.display_name)
        .chain(own_ids(person))
        .any(|text| fold(text).contains(&needle.text))
        || needle.id_part.as_ref().is_some_and(has_id)
}

fn read(row: &Row<'_>, now: UnixMs) -> rusqlite::Result<PersonStay> {
    let peer = id(row, "peer")?;
    let display_name: Option<String> = row.get("display_name")?;
    let person = match display_name {
        Some(display_name) => Some(EventPerson {
            display_name,
            preset_name: row.get::<_, Option<String>>("preset_name")?.unwrap_or_default(),
            custom_participant_id: row.get("custom_participant_id")?,
            user_id: row.get("user_id")?,
        }),
        None => None,
    };
    let stay = Stay {
        id: stay_id(row, "id", peer)?,
        peer,
        participant: id(row, "participant")?,
        role: name(row, "role", Role::parse)?,
        created_at: ms(row, "created_ms")?,
        joined_at: ms(row, "joined_ms")?,
        left_at: opt_ms(row, "left_ms")?,
        reason: opt_name(row, "reason", LeaveReason::parse)?,
        away_since: opt_ms(row, "away_ms")?,
    };
    let own = now.plus_ms(row.get("offset_ms")?);
    let until = stay.left_at.or(stay.away_since).unwrap_or(own).max(stay.joined_at);
    let (session, meeting, title) = (id(row, "session")?, id(row, "meeting")?, row.get("title")?);
    Ok(PersonStay { session, meeting, title, stay, person, until })
}
