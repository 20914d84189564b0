//! The second port: `/healthz`, `/readyz`, `/metrics`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use sederunt_core::time::UnixMs;
use sederunt_node::Node;
use sederunt_node::clock::Steps;
use sederunt_node::media::{MediaHandle, MediaStats, SfuStats, StreamStats, WorkerStats};
use sederunt_store::{Backlog, IndexStats, Store};
use sederunt_webhook::service::Service;

use crate::accept::Connections;
use crate::control::ControlStats;
use crate::tls::Certificates;

/// A ledger that does not answer for this long is not ready.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether new work is welcome.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Changes the answer of `/readyz`.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Labels of a finished request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RequestLabels {
    /// `GET`, `POST` … or `other`.
    method: &'static str,
    /// First digit of the status: `2xx`, `4xx` …
    status: &'static str,
}

/// What the HTTP doors count.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        // 1 ms to 16 s: a list page takes few ms, a streamed million stays only begin in this time.
        let bounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 4.0, 16.0];
        Self { requests: Family::default(), seconds: Histogram::new(bounds) }
    }
}

impl HttpMetrics {
    /// Counts one answered request.
    pub fn count(&self, method: &axum::http::Method, status: StatusCode, took: Duration) {
        let method = match method.as_str() {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            "OPTIONS" => "OPTIONS",
            // Any text may be a method; a label for each would be a stranger's to grow.
            _ => "other",
        };
        let status = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&RequestLabels { method, status }).inc();
        self.seconds.observe(took.as_secs_f64());
    }
}

/// What the second port reads from.
#[derive(Debug, Clone)]
pub struct Observed {
    /// Set while requests are welcome.
    pub readiness: Readiness,
    /// The shell, once it runs.
    pub node: Node,
    /// Open connections.
    pub connections: Connections,
    /// Requests.
    pub http: HttpMetrics,
    /// The media threads.
    pub media: MediaHandle,
    /// Certificates of the HTTP port, if it has some.
    pub certificates: Option<Arc<Certificates>>,
    /// Commands beside the server.
    pub control: ControlStats,
    /// Start of the process.
    pub started_at: UnixMs,
    /// Delivers webhooks.
    pub webhooks: Arc<Service>,
}

/// The routes of the second port.
pub fn router(observed: Observed) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(observed)
}

async fn readyz(State(observed): State<Observed>) -> Response {
    let unready = |why: &str| (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")).into_response();
    if !observed.readiness.get() {
        return unready("stopping");
    }
    if let Some(trouble) = observed.node.store().disk_trouble() {
        return unready(&trouble.to_string());
    }
    if let Some(trouble) = media_trouble(&observed.media.workers()) {
        return unready(&trouble);
    }
    match tokio::time::timeout(STORE_TIMEOUT, observed.node.store().tokens()).await {
        Ok(Ok(_)) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the ledger does not answer");
            unready("the ledger does not answer")
        }
        Err(_) => unready("the ledger is slow"),
    }
}

/// Meetings of a worker that has ended have no sound and no pictures until the process is started again.
fn media_trouble(workers: &[WorkerStats]) -> Option<String> {
    let ended = workers.iter().filter(|worker| !worker.is_alive).count();
    (ended > 0).then(|| format!("{ended} of {} media workers have ended", workers.len()))
}

