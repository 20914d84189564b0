//! A stream with two who write to it: its task, and the media thread, which needs no task to be woken for what the stream takes at
//! once, be it a socket or TLS over one.

use std::fmt::{Debug, Formatter, Result as FmtResult};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Handle;

/// What a stream took at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) bytes: usize,
    /// All of it is on its way; else a task has to go on.
    pub(super) is_flushed: bool,
}

/// Writing to a stream, from anywhere.
pub(super) trait Carry: Debug + Send + Sync {
    /// Writes what the stream takes at once, from any thread. A failure is nothing taken: the task that goes on finds it, too.
    fn write_now(&self, bytes: &[u8]) -> Taken;

    /// As [`AsyncWrite::poll_write`], for the task.
    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;

    /// As [`AsyncWrite::poll_flush`], for the task.
    fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// The stream, and the runtime that its timers belong to.
pub(super) struct Carrier<S> {
    io: Mutex<S>,
    runtime: Handle,
}

impl<S> Carrier<S> {
    /// Of a stream of this runtime.
    pub(super) fn new(io: S) -> Arc<Self> {
        Arc::new(Self { io: Mutex::new(io), runtime: Handle::current() })
    }

    fn io(&self) -> MutexGuard<'_, S> {
        self.io.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Debug for Carrier<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> FmtResult {
        f.debug_struct("Carrier").finish_non_exhaustive()
    }
}

impl<S: AsyncWrite + Send + Unpin> Carry for Carrier<S> {
    fn write_now(&self, bytes: &[u8]) -> Taken {
        let nothing = Taken { bytes: 0, is_flushed: false };
        let mut io = match self.io.try_lock() {
            Ok(io) => io,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Its task reads: it is awake, and goes on with this.
            Err(TryLockError::WouldBlock) => return nothing,
        };
        let _inside = self.runtime.enter();
        // Whoever waits for room is the task, which asks by itself when it is told.
        let mut cx = Context::from_waker(Waker::noop());
        let mut taken = nothing;
        while let Some(rest) = bytes.get(taken.bytes..).filter(|rest| !rest.is_empty()) {
            match Pin::new(&mut *io).poll_write(&mut cx, rest) {
                Poll::Ready(Ok(count)) if count > 0 => taken.bytes += count,
                Poll::Ready(_) | Poll::Pending => return taken,
            }
        }
        taken.is_flushed = matches!(Pin::new(&mut *io).poll_flush(&mut cx), Poll::Ready(Ok(())));
        taken
    }

    fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.io()).poll_write(cx, bytes)
    }

    fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.io()).poll_flush(cx)
    }
}

/// Its reading side.
#[derive(Debug)]
pub(super) struct Reading<S>(pub(super) Arc<Carrier<S>>);

impl<S: AsyncRead + Unpin> AsyncRead for Reading<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0.io()).poll_read(cx, buf)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Takes three bytes, and then has a timer run, as a stream does whose reader has so long to read.
    #[derive(Default)]
    struct Stalls(Vec<u8>);

    impl AsyncWrite for Stalls {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
            if !self.0.is_empty() {
                let pause = std::pin::pin!(tokio::time::sleep(Duration::from_secs(30)));
                return pause.poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()));
            }
            let taken: Vec<u8> = buf.iter().take(3).copied().collect();
            self.0.extend(&taken);
            Poll::Ready(Ok(taken.len()))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn a_thread_of_its_own_writes_what_is_taken_at_once() {
        let carrier = Carrier::new(Stalls::default());
        let write = |bytes: &'static [u8]| {
            let carrier = Arc::clone(&carrier);
            std::thread::spawn(move || carrier.write_now(bytes)).join().unwrap()
        };
        assert_eq!(write(b"abcde"), Taken { bytes: 3, is_flushed: false });
        assert_eq!(write(b"de"), Taken { bytes: 0, is_flushed: false });
        assert_eq!(carrier.io().0, b"abc");
        *carrier.io() = Stalls::default();
        assert_eq!(write(b"de"), Taken { bytes: 2, is_flushed: true });
    }

    #[tokio::test]
    async fn nobody_waits_for_a_task_that_reads() {
        let carrier = Carrier::new(Stalls::default());
        let _reads = carrier.io();
        assert_eq!(carrier.write_now(b"abc"), Taken { bytes: 0, is_flushed: false });
    }
}
