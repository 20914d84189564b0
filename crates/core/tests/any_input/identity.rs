//! Who comes, and what he may do.

use sederunt_core::fact::Role;
use sederunt_core::id::{ParticipantId, PeerId};
use sederunt_core::rights::{Right, Rights};
use sederunt_core::standing::StageAccess;
use sederunt_core::view_type::ViewType;
use sederunt_core::who::{Abilities, WaitingRoom, Who};

use crate::make::Maker;

impl Maker {
    /// Mostly its own. A token is of one person.
    pub(crate) fn identity_of(&mut self, peer: PeerId) -> (u64, Who) {
        let person = if self.rng.chance(95) { peer.as_u128() as u64 % 4 } else { self.rng.below(4) };
        let abilities = self.abilities();
        let who = Who {
            participant: ParticipantId::from_u128(u128::from(person)),
            display_name: self.text(),
            picture: self.text(),
            custom_participant_id: self.flag().then(|| format!("c{person}")),
            user_id: None,
            view_type: Some(ViewType::GroupCall),
            preset_name: self.text(),
            role: *self.rng.pick(&[Role::Member, Role::Member, Role::Member, Role::Monitor, Role::Bot]),
            belongs: None,
            abilities,
            ip_address: None,
            user_agent: None,
        };
        (1 + person, who)
    }

    fn abilities(&mut self) -> Abilities {
        let mut can = || self.rng.chance(80);
        let given = Abilities {
            kick: can(),
            mute_others_audio: can(),
            mute_others_video: can(),
            pin: can(),
            edit_display_name: can(),
            produce_audio: can(),
            produce_video: can(),
            produce_screenshare: can(),
            chat_public_text: can(),
            chat_public_files: can(),
            chat_private_text: can(),
            chat_private_files: can(),
            create_polls: can(),
            vote_polls: can(),
            view_polls: can(),
            accept_stage_requests: can(),
            alter_rooms: can(),
            switch_rooms: can(),
            switch_to_parent: can(),
            stage: StageAccess::NoStage,
            hidden: !can(),
            accept_waiting: can(),
            rights: Right::ALL.iter().copied().filter(|_| can()).collect(),
            taken: Rights::NONE,
            waiting_room: *self.rng.pick(&[
                WaitingRoom::Skip,
                WaitingRoom::Skip,
                WaitingRoom::UntilPrivileged,
                WaitingRoom::UntilAccepted,
            ]),
        };
        let stage = *self.rng.pick(&[
            StageAccess::NoStage,
            StageAccess::NoStage,
            StageAccess::Allowed,
            StageAccess::CanRequest,
            StageAccess::CanRequest,
            StageAccess::NotAllowed,
        ]);
        if self.staged {
            let produce = Abilities {
                rights: Rights::all(),
                produce_audio: true,
                produce_video: true,
                produce_screenshare: true,
                accept_stage_requests: true,
                ..Abilities::default()
            };
            let stage = *self.rng.pick(&[StageAccess::Allowed, StageAccess::CanRequest]);
            return Abilities { stage, ..produce };
        }
        Abilities { stage, ..given }
    }
}
