//! A person: joins as the client does, publishes, takes what others publish, follows who speaks, and leaves.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use http::Method;
use sederunt_proto::event::{media as m, plugin, room};
use sederunt_proto::media::edge as e;
use sederunt_proto::media::{
    CreateTransportRequest, CreateTransportResponse, SessionDescription, Target as Of,
};
use sederunt_proto::socket::plugin::{PluginStoreGetKeysRequest, PluginStoreResponse};
use sederunt_proto::socket::room as r;

use crate::api::Pass;
use crate::call::Call;
use crate::carrier::Carrier;
use crate::follow::Follow;
use crate::kind::Kind;
use crate::link::Line;
use crate::plan::Way;
use crate::relay::{Relay, Relayed};
use crate::request::ask;
use crate::scene::Scene;
use crate::seen::Seen;
use crate::side::{Lines, tcp_candidate, udp_candidates};
use crate::signal::{Signal, Trouble};
use crate::vp8::Layer;

/// The client waits so long for ICE (PROTOCOL §0 point 5).
const MEDIA_MAX: Duration = Duration::from_secs(30);

/// Somebody in a meeting. Nothing happens unless it is joined, stayed or left: it has no task of its own.
pub struct Person {
    call: Call,
    follow: Follow,
    /// For those who need one.
    relay: Option<Relay>,
    send_transport: String,
    receive_transport: String,
    counted: bool,
}

