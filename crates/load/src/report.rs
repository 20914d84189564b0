//! What came of a run, in numbers that can be compared.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::histogram::Histogram;
use crate::metrics::Counters;
use crate::own::Usage;
use crate::plan::Plan;
use crate::seen::{Packets, Seen, Share};
use crate::vp8::{FRAMES_PER_SECOND, SCREEN_FRAMES_PER_SECOND};

/// Above this share of a core one thread of ours has no room for what comes at once.
const CPU_MAX: f64 = 0.85;
/// Above this share of the time our threads wait for a CPU that others have.
const WAIT_MAX: f64 = 0.10;
/// Whoever is later than half a frame of a camera makes delays of its own.
const WAKE_P99_MAX: Duration = Duration::from_millis(25);
/// More of what arrives than this does not fit our sockets.
const DROPS_MAX: f64 = 0.0005;

/// What one person did and saw.
pub(crate) struct Outcome {
    pub(crate) room: usize,
    pub(crate) person: usize,
    pub(crate) seen: Seen,
}

/// Two points of a distribution, milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Ends {
    /// Half of them are below.
    pub p50: f64,
    /// Nearly all are below: 95 %, of delays and replies 99 %.
    pub high: f64,
}

impl Ends {
    fn of(times: &Histogram, high: f64) -> Option<Self> {
        let ms = |share| times.quantile(share).map(milliseconds);
        Some(Self { p50: ms(0.5)?, high: ms(high)? })
    }
}

/// To a tenth.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

/// The numbers of a room, or of all.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub room: String,
    /// People who were to come.
    pub people: usize,
    /// Joins that worked, those of people who came back included.
    pub joins: u64,
    /// How long they took, 50 % and 95 %.
    pub join_ms: Option<Ends>,
    /// How long rooms took to say to somebody that it is in, 50 % and 99 %.
    pub reply_ms: Option<Ends>,
    /// People who heard everybody who has a microphone.
    pub with_sound: usize,
    /// People who saw everybody who has a camera.
    pub with_picture: usize,
    /// People who saw every screen that others share.
    pub with_screen: usize,
    /// From the wish for a picture until it is shown, 50 % and 95 %.
    pub first_picture_ms: Option<Ends>,
    /// Frames of cameras shown.
    pub frames_shown: u64,
    /// Frames that were made of the same pictures in the same time.
    pub frames_published: u64,
    /// Frames of screens shown.
    pub screen_frames_shown: u64,
    /// Frames that were made of the same screens in the same time.
    pub screen_frames_published: u64,
    /// Frames that could not be shown.
    pub frames_broken: u64,
    /// Frames that were left off where a key frame of another layer took their place.
    pub frames_cut: u64,
    /// Numbers of frames that do not follow although nothing was lost: a fault of the server.
    pub gaps: u64,
    /// Packets of voices.
    pub sound: Packets,
    /// Packets of cameras and screens.
    pub video: Packets,
    /// Frames shown of the layers f, h and q.
    pub layers: [u64; 3],
    /// Key frames that people asked for because nothing could be shown.
    pub key_frames_asked: u64,
    /// From sender to receiver, 50 % and 99 %.
    pub delay_ms: Option<Ends>,
}

impl Row {
    /// Frames a second of a camera, on average; `None` = there was none.
    pub fn frames_per_second(&self) -> Option<f64> {
        rate(self.frames_shown, self.frames_published, FRAMES_PER_SECOND)
    }

    /// The same of a screen.
    pub fn screen_frames_per_second(&self) -> Option<f64> {
        rate(self.screen_frames_shown, self.screen_frames_published, SCREEN_FRAMES_PER_SECOND)
    }

