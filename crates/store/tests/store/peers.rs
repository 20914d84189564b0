//! Peers found by their id alone, in runs and among the latest facts; and what their clients said.

use crate::common::{NODE, Recorder, all, app_row, at, meeting_row, open, participant_row, person};
use rusqlite::Connection;
use sederunt_core::fact::{EndReason, LeaveReason};
use sederunt_core::id::{MeetingId, ParticipantId, PeerId};
use sederunt_core::time::UnixMs;
use sederunt_store::{ClientPost, ParticipantRow, Posted, ServerPost, Store, VerifyReport};

/// Facts of a run.
const RUN: u64 = 1 << 14;

fn raw(dir: &tempfile::TempDir) -> Connection {
    let conn = Connection::open(dir.path().join("ledger.sqlite")).unwrap();
    conn.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    conn
}

/// Sessions with three stays each, until there are so many facts; every fifth is of app q. Returns how many.
async fn fill(store: &Store, facts: u64) -> u64 {
    for app in ["p", "q"] {
        store.create_app(app_row(app), Vec::new()).await.unwrap();
    }
    let (mut writes, mut sessions) = (Vec::new(), 0);
    while (writes.len() as u64) < facts {
        let n = u128::from(sessions);
        let mut room = Recorder::new(if n % 5 == 0 { "q" } else { "p" }, 0x1_0000 + n, 0x2_0000 + n);
        let start = i64::try_from(n).unwrap() * 10;
        room.start(at(start), "Weekly");
        for peer in 0..3 {
            room.join(at(start), peer_of(n, peer), 7, person("Ann", None));
        }
        for peer in 0..3 {
            room.leave(at(start + 1), peer_of(n, peer), LeaveReason::Left);
        }
        room.end(at(start + 2), EndReason::AllParticipantsLeft);
        writes.append(&mut room.take());
        sessions += 1;
    }
    store.remember(NODE, writes).await.unwrap();
    sessions
}

/// A peer id that is in no order.
fn peer_of(session: u128, peer: u128) -> u128 {
    u128::from(sederunt_dice::nth((session * 3 + peer) as u64)) << 64 | session << 8 | peer
}