fn offer(of: Of, sdp: String) -> Option<SessionDescription> {
    Some(SessionDescription { target: of.into(), r#type: "offer".to_owned(), sdp })
}

/// The SDP that must be there.
fn sdp_of(what: &'static str, description: Option<SessionDescription>) -> Result<String, Trouble> {
    let missing = || Trouble::Bad(what, "no description".to_owned());
    description.map(|description| description.sdp).ok_or_else(missing)
}

impl Person {
    /// `init()` and `join()` of the client, and what it publishes. `number` is the person's place in the room, from which
    /// the plan says what it does.
    ///
    /// # Errors
    /// Something is refused, late, or does not come up.
    pub async fn join(scene: &Arc<Scene>, pass: &Pass, number: usize) -> Result<Self, Trouble> {
        let begin = Instant::now();
        let get = async |path| {
            let asked = ask(&scene.dial, Method::GET, path, Some(&pass.token), None).await;
            asked.map_err(|e| Trouble::Io("http", e.to_string()))
        };
        let details = get("/v2/internals/participant-details").await?;
        if !details.status.is_success() {
            return Err(Trouble::Refused("participant-details", details.status.to_string()));
        }
        let offered = Relay::offered(&get("/iceservers").await?.json());
        let relay = scene.plan.relay.clone().or(offered);
        let peer = fresh_uuid().ok_or(Trouble::Media("has no random numbers"))?;
        let signal = Signal::open(&scene.dial, pass, &peer).await?;
        let seed = number as u64;
        let lines =
            scene.plan.link.map(|link| Lines { up: Line::new(link, seed), down: Line::new(link, !seed) });
        let call = Call::new(Arc::clone(scene), number, signal, lines);
        let follow = Follow::new(scene.plan.has_small_window(number), peer.clone());
        let (send_transport, receive_transport) = (String::new(), String::new());
        let mut person = Self { call, follow, relay, send_transport, receive_transport, counted: false };
        person.init(pass).await?;
        person.enter(pass, peer).await?;
        if scene.plan.publishes(number) {
            person.produce(Kind::Voice).await?;
            person.produce(Kind::Camera).await?;
        }
        if scene.plan.shares_screen(number) {
            person.produce(Kind::Screen).await?;
        }
        person.call.seen.joins.add(begin.elapsed());
        person.counted = true;
        scene.board.people.fetch_add(1, Ordering::Relaxed);
        Ok(person)
    }

    /// PROTOCOL §5.1.
    async fn init(&mut self, pass: &Pass) -> Result<(), Trouble> {
        let call = &mut self.call;
        let join = e::PeerJoinRequest {
            display_name: Some(pass.name.clone()),
            room_uuid: pass.meeting.clone(),
            ..Default::default()
        };
        call.ask::<e::PeerJoinResponse>("media.joinRoom", m::JOIN_ROOM, &join).await?;
        if call.scene.plan.way == Way::Udp {
            let socket = || Carrier::udp(call.scene.own).map_err(|e| Trouble::Io("a socket", e.to_string()));
            let (sends, receives) = (socket()?, socket()?);
            call.sends.carry(sends)?;
            call.receives.carry(receives)?;
        }
        // One right after the other, without waiting.
        let sends = call.sends.first_offer()?;
        let sends = CreateTransportRequest { description: offer(Of::Publisher, sends), ..Default::default() };
        let receives = call.receives.first_offer()?;
        let description = offer(Of::Subscriber, receives);
        let receives = CreateTransportRequest { consuming: true, description, ..Default::default() };
        let first = call.post(m::CREATE_WEBRTC_TRANSPORT, &sends).await?;
        let second = call.post(m::CREATE_WEBRTC_TRANSPORT, &receives).await?;
        self.send_transport = self.open(&first, false).await?;
        self.receive_transport = self.open(&second, true).await?;
        let keys = PluginStoreGetKeysRequest {
            plugin_id: pass.meeting.clone(),
            store_name: "__rtk_plugins__".to_owned(),
            get_keys: Vec::new(),
        };
        let what = "plugin.storeGetKeys";
        self.call.ask::<PluginStoreResponse>(what, plugin::STORE_GET_KEYS, &keys).await?;
        Ok(())
    }

    /// The answer to one of the two first offers; the id of the transport.
    async fn open(&mut self, id: &str, consuming: bool) -> Result<String, Trouble> {
        const WHAT: &str = "media.createWebRTCTransport";
        let opened: CreateTransportResponse = self.call.answer(WHAT, id).await?;
        let sdp = sdp_of(WHAT, opened.description)?;
        let carrier = carrier(&self.call.scene, self.relay.as_ref(), &sdp).await?;
        let Call { sends, receives, lines, .. } = &mut self.call;
        let side = if consuming { receives } else { sends };
        if let Some(carrier) = carrier {
            side.carry(carrier)?;
        }
        side.accept_answer(&sdp)?;
        side.flush(Instant::now(), lines)?;
        Ok(opened.transport_id)
    }

    /// PROTOCOL §5.2.
    async fn enter(&mut self, pass: &Pass, peer_id: String) -> Result<(), Trouble> {
        let call = &mut self.call;
        let peer = r::Peer { peer_id, display_name: pass.name.clone(), ..Default::default() };
        let join = r::JoinRoomRequest { peer: Some(peer), ..Default::default() };
        let asked = Instant::now();
        call.ask::<r::PeerInfoResponse>("room.joinRoom", room::JOIN_ROOM, &join).await?;
        call.seen.replies.add(asked.elapsed());
        let none = r::GetConnectedRoomsDumpRequest {};
        call.ask::<r::RoomInfoResponse>("room.getRoomInfo", room::GET_ROOM_INFO, &none).await?;
        let what = "room.getRoomPeersInfo";
        call.ask::<r::RoomPeersInfoResponse>(what, room::GET_ROOM_PEERS_INFO, &none).await?;
        let late = Instant::now() + MEDIA_MAX;
        while !(call.sends.is_up && call.receives.is_up) {
            if Instant::now() > late {
                return Err(Trouble::Media("did not come up"));
            }
            call.pump().await?;
        }
        let complete = e::PeerJoinCompleteRequest {};
        let what = "media.selfJoinComplete";
        let complete: e::PeerJoinCompleteResponse = call.ask(what, m::SELF_JOIN_COMPLETE, &complete).await?;
        self.follow.begin(complete);
        Ok(())
    }

    /// PROTOCOL §6.2.
    async fn produce(&mut self, kind: Kind) -> Result<(), Trouble> {
        const WHAT: &str = "media.produce";
        let call = &mut self.call;
        let (mid, sdp) = call.sends.publish(kind)?;
        let (name, mime, more) = match kind {
            Kind::Voice => ("audio", "audio/opus", ""),
            Kind::Camera => ("video", "video/VP8", r#""screenShare":false,"#),
            Kind::Screen => ("video", "video/VP8", r#""screenShare":true,"#),
        };
        let request = e::ProducerCreateRequest {
            kind: name.to_owned(),
            screen_share: kind == Kind::Screen,
            description: offer(Of::Publisher, sdp),
            app_data: Some(format!(r#"{{{more}"e2ee":false,"mid":"{mid}"}}"#)),
            mime_type: Some(mime.to_owned()),
            producing_transport_id: Some(self.send_transport.clone()),
            ..Default::default()
        };
        let produced: e::ProducerCreateResponse = call.ask(WHAT, m::PRODUCE, &request).await?;
        call.sends.accept_answer(&sdp_of(WHAT, produced.description)?)?;
        let now = Instant::now();
        let layers: &[Layer] = match kind {
            Kind::Voice => &[],
            Kind::Camera => &Layer::CAMERA,
            Kind::Screen => &[Layer::Screen],
        };
        if kind == Kind::Voice {
            call.studio.add_voice(now, mid);
            call.voice = Some(produced.producer_id);
        } else {
            call.studio.add_picture(now, mid, layers, call.scene.board.publish(&produced.producer_id));
        }
        call.sends.flush(now, &mut call.lines)
    }

    /// Stays until an instant, or until everybody is to leave.
    ///
    /// # Errors
    /// The server closes the socket, refuses something, or media breaks down.
    pub async fn stay(&mut self, until: Instant) -> Result<(), Trouble> {
        while Instant::now() < until && !self.call.is_stopped() {
            self.follow.step(&mut self.call, &self.receive_transport).await?;
            self.call.pump().await?;
        }
        Ok(())
    }

    /// Leaves (PROTOCOL §6.9); what was seen.
    pub async fn leave(mut self) -> Seen {
        let goodbye = e::PeerLeaveRequest { close_room: false };
        // Whoever fell out has said goodbye already.
        let _ = self.call.post(m::LEAVE_ROOM, &goodbye).await;
        if self.counted {
            self.call.scene.board.people.fetch_sub(1, Ordering::Relaxed);
        }
        let (signal, seen) = self.call.into_parts();
        signal.close().await;
        seen
    }
}

/// What can be opened only when the server has said where it is.
async fn carrier(scene: &Scene, relay: Option<&Relay>, sdp: &str) -> Result<Option<Carrier>, Trouble> {
    let (what, opened) = match scene.plan.way {
        Way::Udp => return Ok(None),
        Way::Tcp => {
            let remote = tcp_candidate(sdp).ok_or(Trouble::Media("has no candidate for ICE-TCP"))?;
            ("ICE-TCP", Carrier::tcp(remote).await)
        }
        Way::Relay => {
            let relay = relay.ok_or(Trouble::Media("is offered no relay on a stream"))?;
            let relayed = Relayed::open(&scene.dial, relay, udp_candidates(sdp)).await;
            ("the relay", relayed.map(|relayed| Carrier::Relay(Box::new(relayed))))
        }
    };
    opened.map(Some).map_err(|e| Trouble::Io(what, e.to_string()))
}

/// The client's peer id: a random UUID (PROTOCOL §1).
fn fresh_uuid() -> Option<String> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).ok()?;
    let id = u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{id:032x}");
    let parts: Vec<&str> =
        [0..8, 8..12, 12..16, 16..20, 20..32].into_iter().filter_map(|at| hex.get(at)).collect();
    Some(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peer_ids_are_uuids_of_version_4() {
        let id = fresh_uuid().unwrap();
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(id.as_bytes()[14], b'4', "{id}");
        assert!(matches!(id.as_bytes()[19], b'8' | b'9' | b'a' | b'b'), "{id}");
        assert_ne!(Some(id), fresh_uuid());
    }
}
