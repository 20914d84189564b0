//! The waiting room (PROTOCOL §7.6): who has to wait, who is let in, and who is told of it.
//!
//! Whoever waits is no peer of the room: it has no stay, opens no session and keeps none open, and hears of nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::effect::Write;
use crate::error::RoomError;
use crate::fact::{LeaveReason, Role};
use crate::hall::{Asked, Hall, Peer};
use crate::id::{ParticipantId, PeerId};
use crate::limit::{ADMITTED_MAX, DEAF_AFTER_MS, WAITING_MAX, WAITS_MAX};
use crate::time::UnixMs;
use crate::waiting::{Admission, Change, Wait};
use crate::who::{Ability, WaitingRoom as Way};
use crate::words::waiting::Tell;

use super::newest::Newest;

/// Who waits, and who need not any more.
#[derive(Debug)]
pub(crate) struct WaitingRoom {
    /// Clients that wait, those that are away included.
    waits: Newest<PeerId, Wait>,
    /// People who were let in to the LIVE session.
    admitted: Newest<ParticipantId, Admission>,
    /// Clients that were called on a new socket and have not come, and when they count as deaf.
    called_again: BTreeMap<PeerId, UnixMs>,
    /// Those who may let people in have to be told.
    changed: bool,
}

impl Default for WaitingRoom {
    fn default() -> Self {
        Self {
            waits: Newest::new(WAITS_MAX),
            admitted: Newest::new(ADMITTED_MAX),
            called_again: BTreeMap::new(),
            changed: false,
        }
    }
}

impl WaitingRoom {
    /// The store knows of a client that waited.
    pub(crate) fn load_wait(&mut self, wait: Wait) {
        self.waits.put(wait.since, wait.peer, wait);
    }

    /// The store knows of somebody who was let in.
    pub(crate) fn load_admission(&mut self, admission: Admission) {
        self.admitted.put(admission.at, admission.participant, admission);
    }

    /// A peer is out of the room: is it on its way back, it waits again; is it not, nothing is left of its wait.
    pub(super) fn out(&mut self, hall: &mut Hall, peer: &Peer, reason: LeaveReason) {
        self.changed |= peer.is_listed();
        self.called_again.remove(&peer.id);
        match reason {
            LeaveReason::ConnectionLost | LeaveReason::ServerStopped | LeaveReason::NodeLost => return,
            LeaveReason::Kicked | LeaveReason::ParticipantDeleted | LeaveReason::Blocked => {
                self.revoke(hall, peer.participant());
            }
            LeaveReason::Left
            | LeaveReason::HostEnded
            | LeaveReason::RoomTerminated
            | LeaveReason::Moved
            | LeaveReason::Imported => {}
        }
        self.over(hall, peer);
    }

    /// Clients that wait, those that are away included.
    pub(super) fn waits(&self) -> impl Iterator<Item = PeerId> {
        self.waits.keys()
    }

    /// Whoever was let in waits again the next time.
    pub(super) fn revoke(&mut self, hall: &mut Hall, participant: ParticipantId) {
        if self.admitted.remove(participant).is_some() {
            remember(hall, Change::Revoked(participant));
        }
    }

    /// The session is over: whoever comes to another one waits again.
    pub(super) fn session_ended(&mut self) {
        self.admitted.clear();
    }

    /// Moves every instant: the room's time was set.
    pub(super) fn shift(&mut self, ms: i64) {
        self.waits.shift(ms, |wait| wait.since = wait.since.plus_ms(ms));
        self.admitted.shift(ms, |admission| admission.at = admission.at.plus_ms(ms));
        self.called_again.values_mut().for_each(|at| *at = at.plus_ms(ms));
    }

    /// Tells those who may let people in, when there is something new.
    pub(super) fn tell_changes(&mut self, hall: &mut Hall) {
        if std::mem::take(&mut self.changed) {
            let hosts = hall.peers.sockets(|peer| peer.is_in() && peer.may(Ability::AcceptWaiting));
            if !hosts.is_empty() {
                let list = list(hall);
                hall.out.push(hosts, list);
            }
        }
    }

    /// Nothing is left of the wait of a peer. Somebody else with its peer id ends nothing.
    fn over(&mut self, hall: &mut Hall, peer: &Peer) {
        if self.waits.get(peer.id).is_some_and(|wait| wait.participant == peer.participant()) {
            self.forget(hall, peer.id);
        }
    }

