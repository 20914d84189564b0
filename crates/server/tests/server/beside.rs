//! Commands beside a running server: the same output and exit code as without one, and people go on meeting.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::common::client::Client;
use crate::common::http::{Kit, get, passes};
use crate::common::{FirstRun, Server, run, sederunt, stderr, stdout_of};

/// What a command said, and its exit code.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let out = String::from_utf8(output.stdout.clone()).unwrap();
        Self { code: output.status.code(), out, err: stderr(output) }
    }
}

fn said(args: &[&str], data: &Path) -> Said {
    Said::of(&run(&[args, &["--data", data.to_str().unwrap()]].concat()))
}

/// A record of a session in the meeting `meeting` of `app`.
fn record(app: &str, meeting: u32, session: u32) -> String {
    let day = 1 + session % 28;
    let (from, to) = (format!("2026-01-{day:02}T10:00:00Z"), format!("2026-01-{day:02}T11:00:00Z"));
    format!(
        "{{\"app\":\"{app}\",\"meeting\":{{\"id\":\"00000001-0000-4000-8000-{meeting:012}\",\"title\":\"Weekly\"}},\
         \"session\":{{\"id\":\"00000002-0000-4000-8000-{session:012}\",\"started_at\":\"{from}\",\"ended_at\":\"{to}\"}},\
         \"stays\":[{{\"peer\":\"00000003-0000-4000-8000-{session:012}\",\
         \"participant\":\"00000004-0000-4000-8000-{session:012}\",\"joined_at\":\"{from}\",\"left_at\":\"{to}\"}}]}}"
    )
}

fn records(dir: &Path, app: &str, sessions: std::ops::Range<u32>) -> PathBuf {
    let lines: Vec<String> = sessions.map(|n| record(app, n % 7, n)).collect();
    let path = dir.join(format!("sessions-{}.ndjson", lines.len()));
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

fn stop(server: Server) {
    server.terminate();
    assert!(server.ended().success());
}

#[test]
fn every_command_says_the_same_beside_a_server_and_without_one() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    stop(Server::start(&data, &[]));
    let first = FirstRun::read(&data);
    let file = records(dir.path(), &first.app_id, 0..40);
    let at = data.to_str().unwrap();
    stdout_of(&["import", file.to_str().unwrap(), "--data", at]);
    stdout_of(&["index", "rebuild", "--app", &first.app_id, "--data", at]);
    let bad = dir.path().join("bad.ndjson");
    std::fs::write(&bad, format!("{}\n{{\"app\":\n", record(&first.app_id, 1, 1))).unwrap();
    let bad = bad.to_str().unwrap();
    let commands: [&[&str]; 21] = [
        &["token", "list"],
        &["token", "list", "--json"],
        &["token", "revoke", "nothing"],
        &["token", "create", "--app", "nowhere"],
        &["token", "create", "--account", "another", "--app", &first.app_id],
        &["import", bad],
        &["import", bad, "--json"],
        &["import", "/nowhere/x.ndjson"],
        &["export"],
        &["export", "--json"],
        &["export", "--output", bad],
        &["verify"],
        &["verify", "--json"],
        &["index", "info"],
        &["index", "info", "--json"],
        &["index", "verify"],
        &["index", "verify", "--json"],
        &["index", "rebuild", "--app", "nowhere"],
        &["index", "rebuild", "--app", &first.app_id, "--json"],
        &["webhook-key", "list"],
        &["webhook-key", "list", "--json"],
    ];
    let alone: Vec<Said> = commands.iter().map(|args| said(args, &data)).collect();
    let server = Server::start(&data, &[]);
    for (args, alone) in commands.iter().zip(&alone) {
        let beside = said(args, &data);
        // Rebuilding counts the generations of an index; nothing else moved in between.
        let still = |said: &str| said.lines().map(without_generation).collect::<Vec<_>>();
        assert_eq!(still(&beside.out), still(&alone.out), "{args:?}");
        assert_eq!((&beside.err, beside.code), (&alone.err, alone.code), "{args:?}");
    }
    let codes: Vec<_> = alone.iter().map(|said| said.code.unwrap()).collect();
    assert_eq!(codes, [0, 0, 1, 1, 1, 3, 3, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], "{alone:?}");
    // It was the server that did it.
    let metrics = crate::common::http::request(&server.bound.metrics, "GET", "/metrics", None, None);
    let metrics = tokio::runtime::Runtime::new().unwrap().block_on(metrics).body;
    assert!(metrics.lines().any(|l| l == "sederunt_commands_total 19"), "{metrics}");
}

