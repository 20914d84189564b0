//! What is to be done, and who does what when: everything follows from the plan and the time.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use crate::error::LoadError;
use crate::link::Link;
use crate::relay::Relay;
use crate::target::{Key, Target};

/// People of one run, so that a slip of the finger does not take the machine with it.
const PEOPLE_MAX: usize = 20_000;
/// A room takes a thousand.
const PEOPLE_IN_ROOM_MAX: usize = 1_000;
/// A day.
const SECONDS_MAX: u64 = 86_400;
/// Somebody else speaks after so long.
const TURN: Duration = Duration::from_secs(5);
/// People come one after the other, as far apart as at a door.
const COME_EVERY: Duration = Duration::from_millis(20);

/// A load test.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server.
    pub target: Target,
    /// The key of its API.
    pub key: Key,
    /// Authorities to trust besides the system's, a PEM file.
    pub ca_file: Option<std::path::PathBuf>,
    /// Where the server's metrics are.
    pub metrics: Option<Target>,
    /// Rooms.
    pub rooms: usize,
    /// People in each.
    pub people: usize,
    /// Of those, how many are presenters of a webinar; the others are its viewers. `None` = everybody is in a group call.
    pub presenters: Option<usize>,
    /// Of those, how many have a camera and a microphone.
    pub publishing: usize,
    /// Of those, how many share a screen besides.
    pub screens: usize,
    /// Of those with a microphone, how many speak at a time.
    pub speakers: usize,
    /// How long it goes on after the last one has come.
    pub time: Duration,
    /// Who leaves and comes back.
    pub churn: Churn,
    /// What media goes over.
    pub way: Way,
    /// The relay of [`Way::Relay`]; `None` = the one that the server offers.
    pub relay: Option<Relay>,
    /// The line of each person.
    pub link: Option<Link>,
    /// Threads that do it; rooms are dealt out to them.
    pub threads: NonZeroUsize,
}

/// What media goes over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// UDP.
    #[default]
    Udp,
    /// ICE-TCP.
    Tcp,
    /// TURN on a stream.
    Relay,
}

/// The share of people who leave and come back, a minute.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Churn(pub f64);

/// Text that says no churn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no share of people a minute like 5%/min")]
pub struct BadChurn(String);

impl FromStr for Churn {
    type Err = BadChurn;

    /// Reads `5%/min`.
    fn from_str(text: &str) -> Result<Self, BadChurn> {
        let percent = text.strip_suffix("%/min").and_then(|number| number.parse::<f64>().ok());
        let percent = percent.filter(|percent| (0.0..=1_000.0).contains(percent));
        percent.map(|percent| Self(percent / 100.0)).ok_or_else(|| BadChurn(text.to_owned()))
    }
}

impl Plan {
    /// Whether it can be carried out.
    ///
    /// # Errors
    /// A number is out of bounds, or two of them contradict one another.
    pub fn check(&self) -> Result<(), LoadError> {
        let bad = |why: String| Err(LoadError::Plan(why));
        if self.rooms == 0 || self.people == 0 || self.rooms.saturating_mul(self.people) > PEOPLE_MAX {
            return bad(format!("there must be 1 to {PEOPLE_MAX} people in all"));
        }
        if self.people > PEOPLE_IN_ROOM_MAX {
            return bad(format!("a room takes {PEOPLE_IN_ROOM_MAX} people"));
        }
        if self.publishing > self.people {
            return bad("more people publish than there are in a room".to_owned());
        }
        if self.presenters.is_some_and(|presenters| presenters < self.publishing || presenters > self.people)
        {
            return bad("presenters are people in the room, and all who publish are among them".to_owned());
        }
        if self.screens > self.publishing {
            return bad("more people share a screen than publish".to_owned());
        }
        if self.speakers > self.publishing {
            return bad("more people speak than publish".to_owned());
        }
        if self.time.is_zero() || self.time.as_secs() > SECONDS_MAX {
            return bad(format!("it must take 1 to {SECONDS_MAX} seconds"));
        }
        if self.way != Way::Udp && self.link.is_some() {
            return bad("a line is a line of datagrams: it cannot be had with ICE-TCP or a relay".to_owned());
        }
        Ok(())
    }

    /// When somebody comes, counted from the beginning. Rooms fill at the same time.
    pub(crate) fn comes(&self, room: usize, person: usize) -> Duration {
        COME_EVERY * u32::try_from(person * self.rooms + room).unwrap_or(u32::MAX)
    }

    /// When everything ends.
    pub(crate) fn ends(&self) -> Duration {
        self.comes(self.rooms.saturating_sub(1), self.people.saturating_sub(1)) + self.time
    }

    /// Whether somebody has a camera and a microphone.
    pub(crate) fn publishes(&self, person: usize) -> bool {
        person < self.publishing
    }