    pub(super) fn forget(&mut self, hall: &mut Hall, peer: PeerId) {
        if self.waits.remove(peer).is_some() {
            remember(hall, Change::Over(peer));
        }
    }

    fn note(&mut self, hall: &mut Hall, wait: Wait) {
        let oldest = self.waits.put(wait.since, wait.peer, wait);
        remember(hall, Change::Waits(wait));
        oldest.into_iter().for_each(|peer| remember(hall, Change::Over(peer)));
    }

    fn admit(&mut self, hall: &mut Hall, at: UnixMs, participant: ParticipantId) {
        let Some(session) = hall.session().map(|tally| tally.session()) else { return };
        if self.admitted.get(participant).is_none() {
            let admission = Admission { participant, session, at };
            let oldest = self.admitted.put(at, participant, admission);
            remember(hall, Change::Admitted(admission));
            oldest.into_iter().for_each(|participant| remember(hall, Change::Revoked(participant)));
        }
    }

    /// Whether a peer that wants to come in has to wait. Bots never do: nobody sees them.
    fn must_wait(&self, hall: &Hall, peer: &Peer) -> bool {
        if from_parent(hall, peer)
            || peer.who.role == Role::Bot
            || self.admitted.get(peer.participant()).is_some()
        {
            return false;
        }
        match peer.who.abilities.waiting_room {
            Way::Skip => false,
            Way::UntilPrivileged => !peer.may(Ability::AcceptWaiting) && !is_host_in(hall),
            Way::UntilAccepted => true,
        }
    }

    /// Makes a peer wait, if it has to; asked again, it is answered again. Fails when too many do.
    ///
    /// True = it waits.
    pub(super) fn makes_wait(&mut self, hall: &mut Hall, asked: &Asked) -> Result<bool, RoomError> {
        let peer = hall.me(asked)?;
        if !self.must_wait(hall, peer) {
            return Ok(false);
        }
        let (listed_since, participant) = (peer.waits_since(), peer.participant());
        let since = listed_since.unwrap_or(asked.stamp.now);
        if listed_since.is_none() {
            if hall.peers.waiting().count() >= WAITING_MAX {
                return Err(RoomError::WaitingRoomFull { max: WAITING_MAX });
            }
            hall.peers.wait(asked.me, since);
            self.changed = true;
        }
        let wait = Wait { peer: asked.me, participant, since, denied: false };
        if self.waits.get(asked.me) != Some(&wait) {
            self.note(hall, wait);
        }
        let info = hall.me(asked)?.info();
        hall.reply(asked, Tell::Waits(info));
        Ok(true)
    }

    /// A peer is in the room. Who came in because a host is here stays in whatever becomes of the host and of this process;
    /// and with a host, those come in who wait for one.
    pub(super) fn entered(&mut self, hall: &mut Hall, at: UnixMs, id: PeerId) {
        self.forget(hall, id);
        self.called_again.remove(&id);
        let Some(peer) = hall.peers.get(id) else { return };
        let skips = from_parent(hall, peer) || peer.who.abilities.waiting_room == Way::Skip;
        let waited = peer.who.role != Role::Bot && !skips;
        if waited && !peer.may(Ability::AcceptWaiting) {
            let participant = peer.participant();
            self.admit(hall, at, participant);
        }
        self.host_came(hall, at, id);
    }

    /// Somebody is in the room, and may be a host since now.
    pub(super) fn host_came(&mut self, hall: &mut Hall, at: UnixMs, id: PeerId) {
        let Some(host) = hall.peers.get(id).filter(|peer| peer.is_in() && peer.may(Ability::AcceptWaiting))
        else {
            return;
        };
        let conn = host.conn;
        let waits_for_host = |peer: &&Peer| peer.who.abilities.waiting_room == Way::UntilPrivileged;
        let ids: Vec<PeerId> = hall.peers.waiting().filter(waits_for_host).map(|peer| peer.id).collect();
        self.let_in(hall, at, ids);
        // Where there is news, it is told with the others.
        if !self.changed && hall.peers.waiting().next().is_some() {
            let list = list(hall);
            hall.out.push(conn, list);
        }
    }

