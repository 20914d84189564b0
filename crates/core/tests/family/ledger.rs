//! What the store keeps of a family, and what must hold of each thing it keeps.

use sederunt_core::effect::Write;
use sederunt_core::fact::{EndReason, Fact, FactKind, LeaveReason};
use sederunt_core::family::Change;
use sederunt_core::id::ParticipantId;
use sederunt_core::tally::{SessionColumns, Tally};
use sederunt_core::waiting;

use crate::world::{MAIN, Row, WAITER, World};

impl World {
    pub(crate) fn remember(&mut self, write: Write) {
        match write {
            Write::Fact { fact, columns, .. } => self.record(&fact, Some(columns)),
            Write::Breakout { change, .. } => match change {
                Change::Opened { room, .. } => {
                    let row = Row { title: room.title, active: true, parent: Some(MAIN) };
                    assert!(self.rows.insert(room.meeting, row).is_none(), "a room has an id of its own");
                }
                Change::Closed { room, .. } => {
                    self.rows.get_mut(&room).unwrap().active = false;
                    self.placed.retain(|_, place| *place != room);
                    self.counts.closed += 1;
                }
                Change::Placed { participant, room: Some(room), .. } => {
                    assert!(self.rows[&room].active, "nobody belongs in a closed room");
                    self.placed.insert(participant, room);
                    self.counts.moves += 1;
                }
                Change::Placed { participant, room: None, .. } => drop(self.placed.remove(&participant)),
            },
            Write::Waiting { meeting, change } => {
                assert_eq!(meeting, MAIN, "whoever comes from the meeting waits nowhere else");
                match change {
                    waiting::Change::Waits(wait) => drop(self.waits.insert(wait.peer, wait)),
                    waiting::Change::Over(peer) => drop(self.waits.remove(&peer)),
                    waiting::Change::Admitted(one) => drop(self.admitted.insert(one.participant, one)),
                    waiting::Change::Revoked(participant) => drop(self.admitted.remove(&participant)),
                }
            }
            Write::Chat(_)
            | Write::ChatDeleted { .. }
            | Write::Poll(_)
            | Write::PollVote { .. }
            | Write::Removed { .. }
            | Write::Seat { .. }
            | Write::Permissions { .. }
            | Write::Terminated { .. } => {}
        }
    }

    pub(crate) fn record(&mut self, fact: &Fact, columns: Option<SessionColumns>) {
        self.say(|| format!("fact {} {:?}", fact.meeting, fact.kind));
        match &fact.kind {
            FactKind::SessionStarted { parent, .. } => {
                let live = self.live(MAIN).map(Tally::session);
                if fact.meeting == MAIN {
                    assert_eq!(*parent, None);
                } else {
                    assert!(
                        parent.is_some() && *parent == live,
                        "a breakout session is one of the LIVE session"
                    );
                }
                self.tallies.insert(fact.session, Tally::start(fact).unwrap());
            }
            FactKind::SessionEnded { reason } => {
                if *reason == EndReason::AllParticipantsLeft {
                    let child = |t: &&Tally| t.columns().parent == Some(fact.session);
                    let live = self.tallies.values().filter(child).any(|t| t.columns().ended_at.is_none());
                    assert!(!live, "a meeting ends after its rooms");
                    assert!(self.last_child_end(fact.session).is_none_or(|end| end <= fact.at));
                }
                self.tallies.get_mut(&fact.session).unwrap().apply(fact).unwrap();
            }
            FactKind::PeerJoined { peer, participant, .. } => {
                let nth = participant.0.as_u128() as usize;
                if nth as u128 == WAITER && fact.meeting == MAIN {
                    assert!(self.admitted.contains_key(participant), "nobody has let it in");
                }
                // No minute is lost: a stay begins when the client asks, and ended when it was told to go.
                assert_eq!(fact.at.0, self.now);
                (self.clients[nth].left_at, self.clients[nth].awaited_since) = (None, None);
                self.clients[nth].stay = Some((fact.session, *peer));
                assert!(
                    self.clients[nth].barred_until.is_none_or(|until| until <= self.now),
                    "the meeting was ended while it was on the way"
                );
                self.tallies.get_mut(&fact.session).unwrap().apply(fact).unwrap();
            }
            FactKind::PeerLeft { peer, reason } => {
                let tally = self.tallies.get_mut(&fact.session).unwrap();
                let who = tally.open_stay(*peer).unwrap().participant.0.as_u128() as usize;
                let joined_at = tally.open_stay(*peer).unwrap().joined_at;
                let stay = tally.apply(fact).unwrap().unwrap();
                self.ended.push((stay.participant, fact.meeting, joined_at, stay.left_at.unwrap()));
                if *reason == LeaveReason::Moved {
                    self.clients[who].left_at = Some(fact.at.0);
                    self.clients[who].awaited_since = Some(fact.at.0);
                }
                if self.clients[who].stay == Some((fact.session, *peer)) {
                    self.clients[who].is_in = false;
                }
                if *reason == LeaveReason::Kicked {
                    self.kicked.push(ParticipantId::from_u128(who as u128));
                    self.counts.kicked += 1;
                }
            }
            FactKind::SessionRetitled { .. }
            | FactKind::KeepAliveChanged { .. }
            | FactKind::PeerAway { .. }
            | FactKind::PeerBack { .. } => {
                self.tallies.get_mut(&fact.session).unwrap().apply(fact).unwrap();
            }
        }
        if let Some(columns) = columns {
            assert_eq!(self.tallies[&fact.session].columns(), &columns);
        }
    }
}
