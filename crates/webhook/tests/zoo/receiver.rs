//! Receivers, well-behaved and not.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;

/// Long, so that only what hangs for good fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two bytes of a receiver that drips.
const DRIP: Duration = Duration::from_millis(30);

/// What has been seen of the client.
#[derive(Default)]
struct Seen {
    heads: Mutex<Vec<String>>,
    connections: AtomicUsize,
    written: AtomicUsize,
    is_closed: AtomicBool,
    hangs_up: AtomicBool,
}

pub(crate) struct Receiver {
    pub(crate) port: u16,
    seen: Arc<Seen>,
    task: AbortHandle,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits for something, without saying how long it takes.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain until {what}");
        tokio::task::yield_now().await;
    }
}

impl Receiver {
    async fn serve<F, Run>(run: Run) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
        Run: Fn(tokio::net::TcpStream, Arc<Seen>) -> F + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let counted = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(run(stream, Arc::clone(&counted)));
            }
        });
        Self { port, seen, task: task.abort_handle() }
    }

    /// Gives this answer to every request, over one connection as well.
    pub(crate) async fn answering(answer: &str) -> Self {
        let answer = answer.to_owned();
        Self::serve(move |stream, seen| talk(stream, seen, answer.clone(), false)).await
    }

    /// Closes the connection after it.
    pub(crate) async fn answering_once(answer: &str) -> Self {
        let answer = answer.to_owned();
        Self::serve(move |stream, seen| talk(stream, seen, answer.clone(), true)).await
    }

    /// The same over TLS.
    pub(crate) async fn answering_tls(answer: &str, config: ServerConfig) -> Self {
        let (answer, acceptor) = (answer.to_owned(), TlsAcceptor::from(Arc::new(config)));
        Self::serve(move |stream, seen| {
            let (answer, acceptor) = (answer.clone(), acceptor.clone());
            async move {
                // A client that does not like the certificate hangs up.
                if let Ok(stream) = acceptor.accept(stream).await {
                    talk(stream, seen, answer, false).await;
                }
            }
        })
        .await
    }

    /// A beginning, and then a line with so many bytes again and again.
    pub(crate) async fn flooding(head: &str, line: &str, bytes: usize) -> Self {
        let (head, mut line) = (head.to_owned(), line.to_owned());
        line.push_str(&"a".repeat(bytes));
        if bytes > 0 {
            line.push_str("\r\n");
        }
        Self::serve(move |mut stream, seen| {
            let (head, line) = (head.clone(), line.clone());
            async move {
                read_request(&mut stream, &seen).await;
                let mut is_open = stream.write_all(head.as_bytes()).await.is_ok();
                while is_open {
                    is_open = stream.write_all(line.as_bytes()).await.is_ok();
                    seen.written.fetch_add(line.len(), Ordering::SeqCst);
                }
                seen.is_closed.store(true, Ordering::SeqCst);
            }
        })
        .await
    }

    /// A beginning at once, the rest byte by byte.
    pub(crate) async fn dripping(at_once: &str, rest: &str) -> Self {
        let (at_once, rest) = (at_once.to_owned(), rest.to_owned());
        Self::serve(move |mut stream, seen| {
            let (at_once, rest) = (at_once.clone(), rest.clone());
            async move {
                read_request(&mut stream, &seen).await;
                let mut is_open = stream.write_all(at_once.as_bytes()).await.is_ok();
                let mut drip = interval(DRIP);
                // A machine that was busy does not make up for it at once.
                drip.set_missed_tick_behavior(MissedTickBehavior::Delay);
                for byte in rest.as_bytes() {
                    drip.tick().await;
                    is_open = is_open && stream.write_all(&[*byte]).await.is_ok();
                }
            }
        })
        .await
    }

    /// Takes everything and says nothing.
    pub(crate) async fn silent() -> Self {
        Self::serve(|mut stream, _| async move {
            let mut bytes = [0; 1024];
            while stream.read(&mut bytes).await.is_ok_and(|n| n > 0) {}
        })
        .await
    }

    /// Takes nothing.
    pub(crate) async fn deaf() -> Self {
        Self::serve(|stream, _| async move {
            std::future::pending::<()>().await;
            drop(stream);
        })
        .await
    }

    /// A port where nobody listens.
    pub(crate) async fn nobody() -> u16 {
        TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
    }

    /// Requests that were read, without their bodies.
    pub(crate) async fn heads(&self) -> Vec<String> {
        until("a request was read", || !self.seen.heads.lock().unwrap().is_empty()).await;
        self.seen.heads.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(Ordering::SeqCst)
    }

    /// How much was written until the client hung up.
    pub(crate) async fn closed_after(&self) -> usize {
        until("the client hung up", || self.seen.is_closed.load(Ordering::SeqCst)).await;
        self.seen.written.load(Ordering::SeqCst)
    }

    /// The next request over a connection that is open gets no answer.
    pub(crate) fn hang_up_at_next(&self) {
        self.seen.hangs_up.store(true, Ordering::SeqCst);
    }
}

async fn talk<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, seen: Arc<Seen>, answer: String, once: bool) {
    while read_request(&mut stream, &seen).await {
        if seen.hangs_up.swap(false, Ordering::SeqCst) {
            return;
        }
        if stream.write_all(answer.as_bytes()).await.is_err() || once {
            break;
        }
    }
    // So that what was written arrives before the end does.
    let _ = stream.shutdown().await;
}

/// Reads a head and the seven bytes after it.
async fn read_request<S: AsyncRead + Unpin>(stream: &mut S, seen: &Seen) -> bool {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n")
            && bytes.len() >= end + 4 + 7
        {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            seen.heads.lock().unwrap().push(head);
            return true;
        }
        let read = timeout(PATIENCE, stream.read_buf(&mut bytes)).await;
        if !matches!(read, Ok(Ok(n)) if n > 0) {
            return false;
        }
    }
}

/// An authority for certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A server's settings with a certificate for a name.
    pub(crate) fn issue(&self, name: &str) -> ServerConfig {
        self.sign(CertificateParams::new(vec![name.to_owned()]).unwrap())
    }

    pub(crate) fn issue_expired(&self, name: &str) -> ServerConfig {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }
}
