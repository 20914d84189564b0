//! One room: [`Room::handle`] takes one input and says what it leads to. [`Room::poll_timeout`] says when to tick.
//!
//! - One LIVE session at most. The first peer that joins opens it (bots never do); it ends at the latest leave plus
//!   the keep-alive, or at once by kick-all and termination.
//! - Timers that are due are treated before every input, at their own instant, so that a late tick changes no time.
//! - Its time is the steady clock plus an offset. A session takes the offset of the wall clock when it starts and keeps it,
//!   so that a wall clock that is set changes no length; without a session the room follows the wall clock.

use crate::call::{ConnId, ReqId};
use crate::config::{OpenSession, RoomConfig};
use crate::effect::Outcome;
use crate::family::Links;
use crate::features::Features;
use crate::hall::{Asked, Hall};
use crate::id::{AppId, ParticipantId, PeerId, SessionId};
use crate::input::Input;
use crate::media::Ranking;
use crate::removal::{LostPeer, Removal};
use crate::rights::Change;
use crate::standing::Seat;
use crate::stay::Stay;
use crate::tally::Tally;
use crate::time::{Stamp, UnixMs};
use crate::waiting::{Admission, Wait};
use crate::words::chat::ChatMessage;
use crate::words::{Needs, Request};

/// The engine of one meeting.
#[derive(Debug)]
pub struct Room {
    hall: Hall,
    features: Features,
}

impl Room {
    /// A room, with its open session if the store has one. Recovery has closed the stays of dead nodes before; if
    /// any is still open, the first input closes it at the session's newest fact.
    pub fn new(config: RoomConfig, open: Option<OpenSession>) -> Self {
        let (session, chat, polls) = match open {
            Some(OpenSession { tally, chat, polls, offset_ms }) => (Some((tally, offset_ms)), chat, polls),
            None => (None, Vec::new(), Vec::new()),
        };
        let hall = Hall::new(config, session);
        let features = Features::new(&hall, chat, polls);
        Self { hall, features }
    }

    /// The room with what the store knows of removed peer ids, oldest first.
    #[must_use]
    pub fn with_removed(mut self, removals: impl IntoIterator<Item = Removal>) -> Self {
        removals.into_iter().for_each(|removal| self.features.entry.load_removed(removal));
        self
    }

    /// The room with the peers of its LIVE session that the store knows as lost, the latest to go last: a kick of their
    /// participant finds them, too.
    #[must_use]
    pub fn with_lost(mut self, lost: impl IntoIterator<Item = LostPeer>) -> Self {
        lost.into_iter().for_each(|peer| self.features.entry.load_lost(peer));
        self
    }

    /// The room with the clients that waited, oldest first, and the people who were let in to its LIVE session.
    #[must_use]
    pub fn with_waiting(
        mut self,
        waits: impl IntoIterator<Item = Wait>,
        admitted: impl IntoIterator<Item = Admission>,
    ) -> Self {
        let waiting = &mut self.features.entry.waiting;
        waits.into_iter().for_each(|wait| waiting.load_wait(wait));
        admitted.into_iter().for_each(|admission| waiting.load_admission(admission));
        self
    }

    /// The room with what was said in earlier sessions of a meeting that keeps its chat, oldest first.
    #[must_use]
    pub fn with_former_chat(mut self, former: Vec<ChatMessage>) -> Self {
        self.features.chat.load_former(former);
        self
    }

    /// The room with the seats that the store knows of its LIVE session: whoever comes back sits there again.
    #[must_use]
    pub fn with_seats(mut self, seats: impl IntoIterator<Item = (PeerId, Seat)>) -> Self {
        seats.into_iter().for_each(|(peer, seat)| self.hall.peers.keep_seat(peer, seat));
        self
    }

    /// The room with what hosts of its LIVE session have changed for people.
    #[must_use]
    pub fn with_permissions(mut self, changes: impl IntoIterator<Item = (ParticipantId, Change)>) -> Self {
        self.hall.peers.set_changes(changes);
        self
    }

    /// The room with what the store knows of its breakout rooms, or of the meeting whose breakout room it is.
    #[must_use]
    pub fn with_family(mut self, links: Links) -> Self {
        self.features.breakout.load(&mut self.hall, links);
        self
    }

    /// Treats one input.
    pub fn handle(&mut self, stamp: Stamp, input: Input) -> Outcome {
        let Self { hall, features } = self;
        let now = hall.own_time(stamp.now);
        hall.close_orphans();
        expire(hall, features, now);
        if let Some(moved_ms) = hall.follow(stamp.offset_ms) {
            features.time_moved(moved_ms);
        }
        // From here on the stamp tells the room's own time.
        let stamp = Stamp { now: hall.own_time(stamp.now), ..stamp };
        hall.advance(stamp.now);
        match input {
            Input::Connect { conn, peer, token, who } => {
                features.entry.connect(hall, stamp.now, conn, (peer, token), who);
            }
            Input::Disconnect { conn, how } => features.entry.disconnect(hall, stamp.now, conn, how),
            Input::Request { conn, re, request } => ask(hall, features, stamp, (conn, re), request),
            Input::MediaDone { call, result } => features.media.answered(hall, call, result),
            Input::Command { id, command } => features.command(hall, stamp, id, command),
            Input::Note { from, note } => features.note(hall, from, note),
            Input::Tick => {}
        }
        features.settle(hall);
        // The input may have made a timer due: a grace of 0, a lowered keep-alive or limit.
        expire(hall, features, stamp.now);
        features.input_treated(hall);
        hall.take()
    }

