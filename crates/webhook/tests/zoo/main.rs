//! The client against receivers that do what receivers should not: nothing of it may hold it longer, or cost it more, than
//! its limits say.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod receiver;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use sederunt_webhook::client::{Client, Limits, Reply, Request, Trust};
use sederunt_webhook::guard::AddressRule;
use sederunt_webhook::places::Places;
use sederunt_webhook::resolve::Resolver;
use sederunt_webhook::retry::{Outcome, Phase};
use sederunt_webhook::target::Target;

use receiver::{Authority, Receiver};

/// Short, so that the test is; the head's is what a receiver that keeps silent costs.
fn limits() -> Limits {
    Limits {
        head: Duration::from_millis(400),
        body: Duration::from_millis(200),
        whole: Duration::from_secs(20),
        ..Limits::default()
    }
}

fn places(allow: &[&str]) -> Places {
    let allow = allow.iter().map(|text| text.parse().unwrap()).collect();
    Places { allow, ..Places::default() }
}

fn here() -> Places {
    places(&["127.0.0.0/8"])
}

fn client(places: Places) -> Client {
    let trust = Trust::only(Vec::new()).unwrap();
    Client::new(Resolver::with(|_| vec![IpAddr::from([127, 0, 0, 1])]), places, trust, limits())
}

fn request(url: &str, places: &Places) -> Request {
    let target = Target::parse(url, places).unwrap();
    Request { app: "app".into(), target, headers: HeaderMap::new(), body: Bytes::from_static(b"{\"a\":1}") }
}

async fn send(receiver: &Receiver) -> Reply {
    let places = here();
    let request = request(&format!("http://127.0.0.1:{}/hook?x=1", receiver.port), &places);
    client(places).send(&request).await
}

fn status(reply: &Reply) -> u16 {
    reply.outcome.status().unwrap_or_else(|| panic!("{reply:?}"))
}

fn fault(reply: &Reply) -> Phase {
    match reply.outcome {
        Outcome::Fault(phase) => phase,
        Outcome::Answered { .. } => panic!("{reply:?}"),
    }
}

#[tokio::test]
async fn the_request_is_what_was_asked_for() {
    let receiver = Receiver::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let places = here();
    let mut request = request(&format!("http://127.0.0.1:{}/hook?x=1", receiver.port), &places);
    request.headers.insert("x-key", "1".parse().unwrap());
    request.headers.insert("host", "evil.example".parse().unwrap());
    assert_eq!(status(&client(places).send(&request).await), 204);
    let seen = receiver.heads().await.remove(0);
    let mut lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines.remove(0), "POST /hook?x=1 HTTP/1.1");
    lines.sort_unstable();
    let host = format!("host: 127.0.0.1:{}", receiver.port);
    assert_eq!(lines, ["content-length: 7", &host, "x-key: 1"]);
}

#[tokio::test]
async fn an_answer_without_end_costs_its_limit_and_the_connection() {
    let endless = "HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n";
    let receiver = Receiver::flooding(endless, "400\r\n", 1024).await;
    let reply = send(&receiver).await;
    assert_eq!((status(&reply), reply.excerpt.len()), (500, 1024));
    assert!(reply.latency < Duration::from_secs(5), "{reply:?}");
    assert!(receiver.closed_after().await < 4 << 20, "no more than buffers is taken");
}

