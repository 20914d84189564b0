//! What strangers do to it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::AsyncBufReadExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::target::{Rooms, SOCKETS_PER_MEETING, Target};

/// A server that takes nothing for this long has stopped reading; it cuts before that.
const STUCK: Duration = Duration::from_secs(15);
/// Sockets that come from one address; the server takes 500 that have not joined.
const SOCKETS_PER_ADDRESS: usize = 400;
/// Connections that ask at a time.
const ASKING: u32 = 8;
/// A ping of 125 bytes: final, masked with zeroes (RFC 6455 §5.2).
const PING: [u8; 131] = {
    let mut frame = [0; 131];
    frame[0] = 0x89;
    frame[1] = 0x80 | 125;
    frame
};

/// What is still open, and what happened.
pub(super) struct Outcome {
    pub(super) open: Vec<TcpStream>,
    pub(super) told: String,
}

/// Opens a web socket from an own address.
async fn open(target: &Target, meeting: &(String, String), n: usize) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    let host = u8::try_from(2 + n / SOCKETS_PER_ADDRESS).context("too many sockets for one /24")?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0)))?;
    let mut stream = socket.connect(target.address.parse()?).await?;
    let (id, token) = meeting;
    let request = format!(
        "GET /ws?roomID={id}&peerID=00000000-0000-4000-8000-{n:012x}&authToken={token} HTTP/1.1\r\nhost: localhost\r\n\
         connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: \
         dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.context("no upgrade")?);
    }
    ensure!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    Ok(stream)
}

/// One socket that sends pings and reads nothing.
pub(super) async fn pings(target: &Target, rooms: &Rooms, most: u64) -> Result<Outcome> {
    let meeting = rooms.meetings.first().context("no meeting")?;
    let mut stream = open(target, meeting, 0).await?;
    let many = PING.repeat(500);
    let (mut sent, mut within) = (0, 0);
    while sent < most {
        let rest = many.get(within..).unwrap_or_default();
        match timeout(STUCK, stream.write(rest)).await {
            Ok(Ok(bytes)) => {
                sent += bytes as u64;
                // A frame that was written in part goes on where it was.
                within = (within + bytes) % many.len();
            }
            Ok(Err(_)) | Err(_) => break,
        }
    }
    let cut = target.metric("sederunt_slow_consumers_total").await?;
    Ok(Outcome { open: vec![stream], told: format!("{} MiB sent, {cut} cut as slow", sent >> 20) })
}

/// Sockets that do nothing.
pub(super) async fn idle(target: &Target, rooms: &Rooms, count: usize) -> Result<Outcome> {
    let mut all = Vec::with_capacity(count);
    for n in 0..count {
        let meeting = rooms.meetings.get(n / SOCKETS_PER_MEETING).context("too few meetings")?;
        all.push(open(target, meeting, n).await.with_context(|| format!("socket {n}"))?);
    }
    let attached = target.metric("sederunt_sockets").await?;
    Ok(Outcome { open: all, told: format!("{attached} attached") })
}

/// Asks for tokens of the open room, some at a time, on connections that are kept.
pub(super) async fn asks(target: &Target, rooms: &Rooms, count: u32) -> Result<Outcome> {
    let body = format!("{{\"room_id\":\"{}\"}}", rooms.open);
    let request = format!(
        "POST /meet/token HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let share = |n: u32| count / ASKING + u32::from(n < count % ASKING);
    let tasks: Vec<_> =
        (0..ASKING).map(|n| tokio::spawn(ask(target.address.clone(), request.clone(), share(n)))).collect();
    let mut statuses = BTreeMap::new();
    for task in tasks {
        for (status, times) in task.await?? {
            *statuses.entry(status).or_insert(0) += times;
        }
    }
    let told: Vec<String> = statuses.iter().map(|(status, times)| format!("{times} × {status}")).collect();
    Ok(Outcome { open: Vec::new(), told: told.join(", ") })
}

/// Asks one after the other; how often each status came.
async fn ask(address: String, request: String, times: u32) -> Result<BTreeMap<u16, u32>> {
    let mut statuses = BTreeMap::new();
    if times == 0 {
        return Ok(statuses);
    }
    let mut stream = BufReader::new(TcpStream::connect(address).await?);
    for _ in 0..times {
        stream.write_all(request.as_bytes()).await?;
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            ensure!(stream.read_line(&mut line).await? > 0, "the server has hung up");
            if line == "\r\n" {
                break;
            }
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).context("no status")?.parse()?;
            } else if let Some(bytes) = line.strip_prefix("content-length: ") {
                length = bytes.trim().parse()?;
            }
        }
        stream.read_exact(&mut vec![0; length]).await?;
        *statuses.entry(status).or_insert(0) += 1;
    }
    Ok(statuses)
}
