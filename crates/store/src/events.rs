//! The ledger as changes in order of their sequence number: what the live feed tells, and what a pull of it reads.
//!
//! A change is a fact with the numbers of its session after it. The numbers are folded from the facts, so they are the
//! same whenever the change is read. Names come from person rows: after an erasure they are missing, in old changes too.

mod chains;
mod filter;
mod folds;
mod live;

use std::collections::HashMap;

use rusqlite::Connection;
use sederunt_core::fact::Fact;
use sederunt_core::id::{AppId, PeerId, SessionId};
use sederunt_core::tally::Stay;
use sederunt_core::time::UnixMs;
use tokio::sync::watch;

use crate::imported::IMPORTERS;
use crate::replay::{self, COLUMNS, Recorded};
use crate::sql::{blob, find, list, signed, unsigned};
use crate::{Result, SessionRow, Store, StoreError, Thing};

use folds::Wanted;

pub use filter::{Counts, EventFilter};
pub use folds::EventFolds;
pub use live::{LivePart, LiveSession};

/// Facts that one call looks at. A filter may hide all of them; the caller learns how far it got and goes on from there.
const SCAN_MAX: usize = 5_000;

/// Facts that one call folds to know the sessions of a page, some 0.2 s of work: a page of changes from many long
/// sessions ends earlier, after at least one change.
const FOLD_MAX: usize = 100_000;

/// A page of an app's changes.
#[derive(Debug, Clone)]
pub struct EventQuery {
    /// The app.
    pub app: AppId,
    /// Changes with a greater sequence number.
    pub after: u64,
    /// The last fact that is looked at.
    pub to: u64,
    /// Most changes in the answer; at least 1.
    pub limit: usize,
    /// Which of them.
    pub filter: EventFilter,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Sequence number in the ledger: greater than that of every change before it. Other apps' facts are between.
    pub seq: u64,
    /// What was recorded.
    pub fact: Fact,
    /// The session after it.
    pub session: SessionRow,
    /// The instant for which the session's minutes are exact: the newest one of its facts so far.
    pub as_of: UnixMs,
    /// When the session ends if nobody comes; `None` while somebody is in it, and when it has ended.
    pub ends_at: Option<UnixMs>,
    /// The stay that began, changed or ended.
    pub stay: Option<Stay>,
    /// Whose stay it is, unless that was erased.
    pub person: Option<EventPerson>,
    /// Who is in the session after it, if [asked for](EventFilter::counts).
    pub counts: Option<Counts>,
    /// It was recorded elsewhere, and imported.
    pub is_imported: bool,
}

/// The names of a stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPerson {
    /// Display name at the join.
    pub display_name: String,
    /// Preset name at the join.
    pub preset_name: String,
    /// The customer's id for the person.
    pub custom_participant_id: Option<String>,
    /// The workspace's user.
    pub user_id: Option<String>,
}

/// Changes in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The changes that pass the filter.
    pub events: Vec<EventRow>,
    /// Every wanted change up to this sequence number is in the page (or was before it): where to go on.
    pub through: u64,
    /// More may follow at once; else the page reaches the end of what is durable, or was asked for.
    pub has_more: bool,
}

impl Store {
    /// The sequence number of the last durable fact, as it grows. Nothing above it is in any page.
    pub fn durable(&self) -> watch::Receiver<u64> {
        self.inner.writer.committed()
    }

    /// The next changes of an app, oldest first. `folds` of the page before (of the same app) saves folding the
    /// sessions again; any other is put aside. [`StoreError::NotFound`] when there is no such app.
    pub async fn events(&self, q: EventQuery, mut folds: EventFolds) -> Result<(EventPage, EventFolds)> {
        // Read before the snapshot is taken, which so has everything up to it.
        let last = *self.durable().borrow();
        self.read(move |c| {
            let page = page(c, &q, last, &mut folds)?;
            Ok((page, folds))
        })
        .await
    }
}

/// One page of the facts up to `last`.
fn page(conn: &Connection, q: &EventQuery, last: u64, folds: &mut EventFolds) -> Result<EventPage> {
    let app_no = app_no(conn, &q.app)?;
    let names = HashMap::from([(app_no, q.app.clone())]);
    folds.resume(&q.app, q.after, &q.filter);
    let importers = list(conn, IMPORTERS, [], |row| row.get::<_, i64>(0))?;
    let events = Vec::new();
    let mut paging = Paging { conn, q, names, importers, events, through: q.after, scanned: 0, folded: 0 };
    let wanted = &q.filter.sessions;
    let has_more = if !wanted.is_empty() && folds.ahead.find(conn, app_no, wanted, last)? {
        paging.along_chains(last, folds)?
    } else {
        paging.along_ledger(app_no, last, folds)?
    };
    let Paging { events, mut through, .. } = paging;
    if !has_more {
        through = last.min(q.to).max(q.after);
    }
    folds.pause(through);
    Ok(EventPage { events, through, has_more })
}

