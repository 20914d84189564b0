//! The real binary, killed with SIGKILL again and again at random moments under load: what was acknowledged is in
//! the ledger, and nothing that did not happen.
//!
//! `KILL_SEED=…` repeats a run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unwrap_in_result,
    reason = "a test panics when it fails"
)]
#![allow(clippy::print_stdout, reason = "what the load was is shown when the test fails")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::client::{Client, Gone, Pass};
use common::http::{Kit, passes};
use common::rng::Rng;
use common::{FirstRun, Server, stdout_of};
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{AppId, MeetingId, PeerId, SessionId};
use sederunt_core::time::UnixMs;
use sederunt_store::{RoomStayQuery, SessionQuery, SessionRow, SessionSort, StayRow, StaySort, Store};
use tokio::task::JoinSet;

const KILLS: u64 = 55;
/// Every so many kills a round lasts longer than a heartbeat may take: a stay of that length must be counted.
const LONG_EVERY: u64 = 25;
const MEETINGS: usize = 4;
const PEOPLE: usize = 4;
/// A crash may stretch or cut a stay by one heartbeat (SEMANTICS §1 rule 5).
const HEARTBEAT_MS: i64 = 5_000;
/// A heartbeat is late when the machine is busy.
const LATE_MS: i64 = 2_500;
/// Two processes round the same clock to whole milliseconds.
const ROUNDING_MS: i64 = 1;

/// What a client did, as it saw it. Times are this machine's clock, before asking and after being told.
#[derive(Debug, Clone, Default)]
struct Attempt {
    meeting: String,
    join_asked: i64,
    joined: Option<i64>,
    leave_asked: Option<i64>,
    left: Option<i64>,
    /// The socket was dropped without a word.
    dropped: Option<i64>,
    /// The server was dead by then.
    killed: i64,
}

type Log = Arc<Mutex<BTreeMap<String, Attempt>>>;

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_sigkill() {
    let mut rng = Rng::from_env("KILL_SEED");
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut server = Server::start(&data, &[]);
    let first = FirstRun::read(&data);
    let everybody = passes(&Kit::new(&server.bound.http, &first), MEETINGS, PEOPLE).await;
    let log = Log::default();
    for kill in 0..KILLS {
        let is_long = kill % LONG_EVERY == LONG_EVERY - 1;
        let load_ms = if is_long { rng.within(8_000..9_000) } else { rng.within(10..350) };
        round(server, &everybody, &rng.fork(kill), &log, Duration::from_millis(load_ms)).await;
        server = Server::start(&data, &[]);
    }
    server.terminate();
    assert!(server.ended().success());

    let verified = stdout_of(&["verify", "--data", data.to_str().unwrap()]);
    assert!(verified.ends_with("no differences\n"), "{verified}");
    let attempts = log.lock().unwrap().clone();
    check(&data, &first, &everybody, &attempts).await;
}

/// Load from every participant until the server is killed under it.
async fn round(server: Server, everybody: &[Pass], rng: &Rng, log: &Log, load: Duration) {
    let mut clients = JoinSet::new();
    for (no, pass) in everybody.iter().enumerate() {
        let (base, pass, log) = (server.bound.http.clone(), pass.clone(), Arc::clone(log));
        let rng = rng.fork(no as u64 + 1);
        clients.spawn(come_and_go(base, pass, rng, log));
    }
    let all_ended = async { while clients.join_next().await.is_some() {} };
    // Clients go on for ever: this ends at the chosen moment.
    assert!(tokio::time::timeout(load, all_ended).await.is_err(), "no client ends before the server");
    server.kill();
    let killed = now_ms();
    // Whatever was acknowledged before the kill may still be on its way.
    while clients.join_next().await.is_some() {}
    for attempt in log.lock().unwrap().values_mut().filter(|a| a.killed == 0) {
        attempt.killed = killed;
    }
}

async fn come_and_go(base: String, pass: Pass, mut rng: Rng, log: Log) -> Gone {
    loop {
        let peer = rng.uuid();
        if let Err(gone) = come(&base, &pass, &peer, &mut rng, &log).await {
            assert!(!gone.0.contains("refused"), "{gone:?}");
            return gone;
        }
    }
}

/// One visit: joins, stays a random while, then leaves, or drops the connection without a word.
async fn come(base: &str, pass: &Pass, peer: &str, rng: &mut Rng, log: &Log) -> Result<(), Gone> {
    let mut client = Client::connect(base, pass, peer).await?;
    let note =
        |change: &dyn Fn(&mut Attempt)| change(log.lock().unwrap().entry(peer.to_owned()).or_default());
    let asked = now_ms();
    note(&|a| {
        a.meeting.clone_from(&pass.meeting);
        a.join_asked = asked;
    });
    client.join().await?;
    let told = now_ms();
    note(&|a| a.joined = Some(told));

    let stay = Duration::from_millis(match rng.within(0..10) {
        0..5 => 0,
        5..9 => rng.within(1..200),
        _ => 60_000,
    });
    let listen = async {
        loop {
            client.next().await?;
        }
    };
    if let Ok(ended) = tokio::time::timeout(stay, listen).await {
        return ended;
    }
    if rng.within(0..5) == 0 {
        let dropped = now_ms();
        note(&|a| a.dropped = Some(dropped));
        return Ok(());
    }
    let asked = now_ms();
    note(&|a| a.leave_asked = Some(asked));
    client.leave().await?;
    let told = now_ms();
    note(&|a| a.left = Some(told));
    Ok(())
}

