//! The running server: page, metrics, TLS, logs, graceful stop.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::common::client::Client;
use crate::common::http::{Kit, exchange, get, passes};
use crate::common::{DEADLINE, FirstRun, Server, run, stderr};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName};
use sederunt_core::fact::LeaveReason;
use sederunt_core::id::MeetingId;
use sederunt_dice::Dice;
use sederunt_store::{RoomStayQuery, StayRow, StaySort, Store};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

#[tokio::test]
async fn health_and_metrics_are_on_the_second_port_only() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let bound = &server.bound;
    assert_eq!(get(&bound.metrics, "/healthz").await.body, "ok\n");
    assert_eq!(get(&bound.metrics, "/readyz").await.body, "ready\n");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(get(&bound.http, path).await.status, 404, "{path}");
    }

    let pass = passes(&Kit::new(&bound.http, &FirstRun::read(&data)), 1, 1).await.remove(0);
    let mut client = Client::to(&server, &pass, &Dice::from_env("SEED").uuid()).await;
    client.join().await.unwrap();
    let answer = get(&bound.metrics, "/metrics").await;
    assert!(answer.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    for line in ["sederunt_joins_total 1", "sederunt_rooms 1", "sederunt_sockets 1", "sederunt_ready 1"] {
        assert!(answer.body.lines().any(|l| l == line), "{line} not in\n{}", answer.body);
    }
    assert!(
        answer.body.contains("sederunt_http_requests_total{method=\"POST\",status=\"2xx\"} 2"),
        "{}",
        answer.body
    );
    assert!(answer.body.trim_end().ends_with("# EOF"));
}

#[tokio::test]
async fn the_page_is_served_and_tokens_are_not_logged() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("data"), &["--log-filter", "trace"]);
    for query in ["authToken=geheim", "room_id=0&access_token=geheim"] {
        let page = get(&server.bound.http, &format!("/meet?{query}")).await;
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{page:?}");
        assert_eq!(page.header("referrer-policy").unwrap_or("no-referrer"), "no-referrer");
    }
    let socket = get(&server.bound.http, "/ws?authToken=geheim&roomID=x&peerID=y").await;
    assert_eq!(socket.status, 401, "{socket:?}");
    assert_eq!(get(&server.bound.http, "/meet/assets/none.js").await.status, 404);
    server.terminate();
    let log = server.log_path();
    assert!(server.ended().success());
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("path=\"/meet\"") && log.contains("path=\"/ws\""), "{log}");
    assert!(!log.contains("geheim"), "{log}");
}

#[tokio::test]
async fn links_to_this_machine_are_warned_of_when_there_are_webhooks() {
    const WARNING: &str = "no base_uri: links in their events name this machine";
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let hook = serde_json::json!({
        "name": "Main", "url": "https://hooks.example.com/", "events": ["meeting.chatSynced"],
    });
    Kit::new(&server.bound.http, &FirstRun::read(&data)).post("/webhooks", &hook).await;
    let stop = |server: Server| {
        server.terminate();
        let log = server.log_path();
        assert!(server.ended().success());
        std::fs::read_to_string(log).unwrap().matches(WARNING).count()
    };
    assert_eq!(stop(server), 0, "at its start there were none");
    assert_eq!(stop(Server::start(&data, &["--base-uri", "meet.example.com"])), 0);
    assert_eq!(stop(Server::start(&data, &[])), 1);
}

#[tokio::test]
async fn a_self_signed_certificate_covers_the_clients_hosts_and_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let args = ["--tls", "self-signed", "--base-uri", "meet.test:8443"];
    let server = Server::start(&data, &args);
    assert!(server.bound.http.starts_with("https://"));
    let file = data.join("tls-self-signed.crt");
    for host in ["meet.test", "api.meet.test", "socket-edge.meet.test", "location.meet.test", "localhost"] {
        let answer = tls_get(&server, &file, host, "/meet").await.unwrap();
        assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{answer:?}");
    }
    assert!(tls_get(&server, &file, "evil.test", "/meet").await.is_err(), "another name is not covered");
    let made = std::fs::read(&file).unwrap();
    server.kill();

    let server = Server::start(&data, &args);
    assert_eq!(std::fs::read(&file).unwrap(), made, "the same certificate after a restart");
    server.kill();
    let server = Server::start(&data, &["--tls", "self-signed", "--base-uri", "other.test"]);
    assert!(tls_get(&server, &file, "api.other.test", "/meet").await.is_ok(), "made anew for another name");
}

