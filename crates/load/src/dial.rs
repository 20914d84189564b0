//! Connections to the server's HTTP(S) port.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::error::LoadError;
use crate::target::Target;
use crate::wire::Stream;

/// For a connection, TLS included.
const DIAL_MAX: Duration = Duration::from_secs(10);

/// How the server is reached.
#[derive(Clone)]
pub(crate) struct Dial {
    pub(crate) target: Target,
    /// For whatever speaks TLS: the server, a relay.
    tls: Arc<ClientConfig>,
}

impl Dial {
    /// To a server that shows a certificate of an authority of the system, or of the file.
    pub(crate) fn new(target: Target, ca_file: Option<&Path>) -> Result<Self, LoadError> {
        Ok(Self { target, tls: Arc::new(trust(ca_file)?) })
    }

    /// One more connection.
    pub(crate) async fn connect(&self) -> std::io::Result<Box<dyn Stream>> {
        self.reach(&self.target.host, self.target.port, self.target.is_secure).await
    }

    /// A connection to any place.
    pub(crate) async fn reach(
        &self,
        host: &str,
        port: u16,
        is_secure: bool,
    ) -> std::io::Result<Box<dyn Stream>> {
        let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
        timeout(DIAL_MAX, self.reach_now(host, port, is_secure)).await.map_err(late)?
    }

    async fn reach_now(&self, host: &str, port: u16, is_secure: bool) -> std::io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        if !is_secure {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)?;
        Ok(Box::new(TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?))
    }

    /// Our own address as the server sees it when nobody translates: candidates are there.
    pub(crate) async fn own_address(&self) -> std::io::Result<std::net::IpAddr> {
        let stream = TcpStream::connect((self.target.host.as_str(), self.target.port)).await?;
        Ok(stream.local_addr()?.ip().to_canonical())
    }
}

fn trust(ca_file: Option<&Path>) -> Result<ClientConfig, LoadError> {
    let mut roots = RootCertStore::empty();
    // What cannot be read is left out: one bad file must not take away all others.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(path) = ca_file {
        let bad = |e: rustls::pki_types::pem::Error| LoadError::Tls(format!("{}: {e}", path.display()));
        for certificate in CertificateDer::pem_file_iter(path).map_err(bad)? {
            let added = roots.add(certificate.map_err(bad)?);
            added.map_err(|e| LoadError::Tls(format!("{}: {e}", path.display())))?;
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|e| LoadError::Tls(e.to_string()))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
