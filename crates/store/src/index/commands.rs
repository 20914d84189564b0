//! `sederunt index rebuild|verify|info`, beside the sealer or without one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::sync::Arc;

use rusqlite::Connection;
use sederunt_core::id::{AppId, SessionId};
use sederunt_index::{Depth, Loaded, RealFs, Row, Sealed, Shelf};

use super::files::{fault, folder};
use super::source::{self, End};
use super::{build, options};
use crate::{Pace, Result, Store, StoreError, Thing};

/// Differences that are told in words; more are only counted.
const DIFFERENCES_TOLD: usize = 1_000;

/// Sessions between two calls of a progress function.
const PROGRESS_EVERY: u64 = 4_096;

/// What an app's index holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexInfo {
    /// The app; `None` when the ledger does not know it.
    pub app: Option<AppId>,
    /// Its number, the name of its folder.
    pub no: i64,
    /// Sealed sessions.
    pub sealed: u64,
    /// Sessions that ended since and stand in memory while a server runs.
    pub unsealed: u64,
    /// Segments.
    pub segments: u64,
    /// Different meetings and titles.
    pub titles: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// Every end up to this fact is sealed.
    pub sealed_seq: u64,
    /// Published states so far.
    pub generation: u64,
    /// Why it cannot be used as it is.
    pub fault: Option<String>,
}

/// What `index verify` compared and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// Apps that have an index.
    pub apps: u64,
    /// Sealed sessions compared with the ledger.
    pub sessions: u64,
    /// Number of differences. 0 = the index is what the ledger says.
    pub difference_count: u64,
    /// The differences in words; at most the first 1 000.
    pub differences: Vec<String>,
}

impl IndexReport {
    fn differs(&mut self, words: String) {
        self.difference_count += 1;
        if self.differences.len() < DIFFERENCES_TOLD {
            self.differences.push(words);
        }
    }
}

impl Store {
    /// Builds the index of one app, or of all apps that have one or are large enough, from the ledger; returns how
    /// many. Where a sealer is at work it does it, and lists are answered meanwhile as before. Blocks. `progress` gets
    /// the sessions so far and in all.
    ///
    /// Errors: `NotFound` when there is no such app.
    pub fn index_rebuild(&self, app: Option<&AppId>, mut progress: impl FnMut(u64, u64)) -> Result<u64> {
        let shelf = self.shelf_at_hand()?;
        let apps = self.readers().snapshot(|conn| to_rebuild(&shelf, conn, app))?;
        let (all, mut before, mut built) = (apps.iter().map(|(_, sessions)| sessions).sum(), 0, 0);
        for (app, sessions) in apps {
            let mut told = |done: u64| {
                if done.is_multiple_of(PROGRESS_EVERY) {
                    progress(before + done, all);
                }
            };
            if self.inner.indexes.options.serve {
                self.inner.indexes.rebuild(app, &mut told)?;
            } else if sessions == 0 {
                shelf.remove(app).map_err(fault)?;
            } else {
                self.readers().snapshot(|conn| build::rebuild(&shelf, conn, app, &mut told))?;
            }
            before += sessions;
            built += u64::from(sessions > 0);
        }
        progress(all, all);
        Ok(built)
    }

    /// Compares every sealed session with the ledger, in both directions, and checks every file. Changes nothing.
    /// Blocks. `progress` gets the sessions so far and in all.
    pub fn index_verify(&self, progress: impl FnMut(u64, u64)) -> Result<IndexReport> {
        self.index_verify_at(&Pace::default(), progress)
    }

    /// [`Self::index_verify`] at a pace.
    pub fn index_verify_at(&self, pace: &Pace, mut progress: impl FnMut(u64, u64)) -> Result<IndexReport> {
        let shelf = self.shelf_at_hand()?;
        let mut report = IndexReport::default();
        let apps = shelf.apps().map_err(fault)?;
        let count = |conn: &_| apps.iter().map(|app| source::ended_count(conn, *app)).sum::<Result<u64>>();
        let all = self.readers().snapshot(count)?;
        for app in apps {
            report.apps += 1;
            let compare =
                |conn: &_| verify_app(&shelf, conn, app, &mut report, &mut |done| progress(done, all));
            self.readers().long(pace, compare)?;
        }
        progress(all, all);
        Ok(report)
    }

    /// What the index of each app holds. Blocks.
    pub fn index_info(&self) -> Result<Vec<IndexInfo>> {
        let shelf = self.shelf_at_hand()?;
        let apps = shelf.apps().map_err(fault)?;
        apps.into_iter().map(|app| self.readers().snapshot(|conn| info(&shelf, conn, app))).collect()
    }

    /// The shelf: the sealer's, or one of our own when nobody answers from it.
    fn shelf_at_hand(&self) -> Result<Arc<Shelf>> {
        if self.inner.indexes.options.serve {
            return self.inner.indexes.shelf();
        }
        let id = self.readers().snapshot(source::ledger_id)?;
        Shelf::open(&folder(&self.inner.dir), id, Arc::new(RealFs)).map(Arc::new).map_err(fault)
    }
}

