//! The server itself, for tokens with the right to it: how its ledger and its disk do, its settings, and a check of the whole
//! ledger.

use std::sync::Arc;

use axum::Json;
use sederunt_changes::text::iso;
use sederunt_core::time::UnixMs;
use sederunt_store::{Backlog, IndexStats, Store, Verified};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::OfServer;
use super::refusals::Refusals;
use crate::dialect::{KitError, KitErrors};
use crate::right::Read;
use crate::system::{Setting as Given, SystemConfig};

/// Time over which the growth of the ledger is measured.
const GROWTH_DAYS: i64 = 7;
/// A ledger younger than this says nothing of its growth.
const GROWTH_LEAST_MS: i64 = DAY_MS;
/// A day.
const DAY_MS: i64 = 86_400_000;

/// The server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = System)]
pub(crate) struct View {
    /// Version of the program.
    version: &'static str,
    /// Start of the process.
    #[schema(format = DateTime)]
    started_at: String,
    /// The server's clock.
    #[schema(format = DateTime)]
    now: String,
    /// Open connections, web sockets included.
    connections: usize,
    /// Until when the certificate is good; `null` = this server speaks no TLS.
    #[schema(format = DateTime)]
    certificate_until: Option<String>,
    /// The ledger.
    ledger: Ledger,
    /// The disk that has it; `null` = it does not say.
    disk: Option<Disk>,
    /// The index of session lists.
    index: Index,
    /// Who was not let into a room in the last hour, by cause, most first; since the start, if that was later.
    refused: Vec<Refusals>,
    /// The last whole check of the ledger, by whomever; `null` = none is known.
    verified: Option<VerifiedView>,
    /// The settings in force; what would be a secret has no value here.
    settings: Vec<Setting>,
}

/// A check of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemVerified)]
pub(crate) struct VerifiedView {
    /// When it ended.
    #[schema(format = DateTime)]
    at: String,
    /// Facts that were folded.
    facts: u64,
    /// Differences that were found.
    difference_count: u64,
}

impl VerifiedView {
    async fn of(store: &Store) -> Option<Self> {
        let store = store.clone();
        let Verified { at, facts, difference_count } = asked(move || store.verified()).await?;
        Some(Self { at: iso(at), facts, difference_count })
    }
}

/// The ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemLedger)]
pub(crate) struct Ledger {
    /// Number of the last fact.
    last_fact: u64,
    /// Facts of the last 24 hours.
    facts_last_day: u64,
    /// Size of the file.
    bytes: u64,
    /// Size of its log (the WAL), which is folded into it now and then.
    log_bytes: u64,
    /// How long the last writes of rooms took until they were durable; `null` = there was none since the start.
    commit: Option<Commit>,
    /// Writes that wait for the disk.
    writes_waiting: u64,
    /// Writes that may wait.
    writes_waiting_max: usize,
    /// The disk is so far behind that nobody new is let in.
    behind: bool,
    /// Why nothing can be written now.
    trouble: Option<String>,
}

/// Times of the last writes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemCommit)]
pub(crate) struct Commit {
    /// How many they are; at most 1024.
    count: usize,
    /// Half of them took no longer, milliseconds.
    p50_ms: f64,
    /// Ninety-nine of a hundred took no longer, milliseconds.
    p99_ms: f64,
    /// The longest, milliseconds.
    longest_ms: f64,
}

/// The disk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemDisk)]
pub(crate) struct Disk {
    /// Free for this server.
    free_bytes: u64,
    /// In all.
    total_bytes: u64,
    /// What the ledger grew by a day, over the last seven; `null` = it is younger than a day.
    growth_bytes_per_day: Option<u64>,
    /// Days until the disk is full if it goes on so; `null` = not known, or it does not grow.
    days_left: Option<u64>,
}

/// The index of session lists: of all apps.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemIndex)]
pub(crate) struct Index {
    /// Apps that have one.
    apps: u64,
    /// Sessions in its files.
    sessions_sealed: u64,
    /// Sessions beside them in memory.
    sessions_in_memory: u64,
    /// Indexes that were found damaged, and are built anew.
    set_aside: u64,
    /// Failures of building; each is tried again.
    failures: u64,
}

/// A setting in force.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemSetting)]
pub(crate) struct Setting {
    /// Its key in the configuration file.
    key: &'static str,
    /// Its value as TOML; `null` = not set, or a secret.
    value: Option<String>,
    /// Where it comes from: `default`, `file …`, `environment` or `flag`.
    origin: String,
    /// It has a value that is not told.
    secret: bool,
}

