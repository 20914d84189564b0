//! The folder of one app: opening what its manifest lists, and replacing the manifest.

use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};
use crate::format::dict::{Dict, Part};
use crate::format::manifest::{Listed, MANIFEST, MANIFEST_TMP, Manifest, Owner, part_name, segment_name};
use crate::format::segment::Segment;
use crate::limits::MANIFEST_BYTES_MAX;
use crate::shelf::fs::{Fs, Keep, Out};
use crate::shelf::sealed::Sealed;

/// One app's folder.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) dir: PathBuf,
    pub(crate) owner: Owner,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Folder {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The manifest; `None` when nothing was ever published.
    pub(crate) fn manifest(&self) -> Result<Option<Manifest>> {
        let path = self.path(MANIFEST);
        match self.fs.read(&path, MANIFEST_BYTES_MAX) {
            Ok(bytes) => Manifest::from_bytes(&bytes, self.owner).map(Some),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) if e.kind() == ErrorKind::FileTooLarge => Err(Error::damaged(MANIFEST, "too large")),
            Err(e) => Err(Error::io("read", &path)(e)),
        }
    }

    /// Opens everything that a manifest lists, and checks that it fits together.
    pub(crate) fn open(&self, manifest: &Manifest) -> Result<Sealed> {
        let mut parts = Vec::new();
        let mut base = 0;
        for listed in &manifest.parts {
            let part = self.open_part(*listed)?;
            if part.base() != base {
                return Err(part.file().bad("gap in the codes"));
            }
            base += part.len();
            parts.push(Arc::new(part));
        }
        let mut segments = Vec::new();
        for listed in &manifest.segments {
            let segment = self.open_segment(*listed)?;
            if segment.codes_end() > u64::from(base) {
                return Err(segment.file().bad("codes that the dictionary lacks"));
            }
            segments.push(Arc::new(segment));
        }
        let sealed = Sealed::of(manifest).with(segments, Dict::new(parts));
        if sealed.rows != manifest.rows || sealed.is_suspect() {
            return Err(Error::damaged(MANIFEST, "number of rows"));
        }
        Ok(sealed)
    }

    pub(crate) fn open_part(&self, listed: Listed) -> Result<Part> {
        let name = part_name(listed.number);
        let part = Part::open(self.map(&name)?, listed.number)?;
        if part.listed() == listed { Ok(part) } else { Err(part.file().bad("not the file of the manifest")) }
    }

    pub(crate) fn open_segment(&self, listed: Listed) -> Result<Segment> {
        let name = segment_name(listed.number);
        let segment = Segment::open(self.map(&name)?, listed.number)?;
        if segment.listed() == listed {
            Ok(segment)
        } else {
            Err(segment.file().bad("not the file of the manifest"))
        }
    }

    pub(crate) fn map(&self, name: &str) -> Result<crate::format::map::Bytes> {
        let path = self.path(name);
        match self.fs.map(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Err(Error::damaged(name, "missing")),
            Err(e) if e.kind() == ErrorKind::InvalidInput => Err(Error::damaged(name, "empty")),
            mapped => mapped.map_err(Error::io("map", &path)),
        }
    }

    /// Compares all bytes of the files of a state with their checksums.
    pub(crate) fn check(&self, parts: &[Arc<Part>], segments: &[Arc<Segment>]) -> Result<()> {
        let files = parts.iter().map(|part| part.file()).chain(segments.iter().map(|segment| segment.file()));
        for file in files {
            let path = self.path(file.name());
            let mut content = self.fs.open(&path).map_err(Error::io("open", &path))?;
            file.check_all(&mut *content)?;
        }
        Ok(())
    }

    /// Creates a file. One of the name is what a failed attempt has left.
    pub(crate) fn create(&self, name: &str, keep: Keep) -> Result<NewFile> {
        let path = self.path(name);
        let out = match self.fs.create(&path, keep) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                self.fs.remove_file(&path).and_then(|()| self.fs.create(&path, keep))
            }
            done => done,
        };
        let out = out.map_err(Error::io("create", &path))?;
        Ok(NewFile { out, stop: Arc::clone(&self.stop) })
    }

    /// Whether whoever is writing should give up.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Makes a manifest the state of the app. All files that it lists must be durable in content.
    pub(crate) fn publish(&self, manifest: &Manifest) -> Result<(), PublishError> {
        let prepare = || {
            let mut file = self.create(MANIFEST_TMP, Keep::Durable)?;
            file.write_all(&manifest.to_bytes())
                .and_then(|()| file.sync())
                .map_err(Error::io("write", &self.path(MANIFEST_TMP)))?;
            // The files must have names before the manifest has: no order is promised between names.
            self.fs.sync_dir(&self.dir).map_err(Error::io("sync", &self.dir))
        };
        prepare().map_err(PublishError::Before)?;
        let path = self.path(MANIFEST);
        self.fs
            .rename(&self.path(MANIFEST_TMP), &path)
            .map_err(Error::io("rename to", &path))
            .and_then(|()| self.fs.sync_dir(&self.dir).map_err(Error::io("sync", &self.dir)))
            .map_err(PublishError::Within)
    }

    /// Removes what the manifest does not list; without a manifest, all.
    pub(crate) fn sweep(&self) -> Result<()> {
        let listed: Vec<String> = match self.manifest() {
            Ok(Some(manifest)) => manifest.names().chain([MANIFEST.to_owned()]).collect(),
            Ok(None) => return self.remove(),
            // Left as it is, to be set aside.
            Err(e) if e.is_damage() => return Ok(()),
            Err(e) => return Err(e),
        };
        for name in self.fs.list(&self.dir).map_err(Error::io("list", &self.dir))? {
            if !listed.contains(&name) {
                let path = self.path(&name);
                self.fs.remove_file(&path).map_err(Error::io("remove", &path))?;
            }
        }
        Ok(())
    }

    /// Removes the folder. The manifest goes first and for good: files without one are nobody's.
    pub(crate) fn remove(&self) -> Result<()> {
        let path = self.path(MANIFEST);
        match self.fs.remove_file(&path) {
            Ok(()) => self.fs.sync_dir(&self.dir).map_err(Error::io("sync", &self.dir))?,
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(Error::io("remove", &path)(e)),
        }
        match self.fs.remove_dir(&self.dir) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", &self.dir)(e)),
            _ => Ok(()),
        }
    }
}

/// Where publishing failed.
#[derive(Debug)]
pub(crate) enum PublishError {
    /// The old state stands.
    Before(Error),
    /// Either state may be there after a crash: nothing may be removed.
    Within(Error),
}

/// A file being written, until it is told to stop.
pub(crate) struct NewFile {
    out: Box<dyn Out>,
    stop: Arc<AtomicBool>,
}

impl NewFile {
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        self.out.sync()
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Acquire) {
            return Err(io::Error::other("stopped"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
