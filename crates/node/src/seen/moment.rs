//! From what the media thread saw to what is kept of it.

use sederunt_core::id::{Id, PeerId};
use sederunt_core::time::UnixMs;
use sederunt_sfu::{ConsumerSample, Kind, Path, ProducerSample, Sample};

use crate::media::Sight;

use super::words::{
    Happening, ReceivedMoment, ReceivedTrack, Seen, SeenEvent, SeenPath, SentMoment, SentTrack, Side,
    TrackKind,
};

/// What is kept of something that was seen `at` some instant of the session's own time. `stay` tells the stay of a peer of
/// the same room; addresses are kept only with `addresses`.
pub(super) fn seen(what: Sight, at: UnixMs, addresses: bool, stay: impl Fn(PeerId) -> PeerId) -> Seen {
    let happened = |what, side| Seen { events: vec![SeenEvent { at: at.0, what, side }], ..Seen::default() };
    match what {
        // The sound of a screen is part of it.
        Sight::Turned { kind: Kind::Audio, screen: true, .. } => Seen::default(),
        Sight::Turned { kind, screen, on } => happened(turned(kind, screen, on), None),
        Sight::Connected { consuming } => happened(Happening::TransportConnected, Some(side(consuming))),
        Sight::Moment(sample) => moment(*sample, at, addresses, stay),
    }
}

fn turned(kind: Kind, screen: bool, on: bool) -> Happening {
    match (kind, screen, on) {
        (_, true, true) => Happening::ScreenshareOn,
        (_, true, false) => Happening::ScreenshareOff,
        (Kind::Audio, false, true) => Happening::AudioOn,
        (Kind::Audio, false, false) => Happening::AudioOff,
        (Kind::Video, false, true) => Happening::VideoOn,
        (Kind::Video, false, false) => Happening::VideoOff,
    }
}

const fn side(consuming: bool) -> Side {
    if consuming { Side::Consuming } else { Side::Producing }
}

fn moment(sample: Sample, at: UnixMs, addresses: bool, stay: impl Fn(PeerId) -> PeerId) -> Seen {
    let path = Some(path(&sample.path, addresses));
    let (producing, consuming) = match side(sample.consuming) {
        Side::Producing => (path, None),
        Side::Consuming => (None, path),
    };
    Seen {
        events: Vec::new(),
        producing,
        consuming,
        sent: sample.producers.iter().map(|track| sent(track, at)).collect(),
        received: sample
            .consumers
            .iter()
            .map(|track| received(track, at, stay(PeerId::from_u128(track.sender.id))))
            .collect(),
    }
}

fn path(path: &Path, addresses: bool) -> SeenPath {
    SeenPath {
        address: addresses.then(|| path.remote.ip().to_canonical().to_string()),
        port: path.remote.port(),
        kind: path.remote_kind.as_str().to_owned(),
        bytes_received: path.bytes_received,
        bytes_sent: path.bytes_sent,
        packets_received: path.packets_received,
        packets_sent: path.packets_sent,
        rtt_us: path.rtt.map(micros),
    }
}

fn sent(track: &ProducerSample, at: UnixMs) -> SentTrack {
    let moment = SentMoment {
        at: at.0,
        ssrc: track.ssrc,
        bytes: track.sent.map(|sent| sent.bytes),
        packets: track.sent.map(|sent| sent.packets),
        expected: track.expected,
        lost: track.lost,
        jitter_us: track.jitter.map(micros),
        plis: track.plis,
        firs: track.firs,
        frames: track.frames,
        key_frames: track.key_frames,
        size: track.size,
    };
    SentTrack {
        producer: Id::from_u128(track.producer.0).to_string(),
        kind: kind(track.kind),
        screen: track.screen,
        mid: track.mid.clone(),
        moments: vec![moment],
    }
}

fn received(track: &ConsumerSample, at: UnixMs, sender: PeerId) -> ReceivedTrack {
    let moment = ReceivedMoment {
        at: at.0,
        expected: track.report.map(|report| report.expected),
        lost: track.report.map(|report| report.lost),
        jitter_us: track.report.map(|report| micros(report.jitter)),
    };
    ReceivedTrack {
        producer: Id::from_u128(track.producer.0).to_string(),
        sender: sender.to_string(),
        kind: kind(track.kind),
        screen: track.screen,
        mid: track.mid.clone(),
        ssrc: track.ssrc,
        moments: vec![moment],
    }
}

const fn kind(kind: Kind) -> TrackKind {
    match kind {
        Kind::Audio => TrackKind::Audio,
        Kind::Video => TrackKind::Video,
    }
}

fn micros(length: std::time::Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}
