//! Accounts, apps, meetings, links, status: beside a running server and without one.

use std::path::Path;

use crate::common::client::{Client, Pass};
use crate::common::http::{Kit, get, request};
use crate::common::{FirstRun, Server, run, stderr, stdout_of};
use serde_json::Value;

fn json(args: &[&str], data: &Path) -> Value {
    let out = stdout_of(&[args, &["--json", "--data", data.to_str().unwrap()]].concat());
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

/// What a command that must fail says.
fn refused(args: &[&str], data: &Path) -> String {
    let output = run(&[args, &["--data", data.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?}");
    stderr(&output)
}

fn stop(server: Server) {
    server.terminate();
    assert!(server.ended().success());
}

/// Makes an account, an app, a meeting and a link, and looks at the lists; `name` tells two rounds apart.
fn round(name: &str, data: &Path) -> Pass {
    let first = FirstRun::read(data);
    let account = json(&["account", "create", "--id", name], data);
    assert_eq!(account["account_id"], name);
    assert!(account["api_token"].as_str().unwrap().starts_with("sdr_"));
    assert!(refused(&["account", "create", "--id", name], data).contains("exists already"));
    assert!(refused(&["account", "create", "--id", "a/b"], data).contains("a/b"));
    let accounts = json(&["account", "list"], data);
    let row = accounts.as_array().unwrap().iter().find(|row| row["account_id"] == name).unwrap();
    assert_eq!((&row["apps"], &row["tokens"]), (&1.into(), &1.into()));

    let app = json(&["app", "create", "--account", name, "--name", "Second"], data);
    let app = app["app_id"].as_str().unwrap();
    let apps = json(&["app", "list", "--account", name], data);
    assert_eq!(apps.as_array().unwrap().len(), 2, "{apps}");
    assert!(
        refused(&["app", "create", "--account", "nobody", "--name", "x"], data).contains("no account nobody")
    );
    assert!(refused(&["app", "create", "--name", ""], data).contains("\"name\""));

    let foreign = ["meeting", "create", "--account", &first.account_id, "--app", app];
    assert!(refused(&foreign, data).contains("does not belong to account"));
    assert!(refused(&["meeting", "list", "--account", name], data).contains("several apps"));
    let meeting = json(&["meeting", "create", "--app", app, "--title", "Weekly sync"], data);
    let id = meeting["meeting_id"].as_str().unwrap();
    let listed = json(&["meeting", "list", "--app", app, "--search", "weekly"], data);
    assert_eq!(listed, Value::Array(vec![meeting.clone()]));
    assert_eq!(json(&["meeting", "list", "--app", app, "--search", "none"], data), Value::Array(Vec::new()));

    assert!(refused(&["meeting", "link", id, "--name", "A", "--preset", "none"], data).contains("--preset"));
    assert!(refused(&["meeting", "link", id, "--name", &"x".repeat(300)], data).contains("\"name\""));
    assert!(refused(&["meeting", "link", "nothing", "--name", "A"], data).contains("no meeting id"));
    let link = json(&["meeting", "link", id, "--name", "Ada", "--preset", "group_call_host"], data);
    let (url, token) = (link["url"].as_str().unwrap(), link["token"].as_str().unwrap());
    assert!(url.ends_with(&format!("/meet?authToken={token}")), "{url}");
    let given = json(&["meeting", "link", id, "--name", "B", "--page", "https://m.test/x/meet"], data);
    assert!(given["url"].as_str().unwrap().starts_with("https://m.test/x/meet?authToken="));
    Pass { meeting: id.to_owned(), token: token.to_owned(), ..Pass::default() }
}

#[tokio::test]
async fn whoever_is_made_without_a_server_or_beside_one_may_join() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    stop(Server::start(&data, &[]));
    let offline = round("offline", &data);
    assert_eq!(json(&["status"], &data)["server"], Value::Null);
    let server = Server::start(&data, &["--base-uri", "meet.test:8443"]);
    let beside = round("beside", &data);
    let first = FirstRun::read(&data);
    let link =
        stdout_of(&["meeting", "link", &beside.meeting, "--name", "C", "--data", data.to_str().unwrap()]);
    assert!(link.starts_with("http://meet.test:8443/meet?authToken="), "{link}");

    for (n, pass) in [offline, beside].iter().enumerate() {
        let peer = format!("00000000-0000-4000-8000-00000000000{n}");
        let mut client = Client::to(&server, pass, &peer).await;
        client.join().await.unwrap();
        let status = json(&["status"], &data);
        assert_eq!(status["server"]["pid"], server.pid());
        assert_eq!(status["ledger"]["behind"], false);
        let live = status["live"].as_array().unwrap();
        let session =
            live.iter().find(|s| s["meeting_id"] == pass.meeting).unwrap_or_else(|| panic!("{status}"));
        assert_eq!(session["people"][0]["name"], "Ada");
        let text = stdout_of(&["status", "--data", data.to_str().unwrap()]);
        let row = format!("person\t{peer}\t");
        assert!(text.lines().any(|line| line.starts_with(&row) && line.ends_with("\tAda")), "{text}");
        client.leave().await.unwrap();
    }
    // The same row that the API makes.
    let kit = Kit::new(&server.bound.http, &first);
    let made = kit.post("/meetings", &serde_json::json!({ "title": "By the API" })).await;
    let id = crate::common::text(&made, "/data/id");
    stdout_of(&[
        "meeting",
        "link",
        &id,
        "--name",
        "Ada",
        "--custom-id",
        "ada",
        "--data",
        data.to_str().unwrap(),
    ]);
    let body = serde_json::json!({ "name": "Ada", "preset_name": "group_call_participant", "custom_participant_id": "ada" });
    kit.post(&format!("/meetings/{id}/participants"), &body).await;
    let listed = kit.get(&format!("/meetings/{id}/participants")).await;
    let rows: Vec<Value> = listed["data"].as_array().unwrap().iter().map(without_times).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], rows[1]);
    stop(server);
}