/// The ninth column of `index info`, and its name in JSON.
fn without_generation(line: &str) -> String {
    let cells: Vec<_> = line.split('\t').enumerate().filter(|(n, _)| *n != 8).map(|(_, cell)| cell).collect();
    let line = cells.join("\t");
    match line.split_once("\"generation\":") {
        Some((before, after)) => {
            format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        None => line,
    }
}

#[tokio::test]
async fn a_token_is_made_and_revoked_while_people_meet() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let first = FirstRun::read(&data);
    let kit = Kit::new(&server.bound.http, &first);
    let pass = passes(&kit, 1, 1).await.remove(0);
    let mut ada = Client::to(&server, &pass, "00000000-0000-4000-8000-000000000001").await;
    ada.join().await.unwrap();
    let at = data.to_str().unwrap();
    let made = stdout_of(&["token", "create", "--name", "reader", "--json", "--data", at]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let (token, id) = (crate::common::text(&made, "/token"), crate::common::text(&made, "/id"));
    let target = format!("/client/v4/accounts/{}/realtime/kit/{}/sessions", first.account_id, first.app_id);
    let ask = || crate::common::http::request(&server.bound.http, "GET", &target, Some(&token), None);
    let answer = ask().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["data"]["sessions"][0]["live_participants"], 1);
    stdout_of(&["token", "revoke", &id, "--data", at]);
    assert_eq!(ask().await.status, 401, "a revocation counts at once");
    ada.leave().await.unwrap();
}

#[test]
fn a_token_is_for_one_account_and_an_app_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    stop(Server::start(&data, &[]));
    let at = data.to_str().unwrap();
    let first = FirstRun::read(&data);
    // An app of another account comes with its history.
    let foreign = "00000009-0000-4000-8000-000000000000";
    let file = records(dir.path(), foreign, 0..1);
    stdout_of(&["import", file.to_str().unwrap(), "--account", "other", "--data", at]);
    let check = || {
        let refused = said(&["token", "create", "--account", &first.account_id, "--app", foreign], &data);
        assert_eq!((refused.code, &*refused.out), (Some(1), ""));
        assert!(
            refused.err.contains("does not belong to account") && refused.err.contains("--app"),
            "{refused:?}"
        );
        let refused = said(&["token", "create", "--account", "nobody"], &data);
        assert!(refused.err.contains("account nobody (--account) has no app"), "{refused:?}");
        let refused = said(&["token", "create", "--name", "a\tb"], &data);
        assert!(refused.err.contains("--name"), "{refused:?}");
        // What is left out is what belongs to the rest.
        for given in [&["--app", foreign][..], &["--account", "other"]] {
            let made = said(&[&["token", "create", "--json"], given].concat(), &data);
            assert_eq!(made.code, Some(0), "{made:?}");
            let made: serde_json::Value = serde_json::from_str(&made.out).unwrap();
            assert_eq!(
                (made["account_id"].as_str(), made["app_id"].as_str()),
                (Some("other"), Some(foreign))
            );
        }
    };
    check();
    let _server = Server::start(&data, &[]);
    check();
}

#[test]
fn the_socket_is_its_users_alone_wherever_the_folder_lies() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("d".repeat(100)).join("e".repeat(100));
    std::fs::create_dir_all(&deep).unwrap();
    let data = deep.join("data");
    // As a killed server leaves it.
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("control.sock"), "").unwrap();
    let server = Server::start(&data, &[]);
    let mode = std::fs::metadata(data.join("control.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let list = ["token", "list", "--data", data.to_str().unwrap()];
    assert_eq!(stdout_of(&list).lines().count(), 2);
    server.kill();
    assert!(data.join("control.sock").exists(), "nobody took it away");
    assert_eq!(stdout_of(&list).lines().count(), 2, "by itself");
    let server = Server::start(&data, &[]);
    assert_eq!(stdout_of(&list).lines().count(), 2, "by the server");
    stop(server);
    assert!(!data.join("control.sock").exists());
}

#[test]
fn a_folder_that_another_command_holds_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    stdout_of(&["import", "-", "--data", data.to_str().unwrap()]);
    // As a command does that works by itself, beside what a killed server has left.
    let mut lock = std::fs::File::options().write(true).open(data.join("lock")).unwrap();
    lock.lock().unwrap();
    write!(lock, "pid 4242").unwrap();
    lock.set_len(8).unwrap();
    std::fs::write(data.join("control.sock"), "").unwrap();
    let refused = said(&["token", "list"], &data);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("in use by another sederunt process (pid 4242)"), "{refused:?}");
    assert!(refused.err.contains("takes no commands"), "{refused:?}");
    drop(lock);
    assert_eq!(said(&["token", "list"], &data).code, Some(0));
}

#[test]
fn commands_at_once_do_not_disturb_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let _server = Server::start(&data, &[]);
    let at = data.to_str().unwrap();
    let args = ["token", "create", "--name", "one of many", "--data", at];
    // More than are served at a time.
    let children: Vec<_> = (0..40)
        .map(|_| sederunt(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let mut tokens: Vec<String> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", stderr(&output));
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 40);
    assert_eq!(stdout_of(&["token", "list", "--data", at]).lines().count(), 42);
}

