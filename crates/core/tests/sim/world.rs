//! One history: a room, the model, and the chance that drives both.

use std::collections::BTreeSet;

use sederunt_core::call::{CommandId, ConnId, Disconnect, ReqId};
use sederunt_core::config::{OpenSession, RoomConfig};
use sederunt_core::effect::{Effect, Outcome, Write};
use sederunt_core::fact::{Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId, StayId};
use sederunt_core::input::{Command, Input};
use sederunt_core::removal::Removal;
use sederunt_core::rights::Right;
use sederunt_core::room::Room;
use sederunt_core::time::{Stamp, UnixMs};
use sederunt_core::view_type::ViewType;
use sederunt_core::who::{Abilities, Who};
use sederunt_core::words::{Request, entry, roster};

use crate::ledger::Ledger;
use crate::model::{Model, Settings};
use crate::permissions::Powers;
use crate::seats::Sitter;
use crate::stage::sitter;
use crate::waiting::ways;
use sederunt_dice::Dice;

const START: i64 = 1_700_000_000_000;
const STEPS: u64 = 60;

#[derive(Clone, Copy)]
pub(crate) struct Client {
    pub(crate) person: u64,
    pub(crate) role: Role,
    pub(crate) conn: ConnId,
}

pub(crate) struct World {
    pub(crate) rng: Dice,
    verbose: bool,
    /// Sockets break all the time and time goes slowly: many are away at once.
    stormy: bool,
    /// Time that passes: what the histories are measured by. Nobody can set it.
    clock: i64,
    /// The wall clock minus `clock`.
    wall: i64,
    /// The steady clock of the process minus `clock`: it began as the wall clock did.
    base: i64,
    pub(crate) room: Room,
    pub(crate) config: RoomConfig,
    pub(crate) model: Model,
    pub(crate) ledger: Ledger,
    pub(crate) clients: Vec<Client>,
    conns: u64,
    /// Newest peer id.
    wires: u64,
    pub(crate) fresh: u64,
    /// Newest session, the instant and its minutes there: they never shrink.
    consumed: (usize, i64, i64),
    /// Corners that the history got into.
    pub(crate) seen: BTreeSet<&'static str>,
}

impl World {
    pub(crate) fn new(seed: u64, verbose: bool) -> Self {
        let mut rng = Dice::new(seed);
        let stormy = rng.chance(40);
        let graces: &[i64] =
            if stormy { &[20_000, 60_000, 300_000] } else { &[0, 5_000, 20_000, 20_000, 90_000] };
        let settings = Settings {
            open: true,
            keep_alive: rng.between(60, 600) * 1000,
            grace: *rng.pick(graces),
            max_together: rng.chance(30).then(|| rng.between(10_000, 1_500_000)),
        };
        let people = rng.between(1, 5).unsigned_abs();
        let clients: Vec<Client> = (0..rng.between(1, 8))
            .map(|_| Client {
                person: rng.below(people),
                role: *rng.pick(&[
                    Role::Member,
                    Role::Member,
                    Role::Member,
                    Role::Member,
                    Role::Monitor,
                    Role::Bot,
                ]),
                conn: ConnId(0),
            })
            .collect();
        let people: Vec<(u64, Role)> = clients.iter().map(|client| (client.person, client.role)).collect();
        let ways = ways(&mut rng, &people);
        let sitters = clients.iter().map(|client| sitter(&mut rng, client)).collect();
        let powers = Powers::new(&mut rng, clients.iter().map(|client| client.person));
        let config = RoomConfig {
            app: AppId::from("app"),
            meeting: MeetingId::from_u128(7),
            parent: None,
            title: "T0".to_owned(),
            open: true,
            keep_alive_ms: settings.keep_alive,
            reconnect_grace_ms: settings.grace,
            max_together_ms: settings.max_together,
            persist_chat: false,
            prior_together_ms: 0,
        };
        Self {
            rng,
            verbose,
            stormy,
            clock: START,
            wall: 0,
            base: 0,
            room: Room::new(config.clone(), None),
            config,
            model: Model::new(settings, ways, sitters, powers),
            ledger: Ledger::default(),
            clients,
            conns: 0,
            wires: 0x200,
            fresh: 0,
            consumed: (0, i64::MIN, 0),
            seen: BTreeSet::new(),
        }
    }

    pub(crate) fn run(&mut self) {
        for _ in 0..STEPS {
            self.set_wall_clock();
            self.pass_time();
            self.act();
            self.check();
        }
    }

    pub(crate) fn kinds_seen(self) -> BTreeSet<String> {
        self.ledger.kinds
    }

    pub(crate) fn say(&self, what: impl FnOnce() -> String) {
        if self.verbose {
            println!("{:>12} {}", self.clock - START, what());
        }
    }

