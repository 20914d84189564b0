//! The data of the lists: imported once, then kept between runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use sederunt_core::time::UnixMs;
use sederunt_server::data_folder::DataFolder;
use sederunt_server::first_run;
use sederunt_server::mint::Mint;
use sederunt_store::{AppRow, ImportOptions, Store};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use super::note;
use super::world::lines::Lines;
use super::world::{FORMAT, World};

const MARKER: &str = "imported.json";
/// Lines in one import: what an interrupted run may have to look at again.
const PIECE: u64 = 500_000;

/// The folder of one world.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

/// How far the import is; kept in the folder.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Imported {
    pub(super) sessions: u64,
    /// Time of all imports.
    pub(super) secs: f64,
    /// Then for indexes of the ledger that the import left out.
    pub(super) index_secs: f64,
    /// Then until nothing was left to seal or merge.
    pub(super) settle_secs: f64,
    complete: bool,
}

/// Who may ask over HTTP.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) account: String,
    pub(super) token: String,
}

/// Bytes on disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) index: u64,
    pub(super) ledger: u64,
}

impl Imported {
    /// Sessions a second, with the indexes.
    pub(super) fn a_second(&self) -> f64 {
        self.sessions as f64 / (self.secs + self.index_secs).max(1e-9)
    }
}

impl Folder {
    pub(super) fn of(dir: &Path, world: World) -> Result<Self> {
        let name = format!("lists-{}-{}-{FORMAT}", world.sessions, world.seed);
        let path = dir.join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self { path: path.canonicalize()? })
    }

    /// The data folder of a server.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    fn marker(&self) -> Result<Imported> {
        let path = self.path.join(MARKER);
        match std::fs::read(&path) {
            Ok(text) => {
                serde_json::from_slice(&text).with_context(|| format!("{} is damaged", path.display()))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Imported::default()),
            Err(e) => Err(e.into()),
        }
    }

    fn mark(&self, imported: &Imported) -> Result<()> {
        let new = self.path.join("imported.json.new");
        std::fs::write(&new, serde_json::to_vec_pretty(imported)?)?;
        std::fs::rename(new, self.path.join(MARKER))?;
        Ok(())
    }

    /// Imports what is missing.
    pub(super) fn import(&self, runtime: &Runtime, world: World) -> Result<Imported> {
        let mut imported = self.marker()?;
        if imported.complete {
            return Ok(imported);
        }
        let folder = DataFolder::hold(&self.data())?;
        let store = Store::open(&self.data())?;
        let mint = Mint::new(UnixMs(world.first_ms()))?;
        runtime.block_on(first_run::make_if_needed(&folder, &store, &mint))?;
        let options = ImportOptions { make_app: Some(apps_of(self.access()?.account)), offline: true };
        note!("importing {} sessions, {} are there", world.total(), imported.sessions);
        while imported.sessions < world.total() {
            let to = (imported.sessions + PIECE).min(world.total());
            let start = Instant::now();
            let report = store.import(Lines::new(world, imported.sessions..to), &options, |_| {})?;
            ensure!(report.rejected_count == 0, "refused: {:?}", report.rejected.first());
            let secs = start.elapsed().as_secs_f64();
            note!("{to} sessions, {:.0} a second", report.imported as f64 / secs);
            imported.sessions = to;
            imported.secs += secs;
            self.mark(&imported)?;
        }
        imported.index_secs = timed(|| Ok(store.finish_import()?))?;
        imported.settle_secs = timed(|| settle(&store))?;
        imported.complete = true;
        self.mark(&imported)?;
        note!("indexed in {:.0} s, sealed {:.0} s later", imported.index_secs, imported.settle_secs);
        Ok(imported)
    }

    /// Account and token of the first start.
    pub(super) fn access(&self) -> Result<Access> {
        let path = self.data().join(first_run::FILE);
        let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let first: first_run::FirstRun = serde_json::from_slice(&text)?;
        Ok(Access { account: first.account_id, token: first.api_token })
    }

    pub(super) fn sizes(&self) -> Result<Sizes> {
        let (mut index, mut ledger) = (0, 0);
        for file in files(&self.data())? {
            let bytes = file.metadata()?.len();
            let name = file.strip_prefix(self.data())?.to_string_lossy().into_owned();
            // What is set aside is nobody's any more.
            if name.starts_with("index/") && !name.starts_with("index/set-aside/") {
                index += bytes;
            } else if name.starts_with("ledger.sqlite") {
                ledger += bytes;
            }
        }
        Ok(Sizes { index, ledger })
    }
}

/// Waits until the index answers and rests.
pub(super) fn settle(store: &Store) -> Result<()> {
    ensure!(store.index_settle(), "the index is not served");
    let stats = store.index_stats();
    ensure!(stats.failures == 0, "the index failed: {stats:?}");
    Ok(())
}

pub(super) fn timed(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

fn apps_of(account: String) -> sederunt_store::MakeApp {
    Arc::new(move |id| {
        let app =
            AppRow { id: id.clone(), account: account.clone(), name: id.to_string(), created_at: UnixMs(0) };
        (app, Vec::new())
    })
}

/// All files in a folder and its folders.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    Ok(found)
}
