//! What names something: ids in any case, path parameters that are no text, credentials of another kind.

use axum::http::Method;
use serde_json::json;

use crate::kit_fixture::{A, Kit, M1, M2, P};
use crate::pagecall_fixture::{M1 as MEMBER, Pagecall, R1};
use crate::world::Answer;

/// `%FF` is no UTF-8, so it names nothing; what stands beside it is still checked, and in the same order.
#[tokio::test]
async fn a_path_parameter_that_is_no_text_names_nothing() {
    let kit = Kit::new().await;
    let session = kit.id("S1");
    let app = format!("/accounts/{A}/realtime/kit/{P}");
    let cases = [
        (Method::GET, format!("/accounts/%FF/realtime/kit/{P}/sessions"), 403),
        (Method::GET, "/accounts/%FF/realtime/kit/apps".to_owned(), 403),
        (Method::GET, format!("/accounts/{A}/realtime/kit/%FF/sessions"), 404),
        (Method::GET, format!("{app}/meetings/%FF"), 404),
        (Method::PATCH, format!("{app}/meetings/%C3%28"), 404),
        (Method::GET, format!("{app}/meetings/%FF/active-session"), 404),
        (Method::DELETE, format!("{app}/meetings/{M1}/participants/%FF"), 404),
        (Method::GET, format!("{app}/sessions/%FF"), 404),
        (Method::GET, format!("{app}/sessions/{session}/participants/%FF"), 404),
        (Method::GET, format!("{app}/recordings/%FF"), 404),
        (Method::PUT, format!("{app}/recordings/%FF"), 501),
        (Method::GET, format!("{app}/presets/%FF"), 404),
        (Method::GET, "/sederunt/v1/apps/%FF/events".to_owned(), 404),
    ];
    for (method, path, status) in cases {
        for prefix in if path.starts_with("/sed") { &[""][..] } else { &["", "/client/v4"] } {
            let target = format!("{prefix}{path}");
            let answer = kit.world.send(method.clone(), &target, "TA", None).await;
            assert_eq!(answer.status.as_u16(), status, "{target}: {answer:?}");
            assert_eq!(kit.world.send(method.clone(), &target, "", None).await.status.as_u16(), 401);
        }
    }

    let f = Pagecall::new().await;
    for (path, code) in [
        ("/v1/rooms/%FF".to_owned(), "ROOM_NOT_FOUND"),
        ("/v1/rooms/%FF/sessions".to_owned(), "ROOM_NOT_FOUND"),
        (format!("/v1/rooms/{R1}/members/%FF"), "MEMBER_NOT_FOUND"),
        ("/v1/rooms/%FF/members/%FF".to_owned(), "ROOM_NOT_FOUND"),
        ("/v1/users/%FF".to_owned(), "USER_NOT_FOUND"),
    ] {
        let method = if path.contains("/members/") { Method::PUT } else { Method::GET };
        let answer = f.world.send(method, &path, "KW", None).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &json!(code)), "{path}");
    }
}

#[tokio::test]
async fn ids_are_read_in_any_case() {
    let kit = Kit::new().await;
    let w = &kit.world;
    w.token("KW", None, Some(P)).await;
    let big = |id: &str| id.to_ascii_uppercase();
    let app = format!("/client/v4/accounts/{}/realtime/kit/{}", big(A), big(P));
    let peer = w.store.stays(crate::auth::stays_of(&kit, "S1")).await.unwrap().items[0].stay.peer.to_string();
    for path in [
        format!("{app}/sessions"),
        format!("{app}/meetings/{}", big(M1)),
        format!("{app}/meetings/{}/active-session", big(M2)),
        format!("{app}/sessions/{}", big(kit.id("S1"))),
        format!("{app}/sessions/{}/participants/{}", big(kit.id("S1")), big(&peer)),
        format!("/sederunt/v1/apps/{}/events?meeting_id={}", big(P), big(M1)),
    ] {
        w.send(Method::GET, &path, "TA", None).await.ok();
    }
    w.send(Method::GET, &format!("/sederunt/v1/apps/{}/events", big(P)), "KW", None).await.ok();
    let all = kit.list(&format!("associated_id={M1}")).await.ok();
    assert_eq!(kit.list(&format!("associated_id={}", big(M1))).await.ok()["paging"], all["paging"]);
    w.send(Method::GET, &format!("/v1/rooms/{}", big(M1)), "KW", None).await.ok();

    let f = Pagecall::new().await;
    f.get(&format!("/v1/rooms/{}/sessions", big(R1))).await.ok();
    let member = format!("/v1/rooms/{R1}/members/{}", big(MEMBER));
    f.world.send(Method::PUT, &member, "KW", Some(json!({}))).await.ok();
}

/// A participant's token and a user's are known, but good for meetings: another answer than to what nobody knows.
#[tokio::test]
async fn a_person_s_token_is_known_and_not_entitled() {
    let kit = Kit::new().await;
    let w = &kit.world;
    w.token("KW", None, Some(P)).await;
    let meeting = w.store.meeting(M2.parse().unwrap()).await.unwrap().unwrap();
    let participant = w.participant(&meeting, w.node.mint_id(), "dora").await;
    let person = w.entry(&participant).await;
    let user = w.send(Method::POST, "/v1/users", "KW", Some(json!({ "user_id": "u" }))).await.ok();
    let user = user["user"]["access_token"].as_str().unwrap().to_owned();
    let app = format!("/accounts/{A}/realtime/kit/{P}");
    let kit_paths = [
        format!("{app}/sessions"),
        format!("{app}/recordings"),
        format!("/accounts/{A}/realtime/kit/apps"),
        format!("/sederunt/v1/apps/{P}/events"),
        format!("/sederunt/v1/apps/{P}/feed"),
        format!("/accounts/{A}/realtime/kit/nothing/sessions"),
    ];
    let get = async |path: &str, token: &str| w.send(Method::GET, path, token, None).await;
    let code = |answer: &Answer| answer.json()["code"].as_str().unwrap_or_default().to_owned();
    for token in [&person, &user] {
        for path in &kit_paths {
            assert_eq!(get(path, token).await.status.as_u16(), 403, "{path}");
        }
        for path in ["/v1/rooms", "/v1/users/u", "/v1/users"] {
            let answer = get(path, token).await;
            assert_eq!((answer.status.as_u16(), code(&answer).as_str()), (400, "UNAUTHORIZED"), "{path}");
        }
    }
    // The token of somebody who was deleted, one that was changed, and one of nobody are unknown.
    let changed = format!("{}A", &person[..person.len() - 1]);
    let path = format!("{app}/meetings/{M2}/participants/{}", participant.id);
    w.send(Method::DELETE, &path, "TA", None).await.ok();
    for token in [&person, &changed, "a.b.c", &user[1..]] {
        for path in &kit_paths {
            assert_eq!(get(path, token).await.status.as_u16(), 401, "{path}");
        }
        assert_eq!(code(&get("/v1/rooms", token).await), "UNAUTHENTICATED");
    }
}
