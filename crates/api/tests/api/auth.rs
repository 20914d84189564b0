//! Every operation that the documents list is refused to those who may not: nobody is forgotten, as the list is theirs.

use axum::http::Method;
use serde_json::Value;

use crate::kit_fixture::{A, B, E, Kit, M1, P, Q};
use crate::openapi::document;
use crate::pagecall_fixture::{M1 as MEMBER, Pagecall, R1};
use crate::world::Answer;

/// Method, path template and operation id of everything in a document.
pub(crate) fn operations(door: &str) -> Vec<(Method, String, String)> {
    let document = document(door);
    let all = crate::openapi::operations(&document).into_iter();
    all.map(|(method, path, o)| (method, path.to_owned(), o["operationId"].as_str().unwrap().to_owned()))
        .collect()
}

fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut path = template.to_owned();
    for (name, value) in values {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    assert!(!path.contains('{'), "{path}: a parameter without a value");
    path
}

fn code(answer: &Answer) -> (u16, Value) {
    (answer.status.as_u16(), answer.json()["errors"][0]["code"].clone())
}

/// What a token with permission Realtime may do beside reading.
const TOKEN_OPERATIONS: [&str; 2] = ["meetingsAddParticipant", "meetingsRefreshParticipantToken"];

#[tokio::test]
async fn every_realtimekit_operation_refuses_strangers() {
    let kit = Kit::new().await;
    let person = kit.world.store.stays(stays_of(&kit, "S1")).await.unwrap().items[0].clone();
    let (peer, participant) = (person.stay.peer.to_string(), person.stay.participant.to_string());
    let preset = kit.world.store.preset(&P.into(), "group_call_host").await.unwrap().unwrap().id;
    let webhook = kit.webhook().await;
    for (method, template, id) in operations("realtimekit") {
        // Nobody's account has it, and everybody may see it.
        if id == "webhooksPublicKey" {
            assert_eq!(kit.world.send(method, &template, "nonsense", None).await.status.as_u16(), 200);
            continue;
        }
        let participant = if template.contains("/sessions/") { &peer } else { &participant };
        let path = |account: &str, app: &str| {
            let ids = [
                ("meeting_id", M1),
                ("session_id", kit.id("S1")),
                ("participant_id", participant),
                ("preset_id", &preset),
                ("peer_id", &peer),
                ("webhook_id", &webhook),
            ];
            filled(&template, &[&[("account_id", account), ("app_id", app)], &ids[..]].concat())
        };
        let send =
            async |target: String, token: &str| kit.world.send(method.clone(), &target, token, None).await;
        assert_eq!(code(&send(path(A, P), "").await), (401, 10_000.into()), "{id}");
        assert_eq!(code(&send(path(A, P), "nonsense").await), (401, 10_000.into()), "{id}");
        for token in ["TB", "TN"] {
            assert_eq!(code(&send(path(A, P), token).await), (403, 10_000.into()), "{id} {token}");
        }
        let reads = method == Method::GET || TOKEN_OPERATIONS.contains(&id.as_str());
        let limited = send(path(A, P), "TR").await.status.as_u16();
        assert_eq!(limited == 403, !reads, "{id}: {limited} for a Realtime token");
        if template.contains("{app_id}") {
            assert_eq!(code(&send(path(A, "unknown"), "TA").await), (404, 404.into()), "{id}");
            assert_eq!(code(&send(path(B, P), "TB").await), (404, 404.into()), "{id}");
        }
        // What belongs to app P does not exist in the others.
        if ["{meeting_id}", "{session_id}", "{preset_id}", "{webhook_id}"]
            .iter()
            .any(|name| template.contains(name))
        {
            for app in [Q, E] {
                assert_eq!(code(&send(path(A, app), "TA").await), (404, 404.into()), "{id}");
            }
        }
    }
}

pub(crate) fn stays_of(kit: &Kit, name: &str) -> sederunt_store::StayQuery {
    sederunt_store::StayQuery {
        session: kit.session_id(name),
        now: kit.world.node.now(),
        search: None,
        sort: sederunt_store::StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: 10,
    }
}

#[tokio::test]
async fn every_pagecall_operation_refuses_strangers() {
    let f = Pagecall::new().await;
    f.world.token("TA", Some(("acc", sederunt_store::Permission::RealtimeAdmin)), None).await;
    for (method, template, id) in operations("pagecall") {
        let path = |room: &str| {
            let values = [("id", room), ("room_id", room), ("member_id", MEMBER), ("user_id", "alice")];
            format!("/v1{}", filled(&template, &values))
        };
        let refused = async |room: &str, token: &str| {
            let answer = f.world.send(method.clone(), &path(room), token, None).await;
            assert_eq!(answer.status.as_u16(), 400, "{id}: {}", answer.text);
            answer.json()["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(refused(R1, "").await, "UNAUTHENTICATED", "{id}");
        assert_eq!(refused(R1, "wrong").await, "UNAUTHENTICATED", "{id}");
        assert_eq!(refused(R1, "TA").await, "UNAUTHORIZED", "{id}");
        if template.contains("/rooms/{") {
            assert_eq!(refused(R1, "KV").await, "ROOM_NOT_FOUND", "{id}");
            assert_eq!(refused("ffffffffffffffffffffffff", "KW").await, "ROOM_NOT_FOUND", "{id}");
        }
        if template.contains("{user_id}") {
            assert_eq!(refused(R1, "KV").await, "USER_NOT_FOUND", "{id}");
        }
    }
}
