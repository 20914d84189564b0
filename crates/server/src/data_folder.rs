//! The data folder, held by one process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Folder in a data folder while a backup is restored into it.
pub(crate) const RESTORING: &str = "restore.draft";
/// How the names of files end that are not whole yet.
const DRAFT: &str = ".draft";

/// A data folder that this process alone may write; freed when dropped, also by a crash.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// What came of taking a folder.
#[derive(Debug)]
pub enum Taken {
    /// It is ours.
    Ours(DataFolder),
    /// Another process holds it.
    Held(Holder),
}

/// The process that holds a folder, in its own words; empty = unknown.
#[derive(Debug)]
pub struct Holder(String);

impl Holder {
    /// Says who holds the folder.
    pub fn words(&self, path: &Path) -> String {
        let holder = if self.0.is_empty() { "unknown" } else { &self.0 };
        format!("the data folder {} is in use by another sederunt process ({holder})", path.display())
    }
}

impl DataFolder {
    /// Makes the folder if it is missing (mode 0700) and takes its lock, if nobody has it.
    pub fn take(path: &Path) -> anyhow::Result<Taken> {
        let taken = Self::lock(path)?;
        if let Taken::Ours(folder) = &taken {
            if path.join(RESTORING).exists() {
                bail!(
                    "a restore into the data folder {} did not come to its end: run it again, or empty the folder",
                    path.display()
                );
            }
            folder.sweep();
        }
        Ok(taken)
    }

    /// [`Self::hold`] for a restore, which may begin again what another one has left.
    pub(crate) fn hold_for_restore(path: &Path) -> anyhow::Result<Self> {
        Self::ours(path, Self::lock(path)?)
    }

    /// Removes what a killed process was writing.
    fn sweep(&self) {
        for entry in std::fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(DRAFT)
                && let Err(error) = std::fs::remove_file(entry.path())
            {
                tracing::warn!(%error, name, "a draft stays behind");
            }
        }
    }

    fn lock(path: &Path) -> anyhow::Result<Taken> {
        make_private_folder(path)
            .with_context(|| format!("cannot make the data folder {}", path.display()))?;
        let lock_path = path.join("lock");
        let mut lock = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&lock_path)
            .with_context(|| format!("cannot open {}", lock_path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only for the message: an unreadable holder is no reason to fail differently.
                let _ = lock.read_to_string(&mut holder);
                return Ok(Taken::Held(Holder(holder.trim().to_owned())));
            }
            Err(TryLockError::Error(e)) => {
                return Err(e).with_context(|| format!("cannot lock {}", lock_path.display()));
            }
        }
        lock.set_len(0)?;
        write!(lock, "pid {}", std::process::id())?;
        Ok(Taken::Ours(Self { path: path.to_owned(), _lock: lock }))
    }

    /// [`Self::take`] for whoever can do nothing without it.
    pub fn hold(path: &Path) -> anyhow::Result<Self> {
        Self::ours(path, Self::take(path)?)
    }

    fn ours(path: &Path, taken: Taken) -> anyhow::Result<Self> {
        match taken {
            Taken::Ours(folder) => Ok(folder),
            Taken::Held(holder) => {
                bail!("{}; stop it first, or choose another folder with --data", holder.words(path))
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file that only this user may read, all of it or nothing, durably.
    pub fn write_private(&self, name: &str, contents: &[u8]) -> anyhow::Result<PathBuf> {
        let path = self.path.join(name);
        let draft = self.path.join(format!("{name}.draft"));
        let write = || -> std::io::Result<()> {
            let mut file = private_file(&draft)?;
            file.write_all(contents)?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)?;
            // The rename is durable once its folder is.
            File::open(path.parent().unwrap_or(&self.path))?.sync_all()
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}

/// Makes a folder that only this user may enter; an existing one keeps its mode.
pub(crate) fn make_private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // A draft left by a crash may have another mode.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_holder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data");
        let first = DataFolder::hold(&path).unwrap();
        let refusal = DataFolder::hold(&path).unwrap_err().to_string();
        assert!(refusal.contains("in use by another sederunt process"), "{refusal}");
        assert!(refusal.contains(&format!("pid {}", std::process::id())), "{refusal}");
        drop(first);
        DataFolder::hold(&path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn private_files_are_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::hold(&dir.path().join("data")).unwrap();
        let path = folder.write_private("secret", b"x").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }
}
