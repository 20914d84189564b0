//! Logs on stderr, and the access log. Tokens travel in queries, so a query is never logged.

use std::convert::Infallible;
use std::future::Future;
use std::io::IsTerminal as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use tower::Service;
use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};
use crate::front::Front;
use crate::head;
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

/// One line and one count a request, after the head of its answer is known; and no answer takes for ever.
#[derive(Debug, Clone)]
pub struct Access {
    metrics: HttpMetrics,
    /// Until the head of the answer; then it is 408.
    bound: Duration,
    front: Front,
    router: Router,
}

impl Access {
    /// In front of this router.
    pub(crate) fn new(metrics: HttpMetrics, bound: Duration, front: Front, router: Router) -> Self {
        Self { metrics, bound, front, router }
    }
}

impl Service<Request> for Access {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // As routers are.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let start = Instant::now();
        let metrics = self.metrics.clone();
        if let Some(fault) = head::fault(&request) {
            let response = head::refuse(fault);
            told(&metrics, &method, uri.path(), &response, start);
            return Box::pin(std::future::ready(Ok(response)));
        }
        // Its timer is set when the answer is not there at once.
        let answer = match self.front.answer(&request) {
            Some(response) => Err(response),
            None => Ok(tokio::time::timeout(self.bound, self.router.call(request))),
        };
        Box::pin(async move {
            let response = match answer {
                Err(response) => response,
                Ok(answer) => match answer.await {
                    Ok(Ok(response)) => response,
                    Ok(Err(never)) => match never {},
                    Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
                },
            };
            told(&metrics, &method, uri.path(), &response, start);
            Ok(response)
        })
    }
}

/// The count and the line. The path alone: `authToken` and `access_token` are in the query.
fn told(metrics: &HttpMetrics, method: &Method, path: &str, response: &Response, start: Instant) {
    let took = start.elapsed();
    metrics.count(method, response.status(), took);
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    tracing::info!(target: "access", %method, path, status, took_ms);
}
