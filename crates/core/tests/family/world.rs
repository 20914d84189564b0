//! The rooms of a family with what a shell and a store do for them, and the clients.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use sederunt_core::call::ConnId;
use sederunt_core::config::{OpenSession, RoomConfig};
use sederunt_core::effect::{CloseReason, Effect, Outcome};
use sederunt_core::fact::{Fact, FactKind, LeaveReason};
use sederunt_core::family::{Branch, Family, Links};
use sederunt_core::id::{AppId, Id, MeetingId, ParticipantId, PeerId, SessionId, StayId};
use sederunt_core::input::Input;
use sederunt_core::note::Note;
use sederunt_core::room::Room;
use sederunt_core::tally::Tally;
use sederunt_core::time::{Stamp, UnixMs};
use sederunt_core::waiting::{Admission, Wait};
use sederunt_core::words::{self, Msg, breakout, entry};
use sederunt_dice::Dice;

pub(crate) const MAIN: MeetingId = MeetingId::from_u128(1);
pub(crate) const PEOPLE: u128 = 5;
/// Who has to be let in by a host.
pub(crate) const WAITER: u128 = 4;
/// Whom nobody sees.
pub(crate) const HIDDEN: u128 = 3;
const KEEP_ALIVE_MS: i64 = 60_000;

/// What happened in a history.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) moves: u64,
    pub(crate) kills: u64,
    pub(crate) redirects: u64,
    pub(crate) closed: u64,
    pub(crate) kicked: u64,
    pub(crate) ended: u64,
    pub(crate) turned_out: u64,
    pub(crate) failures: u64,
    /// People who were between two rooms when the process was killed.
    pub(crate) on_the_way: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, more: &Self) {
        self.moves += more.moves;
        self.kills += more.kills;
        self.redirects += more.redirects;
        self.closed += more.closed;
        self.kicked += more.kicked;
        self.ended += more.ended;
        self.turned_out += more.turned_out;
        self.failures += more.failures;
        self.on_the_way += more.on_the_way;
    }
}