async fn check(data: &Path, first: &FirstRun, everybody: &[Pass], attempts: &BTreeMap<String, Attempt>) {
    let store = Store::open(data).unwrap();
    let mut stays = BTreeMap::new();
    for pass in everybody {
        for row in stays_of(&store, pass.meeting.parse().unwrap()).await {
            stays.insert(row.stay.peer, row);
        }
    }
    let mut counts = [0_u32; 4];
    for (peer, attempt) in attempts {
        let peer: PeerId = peer.parse().unwrap();
        let stay = stays.get(&peer);
        counts[0] += u32::from(attempt.joined.is_some());
        counts[1] += u32::from(attempt.left.is_some());
        counts[2] += u32::from(stay.is_some_and(|s| s.stay.reason == Some(LeaveReason::NodeLost)));
        counts[3] += u32::from(attempt.joined.is_none() && stay.is_some());
        match stay {
            Some(row) => check_stay(row, attempt),
            None => assert!(attempt.joined.is_none(), "an acknowledged join is lost: {peer} {attempt:?}"),
        }
    }
    for peer in stays.keys() {
        assert!(attempts.contains_key(&peer.to_string()), "a stay that nobody asked for: {peer}");
    }
    let [joins, leaves, node_lost, unheard] = counts;
    println!(
        "{joins} joins and {leaves} leaves acknowledged, {node_lost} closed by recovery, {unheard} joins durable but not heard of"
    );
    // The load was a load, and the kills hit it.
    assert!(joins > 500 && leaves > 200 && node_lost > 50, "{counts:?}");
    check_sessions(&store, first, &stays).await;
}

/// A stay against what its client saw.
fn check_stay(row: &StayRow, attempt: &Attempt) {
    let stay = &row.stay;
    let what = format!("{stay:?}\n{attempt:?}");
    let joined_at = stay.joined_at.0;
    assert_eq!(row.meeting.to_string(), attempt.meeting);
    assert!(joined_at >= attempt.join_asked - ROUNDING_MS, "joined before it asked: {what}");
    assert!(joined_at <= attempt.joined.unwrap_or(attempt.killed) + ROUNDING_MS, "joined too late: {what}");
    let left_at = stay.left_at.unwrap_or_else(|| panic!("a stay is open after recovery: {what}")).0;
    if let (Some(asked), Some(told)) = (attempt.leave_asked, attempt.left) {
        assert_eq!(stay.reason, Some(LeaveReason::Left), "{what}");
        assert!(
            left_at >= asked - ROUNDING_MS && left_at <= told + ROUNDING_MS,
            "left at another time: {what}"
        );
        return;
    }
    // Nobody was told of an end: the truth is the loss of the connection, or the kill.
    let end = attempt.dropped.unwrap_or(attempt.killed);
    assert!(left_at - end <= HEARTBEAT_MS, "minutes invented: {what}");
    assert!(left_at <= attempt.killed + ROUNDING_MS, "counted after the kill: {what}");
    let earliest = attempt.leave_asked.unwrap_or(end).min(end);
    assert!(earliest - left_at <= HEARTBEAT_MS + LATE_MS, "minutes lost: {what}");
}

/// Sessions are the sum of their stays, and nobody is in.
async fn check_sessions(store: &Store, first: &FirstRun, stays: &BTreeMap<PeerId, StayRow>) {
    let mut sums: BTreeMap<SessionId, (i64, u32)> = BTreeMap::new();
    for row in stays.values() {
        let length = row.stay.left_at.map_or(0, |left| left.since(row.stay.joined_at));
        let sum = sums.entry(row.session).or_default();
        *sum = (sum.0 + length, sum.1 + 1);
    }
    let sessions = sessions(store, &first.app_id).await;
    assert!(sessions.len() >= MEETINGS);
    for session in sessions {
        let what = format!("{session:?}");
        let (sum_ms, count) = sums.remove(&session.id).unwrap_or_default();
        assert_eq!(session.consumed_ms(UnixMs(now_ms())), sum_ms, "{what}");
        assert_eq!((session.stay_count, session.live_count, session.ticking_count), (count, 0, 0), "{what}");
        assert!(session.peak >= 1, "{what}");
    }
    assert!(sums.is_empty(), "stays without a session: {sums:?}");
}

async fn stays_of(store: &Store, meeting: MeetingId) -> Vec<StayRow> {
    let query = RoomStayQuery {
        meeting,
        user_id: None,
        connecting: None,
        sort: StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: None,
    };
    store.room_stays(query).await.unwrap().items
}

async fn sessions(store: &Store, app: &str) -> Vec<SessionRow> {
    let query = SessionQuery {
        app: AppId::from(app),
        now: UnixMs(now_ms()),
        meeting: None,
        started_from: None,
        started_to: None,
        status: None,
        peak_min: None,
        peak_max: None,
        search: None,
        sort: SessionSort::CreatedAt,
        ascending: true,
        offset: 0,
        limit: 1000,
    };
    store.sessions(query).await.unwrap().items
}
