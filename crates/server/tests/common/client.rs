//! A client of the web socket: joins, leaves, and notes when it asked and when it was told.

use futures_util::{SinkExt as _, StreamExt as _};
use prost::Message as _;
use sederunt_proto::event;
use sederunt_proto::frame::{self, Frame};
use sederunt_proto::socket::room::JoinRoomRequest;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::Server;

/// A participant who may enter a meeting.
#[derive(Debug, Clone, Default)]
pub struct Pass {
    pub meeting: String,
    pub token: String,
    /// The caller's name for the participant; empty = none.
    pub custom_id: String,
}

/// How the server ended a socket.
#[derive(Debug)]
pub struct End {
    /// Numbers of the frames before.
    pub events: Vec<u32>,
    pub code: u16,
    pub reason: String,
}

/// An open web socket.
#[derive(Debug)]
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    peer: String,
    asked: u32,
}

enum Heard {
    Frame(Frame),
    Close(Option<CloseFrame>),
}

/// The other side is gone, or refused.
#[derive(Debug)]
pub struct Gone(pub String);

impl From<tokio_tungstenite::tungstenite::Error> for Gone {
    fn from(e: tokio_tungstenite::tungstenite::Error) -> Self {
        Self(e.to_string())
    }
}

impl Client {
    /// Connects as `peer`, a UUID.
    pub async fn connect(server: &str, pass: &Pass, peer: &str) -> Result<Self, Gone> {
        Self::connect_with(server, pass, peer, &[]).await
    }

    /// The same with headers that a proxy would add.
    pub async fn connect_with(
        server: &str,
        pass: &Pass,
        peer: &str,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Self, Gone> {
        let address = server.strip_prefix("http://").unwrap();
        let url = format!(
            "ws://{address}/ws?roomID={}&peerID={peer}&authToken={}&useMediaV2=true&ping=true&capabilities=2",
            pass.meeting, pass.token
        );
        let stream = TcpStream::connect(address).await.map_err(|e| Gone(e.to_string()))?;
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Self { socket, peer: peer.to_owned(), asked: 0 })
    }

    pub async fn to(server: &Server, pass: &Pass, peer: &str) -> Self {
        Self::connect(&server.bound.http, pass, peer).await.unwrap()
    }

    /// `room.joinRoom`; returns when it is acknowledged.
    pub async fn join(&mut self) -> Result<(), Gone> {
        let request = JoinRoomRequest::default().encode_to_vec();
        self.ask(event::room::JOIN_ROOM, request).await.map(|_| ())
    }

    /// `media.leaveRoom`; returns when it is acknowledged.
    pub async fn leave(&mut self) -> Result<(), Gone> {
        self.ask(event::media::LEAVE_ROOM, Vec::new()).await.map(|_| ())
    }

    /// Sends a request and waits for its reply.
    pub async fn ask(&mut self, number: u32, payload: Vec<u8>) -> Result<Frame, Gone> {
        self.asked += 1;
        let id = format!("{}-{}", self.peer, self.asked);
        self.socket.send(Message::Binary(frame::encode(number, &id, Some(payload)))).await?;
        loop {
            let frame = self.next().await?;
            if frame.id == id {
                let refused = frame.event != number;
                return if refused { Err(Gone(format!("refused: {frame:?}"))) } else { Ok(frame) };
            }
        }
    }

    /// Sends a request and waits for nothing. Returns its id.
    pub async fn send(&mut self, number: u32, payload: Vec<u8>) -> Result<String, Gone> {
        self.asked += 1;
        let id = format!("{}-{}", self.peer, self.asked);
        self.socket.send(Message::Binary(frame::encode(number, &id, Some(payload)))).await?;
        Ok(id)
    }

    /// Waits for the answer to a request that was sent; pushes before it are dropped.
    pub async fn answer(&mut self, id: &str) -> Result<Frame, Gone> {
        loop {
            let frame = self.next().await?;
            if frame.id == id {
                return Ok(frame);
            }
        }
    }

    /// The next frame; answers pings.
    pub async fn next(&mut self) -> Result<Frame, Gone> {
        match self.heard().await? {
            Heard::Frame(frame) => Ok(frame),
            Heard::Close(frame) => Err(Gone(format!("closed: {frame:?}"))),
        }
    }

    async fn heard(&mut self) -> Result<Heard, Gone> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => {
                    return Frame::decode(bytes).map(Heard::Frame).map_err(|e| Gone(e.to_string()));
                }
                Some(Ok(Message::Text(text))) if text.as_str() == "2" => {
                    self.socket.send(Message::text("3")).await?;
                }
                Some(Ok(Message::Close(frame))) => return Ok(Heard::Close(frame)),
                Some(Ok(_)) => {}
                Some(Err(e)) => return Err(e.into()),
                None => return Err(Gone("ended".to_owned())),
            }
        }
    }

    /// Listens until the server closes; answers pings. An error when the connection breaks.
    pub async fn ended(&mut self) -> Result<End, Gone> {
        let mut events = Vec::new();
        loop {
            match self.heard().await? {
                Heard::Frame(frame) => events.push(frame.event),
                Heard::Close(Some(frame)) => {
                    let (code, reason) = (frame.code.into(), frame.reason.as_str().to_owned());
                    return Ok(End { events, code, reason });
                }
                Heard::Close(None) => return Err(Gone("closed without a code".to_owned())),
            }
        }
    }

    /// Close code of the server, once it closes.
    pub async fn closed(mut self) -> Option<u16> {
        while let Some(message) = self.socket.next().await {
            if let Ok(Message::Close(frame)) = message {
                return frame.map(|f| f.code.into());
            }
        }
        None
    }
}
