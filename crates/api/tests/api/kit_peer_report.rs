//! Cases O079 to O091: the report of a peer.

use std::cell::Cell;

use axum::http::Method;
use sederunt_app::reports::{self, Heard};
use sederunt_core::id::PeerId;
use sederunt_node::ClientAddress;
use sederunt_store::{ParticipantRow, Permission, RoomKind};
use serde_json::{Value, json};

use crate::auth::stays_of;
use crate::kit_crud::Caller;
use crate::kit_fixture::{A, B, M1, P};
use crate::read_rules::Reading;
use crate::shape::Shape;
use crate::world::{Client, World};

const OPERATION: &str = "sessionsGetParticipantDataFromPeerID";
const ALL: &str = "device_info, ip_information, precall_network_information, events, quality_stats";

/// A call of somebody whose client says what it sees.
pub(crate) struct Call {
    pub(crate) world: World,
    who: ParticipantRow,
    pub(crate) client: Client,
    /// Entries said so far: the second of the client's clock at which the next one is said.
    pub(crate) said: Cell<u32>,
}

impl Call {
    pub(crate) async fn new() -> Self {
        Self::of(World::at("2026-01-12T14:00:00.000Z").await).await
    }

    async fn of(world: World) -> Self {
        world.app(A, P, "Pilot").await;
        world.token("TA", Some((A, Permission::RealtimeAdmin)), None).await;
        let meeting = world.meeting(P, M1.parse().unwrap(), "Weekly", RoomKind::Private).await;
        let who = world.participant(&meeting, world.node.mint_id(), "ann").await;
        let client = world.tab(&who).await;
        Self { world, who, client, said: Cell::new(0) }
    }

    /// Posts entries of `(event, metaData)`, a second apart.
    pub(crate) async fn says(&self, peer: PeerId, entries: &[(&str, Value)]) -> Heard {
        let named = self.world.node.verify(&self.world.entry(&self.who).await).unwrap();
        let entries: Vec<Value> = entries
            .iter()
            .map(|(event, data)| {
                let n = self.said.get();
                self.said.set(n + 1);
                let timestamp = format!("2026-01-12T14:{:02}:{:02}.000Z", n / 60, n % 60);
                json!({ "event": event, "metaData": data, "timestamp": timestamp })
            })
            .collect();
        let post = json!({ "payload": { "entries": entries }, "peerId": peer }).to_string();
        reports::hear(&self.world.node, named, post.as_bytes()).await.unwrap()
    }

    /// The participant of the answer; everything in it is of the vendor.
    pub(crate) async fn report(&self, peer: PeerId, query: &str) -> Value {
        let target = format!("/accounts/{A}/realtime/kit/{P}/sessions/peer-report/{peer}?{query}");
        let answer = self.world.send(Method::GET, &target, "TA", None).await.ok();
        let shape = Shape::of(OPERATION);
        shape.assert_required(&answer);
        names(&answer, "", &mut |name| assert!(shape.allows(name), "{name} is not of the vendor"));
        answer["data"]["participant"].clone()
    }

    async fn metadata(&self, query: &str) -> Value {
        self.report(self.client.peer, query).await["peer_report"]["metadata"].take()
    }
}

/// Every property path of an answer.
fn names(value: &Value, path: &str, each: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                each(&below);
                names(value, &below, each);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, &format!("{path}[]"), each)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn join() -> Value {
    json!({ "peerMetaData": { "sdkName": "web-core", "sdkVersion": "2.0.2", "deviceInfo": {
        "isMobile": false, "osName": "Linux", "osVersionName": "x86_64", "cpus": 8, "browserName": "Chrome",
        "browserVersion": "140", "engineName": "Blink", "userAgent": "Mozilla/5.0 (X11)" } } })
}

fn devices(labels: &[&str]) -> Value {
    let device =
        |label: &&str| json!({ "deviceId": format!("id {label}"), "kind": "audioinput", "label": label });
    json!({ "deviceList": labels.iter().map(device).collect::<Vec<_>>() })
}

