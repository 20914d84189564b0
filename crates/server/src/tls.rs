//! Certificates: from files, or of our own making; read again when they change.

use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Context;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sederunt_core::time::UnixMs;
use sederunt_node::clock::Clock;
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use x509_cert::der::Decode as _;

use crate::config::TlsConfig;
use crate::data_folder::DataFolder;

/// Hosts that the official client puts before the base host (PROTOCOL §1).
const SUB_DOMAINS: &[&str] =
    &["api", "socket-edge", "api-silos", "location", "location-legacy", "da-collector"];
/// Some systems refuse certificates that are valid for longer than 398 days.
const VALID_DAYS: i64 = 390;
/// Made anew when less than this is left.
const RENEW_DAYS: i64 = 30;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Time between two looks at the files.
const LOOK: Duration = Duration::from_secs(5);

const CERT_FILE: &str = "tls-self-signed.crt";
const KEY_FILE: &str = "tls-self-signed.key";
const ABOUT_FILE: &str = "tls-self-signed.json";

/// The certificate of the HTTP port, and where it comes from.
#[derive(Debug)]
pub struct Certificates {
    cert: PathBuf,
    key: PathBuf,
    /// Of our own making, for these names.
    own: Option<(Arc<DataFolder>, Vec<String>)>,
    clock: Arc<dyn Clock>,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
    /// The files as they were read last, whatever came of it.
    seen: Mutex<Option<Seen>>,
    not_after_secs: AtomicI64,
    reloads: AtomicU64,
    failures: AtomicU64,
}

/// What tells that a file is another one: time of change, size, and where it lies.
type Seen = [(i64, i64, u64, u64); 2];

/// The certificates that the configuration asks for; `None` = plain HTTP. `host` is the public host without port.
pub fn certificates(
    config: &TlsConfig,
    folder: &Arc<DataFolder>,
    host: &str,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Option<Arc<Certificates>>> {
    let (cert, key, own) = match config {
        TlsConfig::Off => return Ok(None),
        TlsConfig::Files { cert, key } => (cert.clone(), key.clone(), None),
        TlsConfig::SelfSigned => {
            let names = names(host);
            make_if_needed(folder, &names, clock.now())?;
            let in_folder = |name| folder.path().join(name);
            (in_folder(CERT_FILE), in_folder(KEY_FILE), Some((Arc::clone(folder), names)))
        }
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let seen = seen(&cert, &key);
    let (current, not_after_secs) = read(&cert, &key, &provider)?;
    Ok(Some(Arc::new(Certificates {
        cert,
        key,
        own,
        clock,
        provider,
        current: RwLock::new(Arc::new(current)),
        seen: Mutex::new(seen),
        not_after_secs: AtomicI64::new(not_after_secs),
        reloads: AtomicU64::new(0),
        failures: AtomicU64::new(0),
    })))
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Certificates {
    /// Accepts connections, each with the certificate that is current then.
    pub fn acceptor(self: &Arc<Self>) -> anyhow::Result<TlsAcceptor> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Unix seconds until which the current certificate is good.
    pub fn not_after_secs(&self) -> i64 {
        self.not_after_secs.load(Ordering::Relaxed)
    }

    /// Changes taken, and changes that could not be.
    pub fn reloads(&self) -> (u64, u64) {
        (self.reloads.load(Ordering::Relaxed), self.failures.load(Ordering::Relaxed))
    }

    /// Looks at the files every few seconds and at SIGHUP until `stop`. Open connections keep what they have.
    pub async fn watch(self: Arc<Self>, stop: CancellationToken) {
        let mut hangup = match signal(SignalKind::hangup()) {
            Ok(hangup) => hangup,
            Err(error) => {
                return tracing::error!(%error, "cannot listen for SIGHUP: certificates are not read again");
            }
        };
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = hangup.recv() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            let this = Arc::clone(&self);
            if tokio::task::spawn_blocking(move || this.look()).await.is_err() {
                tracing::error!("reading certificates panicked");
            }
        }
    }

    fn look(&self) {
        if let Some((folder, names)) = &self.own
            && let Err(error) = make_if_needed(folder, names, self.clock.now())
        {
            tracing::error!("the self-signed certificate cannot be renewed: {error:#}");
        }
        let now = seen(&self.cert, &self.key);
        let mut last = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if now == *last {
            return;
        }
        *last = now;
        match read(&self.cert, &self.key, &self.provider) {
            Ok((current, not_after_secs)) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(current);
                self.not_after_secs.store(not_after_secs, Ordering::Relaxed);
                self.reloads.fetch_add(1, Ordering::Relaxed);
                tracing::info!(cert = %self.cert.display(), not_after_secs, "a new certificate is in use");
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                tracing::error!(
                    "the certificate has changed and cannot be used, the old one stays: {error:#}"
                );
            }
        }
    }
}

fn seen(cert: &Path, key: &Path) -> Option<Seen> {
    let look = |path: &Path| {
        let about = std::fs::metadata(path).ok()?;
        Some((about.ctime(), about.ctime_nsec(), about.size(), about.ino()))
    };
    Some([look(cert)?, look(key)?])
}

/// The pair, and the Unix seconds until which its first certificate is good.
fn read(cert: &Path, key: &Path, provider: &CryptoProvider) -> anyhow::Result<(CertifiedKey, i64)> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .with_context(|| format!("cannot read the certificate {}", cert.display()))?;
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("cannot read the private key {}", key.display()))?;
    let first = chain.first().with_context(|| format!("there is no certificate in {}", cert.display()))?;
    let parsed = x509_cert::Certificate::from_der(first)
        .with_context(|| format!("cannot read the certificate {}", cert.display()))?;
    let not_after = parsed.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
    let pair = CertifiedKey::from_der(chain, private, provider)
        .with_context(|| format!("{} and {} do not fit each other", cert.display(), key.display()))?;
    Ok((pair, i64::try_from(not_after).unwrap_or(i64::MAX)))
}

