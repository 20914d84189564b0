//! One person over all sessions, and who was there at all.

use axum::http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::feed::{meeting, world};
use crate::kit_fixture::{Kit, P, Q, record};
use crate::world::World;

fn of_app(path: &str) -> String {
    format!("/sederunt/v1/apps/{P}/{path}")
}

async fn told(w: &World, path: &str) -> Value {
    w.send(Method::GET, &of_app(path), "TR", None).await.ok()
}

/// A term: `person-0` in every session, `person-1` in every second one; other sessions of another app.
async fn term() -> Kit {
    let kit = Kit::new().await;
    let mut records = Vec::new();
    for n in 0..60_u32 {
        let day = format!("2025-{:02}-{:02}", n / 28 + 1, n % 28 + 1);
        let [start, end] = [format!("{day}T23:30:00.000Z"), format!("{day}T23:45:00.000Z")];
        let stays = vec![(start.as_str(), end.as_str()); 1 + n as usize % 2];
        let meeting =
            json!({ "id": format!("00000000-0000-4000-9000-{n:012x}"), "title": format!("Number {n}") });
        let app = if n < 50 { P } else { Q };
        records.push(record(
            app,
            meeting,
            &format!("00000000-0000-4000-8000-{:012x}", n << 16),
            (&start, &end),
            &stays,
        ));
    }
    kit.world.history(&records).await;
    kit
}

#[tokio::test]
async fn a_person_is_found_by_his_own_id_over_all_sessions_of_the_app() {
    let kit = term().await;
    let mut person = told(&kit.world, "people/person-1?tz=Asia/Seoul").await;
    let days = person["days"].take();
    assert_json_snapshot!(person, @r#"
    {
      "custom_participant_id": "person-1",
      "days": null,
      "first_joined_at": "2025-01-02T23:30:00.000Z",
      "is_all": true,
      "key": "person-1",
      "last_joined_at": "2026-01-12T09:00:00.000Z",
      "lost": 0,
      "minutes": 507,
      "names": [
        "Person 1"
      ],
      "open": 0,
      "sessions": 29,
      "stays": 29,
      "tz": "Asia/Seoul",
      "user_id": "person-1"
    }
    "#);
    // In Seoul it is the next morning.
    assert_eq!(
        (&days[0], days.as_array().unwrap().len()),
        (&json!({ "day": "2025-01-03", "stays": 1, "minutes": 15 }), 28)
    );
    let first = told(&kit.world, "people/person-1/stays?per_page=10").await;
    assert_eq!((first["stays"].as_array().unwrap().len(), &first["total"]), (10, &person["stays"]));
    let mut all = Vec::new();
    for page in 1..=4 {
        let page = told(&kit.world, &format!("people/person-1/stays?per_page=10&page_no={page}")).await;
        all.extend(page["stays"].as_array().unwrap().clone());
    }
    assert_eq!(json!(all.len()), person["stays"]);
    assert!(all.is_sorted_by_key(|stay| std::cmp::Reverse(stay["joined_at"].as_str().unwrap().to_owned())));
    // By one of his participants: the stays of that one.
    let participant = all[0]["participant_id"].as_str().unwrap();
    let one = told(&kit.world, &format!("people/{participant}/stays")).await;
    assert_eq!((&one["total"], &one["stays"][0]), (&json!(1), &all[0]));
    // A part of an id is nobody's, and neither is one of another case or app.
    for key in ["person", "Person-1", "%FF", "person-0%2F"] {
        let answer = kit.world.send(Method::GET, &of_app(&format!("people/{key}")), "TR", None).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["message"]),
            (404, &json!("Person not found")),
            "{key}"
        );
    }
    let elsewhere = format!("/sederunt/v1/apps/{Q}/people/person-1/stays");
    let elsewhere = kit.world.send(Method::GET, &elsewhere, "TR", None).await.ok();
    assert!(elsewhere["stays"].as_array().unwrap().iter().all(|stay| !all.contains(stay)));
}

#[tokio::test]
async fn people_are_searched_by_name_and_own_id_and_who_came_last_comes_first() {
    let kit = term().await;
    let all = told(&kit.world, "people").await;
    let names = |found: &Value| -> Vec<String> {
        found["people"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["key"].as_str().unwrap().to_owned())
            .collect()
    };
    // Five others are of the fixture; who is in was there last.
    assert_eq!(all["is_all"], json!(true));
    let found = told(&kit.world, "people?search=PERSON-1").await;
    assert_eq!((names(&found), &found["total"]), (vec!["person-1".to_owned()], &json!(1)));
    assert_eq!(told(&kit.world, "people?search=erson%201").await["people"], found["people"], "by the name");
    assert_eq!(told(&kit.world, "people?search=nobody").await["total"], json!(0));
    let pages = [1, 2].map(|page| format!("people?per_page=1&page_no={page}"));
    let [first, second] = [told(&kit.world, &pages[0]).await, told(&kit.world, &pages[1]).await];
    assert_eq!([names(&first), names(&second)].concat(), names(&all)[..2]);
}

#[tokio::test]
async fn what_one_lost_is_beside_what_all_lose() {
    let kit = term().await;
    let found = told(&kit.world, "losses").await;
    assert_eq!((&found["median_per_hour"], &found["is_all"]), (&json!(0.0), &json!(true)));
    assert!(found["people"].as_u64().unwrap() >= 2 && found["stays"].as_u64().unwrap() > 70, "{found}");
    let w = world().await;
    assert_eq!(
        told(&w, "losses").await,
        json!({ "median_per_hour": null, "people": 0, "stays": 0, "is_all": true })
    );
}

#[tokio::test]
async fn who_joins_is_found_at_once() {
    let w = world().await;
    let m = meeting(&w, P, "Algebra").await;
    let ada = w.joined(&m, "ada").await;
    let person = told(&w, "people/ada").await;
    assert_eq!((&person["stays"], &person["open"]), (&json!(1), &json!(1)));
    w.clock.advance(60_000);
    let second = w.joined(&m, "ada").await;
    assert_eq!(told(&w, "people/ada").await["minutes"], json!(1));
    assert_eq!(told(&w, "people?search=ada").await["people"][0]["stays"], json!(2));
    w.leave(second).await;
    w.leave(ada).await;
    // After a start it goes on where it was.
    let w = w.restarted().await;
    let eve = w.joined(&m, "ada").await;
    assert_eq!(told(&w, "people/ada").await["stays"], json!(3));
    w.leave(eve).await;
}
