//! Webhooks: where requests may go, and how hard they are tried.

use std::path::PathBuf;
use std::time::Duration;

use sederunt_webhook::places::{Place, Places};
use serde::{Deserialize, Serialize};

use super::Layers;
use super::layer::within;

/// Whether events of one meeting may overtake each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookOrder {
    /// Those of different people may, once more than 64 of their meeting wait.
    Causal,
    /// Never.
    Strict,
}

/// Which attempts are kept in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookLog {
    /// All.
    All,
    /// Those that failed.
    Failures,
}

/// As given on the command line, in the environment or in the file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookGiven {
    /// Places that webhooks may call although they are not of the public internet, comma-separated: addresses, networks
    /// (10.0.0.0/8), hosts, *.suffix, each with :port if only that is meant
    #[arg(
        long = "webhook-allow",
        env = "SEDERUNT_WEBHOOK_ALLOW",
        value_name = "PLACE,…",
        value_delimiter = ',',
        id = "webhook.allow"
    )]
    pub allow: Option<Vec<Place>>,
    /// Places that webhooks may not call whatever else is said, in the same form; for example the outer address of your
    /// own network
    #[arg(
        long = "webhook-refuse",
        env = "SEDERUNT_WEBHOOK_REFUSE",
        value_name = "PLACE,…",
        value_delimiter = ',',
        id = "webhook.refuse"
    )]
    pub refuse: Option<Vec<Place>>,
    /// Webhooks may call http:// anywhere. Else only https://, but for what is allowed by name or address
    #[arg(
        long = "webhook-allow-http",
        env = "SEDERUNT_WEBHOOK_ALLOW_HTTP",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        id = "webhook.allow_http"
    )]
    pub allow_http: Option<bool>,
    /// PEM file with certificate authorities that receivers may have besides those of the system
    #[arg(
        long = "webhook-ca-file",
        env = "SEDERUNT_WEBHOOK_CA_FILE",
        value_name = "FILE",
        id = "webhook.ca_file"
    )]
    pub ca_file: Option<PathBuf>,
    /// Send the headers dyte-signature, dyte-uuid and dyte-webhook-id as well, for receivers that read only these
    #[arg(
        long = "webhook-legacy-headers",
        env = "SEDERUNT_WEBHOOK_LEGACY_HEADERS",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        id = "webhook.legacy_headers"
    )]
    pub legacy_headers: Option<bool>,
    /// Whether events of different people may overtake each other when more than 64 of one meeting wait
    #[arg(
        long = "webhook-order",
        env = "SEDERUNT_WEBHOOK_ORDER",
        value_name = "ORDER",
        id = "webhook.order"
    )]
    pub order: Option<WebhookOrder>,
    /// Requests to one webhook at a time
    #[arg(
        long = "webhook-concurrency",
        env = "SEDERUNT_WEBHOOK_CONCURRENCY",
        value_name = "NUMBER",
        id = "webhook.concurrency"
    )]
    pub concurrency: Option<usize>,
    /// Requests to all webhooks together at a time; each holds a connection
    #[arg(
        long = "webhook-in-flight",
        env = "SEDERUNT_WEBHOOK_IN_FLIGHT",
        value_name = "NUMBER",
        id = "webhook.in_flight"
    )]
    pub in_flight: Option<usize>,
    /// Hours for which a receiver may be down before its webhook is switched off; 0 = it never is
    #[arg(
        long = "webhook-give-up-hours",
        env = "SEDERUNT_WEBHOOK_GIVE_UP_HOURS",
        value_name = "HOURS",
        id = "webhook.give_up_hours"
    )]
    pub give_up_hours: Option<u64>,
    /// Which attempts are kept in the log of deliveries
    #[arg(long = "webhook-log", env = "SEDERUNT_WEBHOOK_LOG", value_name = "WHICH", id = "webhook.log")]
    pub log: Option<WebhookLog>,
    /// Days for which the log of deliveries is kept
    #[arg(
        long = "webhook-log-days",
        env = "SEDERUNT_WEBHOOK_LOG_DAYS",
        value_name = "DAYS",
        id = "webhook.log_days"
    )]
    pub log_days: Option<u32>,
    /// MiB that the log of deliveries may take; the oldest days go first. One app may take an eighth a day. When today alone has more,
    /// only what fails for good is kept, up to twice as much
    #[arg(
        long = "webhook-log-max-mib",
        env = "SEDERUNT_WEBHOOK_LOG_MAX_MIB",
        value_name = "MIB",
        id = "webhook.log_max_mib"
    )]
    pub log_max_mib: Option<u64>,
}

