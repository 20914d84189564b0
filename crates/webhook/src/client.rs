//! A small HTTP/1.1 client: it connects to the address that was judged and to no other, follows nothing, takes no more
//! than it needs, and has a limit for every phase.

mod dial;
mod exchange;
mod pool;
mod trust;
mod wire;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::guard::AddressRule;
use crate::places::Places;
use crate::resolve::Resolver;
use crate::retry::{Outcome, Phase};
use crate::target::{Host, Target};

pub use trust::{Trust, TrustError};

/// How long each phase may take, and how much may come.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Addresses of the name.
    pub dns: Duration,
    /// A connection.
    pub connect: Duration,
    /// Between two addresses that are tried.
    pub next_address: Duration,
    /// TLS.
    pub tls: Duration,
    /// Writing the request.
    pub write: Duration,
    /// The head of the answer, from the end of the request (SEMANTICS §4).
    pub head: Duration,
    /// The body of the answer.
    pub body: Duration,
    /// All of it.
    pub whole: Duration,
    /// Bytes of the answer's body that are read.
    pub body_bytes: usize,
    /// A connection that nobody uses is closed.
    pub idle: Duration,
    /// A connection this old is not used again, so that a name that moved is followed.
    pub age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dns: Duration::from_secs(2),
            connect: Duration::from_secs(2),
            next_address: Duration::from_millis(250),
            tls: Duration::from_secs(2),
            write: Duration::from_secs(1),
            head: Duration::from_secs(3),
            body: Duration::from_secs(1),
            whole: Duration::from_secs(8),
            body_bytes: 16 << 10,
            idle: Duration::from_secs(60),
            age: Duration::from_secs(300),
        }
    }
}

/// Bytes of a head that are read, and fields.
const HEAD_BYTES: usize = 16 << 10;
const HEAD_FIELDS: usize = 64;
/// Bytes of an answer that are kept for the log.
const EXCERPT_BYTES: usize = 1 << 10;
/// Addresses that are tried.
const ADDRESSES_TRIED: usize = 4;

/// What is sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whose it is: names are asked for in turn by apps.
    pub app: Arc<str>,
    /// Where it goes.
    pub target: Target,
    /// Everything but `host` and `content-length`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Reply {
    /// For the endpoint.
    pub outcome: Outcome,
    /// Which rule refuses the addresses, if that is how it ended.
    pub refused: Option<AddressRule>,
    /// The beginning of the answer's body; empty after a success, whose body nobody waits for.
    pub excerpt: Bytes,
    /// How long it took.
    pub latency: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Failure {
    phase: Phase,
    refused: Option<AddressRule>,
}

impl From<Phase> for Failure {
    fn from(phase: Phase) -> Self {
        Self { phase, refused: None }
    }
}

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    resolver: Resolver,
    places: Places,
    trust: Trust,
    limits: Limits,
    pool: pool::Pool,
    /// Places for bodies that nobody waits for.
    drains: Arc<Semaphore>,
}

/// Bodies of answers that count already and are read to their end all the same, at a time. Receivers that answer at once and
/// never end would otherwise keep any number of connections.
const DRAINS_MAX: usize = 256;

impl Client {
    /// A client with a resolver, the operator's places, and whom it trusts.
    pub fn new(resolver: Resolver, places: Places, trust: Trust, limits: Limits) -> Self {
        let (pool, drains) = (pool::Pool::default(), Arc::new(Semaphore::new(DRAINS_MAX)));
        Self { shared: Arc::new(Shared { resolver, places, trust, limits, pool, drains }) }
    }

    /// Connections that nobody uses.
    pub fn idle_connections(&self) -> usize {
        self.shared.pool.len()
    }

    /// Threads that ask for addresses now.
    pub fn resolver_busy(&self) -> usize {
        self.shared.resolver.busy()
    }

    /// One attempt. It ends within [`Limits::whole`].
    pub async fn send(&self, request: &Request) -> Reply {
        let started = Instant::now();
        let attempt = timeout(self.shared.limits.whole, self.attempt(request)).await;
        let (outcome, refused, excerpt) = match attempt.unwrap_or(Err(Phase::Head.into())) {
            Ok((outcome, excerpt)) => (outcome, None, excerpt),
            Err(failure) => (Outcome::Fault(failure.phase), failure.refused, Bytes::new()),
        };
        Reply { outcome, refused, excerpt, latency: started.elapsed() }
    }