    fn of(room: String, plan: &Plan, people: usize, outcomes: &[&Outcome]) -> Self {
        let mut all = Seen::default();
        outcomes.iter().for_each(|outcome| all.merge(&outcome.seen));
        let has = |share: fn(&Seen) -> Share, all: usize| {
            let complete = |outcome: &&&Outcome| {
                let others = all - usize::from(outcome.person < all);
                let share = share(&outcome.seen);
                !outcome.seen.joins.is_empty() && share.had == share.wanted && share.wanted >= others as u64
            };
            outcomes.iter().filter(complete).count()
        };
        let [f, h, q, screen] = all.shown;
        Self {
            room,
            people,
            joins: all.joins.len(),
            join_ms: Ends::of(&all.joins, 0.95),
            reply_ms: Ends::of(&all.replies, 0.99),
            with_sound: has(|seen| seen.voices, plan.publishing),
            with_picture: has(|seen| seen.pictures, plan.publishing),
            with_screen: has(|seen| seen.screens, plan.screens),
            first_picture_ms: Ends::of(&all.first_pictures, 0.95),
            frames_shown: f + h + q,
            frames_published: all.published,
            screen_frames_shown: screen,
            screen_frames_published: all.screens_published,
            frames_broken: all.broken,
            frames_cut: all.cut,
            gaps: all.gaps,
            sound: all.sound,
            video: all.video,
            layers: [f, h, q],
            key_frames_asked: all.keys_asked,
            delay_ms: Ends::of(&all.delays, 0.99),
        }
    }
}

/// What was shown of so many frames that were made at a rate.
fn rate(shown: u64, published: u64, of: u32) -> Option<f64> {
    (published > 0).then(|| shown as f64 / published as f64 * f64::from(of))
}

/// What the load test itself took.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Own {
    /// Threads that carried people.
    pub threads: usize,
    /// CPU of all of them, as a share of one core.
    pub cpu: f64,
    /// The same for each received stream, in percent of a core.
    pub cpu_percent_per_stream: Option<f64>,
    /// CPU of the busiest, as a share of one core.
    pub busiest: f64,
    /// The longest share of the time that one of them waited for a CPU.
    pub waited: f64,
    /// How late they were at what was due, 50 % and 99 %.
    pub late_ms: Option<Ends>,
    /// Datagrams received.
    pub datagrams: u64,
    /// Datagrams that their sockets had no room for.
    pub socket_drops: u64,
    /// Why the numbers above are those of the load test rather than the server's; none = they are not.
    pub limits: Vec<String>,
}

impl Own {
    fn of(all: &Seen, usage: &[Usage]) -> Self {
        let share = |part: Duration, whole: Duration| part.as_secs_f64() / whole.as_secs_f64().max(1e-9);
        let most = |of: fn(&Usage) -> Duration| {
            usage.iter().map(|thread| share(of(thread), thread.wall)).fold(0.0, f64::max)
        };
        let ran: Duration = usage.iter().map(|thread| thread.ran).sum();
        let wall = usage.iter().map(|thread| thread.wall).max().unwrap_or_default();
        let streams = !all.stream_time.is_zero();
        let mut own = Self {
            threads: usage.len(),
            cpu: share(ran, wall),
            cpu_percent_per_stream: streams.then(|| 100.0 * share(ran, all.stream_time)),
            busiest: most(|thread| thread.ran),
            waited: most(|thread| thread.waited),
            late_ms: Ends::of(&all.wakes, 0.99),
            datagrams: all.datagrams,
            socket_drops: all.socket_drops,
            limits: Vec::new(),
        };
        own.limits = own.find_limits(all.wakes.quantile(0.99).unwrap_or_default());
        own
    }

    fn find_limits(&self, late: Duration) -> Vec<String> {
        let percent = |share: f64| format!("{:.0} %", share * 100.0);
        let dropped = self.socket_drops as f64 / (self.datagrams + self.socket_drops).max(1) as f64;
        let found = [
            (self.busiest > CPU_MAX)
                .then(|| format!("a thread of it was busy {} of the time", percent(self.busiest))),
            (self.waited > WAIT_MAX)
                .then(|| format!("a thread of it waited for a CPU {} of the time", percent(self.waited))),
            (late > WAKE_P99_MAX)
                .then(|| format!("one wake-up of a hundred was later than {:.0} ms", milliseconds(late))),
            (dropped > DROPS_MAX).then(|| {
                format!("its sockets dropped {} of {} datagrams", self.socket_drops, self.datagrams)
            }),
        ];
        found.into_iter().flatten().collect()
    }
}

