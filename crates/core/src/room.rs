//! One room: `handle(stamp, input)`, then drain `poll()` until `None`. `poll_timeout()` says when to tick.
//!
//! - One LIVE session at most. The first peer that joins opens it (bots never do); it ends at the latest leave plus
//!   the keep-alive, or at once by kick-all and termination.
//! - Timers that are due are treated before every input, at their own instant, so that a late tick changes no time.
//! - Its time is the steady clock plus an offset. A session takes the offset of the wall clock when it starts and keeps it,
//!   so that a wall clock that is set changes no length; without a session the room follows the wall clock.
//! - Of one input, everything durable comes out first; then replies, pushes, media commands and closings in order.

mod calls;
mod command;
mod conn;
mod control;
mod hold;
mod join;
mod leave;
mod media;
mod peers;
mod produce;
mod remove;
mod request;
mod roster;
mod talk;
mod timer;

use std::collections::BTreeMap;

use crate::chat::{ChatLog, ChatMessage};
use crate::effect::{Effect, Person, Write};
use crate::fact::{Fact, FactKind, LeaveReason};
use crate::id::{AppId, MeetingId, PeerId};
use crate::input::{Input, Needs};
use crate::out::Out;
use crate::plugin_store::PluginStores;
use crate::removal::{LostPeers, Removals};
use crate::speaker::Speakers;
use crate::tally::Tally;
use crate::time::{Stamp, UnixMs};

use calls::Calls;
use hold::Hold;
use peers::Peers;

/// Settings of a room, from the meeting's row and the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomConfig {
    /// The app.
    pub app: AppId,
    /// The meeting.
    pub meeting: MeetingId,
    /// Title; `""` when the meeting has none.
    pub title: String,
    /// `false` = INACTIVE or terminated: nobody may join, those inside stay (SEMANTICS §2.1).
    pub open: bool,
    /// Keep-alive, ms.
    pub keep_alive_ms: i64,
    /// Reconnect grace, ms.
    pub reconnect_grace_ms: i64,
    /// Pagecall `max_meeting_seconds`, as ms of `meeting_time`.
    pub max_together_ms: Option<i64>,
    /// `meeting_time` of the earlier sessions of this room, ms. The room adds its own sessions as they end.
    pub prior_together_ms: i64,
}

/// A session that was open when the room was loaded from the store.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// Folded from its facts.
    pub tally: Tally,
    /// Newest [`crate::limit::CHAT_HISTORY_MAX`] messages, oldest first.
    pub chat: Vec<ChatMessage>,
    /// The session's own time minus the steady clock of this process.
    pub offset_ms: i64,
}

/// The engine of one meeting.
#[derive(Debug)]
pub struct Room {
    config: RoomConfig,
    /// The room's own time minus the steady clock.
    offset_ms: i64,
    /// Newest instant this room has seen: time never goes back behind it.
    floor: UnixMs,
    /// No reconnect grace began before.
    grace_from: UnixMs,
    /// When the settings in force came.
    configured_at: UnixMs,
    /// For good: no Configure opens the room again.
    terminated: bool,
    stopped: bool,
    tally: Option<Tally>,
    peers: Peers,
    calls: Calls,
    /// Answers that wait, by whose they are.
    holds: BTreeMap<PeerId, Hold>,
    chat: ChatLog,
    stores: PluginStores,
    speakers: Speakers,
    pinned: Option<PeerId>,
    removed: Removals,
    lost: LostPeers,
    out: Out,
}

impl Room {
    /// A room, with its open session if the store has one. Recovery has closed the stays of dead nodes before; if
    /// any is still open, the first input closes it at the session's newest fact.
    pub fn new(config: RoomConfig, open: Option<OpenSession>) -> Self {
        let (tally, chat, offset_ms) = match open {
            Some(open) => (Some(open.tally), ChatLog::load(open.chat), open.offset_ms),
            None => (None, ChatLog::default(), 0),
        };
        Self {
            config,
            offset_ms,
            floor: tally.as_ref().map_or(UnixMs(i64::MIN), Tally::latest),
            grace_from: UnixMs(i64::MIN),
            configured_at: UnixMs(i64::MIN),
            terminated: false,
            stopped: false,
            tally: tally.filter(|tally| tally.columns().ended_at.is_none()),
            peers: Peers::default(),
            calls: Calls::default(),
            holds: BTreeMap::new(),
            chat,
            stores: PluginStores::default(),
            speakers: Speakers::default(),
            pinned: None,
            removed: Removals::default(),
            lost: LostPeers::default(),
            out: Out::default(),
        }
    }

