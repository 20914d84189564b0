//! One connection: what it speaks, and who serves it.

use std::convert::Infallible;
use std::net::SocketAddr;
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
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::forwarded::TrustedProxies;
use crate::head::HEAD_MAX_BYTES;
use crate::media_door::{Carried, MediaStream};
use crate::opened::{Speaks, open};
use crate::stream::Held;

/// From the first byte of a request to the end of its headers, and between requests of a kept connection: a
/// stranger must not hold a connection for nothing.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// A TLS handshake takes two round trips; a slow phone needs seconds at most.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Headers of a request; a browser sends about twenty.
const HEADERS_MAX: usize = 100;
/// One connection, and what it may lead to.
pub(crate) struct Connection<S> {
    pub(crate) tls: Option<TlsAcceptor>,
    /// Where it goes when it is a stream of audio and video.
    pub(crate) media: Option<MediaStream>,
    pub(crate) router: S,
    pub(crate) proxies: Arc<TrustedProxies>,
    pub(crate) peer: SocketAddr,
    pub(crate) shutdown: CancellationToken,
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
            Ok(Ok(Some((Speaks::Frames, stream)))) => media.frames(stream).await,
            Ok(Ok(Some((Speaks::Turn, stream)))) => media.turn(stream, false).await,
            Ok(Ok(Some((Speaks::Other, stream)))) => self.web(Some(media), stream).await,
            // It has said nothing.
            Ok(Ok(None) | Err(_)) | Err(_) => {}
        }
    }

    async fn web<T>(self, media: Option<MediaStream>, stream: T)
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
            Ok(Ok(Some((Speaks::Frames | Speaks::Turn, stream)))) => media.turn(stream, true).await,
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
