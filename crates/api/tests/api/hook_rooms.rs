//! The same of room webhooks, which share a receiver where they have one URL; and who may ask for what.

use axum::http::Method;
use sederunt_core::call::Disconnect;
use sederunt_testkit::{Receiver, SECRET};
use sederunt_webhook::sign::Secret;
use serde_json::{Value, json};

use crate::auth::operations;
use crate::hook_fixture::{ALL, Desk, assert_refused, events};
use crate::kit_fixture::{P, Q};
use crate::world::until;

fn hook(room: &sederunt_store::MeetingRow) -> String {
    format!("rooms/{}/webhook", room.id)
}

#[tokio::test]
async fn a_room_sees_its_own_deliveries_of_a_receiver_that_several_share() {
    let mut desk = Desk::new().await;
    let receiver =
        Receiver::answering(|_, got| Some(if got.what() == "sessionLeft" { 404 } else { 200 })).await;
    let (first, second) = (desk.room(&receiver.url("/")).await, desk.room(&receiver.url("/")).await);
    desk.visit(&first, "ann").await;
    desk.visit(&second, "ben").await;
    let got = receiver.wait(4).await;
    let list = desk.listed(&hook(&first), "", 2).await;
    assert_eq!(events(&list), ["sessionLeft", "sessionJoined"]);
    assert!(list.iter().all(|one| one["meeting_id"] == first.id.to_string()));
    assert_eq!((&list[0]["state"], &list[1]["state"]), (&json!("failed"), &json!("delivered")));
    let joined = got.iter().find(|one| one.json()["payload"]["roomId"] == first.id.0.pagecall()).unwrap();
    assert_eq!(list[1]["rtk_uuid"], joined.header("webhook-id"));
    assert_eq!(desk.listed(&hook(&second), "state=failed", 1).await.len(), 1);

    let target = format!("{}/deliveries/{}", hook(&first), list[1]["id"].as_str().unwrap());
    let whole = desk.get(&target).await;
    assert_eq!(whole["request"]["body"].as_str().unwrap().as_bytes(), joined.body);
    let header = |whole: &Value, name: &str| {
        let headers = whole["request"]["headers"].as_array().unwrap();
        headers.iter().find(|header| header["name"] == name).unwrap()["value"].clone()
    };
    assert_eq!(
        (header(&whole, "x-room"), header(&whole, "pagecall-signature")),
        (json!("7"), joined.header("pagecall-signature").into())
    );
    let seen = desk.at(Method::GET, P, &target, "TR", None).await.ok();
    assert_eq!((header(&seen, "x-room"), header(&seen, "pagecall-signature")), (Value::Null, Value::Null));
    assert_eq!(
        desk.at(Method::GET, P, &target, "KW", None).await.ok()["request"],
        whole["request"],
        "it has made the room"
    );
    // That of another room with the same URL.
    let foreign = format!("{}/deliveries/{}", hook(&second), list[1]["id"].as_str().unwrap());
    let answer = desk.at(Method::GET, P, &foreign, "TA", None).await;
    assert_refused(&answer, 404, "Delivery not found");
    // Of a replay, which a room has not.
    for (method, rest) in [(Method::GET, ""), (Method::POST, "/retry")] {
        let answer = desk.at(method, P, &format!("{target}-1{rest}"), "TA", None).await;
        assert_refused(&answer, 404, "Delivery not found");
    }

    // Nobody has anything to do for it after a start, and the room may be gone.
    desk.restart().await;
    let pagecall = format!("/v1/rooms/{}", first.id.0.pagecall());
    desk.w.send(Method::DELETE, &pagecall, "KW", None).await.ok();
    let retried = desk.at(Method::POST, P, &format!("{target}/retry"), "KW", None).await;
    assert_eq!(retried.status.as_u16(), 202, "{retried:?}");
    let again = receiver.wait(5).await.remove(4);
    assert_eq!((again.header("webhook-id"), &again.body), (joined.header("webhook-id"), &joined.body));
    let store = &desk.w.store;
    until("all is settled", || async {
        let known = store.receivers(&P.into()).await.unwrap();
        known.deliveries.is_empty() && known.rooms == Some(known.head)
    })
    .await;
    assert_eq!(receiver.got().len(), 5, "nothing else");
    // What comes later is told all the same.
    desk.visit(&second, "cat").await;
    receiver.wait(7).await;
}