async fn verify(store: &Store) -> VerifyReport {
    let store = store.clone();
    tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_peer_is_found_whether_its_run_is_written_or_not() {
    let (dir, store) = open();
    let sessions = fill(&store, 2 * RUN + 100).await;
    let conn = raw(&dir);
    let runs: Vec<i64> = conn
        .prepare("SELECT DISTINCT run FROM peer_run ORDER BY run")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(runs, [0, 1], "the third is not complete");
    for n in [0, 1, 5, u128::from(sessions) / 2, u128::from(sessions) - 1] {
        for peer in 0..3 {
            let id = PeerId::from_u128(peer_of(n, peer));
            let (own, other) = if n % 5 == 0 { ("q", "p") } else { ("p", "q") };
            let found = store.peer(&own.into(), id).await.unwrap().unwrap();
            assert_eq!((found.stay.peer, found.session.as_u128()), (id, 0x2_0000 + n));
            assert_eq!(store.peer(&other.into(), id).await.unwrap(), None, "of another app");
        }
    }
    assert_eq!(store.peer(&"p".into(), PeerId::from_u128(7)).await.unwrap(), None);
    assert_eq!(store.peer(&"nobody".into(), PeerId::from_u128(peer_of(1, 1))).await.unwrap(), None);
    // A client that uses its id again: the latest, wherever the others are.
    let again = PeerId::from_u128(peer_of(1, 1));
    for (session, start) in [(0x9_0001, 9_000_000), (0x9_0002, 8_000_000)] {
        let mut room = Recorder::new("p", session, session);
        room.start(at(start), "Again");
        room.join(at(start), again.as_u128(), 7, person("Ann", None));
        room.save(&store).await;
    }
    assert_eq!(store.peer(&"p".into(), again).await.unwrap().unwrap().session.as_u128(), 0x9_0001);
}

#[tokio::test]
async fn verify_finds_every_run_that_is_wrong() {
    let (dir, store) = open();
    fill(&store, RUN).await;
    let clean = verify(&store).await;
    assert_eq!(clean.differences, Vec::<String>::new());
    let conn = raw(&dir);
    let rows: i64 = conn.query_row("SELECT count(*) FROM peer_run", [], |r| r.get(0)).unwrap();
    assert!(rows > 6_000, "{rows}");
    conn.execute_batch("CREATE TEMP TABLE saved AS SELECT * FROM peer_run").unwrap();
    for wrong in [
        "UPDATE peer_run SET run = 1 WHERE rowid_of = 1",
        "UPDATE peer_run SET peer = x'00000000000000000000000000000001' WHERE rowid_of = 1",
        "UPDATE peer_run SET session = x'00000000000000000000000000000001' WHERE rowid_of = 1",
        "DELETE FROM peer_run WHERE rowid_of = 1",
        "INSERT INTO peer_run VALUES (0, x'00000000000000000000000000000001', x'00000000000000000000000000000001')",
    ] {
        let one = "peer = (SELECT peer FROM peer_run ORDER BY peer LIMIT 1 OFFSET 77)";
        conn.execute(&wrong.replace("rowid_of = 1", one), []).unwrap();
        assert!(verify(&store).await.difference_count > 0, "{wrong}");
        conn.execute_batch("DELETE FROM peer_run; INSERT INTO peer_run SELECT * FROM saved").unwrap();
    }
    assert_eq!(verify(&store).await, clean);
    // A ledger from before gets them when it is opened.
    drop(store);
    conn.execute_batch(
        "DROP TABLE peer_run; DROP TABLE app_day; DROP TABLE client_report; DROP TRIGGER report_erased;
         DROP INDEX participant_of_user; DROP INDEX app_user_created; DROP TABLE webhook; DROP TABLE delivery;
         DROP TABLE delivery_row; DROP TABLE delivery_rooms; DROP TABLE replay; DROP TABLE waiting; DROP TABLE admitted;
         DROP TABLE seat; DROP TABLE permission; DROP TABLE console_session; DROP TABLE share; DROP TABLE placement; DROP TABLE imported;
         ALTER TABLE api_token DROP COLUMN server; ALTER TABLE api_token DROP COLUMN used_day; DROP INDEX meeting_parent;
         ALTER TABLE meeting DROP COLUMN parent; DROP TRIGGER chat_gone; DROP TABLE chat_file;
         ALTER TABLE chat DROP COLUMN files; ALTER TABLE fact DROP COLUMN stay;
         ALTER TABLE stay DROP COLUMN id; PRAGMA user_version = 9",
    )
    .unwrap();
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(verify(&store).await, clean);
    let after: i64 = conn.query_row("SELECT count(*) FROM peer_run", [], |r| r.get(0)).unwrap();
    assert_eq!(after, rows);
}

/// A meeting with a participant who is in.
async fn call(store: &Store) -> Recorder {
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    store.create_meeting(meeting_row("p", 0x31, "Weekly")).await.unwrap();
    store.create_participant(participant_row("p", 0x31, 0xa1, "Ann")).await.unwrap();
    let mut room = Recorder::new("p", 0x31, 0x51);
    room.start(at(0), "Weekly");
    room.join(at(0), 0xb1, 0xa1, person("Ann", None));
    room.save(store).await;
    room
}

fn post(peer: u128, now: UnixMs, body: &str) -> ClientPost {
    ClientPost {
        meeting: MeetingId::from_u128(0x31),
        participant: ParticipantId::from_u128(0xa1),
        peer: PeerId::from_u128(peer),
        at: now.into(),
        body: body.to_owned(),
        stay_max_bytes: 10,
    }
}

/// What is kept of a stay.
async fn bodies(store: &Store, peer: u128) -> Vec<String> {
    let kept = store.reports(room_session(), PeerId::from_u128(peer)).await.unwrap();
    kept.into_iter().flatten().map(|post| post.body).collect()
}

/// Keeps what the server saw; how many found a place.
async fn seen(store: &Store, stays: &[u128], now: UnixMs, body: &str) -> u64 {
    let post = |stay: &u128| ServerPost {
        session: room_session(),
        stay: PeerId::from_u128(*stay),
        at: now.into(),
        body: body.to_owned(),
    };
    store.server_posts(stays.iter().map(post).collect()).await.unwrap()
}

#[tokio::test]
async fn what_the_server_saw_stands_beside_it_and_takes_nothing_of_its_place() {
    let (_dir, store) = open();
    let mut room = call(&store).await;
    room.join(at(1), 0xb2, 0xa1, person("Ann", None));
    room.save(&store).await;
    assert_eq!(store.client_post(post(0xb1, at(1), "12345")).await.unwrap(), Posted::Kept);
    assert_eq!(seen(&store, &[0xb1, 0xb2, 0xb3, 0xb1], at(2), "a long look").await, 3, "nobody is 0xb3");
    assert_eq!(
        store.client_post(post(0xb1, at(3), "67890")).await.unwrap(),
        Posted::Kept,
        "it has ten bytes"
    );
    assert_eq!(store.client_post(post(0xb1, at(3), "x")).await.unwrap(), Posted::Full);
    assert_eq!(seen(&store, &[0xb1], at(4), "later").await, 1);
    assert_eq!(bodies(&store, 0xb1).await, ["12345", "a long look", "a long look", "67890", "later"]);
    assert_eq!(bodies(&store, 0xb2).await, ["a long look"]);
    let kept = store.reports(room_session(), PeerId::from_u128(0xb1)).await.unwrap().unwrap();
    assert_eq!((kept[0].at, kept[4].at), (at(1), at(4)));
}

#[tokio::test]
async fn posts_are_kept_with_their_stay_up_to_its_bound() {
    let (_dir, store) = open();
    let mut room = call(&store).await;
    let said = async |peer| bodies(&store, peer).await;
    let posted = async |peer, now, body| store.client_post(post(peer, now, body)).await.unwrap();
    assert_eq!(posted(0xb1, at(1), "12345").await, Posted::Kept);
    assert_eq!(posted(0xb1, at(2), "67890").await, Posted::Kept);
    assert_eq!(posted(0xb1, at(3), "x").await, Posted::Full);
    assert_eq!(posted(0xb2, at(3), "x").await, Posted::NoStay);
    assert_eq!(said(0xb1).await, ["12345", "67890"]);
    // Who was lost and is in again goes on with the id it chose; the stay is another one.
    room.away(at(10), 0xb1);
    room.leave(at(20), 0xb1, LeaveReason::ConnectionLost);
    room.save(&store).await;
    assert_eq!(posted(0xb1, at(30), "x").await, Posted::Full, "it may say so for a minute");
    room.join(at(40), 0xb2, 0xa1, person("Ann", None));
    room.save(&store).await;
    assert_eq!(posted(0xb1, at(50), "again").await, Posted::Kept);
    assert_eq!((said(0xb1).await.len(), said(0xb2).await), (2, vec!["again".to_owned()]));
    // Another session is not it.
    room.leave(at(60), 0xb2, LeaveReason::Left);
    room.end(at(70), EndReason::AllParticipantsLeft);
    room.save(&store).await;
    assert_eq!(posted(0xb2, at(60 + 60_000), "late").await, Posted::Kept);
    assert_eq!(posted(0xb2, at(60 + 60_001), "x").await, Posted::NoStay);
    assert_eq!(posted(0xb1, at(10 + 60_001), "x").await, Posted::NoStay);
    assert_eq!(store.sessions(all("p", at(100))).await.unwrap().total, 1);
}

fn room_session() -> sederunt_core::id::SessionId {
    sederunt_core::id::SessionId::from_u128(0x51)
}

#[tokio::test]
async fn o091_posts_go_with_the_person_and_are_not_those_of_who_is_deleted() {
    let (dir, store) = open();
    let _room = call(&store).await;
    let peer = PeerId::from_u128(0xb1);
    assert_eq!(store.client_post(post(0xb1, at(1), "12345")).await.unwrap(), Posted::Kept);
    assert_eq!(seen(&store, &[0xb1], at(1), "a look").await, 1);
    let erase = "UPDATE stay SET display_name = NULL, name_fold = NULL, custom_participant_id = NULL, custom_fold = NULL";
    raw(&dir).execute(erase, []).unwrap();
    assert_eq!(store.reports(room_session(), peer).await.unwrap(), None);
    let rows: i64 = raw(&dir).query_row("SELECT count(*) FROM client_report", [], |r| r.get(0)).unwrap();
    assert_eq!(rows, 0);
    assert_eq!(store.client_post(post(0xb1, at(2), "x")).await.unwrap(), Posted::NoStay);
    assert_eq!(seen(&store, &[0xb1], at(2), "x").await, 0, "an erasure meanwhile wins");
    let row = store.peer(&"p".into(), peer).await.unwrap().unwrap();
    assert_eq!((row.person.display_name.as_str(), row.person.custom_participant_id), ("", None));
    assert_eq!(verify(&store).await.difference_count, 0);

    let (_dir, store) = open();
    let _room = call(&store).await;
    let deleted = ParticipantRow { deleted_at: Some(at(5)), ..participant_row("p", 0x31, 0xa1, "Ann") };
    store.put_participant(deleted).await.unwrap();
    assert_eq!(store.client_post(post(0xb1, at(6), "x")).await.unwrap(), Posted::NoStay);
}
