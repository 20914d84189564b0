//! A client's ICE-TCP connection (RFC 6544): it has opened a stream to a passive candidate of ours.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use sederunt_sfu::Via;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::timeout;

use super::carrier::{Carrier, Reading};
use super::frame::{self, Framed};
use super::outbox::Outbox;
use super::table::{Place, Streams};

/// From the connection to the end of its first frame: a client of ours has it ready.
const FIRST_FRAME_MAX: Duration = Duration::from_secs(2);
/// A client checks its path every few seconds; one that is silent for longer has left it.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Room for one read.
pub(super) const READ_BYTES: usize = 16 * 1024;

/// Why a stream was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StreamRefused {
    /// The first frame took too long, or the stream ended before.
    #[error("no whole frame came")]
    NoFrame,
    /// The first frame is not the check of a client of ours.
    #[error("its first frame is no check of a client of ours")]
    Stranger,
}

/// Why a stream that was taken has ended.
#[derive(Debug, thiserror::Error)]
pub enum StreamEnd {
    /// The client closed it.
    #[error("the client closed it")]
    Closed,
    /// Nothing came for too long.
    #[error("nothing came for too long")]
    Silent,
    /// It carries something else than frames.
    #[error("a frame is too long")]
    NoFrames,
    /// The media thread has stopped.
    #[error("media has stopped")]
    Stopped,
    /// The connection failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A stream whose client has shown that it is one of ours.
#[derive(Debug)]
pub struct Greeted<S> {
    io: S,
    first: Bytes,
    read: BytesMut,
    streams: Arc<Streams>,
    /// Which worker has its transport.
    worker: usize,
}

/// Reads the first frame and looks at it.
pub(in crate::media) async fn greet<S: AsyncRead + Unpin>(
    streams: Arc<Streams>,
    mut io: S,
) -> Result<Greeted<S>, StreamRefused> {
    let mut read = BytesMut::with_capacity(READ_BYTES);
    let first = timeout(FIRST_FRAME_MAX, first_frame(&mut io, &mut read)).await.ok().flatten();
    let greeted = match first {
        None => Err(StreamRefused::NoFrame),
        Some(first) => match streams.worker_of(&first) {
            Some(worker) => Ok((first, worker)),
            None => Err(StreamRefused::Stranger),
        },
    };
    match greeted {
        Ok((first, worker)) => Ok(Greeted { io, first, read, streams, worker }),
        Err(refused) => {
            streams.refuse();
            Err(refused)
        }
    }
}

async fn first_frame(io: &mut (impl AsyncRead + Unpin), read: &mut BytesMut) -> Option<Bytes> {
    loop {
        if let Some(frame) = frame::take(read).ok()? {
            return Some(frame);
        }
        if io.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Greeted<S> {
    /// Carries datagrams both ways until the stream ends. `client` is the address of its other end.
    pub async fn carry(self, client: SocketAddr) -> StreamEnd {
        let Self { io, first, read, streams, worker } = self;
        let client = SocketAddr::new(client.ip().to_canonical(), client.port());
        let stream = Carrier::new(io);
        let outbox = Arc::new(Outbox::new(Arc::<Carrier<S>>::clone(&stream), Framed));
        let place = streams.enter(Via::Tcp, client, outbox);
        tokio::select! {
            Err(end) = receive(Reading(stream), &place, worker, first, read) => end,
            error = place.outbox.carry(|late| streams.lose(late)) => error.into(),
        }
    }
}

async fn receive(
    mut from: impl AsyncRead + Unpin,
    place: &Place,
    worker: usize,
    first: Bytes,
    mut read: BytesMut,
) -> Result<std::convert::Infallible, StreamEnd> {
    let mut datagrams = vec![(None, first)];
    loop {
        while let Some(datagram) = frame::take(&mut read).map_err(|frame::TooLong| StreamEnd::NoFrames)? {
            datagrams.push((None, datagram));
        }
        if !datagrams.is_empty() && !place.arrive(worker, std::mem::take(&mut datagrams)).await {
            return Err(StreamEnd::Stopped);
        }
        read.reserve(READ_BYTES);
        match timeout(SILENCE_MAX, from.read_buf(&mut read)).await {
            Ok(Ok(0)) => return Err(StreamEnd::Closed),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => return Err(StreamEnd::Silent),
        }
    }
}
