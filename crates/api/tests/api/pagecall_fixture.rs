//! Fixture PC: history through the import, the two connected sessions through the node.

use axum::http::Method;
use sederunt_core::id::{Id, PeerId};
use sederunt_store::RoomKind;
use serde_json::{Value, json};

use crate::world::{Answer, Client, World, at};

pub(crate) const W: &str = "wwwwwwww-workspace";
pub(crate) const V: &str = "vvvvvvvv-workspace";
pub(crate) const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";
pub(crate) const R1: &str = "000585f36eed9e8fb6b655b4";
pub(crate) const R2: &str = "000585f36eed9e8fb6b655b5";
pub(crate) const R3: &str = "000585f36eed9e8fb6b655b6";
pub(crate) const R9: &str = "000585f36eed9e8fb6b655b9";
pub(crate) const M1: &str = "000585f36eed9e8fb6b65501";
pub(crate) const M2: &str = "000585f36eed9e8fb6b65502";
pub(crate) const M9: &str = "000585f36eed9e8fb6b65509";
pub(crate) const BOB: &str = "bob smith/한글";
/// [`BOB`] in a URL.
pub(crate) const BOB_ESCAPED: &str = "bob%20smith%2F%ED%95%9C%EA%B8%80";

const PEERS: [(&str, &str); 5] = [
    ("p1", "000585f36eed9e8fb6b65511"),
    ("p2", "000585f36eed9e8fb6b65512"),
    ("p3", "000585f36eed9e8fb6b65513"),
    ("p4", "000585f36eed9e8fb6b65514"),
    ("p8", "000585f36eed9e8fb6b65518"),
];

pub(crate) struct Pagecall {
    pub(crate) world: World,
    /// p3 and p4.
    pub(crate) alice: Vec<Client>,
}

pub(crate) fn id(hex: &str) -> Id {
    Id::parse(hex).unwrap()
}

fn minute(time: &str) -> String {
    format!("2023-01-01T{time}:00.000Z")
}

fn stay(peer: usize, member: &str, user: Option<&str>, times: (&str, &str)) -> Value {
    json!({
        "peer": PEERS[peer].1, "participant": member, "user_id": user, "custom_participant_id": user,
        "name": user.unwrap_or("Guest"), "joined_at": minute(times.0), "left_at": minute(times.1),
    })
}

fn history() -> [Value; 2] {
    let session =
        |id: &str, start, end| json!({ "id": id, "started_at": minute(start), "ended_at": minute(end) });
    [
        json!({
            "app": W,
            "meeting": { "id": R1 },
            "session": session("000585f36eed9e8fb6b65521", "01:00", "01:41"),
            "stays": [stay(0, M1, Some("alice"), ("01:00", "01:30")), stay(1, M2, Some(BOB), ("01:10", "01:40"))],
        }),
        json!({
            "app": W,
            "meeting": { "id": R2 },
            "session": session("000585f36eed9e8fb6b65522", "01:20", "01:26"),
            "stays": [stay(4, M9, None, ("01:20", "01:25"))],
        }),
    ]
}

impl Pagecall {
    pub(crate) async fn new() -> Self {
        let world = World::at("2023-01-01T00:30:00.000Z").await;
        world.app(ACCOUNT, W, "Workspace W").await;
        world.app(ACCOUNT, V, "Workspace V").await;
        world.token("KW", None, Some(W)).await;
        world.token("KV", None, Some(V)).await;
        let r1 = world.meeting(W, id(R1).into(), "Lesson", RoomKind::Private).await;
        world.meeting(W, id(R2).into(), "Open house", RoomKind::Open).await;
        world.meeting(W, id(R3).into(), "Empty", RoomKind::Private).await;
        world.meeting(V, id(R9).into(), "Foreign", RoomKind::Private).await;
        let m1 = world.participant(&r1, id(M1), "alice").await;
        world.participant(&r1, id(M2), BOB).await;
        world.history(&history()).await;

        let mut alice = Vec::new();
        for (time, (_, peer)) in [("01:50", PEERS[2]), ("01:55", PEERS[3])] {
            world.clock.set(at(&minute(time)));
            let token = world.entry(&m1).await;
            let mut tab = world.waiting(&token, PeerId(id(peer))).await.unwrap();
            tab.join().await;
            alice.push(tab);
        }
        world.clock.set(at("2023-01-01T02:00:00.000Z"));
        alice.iter().for_each(Client::is_heard);
        Self { world, alice }
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.world.send(Method::GET, target, "KW", None).await
    }

    /// The session list with KW.
    pub(crate) async fn list(&self, room: &str, query: &str) -> Answer {
        self.get(&target(room, query)).await
    }
}

/// The session list's target.
pub(crate) fn target(room: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/v1/rooms/{room}/sessions{mark}{query}")
}

/// Names of the sessions of a list, in order.
pub(crate) fn listed(body: &Value) -> Vec<&'static str> {
    let name = |session: &Value| PEERS.iter().find(|(_, id)| session["connection_id"] == *id).unwrap().0;
    body["sessions"].as_array().unwrap().iter().map(name).collect()
}