#[tokio::test]
async fn a_success_counts_with_its_head_whatever_follows() {
    let receiver =
        Receiver::flooding("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", "", 1024).await;
    let reply = send(&receiver).await;
    assert_eq!(status(&reply), 200);
    assert!(receiver.closed_after().await < 4 << 20);
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_stretch_a_limit() {
    let head = "HTTP/1.1 200 OK\r\nx-slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n";
    let receiver = Receiver::dripping("", head).await;
    let reply = send(&receiver).await;
    assert_eq!(fault(&reply), Phase::Head);
    assert!(reply.latency < Duration::from_secs(5), "{reply:?}");
    let receiver =
        Receiver::dripping("HTTP/1.1 503 No\r\ncontent-length: 100\r\n\r\n", &"b".repeat(100)).await;
    let reply = send(&receiver).await;
    assert_eq!(status(&reply), 503);
    assert!(!reply.excerpt.is_empty() && reply.excerpt.len() < 100, "{reply:?}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_no_answer() {
    let long = format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "a".repeat(1 << 20));
    assert_eq!(fault(&send(&Receiver::answering(&long).await).await), Phase::Head);
    let many: String = (0..65).map(|n| format!("x-{n}: 1\r\n")).collect();
    assert_eq!(
        fault(&send(&Receiver::answering(&format!("HTTP/1.1 200 OK\r\n{many}\r\n")).await).await),
        Phase::Head
    );
    assert_eq!(fault(&send(&Receiver::answering("SSH-2.0-OpenSSH_9\r\n").await).await), Phase::Head);
}

#[tokio::test]
async fn interim_answers_without_end_are_silence() {
    let receiver = Receiver::flooding("", "HTTP/1.1 100 Continue\r\n\r\n", 0).await;
    let reply = send(&receiver).await;
    assert_eq!(fault(&reply), Phase::Head);
    assert!(reply.latency < Duration::from_secs(5), "{reply:?}");
}

#[tokio::test]
async fn silence_ends_with_the_limit_of_the_head() {
    let reply = send(&Receiver::silent().await).await;
    assert_eq!(fault(&reply), Phase::Head);
    assert!(reply.latency >= limits().head && reply.latency < Duration::from_secs(5), "{reply:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_answer_all_the_same() {
    let receiver = Receiver::answering_once("HTTP/1.1 500 Oops\r\ncontent-length: 100\r\n\r\nabc").await;
    let reply = send(&receiver).await;
    assert_eq!((status(&reply), &reply.excerpt[..]), (500, &b"abc"[..]));
    let receiver = Receiver::answering_once("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n").await;
    assert_eq!(status(&send(&receiver).await), 200);
    assert_eq!(fault(&send(&Receiver::answering_once("").await).await), Phase::Head, "closed without a word");
}

/// 302 to the clouds' metadata: told, and not followed.
#[tokio::test]
async fn nothing_is_followed() {
    let other = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for to in ["http://169.254.169.254/latest/meta-data", &format!("http://127.0.0.1:{}/", other.port)] {
        let head = format!(
            "HTTP/1.1 302 Found\r\nlocation: {to}\r\nalt-svc: h2=\":1\"\r\ncontent-length: 0\r\n\r\n"
        );
        let receiver = Receiver::answering(&head).await;
        assert_eq!(status(&send(&receiver).await), 302);
        assert_eq!(receiver.heads().await.len(), 1);
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn retry_after_reaches_the_endpoint() {
    let receiver =
        Receiver::answering("HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nlate").await;
    let reply = send(&receiver).await;
    assert_eq!(reply.outcome, Outcome::Answered { status: 429, retry_after_ms: Some(7_000) });
    assert_eq!(&reply.excerpt[..], b"late");
}

#[tokio::test]
async fn a_connection_is_used_again_and_one_that_was_closed_is_no_failure() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    let places = here();
    let request = request(&format!("http://127.0.0.1:{}/", receiver.port), &places);
    let client = client(places);
    for _ in 0..3 {
        assert_eq!(status(&client.send(&request).await), 200);
        receiver::until("the connection is idle", || client.idle_connections() == 1).await;
    }
    assert_eq!(receiver.connections(), 1);
    // It closes at the first byte of the next request, without an answer.
    receiver.hang_up_at_next();
    assert_eq!(status(&client.send(&request).await), 200);
    assert_eq!(receiver.connections(), 2);
}

#[tokio::test]
async fn an_old_connection_is_not_used_again() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let places = here();
    let request = request(&format!("http://127.0.0.1:{}/", receiver.port), &places);
    let age = Duration::ZERO;
    let trust = Trust::only(Vec::new()).unwrap();
    let client = Client::new(Resolver::with(|_| vec![]), places, trust, Limits { age, ..limits() });
    for _ in 0..2 {
        assert_eq!(status(&client.send(&request).await), 200);
    }
    assert_eq!(receiver.connections(), 2);
}

#[tokio::test]
async fn nobody_listens() {
    let port = Receiver::nobody().await;
    let places = here();
    let request = request(&format!("http://127.0.0.1:{port}/"), &places);
    assert_eq!(fault(&client(places).send(&request).await), Phase::Connect);
}

/// What a name resolves to is judged at every new connection: first public, then this machine; or both at once.
#[tokio::test]
async fn a_name_that_leads_inside_is_refused() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\n\r\n").await;
    let places = Places { allow_http: true, ..Places::default() };
    let url = format!("http://hook.example:{}/", receiver.port);
    for (addresses, rule) in [
        (vec!["127.0.0.1"], AddressRule::NotPublic),
        (vec!["169.254.169.254", "10.0.0.1", "::1"], AddressRule::NotPublic),
        (vec!["::ffff:127.0.0.1"], AddressRule::Wrapped),
    ] {
        let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let trust = Trust::only(Vec::new()).unwrap();
        let client = Client::new(Resolver::with(move |_| addresses.clone()), places.clone(), trust, limits());
        let reply = client.send(&request(&url, &places)).await;
        assert_eq!((fault(&reply), reply.refused), (Phase::Refused, Some(rule)));
    }
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn bad_addresses_among_good_ones_are_skipped() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    // 127.0.0.1 is what the operator allows here, and everything else is not.
    let places = Places { allow_http: true, ..places(&["127.0.0.1"]) };
    let mut addresses: Vec<IpAddr> = (0..63).map(|n| IpAddr::from([10, 0, 0, n])).collect();
    addresses.push(IpAddr::from([127, 0, 0, 1]));
    let trust = Trust::only(Vec::new()).unwrap();
    let client = Client::new(Resolver::with(move |_| addresses.clone()), places.clone(), trust, limits());
    let reply = client.send(&request(&format!("http://hook.example:{}/", receiver.port), &places)).await;
    assert_eq!(status(&reply), 200);
}

#[tokio::test]
async fn a_name_without_an_address_and_one_whose_resolver_hangs_are_faults_of_dns() {
    let places = Places { allow_http: true, ..Places::default() };
    let request = request("http://hook.example/", &places);
    let none =
        Client::new(Resolver::with(|_| vec![]), places.clone(), Trust::only(vec![]).unwrap(), limits());
    assert_eq!(fault(&none.send(&request).await), Phase::Dns);
    let (release, hang) = std::sync::mpsc::channel::<()>();
    let hang = std::sync::Mutex::new(hang);
    let resolver = Resolver::with(move |_| {
        let _ = hang.lock().unwrap().recv();
        vec![]
    });
    let tight = Limits { dns: Duration::from_millis(50), ..limits() };
    let hangs = Client::new(resolver, places, Trust::only(vec![]).unwrap(), tight);
    assert_eq!(fault(&hangs.send(&request).await), Phase::Dns);
    drop(release);
}

/// A resolver that is slower than the limit costs an attempt, not the receiver; and what comes late is judged like the rest.
#[tokio::test]
async fn an_answer_that_comes_late_serves_the_next_attempt() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let allows = Places { allow_http: true, ..places(&["127.0.0.1"]) };
    let refuses = Places { allow_http: true, ..Places::default() };
    for (places, allowed) in [(allows, true), (refuses, false)] {
        let (release, hang) = std::sync::mpsc::channel::<()>();
        let hang = std::sync::Mutex::new(hang);
        let resolver = Resolver::with(move |_| {
            let _ = hang.lock().unwrap().recv();
            vec![IpAddr::from([127, 0, 0, 1])]
        });
        let tight = Limits { dns: Duration::from_millis(50), ..limits() };
        let client = Client::new(resolver, places.clone(), Trust::only(vec![]).unwrap(), tight);
        let request = request(&format!("http://hook.example:{}/", receiver.port), &places);
        assert_eq!(fault(&client.send(&request).await), Phase::Dns);
        // It answers once, and hangs for ever when it is asked once more.
        release.send(()).unwrap();
        while client.resolver_busy() > 0 {
            tokio::task::yield_now().await;
        }
        let reply = client.send(&request).await;
        if allowed {
            assert_eq!(status(&reply), 200);
        } else {
            assert_eq!((fault(&reply), reply.refused), (Phase::Refused, Some(AddressRule::NotPublic)));
        }
        drop(release);
    }
}

