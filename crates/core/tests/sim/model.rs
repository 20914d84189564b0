//! The same room, told as plainly as possible: lists of intervals, every number computed from scratch. Shares no code
//! with the engine or its tally. Its instants are time that passes, whatever the wall clock shows.

use std::collections::{BTreeMap, BTreeSet};

use sederunt_core::fact::{EndReason, LeaveReason, Role};
use sederunt_core::standing::Seat;

use crate::permissions::Powers;
use crate::seats::Sitter;

use crate::waiting::{Waiting, Way};

/// How long a removed peer id stays out.
const REMOVED_KEPT: i64 = 24 * 3_600_000;

/// One stay.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    pub(crate) person: u64,
    pub(crate) role: Role,
    pub(crate) from: i64,
    pub(crate) to: Option<(i64, LeaveReason)>,
    pub(crate) away: Option<i64>,
}

impl Stay {
    /// How long it was at `now`.
    pub(crate) fn length(&self, now: i64) -> i64 {
        self.end(now) - self.from
    }

    fn end(&self, now: i64) -> i64 {
        self.to.map(|(at, _)| at).or(self.away).unwrap_or(now)
    }
}

/// One session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// The wall clock minus time that passes, when it started: what is written is the start plus what has passed.
    pub(crate) offset: i64,
    pub(crate) start: i64,
    pub(crate) end: Option<(i64, EndReason)>,
    pub(crate) stays: Vec<Stay>,
    pub(crate) peak: usize,
    /// `meeting_time` of an ended session.
    total: i64,
    latest: i64,
}

impl Session {
    pub(crate) fn live(&self) -> usize {
        self.stays.iter().filter(|stay| stay.to.is_none()).count()
    }

    pub(crate) fn consumed(&self, now: i64) -> i64 {
        self.stays.iter().map(|stay| stay.end(now) - stay.from).sum()
    }

    /// Milliseconds with two different members present: every slice between two edges is looked at by itself.
    pub(crate) fn together(&self, now: i64) -> i64 {
        let members: Vec<&Stay> = self.stays.iter().filter(|stay| stay.role == Role::Member).collect();
        let edges: BTreeSet<i64> =
            members.iter().flat_map(|stay| [stay.from, stay.end(now)]).filter(|at| *at <= now).collect();
        let edges: Vec<i64> = edges.into_iter().collect();
        let two_in = |slice: &&[i64]| {
            let mut present =
                members.iter().filter(|stay| stay.from <= slice[0] && stay.end(now) >= slice[1]);
            let first = present.next();
            first.is_some_and(|first| present.any(|other| other.person != first.person))
        };
        edges.windows(2).filter(two_in).map(|slice| slice[1] - slice[0]).sum()
    }

    fn two_connected(&self) -> bool {
        let connected = |s: &&Stay| s.to.is_none() && s.away.is_none() && s.role == Role::Member;
        self.stays.iter().filter(connected).map(|s| s.person).collect::<BTreeSet<_>>().len() >= 2
    }

    /// When it ends without anybody: not before its settings changed.
    fn empty_until(&self, keep_alive: i64) -> i64 {
        let last = self.stays.iter().filter_map(|stay| stay.to).map(|(at, _)| at).max();
        (last.unwrap_or(self.start) + keep_alive).max(self.latest)
    }

    fn note(&mut self, at: i64) {
        self.latest = self.latest.max(at);
    }
}

/// What a client is to the room.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peer {
    /// When its latest socket came.
    since: i64,
    /// When its loss was noticed.
    pub(crate) lost_at: Option<i64>,
    pub(crate) joined: bool,
    stay: Option<usize>,
}

/// Settings, in milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) open: bool,
    pub(crate) keep_alive: i64,
    pub(crate) grace: i64,
    pub(crate) max_together: Option<i64>,
}

