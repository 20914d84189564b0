//! A byte stream with what is under way on it in both directions: written and read whenever it is waited for.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};

/// What waits for a stream that takes nothing; more is lost, as it would be on its way.
const UNSENT_MAX_BYTES: usize = 256 << 10;
/// Bytes read at a time.
const READ_BYTES: usize = 16 << 10;

/// A connection, with TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// One that is open.
pub(crate) struct Wire {
    stream: Box<dyn Stream>,
    /// What was read and is not looked at yet.
    pub(crate) read: BytesMut,
    unsent: BytesMut,
    /// TLS keeps what was written until it is flushed.
    is_flushed: bool,
    /// There may be something whole in `read`.
    is_fresh: bool,
}

impl Wire {
    pub(crate) fn new(stream: Box<dyn Stream>) -> Self {
        let (read, unsent) = (BytesMut::new(), BytesMut::new());
        Self { stream, read, unsent, is_flushed: true, is_fresh: false }
    }

    /// Until something can be looked at. What waits is written meanwhile, from the beginning of this wait on: what one turn
    /// has to send is one write.
    pub(crate) async fn ready(&mut self) -> io::Result<()> {
        if !self.is_fresh {
            poll_fn(|cx| self.poll(cx)).await?;
            self.is_fresh = true;
        }
        Ok(())
    }

    /// Everything whole has been taken: the next wait is for more.
    pub(crate) fn is_empty_now(&mut self) {
        self.is_fresh = false;
    }

    /// Room for what is to be written; `None` = too much waits.
    pub(crate) fn room(&mut self) -> Option<&mut BytesMut> {
        (self.unsent.len() <= UNSENT_MAX_BYTES).then_some(&mut self.unsent)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_write(cx)?;
        self.read.reserve(READ_BYTES);
        match pin!(self.stream.read_buf(&mut self.read)).poll(cx)? {
            Poll::Ready(0) => Poll::Ready(Err(ErrorKind::UnexpectedEof.into())),
            Poll::Ready(_) => Poll::Ready(Ok(())),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Writes what the stream takes now; it wakes us when it takes more.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, &self.unsent)? {
                Poll::Ready(0) => return Err(ErrorKind::WriteZero.into()),
                Poll::Ready(written) => {
                    self.unsent.advance(written);
                    self.is_flushed = false;
                }
                Poll::Pending => return Ok(()),
            }
        }
        if !self.is_flushed {
            self.is_flushed = Pin::new(&mut self.stream).poll_flush(cx)?.is_ready();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn what_waits_is_written_while_something_is_waited_for() {
        // A stream that takes little at a time.
        let (ours, mut theirs) = tokio::io::duplex(64);
        let mut wire = Wire::new(Box::new(ours));
        wire.room().unwrap().extend_from_slice(&[7; 1_000]);
        let other = async {
            let mut got = vec![0; 1_000];
            theirs.read_exact(&mut got).await.unwrap();
            theirs.write_all(b"answer").await.unwrap();
            got
        };
        let (ready, got) = tokio::join!(wire.ready(), other);
        ready.unwrap();
        assert_eq!((&wire.read[..], got), (&b"answer"[..], vec![7; 1_000]));
        // As long as not everything is looked at, there is nothing to wait for.
        wire.ready().await.unwrap();
        wire.is_empty_now();
        drop(theirs);
        assert_eq!(wire.ready().await.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn what_nobody_takes_is_bounded() {
        let (ours, _theirs) = tokio::io::duplex(64);
        let mut wire = Wire::new(Box::new(ours));
        let mut taken = 0;
        while let Some(room) = wire.room() {
            room.extend_from_slice(&[0; 1_000]);
            taken += 1_000;
        }
        assert!((UNSENT_MAX_BYTES..UNSENT_MAX_BYTES + 2_000).contains(&taken), "{taken}");
    }
}
