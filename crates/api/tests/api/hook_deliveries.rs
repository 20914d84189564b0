//! What owners of webhooks see of each delivery, and once more.

use axum::http::Method;
use sederunt_core::id::Id;
use sederunt_store::delivery_log::{Delivered, Key};
use sederunt_testkit::Receiver;
use serde_json::{Value, json};

use crate::hook_fixture::{ALL, Desk, assert_refused, events, refusing};
use crate::kit_fixture::P;
use crate::world::until;

const JOINED: &str = "meeting.participantJoined";

fn id(delivery: &Value) -> &str {
    delivery["id"].as_str().unwrap()
}

#[tokio::test]
async fn every_event_is_listed_with_what_became_of_it() {
    let desk = Desk::new().await;
    let receiver = refusing(JOINED, 1).await;
    let hook = desk.webhook(&receiver.url("/in"), &ALL).await;
    let meeting = desk.session().await;
    let got = receiver.wait(4).await;
    let list = desk.listed(&hook, "", 4).await;
    assert_eq!(events(&list), ALL, "the newest fact first");
    for (one, got) in list.iter().zip(got.iter().rev()) {
        let sequence = got.header("sederunt-sequence");
        assert_eq!((id(one), one["sequence"].to_string()), (&*format!("{sequence}-0"), sequence.to_owned()));
        assert_eq!(one["rtk_uuid"], got.header("rtk-uuid"));
        assert_eq!(one["meeting_id"], meeting.to_string());
        assert_eq!(one["session_id"], got.json()["meeting"]["sessionId"]);
        assert_eq!((&one["replay"], &one["next_attempt_at"]), (&Value::Null, &Value::Null));
        let attempt = &one["attempts"][0];
        let is_refused = got.what() == JOINED;
        let expected = if is_refused {
            ("failed", json!(404), json!("no"))
        } else {
            ("delivered", json!(200), Value::Null)
        };
        assert_eq!(
            (one["state"].as_str().unwrap(), attempt["status"].clone(), attempt["excerpt"].clone()),
            expected
        );
        assert_eq!((&attempt["attempt"], &attempt["phase"]), (&json!(1), &Value::Null));
        assert!(attempt["at"].as_str().unwrap().starts_with("2026-01-12T14:"), "{attempt}");
        assert_eq!((one["attempts"].as_array().unwrap().len(), &one["attempts_total"]), (1, &json!(1)));
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let desk = Desk::new().await;
    let receiver = refusing(JOINED, 9).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    let (first, second) = (desk.session().await, desk.session().await);
    receiver.wait(8).await;
    let all = desk.listed(&hook, "", 8).await;
    let of = async |query: &str| desk.deliveries(&hook, query).await;
    assert_eq!(of(&format!("meeting_id={second}")).await, all[..4]);
    assert_eq!(of(&format!("meeting_id={first}&event={JOINED}")).await, [all[6].clone()]);
    let session = all[7]["session_id"].as_str().unwrap();
    assert_eq!(of(&format!("session_id={session}")).await, all[4..]);
    assert_eq!(of("state=failed").await, [all[2].clone(), all[6].clone()]);
    assert_eq!(of("state=delivered&limit=100").await.len(), 6);
    assert_eq!(of("state=waiting").await, [] as [Value; 0]);
    assert_eq!(of("state=unknown").await, [] as [Value; 0]);
    assert_eq!(of("event=sessionJoined").await, [] as [Value; 0], "that is a room's");
    assert_eq!(of(&format!("before={}", id(&all[2]))).await, all[3..]);
    assert_eq!(of(&format!("after={}", id(&all[2]))).await, all[..2]);
    assert_eq!(of(&format!("after={}&before={}", all[5]["sequence"], all[2]["sequence"])).await, all[3..5]);
    for filter in ["", "event=meeting.ended", "state=failed", "state=delivered"] {
        let (mut pages, mut before) = (Vec::new(), String::new());
        loop {
            let page = desk.get(&format!("{hook}/deliveries?limit=1&{filter}{before}")).await;
            let found = page["deliveries"].as_array().unwrap();
            assert!(found.len() <= 1);
            pages.extend(found.clone());
            let Some(next) = page["next_before"].as_str() else {
                assert_eq!(page["has_more"], false);
                break;
            };
            assert_eq!(page["has_more"], true);
            before = format!("&before={next}");
        }
        assert_eq!(pages, of(filter).await, "{filter}");
    }
    for (query, rule) in [
        ("state=dead", "\"state\" must be one of [waiting, delivered, failed, unknown]"),
        ("before=x", "\"before\" must be the id of a delivery or of an event"),
        ("after=1-2-3-4", "\"after\" must be the id of a delivery or of an event"),
        ("meeting_id=x", "\"meeting_id\" must be an id"),
        ("session_id=1", "\"session_id\" must be an id"),
        ("limit=-1", "\"limit\" must be a whole number of at least 0"),
    ] {
        let answer = desk.at(Method::GET, P, &format!("{hook}/deliveries?{query}"), "TA", None).await;
        assert_refused(&answer, 400, &format!("BAD_REQUEST: {rule}"));
    }
}

#[tokio::test]
async fn a_page_looks_at_a_bounded_number_and_says_where_to_go_on() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    desk.listed(&hook, "", 4).await;
    // Of facts that this app does not have, as if all of them were filtered out.
    let endpoint = Id::parse(hook.trim_start_matches("webhooks/")).unwrap();
    for seq in 1_000..4_000 {
        let at = desk.w.node.now();
        let key = Key::first(seq);
        desk.service.log().delivered(Delivered {
            app: P.into(),
            endpoint,
            key,
            attempt: 1,
            at,
            latency_ms: 1,
            status: 200,
        });
    }
    desk.service.log().flush().await;
    let (mut found, mut before, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = desk.get(&format!("{hook}/deliveries?limit=10{before}")).await;
        found.extend(page["deliveries"].as_array().unwrap().clone());
        pages += 1;
        let Some(next) = page["next_before"].as_str() else { break };
        before = format!("&before={next}");
    }
    assert_eq!((events(&found), pages), (ALL.to_vec(), 2), "the first page is empty");
}

