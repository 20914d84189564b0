//! The report of a peer: what the server saw, beside what the client said (case O080 in parts that need no browser).

use sederunt_app::reports::Heard;
use sederunt_core::id::SessionId;
use sederunt_store::ServerPost;
use serde_json::{Value, json};

use crate::kit_peer_report::Call;

/// When the calls of these tests begin, as the world's clock says it.
const T0: i64 = 1_768_226_400_000;

impl Call {
    /// The stay's session.
    async fn session(&self) -> SessionId {
        let report = self.report(self.client.peer, "filters=events").await;
        report["session_id"].as_str().unwrap().parse().unwrap()
    }

    /// Keeps what the server saw, as the node does.
    async fn sees(&self, seen: Value) {
        let (session, stay, at) = (self.session().await, self.client.peer, self.world.node.reading());
        let post = ServerPost { session, stay, at, body: seen.to_string() };
        assert_eq!(self.world.store.server_posts(vec![post]).await.unwrap(), 1);
    }

    async fn quality(&self) -> Value {
        self.report(self.client.peer, "filters=quality_stats").await["peer_report"]["quality"].take()
    }
}

/// A second after the beginning, as the report shows it.
fn shown(second: i64) -> String {
    format!("2026-01-12T14:{:02}:{:02}.000Z", second / 60, second % 60)
}

/// A track that is sent, with what is told of each moment besides its second.
fn sent(producer: &str, kind: &str, moments: &[(i64, Value)]) -> Value {
    json!({ "producer": producer, "kind": kind, "mid": "1", "moments": stamped(moments) })
}

fn stamped(moments: &[(i64, Value)]) -> Vec<Value> {
    let stamp = |(second, told): &(i64, Value)| {
        let mut told = told.clone();
        told["t"] = json!(T0 + second * 1_000);
        told
    };
    moments.iter().map(stamp).collect()
}

/// What the client says of a picture that it sends.
fn ping(frames: u32) -> Value {
    json!({ "producerStats": [{ "producerId": "v", "appData": {}, "audioStats": [], "videoStats": [
        { "ssrc": 5, "mid": "x", "frameWidth": 320, "frameHeight": 180, "framesEncoded": frames, "keyFramesEncoded": 2,
          "packetsSent": 9, "remoteData": { "roundTripTime": 0.25 } }] }] })
}

/// Says so at a second of the client's clock.
async fn said(call: &Call, second: i64, frames: u32) {
    call.said.set(u32::try_from(second).unwrap());
    assert_eq!(call.says(call.client.peer, &[("ping_stat", ping(frames))]).await, Heard::Kept);
}

#[tokio::test]
async fn o080_what_the_server_counts_is_shown_as_the_servers() {
    let call = Call::new().await;
    let moment = |n: i64| {
        let n = u64::try_from(n).unwrap();
        json!({ "s": 77, "b": 8_000 * n, "p": 250 * n, "e": 250 * n, "l": 25 * n, "j": 1_500 })
    };
    let moments: Vec<(i64, Value)> = (1..=12).map(|n| (5 * n, moment(n))).collect();
    // In rows of a minute, the last of which was not told by the sender.
    call.sees(json!({ "sent": [sent("a", "audio", &moments[..6])] })).await;
    call.sees(json!({ "sent": [sent("a", "audio", &moments[6..])] })).await;
    call.sees(json!({ "sent": [sent("a", "audio", &[(65, json!({ "s": 77, "e": 3_250, "l": 325 }))])] }))
        .await;
    let quality = call.quality().await;
    let samples = quality["audio_producer"].as_array().unwrap();
    assert_eq!(samples.len(), 13);
    assert_eq!(
        samples[0],
        json!({ "producer_id": "a", "mid": "1", "ssrc": 77, "timestamp": shown(5), "bytes_sent": 8_000,
            "packets_sent": 250, "packets_lost": 25, "jitter": 0.0015 })
    );
    assert_eq!(
        samples[12],
        json!({ "producer_id": "a", "mid": "1", "ssrc": 77, "timestamp": shown(65), "packets_lost": 325 })
    );
    let loss = json!({ "avg": 10, "5_or_greater_event_fraction": 1, "10_or_greater_event_fraction": 1,
        "25_or_greater_event_fraction": 0, "50_or_greater_event_fraction": 0 });
    assert_eq!(quality["audio_producer_cumulative"], json!({ "packet_loss": loss }));
}

