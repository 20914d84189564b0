//! The writer's half of an import: which lines of a batch are new and fit, and their rows.
//!
//! First every line is checked, by reading; then everything that is new is written with a few statements a table. So
//! nothing has to be taken back for a line that is refused.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};

use sederunt_core::id::{AppId, MeetingId, ParticipantId, SessionId};

use super::line::{Chronicle, Line};
use super::report::{ImportOptions, Outcome, Rejected};
use crate::chronicle::{Attended, History};
use crate::deferred;
use crate::entry::Entry;
use crate::facts::{self, Whole};
use crate::sql::{blob, find};
use crate::transaction::Transaction;
use crate::{ParticipantRow, Result, StoreError, apps, history};

/// Meetings, and as many participants, that are remembered. Each takes some 50 bytes; beyond it they are looked up
/// again.
const KNOWN_MAX: usize = 200_000;

/// Rows that an import has seen or made. Neither is ever deleted or moved to another owner, so what is known stays
/// true while others write.
#[derive(Default)]
pub(super) struct Known {
    meetings: HashMap<MeetingId, AppId>,
    participants: HashMap<ParticipantId, MeetingId>,
    /// Sessions that were there before, and new ones since.
    old_and_new: Option<(u64, u64)>,
}

/// The lines of a batch that will be written.
#[derive(Default)]
struct Accepted {
    lines: Vec<Placed>,
    by_session: HashMap<SessionId, usize>,
    live: HashSet<MeetingId>,
    participants: Vec<ParticipantRow>,
    /// Stays of the line at hand whose participant must be made.
    unknown: Vec<usize>,
}

struct Placed {
    node: i64,
    app: i64,
    chronicle: Chronicle,
}

/// `Ok` when the line can be written, else why not.
type Checked = std::result::Result<(), String>;

/// Writes what is new of a batch. An error is that of the disk; nothing of the batch is kept then.
pub(super) fn write_batch(
    ledger: &mut Transaction,
    lines: Vec<Line>,
    options: &ImportOptions,
    known: &mut Known,
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(lines.len());
    let mut accepted = Accepted::default();
    known.trim();
    for Line { number, content } in lines {
        let outcome = match content {
            Ok(chronicle) => accepted.add(ledger, chronicle, options, known)?,
            Err(reason) => Err(reason),
        };
        outcomes.push(match outcome {
            Ok(true) => Outcome::Imported,
            Ok(false) => Outcome::Skipped,
            Err(reason) => Outcome::Rejected(Rejected { line: number, reason }),
        });
    }
    let new = accepted.lines.len() as u64;
    accepted.write(ledger)?;
    if options.offline {
        known.leave_indexes_out(ledger, new)?;
    }
    Ok(outcomes)
}

impl Accepted {
    /// `Ok(true)` accepted, `Ok(false)` there already, `Err` refused.
    fn add(
        &mut self,
        ledger: &mut Transaction,
        chronicle: Chronicle,
        options: &ImportOptions,
        known: &mut Known,
    ) -> Result<std::result::Result<bool, String>> {
        let h = &chronicle.history;
        let same = match self.by_session.get(&h.session).and_then(|i| self.lines.get(*i)) {
            Some(placed) => Some(h.same_session(&placed.chronicle.history)),
            None => stored(ledger, h.session)?.map(|stored| h.same_session(&stored)),
        };
        match same {
            Some(true) => return Ok(Ok(false)),
            Some(false) => return Ok(Err(format!("session {} is there already, and differs", h.session))),
            None => {}
        }
        if let Err(reason) = self.fits(ledger, h, options, known)? {
            return Ok(Err(reason));
        }
        let app = self.create_missing(ledger, h, options, known)?;
        // Open stays belong to a node of their own that was last alive at `as_of`: recovery closes them there.
        let node = match h.as_of {
            None => ledger.node_no("import")?,
            Some(as_of) => {
                let node = format!("import@{}", as_of.0);
                ledger.heartbeat(&node, as_of.into())?;
                ledger.node_no(&node)?
            }
        };
        if h.ended.is_none() {
            self.live.insert(h.meeting.id);
        }
        self.by_session.insert(h.session, self.lines.len());
        self.lines.push(Placed { node, app, chronicle });
        Ok(Ok(true))
    }

    /// Whether the rows that are there leave room for the record.
    fn fits(
        &mut self,
        ledger: &mut Transaction,
        h: &History,
        options: &ImportOptions,
        known: &mut Known,
    ) -> Result<Checked> {
        let (app, meeting) = (&h.meeting.app, h.meeting.id);
        match ledger.app_no(app) {
            Err(StoreError::NotFound(_)) if options.make_app.is_none() => {
                return Ok(Err(format!("unknown app {app:?}")));
            }
            Ok(_) | Err(StoreError::NotFound(_)) => {}
            Err(e) => return Err(e),
        }
        if known.owner(ledger, meeting)?.is_some_and(|owner| owner != app) {
            return Ok(Err(format!("meeting {meeting} belongs to another app")));
        }
        if h.ended.is_none() {
            let sql = "SELECT 1 FROM session WHERE meeting = ?1 AND ended_ms IS NULL";
            let stored = find(&ledger.conn, sql, [blob(meeting.as_u128())], |_| Ok(()))?;
            if stored.is_some() || self.live.contains(&meeting) {
                return Ok(Err(format!("meeting {meeting} has another LIVE session")));
            }
        }
        self.unknown.clear();
        for (i, attended) in h.stays.iter().enumerate() {
            let participant = attended.stay.participant;
            match known.meeting_of(ledger, participant)? {
                None => self.unknown.push(i),
                // People of a breakout room are participants of its parent.
                Some(of) if of != meeting => {
                    let is_ours = known.owner(ledger, of)?.is_some_and(|owner| owner == app);
                    if h.parent.is_some() && is_ours {
                        continue;
                    }
                    return Ok(Err(format!("participant {participant} belongs to another meeting")));
                }
                Some(_) => {}
            }
        }
        Ok(Ok(()))
    }

