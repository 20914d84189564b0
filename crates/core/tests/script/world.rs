//! The words of the scripts, and the room they act on.

use std::collections::{BTreeMap, VecDeque};

use sederunt_core::call::{CommandId, ConnId, Disconnect, ReqId};
use sederunt_core::config::{OpenSession, RoomConfig};
use sederunt_core::effect::{Effect, Outcome, Write};
use sederunt_core::fact::{Fact, FactKind, LeaveReason, Role};
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::input::{Command, Input};
use sederunt_core::media::{MediaAnswer, MediaCallId, MediaCmd, MediaFault};
use sederunt_core::removal::Removal;
use sederunt_core::rights;
use sederunt_core::room::Room;
use sederunt_core::standing::{Seat, StageAccess};
use sederunt_core::tally::Tally;
use sederunt_core::time::{Stamp, UnixMs};
use sederunt_core::view_type::ViewType;
use sederunt_core::waiting::{Admission, Change, Wait};
use sederunt_core::who::{Abilities, WaitingRoom, Who};
use sederunt_core::words::chat::ChatMessage;
use sederunt_core::words::polls::StoredPoll;

use crate::abilities::abilities;
use crate::ask::new_poll;
use crate::rooms::Kept;
use crate::show::{Names, clock, effect_line, write_line};
use crate::tallies;

/// A room, its clock, and everything that a shell would keep for it.
pub(crate) struct World {
    room: Room,
    config: RoomConfig,
    /// The steady clock.
    now: i64,
    /// The wall clock minus the steady clock.
    offset: i64,
    fresh: u64,
    asked: u64,
    /// Current socket of each peer, and the token it connected with.
    conns: BTreeMap<String, ConnId>,
    sockets: u64,
    pub(crate) names: Names,
    calls: VecDeque<(MediaCallId, MediaCmd)>,
    facts: Vec<Fact>,
    /// In order of their begin.
    stays: Vec<(SessionId, PeerId, StayId)>,
    chat: Vec<ChatMessage>,
    polls: Vec<StoredPoll>,
    pub(crate) tallies: BTreeMap<SessionId, Tally>,
    removed: Vec<Removal>,
    waiting: Waiting,
    seats: BTreeMap<(SessionId, PeerId), Seat>,
    permissions: BTreeMap<(SessionId, ParticipantId), rights::Change>,
    /// Each session's own time minus the steady clock.
    offsets: BTreeMap<SessionId, i64>,
    links: Kept,
}

/// What the store keeps of the waiting room.
#[derive(Default)]
struct Waiting {
    waits: BTreeMap<PeerId, Wait>,
    admitted: BTreeMap<ParticipantId, Admission>,
}

impl Waiting {
    fn take(&mut self, change: Change) {
        match change {
            Change::Waits(wait) => drop(self.waits.insert(wait.peer, wait)),
            Change::Over(peer) => assert!(self.waits.remove(&peer).is_some(), "its wait was over before"),
            Change::Admitted(admission) => drop(self.admitted.insert(admission.participant, admission)),
            Change::Revoked(participant) => assert!(self.admitted.remove(&participant).is_some()),
        }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let config = RoomConfig {
            app: AppId::from("app"),
            meeting: MeetingId::from_u128(0xfeed),
            parent: None,
            title: "T".to_owned(),
            open: true,
            keep_alive_ms: 60_000,
            reconnect_grace_ms: 20_000,
            max_together_ms: None,
            persist_chat: false,
            prior_together_ms: 0,
        };
        Self {
            room: Room::new(config.clone(), None),
            config,
            now: 0,
            offset: 0,
            fresh: 0,
            asked: 0,
            conns: BTreeMap::new(),
            sockets: 0,
            names: Names::default(),
            calls: VecDeque::new(),
            facts: Vec::new(),
            stays: Vec::new(),
            chat: Vec::new(),
            polls: Vec::new(),
            tallies: BTreeMap::new(),
            removed: Vec::new(),
            waiting: Waiting::default(),
            seats: BTreeMap::new(),
            permissions: BTreeMap::new(),
            offsets: BTreeMap::new(),
            links: Kept::default(),
        }
    }