/// Webhooks.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// Where requests may go; without the addresses of this server, which are not known before it listens.
    pub places: Places,
    /// Authorities besides the system's.
    pub ca_file: Option<PathBuf>,
    /// The headers of the product's predecessor as well.
    pub has_legacy_headers: bool,
    /// Whether events of one meeting may overtake each other.
    pub order: WebhookOrder,
    /// Requests to one webhook at a time.
    pub concurrency: usize,
    /// Requests to all of them at a time.
    pub in_flight: usize,
    /// How long a receiver may be down; zero = for ever.
    pub give_up: Duration,
    /// What the log has.
    pub log: WebhookLog,
    /// For how many days.
    pub log_days: u32,
    /// And how many bytes at most.
    pub log_max_bytes: u64,
}

/// More at a time is no receiver's wish: with answers after 50 ms these are 5 000 events a second.
const CONCURRENCY_MAX: usize = 256;
/// Each is a file descriptor, beside those of people.
const IN_FLIGHT_MAX: usize = 16_384;
const GIVE_UP_HOURS_DEFAULT: u64 = 168;
/// A year; whoever wants more wants 0.
const GIVE_UP_HOURS_MAX: u64 = 8_784;
/// Ten years.
const LOG_DAYS_MAX: u32 = 3_660;
const LOG_MIB_DEFAULT: u64 = 2_048;
/// A tebibyte.
const LOG_MIB_MAX: u64 = 1 << 20;
/// Entries in each list: all are compared with every target.
const PLACES_MAX: usize = 1_000;

impl Default for WebhookConfig {
    fn default() -> Self {
        Self {
            places: Places::default(),
            ca_file: None,
            has_legacy_headers: true,
            order: WebhookOrder::Causal,
            concurrency: 16,
            in_flight: 512,
            give_up: Duration::from_secs(GIVE_UP_HOURS_DEFAULT * 3_600),
            log: WebhookLog::All,
            log_days: 31,
            log_max_bytes: LOG_MIB_DEFAULT << 20,
        }
    }
}

impl WebhookConfig {
    pub(super) fn resolve(
        layers: &mut Layers<'_>,
        given: WebhookGiven,
        file: WebhookGiven,
    ) -> anyhow::Result<Self> {
        let WebhookGiven {
            allow,
            refuse,
            allow_http,
            ca_file,
            legacy_headers,
            order,
            concurrency,
            in_flight,
            give_up_hours,
            log,
            log_days,
            log_max_mib,
        } = given;
        let defaults = Self::default();
        let allow = layers.pick("webhook.allow", allow, file.allow, Vec::new());
        let refuse = layers.pick("webhook.refuse", refuse, file.refuse, Vec::new());
        within("webhook.allow", allow.len(), 0..=PLACES_MAX)?;
        within("webhook.refuse", refuse.len(), 0..=PLACES_MAX)?;
        let allow_http = layers.pick("webhook.allow_http", allow_http, file.allow_http, false);
        let ca_file = layers.pick_optional("webhook.ca_file", ca_file, file.ca_file);
        let has_legacy_headers = layers.pick(
            "webhook.legacy_headers",
            legacy_headers,
            file.legacy_headers,
            defaults.has_legacy_headers,
        );
        let order = layers.pick("webhook.order", order, file.order, defaults.order);
        let concurrency =
            layers.pick("webhook.concurrency", concurrency, file.concurrency, defaults.concurrency);
        within("webhook.concurrency", concurrency, 1..=CONCURRENCY_MAX)?;
        let in_flight = layers.pick("webhook.in_flight", in_flight, file.in_flight, defaults.in_flight);
        within("webhook.in_flight", in_flight, 1..=IN_FLIGHT_MAX)?;
        let hours =
            layers.pick("webhook.give_up_hours", give_up_hours, file.give_up_hours, GIVE_UP_HOURS_DEFAULT);
        within("webhook.give_up_hours", hours, 0..=GIVE_UP_HOURS_MAX)?;
        let log = layers.pick("webhook.log", log, file.log, defaults.log);
        let log_days = layers.pick("webhook.log_days", log_days, file.log_days, defaults.log_days);
        within("webhook.log_days", log_days, 1..=LOG_DAYS_MAX)?;
        let log_max_mib = layers.pick("webhook.log_max_mib", log_max_mib, file.log_max_mib, LOG_MIB_DEFAULT);
        within("webhook.log_max_mib", log_max_mib, 1..=LOG_MIB_MAX)?;
        Ok(Self {
            places: Places { allow, refuse, allow_http, own: Vec::new() },
            ca_file,
            has_legacy_headers,
            order,
            concurrency,
            in_flight,
            give_up: Duration::from_secs(hours * 3_600),
            log,
            log_days,
            log_max_bytes: log_max_mib << 20,
        })
    }
}