/// A meeting as the store has it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) title: String,
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
    /// The same, as long as the process and the meeting's room live: then it is awaited.
    pub(crate) awaited_since: Option<i64>,
    pub(crate) is_in: bool,
    /// Its latest stay: that of an older page may end later.
    pub(crate) stay: Option<(SessionId, PeerId)>,
    /// The meeting was ended for everybody while it was on the way: until then it is turned away once.
    pub(crate) barred_until: Option<i64>,
    /// It was told to wait, and not to come in.
    pub(crate) waits: bool,
    /// It was told to come in.
    pub(crate) called: bool,
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
    /// Who was let in to the meeting, and to which session.
    pub(crate) admitted: BTreeMap<ParticipantId, Admission>,
    pub(crate) waits: BTreeMap<PeerId, Wait>,
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
    /// What this room decides next is durable and never said: it fails in between.
    pub(crate) fails: Option<MeetingId>,
    /// Who was kicked by the input that is treated.
    pub(crate) kicked: Vec<ParticipantId>,
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
            awaited_since: None,
            is_in: false,
            stay: None,
            barred_until: None,
            waits: false,
            called: false,
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
            admitted: BTreeMap::new(),
            waits: BTreeMap::new(),
            rooms: BTreeMap::new(),
            mail: BTreeMap::new(),
            clients: (0..PEOPLE).map(client).collect(),
            open: BTreeMap::new(),
            told: BTreeMap::new(),
            ended: Vec::new(),
            fails: None,
            kicked: Vec::new(),
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

    pub(crate) fn live(&self, meeting: MeetingId) -> Option<&Tally> {
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
        let room = Room::new(config, open).with_family(links);
        if meeting != MAIN {
            return room;
        }
        let admitted = self.admitted.values().filter(|one| Some(one.session) == session).copied();
        room.with_waiting(self.waits.values().copied(), admitted)
    }

    pub(crate) fn last_child_end(&self, parent: SessionId) -> Option<UnixMs> {
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
        for participant in std::mem::take(&mut self.kicked) {
            let left = self.open_stay(participant).is_some_and(|at| at == meeting);
            assert!(left || self.placed.get(&participant) != Some(&meeting), "kicked, and belongs there");
            assert!(!self.admitted.contains_key(&participant), "kicked, and needs not wait");
        }
        if let Some((at, why)) = self.rooms[&meeting].poll_timeout() {
            assert!(at.0 > self.now, "{why} is overdue in {meeting}");
        }
        if self.fails == Some(meeting) {
            return self.lose(meeting);
        }
        for effect in effects {
            self.perform(meeting, effect);
        }
    }

    /// A room fails between what is durable and what is said; its sockets are closed, and what was said to it is lost.
    fn lose(&mut self, meeting: MeetingId) {
        self.say(|| format!("{meeting} fails"));
        self.counts.failures += 1;
        self.fails = None;
        self.rooms.remove(&meeting);
        self.mail.remove(&meeting);
        self.open.clear();
        for client in &mut self.clients {
            (client.barred_until, client.awaited_since) = (None, None);
            if client.at == meeting && client.conn.is_some() {
                self.told.remove(&client.conn.take().unwrap());
                client.is_in = false;
            }
        }
        // It is loaded again.
        self.wake(meeting);
    }

    /// The next input of the meeting's own room is the last one of that room.
    pub(crate) fn fail_next(&mut self) {
        self.fails = Some(MAIN);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the others tell nothing of rooms")]
    fn perform(&mut self, from: MeetingId, effect: Effect) {
        match effect {
            Effect::Tell { conn, re, msg } => {
                if let Some(re) = re {
                    self.open.remove(&re.id);
                }
                match &*msg {
                    // Whoever is not in is told of nobody.
                    Msg::Breakout(breakout::Tell::Rooms(family))
                        if self.clients.iter().any(|client| client.conn == Some(conn) && client.is_in) =>
                    {
                        drop(self.told.insert(conn, family.clone()))
                    }
                    Msg::Waiting(told) => {
                        let theirs = self.clients.iter_mut().find(|client| client.conn == Some(conn));
                        match (told, theirs) {
                            (words::waiting::Tell::Waits(_), Some(client)) => client.waits = true,
                            (words::waiting::Tell::Accepted, Some(client)) => client.called = true,
                            _ => {}
                        }
                    }
                    Msg::Entry(entry::Tell::PeerInfo { event: entry::PeerEvent::JoinRoom, peer }) => {
                        for client in &mut self.clients {
                            if client.conn == Some(conn) && client.peer == peer.peer {
                                (client.is_in, client.waits, client.called) = (true, false, false);
                            }
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
            Effect::Elsewhere { meeting, note } => self.say_to(from, meeting, note),
            Effect::Close { conn, reason } => {
                let fresh = PeerId(self.mint());
                for client in self.clients.iter_mut().filter(|client| client.conn == Some(conn)) {
                    client.conn = None;
                    let removed =
                        matches!(reason, CloseReason::Removed | CloseReason::Ended | CloseReason::RoomClosed);
                    if removed {
                        // Who comes again comes by the link of the meeting.
                        self.counts.turned_out += u64::from(client.barred_until.is_some());
                        (client.peer, client.at, client.sent, client.is_in) = (fresh, MAIN, None, false);
                        (client.left_at, client.awaited_since, client.barred_until) = (None, None, None);
                        (client.waits, client.called) = (false, false);
                    }
                }
                self.open.retain(|_, whose| *whose != conn);
                self.told.remove(&conn);
            }
            Effect::Media { .. } | Effect::Done { .. } => {}
        }
    }

    fn say_to(&mut self, from: MeetingId, meeting: MeetingId, note: Note) {
        if let Note::Take { people, to } = &note {
            let belongs = |who| self.placed.get(who).copied().unwrap_or(MAIN);
            assert!(people.iter().all(|who| belongs(who) == *to), "{people:?} are sent to {to}");
        }
        if note.wakes() || self.rooms.contains_key(&meeting) {
            self.mail.entry(meeting).or_default().push_back((from, note));
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
        self.counts.on_the_way +=
            self.clients.iter().filter(|client| client.left_at.is_some()).count() as u64;
        self.rooms.clear();
        self.mail.clear();
        self.open.clear();
        self.told.clear();
        for client in &mut self.clients {
            (client.conn, client.is_in) = (None, false);
            (client.barred_until, client.awaited_since) = (None, None);
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
