//! `GET /ws`: the upgrade, and the loop that moves frames between a socket and its session.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{FutureExt, SinkExt, StreamExt};
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::input::Disconnect;
use sederunt_node::{Attached, ClientAddress, EntryError, Node, QUIET_MS, Ticket, ToSocket};
use sederunt_proto::frame::FRAME_MAX_BYTES;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_tungstenite::tungstenite;

use crate::Gateway;
use crate::http::Refused;
use crate::removed::{self, Removed};
use crate::session::{self, Heard, OUTBOX_MAX, Said, Session};

/// The server pings this often; the client gives up after 30 s of silence (PROTOCOL §3.4).
pub const PING_EVERY: Duration = Duration::from_secs(10);
const _: () = assert!(QUIET_MS as u128 >= PING_EVERY.as_millis() + 5_000, "a client has time for its pong");
/// A client that says nothing for this long, not even a pong, is lost: three pings unanswered.
pub const SILENCE_MAX: Duration = Duration::from_secs(35);
/// A write that takes longer than this means that nobody reads at the other end.
pub const WRITE_MAX: Duration = Duration::from_secs(10);
/// Messages written between two flushes.
const WRITE_BATCH_MAX: usize = 64;
/// How long a client may take to answer a close frame before the connection is dropped.
const CLOSE_MAX: Duration = Duration::from_secs(2);

/// Query of the upgrade. The client sends more, which changes nothing here.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    #[serde(rename = "roomID")]
    room_id: Option<String>,
    #[serde(rename = "peerID")]
    peer_id: Option<String>,
    #[serde(rename = "authToken")]
    auth_token: Option<String>,
}

/// Checks everything before the upgrade, so that a refusal is a status with a JSON body.
pub(crate) async fn upgrade(
    State(gateway): State<Gateway>,
    entry: Result<Query<Entry>, QueryRejection>,
    headers: HeaderMap,
    client: Option<axum::Extension<ConnectInfo<std::net::SocketAddr>>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let admitted = match entry {
        Ok(Query(entry)) => admit(&gateway.node, entry).await,
        Err(e) => Err(Refused::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", e.body_text())),
    };
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return refused.into_response(),
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(e) => {
            let status = StatusCode::UPGRADE_REQUIRED;
            return Refused::new(status, "UPGRADE_REQUIRED", e.body_text()).into_response();
        }
    };
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let client = ClientAddress {
        ip: client.map(|axum::Extension(ConnectInfo(address))| address.ip().to_string()),
        user_agent: agent.map(str::to_owned),
    };
    let upgrade = upgrade.max_message_size(FRAME_MAX_BYTES).max_frame_size(FRAME_MAX_BYTES);
    match admitted {
        Admitted::In(ticket, peer) => {
            upgrade.on_upgrade(move |socket| serve(gateway.node, socket, *ticket, peer, client))
        }
        Admitted::Removed(removed) => upgrade.on_upgrade(move |socket| removed::tell(socket, removed)),
    }
}

/// Who gets through the upgrade.
enum Admitted {
    In(Box<Ticket>, PeerId),
    /// Only to hear that it was removed.
    Removed(Removed),
}

async fn admit(node: &Node, entry: Entry) -> Result<Admitted, Refused> {
    let token = entry.auth_token.ok_or_else(Refused::no_token)?;
    let ticket = match node.admit(&token).await {
        Ok(ticket) => ticket,
        Err(refusal) => {
            let removed = removed::instead_of(node, refusal, &token, entry.peer_id.as_deref()).await;
            return removed.map(Admitted::Removed);
        }
    };
    let bad = |message| Refused::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    let room: MeetingId = match entry.room_id.map(|room| room.parse()) {
        Some(Ok(room)) => room,
        Some(Err(_)) | None => return Err(bad("\"roomID\" must be a meeting id")),
    };
    if room != ticket.meeting.id {
        let message = "the token is for another meeting";
        return Err(Refused::new(StatusCode::FORBIDDEN, "WRONG_MEETING", message));
    }
    match entry.peer_id.map(|peer| peer.parse()) {
        Some(Ok(peer)) => Ok(Admitted::In(Box::new(ticket), peer)),
        Some(Err(_)) | None => Err(bad("\"peerID\" must be a UUID")),
    }
}

