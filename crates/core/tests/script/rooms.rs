//! The words of breakout rooms: what is asked, what another room says, and what the store keeps.
//!
//! `here` is the room of the script, `main` the meeting whose breakout room it is, `other` one that it does not know; all others
//! are named as they were shown first.

use std::collections::BTreeMap;
use std::sync::Arc;

use sederunt_core::call::ReqId;
use sederunt_core::config::RoomConfig;
use sederunt_core::family::{Branch, Change, Family, Links, Member, RoomName};
use sederunt_core::id::{Id, MeetingId, ParticipantId, SessionId};
use sederunt_core::note::{Asker, Here, Note};
use sederunt_core::words::{Request, breakout};

use crate::show::{Names, clock};
use crate::world::World;

/// The LIVE session of `main`.
const PARENT_SESSION: SessionId = SessionId::from_u128(0x5e55);

/// What the store keeps of the rooms.
#[derive(Default)]
pub(crate) struct Kept {
    rooms: Vec<RoomName>,
    placed: BTreeMap<ParticipantId, MeetingId>,
    made: usize,
}

impl Kept {
    pub(crate) fn take(&mut self, change: &Change) {
        match change {
            Change::Opened { room, .. } => {
                self.made += 1;
                self.rooms.push(room.clone());
            }
            Change::Closed { room, .. } => {
                self.rooms.retain(|open| open.meeting != *room);
                self.placed.retain(|_, place| place != room);
            }
            Change::Placed { participant, room: Some(room), .. } => {
                self.placed.insert(*participant, *room);
            }
            Change::Placed { participant, room: None, .. } => {
                self.placed.remove(participant);
            }
        }
    }

    pub(crate) fn links(&self, config: &RoomConfig, session: Option<SessionId>) -> Links {
        let parent = config.parent.unwrap_or(config.meeting);
        let session = config.parent.map(|_| PARENT_SESSION).or(session);
        let room =
            |room: &RoomName| Branch { meeting: room.meeting, title: room.title.clone(), people: Vec::new() };
        let rooms = self.rooms.iter().map(room).collect();
        let family = Family { session, rooms, ..Family::alone(parent, config.title.clone()) };
        let placed = self.placed.iter().map(|(who, room)| (*who, *room)).collect();
        Links { family, live: Vec::new(), ended_at: None, made: self.made, placed }
    }
}

impl Names {
    /// A room by its word.
    pub(crate) fn room(&mut self, word: &str) -> MeetingId {
        match word {
            "here" => MeetingId::from_u128(0xfeed),
            "main" => MeetingId::from_u128(0xdad),
            "other" => MeetingId::from_u128(0x07e2),
            id => MeetingId(self.find(id)),
        }
    }
}

impl World {
    pub(crate) fn breakout_request(&mut self, words: &[&str]) -> Request {
        Request::Breakout(match words {
            ["rooms"] => breakout::Ask::Rooms,
            ["make"] => breakout::Ask::Create { rooms: Vec::new() },
            ["make", titles] => {
                let name = |title: &str| RoomName {
                    meeting: MeetingId(Id::default()),
                    title: title.replace('_', " "),
                };
                let many = titles.strip_prefix("many*").map(|n| vec!["R"; n.parse().unwrap()]);
                let titles = many.unwrap_or_else(|| titles.split(',').collect());
                breakout::Ask::Create { rooms: titles.into_iter().map(name).collect() }
            }
            ["shut", rooms] => {
                breakout::Ask::Close { rooms: rooms.split(',').map(|room| self.names.room(room)).collect() }
            }
            ["move", from, to, people] => {
                let people = match people.strip_prefix("many*") {
                    Some(n) => (0..n.parse().unwrap()).map(ParticipantId::from_u128).collect(),
                    None => people.split(',').map(|person| self.names.person(person)).collect(),
                };
                breakout::Ask::Move { from: self.names.room(from), to: self.names.room(to), people }
            }
            other => panic!("no such words: {other:?}"),
        })
    }

    /// `from ROOM …`: what another room says.
    pub(crate) fn note(&mut self, from: &str, words: &[&str]) -> (MeetingId, Note) {
        let from = self.names.room(from);
        let note = match words {
            ["live", people] => Note::Here(self.stands(true, people)),
            ["over", at] => Note::Here(Here {
                ended_at: Some(sederunt_core::time::UnixMs(clock::parse(at))),
                ..self.stands(false, "-")
            }),
            ["idle"] => Note::Here(self.stands(false, "-")),
            ["inactive", people] => Note::Here(Here { open: false, ..self.stands(true, people) }),
            ["take", people, to] => Note::Take {
                people: people.split(',').map(|person| self.names.person(person)).collect(),
                to: self.names.room(to),
            },
            ["close"] => Note::Close,
            ["end"] => Note::End,
            ["report"] => Note::Report,
            ["kicked", person] => Note::Kicked { participant: self.names.person(person), out: true },
            ["kick", person] => Note::Remove {
                people: vec![self.names.person(person)],
                custom_ids: Vec::new(),
                reason: sederunt_core::fact::LeaveReason::Kicked,
            },
            ["mute", person] => {
                Note::Mute { people: vec![self.names.person(person)], custom_ids: Vec::new() }
            }
            ["remove", person] => Note::Remove {
                people: vec![self.names.person(person)],
                custom_ids: Vec::new(),
                reason: sederunt_core::fact::LeaveReason::ParticipantDeleted,
            },
            ["family", rooms] => {
                let parent = from;
                let rooms = rooms.split(',').filter(|room| *room != "-").map(|room| Branch {
                    meeting: self.names.room(room),
                    title: room.to_owned(),
                    people: Vec::new(),
                });
                let rooms = rooms.collect();
                let session = Some(PARENT_SESSION);
                Note::Family(Arc::new(Family { session, rooms, ..Family::alone(parent, "Main".to_owned()) }))
            }
            ["asks", peer, rest @ ..] => {
                let Request::Breakout(mut ask) = self.breakout_request(rest) else { panic!("{rest:?}") };
                ask.name_rooms(|| Id::mint(4_000, 1));
                Note::Asked { asker: self.asker(peer), ask }
            }
            ["answers", peer, "no"] => Note::Answered {
                asker: self.asker(peer),
                result: Err(sederunt_core::error::RoomError::NotFound("breakout room")),
            },
            ["answers", peer, "yes"] => Note::Answered {
                asker: self.asker(peer),
                result: Ok(breakout::Tell::Moved { to: from, missing: Vec::new() }),
            },
            other => panic!("no such words: {other:?}"),
        };
        (from, note)
    }

