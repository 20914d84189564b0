//! What a connection speaks, told by its first bytes (decision 0035).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// The mark of a STUN message (RFC 8489 §5), and where it is: in TURN the message is what comes first, in ICE-TCP the length
/// of its frame is before it.
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
/// Bytes that tell.
const HEAD_BYTES: usize = 8;

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// Datagrams in frames (RFC 4571): ICE-TCP.
    Frames,
    /// TURN.
    Turn,
    /// TLS, a request, or what is refused as one.
    Other,
}

/// A stream whose first bytes have been read. They are read again.
#[derive(Debug)]
pub(crate) struct Opened<T> {
    head: [u8; HEAD_BYTES],
    /// Of the head: read from the stream, and read again.
    filled: usize,
    taken: usize,
    io: T,
}

/// Waits for the first bytes; `None` = the stream ended before. Requests and TLS are told by the first byte alone.
pub(crate) async fn open<T: AsyncRead + Unpin>(mut io: T) -> io::Result<Option<(Speaks, Opened<T>)>> {
    let mut head = [0; HEAD_BYTES];
    let mut filled = 0;
    loop {
        let rest = head.get_mut(filled..).unwrap_or_default();
        let read = io.read(rest).await?;
        if read == 0 {
            return Ok(None);
        }
        filled += read;
        // No request, nor a TLS record, begins with a byte like these; a check is shorter than 512 bytes.
        let is_other = !matches!(head.first(), Some(0 | 1));
        if is_other || filled == HEAD_BYTES {
            let speaks = match (is_other, head.ends_with(&MAGIC)) {
                (true, _) => Speaks::Other,
                (false, true) => Speaks::Turn,
                (false, false) => Speaks::Frames,
            };
            return Ok(Some((speaks, Opened { head, filled, taken: 0, io })));
        }
    }
}

impl<T> Opened<T> {
    /// What carries it.
    pub(crate) const fn get_ref(&self) -> &T {
        &self.io
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Opened<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let head = this.head.get(this.taken..this.filled).unwrap_or_default();
        if !head.is_empty() {
            let some = head.get(..buf.remaining()).unwrap_or(head);
            buf.put_slice(some);
            this.taken += some.len();
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Opened<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
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
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }
    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;

    #[tokio::test]
    async fn the_first_bytes_tell_and_are_read_again() {
        let streams = [
            (&b"GET / HTTP/1.1"[..], Speaks::Other),
            (&[22, 3, 1], Speaks::Other),
            (&[0, 100, 0, 1, 0, 80, 0x21, 0x12, 0xa4, 0x42, 9], Speaks::Frames),
            (&[0, 3, 0, 8, 0x21, 0x12, 0xa4, 0x42, 9, 9, 9], Speaks::Turn),
        ];
        for (sent, speaks) in streams {
            for at_once in [1, 3, 64] {
                let (ours, mut theirs) = tokio::io::duplex(at_once);
                let sending = tokio::spawn(async move { theirs.write_all(sent).await });
                let (told, mut opened) = open(ours).await.unwrap().unwrap();
                let mut read = Vec::new();
                opened.read_to_end(&mut read).await.unwrap();
                assert_eq!((told, &read[..]), (speaks, sent));
                sending.await.unwrap().unwrap();
            }
        }
        for too_short in [&[][..], &[0, 100, 0]] {
            let (ours, mut theirs) = tokio::io::duplex(64);
            theirs.write_all(too_short).await.unwrap();
            drop(theirs);
            assert!(open(ours).await.unwrap().is_none());
        }
    }
}
