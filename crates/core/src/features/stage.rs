//! The stage: who asks to come on it, who is let on, who goes (PROTOCOL §7.7).
//!
//! A peer sits where its preset puts it until it moves: in the audience, or on stage. A move is durable before it is told,
//! and whoever is lost comes back to the seat it had. What a seat means for tracks is media's to see.

use std::collections::BTreeSet;

use crate::effect::Write;
use crate::error::RoomError;
use crate::feature::Feature;
use crate::hall::{Asked, Gone, Hall, Happened, Peer};
use crate::id::{ParticipantId, PeerId};
use crate::limit;
use crate::standing::{Seat, StageAccess};
use crate::who::Ability;
use crate::words::stage::{Ask, StageRequest, Tell};

/// The preset's name for what decides who may come on stage.
const STAGE_ACCESS: &str = "stage_access";

/// It keeps nothing: the hall knows where everybody sits.
#[derive(Debug, Default)]
pub(crate) struct Stage;

impl Stage {
    pub(crate) fn ask(&mut self, hall: &mut Hall, asked: &Asked, ask: Ask) -> Result<(), RoomError> {
        match ask {
            Ask::Requests => {
                hall.may(asked, Ability::AcceptStageRequests)?;
                let list = requests(hall);
                hall.answer(asked, Tell::Requests(list))
            }
            Ask::Request => request(hall, asked),
            Ask::Cancel => cancel(hall, asked),
            Ask::Grant { participants } => grant(hall, asked, participants),
            Ask::Deny { participants } => deny(hall, asked, participants),
            Ask::Join => join(hall, asked),
            Ask::Leave { participants } => {
                let myself = hall.joined(asked)?.participant();
                if participants == [myself] {
                    leave(hall, asked)
                } else {
                    take_off(hall, asked, participants)
                }
            }
        }
    }
}

impl Feature for Stage {
    /// The seat of who was lost is kept for it; that of who left is not.
    fn peer_left(&mut self, hall: &mut Hall, gone: &Gone) {
        let Some(seat) = gone.peer.seat().filter(|seat| *seat != gone.peer.first_seat()) else { return };
        if gone.lost {
            hall.peers.keep_seat(gone.peer.id, seat);
        } else {
            remember(hall, gone.peer.id, None);
        }
    }

    fn session_ended(&mut self, hall: &mut Hall) {
        hall.peers.forget_seats();
    }

    /// Those who may accept hear of the list whenever it has changed.
    fn input_treated(&mut self, hall: &mut Hall) {
        for peer in hall.peers.take_reseated() {
            remember(hall, peer, None);
        }
        if !hall.peers.take_requests_changed() {
            return;
        }
        let hosts = hall.peers.sockets(|peer| peer.is_in() && peer.may(Ability::AcceptStageRequests));
        if !hosts.is_empty() {
            let list = requests(hall);
            hall.out.push(hosts, Tell::Requests(list));
        }
    }
}

/// Who asks, in order of joining the room.
fn requests(hall: &Hall) -> Vec<StageRequest> {
    let asks = |peer: &&Peer| peer.visible() && peer.seat() == Some(Seat::Asking);
    let request = |peer: &Peer| StageRequest {
        peer: peer.id,
        participant: peer.participant(),
        display_name: peer.display_name.clone(),
    };
    hall.peers.joined().into_iter().filter(asks).map(request).collect()
}

/// `room.requestStageAccess`. The client waits for no reply: when the list is full it hears that its request was turned
/// down.
fn request(hall: &mut Hall, asked: &Asked) -> Result<(), RoomError> {
    let me = hall.joined(asked)?;
    match me.stage() {
        StageAccess::CanRequest => {}
        StageAccess::NoStage | StageAccess::NotAllowed => return Err(RoomError::NotAllowed(STAGE_ACCESS)),
        StageAccess::Allowed => {
            return Err(RoomError::Invalid {
                field: STAGE_ACCESS,
                rule: "is ALLOWED: join the stage without asking",
            });
        }
    }
    if me.seat() != Some(Seat::Audience) {
        return Ok(());
    }
    let waiting = hall.peers.iter().filter(|peer| peer.seat() == Some(Seat::Asking)).count();
    if waiting >= limit::STAGE_REQUESTS_MAX {
        hall.out.push([asked.conn], Tell::Denied);
        return Err(RoomError::StageFull { max: limit::STAGE_REQUESTS_MAX });
    }
    sit(hall, asked.me, Seat::Asking);
    tell_others(hall, asked.me);
    Ok(())
}

/// `room.cancelStageRequest`.
fn cancel(hall: &mut Hall, asked: &Asked) -> Result<(), RoomError> {
    let seat = hall.joined(asked)?.seat();
    if matches!(seat, Some(Seat::Asking | Seat::Invited)) {
        sit(hall, asked.me, Seat::Audience);
        tell_others(hall, asked.me);
    }
    Ok(())
}

/// `room.grantStageAccess`. An invitation is told again to who has it: the first may have been lost.
fn grant(hall: &mut Hall, asked: &Asked, participants: Vec<ParticipantId>) -> Result<(), RoomError> {
    let may_come = |peer: &Peer| {
        matches!(peer.stage(), StageAccess::CanRequest | StageAccess::Allowed)
            && matches!(peer.seat(), Some(Seat::Audience | Seat::Asking | Seat::Invited))
    };
    for id in meant(hall, asked, participants, may_come)? {
        if sit(hall, id, Seat::Invited) {
            tell_others(hall, id);
        }
        tell_itself(hall, id, Tell::Granted);
    }
    Ok(())
}

