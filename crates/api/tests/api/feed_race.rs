//! The live feed under concurrent writes: nothing lost, nothing twice, whenever a watcher comes, goes or comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::Method;
use futures_util::future::join_all;
use sederunt_api::FeedConfig;
use sederunt_core::call::Disconnect;
use sederunt_core::id::Id;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::feed::{P, feed, meeting, pull, pulled, seqs, set_feed, world};
use crate::kit_fixture::record;
use crate::sse::Sse;
use crate::world::{World, within};

/// Sessions of the past: more changes than a hub keeps, so that watchers from the beginning read the ledger first.
const PAST_SESSIONS: u128 = 400;
/// Rooms in which people come and go at the same time …
const ROOMS: usize = 6;
/// … so often.
const ROUNDS: usize = 15;

async fn past(w: &World) {
    let meeting = json!({"id": Id::from_u128(77).to_string(), "title": "Past", "created_at": "2025-01-01T00:00:00.000Z"});
    let stays = [("2025-01-01T10:00:00.000Z", "2025-01-01T10:30:00.000Z"); 3];
    let times = ("2025-01-01T10:00:00.000Z", "2025-01-01T10:31:00.000Z");
    let records: Vec<Value> = (1..=PAST_SESSIONS)
        .map(|i| record(P, meeting.clone(), &Id::from_u128(i << 32).to_string(), times, &stays))
        .collect();
    w.history(&records).await;
}

/// People come and go in all rooms at the same time; half of the last ones stay.
async fn bustle(w: &World) {
    let rooms = join_all((0..ROOMS).map(|i| async move { meeting(w, P, &format!("Room {i}")).await })).await;
    join_all(rooms.iter().enumerate().map(|(i, room)| async move {
        for round in 0..ROUNDS {
            let (a, b) = (w.joined(room, "a").await, w.joined(room, "b").await);
            if round % 5 == i % 5 {
                a.disconnect(Disconnect::Lost).await;
            } else {
                w.leave(a).await;
            }
            if round + 1 < ROUNDS || i % 2 == 0 {
                w.leave(b).await;
            } else {
                // Stays open: a client that is dropped says nothing.
                std::mem::forget(b);
            }
            if round % 8 == 7 {
                let title = json!({"title": format!("Round {round}")});
                let target = format!("/accounts/{}/realtime/kit/{P}/meetings/{}", crate::feed::A, room.id);
                w.send(Method::PATCH, &target, "TA", Some(title)).await.ok();
            }
        }
    }))
    .await;
}

