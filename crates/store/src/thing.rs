//! What a verb says is missing, or is there already.

use std::fmt;

/// What [`crate::StoreError::NotFound`] and [`crate::StoreError::Exists`] speak of. In words by `Display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Thing {
    /// An app, or what names it as its owner.
    App,
    /// A preset.
    Preset,
    /// The preset that a participant's row names.
    ParticipantPreset,
    /// A meeting.
    Meeting,
    /// A participant.
    Participant,
    /// A user.
    User,
    /// The join credential of a user.
    AccessToken,
    /// An API token.
    Token,
    /// A secret of the server.
    Secret,
    /// A webhook.
    Webhook,
    /// A replay of a webhook.
    Replay,
    /// A session of this id, or another LIVE one of the meeting.
    Session,
    /// The session that a fact goes on with.
    LiveSession,
    /// A session to build an index from.
    EndedSession,
    /// A stay of this peer id in its session.
    Stay,
    /// The stay that a fact goes on with.
    OpenStay,
}

impl Thing {
    /// The words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Preset => "preset",
            Self::ParticipantPreset => "preset of the participant",
            Self::Meeting => "meeting",
            Self::Participant => "participant",
            Self::User => "user",
            Self::AccessToken => "access token",
            Self::Token => "token",
            Self::Secret => "secret",
            Self::Webhook => "webhook",
            Self::Replay => "replay",
            Self::Session => "a session with this id, or a LIVE session of this meeting,",
            Self::LiveSession => "the LIVE session of a fact",
            Self::EndedSession => "ended session",
            Self::Stay => "a stay with this peer id",
            Self::OpenStay => "the open stay of a fact",
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
