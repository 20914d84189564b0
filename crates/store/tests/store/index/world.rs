//! Histories at random: what rooms record and what imports bring, on a coarse clock so that ties are common.

use std::collections::HashSet;

use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, FactKind, LeaveReason};
use sederunt_core::id::{Id, MeetingId, SessionId};
use sederunt_store::{ImportOptions, Store};
use serde_json::{Value, json};

use crate::common::words::TITLES;
use crate::common::{NODE, Recorder, T0, app_row, at, person};
use sederunt_dice::Dice;

/// Steps of the clock.
const TICK_MS: i64 = 10_000;

/// What the queries of a test aim at.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub app: &'static str,
    pub session: SessionId,
    pub meeting: MeetingId,
    pub title: String,
    pub started_ms: i64,
}

/// Two apps and their rooms. `b` is a tenth of `a`.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub dice: Dice,
    pub known: Vec<Known>,
    /// Sessions that go on, with their last instant and peers that are in.
    live: Vec<(Recorder, i64, Vec<u128>)>,
    live_meetings: HashSet<u128>,
    writes: Vec<Write>,
    peers: u128,
    /// The present; rooms record there, imports before it.
    now: i64,
}

impl World {
    pub(crate) async fn new(store: &Store, dice: Dice) -> Self {
        for app in ["a", "b"] {
            store.create_app(app_row(app), Vec::new()).await.unwrap();
        }
        let (known, live, writes) = (Vec::new(), Vec::new(), Vec::new());
        Self { dice, known, live, live_meetings: HashSet::new(), writes, peers: 0, now: 40 * TICK_MS }
    }

    /// Some more history; afterwards all of it is in the ledger.
    pub(crate) async fn grow(&mut self, store: &Store, steps: usize) {
        for _ in 0..steps {
            match self.dice.below(20) {
                0..=8 => self.ended(),
                9..=11 => self.start(),
                12..=18 => self.goes_on(),
                _ => {
                    self.flush(store).await;
                    self.import(store).await;
                }
            }
            // One transaction for some of it, like a group of rooms.
            if self.dice.below(12) == 0 {
                self.flush(store).await;
            }
        }
        self.flush(store).await;
    }

    async fn flush(&mut self, store: &Store) {
        let writes = std::mem::take(&mut self.writes);
        if !writes.is_empty() {
            store.remember(NODE, writes).await.unwrap();
        }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.now
    }

