//! Receivers of webhooks that outlive the server. Each is told everything that happened, in its order, and what it is told
//! again has the same id and the same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sederunt_core::id::Id;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::common::http::Kit;
use crate::common::text;
use crate::truth::{Session, Truth};

/// Webhooks of the app, by what they are: one that takes everything, one that fails now and then, one that is out for a while.
const WEBHOOKS: [&str; 3] = ["willing", "flaky", "outage"];
/// The webhook of every second meeting.
const ROOM: &str = "room";
/// One of so many bodies is refused the first time. Each holds its meeting for a second.
const FLAKY_ONE_IN: u64 = 60;
/// What was answered so long before a kill is not told again: a cursor is kept once a second, and the machine is busy.
const KEPT_AFTER: Duration = Duration::from_secs(10);
/// Everything has been told so long after the last kill.
const SETTLED_AFTER: Duration = Duration::from_secs(120);

/// A request as it came.
#[derive(Debug)]
struct Got {
    at: Instant,
    id: String,
    told: Told,
    body: String,
    was_taken: bool,
}

#[derive(Debug, Default)]
struct Seen {
    /// By the receiver's name.
    got: BTreeMap<String, Vec<Got>>,
    /// Requests by receiver and id.
    times: HashMap<(String, String), usize>,
    /// What was taken, by receiver.
    told: BTreeMap<String, BTreeSet<Told>>,
    kills: Vec<Instant>,
}

/// All receivers, at one port.
#[derive(Debug)]
pub(crate) struct Hooks {
    port: u16,
    outage: String,
    /// Those that have a webhook.
    rooms: Mutex<Vec<Id>>,
    seen: Arc<Mutex<Seen>>,
    more: Arc<Notify>,
    is_out: Arc<AtomicBool>,
}

/// What one is told: event, session or room, peer or stay, and instant in Unix ms.
type Told = (String, Id, Option<Id>, i64);

impl Hooks {
    /// Listens, and registers the webhooks of the app.
    pub(crate) async fn open(kit: &Kit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, is_out) = (Arc::<Mutex<Seen>>::default(), Arc::<AtomicBool>::default());
        let more = Arc::<Notify>::default();
        let (kept, news, out) = (Arc::clone(&seen), Arc::clone(&more), Arc::clone(&is_out));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept), Arc::clone(&news), Arc::clone(&out)));
            }
        });
        let mut outage = String::new();
        for name in WEBHOOKS {
            let url = format!("http://127.0.0.1:{port}/{name}");
            let events =
                ["meeting.started", "meeting.ended", "meeting.participantJoined", "meeting.participantLeft"];
            let body = json!({ "name": name, "url": url, "events": events });
            outage = text(&kit.post("/webhooks", &body).await, "/data/id");
        }
        Self { port, outage, rooms: Mutex::default(), seen, more, is_out }
    }

    /// A meeting; every second one is a room with a webhook.
    pub(crate) async fn meeting(&self, kit: &Kit, m: usize) -> String {
        let name = format!("Room {m}");
        if m.is_multiple_of(2) {
            return text(&kit.post("/meetings", &json!({ "title": name })).await, "/data/id");
        }
        let webhook = json!({ "url": format!("http://127.0.0.1:{}/{ROOM}", self.port) });
        let body = json!({ "name": name, "type": "private", "webhook": webhook });
        let room = text(&kit.ask("POST", "/v1/rooms", &body).await, "/room/id");
        self.rooms.lock().unwrap().push(Id::parse(&room).unwrap());
        room
    }

    fn of_rooms(&self, truth: &Truth) -> BTreeSet<Told> {
        of_rooms(truth, &self.rooms.lock().unwrap())
    }

    /// Whether the third webhook refuses everything.
    pub(crate) fn is_out(&self, is_out: bool) {
        self.is_out.store(is_out, Ordering::Release);
    }

    /// The server was killed just now.
    pub(crate) fn killed(&self) {
        self.seen.lock().unwrap().kills.push(Instant::now());
    }

    /// Waits until all receivers were told all.
    pub(crate) async fn settle(&self, kit: &Kit, truth: &Truth, rooms: &[Id]) {
        // What is down is probed now and then, and at once where its URL changes.
        let url = format!("http://127.0.0.1:{}/outage?back", self.port);
        kit.ask("PATCH", &kit.target(&format!("/webhooks/{}", self.outage)), &json!({ "url": url })).await;
        let (app, room) = (of_app(truth, rooms).len(), self.of_rooms(truth).len());
        let missing = || {
            let seen = self.seen.lock().unwrap();
            let told = |name: &str| seen.told.get(name).map_or(0, BTreeSet::len);
            let all = WEBHOOKS.map(|name| (name, app)).into_iter().chain([(ROOM, room)]);
            let missing = all.map(|(name, wanted)| (name, wanted.saturating_sub(told(name))));
            missing.filter(|(_, n)| *n > 0).collect::<Vec<_>>()
        };
        let settled = async {
            while !missing().is_empty() {
                self.more.notified().await;
            }
        };
        let is_settled = tokio::time::timeout(SETTLED_AFTER, settled).await.is_ok();
        assert!(is_settled, "not told: {:?}", missing());
    }

    /// What was told is what happened.
    pub(crate) fn check(&self, truth: &Truth, rooms: &[Id], kills: u64) {
        let seen = self.seen.lock().unwrap();
        let app = of_app(truth, rooms);
        for name in WEBHOOKS {
            check_one(&seen, name, &app);
        }
        check_one(&seen, ROOM, &self.of_rooms(truth));
        let [willing, flaky, outage] = WEBHOOKS.map(|name| seen.got[name].len());
        println!(
            "told: {willing}, with failures {flaky}, with an outage {outage}, rooms {}",
            seen.got[ROOM].len()
        );
        // The receivers were what they are.
        let refused = |name: &str| seen.got[name].iter().filter(|got| !got.was_taken).count();
        assert!(refused("flaky") as u64 > kills / 10 && refused("outage") as u64 > kills / 10);
    }
}