    async fn attempt(&self, request: &Request) -> Result<(Outcome, Bytes), Failure> {
        let Shared { limits, pool, .. } = &*self.shared;
        if let Some(connection) = pool.take(&request.target, limits) {
            match self.exchange(connection, request).await {
                // The other side had closed it already: that says nothing about the receiver.
                Err(exchange::Broken { was_silent: true, .. }) => {}
                Err(broken) => return Err(broken.phase.into()),
                Ok(answer) => return Ok(answer),
            }
        }
        let connection = self.dial(request).await?;
        self.exchange(connection, request).await.map_err(|broken| broken.phase.into())
    }

    /// A new connection to one of the addresses that may be asked.
    async fn dial(&self, request: &Request) -> Result<wire::Connection, Failure> {
        let Shared { resolver, places, trust, limits, .. } = &*self.shared;
        let target = &request.target;
        let found: Arc<[IpAddr]> = match &target.host {
            Host::Address(address) => [*address].into(),
            Host::Name(name) => {
                let asked = timeout(limits.dns, resolver.resolve(&request.app, name)).await;
                asked.map_err(|_| Phase::Dns)?.map_err(|_| Phase::Dns)?
            }
        };
        let name = target.host.as_name();
        let judged = found.iter().map(|address| (*address, places.judge(name, *address, target.port, None)));
        let (mut good, mut refused) = (Vec::new(), None);
        for (address, verdict) in judged {
            match verdict {
                Ok(()) => good.push(address),
                Err(rule) => refused = refused.or(Some(rule)),
            }
        }
        good.truncate(ADDRESSES_TRIED);
        if good.is_empty() {
            return Err(Failure { phase: Phase::Refused, refused });
        }
        let stream = dial::connect(&good, target.port, limits).await.ok_or(Phase::Connect)?;
        let (local, peer) = stream
            .local_addr()
            .and_then(|local| Ok((local, stream.peer_addr()?)))
            .map_err(|_| Phase::Connect)?;
        if let Err(rule) = places.judge(name, peer.ip(), target.port, Some(local.ip())) {
            return Err(Failure { phase: Phase::Refused, refused: Some(rule) });
        }
        Ok(exchange::open(stream, target, trust, limits).await?)
    }

    /// One request and its answer over a connection.
    async fn exchange(
        &self,
        mut connection: wire::Connection,
        request: &Request,
    ) -> Result<(Outcome, Bytes), exchange::Broken> {
        let limits = self.shared.limits;
        let answer = exchange::ask(&mut connection, request, &limits).await?;
        let (head, body) = answer.into_parts();
        let status = head.status.as_u16();
        let outcome =
            Outcome::Answered { status, retry_after_ms: retry_after(&head.headers, SystemTime::now()) };
        if head.status.is_success() {
            // It counts as soon as its head is there; the rest only decides whether the connection can be used again.
            // Without a place the connection is closed.
            if let Ok(place) = Arc::clone(&self.shared.drains).try_acquire_owned() {
                let (shared, target) = (Arc::clone(&self.shared), request.target.clone());
                tokio::spawn(async move {
                    if exchange::drain(body, &limits).await.1 {
                        shared.pool.put(&target, connection, &limits);
                    }
                    drop(place);
                });
            }
            return Ok((outcome, Bytes::new()));
        }
        let (excerpt, is_whole) = exchange::drain(body, &limits).await;
        if is_whole {
            self.shared.pool.put(&request.target, connection, &limits);
        }
        Ok((outcome, excerpt))
    }
}

/// `Retry-After`, seconds or a date, as ms from now.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<i64> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(1000));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
    let now = i64::try_from(now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis()).ok()?;
    Some(at.saturating_sub(now).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_445_412_480);
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(120_000));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("99999999999999999999"), Some(i64::MAX));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:30 GMT"), Some(30_000));
        assert_eq!(read("Wed, 21 Oct 2015 07:27:00 GMT"), Some(0), "gone by");
        for text in ["", "-1", "soon", "1.5", "2015-10-21T07:28:00Z"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