    /// Treats an input that records nothing, while nothing can be made durable: no timer is treated, and time stands still
    /// for the record. With what was recorded before not durable yet, feed only what [needs nothing](Needs). Inputs that
    /// may record something are ignored.
    pub fn handle_aside(&mut self, stamp: Stamp, input: Input) -> Outcome {
        if input.needs() == Needs::Writing {
            debug_assert!(false, "it must wait: {input:?}");
            return Outcome::default();
        }
        let Self { hall, features } = self;
        let stamp = Stamp { now: hall.own_time(stamp.now), ..stamp };
        match input {
            Input::Request { conn, re, request } => ask(hall, features, stamp, (conn, re), request),
            Input::MediaDone { call, result } => features.media.answered(hall, call, result),
            Input::Connect { .. }
            | Input::Disconnect { .. }
            | Input::Command { .. }
            | Input::Note { .. }
            | Input::Tick => {}
        }
        features.settle(hall);
        features.input_treated(hall);
        let outcome = hall.take();
        debug_assert!(outcome.writes.is_empty(), "it needs the ledger after all: {:?}", outcome.writes);
        outcome
    }

    /// The ledger takes writes again, after a while in which nobody who was lost could come back: their grace begins
    /// now, on the steady clock. Their stays end at the loss all the same, should they not come.
    pub fn go_on(&mut self, now: UnixMs) {
        self.features.entry.go_on(self.hall.own_time(now));
    }

    /// When [`Input::Tick`] is due on the steady clock, and why.
    pub fn poll_timeout(&self) -> Option<(UnixMs, &'static str)> {
        let (at, timer) = self.features.next_timer(&self.hall)?;
        Some((self.hall.steady(at), timer.reason()))
    }

    /// The app that owns the meeting.
    pub fn app(&self) -> &AppId {
        &self.hall.config().app
    }

    /// How many wait to be let in.
    pub fn waiting(&self) -> usize {
        self.hall.peers.waiting().count()
    }

    /// Nothing to wait for: no connection, no session, no timer. The shell may drop the room.
    pub fn is_idle(&self) -> bool {
        let waits = self.features.next_timer(&self.hall).is_some() || self.session().is_some();
        self.hall.peers.is_empty() && (self.features.entry.is_stopped() || !waits)
    }

    /// The LIVE session, if any.
    pub fn session(&self) -> Option<&Tally> {
        self.hall.session()
    }

    /// The open stay of a peer, by the wire's id, with its session.
    pub fn stay_of(&self, peer: PeerId) -> Option<(SessionId, &Stay)> {
        let session = self.session()?;
        let stay = session.open_stay(self.hall.peers.get(peer)?.recorded_as()?)?;
        Some((session.session(), stay))
    }

    /// Who matters to everybody, for lines that do not carry all.
    pub fn ranking(&self) -> Ranking {
        self.features.ranking()
    }

    /// The room's own time minus the steady clock, milliseconds. It does not change while a session is LIVE.
    pub fn offset_ms(&self) -> i64 {
        self.hall.offset_ms()
    }
}

/// Treats one request; a refusal becomes an error to its sender.
fn ask(
    hall: &mut Hall,
    features: &mut Features,
    stamp: Stamp,
    (conn, re): (ConnId, ReqId),
    request: Request,
) {
    // A request that was under way when its socket was closed.
    let Some(me) = hall.peers.on(conn) else { return };
    let asked = Asked { stamp, conn, re, me };
    if let Err(error) = features.ask(hall, &asked, request) {
        hall.out.refuse(conn, &asked.re, error);
    }
}

/// Treats every timer that is due at `now`, in order of time.
fn expire(hall: &mut Hall, features: &mut Features, now: UnixMs) {
    // Each timer takes away what it stands for: a peer, its hold, news of a poll, the session, the room. The bound keeps a
    // fault from spinning.
    let waiting = features.media.waiting().saturating_add(features.polls.waiting());
    let waiting = waiting.saturating_add(features.breakout.waiting());
    let most = hall.peers.len().saturating_add(waiting).saturating_add(2);
    for _ in 0..most {
        let Some((at, timer)) = features.next_timer(hall).filter(|(at, _)| *at <= now) else { return };
        features.tick(hall, at, timer);
        features.settle(hall);
    }
}
