//! `GET /ws`: the upgrade, and the loop that moves frames between a socket and its conversation.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{FutureExt, SinkExt, StreamExt};
use sederunt_app::admission::{self, Ticket};
use sederunt_app::chat_files::{self, FileLinks};
use sederunt_core::call::{Disconnect, ReqId};
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::words::entry::PeerEvent;
use sederunt_core::words::{Msg, Request, entry};
use sederunt_node::{Attached, ClientAddress, EntryError, Node, NodeError, QUIET_MS, ToSocket};
use sederunt_proto::frame::FRAME_MAX_BYTES;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_tungstenite::tungstenite;

use crate::Gateway;
use crate::conversation::{self, Conversation, Heard, OUTBOX_MAX, Said};
use crate::handshake;
use crate::http::{Client, Refused, address, origin_of};
use crate::removed::{self, Removed};
use crate::socket::{CLOSE_MAX, WRITE_MAX, close};
use crate::strangers::Place;

/// The server pings this often; the client gives up after 30 s of silence (PROTOCOL §3.4).
pub const PING_EVERY: Duration = Duration::from_secs(10);
const _: () = assert!(QUIET_MS as u128 >= PING_EVERY.as_millis() + 5_000, "a client has time for its pong");
/// A client that says nothing for this long, not even a pong, is lost: three pings unanswered.
pub const SILENCE_MAX: Duration = Duration::from_secs(35);
/// Messages written between two flushes.
const WRITE_BATCH_MAX: usize = 64;
/// Bytes of a socket's buffer for reading, taken when it opens: nearly every request fits, larger ones take what they
/// need while they arrive.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Bytes gathered before they are written.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;
/// Bytes that one socket may have in its buffer for writing. What is written waits until the buffer is empty, so that it
/// holds one message and what was gathered before it; the largest answer that a room can make, a thousand peers with
/// eight tracks of the longest descriptions each, has half of this.
const WRITE_BUFFER_MAX_BYTES: usize = 64 << 20;

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
    client: Client,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let admitted = match entry {
        Ok(Query(entry)) => admit_in_time(&gateway.node, entry).await,
        Err(e) => Err(Refused::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", e.body_text())),
    };
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return refused.into_response(),
    };
    let upgrade = match handshake::checked(&headers, upgrade) {
        Ok(upgrade) => upgrade,
        Err(refusal) => return *refusal,
    };
    let place = match gateway.strangers.socket(address(&client), Instant::now()) {
        Ok(place) => place,
        Err(e) => return Refused::too_many(&gateway.node, e).into_response(),
    };
    let origin = origin_of(&gateway.config, &headers);
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    let client = ClientAddress {
        ip: client.is_some().then(|| address(&client).to_string()),
        user_agent: agent.map(str::to_owned),
    };
    let upgrade = upgrade
        .max_message_size(FRAME_MAX_BYTES)
        .max_frame_size(FRAME_MAX_BYTES)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_MAX_BYTES);
    match admitted {
        Admitted::In(ticket, peer) => {
            let links = FileLinks::new(gateway.node.clone(), origin);
            let seat = Seat { peer, client, place, links };
            upgrade.on_upgrade(move |socket| serve(gateway.node, socket, *ticket, seat))
        }
        // Told within seconds: it keeps no place.
        Admitted::Removed(removed) => upgrade.on_upgrade(move |socket| removed::tell(socket, removed)),
    }
}

/// Who gets through the upgrade.
enum Admitted {
    In(Box<Ticket>, PeerId),
    /// Only to hear that it was removed.
    Removed(Removed),
}

/// Whoever may still believe in transports that are no more waits, and is then looked at again.
async fn admit_in_time(node: &Node, entry: Entry) -> Result<Admitted, Refused> {
    let admitted = admit(node, &entry).await?;
    if let Admitted::In(ticket, peer) = &admitted
        && node.let_return(ticket.meeting.id, *peer).await
    {
        return admit(node, &entry).await;
    }
    Ok(admitted)
}

async fn admit(node: &Node, entry: &Entry) -> Result<Admitted, Refused> {
    let token = entry.auth_token.as_deref().ok_or_else(Refused::no_token)?;
    node.takes_writes()?;
    let ticket = match admission::admit(node, token).await {
        Ok(ticket) => ticket,
        Err(refusal) => {
            let removed = removed::instead_of(node, refusal, token, entry.peer_id.as_deref()).await;
            return removed.map(Admitted::Removed);
        }
    };
    let bad = |message| Refused::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message);
    let room: MeetingId = match entry.room_id.as_deref().map(str::parse) {
        Some(Ok(room)) => room,
        Some(Err(_)) | None => return Err(bad("\"roomID\" must be a meeting id")),
    };
    if room != ticket.meeting.id {
        let message = "the token is for another meeting";
        return Err(Refused::new(StatusCode::FORBIDDEN, "WRONG_MEETING", message));
    }
    match entry.peer_id.as_deref().map(str::parse) {
        // The nil UUID is what clients are told when nobody speaks.
        Some(Ok(peer)) if peer == PeerId::from_u128(0) => Err(bad("\"peerID\" must not be the nil UUID")),
        Some(Ok(peer)) => Ok(Admitted::In(Box::new(ticket), peer)),
        Some(Err(_)) | None => Err(bad("\"peerID\" must be a UUID")),
    }
}