async fn metrics(State(observed): State<Observed>) -> Response {
    let registry = collect(&observed);
    let mut text = String::new();
    if let Err(error) = encode(&mut text, &registry) {
        tracing::error!(%error, "cannot encode metrics");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

/// A fresh registry a scrape: engines keep plain numbers, and nothing global is shared with the hot paths.
fn collect(observed: &Observed) -> Registry {
    let mut registry = Registry::with_prefix("sederunt");
    let Observed { readiness, node, media, connections, http, control, certificates, started_at, webhooks } =
        observed;
    registry.register("build", "Version", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    let started_secs = started_at.0 / 1000;
    registry.register("process_start_time_seconds", "Unix time of the start", ConstGauge::new(started_secs));
    let memory = i64::try_from(crate::memory::resident_bytes().unwrap_or(0)).unwrap_or(i64::MAX);
    registry.register("process_resident_memory_bytes", "Memory of the process", ConstGauge::new(memory));
    registry.register("ready", "1 while new work is welcome", ConstGauge::new(i64::from(readiness.get())));
    let open = i64::try_from(connections.count()).unwrap_or(i64::MAX);
    registry.register("connections", "Open connections, web sockets included", ConstGauge::new(open));
    registry.register(
        "connections_stalled",
        "Connections cut because nobody took what was written to them",
        ConstCounter::new(connections.stalled()),
    );
    registry.register(
        "connections_refused",
        "Connections refused because their address has too many",
        ConstCounter::new(connections.refused()),
    );
    registry.register("http_requests", "Requests answered", http.requests.clone());
    registry.register("http_request_seconds", "Time to the head of the answer", http.seconds.clone());
    node.metrics().register(&mut registry);
    control_metrics(&mut registry, control);
    clock_metrics(&mut registry, node.clock_steps());
    if let Some(certificates) = certificates {
        tls_metrics(&mut registry, certificates);
    }
    backlog_metrics(&mut registry, node.store().backlog());
    disk_metrics(&mut registry, node.store());
    index_metrics(&mut registry, node.store().index_stats());
    media_metrics(&mut registry, media.stats());
    worker_metrics(&mut registry, &media.workers());
    webhook_metrics(&mut registry, webhooks);
    registry
}

fn webhook_metrics(registry: &mut Registry, webhooks: &Service) {
    webhooks.numbers().register(registry);
    let count = |number: usize| ConstGauge::new(i64::try_from(number).unwrap_or(i64::MAX));
    registry.register("webhook_receivers", "Receivers of webhooks at work", count(webhooks.receivers()));
    let busy = count(webhooks.resolver_busy());
    registry.register("webhook_resolver_busy", "Threads that ask for addresses of receivers", busy);
    let log = webhooks.log();
    let bytes = ConstGauge::new(i64::try_from(log.bytes()).unwrap_or(i64::MAX));
    registry.register("webhook_log_bytes", "Size of the log of deliveries", bytes);
    let dropped = ConstCounter::new(log.dropped());
    registry.register("webhook_log_dropped", "Attempts that the log of deliveries could not take", dropped);
}

fn tls_metrics(registry: &mut Registry, certificates: &Certificates) {
    let (reloads, failures) = certificates.reloads();
    registry.register(
        "tls_not_after_seconds",
        "Unix time until which the certificate is good",
        ConstGauge::new(certificates.not_after_secs()),
    );
    registry.register("tls_reloads", "Changed certificates taken", ConstCounter::new(reloads));
    registry.register("tls_reload_failures", "Changed certificates not taken", ConstCounter::new(failures));
}

fn control_metrics(registry: &mut Registry, control: &ControlStats) {
    let running = ConstGauge::new(i64::try_from(control.running()).unwrap_or(i64::MAX));
    registry.register("commands_running", "Commands of the control socket at work", running);
    registry.register("commands", "Commands of the control socket done", ConstCounter::new(control.done()));
    registry.register(
        "commands_refused",
        "Commands of the control socket refused: another user, another version, or too many",
        ConstCounter::new(control.refused()),
    );
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of any wall clock stay far below 2^53")]
fn clock_metrics(registry: &mut Registry, steps: Steps) {
    registry.register("clock_steps", "Times that the wall clock was set", ConstCounter::new(steps.count));
    let offset: ConstGauge<f64> = ConstGauge::new(steps.offset_ms as f64 / 1000.0);
    registry.register("clock_offset_seconds", "By how much it was set since the start", offset);
}

fn backlog_metrics(registry: &mut Registry, backlog: Backlog) {
    let Backlog { waiting, is_behind, refused, delayed } = backlog;
    let waiting = ConstGauge::new(i64::try_from(waiting).unwrap_or(i64::MAX));
    registry.register("ledger_waiting", "Writes that wait for the disk", waiting);
    let behind = ConstGauge::new(i64::from(is_behind));
    registry.register("ledger_behind", "1 while the disk is so far behind that nobody new is let in", behind);
    registry.register("ledger_refused", "Writes refused because too many waited", ConstCounter::new(refused));
    registry.register(
        "ledger_delayed",
        "Writes of rooms that waited for a place",
        ConstCounter::new(delayed),
    );
}

fn disk_metrics(registry: &mut Registry, store: &Store) {
    let unwritable = ConstGauge::new(i64::from(store.disk_trouble().is_some()));
    registry.register(
        "ledger_unwritable",
        "1 while the disk takes no writes: it is full, fails or does not answer",
        unwritable,
    );
    let failures = ConstCounter::new(store.disk_failures());
    registry.register("ledger_write_failures", "Transactions that the disk refused", failures);
}

fn index_metrics(registry: &mut Registry, stats: IndexStats) {
    let IndexStats {
        apps,
        sealed,
        in_memory,
        seals,
        merges,
        rebuilds,
        set_aside,
        failures,
        busy_us,
        answers,
        answers_sql,
    } = stats;
    let mut gauge = |name: &str, help: &str, value: u64| {
        registry.register(name, help, ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)));
    };
    gauge("index_apps", "Apps whose session list is answered from the index", apps);
    gauge("index_sessions_sealed", "Sessions in the index's files", sealed);
    gauge("index_sessions_in_memory", "Sessions beside them in memory: LIVE, or ended lately", in_memory);
    let mut counter = |name: &str, help: &str, value: u64| {
        registry.register(name, help, ConstCounter::new(value));
    };
    counter("index_seals", "Segments written from memory", seals);
    counter("index_merges", "Merges of segments", merges);
    counter("index_rebuilds", "Indexes of an app built from the ledger", rebuilds);
    counter("index_set_aside", "Indexes of an app found damaged, foreign or out of date", set_aside);
    counter("index_failures", "Failures of sealing, merging and building; each is tried again", failures);
    counter("index_busy_microseconds", "Time spent on sealing, merging and building", busy_us);
    counter("session_lists_index", "Session lists answered from the index", answers);
    counter("session_lists_sql", "Session lists answered from SQL", answers_sql);
}

/// Registers a number that only grows.
fn counter(registry: &mut Registry, name: &str, help: &str, value: u64) {
    registry.register(name, help, ConstCounter::new(value));
}

/// Registers a number of now.
fn gauge(registry: &mut Registry, name: &str, help: &str, value: u64) {
    registry.register(name, help, ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)));
}

