//! Who may enter, and what they may do there (SEMANTICS §2.5, §2.6, §6.2).

use sederunt_core::call::Disconnect;
use sederunt_core::id::{AppId, MeetingId, ParticipantId, PeerId};
use sederunt_core::rights::Rights;
use sederunt_core::who::Who;
use sederunt_node::{Attached, ClientAddress, EntryError, Named, Node, NodeError, Pass, ToSocket};
use sederunt_store::{MeetingRow, ParticipantRow, PresetRow, RoomKind, StoreError, Thing, UserRow};
use tokio::sync::mpsc;

use crate::abilities::{abilities, role};
use crate::{AppError, members, presets, users};

/// A verified token with what it names, read from the store at this moment.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The meeting.
    pub meeting: MeetingRow,
    /// The participant.
    pub participant: ParticipantRow,
    /// Its preset.
    pub preset: PresetRow,
    /// The participant is an anonymous visitor who has no row yet: it is written with the first join.
    pub is_unrecorded: bool,
    /// Of whoever comes into a breakout room from its parent: the room in which it belongs.
    pub belongs: Option<MeetingId>,
    /// What hosts of that parent have taken.
    pub taken: Rights,
    /// Tells tokens apart.
    pub token_hash: u64,
}

/// Verifies a participant token and reads what it names; refuses deleted participants, closed meetings and blocked members.
pub async fn admit(node: &Node, token: &str) -> Result<Ticket, EntryError> {
    let (named, meeting) =
        named_meeting(node, token).await.inspect_err(|refusal| count(node, None, refusal))?;
    let app = meeting.app.clone();
    ticket(node, named, meeting).await.inspect_err(|refusal| count(node, Some(&app), refusal))
}

/// Counts somebody who is not let in: for the app, too, as soon as it is known that it is one of its meetings.
fn count(node: &Node, app: Option<&AppId>, refusal: &EntryError) {
    node.metrics().refused_entry(app, refusal.kind());
}

/// What hosts of the LIVE session have taken from whoever has this ticket, here or in the meeting whose breakout room it is.
pub async fn taken(node: &Node, ticket: &Ticket) -> Result<Rights, StoreError> {
    Ok(node.store().taken(ticket.meeting.id, ticket.participant.id).await?.with(ticket.taken))
}

/// Whom a token names, and for which meeting.
async fn named_meeting(node: &Node, token: &str) -> Result<(Named, MeetingRow), EntryError> {
    let named = node.verify(token).ok_or(EntryError::BadToken)?;
    let meeting = node.store().meeting(named.meeting).await?.ok_or(EntryError::NoMeeting)?;
    Ok((named, meeting))
}

/// Reads what a token names, as it is at this moment.
async fn ticket(node: &Node, named: Named, meeting: MeetingRow) -> Result<Ticket, EntryError> {
    let store = node.store();
    let (row, parent) = named_in(node, &meeting, named.participant).await?;
    let is_unrecorded = row.is_none();
    let participant = match row {
        Some(row) if row.deleted_at.is_none() => row,
        None if named.is_visitor => members::visitor(&meeting, named.participant, named.minted_at),
        Some(_) | None => return Err(EntryError::NoParticipant),
    };
    // A closed breakout room sends back whoever came from its parent.
    open_to_all(parent.as_ref().filter(|_| meeting.terminated_at.is_none()).unwrap_or(&meeting))?;
    if is_unrecorded && meeting.kind != RoomKind::Open {
        return Err(EntryError::NotInvited);
    }
    if participant.blocked {
        return Err(EntryError::Blocked);
    }
    let preset = preset_of(node, &participant).await?;
    let (belongs, taken) = match &parent {
        Some(parent) => (
            Some(store.placement(parent.id, participant.id).await?.unwrap_or(parent.id)),
            store.taken(parent.id, participant.id).await?,
        ),
        None => (None, Rights::NONE),
    };
    Ok(Ticket { meeting, participant, preset, is_unrecorded, belongs, taken, token_hash: named.token_hash })
}

