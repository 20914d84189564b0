//! Somebody sets the wall clock under load. What is written differs from the machine's time then, by one number a session.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use sederunt_core::id::Id;

use crate::check::ROUNDING_MS;
use crate::common::http::get;
use crate::common::wall::Wall;
use crate::common::{DEADLINE, Server};
use crate::load::{Attempt, Seen};
use crate::truth::{Stay, Truth};
use sederunt_dice::Dice;

/// Every so many kills the wall clock is set before it.
pub(crate) const SET_EVERY: u64 = 4;
/// Furthest that it is set, either way.
const FAR_MS: u64 = 3 * 3_600_000;

/// The wall clock of all servers, and what it was off by.
#[derive(Debug)]
pub(crate) struct Clock {
    wall: Wall,
    /// When the server that runs was started.
    began: i64,
    offs: Vec<i64>,
}

impl Clock {
    pub(crate) fn new(wall: Wall) -> Self {
        Self { wall, began: 0, offs: vec![0] }
    }

    /// A server with this clock that seals every few sessions.
    pub(crate) fn serve(&mut self, data: &Path, rng: &mut Dice) -> Server {
        self.began = self.wall.off_ms();
        crate::index::serve(data, rng, &self.wall.environment())
    }

    /// Sets it at some moment, and waits until a heartbeat has told the ledger: from then on, a kill may come at any time.
    pub(crate) async fn set(&mut self, metrics: &str, rng: &mut Dice) {
        crate::at_instant(Duration::from_millis(rng.within(0..300))).await;
        let off = rng.within(0..2 * FAR_MS).cast_signed() - FAR_MS.cast_signed();
        // Every beat from here on knows of it, and one comes out of turn.
        let beats = metric(metrics, "sederunt_heartbeats_total").await;
        self.wall.set(off - self.wall.off_ms());
        self.offs.push(off);
        let (start, wanted) = (Instant::now(), (off - self.began) as f64 / 1000.0);
        let wait = |what: &str| assert!(start.elapsed() < DEADLINE, "the wall clock is off by {off}: {what}");
        while (metric(metrics, "sederunt_clock_offset_seconds").await - wanted).abs() > 0.1 {
            wait("it is not noticed");
        }
        while metric(metrics, "sederunt_heartbeats_total").await <= beats {
            wait("no heartbeat follows");
        }
        crate::at_instant(Duration::from_millis(rng.within(0..300))).await;
    }

    /// What it was off by, in turn.
    pub(crate) fn offs(&self) -> &[i64] {
        &self.offs
    }

    /// The sessions of `rooms` as the machine's clock would have told them: the stays of each tell which of the numbers is
    /// its own, and then everything else must fit.
    pub(crate) fn straightened(&self, truth: &Truth, rooms: &[Id], seen: &Seen) -> Truth {
        let attempts: BTreeMap<Id, &Attempt> =
            seen.attempts.iter().map(|(peer, attempt)| (Id::parse(peer).unwrap(), attempt)).collect();
        let mut straight = truth.clone();
        let mut odd = 0;
        for session in straight.sessions.values_mut().filter(|s| rooms.contains(&s.meeting)) {
            let first = session.stays.first().unwrap_or_else(|| panic!("nobody was there: {session:?}"));
            let fits = |stay: &Stay, off: i64| {
                let attempt = attempts.get(&stay.peer).unwrap_or_else(|| panic!("nobody asked for {stay:?}"));
                let told = attempt.joined.unwrap_or(attempt.killed) + ROUNDING_MS;
                (attempt.join_asked - ROUNDING_MS..=told).contains(&(stay.joined_at - off))
            };
            // Two clocks may be so close to each other that both fit the first stay.
            let near = || self.offs.iter().copied().filter(|off| fits(first, *off));
            let all = near().find(|off| session.stays.iter().all(|stay| fits(stay, *off)));
            let off = all.or_else(|| near().next());
            let off = off.unwrap_or_else(|| panic!("none of {:?} fits {first:?}", self.offs));
            odd += u64::from(off != 0);
            session.started_at -= off;
            session.ended_at -= off;
            for stay in &mut session.stays {
                stay.joined_at -= off;
                stay.left_at -= off;
            }
        }
        println!("{} clocks, {odd} sessions of another time than the machine's", self.offs.len());
        assert!(self.offs.len() < 3 || odd > 0, "the clock was set for nothing");
        straight
    }
}

async fn metric(metrics: &str, name: &str) -> f64 {
    let page = get(metrics, "/metrics").await.body;
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in\n{page}")).parse().unwrap()
}