/// What a socket is served with.
struct Seat {
    peer: PeerId,
    client: ClientAddress,
    place: Place,
    links: FileLinks,
}

/// Attaches the socket to its room and carries frames until either side ends it.
async fn serve(node: Node, mut socket: WebSocket, ticket: Ticket, seat: Seat) {
    let Seat { peer, client, place, links } = seat;
    let conversation = Conversation::new(ticket.meeting.id, Some(links));
    let (outbox, from_room) = mpsc::channel(OUTBOX_MAX);
    let attached = match admission::attach(&node, ticket, peer, client, outbox).await {
        Ok(attached) => attached,
        Err(error) => {
            tracing::warn!(%peer, %error, "a socket found no room");
            return close(&mut socket, no_room(&error)).await;
        }
    };
    node.metrics().sockets.inc();
    let conn = Conn { node: node.clone(), socket, conversation, attached, from_room, place: Some(place) };
    conn.run().await;
    node.metrics().sockets.dec();
}

fn no_room(error: &EntryError) -> CloseFrame {
    CloseFrame { reason: conversation::reason_text(&error.to_string()).into(), ..conversation::let_go() }
}

/// A socket and the room at its other end.
struct Conn {
    node: Node,
    socket: WebSocket,
    conversation: Conversation,
    attached: Attached,
    from_room: mpsc::Receiver<ToSocket>,
    /// Until it joins.
    place: Option<Place>,
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
            let waits_until = self.place.as_ref().map(|place| place.until);
            let step = tokio::select! {
                heard = self.socket.next() => {
                    silent_at = Instant::now() + SILENCE_MAX;
                    self.hear(heard).await
                }
                count = self.from_room.recv_many(&mut batch, WRITE_BATCH_MAX) => {
                    if count == 0 { Err(End::Close(conversation::let_go())) } else { self.say(&mut batch).await }
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
                () = sleep_until(waits_until.unwrap_or(silent_at)), if waits_until.is_some() => {
                    Err(End::Close(handshake::waited_long()))
                }
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
            // Answered below us, which gathers the answers of whoever does not read: nothing more is read before this
            // one is written.
            Some(Ok(Message::Ping(_))) => self.write([]).await,
            // Text means nothing else in this protocol.
            Some(Ok(Message::Text(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(bytes))) => self.hear_frame(bytes).await,
        }
    }

    async fn hear_frame(&mut self, bytes: Bytes) -> Result<(), End> {
        self.node.metrics().frames_in.inc();
        let size = bytes.len();
        match self.conversation.hear(bytes) {
            Heard::Ask(re, request) => match self.ask(size, re, request).await {
                Ok(()) => Ok(()),
                Err(_) => Err(self.last_words().await),
            },
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

    /// Puts it to the room, with the files that it names as they are known.
    async fn ask(&mut self, size: usize, re: ReqId, request: Request) -> Result<(), NodeError> {
        let request = if let Request::Chat(ask) = request {
            Request::Chat(chat_files::resolve(self.node.store(), ask).await)
        } else {
            request
        };
        self.attached.request_of(size, re, request).await
    }

    /// The room is gone. What it said before, such as that this peer was removed, is still in the outbox.
    async fn last_words(&mut self) -> End {
        let mut batch = Vec::new();
        while self.from_room.recv_many(&mut batch, WRITE_BATCH_MAX).await > 0 {
            if let Err(end) = self.say(&mut batch).await {
                return end;
            }
        }
        End::Close(conversation::let_go())
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
        End::Close(CloseFrame { code, reason: conversation::reason_text(&reason).into() })
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
        // One frame at a time: what is not written yet takes no memory beside the room's own.
        for message in batch.drain(..) {
            if tells_of_own_join(&message) {
                self.place = None;
            }
            match self.conversation.say(message) {
                Said::Frame(frame) => {
                    self.node.metrics().frames_out.inc();
                    let fed = timeout(WRITE_MAX, self.socket.feed(Message::Binary(frame))).await;
                    self.progress(fed)?;
                }
                Said::Close(frame) => {
                    self.write([]).await?;
                    return Err(End::Close(frame));
                }
            }
        }
        self.write([]).await
    }

    /// Writes these and everything before them.
    async fn write(&mut self, messages: impl IntoIterator<Item = Message>) -> Result<(), End> {
        let socket = &mut self.socket;
        let writing = async {
            for message in messages {
                socket.feed(message).await?;
            }
            socket.flush().await
        };
        let written = timeout(WRITE_MAX, writing).await;
        self.progress(written)
    }

    /// A write went through, failed, or nobody reads at the other end.
    fn progress(&self, written: Result<Result<(), axum::Error>, Elapsed>) -> Result<(), End> {
        match written {
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

/// Whether this is the answer to the client's own `joinRoom`.
fn tells_of_own_join(message: &ToSocket) -> bool {
    let ToSocket::Tell { re: Some(_), msg, .. } = message else { return false };
    matches!(**msg, Msg::Entry(entry::Tell::PeerInfo { event: PeerEvent::JoinRoom, .. }))
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
