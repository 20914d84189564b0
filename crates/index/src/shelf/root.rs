//! The shelf of a data folder: one folder for each app that has an index.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::format::manifest::Owner;
use crate::shelf::folder::Folder;
use crate::shelf::fs::Fs;
use crate::shelf::sealed::Sealed;

/// Where damaged folders go, one per app: the latest is kept for whoever wants to know what happened.
const SET_ASIDE: &str = "set-aside";

/// All apps' sealed sessions. Every method may be called from any thread; those that change the same app wait for
/// each other.
#[derive(Debug)]
pub struct Shelf {
    dir: PathBuf,
    ledger: [u8; 16],
    fs: Arc<dyn Fs>,
    stop: Arc<AtomicBool>,
    locks: Mutex<BTreeMap<i64, Arc<Mutex<()>>>>,
}

/// What [`Shelf::load`] found.
#[derive(Debug)]
pub enum Loaded {
    /// The app has no shelf.
    Nothing,
    /// Its state.
    Sealed(Sealed),
    /// What was there could not be used, and lies in `set-aside/` now: it must be built anew.
    SetAside(Error),
}

impl Shelf {
    /// Opens or creates the shelf in `dir`, whose parent must exist, and removes what a crash has left behind.
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
        let shelf = Self { dir: dir.to_owned(), ledger, fs, stop: Arc::default(), locks: Mutex::default() };
        for app in shelf.apps()? {
            shelf.folder(app).sweep()?;
        }
        Ok(shelf)
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
    /// ([`Shelf::verify`] checks the rest).
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

    pub(crate) fn create_folder(&self, folder: &Folder) -> Result<()> {
        self.fs.create_dir(&folder.dir).map_err(Error::io("create", &folder.dir))?;
        self.fs.sync_dir(&self.dir).map_err(Error::io("sync", &self.dir))
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