/// Attaches the socket to its room and carries frames until either side ends it.
async fn serve(node: Node, mut socket: WebSocket, ticket: Ticket, peer: PeerId, client: ClientAddress) {
    let session = Session::new(ticket.meeting.id);
    let (outbox, from_room) = mpsc::channel(OUTBOX_MAX);
    let attached = match node.attach(ticket, peer, client, outbox).await {
        Ok(attached) => attached,
        Err(error) => {
            tracing::warn!(%peer, %error, "a socket found no room");
            return close(&mut socket, no_room(&error)).await;
        }
    };
    node.metrics().sockets.inc();
    let conn = Conn { node: node.clone(), socket, session, attached, from_room };
    conn.run().await;
    node.metrics().sockets.dec();
}

fn no_room(error: &EntryError) -> CloseFrame {
    CloseFrame { reason: session::reason_text(&error.to_string()).into(), ..session::let_go() }
}

/// A socket and the room at its other end.
struct Conn {
    node: Node,
    socket: WebSocket,
    session: Session,
    attached: Attached,
    from_room: mpsc::Receiver<ToSocket>,
}

/// How a conversation ends.
enum End {
    /// The client closed, or the connection broke.
    Gone(Disconnect),
    /// We close; the room hears that the client is lost, unless it was the room that said so.
    Close(CloseFrame),
}

impl Conn {
    async fn run(mut self) {
        match self.talk().await {
            End::Gone(how) => {
                self.attached.disconnect(how).await;
                // The answer to the client's close frame.
                let _ = timeout(CLOSE_MAX, self.socket.flush()).await;
            }
            End::Close(frame) => {
                self.attached.disconnect(Disconnect::Lost).await;
                close(&mut self.socket, frame).await;
            }
        }
    }

