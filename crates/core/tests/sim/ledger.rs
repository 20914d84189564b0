//! What the store would know: sessions folded from their facts, and the rows of the stays.

use std::collections::{BTreeMap, BTreeSet};

use sederunt_core::effect::Write;
use sederunt_core::fact::{Fact, FactKind, LeaveReason};
use sederunt_core::id::{ParticipantId, PeerId, StayId};
use sederunt_core::removal::Removal;
use sederunt_core::rights::Change;
use sederunt_core::standing::Seat;
use sederunt_core::tally::{Stay, Tally};
use sederunt_core::time::UnixMs;

use crate::model::Session;
use crate::waiting::Kept;

#[derive(Default)]
pub(crate) struct Ledger {
    /// In order of their start.
    pub(crate) sessions: Vec<(Tally, Vec<Stay>)>,
    /// The first time counts.
    pub(crate) terminated_at: Option<UnixMs>,
    /// The room that is loaded did it.
    pub(crate) terminated_by_room: bool,
    pub(crate) kinds: BTreeSet<String>,
    /// The stays of all sessions.
    stay_ids: BTreeSet<StayId>,
    pub(crate) removed: Vec<Removal>,
    pub(crate) waiting: Kept,
    /// Of the LIVE session.
    pub(crate) seats: BTreeMap<PeerId, Seat>,
    /// Likewise.
    pub(crate) permissions: BTreeMap<ParticipantId, Change>,
}

impl Ledger {
    /// Takes a write, as the store would.
    pub(crate) fn take(&mut self, write: &Write) {
        match write {
            Write::Fact { fact, columns, stay, person, .. } => {
                assert_eq!(person.is_some(), matches!(fact.kind, FactKind::PeerJoined { .. }));
                let folded = self.fold(fact);
                assert_eq!(folded.as_ref(), stay.as_ref());
                let (tally, _) = self.sessions.last().unwrap();
                assert_eq!(tally.columns(), columns, "the columns are those of the folded facts");
            }
            Write::Terminated { at, .. } => {
                assert!(!self.terminated_by_room, "a room terminates once");
                self.terminated_by_room = true;
                self.terminated_at.get_or_insert(*at);
            }
            Write::Removed { removal, .. } => self.removed.push(*removal),
            Write::Waiting { .. } => self.waiting.take(write),
            Write::Seat { session, peer, seat } => {
                let (tally, _) = self.sessions.last().unwrap();
                assert_eq!(
                    (*session, tally.columns().ended_at),
                    (tally.session(), None),
                    "a seat after the end"
                );
                match seat {
                    Some(seat) => drop(self.seats.insert(*peer, *seat)),
                    None => assert!(self.seats.remove(peer).is_some(), "{peer} had no seat of its own"),
                }
            }
            Write::Permissions { session, participant, change } => {
                let (tally, _) = self.sessions.last().unwrap();
                let live = (tally.session(), None);
                assert_eq!((*session, tally.columns().ended_at), live, "a change after the end");
                self.permissions.insert(*participant, *change);
            }
            Write::Breakout { .. } => panic!("nobody asks for breakout rooms here"),
            Write::Chat(_) | Write::ChatDeleted { .. } | Write::Poll(_) | Write::PollVote { .. } => {}
        }
    }

    pub(crate) fn fold(&mut self, fact: &Fact) -> Option<Stay> {
        self.kinds.insert(kind(&fact.kind));
        if let FactKind::PeerJoined { stay, .. } = fact.kind {
            assert!(self.stay_ids.insert(stay), "two stays of the meeting are {stay}");
        }
        if let FactKind::SessionEnded { .. } = fact.kind {
            self.seats.clear();
            self.permissions.clear();
        }
        if let FactKind::SessionStarted { .. } = fact.kind {
            if let Some((before, _)) = self.sessions.last() {
                assert!(before.columns().ended_at.is_some(), "two LIVE sessions");
            }
            self.sessions.push((Tally::start(fact).unwrap(), Vec::new()));
            return None;
        }
        let (tally, stays) = self.sessions.last_mut().unwrap();
        assert_eq!(tally.session(), fact.session);
        let (before, latest) = (tally.columns().consumed_ms(tally.latest()), tally.latest());
        let stay = tally.apply(fact).unwrap();
        let after = tally.columns().consumed_ms(tally.latest());
        let is_loss = matches!(fact.kind, FactKind::PeerAway { .. });
        let silence = if is_loss { latest.since(fact.at) } else { 0 };
        assert!(after >= before - silence, "a fact took {} ms back: {fact:?}", before - after);
        if let Some(stay) = &stay {
            match stays.iter_mut().find(|row| row.peer == stay.peer) {
                Some(row) => {
                    assert_eq!(row.id, stay.id, "a stay keeps its id to its end");
                    row.clone_from(stay);
                }
                None => stays.push(stay.clone()),
            }
        }
        stay
    }

