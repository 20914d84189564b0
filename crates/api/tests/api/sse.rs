//! A client of the live feed.

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::world::{World, within};

/// One block of a stream.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Block {
    pub(crate) id: Option<u64>,
    pub(crate) event: String,
    pub(crate) data: Option<Value>,
    pub(crate) retry: Option<u64>,
    pub(crate) comment: String,
}

/// An open feed.
pub(crate) struct Sse {
    body: BodyDataStream,
    text: String,
    /// What a browser would send as `Last-Event-ID`.
    pub(crate) last_id: Option<u64>,
}

impl Block {
    fn parse(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines() {
            let (field, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?}"));
            match field {
                "" => block.comment = value.to_owned(),
                "id" => block.id = Some(value.parse().unwrap()),
                "event" => block.event = value.to_owned(),
                "retry" => block.retry = Some(value.parse().unwrap()),
                "data" => {
                    assert!(block.data.is_none(), "one line of data: {text}");
                    block.data = Some(serde_json::from_str(value).unwrap());
                }
                other => panic!("unknown field {other:?} in {text}"),
            }
        }
        block
    }
}

impl Sse {
    /// Opens a feed, which must be granted; the first block is read.
    pub(crate) async fn open(w: &World, target: &str, token: &str, last_id: Option<u64>) -> Self {
        let (bearer, id) = (format!("Bearer {token}"), last_id.map(|id| id.to_string()));
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(id.as_deref().map(|id| ("last-event-id", id)));
        let sse = Self::open_with(w, target, &headers).await;
        Self { last_id: sse.last_id.or(last_id), ..sse }
    }

    /// The same, with these headers.
    pub(crate) async fn open_with(w: &World, target: &str, headers: &[(&str, &str)]) -> Self {
        let request =
            headers.iter().fold(Request::get(target), |request, (name, value)| request.header(*name, *value));
        let request = request.body(Body::empty()).unwrap();
        let response = w.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let body = response.into_body().into_data_stream();
        let mut sse = Self { body, text: String::new(), last_id: None };
        let hello = sse.block().await.unwrap();
        assert!(hello.retry.is_some(), "{hello:?}");
        sse
    }

    /// The next block; `None` = the end.
    pub(crate) async fn block(&mut self) -> Option<Block> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (Block::parse(block), rest.to_owned());
                self.text = rest;
                self.last_id = block.id.or(self.last_id);
                return Some(block);
            }
            let chunk = within("more of the feed", self.body.next()).await?.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next block with data.
    pub(crate) async fn event(&mut self) -> Option<Block> {
        loop {
            let block = self.block().await?;
            if block.data.is_some() {
                return Some(block);
            }
        }
    }

    /// The next change, checked against its own head.
    pub(crate) async fn change(&mut self) -> Value {
        let block = self.event().await.unwrap();
        let data = block.data.unwrap();
        assert_eq!(data["type"], block.event, "{data}");
        assert_eq!(data["seq"].as_u64(), block.id, "{data}");
        data
    }

    /// The next changes.
    pub(crate) async fn changes(&mut self, n: usize) -> Vec<Value> {
        let mut changes = Vec::new();
        while changes.len() < n {
            changes.push(self.change().await);
        }
        changes
    }

    /// The reason for which the feed ends at once.
    pub(crate) async fn cut(&mut self) -> String {
        let block = self.event().await.unwrap();
        assert_eq!((block.event.as_str(), block.id), ("cut", None), "{block:?}");
        let reason = block.data.unwrap()["reason"].as_str().unwrap().to_owned();
        assert_eq!(self.block().await, None, "nothing follows a cut");
        reason
    }
}
