//! The meeting whose breakout rooms they are: what there is, and who belongs where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::effect::Write;
use crate::error::RoomError;
use crate::fact::{LeaveReason, Role};
use crate::family::{Branch, Change, Family, Links, Member, RoomName};
use crate::hall::{Hall, Peer};
use crate::id::{MeetingId, ParticipantId};
use crate::limit::{
    BREAKOUT_AWAITED_MS, BREAKOUT_MADE_MAX, BREAKOUT_PLACED_MAX, BREAKOUT_ROOMS_MAX, BREAKOUT_TOLD_EVERY_MS,
    PEERS_MAX,
};
use crate::note::{Here, Note};
use crate::time::UnixMs;
use crate::words::breakout::{Ask, Tell};

use super::order::{Going, audience};

/// An open breakout room.
#[derive(Debug)]
struct Open {
    name: RoomName,
    /// Who is in, as it said last.
    people: Arc<Vec<Member>>,
}

/// Somebody on the way to another room.
#[derive(Debug, Clone)]
struct Awaited {
    to: MeetingId,
    until: UnixMs,
    who: Member,
}

/// Somebody who was removed while it was on the way.
#[derive(Debug, Clone, Copy)]
struct Barred {
    until: UnixMs,
    reason: LeaveReason,
}

/// The breakout rooms of a meeting.
#[derive(Debug, Default)]
pub(super) struct Parent {
    /// Oldest first.
    rooms: Vec<Open>,
    /// Rooms with a LIVE session, closed ones included.
    live: BTreeSet<MeetingId>,
    /// Rooms that do not know the family yet.
    strangers: BTreeSet<MeetingId>,
    /// Who belongs in a breakout room; always an open one.
    placed: BTreeMap<ParticipantId, MeetingId>,
    awaited: BTreeMap<ParticipantId, Awaited>,
    /// Who hears of its removal where it arrives.
    barred: BTreeMap<ParticipantId, Barred>,
    /// Rooms that have not said who is in since this one was loaded.
    unheard: BTreeSet<MeetingId>,
    /// Rooms made in this session.
    made: usize,
    /// The loaded state was looked at.
    looked: bool,
    changed: bool,
    told_at: Option<UnixMs>,
    told: Option<Arc<Family>>,
    /// Somebody who asked knows of something that was not told yet, and is to hear how that goes on, even back to what was told.
    told_one: bool,
}

impl Parent {
    /// What the store knows.
    pub(super) fn load(&mut self, hall: &mut Hall, links: Links) {
        let Links { family, live, ended_at, made, placed } = links;
        let open = |room: Branch| Open {
            name: RoomName { meeting: room.meeting, title: room.title },
            people: Arc::default(),
        };
        self.rooms = family.rooms.into_iter().map(open).collect();
        self.live = live.into_iter().collect();
        self.placed = placed.into_iter().filter(|(_, room)| self.is_open(*room)).collect();
        self.made = made;
        hall.kin.is_live = !self.live.is_empty();
        hall.kin.ended_at = ended_at;
    }

    fn is_open(&self, room: MeetingId) -> bool {
        self.rooms.iter().any(|open| open.name.meeting == room)
    }

    /// The breakout room in which somebody belongs.
    pub(super) fn placed(&self, participant: ParticipantId) -> Option<MeetingId> {
        self.placed.get(&participant).copied()
    }

    /// Rooms in which somebody may be, or may be about to come in: open ones, and those with a LIVE session.
    pub(super) fn in_use(&self) -> BTreeSet<MeetingId> {
        self.rooms.iter().map(|open| open.name.meeting).chain(self.live.iter().copied()).collect()
    }

    // ── what is asked

    /// Decides, and makes it durable.
    pub(super) fn decide(&mut self, hall: &mut Hall, ask: Ask) -> Result<(Tell, Going), RoomError> {
        // A meeting that takes nobody in would take nobody back.
        if hall.session().is_none() || !(hall.config().open || matches!(ask, Ask::Rooms)) {
            return Err(RoomError::Closed);
        }
        match ask {
            Ask::Rooms => Ok((Tell::Rooms(self.asked(hall)), Going::default())),
            Ask::Create { rooms } => self.open(hall, rooms).map(|tell| (tell, Going::default())),
            Ask::Close { rooms } => self.close(hall, &rooms),
            Ask::Move { from, to, people } => self.transfer(hall, (from, to), &people),
        }
    }

