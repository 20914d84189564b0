//! Certificates.

use std::path::PathBuf;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::Layers;

/// How the HTTP port is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Plain HTTP: for localhost, or behind a proxy that speaks TLS.
    Off,
    /// A certificate of our own making for the base host and its sub-domains, kept in the data folder.
    SelfSigned,
    /// Certificate and key from files.
    Files,
}

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsGiven {
    /// How the HTTP port is secured. Left out: files when a certificate is given, else off
    #[arg(long = "tls", env = "SEDERUNT_TLS_MODE", value_name = "MODE", id = "tls.mode")]
    pub mode: Option<TlsMode>,
    /// PEM file with the certificate chain
    #[arg(long = "tls-cert", env = "SEDERUNT_TLS_CERT", value_name = "FILE", id = "tls.cert")]
    pub cert: Option<PathBuf>,
    /// PEM file with the private key
    #[arg(long = "tls-key", env = "SEDERUNT_TLS_KEY", value_name = "FILE", id = "tls.key")]
    pub key: Option<PathBuf>,
}

/// Certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsConfig {
    /// Plain HTTP.
    Off,
    /// See [`TlsMode::SelfSigned`].
    SelfSigned,
    /// See [`TlsMode::Files`].
    Files {
        /// Certificate chain, PEM.
        cert: PathBuf,
        /// Private key, PEM.
        key: PathBuf,
    },
}

impl TlsConfig {
    pub(super) fn resolve(layers: &mut Layers<'_>, given: TlsGiven, file: TlsGiven) -> anyhow::Result<Self> {
        let TlsGiven { mode, cert, key } = given;
        let has_cert = cert.is_some() || file.cert.is_some();
        let default = if has_cert { TlsMode::Files } else { TlsMode::Off };
        let mode = layers.pick("tls.mode", mode, file.mode, default);
        let cert = layers.pick_optional("tls.cert", cert, file.cert);
        let key = layers.pick_optional("tls.key", key, file.key);
        match mode {
            TlsMode::Files => Ok(Self::Files {
                cert: cert.context("\"tls.cert\" is required when \"tls.mode\" is files")?,
                key: key.context("\"tls.key\" is required when \"tls.mode\" is files")?,
            }),
            TlsMode::Off | TlsMode::SelfSigned if cert.is_some() || key.is_some() => {
                anyhow::bail!("\"tls.cert\" and \"tls.key\" are of use only when \"tls.mode\" is files")
            }
            TlsMode::Off => Ok(Self::Off),
            TlsMode::SelfSigned => Ok(Self::SelfSigned),
        }
    }
}
