//! The web socket, as the client speaks it (PROTOCOL §3).

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use prost::Message as _;
use sederunt_proto::event;
use sederunt_proto::frame::{self, Frame};
use sederunt_proto::media::edge::ErrorResponse;
use sederunt_proto::socket::api::ErrorMessage;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::api::Pass;
use crate::dial::Dial;
use crate::wire::Stream;

/// The server closes its end within this time, or is not waited for.
const GOODBYE_MAX: Duration = Duration::from_secs(2);
/// The client waits so long for a connection (PROTOCOL §3.5).
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// What goes wrong with one person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A connection fails.
    #[error("{0}: {1}")]
    Io(&'static str, String),
    /// The server refuses a request.
    #[error("{0} is refused: {1}")]
    Refused(&'static str, String),
    /// It does not answer in time.
    #[error("{0}: no answer in time")]
    Late(&'static str),
    /// It closes the socket.
    #[error("the server closed the socket: {0}")]
    Closed(String),
    /// A description or a message makes no sense.
    #[error("{0} cannot be used: {1}")]
    Bad(&'static str, String),
    /// ICE and DTLS do not come up, or break down.
    #[error("media {0}")]
    Media(&'static str),
}

/// What is heard.
#[derive(Debug)]
pub(crate) enum Heard {
    Frame(Frame),
    /// To be answered with [`Signal::pong`].
    Ping,
}

/// An open web socket.
pub(crate) struct Signal {
    socket: WebSocketStream<Box<dyn Stream>>,
    peer: String,
    asked: u32,
}

impl Signal {
    /// Connects as `peer`, a UUID.
    pub(crate) async fn open(dial: &Dial, pass: &Pass, peer: &str) -> Result<Self, Trouble> {
        let scheme = if dial.target.is_secure { "wss" } else { "ws" };
        let url = format!(
            "{scheme}://{}/ws?roomID={}&peerID={peer}&authToken={}&useMediaV2=true&ping=true&capabilities=2\
             &joinWithDetails=true&useCfWorker=true&useStartSession=true",
            dial.target.authority(),
            pass.meeting,
            pass.token
        );
        let connect = async {
            let stream = dial.connect().await.map_err(|e| Trouble::Io("web socket", e.to_string()))?;
            tokio_tungstenite::client_async(url, stream).await.map_err(|e| {
                if let Error::Http(answer) = &e {
                    return Trouble::Refused("the web socket", answer.status().to_string());
                }
                broken(e)
            })
        };
        let (socket, _) = timeout(CONNECT_MAX, connect).await.map_err(|_| Trouble::Late("web socket"))??;
        Ok(Self { socket, peer: peer.to_owned(), asked: 0 })
    }

    /// Sends a request; its id.
    pub(crate) async fn post(&mut self, number: u32, payload: Vec<u8>) -> Result<String, Trouble> {
        self.asked += 1;
        let id = format!("{}-{:05}", self.peer, self.asked);
        self.send(Message::Binary(frame::encode(number, &id, Some(payload)))).await?;
        Ok(id)
    }

    /// Answers a ping.
    pub(crate) async fn pong(&mut self) -> Result<(), Trouble> {
        self.send(Message::text("3")).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Trouble> {
        self.socket.send(message).await.map_err(broken)
    }

    /// The next thing to be heard. Nothing is lost when it is not waited for to its end.
    pub(crate) async fn heard(&mut self) -> Result<Heard, Trouble> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => {
                    let frame = Frame::decode(bytes).map_err(|e| Trouble::Bad("a frame", e.to_string()))?;
                    return Ok(Heard::Frame(frame));
                }
                Some(Ok(Message::Text(text))) if text.as_str() == "2" => return Ok(Heard::Ping),
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map(|frame| format!("{} {}", u16::from(frame.code), frame.reason));
                    return Err(Trouble::Closed(why.unwrap_or_default()));
                }
                Some(Ok(_)) => {}
                Some(Err(e)) => return Err(broken(e)),
                None => return Err(Trouble::Closed(String::new())),
            }
        }
    }

    /// Closes as the client does when it leaves, and waits for the server to do the same.
    pub(crate) async fn close(mut self) {
        let goodbye = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        let close = async {
            if self.socket.close(Some(goodbye)).await.is_ok() {
                while let Some(Ok(_)) = self.socket.next().await {}
            }
        };
        // A server that is gone needs no goodbye.
        let _ = timeout(GOODBYE_MAX, close).await;
    }
}

fn broken(error: Error) -> Trouble {
    Trouble::Io("web socket", error.to_string())
}

/// What an error frame says; `None` = it is none (PROTOCOL §3.3).
pub(crate) fn refusal(frame: &Frame) -> Option<String> {
    match frame.event {
        event::ERROR => {
            let error = ErrorMessage::decode(frame.payload.clone()).unwrap_or_default();
            Some(format!("{} {}", error.code.unwrap_or_default(), error.message))
        }
        event::media::ERROR_RESPONSE => {
            Some(ErrorResponse::decode(frame.payload.clone()).unwrap_or_default().error_message)
        }
        _ => None,
    }
}
