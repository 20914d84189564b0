//! Requests to other processes.

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One request on a connection of its own: status and body.
pub(crate) async fn exchange(
    address: &str,
    method: &str,
    path: &str,
    token: &str,
    body: &str,
) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "{method} {path} HTTP/1.0\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no head")?;
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    Ok((status, body.to_owned()))
}

/// The value of a metric, 0 when there is none.
pub(crate) async fn metric(address: &str, name: &str) -> Result<u64> {
    let (_, text) = exchange(address, "GET", "/metrics", "", "").await?;
    let lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(lines.filter_map(|value| value.parse().ok()).next().unwrap_or_default())
}
