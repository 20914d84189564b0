//! One connection: what it speaks, and who serves it.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::accept::MediaDoor;
use crate::forwarded::TrustedProxies;
use crate::head::HEAD_MAX_BYTES;
use crate::opened::{Opened, Speaks, open};
use crate::origins::{Origin, Origins};
use crate::stream::Held;

/// From the first byte of a request to the end of its headers, and between requests of a kept connection: a
/// stranger must not hold a connection for nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// A TLS handshake takes two round trips; a slow phone needs seconds at most.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Headers of a request; a browser sends about twenty.
const HEADERS_MAX: usize = 100;
/// Streams whose first frame is still to come: a whole lecture that comes back in two seconds.
const STRANGERS_MAX: usize = 1_024;
/// Bytes of a stream that the kernel keeps beyond what is on its way: what waits longer is to wait where it can be left out.
#[cfg(target_os = "linux")]
const STREAM_UNSENT_MAX_BYTES: u32 = 16 * 1024;

/// One connection, and what it may lead to.
pub(crate) struct Connection<S> {
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) media: Option<MediaDoor>,
    pub(crate) strangers: Strangers,
    /// Streams that its address may have among the strangers.
    pub(crate) strangers_max: usize,
    pub(crate) router: S,
    pub(crate) proxies: Arc<TrustedProxies>,
    pub(crate) peer: SocketAddr,
    pub(crate) shutdown: CancellationToken,
}

/// What the kernel keeps of a stream beyond what is on its way waits in our queue instead, where a late picture is left out.
fn hurry(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(stream).set_tcp_notsent_lowat(STREAM_UNSENT_MAX_BYTES);
}

/// Something that a TCP connection carries.
pub(crate) trait Carried {
    /// The connection.
    fn tcp(&self) -> &TcpStream;
}

impl<H> Carried for Held<TcpStream, H> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref()
    }
}

impl<T: Carried> Carried for Opened<T> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().tcp()
    }
}

/// Streams whose first frame is still to come, and which may be anybody's.
#[derive(Debug, Clone)]
pub(crate) struct Strangers {
    all: Arc<Semaphore>,
    origins: Arc<Origins>,
}

impl Default for Strangers {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(STRANGERS_MAX)), origins: Arc::default() }
    }
}

impl Strangers {
    /// A place among them; `None` = there are too many, of all or of this address.
    fn enter(&self, address: IpAddr, most: usize) -> Option<(OwnedSemaphorePermit, Origin)> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some((permit, self.origins.take(address, most)?))
    }
}

impl<S> Connection<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    /// Serves it until it ends.
    pub(crate) async fn run<H: Send + Unpin + 'static>(self, stream: Held<TcpStream, H>) {
        let Some(media) = self.media.clone() else { return self.web(None, stream).await };
        let wait = if self.tls.is_some() { HANDSHAKE_TIMEOUT } else { HEADER_TIMEOUT };
        let opened = tokio::select! {
            opened = tokio::time::timeout(wait, open(stream)) => opened,
            () = self.shutdown.cancelled() => return,
        };
        match opened {
            Ok(Ok(Some((Speaks::Frames, stream)))) => {
                hurry(stream.tcp());
                self.frames(&media, stream).await;
            }
            Ok(Ok(Some((Speaks::Turn, stream)))) => {
                hurry(stream.tcp());
                self.turn(&media, stream).await;
            }
            Ok(Ok(Some((Speaks::Other, stream)))) => self.web(Some(&media), stream).await,
            // It has said nothing.
            Ok(Ok(None) | Err(_)) | Err(_) => {}
        }
    }

    /// A place among the strangers.
    fn stranger(&self) -> Option<impl Send + use<S>> {
        let address = sederunt_gateway::network(self.peer.ip().to_canonical());
        let place = self.strangers.enter(address, self.strangers_max);
        if place.is_none() {
            tracing::debug!("too many streams of strangers");
        }
        place
    }

    /// ICE-TCP.
    async fn frames<T: AsyncRead + AsyncWrite + Unpin + Send>(self, media: &MediaDoor, stream: T) {
        let Some(place) = self.stranger() else { return };
        let greeted = match media.handle.greet(stream).await {
            Ok(greeted) => greeted,
            Err(refused) => return tracing::debug!(%refused, "a stream is not taken"),
        };
        drop(place);
        tokio::select! {
            end = greeted.carry(self.peer) => tracing::debug!(%end, "a stream of media has ended"),
            () = self.shutdown.cancelled() => {}
        }
    }

    /// TURN.
    async fn turn<T: AsyncRead + AsyncWrite + Unpin + Send>(self, media: &MediaDoor, stream: T) {
        let Some(place) = self.stranger() else { return };
        let at = || u64::try_from(media.clock.now().0 / 1_000).unwrap_or(0);
        tokio::select! {
            end = media.handle.relay(stream, self.peer, at, place) => tracing::debug!(%end, "a relayed stream has ended"),
            () = self.shutdown.cancelled() => {}
        }
    }

    async fn web<T>(self, media: Option<&MediaDoor>, stream: T)
    where
        T: AsyncRead + AsyncWrite + Carried + Unpin + Send + 'static,
    {
        let Some(tls) = &self.tls else { return self.http(stream).await };
        let stream = match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => return tracing::debug!("TLS handshake timed out"),
        };
        let Some(media) = media else { return self.http(stream).await };
        let opened = tokio::select! {
            opened = tokio::time::timeout(HEADER_TIMEOUT, open(stream)) => opened,
            () = self.shutdown.cancelled() => return,
        };
        match opened {
            Ok(Ok(Some((Speaks::Other, stream)))) => self.http(stream).await,
            Ok(Ok(Some((Speaks::Frames | Speaks::Turn, stream)))) => {
                hurry(stream.get_ref().get_ref().0.tcp());
                self.turn(media, stream).await;
            }
            Ok(Ok(None) | Err(_)) | Err(_) => {}
        }
    }

    async fn http<T: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: T) {
        let Self { router, proxies, peer, shutdown, .. } = self;
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
