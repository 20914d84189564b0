use serde_json::json;

use super::*;

const AT: &str = "2026-01-12T14:00:00.000Z";
const AT_MS: i64 = 1_768_226_400_000;

fn post(entries: Value) -> Vec<u8> {
    json!({ "payload": { "entries": entries }, "peerId": "p" }).to_string().into_bytes()
}

fn said(event: &str, data: Value) -> Vec<Said> {
    let entries = json!([{ "event": event, "metaData": data, "timestamp": AT }]);
    read(&post(entries)).unwrap().1
}

fn object(value: Value) -> Fields {
    let Value::Object(fields) = value else { panic!("{value}") };
    fields
}

#[test]
fn a_post_is_read_or_not_as_a_whole() {
    let one = json!({ "event": "tab_change", "timestamp": AT });
    assert_eq!(read(&post(json!(vec![one.clone(); 25]))).unwrap().1.len(), 25);
    assert_eq!(read(&post(json!(vec![one; 26]))), None);
    for bad in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"payload":{"entries":[]}}"#,
        r#"{"payload":{"entries":{}},"peerId":"p"}"#,
        r#"{"payload":{"entries":[]},"peerId":5}"#,
        r#"{"payload":{"entries":[{"event":"x","metaData":{"a":NaN}}]},"peerId":"p"}"#,
    ] {
        assert_eq!(read(bad.as_bytes()), None, "{bad}");
    }
    assert_eq!(read(&post(json!([]))), Some(("p".to_owned(), vec![])));
    // One that is none takes nothing from the others.
    let mixed = json!([5, {}, { "event": "a", "timestamp": "yesterday" }, { "event": "a", "timestamp": "1969-12-31T23:59:59Z" },
                       { "event": "b", "timestamp": AT }]);
    let event = Said::Event { at: AT_MS, name: "b".to_owned(), metadata: Fields::new() };
    assert_eq!(read(&post(mixed)).unwrap().1, [event]);
}

#[test]
fn a_join_says_what_it_runs_on() {
    let data = json!({ "peerMetaData": {
        "deviceInfo": { "isMobile": false, "osName": "Linux", "osVersionName": "", "cpus": 8, "browserName": "Chrome",
                        "browserVersion": "140.0", "engineName": "Blink", "userAgent": "Mozilla/5.0", "memory": 8 },
        "sdkName": "web-core", "sdkVersion": "2.0.2", "userId": "someone",
    } });
    let told = said("call_join", data);
    let join = Said::Join {
        at: AT_MS,
        device: object(json!({ "is_mobile": false, "os": "Linux", "cpus": 8 })),
        browser: object(
            json!({ "browser": "Chrome", "browser_version": "140.0", "engine": "Blink", "user_agent": "Mozilla/5.0" }),
        ),
        sdk: object(json!({ "sdk_name": "web-core", "sdk_version": "2.0.2" })),
    };
    let event = Said::Event { at: AT_MS, name: "call_join".to_owned(), metadata: Fields::new() };
    assert_eq!(told, [join, event]);
    // It is kept as it can be read back.
    let kept = serde_json::to_string(&told).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Said>>(&kept).unwrap(), told);
}

/// O088: what is made up stores nothing.
#[test]
fn o088_numbers_and_names_that_are_made_up_are_left_out() {
    let pair = json!({ "bytesSent": -1, "bytesReceived": 1e308, "packetsSent": "5", "packetsReceived": 7,
        "nominated": "yes", "__proto__": { "nominated": true }, "currentRoundTripTime": null,
        "totalRoundTripTime": 0.25, "availableOutgoingBitrate": 9_007_199_254_740_993_u64 });
    let data = json!({ "producingTransportStats": { "stats": { "candidatePairs": vec![pair; 10_000] } },
                       "consumingTransportStats": { "stats": { "candidatePairs": { "length": 1 } } },
                       "producerStats": [5, { "videoStats": "x" }, { "audioStats": [null, []] }], "consumerStats": null });
    let [Said::Ping { producing, consuming, samples, .. }] = &*said("ping_stat", data) else { panic!() };
    assert_eq!(*producing, vec![object(json!({ "packets_received": 7, "total_round_trip_time": 0.25 })); 64]);
    assert!(consuming.is_empty() && samples.is_empty(), "{consuming:?} {samples:?}");
    let event = said(
        "tab_change",
        json!({ "isMeetingsTabActive": true, "__proto__": 1, "_x": 1, "constructor": 1, "a b": 1,
        "far": 1e308, "below": -1, "parts": [1], "more": { "a": 1 }, "long": "x".repeat(513), "none": null, "empty": "" }),
    );
    let metadata = object(json!({ "isMeetingsTabActive": true, "none": null }));
    assert_eq!(event, [Said::Event { at: AT_MS, name: "tab_change".to_owned(), metadata }]);
    let names: Map<_, _> = (0..1000).map(|n| (format!("n{n}"), json!(n))).collect();
    let [Said::Event { metadata, .. }] = &*said("many", names.into()) else { panic!() };
    assert_eq!(metadata.len(), METADATA_MAX);
    for name in ["__proto__", "", "a b", "x\u{0}", &"x".repeat(65)] {
        assert_eq!(said(name, Value::Null), [], "{name}");
    }
}

