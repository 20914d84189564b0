//! The byte stream of a connection: what it holds while it is open, and an end to writing to somebody who does not read.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A client that takes not one byte for this long does not read: a phone that changes its network needs seconds.
const STALL_MAX: Duration = Duration::from_secs(30);

/// A stream that has something for as long as it is open, also after an upgrade to a web socket.
pub(crate) struct Held<T, H> {
    io: T,
    /// Set while a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Counts those that waited for too long.
    counter: Arc<AtomicU64>,
    _holds: H,
}

impl<T, H> Held<T, H> {
    /// The stream with what it holds.
    pub(crate) fn new(io: T, counter: Arc<AtomicU64>, holds: H) -> Self {
        Self { io, stalled: None, counter, _holds: holds }
    }

    /// What carries it.
    pub(crate) const fn get_ref(&self) -> &T {
        &self.io
    }

    /// The outcome of a write, with an end to waiting.
    fn bounded<R>(
        stalled: &mut Option<Pin<Box<Sleep>>>,
        counter: &AtomicU64,
        cx: &mut Context<'_>,
        written: Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>> {
        if written.is_ready() {
            *stalled = None;
            return written;
        }
        let pause = stalled.get_or_insert_with(|| Box::pin(sleep(STALL_MAX)));
        if pause.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        counter.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nobody reads at the other end")))
    }
}

impl<T: AsyncRead + Unpin, H: Unpin> AsyncRead for Held<T, H> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin, H: Unpin> AsyncWrite for Held<T, H> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let written = Pin::new(&mut this.io).poll_write(cx, buf);
        Self::bounded(&mut this.stalled, &this.counter, cx, written)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let written = Pin::new(&mut this.io).poll_write_vectored(cx, bufs);
        Self::bounded(&mut this.stalled, &this.counter, cx, written)
    }
    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_nothing_is_cut_and_counted_and_a_slow_one_is_not() {
        let counter = Arc::new(AtomicU64::new(0));
        let (ours, mut theirs) = duplex(64);
        let mut held = Held::new(ours, Arc::clone(&counter), ());
        let slow = tokio::spawn(async move {
            let mut taken = [0; 8];
            for _ in 0..50 {
                tokio::time::sleep(STALL_MAX * 9 / 10).await;
                theirs.read_exact(&mut taken).await.unwrap();
            }
            theirs
        });
        held.write_all(&[0; 464]).await.unwrap();
        let theirs = slow.await.unwrap();
        assert_eq!(counter.load(Ordering::Relaxed), 0);

        let start = Instant::now();
        let error = held.write_all(&[0; 464]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!((STALL_MAX..STALL_MAX * 2).contains(&start.elapsed()));
        assert_eq!(counter.load(Ordering::Relaxed), 1);
        drop(theirs);
    }
}
