//! How webhooks do, tests, and ranges of facts once more.

use std::collections::BTreeSet;

use axum::http::Method;
use sederunt_core::id::Id;
use sederunt_store::delivery::{Change, Cursor, OffReason, SavedHealth};
use sederunt_testkit::Receiver;
use serde_json::{Value, json};

use crate::hook_fixture::{ALL, Desk, assert_refused, refusing};
use crate::kit_fixture::P;
use crate::world::until;

const JOINED: &str = "meeting.participantJoined";

impl Desk {
    async fn replay(&self, hook: &str, number: u64) -> Value {
        self.get(&format!("{hook}/replays/{number}")).await
    }

    async fn until_done(&self, hook: &str, number: u64) -> Value {
        until("the replay is over", || async { self.replay(hook, number).await["state"] == "done" }).await;
        self.replay(hook, number).await
    }

    /// Waits until everything up to a fact is settled, durably.
    async fn until_kept(&self, hook: &str, seq: u64) {
        let id = Id::parse(hook.trim_start_matches("webhooks/")).unwrap();
        let kept = async || self.w.store.delivery(id).await.unwrap().unwrap().saved.cursor.done_seq;
        until("how far it is is kept", || async { kept().await == seq }).await;
    }

    /// The status, when everything is settled.
    async fn settled(&self, hook: &str) -> Value {
        let status = async || {
            self.service.log().flush().await;
            self.get(&format!("{hook}/status")).await
        };
        until("all is settled", || async {
            let status = status().await;
            status["behind"]["facts"] == 0 && status["in_flight"] == 0
        })
        .await;
        status().await
    }
}

#[tokio::test]
async fn a_webhook_says_how_it_does() {
    let desk = Desk::new().await;
    let receiver = refusing(JOINED, 1).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    let idle = desk.settled(&hook).await;
    assert_eq!(
        (&idle["last_hour"]["success_rate"], &idle["last_hour"]["p95_ms"]),
        (&Value::Null, &Value::Null)
    );
    desk.session().await;
    receiver.wait(4).await;
    desk.listed(&hook, "", 4).await;
    let mut status = desk.settled(&hook).await;
    let hour = status["last_hour"].take();
    let expected = json!({
        "state": "up", "since": null, "reason": null, "done_seq": 4, "behind": { "facts": 0, "seconds": 0 },
        "waiting": 0, "in_flight": 0, "next_attempt_at": null, "missed": null, "last_hour": null,
    });
    assert_eq!(status, expected);
    assert_eq!(
        (&hour["delivered"], &hour["failed"], &hour["failed_for_good"]),
        (&json!(3), &json!(1), &json!(1))
    );
    assert_eq!(hour["success_rate"], 0.75);
    assert!(hour["p50_ms"].as_i64() <= hour["p95_ms"].as_i64());
    assert!(hour["since"].as_str().unwrap().starts_with("2026-01-12T13:00:"), "{hour}");
}

#[tokio::test]
async fn one_that_is_down_says_since_when_and_when_it_is_probed() {
    let desk = Desk::new().await;
    let receiver = Receiver::answering(|_, _| Some(500)).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    for _ in 0..20 {
        desk.session().await;
    }
    until("it is down", || async { desk.get(&format!("{hook}/status")).await["state"] == "down" }).await;
    let status = desk.get(&format!("{hook}/status")).await;
    assert!(status["since"].as_str() < status["next_attempt_at"].as_str(), "{status}");
    assert!(status["reason"].as_str().unwrap().contains("probed"));
    assert!(status["waiting"].as_u64() > Some(0) && status["behind"]["facts"].as_u64() > Some(0), "{status}");
    assert_eq!(status["missed"], Value::Null);
}