/// `room.denyStageAccess`; takes invitations back, too.
fn deny(hall: &mut Hall, asked: &Asked, participants: Vec<ParticipantId>) -> Result<(), RoomError> {
    let waits = |peer: &Peer| matches!(peer.seat(), Some(Seat::Asking | Seat::Invited));
    for id in meant(hall, asked, participants, waits)? {
        sit(hall, id, Seat::Audience);
        tell_others(hall, id);
        tell_itself(hall, id, Tell::Denied);
    }
    Ok(())
}

/// `room.joinStage`: by right, or by invitation. Who is there already is answered again.
fn join(hall: &mut Hall, asked: &Asked) -> Result<(), RoomError> {
    let me = hall.joined(asked)?;
    match (me.stage(), me.seat()) {
        (StageAccess::NoStage | StageAccess::Allowed, _)
        | (StageAccess::CanRequest, Some(Seat::Invited))
        | (_, Some(Seat::OnStage)) => {}
        (
            StageAccess::CanRequest | StageAccess::NotAllowed,
            None | Some(Seat::Audience | Seat::Asking | Seat::Invited),
        ) => return Err(RoomError::NotAllowed(STAGE_ACCESS)),
    }
    move_to(hall, asked, Seat::OnStage)
}

/// `room.leaveStage` of oneself.
fn leave(hall: &mut Hall, asked: &Asked) -> Result<(), RoomError> {
    if hall.joined(asked)?.stage() == StageAccess::NoStage {
        return Err(RoomError::NotAllowed("stage_enabled"));
    }
    move_to(hall, asked, Seat::Audience)
}

/// `room.leaveStage` of others: they hear of it by their own seat, and their clients stop what they publish.
fn take_off(hall: &mut Hall, asked: &Asked, participants: Vec<ParticipantId>) -> Result<(), RoomError> {
    let sits_there = |peer: &Peer| {
        peer.stage() != StageAccess::NoStage && matches!(peer.seat(), Some(Seat::OnStage | Seat::Invited))
    };
    let ids = meant(hall, asked, participants, sits_there)?;
    hall.reply(asked, Tell::TakenOff);
    for id in ids {
        sit(hall, id, Seat::Audience);
        tell_others(hall, id);
        if let Some(tell) = seat_of(hall, id) {
            tell_itself(hall, id, tell);
        }
    }
    Ok(())
}

/// The peers of these people that others know of and that `fit`; only for who may accept requests.
fn meant(
    hall: &Hall,
    asked: &Asked,
    participants: Vec<ParticipantId>,
    fit: impl Fn(&Peer) -> bool,
) -> Result<Vec<PeerId>, RoomError> {
    hall.may(asked, Ability::AcceptStageRequests)?;
    if participants.len() > limit::STAGE_IDS_MAX {
        return Err(RoomError::Limit { what: "people of one request", max: limit::STAGE_IDS_MAX });
    }
    let people: BTreeSet<ParticipantId> = participants.into_iter().collect();
    let fits = |peer: &&Peer| peer.visible() && people.contains(&peer.participant()) && fit(peer);
    let ids: Vec<PeerId> = hall.peers.iter().filter(fits).map(|peer| peer.id).collect();
    if ids.is_empty() { Err(RoomError::NotFound("peer whom this concerns")) } else { Ok(ids) }
}

/// The asking peer moves, is answered with its seat, and the others are told if it is another one.
fn move_to(hall: &mut Hall, asked: &Asked, seat: Seat) -> Result<(), RoomError> {
    let moved = sit(hall, asked.me, seat);
    let tell = seat_of(hall, asked.me).ok_or(RoomError::NotJoined)?;
    hall.reply(asked, tell);
    if moved {
        tell_others(hall, asked.me);
    }
    Ok(())
}

/// Moves a peer, durably. Returns whether it sat elsewhere before.
fn sit(hall: &mut Hall, id: PeerId, seat: Seat) -> bool {
    let Some(before) = hall.peers.sit(id, seat).filter(|before| *before != seat) else { return false };
    let own = hall.peers.get(id).is_some_and(|peer| peer.first_seat() == seat);
    remember(hall, id, (!own).then_some(seat));
    if before.is_on_stage() {
        hall.note(Happened::OffStage(id));
    }
    true
}

/// A session that is over takes its seats with it.
fn remember(hall: &mut Hall, peer: PeerId, seat: Option<Seat>) {
    if let Some(session) = hall.session().map(|tally| tally.session()) {
        hall.out.remember(Write::Seat { session, peer, seat });
    }
}

fn seat_of(hall: &Hall, id: PeerId) -> Option<Tell> {
    let peer = hall.peers.get(id)?;
    Some(Tell::SeatIs { peer: id, participant: peer.participant(), seat: peer.seat()? })
}

/// Tells the others where a peer sits, if they know of it.
fn tell_others(hall: &mut Hall, id: PeerId) {
    let tell = seat_of(hall, id).filter(|_| hall.peers.get(id).is_some_and(Peer::visible));
    if let Some(tell) = tell {
        hall.push(Some(id), tell);
    }
}

fn tell_itself(hall: &mut Hall, id: PeerId, tell: Tell) {
    let conn = hall.peers.get(id).and_then(|peer| peer.conn);
    hall.out.push(conn, tell);
}