    /// Somebody sets the wall clock, a little or far, either way.
    fn set_wall_clock(&mut self) {
        if self.rng.chance(8) {
            let far = *self.rng.pick(&[200, 3_000, 600_000, 7_200_000, 400 * 24 * 3_600_000]);
            self.wall += self.rng.between(-far, far);
            self.say(|| format!("the wall clock is off by {}", self.wall));
        }
    }

    /// Time passes; a good shell ticks in time, a bad one late or not at all.
    fn pass_time(&mut self) {
        let span = match self.rng.below(100) {
            0..90 if self.stormy => self.rng.between(0, 4_000),
            0..25 => 0,
            25..50 => self.rng.between(1, 5_000),
            50..80 => self.rng.between(1_000, 120_000),
            80..92 => self.rng.between(60_000, 1_800_000),
            // On a timer to the millisecond.
            _ => self.due().map_or(0, |(at, _)| (at - self.clock).clamp(0, 900_000)),
        };
        let until = self.clock + span;
        if self.rng.chance(60) {
            while let Some((at, why)) = self.due().filter(|(at, _)| *at <= until) {
                self.clock = self.clock.max(at);
                self.say(|| format!("tick: {why}"));
                self.model.at(self.clock);
                self.feed(Input::Tick);
                self.check();
            }
        }
        self.clock = until;
    }

    /// When a timer of the room fires, in time that passes.
    fn due(&self) -> Option<(i64, &'static str)> {
        self.room.poll_timeout().map(|(at, why)| (at.0 - self.base, why))
    }

    fn feed(&mut self, input: Input) {
        drop(self.effects(input));
    }

    pub(crate) fn effects(&mut self, input: Input) -> Vec<Effect> {
        self.fresh += 1;
        let (now, offset_ms) = (UnixMs(self.clock + self.base), self.wall - self.base);
        let stay = StayId(Id::mint(2, self.fresh));
        let stamp = Stamp { now, offset_ms, fresh: Id::mint(1, self.fresh), stay };
        let Outcome { writes, effects } = self.room.handle(stamp, input);
        for write in writes {
            self.say(|| format!("    {write:?}"));
            if let Write::Fact { fact: Fact { kind: FactKind::PeerJoined { .. }, .. }, offset_ms, .. } =
                &write
            {
                let session = self.model.sessions.last().unwrap();
                assert_eq!(offset_ms + self.base, session.offset, "a session keeps its offset");
            }
            self.ledger.take(&write);
        }
        effects
    }

    fn act(&mut self) {
        if self.rng.chance(if self.stormy { 1 } else { 4 }) {
            // A crash comes without a tick before it: timers may be overdue.
            return self.crash();
        }
        let now = self.model.at(self.clock);
        let client = usize::try_from(self.rng.below(self.clients.len() as u64)).unwrap();
        let connected = self.model.peers[client].as_ref().is_some_and(|peer| peer.lost_at.is_none());
        let joined = connected && self.model.peers[client].as_ref().is_some_and(|peer| peer.joined);
        let action = if self.stormy && self.rng.chance(85) {
            // Connect and join, drop, leave, or be kicked.
            *self.rng.pick(&[6, 6, 6, 42, 42, 42, 60, 74, 79, 82, 96, 96, 98])
        } else {
            self.rng.below(100)
        };
        match action {
            0..6 => self.feed(Input::Tick),
            6..34 => {
                self.connect(client, now);
                if self.rng.chance(80) {
                    self.join(client);
                }
            }
            34..38 => self.join(client),
            38..42 => self.permit(client, connected),
            42..55 if connected => self.drop(client, now),
            55..74 if connected => self.leave(client, now),
            74..79 if joined => self.client_kick(client, now),
            79..82 => self.api_kick(client, now),
            82..84 => self.decide(client),
            84..86 => self.kick_all(client, joined, now),
            86..92 => self.configure(now),
            92..95 => self.stop(now),
            95 => {
                self.say(|| "terminate".to_owned());
                self.model.terminate(now);
                self.command(Command::Terminate);
            }
            96 | 97 => self.stage(client, connected),
            98 => self.permit(client, connected),
            // Noise on a socket that may be gone.
            _ => self.ask(
                client,
                Request::Roster(roster::Ask::RoomPeers { search: String::new(), limit: 0, offset: 0 }),
            ),
        }
    }

    pub(crate) fn peer(&self, client: usize) -> PeerId {
        PeerId::from_u128(self.model.wires[client].0.into())
    }

