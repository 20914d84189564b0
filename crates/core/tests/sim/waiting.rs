//! The waiting room: who waits and who is let in, in the model; and hosts who let people in, or do not.

use std::collections::{BTreeMap, BTreeSet};

use sederunt_core::effect::Write;
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::{Id, ParticipantId, PeerId, SessionId};
use sederunt_core::limit::DEAF_AFTER_MS;
use sederunt_core::waiting::{Admission, Change, Wait};
use sederunt_core::who::WaitingRoom;
use sederunt_core::words::{Request, waiting};

use crate::model::Model;
use crate::world::World;

/// How a client comes in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    pub(crate) person: u64,
    pub(crate) is_bot: bool,
    /// May let people in.
    pub(crate) is_host: bool,
    pub(crate) waiting_room: WaitingRoom,
}

/// What the model knows of the waiting room.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// By client; `true` = called.
    pub(crate) here: BTreeMap<usize, bool>,
    /// Clients that were called on a new socket, and when they count as deaf.
    pub(crate) called_again: BTreeMap<usize, i64>,
    /// Peer ids whose clients wait, whose they are, and whether they were sent away.
    pub(crate) waits: BTreeMap<u64, (u64, bool)>,
    /// People who were let in to the LIVE session.
    pub(crate) admitted: BTreeSet<u64>,
}

impl Model {
    fn is_in(&self, client: usize) -> bool {
        self.peers[client].as_ref().is_some_and(|peer| peer.joined)
    }

    fn is_closed(&self) -> bool {
        !self.settings.open || self.terminated
    }

    /// Not let in yet.
    pub(crate) fn is_listed(&self, client: usize) -> bool {
        self.waiting.here.get(&client) == Some(&false)
    }

    fn must_wait(&self, client: usize) -> bool {
        let way = self.ways[client];
        let is_host_in = (0..self.peers.len()).any(|other| self.is_in(other) && self.ways[other].is_host);
        match way.waiting_room {
            _ if way.is_bot || self.waiting.admitted.contains(&way.person) => false,
            WaitingRoom::Skip => false,
            WaitingRoom::UntilPrivileged => !way.is_host && !is_host_in,
            WaitingRoom::UntilAccepted => true,
        }
    }

    /// A client wants to come in. True = it waits.
    pub(crate) fn makes_wait(&mut self, client: usize) -> bool {
        let waits = self.must_wait(client);
        if waits {
            self.waiting.here.insert(client, false);
            self.waiting.waits.insert(self.wires[client].0, (self.ways[client].person, false));
        }
        waits
    }

    pub(crate) fn entered(&mut self, client: usize) {
        let way = self.ways[client];
        self.waiting.here.remove(&client);
        self.waiting.called_again.remove(&client);
        self.waiting.waits.remove(&self.wires[client].0);
        if way.waiting_room != WaitingRoom::Skip && !way.is_host && !way.is_bot {
            self.waiting.admitted.insert(way.person);
        }
        self.host_came(client);
    }

    fn host_came(&mut self, client: usize) {
        if self.is_in(client) && self.ways[client].is_host {
            self.let_in(|way| way.waiting_room == WaitingRoom::UntilPrivileged);
        }
    }

    fn let_in(&mut self, meant: impl Fn(Way) -> bool) {
        for client in 0..self.peers.len() {
            if self.is_listed(client) && meant(self.ways[client]) {
                self.waiting.here.insert(client, true);
                self.waiting.admitted.insert(self.ways[client].person);
            }
        }
    }

    /// A client has a socket.
    pub(crate) fn is_back(&mut self, client: usize, now: i64) {
        if self.is_closed() {
            return;
        }
        let person = self.ways[client].person;
        let wait = self.waiting.waits.get(&self.wires[client].0).copied().filter(|_| !self.is_in(client));
        if wait == Some((person, true)) {
            self.waiting.waits.remove(&self.wires[client].0);
        } else if wait == Some((person, false)) {
            let called = !self.must_wait(client);
            self.waiting.here.insert(client, called);
            if called {
                self.waiting.called_again.insert(client, now + DEAF_AFTER_MS);
            }
        }
        self.host_came(client);
    }

    /// A client is out.
    pub(crate) fn waits_no_more(&mut self, client: usize, reason: LeaveReason) {
        self.waiting.here.remove(&client);
        self.waiting.called_again.remove(&client);
        if matches!(reason, LeaveReason::Kicked | LeaveReason::ParticipantDeleted | LeaveReason::Blocked) {
            self.waiting.admitted.remove(&self.ways[client].person);
        }
        if !matches!(reason, LeaveReason::ConnectionLost | LeaveReason::ServerStopped) {
            self.waiting.waits.remove(&self.wires[client].0);
        }
    }