    fn open(&mut self, hall: &mut Hall, rooms: Vec<RoomName>) -> Result<Tell, RoomError> {
        if hall.config().max_together_ms.is_some() {
            return Err(RoomError::Invalid {
                field: "max_meeting_seconds",
                rule: "is not counted in breakout rooms: a meeting that has it has none",
            });
        }
        if self.rooms.len().saturating_add(rooms.len()) > BREAKOUT_ROOMS_MAX {
            return Err(RoomError::BreakoutLimit { what: "open breakout rooms", max: BREAKOUT_ROOMS_MAX });
        }
        if self.made.saturating_add(rooms.len()) > BREAKOUT_MADE_MAX {
            return Err(RoomError::BreakoutLimit {
                what: "breakout rooms in one session",
                max: BREAKOUT_MADE_MAX,
            });
        }
        for room in &rooms {
            remember(hall, Change::Opened { room: room.clone(), at: hall.now() });
            self.rooms.push(Open { name: room.clone(), people: Arc::default() });
        }
        self.made = self.made.saturating_add(rooms.len());
        self.changed = true;
        hall.push(None, Tell::RoomsOpened(rooms.clone()));
        Ok(Tell::Created(rooms))
    }

    fn close(&mut self, hall: &mut Hall, rooms: &[MeetingId]) -> Result<(Tell, Going), RoomError> {
        let rooms: BTreeSet<MeetingId> = rooms.iter().copied().collect();
        if !rooms.iter().all(|room| self.is_open(*room)) {
            return Err(RoomError::NotFound("breakout room"));
        }
        let closed: Vec<RoomName> = rooms.iter().filter_map(|room| self.shut(hall, *room)).collect();
        hall.push(None, Tell::RoomsClosed(closed.clone()));
        let going = Going { closed: closed.iter().map(|room| room.meeting).collect(), moved: None };
        Ok((Tell::Closed(closed), going))
    }

    /// A room is open no more: whoever belonged there belongs here.
    fn shut(&mut self, hall: &mut Hall, room: MeetingId) -> Option<RoomName> {
        let at = self.rooms.iter().position(|open| open.name.meeting == room)?;
        let Open { name, people } = self.rooms.remove(at);
        let (now, here) = (hall.now(), hall.config().meeting);
        remember(hall, Change::Closed { room, at: now });
        self.placed.retain(|_, place| *place != room);
        let on_the_way =
            self.awaited.values().filter(|awaited| awaited.to == room).map(|awaited| &awaited.who);
        let back: Vec<Member> = people.iter().chain(on_the_way).cloned().collect();
        back.into_iter().for_each(|who| self.await_in(here, now, who));
        self.changed = true;
        Some(name)
    }

    fn await_in(&mut self, to: MeetingId, now: UnixMs, who: Member) {
        let until = now.plus_ms(BREAKOUT_AWAITED_MS);
        self.awaited.insert(who.participant, Awaited { to, until, who });
    }

    fn transfer(
        &mut self,
        hall: &mut Hall,
        (from, to): (MeetingId, MeetingId),
        people: &[ParticipantId],
    ) -> Result<(Tell, Going), RoomError> {
        let (here, now) = (hall.config().meeting, hall.now());
        if !(to == here || self.is_open(to)) {
            return Err(RoomError::NotFound("breakout room"));
        }
        let (mut going, mut missing) = (Vec::new(), Vec::new());
        for participant in people.iter().copied().collect::<BTreeSet<_>>() {
            match self.member(hall, participant) {
                // It was asked twice, as the UI kit does when it closes rooms.
                Some((place, _)) if place == to => {}
                Some((place, who)) if place == from => going.push(who),
                Some(_) | None => missing.push(participant),
            }
        }
        if going.is_empty() && missing.len() == people.len() {
            return Err(RoomError::NotFound("participant in that room"));
        }
        if self.placed.len().saturating_add(going.len()) > BREAKOUT_PLACED_MAX {
            return Err(RoomError::BreakoutLimit {
                what: "people in breakout rooms",
                max: BREAKOUT_PLACED_MAX,
            });
        }
        if self.count(hall, to).saturating_add(going.len()) > PEERS_MAX {
            return Err(RoomError::BreakoutLimit { what: "people in a room", max: PEERS_MAX });
        }
        for who in &going {
            let (participant, room) = (who.participant, (to != here).then_some(to));
            remember(hall, Change::Placed { participant, room, at: now });
            match room {
                Some(room) => self.placed.insert(participant, room),
                None => self.placed.remove(&participant),
            };
            self.await_in(to, now, who.clone());
        }
        self.changed = true;
        let people = going.iter().map(|who| who.participant).collect();
        Ok((Tell::Moved { to, missing }, Going { closed: Vec::new(), moved: Some((from, to, people)) }))
    }

