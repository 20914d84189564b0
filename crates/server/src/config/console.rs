//! The console.

use serde::Deserialize;

use super::Layers;

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
}

/// The console.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleSettings {
    /// Whether there is one.
    pub enabled: bool,
    /// A proxy speaks TLS with browsers.
    pub behind_tls: bool,
}

impl ConsoleSettings {
    pub(super) fn resolve(layers: &mut Layers<'_>, given: ConsoleGiven, file: ConsoleGiven) -> Self {
        let ConsoleGiven { enabled, behind_tls } = given;
        Self {
            enabled: layers.pick("console.enabled", enabled, file.enabled, true),
            behind_tls: layers.pick("console.behind_tls", behind_tls, file.behind_tls, false),
        }
    }
}
