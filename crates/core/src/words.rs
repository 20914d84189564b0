//! The words that clients and the room have for each other, by feature: what may be asked, and what is told
//! (PROTOCOL §4). Reply and push of one event share a variant.

pub mod breakout;
pub mod broadcast;
pub mod chat;
pub mod entry;
pub mod media;
pub mod permissions;
pub mod plugin;
pub mod polls;
pub mod roster;
pub mod speaker;
pub mod spotlight;
pub mod stage;
pub mod waiting;

/// What an item of a list weighs beside its texts.
const ITEM_BYTES: usize = 128;
/// A peer or position of a list.
const ID_BYTES: usize = 40;

/// Adds up bytes.
fn sum(bytes: impl IntoIterator<Item = usize>) -> usize {
    bytes.into_iter().fold(0, usize::saturating_add)
}

/// What a client may ask.
#[derive(Debug, Clone)]
pub enum Request {
    /// Coming and going.
    Entry(entry::Ask),
    /// The waiting room.
    Waiting(waiting::Ask),
    /// Who is here.
    Roster(roster::Ask),
    /// Chat.
    Chat(chat::Ask),
    /// `room.broadcastMessage`, `room.broadcastToEntity`.
    Broadcast(broadcast::Broadcast),
    /// Stores of plug-ins.
    Plugin(plugin::Ask),
    /// Polls.
    Polls(polls::Ask),
    /// Transports and tracks.
    Media(media::Ask),
    /// Who speaks.
    Speaker(speaker::Ask),
    /// Who is pinned.
    Spotlight(spotlight::Ask),
    /// Who is on stage.
    Stage(stage::Ask),
    /// Who may do what.
    Permissions(permissions::Ask),
    /// Breakout rooms.
    Breakout(breakout::Ask),
    /// A request of a feature that this server does not offer; answered with an error.
    NotOffered {
        /// Name of the event, for the message.
        name: &'static str,
    },
}

/// A message to a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// Coming and going.
    Entry(entry::Tell),
    /// The waiting room.
    Waiting(waiting::Tell),
    /// Who is here.
    Roster(roster::Tell),
    /// Chat.
    Chat(chat::Tell),
    /// What peers tell each other.
    Broadcast(broadcast::Tell),
    /// Stores of plug-ins.
    Plugin(plugin::Tell),
    /// Polls.
    Polls(polls::Tell),
    /// Transports and tracks.
    Media(media::Tell),
    /// Who speaks.
    Speaker(speaker::Tell),
    /// Who is pinned.
    Spotlight(spotlight::Tell),
    /// Who is on stage.
    Stage(stage::Tell),
    /// Who may do what.
    Permissions(permissions::Tell),
    /// Breakout rooms.
    Breakout(breakout::Tell),
}

/// The enums of the features are parts of the whole.
macro_rules! parts {
    ($whole:ident: $($feature:ident($part:ty)),+ $(,)?) => {$(
        impl From<$part> for $whole {
            fn from(part: $part) -> Self {
                Self::$feature(part)
            }
        }
    )+};
}

parts!(Request: Entry(entry::Ask), Waiting(waiting::Ask), Roster(roster::Ask), Chat(chat::Ask), Broadcast(broadcast::Broadcast),
    Plugin(plugin::Ask), Polls(polls::Ask), Media(media::Ask), Speaker(speaker::Ask), Spotlight(spotlight::Ask),
    Stage(stage::Ask), Permissions(permissions::Ask), Breakout(breakout::Ask));
parts!(Msg: Entry(entry::Tell), Waiting(waiting::Tell), Roster(roster::Tell), Chat(chat::Tell), Broadcast(broadcast::Tell),
    Plugin(plugin::Tell), Polls(polls::Tell), Media(media::Tell), Speaker(speaker::Tell), Spotlight(spotlight::Tell),
    Stage(stage::Tell), Permissions(permissions::Tell), Breakout(breakout::Tell));

/// What must be possible before an input is treated, for the time in which the ledger's disk takes no writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it records nothing, and its answer says nothing of the record. Treat it with
    /// [`crate::room::Room::handle_aside`] while what was recorded before is not durable yet.
    Nothing,
    /// What was recorded before is durable: its answer tells of it.
    Truth,
    /// It may record something.
    Writing,
}

impl Request {
    /// What it needs of the ledger.
    pub const fn needs(&self) -> Needs {
        match self {
            Self::Entry(ask) => ask.needs(),
            Self::Waiting(ask) => ask.needs(),
            Self::Roster(ask) => ask.needs(),
            Self::Chat(ask) => ask.needs(),
            Self::Polls(ask) => ask.needs(),
            Self::Stage(ask) => ask.needs(),
            Self::Permissions(ask) => ask.needs(),
            Self::Breakout(ask) => ask.needs(),
            Self::Broadcast(_)
            | Self::Plugin(_)
            | Self::Media(_)
            | Self::Speaker(_)
            | Self::Spotlight(_)
            | Self::NotOffered { .. } => Needs::Nothing,
        }
    }

    /// Gives rooms that are to be made their ids. Call it once, when the request comes.
    pub fn name_rooms(&mut self, mint: impl FnMut() -> crate::id::Id) {
        if let Self::Breakout(ask) = self {
            ask.name_rooms(mint);
        }
    }

    /// It may be refused while nothing can be written.
    pub const fn is_refusable(&self) -> bool {
        if let Self::Entry(ask) = self { ask.is_refusable() } else { true }
    }

    /// Bytes of text that it holds, roughly, where it waits for the disk.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Entry(ask) => ask.text_bytes(),
            Self::Waiting(ask) => ask.text_bytes(),
            Self::Roster(ask) => ask.text_bytes(),
            Self::Chat(ask) => ask.text_bytes(),
            Self::Polls(ask) => ask.text_bytes(),
            Self::Stage(ask) => ask.text_bytes(),
            Self::Permissions(ask) => ask.text_bytes(),
            Self::Breakout(ask) => ask.text_bytes(),
            Self::Broadcast(_)
            | Self::Plugin(_)
            | Self::Media(_)
            | Self::Speaker(_)
            | Self::Spotlight(_)
            | Self::NotOffered { .. } => 0,
        }
    }
}

impl Msg {
    /// Bytes that it holds beside a fixed size, roughly: what it weighs while it waits for a socket.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Entry(tell) => tell.text_bytes(),
            Self::Waiting(tell) => tell.text_bytes(),
            Self::Roster(tell) => tell.text_bytes(),
            Self::Chat(tell) => tell.text_bytes(),
            Self::Broadcast(tell) => tell.text_bytes(),
            Self::Plugin(tell) => tell.text_bytes(),
            Self::Polls(tell) => tell.text_bytes(),
            Self::Media(tell) => tell.text_bytes(),
            Self::Speaker(tell) => tell.text_bytes(),
            Self::Stage(tell) => tell.text_bytes(),
            Self::Permissions(tell) => tell.text_bytes(),
            Self::Breakout(tell) => tell.text_bytes(),
            Self::Spotlight(_) => 0,
        }
    }
}

/// A count of the wire as a count of ours.
pub(crate) fn count(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
