//! Configuration: defaults < file < `SEDERUNT_*` environment < flags, one struct per concern.
//!
//! Every concern has a *given* struct, read alike from the command line (with its environment variables) and from
//! the TOML file, and a *resolved* struct that the program uses. Resolving takes both given structs apart field by
//! field, so a field that nobody reads does not compile.

mod console;
mod files;
mod http;
mod index;
mod layer;
mod log;
mod media;
mod origin;
mod reference;
mod room;
mod tls;
mod webhook;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ArgMatches;
use sederunt_app::chat_files::FileSettings;
use sederunt_store::IndexOptions;
use serde::Deserialize;

use crate::forwarded::Cidr;

pub use console::{ConsoleGiven, ConsoleSettings};
pub use files::FilesGiven;
pub use http::{HttpConfig, HttpGiven};
pub use index::IndexGiven;
pub use layer::{Effective, Layers, Origin};
pub use log::{LogConfig, LogFormat, LogGiven};
pub use media::{MediaGiven, MediaSettings, RelaySetting};
pub use reference::reference;
pub use room::{RoomGiven, RoomSettings};
pub use tls::{TlsConfig, TlsGiven, TlsMode};
pub use webhook::{WebhookConfig, WebhookGiven, WebhookLog, WebhookOrder};

/// What the server runs with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder that holds everything the server keeps.
    pub data: PathBuf,
    /// HTTP listeners and public names.
    pub http: HttpConfig,
    /// Media.
    pub media: MediaSettings,
    /// Certificates.
    pub tls: TlsConfig,
    /// Rooms.
    pub room: RoomSettings,
    /// The session list's index.
    pub index: IndexOptions,
    /// Files of chat messages; `None` = none are taken.
    pub files: Option<FileSettings>,
    /// Webhooks.
    pub webhook: WebhookConfig,
    /// The console.
    pub console: ConsoleSettings,
    /// Logs.
    pub log: LogConfig,
    /// All of it, each value with its origin.
    pub printed: Printed,
}

/// The settings in force, each value with its origin.
#[derive(Debug, Clone, Default)]
pub struct Printed {
    /// As a configuration file.
    pub text: String,
    /// Row by row.
    pub rows: Vec<Effective>,
}

/// Settings on the command line and in the environment, for commands that run the whole server.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ConfigArgs {
    /// Where the settings are.
    #[command(flatten)]
    pub source: DataArgs,
    #[command(flatten)]
    http: HttpGiven,
    #[command(flatten)]
    media: MediaGiven,
    #[command(flatten)]
    tls: TlsGiven,
    #[command(flatten)]
    room: RoomGiven,
    #[command(flatten)]
    index: IndexGiven,
    #[command(flatten)]
    files: FilesGiven,
    #[command(flatten)]
    webhook: WebhookGiven,
    #[command(flatten)]
    console: ConsoleGiven,
    #[command(flatten)]
    log: LogGiven,
}

/// Settings of commands that only need the data folder.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DataArgs {
    /// TOML file with settings; every key may be left out, unknown keys are refused
    #[arg(long, env = "SEDERUNT_CONFIG", value_name = "FILE", id = "config")]
    pub config: Option<PathBuf>,
    /// Folder that holds everything the server keeps: ledger, keys, certificates
    #[arg(long, env = "SEDERUNT_DATA", value_name = "DIR", id = "data")]
    pub data: Option<PathBuf>,
}

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    metrics_listen: Option<SocketAddr>,
    base_uri: Option<String>,
    cors_origins: Option<Vec<String>>,
    trusted_proxies: Option<Vec<Cidr>>,
    per_address_factor: Option<u32>,
    reconnect_grace_secs: Option<u64>,
    store_client_addresses: Option<bool>,
    media: MediaGiven,
    tls: TlsGiven,
    index: IndexGiven,
    files: FilesGiven,
    /// What `index` was called.
    archive: Option<index::Renamed>,
    webhook: WebhookGiven,
    console: ConsoleGiven,
    log: LogGiven,
}

const DATA_DEFAULT: &str = "data";

impl File {
    fn read(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("in the configuration file {}", path.display()))
    }
}

impl Config {
    /// Resolves the settings and tells where each value came from. `matches` are those of the subcommand that
    /// `args` were read from. Errors name the key and the rule.
    pub fn resolve(args: ConfigArgs, matches: &ArgMatches) -> anyhow::Result<(Self, Vec<Effective>)> {
        let ConfigArgs {
            source: DataArgs { config, data },
            http,
            media,
            tls,
            room,
            index,
            files,
            webhook,
            console,
            log,
        } = args;
        index::refuse_former_variables()?;
        let file = File::read(config.as_deref())?;
        let File {
            data: file_data,
            listen,
            metrics_listen,
            base_uri,
            cors_origins,
            trusted_proxies,
            per_address_factor,
            reconnect_grace_secs,
            store_client_addresses,
            media: file_media,
            tls: file_tls,
            index: file_index,
            files: file_files,
            archive: _,
            webhook: file_webhook,
            console: file_console,
            log: file_log,
        } = file;
        let mut layers = Layers::new(matches, config);
        let data = layers.pick("data", data, file_data, PathBuf::from(DATA_DEFAULT));
        let file_http =
            HttpGiven { listen, metrics_listen, base_uri, cors_origins, trusted_proxies, per_address_factor };
        let http = HttpConfig::resolve(&mut layers, http, file_http)?;
        let file_room = RoomGiven { reconnect_grace_secs, store_client_addresses };
        let room = RoomSettings::resolve(&mut layers, room, file_room)?;
        let media = MediaSettings::resolve(&mut layers, media, file_media)?;
        let tls = TlsConfig::resolve(&mut layers, tls, file_tls)?;
        let index = index::resolve(&mut layers, index, file_index)?;
        let files = files::resolve(&mut layers, files, file_files)?;
        let webhook = WebhookConfig::resolve(&mut layers, webhook, file_webhook)?;
        let console = ConsoleSettings::resolve(&mut layers, console, file_console)?;
        let log = LogConfig::resolve(&mut layers, log, file_log);
        let effective = layers.finish();
        let printed = Printed { text: layer::as_toml(&effective), rows: effective.clone() };
        let config = Self { data, http, media, tls, room, index, files, webhook, console, log, printed };
        Ok((config, effective))
    }
}

impl DataArgs {
    /// The text of the configuration file, if there is one.
    pub fn text(&self) -> anyhow::Result<Option<String>> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the configuration file {}", path.display()))
        };
        self.config.as_ref().map(read).transpose()
    }

    /// Address of the meeting page as the configuration file has it, for when no server says it.
    pub fn page(&self) -> anyhow::Result<String> {
        let file = File::read(self.config.as_deref())?;
        let is_secure = file.tls.cert.is_some() || file.tls.mode.is_some_and(|mode| mode != TlsMode::Off);
        let scheme = if is_secure { "https" } else { "http" };
        let port = file.listen.map_or(http::PORT_DEFAULT, |listen| listen.port());
        let base = file.base_uri.unwrap_or_else(|| format!("localhost:{port}"));
        Ok(format!("{scheme}://{base}/meet"))
    }

    /// The data folder.
    pub fn folder(self) -> anyhow::Result<PathBuf> {
        let Self { config, data } = self;
        let file = File::read(config.as_deref())?;
        Ok(data.or(file.data).unwrap_or_else(|| PathBuf::from(DATA_DEFAULT)))
    }
}

#[cfg(test)]
mod tests;
