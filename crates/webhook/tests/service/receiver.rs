//! A receiver that keeps what it gets, and answers as it is told.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `event`, or `action` of a room.
    pub(crate) fn what(&self) -> String {
        let json = self.json();
        json["event"].as_str().or(json["action"].as_str()).unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }
}

/// What it answers to the n-th request (0 = the first) with this body: a status, or nothing at all.
type Script = dyn Fn(usize, &Got) -> Option<u16> + Send + Sync;

pub(crate) struct Receiver {
    pub port: u16,
    got: watch::Receiver<Vec<Got>>,
    task: AbortHandle,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub(crate) async fn willing() -> Self {
        Self::answering(|_, _| Some(200)).await
    }

    pub(crate) async fn answering(
        script: impl Fn(usize, &Got) -> Option<u16> + Send + Sync + 'static,
    ) -> Self {
        Self::at(0, script).await
    }

    /// At a port, for one that comes back.
    pub(crate) async fn at(
        port: u16,
        script: impl Fn(usize, &Got) -> Option<u16> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (kept, got) = watch::channel(Vec::new());
        let (script, kept): (Arc<Script>, _) = (Arc::new(script), Arc::new(kept));
        let counts = Arc::new(Mutex::new(HashMap::new()));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&kept), Arc::clone(&counts)));
            }
        });
        Self { port, got, task: task.abort_handle() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What has come so far.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.borrow().clone()
    }

    /// Waits for so many requests.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Got> {
        let mut got = self.got.clone();
        sederunt_testkit::within("a request", got.wait_for(|got| got.len() >= count)).await.unwrap().clone()
    }

    /// Events of what has come, in order.
    pub(crate) async fn events(&self, count: usize) -> Vec<String> {
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
