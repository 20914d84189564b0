//! One history: a room, the model, and the chance that drives both.

use std::collections::BTreeSet;

use sederunt_core::effect::Effect;
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId};
use sederunt_core::input::{Command, CommandId, ConnId, Disconnect, Input, Request};
use sederunt_core::room::{OpenSession, Room, RoomConfig};
use sederunt_core::time::{Stamp, UnixMs};
use sederunt_core::who::{Abilities, Who};

use crate::ledger::Ledger;
use crate::model::{Model, Settings};
use crate::rng::Rng;

const START: i64 = 1_700_000_000_000;
const STEPS: u64 = 60;

struct Client {
    person: u64,
    role: Role,
    conn: ConnId,
}

pub(crate) struct World {
    rng: Rng,
    verbose: bool,
    /// Sockets break all the time and time goes slowly: many are away at once.
    stormy: bool,
    clock: i64,
    room: Room,
    config: RoomConfig,
    model: Model,
    ledger: Ledger,
    clients: Vec<Client>,
    conns: u64,
    /// Newest peer id.
    wires: u64,
    fresh: u64,
    /// Newest session, the instant and its minutes there: they never shrink.
    consumed: (usize, i64, i64),
}

impl World {
    pub(crate) fn new(seed: u64, verbose: bool) -> Self {
        let mut rng = Rng::new(seed);
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
        let config = RoomConfig {
            app: AppId::from("app"),
            meeting: MeetingId::from_u128(7),
            title: "T0".to_owned(),
            open: true,
            keep_alive_ms: settings.keep_alive,
            reconnect_grace_ms: settings.grace,
            max_together_ms: settings.max_together,
            prior_together_ms: 0,
        };
        Self {
            rng,
            verbose,
            stormy,
            clock: START,
            room: Room::new(config.clone(), None),
            config,
            model: Model::new(settings, &clients.iter().map(|client| client.person).collect::<Vec<_>>()),
            ledger: Ledger::default(),
            clients,
            conns: 0,
            wires: 0x200,
            fresh: 0,
            consumed: (0, i64::MIN, 0),
        }
    }

    pub(crate) fn run(&mut self) {
        for _ in 0..STEPS {
            self.pass_time();
            self.act();
            self.check();
        }
    }

    pub(crate) fn kinds_seen(self) -> BTreeSet<String> {
        self.ledger.kinds
    }

    fn say(&self, what: impl FnOnce() -> String) {
        if self.verbose {
            println!("{:>12} {}", self.clock - START, what());
        }
    }

    /// The clock moves, mostly forwards; a good shell ticks in time, a bad one late or not at all.
    fn pass_time(&mut self) {
        let span = match self.rng.below(100) {
            0..90 if self.stormy => self.rng.between(0, 4_000),
            0..25 => 0,
            25..50 => self.rng.between(1, 5_000),
            50..80 => self.rng.between(1_000, 120_000),
            80..92 => self.rng.between(60_000, 1_800_000),
            92..97 => -self.rng.between(1, 3_000),
            // On a timer to the millisecond.
            _ => self.room.poll_timeout().map_or(0, |(at, _)| (at.0 - self.clock).clamp(-5_000, 900_000)),
        };
        let until = self.clock + span;
        if self.rng.chance(60) {
            while let Some((at, why)) = self.room.poll_timeout().filter(|(at, _)| at.0 <= until) {
                self.clock = self.clock.max(at.0);
                self.say(|| format!("tick: {why}"));
                self.model.at(self.clock);
                self.feed(Input::Tick);
                self.check();
            }
        }
        self.clock = until;
    }

