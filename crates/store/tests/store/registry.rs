//! Paging, order and filters of the registry lists.

use crate::common::{app_row, at, meeting_row, open, participant_row};
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_store::{ListQuery, MeetingRow, Store, StoreError, Thing};

async fn meetings() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    for app in ["p", "q"] {
        store.create_app(app_row(app), Vec::new()).await.unwrap();
    }
    for n in 0..10_u32 {
        let created_at = at(i64::from(n / 2) * 1_000);
        let row = meeting_row("p", 0x100 + u128::from(n), &format!("Room {}", n % 3));
        store.create_meeting(MeetingRow { created_at, ..row }).await.unwrap();
    }
    store.create_meeting(meeting_row("q", 0x200, "Room 0")).await.unwrap();
    (dir, store)
}

async fn list(store: &Store, q: ListQuery) -> (u64, Vec<u128>) {
    let page = store.meetings(&"p".into(), q).await.unwrap();
    (page.total, page.items.iter().map(|m| m.id.as_u128() - 0x100).collect())
}

#[tokio::test]
async fn lists_page_in_both_orders_and_never_mix_apps() {
    let (_dir, store) = meetings().await;
    let q = ListQuery { limit: 4, ..ListQuery::default() };
    assert_eq!(list(&store, q.clone()).await, (10, vec![9, 8, 7, 6]), "newest first, ties by id");
    assert_eq!(list(&store, ListQuery { offset: 8, ..q.clone() }).await, (10, vec![1, 0]));
    assert_eq!(list(&store, ListQuery { offset: u64::MAX, ..q.clone() }).await, (10, vec![]));
    assert_eq!(list(&store, ListQuery { ascending: true, ..q.clone() }).await, (10, vec![0, 1, 2, 3]));
    assert_eq!(list(&store, ListQuery { limit: 0, ..q }).await, (10, vec![]));
}

#[tokio::test]
async fn filters_are_anded() {
    let (_dir, store) = meetings().await;
    let q = ListQuery { limit: 10, ..ListQuery::default() };
    let name = Some("Room 0".to_owned());
    assert_eq!(list(&store, ListQuery { name: name.clone(), ..q.clone() }).await, (4, vec![9, 6, 3, 0]));
    assert_eq!(list(&store, ListQuery { name: Some("room 0".to_owned()), ..q.clone() }).await.0, 0, "exact");
    let from = Some(at(1_000));
    let to = Some(at(2_000));
    let within = ListQuery { created_from: from, created_to: to, ..q.clone() };
    assert_eq!(list(&store, within.clone()).await, (4, vec![5, 4, 3, 2]), "both bounds are inclusive");
    assert_eq!(list(&store, ListQuery { name, ..within }).await, (1, vec![3]));
    let search = |text: &str| ListQuery { search: Some(text.to_owned()), ..q.clone() };
    assert_eq!(list(&store, search("OOM 1")).await, (3, vec![7, 4, 1]));
    assert_eq!(list(&store, search("-000000000105")).await, (1, vec![5]), "a part of the printed id");
    assert_eq!(list(&store, search("00000105-")).await.0, 0);
}

#[tokio::test]
async fn changing_a_row_keeps_its_place_and_its_search_up_to_date() {
    let (_dir, store) = meetings().await;
    let mut m = store.meeting(MeetingId::from_u128(0x104)).await.unwrap().unwrap();
    m.title = "STRASSE Ärger".to_owned();
    m.created_at = at(999_999);
    store.put_meeting(m.clone()).await.unwrap();
    let found = ListQuery { search: Some("ärger".to_owned()), limit: 5, ..ListQuery::default() };
    assert_eq!(list(&store, found).await, (1, vec![4]));
    let row = store.meeting(m.id).await.unwrap().unwrap();
    assert_eq!(row.created_at, at(2_000), "when it was made does not change");

    let id = 0xa1;
    store.create_participant(participant_row("p", 0x104, id, "Ann")).await.unwrap();
    let moved = store.create_participant(participant_row("p", 0x105, id, "Ann")).await;
    assert!(matches!(moved, Err(StoreError::Exists(Thing::Participant))), "{moved:?}");
    let by_custom = ListQuery { search: Some("C-ANN".to_owned()), limit: 5, ..ListQuery::default() };
    assert_eq!(store.participants(m.id, by_custom.clone()).await.unwrap().total, 1);
    assert_eq!(store.participants(MeetingId::from_u128(0x105), by_custom).await.unwrap().total, 0);
}

#[tokio::test]
async fn a_newcomer_is_written_with_what_lets_it_in_and_never_twice() {
    let (_dir, store) = meetings().await;
    let (meeting, id) = (MeetingId::from_u128(0x104), ParticipantId::from_u128(7));
    let row = participant_row("p", 0x104, 7, "Ann");
    for _ in 0..2 {
        store
            .remember_shared(
                "node",
                std::sync::Arc::new(vec![row.clone(), row.clone()]),
                std::sync::Arc::default(),
            )
            .await
            .unwrap();
        assert_eq!(store.participant(meeting, id).await.unwrap(), Some(row.clone()));
    }
    store.change_participant(meeting, id, |ann| ann.deleted_at = Some(at(1))).await.unwrap();
    store.remember_shared("node", std::sync::Arc::new(vec![row]), std::sync::Arc::default()).await.unwrap();
    assert_eq!(store.participant(meeting, id).await.unwrap(), None, "who was deleted stays deleted");
    assert_eq!(store.participant_ever(meeting, id).await.unwrap().unwrap().deleted_at, Some(at(1)));
    let foreign = participant_row("nobody", 0x104, 8, "Eve");
    assert!(
        store
            .remember_shared("node", std::sync::Arc::new(vec![foreign]), std::sync::Arc::default())
            .await
            .is_err()
    );
}