#[tokio::test]
async fn one_that_is_given_up_says_what_it_missed() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    receiver.wait(4).await;
    desk.until_kept(&hook, 4).await;
    // It was down for a week.
    let health = SavedHealth::Off { reason: OffReason::GivenUp, from: 3 };
    let change = Change { cursor: Cursor { done_seq: 2, health }, put: Vec::new(), remove: Vec::new() };
    let id = Id::parse(hook.trim_start_matches("webhooks/")).unwrap();
    assert!(desk.w.store.keep_delivery(id, 0, change).await.unwrap());
    let status = desk.get(&format!("{hook}/status")).await;
    assert_eq!((&status["state"], &status["done_seq"]), (&json!("given_up"), &json!(2)));
    assert_eq!((&status["missed"], &status["behind"]), (&json!({ "from": 3, "to": 4 }), &Value::Null));
}

#[tokio::test]
async fn w19_what_was_missed_is_known_and_a_replay_of_it_brings_all() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    receiver.wait(4).await;
    // What is not kept yet would count as missed.
    desk.until_kept(&hook, 4).await;
    desk.patch(&hook, json!({ "enabled": false })).await;
    let off = [desk.session().await, desk.session().await];
    let status = desk.get(&format!("{hook}/status")).await;
    assert_eq!((&status["state"], &status["behind"]), (&json!("disabled"), &Value::Null));
    assert_eq!((&status["missed"], status["reason"].is_string()), (&json!({ "from": 5, "to": 12 }), true));
    let range = json!({ "from_sequence": status["missed"]["from"], "to_sequence": status["missed"]["to"] });
    let refused = desk.post(&format!("{hook}/replays"), range.clone()).await;
    assert_refused(&refused, 409, "The webhook is switched off");

    desk.patch(&hook, json!({ "enabled": true })).await;
    assert_eq!(desk.get(&format!("{hook}/status")).await["missed"], Value::Null);
    desk.session().await;
    receiver.wait(8).await;
    desk.settled(&hook).await;
    let told =
        |meeting: &str| receiver.got().iter().filter(|one| one.json()["meeting"]["id"] == meeting).count();
    assert!(off.iter().all(|meeting| told(&meeting.to_string()) == 0), "nothing of what happened meanwhile");
    let begun = desk.post(&format!("{hook}/replays"), range).await;
    assert_eq!((begun.status.as_u16(), &begun.json()["estimated"]), (201, &json!(8)));
    receiver.wait(16).await;
    assert!(off.iter().all(|meeting| told(&meeting.to_string()) == 4), "all of it");
    let done = desk.until_done(&hook, 1).await;
    assert_eq!(
        (&done["sent"], &done["failed"], &done["done_sequence"]),
        (&json!(8), &json!(0), &Value::Null)
    );
}

#[tokio::test]
async fn a_replay_is_of_a_range_of_numbers_or_of_time() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    desk.w.clock.advance(3_600_000);
    desk.session().await;
    receiver.wait(8).await;
    let target = format!("{hook}/replays");
    let body = json!({ "from": "2026-01-12T14:30:00Z", "to": "2026-01-12T15:30:00Z", "events": [JOINED, JOINED], "new_ids": true });
    let begun = desk.post(&target, body).await.ok();
    let expected = json!({
        "number": 1, "state": "running", "from_sequence": 5, "to_sequence": 8, "done_sequence": 4,
        "only_failed": false, "new_ids": true, "events": [JOINED], "sent": 0, "failed": 0,
        "created_at": begun["replay"]["created_at"],
    });
    assert_eq!(begun, json!({ "replay": expected, "estimated": 1 }));
    let got = receiver.wait(9).await.remove(8);
    assert_eq!((got.what().as_str(), got.header("sederunt-sequence")), (JOINED, "6"));
    desk.until_done(&hook, 1).await;
    let again = desk.listed(&hook, &format!("event={JOINED}&after=5"), 2).await;
    assert_eq!((&again[0]["id"], &again[0]["replay"]), (&json!("6-0-1"), &json!(1)));
    assert_eq!(again[0]["rtk_uuid"], got.header("rtk-uuid"), "its own");
    assert_ne!(again[0]["rtk_uuid"], again[1]["rtk_uuid"]);
    let whole = desk.get(&format!("{hook}/deliveries/6-0-1")).await;
    let headers = whole["request"]["headers"].as_array().unwrap();
    let has = |name: &str, value: &str| headers.contains(&json!({ "name": name, "value": value }));
    assert!(has("rtk-uuid", got.header("rtk-uuid")) && has("sederunt-replay", "1"), "{headers:?}");
    let retry = desk.post(&format!("{hook}/deliveries/6-0-1/retry"), json!({})).await;
    assert_refused(&retry, 409, "The replay is over; try the event again by itself");

    let day = desk.post(&target, json!({ "from": "2026-01-12", "to": "2026-01-12" })).await.ok();
    assert_eq!((&day["replay"]["from_sequence"], &day["replay"]["to_sequence"]), (&json!(1), &json!(8)));
    let part = desk.post(&target, json!({ "from_sequence": 3, "to_sequence": 5 })).await.ok();
    assert_eq!((&part["estimated"], &part["replay"]["new_ids"]), (&json!(3), &json!(false)));
    desk.until_done(&hook, 2).await;
    desk.until_done(&hook, 3).await;
    let replayed = desk.listed(&hook, "before=6&after=2", 9).await;
    let ids = |id: &str| replayed.iter().find(|one| one["id"] == id).unwrap()["rtk_uuid"].clone();
    assert_eq!(ids("4-0-3"), ids("4-0"), "receivers that keep ids pass it over");
}

