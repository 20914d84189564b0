//! One request and one answer.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, Method, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::trust::Trust;
use super::wire::{Connection, Outgoing, Progress, Watched};
use super::{EXCERPT_BYTES, HEAD_BYTES, HEAD_FIELDS, Limits, Request};
use crate::retry::Phase;
use crate::target::{Host, Target};

/// A request without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) phase: Phase,
    /// Not a byte came back, and nobody waited in vain: the other side had closed the connection.
    pub(super) was_silent: bool,
}

/// Speaks TLS where the target wants it, and gets ready for requests.
pub(super) async fn open(
    stream: TcpStream,
    target: &Target,
    trust: &Trust,
    limits: &Limits,
) -> Result<Connection, Phase> {
    let progress = Progress::default();
    if !target.tls {
        return handshake(Watched { inner: stream, progress: progress.clone() }, progress).await;
    }
    let name = match &target.host {
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|_| Phase::Tls)?,
        Host::Address(address) => ServerName::IpAddress((*address).into()),
    };
    let connecting = TlsConnector::from(Arc::clone(&trust.0)).connect(name, stream);
    let stream = timeout(limits.tls, connecting).await.map_err(|_| Phase::Tls)?.map_err(|_| Phase::Tls)?;
    handshake(Watched { inner: stream, progress: progress.clone() }, progress).await
}

async fn handshake<S>(stream: Watched<S>, progress: Progress) -> Result<Connection, Phase>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES).max_header_size(HEAD_BYTES).max_headers(HEAD_FIELDS);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|_| Phase::Write)?;
    // How a connection ends shows in its requests.
    let driver = tokio::spawn(async move { drop(connection.await) }).abort_handle();
    Ok(Connection { sender, progress, made_at: Instant::now(), driver })
}

/// Writes the request and waits for the head of the answer, each within its limit.
pub(super) async fn ask(
    connection: &mut Connection,
    request: &Request,
    limits: &Limits,
) -> Result<Response<Incoming>, Broken> {
    let silent = |phase| Broken { phase, was_silent: true };
    let outgoing = http_request(request, &connection.progress)
        .ok_or(Broken { phase: Phase::Write, was_silent: false })?;
    connection.progress.begin();
    if !matches!(timeout(limits.write, connection.sender.ready()).await, Ok(Ok(()))) {
        return Err(silent(Phase::Write));
    }
    let progress = connection.progress.clone();
    let mut answer = std::pin::pin!(connection.sender.send_request(outgoing));
    let late = |phase| Broken { phase, was_silent: false };
    let broken = |phase: Phase| Broken { phase, was_silent: !progress.has_heard() };
    // An answer may come before the request is written, and ends it.
    let written = timeout(limits.write, async {
        tokio::select! {
            biased;
            answer = &mut answer => Some(answer),
            () = progress.written() => None,
        }
    });
    if let Some(answer) = written.await.map_err(|_| late(Phase::Write))? {
        return answer.map_err(|_| broken(Phase::Write));
    }
    let head = timeout(limits.head, &mut answer).await.map_err(|_| late(Phase::Head))?;
    head.map_err(|_| broken(Phase::Head))
}

fn http_request(request: &Request, progress: &Progress) -> Option<http::Request<Outgoing>> {
    let mut headers = request.headers.clone();
    headers.insert(HOST, HeaderValue::from_str(&request.target.authority).ok()?);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(request.body.len()));
    let body = Outgoing::new(request.body.clone(), progress);
    let mut outgoing = http::Request::new(body);
    *outgoing.method_mut() = Method::POST;
    *outgoing.uri_mut() = request.target.path.parse().ok()?;
    *outgoing.headers_mut() = headers;
    Some(outgoing)
}

/// Reads a body within the limits: its beginning, and whether that was all of it.
pub(super) async fn drain(mut body: Incoming, limits: &Limits) -> (Bytes, bool) {
    let mut excerpt = BytesMut::new();
    let mut size = 0;
    let all = async {
        loop {
            match body.frame().await {
                None => return true,
                Some(Err(_)) => return false,
                Some(Ok(frame)) => {
                    let data = frame.data_ref().map_or(&[][..], |data| data);
                    let room = EXCERPT_BYTES.saturating_sub(excerpt.len()).min(data.len());
                    excerpt.extend_from_slice(&data[..room]);
                    size += data.len();
                    if size > limits.body_bytes {
                        return false;
                    }
                }
            }
        }
    };
    let is_whole = timeout(limits.body, all).await.unwrap_or(false);
    (excerpt.freeze(), is_whole)
}
