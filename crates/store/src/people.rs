//! Which stays a person had, over all sessions of an app (docs/decisions/0052-console-numbers.md).
//!
//! People choose their ids, so an index by them would cost each join a page of its own. Instead a file beside the ledger says of
//! every number of a person which joins were his (`people/file.rs`); whoever asks brings it up to the ledger first, so a join costs
//! nothing. The file has no names and no ids, only numbers made of them, and leads to rows of the ledger, which are compared:
//! whatever was erased there is not found any more, without a change of the file. It can be deleted at any time.

mod check;
mod file;
mod losses;
mod rows;
mod shared;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sederunt_core::id::{AppId, MeetingId, ParticipantId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;

use crate::{EventPerson, Pace, Result, Store};

pub use file::PeopleProgress;
pub use losses::LossMedian;

pub(crate) use shared::PeopleFile;

use shared::{Of, build_on};

/// A stay of a person, with what is shown of its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonStay {
    /// The session.
    pub session: SessionId,
    /// Its meeting.
    pub meeting: MeetingId,
    /// Its title.
    pub title: String,
    /// The interval.
    pub stay: Stay,
    /// Names at the join; `None` when they were erased.
    pub person: Option<EventPerson>,
    /// Until when it is counted: its end, its loss, or the session's own time.
    pub until: UnixMs,
}

/// The stays of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonStays {
    /// The latest joins first.
    pub stays: Vec<PersonStay>,
    /// There are more, which were recorded before.
    pub has_more: bool,
}

/// Which stays of whom.
#[derive(Debug, Clone)]
pub struct PersonQuery {
    /// The app.
    pub app: AppId,
    /// The caller's own id, a user of the workspace, or a participant.
    pub key: String,
    /// Stays to skip.
    pub offset: usize,
    /// Stays wanted.
    pub limit: usize,
    /// Stays of the person at most: those that were recorded last.
    pub most: usize,
    /// The steady clock, for stays that go on.
    pub now: UnixMs,
}

/// A page of the stays of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonPage {
    /// The latest joins first.
    pub stays: Vec<PersonStay>,
    /// How many there are; 0 = there is no such person.
    pub total: usize,
    /// There are more, which were recorded before.
    pub has_more: bool,
}

/// Somebody who was in a session of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The participant of the latest stay.
    pub participant: ParticipantId,
    /// Names at that join.
    pub person: EventPerson,
    /// When that was.
    pub joined_at: UnixMs,
    /// How many stays there are.
    pub stays: u64,
}

/// Which people.
#[derive(Debug, Clone)]
pub struct PeopleQuery {
    /// The app.
    pub app: AppId,
    /// Part of a name, of the caller's own id or of the user, in any case, or of the participant's id.
    pub search: Option<String>,
    /// People to skip.
    pub offset: usize,
    /// People wanted.
    pub limit: usize,
    /// People who are looked at: those who came last.
    pub looked_at_max: usize,
}

/// A page of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeoplePage {
    /// Who came last first.
    pub people: Vec<PersonRow>,
    /// How many passed.
    pub total: usize,
    /// Nobody was left out.
    pub is_all: bool,
}

impl Store {
    /// Brings the index of people up to what is durable now, for so long at most; what is left then, or is too much from the
    /// start, is done in the background, and whoever asks again is told how far it is. Blocks: call it in `spawn_blocking` of a Tokio runtime.
    pub fn people_ready(&self, patience: Duration) -> Result<PeopleProgress> {
        let (from, people) = (Instant::now(), &self.inner.people);
        let all = *self.durable().borrow();
        if let Some(known) = people.building() {
            let progress = PeopleProgress { known, all };
            if progress.is_far() {
                return Ok(progress);
            }
        }
        loop {
            let at = people.step(self.readers())?;
            let progress = PeopleProgress { known: at.known, all };
            if progress.is_done() {
                return Ok(progress);
            }
            if progress.is_far() || from.elapsed() >= patience {
                build_on(people, self.readers(), at.known);
                return Ok(progress);
            }
        }
    }

    /// The stays of whoever is known by `key`: the caller's own id, a user of the workspace, or a participant. At most `most`, those
    /// that were recorded last. After [`Self::people_ready`]. Blocks.
    pub fn person_stays(
        &self,
        pace: &Pace,
        app: &AppId,
        key: &str,
        most: usize,
        now: UnixMs,
    ) -> Result<PersonStays> {
        self.readers().long(pace, |conn| {
            let Some(no) = rows::app(conn, app)? else {
                return Ok(PersonStays { stays: Vec::new(), has_more: false });
            };
            let (stays, has_more) = self.compared(conn, (no, key), most, now)?;
            Ok(PersonStays { stays: stays.into_iter().map(|(_, stay)| stay).collect(), has_more })
        })
    }

    /// A page of them. Which stays are theirs is read once, and again when there are others or a name was changed or erased; so
    /// another page costs its own rows. After [`Self::people_ready`]. Blocks.
    pub fn person_page(&self, pace: &Pace, q: &PersonQuery) -> Result<PersonPage> {
        let PersonQuery { app, key, offset, limit, most, now } = q;
        self.readers().long(pace, |conn| {
            let nobody = PersonPage { stays: Vec::new(), total: 0, has_more: false };
            let Some(no) = rows::app(conn, app)? else { return Ok(nobody) };
            let people = &self.inner.people;
            let joins = people.ask(|file| file.stays(no, key, most + 1))?;
            let of = Of { app: no, key, joins: &joins, names: rows::names(conn)? };
            let own = match people.own(&of) {
                Some(own) => own,
                None => {
                    let found = self.compared(conn, (no, key), *most, *now)?.0;
                    found.into_iter().map(|(seq, _)| seq).collect()
                }
            };
            let wanted = own.iter().skip(*offset).take(*limit);
            let stays = wanted.filter_map(|seq| rows::stay(conn, *seq, *now).transpose());
            Ok(PersonPage {
                stays: stays.collect::<Result<_>>()?,
                total: own.len(),
                has_more: joins.len() > *most,
            })
        })
    }

    /// The stays of somebody, compared one by one, each with its join; and whether there are more. What came of it is kept.
    fn compared(
        &self,
        conn: &Connection,
        (app, key): (i64, &str),
        most: usize,
        now: UnixMs,
    ) -> Result<(Vec<(i64, PersonStay)>, bool)> {
        let people = &self.inner.people;
        let joins = people.ask(|file| file.stays(app, key, most + 1))?;
        let of = Of { app, key, joins: &joins, names: rows::names(conn)? };
        let looked_at = joins.get(..most).unwrap_or(&joins);
        let stays = rows::stays(conn, looked_at, key, now)?;
        let seqs: Arc<[i64]> = stays.iter().map(|(seq, _)| *seq).collect();
        people.keep_own(&of, seqs);
        Ok((stays, joins.len() > most))
    }

    /// A page of the people of an app. After [`Self::people_ready`]. Blocks.
    pub fn people(&self, pace: &Pace, q: &PeopleQuery) -> Result<PeoplePage> {
        self.readers().long(pace, |conn| {
            let nobody = PeoplePage { people: Vec::new(), total: 0, is_all: true };
            let Some(no) = rows::app(conn, &q.app)? else { return Ok(nobody) };
            let people = &self.inner.people;
            let known = people.ask(|file| file.people(no, q.looked_at_max + 1))?;
            let others = |key| people.ask(|file| file.latest(no, key));
            rows::people(conn, known, q, others)
        })
    }
}
