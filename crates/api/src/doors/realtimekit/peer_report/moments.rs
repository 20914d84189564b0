//! What the client said of its streams and what the server saw of them, as one list of moments. Each field is of the one that
//! knows it (docs/decisions/0030-what-the-server-saw.md).

use std::collections::HashMap;

use sederunt_app::reports::{
    Fields, ReceivedMoment, ReceivedTrack, Report, Said, SentMoment, SentTrack, Stream, TrackKind,
};
use serde_json::Value;

use super::metadata::instant;

/// A client's words are of a moment that the server saw when they are at most so far from it, milliseconds: it speaks every
/// seven seconds, and the server looks every five.
const NEAR_MS: i64 = 4_000;

/// A moment of a stream.
#[derive(Debug)]
pub(super) struct Moment {
    /// Which stream.
    pub(super) stream: String,
    /// What is shown.
    pub(super) fields: Fields,
    /// What the server counted, if it saw it.
    pub(super) counted: Option<Counted>,
    /// When, on the server's clock.
    at: i64,
    /// When the client said its part, on its own clock.
    said_at: Option<i64>,
}

impl Moment {
    /// Frames that came here, and the moment by which the server knows it.
    pub(super) fn arrived(&self) -> Option<(i64, u64)> {
        Some((self.at, self.counted.as_ref()?.frames?))
    }

    /// Frames that the client has shown, and when it said so; of what was on.
    pub(super) fn shown(&self) -> Option<(i64, u64)> {
        self.counted.as_ref()?;
        Some((self.said_at?, self.fields.get("frames_decoded")?.as_u64()?))
    }
}

/// What the server counted since the stream began.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Packets that were sent.
    pub(super) expected: Option<u64>,
    /// Those of them that never came.
    pub(super) lost: Option<u64>,
    /// Frames.
    pub(super) frames: Option<u64>,
}

/// What a client said of a stream.
struct Words {
    /// On the server's clock.
    at: i64,
    /// On its own.
    said_at: i64,
    fields: Fields,
    is_taken: bool,
}

/// The words of all streams of a kind, each in order of time.
type Spoken = HashMap<String, Vec<Words>>;

/// All moments of a kind of streams, in order of time.
pub(super) fn moments(report: &Report, stream: Stream) -> Vec<Moment> {
    let mut spoken = spoken(report, stream);
    let mut all = Vec::new();
    for track in
        report.seen.sent.iter().filter(|t| Stream::producer(t.kind == TrackKind::Video, t.screen) == stream)
    {
        all.extend(track.moments.iter().map(|moment| sent(track, moment, &mut spoken)));
    }
    for track in report
        .seen
        .received
        .iter()
        .filter(|t| Stream::consumer(t.kind == TrackKind::Video, t.screen) == stream)
    {
        all.extend(track.moments.iter().map(|moment| received(track, moment, &mut spoken)));
    }
    for (stream, words) in spoken {
        let alone = words.into_iter().filter(|words| !words.is_taken);
        all.extend(alone.map(|Words { at, said_at, mut fields, .. }| {
            set(&mut fields, "timestamp", Some(instant(said_at).as_str()));
            Moment { stream: stream.clone(), fields, counted: None, at, said_at: Some(said_at) }
        }));
    }
    all.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.stream.cmp(&b.stream)));
    all
}

/// What the client said, by stream.
fn spoken(report: &Report, stream: Stream) -> Spoken {
    let id = if stream.is_sent() { "producer_id" } else { "consumer_id" };
    let mut spoken = Spoken::new();
    for said in &report.said {
        let Said::Ping { at: said_at, samples, .. } = said else { continue };
        for fields in samples.get(&stream).into_iter().flatten() {
            let Some(Value::String(id)) = fields.get(id) else { continue };
            let (at, said_at) = (said_at - report.ahead_ms, *said_at);
            let words = Words { at, said_at, fields: fields.clone(), is_taken: false };
            spoken.entry(id.clone()).or_default().push(words);
        }
    }
    spoken.values_mut().for_each(|words| words.sort_by_key(|words| words.at));
    spoken
}

/// What was said nearest to a moment that the server saw. Whatever is near to one is of it, and not shown again.
fn nearest<'a>(spoken: &'a mut Spoken, stream: &str, at: i64) -> Option<&'a Words> {
    let words = spoken.get_mut(stream)?;
    let from = words.partition_point(|words| words.at < at - NEAR_MS);
    let to = words.partition_point(|words| words.at <= at + NEAR_MS);
    let near = words.get_mut(from..to)?;
    near.iter_mut().for_each(|words| words.is_taken = true);
    near.iter().min_by_key(|words| (words.at - at).abs())
}

fn sent(track: &SentTrack, seen: &SentMoment, spoken: &mut Spoken) -> Moment {
    let words = nearest(spoken, &track.producer, seen.at);
    let said_at = words.map(|words| words.said_at);
    let is_video = track.kind == TrackKind::Video;
    let mut fields = words.map(|words| words.fields.clone()).unwrap_or_default();
    set(&mut fields, "producer_id", Some(track.producer.as_str()));
    set(&mut fields, "mid", Some(track.mid.as_str()));
    set(&mut fields, "timestamp", Some(instant(seen.at).as_str()));
    set(&mut fields, "ssrc", seen.ssrc);
    set(&mut fields, "bytes_sent", seen.bytes);
    set(&mut fields, "packets_sent", seen.packets);
    set(&mut fields, "packets_lost", Some(seen.lost));
    set(&mut fields, "jitter", seen.jitter_us.map(seconds));
    if is_video {
        set(&mut fields, "pli_count", Some(seen.plis));
        set(&mut fields, "fir_count", Some(seen.firs));
    }
    // Its own encoder is the client's to speak of; where it says nothing, its frames do.
    if let Some((width, height)) = seen.size.filter(|_| said_at.is_none()) {
        set(&mut fields, "frame_width", Some(width));
        set(&mut fields, "frame_height", Some(height));
        set(&mut fields, "key_frames_encoded", Some(seen.key_frames));
    }
    let frames = is_video.then_some(seen.frames);
    let counted = Counted { expected: Some(seen.expected), lost: Some(seen.lost), frames };
    Moment { stream: track.producer.clone(), fields, counted: Some(counted), at: seen.at, said_at }
}

fn received(track: &ReceivedTrack, seen: &ReceivedMoment, spoken: &mut Spoken) -> Moment {
    let words = nearest(spoken, &track.producer, seen.at);
    let said_at = words.map(|words| words.said_at);
    let mut fields = words.map(|words| words.fields.clone()).unwrap_or_default();
    // A subscription has no other name than what it is of.
    set(&mut fields, "consumer_id", Some(track.producer.as_str()));
    set(&mut fields, "producer_id", Some(track.producer.as_str()));
    set(&mut fields, "peer_id", Some(track.sender.as_str()));
    set(&mut fields, "mid", Some(track.mid.as_str()));
    set(&mut fields, "timestamp", Some(instant(seen.at).as_str()));
    set(&mut fields, "ssrc", Some(track.ssrc));
    set(&mut fields, "packets_lost", seen.lost);
    set(&mut fields, "jitter", seen.jitter_us.map(seconds));
    let counted = Counted { expected: seen.expected, lost: seen.lost, frames: None };
    Moment { stream: track.producer.clone(), fields, counted: Some(counted), at: seen.at, said_at }
}

fn set(fields: &mut Fields, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), value.into());
    }
}

#[expect(clippy::cast_precision_loss, reason = "a jitter is far below 2^53 microseconds")]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