fn ping(frames: u32, width: u32, waited: f64) -> Value {
    let pair = json!({ "nominated": true, "bytesSent": 1000 * frames, "currentRoundTripTime": 0.05,
        "localCandidateAddress": "192.168.0.0", "remoteCandidateAddress": "203.0.113.7", "remoteCandidateType": "host" });
    json!({
        "producingTransportStats": { "stats": { "candidatePairs": [pair], "roundTripTime": 0.3 } },
        "consumingTransportStats": { "stats": { "candidatePairs": [] } },
        "producerStats": [
            { "producerId": "a", "appData": {}, "audioStats": [{ "ssrc": 1, "mid": "0", "packetsSent": 7 }], "videoStats": [] },
            { "producerId": "v", "appData": {}, "audioStats": [], "videoStats": [
                { "ssrc": 2, "mid": "1", "frameWidth": width, "frameHeight": width / 2, "framesEncoded": frames,
                  "keyFramesEncoded": 1, "framesPerSecond": 25, "qualityLimitationReason": "cpu", "packetsSent": 7 }] },
        ],
        "consumerStats": [{ "consumerId": "c", "producerId": "p", "peerId": "q", "appData": { "screenShare": true },
            "audioStats": [{ "ssrc": 9, "jitterBufferDelay": waited, "jitterBufferEmittedCount": frames, "concealmentEvents": 3 }],
            "videoStats": [] }],
    })
}

#[tokio::test]
async fn o079_o086_of_a_peer_whose_client_said_nothing() {
    let c = Caller::new().await;
    let stay = c.kit.world.store.stays(stays_of(&c.kit, "S1")).await.unwrap().items[0].clone();
    let peer = stay.stay.peer;
    let path = format!("{P}/sessions/peer-report/{peer}");
    let answer = c.get(OPERATION, &path).await;
    let participant = json!({
        "id": peer, "user_id": stay.stay.participant, "custom_participant_id": stay.person.custom_participant_id,
        "display_name": stay.person.display_name, "role": "group_call_participant", "session_id": c.kit.id("S1"),
        "created_at": "2026-01-10T19:00:00.000Z", "joined_at": "2026-01-10T19:00:00.000Z",
        "left_at": "2026-01-10T19:30:00.000Z", "updated_at": "2026-01-10T19:30:00.000Z", "duration": 30,
        "peer_report": { "metadata": { "room_view_type": "GROUP_CALL" } },
    });
    assert_eq!(answer["data"], json!({ "participant": participant }), "O079");
    let upper = format!("{P}/sessions/peer-report/{}", peer.to_string().to_uppercase());
    assert_eq!(c.get(OPERATION, &upper).await, answer);
    let with = c.get(OPERATION, &format!("{path}?include_peer_events=true")).await;
    let of_session = format!("{P}/sessions/{}/participants/{peer}?include_peer_events=true", c.kit.id("S1"));
    let events = c.get("sessionsGetSessionParticipantDetails", &of_session).await;
    assert_eq!(with["data"]["participant"]["peer_events"], events["data"]["participant"]["peer_events"]);
    assert_eq!(with["data"]["participant"]["peer_events"].as_array().map(Vec::len), Some(3));

    let of = |id: &str| format!("sessions/peer-report/{id}");
    let (participant, unknown) =
        (of(&stay.stay.participant.to_string()), of("ffffffff-0000-4000-8000-000000000000"));
    Reading {
        path: &of(&peer.to_string()),
        bad_query: "filters=foo",
        unknown: &[(&participant, "Peer"), (&unknown, "Peer"), (&of("pA"), "Peer"), (&of(M1), "Peer")],
    }
    .follows_the_rules(&c.kit)
    .await;
}

