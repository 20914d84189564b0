//! What is kept of what was seen. It is written as JSON with short names: a stay has thousands of moments.

use serde::{Deserialize, Serialize};

/// What was seen of a stay in some time. Instants are milliseconds of its session's own time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// What happened, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<SeenEvent>,
    /// How the datagrams of the sending transport went last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producing: Option<SeenPath>,
    /// How those of the receiving one went last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consuming: Option<SeenPath>,
    /// Tracks that the client sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<SentTrack>,
    /// Tracks that it got.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<ReceivedTrack>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenEvent {
    /// When.
    pub at: i64,
    /// What.
    pub what: Happening,
    /// Of which transport, if it is one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
}

/// What may happen, by the names of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// A microphone is heard.
    AudioOn,
    /// It is muted, or gone.
    AudioOff,
    /// A camera is seen.
    VideoOn,
    /// It is off, or gone.
    VideoOff,
    /// A screen is shown.
    ScreenshareOn,
    /// No longer.
    ScreenshareOff,
    /// ICE and DTLS of a transport are up.
    TransportConnected,
    /// The web socket was accepted.
    WebsocketConnected,
    /// The web socket is lost or closed.
    Disconnect,
    /// There is one again.
    Reconnect,
}

impl Happening {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AudioOn => "audio_on",
            Self::AudioOff => "audio_off",
            Self::VideoOn => "video_on",
            Self::VideoOff => "video_off",
            Self::ScreenshareOn => "screenshare_on",
            Self::ScreenshareOff => "screenshare_off",
            Self::TransportConnected => "transport_connected",
            Self::WebsocketConnected => "websocket_connected",
            Self::Disconnect => "disconnect",
            Self::Reconnect => "reconnect",
        }
    }
}

/// A transport of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It sends on it.
    Producing,
    /// It receives on it.
    Consuming,
}

impl Side {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Producing => "producing",
            Self::Consuming => "consuming",
        }
    }
}

/// How the datagrams of a transport go, seen from the server: remote is the client, sent is what the server sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenPath {
    /// Where the client is; only where addresses are stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its port.
    pub port: u16,
    /// What its address is: `host`, `srflx`, `prflx` or `relay`.
    pub kind: String,
    /// Bytes from the client.
    pub bytes_received: u64,
    /// Bytes to it.
    pub bytes_sent: u64,
    /// Datagrams from the client.
    pub packets_received: u64,
    /// Datagrams to it.
    pub packets_sent: u64,
    /// The latest round trip, microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
}

/// Kind of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// A track that a client sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentTrack {
    /// Which.
    pub producer: String,
    /// Sound or picture.
    pub kind: TrackKind,
    /// Of a screen.
    #[serde(default, skip_serializing_if = "is_false")]
    pub screen: bool,
    /// m-line.
    pub mid: String,
    /// In order of time.
    pub moments: Vec<SentMoment>,
}

/// A moment of a track that a client sent. Counters since its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentMoment {
    /// When.
    #[serde(rename = "t")]
    pub at: i64,
    /// Source of its packets.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub ssrc: Option<u32>,
    /// Bytes, as the sender says.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Packets, as the sender says.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub packets: Option<u64>,
    /// Packets by their numbers.
    #[serde(rename = "e")]
    pub expected: u64,
    /// Packets that did not come.
    #[serde(rename = "l")]
    pub lost: u64,
    /// Jitter, microseconds.
    #[serde(rename = "j", default, skip_serializing_if = "Option::is_none")]
    pub jitter_us: Option<u64>,
    /// Requests for key frames.
    #[serde(rename = "i", default, skip_serializing_if = "is_zero")]
    pub plis: u64,
    /// Full intra requests.
    #[serde(rename = "f", default, skip_serializing_if = "is_zero")]
    pub firs: u64,
    /// Frames.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub frames: u64,
    /// Key frames.
    #[serde(rename = "k", default, skip_serializing_if = "is_zero")]
    pub key_frames: u64,
    /// Width and height, pixels.
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none")]
    pub size: Option<(u16, u16)>,
}

