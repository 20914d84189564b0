//! Why a room refuses a request.

/// A refusal, in words for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoomError {
    /// The preset does not allow it.
    #[error("not allowed: your preset lacks the permission \"{0}\"")]
    NotAllowed(&'static str),
    /// Join first.
    #[error("join the room first")]
    NotJoined,
    /// No such thing.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// A limit was hit; the message names it.
    #[error("limit reached: {what} (at most {max})")]
    Limit {
        /// What.
        what: &'static str,
        /// The bound.
        max: usize,
    },
    /// The same was done too often.
    #[error("too many {what}: at most {per_second} a second")]
    TooOften {
        /// What.
        what: &'static str,
        /// The bound.
        per_second: u32,
    },
    /// Too many ask to come on stage.
    #[error("the list of requests to join the stage is full (at most {max}): try again later")]
    StageFull {
        /// The bound.
        max: usize,
    },
    /// A limit of breakout rooms was hit; the message names it.
    #[error("limit reached: {what} (at most {max})")]
    BreakoutLimit {
        /// What.
        what: &'static str,
        /// The bound.
        max: usize,
    },
    /// Too many wait to be let in.
    #[error("the waiting room is full (at most {max}): try again later")]
    WaitingRoomFull {
        /// The bound.
        max: usize,
    },
    /// The request makes no sense; field and rule.
    #[error("\"{field}\" {rule}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// Which rule.
        rule: &'static str,
    },
    /// The server does not offer this feature.
    #[error("{0} is not offered by this server")]
    NotOffered(&'static str),
    /// The shell cannot make anything durable now.
    #[error("the server cannot write now, try again later")]
    Unwritable,
    /// The meeting is INACTIVE, or the room is terminated.
    #[error("the meeting is closed")]
    Closed,
    /// The person belongs in another room of the meeting, and is told to go there.
    #[error("you are in another room of this meeting")]
    Elsewhere,
    /// The SFU refused.
    #[error(transparent)]
    Media(#[from] crate::media::MediaFault),
}

impl RoomError {
    /// Which limit was hit, for whoever counts; `None` = it is no matter of limits.
    pub const fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Limit { what, .. } | Self::BreakoutLimit { what, .. } | Self::TooOften { what, .. } => {
                Some(what)
            }
            Self::StageFull { .. } => Some("requests to join the stage"),
            Self::WaitingRoomFull { .. } => Some("people in the waiting room"),
            Self::NotAllowed(_)
            | Self::NotJoined
            | Self::NotFound(_)
            | Self::Invalid { .. }
            | Self::NotOffered(_)
            | Self::Unwritable
            | Self::Closed
            | Self::Elsewhere
            | Self::Media(_) => None,
        }
    }
}
