//! Commands of the real binary that need no meeting.

use crate::common::{FirstRun, Server, run, sederunt, stderr, stdout_of};
use serde_json::json;

#[test]
fn config_print_shows_values_with_their_origins_and_is_itself_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("sederunt.toml");
    std::fs::write(&file, "data = \"/srv/a\"\n[log]\nformat = \"json\"\n").unwrap();
    let output = sederunt(&["config", "print", "--metrics-listen", "127.0.0.1:7"])
        .env("SEDERUNT_CONFIG", &file)
        .env("SEDERUNT_LISTEN", "127.0.0.1:6")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    for line in [
        "listen = \"127.0.0.1:6\"  # environment".to_owned(),
        "metrics_listen = \"127.0.0.1:7\"  # flag".to_owned(),
        format!("data = \"/srv/a\"  # file {}", file.display()),
        "reconnect_grace_secs = 20  # default".to_owned(),
        "# base_uri is not set".to_owned(),
    ] {
        assert!(printed.lines().any(|l| l == line), "{line}\nnot in\n{printed}");
    }
    // What was printed gives the same values again.
    let again = dir.path().join("again.toml");
    std::fs::write(&again, &printed).unwrap();
    let reprinted = stdout_of(&["config", "print", "--config", again.to_str().unwrap()]);
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|l| l.split("  #").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(values(&printed), values(&reprinted));
}

#[test]
fn the_configuration_reference_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/config.md");
    let reference = stdout_of(&["config", "reference"]);
    if std::env::var_os("SEDERUNT_BLESS").is_some() {
        std::fs::write(&path, &reference).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), reference, "set SEDERUNT_BLESS=1 to write it");
}

#[test]
fn a_bad_setting_is_named_and_fails() {
    let output = run(&["config", "print", "--reconnect-grace-secs", "9999"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("reconnect_grace_secs"), "{}", stderr(&output));
    assert_eq!(run(&["serve", "--listen", "nowhere"]).status.code(), Some(2));
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let listen = ["--listen", "127.0.0.1:0", "--media", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let output = run(&[&["serve", "--data", data.to_str().unwrap()][..], &listen].concat());
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("in use by another sederunt process"), "{said}");
    assert!(said.contains(&format!("pid {}", server.pid())), "{said}");
}

#[test]
fn the_first_start_says_where_its_token_is_and_never_says_the_token() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let file = data.join("first-run.json");
    let first = FirstRun::read(&data);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    server.has_logged(file.to_str().unwrap());
    assert!(!server.log().contains(&first.api_token));
    server.terminate();
    assert!(server.ended().success());
    // The token is nowhere in the ledger either.
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(first.api_token.len()).any(|w| w == first.api_token.as_bytes());
        assert_eq!(found, path == file, "{}", path.display());
    }
    // A second start makes nothing new.
    let server = Server::start(&data, &[]);
    assert_eq!(FirstRun::read(&data).api_token, first.api_token);
    server.kill();
    assert_eq!(stdout_of(&["token", "list", "--data", data.to_str().unwrap()]).lines().count(), 2);
}

#[tokio::test]
async fn tokens_are_created_listed_and_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let first = FirstRun::read(&data);
    server.terminate();
    assert!(server.ended().success());
    let at = data.to_str().unwrap();
    let made = stdout_of(&["token", "create", "--name", "reader", "--permission", "realtime", "--data", at]);
    let token = made.trim();
    let listed = stdout_of(&["token", "list", "--data", at]);
    let row = listed.lines().find(|l| l.ends_with("\treader")).unwrap();
    assert!(row.contains("\trealtime\t") && !listed.contains(token));
    let id = row.split('\t').next().unwrap();
    // The first one is for whoever runs the server, and others only if that is said.
    let made = stdout_of(&["token", "create", "--name", "operator", "--server", "--json", "--data", at]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&made).unwrap()["server"], true);
    let all = stdout_of(&["token", "list", "--json", "--data", at]);
    let all: Vec<serde_json::Value> = serde_json::from_str(&all).unwrap();
    let rights: Vec<_> = all.iter().map(|token| json!([token["name"], token["server"]])).collect();
    assert_eq!(rights, [json!(["first run", true]), json!(["reader", false]), json!(["operator", true])]);

    let target = format!("/client/v4/accounts/{}/realtime/kit/{}/sessions", first.account_id, first.app_id);
    let server = Server::start(&data, &[]);
    let answer = crate::common::http::request(&server.bound.http, "GET", &target, Some(token), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["data"]["sessions"], json!([]));
    server.terminate();
    assert!(server.ended().success());

    stdout_of(&["token", "revoke", id, "--data", at]);
    let missing = run(&["token", "revoke", "nothing", "--data", at]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("no token nothing"));
    let server = Server::start(&data, &[]);
    let answer = crate::common::http::request(&server.bound.http, "GET", &target, Some(token), None).await;
    assert_eq!(answer.status, 401, "{answer:?}");
}

#[test]
fn a_folder_that_is_not_there_is_not_made_by_a_reader() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("typo");
    for command in [&["verify"][..], &["export"], &["token", "list"], &["index", "rebuild"]] {
        let output = run(&[command, &["--data", path.to_str().unwrap()]].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("no data folder"), "{}", stderr(&output));
    }
    assert!(!path.exists());
}
