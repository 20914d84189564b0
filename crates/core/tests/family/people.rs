//! What people do, each with one client.

use sederunt_core::call::{CommandId, ConnId, Disconnect, ReqId};
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::family::RoomName;
use sederunt_core::id::{Id, MeetingId, ParticipantId, PeerId};
use sederunt_core::input::{Command, Input};
use sederunt_core::who::{Abilities, WaitingRoom, Who};
use sederunt_core::words::{Request, breakout, entry, waiting};

use crate::world::{Client, HIDDEN, MAIN, PEOPLE, WAITER, World};

/// For so long after its stay somebody is awaited for certain: 30 s from the order, which comes some seconds before.
const AWAITED_MS: i64 = 26_000;

impl World {
    pub(crate) fn step(&mut self) {
        let client = self.dice.below(PEOPLE as u64) as usize;
        match self.dice.below(100) {
            0..30 => self.deliver_some(),
            30..42 => self.go_on(client),
            42..50 => self.enter(client),
            50..54 => self.vanish(client),
            54..57 => self.goodbye(client),
            57..63 => self.make_rooms(),
            63..66 => self.close_rooms(),
            66..68 => self.let_in(),
            82 if self.dice.chance(50) => self.kick(client),
            82 => self.kick_by_api(client),
            83 if self.dice.chance(30) => self.end_all(),
            68..84 => self.move_somebody(client),
            84..88 => self.ask(client, Request::Breakout(breakout::Ask::Rooms)),
            88 if self.dice.chance(50) => self.fail_next(),
            88..99 => {
                let span = *self.dice.pick(&[1, 40, 300, 1_000, 3_000, 25_000, 61_000]);
                self.wait(span);
            }
            _ => self.kill(),
        }
        self.check();
    }

    /// The client goes where it was told to, as the official one does: it leaves, and is another client there.
    pub(crate) fn go_on(&mut self, nth: usize) {
        let Some(to) = self.clients[nth].sent else { return };
        self.say(|| format!("client {nth} goes on to {to}"));
        self.ask(nth, Request::Entry(entry::Ask::MediaLeave));
        self.disconnect(nth, Disconnect::Clean);
        let peer = PeerId(self.mint());
        let client = &mut self.clients[nth];
        (client.peer, client.at, client.sent, client.is_in) = (peer, to, None, false);
        self.enter(nth);
    }

    pub(crate) fn enter(&mut self, nth: usize) {
        if self.clients[nth].conn.is_none() {
            let Client { person, peer, at, .. } = self.clients[nth].clone();
            self.conns += 1;
            let conn = ConnId(self.conns);
            self.clients[nth].conn = Some(conn);
            let belongs = self.rows[&at].parent.map(|parent| {
                let placed = self.placed.get(&ParticipantId::from_u128(person));
                placed.copied().unwrap_or(parent)
            });
            let who = Who {
                participant: ParticipantId::from_u128(person),
                display_name: format!("p{person}"),
                picture: String::new(),
                custom_participant_id: None,
                user_id: None,
                view_type: None,
                preset_name: "p".to_owned(),
                role: Role::Member,
                belongs,
                abilities: Abilities {
                    alter_rooms: person < 2,
                    switch_rooms: person < 4,
                    switch_to_parent: true,
                    kick: person < 2,
                    hidden: person == HIDDEN,
                    accept_waiting: person < 2,
                    waiting_room: if person == WAITER {
                        WaitingRoom::UntilAccepted
                    } else {
                        WaitingRoom::Skip
                    },
                    ..Abilities::default()
                },
                ip_address: None,
                user_agent: None,
            };
            self.say(|| format!("client {nth} connects to {at}, belongs {belongs:?}"));
            self.feed(at, Input::Connect { conn, peer, token: 1, who: Box::new(who) });
        }
        self.ask(nth, Request::Entry(entry::Ask::JoinRoom { display_name: String::new() }));
        if self.dice.chance(70) {
            self.ask(nth, Request::Breakout(breakout::Ask::Rooms));
        }
    }

    /// The page is closed: who comes again comes by the link of the meeting.
    fn goodbye(&mut self, nth: usize) {
        self.disconnect(nth, Disconnect::Clean);
        let peer = PeerId(self.mint());
        let client = &mut self.clients[nth];
        (client.peer, client.at, client.sent, client.is_in, client.left_at) = (peer, MAIN, None, false, None);
        (client.waits, client.called, client.awaited_since) = (false, false, None);
    }

    fn vanish(&mut self, nth: usize) {
        self.disconnect(nth, Disconnect::Lost);
    }

