//! Presets that are renamed and deleted under those who hold them.

use crate::common::{app_row, at, meeting_row, open, participant_row, preset_row};
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_core::view_type::ViewType;
use sederunt_store::{ListQuery, ParticipantRow, Store, StoreError, Thing};

const TUTOR: &str = "00000000-0000-4000-8000-000000000001";
const M: MeetingId = MeetingId::from_u128(0x100);

/// An app with a preset, held by one (0xa1), and found by name by another (0xa2).
async fn held() -> (tempfile::TempDir, Store) {
    let (dir, store) = open();
    store.create_app(app_row("p"), vec![preset_row("p", TUTOR, "Tutor")]).await.unwrap();
    store.create_meeting(meeting_row("p", 0x100, "Lesson")).await.unwrap();
    for (id, preset_id) in [(0xa1, Some(TUTOR.to_owned())), (0xa2, None)] {
        let row = participant_row("p", 0x100, id, "Ann");
        let row = ParticipantRow { preset_id, preset_name: "Tutor".to_owned(), ..row };
        store.create_participant(row).await.unwrap();
    }
    (dir, store)
}

async fn who(store: &Store, id: u128) -> ParticipantRow {
    store.participant(M, ParticipantId::from_u128(id)).await.unwrap().unwrap()
}

/// Id of the preset in force, and the name that is shown.
async fn in_force(store: &Store, id: u128) -> (Option<String>, String) {
    let row = who(store, id).await;
    (store.preset_of(&row).await.unwrap().map(|preset| preset.id), row.preset_name)
}

async fn listed(store: &Store) -> Vec<String> {
    let q = ListQuery { limit: 10, ..ListQuery::default() };
    store.presets(&"p".into(), q).await.unwrap().items.into_iter().map(|preset| preset.name).collect()
}

#[tokio::test]
async fn who_holds_a_preset_keeps_it_under_its_new_name() {
    let (dir, store) = held().await;
    let app = "p".into();
    let renamed = store.change_preset(&app, TUTOR, |preset| preset.name = "Mentor".to_owned()).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.view_type()), ("Mentor", Some(ViewType::Webinar)));
    let held = (Some(TUTOR.to_owned()), "Mentor".to_owned());
    assert_eq!(in_force(&store, 0xa1).await, held);
    assert_eq!(in_force(&store, 0xa2).await, (None, "Tutor".to_owned()), "found by name: there is none");
    assert_eq!(store.preset(&app, "Tutor").await.unwrap(), None);

    let q = ListQuery { limit: 10, ascending: true, ..ListQuery::default() };
    let shown: Vec<_> =
        store.participants(M, q).await.unwrap().items.into_iter().map(|row| row.preset_name).collect();
    assert_eq!(shown, ["Mentor", "Tutor"]);
    // A change of something else writes the row with what it holds.
    store
        .change_participant(M, ParticipantId::from_u128(0xa1), |row| row.name = "Anna".to_owned())
        .await
        .unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(in_force(&store, 0xa1).await, held);
    assert_eq!(who(&store, 0xa1).await.name, "Anna");
}

#[tokio::test]
async fn a_deleted_preset_is_gone_for_all_but_those_who_hold_it() {
    let (_dir, store) = held().await;
    let app = "p".into();
    let delete = |store: &Store| {
        let store = store.clone();
        async move { store.change_preset(&"p".into(), TUTOR, |preset| preset.deleted_at = Some(at(9))).await }
    };
    delete(&store).await.unwrap();
    assert!(matches!(delete(&store).await, Err(StoreError::NotFound(Thing::Preset))), "once");
    assert_eq!(listed(&store).await, Vec::<String>::new());
    assert_eq!(store.preset_by_id(&app, TUTOR).await.unwrap(), None);
    assert_eq!(in_force(&store, 0xa1).await, (Some(TUTOR.to_owned()), "Tutor".to_owned()));

    // The name is free, and whoever is found by it has the new one.
    store.create_preset(preset_row("p", "new", "Tutor")).await.unwrap();
    assert_eq!(in_force(&store, 0xa1).await.0.as_deref(), Some(TUTOR));
    assert_eq!(in_force(&store, 0xa2).await.0.as_deref(), Some("new"));
}

#[tokio::test]
async fn names_are_unique_in_an_app_and_compared_exactly() {
    let (_dir, store) = held().await;
    let taken = |made: Result<(), StoreError>| matches!(made, Err(StoreError::Exists(Thing::Preset)));
    assert!(taken(store.create_preset(preset_row("p", "2", "Tutor")).await));
    assert!(taken(store.create_preset(preset_row("p", TUTOR, "Other")).await), "the id");
    store.create_preset(preset_row("p", "2", "tutor")).await.unwrap();
    let app = "p".into();
    assert!(taken(store.change_preset(&app, "2", |preset| preset.name = "Tutor".to_owned()).await.map(drop)));
    store.change_preset(&app, "2", |preset| preset.updated_at = at(5)).await.unwrap();
    assert_eq!(listed(&store).await, ["Tutor", "tutor"]);
    let other = store.change_preset(&"q".into(), TUTOR, |_| ()).await;
    assert!(matches!(other, Err(StoreError::NotFound(Thing::Preset))), "of another app: {other:?}");
}
