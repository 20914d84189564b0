//! A process that dies between the end of a stay by a move and the next one: whoever is on the way then arrives, once, with the rights he had.

use sederunt_core::call::Disconnect;
use sederunt_core::error::RoomError;
use sederunt_core::fact::LeaveReason;
use sederunt_core::family::RoomName;
use sederunt_core::id::{Id, MeetingId, PeerId};
use sederunt_core::rights::{Patch, Right, Rights};
use sederunt_core::time::UnixMs;
use sederunt_core::words::{Msg, Request, breakout, chat, entry, permissions, waiting as words};
use sederunt_node::clock::ManualClock;
use sederunt_store::{ParticipantRow, StayRow};
use tokio::runtime::Runtime;

use crate::waiting::{Scene, waits};
use crate::world::{Client, T0, start};

const SEND: Rights = Rights::of(&[Right::ChatPublicSend]);
/// The server is away for so long.
const AWAY_MS: i64 = 2_000;

/// A guest who was let in, and from whom a host took a right, goes to a breakout room: his stay is over, and the next has not begun.
struct OnTheWay {
    scene: Scene,
    guest: ParticipantRow,
    /// His page in the meeting.
    peer: PeerId,
    room: MeetingId,
    /// Opens it.
    token: String,
}

fn join() -> Request {
    Request::Entry(entry::Ask::JoinRoom { display_name: String::new() })
}

/// Reads on until the server says where to go.
async fn sent(client: &mut Client) -> (MeetingId, String) {
    let is_it = |msg: &Msg| matches!(msg, Msg::Breakout(breakout::Tell::Transfer { .. }));
    client.push("the way", is_it).await;
    let told = client.pushes.iter().find_map(|msg| {
        let Msg::Breakout(breakout::Tell::Transfer { to, token }) = &**msg else { return None };
        Some((*to, token.clone()))
    });
    told.unwrap()
}

/// The process dies with him on the way; the next one begins that much later.
fn after_a_kill(away_ms: i64, then: impl AsyncFnOnce(OnTheWay)) {
    let first = Runtime::new().unwrap();
    let (mut way, clients) = first.block_on(on_the_way());
    first.shutdown_background();
    std::mem::forget(clients);
    Runtime::new().unwrap().block_on(async {
        let house = &mut way.scene.house;
        house.clock = ManualClock::new(UnixMs(T0.0 + away_ms));
        house.node = start(&house.store, &house.clock, &house.key, "node-2").await;
        then(way).await;
    });
}

async fn on_the_way() -> (OnTheWay, Vec<Client>) {
    let scene = Scene::new().await;
    let host = scene.person("host", "group_call_host").await;
    let guest = scene.person("gus", "group_call_guest").await;
    let mut h = scene.attach(&host, scene.peer()).await;
    h.join().await;
    let peer = scene.peer();
    let mut g = scene.attach(&guest, peer).await;
    assert!(waits(&mut g).await);
    let ids: Vec<Id> = vec![guest.id.0];
    h.attached.request("accept".into(), Request::Waiting(words::Ask::Accept { ids })).await.unwrap();
    g.push("the call", |msg| *msg == Msg::Waiting(words::Tell::Accepted)).await;
    g.join().await;
    let patches = vec![(guest.id, Patch { give: Rights::NONE, take: SEND })];
    h.ask(Request::Permissions(permissions::Ask::Change { patches })).await.unwrap();
    g.ask(Request::Breakout(breakout::Ask::Rooms)).await.unwrap();
    let rooms = vec![RoomName { meeting: MeetingId(scene.house.node.mint_id()), title: "Blue".to_owned() }];
    let made = h.ask(Request::Breakout(breakout::Ask::Create { rooms })).await.unwrap();
    let Msg::Breakout(breakout::Tell::Created(rooms)) = &*made else { panic!("{made:?}") };
    let (from, to) = (scene.meeting, rooms[0].meeting);
    let people = vec![guest.id];
    h.ask(Request::Breakout(breakout::Ask::Move { from, to, people })).await.unwrap();
    let (room, token) = sent(&mut g).await;
    assert_eq!(room, to);
    (OnTheWay { scene, guest, peer, room, token }, vec![h, g])
}

