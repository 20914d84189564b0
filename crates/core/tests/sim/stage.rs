//! The stage of a history: who asks for it, and where everybody sits.

use std::collections::BTreeMap;

use sederunt_core::call::ReqId;
use sederunt_core::effect::Effect;
use sederunt_core::fact::Role;
use sederunt_core::id::{ParticipantId, PeerId};
use sederunt_core::input::Input;
use sederunt_core::standing::{Seat, StageAccess};
use sederunt_core::words::{Msg, Request, roster, stage};
use sederunt_dice::Dice;

use crate::model::Peer;
use crate::seats::{Sitter, Wish};
use crate::world::{Client, World};

impl World {
    /// Somebody asks for the stage, or moves others.
    pub(crate) fn stage(&mut self, client: usize, connected: bool) {
        let whom = self.clients[usize::try_from(self.rng.below(self.clients.len() as u64)).unwrap()].person;
        let own = self.clients[client].person;
        let wish = *self.rng.pick(&[
            Wish::Ask,
            Wish::Ask,
            Wish::Cancel,
            Wish::Come,
            Wish::Come,
            Wish::Grant(whom),
            Wish::Grant(whom),
            Wish::Deny(whom),
            Wish::Off(whom),
            Wish::Off(own),
        ]);
        self.say(|| format!("{client}: {wish:?}"));
        if connected {
            self.model.wish(client, wish);
        }
        let people = |person: u64| vec![ParticipantId::from_u128(u128::from(person))];
        self.ask(
            client,
            Request::Stage(match wish {
                Wish::Ask => stage::Ask::Request,
                Wish::Cancel => stage::Ask::Cancel,
                Wish::Come => stage::Ask::Join,
                Wish::Grant(whom) => stage::Ask::Grant { participants: people(whom) },
                Wish::Deny(whom) => stage::Ask::Deny { participants: people(whom) },
                Wish::Off(whom) => stage::Ask::Leave { participants: people(whom) },
            }),
        );
    }

    /// Everybody sits where the model says, and is told so.
    pub(crate) fn check_seats(&mut self) {
        let here = |peer: &Peer| peer.joined && peer.lost_at.is_none();
        let Some(asks) = self.model.peers.iter().position(|peer| peer.as_ref().is_some_and(here)) else {
            return;
        };
        let request = Request::Roster(roster::Ask::RoomPeers { search: String::new(), limit: 0, offset: 0 });
        let conn = self.clients[asks].conn;
        let re = ReqId { event: 0, id: "seats".to_owned() };
        let told = self.effects(Input::Request { conn, re, request });
        let told = told.iter().find_map(|effect| {
            let Effect::Tell { msg, .. } = effect else { return None };
            let Msg::Roster(roster::Tell::RoomPeers(peers)) = &**msg else { return None };
            Some(peers.clone())
        });
        for info in told.unwrap() {
            let client = (0..self.clients.len()).find(|client| self.peer(*client) == info.peer).unwrap();
            assert_eq!(Some(info.seat), self.model.seat(client), "the seat of {client}");
        }
        let own = |client: usize| {
            let first = self.model.sitters[client].access.seat(None);
            self.model.seat(client).is_none_or(|seat| seat == first)
        };
        let kept: BTreeMap<PeerId, Seat> = (0..self.clients.len())
            .filter(|client| !own(*client))
            .map(|client| (self.peer(client), self.model.seat(client).unwrap()))
            .collect();
        for (peer, seat) in kept {
            assert_eq!(self.ledger.seats.get(&peer), Some(&seat), "{peer}'s seat is durable");
        }
    }
}

/// What the preset of a client says of the stage.
pub(crate) fn sitter(rng: &mut Dice, client: &Client) -> Sitter {
    let access = *rng.pick(&[
        StageAccess::NoStage,
        StageAccess::Allowed,
        StageAccess::CanRequest,
        StageAccess::CanRequest,
        StageAccess::NotAllowed,
    ]);
    Sitter { person: client.person, seen: client.role != Role::Bot, access, accepts: rng.chance(50) }
}
