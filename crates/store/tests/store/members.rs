//! Users of a workspace: their list, their changes, and what becomes of their memberships.

use crate::common::{app_row, at, meeting_row, open, participant_row};
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_store::{ListQuery, ParticipantRow, Store, StoreError, Thing, UserDeletion, UserRow};
use serde_json::json;

fn user(app: &str, user_id: &str, made: i64) -> UserRow {
    UserRow {
        app: app.into(),
        user_id: user_id.to_owned(),
        name: user_id.to_owned(),
        access_token: format!("{app}-{user_id}"),
        extra: json!({ "profile_url": "https://example.com" }),
        created_at: at(made),
        updated_at: at(made),
    }
}

fn member(app: &str, meeting: u128, id: u128, user_id: &str) -> ParticipantRow {
    ParticipantRow { user_id: Some(user_id.to_owned()), ..participant_row(app, meeting, id, user_id) }
}

async fn store() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    for app in ["p", "q"] {
        store.create_app(app_row(app), Vec::new()).await.unwrap();
        for user_id in ["ann", "bob"] {
            store.upsert_user(user(app, user_id, 0)).await.unwrap();
        }
    }
    (dir, store)
}

async fn list(store: &Store, q: ListQuery) -> (u64, Vec<String>) {
    let page = store.users(&"p".into(), q).await.unwrap();
    (page.total, page.items.into_iter().map(|user| user.user_id).collect())
}

#[tokio::test]
async fn users_are_listed_and_searched() {
    let (_dir, store) = store().await;
    store.upsert_user(user("p", "STRASSE_%", 1_000)).await.unwrap();
    let q = ListQuery { limit: 10, ..ListQuery::default() };
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let newest = (3, names(&["STRASSE_%", "bob", "ann"]));
    assert_eq!(list(&store, q.clone()).await, newest, "newest first, ties by id");
    let oldest = ListQuery { ascending: true, limit: 2, offset: 1, ..q.clone() };
    assert_eq!(list(&store, oldest).await, (3, names(&["bob", "STRASSE_%"])));
    for (text, found) in [("strasse", 1), ("_%", 1), ("%", 1), ("N", 1), ("", 3), ("x", 0)] {
        let q = ListQuery { search: Some(text.to_owned()), ..q.clone() };
        assert_eq!(list(&store, q).await.0, found, "{text}");
    }
}

#[tokio::test]
async fn a_change_keeps_who_it_is() {
    let (_dir, store) = store().await;
    let app = "p".into();
    let changed = store.change_user(&app, "ann", |row| {
        (row.name, row.access_token) = ("Ann L.".to_owned(), "stolen".to_owned());
        (row.user_id, row.created_at, row.updated_at) = ("bob".to_owned(), at(9), at(9));
    });
    let wanted = UserRow { name: "Ann L.".to_owned(), updated_at: at(9), ..user("p", "ann", 0) };
    assert_eq!(changed.await.unwrap(), wanted);
    assert_eq!(store.user(&"p".into(), "ann").await.unwrap(), Some(wanted));
    assert_eq!(store.user(&"q".into(), "ann").await.unwrap(), Some(user("q", "ann", 0)));
    let nobody = store.change_user(&"p".into(), "cy", |_| ()).await;
    assert!(matches!(nobody, Err(StoreError::NotFound(Thing::User))), "{nobody:?}");
}

#[tokio::test]
async fn a_user_goes_with_all_memberships_some_at_a_time() {
    const MEMBERS: u128 = 600;
    let (_dir, store) = store().await;
    let id = ParticipantId::from_u128;
    for n in 0..MEMBERS {
        store.create_participant(member("p", 0x100 + n, 0x1000 + n, "ann")).await.unwrap();
    }
    let others = [member("p", 0x100, 0x5000, "bob"), member("q", 0x900, 0x5001, "ann")];
    for other in others.clone() {
        store.create_participant(other).await.unwrap();
    }
    let mut deleted = Vec::new();
    loop {
        let step = store.delete_user(&"p".into(), "ann", at(7)).await.unwrap();
        let UserDeletion { user: was, members, is_done } = step;
        assert_eq!(was, user("p", "ann", 0));
        assert!(members.len() <= 256, "{} at once", members.len());
        assert_eq!(store.user(&"p".into(), "ann").await.unwrap().is_none(), is_done, "it goes last");
        deleted.extend(members);
        if is_done {
            break;
        }
        assert!(!deleted.is_empty());
    }
    assert_eq!(deleted.len() as u128, MEMBERS);
    for row in deleted {
        assert_eq!((row.deleted_at, row.updated_at), (Some(at(7)), at(7)));
        assert_eq!(store.participant_ever(row.meeting, row.id).await.unwrap(), Some(row));
    }
    for other in others {
        assert_eq!(store.participant(other.meeting, other.id).await.unwrap(), Some(other));
    }
    assert_eq!(store.user_by_access_token("p-ann").await.unwrap(), None);
    assert!(store.user_by_access_token("q-ann").await.unwrap().is_some());
    let again = store.delete_user(&"p".into(), "ann", at(8)).await;
    assert!(matches!(again, Err(StoreError::NotFound(Thing::User))), "{again:?}");
    let late = store.member_or_create(member("p", 0x100, 0x6000, "ann")).await;
    assert!(matches!(late, Err(StoreError::NotFound(Thing::User))), "{late:?}");
    assert_eq!(store.participant(MeetingId::from_u128(0x100), id(0x6000)).await.unwrap(), None);
    store.create_meeting(meeting_row("p", 0x100, "Room")).await.unwrap();
    let bob = store.member_or_create(member("p", 0x100, 0x6001, "bob")).await.unwrap();
    assert_eq!(bob.id, id(0x5000), "one that is there");

    // The name is free.
    let next = UserRow { access_token: "other".to_owned(), ..user("p", "ann", 9) };
    assert_eq!(store.upsert_user(next.clone()).await.unwrap(), next);
}
