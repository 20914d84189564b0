//! What rooms write: facts folded as a room folds them, and the sessions that end and begin meanwhile.

use anyhow::{Context as _, Result};
use sederunt_core::effect::{Person, Write};
use sederunt_core::fact::{EndReason, Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{Id, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::tally::Tally;
use sederunt_core::time::UnixMs;
use sederunt_core::view_type::ViewType;
use sederunt_node::clock::wall;

use super::PEERS_PER_ROOM;

pub(crate) const APP: &str = "bench";

/// A room with its seats. A session that had as many joins as it may have lets nobody in any more; the next one begins
/// in the room's other meeting, and the last leave ends the first. So nobody waits for a session to end.
pub(super) struct Room {
    meetings: [MeetingId; 2],
    /// Joins of a session; `None` = it never ends.
    joins_max: Option<u32>,
    /// Where one joins.
    open: Option<Tally>,
    /// Where one only leaves.
    closing: Option<Tally>,
    /// Session and stay of each peer that is in.
    stays: Vec<(SessionId, PeerId)>,
    ended: u64,
}

/// Ids that have not been used.
pub(super) trait Ids {
    fn next(&self) -> Id;
}

impl Room {
    pub(super) fn new(ids: &impl Ids, joins_max: Option<u32>) -> Self {
        let meetings = [MeetingId(ids.next()), MeetingId(ids.next())];
        let stays = vec![Default::default(); PEERS_PER_ROOM];
        Self { meetings, joins_max, open: None, closing: None, stays, ended: 0 }
    }

    /// Sessions that have ended.
    pub(super) fn ended(&self) -> u64 {
        self.ended
    }

    /// The one in `seat` joins; a session begins if none is open.
    pub(super) fn join(&mut self, ids: &impl Ids, seat: usize) -> Result<Vec<Write>> {
        let full = |open: &Tally| self.joins_max.is_some_and(|max| open.columns().stay_count >= max);
        if self.closing.is_none() && self.open.as_ref().is_some_and(full) {
            self.closing = self.open.take();
        }
        let mut writes = Vec::new();
        if self.open.is_none() {
            let (tally, write) = start(self.free_meeting()?, SessionId(ids.next()))?;
            self.open = Some(tally);
            writes.push(write);
        }
        let open = self.open.as_mut().context("a session is open")?;
        let peer = PeerId(ids.next());
        self.stays[seat] = (open.columns().session, peer);
        let person = Person {
            display_name: "Ada".to_owned(),
            view_type: Some(ViewType::GroupCall),
            preset_name: "group_call_host".to_owned(),
            custom_participant_id: None,
            user_id: Some(format!("user {seat}")),
            ip_address: None,
            user_agent: None,
        };
        let (participant, at) = (ParticipantId::from_u128(seat as u128), now(open));
        let (stay, role) = (StayId(ids.next()), Role::Member);
        let kind = FactKind::PeerJoined { peer, stay, participant, role, created_at: at };
        writes.push(fold(open, at, kind, Some(person))?);
        Ok(writes)
    }

    /// The one in `seat` leaves; the session ends if it had all its joins and nobody is left.
    pub(super) fn leave(&mut self, seat: usize) -> Result<Vec<Write>> {
        let (session, peer) = self.stays[seat];
        let is_of =
            |tally: &&mut Option<Tally>| tally.as_ref().is_some_and(|t| t.columns().session == session);
        let slot =
            [&mut self.open, &mut self.closing].into_iter().find(is_of).context("nobody is in the seat")?;
        let tally = slot.as_mut().context("a session")?;
        let at = now(tally);
        let mut writes = vec![fold(tally, at, FactKind::PeerLeft { peer, reason: LeaveReason::Left }, None)?];
        let columns = tally.columns();
        if columns.live_count == 0 && self.joins_max.is_some_and(|max| columns.stay_count >= max) {
            let reason = EndReason::AllParticipantsLeft;
            writes.push(fold(tally, at, FactKind::SessionEnded { reason }, None)?);
            *slot = None;
            self.ended += 1;
        }
        Ok(writes)
    }

    /// A meeting without a LIVE session, when none is open.
    fn free_meeting(&self) -> Result<MeetingId> {
        let taken = self.closing.as_ref().map(|tally| tally.columns().meeting);
        self.meetings.into_iter().find(|meeting| Some(*meeting) != taken).context("a room has two meetings")
    }
}

fn start(meeting: MeetingId, session: SessionId) -> Result<(Tally, Write)> {
    let kind =
        FactKind::SessionStarted { title: "Weekly sync".to_owned(), keep_alive_ms: 60_000, parent: None };
    let fact = Fact { at: wall(), app: APP.into(), meeting, session, kind };
    let tally = Tally::start(&fact)?;
    let write =
        Write::Fact { fact, columns: tally.columns().clone(), stay: None, person: None, offset_ms: 0 };
    Ok((tally, write))
}

fn fold(tally: &mut Tally, at: UnixMs, kind: FactKind, person: Option<Person>) -> Result<Write> {
    let c = tally.columns();
    let fact = Fact { at, app: APP.into(), meeting: c.meeting, session: c.session, kind };
    let stay = tally.apply(&fact)?;
    Ok(Write::Fact { fact, columns: tally.columns().clone(), stay, person, offset_ms: 0 })
}

fn now(tally: &Tally) -> UnixMs {
    wall().max(tally.latest())
}
