//! From a post of the official client to what is kept of it: known fields only, of the right form and within bounds.
//!
//! A post is what a stranger says. What is out of bounds, of another form or not known is left out by itself; the rest is kept.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Entries of a post (PROTOCOL §11).
const ENTRIES_MAX: usize = 25;
/// Candidate pairs of a transport, streams of a kind and devices of a list: more than any client has.
const ITEMS_MAX: usize = 64;
/// Characters of a text; a user agent has some hundred.
const TEXT_MAX_CHARS: usize = 512;
/// Characters of an event's name, or of a name in its metadata.
const NAME_MAX_CHARS: usize = 64;
/// Fields in the metadata of an event.
const METADATA_MAX: usize = 16;
/// Numbers are below this: JSON clients hold them exactly. Whatever a call counts is far below.
const NUMBER_END: f64 = 9_007_199_254_740_992.0;
/// Instants of the years 1970 to 9999, milliseconds.
const INSTANTS: std::ops::RangeInclusive<i64> = 0..=253_402_300_799_999;

/// Named values.
pub type Fields = Map<String, Value>;

/// An entry of a post. `at`: Unix milliseconds of the client's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Said {
    /// What it runs on.
    Join {
        /// When.
        at: i64,
        /// `is_mobile`, `os`, `os_version`, `cpus`.
        device: Fields,
        /// `browser`, `browser_version`, `engine`, `user_agent`.
        browser: Fields,
        /// `sdk_name`, `sdk_version`, `sdk_type`.
        sdk: Fields,
    },
    /// What it found of its network before the call.
    Precall {
        /// When.
        at: i64,
        /// `effective_network_type`.
        network: Fields,
    },
    /// Statistics of its transports and streams.
    Ping {
        /// When.
        at: i64,
        /// Candidate pairs of the transport that sends.
        producing: Vec<Fields>,
        /// Candidate pairs of the transport that receives.
        consuming: Vec<Fields>,
        /// A sample of each stream.
        samples: BTreeMap<Stream, Vec<Fields>>,
    },
    /// The devices of a kind that there are.
    Devices {
        /// When.
        at: i64,
        /// Which kind.
        of: DeviceKind,
        /// `device_id`, `kind`, `label` of each.
        list: Vec<Fields>,
    },
    /// The device that is used from now on.
    Selected {
        /// When.
        at: i64,
        /// `device_id`, `kind`, `label`.
        device: Fields,
    },
    /// Anything else that happened.
    Event {
        /// When.
        at: i64,
        /// Its name.
        name: String,
        /// What else is said of it.
        metadata: Fields,
    },
}

/// Kinds of devices that have lists of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Microphones.
    Audio,
    /// Cameras.
    Video,
    /// Loudspeakers.
    Speaker,
}

/// Kinds of streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Sound that is received.
    AudioConsumer,
    /// Sound that is sent.
    AudioProducer,
    /// Sound of a screen that is received.
    ScreenshareAudioConsumer,
    /// Sound of a screen that is sent.
    ScreenshareAudioProducer,
    /// Picture of a screen that is received.
    ScreenshareVideoConsumer,
    /// Picture of a screen that is sent.
    ScreenshareVideoProducer,
    /// Picture that is received.
    VideoConsumer,
    /// Picture that is sent.
    VideoProducer,
}

/// The form of a field.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// Not empty.
    Text,
    /// From 0 to [`NUMBER_END`].
    Number,
    Flag,
    /// An IPv4 address, of which 16 bits are kept.
    Network,
    /// Why the quality of a picture is limited.
    Limitation,
}

/// The client's name of a field, ours, and its form.
type Table = &'static [(&'static str, &'static str, Form)];

const DEVICE_INFO: Table = &[
    ("isMobile", "is_mobile", Form::Flag),
    ("osName", "os", Form::Text),
    ("osVersionName", "os_version", Form::Text),
    ("cpus", "cpus", Form::Number),
];
const BROWSER: Table = &[
    ("browserName", "browser", Form::Text),
    ("browserVersion", "browser_version", Form::Text),
    ("engineName", "engine", Form::Text),
    ("userAgent", "user_agent", Form::Text),
];
const SDK: Table = &[
    ("sdkName", "sdk_name", Form::Text),
    ("sdkVersion", "sdk_version", Form::Text),
    ("sdkType", "sdk_type", Form::Text),
];
const NETWORK: Table = &[("effectiveNetworkType", "effective_network_type", Form::Text)];
const DEVICE: Table =
    &[("deviceId", "device_id", Form::Text), ("kind", "kind", Form::Text), ("label", "label", Form::Text)];
