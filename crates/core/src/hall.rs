//! What all features of a room share: its settings and its time, the session, the peers with their sockets, and what
//! comes out. It does nothing by itself.

mod negotiation;
mod out;
mod pace;
mod peer_media;
mod peers;

use std::collections::VecDeque;

use crate::call::{ConnId, ReqId};
use crate::config::RoomConfig;
use crate::effect::{CloseReason, CommandReply, Effect, Outcome, Person, Write};
use crate::error::RoomError;
use crate::fact::{FactKind, LeaveReason};
use crate::id::{MeetingId, PeerId, SessionId};
use crate::note::Note;
use crate::rights::Rights;
use crate::tally::Tally;
use crate::time::{Stamp, UnixMs};
use crate::who::Ability;
use crate::words::Msg;

use out::Out;
pub(crate) use pace::Pace;
pub(crate) use peer_media::Back;
pub(crate) use peers::{Peer, Peers, cut, info};

/// Who asked, and when.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) stamp: Stamp,
    pub(crate) conn: ConnId,
    pub(crate) re: ReqId,
    pub(crate) me: PeerId,
}

/// What one feature did that others have to hear of, in the order in which it happened.
#[derive(Debug)]
pub(crate) enum Happened {
    /// The peer's socket is gone; it may come back.
    Lost(PeerId),
    /// The peer is on a new socket.
    Back(PeerId),
    /// The peer cannot be heard any more: its microphone is muted or closed.
    Silenced(PeerId),
    /// The peer has left the stage: it is neither heard nor seen any more.
    OffStage(PeerId),
    /// The peer is in the room.
    Entered(PeerId),
    /// A host has changed what the peer may do.
    RightsChanged {
        peer: PeerId,
        /// What it got back.
        given: Rights,
    },
    /// The peer is out of the room, and of its session.
    Left(Box<Gone>),
    /// The session is over.
    SessionEnded,
}

/// A peer that was taken out of the room.
#[derive(Debug)]
pub(crate) struct Gone {
    /// As it was.
    pub(crate) peer: Peer,
    /// How long it had been away, ms; 0 for who was here.
    pub(crate) away_ms: i64,
    /// Its client may come back by itself.
    pub(crate) lost: bool,
    /// It was removed by a kick.
    pub(crate) kicked: bool,
}

/// What the other rooms of the family mean for the session of this one.
#[derive(Debug, Default)]
pub(crate) struct Kin {
    /// In a breakout room: the LIVE session of its parent.
    pub(crate) parent_session: Option<SessionId>,
    /// In a parent: a breakout room has a LIVE session, so that this one goes on.
    pub(crate) is_live: bool,
    /// In a parent: when the last session of a breakout room ended.
    pub(crate) ended_at: Option<UnixMs>,
}

/// The shared part of a room.
#[derive(Debug)]
pub(crate) struct Hall {
    config: RoomConfig,
    /// The room's own time minus the steady clock.
    offset_ms: i64,
    /// Newest instant this room has seen: time never goes back behind it.
    floor: UnixMs,
    session: Option<Tally>,
    pub(crate) peers: Peers,
    pub(crate) out: Out,
    /// When a track came, went, or was switched on or off last: clients have a reason to negotiate.
    tracks_changed_at: Option<UnixMs>,
    /// What the other rooms of the family mean for the session of this one.
    pub(crate) kin: Kin,
    happened: VecDeque<Happened>,
}

impl Hall {
    /// A hall with the session that is open, if any, and the offset of its time.
    pub(crate) fn new(config: RoomConfig, session: Option<(Tally, i64)>) -> Self {
        let (session, offset_ms) = session.map_or((None, 0), |(tally, offset_ms)| (Some(tally), offset_ms));
        Self {
            config,
            offset_ms,
            floor: session.as_ref().map_or(UnixMs(i64::MIN), Tally::latest),
            session: session.filter(|tally| tally.columns().ended_at.is_none()),
            peers: Peers::default(),
            out: Out::default(),
            tracks_changed_at: None,
            kin: Kin::default(),
            happened: VecDeque::new(),
        }
    }

    /// The settings in force.
    pub(crate) fn config(&self) -> &RoomConfig {
        &self.config
    }

