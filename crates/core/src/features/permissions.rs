//! A host changes what others may do, for the rest of the session (PROTOCOL §7.5).
//!
//! A change is of a participant: it holds for every page of it, and over reconnects and restarts. What it means for tracks
//! and for who waits is their features' to see.

use std::collections::BTreeMap;

use crate::effect::Write;
use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Hall, Happened, Peer};
use crate::id::{ParticipantId, PeerId};
use crate::limit;
use crate::rights::{Change, Patch, Right, Rights};
use crate::who::Ability;
use crate::words::permissions::{Ask, Changed, PeerRights, Tell};

/// It keeps nothing: the hall knows what was changed for whom.
#[derive(Debug, Default)]
pub(crate) struct Permissions;

impl Permissions {
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        match ask {
            Ask::Read { participants } => read(hall, asked, &participants),
            Ask::Change { patches } => change(hall, asked, patches),
        }
    }
}

impl Feature for Permissions {
    /// Its page may have read its preset before a change.
    fn peer_entered(&mut self, hall: &mut Hall, peer: PeerId) {
        tell_all(hall, peer);
    }

    /// It heard of nothing while it was away.
    fn peer_back(&mut self, hall: &mut Hall, peer: PeerId) {
        tell_all(hall, peer);
    }

    /// Who is still here is on the set-up screen, and may do there what its preset says.
    fn session_ended(&mut self, hall: &mut Hall) {
        let changes = hall.peers.take_changes();
        let own = |peer: &Peer| Some((peer.id, changes.get(&peer.participant())?.touched));
        let touched: Vec<(PeerId, Rights)> = hall.peers.iter().filter_map(own).collect();
        touched.into_iter().for_each(|(peer, touched)| tell(hall, peer, touched));
    }
}

/// `preset.getUserPresets`: of oneself, and of those whom one sees.
fn read(hall: &mut Hall, asked: &Asked, participants: &[ParticipantId]) -> Result<(), RoomError> {
    hall.joined(asked)?;
    if participants.len() > limit::PRESETS_READ_MAX {
        return Err(RoomError::Limit { what: "people of one request", max: limit::PRESETS_READ_MAX });
    }
    let wanted =
        |peer: &&Peer| participants.contains(&peer.participant()) && (peer.id == asked.me || peer.visible());
    let of =
        |peer: &Peer| PeerRights { peer: peer.id, participant: peer.participant(), rights: peer.rights() };
    let list: Vec<PeerRights> = hall.peers.iter().filter(wanted).map(of).collect();
    if list.is_empty() { Err(NOBODY) } else { hall.answer(asked, Tell::Presets(list)) }
}

const NOBODY: RoomError = RoomError::NotFound("peer whom this concerns");

/// `preset.updateUserPreset`. All of it happens, or nothing; whoever left meanwhile is passed over.
fn change(hall: &mut Hall, asked: &Asked, patches: Vec<(ParticipantId, Patch)>) -> Result<(), RoomError> {
    let me = hall.may(asked, Ability::ChangePermissions)?.participant();
    let wanted = wanted(me, patches)?;
    let people = people(hall);
    let meant: Vec<Meant<'_>> = wanted
        .into_iter()
        .filter_map(|(participant, patch)| {
            let pages = people.get(&participant).filter(|pages| pages.seen.is_some())?;
            let before = hall.peers.change_of(participant);
            Some(Meant { participant, patch, pages, before, after: before.after(patch, pages.ceiling) })
        })
        .collect();
    check(hall, &meant)?;
    let Some(session) = hall.session().map(|tally| tally.session()) else {
        return Err(RoomError::NotJoined);
    };
    let changed = || meant.iter().filter(|meant| meant.before != meant.after);
    hall.peers.set_changes(changed().map(|meant| (meant.participant, meant.after)));
    for Meant { participant, after, .. } in changed() {
        let (participant, change) = (*participant, *after);
        hall.out.remember(Write::Permissions { session, participant, change });
    }
    let told = meant.iter().filter_map(|meant| told(hall, meant.pages.seen?, meant.patch.rights()));
    let told = told.collect();
    hall.reply(asked, Tell::Changed(told));
    for Meant { pages, before, after, .. } in changed() {
        let changed = before.difference(*after);
        let given = changed.without(after.taken);
        for peer in &pages.ids {
            tell(hall, *peer, changed);
            hall.note(Happened::RightsChanged { peer: *peer, given });
        }
    }
    Ok(())
}

