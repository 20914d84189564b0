//! What families saw of their stays, and the ledger against it.

use std::collections::{BTreeMap, BTreeSet};

use sederunt_core::id::Id;

use crate::check::{HEARTBEAT_MS, LATE_MS, ROUNDING_MS};
use crate::common::http::Kit;
use crate::load::now_ms;
use crate::truth::{Session, Stay, Truth};

/// One stay as its client saw it. Times are this machine's clock.
#[derive(Debug)]
pub(super) struct Episode {
    person: String,
    meeting: String,
    peer: String,
    asked: i64,
    pub(super) joined: Option<i64>,
    /// The latest that was asked of it: how it would end, and since when.
    end: Option<(&'static str, i64)>,
    /// It was told that this has happened.
    pub(super) left: Option<i64>,
    pub(super) dropped: Option<i64>,
    pub(super) killed: i64,
}

impl Episode {
    pub(super) fn asked(person: String, meeting: String, peer: String, asked: i64) -> Self {
        Self { person, meeting, peer, asked, joined: None, end: None, left: None, dropped: None, killed: 0 }
    }

    pub(super) fn ends(&mut self, by: &'static str) {
        self.end = Some((by, now_ms()));
    }

    fn is_of(&self, session: &Session, stay: &Stay, off: i64) -> bool {
        let told = self.joined.unwrap_or(self.killed) + ROUNDING_MS;
        let same = Id::parse(&self.person).unwrap() == stay.participant
            && Id::parse(&self.meeting).unwrap() == session.meeting;
        same && (self.asked - ROUNDING_MS..=told).contains(&(stay.joined_at - off))
    }
}

/// The sessions of a meeting and of its breakout rooms.
fn sessions<'a>(truth: &'a Truth, meeting: &str) -> Vec<&'a Session> {
    let meeting = Id::parse(meeting).unwrap();
    let own: BTreeSet<Id> = truth.sessions.values().filter(|s| s.meeting == meeting).map(|s| s.id).collect();
    let theirs = |s: &&Session| s.meeting == meeting || s.parent.is_some_and(|parent| own.contains(&parent));
    truth.sessions.values().filter(theirs).collect()
}

/// Every acknowledged join has a stay, every stay was asked for, each ended as its client was told, and nobody was in two rooms.
/// Each session has one of the clocks that the servers had.
pub(super) fn check(truth: &Truth, meeting: &str, episodes: &[Episode], offs: &[i64]) {
    let mut left: BTreeMap<usize, &Episode> = episodes.iter().enumerate().collect();
    let mut times: BTreeMap<Id, Vec<(i64, i64, Id)>> = BTreeMap::new();
    let (mut rooms, mut moved) = (0_u64, 0_u64);
    for session in sessions(truth, meeting) {
        let asked_for = |stay: &Stay, off: i64| episodes.iter().any(|e| e.is_of(session, stay, off));
        let off = offs.iter().copied().find(|off| session.stays.iter().all(|stay| asked_for(stay, *off)));
        let off = off.unwrap_or_else(|| panic!("nobody asked for a stay of {session:?} at {offs:?}"));
        rooms += u64::from(session.parent.is_some());
        for stay in &session.stays {
            let mut fitting = left.iter().filter(|(_, e)| e.is_of(session, stay, off));
            let same_peer = |e: &&Episode| Id::parse(&e.peer).unwrap() == stay.peer;
            let nth =
                fitting.clone().find(|(_, e)| same_peer(e)).or_else(|| fitting.next()).map(|(nth, _)| *nth);
            let nth = nth.unwrap_or_else(|| panic!("a stay is counted twice: {stay:?} in {session:?}"));
            let episode = left.remove(&nth).unwrap();
            moved += u64::from(stay.reason == "moved");
            ended_as_seen(stay, off, episode);
            times.entry(stay.participant).or_default().push((
                stay.joined_at - off,
                stay.left_at - off,
                session.meeting,
            ));
        }
    }
    let lost = left.values().find(|episode| episode.joined.is_some());
    assert!(lost.is_none(), "an acknowledged join is lost: {lost:?}");
    for (person, mut stays) in times {
        stays.sort_unstable();
        for (one, next) in stays.iter().zip(stays.iter().skip(1)) {
            assert!(
                one.2 == next.2 || one.1 <= next.0 + ROUNDING_MS,
                "{person} is in two rooms: {one:?} {next:?}"
            );
        }
    }
    println!("{meeting}: {rooms} sessions of breakout rooms, {moved} stays ended by a move");
}

fn ended_as_seen(stay: &Stay, off: i64, episode: &Episode) {
    let what = || format!("{stay:?}, clock {off}\n{episode:?}");
    let left_at = stay.left_at - off;
    if let (Some((by, asked)), Some(told)) = (episode.end, episode.left) {
        assert_eq!(stay.reason, by, "{}", what());
        let window = asked - ROUNDING_MS..=told + ROUNDING_MS;
        assert!(window.contains(&left_at), "left at another time: {}", what());
        return;
    }
    let end = episode.dropped.unwrap_or(episode.killed);
    assert!(left_at <= episode.killed + ROUNDING_MS, "counted after the kill: {}", what());
    let earliest = episode.end.map_or(end, |(_, asked)| asked.min(end));
    assert!(earliest - left_at <= HEARTBEAT_MS + LATE_MS, "minutes lost: {}", what());
    let crashed = matches!(stay.reason.as_str(), "node_lost" | "connection_lost");
    let asked_for = episode.end.is_some_and(|(by, _)| by == stay.reason);
    assert!(crashed || asked_for || stay.reason == "host_ended", "nobody ended it so: {}", what());
}

/// The minutes of a meeting with its rooms are the stays' in both, each once (SEMANTICS §2.7).
pub(super) async fn sums(truth: &Truth, meeting: &str, kit: &Kit) {
    let all = sessions(truth, meeting);
    for parent in all.iter().filter(|session| session.parent.is_none()) {
        let theirs = all.iter().filter(|s| s.id == parent.id || s.parent == Some(parent.id));
        let ms: i64 = theirs.map(|session| session.consumed_ms()).sum();
        let (mut minutes, mut people) = (0.0, 0_u64);
        for page_no in 1.. {
            let path = format!("/sessions/{}/participants?view=consolidated&per_page=100", parent.id);
            let page = kit.get(&format!("{path}&page_no={page_no}")).await;
            let stays = page["data"]["participants"].as_array().unwrap();
            minutes += stays.iter().map(|stay| stay["duration"].as_f64().unwrap()).sum::<f64>();
            people += stays.len() as u64;
            if stays.is_empty() {
                break;
            }
        }
        assert_eq!(people, parent.stays.len() as u64, "{}", parent.id);
        // Each is rounded to four places.
        let near = (minutes - ms as f64 / 60_000.0).abs() <= 0.000_1 * (people + 1) as f64;
        assert!(near, "{minutes} minutes in {}, and stays of {ms} ms", parent.id);
    }
}