/// A certificate for localhost and its key, in these files, in place of what was there.
fn write_pair(dir: &Path) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let cert = params.self_signed(&key).unwrap();
    for (name, text) in [("cert.pem", cert.pem()), ("key.pem", key.serialize_pem())] {
        std::fs::write(dir.join("draft"), text).unwrap();
        std::fs::rename(dir.join("draft"), dir.join(name)).unwrap();
    }
}

#[tokio::test]
async fn a_certificate_that_changes_is_taken_and_a_broken_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    write_pair(dir.path());
    let args = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let server = Server::start(&dir.path().join("data"), &args);
    let trusts = async |cert: &Path| tls_get(&server, cert, "localhost", "/meet").await.is_ok();
    let metric = async |name: &str| {
        let metrics = get(&server.bound.metrics, "/metrics").await.body;
        let value =
            metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
        value.unwrap_or_else(|| panic!("no {name} in {metrics}")).parse::<i64>().unwrap()
    };
    assert!(trusts(&cert).await);
    assert!(metric("sederunt_tls_not_after_seconds").await > now_ms() / 1000);
    let first = dir.path().join("first.pem");
    std::fs::copy(&cert, &first).unwrap();

    write_pair(dir.path());
    let start = Instant::now();
    while !trusts(&cert).await {
        assert!(start.elapsed() < DEADLINE, "the new certificate was never taken\n{}", server.log());
    }
    assert!(!trusts(&first).await, "the old one is gone");
    assert!(metric("sederunt_tls_reloads_total").await >= 1);

    let second = dir.path().join("second.pem");
    std::fs::copy(&cert, &second).unwrap();
    std::fs::write(&key, "no key").unwrap();
    // At once when told so.
    let pid = rustix::process::Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    let start = Instant::now();
    while metric("sederunt_tls_reload_failures_total").await == 0 {
        assert!(start.elapsed() < DEADLINE, "the broken pair was never noticed");
    }
    server.has_logged("the old one stays");
    assert!(trusts(&second).await, "the old one stays");
}

#[test]
fn bad_certificate_files_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let listen = ["--listen", "127.0.0.1:0", "--media", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let files = ["--tls-cert", "/nowhere/a.crt", "--tls-key", "/nowhere/a.key"];
    let output = run(&[&["serve", "--data", data.to_str().unwrap()][..], &listen, &files].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/nowhere/a.crt"), "{}", stderr(&output));
}

async fn tls_get(
    server: &Server,
    trust: &Path,
    host: &str,
    target: &str,
) -> std::io::Result<crate::common::http::Answer> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(trust).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(server.bound.http.strip_prefix("https://").unwrap()).await?;
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    Ok(exchange(stream, "GET", target, None, None).await)
}

#[tokio::test]
async fn a_graceful_stop_tells_clients_and_closes_stays_with_their_true_times() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &[]);
    let everybody = passes(&Kit::new(&server.bound.http, &FirstRun::read(&data)), 1, 2).await;
    let mut rng = Dice::from_env("SEED");
    let mut reader = Client::to(&server, &everybody[0], &rng.uuid()).await;
    reader.join().await.unwrap();
    let mut deaf = Client::to(&server, &everybody[1], &rng.uuid()).await;
    deaf.join().await.unwrap();

    let asked = now_ms();
    server.terminate();
    // A client that answers nothing is waited for a moment; meanwhile the server is up, but not ready.
    let start = Instant::now();
    loop {
        let answer = get(&server.bound.metrics, "/readyz").await;
        if answer.status == 503 {
            assert_eq!(answer.body, "stopping\n");
            assert_eq!(get(&server.bound.metrics, "/healthz").await.status, 200);
            break;
        }
        assert!(start.elapsed() < DEADLINE, "still ready");
    }
    assert_eq!(reader.closed().await, Some(1012), "service restart: the client comes back by itself");
    assert!(server.ended().success());
    let ended = now_ms();
    drop(deaf);

    let meeting = everybody[0].meeting.parse().unwrap();
    let stays = stays(&data, meeting).await;
    assert_eq!(stays.len(), 2);
    for StayRow { stay, .. } in stays {
        assert_eq!(stay.reason, Some(LeaveReason::ServerStopped));
        let left_at = stay.left_at.unwrap().0;
        assert!((asked..=ended).contains(&left_at), "{asked} {left_at} {ended}");
    }
    assert!(
        crate::common::stdout_of(&["verify", "--data", data.to_str().unwrap()]).contains("no differences")
    );
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

async fn stays(data: &Path, meeting: MeetingId) -> Vec<StayRow> {
    let query = RoomStayQuery {
        meeting,
        user_id: None,
        connecting: None,
        sort: StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: None,
    };
    Store::open(data).unwrap().room_stays(query).await.unwrap().items
}
