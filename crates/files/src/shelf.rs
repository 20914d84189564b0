//! The folder of files: drafts, and files in their places.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use aws_lc_rs::digest::{Context, SHA256};
use sederunt_core::file_kind::FileKind;
use sederunt_core::id::{FileId, Id};

use crate::{FilesError, picture};

/// Folder of files that are not whole.
const DRAFTS: &str = "drafts";

/// The right to decode a picture, which one thread has at a time: each may take much memory for a moment. All who decode in a
/// process share one.
#[derive(Debug, Clone, Default)]
pub struct Decoding(Arc<Mutex<()>>);

impl Decoding {
    /// Waits for the turn; it is over when the guard is dropped.
    pub fn take(&self) -> MutexGuard<'_, ()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A folder of files. One process uses it at a time.
#[derive(Debug, Clone)]
pub struct Shelf {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    drafts: AtomicU64,
    decoding: Decoding,
}

impl Shelf {
    /// Opens the folder, made if it is missing, and removes the drafts of a process before. What it decodes waits for its turn at
    /// `decoding`.
    pub fn open(dir: &Path, decoding: Decoding) -> Result<Self, FilesError> {
        let drafts = dir.join(DRAFTS);
        fs::create_dir_all(&drafts).map_err(FilesError::io("make the folder of files"))?;
        for entry in fs::read_dir(&drafts).map_err(FilesError::io("read the drafts"))?.flatten() {
            if let Err(error) = fs::remove_file(entry.path()) {
                tracing::warn!(%error, "a draft of a file stays behind");
            }
        }
        let inner = Inner { dir: dir.to_owned(), drafts: AtomicU64::new(0), decoding };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether the disk has place for so many bytes more, and these free ones after that.
    pub fn has_place(&self, bytes: u64, keep_free_bytes: u64) -> Result<(), FilesError> {
        let disk = rustix::fs::statvfs(&self.inner.dir)
            .map_err(|errno| FilesError::io("ask the disk for its space")(errno.into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < bytes.saturating_add(keep_free_bytes) { Err(FilesError::DiskFull) } else { Ok(()) }
    }

    /// A new draft of at most so many bytes.
    pub fn begin(&self, max_bytes: u64) -> Result<Draft, FilesError> {
        let number = self.inner.drafts.fetch_add(1, Ordering::Relaxed);
        let path = self.inner.dir.join(DRAFTS).join(number.to_string());
        let file = File::options().read(true).write(true).create_new(true).open(&path);
        let file = file.map_err(FilesError::io("begin a file"))?;
        let removes = Removes(path);
        Ok(Draft { shelf: self.clone(), file, removes, digest: Context::new(&SHA256), bytes: 0, max_bytes })
    }

    /// Opens a file in its place, with its length; `None` = it is not there.
    pub fn read(&self, id: FileId) -> Result<Option<(File, u64)>, FilesError> {
        match File::open(self.place(id)) {
            Ok(file) => {
                let len = file.metadata().map_err(FilesError::io("look at a file"))?.len();
                Ok(Some((file, len)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FilesError::io("open a file")(error)),
        }
    }

    /// Takes a file out of its place; one that is not there is none the less gone.
    pub fn remove(&self, id: FileId) -> Result<(), FilesError> {
        match fs::remove_file(self.place(id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(FilesError::io("remove a file")(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Files in their places that were put there before an instant of the machine's clock.
    pub fn placed_before(&self, before: SystemTime) -> Result<Vec<FileId>, FilesError> {
        let mut found = Vec::new();
        for part in fs::read_dir(&self.inner.dir).map_err(FilesError::io("read the folder of files"))? {
            let part = part.map_err(FilesError::io("read the folder of files"))?;
            if part.file_name() == DRAFTS || !part.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            for entry in
                fs::read_dir(part.path()).map_err(FilesError::io("read the folder of files"))?.flatten()
            {
                let id = entry.file_name().to_str().and_then(|name| Id::parse(name).ok());
                let changed = entry.metadata().and_then(|about| about.modified());
                if let (Some(id), Ok(changed)) = (id, changed)
                    && changed < before
                {
                    found.push(FileId(id));
                }
            }
        }
        Ok(found)
    }

    /// The path of a file. The bits are random ones of a minted id, so that no part has much more than its share.
    fn place(&self, id: FileId) -> PathBuf {
        self.part(id).join(id.to_string())
    }

    fn part(&self, id: FileId) -> PathBuf {
        self.inner.dir.join(format!("{:02x}", (id.as_u128() >> 26) & 0xff))
    }
}

/// A file that is removed when nobody wants it any more.
#[derive(Debug)]
struct Removes(PathBuf);

impl Drop for Removes {
    fn drop(&mut self) {
        // In its place meanwhile, or the next start removes it.
        let _ = fs::remove_file(&self.0);
    }
}

/// A file that is being written; dropped, it leaves nothing.
pub struct Draft {
    shelf: Shelf,
    file: File,
    removes: Removes,
    digest: Context,
    bytes: u64,
    max_bytes: u64,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("path", &self.removes.0)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl Draft {
    /// Appends.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if self.bytes > self.max_bytes {
            return Err(FilesError::TooLarge { max_bytes: self.max_bytes });
        }
        self.digest.update(bytes);
        self.file.write_all(bytes).map_err(FilesError::io("write a file"))
    }

    /// It is whole: finds out what it is, and makes it durable.
    pub fn finish(self) -> Result<Whole, FilesError> {
        let Self { shelf, file, removes, digest, bytes, max_bytes: _ } = self;
        let kind = {
            let _one = shelf.inner.decoding.take();
            picture::kind_of(&mut BufReader::new(&file), bytes)
        };
        file.sync_all().map_err(FilesError::io("make a file durable"))?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest.finish().as_ref());
        Ok(Whole { shelf, removes, bytes, sha256, kind })
    }
}

/// A file whose bytes are durable, and which has no place yet; dropped, it leaves nothing.
#[derive(Debug)]
pub struct Whole {
    shelf: Shelf,
    removes: Removes,
    /// How many.
    pub bytes: u64,
    /// Of them.
    pub sha256: [u8; 32],
    /// What they are.
    pub kind: FileKind,
}

impl Whole {
    /// Puts it in its place, durably. What is there already goes: the caller knows that nobody knows of it.
    pub fn place(self, id: FileId) -> Result<(), FilesError> {
        let Self { shelf, removes, .. } = &self;
        let part = shelf.part(id);
        if !part.exists() {
            fs::create_dir_all(&part).map_err(FilesError::io("make a folder of files"))?;
            sync(&shelf.inner.dir)?;
        }
        fs::rename(&removes.0, shelf.place(id)).map_err(FilesError::io("put a file in its place"))?;
        sync(&part)
    }
}

/// Makes the names in a folder durable.
fn sync(dir: &Path) -> Result<(), FilesError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(FilesError::io("make a folder durable"))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;

    use super::*;

    fn count(dir: &Path) -> usize {
        fs::read_dir(dir).unwrap().count()
    }

    #[test]
    fn a_file_is_there_when_it_is_whole_and_placed() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(dir.path(), Decoding::default()).unwrap();
        let id = FileId(Id::mint(1, 0xabcdef));
        let mut draft = shelf.begin(10).unwrap();
        draft.write(b"hello").unwrap();
        draft.write(b" you").unwrap();
        let whole = draft.finish().unwrap();
        assert_eq!((whole.bytes, whole.kind), (9, FileKind::Other));
        assert_eq!(whole.sha256[..4], [0xb2, 0x83, 0x78, 0x8f], "{:02x?}", whole.sha256);
        assert!(shelf.read(id).unwrap().is_none());
        whole.place(id).unwrap();
        let (mut file, len) = shelf.read(id).unwrap().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), len), ("hello you", 9));
        assert_eq!(count(&dir.path().join(DRAFTS)), 0);

        let now = SystemTime::now();
        assert_eq!(shelf.placed_before(now + Duration::from_secs(5)).unwrap(), [id]);
        assert_eq!(shelf.placed_before(now - Duration::from_secs(3_600)).unwrap(), []);
        shelf.remove(id).unwrap();
        shelf.remove(id).unwrap();
        assert!(shelf.read(id).unwrap().is_none());
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(dir.path(), Decoding::default()).unwrap();
        let drafts = dir.path().join(DRAFTS);
        let mut draft = shelf.begin(4).unwrap();
        assert_eq!(count(&drafts), 1);
        assert!(matches!(draft.write(b"hello"), Err(FilesError::TooLarge { max_bytes: 4 })));
        drop(draft);
        assert_eq!(count(&drafts), 0);
        drop(shelf.begin(4).unwrap().finish().unwrap());
        assert_eq!(count(&drafts), 0);
    }

    #[test]
    fn drafts_of_a_killed_process_go_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(dir.path(), Decoding::default()).unwrap();
        std::mem::forget(shelf.begin(4).unwrap());
        assert_eq!(count(&dir.path().join(DRAFTS)), 1);
        let shelf = Shelf::open(dir.path(), Decoding::default()).unwrap();
        assert_eq!(count(&dir.path().join(DRAFTS)), 0);
        assert!(shelf.has_place(1, 0).is_ok());
        assert!(matches!(shelf.has_place(1, u64::MAX / 2), Err(FilesError::DiskFull)));
    }
}