/// One person whom a request means.
struct Meant<'a> {
    participant: ParticipantId,
    patch: Patch,
    pages: &'a Pages,
    before: Change,
    after: Change,
}

/// The pages of one person.
#[derive(Debug, Default)]
struct Pages {
    /// Wherever they stand.
    ids: Vec<PeerId>,
    /// One that others see.
    seen: Option<PeerId>,
    /// What the presets of those give that others see.
    ceiling: Rights,
}

/// Everybody who has a page here.
fn people(hall: &Hall) -> BTreeMap<ParticipantId, Pages> {
    let mut people: BTreeMap<ParticipantId, Pages> = BTreeMap::new();
    for peer in hall.peers.iter() {
        let pages = people.entry(peer.participant()).or_default();
        pages.ids.push(peer.id);
        if peer.visible() {
            pages.seen.get_or_insert(peer.id);
            pages.ceiling = pages.ceiling.with(peer.preset_rights());
        }
    }
    people
}

/// What is asked for whom, one patch a person.
fn wanted(
    me: ParticipantId,
    patches: Vec<(ParticipantId, Patch)>,
) -> Result<BTreeMap<ParticipantId, Patch>, RoomError> {
    if patches.len() > limit::PERMISSION_PATCHES_MAX {
        let max = limit::PERMISSION_PATCHES_MAX;
        return Err(RoomError::Limit { what: "people of one request", max });
    }
    let mut wanted: BTreeMap<ParticipantId, Patch> = BTreeMap::new();
    for (participant, patch) in patches {
        if participant == me {
            return Err(RoomError::Invalid { field: "user_ids", rule: "must not name yourself" });
        }
        if patch.rights().is_empty() {
            let rule = "must change a permission that can be changed in a session";
            return Err(RoomError::Invalid { field: "patch", rule });
        }
        let before = wanted.get(&participant).copied().unwrap_or_default();
        wanted.insert(participant, before.then(patch));
    }
    Ok(wanted)
}

/// Somebody is meant, and not all that is asked is beyond what presets give.
fn check(hall: &Hall, meant: &[Meant<'_>]) -> Result<(), RoomError> {
    let Some(first) = meant.first() else { return Err(NOBODY) };
    if meant.iter().all(|meant| meant.patch.rights().common(meant.pages.ceiling).is_empty()) {
        let field = first.patch.rights().iter().next().map_or("patch", Right::path);
        return Err(RoomError::Invalid {
            field,
            rule: "is not in their preset, and nobody can be given more",
        });
    }
    let is_new =
        |meant: &&Meant<'_>| meant.before != meant.after && !hall.peers.is_changed(meant.participant);
    let new = meant.iter().filter(is_new).count();
    if hall.peers.changed().saturating_add(new) > limit::CHANGED_PEOPLE_MAX {
        let max = limit::CHANGED_PEOPLE_MAX;
        return Err(RoomError::Limit { what: "people whose permissions were changed in a session", max });
    }
    Ok(())
}

/// These rights of a peer, as they are now.
fn told(hall: &Hall, peer: PeerId, of: Rights) -> Option<Changed> {
    let peer = hall.peers.get(peer)?;
    Some(Changed { participant: peer.participant(), of, rights: peer.rights() })
}

/// Tells a peer how these rights of it are now, if there are any.
fn tell(hall: &mut Hall, peer: PeerId, of: Rights) {
    let conn = hall.peers.get(peer).and_then(|peer| peer.conn);
    let changed = told(hall, peer, of).filter(|_| !of.is_empty());
    if let (Some(conn), Some(changed)) = (conn, changed) {
        hall.out.push([conn], Tell::Changed(vec![changed]));
    }
}

/// Tells a peer everything that was ever changed for it.
fn tell_all(hall: &mut Hall, id: PeerId) {
    let touched = hall.peers.get(id).map(|peer| hall.peers.change_of(peer.participant()).touched);
    tell(hall, id, touched.unwrap_or_default());
}
