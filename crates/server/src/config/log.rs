//! Logs.

use serde::{Deserialize, Serialize};

use super::Layers;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For eyes.
    Text,
    /// One JSON object a line.
    Json,
}

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogGiven {
    /// Form of the log lines on stderr
    #[arg(long = "log-format", env = "SEDERUNT_LOG_FORMAT", value_name = "FORM", id = "log.format")]
    pub format: Option<LogFormat>,
    /// What is logged: level, or directives like sederunt=debug,warn
    #[arg(long = "log-filter", env = "SEDERUNT_LOG_FILTER", value_name = "FILTER", id = "log.filter")]
    pub filter: Option<String>,
}

/// Logs.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// Form of a line.
    pub format: LogFormat,
    /// `tracing` directives.
    pub filter: String,
}

/// Our crates at `info`, libraries only when something is wrong.
const FILTER_DEFAULT: &str = "warn,access=info,sederunt_server=info,sederunt_node=info,sederunt_store=info,sederunt_gateway=info,sederunt_api=info,sederunt_webhook=info";

impl LogConfig {
    pub(super) fn resolve(layers: &mut Layers<'_>, given: LogGiven, file: LogGiven) -> Self {
        let LogGiven { format, filter } = given;
        Self {
            format: layers.pick("log.format", format, file.format, LogFormat::Text),
            filter: layers.pick("log.filter", filter, file.filter, FILTER_DEFAULT.to_owned()),
        }
    }
}
