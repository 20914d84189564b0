//! The console.

use serde::Deserialize;

use super::Layers;
use super::origin::is_host;

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsoleGiven {
    /// Whether there is a console at /console
    #[arg(
        long = "console",
        env = "SEDERUNT_CONSOLE_ENABLED",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        id = "console.enabled"
    )]
    pub enabled: Option<bool>,
    /// A proxy in front of this server speaks TLS with browsers: the console's cookie is for TLS alone. Without it, and
    /// without TLS of this server, people sign in on this machine only
    #[arg(
        long = "console-behind-tls",
        env = "SEDERUNT_CONSOLE_BEHIND_TLS",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        id = "console.behind_tls"
    )]
    pub behind_tls: Option<bool>,
    /// A host name of the console's own, like console.example.com, which leads to this server, too: there is the console and
    /// nothing else of the server's pages, and elsewhere there is no console
    #[arg(long = "console-host", env = "SEDERUNT_CONSOLE_HOST", value_name = "HOST", id = "console.host")]
    pub host: Option<String>,
}

/// The console.
#[derive(Debug, Clone)]
pub struct ConsoleSettings {
    /// Whether there is one.
    pub enabled: bool,
    /// A proxy speaks TLS with browsers.
    pub behind_tls: bool,
    /// Its own host name, in small letters, without a port.
    pub host: Option<String>,
}

impl ConsoleSettings {
    pub(super) fn resolve(
        layers: &mut Layers<'_>,
        given: ConsoleGiven,
        file: ConsoleGiven,
    ) -> anyhow::Result<Self> {
        let ConsoleGiven { enabled, behind_tls, host } = given;
        let host = layers.pick_optional("console.host", host, file.host);
        if let Some(bad) = host.as_ref().filter(|host| !is_host(host)) {
            anyhow::bail!(
                "\"console.host\" must be a host name without a port, like console.example.com: {bad:?}"
            );
        }
        Ok(Self {
            enabled: layers.pick("console.enabled", enabled, file.enabled, true),
            behind_tls: layers.pick("console.behind_tls", behind_tls, file.behind_tls, false),
            host: host.map(|host| host.to_ascii_lowercase()),
        })
    }
}