/// The room.
pub(crate) struct Model {
    pub(crate) settings: Settings,
    pub(crate) terminated: bool,
    pub(crate) sessions: Vec<Session>,
    /// `None` = the room does not know the client.
    pub(crate) peers: Vec<Option<Peer>>,
    /// The peer id that each client has now, and whose it is.
    pub(crate) wires: Vec<(u64, u64)>,
    /// How each client comes in.
    pub(crate) ways: Vec<Way>,
    pub(crate) waiting: Waiting,
    /// Peer ids that were removed, and when.
    removed: BTreeMap<u64, i64>,
    /// Peer ids that have had a stay in the LIVE session.
    seen: BTreeSet<u64>,
    /// Peer ids, with whose they are, that went out of the LIVE session because their grace ran out.
    lost: Vec<(u64, u64)>,
    /// Where those sit who are in the room, and those of the LIVE session who were lost; by peer id.
    pub(crate) seats: BTreeMap<u64, Seat>,
    pub(crate) sitters: Vec<Sitter>,
    pub(crate) powers: Powers,
    floor: i64,
    configured_at: i64,
}

impl Model {
    pub(crate) fn new(settings: Settings, ways: Vec<Way>, sitters: Vec<Sitter>, powers: Powers) -> Self {
        let peers = vec![None; ways.len()];
        let wires = (0x100..).zip(ways.iter().map(|way| way.person)).collect();
        Self {
            settings,
            terminated: false,
            sessions: Vec::new(),
            peers,
            wires,
            ways,
            waiting: Waiting::default(),
            removed: BTreeMap::new(),
            seen: BTreeSet::new(),
            lost: Vec::new(),
            seats: BTreeMap::new(),
            sitters,
            powers,
            floor: i64::MIN,
            configured_at: i64::MIN,
        }
    }

    pub(crate) fn live(&mut self) -> Option<&mut Session> {
        self.sessions.last_mut().filter(|session| session.end.is_none())
    }

    /// The instant that the room takes `clock` for, with every timer up to it treated.
    pub(crate) fn at(&mut self, clock: i64) -> i64 {
        self.floor = self.floor.max(clock);
        self.advance();
        self.floor
    }

    /// The first to be lost whose grace runs out, the end of an empty session, and the limit.
    fn timers(&mut self) -> (Option<(i64, usize)>, Option<i64>, Option<i64>) {
        let grace = self.settings.grace;
        let lost = self.peers.iter().enumerate().filter_map(|(i, p)| Some((p.as_ref()?.lost_at?, i))).min();
        let lost = lost.map(|(at, client)| (at + grace, client));
        let keep_alive = self.settings.keep_alive;
        let empty =
            self.live().filter(|session| session.live() == 0).map(|session| session.empty_until(keep_alive));
        (lost, empty, self.limit_at())
    }

    /// When the next timer fires.
    pub(crate) fn due(&mut self) -> Option<i64> {
        let (lost, empty, full) = self.timers();
        let deaf = self.waiting.called_again.values().min().copied();
        [lost.map(|(at, _)| at), empty, full, deaf].into_iter().flatten().min()
    }

    /// Treats timers in order of time; at one instant grace comes first, then keep-alive, then the limit.
    pub(crate) fn advance(&mut self) {
        loop {
            let (lost, empty, full) = self.timers();
            let Some(at) = self.due().filter(|at| *at <= self.floor) else { return };
            match lost {
                Some((due, client)) if due == at => self.leave(client, due, LeaveReason::ConnectionLost),
                _ if empty == Some(at) => self.end(at, EndReason::AllParticipantsLeft),
                _ if full == Some(at) => self.terminate(at),
                // Sent away and called again: it is where it was.
                _ => self.waiting.called_again.retain(|_, due| *due > at),
            }
        }
    }

