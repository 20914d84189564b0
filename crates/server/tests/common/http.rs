//! HTTP/1.0 on one connection a request: a body ends where the connection ends.

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{DEADLINE, FirstRun};

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Sends a request on an open stream and reads to the end.
pub async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    method: &str,
    target: &str,
    bearer: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let answer = try_exchange(stream, method, target, bearer, body).await;
    answer.unwrap_or_else(|e| panic!("{method} {target}: {e}"))
}

/// The same with a server that may die meanwhile: an answer that is cut off in its head is an error; one whose body is
/// cut off is not noticed here.
pub async fn try_exchange<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    method: &str,
    target: &str,
    bearer: Option<&str>,
    body: Option<&Value>,
) -> std::io::Result<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let authorization = bearer.map(|t| format!("authorization: Bearer {t}\r\n")).unwrap_or_default();
    let request = format!(
        "{method} {target} HTTP/1.0\r\nhost: localhost\r\n{authorization}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let read = async {
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        std::io::Result::Ok(bytes)
    };
    let bytes = tokio::time::timeout(DEADLINE, read).await.expect("an answer in time")?;
    let answer = String::from_utf8_lossy(&bytes);
    let (head, body) =
        answer.split_once("\r\n\r\n").ok_or_else(|| std::io::Error::other(format!("no head: {answer:?}")))?;
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap();
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// One request to `base`, which is `http://address:port`.
pub async fn request(
    base: &str,
    method: &str,
    target: &str,
    bearer: Option<&str>,
    body: Option<&Value>,
) -> Answer {
    let address = base.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    exchange(stream, method, target, bearer, body).await
}

pub async fn get(base: &str, target: &str) -> Answer {
    request(base, "GET", target, None, None).await
}

/// The RealtimeKit API of the first app, with its first token.
#[derive(Debug, Clone)]
pub struct Kit {
    base: String,
    prefix: String,
    token: String,
}

impl Kit {
    pub fn new(base: &str, first: &FirstRun) -> Self {
        let FirstRun { account_id, app_id, api_token } = first.clone();
        let prefix = format!("/client/v4/accounts/{account_id}/realtime/kit/{app_id}");
        Self { base: base.to_owned(), prefix, token: api_token }
    }

    /// The target of a path below the app.
    pub fn target(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// Any target, from a server that may die meanwhile.
    pub async fn try_get(&self, target: &str) -> std::io::Result<Answer> {
        let stream = TcpStream::connect(self.base.strip_prefix("http://").unwrap()).await?;
        try_exchange(stream, "GET", target, Some(&self.token), None).await
    }

    /// Path below the app, on a server that may die meanwhile.
    pub async fn try_post(&self, path: &str, body: Option<&Value>) -> std::io::Result<Answer> {
        let stream = TcpStream::connect(self.base.strip_prefix("http://").unwrap()).await?;
        try_exchange(stream, "POST", &self.target(path), Some(&self.token), body).await
    }

    /// Path below the app; the answer must be a success.
    pub async fn get(&self, path: &str) -> Value {
        let target = format!("{}{path}", self.prefix);
        let answer = request(&self.base, "GET", &target, Some(&self.token), None).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Any target; the answer must be a success.
    pub async fn ask(&self, method: &str, target: &str, body: &Value) -> Value {
        let answer = request(&self.base, method, target, Some(&self.token), Some(body)).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
        answer.json()
    }

    /// Path below the app; the answer must be a success.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let target = format!("{}{path}", self.prefix);
        let answer = request(&self.base, "POST", &target, Some(&self.token), Some(body)).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
        answer.json()
    }
}

/// Makes `meetings` meetings with `people` participants each, and returns a pass for every participant.
pub async fn passes(kit: &Kit, meetings: usize, people: usize) -> Vec<super::client::Pass> {
    passes_in(kit, meetings, people, async |m| {
        let made = kit.post("/meetings", &serde_json::json!({ "title": format!("Room {m}") })).await;
        super::text(&made, "/data/id")
    })
    .await
}

/// The same in meetings that `make` makes.
pub async fn passes_in(
    kit: &Kit,
    meetings: usize,
    people: usize,
    make: impl AsyncFn(usize) -> String,
) -> Vec<super::client::Pass> {
    let mut passes = Vec::new();
    for m in 0..meetings {
        let meeting = make(m).await;
        for p in 0..people {
            let custom_id = format!("p{p}");
            let body = serde_json::json!({
                "name": format!("Person {p}"), "preset_name": "group_call_host", "custom_participant_id": custom_id,
            });
            let added = kit.post(&format!("/meetings/{meeting}/participants"), &body).await;
            let token = super::text(&added, "/data/token");
            passes.push(super::client::Pass { meeting: meeting.clone(), token, custom_id });
        }
    }
    passes
}
