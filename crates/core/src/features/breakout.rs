//! Breakout rooms (PROTOCOL §7.9): what may be asked of them, and who has to go where.
//!
//! The parent decides (`parent.rs`); a breakout room passes on and carries out (`child.rs`). Whoever goes is taken out by
//! `entry`, to which this gives orders.

mod child;
mod order;
mod parent;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::RoomError;
use crate::fact::LeaveReason;
use crate::family::{Family, Links, Member};
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall, Peer};
use crate::id::{MeetingId, ParticipantId, PeerId};
use crate::limit::{
    BREAKOUT_ASKER_MS, BREAKOUT_ASKS_PER_SECOND, BREAKOUT_MOVE_MAX, BREAKOUT_ROOMS_MAX,
    BREAKOUT_TITLE_MAX_CHARS,
};
use crate::note::{Asker, Note};
use crate::time::UnixMs;
use crate::who::Ability;
use crate::words::breakout::{Ask, Tell};

use child::Child;
pub(crate) use order::Order;
use parent::Parent;

/// The breakout rooms of a meeting, or what one of them knows of the others.
#[derive(Debug)]
pub(crate) struct Breakout {
    side: Side,
    /// Peers that go as soon as their apps know that they are here.
    unripe: BTreeMap<PeerId, MeetingId>,
    orders: Vec<Order>,
}

#[derive(Debug)]
enum Side {
    Parent(Box<Parent>),
    Child(Box<Child>),
}

impl Breakout {
    /// Of a room of which the store knows nothing more yet.
    pub(crate) fn new(hall: &Hall) -> Self {
        let config = hall.config();
        let side = match config.parent {
            Some(parent) => {
                let family = Family::alone(parent, String::new());
                Side::Child(Box::new(Child::new(parent, config.open, family)))
            }
            None => Side::Parent(Box::default()),
        };
        Self { side, unripe: BTreeMap::new(), orders: Vec::new() }
    }

    /// What the store knows.
    pub(crate) fn load(&mut self, hall: &mut Hall, links: Links) {
        match &mut self.side {
            Side::Parent(parent) => parent.load(hall, links),
            Side::Child(child) => child.load(hall, links.family),
        }
    }

