//! Permissions of a history: what presets give, what hosts take away and give back, told as plainly as possible.

use std::collections::{BTreeMap, BTreeSet};

use sederunt_core::call::ReqId;
use sederunt_core::effect::Effect;
use sederunt_core::id::ParticipantId;
use sederunt_core::input::Input;
use sederunt_core::rights::{Patch, Right, Rights};
use sederunt_core::words::permissions::{Ask, Tell};
use sederunt_core::words::{Msg, Request, roster};
use sederunt_dice::Dice;

use crate::model::{Model, Peer};
use crate::world::World;

/// Of what presets of histories have; no other part of a history hangs on these.
const SOME: [Right; 6] = [
    Right::EditDisplayName,
    Right::ChangePermissions,
    Right::ChatPrivateReceive,
    Right::ChatPublicSend,
    Right::ParticipantList,
    Right::Pin,
];

/// What people may do.
#[derive(Debug, Default)]
pub(crate) struct Powers {
    /// By their presets.
    pub(crate) presets: BTreeMap<u64, BTreeSet<Right>>,
    /// What hosts of the LIVE session have taken of that.
    pub(crate) taken: BTreeMap<u64, BTreeSet<Right>>,
}

impl Powers {
    pub(crate) fn new(rng: &mut Dice, people: impl Iterator<Item = u64>) -> Self {
        let mut some = || SOME.into_iter().filter(|_| rng.chance(70)).collect();
        Self { presets: people.map(|person| (person, some())).collect(), taken: BTreeMap::new() }
    }

    /// What somebody has.
    fn of(&self, person: u64) -> BTreeSet<Right> {
        let taken = self.taken.get(&person);
        let has = |right: &&Right| taken.is_none_or(|taken| !taken.contains(right));
        self.presets[&person].iter().filter(has).copied().collect()
    }
}

impl Model {
    /// A client that is in the room changes a right of somebody.
    fn change(&mut self, client: usize, whom: u64, right: Right, give: bool) {
        let here = self.peers[client].as_ref().is_some_and(|peer| peer.joined);
        let own = self.sitters[client].person;
        let seen = (0..self.peers.len()).any(|other| {
            let is_in = self.peers[other].as_ref().is_some_and(|peer| peer.joined);
            is_in && self.sitters[other].person == whom && self.sitters[other].seen
        });
        let may = self.powers.of(own).contains(&Right::ChangePermissions);
        if here && seen && may && own != whom && self.powers.presets[&whom].contains(&right) {
            let taken = self.powers.taken.entry(whom).or_default();
            if give {
                taken.remove(&right)
            } else {
                taken.insert(right)
            };
        }
    }
}

impl World {
    /// Somebody changes what somebody may do.
    pub(crate) fn permit(&mut self, client: usize, connected: bool) {
        let whom = self.clients[usize::try_from(self.rng.below(self.clients.len() as u64)).unwrap()].person;
        let (right, give) = (*self.rng.pick(&SOME), self.rng.chance(40));
        self.say(|| format!("{client}: {right:?} of {whom}: {give}"));
        if connected {
            self.model.change(client, whom, right, give);
        }
        let mut patch = Patch::default();
        patch.set(right, give);
        let patches = vec![(ParticipantId::from_u128(u128::from(whom)), patch)];
        self.ask(client, Request::Permissions(Ask::Change { patches }));
    }

    /// Everybody may do what its preset gives and no host has taken, and nothing more: so it is told, and so it is.
    pub(crate) fn check_permissions(&mut self) {
        let here =
            |peer: &Option<Peer>| peer.as_ref().is_some_and(|peer| peer.joined && peer.lost_at.is_none());
        let Some(asks) = self.model.peers.iter().position(here) else { return };
        let people: BTreeSet<u64> = self.clients.iter().map(|client| client.person).collect();
        let participants =
            people.iter().map(|person| ParticipantId::from_u128(u128::from(*person))).collect();
        let told = self.answer(asks, Request::Permissions(Ask::Read { participants }));
        let told = told.iter().find_map(|effect| {
            let Effect::Tell { msg, .. } = effect else { return None };
            let Msg::Permissions(Tell::Presets(list)) = &**msg else { return None };
            Some(list.clone())
        });
        for told in told.unwrap() {
            let person = u64::try_from(told.participant.as_u128()).unwrap();
            let rights: BTreeSet<Right> = told.rights.iter().collect();
            assert_eq!(rights, self.model.powers.of(person), "what {person} may do");
            assert!(rights.is_subset(&self.model.powers.presets[&person]), "more than its preset gives");
        }
        let own = self.clients[asks].person;
        let rename = Request::Roster(roster::Ask::ChangeDisplayName {
            peer: self.peer(asks),
            display_name: "x".to_owned(),
        });
        let refused = self.answer(asks, rename).iter().any(|effect| matches!(effect, Effect::Refuse { .. }));
        let may = self.model.powers.of(own).contains(&Right::EditDisplayName);
        assert_eq!(refused, !may, "whether {own} may change its name");
        for (person, taken) in &self.model.powers.taken {
            let kept = self.ledger.permissions.get(&ParticipantId::from_u128(u128::from(*person)));
            let kept = kept.map_or(Rights::NONE, |change| change.taken);
            assert_eq!(kept.iter().collect::<BTreeSet<_>>(), *taken, "what {person} lacks is durable");
        }
    }

    fn answer(&mut self, client: usize, request: Request) -> Vec<Effect> {
        let conn = self.clients[client].conn;
        self.effects(Input::Request { conn, re: ReqId { event: 0, id: "rights".to_owned() }, request })
    }
}
