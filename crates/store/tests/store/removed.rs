//! Peer ids that were removed are known to the rooms and processes that come after.

use crate::common::{at, open};
use sederunt_core::effect::Write;
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::limit::{REMOVED_KEPT_MS, REMOVED_MAX};
use sederunt_core::removal::Removal;
use sederunt_core::time::UnixMs;

const MEETING: MeetingId = MeetingId(sederunt_core::id::Id::from_u128(0x30));

fn removal(peer: u128, at: UnixMs) -> Removal {
    Removal {
        peer: PeerId::from_u128(peer),
        at,
        reason: LeaveReason::HostEnded,
        joined: peer.is_multiple_of(2),
    }
}

fn write(meeting: MeetingId, removal: Removal) -> Write {
    Write::Removed { meeting, removal }
}

#[tokio::test]
async fn a_removal_holds_for_a_day_in_its_meeting_and_over_a_restart() {
    let (dir, store) = open();
    let (x, y) = (removal(1, at(0)), removal(2, at(10)));
    let elsewhere = MeetingId::from_u128(0x31);
    store.remember("n", vec![write(MEETING, y), write(MEETING, x)]).await.unwrap();
    drop(store);
    let store = sederunt_store::Store::open(dir.path()).unwrap();
    assert_eq!(store.removals(MEETING, at(20)).await.unwrap(), [x, y], "oldest first");
    assert_eq!(store.removals(elsewhere, at(20)).await.unwrap(), []);
    assert_eq!(store.removal(MEETING, x.peer, at(20)).await.unwrap(), Some(x));
    assert_eq!(store.removal(elsewhere, x.peer, at(20)).await.unwrap(), None);
    let later = at(0).plus_ms(REMOVED_KEPT_MS);
    assert_eq!(store.removals(MEETING, later).await.unwrap(), [y]);
    assert_eq!(store.removal(MEETING, x.peer, later).await.unwrap(), None);
    // Removed again: the newest counts.
    store.remember("n", vec![write(MEETING, removal(1, at(30)))]).await.unwrap();
    assert_eq!(store.removals(MEETING, at(40)).await.unwrap(), [y, removal(1, at(30))]);
}

#[tokio::test]
async fn rows_that_mean_nothing_any_more_go_with_the_next_ones() {
    let (dir, store) = open();
    let peers = REMOVED_MAX as u128 + 8;
    let old: Vec<Write> = (0..peers).map(|n| write(MEETING, removal(n, at(n as i64)))).collect();
    store.remember("n", old).await.unwrap();
    let known = store.removals(MEETING, at(peers as i64)).await.unwrap();
    assert_eq!(known.len(), REMOVED_MAX);
    assert_eq!(known.first().map(|r| r.peer), Some(PeerId::from_u128(8)), "the newest are kept");
    let next = at(peers as i64).plus_ms(REMOVED_KEPT_MS);
    let new: Vec<Write> = (0..peers / 4).map(|n| write(MEETING, removal(peers + n, next))).collect();
    let count = new.len() as i64;
    store.remember("n", new).await.unwrap();
    drop(store);
    let ledger = rusqlite::Connection::open(dir.path().join("ledger.sqlite")).unwrap();
    let rows: i64 = ledger.query_row("SELECT count(*) FROM removed", [], |r| r.get(0)).unwrap();
    assert_eq!(rows, count, "none of the old ones is left");
}
