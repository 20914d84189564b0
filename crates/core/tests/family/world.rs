//! The rooms of a family with what a shell and a store do for them, and the clients.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use sederunt_core::call::ConnId;
use sederunt_core::config::{OpenSession, RoomConfig};
use sederunt_core::effect::{Effect, Outcome, Write};
use sederunt_core::fact::{EndReason, Fact, FactKind, LeaveReason};
use sederunt_core::family::{Branch, Change, Family, Links};
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::input::Input;
use sederunt_core::note::Note;
use sederunt_core::room::Room;
use sederunt_core::tally::Tally;
use sederunt_core::time::{Stamp, UnixMs};
use sederunt_core::words::{Msg, breakout, entry};
use sederunt_dice::Dice;

pub(crate) const MAIN: MeetingId = MeetingId::from_u128(1);
pub(crate) const PEOPLE: u128 = 5;
const KEEP_ALIVE_MS: i64 = 60_000;

/// What happened in a history.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) moves: u64,
    pub(crate) kills: u64,
    pub(crate) redirects: u64,
    pub(crate) closed: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, more: &Self) {
        self.moves += more.moves;
        self.kills += more.kills;
        self.redirects += more.redirects;
        self.closed += more.closed;
    }
}

/// A meeting as the store has it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    title: String,
    pub(crate) active: bool,
    pub(crate) parent: Option<MeetingId>,
}

/// One person with one client.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) person: u128,
    pub(crate) peer: PeerId,
    /// The meeting of its token.
    pub(crate) at: MeetingId,
    pub(crate) conn: Option<ConnId>,
    /// Where it was told to go.
    pub(crate) sent: Option<MeetingId>,
    /// When its last stay ended by a move, and not counted since.
    pub(crate) left_at: Option<i64>,
    pub(crate) is_in: bool,
}

pub(crate) struct World {
    pub(crate) dice: Dice,
    pub(crate) verbose: bool,
    pub(crate) now: i64,
    pub(crate) fresh: u64,
    pub(crate) conns: u64,
    pub(crate) asked: u64,
    pub(crate) rows: BTreeMap<MeetingId, Row>,
    pub(crate) tallies: BTreeMap<SessionId, Tally>,
    pub(crate) placed: BTreeMap<ParticipantId, MeetingId>,
    pub(crate) rooms: BTreeMap<MeetingId, Room>,
    /// Words on the way, in order for each room.
    pub(crate) mail: BTreeMap<MeetingId, VecDeque<(MeetingId, Note)>>,
    pub(crate) clients: Vec<Client>,
    /// Requests that are not answered yet, with the socket that waits.
    pub(crate) open: BTreeMap<String, ConnId>,
    /// What each socket was told of the family last.
    pub(crate) told: BTreeMap<ConnId, Arc<Family>>,
    /// Stays that are over.
    pub(crate) ended: Vec<(ParticipantId, MeetingId, UnixMs, UnixMs)>,
    pub(crate) counts: Counts,
}

impl World {
    pub(crate) fn new(seed: u64, verbose: bool) -> Self {
        let row = Row { title: "Main".to_owned(), active: true, parent: None };
        let client = |person| Client {
            person,
            peer: PeerId::from_u128(0xa000 + person),
            at: MAIN,
            conn: None,
            sent: None,
            left_at: None,
            is_in: false,
        };
        Self {
            dice: Dice::new(seed),
            verbose,
            now: 1_000_000,
            fresh: 0,
            conns: 0,
            asked: 0,
            rows: BTreeMap::from([(MAIN, row)]),
            tallies: BTreeMap::new(),
            placed: BTreeMap::new(),
            rooms: BTreeMap::new(),
            mail: BTreeMap::new(),
            clients: (0..PEOPLE).map(client).collect(),
            open: BTreeMap::new(),
            told: BTreeMap::new(),
            ended: Vec::new(),
            counts: Counts::default(),
        }
    }

    pub(crate) fn say(&self, what: impl FnOnce() -> String) {
        if self.verbose {
            println!("{} {}", self.now, what());
        }
    }

    pub(crate) fn mint(&mut self) -> Id {
        self.fresh += 1;
        Id::mint(1, self.fresh)
    }

    // ── what the shell does