impl OnTheWay {
    /// He is in where he belongs, without what was taken from him; and nobody asks to let him in again when he comes back.
    async fn arrives(self, token: &str) {
        let Self { scene, guest, peer, room, .. } = self;
        let house = &scene.house;
        let mut there = house.attach(token, scene.peer()).await.unwrap();
        there.join().await;
        let says = chat::Ask::Send { peers: None, payload_type: 0, payload: "hello".to_owned() };
        let refused = there.ask(Request::Chat(says)).await;
        assert_eq!(refused, Err(RoomError::NotAllowed("chat.public.text")), "what was taken is taken");

        let store = &house.store;
        let (main, blue) = (
            store.active_session(scene.meeting).await.unwrap().unwrap(),
            store.active_session(room).await.unwrap().unwrap(),
        );
        assert_eq!(blue.parent, Some(main.id), "one session in all rooms");
        let before: Vec<StayRow> = stays(&scene, main.id).await;
        let before: Vec<&StayRow> = before.iter().filter(|stay| stay.stay.participant == guest.id).collect();
        let [left] = &*before else { panic!("{before:?}") };
        assert_eq!(
            (left.stay.peer, left.stay.reason),
            (peer, Some(LeaveReason::Moved)),
            "it ended when he was sent"
        );
        let after = stays(&scene, blue.id).await;
        let [here] = &*after else { panic!("{after:?}") };
        assert_eq!((here.stay.participant, here.stay.left_at), (guest.id, None));
        assert_eq!(
            here.stay.joined_at.since(left.stay.left_at.unwrap()),
            AWAY_MS,
            "nobody's minute, and nothing twice"
        );

        // Back in the meeting by its own link: he belongs in the room, and is sent there.
        let mut again = scene.attach(&guest, scene.peer()).await;
        assert_eq!(again.ask(join()).await, Err(RoomError::Elsewhere));
        assert_eq!(sent(&mut again).await.0, room);
    }
}

async fn stays(scene: &Scene, session: sederunt_core::id::SessionId) -> Vec<StayRow> {
    let query = sederunt_store::StayQuery {
        session,
        now: scene.house.node.steady(),
        search: None,
        sort: sederunt_store::StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: 100,
    };
    scene.house.store.stays(query).await.unwrap().items
}

#[test]
fn whoever_was_sent_when_the_process_died_arrives() {
    after_a_kill(AWAY_MS, async |way| {
        let token = way.token.clone();
        way.arrives(&token).await;
    });
}

/// The word that leads on was lost: the page comes back to the meeting, which it never left as far as it knows.
#[test]
fn whoever_did_not_hear_where_to_go_is_sent_again() {
    after_a_kill(AWAY_MS, async |way| {
        let mut page = way.scene.attach(&way.guest, way.peer).await;
        assert_eq!(page.ask(join()).await, Err(RoomError::Elsewhere));
        let (to, token) = sent(&mut page).await;
        assert_eq!(to, way.room);
        page.disconnect(Disconnect::Clean).await;
        way.arrives(&token).await;
    });
}

/// The session's keep-alive ran out while the server was away: its rooms are over with it, and he comes into the meeting like anybody.
#[test]
fn whoever_arrives_after_the_end_of_the_session_is_sent_to_the_meeting() {
    after_a_kill(900_000, async |OnTheWay { scene, guest, room, token, .. }| {
        let store = &scene.house.store;
        assert!(store.active_session(scene.meeting).await.unwrap().is_none());
        let mut there = scene.house.attach(&token, scene.peer()).await.unwrap();
        assert_eq!(there.ask(join()).await, Err(RoomError::Elsewhere));
        let (to, token) = sent(&mut there).await;
        assert_eq!(to, scene.meeting);
        let mut page = scene.house.attach(&token, scene.peer()).await.unwrap();
        assert!(waits(&mut page).await, "in another session he has to be let in again");
        assert!(!store.meeting(room).await.unwrap().unwrap().active, "the room is closed");
        assert_eq!(store.placement(scene.meeting, guest.id).await.unwrap(), None);
        assert!(store.active_session(room).await.unwrap().is_none());
    });
}
