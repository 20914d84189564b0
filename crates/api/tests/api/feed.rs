//! The live feed and its pull: access, parameters, order, resuming, filters, limits.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use sederunt_api::{ApiConfig, FeedConfig, router};
use sederunt_core::call::Disconnect;
use sederunt_core::id::Id;
use sederunt_store::{MeetingRow, Permission, RoomKind};
use serde_json::{Value, json};

use crate::sse::Sse;
use crate::world::{World, at, until};

pub(crate) const A: &str = "023e105f4ecef8ad9ca31a8372d0c353";
pub(crate) const P: &str = "14a396e7-ca44-4937-bf1f-050a69118543";
const Q: &str = "2a95132c-1573-4412-822c-1476fa83f27a";
const O: &str = "00000000-0000-4000-8000-00000000000f";

/// An app with tokens of every kind, and foreign ones.
pub(crate) async fn world() -> World {
    let w = World::at("2026-01-12T14:00:00.000Z").await;
    w.app(A, P, "Pilot").await;
    w.app(A, Q, "Quarry").await;
    w.app("other", O, "Other").await;
    w.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
    w.token("TR", Some((A, Permission::Realtime)), None).await;
    w.token("TN", Some((A, Permission::None)), None).await;
    w.token("TB", Some(("other", Permission::RealtimeAdmin)), None).await;
    w.token("KP", None, Some(P)).await;
    w.token("KQ", None, Some(Q)).await;
    w
}

pub(crate) async fn meeting(w: &World, app: &str, title: &str) -> MeetingRow {
    w.meeting(app, w.node.mint_id().into(), title, RoomKind::Private).await
}

pub(crate) fn feed(query: &str) -> String {
    format!("/sederunt/v1/apps/{P}/feed{query}")
}

pub(crate) fn pull(query: &str) -> String {
    format!("/sederunt/v1/apps/{P}/events{query}")
}

fn types(changes: &[Value]) -> Vec<&str> {
    changes.iter().map(|change| change["type"].as_str().unwrap()).collect()
}

pub(crate) fn seqs(changes: &[Value]) -> Vec<u64> {
    changes.iter().map(|change| change["seq"].as_u64().unwrap()).collect()
}

/// All changes by pulling, `limit` at a time.
pub(crate) async fn pulled(w: &World, query: &str) -> Vec<Value> {
    let (mut after, mut all) = (0, Vec::new());
    loop {
        let page = w.send(Method::GET, &pull(&format!("?after={after}&{query}")), "TA", None).await.ok();
        all.extend(page["events"].as_array().unwrap().iter().cloned());
        after = page["next_after"].as_u64().unwrap();
        if page["has_more"] == json!(false) {
            return all;
        }
    }
}

pub(crate) fn set_feed(w: &mut World, feed: FeedConfig) {
    w.router = router(w.node.clone(), ApiConfig { feed, ..ApiConfig::default() });
}

#[tokio::test]
async fn who_may_watch() {
    let w = world().await;
    let unknown = "3a95132c-1573-4412-822c-1476fa83f27b";
    for (token, app, status) in [
        ("", P, 401),
        ("nobody", P, 401),
        ("TN", P, 403),
        ("KQ", P, 403),
        ("KQ", unknown, 403),
        ("TB", P, 404),
        ("TA", O, 404),
        ("TA", unknown, 404),
        ("TA", P, 200),
        ("TR", P, 200),
        ("TR", Q, 200),
        ("KP", P, 200),
        ("TB", O, 200),
    ] {
        // HEAD, as a feed's body does not end.
        for (method, what) in [(Method::HEAD, "feed"), (Method::GET, "events")] {
            let target = format!("/sederunt/v1/apps/{app}/{what}");
            let answer = w.send(method, &target, token, None).await;
            assert_eq!(answer.status.as_u16(), status, "{token} {target}");
            // Access goes before parameters.
            let bad = w.send(Method::GET, &format!("{target}?after=x&last_event_id=x"), token, None).await;
            let expected = if status == 200 { 400 } else { status };
            assert_eq!(bad.status.as_u16(), expected, "{token} {target}");
            assert_eq!(bad.json()["error"]["code"], json!(expected));
        }
    }
}