/// The row of somebody whom a token names for this meeting: a participant of its own, or, in a breakout room, of its parent, which
/// then comes with it.
async fn named_in(
    node: &Node,
    meeting: &MeetingRow,
    participant: ParticipantId,
) -> Result<(Option<ParticipantRow>, Option<MeetingRow>), StoreError> {
    let store = node.store();
    let row = store.participant_ever(meeting.id, participant).await?;
    let Some(parent) = meeting.parent.filter(|_| row.is_none()) else { return Ok((row, None)) };
    let row = store.participant_ever(parent, participant).await?;
    // A parent that was deleted is no way back.
    let parent = if row.is_some() { store.meeting(parent).await? } else { None };
    Ok((row.filter(|_| parent.is_some()), parent))
}

/// Whether a token is a participant's or a Pagecall user's: of use in meetings, and known wherever it is shown, whatever may
/// keep it out of a meeting at the moment.
pub async fn knows_person(node: &Node, token: &str) -> Result<bool, StoreError> {
    if let Some(named) = node.verify(token) {
        let row = match node.store().meeting(named.meeting).await? {
            Some(meeting) => named_in(node, &meeting, named.participant).await?.0,
            None => node.store().participant_ever(named.meeting, named.participant).await?,
        };
        if row.map_or(named.is_visitor, |row| row.deleted_at.is_none()) {
            return Ok(true);
        }
    }
    Ok(node.store().user_by_access_token(token).await?.is_some())
}

fn open_to_all(meeting: &MeetingRow) -> Result<(), EntryError> {
    if meeting.terminated_at.is_some() {
        return Err(EntryError::Terminated);
    }
    if !meeting.active {
        return Err(EntryError::Inactive);
    }
    Ok(())
}

/// The preset in force for a participant who enters.
async fn preset_of(node: &Node, participant: &ParticipantRow) -> Result<PresetRow, EntryError> {
    match presets::of_participant(node.store(), participant).await {
        Ok(preset) => Ok(preset),
        Err(AppError::Node(NodeError::Store(error))) => Err(error.into()),
        Err(_) => Err(StoreError::NotFound(Thing::ParticipantPreset).into()),
    }
}

/// Who was found at the door of a Pagecall room.
#[derive(Debug)]
pub struct Entrant {
    participant: ParticipantRow,
    preset: PresetRow,
    /// Anonymous, and known by the token alone until the first join.
    pub is_visitor: bool,
}

/// The Pagecall way in (SEMANTICS §6.2): finds or makes the member. An anonymous visitor of an open room gets a name that
/// nothing is written of before he joins.
pub async fn find(node: &Node, room: MeetingId, access_token: Option<&str>) -> Result<Entrant, EntryError> {
    node.has_room_for_more()?;
    let (user, room) =
        visited(node, room, access_token).await.inspect_err(|refusal| count(node, None, refusal))?;
    entrant(node, user, &room).await.inspect_err(|refusal| count(node, Some(&room.app), refusal))
}

/// Who comes, and the room.
async fn visited(
    node: &Node,
    room: MeetingId,
    access_token: Option<&str>,
) -> Result<(Option<UserRow>, MeetingRow), EntryError> {
    let store = node.store();
    let user = match access_token.filter(|token| !token.is_empty()) {
        // Before the room: a token of nobody learns nothing of rooms.
        Some(token) => Some(store.user_by_access_token(token).await?.ok_or(EntryError::BadToken)?),
        None => None,
    };
    let room = store.meeting(room).await?;
    // A room of another workspace is none.
    let ours = room.filter(|room| user.as_ref().is_none_or(|user| user.app == room.app));
    Ok((user, ours.ok_or(EntryError::NoMeeting)?))
}

async fn entrant(node: &Node, user: Option<UserRow>, room: &MeetingRow) -> Result<Entrant, EntryError> {
    open_to_all(room)?;
    let participant = match &user {
        Some(user) => member(node, room, user).await?,
        None if room.kind == RoomKind::Open => {
            members::visitor(room, ParticipantId(node.mint_id()), node.now())
        }
        None => return Err(EntryError::NotInvited),
    };
    if participant.blocked {
        return Err(EntryError::Blocked);
    }
    let preset = preset_of(node, &participant).await?;
    Ok(Entrant { participant, preset, is_visitor: user.is_none() })
}

