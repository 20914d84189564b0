//! The socket file: made by whoever holds the folder's lock, for its user alone.

use std::fs::{File, Permissions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Name of the socket in the data folder.
const FILE: &str = "control.sock";
/// Its name until its mode is set.
const DRAFT: &str = "control.sock.draft";
/// Longest path that a socket address holds (`sun_path` has 108 bytes, the last is 0).
const PATH_MAX_BYTES: usize = 107;

/// The bound socket. Its file is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(super) socket: UnixListener,
    path: PathBuf,
}

impl Listener {
    /// Binds the socket in the data folder `dir`, whose lock the caller holds: what lies there is of a dead process.
    /// From then on commands wait in the kernel's queue until somebody accepts.
    pub(crate) fn bind(dir: &Path) -> io::Result<Self> {
        let (path, draft) = (dir.join(FILE), dir.join(DRAFT));
        remove(&draft)?;
        let socket = reach(dir, DRAFT, |path| UnixListener::bind(path))?;
        // The name that commands use never has another mode than this one.
        std::fs::set_permissions(&draft, Permissions::from_mode(0o600))?;
        std::fs::rename(&draft, &path)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, path })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "the control socket stays behind");
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Connects to whoever has bound the socket in the data folder `dir`.
pub(crate) fn connect(dir: &Path) -> io::Result<UnixStream> {
    reach(dir, FILE, |path| UnixStream::connect(path))
}

/// Calls `f` with a path to the file `name` in `dir` that fits into a socket address: a long one goes through the open
/// folder's entry in `/proc`.
fn reach<T>(dir: &Path, name: &str, f: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = dir.join(name);
    if path.as_os_str().len() <= PATH_MAX_BYTES {
        return f(&path);
    }
    let open = File::open(dir)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd())).join(name);
    f(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_its_users_alone_and_goes_with_its_listener() {
        let dir = tempfile::tempdir().unwrap();
        // As a killed process leaves it.
        std::fs::write(dir.path().join(FILE), "").unwrap();
        let listener = Listener::bind(dir.path()).unwrap();
        let mode = std::fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        connect(dir.path()).unwrap();
        drop(listener);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(connect(dir.path()).is_err());
    }

    #[test]
    fn a_folder_may_lie_deep() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("d".repeat(120)).join("e".repeat(200));
        std::fs::create_dir_all(&deep).unwrap();
        let listener = Listener::bind(&deep).unwrap();
        connect(&deep).unwrap();
        drop(listener);
        assert_eq!(std::fs::read_dir(&deep).unwrap().count(), 0);
    }
}
