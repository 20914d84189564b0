//! Logs on stderr, and the access log. Tokens travel in queries, so a query is never logged.

use std::io::IsTerminal as _;
use std::time::Instant;

use anyhow::Context;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};
use crate::health::HttpMetrics;

/// Starts logging for the whole process. Fails on a filter that makes no sense.
pub fn init(config: &LogConfig) -> anyhow::Result<()> {
    let LogConfig { format, filter } = config;
    let filter = EnvFilter::try_new(filter).with_context(|| format!("\"log.filter\" {filter:?}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|e| anyhow::anyhow!("logging was started twice: {e}"))
}

/// One line and one count a request, after the head of its answer is known.
pub async fn access(State(metrics): State<HttpMetrics>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    // The path alone: `authToken` and `access_token` are in the query.
    let path = request.uri().path().to_owned();
    let start = Instant::now();
    let response = next.run(request).await;
    let took = start.elapsed();
    metrics.count(&method, response.status(), took);
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    tracing::info!(target: "access", %method, path, status, took_ms);
    response
}