    /// A host lets a person in.
    fn accept(&mut self, person: u64) {
        if !self.is_closed() {
            self.let_in(|way| way.person == person);
        }
    }

    fn deny(&mut self, person: u64) {
        for client in 0..self.peers.len() {
            if self.is_listed(client) && self.ways[client].person == person {
                self.waiting.here.remove(&client);
                self.waiting.waits.insert(self.wires[client].0, (person, true));
            }
        }
    }
}

/// What the store keeps.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    waits: BTreeMap<PeerId, Wait>,
    admitted: BTreeMap<ParticipantId, Admission>,
}

impl Kept {
    pub(crate) fn take(&mut self, write: &Write) {
        let Write::Waiting { change, .. } = write else { return };
        match change {
            Change::Waits(wait) => drop(self.waits.insert(wait.peer, *wait)),
            Change::Over(peer) => assert!(self.waits.remove(peer).is_some(), "its wait was over before"),
            Change::Admitted(admission) => drop(self.admitted.insert(admission.participant, *admission)),
            Change::Revoked(participant) => assert!(self.admitted.remove(participant).is_some()),
        }
    }

    pub(crate) fn waits(&self) -> impl Iterator<Item = Wait> {
        self.waits.values().copied()
    }

    pub(crate) fn admitted(&self, live: Option<SessionId>) -> impl Iterator<Item = Admission> {
        self.admitted.values().copied().filter(move |admission| Some(admission.session) == live)
    }
}

impl World {
    /// A host, or somebody who would like to be one, lets a person in or sends it away.
    pub(crate) fn decide(&mut self, client: usize) {
        let victim = usize::try_from(self.rng.below(self.model.peers.len() as u64)).unwrap();
        let person = self.model.ways[victim].person;
        let may = self.model.peers[client].as_ref().is_some_and(|peer| peer.joined && peer.lost_at.is_none())
            && self.model.ways[client].is_host;
        let accept = self.rng.chance(75);
        self.say(|| format!("{client} (host {may}) decides on person {person}: {accept}"));
        let ids = vec![Id::from_u128(u128::from(person))];
        let ask = if accept { waiting::Ask::Accept { ids } } else { waiting::Ask::Deny { ids } };
        match (may, accept) {
            (true, true) => self.model.accept(person),
            (true, false) => self.model.deny(person),
            (false, _) => {}
        }
        self.ask(client, Request::Waiting(ask));
    }

    /// Nobody who waits is counted or has a stay; and the store knows who waits, and who does not any more.
    pub(crate) fn check_waiting(&mut self) {
        let listed: Vec<usize> = (0..self.model.peers.len()).filter(|c| self.model.is_listed(*c)).collect();
        assert_eq!(self.room.waiting(), listed.len(), "who waits");
        for client in self.model.waiting.here.keys() {
            assert!(!self.model.peers[*client].as_ref().unwrap().joined);
            let peer = PeerId::from_u128(self.model.wires[*client].0.into());
            assert_eq!(self.room.stay_of(peer), None, "whoever waits has no stay");
        }
        let waits: BTreeMap<PeerId, (ParticipantId, bool)> =
            self.ledger.waiting.waits().map(|wait| (wait.peer, (wait.participant, wait.denied))).collect();
        let wanted = self.model.waiting.waits.iter().map(|(wire, (person, denied))| {
            (PeerId::from_u128((*wire).into()), (ParticipantId::from_u128((*person).into()), *denied))
        });
        assert_eq!(waits, wanted.collect(), "whose clients wait");
        let live = self.room.session().map(|tally| tally.session());
        let admitted: BTreeSet<ParticipantId> =
            self.ledger.waiting.admitted(live).map(|admission| admission.participant).collect();
        let wanted =
            self.model.waiting.admitted.iter().map(|person| ParticipantId::from_u128((*person).into()));
        assert_eq!(admitted, wanted.collect(), "who was let in");
        self.seen.extend(listed.iter().map(|_| "waits"));
        if self.model.waiting.here.values().any(|called| *called) {
            self.seen.insert("called");
        }
        if self.model.waiting.waits.len() > self.model.waiting.here.len() {
            self.seen.insert("away for long");
        }
    }
}

/// How the clients of a history come in: in every second one, straight.
pub(crate) fn ways(rng: &mut sederunt_dice::Dice, clients: &[(u64, Role)]) -> Vec<Way> {
    let is_open = rng.chance(50);
    let all = [WaitingRoom::Skip, WaitingRoom::UntilPrivileged, WaitingRoom::UntilAccepted];
    clients
        .iter()
        .map(|(person, role)| Way {
            person: *person,
            is_bot: *role == Role::Bot,
            is_host: rng.chance(40),
            waiting_room: if is_open { WaitingRoom::Skip } else { *rng.pick(&all) },
        })
        .collect()
}