#[test]
fn a_command_that_is_killed_leaves_what_it_said_and_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let app = FirstRun::read(&data).app_id;
    let at = data.to_str().unwrap();
    // As many as may be at work on the whole ledger wait for input that does not come.
    let mut waiting: Vec<_> = (0..2)
        .map(|n| {
            let mut import = sederunt(&["import", "-", "--data", at]).stdin(Stdio::piped()).spawn().unwrap();
            let text = format!("{}\n{{\"app\":", record(&app, n, n));
            import.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
            import
        })
        .collect();
    until(|| running(&server) == 2, "both are at work");
    let refused = said(&["verify"], &data);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("2 commands that read or write the whole ledger are at work"),
        "{refused:?}"
    );
    assert_eq!(said(&["token", "list"], &data).code, Some(0), "short ones have places of their own");
    for import in &mut waiting {
        import.kill().unwrap();
        import.wait().unwrap();
    }
    until(|| running(&server) == 0, "the server noticed");
    // A line that was cut off is no line: nothing of it is there, and it was not refused either.
    assert!(stdout_of(&["verify", "--data", at]).ends_with("0 sessions, 0 stays: no differences\n"));
    server.has_logged("cut off");
}

/// Commands at work.
fn running(server: &Server) -> u64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let metrics = runtime.block_on(get(&server.bound.metrics, "/metrics")).body;
    let value = metrics.lines().find_map(|l| l.strip_prefix("sederunt_commands_running "));
    value.unwrap().parse().unwrap()
}

fn until(mut holds: impl FnMut() -> bool, what: &str) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < crate::common::DEADLINE, "never: {what}");
    }
}

/// The first frame of the server, then whatever it says to `ask`.
fn raw(data: &Path, ask: &[u8]) -> String {
    let mut stream = UnixStream::connect(data.join("control.sock")).unwrap();
    stream.write_all(ask).unwrap();
    let mut said = Vec::new();
    // The server closes; it may reset what it has not read.
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap();
    [&[kind], &length.to_be_bytes()[..], payload].concat()
}

#[test]
fn what_is_no_command_is_refused_with_words() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    for (ask, words) in [
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "not a frame"),
        (frame(b'i', b"abc"), "does not say what it wants"),
        (frame(b'a', b"{\"fly\":{}}"), "does not know"),
        (frame(b'a', b"{\"verify\":{\"json\":false,\"more\":1}}"), "does not know"),
        (vec![b'a', 255, 255, 255, 255], "not a frame"),
    ] {
        let said = raw(&data, &ask);
        assert!(said.contains("\"version\"") && said.contains(words), "{words}: {said:?}");
    }
    assert_eq!(said(&["token", "list"], &data).code, Some(0));
    stop(server);
}

#[test]
fn a_server_of_another_version_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let lock = std::fs::File::create(data.join("lock")).unwrap();
    lock.lock().unwrap();
    let listener = std::os::unix::net::UnixListener::bind(data.join("control.sock")).unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&frame(b'h', b"{\"version\":\"9.9.9\",\"form\":1}")).unwrap();
        let mut asked = Vec::new();
        stream.read_to_end(&mut asked).unwrap();
        assert!(asked.is_empty(), "nothing is asked of a stranger");
    });
    let refused = said(&["token", "list"], &data);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("the server that runs is sederunt 9.9.9, this command is"), "{refused:?}");
    server.join().unwrap();
}

#[test]
fn a_stop_does_not_wait_for_commands() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let at = data.to_str().unwrap();
    let mut command = sederunt(&["import", "-", "--data", at]);
    let import = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until(|| running(&server) == 1, "it is at work");
    stop(server);
    let output = import.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the server is stopping"), "{}", stderr(&output));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rooms_go_on_while_an_import_runs() {
    const SESSIONS: u32 = 50_000;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let first = FirstRun::read(&data);
    let pass = passes(&Kit::new(&server.bound.http, &first), 1, 1).await.remove(0);
    let file = records(dir.path(), &first.app_id, 0..SESSIONS);
    let mut import = sederunt(&["import", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    let start = std::time::Instant::now();
    let mut import = import.stderr(Stdio::piped()).spawn().unwrap();
    let mut waits = Vec::new();
    let status = loop {
        let mut client =
            Client::to(&server, &pass, &format!("00000000-0000-4000-8000-{:012}", waits.len())).await;
        let asked = std::time::Instant::now();
        client.join().await.unwrap();
        waits.push(asked.elapsed());
        client.leave().await.unwrap();
        if let Some(status) = import.try_wait().unwrap() {
            break status;
        }
    };
    let took = start.elapsed();
    let mut said = String::new();
    import.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(status.success() && said.contains(&format!("{SESSIONS} sessions imported")), "{said}");
    waits.sort();
    let at = |part: usize| waits[(waits.len() - 1) * part / 100];
    println!(
        "{SESSIONS} sessions in {took:?}; {} joins meanwhile: median {:?}, 99 % {:?}, longest {:?}",
        waits.len(),
        at(50),
        at(99),
        at(100)
    );
    // A batch that is not bounded, or has no pause after it, makes every join wait for seconds.
    assert!(waits.len() > 20 && at(50) < std::time::Duration::from_secs(1), "{waits:?}");
}