/// Links of candidates are those of TURN servers, and there are none.
const PAIR: Table = &[
    ("availableIncomingBitrate", "available_incoming_bitrate", Form::Number),
    ("availableOutgoingBitrate", "available_outgoing_bitrate", Form::Number),
    ("bytesDiscardedOnSend", "bytes_discarded_on_send", Form::Number),
    ("bytesReceived", "bytes_received", Form::Number),
    ("bytesSent", "bytes_sent", Form::Number),
    ("currentRoundTripTime", "current_round_trip_time", Form::Number),
    ("lastPacketReceivedTimestamp", "last_packet_received_timestamp", Form::Number),
    ("lastPacketSentTimestamp", "last_packet_sent_timestamp", Form::Number),
    ("localCandidateAddress", "local_candidate_address", Form::Network),
    ("localCandidateId", "local_candidate_id", Form::Text),
    ("localCandidateNetworkType", "local_candidate_network_type", Form::Text),
    ("localCandidatePort", "local_candidate_port", Form::Number),
    ("localCandidateProtocol", "local_candidate_protocol", Form::Text),
    ("localCandidateRelatedAddress", "local_candidate_related_address", Form::Network),
    ("localCandidateRelatedPort", "local_candidate_related_port", Form::Number),
    ("localCandidateType", "local_candidate_type", Form::Text),
    ("nominated", "nominated", Form::Flag),
    ("packetsDiscardedOnSend", "packets_discarded_on_send", Form::Number),
    ("packetsReceived", "packets_received", Form::Number),
    ("packetsSent", "packets_sent", Form::Number),
    ("remoteCandidateAddress", "remote_candidate_address", Form::Network),
    ("remoteCandidateId", "remote_candidate_id", Form::Text),
    ("remoteCandidatePort", "remote_candidate_port", Form::Number),
    ("remoteCandidateProtocol", "remote_candidate_protocol", Form::Text),
    ("remoteCandidateType", "remote_candidate_type", Form::Text),
    ("totalRoundTripTime", "total_round_trip_time", Form::Number),
];
/// Which stream a sample is of.
const NAMED: Table = &[("mid", "mid", Form::Text), ("ssrc", "ssrc", Form::Number)];
const PRODUCER: Table = &[("producerId", "producer_id", Form::Text)];
const CONSUMER: Table = &[
    ("consumerId", "consumer_id", Form::Text),
    ("producerId", "producer_id", Form::Text),
    ("peerId", "peer_id", Form::Text),
];
/// What is sent is counted by whoever receives it, the server: only what the encoder knows is the client's to say.
const ENCODED: Table = &[
    ("frameHeight", "frame_height", Form::Number),
    ("frameWidth", "frame_width", Form::Number),
    ("framesEncoded", "frames_encoded", Form::Number),
    ("framesPerSecond", "frames_per_second", Form::Number),
    ("keyFramesEncoded", "key_frames_encoded", Form::Number),
    ("qualityLimitationReason", "quality_limitation_reason", Form::Limitation),
    ("qualityLimitationResolutionChanges", "quality_limitation_resolution_changes", Form::Number),
];
const LIMITATION_DURATIONS: Table = &[
    ("bandwidth", "bandwidth", Form::Number),
    ("cpu", "cpu", Form::Number),
    ("none", "none", Form::Number),
    ("other", "other", Form::Number),
];
const RECEIVED: Table = &[
    ("bytesReceived", "bytes_received", Form::Number),
    ("packetsReceived", "packets_received", Form::Number),
    ("jitterBufferDelay", "jitter_buffer_delay", Form::Number),
    ("jitterBufferEmittedCount", "jitter_buffer_emitted_count", Form::Number),
];
const HEARD: Table = &[("concealmentEvents", "concealment_events", Form::Number)];
const DECODED: Table = &[
    ("frameHeight", "frame_height", Form::Number),
    ("frameWidth", "frame_width", Form::Number),
    ("framesDecoded", "frames_decoded", Form::Number),
    ("framesDropped", "frames_dropped", Form::Number),
    ("framesPerSecond", "frames_per_second", Form::Number),
    ("keyFramesDecoded", "key_frames_decoded", Form::Number),
];
/// Events that the server knows better than a client that says them: not told twice.
const KNOWN_HERE: [&str; 10] = [
    "audio_on",
    "audio_off",
    "video_on",
    "video_off",
    "screenshare_on",
    "screenshare_off",
    "transport_connected",
    "websocket_connected",
    "disconnect",
    "reconnect",
];