#[tokio::test]
async fn what_waits_says_when_it_is_tried_again_and_is_no_failure() {
    let desk = Desk::new().await;
    let receiver = Receiver::answering(|_, got| Some(if got.what() == JOINED { 503 } else { 200 })).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    receiver.wait(2).await;
    until("its attempt is in the log", || async {
        desk.service.log().flush().await;
        desk.deliveries(&hook, "state=waiting").await.first().is_some_and(|one| one["attempts_total"] != 0)
    })
    .await;
    let waiting = desk.deliveries(&hook, "state=waiting").await;
    let [one] = &waiting[..] else { panic!("{waiting:?}") };
    assert_eq!((one["event"].as_str(), one["state"].as_str()), (Some(JOINED), Some("waiting")));
    assert!(one["next_attempt_at"].as_str().unwrap().starts_with("2026-01-12T14:"));
    assert_eq!((&one["attempts"][0]["status"], &one["attempts"][0]["excerpt"]), (&json!(503), &json!("no")));
    for query in
        ["", "event=meeting.participantJoined", &format!("after={}", one["sequence"].as_u64().unwrap() - 1)]
    {
        let all = desk.deliveries(&hook, query).await;
        assert_eq!(all.iter().filter(|other| id(other) == id(one)).count(), 1, "{query}");
        assert!(all.iter().all(|other| (other["state"] == "waiting") == (id(other) == id(one))));
    }
    assert_eq!(desk.deliveries(&hook, "state=failed").await.len(), 0);
    assert_eq!(desk.deliveries(&hook, "state=unknown").await.len(), 0);
    let whole = desk.get(&format!("{hook}/deliveries/{}", id(one))).await;
    assert_eq!(whole["delivery"]["state"], "waiting");
}

