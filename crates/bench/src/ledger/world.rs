//! The sessions that the lists are measured on: any of them from its number alone, the same every time.

use sederunt_core::id::Id;
use sederunt_dice::nth;

pub(super) mod lines;
mod titles;

/// Part of the folder's name: data of another form is made anew.
pub(super) const FORMAT: u32 = 1;
/// Apps: one large, the others small.
pub(super) const APPS: u32 = 10;
/// Sessions of the large app for each of a small one.
const LARGE_TO_SMALL: u64 = 10;

/// 2022-11-01T00:00:00Z.
const START_MS: i64 = 1_667_260_800_000;
/// Four years.
const SPAN_MS: u64 = 4 * 365 * DAY_MS;
pub(super) const DAY_MS: u64 = 86_400_000;
pub(super) const YEAR_MS: u64 = 365 * DAY_MS;
const MINUTE_MS: u64 = 60_000;

/// One meeting for this many sessions.
const SESSIONS_PER_MEETING: u64 = 50;
/// The hottest meeting has one in so many sessions.
const HOTTEST_ONE_IN: f64 = 500.0;
/// LIVE sessions of the large app, if it has a hundred times as many.
const LIVE_MAX: u64 = 3_000;

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct World {
    pub(super) seed: u64,
    /// Sessions of app 0; apps 1 to 9 have a tenth each.
    pub(super) sessions: u64,
}

/// A session with its stays.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) app: u32,
    /// Position in the app's order of time, from 0.
    pub(super) ord: u64,
    pub(super) id: Id,
    pub(super) meeting: u64,
    pub(super) started_ms: i64,
    /// `None` = LIVE.
    pub(super) ended_ms: Option<i64>,
    pub(super) stays: Vec<StaySpec>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct StaySpec {
    pub(super) peer: Id,
    /// Who of the meeting.
    pub(super) who: u64,
    pub(super) joined_ms: i64,
    pub(super) left_ms: Option<i64>,
}

impl World {
    /// At least a thousand sessions, and as many as divide among the apps.
    pub(super) fn new(seed: u64, sessions: u64) -> Self {
        Self { seed, sessions: sessions.max(1_000).next_multiple_of(LARGE_TO_SMALL) }
    }

    /// Sessions of all apps.
    pub(super) fn total(self) -> u64 {
        self.rounds() * Self::ROUND
    }

    /// Sessions of an app.
    pub(super) fn of_app(self, app: u32) -> u64 {
        if app == 0 { self.sessions } else { self.rounds() }
    }

    pub(super) fn meetings(self, app: u32) -> u64 {
        (self.of_app(app) / SESSIONS_PER_MEETING).max(1)
    }

    /// LIVE ones: the latest of the large app.
    pub(super) fn live(self) -> u64 {
        LIVE_MAX.min(self.sessions / 100)
    }

    /// The instant for which everything is asked; no session starts or ends later.
    pub(super) fn now_ms(self) -> i64 {
        START_MS + SPAN_MS.cast_signed() + MINUTE_MS.cast_signed()
    }

    pub(super) fn first_ms(self) -> i64 {
        START_MS
    }

    pub(super) fn span_ms(self) -> u64 {
        SPAN_MS
    }

    /// Sessions of all apps in order of time: ten of the large app, then one of each small one.
    pub(super) fn nth(self, n: u64) -> Spec {
        let (round, of_round) = (n / Self::ROUND, n % Self::ROUND);
        if of_round < LARGE_TO_SMALL {
            self.session(0, round * LARGE_TO_SMALL + of_round)
        } else {
            self.session(u32::try_from(of_round - LARGE_TO_SMALL + 1).unwrap_or(APPS - 1), round)
        }
    }

    const ROUND: u64 = LARGE_TO_SMALL + APPS as u64 - 1;

    fn rounds(self) -> u64 {
        self.sessions / LARGE_TO_SMALL
    }

    /// Session number `ord` of an app, in order of time.
    pub(super) fn session(self, app: u32, ord: u64) -> Spec {
        let count = self.of_app(app);
        let random = Random::of(self.seed, Kind::Session, app, ord);
        let slot = SPAN_MS / count;
        // A slot of time each: starts are strictly in order.
        let started_ms = START_MS + (slot * ord + random.at(0) % slot).cast_signed();
        let id = Id::mint(started_ms.unsigned_abs(), random.at(1));
        let mut spec =
            Spec { app, ord, id, meeting: 0, started_ms, ended_ms: None, stays: Vec::with_capacity(2) };
        let live = app == 0 && ord >= count - self.live();
        let length = length_ms(random.at(3)).min((self.now_ms() - started_ms).unsigned_abs());
        if live {
            // One LIVE session a meeting: neighbours in time are of different ones.
            spec.meeting = ord % self.meetings(app);
        } else {
            spec.meeting = self.meeting_of(app, random.at(2));
            spec.ended_ms = Some(started_ms + length.cast_signed());
        }
        for peer in 0..people(random.at(4)) {
            let by = Random::of(random.at(5), Kind::Stay, app, peer);
            // All are in at the same time, so the peak is their number.
            let joined_ms =
                started_ms + (by.at(0) % (length / 2).clamp(1, 30_000)).cast_signed() * i64::from(peer > 0);
            let stays = (length / 2 + by.at(1) % (length / 2).max(1)).cast_signed();
            let left_ms = spec.ended_ms.map(|ended| if peer == 0 { ended } else { started_ms + stays });
            spec.stays.push(StaySpec { peer: uuid_v4(by.at(2), by.at(3)), who: peer, joined_ms, left_ms });
        }
        spec
    }

