//! A folder of an older server opens, verifies, and answers what that server answered. `older/make.sh` made it.

use std::path::{Path, PathBuf};

use crate::common::client::{Client, Pass};
use crate::common::http::request;
use crate::common::{FirstRun, Server, stdout_of};
use serde_json::Value;

fn older(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/older").join(name)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}

fn answer(name: &str) -> String {
    std::fs::read_to_string(older("answers").join(name)).unwrap()
}

/// The folder, opened once by `sederunt serve` with these options: everything that was asked before is answered alike.
async fn opened(dir: &Path, options: &[&str]) -> (PathBuf, Server) {
    let data = dir.join("data");
    copy(&older("data"), &data);
    assert!(data.join("archive").is_dir(), "it has what is now called index");
    let server = Server::start(&data, options);
    assert!(!data.join("archive").exists(), "its files are of no use any more");
    answers_as_before(&server, &FirstRun::read(&data)).await;
    (data, server)
}

async fn answers_as_before(server: &Server, first: &FirstRun) {
    for line in answer("paths").lines() {
        let (name, path) = line.split_once(' ').unwrap();
        let now = request(&server.bound.http, "GET", path, Some(&first.api_token), None).await;
        let before: Value = serde_json::from_str(&answer(&format!("{name}.json"))).unwrap();
        assert_eq!((now.status, now.json()), (200, before), "{path}");
    }
}

fn stop(server: Server) {
    server.terminate();
    assert!(server.ended().success());
}

fn no_differences(check: &[&str]) {
    let said = stdout_of(check);
    assert!(said.contains(": no differences"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_the_ledger_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (data, server) = opened(dir.path(), &["--index-from-sessions", "1000000000"]).await;
    let at = data.to_str().unwrap();
    no_differences(&["verify", "--data", at]);
    let export = stdout_of(&["export", "--data", at]);
    assert_eq!(export, answer("export.ndjson"), "every record as it was");
    // Tokens of before open the door.
    for (n, preset) in ["group_call_host", "webinar_viewer"].into_iter().enumerate() {
        let made: Value = serde_json::from_str(&answer(&format!("token-{preset}.json"))).unwrap();
        let token = made["data"]["token"].as_str().unwrap().to_owned();
        let pass = Pass { meeting: meeting_of(&answer("paths")), token, custom_id: preset.to_owned() };
        let peer = format!("7b0a4f4e-1c1d-4a55-8f0b-d3c54b1f2a0{n}");
        let mut client = Client::to(&server, &pass, &peer).await;
        client.join().await.unwrap();
        client.leave().await.unwrap();
    }
    stop(server);
    no_differences(&["verify", "--data", at]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_an_index_that_is_built_anew() {
    let dir = tempfile::tempdir().unwrap();
    let options = ["--index-from-sessions", "1", "--index-seal-sessions", "2"];
    let (data, server) = opened(dir.path(), &options).await;
    let at = data.to_str().unwrap();
    stop(server);
    stdout_of(&["index", "rebuild", "--data", at]);
    no_differences(&["index", "verify", "--data", at]);
    let server = Server::start(&data, &options);
    answers_as_before(&server, &FirstRun::read(&data)).await;
    stop(server);
}

/// The meeting whose participants were asked for.
fn meeting_of(paths: &str) -> String {
    let line = paths.lines().find(|line| line.starts_with("participants ")).unwrap();
    let rest = line.split_once("/meetings/").unwrap().1;
    rest.split_once('/').unwrap().0.to_owned()
}
