//! The accept loop: connections in, requests to a router, with a bound on everything a stranger can hold.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::forwarded::TrustedProxies;
use crate::head::HEAD_MAX_BYTES;
use crate::stream::Held;

/// Open connections of one listener, web sockets and live feeds included. Each holds a file descriptor and some ten KiB;
/// further ones wait in the kernel's queue. More than feeds may take (12 000), so that there is always room for a meeting.
const CONNECTIONS_MAX: usize = 16_384;
/// Files beside connections: the ledger, its readers, the index, logs.
const FILES_BESIDE: u64 = 512;
/// From the first byte of a request to the end of its headers, and between requests of a kept connection: a
/// stranger must not hold a connection for nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// A TLS handshake takes two round trips; a slow phone needs seconds at most.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Unacknowledged data older than this ends the connection.
const UNACKED_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes that the kernel keeps for a client beyond what is on its way to it. Without this bound it takes megabytes for
/// each client that does not read; a fast one is served as quickly.
#[cfg(target_os = "linux")]
const UNSENT_MAX_BYTES: u32 = 128 * 1024;
/// Connections of one address, an IPv6 customer's /64 being one: a quarter of all, so that no single machine can take
/// every place. The machine itself and trusted proxies, which speak for many, have no such bound.
const CONNECTIONS_PER_ADDRESS_MAX: usize = CONNECTIONS_MAX / 4;
/// Headers of a request; a browser sends about twenty.
const HEADERS_MAX: usize = 100;
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
        Self { listener, tls: None, router, proxies: Arc::default(), per_address_factor: 0 }
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
            let Some(origin) = self.origin(&connections, peer.ip()) else {
                connections.counted.refused.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let holds = (permit, connections.open.token(), origin);
            let held = Held::new(stream, Arc::clone(&connections.counted.stalled), holds);
            let connection = Connection {
                tls: self.tls.clone(),
                router: self.router.clone(),
                proxies: Arc::clone(&self.proxies),
                peer,
                shutdown: shutdown.clone(),
            };
            tokio::spawn(connection.run(held));
        }
    }

    /// A place among the connections of this address; `None` = it has too many.
    fn origin(&self, connections: &Connections, peer: IpAddr) -> Option<Option<Origin>> {
        let peer = peer.to_canonical();
        let unbounded = self.per_address_factor == 0 || peer.is_loopback() || self.proxies.contains(peer);
        if unbounded {
            return Some(None);
        }
        let factor = usize::try_from(self.per_address_factor).unwrap_or(usize::MAX);
        let most = CONNECTIONS_PER_ADDRESS_MAX.saturating_mul(factor);
        connections.origins.take(sederunt_gateway::network(peer), most).map(Some)
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

struct Connection<S> {
    tls: Option<TlsAcceptor>,
    router: S,
    proxies: Arc<TrustedProxies>,
    peer: SocketAddr,
    shutdown: CancellationToken,
}

impl<S> Connection<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    async fn run<H: Send + Unpin + 'static>(self, stream: Held<TcpStream, H>) {
        let Some(tls) = &self.tls else { return self.http(stream).await };
        match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.http(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => tracing::debug!("TLS handshake timed out"),
        }
    }

    async fn http<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: T) {
        let Self { tls: _, router, proxies, peer, shutdown } = self;
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            let client = SocketAddr::new(proxies.client(peer.ip(), request.headers()), peer.port());
            request.extensions_mut().insert(ConnectInfo(client));
            router.clone().call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(HEAD_MAX_BYTES)
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "connection ended badly");
        }
    }
}

/// What connections are counted as, beside being open.
#[derive(Debug, Clone, Default)]
struct Counted {
    stalled: Arc<AtomicU64>,
    refused: Arc<AtomicU64>,
}

/// Open connections by address; as many entries as connections at most.
#[derive(Debug, Default)]
struct Origins {
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Origins {
    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more of this address, until it is dropped; `None` when it has `most`.
    fn take(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Origin> {
        let mut open = self.open();
        let count = open.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Origin { origins: Arc::clone(self), address })
    }
}

/// A connection of an address.
struct Origin {
    origins: Arc<Origins>,
    address: IpAddr,
}

impl Drop for Origin {
    fn drop(&mut self) {
        let mut open = self.origins.open();
        if let Some(count) = open.get_mut(&self.address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_an_address_are_counted_until_they_close() {
        let origins = Arc::new(Origins::default());
        let [one, other]: [IpAddr; 2] = [[203, 0, 113, 7].into(), [203, 0, 113, 8].into()];
        let mut open: Vec<_> = (0..3).map(|_| origins.take(one, 3).unwrap()).collect();
        assert!(origins.take(one, 3).is_none());
        assert!(origins.take(other, 3).is_some(), "another address is not touched");
        open.pop();
        open.push(origins.take(one, 3).unwrap());
        drop(open);
        assert!(origins.open().is_empty());
    }
}
