//! A breakout room: it passes on what is asked, and does what its parent says.

use std::sync::Arc;

use crate::config::RoomConfig;
use crate::effect::Write;
use crate::fact::{LeaveReason, Role};
use crate::family::{Change, Family, Member};
use crate::hall::{Hall, Peer};
use crate::id::{MeetingId, PeerId};
use crate::note::{Asker, Here, Note};
use crate::waiting;
use crate::words::breakout::Tell;

use super::order::{Going, Order, audience};

/// What a breakout room knows of its family.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) parent: MeetingId,
    /// As the parent told it last.
    pub(super) family: Arc<Family>,
    /// Nobody belongs here any more.
    pub(super) closed: bool,
    /// What the parent knows.
    told: Option<Here>,
}

impl Child {
    pub(super) fn new(parent: MeetingId, open: bool, family: Family) -> Self {
        Self { parent, closed: !open, family: Arc::new(family), told: None }
    }

    /// What the store knows. Without a session of the parent there is none of this room either.
    pub(super) fn load(&mut self, hall: &mut Hall, family: Family) {
        self.closed = !hall.config().open || family.session.is_none();
        hall.kin.parent_session = family.session;
        self.family = Arc::new(family);
    }

    /// Where somebody belongs who is not in, if not here.
    pub(super) fn elsewhere(&self, here: MeetingId, peer: &Peer) -> Option<MeetingId> {
        let belongs = peer.who.belongs?;
        if belongs == here { self.closed.then_some(self.parent) } else { Some(belongs) }
    }

    /// The parent says something.
    pub(super) fn hear(&mut self, hall: &mut Hall, note: Note, orders: &mut Vec<Order>) -> Going {
        match note {
            Note::Answered { asker: Asker { conn, re }, result } => match result {
                Ok(tell) => hall.out.reply(conn, &re, tell),
                Err(error) => hall.out.refuse(conn, &re, error),
            },
            Note::Report => self.told = None,
            Note::Family(family) => self.relate(hall, family),
            Note::Take { people, to } => {
                return Going { closed: Vec::new(), moved: Some((hall.config().meeting, to, people)) };
            }
            Note::Close => return self.close(hall, orders),
            Note::End => {
                self.shut(hall);
                orders.push(Order::End);
            }
            Note::Remove { people, custom_ids, reason } => {
                if reason == LeaveReason::Kicked {
                    self.send_home(hall, |peer| {
                        let custom = peer.who.custom_participant_id.as_ref();
                        people.contains(&peer.participant())
                            || custom.is_some_and(|id| custom_ids.contains(id))
                    });
                }
                orders.push(Order::Remove(people, custom_ids, reason));
            }
            Note::Mute { people, custom_ids } => orders.push(Order::Mute(people, custom_ids)),
            Note::Asked { .. } | Note::Here(_) | Note::Kicked { .. } => {}
        }
        Going::default()
    }

    /// The family is another one now: those who are in hear of it.
    fn relate(&mut self, hall: &mut Hall, family: Arc<Family>) {
        let opened = family.rooms_beyond(&self.family);
        let closed = self.family.rooms_beyond(&family);
        if !opened.is_empty() {
            hall.push(None, Tell::RoomsOpened(opened));
        }
        if !closed.is_empty() {
            hall.push(None, Tell::RoomsClosed(closed));
        }
        hall.out.push(audience(hall), Tell::Rooms(Arc::clone(&family)));
        hall.kin.parent_session = family.session;
        self.family = family;
    }

    pub(super) fn shut(&mut self, hall: &mut Hall) {
        self.closed = true;
        let config = RoomConfig { open: false, ..hall.config().clone() };
        hall.configure(config);
    }

    /// Everybody goes back to the parent. Participants of this room alone have no place there.
    fn close(&mut self, hall: &mut Hall, orders: &mut Vec<Order>) -> Going {
        self.shut(hall);
        let own = |peer: &&Peer| peer.is_in() && peer.who.belongs.is_none();
        let own: Vec<PeerId> = hall.peers.iter().filter(own).map(|peer| peer.id).collect();
        orders.extend(own.into_iter().map(Order::Expel));
        let from_parent = |peer: &&Peer| peer.is_in() && peer.who.belongs.is_some();
        let people = hall.peers.iter().filter(from_parent).map(Peer::participant).collect();
        Going { closed: Vec::new(), moved: Some((hall.config().meeting, self.parent, people)) }
    }

    /// Whoever is kicked here is kicked out of the meeting: what the meeting remembers of it goes with the stay, in one transaction, and
    /// the parent, which may be gone, hears of it afterwards.
    pub(super) fn kicked(&self, hall: &mut Hall, peer: &Peer) {
        if peer.who.belongs.is_none() {
            return;
        }
        let (parent, participant) = (self.parent, peer.participant());
        let out = !hall.peers.iter().any(|other| other.is_in() && other.participant() == participant);
        if out {
            self.send_home(hall, |other| other.participant() == participant);
            let change = Change::Placed { participant, room: None, at: hall.now() };
            hall.out.remember(Write::Breakout { parent, change });
        }
        let change = waiting::Change::Revoked(participant);
        hall.out.remember(Write::Waiting { meeting: parent, change });
        hall.say(parent, Note::Kicked { participant, out });
    }

    /// Pages of these people that are on the set-up screen here are sent to the parent when they want to come in.
    fn send_home(&self, hall: &mut Hall, meant: impl Fn(&Peer) -> bool) {
        let theirs = |peer: &&Peer| !peer.is_in() && peer.who.belongs.is_some() && meant(peer);
        let ids: Vec<PeerId> = hall.peers.iter().filter(theirs).map(|peer| peer.id).collect();
        for id in ids {
            if let Some(peer) = hall.peers.get_mut(id) {
                peer.who.belongs = Some(self.parent);
            }
        }
    }

    /// The parent hears of every change.
    pub(super) fn input_treated(&mut self, hall: &mut Hall) {
        if !hall.config().open {
            self.closed = true;
        }
        let people_changed = hall.peers.take_people_changed();
        let people = match &self.told {
            Some(told) if !people_changed => Arc::clone(&told.people),
            Some(_) | None => Arc::new(people(hall)),
        };
        let config = hall.config();
        let here = Here {
            title: config.title.clone(),
            open: config.open,
            live: hall.session().is_some(),
            ended_at: hall.kin.ended_at.map(|at| hall.steady(at)),
            people,
        };
        if self.told.as_ref() != Some(&here) {
            hall.say(self.parent, Note::Here(here.clone()));
            self.told = Some(here);
        }
    }
}

/// Who is in and came from the parent, each person once, in order of joining.
fn people(hall: &Hall) -> Vec<Member> {
    let counts = |peer: &&Peer| peer.who.role != Role::Bot && peer.who.belongs.is_some();
    let mut seen = std::collections::BTreeSet::new();
    let joined = hall.peers.joined().into_iter().filter(counts);
    joined.filter(|peer| seen.insert(peer.participant())).map(Peer::member).collect()
}