/// The member of this user, made at the first join where the kind of room allows it.
async fn member(node: &Node, room: &MeetingRow, user: &UserRow) -> Result<ParticipantRow, EntryError> {
    if let Some(member) = node.store().member_of_user(room.id, &user.user_id).await? {
        return Ok(member);
    }
    match room.kind {
        RoomKind::Private => return Err(EntryError::NotInvited),
        RoomKind::Public | RoomKind::Open => {}
    }
    // The user's own type decides; the room's is for users without one.
    let kind = users::member_type(user).unwrap_or(room.default_member_type);
    let member = members::of_user(room, ParticipantId(node.mint_id()), node.now(), user, kind);
    // Another tab may have made it meanwhile, or the user was deleted.
    match node.store().member_or_create(member).await {
        Err(StoreError::NotFound(Thing::User)) => Err(EntryError::BadToken),
        member => Ok(member?),
    }
}

/// The participant token of whoever was found.
pub fn sign(node: &Node, entrant: &Entrant) -> Result<String, NodeError> {
    let Entrant { participant, preset, is_visitor } = entrant;
    if *is_visitor {
        node.mint_visitor_token(participant, preset)
    } else {
        node.mint_token(participant, preset)
    }
}

/// Attaches a socket to its room, and returns when the room has taken it in. What the room refuses (a peer id in use, a
/// closed meeting) arrives in `outbox` as a closing. A dropped `outbox` sender means: close, and let the client come back.
pub async fn attach(
    node: &Node,
    ticket: Ticket,
    peer: PeerId,
    client: ClientAddress,
    outbox: mpsc::Sender<ToSocket>,
) -> Result<Attached, EntryError> {
    let (home, participant) = (ticket.participant.meeting, ticket.participant.id);
    let app = ticket.meeting.app.clone();
    let belonged = ticket.belongs;
    let attached = node.attach(pass(ticket, client), peer, outbox).await?;
    // Whoever was deleted or blocked since the ticket was read may have been put out before he was there.
    let why = match node.store().participant_ever(home, participant).await? {
        Some(row) if row.deleted_at.is_some() => EntryError::NoParticipant,
        Some(row) if row.blocked => EntryError::Blocked,
        Some(_) | None => {
            // Whoever was moved since the ticket was read comes again, and is told.
            if let Some(place) = belonged
                && node.store().placement(home, participant).await?.unwrap_or(home) != place
            {
                attached.disconnect(Disconnect::Lost).await;
                return Err(EntryError::Busy("you were moved to another room".to_owned()));
            }
            return Ok(attached);
        }
    };
    count(node, Some(&app), &why);
    attached.disconnect(Disconnect::Clean).await;
    Err(why)
}

/// What the room is told of whoever has a ticket.
pub fn pass(ticket: Ticket, client: ClientAddress) -> Pass {
    let who = who(&ticket, client);
    Pass {
        meeting: ticket.meeting.id,
        who,
        newcomer: ticket.is_unrecorded.then_some(ticket.participant),
        token_hash: ticket.token_hash,
    }
}

/// The identity that the room sees.
fn who(ticket: &Ticket, client: ClientAddress) -> Who {
    let Ticket { participant, preset, .. } = ticket;
    Who {
        participant: participant.id,
        display_name: participant.name.clone(),
        picture: participant.picture.clone(),
        custom_participant_id: participant.custom_participant_id.clone(),
        user_id: participant.user_id.clone(),
        preset_name: preset.name.clone(),
        view_type: preset.view_type(),
        role: role(participant.member_type, &preset.body),
        belongs: ticket.belongs,
        abilities: abilities(&preset.body).without(ticket.taken),
        ip_address: client.ip,
        user_agent: client.user_agent,
    }
}
