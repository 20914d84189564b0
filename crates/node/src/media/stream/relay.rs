//! A client that comes through TURN over a stream (RFC 8656). Its lent address exists in this process alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use sederunt_relay::limit::LIFETIME_MAX;
use sederunt_relay::{Client, Out};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::time::timeout;

use super::carrier::{Carrier, Reading};
use super::frame::Put;
use super::outbox::Outbox;
use super::table::{Place, Streams};
use super::tcp::{READ_BYTES, StreamEnd};

/// From the connection until the client has an address: two round trips, and a browser that starts.
const LEND_MAX: Duration = Duration::from_secs(10);
/// A client that uses another way asks for its address again, and is silent otherwise.
const SILENCE_MAX: Duration = LIFETIME_MAX;

/// The client, for both directions of its stream.
#[derive(Debug, Clone)]
struct Relayed(Arc<Mutex<Client>>);

impl Relayed {
    fn client(&self) -> MutexGuard<'_, Client> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Put for Relayed {
    fn put(&self, out: &mut Vec<u8>, from: Option<SocketAddr>, payload: &[u8]) {
        match from {
            Some(from) => self.client().wrap(Instant::now(), from, payload, out),
            None => out.extend_from_slice(payload),
        }
    }
}

/// Carries datagrams both ways until the stream ends. `at`: seconds since 1970; `stranger` is dropped when the client has
/// shown that it may be here.
pub(in crate::media) async fn relay<S, H>(
    streams: Arc<Streams>,
    io: S,
    client: Client,
    at: impl Fn() -> u64,
    stranger: H,
) -> StreamEnd
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (stream, relayed) = (Carrier::new(io), Relayed(Arc::new(Mutex::new(client))));
    let outbox = Arc::new(Outbox::new(Arc::<Carrier<S>>::clone(&stream), relayed.clone()));
    let end = tokio::select! {
        Err(end) = receive(Reading(stream), &streams, (&relayed, &outbox), at, stranger) => end,
        error = outbox.carry(|late| streams.lose(late)) => error.into(),
    };
    streams.stray(relayed.client().strayed());
    end
}

async fn receive<H>(
    mut from: impl AsyncRead + Unpin,
    streams: &Arc<Streams>,
    (relayed, outbox): (&Relayed, &Arc<Outbox>),
    at: impl Fn() -> u64,
    stranger: H,
) -> Result<std::convert::Infallible, StreamEnd> {
    let mut read = BytesMut::with_capacity(READ_BYTES);
    let mut stranger = Some(stranger);
    let mut place: Option<Place> = None;
    let start = Instant::now();
    loop {
        let wait = if place.is_some() { SILENCE_MAX } else { LEND_MAX.saturating_sub(start.elapsed()) };
        match timeout(wait, from.read_buf(&mut read)).await {
            Ok(Ok(0)) => return Err(StreamEnd::Closed),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(error.into()),
            Err(_) => return Err(StreamEnd::Silent),
        }
        let now = Instant::now();
        let mut lent = None;
        let out = relayed.client().read(now, at(), &mut read, || {
            lent = streams.lend(outbox);
            lent.as_ref().map(|place| place.address)
        });
        // By worker: a client may have transports at several.
        let mut datagrams: BTreeMap<usize, Vec<(Option<SocketAddr>, Bytes)>> = BTreeMap::new();
        for one in out.map_err(|sederunt_relay::Refused| StreamEnd::NoFrames)? {
            match one {
                Out::Reply(bytes) => streams.lose(outbox.push_bytes(now, bytes)),
                Out::Datagram { to, payload } => {
                    if let Some(worker) = streams.owner(to) {
                        datagrams.entry(worker).or_default().push((Some(to), payload));
                    }
                }
                Out::Lent => {
                    place = lent.take();
                    stranger = None;
                }
                Out::Returned => place = None,
            }
        }
        if let Some(place) = &place {
            for (worker, datagrams) in datagrams {
                if !place.arrive(worker, datagrams).await {
                    return Err(StreamEnd::Stopped);
                }
            }
        }
        if stranger.is_some() && start.elapsed() >= LEND_MAX {
            return Err(StreamEnd::Silent);
        }
        read.reserve(READ_BYTES);
    }
}