    /// A client is on a new socket. Did it wait, it does not ask again: it waits on, is called, or hears that
    /// it was sent away.
    pub(super) fn came_back(&mut self, hall: &mut Hall, id: PeerId) {
        let Some(peer) = hall.peers.get(id).filter(|peer| !peer.is_in()) else { return };
        let is_own = |wait: &&Wait| wait.participant == peer.participant();
        let Some(wait) = self.waits.get(id).filter(is_own).copied() else { return };
        let (listed, must_wait) = (peer.is_listed(), self.must_wait(hall, peer));
        if wait.denied {
            self.forget(hall, id);
            hall.out.push(hall.peers.get(id).and_then(|peer| peer.conn), Tell::Denied);
        } else if !must_wait {
            hall.peers.wait(id, wait.since);
            self.changed |= listed;
            self.called_again.insert(id, hall.now().plus_ms(DEAF_AFTER_MS));
            Self::call(hall, id);
        } else if !listed {
            hall.peers.wait(id, wait.since);
            self.changed = true;
        }
    }

    /// Lets peers in: they are called, and then they come. Whoever is away is called when it is back.
    pub(super) fn let_in(&mut self, hall: &mut Hall, at: UnixMs, ids: impl IntoIterator<Item = PeerId>) {
        for id in ids {
            let Some(participant) = hall.peers.get(id).map(Peer::participant) else { continue };
            self.changed = true;
            self.admit(hall, at, participant);
            Self::call(hall, id);
        }
    }

    /// When the next client counts as deaf to its call.
    pub(super) fn next_deaf(&self) -> Option<(UnixMs, PeerId)> {
        self.called_again.iter().map(|(peer, at)| (*at, *peer)).min()
    }

    /// A client whose socket broke between its call and the answer to its join takes no other call for one (PROTOCOL §7.6): it is sent
    /// away first, which cures it.
    pub(super) fn call_the_deaf(&mut self, hall: &mut Hall, id: PeerId) {
        self.called_again.remove(&id);
        let called = |peer: &&Peer| peer.waits() && !peer.is_listed();
        let Some(conn) = hall.peers.get(id).filter(called).and_then(|peer| peer.conn) else { return };
        hall.out.push([conn], Tell::Denied);
        hall.out.push([conn], Tell::Accepted);
    }

    /// Tells a client to come in; one that is away is told when it is back.
    fn call(hall: &mut Hall, id: PeerId) {
        hall.peers.call(id);
        hall.out.push(hall.peers.get(id).and_then(|peer| peer.conn), Tell::Accepted);
    }

    /// Sends peers away, who may ask again. Whoever is on another socket later hears of it there.
    pub(super) fn deny(&mut self, hall: &mut Hall, ids: Vec<PeerId>) {
        self.changed = true;
        for id in ids {
            hall.peers.wait_no_more(id);
            // Nobody knows whether it hears of it before its socket, or this process, is gone.
            if let Some(wait) = self.waits.get(id).copied() {
                self.note(hall, Wait { denied: true, ..wait });
            }
            hall.out.push(hall.peers.get(id).and_then(|peer| peer.conn), Tell::Denied);
        }
    }
}

/// Whoever comes into a breakout room was let in to its meeting.
fn from_parent(hall: &Hall, peer: &Peer) -> bool {
    hall.config().parent.is_some() && peer.who.belongs.is_some()
}

/// Somebody who may let people in is in the room.
fn is_host_in(hall: &Hall) -> bool {
    hall.peers.iter().any(|peer| peer.is_in() && peer.may(Ability::AcceptWaiting))
}

/// Everybody who waits, whoever waits longest first. The client tells them apart by the participant alone, so each
/// participant is there once.
pub(super) fn list(hall: &Hall) -> Tell {
    let mut waiting: Vec<(UnixMs, &Peer)> =
        hall.peers.waiting().filter_map(|peer| Some((peer.waits_since()?, peer))).collect();
    waiting.sort_by_key(|(since, peer)| (*since, peer.id));
    let mut seen = BTreeSet::new();
    waiting.retain(|(_, peer)| seen.insert(peer.participant()));
    Tell::List(waiting.into_iter().map(|(_, peer)| peer.info()).collect())
}

fn remember(hall: &mut Hall, change: Change) {
    let meeting = hall.config().meeting;
    hall.out.remember(Write::Waiting { meeting, change });
}