    /// Few meetings have many sessions, most have few.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a number below the number of meetings"
    )]
    fn meeting_of(self, app: u32, random: u64) -> u64 {
        let meetings = self.meetings(app);
        // P(first) = meetings^(-1/power) = 1 / HOTTEST_ONE_IN.
        let power = ((meetings as f64).ln() / HOTTEST_ONE_IN.ln()).max(1.0);
        let u = (random >> 11) as f64 / (1_u64 << 53) as f64;
        ((meetings as f64 * u.powf(power)) as u64).min(meetings - 1)
    }

    /// The meeting with the most sessions.
    pub(super) fn hottest(self) -> u64 {
        0
    }

    pub(super) fn meeting_id(self, app: u32, meeting: u64) -> Id {
        let random = Random::of(self.seed, Kind::Meeting, app, meeting);
        // Made over the first year.
        let made = START_MS.unsigned_abs() - DAY_MS + meeting * (YEAR_MS / self.meetings(app));
        Id::mint(made, random.at(0))
    }

    pub(super) fn participant_id(self, app: u32, meeting: u64, who: u64) -> Id {
        let random = Random::of(self.seed, Kind::Participant, app, meeting * 16 + who);
        Id::mint(START_MS.unsigned_abs() + meeting * 1000 + who, random.at(0))
    }

    /// Title of a meeting's session; some meetings were renamed halfway.
    pub(super) fn title(self, app: u32, meeting: u64, ord: u64) -> String {
        let renamed = meeting % 16 == 3 && ord > self.of_app(app) / 2;
        titles::title(Random::of(self.seed, Kind::Title, app, meeting), meeting, renamed)
    }
}

/// People of a session: mostly one.
fn people(random: u64) -> u64 {
    match random % 100 {
        0..=81 => 1,
        82..=95 => 2,
        n => n - 93,
    }
}

/// A minute to three hours, mostly short; some as long as the calendar says, which makes ties.
fn length_ms(random: u64) -> u64 {
    match random % 16 {
        0 => 30 * MINUTE_MS,
        1 => 60 * MINUTE_MS,
        _ => {
            let u = (random >> 8) % 1_000;
            MINUTE_MS + (u * u / 1_000) * u / 1_000 * 179 * MINUTE_MS / 1_000 + (random >> 40) % MINUTE_MS
        }
    }
}

fn uuid_v4(high: u64, low: u64) -> Id {
    const VARIANT: u128 = 0b10 << 62;
    let bits = u128::from(high) << 64 | u128::from(low);
    Id::from_u128(bits & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | VARIANT)
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Session = 1,
    Stay,
    Meeting,
    Participant,
    Title,
}

/// Random numbers that belong to a thing.
#[derive(Debug, Clone, Copy)]
struct Random(u64);

impl Random {
    fn of(seed: u64, kind: Kind, app: u32, n: u64) -> Self {
        Self(scramble(seed ^ scramble(n ^ (u64::from(app) << 48) ^ ((kind as u64) << 56))))
    }

    fn at(self, n: u64) -> u64 {
        scramble(self.0.wrapping_add(n))
    }
}

/// The numbers of every world begin with the second.
pub(super) fn scramble(n: u64) -> u64 {
    nth(n.wrapping_add(1))
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn a_world_is_what_it_says() {
        let world = World::new(7, 20_000);
        let specs: Vec<_> = (0..world.total()).map(|n| world.nth(n)).collect();
        assert_eq!(specs.len(), 38_000);
        let mut last = HashMap::new();
        let mut live = HashSet::new();
        let mut hottest = 0;
        for spec in &specs {
            let before = last.insert(spec.app, (spec.ord, spec.started_ms));
            let (ord, started) = before.map_or((0, i64::MIN), |(ord, started)| (ord + 1, started));
            assert!(spec.ord == ord && spec.started_ms > started, "{spec:?}");
            assert_eq!(spec.id, world.session(spec.app, spec.ord).id);
            if spec.ended_ms.is_none() {
                assert!(live.insert(spec.meeting), "two LIVE sessions of one meeting");
            }
            hottest += u64::from(spec.app == 0 && spec.meeting == world.hottest());
            for stay in &spec.stays {
                let end = stay.left_ms.unwrap_or(world.now_ms());
                assert!(spec.started_ms <= stay.joined_ms && stay.joined_ms <= end, "{spec:?}");
                assert!(end <= spec.ended_ms.unwrap_or(i64::MAX) && end <= world.now_ms(), "{spec:?}");
            }
        }
        assert_eq!(live.len() as u64, world.live());
        let share = world.sessions / hottest;
        assert!((300..900).contains(&share), "one in {share} sessions is of the hottest meeting");
    }
}