    fn app(&mut self) -> &'static str {
        if self.dice.below(10) == 0 { "b" } else { "a" }
    }

    /// A meeting of the app without a LIVE session; few, so that each has many sessions.
    fn meeting(&mut self, app: &str) -> u128 {
        loop {
            let n = u128::from(self.dice.below(24)) * u128::from(self.dice.below(24) + 1);
            let meeting = (0xa1_b2_c3 << 64) + n * 0x1_0001 + if app == "b" { 1 << 100 } else { 0 };
            if !self.live_meetings.contains(&meeting) {
                return meeting;
            }
            let _ = self.dice.roll();
        }
    }

    fn id(&mut self, started: i64) -> u128 {
        if self.dice.below(2) == 0 {
            Id::mint(u64::try_from(T0 + started).unwrap(), self.dice.below(1 << 48)).as_u128()
        } else {
            (u128::from(self.dice.roll()) << 64) | u128::from(self.dice.roll())
        }
    }

    fn title(&mut self) -> String {
        let title = *self.dice.pick(TITLES);
        match self.dice.below(3) {
            0 => format!("{title} {}", self.dice.below(9)),
            _ => title.to_owned(),
        }
    }

    fn peer(&mut self) -> u128 {
        self.peers += 1;
        self.peers
    }

    fn tick(&mut self) -> i64 {
        self.dice.between(0, 2) * TICK_MS
    }

    fn begin(&mut self) -> (Recorder, i64) {
        if self.dice.below(3) == 0 {
            self.now += TICK_MS;
        }
        let (app, now) = (self.app(), self.now);
        let (meeting, id, title) = (self.meeting(app), self.id(now), self.title());
        let mut room = Recorder::new(app, meeting, id);
        // The wall clock was set before some began.
        room.offset_ms = *self.dice.pick(&[0, 0, 0, TICK_MS, -3_600_000, 7_200_000]);
        room.start(at(now), &title);
        let (session, meeting) = (room.session, room.meeting);
        self.known.push(Known { app, session, meeting, title, started_ms: now });
        (room, now)
    }

    /// A session with its end.
    fn ended(&mut self) {
        let (mut room, mut now) = self.begin();
        let peers: Vec<_> = (0..=self.dice.below(4)).map(|_| self.peer()).collect();
        for peer in &peers {
            room.join(at(now), *peer, *peer, person("x", None));
            now += self.tick();
        }
        for peer in &peers {
            now += self.tick();
            room.leave(at(now), *peer, LeaveReason::Left);
        }
        now += self.tick();
        room.end(at(now), *self.dice.pick(EndReason::ALL));
        self.writes.append(&mut room.writes);
    }

    /// A session that goes on.
    fn start(&mut self) {
        let (mut room, now) = self.begin();
        let peer = self.peer();
        room.join(at(now), peer, peer, person("x", None));
        self.live_meetings.insert(room.meeting.as_u128());
        self.writes.append(&mut room.writes);
        self.live.push((room, now, vec![peer]));
    }

    /// Something happens in a LIVE session.
    fn goes_on(&mut self) {
        if self.live.is_empty() {
            return self.start();
        }
        let at_index = self.dice.index(self.live.len());
        let (mut room, mut now, mut peers) = self.live.swap_remove(at_index);
        now += self.tick();
        let mut ends = false;
        match (self.dice.below(6), peers.pop()) {
            (0, peer) => {
                peers.extend(peer);
                let title = self.title();
                room.fact(at(now), FactKind::SessionRetitled { title }, None);
            }
            (1, peer) => {
                peers.extend(peer);
                room.fact(at(now), FactKind::KeepAliveChanged { keep_alive_ms: 90_000 }, None);
            }
            (2 | 3, peer) => {
                let new = self.peer();
                peers.extend(peer);
                peers.push(new);
                room.join(at(now), new, new, person("x", None));
            }
            (_, Some(peer)) => {
                room.away(at(now), peer);
                if self.dice.below(2) == 0 {
                    room.back(at(now), peer);
                    peers.push(peer);
                } else {
                    room.leave(at(now), peer, LeaveReason::ConnectionLost);
                }
            }
            (_, None) => {
                room.end(at(now), *self.dice.pick(EndReason::ALL));
                ends = true;
            }
        }
        self.writes.append(&mut room.writes);
        if ends {
            self.live_meetings.remove(&room.meeting.as_u128());
        } else {
            self.live.push((room, now, peers));
        }
    }

    /// History from before all the rest, and some that overlaps it.
    async fn import(&mut self, store: &Store) {
        let records: Vec<_> = (0..=self.dice.below(40)).map(|_| self.record()).collect();
        let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
        let (store, count) = (store.clone(), records.len() as u64);
        let run = move || store.import(lines.as_bytes(), &ImportOptions::default(), |_| {});
        let report = tokio::task::spawn_blocking(run).await.unwrap().unwrap();
        assert_eq!(report.imported, count, "{report:?}");
    }

    fn record(&mut self) -> Value {
        let app = self.app();
        let started = self.dice.between(0, 60) * TICK_MS;
        let (meeting, session, title) = (self.meeting(app), self.id(started), self.title());
        let mut end = started;
        let stays: Vec<_> = (0..=self.dice.below(3))
            .map(|_| {
                let (joined, peer) = (started + self.tick(), self.peer());
                let left = joined + self.tick();
                end = end.max(left);
                let id = Id::from_u128(peer).to_string();
                json!({ "peer": id, "participant": id, "joined_at": time(joined), "left_at": time(left) })
            })
            .collect();
        let (session, meeting) = (SessionId::from_u128(session), MeetingId::from_u128(meeting));
        self.known.push(Known { app, session, meeting, title: title.clone(), started_ms: started });
        json!({
            "app": app,
            "meeting": { "id": meeting.to_string() },
            "session": { "id": session.to_string(), "title": title, "started_at": time(started),
                "ended_at": time(end + self.tick()), "end_reason": self.dice.pick(EndReason::ALL).as_str() },
            "stays": stays,
        })
    }
}

fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(T0 + ms).unwrap().to_string()
}
