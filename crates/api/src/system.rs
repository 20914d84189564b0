//! What the doors are told of the server around them, for whoever has the right to it.

use std::fmt::Debug;
use std::sync::Arc;

use sederunt_core::time::UnixMs;

/// The server as its own page shows it.
#[derive(Debug, Clone)]
pub struct SystemConfig {
    /// Version of the program.
    pub version: &'static str,
    /// Start of the process.
    pub started_at: UnixMs,
    /// The settings in force.
    pub settings: Arc<[Setting]>,
    /// What changes while it runs.
    pub vitals: Arc<dyn Vitals>,
}

/// A setting in force.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its key in the configuration file.
    pub key: &'static str,
    /// Its value as TOML; `None` = not set.
    pub value: Option<String>,
    /// Where it comes from, in words.
    pub origin: String,
}

/// What a server knows of itself.
pub trait Vitals: Debug + Send + Sync {
    /// Free bytes, and all bytes, of the disk that has the ledger; `None` = it does not say. Blocks.
    fn disk(&self) -> Option<(u64, u64)>;
    /// Until when the certificate is good; `None` = there is none.
    fn certificate_until(&self) -> Option<UnixMs>;
    /// Open connections.
    fn connections(&self) -> usize;
}