/// Remembers what the certificate was made for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct About {
    names: Vec<String>,
    expires_at: UnixMs,
}

fn names(host: &str) -> Vec<String> {
    let mut names = vec![host.to_owned()];
    if host.parse::<IpAddr>().is_err() {
        names.extend(SUB_DOMAINS.iter().map(|sub| format!("{sub}.{host}")));
    }
    for local in ["localhost", "127.0.0.1", "::1"] {
        if host != local {
            names.push(local.to_owned());
        }
    }
    names
}

fn make_if_needed(folder: &DataFolder, names: &[String], now: UnixMs) -> anyhow::Result<()> {
    let about = std::fs::read(folder.path().join(ABOUT_FILE))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<About>(&bytes).ok());
    if about.is_some_and(|a| a.names == names && a.expires_at.since(now) > RENEW_DAYS * DAY_MS) {
        return Ok(());
    }
    let expires_at = now.plus_ms(VALID_DAYS * DAY_MS);
    let mut params = rcgen::CertificateParams::new(names.to_vec()).context("names of the certificate")?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "Sederunt self-signed");
    // The day before, for clients whose clocks are slow.
    let (year, month, start_day) = day(now.plus_ms(-DAY_MS))?;
    params.not_before = rcgen::date_time_ymd(year, month, start_day);
    let (year, month, end_day) = day(expires_at)?;
    params.not_after = rcgen::date_time_ymd(year, month, end_day);
    let key = rcgen::KeyPair::generate().context("cannot make a key")?;
    let cert = params.self_signed(&key).context("cannot make a certificate")?;
    // The description last: a crash in between makes the next start begin again.
    folder.write_private(KEY_FILE, key.serialize_pem().as_bytes())?;
    folder.write_private(CERT_FILE, cert.pem().as_bytes())?;
    folder.write_private(
        ABOUT_FILE,
        &serde_json::to_vec_pretty(&About { names: names.to_vec(), expires_at })?,
    )?;
    tracing::info!(file = %folder.path().join(CERT_FILE).display(), "made a self-signed certificate");
    Ok(())
}

/// Year, month and day in UTC: all the precision that `rcgen` offers without its date library.
fn day(at: UnixMs) -> anyhow::Result<(i32, u8, u8)> {
    let date = jiff::Timestamp::from_millisecond(at.0)?.to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok((i32::from(date.year()), u8::try_from(date.month())?, u8::try_from(date.day())?))
}
