//! Presets that change, are renamed or deleted under those who hold them (G1, G29 of the operation cases).

use axum::http::{Method, StatusCode};
use sederunt_app::admission;
use sederunt_core::id::PeerId;
use sederunt_store::{Permission, RoomKind};
use serde_json::{Value, json};

use crate::kit_fixture::{A, M1, P};
use crate::world::{World, at};

const T0: &str = "2026-01-12T14:00:00.000Z";

/// A path of the app.
fn path(rest: &str) -> String {
    format!("/accounts/{A}/realtime/kit/{P}{rest}")
}

async fn added(w: &World, preset: &str) -> (StatusCode, Value) {
    let body = json!({ "custom_participant_id": "cy", "preset_name": preset });
    let answer = w.send(Method::POST, &path(&format!("/meetings/{M1}/participants")), "TA", Some(body)).await;
    (answer.status, answer.json()["data"].clone())
}

#[tokio::test]
async fn a_preset_that_is_renamed_and_deleted_changes_neither_entry_nor_history() {
    let w = World::at(T0).await;
    w.app(A, P, "Pilot").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    w.meeting(P, M1.parse().unwrap(), "Weekly sync", RoomKind::Private).await;
    let app = P.into();
    let tutor = w.store.preset(&app, "webinar_presenter").await.unwrap().unwrap().id;

    let (status, cy) = added(&w, "webinar_presenter").await;
    assert_eq!(status, StatusCode::CREATED);
    let token = cy["token"].as_str().unwrap().to_owned();
    let mut inside = w.attach(&token, PeerId(w.node.mint_id())).await.unwrap();
    inside.join().await;
    let session = w.store.active_session(M1.parse().unwrap()).await.unwrap().unwrap().id;
    let views = async || {
        let peers = format!("/sessions/{session}/participants?include_peer_events=true");
        let list = w.send(Method::GET, &path(&peers), "TA", None).await.ok();
        let person = list["data"]["participants"][0].clone();
        (person["preset_name"].clone(), person["peer_events"][0]["preset_view_type"].clone())
    };
    let then = (json!("webinar_presenter"), json!("WEBINAR"));
    assert_eq!(views().await, then);

    let change = |preset: &mut sederunt_store::PresetRow| {
        preset.name = "Mentor".to_owned();
        preset.body["config"]["view_type"] = "GROUP_CALL".into();
    };
    w.store.change_preset(&app, &tutor, change).await.unwrap();
    let one = format!("/meetings/{M1}/participants/{}", cy["id"].as_str().unwrap());
    let people = path(&format!("/meetings/{M1}/participants"));
    let shown = async || w.send(Method::GET, &people, "TA", None).await.ok()["data"][0].clone();
    assert_eq!((shown().await["preset_name"].clone(), views().await), (json!("Mentor"), then.clone()));
    assert_eq!(added(&w, "webinar_presenter").await.0, StatusCode::NOT_FOUND, "the name is gone");

    w.store.change_preset(&app, &tutor, |preset| preset.deleted_at = Some(at(T0))).await.unwrap();
    assert_eq!((shown().await["preset_name"].clone(), views().await), (json!("Mentor"), then));
    let entered = admission::admit(&w.node, &token).await.unwrap();
    assert_eq!((entered.preset.id, entered.preset.name.as_str()), (tutor, "Mentor"), "its old token");
    let fresh = w.send(Method::POST, &path(&format!("{one}/token")), "TA", None).await.ok();
    assert!(admission::admit(&w.node, fresh["data"]["token"].as_str().unwrap()).await.is_ok());
    assert_eq!(w.send(Method::DELETE, &path(&one), "TA", None).await.status, StatusCode::OK);
}