fn media_metrics(registry: &mut Registry, stats: MediaStats) {
    let MediaStats {
        datagrams_received,
        datagrams_sent,
        datagrams_dropped,
        datagrams_refused,
        send_calls,
        restarts,
        streams,
        sightings_dropped,
        cpu,
        sfu,
    } = stats;
    let mut count = |name: &str, help: &str, value: u64| counter(registry, name, help, value);
    count("media_datagrams_received", "Datagrams received by the media workers", datagrams_received);
    count("media_datagrams_sent", "Datagrams sent by the media workers", datagrams_sent);
    count("media_datagrams_dropped", "Datagrams dropped, send buffer full", datagrams_dropped);
    count("media_datagrams_refused", "Datagrams the kernel would not send", datagrams_refused);
    count("media_send_calls", "System calls that sent datagrams", send_calls);
    count("media_cpu_milliseconds", "CPU time of the media workers", cpu.as_millis() as u64);
    count("media_sightings_dropped", "Samples of calls that found no place", sightings_dropped);
    count("media_panics", "Panics caught in the media engine", sfu.panics + restarts);
    stream_metrics(registry, streams);
    engine_metrics(registry, &sfu);
}

/// Label of what is told of each media worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WorkerLabels {
    /// Its number, from 0, in the order of the ports.
    worker: u32,
}

fn worker_metrics(registry: &mut Registry, workers: &[WorkerStats]) {
    let (up, transports) =
        (Family::<WorkerLabels, Gauge>::default(), Family::<WorkerLabels, Gauge>::default());
    let (cpu, forwarded) =
        (Family::<WorkerLabels, Counter>::default(), Family::<WorkerLabels, Counter>::default());
    for (worker, WorkerStats { is_alive, media }) in (0..).zip(workers) {
        let of = WorkerLabels { worker };
        up.get_or_create(&of).set(i64::from(*is_alive));
        transports.get_or_create(&of).set(i64::try_from(media.sfu.transports).unwrap_or(i64::MAX));
        cpu.get_or_create(&of).inc_by(media.cpu.as_millis() as u64);
        forwarded.get_or_create(&of).inc_by(media.sfu.packets_forwarded);
    }
    registry.register("media_worker_up", "1 while the worker runs", up);
    registry.register("media_worker_transports", "Peer connections of the worker", transports);
    registry.register("media_worker_cpu_milliseconds", "CPU time of the worker", cpu);
    registry.register("media_worker_packets_forwarded", "RTP packets that the worker forwarded", forwarded);
}

fn stream_metrics(registry: &mut Registry, stats: StreamStats) {
    let StreamStats { tcp, relayed, refused, strayed, lost } = stats;
    gauge(registry, "media_tcp_streams", "Streams of clients over ICE-TCP", tcp);
    gauge(registry, "media_relayed_streams", "Streams of clients through the relay", relayed);
    let mut count = |name: &str, help: &str, value: u64| counter(registry, name, help, value);
    count(
        "media_streams_refused",
        "TCP streams that were no client's: no ICE check of ours came first",
        refused,
    );
    count("media_relay_strayed", "What clients wanted of the relay for others than media, refused", strayed);
    count(
        "media_stream_datagrams_lost",
        "Datagrams for TCP streams left out because too much waited or they were too late",
        lost,
    );
}

