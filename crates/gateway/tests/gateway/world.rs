//! A server with its ledger, and clients of the wire.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ops::Deref;

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use prost::Message;
use sederunt_core::id::{AppId, MeetingId, PeerId};
use sederunt_gateway::{GatewayConfig, StrangerLimits};
use sederunt_proto::frame::{self, Frame};
use sederunt_proto::socket::room as r;
use sederunt_proto::{event, media, socket};
use sederunt_store::{MeetingRow, ParticipantRow};
use sederunt_testkit::{House, Media, Settings};
pub(crate) use sederunt_testkit::{T0, until, within};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message as WsMessage;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tower::ServiceExt;

pub(crate) struct World {
    house: House,
    pub(crate) address: SocketAddr,
    pub(crate) app: AppId,
}

impl Deref for World {
    type Target = House;

    fn deref(&self) -> &House {
        &self.house
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_media(None).await
    }

    pub(crate) async fn with_media(media: Option<Media>) -> Self {
        Self::with(media, StrangerLimits::default()).await
    }

    pub(crate) async fn with_limits(limits: StrangerLimits) -> Self {
        Self::with(None, limits).await
    }

    async fn with(media: Option<Media>, limits: StrangerLimits) -> Self {
        let house = House::with(T0, Settings { media, store_client_addresses: true }).await;
        let app = house.app("acc", "app-1", "App").await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = GatewayConfig { limits, ..GatewayConfig::default() };
        let router = sederunt_gateway::router(house.node.clone(), config);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { house, address, app }
    }

    pub(crate) fn meeting_row(&self) -> MeetingRow {
        self.house.meeting_row(&self.app)
    }

    pub(crate) async fn meeting(&self) -> MeetingRow {
        let row = self.meeting_row();
        self.store.create_meeting(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn participant(&self, meeting: MeetingId, name: &str, preset: &str) -> ParticipantRow {
        let row = ParticipantRow {
            preset_id: None,
            preset_name: preset.to_owned(),
            ..self.participant_row(&self.app, meeting, name)
        };
        self.store.create_participant(row.clone()).await.unwrap();
        row
    }

    pub(crate) async fn token(&self, row: &ParticipantRow) -> String {
        self.entry(row).await
    }

    pub(crate) fn url(&self, meeting: MeetingId, peer: &str, token: &str) -> String {
        let rest = "useMediaV2=true&ping=true&capabilities=2&joinWithDetails=true";
        format!("ws://{}/ws?roomID={meeting}&peerID={peer}&authToken={token}&{rest}", self.address)
    }

    /// A new participant with the host's preset, connected and not joined.
    pub(crate) async fn peer(&self, meeting: MeetingId, name: &str) -> Peer {
        self.peer_with(meeting, name, "group_call_host").await
    }

    pub(crate) async fn peer_with(&self, meeting: MeetingId, name: &str, preset: &str) -> Peer {
        let row = self.participant(meeting, name, preset).await;
        let token = self.token(&row).await;
        self.connect(meeting, PeerId(self.node.mint_id()), &token).await
    }

    pub(crate) async fn connect(&self, meeting: MeetingId, id: PeerId, token: &str) -> Peer {
        let url = self.url(meeting, &id.to_string(), token);
        let (ws, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let (id, token) = (id.to_string(), token.to_owned());
        Peer { ws, id, token, asked: 0, pushes: VecDeque::new() }
    }

    /// The permissions that a page is told of when it is opened with this token.
    pub(crate) async fn permissions_told(&self, token: &str) -> serde_json::Value {
        let request = Request::get("/v2/internals/participant-details")
            .header("host", "localhost")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        let door = sederunt_gateway::router(self.node.clone(), sederunt_gateway::GatewayConfig::default());
        let body = door.oneshot(request).await.unwrap().into_body();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        body["data"]["preset"]["permissions"].clone()
    }

    /// The live session's count of connected peers, 0 when there is none.
    pub(crate) async fn live(&self, meeting: MeetingId) -> u32 {
        self.store.active_session(meeting).await.unwrap().map_or(0, |session| session.live_count)
    }
}

/// How the server ended a socket: code and reason; `None` = without a word.
pub(crate) type Ended = Option<(u16, String)>;

/// One browser, as far as the socket goes.
pub(crate) struct Peer {
    pub(crate) ws: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) id: String,
    pub(crate) token: String,
    asked: u32,
    pub(crate) pushes: VecDeque<Frame>,
}

/// An error reply.
#[derive(Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) event: u32,
    pub(crate) code: Option<i32>,
    pub(crate) message: String,
}

impl Peer {
    pub(crate) async fn send_raw(&mut self, event: u32, id: &str, payload: Vec<u8>) {
        let frame = frame::encode(event, id, Some(payload));
        self.ws.send(WsMessage::Binary(frame)).await.unwrap();
    }

