//! The folder of the log: a file a day, named after it, and what is known of their sizes.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sederunt_core::time::{Day, UnixMs};

use super::retention::Item;
use crate::{Result, StoreError};

/// Name of the folder in the data folder.
const FOLDER: &str = "webhooks";

/// What SQLite adds to a file's name for its log, and for the index of that.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// The files of the log. Only the thread that writes changes anything on disk.
#[derive(Debug)]
pub(super) struct Folder {
    dir: PathBuf,
    /// Their bytes, logs included.
    files: Mutex<BTreeMap<Item, u64>>,
    /// How often a file went or was set aside.
    changes: AtomicU64,
}

impl Folder {
    /// Looks at what is there, which may be nothing; what cannot be looked at counts as nothing.
    pub(super) fn open(data: &Path) -> Self {
        let dir = data.join(FOLDER);
        let folder = Self { dir, files: Mutex::default(), changes: AtomicU64::new(0) };
        match std::fs::read_dir(&folder.dir) {
            Ok(entries) => {
                let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
                for item in names.filter_map(|name| item(&name)) {
                    folder.measure(item);
                }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(%error, folder = %folder.dir.display(), "the delivery log cannot be looked at");
            }
        }
        folder
    }

    /// Where the file of a day is, or will be.
    pub(super) fn path(&self, day: Day) -> PathBuf {
        self.path_of(Item { day, is_aside: false })
    }

    pub(super) fn path_of(&self, item: Item) -> PathBuf {
        self.dir.join(file_name(item))
    }

    /// The folder, made durably if it is not there. It holds what receivers answer: nobody else may look into it.
    pub(super) fn made(&self) -> Result<&Path> {
        use std::os::unix::fs::DirBuilderExt;
        if !self.dir.is_dir() {
            let making = io("making", &self.dir);
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir).map_err(making)?;
            sync(self.dir.parent().unwrap_or(&self.dir))?;
        }
        Ok(&self.dir)
    }

    /// Puts a whole file in the place of a day, durably.
    pub(super) fn place(&self, whole: &Path, day: Day) -> Result<()> {
        let path = self.path(day);
        for end in BESIDE {
            // Of a file that is no more: SQLite would take it for this one's.
            let _ = std::fs::remove_file(beside(&path, end));
        }
        std::fs::rename(whole, &path).map_err(io("placing", &path))?;
        sync(&self.dir)
    }

    /// Takes note of a file's size; `false` = it is not there.
    pub(super) fn measure(&self, item: Item) -> bool {
        let path = self.path_of(item);
        let size = |path: &Path| std::fs::symlink_metadata(path).as_ref().map_or(0, Metadata::len);
        let is_there = path.symlink_metadata().is_ok();
        let bytes = size(&path) + BESIDE.iter().map(|end| size(&beside(&path, end))).sum::<u64>();
        let mut files = self.lock();
        if is_there {
            files.insert(item, bytes);
        } else if files.remove(&item).is_some() {
            self.changes.fetch_add(1, Ordering::Relaxed);
        }
        is_there
    }

    /// Sets the file of a day aside, in the place of one that was set aside before. Nobody writes to it.
    pub(super) fn set_aside(&self, day: Day) -> Result<()> {
        let (from, to) = (Item { day, is_aside: false }, Item { day, is_aside: true });
        self.remove(to)?;
        let (path, aside) = (self.path_of(from), self.path_of(to));
        for end in BESIDE {
            // The log belongs to the file; often there is none.
            let _ = std::fs::rename(beside(&path, end), beside(&aside, end));
        }
        std::fs::rename(&path, &aside).map_err(io("setting aside", &path))?;
        self.measure(from);
        self.measure(to);
        Ok(())
    }

    /// Another number when a file went or was set aside: whoever opened one before may have another than is in its place now.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Removes a file; that it is not there is as good. Whoever reads it reads on to the end.
    pub(super) fn remove(&self, item: Item) -> Result<()> {
        let path = self.path_of(item);
        let is_dir = path.symlink_metadata().is_ok_and(|about| about.is_dir());
        let removed = if is_dir { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match removed {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(io("removing", &path)(e)),
            _ => {
                for end in BESIDE {
                    let _ = std::fs::remove_file(beside(&path, end));
                }
                self.measure(item);
                Ok(())
            }
        }
    }

    /// All files with their bytes, oldest first.
    pub(super) fn files(&self) -> Vec<(Item, u64)> {
        self.lock().iter().map(|(item, bytes)| (*item, *bytes)).collect()
    }

    /// The days that can be read, newest first.
    pub(super) fn days(&self) -> Vec<Day> {
        self.lock().keys().rev().filter(|item| !item.is_aside).map(|item| item.day).collect()
    }

    /// Bytes of all files.
    pub(super) fn bytes(&self) -> u64 {
        self.lock().values().sum()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Item, u64>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error of doing something to a file.
pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let context = format!("{doing} {}", path.display());
    move |source| StoreError::Io { context, source }
}

/// Makes the names in a folder durable.
fn sync(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io("syncing", dir))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn file_name(Item { day, is_aside }: Item) -> String {
    let date =
        Timestamp::from_millisecond(day.start().0).map_or_else(|_| day.0.to_string(), |t| t.to_string());
    let (date, _) = date.split_once('T').unwrap_or((&date, ""));
    let end = if is_aside { "aside" } else { "db" };
    format!("log-{date}.{end}")
}

/// Reads [`file_name`]; other files are none of ours.
fn item(name: &str) -> Option<Item> {
    let (date, end) = name.strip_prefix("log-")?.rsplit_once('.')?;
    let start: Timestamp = format!("{date}T00:00:00Z").parse().ok()?;
    let item = Item { day: UnixMs(start.as_millisecond()).day(), is_aside: end == "aside" };
    (file_name(item) == name).then_some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_their_day() {
        let day = |day, is_aside| Item { day: Day(day), is_aside };
        for (name, expected) in [
            ("log-1970-01-01.db", day(0, false)),
            ("log-2026-11-29.db", day(20_786, false)),
            ("log-2026-11-29.aside", day(20_786, true)),
            ("log-9998-12-31.db", day(2_932_531, false)),
        ] {
            assert_eq!((item(name), file_name(expected).as_str()), (Some(expected), name));
        }
        for other in [
            "log-2026-11-29.db-wal",
            "log-2026-11-29.db.new",
            "log-2026-11-29",
            "log-2026-13-29.db",
            "log-26-11-29.db",
            "log-2026-1129.db",
            "notes.db",
            "log-.db",
        ] {
            assert_eq!(item(other), None, "{other}");
        }
    }
}
