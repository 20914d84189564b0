//! What must be durable before anybody is told.

use crate::config::RoomConfig;
use crate::fact::{Fact, FactKind};
use crate::family;
use crate::id::{ChatId, MeetingId, ParticipantId, PeerId, PollId, SessionId};
use crate::removal::Removal;
use crate::rights::Change;
use crate::standing::Seat;
use crate::tally::{SessionColumns, Stay, Tally, TallyError};
use crate::time::UnixMs;
use crate::view_type::ViewType;
use crate::waiting;
use crate::words::chat::ChatMessage;
use crate::words::polls::{Poll, Vote};

/// Something durable.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "nearly every write is a fact")]
pub enum Write {
    /// A fact, with the projections it leads to.
    Fact {
        /// The fact.
        fact: Fact,
        /// The session after the fact.
        columns: SessionColumns,
        /// The stay that the fact touched.
        stay: Option<Stay>,
        /// Personal data of a new stay (only with `PeerJoined`), kept apart from facts (DECISIONS §6).
        person: Option<Person>,
        /// The session's own time minus the steady clock of this process: what a row needs to be read at any instant.
        /// No fold depends on it.
        offset_ms: i64,
    },
    /// A chat message, new or changed.
    Chat(ChatMessage),
    /// A chat message was deleted.
    ChatDeleted {
        /// Session of the message.
        session: SessionId,
        /// Which.
        chat: ChatId,
    },
    /// A poll is new.
    Poll(Poll),
    /// Somebody voted.
    PollVote {
        /// Session of the poll.
        session: SessionId,
        /// Which.
        poll: PollId,
        /// The vote.
        vote: Vote,
    },
    /// A peer id may not enter its meeting again. Not a fact: what the record tells of it is the stay's own end.
    Removed {
        /// The meeting.
        meeting: MeetingId,
        /// Which peer id, and why.
        removal: Removal,
    },
    /// Who waits, or was let in, has changed. Not a fact: nobody who waits is counted.
    Waiting {
        /// The meeting.
        meeting: MeetingId,
        /// What of it.
        change: waiting::Change,
    },
    /// Where a peer sits in a room with a stage. Not a fact: no list tells of it. It ends with its session.
    Seat {
        /// Session in which it sits.
        session: SessionId,
        /// The wire's id, made by the client.
        peer: PeerId,
        /// `None` = where its preset puts it.
        seat: Option<Seat>,
    },
    /// What a host has changed for a participant. Not a fact, as a seat is none. It ends with its session.
    Permissions {
        /// Session in which it holds.
        session: SessionId,
        /// Whose.
        participant: ParticipantId,
        /// What of its preset it lacks.
        change: Change,
    },
    /// The breakout rooms of a meeting have changed, or who belongs where. Not a fact: a session says by itself what it is
    /// part of.
    Breakout {
        /// The meeting whose rooms they are.
        parent: MeetingId,
        /// What of them.
        change: family::Change,
    },
    /// The room was terminated (Pagecall `terminated_at`).
    Terminated {
        /// The room: a room without a session can be terminated too.
        meeting: MeetingId,
        /// When.
        at: UnixMs,
    },
}

impl Write {
    /// The fact with which a session begins.
    pub fn first(
        room: &RoomConfig,
        session: SessionId,
        at: UnixMs,
        kind: FactKind,
        offset_ms: i64,
    ) -> Result<(Tally, Self), TallyError> {
        let fact = Fact { at, app: room.app.clone(), meeting: room.meeting, session, kind };
        let tally = Tally::start(&fact)?;
        let columns = tally.columns().clone();
        Ok((tally, Self::Fact { fact, columns, stay: None, person: None, offset_ms }))
    }

    /// One more fact of a session, folded into its tally, with what it leads to.
    pub fn next(
        tally: &mut Tally,
        at: UnixMs,
        kind: FactKind,
        person: Option<Person>,
        offset_ms: i64,
    ) -> Result<Self, TallyError> {
        let c = tally.columns();
        let fact = Fact { at, app: c.app.clone(), meeting: c.meeting, session: c.session, kind };
        let stay = tally.apply(&fact)?;
        Ok(Self::Fact { fact, columns: tally.columns().clone(), stay, person, offset_ms })
    }
}

/// Personal data of a stay as of the join; erasable without touching a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Name in force at the join.
    pub display_name: String,
    /// Preset in force at the join.
    pub preset_name: String,
    /// View type of that preset, which may change or go since; `None` = not known.
    pub view_type: Option<ViewType>,
    /// The customer's own id of the person.
    pub custom_participant_id: Option<String>,
    /// Pagecall external user id.
    pub user_id: Option<String>,
    /// Only if the configuration stores it.
    pub ip_address: Option<String>,
    /// Only if the configuration stores it.
    pub user_agent: Option<String>,
}