#[tokio::test]
async fn what_both_know_of_a_moment_is_one_sample() {
    let call = Call::new().await;
    // The client's clock is half an hour ahead, and it speaks at 2, 9, 16 and 40 seconds of ours.
    for (later, second, frames) in [(2, 2, 10), (7, 9, 20), (7, 16, 30), (24, 40, 40)] {
        call.world.clock.advance(later * 1_000);
        said(&call, second + 1_800, frames).await;
    }
    let picture = |frames: u64| json!({ "s": 77, "e": 0, "l": 0, "i": 3, "f": 1, "n": frames, "k": 9, "z": [640, 360] });
    let moments = [(0, picture(0)), (5, picture(50)), (10, picture(50)), (24, picture(99))];
    call.sees(json!({ "sent": [sent("v", "video", &moments)] })).await;
    let quality = call.quality().await;
    let samples = quality["video_producer"].as_array().unwrap();
    // The nearest words of each moment; those of 16 and 40 are near to none.
    let told: Vec<Value> =
        samples.iter().map(|s| json!([s["timestamp"], s.get("frames_encoded"), s["ssrc"]])).collect();
    let expected = [
        json!([shown(0), 10, 77]),
        json!([shown(5), 10, 77]),
        json!([shown(10), 20, 77]),
        json!([shown(1_816), 30, 5]),
        json!([shown(24), null, 77]),
        json!([shown(1_840), 40, 5]),
    ];
    assert_eq!(told, expected);
    let both = json!({ "producer_id": "v", "mid": "1", "ssrc": 77, "timestamp": shown(0), "packets_lost": 0, "pli_count": 3,
        "fir_count": 1, "frame_width": 320, "frame_height": 180, "frames_encoded": 10, "key_frames_encoded": 2, "rtt": 0.25 });
    assert_eq!(samples[0], both, "the encoder is the client's to speak of");
    let alone = json!({ "producer_id": "v", "mid": "1", "ssrc": 77, "timestamp": shown(24), "packets_lost": 0, "pli_count": 3,
        "fir_count": 1, "frame_width": 640, "frame_height": 360, "key_frames_encoded": 9 });
    assert_eq!(samples[4], alone, "where it is silent its frames speak");
    let issues = &quality["video_producer_cumulative"]["issues"];
    assert_eq!(issues["no_video_fraction"], 0.5, "of what the server saw: nothing yet, and nothing new");
    assert!(quality["video_producer_cumulative"].get("packet_loss").is_none(), "nothing was sent");
}

#[tokio::test]
async fn what_is_received_is_told_by_both() {
    let call = Call::new().await;
    let ping = |frames: u32| {
        json!({ "consumerStats": [{ "consumerId": "p", "producerId": "p", "peerId": "theirs", "appData": { "screenShare": true },
            "videoStats": [{ "ssrc": 9, "mid": "x", "framesDecoded": frames, "packetsReceived": 70, "packetsLost": 50, "jitter": 9 }] }] })
    };
    for frames in [30, 60, 60] {
        call.world.clock.advance(5_000);
        call.said.set(call.said.get() + 4);
        assert_eq!(call.says(call.client.peer, &[("ping_stat", ping(frames))]).await, Heard::Kept);
    }
    let moments = [
        (4, json!({ "e": 100, "l": 0, "j": 2_000 })),
        (9, json!({ "e": 200, "l": 30 })),
        (14, json!({})),
        (20, json!({})),
    ];
    let track = json!({ "producer": "p", "sender": "the stay", "kind": "video", "screen": true, "mid": "2", "ssrc": 78,
        "moments": stamped(&moments) });
    call.sees(json!({ "received": [track] })).await;
    let quality = call.quality().await;
    let samples = quality["screenshare_video_consumer"].as_array().unwrap();
    let first = json!({ "consumer_id": "p", "producer_id": "p", "peer_id": "the stay", "mid": "2", "ssrc": 78,
        "timestamp": shown(4), "packets_lost": 0, "jitter": 0.002, "frames_decoded": 30, "packets_received": 70 });
    assert_eq!(samples[0], first);
    assert_eq!(samples.len(), 4);
    assert!(
        samples[2].get("packets_lost").is_none() && samples[3].get("frames_decoded").is_none(),
        "{samples:?}"
    );
    let figures = &quality["screenshare_video_consumer_cumulative"];
    assert_eq!(figures["packet_loss"]["avg"], 15, "nothing, then thirty of a hundred");
    assert_eq!(figures["packet_loss"]["25_or_greater_event_fraction"], 0.5);
    assert_eq!(figures["issues"]["no_video_fraction"].as_f64(), Some(1.0 / 3.0), "{figures}");
}