    async fn talk(&mut self) -> End {
        let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut silent_at = Instant::now() + SILENCE_MAX;
        let mut batch = Vec::with_capacity(WRITE_BATCH_MAX);
        loop {
            let step = tokio::select! {
                heard = self.socket.next() => {
                    silent_at = Instant::now() + SILENCE_MAX;
                    self.hear(heard).await
                }
                count = self.from_room.recv_many(&mut batch, WRITE_BATCH_MAX) => {
                    if count == 0 { Err(End::Close(session::let_go())) } else { self.say(&mut batch).await }
                }
                _ = pings.tick() => self.write([Message::text("2")]).await,
                () = sleep_until(silent_at) => match self.socket.next().now_or_never() {
                    None => Err(End::Gone(self.attached.silent())),
                    // It was this process that slept.
                    Some(heard) => {
                        silent_at = Instant::now() + SILENCE_MAX;
                        self.hear(heard).await
                    }
                },
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn hear(&mut self, heard: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        if matches!(heard, Some(Ok(_))) {
            self.attached.hears();
        }
        match heard {
            None => Err(End::Gone(Disconnect::Lost)),
            Some(Err(error)) => Err(self.broken(error)),
            Some(Ok(Message::Close(frame))) => Err(End::Gone(how_closed(frame.as_ref()))),
            Some(Ok(Message::Text(text))) if text.as_str() == "2" => self.write([Message::text("3")]).await,
            // Pongs; text means nothing else in this protocol. WebSocket's own pings are answered below us.
            Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(bytes))) => self.hear_frame(bytes).await,
        }
    }

    async fn hear_frame(&mut self, bytes: Bytes) -> Result<(), End> {
        self.node.metrics().frames_in.inc();
        match self.session.hear(bytes) {
            // The room is gone: its outbox says the rest.
            Heard::Ask(re, request) => {
                let asked = self.attached.request(re, request).await;
                asked.map_err(|_| End::Close(session::let_go()))
            }
            Heard::Answer(frame) => {
                self.node.metrics().error("bad_request");
                self.write([Message::Binary(frame)]).await
            }
            Heard::Close(frame) => {
                self.node.metrics().error("bad_frame");
                Err(End::Close(frame))
            }
        }
    }

    /// The connection cannot be read any further.
    fn broken(&self, error: axum::Error) -> End {
        let cause = error.into_inner().downcast::<tungstenite::Error>();
        let (code, reason) = match cause.as_deref() {
            Ok(tungstenite::Error::Capacity(_)) => {
                (close_code::SIZE, format!("a frame has at most {FRAME_MAX_BYTES} bytes"))
            }
            Ok(tungstenite::Error::Utf8(_)) => (close_code::INVALID, "text must be UTF-8".to_owned()),
            Ok(tungstenite::Error::Protocol(e)) if !is_reset(e) => (close_code::PROTOCOL, e.to_string()),
            Ok(tungstenite::Error::Io(e)) => return End::Gone(self.cut_off(e)),
            _ => return End::Gone(Disconnect::Lost),
        };
        self.node.metrics().error("bad_frame");
        End::Close(CloseFrame { code, reason: session::reason_text(&reason).into() })
    }

    /// Whether the other side ended the connection, or the kernel gave it up because nothing came from there any more.
    fn cut_off(&self, error: &std::io::Error) -> Disconnect {
        use std::io::ErrorKind::{HostUnreachable, NetworkUnreachable, TimedOut};
        if matches!(error.kind(), TimedOut | HostUnreachable | NetworkUnreachable) {
            self.attached.silent()
        } else {
            Disconnect::Lost
        }
    }

    async fn say(&mut self, batch: &mut Vec<ToSocket>) -> Result<(), End> {
        let mut frames = Vec::with_capacity(batch.len());
        let mut closing = None;
        for message in batch.drain(..) {
            match self.session.say(message) {
                Said::Frame(frame) => frames.push(Message::Binary(frame)),
                Said::Close(frame) => {
                    closing = Some(frame);
                    break;
                }
            }
        }
        self.node.metrics().frames_out.inc_by(frames.len() as u64);
        self.write(frames).await?;
        closing.map_or(Ok(()), |frame| Err(End::Close(frame)))
    }

    async fn write(&mut self, messages: impl IntoIterator<Item = Message>) -> Result<(), End> {
        let socket = &mut self.socket;
        let writing = async {
            for message in messages {
                socket.feed(message).await?;
            }
            socket.flush().await
        };
        match timeout(WRITE_MAX, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                let cause = error.into_inner().downcast::<tungstenite::Error>();
                Err(End::Gone(match cause.as_deref() {
                    Ok(tungstenite::Error::Io(e)) => self.cut_off(e),
                    _ => Disconnect::Lost,
                }))
            }
            Err(_) => {
                self.node.metrics().slow_consumers.inc();
                Err(End::Gone(self.attached.silent()))
            }
        }
    }
}

/// A connection that ended without a close frame is no fault of the client's protocol.
fn is_reset(error: &tungstenite::error::ProtocolError) -> bool {
    matches!(error, tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)
}

/// DECISIONS §4: 1000 and 1001 mean that the peer left.
fn how_closed(frame: Option<&CloseFrame>) -> Disconnect {
    match frame.map(|frame| frame.code) {
        Some(close_code::NORMAL | close_code::AWAY) => Disconnect::Clean,
        Some(_) | None => Disconnect::Lost,
    }
}

/// Says why, and waits a moment for the client's own close frame, so that ours is not lost with the connection.
pub(crate) async fn close(socket: &mut WebSocket, frame: CloseFrame) {
    let farewell = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    let _ = timeout(CLOSE_MAX, farewell).await;
}
