//! The archive of a data folder: one folder for each app that has one.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::build::{Sizes, build, merge_parts};
use crate::dict_write::Interner;
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::folder::Folder;
use crate::fs::Fs;
use crate::manifest::{Manifest, Owner};
use crate::merge::{Merge, parts_due};
use crate::sealed::{Sealed, flatten};
use crate::segment::SEGMENT_ROWS_MAX;
use crate::tiers;
use crate::{Change, Row};

/// Where damaged folders go, one per app: the latest is kept for whoever wants to know what happened.
const SET_ASIDE: &str = "set-aside";

/// All apps' sealed sessions. Every method may be called from any thread; those that change the same app wait for
/// each other.
#[derive(Debug)]
pub struct Archive {
    dir: PathBuf,
    ledger: [u8; 16],
    fs: Arc<dyn Fs>,
    stop: Arc<AtomicBool>,
    locks: Mutex<BTreeMap<i64, Arc<Mutex<()>>>>,
}

/// What [`Archive::load`] found.
#[derive(Debug)]
pub enum Loaded {
    /// The app has no archive.
    Nothing,
    /// Its state.
    Sealed(Sealed),
    /// What was there could not be used, and lies in `set-aside/` now: it must be built anew.
    SetAside(Error),
}

impl Archive {
    /// Opens or creates the archive in `dir`, whose parent must exist, and removes what a crash has left behind.
    /// Files of another ledger than `ledger` are never read.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(dir: &Path, ledger: [u8; 16], fs: Arc<dyn Fs>) -> Result<Self> {
        fs.create_dir(dir).map_err(Error::io("create", dir))?;
        if let Some(parent) = dir.parent() {
            // A relative path of one name lies in the working folder.
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            fs.sync_dir(parent).map_err(Error::io("sync", parent))?;
        }
        let archive = Self { dir: dir.to_owned(), ledger, fs, stop: Arc::default(), locks: Mutex::default() };
        for app in archive.apps()? {
            archive.folder(app).sweep()?;
        }
        Ok(archive)
    }

    /// The numbers of the apps that have a folder.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn apps(&self) -> Result<Vec<i64>> {
        let names = self.fs.list(&self.dir).map_err(Error::io("list", &self.dir))?;
        let mut apps: Vec<i64> = names.iter().filter_map(|name| name.parse().ok()).collect();
        apps.sort_unstable();
        Ok(apps)
    }

    /// Set it to make whatever is being written end with [`Error::Stopped`].
    pub fn stopper(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// The state of an app. Reads little: files are mapped, and only what is cheap to check is checked
    /// ([`Archive::verify`] checks the rest).
    ///
    /// # Errors
    /// [`Error::Io`]: the machine failed, the files may be fine.
    pub fn load(&self, app: i64) -> Result<Loaded> {
        let lock_of = self.lock_of(app);
        let _guard = lock(&lock_of);
        match self.read(app) {
            Ok(None) => Ok(Loaded::Nothing),
            Ok(Some(sealed)) => Ok(Loaded::Sealed(sealed)),
            Err(e) if e.is_damage() => {
                self.move_aside(app)?;
                Ok(Loaded::SetAside(e))
            }
            Err(e) => Err(e),
        }
    }

    /// Seals ended sessions: `changes` in the order of `ended_seq`, all after [`Sealed::sealed_seq`] of `current`,
    /// which must be the latest state of the app ([`Sealed::empty`] for a new one).
    ///
    /// # Errors
    /// [`Error::Stale`], [`Error::Rows`], [`Error::Io`], [`Error::Full`], [`Error::Stopped`]; and damage, when the
    /// manifest is unreadable. The old state stands then.
    pub fn seal(&self, app: i64, current: &Sealed, changes: Vec<Change>) -> Result<Sealed> {
        let Some(last) = changes.last() else { return Ok(current.clone()) };
        let mut before = current.sealed_seq;
        for change in &changes {
            let seq = change.ended_seq.filter(|seq| *seq > before);
            before = seq.ok_or(Error::Rows { id: change.row.id, why: "not in the order of the ledger" })?;
        }
        let lock_of = self.lock_of(app);
        let _guard = lock(&lock_of);
        let folder = self.folder(app);
        let replaced = self.expect_latest(&folder, current)?;
        if current.generation == 0 {
            self.create_folder(&folder)?;
        }
        let mut draft = Draft::new(&folder, current.next.max(1));
        let mut interner = Interner::new(current.dict.clone());
        let rows = flatten(&mut interner, changes.iter().map(|change| &change.row))?;
        let mut segments = current.segments.clone();
        for rows in rows.chunks(SEGMENT_ROWS_MAX as usize) {
            segments.push(draft.segment(rows, interner.codes_end())?);
        }
        let dict = draft.dict(&interner)?;
        let mut state = current.with(segments, dict);
        state.sealed_seq = before;
        state.last_id = last.row.id;
        state.generation += 1;
        draft.publish(state, &replaced)
    }

    /// Merges some segments, or parts of the dictionary, if there are too many; `None` when there are not. The same
    /// sessions are sealed before and after.
    ///
    /// # Errors
    /// As [`Archive::seal`]; damage also when a file to merge has it.
    pub fn merge_due(&self, app: i64, current: &Sealed) -> Result<Option<Sealed>> {
        let parts = parts_due(current.dict.parts());
        let weights: Vec<_> = current.segments.iter().map(|segment| segment.weight()).collect();
        let chosen = tiers::due(&weights);
        if parts.is_none() && chosen.is_none() {
            return Ok(None);
        }
        let lock_of = self.lock_of(app);
        let _guard = lock(&lock_of);
        let folder = self.folder(app);
        let replaced = self.expect_latest(&folder, current)?;
        let mut draft = Draft::new(&folder, current.next);
        let dict = match parts {
            Some(n) => merge_parts(&folder, &mut draft, &current.dict, n)?,
            None => current.dict.clone(),
        };
        let mut segments = current.segments.clone();
        if let Some(chosen) = chosen {
            let sources: Vec<_> = chosen.iter().rev().map(|nth| segments.remove(*nth)).collect();
            // A merge of damaged rows would give them a fresh checksum.
            folder.check(&[], &sources)?;
            segments.push(draft.segment(&Merge::new(&sources), dict.len())?);
        }
        let mut state = current.with(segments, dict);
        state.generation += 1;
        draft.publish(state, &replaced).map(Some)
    }

    /// Builds an app's state from nothing: `rows` are all its sessions that ended at or before `sealed_seq`, in the
    /// order of (`started_ms`, id); `last_id` ended at `sealed_seq`. What was there before stays until the end.
    ///
    /// # Errors
    /// As [`Archive::seal`], and [`Error::Source`].
    pub fn rebuild<E>(
        &self,
        app: i64,
        rows: &mut dyn Iterator<Item = std::result::Result<Row, E>>,
        sealed_seq: u64,
        last_id: u128,
    ) -> Result<Sealed>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let lock_of = self.lock_of(app);
        let _guard = lock(&lock_of);
        let folder = self.folder(app);
        self.create_folder(&folder)?;
        let before = match folder.manifest() {
            Err(e) if !e.is_damage() => return Err(e),
            // Whatever the old one says: it is replaced.
            found => found.ok().flatten(),
        };
        let mut state = Sealed { sealed_seq, last_id, ..Sealed::default() };
        state.next = self.unused_number(&folder, before.as_ref())?;
        state.generation = before.as_ref().map_or(0, |manifest| manifest.generation) + 1;
        let replaced = before.map_or_else(Vec::new, |manifest| manifest.names().collect());
        let rows = &mut rows.map(|row| row.map_err(|e| Error::Source(e.into())));
        build(&folder, state, rows, &replaced, Sizes::USUAL)
    }

    /// Forgets an app.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn remove(&self, app: i64) -> Result<()> {
        let lock_of = self.lock_of(app);
        let _guard = lock(&lock_of);
        self.folder(app).remove()?;
        self.fs.sync_dir(&self.dir).map_err(Error::io("sync", &self.dir))
    }

    /// Moves an app's folder to `set-aside/`, in place of what lies there of the app. States that were loaded can
    /// still be read.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_aside(&self, app: i64) -> Result<()> {
        let lock_of = self.lock_of(app);
        let _guard = lock(&lock_of);
        self.move_aside(app)
    }

    pub(crate) fn read(&self, app: i64) -> Result<Option<Sealed>> {
        let folder = self.folder(app);
        folder.manifest()?.map(|manifest| folder.open(&manifest)).transpose()
    }

    pub(crate) fn folder(&self, app: i64) -> Folder {
        Folder {
            fs: Arc::clone(&self.fs),
            dir: self.dir.join(app.to_string()),
            owner: Owner { ledger: self.ledger, app },
            stop: Arc::clone(&self.stop),
        }
    }

    pub(crate) fn lock_of(&self, app: i64) -> Arc<Mutex<()>> {
        Arc::clone(lock(&self.locks).entry(app).or_default())
    }

    fn create_folder(&self, folder: &Folder) -> Result<()> {
        self.fs.create_dir(&folder.dir).map_err(Error::io("create", &folder.dir))?;
        self.fs.sync_dir(&self.dir).map_err(Error::io("sync", &self.dir))
    }

    /// Checks that nobody has published since `current`; the names of its files.
    fn expect_latest(&self, folder: &Folder, current: &Sealed) -> Result<Vec<String>> {
        let manifest = folder.manifest()?;
        let latest = manifest.as_ref().map_or(0, |manifest| manifest.generation);
        if latest != current.generation {
            return Err(Error::Stale { app: folder.owner.app, latest, given: current.generation });
        }
        Ok(manifest.map_or_else(Vec::new, |manifest| manifest.names().collect()))
    }

    fn unused_number(&self, folder: &Folder, before: Option<&Manifest>) -> Result<u64> {
        let names = folder.fs.list(&folder.dir).map_err(Error::io("list", &folder.dir))?;
        let number = |name: &String| name.rsplit_once('-')?.1.parse::<u64>().ok();
        let above = names.iter().filter_map(number).max().map_or(1, |number| number.saturating_add(1));
        Ok(above.max(before.map_or(1, |manifest| manifest.next)))
    }

    fn move_aside(&self, app: i64) -> Result<()> {
        let from = self.folder(app).dir;
        let aside = self.dir.join(SET_ASIDE);
        let to = aside.join(app.to_string());
        self.fs.create_dir(&aside).map_err(Error::io("create", &aside))?;
        match self.fs.remove_dir(&to) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(Error::io("remove", &to)(e)),
            _ => {}
        }
        match self.fs.rename(&from, &to) {
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
            moved => moved.map_err(Error::io("set aside", &from))?,
        }
        self.fs.sync_dir(&aside).map_err(Error::io("sync", &aside))?;
        self.fs.sync_dir(&self.dir).map_err(Error::io("sync", &self.dir))
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is on disk, and never half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