fn taken<'a>(seen: &'a Seen, name: &str) -> impl Iterator<Item = &'a Got> {
    seen.got.get(name).into_iter().flatten().filter(|got| got.was_taken)
}

fn check_one(seen: &Seen, name: &str, wanted: &BTreeSet<Told>) {
    let mut first: HashMap<&str, (&Got, usize)> = HashMap::new();
    let (mut order, mut again) = (Vec::new(), 0);
    for got in taken(seen, name) {
        match first.get(got.id.as_str()) {
            None => {
                first.insert(&got.id, (got, order.len()));
                order.push(got.told.clone());
            }
            Some((before, _)) => {
                assert_eq!(before.body, got.body, "{name}: one id, two bodies");
                let is_of_a_kill = seen.kills.iter().any(|kill| {
                    before.at <= *kill && *kill <= got.at && kill.duration_since(before.at) < KEPT_AFTER
                });
                assert!(is_of_a_kill, "{name}: told again without a kill: {}", got.body);
                again += 1;
            }
        }
    }
    let all: BTreeSet<Told> = order.iter().cloned().collect();
    assert_eq!(all.len(), order.len(), "{name}: one event, two ids");
    let missing: Vec<_> = wanted.difference(&all).take(5).collect();
    let odd: Vec<_> = all.difference(wanted).take(5).collect();
    assert!(
        missing.is_empty() && odd.is_empty(),
        "{name}: not told {missing:?}, and told what was not {odd:?}"
    );
    is_in_order(name, &order);
    println!("{name}: {} told, {again} of them again", order.len());
}

/// A session's start comes first and its end last; whoever leaves came before.
fn is_in_order(name: &str, order: &[Told]) {
    let (mut here, mut open, mut ended) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (event, of, peer, at) in order {
        let is_late = ended.contains(of);
        let fine = match event.as_str() {
            "meeting.started" => open.insert(*of),
            "meeting.ended" => {
                ended.insert(*of);
                open.remove(of) && !here.iter().any(|(session, _)| session == of)
            }
            "meeting.participantJoined" => open.contains(of) && here.insert((*of, *peer)),
            "meeting.participantLeft" => here.remove(&(*of, *peer)),
            "sessionJoined" => here.insert((*of, *peer)),
            "sessionLeft" => here.remove(&(*of, *peer)),
            _ => false,
        };
        assert!(fine && !is_late, "{name}: out of order: {event} of {of} {peer:?} at {at}");
    }
}