    /// The next binary frame; the server's pings are answered as the client answers them.
    pub(crate) async fn frame(&mut self) -> Result<Frame, Ended> {
        loop {
            match within("a frame", self.ws.next()).await {
                Some(Ok(WsMessage::Binary(bytes))) => {
                    return Ok(Frame::decode(Bytes::from(bytes.to_vec())).unwrap());
                }
                Some(Ok(WsMessage::Text(text))) if text.as_str() == "2" => {
                    self.ws.send(WsMessage::text("3")).await.unwrap();
                }
                Some(Ok(WsMessage::Close(frame))) => {
                    let ended = frame.map(|f| (u16::from(f.code), f.reason.to_string()));
                    return Err(ended);
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }

    /// Sends a request and returns the frame that ends its wait; pushes that come before it are kept.
    pub(crate) async fn ask_raw(&mut self, event: u32, payload: Vec<u8>) -> Frame {
        self.asked += 1;
        let id = format!("{}-{:05}", self.id, self.asked);
        self.send_raw(event, &id, payload).await;
        loop {
            let frame = self.frame().await.expect("the server has closed the socket");
            if frame.id == id {
                return frame;
            }
            assert!(!frame.id.starts_with(&self.id), "an id of a push must be no id of a request");
            self.pushes.push_back(frame);
        }
    }

    pub(crate) async fn ask<T: Message + Default>(
        &mut self,
        event: u32,
        request: &impl Message,
    ) -> Result<T, Refused> {
        let frame = self.ask_raw(event, request.encode_to_vec()).await;
        match refused(&frame) {
            Some(refused) => Err(refused),
            None => {
                assert_eq!(frame.event, event);
                Ok(T::decode(frame.payload).unwrap())
            }
        }
    }

    /// The first push of this event, taken out of those that came.
    pub(crate) async fn push<T: Message + Default>(&mut self, event: u32) -> T {
        if let Some(at) = self.pushes.iter().position(|frame| frame.event == event) {
            return T::decode(self.pushes.remove(at).unwrap().payload).unwrap();
        }
        loop {
            let frame =
                self.frame().await.unwrap_or_else(|e| panic!("{e:?} instead of {:?}", event::name(event)));
            if frame.event == event {
                return T::decode(frame.payload).unwrap();
            }
            self.pushes.push_back(frame);
        }
    }

    /// Reads on until the server closes.
    pub(crate) async fn ended(&mut self) -> Ended {
        loop {
            match self.frame().await {
                Ok(frame) => self.pushes.push_back(frame),
                Err(ended) => return ended,
            }
        }
    }

    /// `init()` and `join()` of the client, the media transports left out.
    pub(crate) async fn join(&mut self, name: &str) -> media::edge::PeerJoinCompleteResponse {
        self.join_at(name, r::StageType::OnStage).await
    }

    /// The same, of somebody who is given this seat.
    pub(crate) async fn join_at(
        &mut self,
        name: &str,
        seat: r::StageType,
    ) -> media::edge::PeerJoinCompleteResponse {
        let join = media::edge::PeerJoinRequest { display_name: Some(name.to_owned()), ..Default::default() };
        self.ask::<media::edge::PeerJoinResponse>(event::media::JOIN_ROOM, &join).await.unwrap();
        let peer = r::Peer { peer_id: self.id.clone(), display_name: name.to_owned(), ..Default::default() };
        let join = r::JoinRoomRequest { peer: Some(peer), ..Default::default() };
        let joined: r::PeerInfoResponse = self.ask(event::room::JOIN_ROOM, &join).await.unwrap();
        let me = joined.peer.unwrap();
        assert_eq!(
            (me.peer_id.as_str(), me.display_name.as_str(), me.waitlisted),
            (self.id.as_str(), name, false)
        );
        assert_eq!(me.stage_type(), seat);
        let complete = media::edge::PeerJoinCompleteRequest {};
        self.ask(event::media::SELF_JOIN_COMPLETE, &complete).await.unwrap()
    }

    pub(crate) async fn say(&mut self, text: &str) -> socket::chat::ChatMessage {
        let line = socket::chat::SendChatMessageToRoomRequest { payload_type: 0, payload: text.to_owned() };
        let sent: socket::chat::SendChatMessageToRoomResponse =
            self.ask(event::chat::SEND_MESSAGE_TO_ROOM, &line).await.unwrap();
        sent.message.unwrap()
    }

    /// Whether the socket still serves.
    pub(crate) async fn is_alive(&mut self) -> bool {
        let asked = socket::room::GetWaitingRoomRequests::default();
        let answer: Result<socket::room::GetWaitingRoomRequests, _> =
            self.ask(event::room::GET_WAITING_ROOM_REQUESTS, &asked).await;
        answer.is_ok()
    }
}

/// What an error frame says; `None` = the frame is none.
pub(crate) fn refused(frame: &Frame) -> Option<Refused> {
    match frame.event {
        event::ERROR => {
            let error = socket::api::ErrorMessage::decode(frame.payload.clone()).unwrap();
            Some(Refused { event: event::ERROR, code: error.code, message: error.message })
        }
        event::media::ERROR_RESPONSE => {
            let error = media::edge::ErrorResponse::decode(frame.payload.clone()).unwrap();
            Some(Refused { event: frame.event, code: None, message: error.error_message })
        }
        _ => None,
    }
}