#[test]
fn addresses_are_cut_whoever_says_them() {
    let pair = json!({ "localCandidateAddress": "192.168.0.0", "localCandidateRelatedAddress": "203.0.113.77",
                       "remoteCandidateAddress": "2001:db8::1", "remoteCandidateUrl": "turn:203.0.113.77", "nominated": true });
    let data = json!({ "consumingTransportStats": { "stats": { "candidatePairs": [pair] } } });
    let [Said::Ping { consuming, .. }] = &*said("ping_stat", data) else { panic!() };
    let cut = json!({ "local_candidate_address": "192.168.0.0", "local_candidate_related_address": "203.0.0.0", "nominated": true });
    assert_eq!(*consuming, [object(cut)]);
    for name in ["f2c1.local.0.0", "2001:db8::1.0.0", ""] {
        assert_eq!(network(name), None, "{name}");
    }
    // What the look-up of this server answered is nobody's address.
    let data = json!({ "connectionInfo": { "effectiveNetworkType": "4g", "ipDetails": { "ip": "0.0.0.0" }, "turnConnectivity": false } });
    let Said::Precall { network, .. } = &said("precall_end", data)[0] else { panic!() };
    assert_eq!(*network, object(json!({ "effective_network_type": "4g" })));
}

#[test]
fn streams_are_sampled_each() {
    let layer = |width: u32, encoded: u32, ssrc: u32| {
        json!({ "frameWidth": width, "framesEncoded": encoded, "ssrc": ssrc, "mid": "1", "packetsSent": 9,
                "qualityLimitationReason": "cpu", "qualityLimitationDurations": { "cpu": 1.5, "none": -2 } })
    };
    let data = json!({
        "producingTransportStats": { "stats": { "roundTripTime": 0.05 } },
        "producerStats": [
            { "producerId": "a", "appData": { "screenShare": false }, "audioStats": [{ "ssrc": 1, "packetsSent": 5 }], "videoStats": [] },
            { "producerId": "v", "appData": {}, "audioStats": [], "videoStats": [layer(1280, 0, 3), layer(640, 5, 2), layer(320, 5, 1)] },
        ],
        "consumerStats": [{ "consumerId": "c", "producerId": "x", "peerId": "q", "appData": { "screenShare": true }, "audioStats": [],
            "videoStats": [{ "framesDecoded": 3, "packetsLost": 4, "bytesReceived": 100, "qualityLimitationReason": "x" }] }],
    });
    let [Said::Ping { samples, .. }] = &*said("ping_stat", data) else { panic!() };
    let expected = [
        (Stream::AudioProducer, json!({ "producer_id": "a", "ssrc": 1, "rtt": 0.05 })),
        (
            Stream::ScreenshareVideoConsumer,
            json!({ "consumer_id": "c", "producer_id": "x", "peer_id": "q", "frames_decoded": 3, "bytes_received": 100 }),
        ),
        (
            Stream::VideoProducer,
            json!({ "producer_id": "v", "ssrc": 2, "mid": "1", "frame_width": 640, "frames_encoded": 5, "rtt": 0.05,
                    "quality_limitation_reason": "cpu", "quality_limitation_durations": { "cpu": 1.5 } }),
        ),
    ];
    let expected: BTreeMap<_, _> =
        expected.into_iter().map(|(stream, sample)| (stream, vec![object(sample)])).collect();
    assert_eq!(*samples, expected);
}

/// As the official client 2.0.2 posted it from Chromium, in a call of two.
#[test]
fn a_post_of_the_official_client_is_read() {
    let entry: Value = serde_json::from_str(include_str!("ping.json")).unwrap();
    let [Said::Ping { producing, consuming, samples, .. }] = &*said("ping_stat", entry["metaData"].clone())
    else {
        panic!("one ping")
    };
    for (pairs, sent) in [(producing, 168_909), (consuming, 1_993)] {
        let used: Vec<_> = pairs.iter().filter(|pair| pair["nominated"] == true).collect();
        let [pair] = &used[..] else { panic!("{pairs:?}") };
        assert_eq!((&pair["bytes_sent"], &pair["remote_candidate_type"]), (&json!(sent), &json!("host")));
        assert_eq!(pairs.len(), 2);
    }
    let of = |stream| samples[&stream][0].clone();
    assert_eq!(of(Stream::AudioProducer)["rtt"], 0.001);
    assert_eq!(of(Stream::VideoProducer)["rtt"], 0.001);
    assert_eq!(of(Stream::VideoProducer)["frame_width"], 320);
    assert_eq!(of(Stream::AudioConsumer)["packets_received"], 645);
    assert_eq!(of(Stream::VideoConsumer)["frames_decoded"], 121);
    assert_eq!(samples.len(), 4);
}

#[test]
fn what_the_server_knows_is_not_told_twice() {
    for name in KNOWN_HERE {
        assert_eq!(said(name, Value::Null), [], "{name}");
    }
    let list = json!({ "deviceList": [{ "deviceId": "d", "kind": "audioinput", "label": "Mic", "groupId": "g" }, {}, 5] });
    let device = object(json!({ "device_id": "d", "kind": "audioinput", "label": "Mic" }));
    let devices = Said::Devices { at: AT_MS, of: DeviceKind::Audio, list: vec![device.clone()] };
    assert_eq!(said("audio_devices_updates", list), [devices]);
    let selected = json!({ "device": { "deviceId": "d", "kind": "audioinput", "label": "Mic" } });
    assert_eq!(said("selected_microphone_update", selected), [Said::Selected { at: AT_MS, device }]);
    assert_eq!(said("selected_camera_update", json!({ "device": null })), []);
}
