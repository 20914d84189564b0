//! The accept loop: connections in, requests to a router, with a bound on everything a stranger can hold.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::connection::Connection;
use crate::forwarded::TrustedProxies;
use crate::media_door::MediaDoor;
use crate::origins::Origins;
use crate::stream::Held;

/// Open connections of one listener, web sockets and live feeds included. Each holds a file descriptor and some ten KiB;
/// further ones wait in the kernel's queue. More than feeds may take (12 000), so that there is always room for a meeting.
const CONNECTIONS_MAX: usize = 16_384;
/// Files beside connections: the ledger, its readers, the index, logs.
const FILES_BESIDE: u64 = 512;
/// Unacknowledged data older than this ends the connection.
const UNACKED_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes that the kernel keeps for a client beyond what is on its way to it. Without this bound it takes megabytes for
/// each client that does not read; a fast one is served as quickly.
#[cfg(target_os = "linux")]
const UNSENT_MAX_BYTES: u32 = 128 * 1024;
/// Connections of one address, an IPv6 customer's /64 being one: a quarter of all, so that no single machine can take
/// every place. The machine itself and trusted proxies, which speak for many, have no such bound.
const CONNECTIONS_PER_ADDRESS_MAX: usize = CONNECTIONS_MAX / 4;
/// Streams of one address whose first frame is still to come: an office joins in a minute, and each frame takes a round trip.
const STRANGERS_PER_ADDRESS_MAX: usize = 16;
/// Pause after a failed accept (out of file descriptors): neither spin nor die.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Raises the number of files that this process may open as far as it is allowed to, and says so when connections are
/// going to fail before their own limit.
pub fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = FILES_BESIDE + u64::try_from(CONNECTIONS_MAX).unwrap_or(u64::MAX);
    // `None` = without a limit.
    let reached = maximum.map_or(wanted, |maximum| wanted.min(maximum));
    if current.is_some_and(|current| current < reached)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(reached), maximum })
    {
        tracing::warn!(%error, "cannot raise the number of open files");
    }
    if let Some(open) = getrlimit(Resource::Nofile).current.filter(|open| *open < wanted) {
        tracing::warn!(
            open,
            wanted,
            "few files may be open (ulimit -n): connections beyond that are not accepted"
        );
    }
}

/// One listener with what it serves: a service that is always ready.
pub struct Door<S> {
    /// Bound socket.
    pub listener: TcpListener,
    /// TLS, if any.
    pub tls: Option<TlsAcceptor>,
    /// Streams of audio and video that come to this door, if it takes any.
    pub media: Option<MediaDoor>,
    /// What to serve.
    pub router: S,
    /// Who is believed about its clients.
    pub proxies: Arc<TrustedProxies>,
    /// Multiplies the connections that one address may have; 0 = any number.
    pub per_address_factor: u32,
}

impl<S> Door<S> {
    /// A door without TLS that believes no proxy and lets an address have any number of connections.
    pub fn plain(listener: TcpListener, router: S) -> Self {
        Self { listener, tls: None, media: None, router, proxies: Arc::default(), per_address_factor: 0 }
    }
}

/// Connections of all doors: lets the stop wait for them, and the metrics count them.
#[derive(Debug, Clone, Default)]
pub struct Connections {
    open: TaskTracker,
    origins: Arc<Origins>,
    counted: Counted,
}

impl Connections {
    /// Open connections, web sockets included.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// Connections cut because nobody took what was written to them.
    pub fn stalled(&self) -> u64 {
        self.counted.stalled.load(Ordering::Relaxed)
    }

    /// Connections refused because their address has too many.
    pub fn refused(&self) -> u64 {
        self.counted.refused.load(Ordering::Relaxed)
    }

    /// Waits until every connection is closed, at most for `bound`; returns how many are left.
    pub async fn drained(&self, bound: Duration) -> usize {
        self.open.close();
        let _ = tokio::time::timeout(bound, self.open.wait()).await;
        self.open.len()
    }
}

impl<S> Door<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    /// Accepts until `shutdown`; then connections finish the request they are in and close.
    pub async fn serve(self, connections: Connections, shutdown: CancellationToken) {
        let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => return,
                accepted = self.accept(&slots) => accepted,
            };
            let (stream, peer, permit) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let (address, ip) = (sederunt_gateway::network(peer.ip().to_canonical()), peer.ip());
            let most = self.most(ip, CONNECTIONS_PER_ADDRESS_MAX);
            let Some(origin) = connections.origins.take(address, most) else {
                connections.counted.refused.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let strangers_max = self.most(ip, STRANGERS_PER_ADDRESS_MAX);
            let holds = (permit, connections.open.token(), origin);
            let held = Held::new(stream, Arc::clone(&connections.counted.stalled), holds);
            let connection = Connection {
                tls: self.tls.clone(),
                media: self.media.as_ref().map(|door| door.for_client(peer, strangers_max, shutdown.clone())),
                router: self.router.clone(),
                proxies: Arc::clone(&self.proxies),
                peer,
                shutdown: shutdown.clone(),
            };
            tokio::spawn(connection.run(held));
        }
    }

    /// How much an address may have of what it usually may have `usual` of.
    fn most(&self, peer: IpAddr, usual: usize) -> usize {
        let peer = peer.to_canonical();
        let unbounded = self.per_address_factor == 0 || peer.is_loopback() || self.proxies.contains(peer);
        let factor = usize::try_from(self.per_address_factor).unwrap_or(usize::MAX);
        if unbounded { usize::MAX } else { usual.saturating_mul(factor) }
    }

    async fn accept(
        &self,
        slots: &Arc<Semaphore>,
    ) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        #[cfg(target_os = "linux")]
        {
            let socket = socket2::SockRef::from(&stream);
            socket.set_tcp_user_timeout(Some(UNACKED_TIMEOUT))?;
            socket.set_tcp_notsent_lowat(UNSENT_MAX_BYTES)?;
        }
        Ok((stream, peer, slot))
    }
}

/// What connections are counted as, beside being open.
#[derive(Debug, Clone, Default)]
struct Counted {
    stalled: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}