#[tokio::test]
async fn what_is_asked_is_checked() {
    let w = world().await;
    for (what, query, message) in [
        ("events", "after=-1", "\"after\" must be the id of an event"),
        ("events", "after=1.0", "\"after\" must be the id of an event"),
        ("events", "after=1", "\"after\" is beyond the end of the ledger"),
        ("events", "after=0&after=0", "\"after\" must be a string"),
        ("events", "limit=x", "\"limit\" must be a whole number of at least 0"),
        ("events", "limit=1.5", "\"limit\" must be a whole number of at least 0"),
        ("events", "from=x", "\"from\" must be in ISO 8601 date format"),
        ("events", "from=2026-01-02&to=2026-01-01", "\"to\" must not be before \"from\""),
        ("feed", "last_event_id=abc", "\"last_event_id\" must be the id of an event"),
        ("feed", "last_event_id=7", "\"last_event_id\" is beyond the end of the ledger"),
        ("feed", "snapshot=1", "\"snapshot\" must be a boolean"),
        ("feed", "meeting_id=x", "\"meeting_id\" must be meeting ids separated by commas"),
        ("feed", "meeting_id=,", "\"meeting_id\" must be meeting ids separated by commas"),
        ("feed", "session_id=x", "\"session_id\" must be session ids separated by commas"),
        ("events", "session_id=,", "\"session_id\" must be session ids separated by commas"),
        (
            "feed",
            "events=peer.joined,peer.flew",
            "\"events\" must be some of [session.started, session.retitled, session.keep_alive_changed, \
             peer.joined, peer.away, peer.back, peer.left, session.ended] separated by commas",
        ),
        ("feed", "events=%zz", "the query has a wrong percent-encoding"),
    ] {
        let target = format!("/sederunt/v1/apps/{P}/{what}?{query}");
        let answer = w.send(Method::GET, &target, "TA", None).await;
        let message = format!("BAD_REQUEST: {message}");
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["message"]), (400, &json!(message)));
    }
    let many: Vec<String> = (0..101u128).map(|i| Id::from_u128(i).to_string()).collect();
    for name in ["meeting_id", "session_id"] {
        for target in [feed(""), pull("")] {
            let target = format!("{target}?{name}={}", many.join(","));
            let answer = w.send(Method::GET, &target, "TA", None).await;
            let message = json!(format!("BAD_REQUEST: \"{name}\" must have at most 100 ids"));
            assert_eq!(
                (answer.status, &answer.json()["error"]["message"]),
                (StatusCode::BAD_REQUEST, &message)
            );
        }
    }
    let headers = [("authorization", "Bearer TA"), ("last-event-id", "x")];
    let answer = w.raw(Method::GET, &feed(""), &headers, "").await;
    assert_eq!(
        answer.json()["error"]["message"],
        "BAD_REQUEST: \"Last-Event-ID\" must be the id of an event"
    );
}

#[tokio::test]
async fn it_is_a_door_like_the_others() {
    let w = world().await;
    let head = w.send(Method::HEAD, &feed(""), "TA", None).await;
    assert_eq!((head.header("content-type"), head.text.as_str()), ("text/event-stream", ""));
    assert_eq!((head.header("cache-control"), head.header("x-accel-buffering")), ("no-store", "no"));
    assert!(!head.header("cf-ray").is_empty());
    for target in [feed(""), pull(""), feed("/")] {
        let options = w.raw(Method::OPTIONS, &target, &[], "").await;
        assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET, HEAD, OPTIONS"));
        let post = w.send(Method::POST, &target, "TA", None).await;
        assert_eq!((post.status.as_u16(), &post.json()["error"]["code"]), (405, &json!(405)));
    }
    for path in ["/sederunt", "/sederunt/v1", "/sederunt/v1/apps", "/sederunt/v2/apps/a/feed"] {
        let answer = w.send(Method::GET, path, "TA", None).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]["code"]), (404, &json!(404)), "{path}");
    }
    let gzip = [("authorization", "Bearer TA"), ("accept-encoding", "gzip")];
    let head = w.raw(Method::HEAD, &feed(""), &gzip, "").await;
    assert_eq!(head.header("content-encoding"), "", "a compressor would hold changes back");
    until("all watchers to leave", || async { w.node.metrics().feed_watchers.get() == 0 }).await;
}