    pub(crate) fn configure(&mut self, config: RoomConfig) {
        self.config = config;
    }

    /// The LIVE session, if any.
    pub(crate) fn session(&self) -> Option<&Tally> {
        self.session.as_ref()
    }

    // ── time

    /// The room's own time minus the steady clock, milliseconds.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms
    }

    /// The room's own time at an instant of the steady clock.
    pub(crate) fn own_time(&self, steady: UnixMs) -> UnixMs {
        steady.plus_ms(self.offset_ms).max(self.floor)
    }

    /// An instant of the room's own time, on the steady clock.
    pub(crate) fn steady(&self, own: UnixMs) -> UnixMs {
        UnixMs(own.0.saturating_sub(self.offset_ms))
    }

    /// The same, unless it is over: when a client was last heard may be long ago.
    pub(crate) fn told(&self, steady: UnixMs) -> UnixMs {
        steady.plus_ms(self.offset_ms)
    }

    /// The newest instant that the room has seen.
    pub(crate) fn now(&self) -> UnixMs {
        self.floor
    }

    /// Time has passed.
    pub(crate) fn advance(&mut self, now: UnixMs) {
        self.floor = now;
    }

    /// Follows the wall clock while there is no session. Returns by how much everything that waits here has to move, to
    /// keep its distance to now.
    pub(crate) fn follow(&mut self, offset_ms: i64) -> Option<i64> {
        let moved_ms = offset_ms.saturating_sub(self.offset_ms);
        if moved_ms == 0 || self.session.is_some() {
            return None;
        }
        self.offset_ms = offset_ms;
        if self.floor == UnixMs(i64::MIN) {
            // Nothing waits yet, and what was loaded is told in the wall clock's time.
            return None;
        }
        self.floor = self.floor.plus_ms(moved_ms);
        self.peers.shift(moved_ms);
        Some(moved_ms)
    }

    // ── the record

    /// Opens the session.
    pub(crate) fn start_session(&mut self, at: UnixMs, session: SessionId) {
        debug_assert!(self.session.is_none(), "a meeting has one LIVE session at most");
        let (title, keep_alive_ms) = (self.config.title.clone(), self.config.keep_alive_ms);
        let kind = FactKind::SessionStarted { title, keep_alive_ms, parent: self.kin.parent_session };
        match Write::first(&self.config, session, at, kind, self.offset_ms) {
            Ok((tally, write)) => {
                self.session = Some(tally);
                self.out.remember(write);
            }
            Err(error) => debug_assert!(false, "{error}"),
        }
    }

    /// Folds one fact into the LIVE session and makes it durable.
    pub(crate) fn record(&mut self, at: UnixMs, kind: FactKind, person: Option<Person>) {
        let Some(tally) = &mut self.session else {
            debug_assert!(false, "a fact without a session: {kind:?}");
            return;
        };
        match Write::next(tally, at, kind, person, self.offset_ms) {
            Ok(write) => self.out.remember(write),
            Err(error) => debug_assert!(false, "{error}"),
        }
    }

    /// When the session ends if nobody comes. Whoever was in a breakout room may be on the way back.
    pub(crate) fn keep_alive_until(&self) -> Option<UnixMs> {
        let session = self.session.as_ref()?;
        let until = session.keep_alive_until()?;
        let keep_alive_ms = session.columns().keep_alive_ms;
        let back = self.kin.ended_at.map(|ended_at| ended_at.plus_ms(keep_alive_ms));
        (!self.kin.is_live).then(|| back.map_or(until, |back| until.max(back)))
    }

    /// The session is over.
    pub(crate) fn close_session(&mut self) {
        let Some(tally) = self.session.take() else { return };
        debug_assert!(tally.open().next().is_none(), "nobody stays in a session that is over");
        let together_ms = tally.columns().together_ms;
        self.config.prior_together_ms = self.config.prior_together_ms.saturating_add(together_ms);
        // In a parent this is over with the session; a breakout room tells its parent when it was.
        self.kin.ended_at = self.config.parent.and(tally.columns().ended_at);
        self.tracks_changed_at = None;
        self.happened.push_back(Happened::SessionEnded);
    }

    /// Stays that nobody can continue: recovery should have closed them.
    pub(crate) fn close_orphans(&mut self) {
        let Some(tally) = self.session.as_ref().filter(|_| self.peers.is_empty()) else { return };
        let latest = tally.latest();
        for (peer, at) in tally.orphans(|_| latest) {
            self.record(at, FactKind::PeerLeft { peer, reason: LeaveReason::NodeLost }, None);
        }
    }

    // ── what happened

    /// Tells the other features, once this one is done.
    pub(crate) fn note(&mut self, happened: Happened) {
        self.happened.push_back(happened);
    }

    pub(crate) fn next_happened(&mut self) -> Option<Happened> {
        self.happened.pop_front()
    }

    // ── who asks, and what they may

    /// The asking peer, in the room or on the set-up screen.
    pub(crate) fn me(&self, asked: &Asked) -> Result<&Peer, RoomError> {
        self.peers.get(asked.me).ok_or(RoomError::NotJoined)
    }

    /// The asking peer, which must be in the room.
    pub(crate) fn joined(&self, asked: &Asked) -> Result<&Peer, RoomError> {
        self.me(asked).and_then(|peer| if peer.is_in() { Ok(peer) } else { Err(RoomError::NotJoined) })
    }

    /// The asking peer, which must be in the room and have this ability: what its preset gives it, where it sits.
    pub(crate) fn may(&self, asked: &Asked, ability: Ability) -> Result<&Peer, RoomError> {
        let peer = self.joined(asked)?;
        if peer.may(ability) { Ok(peer) } else { Err(RoomError::NotAllowed(ability.name())) }
    }

    // ── what comes out

    /// Sends the reply.
    pub(crate) fn reply(&mut self, asked: &Asked, msg: impl Into<Msg>) {
        self.out.reply(asked.conn, &asked.re, msg);
    }

    /// Sends the reply, and that is all.
    pub(crate) fn answer(&mut self, asked: &Asked, msg: impl Into<Msg>) -> Result<(), RoomError> {
        self.reply(asked, msg);
        Ok(())
    }

    /// Sends a message to all in the room, but for one peer.
    pub(crate) fn push(&mut self, except: Option<PeerId>, msg: impl Into<Msg>) {
        self.out.push(self.peers.audience(except), msg);
    }

    /// Sends a message to all that take part in media, but for one peer.
    pub(crate) fn push_media(&mut self, except: Option<PeerId>, msg: impl Into<Msg>) {
        self.out.push(self.peers.media_audience(except), msg);
    }

    /// Tells all that take part in media, but for one peer, of a track that came, went, or was switched on or off.
    pub(crate) fn push_track(&mut self, except: Option<PeerId>, msg: impl Into<Msg>) {
        self.tracks_changed_at = Some(self.now());
        self.push_media(except, msg);
    }

    /// When that was last.
    pub(crate) fn tracks_changed_at(&self) -> Option<UnixMs> {
        self.tracks_changed_at
    }

    /// Sends the client of a peer that is in no room to another one; one that is away is sent when it is back.
    pub(crate) fn transfer(&mut self, id: PeerId, to: MeetingId) {
        self.peers.send_on(id, to);
        let Some(peer) = self.peers.get(id) else { return };
        if let Some(conn) = peer.conn {
            let participant = peer.participant();
            self.out.add(Effect::Transfer { conn, participant, to });
        }
    }

    /// Says something to another room of the family.
    pub(crate) fn say(&mut self, meeting: MeetingId, note: Note) {
        self.out.add(Effect::Elsewhere { meeting, note });
    }

    /// Closes a socket.
    pub(crate) fn close(&mut self, conn: ConnId, reason: CloseReason) {
        self.out.close(conn, reason);
    }

    /// Answers a command of the API.
    pub(crate) fn done(&mut self, id: crate::call::CommandId, result: Result<CommandReply, RoomError>) {
        self.out.add(Effect::Done { id, result });
    }

    /// The input is treated.
    pub(crate) fn take(&mut self) -> Outcome {
        debug_assert!(self.happened.is_empty(), "every feature has heard of everything");
        self.out.take()
    }
}