fn line_metrics(registry: &mut Registry, sfu: &SfuStats) {
    gauge(registry, "media_lines", "Receiving connections whose line is estimated", sfu.lines_estimated);
    gauge(
        registry,
        "media_lines_estimate_bits",
        "Sum of those estimates, bits a second with all headers",
        sfu.lines_estimate_bps,
    );
    gauge(registry, "media_lines_short", "Those of them that get less than they ask for", sfu.lines_short);
    gauge(registry, "media_paused", "Pictures paused, their line does not carry them", sfu.pictures_paused);
    gauge(
        registry,
        "media_voices_paused",
        "Voices left out, their line does not carry all",
        sfu.voices_paused,
    );
    let mut count = |name: &str, help: &str, value: u64| counter(registry, name, help, value);
    count("media_steps_down", "Steps of pictures to a lower layer or to nothing", sfu.steps_down);
    count("media_steps_up", "Steps of pictures to a higher layer", sfu.steps_up);
    count("media_lines_dropped", "Times that far less arrived than was estimated", sfu.lines_dropped);
}

fn large_room_metrics(registry: &mut Registry, sfu: &SfuStats) {
    gauge(registry, "media_large_rooms", "Rooms in which only the loudest are heard", sfu.rooms_large);
    let mut count = |name: &str, help: &str, value: u64| counter(registry, name, help, value);
    count("media_voices_replaced", "Voices there that gave way to a louder one", sfu.voices_replaced);
    count("media_packets_unheard", "RTP packets of sound left out there", sfu.packets_unheard);
}

fn engine_metrics(registry: &mut Registry, sfu: &SfuStats) {
    gauge(registry, "media_transports", "Peer connections", sfu.transports);
    gauge(registry, "media_producers", "Published tracks", sfu.producers);
    gauge(registry, "media_consumers", "Forwarded tracks", sfu.consumers);
    gauge(
        registry,
        "media_redundant_subscribers",
        "Receiving connections that lose packets and get sound with redundancy",
        sfu.red_subscribers,
    );
    line_metrics(registry, sfu);
    large_room_metrics(registry, sfu);
    let mut count = |name: &str, help: &str, value: u64| counter(registry, name, help, value);
    count(
        "media_datagrams_foreign",
        "Datagrams of nobody's transport",
        sfu.datagrams_unknown + sfu.stun_refused,
    );
    count(
        "media_checks_refused",
        "ICE checks of transports that are no more, answered with 403",
        sfu.stun_forbidden,
    );
    count("media_checks_unanswered", "The same beyond the limit per source", sfu.stun_unanswered);
    count(
        "media_checks_misdirected",
        "ICE checks that came to another worker than that of their transport",
        sfu.stun_elsewhere,
    );
    count("media_looks", "Times that a session was asked what it has to say next", sfu.looks);
    count("media_packets_received", "RTP packets received", sfu.packets_received);
    count(
        "media_packets_late",
        "Of those, what came after a later one: repeated on request, or overtaken",
        sfu.packets_late,
    );
    count("media_packets_forwarded", "RTP packets forwarded", sfu.packets_forwarded);
    count(
        "media_packets_redundant",
        "Of those, sound that carries the packets before it",
        sfu.packets_redundant,
    );
    count("media_bytes_redundant", "Bytes of that redundancy", sfu.bytes_redundant);
    count("media_keyframe_requests", "Key frames asked of publishers", sfu.keyframes_requested);
    count("media_transports_failed", "Transports that closed by themselves", sfu.transports_failed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workers() -> Vec<WorkerStats> {
        let of = |transports, is_alive| {
            let sfu = SfuStats { transports, packets_forwarded: 7, ..SfuStats::default() };
            let media = MediaStats { sfu, cpu: Duration::from_secs(2), ..MediaStats::default() };
            WorkerStats { is_alive, media }
        };
        vec![of(3, true), of(4, false)]
    }

    #[test]
    fn a_worker_that_has_ended_is_a_trouble() {
        let all = workers();
        assert_eq!(media_trouble(&all[..1]), None);
        assert_eq!(media_trouble(&all).as_deref(), Some("1 of 2 media workers have ended"));
    }

    #[test]
    fn each_worker_is_told_by_its_number() {
        let mut registry = Registry::with_prefix("sederunt");
        worker_metrics(&mut registry, &workers());
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        for line in [
            "sederunt_media_worker_up{worker=\"0\"} 1\n",
            "sederunt_media_worker_up{worker=\"1\"} 0\n",
            "sederunt_media_worker_transports{worker=\"1\"} 4\n",
            "sederunt_media_worker_cpu_milliseconds_total{worker=\"0\"} 2000\n",
            "sederunt_media_worker_packets_forwarded_total{worker=\"0\"} 7\n",
        ] {
            assert!(text.contains(line), "{line}{text}");
        }
    }
}
