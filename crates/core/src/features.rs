//! What a room can do. Each feature has its own state and treats what is asked of it; what the others have to hear of
//! comes to them through hooks.

mod breakout;
mod broadcast;
mod chat;
mod entry;
mod media;
mod outside;
mod permissions;
mod plugin;
mod polls;
mod roster;
mod speaker;
mod spotlight;
mod stage;

use crate::call::CommandId;
use crate::effect::CommandReply;
use crate::error::RoomError;
use crate::fact::LeaveReason;
use crate::feature::Feature;
use crate::hall::{Asked, Hall, Happened};
use crate::id::{MeetingId, PeerId};
use crate::input::Command;
use crate::media::Ranking;
use crate::note::Note;
use crate::time::{Stamp, UnixMs};
use crate::who::Ability;
use crate::words::Request;
use crate::words::chat::ChatMessage;
use crate::words::entry as entry_words;
use crate::words::polls::StoredPoll;

use breakout::{Breakout, Order};
use broadcast::Broadcasts;
use chat::Chat;
pub(crate) use entry::Entry;
pub(crate) use media::Media;
use media::Shown;
use permissions::Permissions;
use plugin::Plugin;
use polls::Polls;
use roster::Roster;
use speaker::Speaker;
use spotlight::Spotlight;
use stage::Stage;

/// All features of a room.
#[derive(Debug)]
pub(crate) struct Features {
    pub(crate) entry: Entry,
    pub(crate) media: Media,
    roster: Roster,
    pub(crate) chat: Chat,
    broadcast: Broadcasts,
    plugin: Plugin,
    pub(crate) polls: Polls,
    speaker: Speaker,
    spotlight: Spotlight,
    stage: Stage,
    permissions: Permissions,
    pub(crate) breakout: Breakout,
}

/// Calls a hook of every feature. A new one does not compile until it is named here.
macro_rules! each {
    ($features:expr, $hook:ident($($argument:expr),*)) => {{
        let Features { entry, media, roster, chat, broadcast, plugin, polls, speaker, spotlight, stage, permissions, breakout } =
            $features;
        entry.$hook($($argument),*);
        media.$hook($($argument),*);
        roster.$hook($($argument),*);
        chat.$hook($($argument),*);
        broadcast.$hook($($argument),*);
        plugin.$hook($($argument),*);
        polls.$hook($($argument),*);
        speaker.$hook($($argument),*);
        spotlight.$hook($($argument),*);
        stage.$hook($($argument),*);
        permissions.$hook($($argument),*);
        breakout.$hook($($argument),*);
    }};
}

/// What a room waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// Somebody, or the session, ends.
    Entry(entry::Timer),
    /// The answer to a client that came back has waited long enough.
    Hold(PeerId),
    /// Votes that were not told yet.
    Votes,
    /// Breakout rooms: somebody can go now, or has not come, or there is something to tell.
    Breakout,
}

impl Timer {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Entry(entry::Timer::Grace(_)) => "reconnect grace",
            Self::Hold(_) => "answer to who came back",
            Self::Votes => "votes",
            Self::Breakout => "breakout rooms",
            Self::Entry(entry::Timer::Deaf(_)) => "answer to a call",
            Self::Entry(entry::Timer::KeepAlive) => "keep-alive",
            Self::Entry(entry::Timer::Together) => "max_meeting_seconds",
        }
    }
}

impl Features {
    /// Features of a room whose open session has this chat and these polls.
    pub(crate) fn new(hall: &Hall, chat: Vec<ChatMessage>, polls: Vec<StoredPoll>) -> Self {
        Self {
            entry: Entry::default(),
            media: Media::default(),
            roster: Roster,
            chat: Chat::load(chat),
            broadcast: Broadcasts::default(),
            plugin: Plugin::default(),
            polls: Polls::load(polls),
            speaker: Speaker::default(),
            spotlight: Spotlight::default(),
            stage: Stage,
            permissions: Permissions,
            breakout: Breakout::new(hall),
        }
    }

