//! Where the index lies, and its faults in the words of the store.

use std::path::{Path, PathBuf};

use crate::StoreError;

/// The folder in the data folder.
pub(super) fn folder(dir: &Path) -> PathBuf {
    dir.join("index")
}

/// The index's fault as the store's.
pub(super) fn fault(error: sederunt_index::Error) -> StoreError {
    if let sederunt_index::Error::Io { doing, path, source } = error {
        return StoreError::Io { context: format!("index: cannot {doing} {}", path.display()), source };
    }
    StoreError::Damaged(format!("index: {error}"))
}