    // ── who is removed

    /// Those who are in a breakout room or on the way to another room.
    pub(super) fn elsewhere(&self, meant: impl Fn(&Member) -> bool) -> Vec<ParticipantId> {
        let on_the_way = self.awaited.values().map(|awaited| &awaited.who).filter(|who| meant(who));
        let on_the_way = on_the_way.map(|who| who.participant);
        self.in_rooms(&meant).into_iter().chain(on_the_way).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Those who are in a breakout room.
    pub(super) fn in_rooms(&self, meant: impl Fn(&Member) -> bool) -> Vec<ParticipantId> {
        let people = self.rooms.iter().flat_map(|open| open.people.iter()).filter(|who| meant(who));
        people.map(|who| who.participant).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// If somebody is on the way, and has left already, it hears where it arrives that it was removed.
    pub(super) fn bar(&mut self, hall: &Hall, participant: ParticipantId, reason: LeaveReason) {
        let Some(awaited) = self.awaited.get(&participant) else { return };
        let here = hall.peers.iter().any(|peer| peer.is_in() && peer.participant() == participant);
        if !here && self.in_rooms(|who| who.participant == participant).is_empty() {
            self.barred.insert(participant, Barred { until: awaited.until, reason });
        }
    }

    /// Somebody was kicked in a room, and is told so there.
    pub(super) fn kicked(&mut self, hall: &mut Hall, participant: ParticipantId, out: bool) {
        self.barred.remove(&participant);
        if out {
            self.forget(hall, participant);
        }
    }

    pub(super) fn take_barred(&mut self, participant: ParticipantId, now: UnixMs) -> Option<LeaveReason> {
        let barred = self.barred.remove(&participant)?;
        (barred.until > now).then_some(barred.reason)
    }

    /// Somebody belongs here again, and is awaited nowhere.
    pub(super) fn forget(&mut self, hall: &mut Hall, participant: ParticipantId) {
        if self.placed.remove(&participant).is_some() {
            remember(hall, Change::Placed { participant, room: None, at: hall.now() });
            self.changed = true;
        }
        self.changed |= self.awaited.remove(&participant).is_some();
    }

    /// Somebody of the family, and where he belongs.
    fn member(&self, hall: &Hall, participant: ParticipantId) -> Option<(MeetingId, Member)> {
        let counts = |peer: &&Peer| peer.participant() == participant && counts(peer);
        let here = || hall.peers.iter().find(counts).map(Peer::member);
        let awaited = || self.awaited.get(&participant).map(|awaited| awaited.who.clone());
        if let Some(room) = self.placed(participant) {
            let mut people = self.rooms.iter().flat_map(|open| open.people.iter());
            let there = people.find(|member| member.participant == participant).cloned();
            return Some((room, there.or_else(awaited).or_else(here)?));
        }
        Some((hall.config().meeting, here().or_else(awaited)?))
    }

    fn count(&self, hall: &Hall, room: MeetingId) -> usize {
        let awaited = self.awaited.values().filter(|awaited| awaited.to == room).count();
        let open = self.rooms.iter().find(|open| open.name.meeting == room);
        open.map_or_else(|| hall.peers.len(), |open| open.people.len()).saturating_add(awaited)
    }

    // ── what rooms say

    /// How it stands in a breakout room.
    pub(super) fn hear(&mut self, hall: &mut Hall, from: MeetingId, here: Here) {
        let Here { title, open, live, ended_at, people } = here;
        if live && self.live.insert(from) {
            self.strangers.insert(from);
        } else if !live {
            self.live.remove(&from);
        }
        hall.kin.is_live = !self.live.is_empty();
        hall.kin.ended_at = hall.kin.ended_at.max(ended_at.map(|at| hall.told(at)));
        let came =
            |who: &Member| self.awaited.get(&who.participant).is_some_and(|awaited| awaited.to == from);
        let came: Vec<ParticipantId> =
            people.iter().filter(|who| came(who)).map(|who| who.participant).collect();
        for participant in came {
            self.awaited.remove(&participant);
        }
        if self.unheard.remove(&from) {
            self.reconcile(hall, from, &people);
        }
        if let Some(room) = self.rooms.iter_mut().find(|room| room.name.meeting == from) {
            room.people = people;
            self.changed = true;
            if room.name.title != title {
                room.name.title = title;
                hall.push(None, Tell::RoomsOpened(vec![room.name.clone()]));
            }
            if !open && let Some(name) = self.shut(hall, from) {
                // By the API, which asks nobody here.
                hall.push(None, Tell::RoomsClosed(vec![name]));
                hall.say(from, Note::Close);
            }
        }
    }

    /// A room says for the first time who is in: what was decided before this room failed may never have been said there.
    fn reconcile(&self, hall: &mut Hall, from: MeetingId, people: &[Member]) {
        if !self.is_open(from) {
            return hall.say(from, Note::Close);
        }
        let here = hall.config().meeting;
        let mut going: BTreeMap<MeetingId, Vec<ParticipantId>> = BTreeMap::new();
        for who in people {
            let place = self.placed(who.participant).unwrap_or(here);
            if place != from {
                going.entry(place).or_default().push(who.participant);
            }
        }
        for (to, people) in going {
            hall.say(from, Note::Take { people, to });
        }
    }

    /// Nothing is left of a meeting's rooms when its session is over.
    pub(super) fn session_ended(&mut self, hall: &mut Hall) {
        let open: Vec<MeetingId> = self.rooms.iter().map(|open| open.name.meeting).collect();
        for room in open.iter().chain(&self.live).copied().collect::<BTreeSet<_>>() {
            self.shut(hall, room);
            hall.say(room, Note::End);
        }
        self.awaited.clear();
        (self.made, self.told) = (0, None);
    }

    // ── who is told

    /// The family as it is now, for somebody who asks.
    pub(super) fn asked(&mut self, hall: &Hall) -> Arc<Family> {
        let family = Arc::new(self.family(hall));
        self.told_one |= self.told.as_ref() != Some(&family);
        self.changed |= self.told_one;
        family
    }

    fn family(&self, hall: &Hall) -> Family {
        let here = hall.config().meeting;
        let mut seen = BTreeSet::new();
        let joined = hall.peers.joined().into_iter().filter(|peer| counts(peer));
        let joined = joined.filter(|peer| seen.insert(peer.participant())).map(Peer::member).collect();
        let rooms = self.rooms.iter().map(|open| Branch {
            meeting: open.name.meeting,
            title: open.name.title.clone(),
            people: self.shown(open.name.meeting, open.people.to_vec()),
        });
        Family {
            session: hall.session().map(|tally| tally.session()),
            parent: Branch {
                meeting: here,
                title: hall.config().title.clone(),
                people: self.shown(here, joined),
            },
            rooms: rooms.collect(),
        }
    }

    /// Those who are in a room and not on the way out, and those on the way to it. Nobody sees who is hidden.
    fn shown(&self, room: MeetingId, people: Vec<Member>) -> Vec<Member> {
        let goes =
            |who: &Member| self.awaited.get(&who.participant).is_some_and(|awaited| awaited.to != room);
        let mut shown: Vec<Member> = people.into_iter().filter(|who| !goes(who)).collect();
        let is_in: BTreeSet<ParticipantId> = shown.iter().map(|who| who.participant).collect();
        let comes = |awaited: &&Awaited| awaited.to == room && !is_in.contains(&awaited.who.participant);
        shown.extend(self.awaited.values().filter(comes).map(|awaited| awaited.who.clone()));
        shown.retain(|who| !who.hidden);
        shown
    }

    pub(super) fn input_treated(&mut self, hall: &mut Hall) {
        self.look(hall);
        if hall.peers.take_people_changed() {
            self.changed = true;
            let here = hall.config().meeting;
            let is_in =
                |id: &ParticipantId| hall.peers.iter().any(|peer| peer.participant() == *id && counts(peer));
            self.awaited.retain(|id, awaited| awaited.to != here || !is_in(id));
        }
        self.tell(hall, hall.now());
    }

    /// What was loaded: rooms of a session that ended while nobody was there are closed, the others say who is in.
    fn look(&mut self, hall: &mut Hall) {
        if std::mem::replace(&mut self.looked, true) {
            return;
        }
        if hall.session().is_none() && !(self.rooms.is_empty() && self.live.is_empty()) {
            return self.session_ended(hall);
        }
        for room in self.live.clone() {
            self.strangers.insert(room);
            self.unheard.insert(room);
            hall.say(room, Note::Report);
        }
        self.changed = !self.rooms.is_empty();
    }

    /// Tells the family to whom it concerns, if there is something new and it was not told just now.
    fn tell(&mut self, hall: &mut Hall, now: UnixMs) {
        let had_rooms = self.told.as_ref().is_some_and(|told| !told.rooms.is_empty());
        if self.rooms.is_empty() && !had_rooms {
            (self.changed, self.told, self.told_one) = (false, None, false);
            // Closed rooms in which people still are need no list.
            return self.strangers.clear();
        }
        if !self.changed && self.strangers.is_empty()
            || self.told_at.is_some_and(|at| now.since(at) < BREAKOUT_TOLD_EVERY_MS)
        {
            return;
        }
        self.changed = false;
        self.told_at = Some(now);
        let family = Arc::new(self.family(hall));
        let is_new = std::mem::take(&mut self.told_one) || self.told.as_ref() != Some(&family);
        let strangers = std::mem::take(&mut self.strangers);
        for room in self.live.iter().copied().filter(|room| is_new || strangers.contains(room)) {
            hall.say(room, Note::Family(Arc::clone(&family)));
        }
        if is_new {
            hall.out.push(audience(hall), Tell::Rooms(Arc::clone(&family)));
            self.told = Some(family);
        }
    }

    pub(super) fn next_timer(&self) -> Option<UnixMs> {
        let is_new = self.changed || !self.strangers.is_empty();
        let tell = self.told_at.filter(|_| is_new).map(|at| at.plus_ms(BREAKOUT_TOLD_EVERY_MS));
        let awaited = self.awaited.values().map(|awaited| awaited.until).min();
        let barred = self.barred.values().map(|barred| barred.until).min();
        [tell, awaited, barred].into_iter().flatten().min()
    }

    /// Whoever does not come is news, which may be told somewhat later.
    pub(super) fn waiting(&self) -> usize {
        self.awaited.len().saturating_mul(2).saturating_add(self.barred.len()).saturating_add(1)
    }

    pub(super) fn tick(&mut self, hall: &mut Hall, at: UnixMs) {
        let before = self.awaited.len();
        self.awaited.retain(|_, awaited| awaited.until > at);
        self.barred.retain(|_, barred| barred.until > at);
        self.changed |= self.awaited.len() != before;
        self.tell(hall, at);
    }

    pub(super) fn time_moved(&mut self, ms: i64) {
        self.told_at = self.told_at.map(|at| at.plus_ms(ms));
        self.awaited.values_mut().for_each(|awaited| awaited.until = awaited.until.plus_ms(ms));
        self.barred.values_mut().for_each(|barred| barred.until = barred.until.plus_ms(ms));
    }
}

/// Somebody who can be moved: in the room, and a person.
fn counts(peer: &Peer) -> bool {
    peer.is_in() && peer.who.role != Role::Bot
}

fn remember(hall: &mut Hall, change: Change) {
    let parent = hall.config().meeting;
    hall.out.remember(Write::Breakout { parent, change });
}