#[tokio::test]
async fn one_delivery_shows_its_request_and_signatures_to_those_who_may_send_it() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/in?k=1"), &ALL).await;
    desk.session().await;
    let got = receiver.wait(4).await.remove(1);
    let list = desk.listed(&hook, "", 4).await;
    let target = format!("{hook}/deliveries/{}", id(&list[2]));
    let whole = desk.get(&target).await;
    assert_eq!(whole["delivery"], list[2]);
    let request = &whole["request"];
    assert_eq!(request["url"], receiver.url("/in?k=1"));
    assert_eq!(request["body"].as_str().unwrap().as_bytes(), got.body);
    let value = |whole: &Value, name: &str| {
        let headers = whole["request"]["headers"].as_array().unwrap();
        headers.iter().find(|header| header["name"] == name).unwrap()["value"].clone()
    };
    for name in
        ["rtk-signature", "dyte-signature", "rtk-uuid", "rtk-webhook-id", "content-type", "sederunt-sequence"]
    {
        assert_eq!(value(&whole, name), got.header(name), "{name}");
    }
    assert!(value(&whole, "webhook-signature").as_str().unwrap().starts_with("v1,"), "of now");
    for token in ["TR", "KW"] {
        let seen = desk.at(Method::GET, P, &target, token, None).await.ok();
        assert_eq!((&seen["delivery"], &seen["request"]["body"]), (&whole["delivery"], &request["body"]));
        for name in ["rtk-signature", "dyte-signature", "webhook-signature"] {
            assert_eq!(value(&seen, name), Value::Null, "{token}: {name}");
        }
        assert_eq!(value(&seen, "rtk-uuid"), got.header("rtk-uuid"));
    }
    // Nobody wrote: the end has made no second event. A join makes one, and another app's facts none.
    for unknown in ["1-0-7", "999-0", "4-1", "2-1", "nonsense", "1", "01-0"] {
        let answer = desk.at(Method::GET, P, &format!("{hook}/deliveries/{unknown}"), "TA", None).await;
        let what = if unknown == "1-0-7" { "Replay" } else { "Delivery" };
        assert_refused(&answer, 404, &format!("{what} not found"));
    }
}

#[tokio::test]
async fn an_event_that_was_never_told_can_be_seen_and_sent() {
    let desk = Desk::new().await;
    desk.session().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &[JOINED]).await;
    let whole = desk.get(&format!("{hook}/deliveries/2-0")).await;
    assert_eq!(
        (&whole["delivery"]["state"], &whole["delivery"]["attempts"]),
        (&json!("unknown"), &json!([]))
    );
    let retried = desk.post(&format!("{hook}/deliveries/2-0/retry"), json!({})).await;
    assert_eq!(retried.status.as_u16(), 202, "{retried:?}");
    let got = receiver.wait(1).await;
    assert_eq!((got[0].what().as_str(), got[0].header("sederunt-sequence")), (JOINED, "2"));
    let unlisted = desk.post(&format!("{hook}/deliveries/1-0/retry"), json!({})).await;
    assert_refused(&unlisted, 409, "The webhook does not list meeting.started");
    let none = desk.post(&format!("{hook}/deliveries/4-1/retry"), json!({})).await;
    assert_refused(&none, 404, "Delivery not found");
}

#[tokio::test]
async fn an_event_is_sent_once_more_with_its_id_delivered_or_not() {
    let desk = Desk::new().await;
    let receiver = refusing(JOINED, 1).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    let first = receiver.wait(4).await;
    let list = desk.listed(&hook, "", 4).await;
    for (n, at) in [(5, 2), (6, 3)] {
        let target = format!("{hook}/deliveries/{}/retry", id(&list[at]));
        let answer = desk.post(&target, json!({})).await;
        assert_eq!(answer.status.as_u16(), 202, "{answer:?}");
        assert_eq!(answer.json(), json!({ "id": list[at]["id"], "rtk_uuid": list[at]["rtk_uuid"] }));
        let again = receiver.wait(n).await.remove(n - 1);
        let before = &first[3 - at];
        assert_eq!((again.header("rtk-uuid"), &again.body), (before.header("rtk-uuid"), &before.body));
    }
    until("all are delivered", || async {
        desk.service.log().flush().await;
        let list = desk.deliveries(&hook, "").await;
        list[2]["attempts_total"] == 2 && list[3]["attempts_total"] == 2
    })
    .await;
    let list = desk.deliveries(&hook, "").await;
    assert!(list.iter().all(|one| one["state"] == "delivered"), "{list:?}");
    assert_eq!(list[2]["attempts"][1]["status"], 200);
}

#[tokio::test]
async fn nothing_is_sent_twice_at_a_time_nor_to_one_that_is_off() {
    let desk = Desk::new().await;
    let receiver = Receiver::answering(|_, _| None).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    receiver.wait(1).await;
    let retry = format!("{hook}/deliveries/1-0/retry");
    let answer = desk.post(&retry, json!({})).await;
    assert_refused(&answer, 409, "A request for this event is under way");
    desk.patch(&hook, json!({ "enabled": false })).await;
    let answer = desk.post(&retry, json!({})).await;
    assert_refused(&answer, 409, "The webhook is switched off");
    assert_eq!(receiver.got().len(), 1);
}
