//! Fixture RK: history through the import, the two LIVE sessions through the node.

use axum::http::Method;
use sederunt_core::id::{Id, SessionId};
use sederunt_store::{Permission, RoomKind};
use serde_json::{Value, json};

use crate::world::{Answer, Client, World, at};

pub(crate) const A: &str = "023e105f4ecef8ad9ca31a8372d0c353";
pub(crate) const B: &str = "ffffffffffffffffffffffffffffffff";
pub(crate) const P: &str = "14a396e7-ca44-4937-bf1f-050a69118543";
pub(crate) const Q: &str = "2a95132c-1573-4412-822c-1476fa83f27a";
pub(crate) const E: &str = "00000000-0000-4000-8000-00000000000e";
pub(crate) const M1: &str = "6bf2b8be-04dd-4191-b602-1128921a306b";
pub(crate) const M2: &str = "7d1c0a44-9e3e-4c55-8f0b-d3c54b1f2a02";
pub(crate) const M3: &str = "8e2d1b55-0f4f-4d66-901c-e4d65c203b13";
pub(crate) const M4: &str = "9f3e2c66-105a-4e77-a12d-f5e76d314c24";
pub(crate) const M5: &str = "a04f3d77-216b-4f88-b23e-06f87e425d35";
const M9: &str = "b1504e88-327c-4099-834f-17098f536e46";

/// The clock of the cases.
const NOW: &str = "2026-01-12T14:26:00.784Z";