#[tokio::test]
async fn o082_a_report_has_the_parts_that_are_asked_for() {
    let call = Call::new().await;
    let peer = call.client.peer;
    let entries = [
        ("precall_begin", Value::Null),
        (
            "precall_end",
            json!({ "connectionInfo": { "effectiveNetworkType": "4g", "ipDetails": { "ip": "198.51.100.9" } } }),
        ),
        ("call_join", join()),
        ("audio_devices_updates", devices(&["one", "two"])),
        ("audio_devices_updates", devices(&["two", "three"])),
        ("audio_devices_updates", devices(&["two", "three"])),
        (
            "selected_microphone_update",
            json!({ "device": { "deviceId": "id two", "kind": "audioinput", "label": "two" } }),
        ),
        ("audio_on", Value::Null),
        ("tab_change", json!({ "isMeetingsTabActive": false })),
        ("ping_stat", ping(100, 640, 10.0)),
    ];
    assert_eq!(call.says(peer, &entries).await, Heard::Kept);
    let all = call.report(peer, "").await;
    assert_eq!(all, call.report(peer, "filters=").await, "O083");
    let metadata = &all["peer_report"]["metadata"];
    let device =
        |label: &str| json!({ "device_id": format!("id {label}"), "kind": "audioinput", "label": label });
    let at = |second: u32| format!("2026-01-12T14:00:{second:02}.000Z");
    let of_device = json!({
        "room_view_type": "GROUP_CALL",
        "device_info": { "cpus": 8, "is_mobile": false, "os": "Linux", "os_version": "x86_64" },
        "browser_metadata": { "browser": "Chrome", "browser_version": "140", "engine": "Blink", "user_agent": "Mozilla/5.0 (X11)" },
        "sdk_name": "web-core", "sdk_version": "2.0.2",
        "audio_devices_updates": [
            { "added": [device("one"), device("two")], "removed": [], "timestamp": at(3) },
            { "added": [device("three")], "removed": [device("one")], "timestamp": at(4) },
        ],
        "selected_device_updates": [{ "device": device("two"), "timestamp": at(6) }],
    });
    let events = json!([
        { "name": "precall_begin", "metadata": {}, "timestamp": at(0) },
        { "name": "precall_end", "metadata": {}, "timestamp": at(1) },
        { "name": "call_join", "metadata": {}, "timestamp": at(2) },
        { "name": "tab_change", "metadata": { "isMeetingsTabActive": false }, "timestamp": at(8) },
    ]);
    let pair = json!({ "nominated": true, "bytes_sent": 100_000, "current_round_trip_time": 0.05, "local_candidate_address": "192.168.0.0",
        "remote_candidate_address": "203.0.0.0", "remote_candidate_type": "host" });
    let pairs = json!({ "producing_transport": [pair] });
    let precall = json!([{ "effective_network_type": "4g", "timestamp": at(1) }]);
    assert_eq!(call.metadata("filters=device_info").await, of_device);
    let rest = |name: &str, value: &Value| json!({ "room_view_type": "GROUP_CALL", name: value });
    assert_eq!(call.metadata("filters=ip_information,events").await, rest("events", &events));
    assert_eq!(call.metadata("filters=precall_network_information").await, rest("pc_metadata", &precall));
    assert_eq!(call.metadata("filters=quality_stats").await, rest("candidate_pairs", &pairs));
    let mut whole = of_device;
    whole["events"] = events;
    whole["pc_metadata"] = precall;
    whole["candidate_pairs"] = pairs;
    assert_eq!(*metadata, whole);
    for (query, shown) in [("filters=device_info", false), ("filters=events,quality_stats", true), ("", true)]
    {
        assert_eq!(call.report(peer, query).await["peer_report"].get("quality").is_some(), shown, "{query}");
    }
    // O085: as configured by default, no address is whole.
    assert!(metadata.get("ip_information").is_none());
    assert!(!all.to_string().contains("203.0.113.7") && !all.to_string().contains("198.51.100.9"), "{all}");
}