/// The peer id of a post, and what it says; `None` when it is no post.
pub(super) fn read(post: &[u8]) -> Option<(String, Vec<Said>)> {
    let post: Value = serde_json::from_slice(post).ok()?;
    let peer = post.get("peerId")?.as_str()?.to_owned();
    let entries = post.get("payload")?.get("entries")?.as_array()?;
    if entries.len() > ENTRIES_MAX {
        return None;
    }
    Some((peer, entries.iter().flat_map(entry).collect()))
}

/// What an entry says; several things, some of which are events too.
fn entry(entry: &Value) -> Vec<Said> {
    let (Some(name), Some(at)) = (entry.get("event").and_then(Value::as_str), instant(entry)) else {
        return Vec::new();
    };
    let data = entry.get("metaData").unwrap_or(&Value::Null);
    let event = |metadata| Said::Event { at, name: name.to_owned(), metadata };
    match name {
        "ping_stat" => vec![ping(at, data)],
        "call_join" => vec![join(at, &data["peerMetaData"]), event(Fields::new())],
        "precall_end" => {
            let network = fields(&data["connectionInfo"], &[NETWORK]);
            vec![Said::Precall { at, network }, event(Fields::new())]
        }
        "audio_devices_updates" => vec![devices(at, DeviceKind::Audio, data)],
        "video_devices_updates" => vec![devices(at, DeviceKind::Video, data)],
        "speaker_devices_updates" => vec![devices(at, DeviceKind::Speaker, data)],
        "selected_microphone_update" | "selected_camera_update" | "selected_speaker_update" => {
            let device = fields(&data["device"], &[DEVICE]);
            if device.is_empty() { Vec::new() } else { vec![Said::Selected { at, device }] }
        }
        _ if KNOWN_HERE.contains(&name) || !is_name(name) => Vec::new(),
        _ => vec![event(metadata(data))],
    }
}

fn instant(entry: &Value) -> Option<i64> {
    let at = entry.get("timestamp")?.as_str()?.parse::<Timestamp>().ok()?.as_millisecond();
    INSTANTS.contains(&at).then_some(at)
}

fn join(at: i64, peer: &Value) -> Said {
    let device = &peer["deviceInfo"];
    Said::Join {
        at,
        device: fields(device, &[DEVICE_INFO]),
        browser: fields(device, &[BROWSER]),
        sdk: fields(peer, &[SDK]),
    }
}

fn devices(at: i64, of: DeviceKind, data: &Value) -> Said {
    let list = items(&data["deviceList"]).map(|device| fields(device, &[DEVICE]));
    Said::Devices { at, of, list: list.filter(|device| !device.is_empty()).collect() }
}

fn ping(at: i64, data: &Value) -> Said {
    let pairs = |transport: &str| {
        let pairs = items(&data[transport]["stats"]["candidatePairs"]).map(|pair| fields(pair, &[PAIR]));
        pairs.filter(|pair| !pair.is_empty()).collect()
    };
    let rtt = number(&data["producingTransportStats"]["stats"]["roundTripTime"]);
    let mut samples: BTreeMap<Stream, Vec<Fields>> = BTreeMap::new();
    for producer in items(&data["producerStats"]) {
        let (named, is_screen) = (fields(producer, &[PRODUCER]), is_screen(producer));
        // A sample of no stream is none.
        if named.is_empty() {
            continue;
        }
        for (stats, is_video) in [(&producer["audioStats"], false), (&producer["videoStats"], true)] {
            let Some(stats) = layer(stats, is_video) else { continue };
            let mut sample = named.clone();
            sample.extend(fields(stats, if is_video { &[NAMED, ENCODED] } else { &[NAMED] }));
            if is_video {
                let durations = fields(&stats["qualityLimitationDurations"], &[LIMITATION_DURATIONS]);
                if !durations.is_empty() {
                    sample.insert("quality_limitation_durations".to_owned(), durations.into());
                }
            }
            let own = number(&stats["remoteData"]["roundTripTime"]);
            sample.extend(own.or(rtt.clone()).map(|rtt| ("rtt".to_owned(), rtt)));
            samples.entry(Stream::producer(is_video, is_screen)).or_default().push(sample);
        }
    }
    for consumer in items(&data["consumerStats"]) {
        let (named, is_screen) = (fields(consumer, &[CONSUMER]), is_screen(consumer));
        if !named.contains_key("consumer_id") {
            continue;
        }
        for (stats, is_video) in [(&consumer["audioStats"], false), (&consumer["videoStats"], true)] {
            let Some(stats) = items(stats).next() else { continue };
            let mut sample = named.clone();
            let kind = if is_video { DECODED } else { HEARD };
            sample.extend(fields(stats, &[NAMED, RECEIVED, kind]));
            samples.entry(Stream::consumer(is_video, is_screen)).or_default().push(sample);
        }
    }
    Said::Ping {
        at,
        producing: pairs("producingTransportStats"),
        consuming: pairs("consumingTransportStats"),
        samples,
    }
}