/// What came of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Each room.
    pub rooms: Vec<Row>,
    /// All of them.
    pub total: Row,
    /// What went wrong with people, and how often.
    pub troubles: BTreeMap<String, u64>,
    /// What the load test itself took.
    pub own: Own,
    /// By how much the server's own counters grew; `None` = they could not be read.
    pub server: Option<Counters>,
}

impl Report {
    /// Whether the numbers are those of the load test rather than the server's.
    pub fn tool_was_the_limit(&self) -> bool {
        !self.own.limits.is_empty()
    }

    pub(crate) fn of(
        plan: &Plan,
        names: &[String],
        outcomes: &[Outcome],
        usage: &[Usage],
        server: Option<Counters>,
    ) -> Self {
        let row = |(room, name): (usize, &String)| {
            let of: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.room == room).collect();
            Row::of(name.clone(), plan, plan.people, &of)
        };
        let everybody: Vec<&Outcome> = outcomes.iter().collect();
        let mut all = Seen::default();
        outcomes.iter().for_each(|outcome| all.merge(&outcome.seen));
        Self {
            rooms: names.iter().enumerate().map(row).collect(),
            total: Row::of("total".to_owned(), plan, plan.people * plan.rooms, &everybody),
            own: Own::of(&all, usage),
            troubles: all.troubles,
            server,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::plan;

    fn outcome(room: usize, person: usize, voices: Share) -> Outcome {
        // Of one screen, which the first person shares.
        let wanted = u64::from(person > 0);
        let screens = Share { had: wanted - u64::from(person == 7), wanted };
        let mut seen = Seen { voices, pictures: voices, screens, ..Seen::default() };
        seen.joins.add(Duration::from_millis(200));
        (seen.shown, seen.published) = ([10, 0, 5, 4], 20);
        seen.screens_published = 5;
        seen.video = Packets { received: 99, late: 2, lost: 1 };
        Outcome { room, person, seen }
    }

    #[test]
    fn people_count_who_got_everything_that_others_published() {
        let plan = plan();
        let share = |had, wanted| Share { had, wanted };
        // Four publish: those see three others, the rest four.
        let outcomes = [
            outcome(0, 0, share(3, 3)),
            outcome(0, 5, share(4, 4)),
            outcome(0, 6, share(3, 3)),
            outcome(0, 7, share(4, 5)),
            outcome(1, 8, share(9, 9)),
        ];
        let names = ["a".to_owned(), "b".to_owned()];
        let report = Report::of(&plan, &names, &outcomes, &[], None);
        assert_eq!(report.rooms.iter().map(|row| row.with_sound).collect::<Vec<_>>(), [2, 1]);
        let total = &report.total;
        assert_eq!((total.people, total.joins, total.with_sound, total.with_picture), (20, 5, 3, 3));
        assert_eq!((total.frames_per_second(), total.video.lost_share()), (Some(15.0), 0.01));
        assert_eq!((total.layers, total.sound), ([50, 0, 25], Packets::default()));
        assert_eq!((total.with_screen, total.screen_frames_per_second()), (4, Some(4.0)));
        assert!(total.delay_ms.is_none());
    }

    #[test]
    fn the_tool_says_when_it_is_the_limit() {
        let second = Duration::from_secs(1);
        let usage = |ran: u64, waited: u64| Usage {
            ran: Duration::from_millis(ran),
            waited: Duration::from_millis(waited),
            wall: second,
        };
        let limits = |seen: &Seen, usage: &[Usage]| Own::of(seen, usage).limits.len();
        let mut seen = Seen { datagrams: 10_000, stream_time: second * 4, ..Seen::default() };
        seen.wakes.add(Duration::from_millis(2));
        assert_eq!(limits(&seen, &[usage(800, 50), usage(100, 0)]), 0);
        assert_eq!(limits(&seen, &[usage(100, 0), usage(900, 0)]), 1);
        assert_eq!(limits(&seen, &[usage(100, 200)]), 1);
        seen.socket_drops = 6;
        seen.wakes.add(Duration::from_millis(40));
        assert_eq!(limits(&seen, &[usage(100, 0)]), 2);
        let own = Own::of(&seen, &[usage(100, 0), usage(100, 0)]);
        assert!((own.cpu - 0.2).abs() < 1e-6 && (own.cpu_percent_per_stream.unwrap() - 5.0).abs() < 1e-6);
    }
}