#[tokio::test]
async fn o083_filters_that_are_none() {
    let c = Caller::new().await;
    let peer = c.kit.world.store.stays(stays_of(&c.kit, "S1")).await.unwrap().items[0].stay.peer;
    let path = format!("{P}/sessions/peer-report/{peer}");
    let rule = format!("BAD_REQUEST: \"filters\" must be one of [{ALL}]");
    for filters in ["foo", "device_info,%20events", "device_info,", ",", "DEVICE_INFO", "device_info;events"]
    {
        c.refused(Method::GET, &format!("{path}?filters={filters}"), json!({}), 400, &rule).await;
    }
    let twice = format!("{path}?filters=events&filters=events");
    c.refused(Method::GET, &twice, json!({}), 400, "BAD_REQUEST: \"filters\" must be a string").await;
    let events = format!("{path}?include_peer_events=1");
    c.refused(Method::GET, &events, json!({}), 400, "BAD_REQUEST: \"include_peer_events\" must be a boolean")
        .await;
    let same = c.get(OPERATION, &format!("{path}?filters=events,events")).await;
    assert_eq!(same, c.get(OPERATION, &path).await);
}

#[tokio::test]
async fn streams_are_samples_with_figures_over_them() {
    let call = Call::new().await;
    let peer = call.client.peer;
    assert_eq!(
        call.says(peer, &[("ping_stat", ping(100, 640, 10.0)), ("ping_stat", ping(200, 320, 30.0))]).await,
        Heard::Kept
    );
    assert_eq!(call.says(peer, &[("ping_stat", ping(300, 640, 90.0))]).await, Heard::Kept);
    let quality = call.report(peer, "filters=quality_stats").await["peer_report"]["quality"].take();
    let keys: Vec<&String> = quality.as_object().unwrap().keys().collect();
    let expected = [
        "audio_producer",
        "audio_producer_cumulative",
        "screenshare_audio_consumer",
        "screenshare_audio_consumer_cumulative",
        "video_producer",
        "video_producer_cumulative",
    ];
    assert_eq!(keys, expected);
    assert_eq!(
        quality["audio_producer"][0],
        json!({ "mid": "0", "producer_id": "a", "rtt": 0.3, "ssrc": 1, "timestamp": "2026-01-12T14:00:00.000Z" })
    );
    let widths: Vec<_> =
        quality["video_producer"].as_array().unwrap().iter().map(|s| &s["frame_width"]).collect();
    assert_eq!(widths, [&json!(640), &json!(320), &json!(640)]);
    let third = 1.0 / 3.0;
    let rtt = json!({ "avg": 0.3, "100ms_or_greater_event_fraction": 1, "250ms_or_greater_event_fraction": 1, "500ms_or_greater_event_fraction": 0 });
    let mut rtt_told = quality["video_producer_cumulative"]["rtt"].clone();
    let avg = rtt_told["avg"].as_f64().unwrap();
    assert!((avg - 0.3).abs() < 1e-12, "{avg}");
    rtt_told["avg"] = json!(0.3);
    assert_eq!(rtt_told, rtt);
    let figures = &quality["video_producer_cumulative"];
    assert_eq!(figures["frame_width"]["p50"], 640);
    assert_eq!(figures["frame_per_second"], json!({ "avg": 25, "p50": 25, "p75": 25, "p90": 25 }));
    assert_eq!(
        figures["issues"],
        json!({ "bandwidth_quality_limitation_fraction": 0, "cpu_quality_limitation_fraction": 1,
        "poor_resolution_fraction": third, "quality_limitation_fraction": 1 })
    );
    assert_eq!(figures["key_frames_encoded_fraction"], json!(1.0 / 300.0));
    // Between the samples: 20 seconds over 100 of them, then 60 over 100.
    let waits = &quality["screenshare_audio_consumer_cumulative"]["jitter_buffer_delay"];
    assert_eq!(
        (&waits["100ms_or_greater_event_fraction"], &waits["250ms_or_greater_event_fraction"]),
        (&json!(1), &json!(0.5))
    );
    assert!((waits["avg"].as_f64().unwrap() - 0.4).abs() < 1e-12, "{waits}");
    let screen = &quality["screenshare_audio_consumer"][0];
    assert_eq!(
        (&screen["concealment_events"], &screen["peer_id"], &screen["consumer_id"]),
        (&json!(3), &json!("q"), &json!("c"))
    );
}

