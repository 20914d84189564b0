//! What can go wrong in the store.

use crate::{DiskTrouble, Thing};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique rule was broken; `0` names what exists already.
    #[error("{0} exists already")]
    Exists(Thing),
    /// The thing to change is not there.
    #[error("{0} not found")]
    NotFound(Thing),
    /// There would be more than is kept.
    #[error("limit reached: {what} (at most {max})")]
    Limit {
        /// Of what.
        what: &'static str,
        /// The bound.
        max: usize,
    },
    /// The data on disk is not as written by this program.
    #[error("damaged data: {0}")]
    Damaged(String),
    /// More than the writer may hold back; the caller should slow down.
    #[error("the disk is behind: {0} writes are waiting")]
    Busy(usize),
    /// The disk takes no writes now; what was asked was not tried.
    #[error(transparent)]
    Unwritable(DiskTrouble),
    /// SQLite failed.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A file failed.
    #[error("{context}: {source}")]
    Io {
        /// What was being done.
        context: String,
        /// The fault.
        source: std::io::Error,
    },
    /// The writer is gone (shut down, or it hit a fatal error that was logged).
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// The disk is at fault, not what was to be written: the same write may succeed later.
    pub fn is_disk(&self) -> bool {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, FileLockingProtocolFailed, ReadOnly,
            SystemIoFailure,
        };
        match self {
            Self::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    DiskFull
                        | SystemIoFailure
                        | DatabaseBusy
                        | DatabaseLocked
                        | CannotOpen
                        | ReadOnly
                        | FileLockingProtocolFailed
                )
            ),
            Self::Io { .. } | Self::Unwritable(_) => true,
            Self::Exists(_)
            | Self::NotFound(_)
            | Self::Limit { .. }
            | Self::Damaged(_)
            | Self::Busy(_)
            | Self::Closed => false,
        }
    }

    /// The same failure for one more caller: those of a group share its fate.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Exists(what) => Self::Exists(*what),
            Self::NotFound(what) => Self::NotFound(*what),
            Self::Limit { what, max } => Self::Limit { what, max: *max },
            Self::Damaged(text) => Self::Damaged(text.clone()),
            Self::Busy(n) => Self::Busy(*n),
            Self::Unwritable(trouble) => Self::Unwritable(*trouble),
            Self::Sqlite(rusqlite::Error::SqliteFailure(code, text)) => {
                Self::Sqlite(rusqlite::Error::SqliteFailure(*code, text.clone()))
            }
            Self::Sqlite(other) => Self::Damaged(other.to_string()),
            Self::Io { context, source } => Self::Io {
                context: context.clone(),
                source: std::io::Error::new(source.kind(), source.to_string()),
            },
            Self::Closed => Self::Closed,
        }
    }
}