    /// What is to be done.
    pub(crate) fn take_orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }

    /// A breakout room that is closed: its session ends with the last one who is in.
    pub(crate) fn is_closed_room(&self) -> bool {
        matches!(&self.side, Side::Child(child) if child.closed)
    }

    /// The room has come to its end: if it is a breakout room, nobody belongs there any more.
    pub(crate) fn shut(&mut self, hall: &mut Hall) {
        if let Side::Child(child) = &mut self.side {
            child.shut(hall);
        }
    }

    /// Where somebody who is not in belongs, if not here.
    pub(crate) fn elsewhere(&self, hall: &Hall, id: PeerId) -> Option<MeetingId> {
        let peer = hall.peers.get(id).filter(|peer| !peer.is_in())?;
        match &self.side {
            Side::Parent(parent) => parent.placed(peer.participant()),
            Side::Child(child) => child.elsewhere(hall.config().meeting, peer),
        }
    }

    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        if !hall.peers.get_mut(asked.me).is_some_and(|me| me.rooms_pace.take(asked.stamp.now)) {
            let per_second = BREAKOUT_ASKS_PER_SECOND;
            return Err(RoomError::TooOften { what: "requests for breakout rooms", per_second });
        }
        if matches!(ask, Ask::Rooms) {
            return self.rooms(hall, asked);
        }
        self.check(hall, asked, &ask)?;
        if let Ask::Move { people, .. } = &ask
            && people.len() > 1
            && let Some(me) = hall.peers.get_mut(asked.me).filter(|me| people.contains(&me.participant()))
        {
            // The UI kit goes on to close the rooms out of which it moved everybody, itself included.
            me.ripe_at = me.ripe_at.max(asked.stamp.now.plus_ms(BREAKOUT_ASKER_MS));
        }
        let asker = Asker { conn: asked.conn, re: asked.re.clone() };
        match &mut self.side {
            Side::Parent(parent) => {
                let (tell, going) = parent.decide(hall, ask)?;
                // First the answer: the client moves people in its list by it, and whoever is told of a list before has them
                // there twice.
                hall.reply(asked, tell);
                self.go_all(hall, going);
            }
            Side::Child(child) => hall.say(child.parent, Note::Asked { asker, ask }),
        }
        Ok(())
    }

    /// The list of rooms. Whoever asks knows that it is in.
    fn rooms(&mut self, hall: &mut Hall, asked: &Asked) -> Result<(), RoomError> {
        let family = match &mut self.side {
            Side::Parent(parent) => parent.asked(hall),
            Side::Child(child) => Arc::clone(&child.family),
        };
        let now = asked.stamp.now;
        let family = match hall.peers.get_mut(asked.me).filter(|peer| peer.is_in()) {
            Some(peer) => {
                peer.ripe_at = peer.ripe_at.min(now);
                family
            }
            None => Arc::new(family.empty()),
        };
        hall.answer(asked, Tell::Rooms(family))
    }

    /// Whether somebody may ask this, and whether it makes sense. Whoever is on the way out may still close what it was in.
    fn check(&self, hall: &Hall, asked: &Asked, ask: &Ask) -> Result<(), RoomError> {
        let peer = hall.me(asked)?;
        if !peer.is_in() && peer.moves_to().is_none() {
            return Err(RoomError::NotJoined);
        }
        let needs = match ask {
            Ask::Move { to, people, .. }
                if **people == [peer.participant()] && !peer.may(Ability::AlterRooms) =>
            {
                if *to == self.parent_of(hall) { Ability::SwitchToParent } else { Ability::SwitchRooms }
            }
            Ask::Rooms | Ask::Create { .. } | Ask::Close { .. } | Ask::Move { .. } => Ability::AlterRooms,
        };
        if !peer.may(needs) {
            return Err(RoomError::NotAllowed(needs.name()));
        }
        match ask {
            Ask::Rooms => Ok(()),
            Ask::Create { rooms } => {
                bounded("payloads", "breakout rooms in one request", rooms.len(), BREAKOUT_ROOMS_MAX)?;
                let fits = |title: &str| {
                    !title.trim().is_empty() && title.chars().count() <= BREAKOUT_TITLE_MAX_CHARS
                };
                if rooms.iter().all(|room| fits(&room.title)) {
                    return Ok(());
                }
                Err(RoomError::Invalid {
                    field: "title",
                    rule: "must have 1 to 256 characters that are not all blank",
                })
            }
            Ask::Close { rooms } => {
                bounded("payloads", "breakout rooms in one request", rooms.len(), BREAKOUT_ROOMS_MAX)
            }
            Ask::Move { people, .. } => {
                bounded("participants", "people in one move", people.len(), BREAKOUT_MOVE_MAX)
            }
        }
    }

    fn parent_of(&self, hall: &Hall) -> MeetingId {
        match &self.side {
            Side::Parent(_) => hall.config().meeting,
            Side::Child(child) => child.parent,
        }
    }

    /// Another room of the family says something.
    pub(crate) fn note(&mut self, hall: &mut Hall, from: MeetingId, note: Note) {
        match (&mut self.side, note) {
            (Side::Parent(parent), Note::Asked { asker, ask }) => {
                let (result, going) = match parent.decide(hall, ask) {
                    Ok((tell, going)) => (Ok(tell), going),
                    Err(error) => (Err(error), order::Going::default()),
                };
                hall.say(from, Note::Answered { asker, result });
                self.go_all(hall, going);
            }
            (Side::Parent(parent), Note::Here(here)) => parent.hear(hall, from, here),
            (Side::Parent(parent), Note::Kicked { participant, out }) if parent.in_use().contains(&from) => {
                parent.kicked(hall, participant, out);
                self.orders.push(Order::Revoke(participant));
            }
            (Side::Child(child), note) if from == child.parent => {
                let going = child.hear(hall, note, &mut self.orders);
                self.go_all(hall, going);
            }
            // A room that is none of this family, or no word for this side.
            (Side::Parent(_) | Side::Child(_), _) => {}
        }
    }

    /// Kicked, deleted, or blocked: they are to leave the breakout rooms, too, and belong there no more. Answers who is in one, or on
    /// the way, as far as this room knows.
    pub(crate) fn people_removed(
        &mut self,
        hall: &mut Hall,
        (participants, custom_ids): (&[ParticipantId], &[String]),
        reason: LeaveReason,
    ) -> Vec<ParticipantId> {
        let Side::Parent(parent) = &mut self.side else { return Vec::new() };
        let meant = parent.elsewhere(|who| is_meant(who, participants, custom_ids));
        for room in parent.in_use() {
            let (people, custom_ids) = (participants.to_vec(), custom_ids.to_vec());
            hall.say(room, Note::Remove { people, custom_ids, reason });
        }
        let named = participants.iter().copied().filter(|participant| !meant.contains(participant));
        for participant in meant.iter().copied().chain(named) {
            parent.bar(hall, participant, reason);
            parent.forget(hall, participant);
        }
        meant
    }

    /// The API mutes them: in the breakout rooms, too. Answers who is in one, as far as this room knows.
    pub(crate) fn people_muted(
        &self,
        hall: &mut Hall,
        (participants, custom_ids): (&[ParticipantId], &[String]),
    ) -> Vec<ParticipantId> {
        let Side::Parent(parent) = &self.side else { return Vec::new() };
        for room in parent.in_use() {
            let (people, custom_ids) = (participants.to_vec(), custom_ids.to_vec());
            hall.say(room, Note::Mute { people, custom_ids });
        }
        parent.in_rooms(|who| is_meant(who, participants, custom_ids))
    }

    /// The meeting ends for everybody, also for those who are on the way from one room to another: where they arrive, they hear of
    /// it. Answers who is in a breakout room or on the way, as far as this room knows.
    pub(crate) fn everybody_removed(&mut self, hall: &Hall) -> Vec<ParticipantId> {
        let Side::Parent(parent) = &mut self.side else { return Vec::new() };
        let away = parent.elsewhere(|_| true);
        away.iter().for_each(|participant| parent.bar(hall, *participant, LeaveReason::HostEnded));
        away
    }

    /// Why somebody who wants to come in is not to: it was removed while it was on the way. It is told once.
    pub(crate) fn take_barred(&mut self, hall: &Hall, id: PeerId) -> Option<LeaveReason> {
        let Side::Parent(parent) = &mut self.side else { return None };
        let peer = hall.peers.get(id).filter(|peer| !peer.is_in())?;
        parent.take_barred(peer.participant(), hall.now())
    }

    /// People of this room go elsewhere, those of other rooms are called there.
    fn go_all(&mut self, hall: &mut Hall, going: order::Going) {
        for room in going.closed {
            hall.say(room, Note::Close);
        }
        let Some((from, to, people)) = going.moved else { return };
        if from != hall.config().meeting {
            return hall.say(from, Note::Take { people, to });
        }
        self.take(hall, &people, to);
    }

    /// These people belong in another room: those who are in go, and those on the set-up screen hear of it when they
    /// want to come in.
    fn take(&mut self, hall: &mut Hall, people: &[ParticipantId], to: MeetingId) {
        let now = hall.now();
        let theirs = |peer: &&Peer| people.contains(&peer.participant());
        let ids: Vec<PeerId> = hall.peers.iter().filter(theirs).map(|peer| peer.id).collect();
        for id in ids {
            let Some(peer) = hall.peers.get_mut(id) else { continue };
            if hall_child(&self.side) {
                peer.who.belongs = Some(to);
            }
            if !peer.is_in() {
                continue;
            }
            if peer.ripe_at <= now || peer.conn.is_none() {
                self.orders.push(Order::Send(id, to));
            } else {
                self.unripe.insert(id, to);
            }
        }
    }

    /// Something waits here until then.
    pub(crate) fn next_timer(&self, hall: &Hall) -> Option<UnixMs> {
        let ripe = self.unripe.keys().filter_map(|id| hall.peers.get(*id)).map(|peer| peer.ripe_at).min();
        let own = match &self.side {
            Side::Parent(parent) => parent.next_timer(),
            Side::Child(_) => None,
        };
        [ripe, own].into_iter().flatten().min()
    }

    /// How many things may be due one after the other.
    pub(crate) fn waiting(&self) -> usize {
        let own = match &self.side {
            Side::Parent(parent) => parent.waiting(),
            Side::Child(_) => 0,
        };
        self.unripe.len().saturating_add(own)
    }

    /// What waited is due.
    pub(crate) fn tick(&mut self, hall: &mut Hall, at: UnixMs) {
        let is_due =
            |id: &PeerId, _: &mut MeetingId| hall.peers.get(*id).is_none_or(|peer| peer.ripe_at <= at);
        let due: Vec<(PeerId, MeetingId)> = self.unripe.extract_if(.., is_due).collect();
        self.orders.extend(due.into_iter().map(|(id, to)| Order::Send(id, to)));
        if let Side::Parent(parent) = &mut self.side {
            parent.tick(hall, at);
        }
    }
}