/// A track that a client got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedTrack {
    /// Which.
    pub producer: String,
    /// The stay that it is of.
    pub sender: String,
    /// Sound or picture.
    pub kind: TrackKind,
    /// Of a screen.
    #[serde(default, skip_serializing_if = "is_false")]
    pub screen: bool,
    /// m-line.
    pub mid: String,
    /// Source of its packets.
    pub ssrc: u32,
    /// In order of time.
    pub moments: Vec<ReceivedMoment>,
}

/// A moment of a track that a client got. Counters since its beginning; none when the client said nothing since the moment before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedMoment {
    /// When.
    #[serde(rename = "t")]
    pub at: i64,
    /// Packets that the client knows of.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// Those of them that did not come.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<u64>,
    /// Jitter, microseconds.
    #[serde(rename = "j", default, skip_serializing_if = "Option::is_none")]
    pub jitter_us: Option<u64>,
}

impl SeenPath {
    /// A later look at it. A round trip that it does not tell is as it was.
    fn follow(path: &mut Option<Self>, later: Option<Self>) {
        let Some(mut later) = later else { return };
        later.rtt_us = later.rtt_us.or(path.as_ref().and_then(|path| path.rtt_us));
        *path = Some(later);
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl Seen {
    /// Nothing was seen.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what was seen later. What is there already is not added twice.
    pub fn append(&mut self, later: Self) {
        let Self { events, producing, consuming, sent, received } = later;
        for event in events {
            let of_then = self.events.iter().rev().take_while(|known| known.at >= event.at);
            if !of_then.into_iter().any(|known| *known == event) {
                self.events.push(event);
            }
        }
        SeenPath::follow(&mut self.producing, producing);
        SeenPath::follow(&mut self.consuming, consuming);
        sent.into_iter().for_each(|track| self.add_sent(track));
        received.into_iter().for_each(|track| self.add_received(track));
    }

    fn add_sent(&mut self, track: SentTrack) {
        let same = |known: &&mut SentTrack| known.producer == track.producer && known.mid == track.mid;
        let Some(known) = self.sent.iter_mut().find(same) else { return self.sent.push(track) };
        let last = known.moments.last().map_or(i64::MIN, |moment| moment.at);
        known.moments.extend(track.moments.into_iter().filter(|moment| moment.at > last));
    }

    fn add_received(&mut self, track: ReceivedTrack) {
        let same = |known: &&mut ReceivedTrack| {
            known.producer == track.producer && known.mid == track.mid && known.ssrc == track.ssrc
        };
        let Some(known) = self.received.iter_mut().find(same) else { return self.received.push(track) };
        let last = known.moments.last().map_or(i64::MIN, |moment| moment.at);
        known.moments.extend(track.moments.into_iter().filter(|moment| moment.at > last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(at: &[i64]) -> Seen {
        let moments = at.iter().map(|at| SentMoment { at: *at, ..SentMoment::default() }).collect();
        let track = SentTrack {
            producer: "p".to_owned(),
            kind: TrackKind::Audio,
            screen: false,
            mid: "0".to_owned(),
            moments,
        };
        let events =
            at.iter().map(|at| SeenEvent { at: *at, what: Happening::AudioOn, side: None }).collect();
        Seen { events, sent: vec![track], ..Seen::default() }
    }

    #[test]
    fn parts_that_overlap_are_one() {
        let mut all = part(&[1, 2]);
        all.append(part(&[2, 3]));
        all.append(Seen::default());
        assert_eq!(all, part(&[1, 2, 3]));
    }

    #[test]
    fn it_is_read_as_it_was_written_and_short() {
        let seen = part(&[1]);
        let text = serde_json::to_string(&seen).unwrap();
        assert_eq!(
            text,
            r#"{"events":[{"at":1,"what":"audio_on"}],"sent":[{"producer":"p","kind":"audio","mid":"0","moments":[{"t":1,"e":0,"l":0}]}]}"#
        );
        assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
    }

    #[test]
    fn every_happening_is_written_by_its_name() {
        for what in [
            Happening::AudioOn,
            Happening::AudioOff,
            Happening::VideoOn,
            Happening::VideoOff,
            Happening::ScreenshareOn,
            Happening::ScreenshareOff,
            Happening::TransportConnected,
            Happening::WebsocketConnected,
            Happening::Disconnect,
            Happening::Reconnect,
        ] {
            assert_eq!(serde_json::to_value(what).unwrap(), what.as_str());
        }
    }
}