    fn connect(&mut self, client: usize, now: i64) {
        let own_token = self.rng.chance(90);
        if self.model.peers[client].is_none() && self.rng.chance(50) {
            // The page was loaded again: a new peer id.
            self.wires += 1;
            self.model.wires[client].0 = self.wires;
        }
        self.say(|| format!("connect {client} own_token {own_token}"));
        self.conns += 1;
        let conn = ConnId(self.conns);
        let (Client { person, role, .. }, way) = (self.clients[client], self.model.ways[client]);
        let Sitter { access, accepts, .. } = self.model.sitters[client];
        let who = Who {
            participant: ParticipantId::from_u128(u128::from(person)),
            display_name: format!("p{person}"),
            picture: String::new(),
            custom_participant_id: None,
            user_id: None,
            view_type: Some(ViewType::GroupCall),
            preset_name: "host".to_owned(),
            role,
            belongs: None,
            abilities: Abilities {
                kick: true,
                accept_waiting: way.is_host,
                waiting_room: way.waiting_room,
                accept_stage_requests: accepts,
                stage: access,
                edit_display_name: self.model.powers.presets[&person].contains(&Right::EditDisplayName),
                rights: self.model.powers.presets[&person].iter().copied().collect(),
                ..Abilities::default()
            },
            ip_address: None,
            user_agent: None,
        };
        let token = if own_token { client as u64 } else { 1_000 + client as u64 };
        // A client that the room does not know is its own whatever its token.
        let own_token = own_token || self.model.peers[client].is_none();
        if own_token {
            self.clients[client].conn = conn;
        }
        self.model.connect(client, now, own_token);
        self.feed(Input::Connect { conn, peer: self.peer(client), token, who: Box::new(who) });
        if own_token && token >= 1_000 {
            // It came with another token and keeps it: let it go at once, so that tokens stay simple.
            self.leave(client, now);
        }
    }

    fn join(&mut self, client: usize) {
        let now = self.model.at(self.clock);
        let connected = self.model.peers[client].as_ref().is_some_and(|peer| peer.lost_at.is_none());
        let Client { person, role, conn } = self.clients[client];
        self.say(|| format!("join {client} of {person} {role:?} on {conn:?}"));
        if connected {
            self.model.join(client, person, role, now, self.wall);
        }
        self.ask(client, Request::Entry(entry::Ask::JoinRoom { display_name: String::new() }));
    }

    pub(crate) fn ask(&mut self, client: usize, request: Request) {
        let conn = self.clients[client].conn;
        self.feed(Input::Request { conn, re: ReqId { event: 0, id: "r".to_owned() }, request });
    }

    fn drop(&mut self, client: usize, now: i64) {
        let conn = self.clients[client].conn;
        if self.rng.chance(60) {
            self.say(|| format!("drop {client}"));
            self.model.drop(client, now, now);
            return self.feed(Input::Disconnect { conn, how: Disconnect::Lost });
        }
        // Mostly as late as the doors notice it.
        let late = *self.rng.pick(&[0, 1, 10_000, 35_000, 35_000, 60_000, 119_999, 500_000]);
        let heard = self.clock - self.rng.between(0, late);
        self.say(|| format!("{client} was last heard {} ms ago", now - heard));
        let minutes = self.model.sessions.last().map_or(0, |session| session.consumed(now));
        self.model.drop(client, now, heard);
        // What was counted of the silence is taken back, and nothing else.
        let taken = minutes - self.model.sessions.last().map_or(0, |session| session.consumed(now));
        self.consumed.2 -= taken.max(0);
        let heard_at = UnixMs(heard + self.base);
        self.feed(Input::Disconnect { conn, how: Disconnect::Silent { heard_at } });
    }

    fn leave(&mut self, client: usize, now: i64) {
        self.say(|| format!("leave {client}"));
        self.model.leave(client, now, LeaveReason::Left);
        self.model.advance();
        match self.rng.below(3) {
            0 => self.ask(client, Request::Entry(entry::Ask::MediaLeave)),
            1 => self.ask(client, Request::Entry(entry::Ask::LeaveRoom)),
            _ => {
                let conn = self.clients[client].conn;
                self.feed(Input::Disconnect { conn, how: Disconnect::Clean });
            }
        }
    }

    fn client_kick(&mut self, client: usize, now: i64) {
        let victim = usize::try_from(self.rng.below(self.clients.len() as u64)).unwrap();
        self.say(|| format!("{client} kicks {victim}"));
        if victim != client && self.model.peers[victim].as_ref().is_some_and(|peer| peer.joined) {
            self.model.leave(victim, now, LeaveReason::Kicked);
            self.model.advance();
        }
        self.ask(client, Request::Entry(entry::Ask::Kick { peers: vec![self.peer(victim)] }));
    }

    fn api_kick(&mut self, client: usize, now: i64) {
        let person = self.clients[client].person;
        let reason =
            *self.rng.pick(&[LeaveReason::Kicked, LeaveReason::ParticipantDeleted, LeaveReason::Blocked]);
        self.say(|| format!("api kicks person {person}: {reason:?}"));
        let everywhere = reason != LeaveReason::Kicked;
        for client in 0..self.clients.len() {
            let meant = everywhere || self.model.is_of_session(client);
            if self.clients[client].person == person && meant {
                self.model.leave(client, now, reason);
            }
        }
        self.model.kick_lost(person, now);
        self.model.advance();
        let participants = vec![ParticipantId::from_u128(u128::from(person))];
        self.command(Command::Kick { participants, custom_ids: Vec::new(), reason });
    }