/// The keys that receivers of webhooks are shown.
async fn public_keys(server: &Server) -> (Value, Vec<Value>) {
    let answer = get(&server.bound.http, "/.well-known/webhooks.json").await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("public, max-age=300")));
    let data = answer.json()["data"].clone();
    (data["publicKey"].clone(), data["publicKeys"].as_array().unwrap().clone())
}

#[tokio::test]
async fn the_key_of_webhooks_is_replaced_beside_a_server_and_without_one() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let states = |keys: &Value| {
        let state = |key: &Value| key["state"].as_str().unwrap().to_owned();
        keys.as_array().unwrap().iter().map(state).collect::<Vec<_>>()
    };
    let server = Server::start(&data, &[]);
    let made = json(&["webhook-key", "list"], &data);
    assert_eq!(states(&made), ["signs"]);
    let (signs, all) = public_keys(&server).await;
    assert_eq!(all, std::slice::from_ref(&signs));

    let rotated = json(&["webhook-key", "rotate"], &data);
    assert_eq!((states(&rotated), &rotated[0]), (vec!["signs".to_owned(), "next".to_owned()], &made[0]));
    let created: jiff::Timestamp = rotated[1]["created_at"].as_str().unwrap().parse().unwrap();
    let used: jiff::Timestamp = rotated[1]["used_from"].as_str().unwrap().parse().unwrap();
    assert_eq!(used.as_millisecond() - created.as_millisecond(), 3_600_000);
    let (still, all) = public_keys(&server).await;
    assert_eq!((still, all.len(), &all[0]), (signs.clone(), 2, &signs), "shown at once, and used in an hour");
    let too_soon = refused(&["webhook-key", "rotate"], &data);
    assert!(too_soon.contains("the next key is there already"), "{too_soon}");
    assert!(!server.log().contains("PRIVATE"));
    stop(server);

    assert_eq!(json(&["webhook-key", "list"], &data), rotated, "without a server the same");
    let text = stdout_of(&["webhook-key", "list", "--data", data.to_str().unwrap()]);
    let row = format!("{}\tnext\t", rotated[1]["id"].as_str().unwrap());
    assert!(text.lines().count() == 3 && text.lines().any(|line| line.starts_with(&row)), "{text}");
    assert!(refused(&["webhook-key", "rotate"], &data).contains("the next key is there already"));
    let server = Server::start(&data, &[]);
    assert_eq!(public_keys(&server).await, (signs, all), "over a restart");
    stop(server);

    // Without a server the next key is made as well.
    let other = dir.path().join("other");
    stop(Server::start(&other, &[]));
    assert_eq!(states(&json(&["webhook-key", "rotate"], &other)), ["signs", "next"]);
}

fn without_times(row: &Value) -> Value {
    let mut row = row.as_object().unwrap().clone();
    for key in ["id", "created_at", "updated_at"] {
        row.remove(key).unwrap();
    }
    Value::Object(row)
}

#[tokio::test]
async fn the_root_says_what_this_is_and_rooms_lead_to_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("data"), &[]);
    let base = &server.bound.http;
    let json = get(base, "/").await;
    assert_eq!(json.status, 404, "{json:?}");
    assert!(json.header("content-type").unwrap().starts_with("application/json"), "{json:?}");
    for target in [
        "/64269ab541f8f8e9d7320374?access_token=geheim",
        "/?room_id=64269ab541f8f8e9d7320374&access_token=geheim",
    ] {
        let answer = get(base, target).await;
        assert_eq!(answer.status, 302, "{answer:?}");
        let page = "meet?room_id=64269ab541f8f8e9d7320374&access_token=geheim";
        assert_eq!(answer.header("location"), Some(page), "{answer:?}");
    }
    let slash = request(base, "GET", "/meet/?authToken=geheim", None, None).await;
    assert_eq!(
        (slash.status, slash.header("location")),
        (308, Some("../meet?authToken=geheim")),
        "{slash:?}"
    );
    assert!(!server.log().contains("geheim"));
}
