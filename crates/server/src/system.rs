//! What this server says of itself to whoever has the right to it.

use std::path::PathBuf;
use std::sync::Arc;

use sederunt_api::{Setting, SystemConfig, Vitals};
use sederunt_core::time::UnixMs;

use crate::accept::Connections;
use crate::config::Effective;
use crate::health::Observed;
use crate::tls::Certificates;

/// What changes while it runs.
#[derive(Debug)]
struct Now {
    /// The data folder.
    folder: PathBuf,
    certificates: Option<Arc<Certificates>>,
    connections: Connections,
}

impl Vitals for Now {
    fn disk(&self) -> Option<(u64, u64)> {
        let disk = rustix::fs::statvfs(&self.folder).ok()?;
        Some((disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)))
    }

    fn certificate_until(&self) -> Option<UnixMs> {
        let certificates = self.certificates.as_ref()?;
        Some(UnixMs(certificates.not_after_secs().saturating_mul(1000)))
    }

    fn connections(&self) -> usize {
        self.connections.count()
    }
}

/// What the doors are told of this server, whose ledger is in `folder`.
pub(crate) fn system(observed: &Observed, folder: PathBuf, settings: &[Effective]) -> SystemConfig {
    let row = |row: &Effective| Setting {
        key: row.key,
        value: row.value.as_ref().map(ToString::to_string),
        origin: row.origin.to_string(),
    };
    SystemConfig {
        version: env!("CARGO_PKG_VERSION"),
        started_at: observed.started_at,
        settings: settings.iter().map(row).collect(),
        vitals: Arc::new(Now {
            folder,
            certificates: observed.certificates.clone(),
            connections: observed.connections.clone(),
        }),
    }
}