    fn limit_at(&mut self) -> Option<i64> {
        let max = self.settings.max_together.filter(|_| !self.terminated)?;
        let (floor, open, configured_at) = (self.floor, self.settings.open, self.configured_at);
        let before: i64 = self.sessions.iter().map(|session| session.total).sum();
        let Some(session) = self.live() else { return (before >= max && open).then_some(floor) };
        let left = max - before - session.together(session.latest);
        if left <= 0 {
            return Some(session.latest.max(configured_at));
        }
        session.two_connected().then_some((session.latest + left).max(configured_at))
    }

    pub(crate) fn connect(&mut self, client: usize, now: i64, own_token: bool) {
        let is_out = self.is_out(self.wires[client].0, now);
        match &mut self.peers[client] {
            Some(peer) if own_token => {
                peer.since = now;
                let back = peer.lost_at.take().and(peer.stay);
                if let (Some(stay), Some(session)) = (back, self.live()) {
                    session.stays[stay].away = None;
                    session.note(now);
                }
                self.is_back(client, now);
            }
            Some(_) => {}
            None if self.settings.open && !self.terminated && !is_out => {
                self.lost.retain(|lost| *lost != self.wires[client]);
                self.peers[client] = Some(Peer { since: now, ..Peer::default() });
                self.is_back(client, now);
            }
            None => {}
        }
        self.advance();
    }

    fn is_out(&self, wire: u64, now: i64) -> bool {
        self.removed.get(&wire).is_some_and(|at| now - at < REMOVED_KEPT)
    }

    /// In the room, or in the session before and about to join again.
    pub(crate) fn is_of_session(&self, client: usize) -> bool {
        let seen = self.seen.contains(&self.wires[client].0);
        self.peers[client].as_ref().is_some_and(|peer| peer.joined || seen)
    }

    /// A kick of a person finds those of its peer ids, too, that are lost.
    pub(crate) fn kick_lost(&mut self, person: u64, now: i64) {
        let (gone, kept) = self.lost.iter().partition(|(_, whose)| *whose == person);
        self.lost = kept;
        self.waiting.admitted.remove(&person);
        let gone: Vec<(u64, u64)> = gone;
        self.removed.extend(gone.into_iter().map(|(wire, _)| (wire, now)));
    }

    fn remove_seen(&mut self, now: i64) {
        for wire in std::mem::take(&mut self.seen) {
            if !self.is_out(wire, now) {
                self.removed.insert(wire, now);
            }
        }
        self.removed.extend(std::mem::take(&mut self.waiting.waits).into_keys().map(|wire| (wire, now)));
    }

    pub(crate) fn join(&mut self, client: usize, person: u64, role: Role, now: i64, offset: i64) {
        let may = self.settings.open && !self.terminated;
        let bot = role == Role::Bot;
        let waits = self.peers[client].as_ref().is_some_and(|peer| !peer.joined);
        if waits && may && (!bot || self.live().is_some()) && !self.makes_wait(client) {
            if self.live().is_none() {
                self.sessions.push(Session {
                    offset,
                    start: now,
                    end: None,
                    stays: Vec::new(),
                    peak: 0,
                    total: 0,
                    latest: now,
                });
            }
            let mut index = None;
            if let Some(session) = self.live().filter(|_| !bot) {
                session.stays.push(Stay { person, role, from: now, to: None, away: None });
                session.peak = session.peak.max(session.live());
                session.note(now);
                index = Some(session.stays.len() - 1);
                self.seen.insert(self.wires[client].0);
            }
            if let Some(peer) = &mut self.peers[client] {
                (peer.joined, peer.stay) = (true, index);
            }
            self.entered(client);
            self.sit_down(client);
        }
        self.advance();
    }

    /// The loss of a client is noticed that was last heard at `heard`.
    pub(crate) fn drop(&mut self, client: usize, now: i64, heard: i64) {
        let Some(peer) = &mut self.peers[client] else { return };
        peer.lost_at = Some(now);
        let (stay, since) = (peer.stay, peer.since);
        if let (Some(stay), Some(session)) = (stay, self.live()) {
            // Two minutes before the newest fact nothing changes any more.
            let at = heard.max(since).max(session.stays[stay].from).max(session.latest - 120_000);
            session.stays[stay].away = Some(at);
            session.note(at);
        }
        self.advance();
    }