#[tokio::test]
async fn tls_wants_the_right_name_a_known_authority_and_a_valid_time() {
    let authority = Authority::new();
    let (good, other, expired) = (
        authority.issue("hook.example"),
        authority.issue("other.example"),
        authority.issue_expired("hook.example"),
    );
    let selfmade = Authority::new().issue("hook.example");
    let places = places(&["hook.example"]);
    for (certificate, expected) in
        [(good, None), (other, Some(Phase::Tls)), (expired, Some(Phase::Tls)), (selfmade, Some(Phase::Tls))]
    {
        let receiver =
            Receiver::answering_tls("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", certificate).await;
        let trust = Trust::only(vec![authority.certificate()]).unwrap();
        let resolver = Resolver::with(|_| vec![IpAddr::from([127, 0, 0, 1])]);
        let client = Client::new(resolver, places.clone(), trust, limits());
        let reply = client.send(&request(&format!("https://hook.example:{}/", receiver.port), &places)).await;
        match expected {
            None => assert_eq!(status(&reply), 200),
            Some(phase) => assert_eq!(fault(&reply), phase),
        }
    }
}

#[tokio::test]
async fn a_receiver_that_never_speaks_tls_ends_with_its_limit() {
    let receiver = Receiver::silent().await;
    let places = places(&["hook.example"]);
    let resolver = Resolver::with(|_| vec![IpAddr::from([127, 0, 0, 1])]);
    let tight = Limits { tls: Duration::from_millis(100), ..limits() };
    let client = Client::new(resolver, places.clone(), Trust::system(None).unwrap(), tight);
    let reply = client.send(&request(&format!("https://hook.example:{}/", receiver.port), &places)).await;
    assert_eq!(fault(&reply), Phase::Tls);
}