#[tokio::test]
async fn a_rooms_webhook_has_a_status_a_test_and_a_secret() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let room = desk.room(&receiver.url("/")).await;
    let of = async |method: Method, rest: &str, body: Option<Value>| {
        desk.at(method, P, &format!("{}/{rest}", hook(&room)), "KW", body).await
    };
    let idle = of(Method::GET, "status", None).await.ok();
    assert_eq!((&idle["state"], &idle["waiting"], &idle["missed"]), (&json!("up"), &json!(0), &Value::Null));
    let person = desk.w.joined(&room, "ann").await;
    person.disconnect(Disconnect::Clean).await;
    let got = receiver.wait(2).await.remove(0);
    until("all is settled", || async {
        desk.service.log().flush().await;
        let status = of(Method::GET, "status", None).await.ok();
        status["last_hour"]["delivered"] == 2 && status["behind"]["facts"] == 0
    })
    .await;
    // What happens elsewhere in the app is none of its business, and it is not behind for it.
    desk.session().await;
    until("it is through", || async {
        let status = of(Method::GET, "status", None).await.ok();
        status["done_seq"] == *desk.w.store.durable().borrow() && status["behind"]["facts"] == 0
    })
    .await;
    let secret = of(Method::GET, "secret", None).await.ok();
    assert_eq!(secret, json!({ "secret": Secret::from(SECRET).text(), "old_secret_until": null }));
    let (id, at) = (got.header("webhook-id"), got.header("webhook-timestamp").parse().unwrap());
    let signer = Secret::parse(secret["secret"].as_str().unwrap()).unwrap();
    assert_eq!(got.header("webhook-signature"), signer.sign(id, at, &got.body));

    for (body, action) in [
        (json!({}), "sessionJoined"),
        (json!({ "event": null }), "sessionJoined"),
        (json!({ "event": "sessionLeft" }), "sessionLeft"),
    ] {
        let count = receiver.got().len();
        let tested = of(Method::POST, "test", Some(body)).await.ok();
        assert_eq!(tested["outcome"], "delivered");
        let got = receiver.wait(count + 1).await.remove(count);
        assert_eq!(
            (got.what().as_str(), got.header("x-room"), got.header("sederunt-test")),
            (action, "7", "true")
        );
        assert_eq!(got.json()["payload"]["roomId"], "00000000-0000-0000-0000-000000000000");
        assert_eq!(tested["request"]["body"].as_str().unwrap().as_bytes(), got.body);
    }
    let wrong = of(Method::POST, "test", Some(json!({ "event": "meeting.started" }))).await;
    assert_refused(&wrong, 400, "BAD_REQUEST: \"event\" must be one of [sessionJoined, sessionLeft]");

    let plain = desk.session().await;
    for (room, what) in
        [(plain.to_string(), "Webhook"), ("nonsense".to_owned(), "Room"), ("f".repeat(24), "Room")]
    {
        let answer = desk.at(Method::GET, P, &format!("rooms/{room}/webhook/status"), "TA", None).await;
        assert_refused(&answer, 404, &format!("{what} not found"));
    }
    let replays = of(Method::POST, "replays", Some(json!({ "from_sequence": 1, "to_sequence": 2 }))).await;
    assert_eq!(replays.status.as_u16(), 404, "rooms have none");
}

/// Every operation of the document.
#[tokio::test]
async fn every_operation_of_webhooks_is_for_those_who_may() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let webhook = desk.webhook(&receiver.url("/"), &ALL).await;
    let room = desk.room(&receiver.url("/room")).await;
    desk.visit(&room, "ann").await;
    desk.listed(&webhook, "", 4).await;
    desk.post(&format!("{webhook}/replays"), json!({ "from_sequence": 1, "to_sequence": 4 })).await.ok();
    let fill = |template: &str, app: &str| {
        let webhook = webhook.trim_start_matches("webhooks/");
        let path =
            template.replace("{app_id}", app).replace("{webhook_id}", webhook).replace("{number}", "1");
        let path = path.replace("{room_id}", &room.id.to_string()).replace("{delivery_id}", "2-0");
        format!("/sederunt/v1{path}")
    };
    let mut seen = 0;
    for (method, template, id) in operations("sederunt") {
        let is_room = template.contains("/rooms/");
        if !is_room && !template.contains("/webhooks/") {
            continue;
        }
        seen += 1;
        let send = async |app: &str, token: &str| {
            desk.w.send(method.clone(), &fill(&template, app), token, None).await.status.as_u16()
        };
        let reads = method == Method::GET && !template.ends_with("/secret");
        for token in ["", "nonsense"] {
            assert_eq!(send(P, token).await, 401, "{id}");
        }
        assert_eq!(send(P, "TN").await, 403, "{id}: a key that may nothing");
        assert_eq!(send(P, "TB").await, 404, "{id}: of another account");
        assert_eq!(send(Q, "TA").await, 404, "{id}: not of this app");
        for app in ["b-app", "unknown"] {
            assert_eq!(send(app, "TA").await, 404, "{id}: {app}");
        }
        assert_eq!(send(P, "KV").await, 403, "{id}: of another workspace");
        let allowed = |status: u16| status != 401 && status != 403 && status != 404;
        assert_eq!(allowed(send(P, "TR").await), reads, "{id}: a key that may read");
        assert_eq!(allowed(send(P, "KW").await), reads || is_room, "{id}: the key of the workspace");
        if method != Method::DELETE {
            assert!(allowed(send(P, "TA").await), "{id}");
        }
    }
    assert_eq!(seen, 17);
}

#[tokio::test]
async fn where_nobody_delivers_what_is_kept_is_shown_and_the_rest_is_503() {
    let mut desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    receiver.wait(4).await;
    desk.without_service();
    let range = json!({ "from_sequence": 1, "to_sequence": 4 });
    for (method, rest, body) in [
        (Method::GET, "status", json!({})),
        (Method::GET, "deliveries", json!({})),
        (Method::GET, "deliveries/1-0", json!({})),
        (Method::POST, "deliveries/1-0/retry", json!({})),
        (Method::POST, "test", json!({})),
        (Method::POST, "replays", range),
    ] {
        let answer = desk.at(method, P, &format!("{hook}/{rest}"), "TA", Some(body)).await;
        assert_refused(&answer, 503, "This server delivers no webhooks now");
    }
    assert_eq!(desk.get(&format!("{hook}/replays")).await["has_more"], false);
    assert!(desk.get(&format!("{hook}/secret")).await["secret"].is_string());
}