#[tokio::test]
async fn a_range_that_is_none_is_refused_by_its_rule() {
    let desk = Desk::new().await;
    let receiver = Receiver::willing().await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    desk.session().await;
    let date = "\"from\" must be in ISO 8601 date format";
    let both = "must not be given beside sequence numbers";
    for (body, rule) in [
        (json!({}), "\"to_sequence\" is required".to_owned()),
        (json!({ "from_sequence": 1 }), "\"to_sequence\" is required".to_owned()),
        (json!({ "to_sequence": 1 }), "\"from_sequence\" is required".to_owned()),
        (json!({ "from": "2026-01-12T14:00:00Z" }), "\"to\" is required".to_owned()),
        (json!({ "to": "2026-01-12T14:00:00Z" }), "\"from\" is required".to_owned()),
        (json!({ "from": "2026-01-12", "to_sequence": 1 }), format!("\"from\" {both}")),
        (json!({ "from_sequence": 1, "to_sequence": 1, "to": "2026-01-12" }), format!("\"to\" {both}")),
        (json!({ "from": "yesterday", "to": "2026-01-12" }), date.to_owned()),
        (
            json!({ "from_sequence": 0, "to_sequence": 1 }),
            "\"from_sequence\" must be greater than or equal to 1".to_owned(),
        ),
        (json!({ "from_sequence": 1, "to_sequence": 5 }), "\"to_sequence\" must be at most 4".to_owned()),
        (json!({ "from_sequence": 3, "to_sequence": 2 }), "the range begins behind its end".to_owned()),
        (json!({ "from": "2026-01-13", "to": "2026-01-12" }), "the range begins behind its end".to_owned()),
        (json!({ "from": "2026-01-13", "to": "2026-01-14" }), "nothing happened in this range".to_owned()),
        (
            json!({ "from_sequence": 1, "to_sequence": 4, "events": [] }),
            "\"events\" must have at least 1 item".to_owned(),
        ),
    ] {
        let answer = desk.post(&format!("{hook}/replays"), body).await;
        assert_refused(&answer, 400, &format!("BAD_REQUEST: {rule}"));
    }
    assert_eq!(desk.get(&format!("{hook}/replays")).await, json!({ "replays": [], "has_more": false }));
}