    /// Feeds one input. Drain [`Self::poll`] before the next one.
    pub fn handle(&mut self, stamp: Stamp, input: Input) {
        let now = self.own_time(stamp.now);
        self.close_orphans();
        self.expire(now);
        self.follow(stamp.offset_ms);
        // From here on the stamp tells the room's own time.
        let stamp = Stamp { now: self.own_time(stamp.now), ..stamp };
        self.floor = stamp.now;
        match input {
            Input::Connect { conn, peer, token, who } => self.connect(stamp.now, conn, peer, token, who),
            Input::Disconnect { conn, how } => self.disconnect(stamp.now, conn, how),
            Input::Request { conn, re, request } => self.request(stamp, conn, re, request),
            Input::MediaDone { call, result } => self.media_done(call, result),
            Input::Command { id, command } => self.command(stamp.now, id, command),
            Input::Tick => {}
        }
        // The input may have made a timer due: a grace of 0, a lowered keep-alive or limit.
        self.expire(stamp.now);
        self.tell_silence();
        self.out.flush();
    }

    /// Feeds an input that records nothing, while nothing can be made durable: no timer is treated, and time stands still
    /// for the record. With what was recorded before not durable yet, feed only what
    /// [needs nothing](crate::input::Needs). Inputs that may record something are ignored.
    pub fn handle_aside(&mut self, stamp: Stamp, input: Input) {
        if input.needs() == Needs::Writing {
            debug_assert!(false, "it must wait: {input:?}");
            return;
        }
        let stamp = Stamp { now: self.own_time(stamp.now), ..stamp };
        match input {
            Input::Request { conn, re, request } => self.request(stamp, conn, re, request),
            Input::MediaDone { call, result } => self.media_done(call, result),
            Input::Connect { .. } | Input::Disconnect { .. } | Input::Command { .. } | Input::Tick => {}
        }
        self.tell_silence();
        self.out.flush();
    }

    /// The ledger takes writes again, after a while in which nobody who was lost could come back: their grace begins
    /// now, on the steady clock. Their stays end at the loss all the same, should they not come.
    pub fn go_on(&mut self, now: UnixMs) {
        self.grace_from = self.grace_from.max(self.own_time(now));
    }

    /// The next effect to perform, in order.
    pub fn poll(&mut self) -> Option<Effect> {
        self.out.pop()
    }

    /// When [`Input::Tick`] is due on the steady clock, and why.
    pub fn poll_timeout(&self) -> Option<(UnixMs, &'static str)> {
        let steady = |at: UnixMs| UnixMs(at.0.saturating_sub(self.offset_ms));
        self.next_timer().map(|(at, timer)| (steady(at), timer.reason()))
    }

    /// The room's own time at an instant of the steady clock.
    fn own_time(&self, steady: UnixMs) -> UnixMs {
        steady.plus_ms(self.offset_ms).max(self.floor)
    }

    /// Follows the wall clock while there is no session: what waits here keeps its distance to now.
    fn follow(&mut self, offset_ms: i64) {
        let moved_ms = offset_ms.saturating_sub(self.offset_ms);
        if moved_ms == 0 || self.tally.is_some() {
            return;
        }
        self.offset_ms = offset_ms;
        if self.floor == UnixMs(i64::MIN) {
            // Nothing waits yet, and what was loaded is told in the wall clock's time.
            return;
        }
        self.floor = self.floor.plus_ms(moved_ms);
        self.configured_at = self.configured_at.plus_ms(moved_ms);
        self.grace_from = self.grace_from.plus_ms(moved_ms);
        self.peers.shift(moved_ms);
        self.removed.shift(moved_ms);
    }

    /// Nothing to wait for: no connection, no session, no timer. The shell may drop the room.
    pub fn is_idle(&self) -> bool {
        self.peers.is_empty() && (self.stopped || self.next_timer().is_none() && self.tally.is_none())
    }

    /// The LIVE session, if any.
    pub fn session(&self) -> Option<&Tally> {
        self.tally.as_ref()
    }

    /// Folds one fact into the LIVE session and makes it durable.
    fn record(&mut self, at: UnixMs, kind: FactKind, person: Option<Person>) {
        let Some(tally) = &mut self.tally else {
            debug_assert!(false, "a fact without a session: {kind:?}");
            return;
        };
        let session = tally.session();
        let fact = Fact { at, app: self.config.app.clone(), meeting: self.config.meeting, session, kind };
        match tally.apply(&fact) {
            Ok(stay) => {
                let (columns, offset_ms) = (tally.columns().clone(), self.offset_ms);
                self.out.remember(Write::Fact { fact, columns, stay, person, offset_ms });
            }
            Err(error) => debug_assert!(false, "{error}"),
        }
    }

    /// Stays that nobody can continue: recovery should have closed them.
    fn close_orphans(&mut self) {
        let Some(tally) = self.tally.as_ref().filter(|_| self.peers.is_empty()) else { return };
        let orphans: Vec<PeerId> = tally.open().map(|stay| stay.peer).collect();
        for peer in orphans {
            let Some(tally) = &self.tally else { return };
            let lost_at = tally.open_stay(peer).and_then(|stay| stay.away_since);
            let at = lost_at.unwrap_or(tally.latest());
            self.record(at, FactKind::PeerLeft { peer, reason: LeaveReason::NodeLost }, None);
        }
    }
}