/// Last parts of keys whose values are nobody's to read. Files that hold a secret are named by their paths, which are none.
const SECRETS: [&str; 3] = ["secret", "password", "token"];

impl From<&Given> for Setting {
    fn from(given: &Given) -> Self {
        let Given { key, value, origin } = given;
        let last = key.rsplit('.').next().unwrap_or_default();
        let secret = value.is_some() && SECRETS.iter().any(|part| last.contains(part));
        let value = value.clone().filter(|_| !secret);
        Self { key, value, origin: origin.clone(), secret }
    }
}

impl View {
    async fn of(caller: &OfServer<Read>) -> Result<Self, KitError> {
        let (node, about) = (&caller.api.node, &caller.about);
        let (store, now) = (node.store(), node.now());
        let SystemConfig { version, started_at, settings, vitals } = about;
        let ledger = Ledger::of(store, node.metrics().commits.latest(), now).await?;
        let disk = Disk::of(about, store, &ledger, now).await?;
        let IndexStats { apps, sealed, in_memory, set_aside, failures, .. } = store.index_stats();
        Ok(Self {
            version,
            started_at: iso(*started_at),
            now: iso(now),
            connections: vitals.connections(),
            certificate_until: vitals.certificate_until().map(iso),
            ledger,
            disk,
            index: Index {
                apps,
                sessions_sealed: sealed,
                sessions_in_memory: in_memory,
                set_aside,
                failures,
            },
            refused: Refusals::of(node.metrics().refused.last_hour(now)),
            verified: VerifiedView::of(store).await,
            settings: settings.iter().map(Setting::from).collect(),
        })
    }
}

impl Ledger {
    async fn of(
        store: &Store,
        latency: Option<sederunt_node::Latency>,
        now: UnixMs,
    ) -> Result<Self, KitError> {
        let (bytes, log_bytes) = store.bytes();
        let Backlog { waiting, is_behind, .. } = store.backlog();
        let ms = |micros: u32| f64::from(micros) / 1000.0;
        let last_fact = *store.durable().borrow();
        Ok(Self {
            last_fact,
            facts_last_day: store.facts_since(now.plus_ms(-DAY_MS)).await?,
            bytes,
            log_bytes,
            commit: latency.map(|of| Commit {
                count: of.count,
                p50_ms: ms(of.p50_us),
                p99_ms: ms(of.p99_us),
                longest_ms: ms(of.longest_us),
            }),
            writes_waiting: waiting,
            writes_waiting_max: Store::WAITING_MAX,
            behind: is_behind,
            trouble: store.disk_trouble().map(|trouble| trouble.to_string()),
        })
    }
}

impl Disk {
    async fn of(
        about: &SystemConfig,
        store: &Store,
        ledger: &Ledger,
        now: UnixMs,
    ) -> Result<Option<Self>, KitError> {
        let vitals = Arc::clone(&about.vitals);
        let Some((free_bytes, total_bytes)) = asked(move || vitals.disk()).await else { return Ok(None) };
        let growth = growth(store, ledger, now).await?;
        Ok(Some(Self {
            free_bytes,
            total_bytes,
            growth_bytes_per_day: growth,
            days_left: growth.and_then(|growth| free_bytes.checked_div(growth)),
        }))
    }
}

/// What a disk that may be slow says.
async fn asked<T: Send + 'static>(of: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(of).await.ok().flatten()
}

/// Bytes a day: facts of the last days, each with its share of the file.
async fn growth(store: &Store, ledger: &Ledger, now: UnixMs) -> Result<Option<u64>, KitError> {
    let Some(first) = store.first_fact_at().await? else { return Ok(None) };
    let span_ms = now.since(first).min(GROWTH_DAYS * DAY_MS);
    if span_ms < GROWTH_LEAST_MS || ledger.last_fact == 0 {
        return Ok(None);
    }
    let facts = u128::from(store.facts_since(now.plus_ms(-span_ms)).await?);
    let a_day = facts * u128::from(ledger.bytes) * u128::from(DAY_MS.unsigned_abs());
    let growth = a_day / u128::from(ledger.last_fact) / u128::from(span_ms.unsigned_abs());
    Ok(u64::try_from(growth).ok())
}

/// How the server does: ledger, disk, index, certificate, and the settings in force.
///
/// For tokens with the right to the server, by a sign-in that looks, too.
#[utoipa::path(
    get,
    path = "/system",
    operation_id = "GetSystem",
    tag = "System",
    responses((status = 200, description = "Done.", body = View), KitErrors)
)]
pub(in crate::doors::sederunt) async fn get(caller: OfServer<Read>) -> Result<Json<View>, KitError> {
    Ok(Json(View::of(&caller).await?))
}
