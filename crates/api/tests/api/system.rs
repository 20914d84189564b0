//! The server itself: who may see it, what is told of it, the check of its ledger, and its indexes.

use std::sync::Arc;

use axum::http::Method;
use sederunt_api::{ApiConfig, Setting, SystemConfig, Vitals, router};
use sederunt_core::time::UnixMs;
use sederunt_store::Permission;
use serde_json::{Value, json};

use crate::console::{OWN, signed_in};
use crate::feed::{P, meeting, world};
use crate::settings::{operator, page};
use crate::world::{World, until};

const SYSTEM: &str = "/sederunt/v1/system";
const VERIFY: &str = "/sederunt/v1/system/verify";
const ARCHIVE: &str = "/sederunt/v1/system/archive";

/// A server that has what it says.
#[derive(Debug)]
struct Rack;

impl Vitals for Rack {
    fn disk(&self) -> Option<(u64, u64)> {
        Some((250_000_000_000, 500_000_000_000))
    }

    fn certificate_until(&self) -> Option<UnixMs> {
        Some(UnixMs(1_800_000_000_000))
    }

    fn connections(&self) -> usize {
        7
    }
}

async fn served() -> World {
    let mut w = world().await;
    operator(&w, "TS", Permission::RealtimeAdmin).await;
    operator(&w, "TL", Permission::Realtime).await;
    let setting = |key, value: Option<&str>, origin: &str| Setting {
        key,
        value: value.map(str::to_owned),
        origin: origin.to_owned(),
    };
    let system = SystemConfig {
        version: "1.2.3",
        started_at: w.node.now(),
        settings: Arc::new([
            setting("listen", Some("\"0.0.0.0:443\""), "flag"),
            setting("base_uri", None, "default"),
            setting("sms.api_secret", Some("\"hush\""), "file /etc/sederunt.toml"),
        ]),
        vitals: Arc::new(Rack),
    };
    w.router = router(w.node.clone(), ApiConfig { system: Some(system), ..ApiConfig::default() });
    // Somebody was there.
    let row = meeting(&w, P, "Weekly").await;
    let client = w.joined(&row, "ann").await;
    w.leave(client).await;
    w
}