    /// Loads a room that is not there.
    fn wake(&mut self, meeting: MeetingId) {
        if !self.rooms.contains_key(&meeting) {
            let room = self.load(meeting);
            self.rooms.insert(meeting, room);
            self.handle(meeting, Input::Tick);
        }
    }

    fn live(&self, meeting: MeetingId) -> Option<&Tally> {
        self.tallies.values().find(|t| t.columns().meeting == meeting && t.columns().ended_at.is_none())
    }

    fn load(&self, meeting: MeetingId) -> Room {
        let row = &self.rows[&meeting];
        let config = RoomConfig {
            app: AppId::from("app"),
            meeting,
            parent: row.parent,
            title: row.title.clone(),
            open: row.active,
            keep_alive_ms: KEEP_ALIVE_MS,
            reconnect_grace_ms: 20_000,
            persist_chat: false,
            max_together_ms: None,
            prior_together_ms: 0,
        };
        let open = self.live(meeting).map(|tally| OpenSession {
            tally: tally.clone(),
            chat: Vec::new(),
            polls: Vec::new(),
            offset_ms: 0,
        });
        let parent = row.parent.unwrap_or(meeting);
        let session = self.live(parent).map(Tally::session);
        let children = || self.rows.iter().filter(|(_, row)| row.parent == Some(parent));
        let branch = |(id, row): (&MeetingId, &Row)| Branch {
            meeting: *id,
            title: row.title.clone(),
            people: Vec::new(),
        };
        let rooms = children().filter(|(_, row)| row.active).map(branch).collect();
        let links = Links {
            family: Family { session, rooms, ..Family::alone(parent, self.rows[&parent].title.clone()) },
            live: children().map(|(id, _)| *id).filter(|id| self.live(*id).is_some()).collect(),
            ended_at: session.and_then(|session| self.last_child_end(session)),
            made: 0,
            placed: self.placed.iter().map(|(who, room)| (*who, *room)).collect(),
        };
        Room::new(config, open).with_family(links)
    }

    fn last_child_end(&self, parent: SessionId) -> Option<UnixMs> {
        let of = |t: &&Tally| t.columns().parent == Some(parent);
        self.tallies.values().filter(of).filter_map(|t| t.columns().ended_at).max()
    }

    pub(crate) fn feed(&mut self, meeting: MeetingId, input: Input) {
        self.wake(meeting);
        self.handle(meeting, input);
        if self.rooms.get(&meeting).is_some_and(Room::is_idle) {
            self.rooms.remove(&meeting);
        }
    }

    fn handle(&mut self, meeting: MeetingId, input: Input) {
        let (fresh, stay) = (self.mint(), StayId(self.mint()));
        let stamp = Stamp { now: UnixMs(self.now), offset_ms: 0, fresh, stay };
        let Outcome { writes, effects } = self.rooms.get_mut(&meeting).unwrap().handle(stamp, input);
        for write in writes {
            self.remember(write);
        }
        for effect in effects {
            self.perform(meeting, effect);
        }
    }

