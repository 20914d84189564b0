//! What one person went through, and what all of a room or run did.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::histogram::Histogram;
use crate::vp8::Layer;

/// How many of those that were wanted came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Came.
    pub had: u64,
    /// Wanted.
    pub wanted: u64,
}

/// What became of packets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Packets {
    /// Came.
    pub received: u64,
    /// Of those, repeated, carried by another one, or overtaken.
    pub late: u64,
    /// Never came.
    pub lost: u64,
}

impl Packets {
    /// Share of them that never came.
    pub fn lost_share(self) -> f64 {
        self.lost as f64 / (self.received + self.lost).max(1) as f64
    }

    fn merge(&mut self, other: Self) {
        self.received += other.received;
        self.late += other.late;
        self.lost += other.lost;
    }
}

/// Numbers of one person, or the sum of many.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Time of each join, from the first request until everything of it is answered.
    pub joins: Histogram,
    /// Of each join, how long the room took to say that it is in.
    pub replies: Histogram,
    /// From the wish for a picture until it can be shown.
    pub first_pictures: Histogram,
    /// From a sender to a receiver, every packet, repeated ones included.
    pub delays: Histogram,
    /// How late this process was at what it had to do at an instant.
    pub wakes: Histogram,
    /// What went wrong, and how often.
    pub troubles: BTreeMap<String, u64>,
    /// Voices that were heard.
    pub voices: Share,
    /// Cameras that were seen.
    pub pictures: Share,
    /// Screens that were seen.
    pub screens: Share,
    /// Frames that could be shown, by layer.
    pub shown: [u64; Layer::COUNT],
    /// Frames that were made of the cameras that were shown, while they were.
    pub published: u64,
    /// The same of screens.
    pub screens_published: u64,
    /// Frames that could not be shown.
    pub broken: u64,
    /// Frames that were left off where a key frame of another layer took their place.
    pub cut: u64,
    /// Numbers of frames that do not follow although nothing was lost.
    pub gaps: u64,
    /// Packets of voices.
    pub sound: Packets,
    /// Packets of cameras and screens.
    pub video: Packets,
    /// Key frames that were asked for.
    pub keys_asked: u64,
    /// Packets of one's own that were repeated on request.
    pub repeated: u64,
    /// Datagrams received.
    pub datagrams: u64,
    /// Datagrams that our own sockets had no room for.
    pub socket_drops: u64,
    /// Streams received, each for as long as it was.
    pub stream_time: Duration,
}

impl Seen {
    /// Notes what went wrong.
    pub fn trouble(&mut self, what: &impl ToString) {
        *self.troubles.entry(what.to_string()).or_default() += 1;
    }

    /// Adds all of another one.
    pub fn merge(&mut self, other: &Self) {
        self.joins.merge(&other.joins);
        self.replies.merge(&other.replies);
        self.first_pictures.merge(&other.first_pictures);
        self.delays.merge(&other.delays);
        self.wakes.merge(&other.wakes);
        for (what, count) in &other.troubles {
            *self.troubles.entry(what.clone()).or_default() += count;
        }
        for (own, more) in [
            (&mut self.voices, other.voices),
            (&mut self.pictures, other.pictures),
            (&mut self.screens, other.screens),
        ] {
            own.had += more.had;
            own.wanted += more.wanted;
        }
        self.shown.iter_mut().zip(other.shown).for_each(|(own, more)| *own += more);
        for (own, more) in [
            (&mut self.published, other.published),
            (&mut self.screens_published, other.screens_published),
            (&mut self.broken, other.broken),
            (&mut self.cut, other.cut),
            (&mut self.gaps, other.gaps),
            (&mut self.keys_asked, other.keys_asked),
            (&mut self.repeated, other.repeated),
            (&mut self.datagrams, other.datagrams),
            (&mut self.socket_drops, other.socket_drops),
        ] {
            *own += more;
        }
        self.sound.merge(other.sound);
        self.video.merge(other.video);
        self.stream_time += other.stream_time;
    }
}