/// The story of one session, as told, with the numbers that the list shows at each moment.
#[tokio::test]
async fn every_change_in_order_with_its_numbers() {
    let w = world().await;
    let m = meeting(&w, P, "Weekly").await;
    let mut sse = Sse::open(&w, &feed(""), "KP", None).await;
    let ann = w.joined(&m, "ann").await;
    w.clock.set(at("2026-01-12T14:01:00.000Z"));
    let ben = w.joined(&m, "ben").await;
    let ben_id = ben.peer.to_string();
    w.clock.set(at("2026-01-12T14:03:00.000Z"));
    w.leave(ben).await;
    let told = sse.changes(4).await;
    assert_eq!(types(&told), ["session.started", "peer.joined", "peer.joined", "peer.left"]);
    let session = w.store.active_session(m.id).await.unwrap().unwrap().id.to_string();
    for change in &told {
        assert_eq!(
            (&change["app_id"], &change["meeting_id"], &change["session_id"]),
            (&json!(P), &json!(m.id.to_string()), &json!(session))
        );
    }
    assert_eq!(
        (&told[0]["keep_alive_ms"], &told[0]["session"]["live_participants"]),
        (&json!(60_000), &json!(0))
    );
    assert_eq!(told[2]["at"], "2026-01-12T14:01:00.000Z");
    assert_eq!(
        told[3],
        json!({
            "seq": told[3]["seq"], "type": "peer.left", "at": "2026-01-12T14:03:00.000Z", "app_id": P,
            "meeting_id": m.id.to_string(), "session_id": session, "reason": "left",
            "peer": {
                "id": ben_id, "stay_id": told[2]["peer"]["stay_id"],
                "participant_id": told[2]["peer"]["participant_id"], "role": "member",
                "joined_at": "2026-01-12T14:01:00.000Z", "left_at": "2026-01-12T14:03:00.000Z", "duration": 2,
                "display_name": "ben", "preset_name": "group_call_host", "custom_participant_id": "ben",
            },
            "session": {
                "status": "LIVE", "title": "Weekly", "started_at": "2026-01-12T14:00:00.000Z",
                "live_participants": 1, "max_concurrent_participants": 2, "counting_participants": 1,
                "minutes_consumed": 5, "as_of": "2026-01-12T14:03:00.000Z",
            },
        })
    );
    let title = json!({"title": "Daily", "session_keep_alive_time_in_secs": 90});
    let target = format!("/accounts/{A}/realtime/kit/{P}/meetings/{}", m.id);
    w.send(Method::PATCH, &target, "TA", Some(title)).await.ok();
    let changed = sse.changes(2).await;
    assert_eq!(types(&changed), ["session.retitled", "session.keep_alive_changed"]);
    assert_eq!(
        (&changed[0]["session"]["title"], &changed[1]["keep_alive_ms"]),
        (&json!("Daily"), &json!(90_000))
    );

    ann.disconnect(Disconnect::Lost).await;
    let away = sse.change().await;
    assert_eq!((&away["type"], &away["peer"]["away_since"]), (&json!("peer.away"), &away["at"]));
    assert_eq!(away["session"]["counting_participants"], 0);
    w.send(Method::POST, &format!("{target}/active-session/kick-all"), "TA", None).await.ok();
    let end = sse.changes(2).await;
    assert_eq!(types(&end), ["peer.left", "session.ended"]);
    assert_eq!((&end[0]["reason"], &end[1]["reason"]), (&json!("host_ended"), &json!("host_ended_meeting")));
    assert_eq!(
        (&end[1]["session"]["status"], &end[1]["session"]["minutes_consumed"]),
        (&json!("ENDED"), &json!(5))
    );

    let all = pulled(&w, "").await;
    assert_eq!(all, [told, changed, vec![away], end].concat(), "the pull says the same");
    assert_eq!(pulled(&w, "limit=1").await, all, "in pages of any size");
}

#[tokio::test]
async fn a_session_with_nobody_in_it_says_when_it_ends() {
    let w = world().await;
    let m = meeting(&w, P, "Weekly").await;
    let mut sse = Sse::open(&w, &feed(""), "TA", None).await;
    let ann = w.joined(&m, "ann").await;
    w.clock.set(at("2026-01-12T14:02:00.000Z"));
    w.leave(ann).await;
    let told = sse.changes(3).await;
    let ends_at = |of: &Value| of["session"]["ends_at"].clone();
    assert_eq!((ends_at(&told[1]), ends_at(&told[2])), (Value::Null, json!("2026-01-12T14:03:00.000Z")));
    let mut late = Sse::open(&w, &feed("?snapshot=true"), "TA", None).await;
    let snapshot = late.event().await.unwrap().data.unwrap();
    assert_eq!(ends_at(&snapshot["sessions"][0]), "2026-01-12T14:03:00.000Z", "the same in a snapshot");
    let ben = w.joined(&m, "ben").await;
    assert_eq!(ends_at(&sse.change().await), Value::Null, "somebody came");
    w.leave(ben).await;
}

