//! Writing to a stream from the media thread: a frame that the socket takes at once needs no task to be woken for it.

use std::io::{self, Write as _};
use std::os::fd::AsFd;

use socket2::{SockRef, Socket};

/// A second name of a stream's socket, which does not block.
#[derive(Debug)]
pub struct Direct(Socket);

impl Direct {
    /// The socket of a stream of the async runtime, whose bytes go over the wire as they are.
    ///
    /// # Errors
    /// When no descriptor is left. A stream does without.
    pub fn of(stream: &impl AsFd) -> io::Result<Self> {
        SockRef::from(stream).try_clone().map(Self)
    }

    /// How many bytes the socket takes at once. A failure is none: the task that goes on finds it, too.
    pub(super) fn write(&self, bytes: &[u8]) -> usize {
        (&self.0).write(bytes).unwrap_or(0)
    }
}