/// The apps to build, with their ended sessions.
fn to_rebuild(shelf: &Shelf, conn: &Connection, app: Option<&AppId>) -> Result<Vec<(i64, u64)>> {
    let mut apps = match app {
        Some(id) => vec![source::app_no(conn, id)?.ok_or(StoreError::NotFound(Thing::App))?],
        None => {
            let mut apps = source::apps_from(conn, options::IndexOptions::default().from_sessions)?;
            apps.extend(shelf.apps().map_err(fault)?);
            apps
        }
    };
    apps.sort_unstable();
    apps.dedup();
    apps.into_iter().map(|app| Ok((app, source::ended_count(conn, app)?))).collect()
}

/// Compares one app, both sides in order of `(started_ms, id)`. `conn` has read nothing yet: what is sealed by then is in
/// its snapshot.
fn verify_app(
    shelf: &Shelf,
    conn: &Connection,
    app: i64,
    report: &mut IndexReport,
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let files = shelf.verify(app, Depth::Full).map_err(fault)?;
    for fault in &files.faults {
        report.differs(format!("app number {app}: {fault}"));
    }
    if !files.faults.is_empty() {
        return Ok(());
    }
    // It was just found whole, so nothing is set aside.
    let Loaded::Sealed(sealed) = shelf.load(app).map_err(fault)? else { return Ok(()) };
    let end = End { seq: sealed.sealed_seq(), session: sealed.last_id() };
    if !source::has_end(conn, app, end)? {
        report.differs(format!("app number {app}: fact {} is not the end the index was sealed at", end.seq));
    }
    let later: HashSet<u128> = source::sessions_ended_since(conn, app, sealed.sealed_seq())?;
    let mut rows = Merged::new(&sealed);
    let before = report.sessions;
    source::with_ended(conn, app, |ledger| {
        for row in ledger {
            let row = row?;
            if later.contains(&row.id) {
                continue;
            }
            while let Some(surplus) = rows.next_if(|r| key(r) < key(&row)) {
                report
                    .differs(format!("{}: is sealed, but not in the ledger at this place", words(&surplus)));
            }
            match rows.next_if(|r| key(r) == key(&row)) {
                Some(same) if same == row => {}
                Some(other) => {
                    report.differs(format!("{}: {other:?} is sealed, the ledger has {row:?}", words(&row)))
                }
                None => report.differs(format!("{}: is not sealed", words(&row))),
            }
            report.sessions += 1;
            if report.sessions.is_multiple_of(PROGRESS_EVERY) {
                progress(report.sessions);
            }
        }
        Ok(())
    })?;
    while let Some(surplus) = rows.next_if(|_| true) {
        report.differs(format!("{}: is sealed, but not in the ledger at this place", words(&surplus)));
    }
    if report.sessions - before != sealed.rows() {
        report.differs(format!(
            "app number {app}: {} sessions are sealed, the ledger has {}",
            sealed.rows(),
            report.sessions - before
        ));
    }
    Ok(())
}

fn key(row: &Row) -> (i64, u128) {
    (row.started_ms, row.id)
}

fn words(row: &Row) -> String {
    format!("session {}", SessionId::from_u128(row.id))
}

/// Key, segment and row.
type Head = ((i64, u128), usize, u32);

/// The rows of all segments in order.
struct Merged<'a> {
    sealed: &'a Sealed,
    /// The next row of each segment.
    heads: BinaryHeap<Reverse<Head>>,
}

impl<'a> Merged<'a> {
    fn new(sealed: &'a Sealed) -> Self {
        let heads = sealed.segments().iter().enumerate().filter(|(_, s)| s.rows() > 0);
        Self { sealed, heads: heads.map(|(i, s)| Reverse((s.key(0), i, 0))).collect() }
    }

    /// The next row, if it fits.
    fn next_if(&mut self, fits: impl FnOnce(&Row) -> bool) -> Option<Row> {
        let Reverse((_, segment, row)) = *self.heads.peek()?;
        let found = self.sealed.segments().get(segment)?;
        let this = found.row(row, self.sealed.dict());
        if !fits(&this) {
            return None;
        }
        self.heads.pop();
        if row + 1 < found.rows() {
            self.heads.push(Reverse((found.key(row + 1), segment, row + 1)));
        }
        Some(this)
    }
}

/// `conn` has read nothing yet: what is sealed by then is in its snapshot.
fn info(shelf: &Shelf, conn: &Connection, no: i64) -> Result<IndexInfo> {
    let found = shelf.info(no);
    // What can be described can be loaded.
    let sealed = match &found {
        Ok(Some(_)) => shelf.load(no).map_err(fault)?,
        _ => Loaded::Nothing,
    };
    let app = source::app_id(conn, no)?;
    let ended = source::ended_count(conn, no)?;
    let mut info = IndexInfo {
        app,
        no,
        sealed: 0,
        unsealed: ended,
        segments: 0,
        titles: 0,
        bytes: 0,
        sealed_seq: 0,
        generation: 0,
        fault: None,
    };
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(info),
        Err(error) => {
            info.fault = Some(error.to_string());
            return Ok(info);
        }
    };
    if let Loaded::Sealed(sealed) = sealed
        && !source::has_end(conn, no, End { seq: sealed.sealed_seq(), session: sealed.last_id() })?
    {
        info.fault = Some("the ledger is older, or another one".to_owned());
    }
    info.sealed = found.rows;
    info.unsealed = ended.saturating_sub(found.rows);
    info.segments = found.segments.len() as u64;
    info.titles = u64::from(found.titles);
    info.bytes = found.bytes;
    info.sealed_seq = found.sealed_seq;
    info.generation = found.generation;
    Ok(info)
}