/// A page while it is filled.
struct Paging<'a> {
    conn: &'a Connection,
    q: &'a EventQuery,
    names: HashMap<i64, AppId>,
    importers: Vec<i64>,
    events: Vec<EventRow>,
    through: u64,
    scanned: usize,
    folded: usize,
}

impl Paging<'_> {
    /// Looks at the facts of the app up to `last`, one after the other. Whether there are more.
    fn along_ledger(&mut self, app_no: i64, last: u64, folds: &mut EventFolds) -> Result<bool> {
        let sql = replay::of_app(COLUMNS, "+seq <= ?3", "ORDER BY block, seq LIMIT ?4");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let scan = i64::try_from(SCAN_MAX).unwrap_or(i64::MAX);
        let mut rows = statement.query([app_no, signed(self.q.after), signed(last), scan])?;
        while let Some(row) = rows.next()? {
            let recorded = replay::read(row, &self.names)?;
            if unsigned(recorded.seq) > self.q.to {
                break;
            }
            self.take(recorded, folds)?;
            if self.is_full() {
                return Ok(rows.next()?.is_some());
            }
        }
        Ok(self.scanned == SCAN_MAX)
    }

    /// Looks at the facts of the wanted sessions alone.
    fn along_chains(&mut self, last: u64, folds: &mut EventFolds) -> Result<bool> {
        let to = self.q.to.min(last);
        let mut statement =
            self.conn.prepare_cached(&format!("SELECT {COLUMNS} FROM fact WHERE seq = ?1"))?;
        while !self.is_full() && self.scanned < SCAN_MAX {
            let Some(seq) = folds.ahead.next(to) else { break };
            let mut rows = statement.query([seq])?;
            let row = rows.next()?.ok_or_else(|| StoreError::Damaged(format!("fact {seq} is missing")))?;
            self.take(replay::read(row, &self.names)?, folds)?;
        }
        Ok(folds.ahead.has_next(to))
    }

    fn is_full(&self) -> bool {
        self.events.len() >= self.q.limit || self.folded >= FOLD_MAX
    }

    fn take(&mut self, recorded: Recorded, folds: &mut EventFolds) -> Result<()> {
        let Self { conn, q, names, .. } = self;
        let (seq, node) = (unsigned(recorded.seq), recorded.node);
        let passes = q.filter.passes(recorded.fact.meeting, recorded.fact.session, recorded.fact.kind.name());
        let wanted = Wanted::of(passes, &q.filter);
        if let Some(state) = folds.take(conn, names, &recorded, wanted, &mut self.folded)? {
            let fact = recorded.fact;
            let person = match &state.stay {
                Some(stay) => person(conn, fact.session, stay.peer)?,
                None => None,
            };
            // A fold is asked in the session's own time.
            let session = SessionRow::of(&state.columns, 0);
            self.events.push(EventRow {
                seq,
                fact,
                session,
                as_of: state.as_of,
                ends_at: state.columns.keep_alive_until(state.as_of),
                stay: state.stay,
                person,
                counts: state.counts,
                is_imported: self.importers.contains(&node),
            });
        }
        self.through = seq;
        self.scanned += 1;
        Ok(())
    }
}

pub(crate) fn app_no(conn: &Connection, app: &AppId) -> Result<i64> {
    find(conn, "SELECT no FROM app WHERE id = ?1", [app.as_str()], |r| r.get(0))?
        .ok_or(StoreError::NotFound(Thing::App))
}

fn person(conn: &Connection, session: SessionId, peer: PeerId) -> Result<Option<EventPerson>> {
    let sql = "SELECT display_name, preset_name, custom_participant_id, user_id FROM stay
               WHERE session = ?1 AND peer = ?2 AND display_name IS NOT NULL";
    find(conn, sql, [blob(session.as_u128()), blob(peer.as_u128())], |r| {
        Ok(EventPerson {
            display_name: r.get(0)?,
            preset_name: r.get(1)?,
            custom_participant_id: r.get(2)?,
            user_id: r.get(3)?,
        })
    })
}