    /// Performs one line; returns what came out.
    pub(crate) fn line(&mut self, line: &str) -> Vec<String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            // The clock jumps there; no timer is ticked.
            [at] if at.starts_with('@') => {
                self.now = clock::parse(&at[1..]);
                Vec::new()
            }
            ["wait", span] => self.wait(clock::parse(span)),
            // The wall clock is set, forwards or backwards, and no time passes.
            ["set", "back", span] => self.set(-clock::parse(span)),
            ["set", "forward", span] => self.set(clock::parse(span)),
            ["tick"] => self.feed(Input::Tick),
            ["timeout"] => vec![match self.room.poll_timeout() {
                Some((at, why)) => format!("{} {why}", clock::show(at.0)),
                None => format!("none; idle {}", self.room.is_idle()),
            }],
            ["config", settings @ ..] => {
                self.configure(settings);
                let links = self.links.links(&self.config, None);
                self.room = Room::new(self.config.clone(), None).with_family(links);
                Vec::new()
            }
            ["api", rest @ ..] => self.api(rest),
            ["sfu", rest @ ..] => self.sfu(rest),
            ["from", room, rest @ ..] => {
                let (from, note) = self.note(room, rest);
                self.feed(Input::Note { from, note })
            }
            ["connect", peer, person, rest @ ..] => self.connect(peer, person, rest),
            ["restart", at] => self.restart(clock::parse(at)),
            ["sessions"] => self.sessions(),
            ["stays"] => self.stays(),
            // Nothing has come for this long: the silence is noticed.
            [peer, "silent", span] => {
                let heard_at = UnixMs(self.now - clock::parse(span));
                self.gone(peer, Disconnect::Silent { heard_at })
            }
            [peer, "drop"] => self.gone(peer, Disconnect::Lost),
            [peer, "close"] => self.gone(peer, Disconnect::Clean),
            [peer, rest @ ..] => self.ask(peer, rest),
            [] => Vec::new(),
        }
    }

    fn set(&mut self, by: i64) -> Vec<String> {
        self.offset += by;
        Vec::new()
    }

    /// Lets time pass, ticking when the room wants it.
    fn wait(&mut self, span: i64) -> Vec<String> {
        let until = self.now + span;
        let mut out = Vec::new();
        while let Some((at, _)) = self.room.poll_timeout().filter(|(at, _)| at.0 <= until) {
            self.now = at.0.max(self.now);
            out.extend(self.feed(Input::Tick));
        }
        self.now = until;
        out
    }

    fn feed(&mut self, input: Input) -> Vec<String> {
        self.fresh += 1;
        let (fresh, stay) = (Id::mint(1_000, self.fresh), StayId(Id::mint(2_000, self.fresh)));
        let stamp = Stamp { now: UnixMs(self.now), offset_ms: self.offset, fresh, stay };
        let Outcome { writes, effects } = self.room.handle(stamp, input);
        let mut out = Vec::new();
        for write in &writes {
            self.remember(write);
            out.push(write_line(&mut self.names, write));
        }
        for effect in &effects {
            self.perform(effect);
            out.push(effect_line(&mut self.names, effect));
        }
        out
    }

    /// What the store does with a write.
    fn remember(&mut self, write: &Write) {
        match write {
            Write::Fact { fact, columns, offset_ms, .. } => {
                if let FactKind::PeerJoined { peer, stay, .. } = fact.kind {
                    assert!(
                        self.stays.iter().all(|(.., id)| *id != stay),
                        "two stays of the room are {stay}"
                    );
                    self.stays.push((fact.session, peer, stay));
                }
                if let FactKind::SessionEnded { .. } = fact.kind {
                    self.seats.retain(|(session, _), _| *session != fact.session);
                    self.permissions.retain(|(session, _), _| *session != fact.session);
                }
                self.offsets.insert(fact.session, *offset_ms);
                self.facts.push(fact.clone());
                match self.tallies.get_mut(&fact.session) {
                    Some(tally) => drop(tally.apply(fact).unwrap()),
                    None => drop(self.tallies.insert(fact.session, Tally::start(fact).unwrap())),
                }
                assert_eq!(self.tallies[&fact.session].columns(), columns, "folding the facts again");
            }
            Write::Breakout { change, .. } => self.links.take(change),
            Write::Chat(message) => {
                self.chat.retain(|m| m.id != message.id);
                self.chat.push(message.clone());
                self.chat.sort_by_key(|m| m.at);
            }
            Write::Poll(poll) => self.polls.push(StoredPoll::new(poll.clone())),
            Write::PollVote { poll, vote, .. } => {
                let stored = self.polls.iter_mut().find(|stored| stored.poll.id == *poll).unwrap();
                stored.votes.push(vote.clone());
            }
            Write::ChatDeleted { chat, .. } => self.chat.retain(|m| m.id != *chat),
            Write::Terminated { .. } => self.config.open = false,
            Write::Removed { removal, .. } => self.removed.push(*removal),
            Write::Waiting { meeting, change } if *meeting == self.config.meeting => {
                self.waiting.take(*change)
            }
            // A breakout room writes of its parent.
            Write::Waiting { .. } => {}
            Write::Permissions { session, participant, change } => {
                self.permissions.insert((*session, *participant), *change);
            }
            Write::Seat { session, peer, seat: Some(seat) } => {
                self.seats.insert((*session, *peer), *seat);
            }
            Write::Seat { session, peer, seat: None } => {
                let kept = self.seats.remove(&(*session, *peer));
                assert!(kept.is_some(), "the seat that is forgotten was kept");
            }
        }
    }

    /// What the shell does with an effect.
    fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Media { call, cmd, .. } => {
                if !matches!(cmd, MediaCmd::ClosePeer { .. }) {
                    self.calls.push_back((*call, cmd.clone()));
                }
            }
            Effect::Tell { .. }
            | Effect::Refuse { .. }
            | Effect::Close { .. }
            | Effect::Elsewhere { .. }
            | Effect::Transfer { .. }
            | Effect::Done { .. } => {}
        }
    }

    /// `connect PEER PERSON [token=N] [role=R] [custom=X] [can=a,b|all] [wait=accept|host] [hidden] [stage=S]`
    fn connect(&mut self, peer: &str, person: &str, options: &[&str]) -> Vec<String> {
        let mut token = self.names.person(person).as_u128() as u64;
        let mut who = Who {
            participant: self.names.person(person),
            display_name: person.to_owned(),
            picture: String::new(),
            custom_participant_id: None,
            user_id: None,
            view_type: Some(ViewType::GroupCall),
            preset_name: "preset".to_owned(),
            role: Role::Member,
            belongs: None,
            abilities: abilities("all"),
            ip_address: None,
            user_agent: None,
        };
        for option in options {
            match option.split_once('=').unwrap_or((option, "")) {
                ("token", n) => token = n.parse().unwrap(),
                ("role", role) => who.role = Role::parse(role).unwrap(),
                ("custom", id) => who.custom_participant_id = Some(id.to_owned()),
                ("can", list) => {
                    let Abilities { waiting_room, stage, .. } = who.abilities;
                    who.abilities = Abilities { waiting_room, stage, ..abilities(list) };
                }
                // How it comes in: `wait=accept` or `wait=host`.
                ("wait", "accept") => who.abilities.waiting_room = WaitingRoom::UntilAccepted,
                ("wait", "host") => who.abilities.waiting_room = WaitingRoom::UntilPrivileged,
                ("hidden", _) => who.abilities.hidden = true,
                ("belongs", room) => who.belongs = Some(self.names.room(room)),
                ("stage", "allowed") => who.abilities.stage = StageAccess::Allowed,
                ("stage", "request") => who.abilities.stage = StageAccess::CanRequest,
                ("stage", "not_allowed") => who.abilities.stage = StageAccess::NotAllowed,
                other => panic!("{other:?}"),
            }
        }
        self.sockets += 1;
        let conn = ConnId(self.sockets);
        self.names.socket(conn, peer);
        self.conns.insert(peer.to_owned(), conn);
        let peer = self.names.peer(peer);
        self.feed(Input::Connect { conn, peer, token, who: Box::new(who) })
    }

    fn gone(&mut self, peer: &str, how: Disconnect) -> Vec<String> {
        let conn = self.conns[peer];
        self.feed(Input::Disconnect { conn, how })
    }

    fn configure(&mut self, settings: &[&str]) {
        for setting in settings {
            let (name, value) = setting.split_once('=').unwrap();
            match name {
                "title" => self.config.title = value.to_owned(),
                "persist_chat" => self.config.persist_chat = value == "true",
                "parent" => self.config.parent = Some(self.names.room(value)),
                "open" => self.config.open = value == "true",
                "keep_alive" => self.config.keep_alive_ms = clock::parse(value),
                "grace" => self.config.reconnect_grace_ms = clock::parse(value),
                "max_together" => self.config.max_together_ms = Some(clock::parse(value)),
                "prior" => self.config.prior_together_ms = clock::parse(value),
                other => panic!("{other}"),
            }
        }
    }

    fn api(&mut self, words: &[&str]) -> Vec<String> {
        let command = match words {
            ["configure", settings @ ..] => {
                self.configure(settings);
                Command::Configure(self.config.clone())
            }
            ["kick_all"] => Command::KickAll,
            ["mute", people @ ..] => Command::Mute {
                participants: people.iter().map(|p| self.names.person(p)).collect(),
                custom_ids: people.iter().map(|&p| p.to_owned()).collect(),
            },
            ["mute_all"] => Command::MuteAll,
            ["terminate"] => Command::Terminate,
            ["poll", question, options, flags @ ..] => {
                Command::CreatePoll(new_poll(question, options, flags))
            }
            ["message", kind, payload] => {
                Command::Broadcast { kind: (*kind).to_owned(), payload: payload.as_bytes().to_vec() }
            }
            ["stop"] => Command::Stop,
            [kind, people @ ..] => Command::Kick {
                participants: people.iter().map(|p| self.names.person(p)).collect(),
                custom_ids: people.iter().map(|&p| p.to_owned()).collect(),
                reason: match *kind {
                    "kick" => LeaveReason::Kicked,
                    "delete" => LeaveReason::ParticipantDeleted,
                    "block" => LeaveReason::Blocked,
                    other => LeaveReason::parse(other).unwrap(),
                },
            },
            [] => panic!("api what?"),
        };
        self.asked += 1;
        self.feed(Input::Command { id: CommandId(self.asked), command })
    }

    /// `sfu ok|fail|gone|nothing` answers the oldest call: well, with a fault, that its transport is no more, or with an answer of the
    /// wrong kind.
    fn sfu(&mut self, words: &[&str]) -> Vec<String> {
        let Some((call, cmd)) = self.calls.pop_front() else {
            return vec!["sfu: nothing under way".to_owned()];
        };
        let answer = match cmd {
            MediaCmd::Consume { wants, .. } => MediaAnswer::Offer {
                offer: Some("offer".to_owned()),
                mids: wants.iter().enumerate().map(|(i, (p, _))| (*p, format!("mid{i}"))).collect(),
            },
            MediaCmd::Open { .. } | MediaCmd::Produce { .. } | MediaCmd::CloseConsumers { .. } => {
                MediaAnswer::Answer("answer".to_owned())
            }
            MediaCmd::CloseProducer { offer, .. } => match offer {
                Some(_) => MediaAnswer::Answer("answer".to_owned()),
                None => MediaAnswer::Done,
            },
            MediaCmd::DropProducer { .. }
            | MediaCmd::PauseProducer { .. }
            | MediaCmd::Renegotiate { .. }
            | MediaCmd::SelectLayers { .. }
            | MediaCmd::GiveUp { .. }
            | MediaCmd::ClosePeer { .. } => MediaAnswer::Done,
        };
        let result = match words {
            ["ok"] => Ok(answer),
            ["nothing"] => Ok(MediaAnswer::Done),
            ["gone"] => Err(MediaFault::NoTransport),
            ["fail"] => Err(MediaFault::InvalidDescription("bad".to_owned())),
            other => panic!("{other:?}"),
        };
        self.feed(Input::MediaDone { call, result })
    }

    /// The process dies; recovery closes what was open at the last heartbeat, and a new room loads the session.
    fn restart(&mut self, heartbeat: i64) -> Vec<String> {
        let mut out = Vec::new();
        self.conns.clear();
        self.calls.clear();
        let mut open = None;
        for (session, tally) in &mut self.tallies {
            if tally.columns().ended_at.is_some() {
                continue;
            }
            let stays: Vec<PeerId> = tally.open().map(|stay| stay.peer).collect();
            for peer in stays {
                let kind = FactKind::PeerLeft { peer, reason: LeaveReason::NodeLost };
                let fact = Fact {
                    at: UnixMs(heartbeat),
                    app: self.config.app.clone(),
                    meeting: self.config.meeting,
                    session: *session,
                    kind,
                };
                let stay = tally.apply(&fact).unwrap().unwrap();
                out.push(format!(
                    "recovery: {} left {}",
                    self.names.id(peer.0),
                    clock::show(stay.left_at.unwrap().0)
                ));
            }
            let chat = self.chat.iter().filter(|m| m.session == *session).cloned().collect();
            let polls = self.polls.iter().filter(|p| p.poll.session == *session).cloned().collect();
            open = Some(OpenSession { tally: tally.clone(), chat, polls, offset_ms: self.offsets[session] });
        }
        let live = open.as_ref().map(|open| open.tally.session());
        let is_former = |m: &&ChatMessage| self.config.persist_chat && Some(m.session) != live;
        let former = self.chat.iter().filter(is_former).cloned().collect();
        let admitted = self.waiting.admitted.values().filter(|admission| Some(admission.session) == live);
        let permissions = self.permissions.iter().map(|((_, person), change)| (*person, *change));
        let seats = self.seats.iter().map(|((_, peer), seat)| (*peer, *seat));
        self.room = Room::new(self.config.clone(), open)
            .with_removed(self.removed.iter().copied())
            .with_waiting(self.waiting.waits.values().copied(), admitted.copied())
            .with_seats(seats)
            .with_permissions(permissions)
            .with_former_chat(former)
            .with_family(self.links.links(&self.config, live));
        out
    }

    /// The ids of all stays. Each is a new one; that of a client's second stay in a session is its peer id, too.
    fn stays(&mut self) -> Vec<String> {
        let names = &mut self.names;
        let line = |(session, peer, stay): &(SessionId, PeerId, StayId)| {
            format!("{} {} is {}", names.id(session.0), names.id(peer.0), names.id(stay.0))
        };
        self.stays.iter().map(line).collect()
    }

    fn sessions(&mut self) -> Vec<String> {
        let (steady, offsets) = (UnixMs(self.now), &self.offsets);
        let names = &mut self.names;
        let line = |tally: &Tally| tallies::line(names, tally, steady.plus_ms(offsets[&tally.session()]));
        self.tallies.values().map(line).collect()
    }

    fn ask(&mut self, peer: &str, words: &[&str]) -> Vec<String> {
        let Some(conn) = self.conns.get(peer).copied() else { panic!("{peer} has no socket") };
        self.asked += 1;
        let mut request = self.request(peer, words);
        request.name_rooms(|| {
            self.fresh += 1;
            Id::mint(3_000, self.fresh)
        });
        let re = ReqId { event: 0, id: format!("r{}", self.asked) };
        self.feed(Input::Request { conn, re, request })
    }

    pub(crate) fn conn(&self, peer: &str) -> ConnId {
        self.conns[peer]
    }

    /// Participants by their names; `peer:a` is a peer instead.
    pub(crate) fn people(&mut self, ids: &str) -> Vec<Id> {
        let id = |id: &str| match id.strip_prefix("peer:") {
            Some(peer) => self.names.peer(peer).0,
            None => self.names.person(id).0,
        };
        ids.split(',').map(id).collect()
    }

    pub(crate) fn peers(&mut self, ids: &str) -> Vec<PeerId> {
        ids.split(',').map(|id| self.names.peer(id)).collect()
    }
}