    /// Compares the newest session with the model's, at several instants.
    pub(crate) fn compare(&self, model: &[Session], now: i64) {
        assert_eq!(self.sessions.len(), model.len(), "number of sessions");
        let (Some((tally, stays)), Some(wanted)) = (self.sessions.last(), model.last()) else { return };
        let c = tally.columns();
        // What is written, as time that passes.
        let passed = |at: UnixMs| at.0 - wanted.offset;
        assert_eq!(passed(c.started_at), wanted.start, "started_at");
        assert_eq!(c.ended_at.map(passed), wanted.end.map(|(at, _)| at), "ended_at");
        assert_eq!(c.end_reason, wanted.end.map(|(_, reason)| reason), "end_reason");
        assert_eq!(c.live_count as usize, wanted.live(), "live_participants");
        assert_eq!(c.peak as usize, wanted.peak, "max_concurrent_participants");
        assert!(c.peak >= c.live_count);
        assert_eq!(c.stay_count as usize, wanted.stays.len(), "number of stays");
        for at in [now, now + 777_777] {
            let own = UnixMs(at + wanted.offset);
            assert_eq!(c.consumed_ms(own), wanted.consumed(at), "minutes at {at}");
            assert_eq!(c.together_ms(own), wanted.together(at), "meeting_time at {at}");
        }
        assert_eq!(stays.len(), wanted.stays.len());
        let own_now = UnixMs(now + wanted.offset);
        let mut sum = 0;
        for (stay, wanted) in stays.iter().zip(&wanted.stays) {
            assert_eq!(passed(stay.joined_at), wanted.from, "joined_at");
            assert_eq!(stay.left_at.map(passed), wanted.to.map(|(at, _)| at), "left_at");
            assert_eq!(stay.reason, wanted.to.map(|(_, reason)| reason), "reason");
            assert_eq!(stay.away_since.map(passed), wanted.away, "away_since");
            assert_eq!(stay.role, wanted.role);
            assert!(stay.created_at <= stay.joined_at);
            assert_eq!(stay.duration_ms(own_now), wanted.length(now), "a stay is as long as it was");
            sum += stay.duration_ms(own_now);
        }
        assert_eq!(c.consumed_ms(own_now), sum, "minutes = sum of the stays");
        assert_eq!(tally.open().count(), wanted.live(), "open stays");
    }

    /// What recovery does with the stays of a dead node.
    pub(crate) fn recover(&mut self, heartbeat: i64) {
        let Some((tally, _)) = self.sessions.last() else { return };
        let columns = tally.columns().clone();
        let open: Vec<Stay> = tally.open().cloned().collect();
        for stay in open {
            let at = stay.away_since.unwrap_or(UnixMs(heartbeat));
            let kind = FactKind::PeerLeft { peer: stay.peer, reason: LeaveReason::NodeLost };
            let (app, meeting, session) = (columns.app.clone(), columns.meeting, columns.session);
            let (tally, stays) = self.sessions.last_mut().unwrap();
            let closed = tally.apply(&Fact { at, app, meeting, session, kind }).unwrap().unwrap();
            stays.iter_mut().filter(|row| row.peer == closed.peer).for_each(|row| row.clone_from(&closed));
        }
        let (tally, stays) = self.sessions.last().unwrap();
        assert_eq!(tally.columns().live_count, 0, "no stay is open after recovery");
        assert!(stays.iter().all(|stay| stay.left_at.is_some()));
    }
}

fn kind(kind: &FactKind) -> String {
    let name = match kind {
        FactKind::SessionStarted { .. } => "SessionStarted",
        FactKind::SessionRetitled { .. } => "SessionRetitled",
        FactKind::KeepAliveChanged { .. } => "KeepAliveChanged",
        FactKind::PeerJoined { .. } => "PeerJoined",
        FactKind::PeerAway { .. } => "PeerAway",
        FactKind::PeerBack { .. } => "PeerBack",
        FactKind::PeerLeft { reason, .. } => return format!("PeerLeft {reason:?}"),
        FactKind::SessionEnded { reason } => return format!("SessionEnded {reason:?}"),
    };
    name.to_owned()
}
