//! What can go wrong.

use std::io;
use std::path::{Path, PathBuf};

/// Why an index could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
    /// A file is not what was written.
    #[error("{file} is damaged: {why}")]
    Damaged {
        /// Name of the file.
        file: String,
        /// What does not fit.
        why: String,
    },
    /// A file of another version of the format: it is built anew, never guessed at.
    #[error("{file} has format version {found}")]
    Version {
        /// Name of the file.
        file: String,
        /// Its version.
        found: u32,
    },
    /// Files of another ledger or app.
    #[error("{file} belongs to another {what}")]
    Foreign {
        /// Name of the file.
        file: String,
        /// `ledger` or `app`.
        what: &'static str,
    },
    /// The state to build upon is not the latest one.
    #[error("app {app} is at generation {latest}, not {given}")]
    Stale {
        /// App number.
        app: i64,
        /// Generation on disk.
        latest: u64,
        /// Generation of the state given.
        given: u64,
    },
    /// The caller's rows cannot be sealed: one is LIVE, or they are out of order.
    #[error("session {id:032x} cannot be sealed: {why}")]
    Rows {
        /// The session.
        id: u128,
        /// Why not.
        why: &'static str,
    },
    /// The format has no room for more.
    #[error("too many {0} for the index")]
    Full(&'static str),
    /// It was told to stop; nothing has changed.
    #[error("stopped")]
    Stopped,
    /// Whoever gave the rows failed.
    #[error(transparent)]
    Source(Box<dyn std::error::Error + Send + Sync>),
}

/// Of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the files are at fault, and not the machine or the caller: they should be set aside and built anew.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Version { .. } | Self::Foreign { .. })
    }

    pub(crate) fn damaged(file: &str, why: impl Into<String>) -> Self {
        Self::Damaged { file: file.to_owned(), why: why.into() }
    }

    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}