/// A watcher from `start` on that hangs up after every `patience` changes and comes back with what it has.
async fn watch(
    w: Arc<World>,
    start: Option<u64>,
    patience: usize,
    mut end: watch::Receiver<u64>,
) -> (u64, Vec<u64>) {
    let mut sse = Sse::open(&w, &feed(""), "TA", start).await;
    let first = start.unwrap_or_else(|| sse.last_id.unwrap());
    let mut told = Vec::new();
    loop {
        let last = told.last().copied().unwrap_or(first);
        if *end.borrow() != 0 && last >= *end.borrow() {
            return (first, told);
        }
        let change = tokio::select! {
            change = sse.change() => change,
            _ = end.changed() => continue,
        };
        told.push(change["seq"].as_u64().unwrap());
        if told.len() % patience == 0 {
            sse = Sse::open(&w, &feed(""), "TA", sse.last_id).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everything_once_whenever_one_comes() {
    let w = Arc::new(world().await);
    past(&w).await;
    let (done, end) = watch::channel(0);
    let middle = *w.store.durable().borrow() / 2;
    let cases = [(None, 1), (None, 7), (None, 10_000), (Some(0), 10_000), (Some(0), 333), (Some(middle), 2)];
    let mut watchers = Vec::new();
    for (start, patience) in cases {
        watchers.push(tokio::spawn(watch(w.clone(), start, patience, end.clone())));
    }
    let late = async {
        for i in 0..20 {
            tokio::task::yield_now().await;
            watchers.push(tokio::spawn(watch(w.clone(), None, 3 + i, end.clone())));
            // Somewhere in the middle of what happens meanwhile.
            let _ = pulled(&w, "events=session.ended").await;
        }
    };
    tokio::join!(bustle(&w), late);
    let all = seqs(&pulled(&w, "limit=1000").await);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(all.len() > ROOMS * ROUNDS * 4 + 2_000);
    done.send_replace(*all.last().unwrap());
    for watcher in watchers {
        let (first, told) = within("a watcher", watcher).await.unwrap();
        let expected: Vec<u64> = all.iter().copied().filter(|seq| *seq > first).collect();
        assert_eq!(told, expected, "from {first}");
    }
    assert_eq!(
        w.node.metrics().feed_cuts.get_or_create(&sederunt_node::metrics::Kind { kind: "slow_reader" }).get(),
        0
    );
}

/// What a watcher knows of the LIVE sessions: their numbers, and who is in them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Known {
    sessions: BTreeMap<String, (Value, BTreeSet<String>)>,
}

impl Known {
    /// Takes a snapshot, all parts of it; returns it with its sequence number.
    async fn begin(sse: &mut Sse) -> (Self, u64) {
        let mut known = Self::default();
        loop {
            let part = sse.event().await.unwrap();
            assert_eq!(part.event, "snapshot");
            let data = part.data.unwrap();
            for session in data["sessions"].as_array().unwrap() {
                let peers = session["peers"].as_array().unwrap();
                let peers = peers.iter().map(|peer| peer["id"].to_string()).collect();
                let numbers = Self::numbers(&session["session"]);
                let old = known.sessions.insert(session["session_id"].to_string(), (numbers, peers));
                assert!(old.is_none());
            }
            let seq = data["seq"].as_u64().unwrap();
            if data["complete"] == json!(true) {
                assert_eq!(part.id, Some(seq));
                return (known, seq);
            }
            assert_eq!(part.id, None, "an incomplete snapshot is no place to go on from");
        }
    }

    /// What does not depend on the instant.
    fn numbers(session: &Value) -> Value {
        let keys = [
            "status",
            "title",
            "started_at",
            "live_participants",
            "max_concurrent_participants",
            "counting_participants",
        ];
        keys.iter()
            .map(|key| ((*key).to_owned(), session[*key].clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn apply(&mut self, change: &Value) {
        let id = change["session_id"].to_string();
        if change["type"] == "session.ended" {
            self.sessions.remove(&id).unwrap();
            return;
        }
        let (numbers, peers) = self.sessions.entry(id).or_default();
        *numbers = Self::numbers(&change["session"]);
        let peer = change["peer"]["id"].to_string();
        match change["type"].as_str().unwrap() {
            "peer.joined" => assert!(peers.insert(peer)),
            "peer.left" => assert!(peers.remove(&peer)),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_snapshot_and_its_changes_are_the_later_state() {
    let w = Arc::new(world().await);
    // Many rooms: the snapshot comes in parts.
    join_all((0..300).map(|i| {
        let w = &w;
        async move {
            let room = meeting(w, P, &format!("Crowd {i}")).await;
            std::mem::forget(w.joined(&room, "x").await);
            std::mem::forget(w.joined(&room, "y").await);
        }
    }))
    .await;
    let (done, end) = watch::channel(0);
    let mut watchers = Vec::new();
    let comers = async {
        for _ in 0..8 {
            let (shared, mut end) = (w.clone(), end.clone());
            watchers.push(tokio::spawn(async move {
                let mut sse = Sse::open(&shared, &feed("?snapshot=true"), "TA", None).await;
                let (mut known, mut seq) = Known::begin(&mut sse).await;
                let begun = known.sessions.len();
                loop {
                    if *end.borrow() != 0 && seq >= *end.borrow() {
                        return (known, begun);
                    }
                    let change = tokio::select! {
                        change = sse.change() => change,
                        _ = end.changed() => continue,
                    };
                    assert!(change["seq"].as_u64().unwrap() > seq);
                    seq = change["seq"].as_u64().unwrap();
                    known.apply(&change);
                }
            }));
            let _ = pulled(&w, "events=session.ended").await;
        }
    };
    tokio::join!(bustle(&w), comers);
    done.send_replace(*seqs(&pulled(&w, "limit=1000").await).last().unwrap());
    let (last, _) = Known::begin(&mut Sse::open(&w, &feed("?snapshot=true"), "TA", None).await).await;
    assert!(last.sessions.len() >= 300 + ROOMS / 2);
    for watcher in watchers {
        let (known, begun) = within("a watcher", watcher).await.unwrap();
        assert!(begun >= 300, "the crowd is in every snapshot");
        assert_eq!(known, last);
    }
    // A client that comes back has its place already; one meeting alone has a small snapshot.
    let mut again = Sse::open(&w, &feed("?snapshot=true"), "TA", Some(0)).await;
    assert_eq!(again.change().await["type"], "session.started");
}

#[tokio::test]
async fn a_feed_goes_on_over_a_restart() {
    let w = world().await;
    past(&w).await;
    let room = meeting(&w, P, "M").await;
    let mut sse = Sse::open(&w, &feed(""), "TA", None).await;
    let _ann = w.joined(&room, "ann").await;
    let mut told = sse.changes(2).await;
    let place = sse.last_id;
    drop(sse);
    let _ben = w.joined(&room, "ben").await;
    // The stop itself makes changes: everybody leaves.
    let w = w.restarted().await;
    let mut sse = Sse::open(&w, &feed(""), "TA", place).await;
    let _cat = w.joined(&room, "cat").await;
    told.extend(sse.changes(4).await);
    let all = pulled(&w, "limit=1000").await;
    assert_eq!(told, all[all.len() - 6..], "the same changes, to the last letter");
    let mut from_start = Sse::open(&w, &feed("?last_event_id=0"), "TA", None).await;
    assert_eq!(from_start.changes(all.len()).await, all);
    let header_wins = Sse::open(&w, &feed("?last_event_id=0"), "TA", sse.last_id).await;
    assert_eq!(header_wins.last_id, sse.last_id);
}

#[tokio::test]
async fn a_slow_reader_is_cut_and_the_others_go_on() {
    let mut w = world().await;
    set_feed(&mut w, FeedConfig { queue_bytes: 4096, ..FeedConfig::default() });
    let room = meeting(&w, P, "M").await;
    let mut slow = Sse::open(&w, &feed(""), "TA", None).await;
    let mut quick = Sse::open(&w, &feed(""), "TA", None).await;
    let _first = w.joined(&room, "a").await;
    assert_eq!(slow.changes(2).await, quick.changes(2).await);
    for _ in 0..20 {
        let one = w.joined(&room, "b").await;
        assert_eq!(quick.change().await["type"], "peer.joined");
        w.leave(one).await;
        assert_eq!(quick.change().await["type"], "peer.left");
    }
    assert_eq!(slow.cut().await, "slow_reader");
    let cuts = w.node.metrics().feed_cuts.clone();
    assert_eq!(cuts.get_or_create(&sederunt_node::metrics::Kind { kind: "slow_reader" }).get(), 1);
    let mut back = Sse::open(&w, &feed(""), "TA", slow.last_id).await;
    let rest = back.changes(40).await;
    let page = w.send(Method::GET, &pull("?after=2&limit=1000"), "TA", None).await.ok();
    assert_eq!(json!(rest), page["events"]);
    let _last = w.joined(&room, "c").await;
    assert_eq!(back.change().await, quick.change().await);
}
