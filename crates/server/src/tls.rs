//! Certificates: from files, or of our own making.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sederunt_core::time::UnixMs;
use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;

use crate::config::TlsConfig;
use crate::data_folder::DataFolder;

/// Hosts that the official client puts before the base host (PROTOCOL §1).
const SUB_DOMAINS: &[&str] =
    &["api", "socket-edge", "api-silos", "location", "location-legacy", "da-collector"];
/// Some systems refuse certificates that are valid for longer than 398 days.
const VALID_DAYS: i64 = 390;
/// Made anew at a start when less than this is left.
const RENEW_DAYS: i64 = 30;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

const CERT_FILE: &str = "tls-self-signed.crt";
const KEY_FILE: &str = "tls-self-signed.key";
const ABOUT_FILE: &str = "tls-self-signed.json";

/// The acceptor that the configuration asks for; `None` = plain HTTP. `host` is the public host without port.
pub fn acceptor(
    config: &TlsConfig,
    folder: &DataFolder,
    host: &str,
    now: UnixMs,
) -> anyhow::Result<Option<TlsAcceptor>> {
    match config {
        TlsConfig::Off => Ok(None),
        TlsConfig::Files { cert, key } => Ok(Some(from_files(cert, key)?)),
        TlsConfig::SelfSigned => {
            make_if_needed(folder, names(host), now)?;
            Ok(Some(from_files(&folder.path().join(CERT_FILE), &folder.path().join(KEY_FILE))?))
        }
    }
}

fn from_files(cert: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .with_context(|| format!("cannot read the certificate {}", cert.display()))?;
    let private = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("cannot read the private key {}", key.display()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .with_context(|| format!("{} and {} do not fit each other", cert.display(), key.display()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
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

fn make_if_needed(folder: &DataFolder, names: Vec<String>, now: UnixMs) -> anyhow::Result<()> {
    let about = std::fs::read(folder.path().join(ABOUT_FILE))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<About>(&bytes).ok());
    if about.is_some_and(|a| a.names == names && a.expires_at.since(now) > RENEW_DAYS * DAY_MS) {
        return Ok(());
    }
    let expires_at = now.plus_ms(VALID_DAYS * DAY_MS);
    let mut params = rcgen::CertificateParams::new(names.clone()).context("names of the certificate")?;
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
    folder.write_private(ABOUT_FILE, &serde_json::to_vec_pretty(&About { names, expires_at })?)?;
    tracing::info!(file = %folder.path().join(CERT_FILE).display(), "made a self-signed certificate");
    Ok(())
}

/// Year, month and day in UTC: all the precision that `rcgen` offers without its date library.
fn day(at: UnixMs) -> anyhow::Result<(i32, u8, u8)> {
    let date = jiff::Timestamp::from_millisecond(at.0)?.to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok((i32::from(date.year()), u8::try_from(date.month())?, u8::try_from(date.day())?))
}
