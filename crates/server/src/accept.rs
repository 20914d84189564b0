//! The accept loop: connections in, requests to a router, with a bound on everything a stranger can hold.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower::Service;

/// Open connections of one listener, web sockets and live feeds included. Each holds a file descriptor and some ten KiB;
/// further ones wait in the kernel's queue. More than feeds may take (12 000), so that there is always room for a meeting.
const CONNECTIONS_MAX: usize = 16_384;
/// Files beside connections: the ledger, its readers, the archive, logs.
const FILES_BESIDE: u64 = 512;
/// From the first byte of a request to the end of its headers, and between requests of a kept connection: a
/// stranger must not hold a connection for nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// A TLS handshake takes two round trips; a slow phone needs seconds at most.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Unacknowledged data (also: a reader that never reads) older than this ends the connection.
const UNACKED_TIMEOUT: Duration = Duration::from_secs(60);
/// Request line and headers. Above the 16 KiB that a request target may have, so that the doors answer 414.
const HEAD_MAX_BYTES: usize = 64 * 1024;
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
}

/// Connections of all doors: lets the stop wait for them, and the metrics count them.
#[derive(Debug, Clone, Default)]
pub struct Connections {
    open: TaskTracker,
}

impl Connections {
    /// Open connections, web sockets included.
    pub fn count(&self) -> usize {
        self.open.len()
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
            let held = Held { io: stream, _slot: permit, _open: connections.open.token() };
            let connection = Connection {
                tls: self.tls.clone(),
                router: self.router.clone(),
                peer,
                shutdown: shutdown.clone(),
            };
            tokio::spawn(connection.run(held));
        }
    }

    async fn accept(
        &self,
        slots: &Arc<Semaphore>,
    ) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = self.listener.accept().await?;
        stream.set_nodelay(true)?;
        #[cfg(target_os = "linux")]
        socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(UNACKED_TIMEOUT))?;
        Ok((stream, peer, slot))
    }
}

struct Connection<S> {
    tls: Option<TlsAcceptor>,
    router: S,
    peer: SocketAddr,
    shutdown: CancellationToken,
}

impl<S> Connection<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    async fn run(self, stream: Held<TcpStream>) {
        let Some(tls) = &self.tls else { return self.http(stream).await };
        match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.http(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => tracing::debug!("TLS handshake timed out"),
        }
    }

    async fn http<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: T) {
        let Self { tls: _, router, peer, shutdown } = self;
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
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

/// A stream that holds its slot and is counted for as long as it is open, also after an upgrade to a web socket.
struct Held<T> {
    io: T,
    _slot: OwnedSemaphorePermit,
    _open: TaskTrackerToken,
}

impl<T: AsyncRead + Unpin> AsyncRead for Held<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Held<T> {
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