/// A receiver that takes nothing: the request does not fit into the buffers of the kernel.
#[tokio::test]
async fn a_receiver_that_reads_nothing_ends_with_the_limit_of_writing() {
    let receiver = Receiver::deaf().await;
    let places = here();
    let mut request = request(&format!("http://127.0.0.1:{}/", receiver.port), &places);
    request.body = Bytes::from(vec![b' '; 64 << 20]);
    let tight = Limits { write: Duration::from_millis(100), ..limits() };
    let trust = Trust::only(Vec::new()).unwrap();
    let client = Client::new(Resolver::with(|_| vec![]), places, trust, tight);
    assert_eq!(fault(&client.send(&request).await), Phase::Write);
}

#[tokio::test]
async fn a_file_of_authorities_has_to_have_some() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    assert!(Trust::system(Some(&path)).unwrap_err().to_string().contains("ca.pem cannot be read"));
    std::fs::write(&path, "nothing").unwrap();
    assert!(Trust::system(Some(&path)).unwrap_err().to_string().contains("has no certificate"));
    let authority = Authority::new();
    std::fs::write(&path, authority.pem()).unwrap();
    let trust = Trust::system(Some(&path)).unwrap();
    let receiver = Receiver::answering_tls(
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        authority.issue("hook.example"),
    )
    .await;
    let places = places(&["hook.example"]);
    let resolver = Resolver::with(|_| vec![IpAddr::from([127, 0, 0, 1])]);
    let client = Client::new(resolver, places.clone(), trust, limits());
    let reply = client.send(&request(&format!("https://hook.example:{}/", receiver.port), &places)).await;
    assert_eq!(status(&reply), 200);
}

/// Sixteen at a time over one client, each with an answer of its own.
#[tokio::test]
async fn many_at_a_time() {
    let receiver = Receiver::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let places = here();
    let request = Arc::new(request(&format!("http://127.0.0.1:{}/", receiver.port), &places));
    let client = client(places);
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let (client, request) = (client.clone(), Arc::clone(&request));
        all.spawn(async move { client.send(&request).await });
    }
    while let Some(reply) = all.join_next().await {
        assert_eq!(status(&reply.unwrap()), 200);
    }
    assert_eq!(receiver.heads().await.len(), 64);
    assert!(client.idle_connections() <= 16);
}
