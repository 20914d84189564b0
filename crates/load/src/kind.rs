//! What people publish.

use sederunt_proto::media::{ProducerKind, ProducerState};

/// A kind of track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A microphone.
    Voice,
    /// A camera.
    Camera,
    /// A shared screen.
    Screen,
}

impl Kind {
    /// That of a producer.
    pub(crate) fn of(state: &ProducerState) -> Self {
        match (state.kind(), state.screen_share) {
            (ProducerKind::Audio, _) => Self::Voice,
            (_, true) => Self::Screen,
            (_, false) => Self::Camera,
        }
    }
}