    fn disconnect(&mut self, nth: usize, how: Disconnect) {
        let Some(conn) = self.clients[nth].conn.take() else { return };
        self.open.retain(|_, whose| *whose != conn);
        self.told.remove(&conn);
        self.feed(self.clients[nth].at, Input::Disconnect { conn, how });
    }

    pub(crate) fn open_rooms(&self) -> Vec<MeetingId> {
        self.rows.iter().filter(|(_, row)| row.parent.is_some() && row.active).map(|(id, _)| *id).collect()
    }

    fn make_rooms(&mut self) {
        let host = self.dice.below(2) as usize;
        let rooms = (0..=self.dice.below(2))
            .map(|n| RoomName { meeting: MeetingId(Id::default()), title: format!("R{n}") })
            .collect();
        if self.open_rooms().len() < 4 {
            self.ask(host, Request::Breakout(breakout::Ask::Create { rooms }));
        }
    }

    fn close_rooms(&mut self) {
        let (host, rooms) = (self.dice.below(2) as usize, self.open_rooms());
        if !rooms.is_empty() {
            let rooms = vec![*self.dice.pick(&rooms)];
            self.ask(host, Request::Breakout(breakout::Ask::Close { rooms }));
        }
    }

    fn move_somebody(&mut self, by: usize) {
        let mut rooms = self.open_rooms();
        rooms.push(MAIN);
        let (from, to) = (*self.dice.pick(&rooms), *self.dice.pick(&rooms));
        let people = if self.dice.chance(50) {
            vec![ParticipantId::from_u128(by as u128)]
        } else {
            (0..PEOPLE).map(ParticipantId::from_u128).filter(|_| self.dice.chance(50)).collect()
        };
        let from = if self.dice.chance(60) { self.clients[by].at } else { from };
        self.ask(by, Request::Breakout(breakout::Ask::Move { from, to, people }));
    }

    /// A host lets in who waits; whoever is called comes.
    pub(crate) fn let_in(&mut self) {
        let host = self.dice.below(2) as usize;
        let ids = vec![ParticipantId::from_u128(WAITER).0];
        self.ask_in_vain(host, Request::Waiting(waiting::Ask::Accept { ids }));
        let waiter = WAITER as usize;
        if std::mem::take(&mut self.clients[waiter].called) {
            self.ask(waiter, Request::Entry(entry::Ask::JoinRoom { display_name: String::new() }));
            self.ask(waiter, Request::Breakout(breakout::Ask::Rooms));
        }
    }

    /// Somebody is kicked by a host in the same room.
    fn kick(&mut self, nth: usize) {
        let host = self.dice.below(2) as usize;
        if host != nth && self.clients[host].at == self.clients[nth].at {
            let peers = vec![self.clients[nth].peer];
            self.ask_in_vain(host, Request::Entry(entry::Ask::Kick { peers }));
        }
    }

    fn kick_by_api(&mut self, nth: usize) {
        let participants = vec![ParticipantId::from_u128(self.clients[nth].person)];
        let command = Command::Kick { participants, custom_ids: Vec::new(), reason: LeaveReason::Kicked };
        self.command(command);
    }

    /// The meeting is ended for everybody. Whoever is on the way then, and known to be, is turned away where he arrives.
    fn end_all(&mut self) {
        self.hear_all();
        let now = self.now;
        if self.fails.is_none() {
            for client in self.clients.iter_mut().filter(|client| client.sent.is_some()) {
                let left_at = client.awaited_since.filter(|left_at| now - left_at < AWAITED_MS);
                client.barred_until = left_at.map(|left_at| left_at + AWAITED_MS);
            }
        }
        self.counts.ended += 1;
        self.command(Command::KickAll);
    }

    fn command(&mut self, command: Command) {
        self.asked += 1;
        let id = CommandId(self.asked);
        self.say(|| format!("the API asks {command:?}"));
        self.feed(MAIN, Input::Command { id, command });
    }

    fn ask(&mut self, nth: usize, request: Request) {
        self.send(nth, request, true);
    }

    /// The same of what is answered by what happens.
    fn ask_in_vain(&mut self, nth: usize, request: Request) {
        self.send(nth, request, false);
    }

    fn send(&mut self, nth: usize, mut request: Request, is_answered: bool) {
        let Some(conn) = self.clients[nth].conn else { return };
        request.name_rooms(|| {
            self.fresh += 1;
            Id::mint(2, self.fresh)
        });
        self.asked += 1;
        let re = ReqId { event: 0, id: self.asked.to_string() };
        self.say(|| format!("client {nth} asks {request:?}"));
        if is_answered {
            self.open.insert(re.id.clone(), conn);
        }
        self.feed(self.clients[nth].at, Input::Request { conn, re, request });
    }
}
