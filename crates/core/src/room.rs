//! One room: `handle(stamp, input)`, then drain `poll()` until `None`. `poll_timeout()` says when to tick.
//!
//! - One LIVE session at most. The first peer that joins opens it (bots never do); it ends at the latest leave plus
//!   the keep-alive, or at once by kick-all and termination.
//! - Timers that are due are treated before every input, at their own instant, so that a late tick changes no time.
//! - A clock that goes backwards stands still until it is past the newest instant this room has seen.
//! - Of one input, everything durable comes out first; then replies, pushes, media commands and closings in order.

mod calls;
mod command;
mod conn;
mod control;
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

use crate::chat::{ChatLog, ChatMessage};
use crate::effect::{Effect, Person, Write};
use crate::fact::{Fact, FactKind, LeaveReason};
use crate::id::{AppId, MeetingId, PeerId};
use crate::input::Input;
use crate::out::Out;
use crate::plugin_store::PluginStores;
use crate::removal::{LostPeers, Removals};
use crate::speaker::Speakers;
use crate::tally::Tally;
use crate::time::{Stamp, UnixMs};

use calls::Calls;
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
}

/// The engine of one meeting.
#[derive(Debug)]
pub struct Room {
    config: RoomConfig,
    /// Newest instant this room has seen: time never goes back behind it.
    floor: UnixMs,
    /// When the settings in force came.
    configured_at: UnixMs,
    /// For good: no Configure opens the room again.
    terminated: bool,
    stopped: bool,
    tally: Option<Tally>,
    peers: Peers,
    calls: Calls,
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
        let (tally, chat) = match open {
            Some(open) => (Some(open.tally), ChatLog::load(open.chat)),
            None => (None, ChatLog::default()),
        };
        Self {
            config,
            floor: tally.as_ref().map_or(UnixMs(i64::MIN), Tally::latest),
            configured_at: UnixMs(i64::MIN),
            terminated: false,
            stopped: false,
            tally: tally.filter(|tally| tally.columns().ended_at.is_none()),
            peers: Peers::default(),
            calls: Calls::default(),
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
        let stamp = Stamp { now: stamp.now.max(self.floor), fresh: stamp.fresh };
        self.floor = stamp.now;
        self.close_orphans();
        self.expire(stamp.now);
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
        self.out.flush();
    }

    /// The next effect to perform, in order.
    pub fn poll(&mut self) -> Option<Effect> {
        self.out.pop()
    }

    /// When [`Input::Tick`] is due, and why.
    pub fn poll_timeout(&self) -> Option<(UnixMs, &'static str)> {
        self.next_timer().map(|(at, timer)| (at, timer.reason()))
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
                self.out.remember(Write::Fact { fact, columns: tally.columns().clone(), stay, person })
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
