//! A receiver of webhooks on this machine, which keeps what it gets and answers as it is told.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::wait::within;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Got {
    /// Its headers, by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Got {
    /// The body.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `event`, or `action` of a room.
    pub fn what(&self) -> String {
        let json = self.json();
        json["event"].as_str().or(json["action"].as_str()).unwrap().to_owned()
    }

    /// A header that must be there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }
}

/// What it answers to the n-th request (0 = the first) with this body: a status, or nothing at all.
type Script = dyn Fn(usize, &Got) -> Option<u16> + Send + Sync;

/// A receiver; it is gone when this is dropped.
#[derive(Debug)]
pub struct Receiver {
    /// Where it listens.
    pub port: u16,
    got: watch::Receiver<Vec<Got>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    /// One that takes everything.
    pub async fn willing() -> Self {
        Self::answering(|_, _| Some(200)).await
    }

    /// One that answers to the n-th request (0 = the first) with this body as it is told: a status, or nothing at all.
    pub async fn answering(script: impl Fn(usize, &Got) -> Option<u16> + Send + Sync + 'static) -> Self {
        Self::at(0, script).await
    }

    /// At a port, for one that comes back.
    pub async fn at(port: u16, script: impl Fn(usize, &Got) -> Option<u16> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (kept, got) = watch::channel(Vec::new());
        let (script, kept): (Arc<Script>, _) = (Arc::new(script), Arc::new(kept));
        let counts = Arc::new(Mutex::new(HashMap::new()));
        let task = tokio::spawn(async move {
            // Connections end with it.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                while connections.try_join_next().is_some() {}
                connections.spawn(serve(stream, Arc::clone(&script), Arc::clone(&kept), Arc::clone(&counts)));
            }
        });
        Self { port, got, task }
    }

    /// Listens no more; its port is free for another one.
    pub async fn close(mut self) -> u16 {
        self.task.abort();
        let _ = (&mut self.task).await;
        self.port
    }

    /// A URL at which it is.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What has come so far.
    pub fn got(&self) -> Vec<Got> {
        self.got.borrow().clone()
    }

    /// Waits for so many requests.
    pub async fn wait(&self, count: usize) -> Vec<Got> {
        let mut got = self.got.clone();
        within("a request", got.wait_for(|got| got.len() >= count)).await.unwrap().clone()
    }

    /// Events of what has come, in order.
    pub async fn events(&self, count: usize) -> Vec<String> {
        self.wait(count).await.iter().map(Got::what).collect()
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Script>,
    kept: Arc<watch::Sender<Vec<Got>>>,
    counts: Arc<Mutex<HashMap<Vec<u8>, usize>>>,
) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let got = read(&mut stream, &mut buffer).await?;
        let n = {
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(got.body.clone()).or_insert(0);
            *count += 1;
            *count - 1
        };
        let answer = script(n, &got);
        kept.send_modify(|all| all.push(got));
        match answer {
            Some(status) => {
                let text = format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nno");
                stream.write_all(text.as_bytes()).await.ok()?;
            }
            None => std::future::pending().await,
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Got> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_ascii_lowercase(), value.trim().to_owned())
    };
    let headers: BTreeMap<_, _> = head.lines().skip(1).map(header).collect();
    let length: usize = headers["content-length"].parse().unwrap();
    while buffer.len() < end + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[end + 4..end + 4 + length].to_vec();
    buffer.drain(..end + 4 + length);
    Some(Got { headers, body })
}
