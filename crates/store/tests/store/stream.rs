//! A room with many stays: the stream comes in bounded batches, in order, and stops when nobody reads.

use crate::common::{Recorder, app_row, at, open, person};
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::MeetingId;
use sederunt_store::{RoomStayQuery, StayBatch, StaySort, Store};

const STAYS: u32 = 2_345;

async fn room() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    store.create_app(app_row("p"), Vec::new()).await.unwrap();
    let mut room = Recorder::new("p", 0x31, 0x51);
    room.start(at(0), "busy");
    for n in 0..STAYS {
        // Two at a time at the same instant, so that the order of ties shows.
        let now = i64::from(n / 2) * 10;
        room.join(
            at(now),
            u128::from(n) + 1,
            0xa0 + u128::from(n % 7),
            person("x", Some(&format!("u{}", n % 7))),
        );
    }
    for n in (0..STAYS).filter(|n| n % 3 == 0) {
        room.leave(at(i64::from(STAYS) * 10 + i64::from(n)), u128::from(n) + 1, LeaveReason::Left);
    }
    room.save(&store).await;
    (dir, store)
}

fn query() -> RoomStayQuery {
    RoomStayQuery {
        meeting: MeetingId::from_u128(0x31),
        user_id: None,
        connecting: None,
        sort: StaySort::JoinedAt,
        ascending: false,
        offset: 0,
        limit: None,
    }
}

async fn stream(store: &Store, q: RoomStayQuery) -> (u64, Vec<u128>) {
    let mut rx = store.room_stays_each(q);
    let Some(Ok(StayBatch::Total(total))) = rx.recv().await else { panic!("the total comes first") };
    let mut peers = Vec::new();
    while let Some(batch) = rx.recv().await {
        let StayBatch::Rows(rows) = batch.unwrap() else { panic!("one total only") };
        assert!(!rows.is_empty() && rows.len() <= 500, "bounded: {}", rows.len());
        peers.extend(rows.iter().map(|r| r.stay.peer.as_u128()));
    }
    (total, peers)
}

#[tokio::test]
async fn all_of_it_in_order_and_as_the_pages_say() {
    let (_dir, store) = room().await;
    let (total, peers) = stream(&store, query()).await;
    let expected: Vec<u128> = (1..=u128::from(STAYS)).rev().collect();
    assert_eq!((total, &peers), (u64::from(STAYS), &expected), "newest first, ties by id");
    for (user, connecting, sort, ascending, offset) in [
        (None, None, StaySort::JoinedAt, true, 1_000),
        (Some("u3"), None, StaySort::JoinedAt, false, 0),
        (Some("u3"), Some(true), StaySort::LeftAt, true, 7),
        (None, Some(false), StaySort::LeftAt, false, 0),
        (None, Some(true), StaySort::JoinedAt, false, 100),
        (None, None, StaySort::LeftAt, true, 0),
    ] {
        let user_id = user.map(str::to_owned);
        let q = RoomStayQuery { user_id, connecting, sort, ascending, offset, ..query() };
        let (total, streamed) = stream(&store, q.clone()).await;
        let mut paged = Vec::new();
        loop {
            let offset = offset + paged.len() as u64;
            let page =
                store.room_stays(RoomStayQuery { offset, limit: Some(100), ..q.clone() }).await.unwrap();
            assert_eq!(page.total, total);
            if page.items.is_empty() {
                break;
            }
            paged.extend(page.items.iter().map(|r| r.stay.peer.as_u128()));
        }
        assert_eq!(streamed, paged, "{q:?}");
        assert_eq!(streamed.len() as u64, total - offset.min(total));
    }
}

#[tokio::test]
async fn more_streams_than_turns_when_readers_go_away() {
    let (_dir, store) = room().await;
    // Far more than may run at a time; none of them is read to its end.
    for _ in 0..100 {
        let mut rx = store.room_stays_each(query());
        assert!(matches!(rx.recv().await, Some(Ok(StayBatch::Total(_)))));
    }
    assert_eq!(stream(&store, query()).await.1.len(), STAYS as usize, "turns are given back");
    let unknown = RoomStayQuery { meeting: MeetingId::from_u128(1), ..query() };
    assert_eq!(stream(&store, unknown).await, (0, Vec::new()));
}