#[tokio::test]
async fn events_and_paths_of_the_server_stand_beside_those_of_the_client() {
    let call = Call::new().await;
    call.world.clock.advance(20_000);
    // The client is ten minutes ahead.
    call.said.set(600 + 19);
    let pair = json!({ "nominated": true, "bytesSent": 5, "remoteCandidateAddress": "203.0.113.7" });
    let ping = json!({ "producingTransportStats": { "stats": { "candidatePairs": [pair] } } });
    call.says(
        call.client.peer,
        &[("tab_change", Value::Null), ("ping_stat", ping), ("audio_on", Value::Null)],
    )
    .await;
    let event = |second: i64, what: &str| json!({ "at": T0 + 1_000 * second, "what": what });
    let mut connected = event(1, "transport_connected");
    connected["side"] = json!("producing");
    let path = json!({ "port": 40_000, "kind": "prflx", "bytes_received": 700, "bytes_sent": 70, "packets_received": 7,
        "packets_sent": 3 });
    let mut consuming = path.clone();
    consuming["rtt_us"] = json!(12_500);
    let events = [event(0, "websocket_connected"), connected, event(2, "audio_on"), event(30, "audio_off")];
    call.sees(json!({ "events": events, "producing": path, "consuming": consuming })).await;
    let metadata = call.report(call.client.peer, "").await["peer_report"]["metadata"].take();
    let told: Vec<Value> = metadata["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| json!([event["name"], event["timestamp"], event["metadata"]]))
        .collect();
    let expected = [
        json!(["websocket_connected", shown(0), {}]),
        json!(["transport_connected", shown(1), { "transport": "producing" }]),
        json!(["audio_on", shown(2), {}]),
        json!(["tab_change", shown(619), {}]),
        json!(["audio_off", shown(30), {}]),
    ];
    assert_eq!(told, expected, "in order of the server's time");
    let seen = json!({ "nominated": true, "bytes_received": 700, "bytes_sent": 70, "packets_received": 7, "packets_sent": 3,
        "remote_candidate_port": 40_000, "remote_candidate_protocol": "udp", "remote_candidate_type": "prflx" });
    let mut received = seen.clone();
    received["current_round_trip_time"] = json!(0.0125);
    let pairs = &metadata["candidate_pairs"];
    assert_eq!(pairs["producing_transport"][1], seen, "behind the client's own");
    assert_eq!(pairs["consuming_transport"], json!([received]));
    for (filters, what) in [("events", "events"), ("quality_stats", "candidate_pairs")] {
        let part = call.report(call.client.peer, &format!("filters={filters}")).await;
        let metadata = part["peer_report"]["metadata"].as_object().unwrap();
        assert_eq!(metadata.keys().collect::<Vec<_>>(), [what, "room_view_type"]);
    }
}

#[tokio::test]
async fn what_another_version_wrote_breaks_no_report() {
    let call = Call::new().await;
    for body in [json!(5), json!({ "sent": 5 }), json!([{ "is": "news" }]), json!({ "news": 1 })] {
        call.sees(body).await;
    }
    let report = call.report(call.client.peer, "").await;
    assert_eq!(report["peer_report"], json!({ "metadata": { "room_view_type": "GROUP_CALL" } }));
}