    fn asker(&self, peer: &str) -> Asker {
        Asker { conn: self.conn(peer), re: ReqId { event: 23, id: "theirs".to_owned() } }
    }

    fn stands(&mut self, live: bool, people: &str) -> Here {
        let names = people.split(',').filter(|name| *name != "-");
        let member = |name: &str| Member {
            participant: self.names.person(name),
            display_name: name.to_owned(),
            custom_id: format!("c-{name}"),
            picture: String::new(),
            hidden: false,
        };
        let people = Arc::new(names.map(member).collect());
        Here { title: "Room".to_owned(), open: true, live, ended_at: None, people }
    }
}

pub(crate) fn change_line(names: &mut Names, change: &Change) -> String {
    match change {
        Change::Opened { room, .. } => format!("write opened {} {:?}", names.id(room.meeting.0), room.title),
        Change::Closed { room, .. } => format!("write closed {}", names.id(room.0)),
        Change::Placed { participant, room, .. } => {
            let room = room.map_or("the meeting".to_owned(), |room| names.id(room.0));
            format!("write {} belongs in {room}", names.id(participant.0))
        }
    }
}

pub(crate) fn tell_line(names: &mut Names, tell: &breakout::Tell) -> String {
    match tell {
        breakout::Tell::Rooms(family) => format!("Rooms {}", family_line(names, family)),
        breakout::Tell::Created(rooms) => format!("Created [{}]", rooms_line(names, rooms)),
        breakout::Tell::Closed(rooms) => format!("Closed [{}]", rooms_line(names, rooms)),
        breakout::Tell::RoomsOpened(rooms) => format!("RoomsOpened [{}]", rooms_line(names, rooms)),
        breakout::Tell::RoomsClosed(rooms) => format!("RoomsClosed [{}]", rooms_line(names, rooms)),
        breakout::Tell::Moved { to, missing } => {
            let missing: Vec<String> = missing.iter().map(|who| names.id(who.0)).collect();
            format!("Moved to {} but [{}]", names.id(to.0), missing.join(" "))
        }
        breakout::Tell::Transfer { .. } => panic!("the shell makes it"),
    }
}

fn rooms_line(names: &mut Names, rooms: &[RoomName]) -> String {
    let line = |room: &RoomName| format!("{} {:?}", names.id(room.meeting.0), room.title);
    rooms.iter().map(line).collect::<Vec<_>>().join(", ")
}

fn family_line(names: &mut Names, family: &Family) -> String {
    let line = |branch: &Branch| {
        let people: Vec<&str> = branch.people.iter().map(|who| &*who.display_name).collect();
        format!("{} {:?} [{}]", names.id(branch.meeting.0), branch.title, people.join(" "))
    };
    std::iter::once(&family.parent).chain(&family.rooms).map(line).collect::<Vec<_>>().join(", ")
}

pub(crate) fn note_line(names: &mut Names, to: MeetingId, note: &Note) -> String {
    let to = names.id(to.0);
    match note {
        Note::Asked { ask, .. } => {
            let ask = format!("{ask:?}");
            format!("to {to}: asked {}", names.read(&ask))
        }
        Note::Answered { result: Ok(tell), .. } => format!("to {to}: answered {}", tell_line(names, tell)),
        Note::Answered { result: Err(error), .. } => format!("to {to}: answered no: {error}"),
        Note::Here(here) => {
            let people: Vec<&str> = here.people.iter().map(|who| &*who.display_name).collect();
            let ended = here.ended_at.map_or(String::new(), |at| format!(" ended {}", clock::show(at.0)));
            let open = if here.open { "" } else { " closed" };
            format!("to {to}: live {}{open}{ended} [{}]", here.live, people.join(" "))
        }
        Note::Family(family) => format!("to {to}: family {}", family_line(names, family)),
        Note::Take { people, to: place } => {
            let people: Vec<String> = people.iter().map(|who| names.id(who.0)).collect();
            format!("to {to}: take [{}] to {}", people.join(" "), names.id(place.0))
        }
        Note::Remove { people, reason, .. } => {
            let people: Vec<String> = people.iter().map(|who| names.id(who.0)).collect();
            format!("to {to}: remove [{}] {}", people.join(" "), reason.as_str())
        }
        Note::Mute { people, .. } => {
            let people: Vec<String> = people.iter().map(|who| names.id(who.0)).collect();
            format!("to {to}: mute [{}]", people.join(" "))
        }
        Note::Kicked { participant, out } => {
            format!(
                "to {to}: kicked {}{}",
                names.id(participant.0),
                if *out { "" } else { ", in another page" }
            )
        }
        Note::Report => format!("to {to}: report"),
        Note::Close => format!("to {to}: close"),
        Note::End => format!("to {to}: end"),
    }
}