#[tokio::test]
async fn the_server_tells_of_itself_and_keeps_its_secrets() {
    let w = served().await;
    let answer = w.send(Method::GET, SYSTEM, "TS", None).await;
    assert!(!answer.text.contains("hush"), "{}", answer.text);
    insta::assert_json_snapshot!(answer.ok(), {
        ".ledger.bytes" => "bytes", ".ledger.log_bytes" => "bytes", ".ledger.commit" => "commit"
    }, @r#"
    {
      "certificate_until": "2027-01-15T08:00:00.000Z",
      "connections": 7,
      "disk": {
        "days_left": null,
        "free_bytes": 250000000000,
        "growth_bytes_per_day": null,
        "total_bytes": 500000000000
      },
      "index": {
        "apps": 0,
        "failures": 0,
        "sessions_in_memory": 0,
        "sessions_sealed": 0,
        "set_aside": 0
      },
      "ledger": {
        "behind": false,
        "bytes": "bytes",
        "commit": "commit",
        "facts_last_day": 3,
        "last_fact": 3,
        "log_bytes": "bytes",
        "trouble": null,
        "writes_waiting": 0,
        "writes_waiting_max": 16384
      },
      "now": "2026-01-12T14:00:00.000Z",
      "refused": [],
      "settings": [
        {
          "key": "listen",
          "origin": "flag",
          "secret": false,
          "value": "\"0.0.0.0:443\""
        },
        {
          "key": "base_uri",
          "origin": "default",
          "secret": false,
          "value": null
        },
        {
          "key": "sms.api_secret",
          "origin": "file /etc/sederunt.toml",
          "secret": true,
          "value": null
        }
      ],
      "started_at": "2026-01-12T14:00:00.000Z",
      "verified": null,
      "version": "1.2.3"
    }
    "#);
    // Whoever measures is told after the writer, so the latest may not be among them yet.
    let commit = async || w.send(Method::GET, SYSTEM, "TS", None).await.ok()["ledger"]["commit"].clone();
    until("both acts are measured", || async { commit().await["count"].as_u64() >= Some(2) }).await;
    let commit = commit().await;
    assert!(commit["p50_ms"].as_f64() <= commit["longest_ms"].as_f64(), "{commit}");
}

#[tokio::test]
async fn the_growth_is_known_when_the_ledger_is_older_than_a_day() {
    let w = served().await;
    w.clock.advance(3 * 24 * 3_600_000);
    let later = w.send(Method::GET, SYSTEM, "TS", None).await.ok();
    assert_eq!(later["ledger"]["facts_last_day"], 0);
    assert!(later["disk"]["growth_bytes_per_day"].as_u64().unwrap() > 0, "{later}");
    assert!(later["disk"]["days_left"].as_u64().unwrap() > 1_000, "{later}");
}

#[tokio::test]
async fn the_server_is_for_those_with_the_right_to_it() {
    let w = served().await;
    let look = signed_in(&w, json!({ "token": "TS", "look_only": true })).await;
    let full = signed_in(&w, json!({ "token": "TS" })).await;
    let tenant = signed_in(&w, json!({ "token": "TA" })).await;
    let mut table = String::new();
    let mut line = |who: &str, statuses: [u16; 6]| {
        let [get, begin, see, stop, list, build] = statuses;
        table += &format!(
            "{who:6} system {get} begin {begin} see {see} stop {stop} archive {list} build {build}\n"
        );
    };
    let build = format!("{ARCHIVE}/{P}/rebuild");
    let all = [
        (Method::GET, SYSTEM),
        (Method::POST, VERIFY),
        (Method::GET, VERIFY),
        (Method::DELETE, VERIFY),
        (Method::GET, ARCHIVE),
        (Method::POST, &*build),
    ];
    for token in ["", "TN", "KP", "TR", "TA", "TB", "TL", "TS"] {
        let mut statuses = [0; 6];
        for (at, (method, target)) in all.iter().enumerate() {
            statuses[at] = w.send(method.clone(), target, token, None).await.status.as_u16();
        }
        line(token, statuses);
    }
    until("the end of the check and of the build", || async {
        let running = async |target| w.send(Method::GET, target, "TS", None).await.ok()["running"].clone();
        running(VERIFY).await.is_null() && running(ARCHIVE).await.is_null()
    })
    .await;
    for (who, cookie) in [("look", &look), ("full", &full), ("tenant", &tenant)] {
        let mut statuses = [0; 6];
        for (at, (method, target)) in all.iter().enumerate() {
            statuses[at] = page(&w, cookie, method.clone(), target, None).await.status.as_u16();
        }
        line(who, statuses);
    }
    insta::assert_snapshot!(table, @r"
           system 401 begin 401 see 401 stop 401 archive 401 build 401
    TN     system 403 begin 403 see 403 stop 403 archive 403 build 403
    KP     system 403 begin 403 see 403 stop 403 archive 403 build 403
    TR     system 403 begin 403 see 403 stop 403 archive 403 build 403
    TA     system 403 begin 403 see 403 stop 403 archive 403 build 403
    TB     system 403 begin 403 see 403 stop 403 archive 403 build 403
    TL     system 200 begin 403 see 200 stop 403 archive 200 build 403
    TS     system 200 begin 202 see 200 stop 202 archive 200 build 202
    look   system 200 begin 403 see 200 stop 403 archive 200 build 403
    full   system 200 begin 202 see 200 stop 202 archive 200 build 202
    tenant system 403 begin 403 see 403 stop 403 archive 403 build 403
    ");
    let features = async |token: &str| {
        let body = json!({ "token": token }).to_string();
        w.raw(Method::POST, "/sederunt/v1/console/session", &OWN, body).await.ok()["features"].clone()
    };
    let has = |features: &Value| features.as_array().unwrap().contains(&json!("system"));
    assert!(has(&features("TS").await) && !has(&features("TA").await), "the menu says what there is");
}

#[tokio::test]
async fn an_index_is_built_anew_of_whatever_app_there_is() {
    let w = served().await;
    let none = w.send(Method::GET, ARCHIVE, "TS", None).await.ok();
    assert_eq!(none, json!({ "apps": [], "running": null, "last": null }));
    let build = async |app: &str| w.send(Method::POST, &format!("{ARCHIVE}/{app}/rebuild"), "TS", None).await;
    assert_eq!(build("3a95132c-1573-4412-822c-1476fa83f27b").await.status, 404);
    // Of another account, too: the server is everybody's.
    let foreign = "00000000-0000-4000-8000-00000000000f";
    let begun = build(foreign).await;
    assert_eq!((begun.status.as_u16(), &begun.json()["apps"]), (202, &json!([])));
    let last = async || w.send(Method::GET, ARCHIVE, "TS", None).await.ok()["last"].clone();
    until("the end of the build", || async { last().await["app_id"] == foreign }).await;
    assert_eq!(last().await["error"], Value::Null);
}

/// Whoever is refused at the door of a room is counted for an hour, with the cause.
#[tokio::test]
async fn the_server_tells_who_was_not_let_in() {
    let w = served().await;
    assert!(sederunt_app::admission::admit(&w.node, "nobody").await.is_err());
    assert!(sederunt_app::admission::admit(&w.node, "nothing").await.is_err());
    let told = async || w.send(Method::GET, SYSTEM, "TS", None).await.ok()["refused"].clone();
    assert_eq!(told().await, json!([{ "kind": "BAD_TOKEN", "count": 2 }]));
    w.clock.advance(61 * 60_000);
    assert_eq!(told().await, json!([]));
}

#[tokio::test]
async fn the_ledger_is_verified_one_at_a_time() {
    let w = served().await;
    assert_eq!(w.send(Method::GET, VERIFY, "TS", None).await.ok(), json!({ "running": null, "last": null }));
    let begun = w.send(Method::POST, VERIFY, "TS", None).await;
    assert_eq!(begun.status, 202);
    let last = async || w.send(Method::GET, VERIFY, "TS", None).await.ok()["last"].clone();
    until("the end of the check", || async { !last().await.is_null() }).await;
    let last = last().await;
    assert_eq!((&last["result"], &last["difference_count"]), (&json!("equal"), &json!(0)), "{last}");
    assert_eq!((&last["sessions"], &last["stays"]), (&json!(1), &json!(1)), "{last}");
    // It is remembered beside the ledger, over a restart too.
    let verified = w.send(Method::GET, SYSTEM, "TS", None).await.ok()["verified"].clone();
    assert_eq!(verified, json!({ "at": "2026-01-12T14:00:00.000Z", "facts": 3, "difference_count": 0 }));
    let w = w.restarted().await;
    assert_eq!(w.store.verified().unwrap().facts, 3);
}
