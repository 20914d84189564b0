//! What passes over a connection: the connection itself, and how far a request has come.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::client::conn::http1::SendRequest;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// A connection, with nothing in flight. It is closed when it is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) sender: SendRequest<Outgoing>,
    pub(super) progress: Progress,
    pub(super) made_at: Instant,
    pub(super) driver: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// How far a request has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// The body was handed to the connection.
    is_taken: AtomicBool,
    /// And everything was handed to the kernel after that.
    is_written: AtomicBool,
    /// A byte came back.
    has_heard: AtomicBool,
    written: Notify,
}

impl Progress {
    pub(super) fn begin(&self) {
        for flag in [&self.0.is_taken, &self.0.is_written, &self.0.has_heard] {
            flag.store(false, Ordering::Release);
        }
    }

    pub(super) fn has_heard(&self) -> bool {
        self.0.has_heard.load(Ordering::Acquire)
    }

    fn flushed(&self) {
        if self.0.is_taken.load(Ordering::Acquire) && !self.0.is_written.swap(true, Ordering::AcqRel) {
            self.0.written.notify_one();
        }
    }

    pub(super) async fn written(&self) {
        while !self.0.is_written.load(Ordering::Acquire) {
            self.0.written.notified().await;
        }
    }
}

/// A body in one piece, which says when it was taken.
#[derive(Debug)]
pub(super) struct Outgoing {
    body: Option<Bytes>,
    progress: Progress,
}

impl Outgoing {
    pub(super) fn new(body: Bytes, progress: &Progress) -> Self {
        Self { body: Some(body), progress: progress.clone() }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.body.take();
        self.progress.0.is_taken.store(true, Ordering::Release);
        Poll::Ready(body.map(|body| Ok(Frame::data(body))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.as_ref().map_or(0, |body| body.len() as u64))
    }
}

/// A stream that notes what passes.
pub(super) struct Watched<S> {
    pub(super) inner: S,
    pub(super) progress: Progress,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.progress.0.has_heard.store(true, Ordering::Release);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.progress.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