/// People of a breakout room carry where they belong with them; the parent knows it of everybody.
const fn hall_child(side: &Side) -> bool {
    matches!(side, Side::Child(_))
}

fn bounded(field: &'static str, what: &'static str, count: usize, max: usize) -> Result<(), RoomError> {
    match count {
        0 => Err(RoomError::Invalid { field, rule: "must not be empty" }),
        _ if count > max => Err(RoomError::BreakoutLimit { what, max }),
        _ => Ok(()),
    }
}

/// Whether the API means somebody.
fn is_meant(who: &Member, participants: &[ParticipantId], custom_ids: &[String]) -> bool {
    participants.contains(&who.participant) || custom_ids.contains(&who.custom_id)
}

impl Feature for Breakout {
    fn peer_left(&mut self, hall: &mut Hall, gone: &Gone) {
        self.unripe.remove(&gone.peer.id);
        if let Side::Child(child) = &self.side
            && gone.kicked
        {
            child.kicked(hall, &gone.peer);
        }
    }

    fn session_ended(&mut self, hall: &mut Hall) {
        self.unripe.clear();
        if let Side::Parent(parent) = &mut self.side {
            parent.session_ended(hall);
        }
    }

    fn input_treated(&mut self, hall: &mut Hall) {
        match &mut self.side {
            Side::Parent(parent) => parent.input_treated(hall),
            Side::Child(child) => child.input_treated(hall),
        }
    }

    fn time_moved(&mut self, ms: i64) {
        if let Side::Parent(parent) = &mut self.side {
            parent.time_moved(ms);
        }
    }
}