#[tokio::test]
async fn filters_hide_without_losing_the_place() {
    let mut w = world().await;
    set_feed(&mut w, FeedConfig { heartbeat: Duration::from_millis(20), ..FeedConfig::default() });
    let (m, n, foreign) = (meeting(&w, P, "M").await, meeting(&w, P, "N").await, meeting(&w, Q, "F").await);
    let mut only_n = Sse::open(&w, &feed(&format!("?meeting_id={}", n.id.pagecall())), "TA", None).await;
    let mut joins = Sse::open(&w, &feed("?events=peer.joined"), "TA", None).await;
    let mut other = Sse::open(&w, &format!("/sederunt/v1/apps/{Q}/feed"), "TA", None).await;
    let _inside = [w.joined(&m, "a").await, w.joined(&foreign, "b").await, w.joined(&n, "c").await];
    let of_n = only_n.changes(2).await;
    assert!(of_n.iter().all(|change| change["meeting_id"] == n.id.to_string()));
    assert_eq!(types(&joins.changes(2).await), ["peer.joined"; 2]);
    let of_q = other.changes(2).await;
    assert!(of_q.iter().all(|change| change["app_id"] == Q));
    assert_eq!(types(&pulled(&w, "events=session.started,peer.left").await), ["session.started"; 2]);
    assert_eq!(pulled(&w, &format!("meeting_id={}", n.id)).await, of_n);
    assert_eq!(pulled(&w, &format!("meeting_id={}", foreign.id)).await, Vec::<Value>::new());

    // A feed that hides everything moves on all the same: by heartbeats, and at once when it catches up.
    let last = *w.store.durable().borrow();
    for start in [None, Some(0)] {
        let mut silent = Sse::open(&w, &feed("?events=session.ended"), "TA", start).await;
        while silent.last_id != Some(last) {
            assert!(silent.block().await.unwrap().data.is_none());
        }
    }
    let page = w.send(Method::GET, &pull("?events=session.ended"), "TA", None).await.ok();
    assert_eq!(page, json!({"events": [], "next_after": last, "has_more": false, "last_seq": last}));
}

/// What is asked of some sessions is what is told of them in all changes: in pages of any size, while they go on, and live.
#[tokio::test]
async fn sessions_are_told_along_their_own_chains() {
    let w = world().await;
    let session = async |meeting: &MeetingRow| {
        w.store.active_session(meeting.id).await.unwrap().unwrap().id.to_string()
    };
    let (m, n, foreign) = (meeting(&w, P, "M").await, meeting(&w, P, "N").await, meeting(&w, Q, "F").await);
    let (mut a, b, c) = (w.joined(&m, "a").await, w.joined(&n, "b").await, w.joined(&foreign, "c").await);
    let (of_m, of_n, of_f) = (session(&m).await, session(&n).await, session(&foreign).await);
    let ids = format!("session_id={of_m},{of_n}");
    let mut live = Sse::open(&w, &feed(&format!("?{ids}&snapshot=true")), "TA", None).await;
    let snapshot = live.event().await.unwrap().data.unwrap();
    assert_eq!(snapshot["sessions"].as_array().unwrap().len(), 2);
    let of = |changes: Vec<Value>, ids: &[&String]| -> Vec<Value> {
        changes.into_iter().filter(|change| ids.iter().any(|id| change["session_id"] == **id)).collect()
    };
    // Read a change at a time while it grows.
    let (mut after, mut one_by_one) = (0, Vec::new());
    for round in 0..6 {
        let page =
            w.send(Method::GET, &pull(&format!("?after={after}&limit=1&{ids}")), "TA", None).await.ok();
        one_by_one.extend(page["events"].as_array().unwrap().iter().cloned());
        after = page["next_after"].as_u64().unwrap();
        if round % 2 == 0 {
            w.leave(a).await;
            a = w.joined(&m, "a").await;
        }
        let _other = w.joined(&foreign, &format!("f{round}")).await;
    }
    w.leave(a).await;
    w.leave(b).await;
    w.leave(c).await;
    let rest = pulled(&w, &format!("{ids}&limit=3")).await;
    let all = pulled(&w, "").await;
    assert_eq!(rest, of(all.clone(), &[&of_m, &of_n]));
    assert!(rest.starts_with(&one_by_one) && one_by_one.len() >= 5, "{one_by_one:?}");
    assert_eq!(pulled(&w, &format!("session_id={of_n}")).await, of(all.clone(), &[&of_n]));
    let kinds = format!("session_id={of_m}&events=peer.left&limit=1");
    assert_eq!(types(&pulled(&w, &kinds).await), ["peer.left"; 4]);
    let others = format!("{ids}&meeting_id={}", n.id);
    assert_eq!(pulled(&w, &others).await, of(all, &[&of_n]), "both filters count");
    // Of another app, and of none: nothing, as for meetings.
    for id in [&of_f, &Id::from_u128(7).to_string()] {
        assert_eq!(pulled(&w, &format!("session_id={id}")).await, Vec::<Value>::new());
        let mut silent = Sse::open(&w, &feed(&format!("?session_id={id}&snapshot=true")), "TA", None).await;
        assert_eq!(silent.event().await.unwrap().data.unwrap()["sessions"], json!([]));
    }
    // Live, after the snapshot; and from an id on, far behind what is kept for all.
    let seen = snapshot["seq"].as_u64().unwrap();
    let wanted: Vec<Value> =
        rest.iter().filter(|change| change["seq"].as_u64() > Some(seen)).cloned().collect();
    assert_eq!(live.changes(wanted.len()).await, wanted);
    let mut again = Sse::open(&w, &feed(&format!("?{ids}")), "TA", Some(0)).await;
    assert_eq!(again.changes(rest.len()).await, rest);
}