#[tokio::test]
async fn o085_an_address_is_shown_where_it_is_stored() {
    let mut call = Call::of(World::with_addresses("2026-01-12T14:00:00.000Z").await).await;
    for (address, shown) in [
        ("203.0.113.7", Some("203.0.113.7")),
        ("::ffff:203.0.113.8", Some("203.0.113.8")),
        ("2001:db8::1", None),
    ] {
        let from = ClientAddress { ip: Some(address.to_owned()), user_agent: Some("Agent/1.0".to_owned()) };
        let token = call.world.entry(&call.who).await;
        call.client = call.world.attach_from(&token, PeerId(call.world.node.mint_id()), from).await.unwrap();
        call.client.join().await;
        assert_eq!(call.says(call.client.peer, &[("call_join", join())]).await, Heard::Kept);
        let metadata = call.metadata("").await;
        assert_eq!(
            metadata.get("ip_information"),
            shown.map(|ipv4| json!({ "ipv4": ipv4 })).as_ref(),
            "{address}"
        );
        let browser = &metadata["browser_metadata"];
        assert_eq!((&browser["user_agent"], &browser["browser"]), (&json!("Agent/1.0"), &json!("Chrome")));
        let without = call.metadata("filters=events,device_info").await;
        assert!(
            without.get("ip_information").is_none() && !without.to_string().contains(address),
            "{without}"
        );
    }
}

