//! What the index asks of a file system, small enough that a test can stop, fail or tear any of it.

use std::fmt::Debug;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use crate::format::map::Bytes;
use crate::limits::FLUSH_EVERY;

/// Files and folders. Names are durable only after [`Fs::sync_dir`], contents only after [`Out::sync`].
pub trait Fs: Debug + Send + Sync {
    /// Creates a folder that only the owner may enter; one that exists is fine. Its parent must exist.
    ///
    /// # Errors
    /// Those of the operating system, as everywhere here.
    fn create_dir(&self, path: &Path) -> io::Result<()>;

    /// Creates a file that only the owner may read; one that exists is an error, never overwritten: it could be
    /// mapped.
    ///
    /// # Errors
    /// `AlreadyExists`, and those of the operating system.
    fn create(&self, path: &Path, keep: Keep) -> io::Result<Box<dyn Out>>;

    /// The whole content of a file, if it has at most `max` bytes.
    ///
    /// # Errors
    /// `FileTooLarge`, and those of the operating system.
    fn read(&self, path: &Path, max: u64) -> io::Result<Vec<u8>>;

    /// Opens a file to be read front to back.
    ///
    /// # Errors
    /// Those of the operating system.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>>;

    /// Maps a file.
    ///
    /// # Errors
    /// Those of the operating system; an empty file cannot be mapped.
    fn map(&self, path: &Path) -> io::Result<Bytes>;

    /// Renames a file or folder. A file at the target is replaced.
    ///
    /// # Errors
    /// Those of the operating system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file. Whoever has it mapped keeps it.
    ///
    /// # Errors
    /// Those of the operating system.
    fn remove_file(&self, path: &Path) -> io::Result<()>;

    /// Removes a folder and what is in it.
    ///
    /// # Errors
    /// Those of the operating system.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// Those of the operating system.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;

    /// The names in a folder.
    ///
    /// # Errors
    /// Those of the operating system.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
}

/// A file being written.
pub trait Out: Write + Send {
    /// Makes the content durable.
    ///
    /// # Errors
    /// Those of the operating system.
    fn sync(&mut self) -> io::Result<()>;
}

/// What a new file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// To stay.
    Durable,
    /// To be removed soon: it need never reach the disk.
    Scratch,
}

/// The file system of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealFs;

struct RealOut {
    file: File,
    keep: Keep,
    unflushed: u64,
}

impl Write for RealOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.keep == Keep::Durable && self.unflushed >= FLUSH_EVERY {
            self.sync()?;
        }
        let n = self.file.write(bytes)?;
        self.unflushed += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Out for RealOut {
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.unflushed = 0;
        Ok(())
    }
}

impl Fs for RealFs {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            done => done,
        }
    }

    fn create(&self, path: &Path, keep: Keep) -> io::Result<Box<dyn Out>> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        Ok(Box::new(RealOut { file, keep, unflushed: 0 }))
    }

    fn read(&self, path: &Path, max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(max + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(File::open(path)?))
    }

    fn map(&self, path: &Path) -> io::Result<Bytes> {
        Bytes::map(&File::open(path)?)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir_all(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        // Names that are no text are none of ours.
        fs::read_dir(path)?.filter_map(|e| e.map(|e| e.file_name().into_string().ok()).transpose()).collect()
    }
}