    /// The preset of somebody, as a new app has it.
    pub(crate) fn preset(&self, person: usize) -> &'static str {
        match self.presenters {
            // What anybody in a call may.
            None => "group_call_host",
            Some(presenters) if person < presenters => "webinar_presenter",
            Some(_) => "webinar_viewer",
        }
    }

    /// Whether somebody shares a screen.
    pub(crate) fn shares_screen(&self, person: usize) -> bool {
        person < self.screens
    }

    /// Every second person has a small window, and is content with small pictures.
    pub(crate) fn has_small_window(&self, person: usize) -> bool {
        person % 2 == 1
    }

    /// Whether somebody speaks at a time.
    pub(crate) fn speaks(&self, person: usize, at: Duration) -> bool {
        if !self.publishes(person) || self.publishing == 0 {
            return false;
        }
        let turn = (at.as_millis() / TURN.as_millis()) as usize;
        let first = turn.wrapping_mul(self.speakers) % self.publishing;
        (person + self.publishing - first) % self.publishing < self.speakers
    }

    /// When somebody leaves and comes back, in order.
    pub(crate) fn leaves(&self, person: usize) -> Vec<Duration> {
        let per_minute = self.people as f64 * self.churn.0;
        if per_minute <= 0.0 {
            return Vec::new();
        }
        let pause = Duration::from_secs_f64((60.0 / per_minute).max(0.001));
        let (begin, end) = (self.ends().saturating_sub(self.time), self.ends());
        let nth = |n: usize| begin + pause * u32::try_from(n + 1).unwrap_or(u32::MAX);
        // In turn, the last one who came first.
        (0..)
            .map(|n| (self.people - 1 - n % self.people, nth(n)))
            .take_while(|(_, at)| *at < end)
            .filter(|(who, _)| *who == person)
            .map(|(_, at)| at)
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn plan() -> Plan {
        Plan {
            target: Target::parse("http://127.0.0.1:1").unwrap(),
            key: Key { account_id: "a".to_owned(), app_id: "b".to_owned(), api_token: "c".to_owned() },
            ca_file: None,
            metrics: None,
            rooms: 2,
            people: 10,
            presenters: None,
            publishing: 4,
            screens: 1,
            speakers: 2,
            time: Duration::from_secs(60),
            churn: Churn::default(),
            way: Way::Udp,
            relay: None,
            link: None,
            threads: NonZeroUsize::MIN,
        }
    }

    #[test]
    fn plans_that_contradict_themselves_are_refused() {
        plan().check().unwrap();
        let with = |change: fn(&mut Plan)| {
            let mut plan = plan();
            change(&mut plan);
            plan.check().is_err()
        };
        assert!(with(|p| p.rooms = 0));
        assert!(with(|p| p.people = 0));
        assert!(with(|p| p.people = 1_001));
        assert!(with(|p| p.rooms = usize::MAX));
        assert!(with(|p| p.publishing = 11));
        assert!(with(|p| p.speakers = 5));
        assert!(with(|p| p.presenters = Some(3)));
        assert!(with(|p| p.presenters = Some(11)));
        assert!(with(|p| p.screens = 5));
        assert!(with(|p| p.time = Duration::ZERO));
        for way in [Way::Tcp, Way::Relay] {
            let with_line = Plan { link: Some(Link::default()), ..plan() };
            with_line.check().unwrap();
            assert!(Plan { way, ..with_line }.check().is_err(), "{way:?}");
        }
    }

    #[test]
    fn as_many_speak_as_are_meant_to_and_everybody_who_publishes_does() {
        let mut plan = plan();
        for (publishing, speakers) in [(4, 2), (4, 4), (5, 2), (3, 0), (1, 1), (0, 0)] {
            (plan.publishing, plan.speakers) = (publishing, speakers);
            let mut ever = vec![false; plan.people];
            for turn in 0..20_u32 {
                let at = TURN * turn + TURN / 2;
                let now: Vec<bool> = (0..plan.people).map(|who| plan.speaks(who, at)).collect();
                assert_eq!(now.iter().filter(|speaks| **speaks).count(), speakers);
                ever.iter_mut().zip(now).for_each(|(ever, now)| *ever |= now);
            }
            let spoke = ever.iter().filter(|ever| **ever).count();
            assert_eq!(spoke, if speakers == 0 { 0 } else { publishing }, "{publishing} {speakers}");
        }
    }

    #[test]
    fn churn_is_the_share_that_was_asked_for_and_nobody_leaves_at_the_end() {
        assert_eq!("5%/min".parse(), Ok(Churn(0.05)));
        for bad in ["5%", "5", "", "-1%/min", "x%/min"] {
            assert!(bad.parse::<Churn>().is_err(), "{bad}");
        }
        let mut plan = plan();
        assert_eq!(plan.leaves(3), Vec::<Duration>::new());
        (plan.churn, plan.time) = (Churn(0.5), Duration::from_secs(121));
        let all: Vec<usize> = (0..plan.people).map(|who| plan.leaves(who).len()).collect();
        assert_eq!(all, [1; 10], "ten people, half of them a minute, two minutes");
        assert!((0..10).flat_map(|who| plan.leaves(who)).all(|at| at < plan.ends()));
    }

    #[test]
    fn people_come_one_after_the_other() {
        let plan = plan();
        assert_eq!(
            (plan.comes(0, 0), plan.comes(1, 0), plan.comes(0, 1)),
            (Duration::ZERO, COME_EVERY, COME_EVERY * 2)
        );
        assert_eq!(plan.ends(), COME_EVERY * 19 + plan.time);
    }
}