#[tokio::test]
async fn o088_a_post_that_is_made_up_breaks_no_report() {
    let call = Call::new().await;
    let peer = call.client.peer;
    let pair = json!({ "bytesSent": -1, "bytesReceived": 1e308, "__proto__": { "x": 1 }, "nominated": true });
    let made_up = json!({ "producingTransportStats": { "stats": { "candidatePairs": vec![pair; 900], "roundTripTime": -1 } },
        "producerStats": [{ "producerId": 5, "videoStats": [{ "frameWidth": 1e308, "framesEncoded": -1, "ssrc": "x" }] }] });
    assert_eq!(
        call.says(peer, &[("ping_stat", made_up), ("__proto__", json!({ "__proto__": 1 }))]).await,
        Heard::Kept
    );
    let report = call.report(peer, "").await;
    let pairs =
        report["peer_report"]["metadata"]["candidate_pairs"]["producing_transport"].as_array().unwrap();
    assert_eq!(*pairs, vec![json!({ "nominated": true }); 64]);
    assert!(report["peer_report"].get("quality").is_none(), "samples of no stream");
    assert!(!report.to_string().contains("__proto__") && !report.to_string().contains("e308"));
    let named = call.world.node.verify(&call.world.entry(&call.who).await).unwrap();
    let not_a_number =
        format!(r#"{{"payload":{{"entries":[{{"event":"x","metaData":{{"a":NaN}}}}]}},"peerId":"{peer}"}}"#);
    let heard = reports::hear(&call.world.node, named, not_a_number.as_bytes()).await.unwrap();
    assert_eq!(heard, Heard::Unreadable);
    assert_eq!(call.report(peer, "").await, report);
}

#[tokio::test]
async fn o089_a_report_grows_with_the_call_and_outlives_the_server() {
    let mut call = Call::new().await;
    let peer = call.client.peer;
    call.says(peer, &[("call_join", join())]).await;
    call.world.clock.advance(90_000);
    call.client.is_heard();
    let live = call.report(peer, "").await;
    assert_eq!((live.get("left_at"), &live["duration"]), (None, &json!(1.5)));
    assert_eq!(live["peer_report"]["metadata"]["sdk_version"], "2.0.2");
    assert_eq!(call.says(peer, &[("ping_stat", ping(1, 640, 0.0))]).await, Heard::Kept);
    assert!(call.report(peer, "").await["peer_report"].get("quality").is_some(), "samples so far");

    call.world = call.world.restarted().await;
    let over = call.report(peer, "").await;
    assert!(over.get("left_at").is_some(), "{over}");
    assert_eq!(over["peer_report"]["metadata"]["sdk_version"], "2.0.2");
    assert!(over["peer_report"].get("quality").is_some(), "what the client said is still there");
    // It comes back, with the id that it has: its stay has another one.
    let token = call.world.entry(&call.who).await;
    let mut again = call.world.waiting(&token, peer).await.unwrap();
    again.join().await;
    assert_eq!(call.says(peer, &[("tab_change", Value::Null)]).await, Heard::Kept);
    let session: Value = over["session_id"].clone();
    let stays = call.world.store.stays(sederunt_store::StayQuery {
        session: session.as_str().unwrap().parse().unwrap(),
        now: call.world.node.now(),
        search: None,
        sort: sederunt_store::StaySort::JoinedAt,
        ascending: true,
        offset: 0,
        limit: 10,
    });
    let stays = stays.await.unwrap().items;
    assert_eq!((stays.len(), stays[0].stay.peer), (2, peer));
    let metadata = call.report(stays[1].stay.peer, "").await["peer_report"]["metadata"].take();
    assert_eq!(metadata["events"][0]["name"], "tab_change");
    assert_eq!(call.report(peer, "").await, over);
}

#[tokio::test]
async fn only_whose_stay_it_is_may_say_something_of_it() {
    let call = Call::new().await;
    let w = &call.world;
    let meeting = w.store.meeting(M1.parse().unwrap()).await.unwrap().unwrap();
    let who = w.participant(&meeting, w.node.mint_id(), "ben").await;
    let ben = w.tab(&who).await;
    let event = [("tab_change", Value::Null)];
    assert_eq!(call.says(ben.peer, &event).await, Heard::NotTheirs);
    assert_eq!(call.says(PeerId(w.node.mint_id()), &event).await, Heard::NotTheirs);
    assert_eq!(call.says(call.client.peer, &[]).await, Heard::Nothing);
    assert_eq!(call.says(call.client.peer, &[("audio_on", Value::Null)]).await, Heard::Nothing);
    assert_eq!(call.says(call.client.peer, &event).await, Heard::Kept);
    for peer in [ben.peer, call.client.peer] {
        let shows = call.report(peer, "").await["peer_report"]["metadata"].get("events").is_some();
        assert_eq!(shows, peer == call.client.peer);
    }
    // A stay takes two mebibytes.
    let long: serde_json::Map<_, _> = (0..16).map(|n| (format!("n{n}"), json!("x".repeat(500)))).collect();
    let long: Vec<_> = (0..7).map(|_| ("tab_change", Value::Object(long.clone()))).collect();
    let mut kept = 0;
    while call.says(call.client.peer, &long).await == Heard::Kept {
        kept += 1;
    }
    assert_eq!(call.says(call.client.peer, &long).await, Heard::Full);
    assert!((30..40).contains(&kept), "{kept} posts of some 60 KiB");
    assert_eq!(
        call.report(call.client.peer, "").await["peer_report"]["metadata"]["events"].as_array().map(Vec::len),
        Some(7 * kept + 1)
    );
    // Who has left may say so for a minute.
    let peer = ben.peer;
    w.leave(ben).await;
    let call = Call { who, ..call };
    call.world.clock.advance(59_000);
    assert_eq!(call.says(peer, &event).await, Heard::Kept);
    call.world.clock.advance(2_000);
    assert_eq!(call.says(peer, &event).await, Heard::NotTheirs);
    // Nobody of another account reads it.
    call.world.token("TB", Some((B, Permission::RealtimeAdmin)), None).await;
    let target = format!("/accounts/{A}/realtime/kit/{P}/sessions/peer-report/{peer}");
    assert_eq!(call.world.send(Method::GET, &target, "TB", None).await.status, 403);
}
