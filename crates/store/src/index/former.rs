//! The folder that the index had in earlier versions, `archive/`. Nothing of it is read: the index is built anew beside
//! it, and its space is given back at once, because both may be large.

use std::path::Path;
use std::{fs, io};

/// Removes what the index had put into its former folder, and the folder if nothing else is in it. A removal that is cut
/// off goes on at the next start.
pub(super) fn give_back(dir: &Path) {
    let former = dir.join("archive");
    match remove(&former) {
        Ok(false) => {}
        Ok(true) => tracing::info!(
            folder = %former.display(),
            "the index of an earlier version is removed; large apps' lists are answered from the ledger until theirs is built"
        ),
        Err(error) => tracing::warn!(
            folder = %former.display(), %error,
            "the index of an earlier version cannot be removed; nothing needs it, and it may be deleted"
        ),
    }
}

/// `false` when there is none.
fn remove(former: &Path) -> io::Result<bool> {
    let entries = match fs::read_dir(former) {
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name == "set-aside" || name.parse::<i64>().is_ok());
        if is_ours && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    match fs::remove_dir(former) {
        // Somebody has put something of his own there.
        Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(true),
        removed => removed.map(|()| true),
    }
}