impl Said {
    /// When, on the client's clock.
    pub const fn at(&self) -> i64 {
        match self {
            Self::Join { at, .. }
            | Self::Precall { at, .. }
            | Self::Ping { at, .. }
            | Self::Devices { at, .. }
            | Self::Selected { at, .. }
            | Self::Event { at, .. } => *at,
        }
    }
}

impl Stream {
    /// Of what is sent.
    pub const fn producer(is_video: bool, is_screen: bool) -> Self {
        match (is_video, is_screen) {
            (false, false) => Self::AudioProducer,
            (false, true) => Self::ScreenshareAudioProducer,
            (true, false) => Self::VideoProducer,
            (true, true) => Self::ScreenshareVideoProducer,
        }
    }

    /// Of what is received.
    pub const fn consumer(is_video: bool, is_screen: bool) -> Self {
        match (is_video, is_screen) {
            (false, false) => Self::AudioConsumer,
            (false, true) => Self::ScreenshareAudioConsumer,
            (true, false) => Self::VideoConsumer,
            (true, true) => Self::ScreenshareVideoConsumer,
        }
    }

    /// It is one of what is sent.
    pub const fn is_sent(self) -> bool {
        matches!(
            self,
            Self::AudioProducer
                | Self::VideoProducer
                | Self::ScreenshareAudioProducer
                | Self::ScreenshareVideoProducer
        )
    }
}

fn is_screen(stream: &Value) -> bool {
    stream["appData"]["screenShare"].as_bool().unwrap_or(false)
}

/// The layer of a stream that a sample is of: of a picture, the largest one that is encoded.
fn layer(stats: &Value, is_video: bool) -> Option<&Value> {
    let width = |layer: &&Value| {
        let encoded = layer["framesEncoded"].as_f64().unwrap_or(0.0) > 0.0;
        // Pixels, which a cast to whole numbers does not change.
        if encoded { layer["frameWidth"].as_u64().unwrap_or(0) } else { 0 }
    };
    if is_video { items(stats).max_by_key(width) } else { items(stats).next() }
}

/// The first items of a list that are objects.
fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten().filter(|item| item.is_object()).take(ITEMS_MAX)
}

/// The fields of the tables that are there and have their form.
fn fields(from: &Value, tables: &[Table]) -> Fields {
    let all = tables.iter().flat_map(|table| table.iter());
    all.filter_map(|(theirs, ours, form)| Some(((*ours).to_owned(), value(from.get(theirs)?, *form)?)))
        .collect()
}

fn value(said: &Value, form: Form) -> Option<Value> {
    match form {
        Form::Text => text(said),
        Form::Number => number(said),
        Form::Flag => said.as_bool().map(Value::Bool),
        Form::Network => network(said.as_str()?),
        Form::Limitation => {
            ["cpu", "bandwidth", "none", "other"].contains(&said.as_str()?).then(|| said.clone())
        }
    }
}

fn text(said: &Value) -> Option<Value> {
    let text = said.as_str()?;
    (!text.is_empty() && text.chars().count() <= TEXT_MAX_CHARS).then(|| said.clone())
}

fn number(said: &Value) -> Option<Value> {
    (0.0..NUMBER_END).contains(&said.as_f64()?).then(|| said.clone())
}

/// The client cuts addresses to 16 bits; so do we, whoever says it.
fn network(address: &str) -> Option<Value> {
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            Some(Ipv4Addr::new(a, b, 0, 0).to_string().into())
        }
        IpAddr::V6(_) => None,
    }
}

/// What is said of an event, without anything that has parts.
fn metadata(data: &Value) -> Fields {
    let named = data.as_object().into_iter().flatten().filter(|(name, _)| is_name(name));
    let kept = named.filter_map(|(name, said)| {
        let kept = match said {
            Value::Null | Value::Bool(_) => Some(said.clone()),
            Value::Number(_) => number(said),
            Value::String(_) => text(said),
            Value::Array(_) | Value::Object(_) => None,
        };
        Some((name.clone(), kept?))
    });
    kept.take(METADATA_MAX).collect()
}

/// Letters, digits and underscores, none of these first: no name that means something to a program that reads it.
fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !name.is_empty()
        && name.len() <= NAME_MAX_CHARS
        && name.bytes().all(plain)
        && !name.starts_with('_')
        && !["constructor", "prototype"].contains(&name)
}

#[cfg(test)]
mod tests;
