//! Where everybody sits, told as plainly as possible.

use sederunt_core::fact::LeaveReason;
use sederunt_core::standing::{Seat, StageAccess};

use crate::model::Model;

/// What a client's preset says of the stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sitter {
    pub(crate) person: u64,
    /// The others see it.
    pub(crate) seen: bool,
    pub(crate) access: StageAccess,
    pub(crate) accepts: bool,
}

/// What is asked of the stage.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wish {
    Ask,
    Cancel,
    Come,
    Grant(u64),
    Deny(u64),
    /// Oneself or others.
    Off(u64),
}

impl Model {
    /// A client comes in: to the seat that its peer id had in this session, else to the one that its preset gives.
    pub(crate) fn sit_down(&mut self, client: usize) {
        let first = match self.sitters[client].access {
            StageAccess::NoStage | StageAccess::Allowed => Seat::OnStage,
            StageAccess::CanRequest | StageAccess::NotAllowed => Seat::Audience,
        };
        self.seats.entry(self.wires[client].0).or_insert(first);
    }

    /// A client goes. Who was lost keeps its seat.
    pub(crate) fn get_up(&mut self, client: usize, reason: LeaveReason) {
        if !matches!(reason, LeaveReason::ConnectionLost | LeaveReason::ServerStopped) {
            self.seats.remove(&self.wires[client].0);
        }
    }

    pub(crate) fn seat(&self, client: usize) -> Option<Seat> {
        let joined = self.peers[client].as_ref().is_some_and(|peer| peer.joined);
        self.seats.get(&self.wires[client].0).copied().filter(|_| joined)
    }

    /// A client that is in the room asks.
    pub(crate) fn wish(&mut self, client: usize, wish: Wish) {
        let Some(seat) = self.seat(client) else { return };
        let Sitter { person, access, accepts, .. } = self.sitters[client];
        let to = match wish {
            Wish::Ask if access == StageAccess::CanRequest && seat == Seat::Audience => Seat::Asking,
            Wish::Cancel if matches!(seat, Seat::Asking | Seat::Invited) => Seat::Audience,
            Wish::Come if access == StageAccess::Allowed || seat == Seat::Invited => Seat::OnStage,
            Wish::Off(whom) if whom == person && access != StageAccess::NoStage => Seat::Audience,
            Wish::Grant(whom) if accepts => return self.host(whom, wish),
            Wish::Deny(whom) if accepts => return self.host(whom, wish),
            Wish::Off(whom) if whom != person && accepts => return self.host(whom, wish),
            Wish::Ask | Wish::Cancel | Wish::Come | Wish::Grant(_) | Wish::Deny(_) | Wish::Off(_) => return,
        };
        self.seats.insert(self.wires[client].0, to);
    }

    /// A host moves all that a person is here with.
    fn host(&mut self, whom: u64, wish: Wish) {
        for client in 0..self.sitters.len() {
            let Sitter { person, seen, access, .. } = self.sitters[client];
            let Some(seat) = self.seat(client).filter(|_| person == whom && seen) else { continue };
            let may_come = matches!(access, StageAccess::CanRequest | StageAccess::Allowed);
            let waits = matches!(seat, Seat::Asking | Seat::Invited);
            let to = match wish {
                Wish::Grant(_) if may_come && seat != Seat::OnStage => Seat::Invited,
                Wish::Deny(_) if waits => Seat::Audience,
                Wish::Off(_) if access != StageAccess::NoStage && !matches!(seat, Seat::Asking) => {
                    Seat::Audience
                }
                Wish::Ask | Wish::Cancel | Wish::Come | Wish::Grant(_) | Wish::Deny(_) | Wish::Off(_) => {
                    continue;
                }
            };
            self.seats.insert(self.wires[client].0, to);
        }
    }
}