    /// Treats one request.
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, request: Request) -> Result<(), RoomError> {
        if let Some(answer) = outside::answer(hall, asked, &request) {
            return hall.answer(asked, answer);
        }
        if matches!(request, Request::Entry(entry_words::Ask::JoinRoom { .. }))
            && let Some(reason) = self.breakout.take_barred(hall, asked.me)
        {
            self.entry.turn_out(hall, asked.me, asked.stamp.now, reason);
            return Ok(());
        }
        if matches!(request, Request::Entry(entry_words::Ask::JoinRoom { .. }))
            && let Some(to) = self.breakout.elsewhere(hall, asked.me)
        {
            // First the word that leads on: the client gives up what it was refused. A token is signed for it.
            if hall.peers.get_mut(asked.me).is_some_and(|me| me.rooms_pace.take(asked.stamp.now)) {
                hall.transfer(asked.me, to);
            }
            return Err(RoomError::Elsewhere);
        }
        match request {
            Request::Breakout(ask) => {
                let result = self.breakout.ask(hall, asked, ask);
                self.carry_out(hall);
                result
            }
            Request::Entry(ask) => {
                if matches!(ask, entry_words::Ask::KickAll) && hall.may(asked, Ability::Kick).is_ok() {
                    self.breakout.everybody_removed(hall);
                }
                self.entry.ask(hall, asked, ask)
            }
            Request::Waiting(ask) => self.entry.ask_waiting(hall, asked, ask),
            Request::Roster(ask) => self.roster.ask(hall, asked, ask),
            Request::Chat(ask) => self.chat.ask(hall, asked, ask),
            Request::Broadcast(ask) => self.broadcast.ask(hall, asked, ask),
            Request::Plugin(ask) => self.plugin.ask(hall, asked, ask),
            Request::Polls(ask) => self.polls.ask(hall, asked, ask),
            Request::Media(ask) => {
                let Self { media, speaker, spotlight, .. } = self;
                media.ask(hall, asked, ask, || shown(speaker, spotlight))
            }
            Request::Speaker(ask) => self.speaker.ask(hall, asked, ask),
            Request::Spotlight(ask) => self.spotlight.ask(hall, asked, ask),
            Request::Stage(ask) => self.stage.ask(hall, asked, ask),
            Request::Permissions(ask) => self.permissions.ask(hall, asked, ask),
            Request::NotOffered { name } => Err(RoomError::NotOffered(name)),
        }
    }

    /// Does what the API asks, and answers it.
    pub(crate) fn command(&mut self, hall: &mut Hall, stamp: Stamp, id: CommandId, command: Command) {
        let (session, now) = (hall.session().map(|tally| tally.session()), stamp.now);
        let nothing = || CommandReply {
            session,
            removed: Vec::new(),
            elsewhere: Vec::new(),
            muted: Vec::new(),
            poll: None,
        };
        let done = |removed| CommandReply { removed, ..nothing() };
        let muted = |muted| CommandReply { muted, ..nothing() };
        let result = match command {
            Command::Configure(config) => {
                self.entry.configure(hall, now, config);
                self.chat.configured(hall);
                Ok(done(Vec::new()))
            }
            Command::Kick { participants, custom_ids, reason } => {
                let people = (&*participants, &*custom_ids);
                let reaches = matches!(reason, LeaveReason::ParticipantDeleted | LeaveReason::Blocked)
                    || reason == LeaveReason::Kicked && session.is_some();
                let elsewhere =
                    if reaches { self.breakout.people_removed(hall, people, reason) } else { Vec::new() };
                // Let in before, they wait the next time.
                elsewhere.iter().for_each(|participant| self.entry.revoke(hall, *participant));
                let removed = self.entry.command_kick(hall, now, people, reason);
                removed.map(|removed| CommandReply { elsewhere, ..done(removed) })
            }
            Command::KickAll | Command::Mute { .. } | Command::MuteAll if session.is_none() => {
                Err(RoomError::NotFound("active session"))
            }
            Command::KickAll => {
                let elsewhere = self.breakout.everybody_removed(hall);
                Ok(CommandReply { elsewhere, ..done(self.entry.kick_all(hall, now)) })
            }
            Command::Mute { participants, custom_ids } => {
                let people = (&*participants, &*custom_ids);
                let elsewhere = self.breakout.people_muted(hall, people);
                Ok(CommandReply { elsewhere, ..muted(media::command_mute(hall, Some(people))) })
            }
            Command::MuteAll => Ok(muted(media::command_mute(hall, None))),
            Command::Terminate => {
                let removed = self.entry.terminate(hall, now);
                self.breakout.shut(hall);
                Ok(done(removed))
            }
            Command::CreatePoll(new) => {
                let poll = self.polls.create_by_api(hall, stamp, new);
                poll.map(|poll| CommandReply { poll: Some(poll), ..nothing() })
            }
            Command::Broadcast { kind, payload } => {
                self.broadcast.send_by_api(hall, stamp, kind, payload).map(|()| nothing())
            }
            Command::Stop => Ok(done(self.entry.stop(hall, now))),
        };
        hall.done(id, result);
    }

    /// Another room of the family says something.
    pub(crate) fn note(&mut self, hall: &mut Hall, from: MeetingId, note: Note) {
        self.breakout.note(hall, from, note);
        self.carry_out(hall);
    }

    /// Who has to go goes.
    fn carry_out(&mut self, hall: &mut Hall) {
        let now = hall.now();
        for order in self.breakout.take_orders() {
            match order {
                Order::Send(peer, to) => self.entry.send_on(hall, peer, now, to),
                Order::Expel(peer) => self.entry.expel(hall, peer, now),
                Order::End => {
                    self.entry.kick_all(hall, now);
                }
                Order::Mute(people, custom_ids) => {
                    media::command_mute(hall, Some((&people, &custom_ids)));
                }
                Order::Revoke(participant) => self.entry.revoke(hall, participant),
                Order::Remove(people, custom_ids, reason) => {
                    // It refuses only what is no removal.
                    let _ = self.entry.command_kick(hall, now, (&people, &custom_ids), reason);
                }
            }
        }
    }

    /// Tells every feature what happened, until nothing more does.
    pub(crate) fn settle(&mut self, hall: &mut Hall) {
        while let Some(happened) = hall.next_happened() {
            match happened {
                Happened::Lost(peer) => each!(self, peer_lost(hall, peer)),
                Happened::Back(peer) => each!(self, peer_back(hall, peer)),
                Happened::Silenced(peer) => each!(self, peer_silenced(hall, peer)),
                Happened::OffStage(peer) => each!(self, peer_off_stage(hall, peer)),
                Happened::Entered(peer) => each!(self, peer_entered(hall, peer)),
                Happened::RightsChanged { peer, given } => {
                    each!(self, peer_rights_changed(hall, peer, given));
                }
                Happened::Left(gone) => each!(self, peer_left(hall, &gone)),
                Happened::SessionEnded => each!(self, session_ended(hall)),
            }
        }
    }

    /// One input is treated.
    pub(crate) fn input_treated(&mut self, hall: &mut Hall) {
        if self.breakout.is_closed_room() {
            self.entry.end_closed(hall, hall.now());
            self.settle(hall);
        }
        each!(self, input_treated(hall));
    }

    /// Every instant that waits moves by so much.
    pub(crate) fn time_moved(&mut self, ms: i64) {
        each!(self, time_moved(ms));
    }

    /// The next timer, in the room's own time.
    pub(crate) fn next_timer(&self, hall: &Hall) -> Option<(UnixMs, Timer)> {
        let entry = self.entry.next_timer(hall).map(|(at, timer)| (at, Timer::Entry(timer)));
        let hold = self.media.next_timer(hall).map(|(at, peer)| (at, Timer::Hold(peer)));
        let votes = self.polls.next_timer().map(|at| (at, Timer::Votes));
        let breakout = self.breakout.next_timer(hall).map(|at| (at, Timer::Breakout));
        let others = [hold, votes, breakout].into_iter().filter(|_| !self.entry.is_stopped());
        std::iter::once(entry).chain(others).flatten().min_by_key(|(at, _)| *at)
    }

    /// A timer is due.
    pub(crate) fn tick(&mut self, hall: &mut Hall, at: UnixMs, timer: Timer) {
        match timer {
            Timer::Entry(timer) => self.entry.tick(hall, at, timer),
            Timer::Hold(peer) => {
                let Self { media, speaker, spotlight, .. } = self;
                media.release(hall, peer, || shown(speaker, spotlight));
            }
            Timer::Votes => self.polls.tick(hall, at),
            Timer::Breakout => {
                self.breakout.tick(hall, at);
                self.carry_out(hall);
            }
        }
    }
}

impl Features {
    /// Who matters to everybody.
    pub(crate) fn ranking(&self) -> Ranking {
        Ranking { pinned: self.spotlight.pinned(), speakers: self.speaker.order() }
    }
}

/// What those features show to who takes part in the media room.
fn shown(speaker: &Speaker, spotlight: &Spotlight) -> Shown {
    Shown { pinned: spotlight.pinned(), speakers: speaker.order() }
}
