//! What an input needs of the ledger, for the time in which the ledger's disk takes no writes.

use super::{Command, Input, Request};

/// What must be possible before an input is treated.
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

impl Input {
    /// What this input needs.
    pub fn needs(&self) -> Needs {
        match self {
            Self::Request { request, .. } => request.needs(),
            Self::MediaDone { .. } => Needs::Nothing,
            // Also where it changes nothing but a set-up screen: timers come with it.
            Self::Connect { .. } | Self::Disconnect { .. } | Self::Command { .. } | Self::Tick => {
                Needs::Writing
            }
        }
    }
}

impl Request {
    /// What this request needs.
    pub fn needs(&self) -> Needs {
        match self {
            Self::JoinRoom { .. }
            | Self::LeaveRoom
            | Self::MediaLeave
            | Self::Kick { .. }
            | Self::KickAll
            | Self::ChatSend { .. }
            | Self::ChatEdit { .. }
            | Self::ChatDelete { .. }
            | Self::ChatPin { .. } => Needs::Writing,
            Self::RoomInfo
            | Self::RoomPeers { .. }
            | Self::PeerInfo { .. }
            | Self::StageState
            | Self::ChatAll
            | Self::ChatPage { .. } => Needs::Truth,
            Self::WaitingRequests
            | Self::ConnectedRooms
            | Self::Broadcast(_)
            | Self::StoreGet { .. }
            | Self::StoreInsert { .. }
            | Self::StoreDelete { .. }
            | Self::Polls
            | Self::MediaJoin { .. }
            | Self::OpenTransport { .. }
            | Self::SelfJoinComplete
            | Self::Produce(_)
            | Self::ToggleProducer { .. }
            | Self::CloseProducer { .. }
            | Self::Consume { .. }
            | Self::Renegotiate { .. }
            | Self::CloseConsumers { .. }
            | Self::SelectLayers { .. }
            | Self::AudioActivity { .. }
            | Self::Pin { .. }
            | Self::HostControl { .. }
            | Self::ChangeDisplayName { .. }
            | Self::NotOffered { .. } => Needs::Nothing,
        }
    }

    /// It may be refused while nothing can be written. A goodbye may not: it is true whether we can write it or not.
    pub const fn is_refusable(&self) -> bool {
        !matches!(self, Self::LeaveRoom | Self::MediaLeave)
    }

    /// Bytes of text that it holds, roughly.
    pub const fn text_bytes(&self) -> usize {
        if let Self::ChatSend { payload: text, .. }
        | Self::ChatEdit { payload: text, .. }
        | Self::JoinRoom { display_name: text }
        | Self::RoomPeers { search: text, .. } = self
        {
            text.len()
        } else {
            0
        }
    }
}

impl Command {
    /// It may be refused while nothing can be written. Settings are in the ledger already, and a stop is a stop.
    pub const fn is_refusable(&self) -> bool {
        match self {
            Self::Kick { .. } | Self::KickAll | Self::Terminate => true,
            Self::Configure(_) | Self::Stop => false,
        }
    }
}