    pub(crate) fn leave(&mut self, client: usize, now: i64, reason: LeaveReason) {
        let of_session = self.is_of_session(client);
        let Some(peer) = self.peers[client].take() else { return };
        self.waits_no_more(client, reason);
        if peer.joined {
            self.get_up(client, reason);
        }
        if reason.is_removal() {
            self.lost.retain(|lost| *lost != self.wires[client]);
            self.removed.insert(self.wires[client].0, now);
        } else if reason == LeaveReason::ConnectionLost && peer.joined {
            assert!(of_session);
            self.lost.push(self.wires[client]);
        }
        if let (Some(stay), Some(session)) = (peer.stay, self.live()) {
            let stay = &mut session.stays[stay];
            let at = stay.away.take().unwrap_or(now);
            stay.to = Some((at, reason));
            session.note(at);
        }
    }

    fn clear(&mut self, now: i64, reason: LeaveReason, meant: impl Fn(&Self, usize) -> bool) {
        for client in 0..self.peers.len() {
            if meant(self, client) {
                self.leave(client, now, reason);
            }
        }
    }

    fn end(&mut self, at: i64, reason: EndReason) {
        self.clear(at, LeaveReason::Left, |model, client| {
            model.peers[client].as_ref().is_some_and(|peer| peer.joined)
        });
        self.seen.clear();
        self.lost.clear();
        self.waiting.admitted.clear();
        self.seats.clear();
        self.powers.taken.clear();
        if let Some(session) = self.live() {
            session.end = Some((at, reason));
            session.total = session.together(at.max(session.latest));
        }
    }

    pub(crate) fn kick_all(&mut self, now: i64) {
        if self.live().is_some() {
            self.clear(now, LeaveReason::HostEnded, |model, client| {
                model.is_of_session(client) || model.waiting.here.contains_key(&client)
            });
            self.remove_seen(now);
            self.end(now, EndReason::HostEndedMeeting);
        }
    }

    pub(crate) fn terminate(&mut self, at: i64) {
        self.clear(at, LeaveReason::RoomTerminated, |_, _| true);
        self.remove_seen(at);
        self.end(at, EndReason::RoomTerminated);
        self.terminated = true;
    }

    pub(crate) fn stop(&mut self, now: i64) {
        self.clear(now, LeaveReason::ServerStopped, |_, _| true);
    }

    /// New settings; `noted` = a fact of the session tells of it.
    pub(crate) fn configure(&mut self, settings: Settings, noted: bool, now: i64) {
        if let Some(session) = self.live().filter(|_| noted) {
            session.note(now);
        }
        self.settings = settings;
        self.configured_at = now;
        self.advance();
    }

    /// The process died; what it knew of is closed at its last heartbeat, or at its last fact if that is newer.
    pub(crate) fn crash(&mut self, heartbeat: i64) {
        self.restart();
        if let Some(session) = self.live() {
            let at = session.latest.max(heartbeat);
            for stay in session.stays.iter_mut().filter(|stay| stay.to.is_none()) {
                stay.to = Some((stay.away.take().unwrap_or(at), LeaveReason::NodeLost));
            }
            let ends = session.stays.iter().filter_map(|stay| stay.to).map(|(at, _)| at);
            session.latest = ends.fold(session.latest, i64::max);
            self.floor = session_latest(self);
        }
    }

    /// A new process: no sockets, and its clock is not bound by the old one's.
    pub(crate) fn restart(&mut self) {
        self.peers.fill(None);
        self.waiting.called_again.clear();
        self.waiting.here.clear();
        self.lost.clear();
        self.configured_at = i64::MIN;
        self.floor = session_latest(self);
    }
}

fn session_latest(model: &mut Model) -> i64 {
    model.live().map_or(i64::MIN, |session| session.latest)
}
