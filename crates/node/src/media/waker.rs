//! Wakes the media thread out of its wait for the socket.

use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::{AsRawFd as _, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};

/// One end of a pipe, for whoever has something for the thread.
#[derive(Debug)]
pub(super) struct Waker {
    pipe: UnixStream,
    /// A byte is in the pipe, or about to be: another one would tell nothing more.
    is_set: AtomicBool,
}

/// The thread's end.
#[derive(Debug)]
pub(super) struct Woken(UnixStream);

impl Waker {
    /// Both ends.
    pub(super) fn pair() -> io::Result<(Self, Woken)> {
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        Ok((Self { pipe: wake, is_set: AtomicBool::new(false) }, Woken(woken)))
    }

    /// Lets the thread look at its queues. What was put there before is seen.
    pub(super) fn wake(&self) {
        if !self.is_set.swap(true, Ordering::AcqRel) {
            // A full pipe has bytes enough to wake the thread.
            let _ = (&self.pipe).write(&[1]);
        }
    }

    /// Ends the thread: its end reads an end of file, also when its queues are full.
    pub(super) fn close(&self) {
        let _ = self.pipe.shutdown(Shutdown::Both);
    }
}

impl Woken {
    /// What becomes readable when somebody wakes the thread.
    pub(super) fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Empties the pipe, before the queues are looked at; false when it was closed.
    pub(super) fn clear(&mut self, waker: &Waker) -> bool {
        let mut bytes = [0; 64];
        let is_open = match self.0.read(&mut bytes) {
            Ok(0) => false,
            Ok(_) => true,
            Err(error) => matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted),
        };
        // A swap, so that what was put there by whoever set it is seen now.
        waker.is_set.swap(false, Ordering::AcqRel);
        is_open
    }
}
