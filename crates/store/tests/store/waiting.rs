//! Who waits and who was let in is known to the rooms and processes that come after.

use crate::common::{at, open};
use sederunt_core::effect::Write;
use sederunt_core::id::{MeetingId, ParticipantId, PeerId, SessionId};
use sederunt_core::limit::{ADMITTED_KEPT_MS, WAIT_KEPT_MS, WAITS_MAX};
use sederunt_core::time::UnixMs;
use sederunt_core::waiting::{Admission, Change, Wait};

const MEETING: MeetingId = MeetingId(sederunt_core::id::Id::from_u128(0x30));

fn wait(peer: u128, since: UnixMs) -> Wait {
    let participant = ParticipantId::from_u128(peer + 1_000_000);
    Wait { peer: PeerId::from_u128(peer), participant, since, denied: false }
}

fn admission(person: u128, at: UnixMs) -> Admission {
    let session = SessionId::from_u128(0x99);
    Admission { participant: ParticipantId::from_u128(person), session, at }
}

fn write(change: Change) -> Write {
    Write::Waiting { meeting: MEETING, change }
}

fn rows(dir: &std::path::Path, table: &str) -> i64 {
    let ledger = rusqlite::Connection::open(dir.join("ledger.sqlite")).unwrap();
    ledger.query_row(&format!("SELECT count(*) FROM {table}"), [], |r| r.get(0)).unwrap()
}

#[tokio::test]
async fn who_waits_is_known_for_a_day_in_its_meeting_and_over_a_restart() {
    let (dir, store) = open();
    let (x, y) = (wait(1, at(0)), wait(2, at(10)));
    store.remember("n", vec![write(Change::Waits(y)), write(Change::Waits(x))]).await.unwrap();
    drop(store);
    let store = sederunt_store::Store::open(dir.path()).unwrap();
    assert_eq!(store.waiting(MEETING, at(20)).await.unwrap(), (vec![x, y], vec![]), "oldest first");
    assert_eq!(store.waiting(MeetingId::from_u128(0x31), at(20)).await.unwrap(), (vec![], vec![]));
    assert_eq!(store.waiting(MEETING, at(0).plus_ms(WAIT_KEPT_MS)).await.unwrap().0, [y]);
    // Sent away, and then nothing.
    let anew = Wait { since: at(15), denied: true, ..x };
    store.remember("n", vec![write(Change::Waits(anew))]).await.unwrap();
    assert_eq!(store.waiting(MEETING, at(20)).await.unwrap().0, [y, anew]);
    store.remember("n", vec![write(Change::Over(x.peer))]).await.unwrap();
    assert_eq!(store.waiting(MEETING, at(20)).await.unwrap().0, [y]);
}

#[tokio::test]
async fn rows_that_mean_nothing_any_more_go_with_the_next_ones() {
    let (dir, store) = open();
    let peers = WAITS_MAX as u128 + 8;
    let old = (0..peers).flat_map(|n| {
        let (wait, admission) = (wait(n, at(n as i64)), admission(n, at(n as i64)));
        [write(Change::Waits(wait)), write(Change::Admitted(admission))]
    });
    store.remember("n", old.collect()).await.unwrap();
    let known = store.waiting(MEETING, at(peers as i64)).await.unwrap();
    assert_eq!(known.0.len(), WAITS_MAX);
    assert_eq!(known.0.first().map(|wait| wait.peer), Some(PeerId::from_u128(8)), "the newest are known");
    assert_eq!(known.1, [], "of a session that is not LIVE");
    store.remember("n", vec![write(Change::Revoked(ParticipantId::from_u128(0)))]).await.unwrap();
    assert_eq!(rows(dir.path(), "admitted"), peers as i64 - 1);
    let next = at(peers as i64).plus_ms(WAIT_KEPT_MS.max(ADMITTED_KEPT_MS));
    let new: Vec<Write> = (0..peers / 4)
        .flat_map(|n| {
            let (wait, admission) = (wait(peers + n, next), admission(peers + n, next));
            [write(Change::Waits(wait)), write(Change::Admitted(admission))]
        })
        .collect();
    let count = new.len() as i64 / 2;
    store.remember("n", new).await.unwrap();
    drop(store);
    for table in ["waiting", "admitted"] {
        assert_eq!(rows(dir.path(), table), count, "none of the old ones is left in {table}");
    }
}
