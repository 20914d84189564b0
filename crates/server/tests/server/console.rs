//! The console's page: its policy, its addresses, its link, and a server without it.

use crate::common::http::{get, request};
use crate::common::{FirstRun, Server};

#[tokio::test]
async fn every_address_below_it_has_the_policy() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("data"), &[]);
    let base = &server.bound.http;
    let mut tags = Vec::new();
    for path in ["/console", "/console/", "/console/sessions", "/console/sessions/x/people?tz=UTC"] {
        let page = get(base, path).await;
        // Without a build of the pages it says so.
        assert!(matches!(page.status, 200 | 503), "{page:?}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        tags.push(page.header("etag").map(str::to_owned));
        let policy = page.header("content-security-policy").unwrap();
        assert!(!policy.contains("unsafe-") && !policy.contains("http"), "{policy}");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            assert!(policy.split("; ").any(|found| found == part), "{part} is not in {policy}");
        }
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(page.header(name), Some(value), "{path}");
        }
        assert!(page.header("permissions-policy").unwrap().contains("camera=(), microphone=()"));
    }
    assert!(tags.iter().all(|tag| *tag == tags[0]), "one page: {tags:?}");
    let missing = get(base, "/console/assets/nothing.js").await;
    assert_eq!(missing.status, 404);
    assert!(missing.header("content-security-policy").is_some());
    // The meeting page has a policy of its own.
    assert_eq!(get(base, "/meet").await.header("content-security-policy"), None);
}

#[tokio::test]
async fn the_link_is_printed_when_asked_for_and_while_its_token_is_good() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let links = |server: &Server| server.log().matches("/console/sign-in#once=").count();
    let server = Server::start(&data, &["--console-link", "--log-filter", "trace"]);
    server.has_logged("/console/sign-in#once=");
    assert_eq!(links(&server), 1);
    drop(server);
    // Its token was revoked: nobody gets in as that.
    let first = FirstRun::read(&data);
    let id = crate::common::stdout_of(&["token", "list", "--json", "--data", data.to_str().unwrap()]);
    let id = serde_json::from_str::<serde_json::Value>(&id).unwrap()[0]["id"].as_str().unwrap().to_owned();
    crate::common::stdout_of(&["token", "revoke", &id, "--data", data.to_str().unwrap()]);
    let server = Server::start(&data, &["--console-link"]);
    server.has_logged("no link into the console");
    assert_eq!(links(&server), 1);
    assert!(!server.log().contains(&first.api_token));
}

#[tokio::test]
async fn a_server_without_it_has_neither_page_nor_sign_in() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("data"), &["--console=false", "--console-link"]);
    let base = &server.bound.http;
    for path in ["/console", "/console/sessions", "/sederunt/v1/console/session"] {
        assert_eq!(get(base, path).await.status, 404, "{path}");
    }
    let sign_in = request(base, "POST", "/sederunt/v1/console/session", None, None).await;
    assert_eq!(sign_in.status, 404);
    assert!(!server.log().contains("#once="));
}

#[tokio::test]
async fn under_its_own_name_there_is_the_console_alone_and_nowhere_else_one() {
    let dir = tempfile::tempdir().unwrap();
    // These requests are for "localhost".
    let server = Server::start(&dir.path().join("own"), &["--console-host", "LOCALHOST", "--console-link"]);
    let base = &server.bound.http;
    assert!(matches!(get(base, "/console").await.status, 200 | 503));
    assert_eq!(get(base, "/").await.header("location"), Some("/console"));
    assert_eq!(get(base, "/sederunt/v1/console/session").await.status, 401);
    for path in ["/meet", "/meet/config.json", "/v1/rooms", "/consoles", "/ffffffffffffffffffffffff"] {
        assert_eq!(get(base, path).await.status, 404, "{path}");
    }
    server.has_logged("://localhost:");
    drop(server);
    let server = Server::start(&dir.path().join("other"), &["--console-host=console.localhost"]);
    let base = &server.bound.http;
    assert!(matches!(get(base, "/meet").await.status, 200 | 503));
    for path in ["/console", "/console/sessions", "/console/assets/x.js"] {
        assert_eq!(get(base, path).await.status, 404, "{path}");
    }
    let first = FirstRun::read(&dir.path().join("other"));
    let body = serde_json::json!({ "token": first.api_token });
    let refused = request(base, "POST", "/sederunt/v1/console/session", None, Some(&body)).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(refused.header("set-cookie").is_none());
}