pub(crate) struct Kit {
    pub(crate) world: World,
    /// Who is in S3.
    pub(crate) inside: Client,
    names: Vec<(&'static str, String)>,
}

/// What a webhook is to be.
pub(crate) fn hook() -> Value {
    json!({ "name": "Main", "url": "https://hooks.example.com/in?k=1", "events": ["meeting.started", "meeting.ended"] })
}

/// A record of docs/record-format.md. `stays`: joined and left.
pub(crate) fn record(
    app: &str,
    meeting: Value,
    session: &str,
    times: (&str, &str),
    stays: &[(&str, &str)],
) -> Value {
    let (started_at, ended_at) = times;
    let digits = Id::parse(session).unwrap().as_u128();
    let id = |kind: u128, i: usize| Id::from_u128(digits ^ (kind << 8) ^ i as u128).to_string();
    let stays: Vec<Value> = stays
        .iter()
        .enumerate()
        .map(|(i, (joined, left))| {
            json!({
                "peer": id(1, i), "participant": id(2, i), "name": format!("Person {i}"),
                "custom_participant_id": format!("person-{i}"), "user_id": format!("person-{i}"),
                "joined_at": joined, "left_at": left,
            })
        })
        .collect();
    json!({
        "app": app, "meeting": meeting,
        "session": { "id": session, "started_at": started_at, "ended_at": ended_at },
        "stays": stays,
    })
}

/// `HH:MM` of a day as an instant.
fn day(date: &str, time: &str) -> String {
    format!("{date}T{time}:00.000Z")
}

fn on(
    app: &str,
    date: &str,
    meeting: (&str, &str),
    session: &str,
    end: &str,
    stays: &[(&str, &str)],
) -> Value {
    let stays: Vec<(String, String)> = stays.iter().map(|(j, l)| (day(date, j), day(date, l))).collect();
    let stays: Vec<(&str, &str)> = stays.iter().map(|(j, l)| (j.as_str(), l.as_str())).collect();
    let meeting = json!({ "id": meeting.0, "title": meeting.1, "created_at": "2026-01-01T00:00:00.000Z" });
    record(app, meeting, session, (stays[0].0, &day(date, end)), &stays)
}

const S1: &str = "11111111-0000-4000-8000-000000000001";
const S2: &str = "22222222-0000-4000-8000-000000000002";
const S4: &str = "44444444-0000-4000-8000-000000000004";
const S5: &str = "55555555-0000-4000-8000-000000000005";
const S9: &str = "99999999-0000-4000-8000-000000000009";

fn history() -> Vec<Value> {
    let m1 = (M1, "Weekly sync");
    vec![
        on(P, "2026-01-10", m1, S1, "19:31", &[("19:00", "19:30"), ("19:00", "19:30")]),
        on(P, "2026-01-11", m1, S2, "17:01", &[("16:00", "17:00"), ("16:03", "17:00")]),
        on(P, "2026-01-12", (M3, "日本語ミーティング"), S4, "09:21", &[("09:00", "09:20"); 5]),
        on(P, "2026-01-05", (M4, "Café ÉCLAIR"), S5, "15:31", &[("15:00", "15:27"), ("15:05", "15:30")]),
        on(Q, "2026-01-12", (M9, "Elsewhere"), S9, "08:11", &[("08:00", "08:10")]),
    ]
}

impl Kit {
    /// A new webhook of app P.
    pub(crate) async fn webhook(&self) -> String {
        let target = format!("/accounts/{A}/realtime/kit/{P}/webhooks");
        let made = self.world.send(Method::POST, &target, "TA", Some(hook())).await.ok();
        made["data"]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn new() -> Self {
        let world = World::at("2026-01-12T14:21:34.388Z").await;
        for (id, name) in [(P, "Pilot"), (Q, "Quarry"), (E, "Empty")] {
            world.app(A, id, name).await;
        }
        world.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
        world.token("TB", Some((B, Permission::RealtimeAdmin)), None).await;
        world.token("TN", Some((A, Permission::None)), None).await;
        world.token("TR", Some((A, Permission::Realtime)), None).await;
        world.history(&history()).await;

        let m2 = world.meeting(P, M2.parse().unwrap(), "100%_done", RoomKind::Private).await;
        let m5 = world.meeting(P, M5.parse().unwrap(), "", RoomKind::Private).await;
        let inside = world.joined(&m2, "ann").await;
        world.clock.set(at("2026-01-12T14:22:00.000Z"));
        let second = world.joined(&m2, "ben").await;
        world.clock.set(at("2026-01-12T14:24:20.604Z"));
        world.leave(second).await;
        world.clock.set(at("2026-01-12T14:25:00.000Z"));
        let alone = world.joined(&m5, "cat").await;
        world.clock.set(at("2026-01-12T14:25:30.000Z"));
        world.leave(alone).await;
        world.clock.set(at(NOW));
        inside.is_heard();

        let live = async |meeting| world.store.active_session(meeting).await.unwrap().unwrap().id.to_string();
        let mut names: Vec<_> = [("S1", S1), ("S2", S2), ("S4", S4), ("S5", S5), ("S9", S9)]
            .map(|(name, id)| (name, id.to_owned()))
            .into();
        names.push(("S3", live(m2.id).await));
        names.push(("S6", live(m5.id).await));
        Self { world, inside, names }
    }

    pub(crate) fn id(&self, name: &str) -> &str {
        &self.names.iter().find(|(n, _)| *n == name).unwrap().1
    }

    pub(crate) fn session_id(&self, name: &str) -> SessionId {
        self.id(name).parse().unwrap()
    }

    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.iter().find(|(_, i)| i == id).map_or(id, |(name, _)| name)
    }

    /// Names of the sessions of a list, in order.
    pub(crate) fn listed(&self, body: &Value) -> Vec<String> {
        let sessions = body["data"]["sessions"].as_array().unwrap();
        sessions.iter().map(|s| self.name(s["id"].as_str().unwrap()).to_owned()).collect()
    }

    /// One session of a list.
    pub(crate) fn pick(&self, body: &Value, name: &str) -> Value {
        let sessions = body["data"]["sessions"].as_array().unwrap();
        sessions.iter().find(|s| s["id"] == self.id(name)).unwrap().clone()
    }

    /// The session list with TA.
    pub(crate) async fn list(&self, query: &str) -> Answer {
        self.world.send(Method::GET, &target(A, P, query), "TA", None).await
    }
}

/// The session list's target.
pub(crate) fn target(account: &str, app: &str, query: &str) -> String {
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/accounts/{account}/realtime/kit/{app}/sessions{mark}{query}")
}
