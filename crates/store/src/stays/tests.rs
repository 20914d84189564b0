//! Columns against plain SQL: random histories, random queries, the same answers.
//!
//! `STAYS_SEED=…` repeats a run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sederunt_core::effect::{Person, Write};
use sederunt_core::fact::{EndReason, Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{AppId, ParticipantId, StayId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;
use sederunt_dice::Dice;

use super::*;
use crate::AppRow;
use crate::stays::state::State;

const T0: i64 = 1_768_226_400_000;
const QUERIES_MIN: u64 = 12_000;
const NAMES: [&str; 8] =
    ["Ada", "ada lovelace", "Ŝtefano É", "e\u{301}mile", "", "100%_a", "a-b-c", "ΣΊΣΥΦΟΣ"];
const TERMS: [&str; 14] =
    ["a", "ADA", "É", "e\u{301}", "%", "_", "-", "a-b", "σίσ", "lovelace", "zz", "0", "00-0", "4a"];

/// One meeting with its LIVE session, as a room folds it.
struct Room {
    meeting: MeetingId,
    tally: Option<Tally>,
    writes: Vec<Write>,
    sessions: Vec<SessionId>,
}

impl Room {
    fn new(meeting: u128) -> Self {
        Self { meeting: MeetingId::from_u128(meeting), tally: None, writes: Vec::new(), sessions: Vec::new() }
    }

    fn fact(&mut self, session: SessionId, at: i64, kind: FactKind, person: Option<Person>) {
        let fact = Fact { at: UnixMs(at), app: AppId::from("app"), meeting: self.meeting, session, kind };
        let stay = match &mut self.tally {
            None => {
                self.tally = Some(Tally::start(&fact).unwrap());
                None
            }
            Some(tally) => tally.apply(&fact).unwrap(),
        };
        let columns = self.tally.as_ref().unwrap().columns().clone();
        self.writes.push(Write::Fact { fact, columns, stay, person, offset_ms: 0 });
    }

    fn session(&mut self, rng: &mut Dice, at: i64) -> SessionId {
        if let Some(tally) = &self.tally {
            return tally.columns().session;
        }
        let session = SessionId::from_u128(u128::from(rng.roll()) << 64 | u128::from(rng.roll()));
        self.sessions.push(session);
        self.fact(
            session,
            at,
            FactKind::SessionStarted { title: String::new(), keep_alive_ms: 60_000, parent: None },
            None,
        );
        session
    }

    fn join(&mut self, rng: &mut Dice, at: i64) -> PeerId {
        let session = self.session(rng, at);
        // Ids from few and from many, so that a peer of one session is now and then a peer of another.
        let peer = loop {
            let few = rng.one_in(3);
            let peer = if few { u128::from(rng.below(500)) } else { u128::from(rng.roll()) << 32 };
            let peer = PeerId::from_u128(peer);
            if !self.tally.as_ref().is_some_and(|t| t.has_seen(peer)) {
                break peer;
            }
        };
        let user = (!rng.one_in(4)).then(|| format!("u{}", rng.below(5)));
        let participant =
            ParticipantId::from_u128(u128::from(rng.below(40)) * 0x1234_5678_9abc_def0_1234_5678_9abc);
        let person = Person {
            display_name: (*rng.pick(&NAMES)).to_owned(),
            preset_name: "p".to_owned(),
            view_type: None,
            custom_participant_id: (!rng.one_in(3)).then(|| format!("{}{}", rng.pick(&NAMES), rng.below(9))),
            user_id: user,
            ip_address: None,
            user_agent: None,
        };
        let (role, created_at) = (Role::Member, UnixMs(at));
        let stay = StayId::from_u128(u128::from(rng.roll()));
        let kind = FactKind::PeerJoined { peer, stay, participant, role, created_at };
        self.fact(session, at, kind, Some(person));
        peer
    }

    /// Something that may happen in a room at this moment.
    fn step(&mut self, rng: &mut Dice, at: i64) {
        let stays: Vec<_> = self.tally.iter().flat_map(Tally::open).map(|s| (s.peer, s.away_since)).collect();
        if stays.is_empty() || rng.one_in(2) {
            self.join(rng, at);
            return;
        }
        let session = self.session(rng, at);
        let (peer, away) = *rng.pick(&stays);
        match (rng.below(4), away) {
            (0, None) => self.fact(session, at, FactKind::PeerAway { peer }, None),
            (0, Some(_)) => self.fact(session, at, FactKind::PeerBack { peer }, None),
            _ => self.fact(session, at, FactKind::PeerLeft { peer, reason: LeaveReason::Left }, None),
        }
        if rng.one_in(40) {
            self.end(at);
        }
    }

    fn end(&mut self, at: i64) {
        let Some(tally) = &self.tally else { return };
        let session = tally.columns().session;
        let open: Vec<PeerId> = tally.open().map(|s| s.peer).collect();
        for peer in open {
            self.fact(session, at, FactKind::PeerLeft { peer, reason: LeaveReason::Left }, None);
        }
        self.fact(session, at, FactKind::SessionEnded { reason: EndReason::AllParticipantsLeft }, None);
        self.tally = None;
    }

    async fn save(&mut self, store: &Store) {
        store.remember("node", std::mem::take(&mut self.writes)).await.unwrap();
    }
}

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let app =
        AppRow { id: "app".into(), account: "a".to_owned(), name: String::new(), created_at: UnixMs(0) };
    store.create_app(app, Vec::new()).await.unwrap();
    (dir, store)
}

fn read_into(store: &Store, cache: &StayCache, scope: Scope) {
    let state = store.readers().snapshot(|c| State::read(c, scope, &|_| true)).unwrap();
    cache.keep(scope, state);
}

fn stay_query(rng: &mut Dice, session: SessionId, now: i64) -> StayQuery {
    StayQuery {
        session,
        now: UnixMs(now + i64::try_from(rng.below(200)).unwrap() - 100),
        search: (!rng.one_in(3)).then(|| (*rng.pick(&TERMS)).to_owned()),
        sort: *rng.pick(&[StaySort::JoinedAt, StaySort::LeftAt, StaySort::Duration, StaySort::Duration]),
        ascending: rng.one_in(2),
        offset: if rng.one_in(2) { 0 } else { rng.below(300) },
        limit: u32::try_from(rng.below(30)).unwrap(),
    }
}

fn room_query(rng: &mut Dice, meeting: MeetingId) -> RoomStayQuery {
    RoomStayQuery {
        meeting,
        user_id: rng.one_in(2).then(|| format!("u{}", rng.below(6))),
        connecting: *rng.pick(&[None, None, Some(true), Some(false)]),
        sort: *rng.pick(&[StaySort::JoinedAt, StaySort::LeftAt, StaySort::Duration]),
        ascending: rng.one_in(2),
        offset: if rng.one_in(2) { 0 } else { rng.below(600) },
        limit: (!rng.one_in(30)).then(|| u32::try_from(rng.below(30)).unwrap()),
    }
}

/// Compares both ways in one snapshot; whether columns could answer.
fn same_of_session(conn: &Connection, cache: &StayCache, q: &StayQuery) -> bool {
    let answer = cache.answer(conn, Scope::Session(q.session), |columns| session_keys(columns, q)).unwrap();
    let (plain, _) = session_page_by_sql(conn, q).unwrap();
    let Answer::Here((total, keys)) = answer else { return false };
    let expected: Vec<Key> = plain.items.iter().map(|r| (r.session, r.stay.peer)).collect();
    assert_eq!((total, &keys), (plain.total, &expected), "{q:?}");
    if total % 8 == 0 {
        assert_eq!(session_page(conn, cache, q).unwrap().0, plain, "{q:?}");
    }
    true
}

fn same_of_room(conn: &Connection, cache: &StayCache, q: &RoomStayQuery) -> bool {
    let answer = cache.answer(conn, Scope::Room(q.meeting), |columns| room_keys(columns, q)).unwrap();
    let plain = room_page_by_sql(conn, q).unwrap();
    let Answer::Here((total, keys)) = answer else { return false };
    let expected: Vec<Key> = plain.items.iter().map(|r| (r.session, r.stay.peer)).collect();
    assert_eq!((total, &keys), (plain.total, &expected), "{q:?}");
    if total % 8 == 0 {
        assert_eq!(room_page(conn, cache, q).unwrap().0, plain, "{q:?}");
    }
    true
}

#[tokio::test]
async fn columns_answer_as_sql_does() {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = std::env::var("STAYS_SEED").map_or(u64::from(clock.subsec_nanos()), |s| s.parse().unwrap());
    println!("STAYS_SEED={seed}");
    let mut rng = Dice::new(seed);
    let (_dir, store) = store().await;
    let cache = StayCache::default();
    let mut rooms: Vec<Room> = (1..=3).map(Room::new).collect();
    let (mut now, mut compared) = (T0, 0);
    while compared < QUERIES_MIN {
        let no = usize::try_from(rng.below(3)).unwrap();
        let room = &mut rooms[no];
        for _ in 0..rng.below(40) {
            // Often several things happen at one instant.
            now += i64::try_from(rng.below(3)).unwrap() * 10;
            room.step(&mut rng, now);
        }
        room.save(&store).await;
        if rng.one_in(6) && room.tally.is_none() {
            // History that arrives late: a session of its own that began before the others.
            let mut at = T0 - 1_000_000 + i64::try_from(rng.below(1_000)).unwrap();
            for _ in 0..rng.below(20) {
                at += 7;
                room.join(&mut rng, at);
            }
            room.end(at + 5);
            room.save(&store).await;
        }
        let (meeting, session) = (room.meeting, room.sessions.last().copied());
        for scope in session.map(Scope::Session).into_iter().chain([Scope::Room(meeting)]) {
            if rng.one_in(12) || cache.find(scope).is_none() {
                read_into(&store, &cache, scope);
            }
        }
        for _ in 0..60 {
            let room_query = room_query(&mut rng, meeting);
            let stay_query = session.map(|s| stay_query(&mut rng, s, now));
            let answered = store.readers().snapshot(|c| {
                Ok([
                    same_of_room(c, &cache, &room_query),
                    stay_query.is_some_and(|q| same_of_session(c, &cache, &q)),
                ])
            });
            compared += answered.unwrap().into_iter().filter(|here| *here).map(u64::from).sum::<u64>();
        }
    }
    let sessions: usize = rooms.iter().map(|r| r.sessions.len()).sum();
    println!("{compared} answers compared, {sessions} sessions");
}

#[tokio::test]
async fn a_changed_name_is_read_again() {
    let (_dir, store) = store().await;
    let mut room = Room::new(1);
    let mut rng = Dice::new(1);
    for n in 0..50 {
        room.join(&mut rng, T0 + n);
    }
    room.save(&store).await;
    let session = room.sessions[0];
    let cache = store.stay_cache();
    read_into(&store, &cache, Scope::Session(session));
    let found = async |term: &str| {
        let q = StayQuery { search: Some(term.to_owned()), ..stay_query(&mut Dice::new(0), session, T0) };
        store.stays(StayQuery { offset: 0, limit: 100, ..q }).await.unwrap().total
    };
    assert!(found("ada").await > 0);
    store
        .write(|l| Ok(l.conn.execute("UPDATE stay SET name_fold = 'x', custom_fold = 'y'", [])?))
        .await
        .unwrap();
    assert_eq!(found("ada").await, 0);
    read_into(&store, &cache, Scope::Session(session));
    assert_eq!((found("ada").await, found("x").await), (0, room.tally.unwrap().columns().stay_count.into()));
    let erase = "UPDATE stay SET display_name = NULL, name_fold = NULL, preset_name = NULL,
                     custom_participant_id = NULL, custom_fold = NULL, user_id = NULL";
    store.write(|l| Ok(l.conn.execute(erase, [])?)).await.unwrap();
    assert_eq!(found("x").await, 0);
}

#[tokio::test]
async fn memory_is_bounded_and_the_latest_use_stays() {
    let (_dir, store) = store().await;
    let mut rng = Dice::new(2);
    let mut rooms: Vec<Room> = (1..=4).map(Room::new).collect();
    for room in &mut rooms {
        for n in 0..200 {
            room.join(&mut rng, T0 + n);
        }
        room.save(&store).await;
    }
    let scope = |n: usize| Scope::Room(MeetingId::from_u128(n as u128));
    let one = StayCache::default();
    read_into(&store, &one, scope(1));
    let room_for_two = StayCache::with_bytes(one.held().1 * 5 / 2);
    for n in [1, 2, 1, 3] {
        if room_for_two.find(scope(n)).is_none() {
            read_into(&store, &room_for_two, scope(n));
        }
    }
    let here = |cache: &StayCache| (1..=4).map(|n| cache.find(scope(n)).is_some()).collect::<Vec<_>>();
    assert_eq!(here(&room_for_two), [true, false, true, false]);
    assert_eq!(room_for_two.held().0, 2);
    // What does not fit is not tried again, and answered by SQL.
    let tiny = StayCache::with_bytes(one.held().1 / 2);
    read_into(&store, &tiny, scope(1));
    let q = room_query(&mut rng, MeetingId::from_u128(1));
    let answered = store.readers().snapshot(|c| Ok((same_of_room(c, &tiny, &q), room_page(c, &tiny, &q)?.1)));
    assert_eq!(answered.unwrap(), (false, false));
    assert_eq!(tiny.held(), (0, 0));
}

/// Waits for what another thread does.
async fn until(what: &str, is: impl Fn() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_large_list_comes_into_memory_and_shows_every_join_at_once() {
    let (_dir, store) = store().await;
    let mut room = Room::new(9);
    let mut rng = Dice::new(3);
    for n in 0..i64::try_from(STAYS_MIN).unwrap() + 500 {
        room.join(&mut rng, T0 + n);
    }
    room.save(&store).await;
    let (session, meeting) = (room.sessions[0], room.meeting);
    let stays = StayQuery {
        session,
        now: UnixMs(T0),
        search: None,
        sort: StaySort::JoinedAt,
        ascending: false,
        offset: 0,
        limit: 3,
    };
    let room_stays = RoomStayQuery { user_id: None, ..room_query(&mut rng, meeting) };
    let room_stays = RoomStayQuery {
        connecting: None,
        sort: StaySort::JoinedAt,
        ascending: false,
        offset: 0,
        limit: Some(3),
        ..room_stays
    };
    let cache = store.stay_cache();
    assert_eq!(cache.held().0, 0);
    let first = store.stays(stays.clone()).await.unwrap();
    until("the session is read into memory", || cache.held().0 == 1).await;
    assert_eq!(store.stays(stays.clone()).await.unwrap(), first);
    store.room_stays(room_stays.clone()).await.unwrap();
    // One build at a time: the one that was running may have refused this one.
    until("the first build is over", || cache.is_idle()).await;
    store.room_stays(room_stays.clone()).await.unwrap();
    until("the room is read into memory", || cache.held().0 == 2).await;

    // Others read all the time, so that states and snapshots of different age meet.
    let others: Vec<_> = (0..3)
        .map(|_| {
            let (store, stays, room_stays) = (store.clone(), stays.clone(), room_stays.clone());
            tokio::spawn(async move {
                let mut total = 0;
                loop {
                    let page = store.stays(stays.clone()).await.unwrap();
                    assert!(page.total >= total, "an answer went back in time");
                    total = page.total;
                    store.room_stays(room_stays.clone()).await.unwrap();
                }
            })
        })
        .collect();
    for n in 0..300 {
        let peer = room.join(&mut rng, T0 + 1_000_000 + n);
        room.save(&store).await;
        assert_eq!(store.stays(stays.clone()).await.unwrap().items[0].stay.peer, peer);
        assert_eq!(store.room_stays(room_stays.clone()).await.unwrap().items[0].stay.peer, peer);
    }
    assert_eq!(cache.held().0, 2, "answers came from memory");
    others.iter().for_each(tokio::task::JoinHandle::abort);
    let page = store.stays(stays.clone()).await.unwrap();
    assert_eq!(page, store.stays_by_sql(stays).await.unwrap());
    let page = store.room_stays(room_stays.clone()).await.unwrap();
    assert_eq!(page, store.room_stays_by_sql(room_stays).await.unwrap());
    assert!(Arc::strong_count(&cache) >= 2);
}