    /// Makes the app, the meeting and the participants that are not there; returns the short key of the app.
    fn create_missing(
        &mut self,
        ledger: &mut Transaction,
        h: &History,
        options: &ImportOptions,
        known: &mut Known,
    ) -> Result<i64> {
        let app = &h.meeting.app;
        if let (Err(StoreError::NotFound(_)), Some(make)) = (ledger.app_no(app), &options.make_app) {
            let (row, presets) = make(app);
            for entry in apps::new_app(&ledger.conn, row, presets)? {
                ledger.apply(&entry)?;
            }
        }
        if known.owner(ledger, h.meeting.id)?.is_none() {
            ledger.apply(&Entry::Meeting(h.meeting.clone()))?;
            known.meetings.insert(h.meeting.id, app.clone());
        }
        for attended in self.unknown.iter().filter_map(|i| h.stays.get(*i)) {
            // The same new participant may have several stays.
            if known.participants.insert(attended.stay.participant, h.meeting.id).is_none() {
                self.participants.push(participant_row(h, attended));
            }
        }
        ledger.app_no(app)
    }

    fn write(mut self, ledger: &mut Transaction) -> Result<()> {
        self.participants.sort_unstable_by_key(|p| p.id);
        ledger.apply_participants(&self.participants)?;
        facts::apply_whole(
            ledger,
            self.lines.iter().map(|placed| {
                let Chronicle { history, facts, columns } = &placed.chronicle;
                Whole { node: placed.node, app: placed.app, facts, columns, stays: &history.stays }
            }),
        )
    }
}

/// The session of this id in the ledger.
fn stored(ledger: &Transaction, session: SessionId) -> Result<Option<History>> {
    let sql = "SELECT 1 FROM session WHERE id = ?1";
    match find(&ledger.conn, sql, [blob(session.as_u128())], |_| Ok(()))? {
        Some(()) => history::load(&ledger.conn, session),
        None => Ok(None),
    }
}

fn participant_row(h: &History, Attended { stay, person, member_type }: &Attended) -> ParticipantRow {
    ParticipantRow {
        id: stay.participant,
        meeting: h.meeting.id,
        app: h.meeting.app.clone(),
        name: person.display_name.clone(),
        picture: String::new(),
        custom_participant_id: person.custom_participant_id.clone(),
        user_id: person.user_id.clone(),
        preset_id: None,
        preset_name: person.preset_name.clone(),
        member_type: *member_type,
        blocked: false,
        deleted_at: None,
        created_at: stay.created_at,
        updated_at: stay.created_at,
    }
}

impl Known {
    /// Forgets when it is too much. Only between batches: what a batch has yet to write is found nowhere else.
    fn trim(&mut self) {
        if self.meetings.len() > KNOWN_MAX {
            self.meetings.clear();
        }
        if self.participants.len() > KNOWN_MAX {
            self.participants.clear();
        }
    }

    /// Once an import turns out to be large, the indexes of no order are left out.
    fn leave_indexes_out(&mut self, ledger: &Transaction, added: u64) -> Result<()> {
        let (old, before) = match self.old_and_new {
            Some(counts) => counts,
            None => {
                let sql = "SELECT coalesce(sum(sessions), 0) FROM app_tally";
                let all = find(&ledger.conn, sql, [], |r| r.get::<_, i64>(0))?.unwrap_or(0);
                (u64::try_from(all).unwrap_or(0).saturating_sub(added), 0)
            }
        };
        let new = before + added;
        if deferred::is_worth_it(new, old) && !deferred::is_worth_it(before, old) {
            deferred::drop_all(&ledger.conn)?;
        }
        self.old_and_new = Some((old, new));
        Ok(())
    }

    /// The app of a meeting; `None` when there is no such meeting.
    fn owner(&mut self, ledger: &Transaction, meeting: MeetingId) -> Result<Option<&AppId>> {
        let place = match self.meetings.entry(meeting) {
            Slot::Occupied(known) => return Ok(Some(known.into_mut())),
            Slot::Vacant(place) => place,
        };
        let sql = "SELECT app FROM meeting WHERE id = ?1";
        let app = find(&ledger.conn, sql, [blob(meeting.as_u128())], |r| r.get::<_, String>(0))?;
        Ok(app.map(|app| &*place.insert(AppId::from(&*app))))
    }

    /// The meeting of a participant; `None` when there is no such participant.
    fn meeting_of(&mut self, ledger: &Transaction, participant: ParticipantId) -> Result<Option<MeetingId>> {
        if let Some(meeting) = self.participants.get(&participant) {
            return Ok(Some(*meeting));
        }
        let sql = "SELECT meeting FROM participant WHERE id = ?1";
        let key = [blob(participant.as_u128())];
        let meeting = find(&ledger.conn, sql, key, |r| crate::sql::id(r, "meeting"))?;
        if let Some(meeting) = meeting {
            self.participants.insert(participant, meeting);
        }
        Ok(meeting)
    }
}
