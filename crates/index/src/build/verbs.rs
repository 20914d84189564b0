//! What changes an app's state: sealing, merging, building anew.

use crate::build::draft::Draft;
use crate::build::flat::flatten;
use crate::build::merge::{Merge, parts_due};
use crate::build::rebuild::{Sizes, build, merge_parts};
use crate::build::tiers::{self, Weight};
use crate::error::{Error, Result};
use crate::format::dict_write::Interner;
use crate::format::manifest::Manifest;
use crate::limits::SEGMENT_ROWS_MAX;
use crate::row::{Change, Row};
use crate::shelf::folder::Folder;
use crate::shelf::root::{Shelf, lock};
use crate::shelf::sealed::Sealed;

impl Shelf {
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
    /// As [`Shelf::seal`]; damage also when a file to merge has it.
    pub fn merge_due(&self, app: i64, current: &Sealed) -> Result<Option<Sealed>> {
        let parts = parts_due(current.dict.parts());
        let weights: Vec<_> = current.segments.iter().map(|segment| Weight::of(segment)).collect();
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
    /// As [`Shelf::seal`], and [`Error::Source`].
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
}