/// A minute has what happened in it, a loss that was recorded later among it.
#[tokio::test]
async fn changes_are_found_by_their_time() {
    let w = world().await;
    let m = meeting(&w, P, "Weekly").await;
    let _ann = w.joined(&m, "ann").await;
    w.clock.set(at("2026-01-12T14:01:10.000Z"));
    let ben = w.joined(&m, "ben").await;
    w.clock.set(at("2026-01-12T14:01:55.000Z"));
    ben.disconnect(Disconnect::Lost).await;
    until("the loss", || async { *w.store.durable().borrow() == 4 }).await;
    w.clock.set(at("2026-01-12T14:02:20.000Z"));
    until("the leave", || async { *w.store.durable().borrow() == 5 }).await;
    let minute = "from=2026-01-12T14:01:00Z&to=2026-01-12T14:01:59.999Z";
    let all = pulled(&w, "").await;
    let found = pulled(&w, minute).await;
    assert_eq!(types(&found), ["peer.joined", "peer.away", "peer.left"]);
    assert_eq!(found, all[2..]);
    assert_eq!(pulled(&w, &format!("{minute}&limit=1")).await, found);
    assert_eq!(types(&pulled(&w, &format!("{minute}&events=peer.left")).await), ["peer.left"]);
    assert_eq!(types(&pulled(&w, "to=2026-01-12T14:00:30Z").await), ["session.started", "peer.joined"]);
    assert_eq!(pulled(&w, "from=2026-01-12T14:05:00Z").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_revoked_token_ends_its_feeds_only() {
    let mut w = world().await;
    set_feed(&mut w, FeedConfig { heartbeat: Duration::from_millis(20), ..FeedConfig::default() });
    let (mut mine, mut theirs) =
        (Sse::open(&w, &feed(""), "TR", None).await, Sse::open(&w, &feed(""), "TA", None).await);
    w.store.revoke_token("id-TR", w.node.now()).await.unwrap();
    assert_eq!(mine.cut().await, "token_revoked");
    let m = meeting(&w, P, "M").await;
    let _inside = w.joined(&m, "a").await;
    assert_eq!(types(&theirs.changes(2).await), ["session.started", "peer.joined"]);
}

#[tokio::test]
async fn watchers_are_bounded() {
    let mut w = world().await;
    set_feed(&mut w, FeedConfig { watchers_per_app: 2, watchers_max: 3, ..FeedConfig::default() });
    let quarry = format!("/sederunt/v1/apps/{Q}/feed");
    let mut open =
        vec![Sse::open(&w, &feed(""), "TA", None).await, Sse::open(&w, &feed(""), "TA", None).await];
    let third = w.send(Method::HEAD, &feed(""), "TA", None).await;
    assert_eq!((third.status.as_u16(), third.header("retry-after")), (503, "1"));
    open.push(Sse::open(&w, &quarry, "TA", None).await);
    assert_eq!(w.send(Method::HEAD, &quarry, "TA", None).await.status.as_u16(), 503);
    drop(open);
    assert_eq!(w.send(Method::HEAD, &quarry, "TA", None).await.status.as_u16(), 200);
    assert_eq!(w.node.metrics().feed_watchers.get(), 0);
}

#[tokio::test]
async fn a_stop_tells_everything_and_says_so() {
    let w = world().await;
    let m = meeting(&w, P, "M").await;
    let mut sse = Sse::open(&w, &feed(""), "TA", None).await;
    let _inside = [w.joined(&m, "a").await, w.joined(&m, "b").await];
    w.node.stop().await;
    let told = sse.changes(5).await;
    assert_eq!(types(&told[3..]), ["peer.left"; 2]);
    assert_eq!(told[4]["reason"], "server_stopped");
    assert_eq!(sse.cut().await, "server_stopping");
    assert_eq!(w.send(Method::HEAD, &feed(""), "TA", None).await.status.as_u16(), 503);
}