    fn kick_all(&mut self, client: usize, joined: bool, now: i64) {
        self.say(|| "kick all".to_owned());
        self.model.kick_all(now);
        if joined && self.rng.chance(50) {
            self.ask(client, Request::Entry(entry::Ask::KickAll));
        } else {
            self.command(Command::KickAll);
        }
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.feed(Input::Command { id: CommandId(1), command });
    }

    /// The process dies without a word; the next one recovers from the ledger.
    fn crash(&mut self) {
        let heartbeat = self.clock - self.rng.between(0, 5_000);
        self.say(|| format!("crash, last heartbeat {}", heartbeat - START));
        let offset = self.model.live().map_or(0, |session| session.offset);
        self.ledger.recover(heartbeat + offset);
        self.model.crash(heartbeat);
        self.reload();
    }

    fn stop(&mut self, now: i64) {
        self.say(|| "stop".to_owned());
        self.model.stop(now);
        self.command(Command::Stop);
        assert!(self.room.is_idle());
        assert_eq!(self.room.poll_timeout(), None);
        self.model.restart();
        self.reload();
    }

    fn reload(&mut self) {
        let ended = self.ledger.sessions.iter().filter(|(tally, _)| tally.columns().ended_at.is_some());
        self.config.prior_together_ms = ended.map(|(tally, _)| tally.columns().together_ms).sum();
        self.ledger.terminated_by_room = false;
        if self.ledger.terminated_at.is_some() {
            self.config.open = false;
            self.model.settings.open = false;
        }
        let open = self.ledger.sessions.last().filter(|(tally, _)| tally.columns().ended_at.is_none());
        // The new process begins with the wall clock as it is; the session's time goes on.
        self.base = self.wall;
        let offset_ms = self.model.live().map_or(0, |session| session.offset) - self.base;
        let open = open.map(|(tally, _)| OpenSession {
            tally: tally.clone(),
            chat: Vec::new(),
            polls: Vec::new(),
            offset_ms,
        });
        // Removals are kept for a day of the wall clock; no history is that long.
        let own = open.as_ref().map_or(self.wall, |open| open.offset_ms + self.base);
        let removed = self.ledger.removed.iter().map(|r| Removal { at: UnixMs(self.clock + own), ..*r });
        let admitted = self.ledger.waiting.admitted(open.as_ref().map(|open| open.tally.session()));
        let seats = self.ledger.seats.iter().map(|(peer, seat)| (*peer, *seat));
        self.room = Room::new(self.config.clone(), open)
            .with_removed(removed)
            .with_waiting(self.ledger.waiting.waits(), admitted)
            .with_seats(seats)
            .with_permissions(self.ledger.permissions.clone());
        // What was open is closed at the heartbeat: up to 5 s of minutes per stay are given back.
        self.consumed = (usize::MAX, i64::MIN, 0);
    }

    fn check(&mut self) {
        let now = self.model.at(self.clock);
        // The room learns of the time only by inputs.
        self.feed(Input::Tick);
        self.check_waiting();
        self.check_seats();
        self.check_permissions();
        self.ledger.compare(&self.model.sessions, now);
        assert_eq!(self.ledger.terminated_at.is_some(), self.model.terminated, "terminated");
        if let Some((at, why)) = self.due() {
            assert!(at > now, "{why} is overdue");
        }
        assert_eq!(self.due().map(|(at, _)| at), self.model.due(), "timers fire after their elapsed time");
        let live = self.model.live().map(|session| session.live());
        let open = self.room.session().map(|tally| tally.columns());
        assert_eq!(open.map(|c| c.live_count as usize), live, "session() is the LIVE session");
        if let Some(columns) = open {
            let (tally, _) = self.ledger.sessions.last().unwrap();
            assert_eq!(columns, tally.columns(), "the room and its ledger agree");
            let in_keep_alive = self.room.session().and_then(|tally| tally.keep_alive_until()).is_some();
            assert!(columns.live_count > 0 || in_keep_alive, "open iff somebody is in or keep-alive runs");
            let offset = self.model.sessions.last().unwrap().offset;
            let (n, consumed) = (self.ledger.sessions.len(), columns.consumed_ms(UnixMs(now + offset)));
            if self.consumed.0 == n {
                assert!(consumed >= self.consumed.2, "minutes shrank");
            }
            self.consumed = (n, now, consumed);
        }
        let known = self.model.peers.iter().any(Option::is_some);
        assert_eq!(self.room.is_idle(), !known && open.is_none(), "idle");
    }
}
