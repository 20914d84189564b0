//! Requests, one on a connection.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::time::timeout;

use crate::dial::Dial;

/// For a request with its answer.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// Bytes of an answer; the longest is the text of all metrics.
const ANSWER_MAX_BYTES: usize = 4 << 20;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON, `Null` if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Status and the beginning of the body, for an error.
    pub(crate) fn told(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        format!("{} {}", self.status, text.chars().take(300).collect::<String>())
    }
}

/// Asks, and reads all of the answer.
pub(crate) async fn ask(
    dial: &Dial,
    method: Method,
    path: &str,
    bearer: Option<&str>,
    body: Option<&Value>,
) -> std::io::Result<Answer> {
    let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
    timeout(ANSWER_MAX, ask_now(dial, method, path, bearer, body)).await.map_err(late)?
}

async fn ask_now(
    dial: &Dial,
    method: Method,
    path: &str,
    bearer: Option<&str>,
    body: Option<&Value>,
) -> std::io::Result<Answer> {
    let other = std::io::Error::other::<Box<dyn std::error::Error + Send + Sync>>;
    let mut request = Request::builder().method(method).uri(path).header(HOST, dial.target.authority());
    if let Some(token) = bearer {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let body = Full::new(Bytes::from(body.map(Value::to_string).unwrap_or_default()));
    let request = request.body(body).map_err(|e| other(e.into()))?;
    let stream = TokioIo::new(dial.connect().await?);
    let (mut sender, connection) = http1::handshake(stream).await.map_err(|e| other(e.into()))?;
    // Driven beside the request, and dropped with it.
    let exchange = async {
        let (head, body) = sender.send_request(request).await.map_err(|e| other(e.into()))?.into_parts();
        let body = Limited::new(body, ANSWER_MAX_BYTES).collect().await.map_err(other)?.to_bytes();
        Ok(Answer { status: head.status, body })
    };
    tokio::pin!(connection);
    tokio::pin!(exchange);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // The connection ends with the answer; what came is still to be read.
        _ = &mut connection => exchange.await,
    }
}