    fn feed(&mut self, input: Input) {
        self.fresh += 1;
        let stamp = Stamp { now: UnixMs(self.clock), fresh: Id::mint(1, self.fresh) };
        self.room.handle(stamp, input);
        let mut effects: Vec<Effect> = Vec::new();
        while let Some(effect) = self.room.poll() {
            if let (true, Effect::Remember(write)) = (self.verbose, &effect) {
                self.say(|| format!("    {write:?}"));
            }
            effects.push(effect);
        }
        self.ledger.take(&effects);
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
            *self.rng.pick(&[6, 6, 6, 42, 42, 42, 60, 74, 79])
        } else {
            self.rng.below(100)
        };
        match action {
            0..6 => self.feed(Input::Tick),
            6..36 => {
                self.connect(client, now);
                if self.rng.chance(80) {
                    self.join(client);
                }
            }
            36..42 => self.join(client),
            42..55 if connected => self.drop(client, now),
            55..74 if connected => self.leave(client, now),
            74..79 if joined => self.client_kick(client, now),
            79..84 => self.api_kick(client, now),
            84..86 => self.kick_all(client, joined, now),
            86..92 => self.configure(now),
            92..95 => self.stop(now),
            95 => {
                self.say(|| "terminate".to_owned());
                self.model.terminate(now);
                self.command(Command::Terminate);
            }
            // Noise on a socket that may be gone.
            _ => self.ask(client, Request::RoomPeers { search: String::new(), limit: 0, offset: 0 }),
        }
    }

    fn peer(&self, client: usize) -> PeerId {
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
        let Client { person, role, .. } = self.clients[client];
        let who = Who {
            participant: ParticipantId::from_u128(u128::from(person)),
            display_name: format!("p{person}"),
            picture: String::new(),
            custom_participant_id: None,
            user_id: None,
            preset_name: "host".to_owned(),
            role,
            abilities: Abilities { kick: true, ..Abilities::default() },
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
            self.model.join(client, person, role, now);
        }
        self.ask(client, Request::JoinRoom { display_name: String::new() });
    }

    fn ask(&mut self, client: usize, request: Request) {
        let conn = self.clients[client].conn;
        self.feed(Input::Request { conn, re: "r".to_owned(), request });
    }

    fn drop(&mut self, client: usize, now: i64) {
        self.say(|| format!("drop {client}"));
        self.model.drop(client, now);
        let conn = self.clients[client].conn;
        self.feed(Input::Disconnect { conn, how: Disconnect::Lost });
    }

    fn leave(&mut self, client: usize, now: i64) {
        self.say(|| format!("leave {client}"));
        self.model.leave(client, now, LeaveReason::Left);
        self.model.advance();
        match self.rng.below(3) {
            0 => self.ask(client, Request::MediaLeave),
            1 => self.ask(client, Request::LeaveRoom),
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
        self.ask(client, Request::Kick { peers: vec![self.peer(victim)] });
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
            self.ask(client, Request::KickAll);
        } else {
            self.command(Command::KickAll);
        }
    }

    fn configure(&mut self, now: i64) {
        let mut settings = self.model.settings.clone();
        let mut noted = false;
        if self.rng.chance(30) {
            self.config.title = format!("T{}", self.fresh);
            noted = true;
        }
        if self.rng.chance(30) {
            let keep_alive = self.rng.between(60, 600) * 1000;
            noted |= keep_alive != settings.keep_alive;
            settings.keep_alive = keep_alive;
        }
        if self.rng.chance(20) {
            settings.max_together = self.rng.chance(60).then(|| self.rng.between(10_000, 1_500_000));
        }
        if self.rng.chance(20) {
            // The API says open only of an active meeting that is not terminated.
            settings.open = !settings.open && self.ledger.terminated_at.is_none();
        }
        self.say(|| format!("configure {settings:?}"));
        self.config.open = settings.open;
        self.config.keep_alive_ms = settings.keep_alive;
        self.config.max_together_ms = settings.max_together;
        self.model.configure(settings, noted, now);
        self.command(Command::Configure(self.config.clone()));
    }

    fn command(&mut self, command: Command) {
        self.feed(Input::Command { id: CommandId(1), command });
    }

    /// The process dies without a word; the next one recovers from the ledger.
    fn crash(&mut self) {
        let heartbeat = self.clock - self.rng.between(0, 5_000);
        self.say(|| format!("crash, last heartbeat {}", heartbeat - START));
        self.ledger.recover(heartbeat);
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
        let open = open.map(|(tally, _)| OpenSession { tally: tally.clone(), chat: Vec::new() });
        let removed = self.ledger.removed.iter().copied();
        self.room = Room::new(self.config.clone(), open).with_removed(removed);
        // What was open is closed at the heartbeat: up to 5 s of minutes per stay are given back.
        self.consumed = (usize::MAX, i64::MIN, 0);
    }

    fn check(&mut self) {
        let now = self.model.at(self.clock);
        // The room learns of the time only by inputs.
        self.feed(Input::Tick);
        self.ledger.compare(&self.model.sessions, now);
        assert_eq!(self.ledger.terminated_at.is_some(), self.model.terminated, "terminated");
        if let Some((at, why)) = self.room.poll_timeout() {
            assert!(at.0 > now, "{why} is overdue");
        }
        let live = self.model.live().map(|session| session.live());
        let open = self.room.session().map(|tally| tally.columns());
        assert_eq!(open.map(|c| c.live_count as usize), live, "session() is the LIVE session");
        if let Some(columns) = open {
            let (tally, _) = self.ledger.sessions.last().unwrap();
            assert_eq!(columns, tally.columns(), "the room and its ledger agree");
            let in_keep_alive = columns.keep_alive_until().is_some_and(|until| until.0 > now);
            assert!(columns.live_count > 0 || in_keep_alive, "open iff somebody is in or keep-alive runs");
            let (n, consumed) = (self.ledger.sessions.len(), columns.consumed_ms(UnixMs(now)));
            if self.consumed.0 == n {
                assert!(consumed >= self.consumed.2, "minutes shrank");
            }
            self.consumed = (n, now, consumed);
        }
        let known = self.model.peers.iter().any(Option::is_some);
        assert_eq!(self.room.is_idle(), !known && open.is_none(), "idle");
    }
}