#[tokio::test]
async fn what_failed_alone_is_told_again() {
    let desk = Desk::new().await;
    let receiver = refusing(JOINED, 1).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    let (first, second) = (desk.session().await, desk.session().await);
    receiver.wait(8).await;
    desk.listed(&hook, "state=failed", 2).await;
    let body = json!({ "from_sequence": 1, "to_sequence": 8, "only_failed": true });
    let begun = desk.post(&format!("{hook}/replays"), body.clone()).await.ok();
    assert_eq!((&begun["estimated"], &begun["replay"]["only_failed"]), (&json!(2), &json!(true)));
    let got = receiver.wait(10).await;
    // Meetings do not wait for one another.
    let told: BTreeSet<String> =
        got[8..].iter().map(|one| one.json()["meeting"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(told, BTreeSet::from([first.to_string(), second.to_string()]));
    let done = desk.until_done(&hook, 1).await;
    assert_eq!((&done["sent"], &done["failed"]), (&json!(2), &json!(0)));
    desk.listed(&hook, "state=delivered", 8).await;
    let nothing = desk.post(&format!("{hook}/replays"), body).await.ok();
    assert_eq!(nothing["estimated"], 0, "delivered by a replay");
    desk.until_done(&hook, 2).await;
    assert_eq!(receiver.got().len(), 10);
}

#[tokio::test]
async fn what_waits_in_a_replay_is_seen_and_sent_with_it() {
    let desk = Desk::new().await;
    // The first time it is taken, then three times not: by then it waits for half a minute.
    let receiver = Receiver::answering(|n, _| Some(if (1..4).contains(&n) { 503 } else { 200 })).await;
    let hook = desk.webhook(&receiver.url("/"), &["meeting.started"]).await;
    desk.session().await;
    receiver.wait(1).await;
    let body = json!({ "from_sequence": 1, "to_sequence": 1, "new_ids": true });
    desk.post(&format!("{hook}/replays"), body).await.ok();
    let waiting = desk.listed(&hook, "state=waiting", 1).await.remove(0);
    assert_eq!((&waiting["id"], &waiting["replay"]), (&json!("1-0-1"), &json!(1)));
    receiver.wait(4).await;
    until("the third attempt is in the log", || async {
        desk.service.log().flush().await;
        desk.get(&format!("{hook}/deliveries/1-0-1")).await["delivery"]["attempts_total"] == 3
    })
    .await;
    let retried = desk.post(&format!("{hook}/deliveries/1-0-1/retry"), json!({})).await.ok();
    assert_eq!(retried, json!({ "id": "1-0-1", "rtk_uuid": waiting["rtk_uuid"] }));
    let got = receiver.wait(5).await.remove(4);
    assert_eq!(
        (got.header("rtk-uuid"), got.header("sederunt-attempt")),
        (waiting["rtk_uuid"].as_str().unwrap(), "4")
    );
    desk.until_done(&hook, 1).await;
    // What a replay does not have.
    let none = desk.post(&format!("{hook}/deliveries/3-0-1/retry"), json!({})).await;
    assert_refused(&none, 404, "Delivery not found");
}

#[tokio::test]
async fn replays_are_listed_stopped_and_at_most_four() {
    let desk = Desk::new().await;
    let receiver = Receiver::answering(|_, _| None).await;
    let hook = desk.webhook(&receiver.url("/"), &ALL).await;
    let target = format!("{hook}/replays");
    desk.session().await;
    let body = json!({ "from_sequence": 1, "to_sequence": 4 });
    for number in 1..=4 {
        assert_eq!(desk.post(&target, body.clone()).await.ok()["replay"]["number"], number);
    }
    // It is the app that has four.
    let other = desk.webhook(&receiver.url("/other"), &ALL).await;
    for hook in [&hook, &other] {
        let answer = desk.post(&format!("{hook}/replays"), body.clone()).await;
        assert_refused(&answer, 409, "4 replays of this app run already");
    }
    let numbers = async |query: &str| {
        let list = desk.get(&format!("{target}?{query}")).await;
        let numbers: Vec<_> =
            list["replays"].as_array().unwrap().iter().map(|one| one["number"].as_u64().unwrap()).collect();
        (numbers, list["has_more"].as_bool().unwrap())
    };
    assert_eq!(numbers("").await, (vec![4, 3, 2, 1], false));
    assert_eq!(numbers("limit=2").await, (vec![4, 3], true));
    assert_eq!(numbers("limit=2&before=3").await, (vec![2, 1], false));
    assert_eq!(numbers("limit=2&before=999999999").await, (vec![4, 3], true));
    let wrong = desk.at(Method::GET, P, &format!("{target}?before=-1"), "TA", None).await;
    assert_refused(&wrong, 400, "BAD_REQUEST: \"before\" must be the number of a replay");
    let delete =
        async |number: u64| desk.at(Method::DELETE, P, &format!("{target}/{number}"), "TA", None).await;
    let stopped = delete(2).await.ok();
    assert_eq!((&stopped["state"], &stopped["done_sequence"]), (&json!("stopped"), &Value::Null));
    assert_eq!(desk.replay(&hook, 2).await, stopped);
    assert_eq!(delete(2).await.ok(), stopped, "it stays as it is");
    assert_eq!(desk.post(&target, body).await.ok()["replay"]["number"], 5);
    assert_eq!(desk.replay(&hook, 1).await["done_sequence"], 0);
    for unknown in ["9", "0", "-1", "x", "4294967296"] {
        let answer = desk.at(Method::GET, P, &format!("{target}/{unknown}"), "TA", None).await;
        assert_refused(&answer, 404, "Replay not found");
    }
}

#[tokio::test]
async fn a_test_says_what_was_sent_and_what_came_of_it() {
    let desk = Desk::new().await;
    let receiver = Receiver::answering(|_, got| match got.what().as_str() {
        "meeting.ended" => Some(403),
        "meeting.participantLeft" => None,
        _ => Some(204),
    })
    .await;
    let hook = desk.webhook(&receiver.url("/in"), &[JOINED, "meeting.ended"]).await;
    let test = async |body: Value| desk.post(&format!("{hook}/test"), body).await.ok();
    let delivered = test(json!({})).await;
    let got = receiver.wait(1).await.remove(0);
    assert_eq!(
        (&delivered["outcome"], &delivered["status"], &delivered["phase"]),
        (&json!("delivered"), &json!(204), &Value::Null)
    );
    assert_eq!(
        (got.what().as_str(), got.header("sederunt-test")),
        (JOINED, "true"),
        "the first that it lists"
    );
    assert_eq!(delivered["request"]["body"].as_str().unwrap().as_bytes(), got.body);
    for header in delivered["request"]["headers"].as_array().unwrap() {
        assert_eq!(header["value"], got.header(header["name"].as_str().unwrap()), "{header}");
    }
    assert_eq!(got.json()["meeting"]["id"], "00000000-0000-0000-0000-000000000000");
    let answered = test(json!({ "event": "meeting.ended" })).await;
    assert_eq!(
        (&answered["outcome"], &answered["status"], &answered["excerpt"]),
        (&json!("answered"), &json!(403), &json!("no"))
    );
    let silent = test(json!({ "event": "meeting.participantLeft" })).await;
    assert_eq!(
        (&silent["outcome"], &silent["status"], &silent["phase"]),
        (&json!("no_answer"), &Value::Null, &json!("head"))
    );
    assert!(silent["latency_ms"].as_u64().unwrap() >= 3_000, "{silent}");
    let port = receiver.port;
    drop(receiver);
    desk.patch(&hook, json!({ "enabled": false, "url": format!("http://127.0.0.1:{port}/gone") })).await;
    let gone = test(json!({ "event": null })).await;
    assert_eq!(
        (&gone["outcome"], &gone["phase"]),
        (&json!("no_answer"), &json!("connect")),
        "also while it is off"
    );
    let wrong = desk.post(&format!("{hook}/test"), json!({ "event": "meeting.begun" })).await;
    assert!(wrong.text.contains("\\\"event\\\" must be one of [meeting.started"), "{wrong:?}");
    assert_eq!(desk.deliveries(&hook, "").await, [] as [Value; 0], "nothing of it is logged");
}
