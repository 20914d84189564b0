//! The use cases. Each takes what is asked, changes the row, tells the room, and returns the row: whoever asks (an API, a
//! command, a socket) and on whose behalf is not known here, and neither is how it is said.
//!
//! Doors change nothing past these; `cargo xtask tidy` sees to it.
#![forbid(unsafe_code)]

mod abilities;
pub mod accounts;
pub mod admission;
pub mod chat;
pub mod chat_files;
pub mod console;
mod hex;
pub mod live;
pub mod meetings;
pub mod members;
pub mod people;
pub mod presets;
pub mod reports;
mod room;
mod rule;
pub mod shares;
mod site;
mod stage;
pub mod tokens;
pub mod users;
pub mod webhooks;

use sederunt_core::error::RoomError;
use sederunt_node::NodeError;
use sederunt_store::StoreError;

pub use rule::{CUSTOM_ID_MAX_CHARS, Fault, NAME_MAX_CHARS, at_most, filled};
pub use site::Site;

/// Why a use case was not done.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// What is asked breaks a rule.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The app has no preset of this name.
    #[error("No preset found with name {0}")]
    NoPreset(String),
    /// Nobody is in the meeting, and no keep-alive runs.
    #[error("no active session")]
    NoSession,
    /// The system has no randomness to give.
    #[error("no randomness")]
    NoRandomness,
    /// The ledger or the rooms.
    #[error(transparent)]
    Node(#[from] NodeError),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Self::Node(error.into())
    }
}

impl From<RoomError> for AppError {
    fn from(error: RoomError) -> Self {
        Self::Node(error.into())
    }
}
