//! Whom the client trusts: the system's authorities, else those of Mozilla, and what the operator adds. The name is always
//! verified; there is no switch.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// A file of authorities that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read, or is no PEM.
    #[error("the file of certificates {0} cannot be read: {1}")]
    File(String, rustls::pki_types::pem::Error),
    /// It has none.
    #[error("the file of certificates {0} has no certificate")]
    Empty(String),
    /// One of them is none.
    #[error("a certificate is not valid: {0}")]
    Certificate(rustls::Error),
    /// The library refuses its own settings.
    #[error("TLS cannot be set up: {0}")]
    Tls(rustls::Error),
}

/// The authorities, ready for use.
#[derive(Debug, Clone)]
pub struct Trust(pub(super) Arc<ClientConfig>);

impl Trust {
    /// The system's authorities, or Mozilla's where the system has none, and those of a file.
    ///
    /// # Errors
    /// The file is not what it should be.
    pub fn system(ca_file: Option<&Path>) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        // What cannot be read is left out: one bad file must not take away all others.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        if let Some(path) = ca_file {
            let name = path.display().to_string();
            let read = |error| TrustError::File(name.clone(), error);
            let all = CertificateDer::pem_file_iter(path).map_err(read)?;
            let all = all.collect::<Result<Vec<_>, _>>().map_err(read)?;
            if all.is_empty() {
                return Err(TrustError::Empty(name));
            }
            for certificate in all {
                roots.add(certificate).map_err(TrustError::Certificate)?;
            }
        }
        Self::with(roots)
    }

    /// These authorities and no other.
    ///
    /// # Errors
    /// The library refuses its own settings.
    pub fn only(certificates: Vec<CertificateDer<'static>>) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(certificate).map_err(TrustError::Certificate)?;
        }
        Self::with(roots)
    }

    fn with(roots: RootCertStore) -> Result<Self, TrustError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(TrustError::Tls)?;
        let mut config = builder.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }
}
