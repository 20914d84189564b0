//! The handshakes of all sessions, over one configuration.
//!
//! The library makes a configuration for each session, and whoever makes one has every cipher, signature and exchange of keys tried
//! against known answers first: a millisecond of the media thread, more than the handshake itself. They are the same
//! for the whole process, so that it is done once.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use dimpl::{Config, Dtls};
use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
};
use str0m::crypto::{CryptoError, CryptoProvider, from_feature_flags};

/// What sessions are made with: the library's own, but for the configuration of handshakes.
pub(crate) fn crypto() -> Arc<CryptoProvider> {
    static SHARED: Shared = Shared { config: OnceLock::new() };
    Arc::new(CryptoProvider { dtls_provider: &SHARED, ..from_feature_flags() })
}

/// Makes handshakes over one configuration.
#[derive(Debug)]
struct Shared {
    /// With the packet size that it was made for; `None` = the library makes its own each time.
    config: OnceLock<Option<(Option<usize>, Arc<Config>)>>,
}

impl Shared {
    /// The configuration for packets of this size. All sessions have the same.
    fn config(&self, mtu: Option<usize>) -> Option<Arc<Config>> {
        let (made_for, config) = self.config.get_or_init(|| Some((mtu, made(mtu)?))).as_ref()?;
        (*made_for == mtu).then(|| Arc::clone(config))
    }
}

/// As the library makes it: ICE has shown already that the client is where it says, so there is no cookie.
fn made(mtu: Option<usize>) -> Option<Arc<Config>> {
    let builder = Config::builder().use_server_cookie(false);
    let builder = match mtu {
        Some(mtu) => builder.mtu(mtu),
        None => builder,
    };
    builder.build().ok().map(Arc::new)
}

impl DtlsProvider for Shared {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let made = self.config(mtu).and_then(|config| handshake(config, cert, now, version));
        match made {
            Some(dtls) => Ok(Box::new(Handshake(dtls))),
            None => from_feature_flags().dtls_provider.new_dtls(cert, now, version, mtu),
        }
    }
}

/// `None` = a version that is new to us.
fn handshake(config: Arc<Config>, cert: &DtlsCert, now: Instant, version: DtlsVersion) -> Option<Dtls> {
    let cert = cert.clone();
    if version == DtlsVersion::Dtls12 {
        Some(Dtls::new_12(config, cert, now))
    } else if version == DtlsVersion::Dtls13 {
        Some(Dtls::new_13(config, cert, now))
    } else if version == DtlsVersion::Auto {
        Some(Dtls::new_auto(config, cert, now))
    } else {
        None
    }
}

/// One handshake.
struct Handshake(Dtls);

impl std::fmt::Debug for Handshake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handshake")
    }
}

impl DtlsInstance for Handshake {
    fn set_active(&mut self, active: bool) {
        self.0.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.0.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        self.0.poll_output(buf)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.0.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.0.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.0.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.0.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.0.close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a join pays for: the second handshake is made of what the first one left.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test has no input that says what time it is")]
    fn one_configuration_serves_all_of_one_size() {
        let shared = Shared { config: OnceLock::new() };
        let (first, second) = (shared.config(Some(1_200)).unwrap(), shared.config(Some(1_200)).unwrap());
        assert!(Arc::ptr_eq(&first, &second));
        assert!(shared.config(None).is_none(), "of another size the library makes its own");
        let cert = shared.generate_certificate().unwrap();
        let made = shared.new_dtls(&cert, Instant::now(), DtlsVersion::Dtls12, None).unwrap();
        assert!(!made.is_active());
    }
}