    fn remember(&mut self, write: Write) {
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
            Write::Chat(_)
            | Write::ChatDeleted { .. }
            | Write::Poll(_)
            | Write::PollVote { .. }
            | Write::Removed { .. }
            | Write::Waiting { .. }
            | Write::Seat { .. }
            | Write::Permissions { .. }
            | Write::Terminated { .. } => {}
        }
    }

    fn record(&mut self, fact: &Fact, columns: Option<sederunt_core::tally::SessionColumns>) {
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
            FactKind::PeerJoined { participant, .. } => {
                let nth = participant.0.as_u128() as usize;
                // No minute is lost: a stay begins when the client asks, and ended when it was told to go.
                assert_eq!(fact.at.0, self.now);
                self.clients[nth].left_at = None;
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
                }
                self.clients[who].is_in = false;
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

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others tell nothing of rooms")]
    fn perform(&mut self, from: MeetingId, effect: Effect) {
        match effect {
            Effect::Tell { conn, re, msg } => {
                if let Some(re) = re {
                    self.open.remove(&re.id);
                }
                match &*msg {
                    Msg::Breakout(breakout::Tell::Rooms(family)) => {
                        drop(self.told.insert(conn, family.clone()))
                    }
                    Msg::Entry(entry::Tell::PeerInfo { event: entry::PeerEvent::JoinRoom, peer }) => {
                        for client in &mut self.clients {
                            client.is_in |= client.conn == Some(conn) && client.peer == peer.peer;
                        }
                    }
                    _ => {}
                }
            }
            Effect::Refuse { re, error, .. } => {
                self.say(|| format!("refused: {error}"));
                self.open.remove(&re.id);
            }
            Effect::Transfer { conn, to, participant } => {
                let is_in = self.open_stay(participant);
                assert_ne!(is_in, Some(from), "a stay ends before its client hears of another room");
                let client = self.clients.iter_mut().find(|client| client.conn == Some(conn)).unwrap();
                if client.left_at.is_none() {
                    self.counts.redirects += 1;
                }
                client.sent = Some(to);
                self.say(|| format!("transfer {participant} to {to}"));
            }
            Effect::Elsewhere { meeting, note } => {
                if note.wakes() || self.rooms.contains_key(&meeting) {
                    self.mail.entry(meeting).or_default().push_back((from, note));
                }
            }
            Effect::Close { conn, .. } => {
                for client in &mut self.clients {
                    if client.conn == Some(conn) {
                        client.conn = None;
                    }
                }
                self.open.retain(|_, whose| *whose != conn);
                self.told.remove(&conn);
            }
            Effect::Media { .. } | Effect::Done { .. } => {}
        }
    }

    /// Where somebody is, by the ledger.
    pub(crate) fn open_stay(&self, participant: ParticipantId) -> Option<MeetingId> {
        let mut open = self.tallies.values().flat_map(|t| t.open().map(|stay| (t.columns().meeting, stay)));
        open.find(|(_, stay)| stay.participant == participant).map(|(meeting, _)| meeting)
    }

    pub(crate) fn deliver_some(&mut self) {
        for _ in 0..=self.dice.below(4) {
            let waiting: Vec<MeetingId> =
                self.mail.iter().filter(|(_, mail)| !mail.is_empty()).map(|(to, _)| *to).collect();
            if waiting.is_empty() {
                return;
            }
            let to = *self.dice.pick(&waiting);
            self.deliver(to);
        }
    }

    pub(crate) fn deliver(&mut self, to: MeetingId) {
        let Some((from, note)) = self.mail.get_mut(&to).and_then(VecDeque::pop_front) else { return };
        if note.wakes() || self.rooms.contains_key(&to) {
            self.say(|| format!("{to} hears {note:?}"));
            self.feed(to, Input::Note { from, note });
        }
    }

    pub(crate) fn hear_all(&mut self) {
        while let Some(to) = self.mail.iter().find(|(_, mail)| !mail.is_empty()).map(|(to, _)| *to) {
            self.deliver(to);
        }
    }

    pub(crate) fn wait(&mut self, span: i64) {
        // Words come late, but not by seconds.
        self.hear_all();
        let until = self.now + span;
        loop {
            let due = self.rooms.iter().filter_map(|(id, room)| Some((room.poll_timeout()?.0, *id))).min();
            let Some((at, meeting)) = due.filter(|(at, _)| at.0 <= until) else { break };
            self.now = self.now.max(at.0);
            self.feed(meeting, Input::Tick);
            // Words take no minutes.
            self.hear_all();
        }
        self.now = until;
    }

    /// The process dies with all that was said and not heard; the next one recovers, as the store does.
    pub(crate) fn kill(&mut self) {
        self.say(|| "kill".to_owned());
        self.counts.kills += 1;
        self.rooms.clear();
        self.mail.clear();
        self.open.clear();
        self.told.clear();
        for client in &mut self.clients {
            (client.conn, client.is_in) = (None, false);
        }
        let mut open: Vec<(bool, SessionId)> = self
            .tallies
            .values()
            .filter(|t| t.columns().ended_at.is_none())
            .map(|t| (t.columns().parent.is_none(), t.session()))
            .collect();
        open.sort_unstable();
        for (_, session) in open {
            let tally = &self.tallies[&session];
            let meeting = tally.columns().meeting;
            let now = UnixMs(self.now);
            for (peer, at) in tally.orphans(|_| now) {
                let kind = FactKind::PeerLeft { peer, reason: LeaveReason::NodeLost };
                self.record(&Fact { at, app: AppId::from("app"), meeting, session, kind }, None);
            }
            self.wake(meeting);
        }
    }
}
