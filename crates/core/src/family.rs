//! A meeting and its breakout rooms (SEMANTICS §2.7): who is where. `note.rs` is what their rooms say to each other.
//!
//! Each breakout room is a room with a session of its own. The room of the parent meeting alone decides what there is and who
//! belongs where; the others pass on what is asked there, carry out what it says, and tell it who is in.

use crate::id::{MeetingId, ParticipantId, SessionId};
use crate::time::UnixMs;

/// Somebody in a room, as the other rooms of the family see it. A person is there once, with however many tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who; the same in every room of the family.
    pub participant: ParticipantId,
    /// Name in force.
    pub display_name: String,
    /// The customer's own id of the person, by which the UI kit tells people apart; who has none has the participant's.
    pub custom_id: String,
    /// URL of a picture; empty when none.
    pub picture: String,
    /// Not shown to others.
    pub hidden: bool,
}

impl Member {
    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        self.display_name.len().saturating_add(self.custom_id.len()).saturating_add(self.picture.len())
    }
}

/// One room of a family, with who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Which.
    pub meeting: MeetingId,
    /// Its title.
    pub title: String,
    /// Who is in it, or is on the way there.
    pub people: Vec<Member>,
}

/// A breakout room by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomName {
    /// Which.
    pub meeting: MeetingId,
    /// Its title.
    pub title: String,
}

/// A meeting and its open breakout rooms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// The parent's LIVE session, if any.
    pub session: Option<SessionId>,
    /// The meeting itself.
    pub parent: Branch,
    /// Its breakout rooms, oldest first.
    pub rooms: Vec<Branch>,
}

/// What the store knows of the family of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The family, without people.
    pub family: Family,
    /// Breakout rooms that have a LIVE session, open or not.
    pub live: Vec<MeetingId>,
    /// When the last session of a breakout room ended, of those that belong to the parent's LIVE session.
    pub ended_at: Option<UnixMs>,
    /// How many rooms were made since the parent's LIVE session began.
    pub made: usize,
    /// Who belongs in a breakout room.
    pub placed: Vec<(ParticipantId, MeetingId)>,
}

/// What changes durably. No fact: what a session was part of is in its first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A room is new: a meeting with the settings of its parent.
    Opened {
        /// Which.
        room: RoomName,
        /// When.
        at: UnixMs,
    },
    /// A room is closed: its meeting is INACTIVE, and whoever belonged there belongs in the parent again.
    Closed {
        /// Which.
        room: MeetingId,
        /// When.
        at: UnixMs,
    },
    /// Somebody belongs elsewhere from now on.
    Placed {
        /// Who.
        participant: ParticipantId,
        /// The breakout room; `None` = the parent.
        room: Option<MeetingId>,
        /// When.
        at: UnixMs,
    },
}

impl Family {
    /// The family of a meeting without breakout rooms.
    pub fn alone(meeting: MeetingId, title: String) -> Self {
        let parent = Branch { meeting, title, people: Vec::new() };
        Self { session: None, parent, rooms: Vec::new() }
    }

    /// The same without people: for who is not in.
    #[must_use]
    pub fn empty(&self) -> Self {
        let bare = |branch: &Branch| Branch { people: Vec::new(), ..branch.clone() };
        Self {
            session: self.session,
            parent: bare(&self.parent),
            rooms: self.rooms.iter().map(bare).collect(),
        }
    }

    /// Rooms that are here and not in `other`.
    pub fn rooms_beyond(&self, other: &Self) -> Vec<RoomName> {
        let known = |branch: &&Branch| !other.rooms.iter().any(|room| room.meeting == branch.meeting);
        let name = |branch: &Branch| RoomName { meeting: branch.meeting, title: branch.title.clone() };
        self.rooms.iter().filter(known).map(name).collect()
    }

    /// Bytes that it holds beside a fixed size, roughly.
    pub fn text_bytes(&self) -> usize {
        let of = |branch: &Branch| {
            let people: usize =
                branch.people.iter().map(|member| member.text_bytes().saturating_add(64)).sum();
            branch.title.len().saturating_add(64).saturating_add(people)
        };
        std::iter::once(&self.parent).chain(&self.rooms).map(of).sum()
    }
}