/// What a webhook of the app is told of these meetings.
fn of_app(truth: &Truth, rooms: &[Id]) -> BTreeSet<Told> {
    let mut all = BTreeSet::new();
    for session in sessions(truth, rooms) {
        all.insert(("meeting.started".to_owned(), session.id, None, session.started_at));
        all.insert(("meeting.ended".to_owned(), session.id, None, session.ended_at));
        for stay in &session.stays {
            all.insert(("meeting.participantJoined".to_owned(), session.id, Some(stay.peer), stay.joined_at));
            all.insert(("meeting.participantLeft".to_owned(), session.id, Some(stay.peer), stay.left_at));
        }
    }
    all
}

/// What the webhooks of these rooms are told.
fn of_rooms(truth: &Truth, rooms: &[Id]) -> BTreeSet<Told> {
    let mut all = BTreeSet::new();
    for session in sessions(truth, rooms) {
        for stay in &session.stays {
            all.insert(("sessionJoined".to_owned(), session.meeting, Some(stay.id), stay.joined_at));
            all.insert(("sessionLeft".to_owned(), session.meeting, Some(stay.id), stay.left_at));
        }
    }
    all
}

fn sessions<'a>(truth: &'a Truth, rooms: &'a [Id]) -> impl Iterator<Item = &'a Session> {
    truth.sessions.values().filter(|session| rooms.contains(&session.meeting))
}

fn told(body: &str) -> Told {
    let json: Value = serde_json::from_str(body).unwrap();
    let id = |pointer: &str| Id::parse(json.pointer(pointer)?.as_str()?).ok();
    let ms = |pointer: &str| {
        let text = json.pointer(pointer)?.as_str()?;
        Some(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    };
    if let Some(action) = json["action"].as_str() {
        let (room, stay) = (id("/payload/roomId").unwrap(), id("/payload/sessionId"));
        return (action.to_owned(), room, stay, ms("/payload/timestamp").unwrap());
    }
    let event = text(&json, "/event");
    let at = match event.as_str() {
        "meeting.started" => ms("/meeting/startedAt"),
        "meeting.ended" => ms("/meeting/endedAt"),
        "meeting.participantJoined" => ms("/participant/joinedAt"),
        _ => ms("/participant/leftAt"),
    };
    (event, id("/meeting/sessionId").unwrap(), id("/participant/peerId"), at.unwrap())
}

async fn serve(
    mut stream: TcpStream,
    seen: Arc<Mutex<Seen>>,
    more: Arc<Notify>,
    is_out: Arc<AtomicBool>,
) -> Option<()> {
    let mut buffer = Vec::new();
    loop {
        let (path, id, body) = read(&mut stream, &mut buffer).await?;
        let name = path.trim_start_matches('/').split('?').next().unwrap().to_owned();
        let was_taken = {
            let mut seen = seen.lock().unwrap();
            let times = seen.times.entry((name.clone(), id.clone())).or_insert(0);
            *times += 1;
            let was_taken = match name.as_str() {
                "flaky" => *times > 1 || !hash(&body).is_multiple_of(FLAKY_ONE_IN),
                "outage" => !is_out.load(Ordering::Acquire),
                _ => true,
            };
            let told = told(&body);
            if was_taken {
                seen.told.entry(name.clone()).or_default().insert(told.clone());
            }
            let got = Got { at: Instant::now(), id, told, body, was_taken };
            seen.got.entry(name).or_default().push(got);
            was_taken
        };
        more.notify_one();
        let status = if was_taken { "200 OK" } else { "503 Service Unavailable" };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Path, id and body of the next request; `None` when there is none.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, String, String)> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length: usize = header("content-length").unwrap().parse().unwrap();
    while buffer.len() < end + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(buffer[end + 4..end + 4 + length].to_vec()).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let id = header("webhook-id").unwrap();
    buffer.drain(..end + 4 + length);
    Some((path, id, body))
}
