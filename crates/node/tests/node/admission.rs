//! Who may enter (SEMANTICS §2.5, §6.2).

use sederunt_app::admission;
use sederunt_core::effect::CloseReason;
use sederunt_core::fact::{LeaveReason, Role};
use sederunt_core::id::{MeetingId, PeerId};
use sederunt_core::input::Command;
use sederunt_node::EntryError;
use sederunt_store::{MeetingRow, MemberType, RoomKind, UserRow};
use serde_json::json;

use crate::world::{T0, World};

#[tokio::test]
async fn deleting_a_participant_kills_its_tokens() {
    let w = World::new().await;
    let meeting = w.meeting().await.id;
    let mut row = w.participant(meeting, "alice").await;
    let (old, new) = (w.token(&row).await, w.token(&row).await);
    assert_ne!(old, new, "every token is its own");
    let mut alice = w.attach(&old, PeerId(w.node.mint_id()), 64).await;
    alice.join().await;
    assert_eq!(admission::admit(&w.node, &new).await.unwrap().participant.id, row.id);

    row.deleted_at = Some(T0);
    w.store.put_participant(row.clone()).await.unwrap();
    let removal = Command::Kick {
        participants: vec![row.id],
        custom_ids: Vec::new(),
        reason: LeaveReason::ParticipantDeleted,
    };
    assert_eq!(w.node.command(meeting, removal).await.unwrap().removed.len(), 1);
    assert_eq!(alice.closed().await, Some(CloseReason::Removed));
    for token in [old, new] {
        assert!(matches!(admission::admit(&w.node, &token).await, Err(EntryError::NoParticipant)));
    }
    assert_eq!(
        w.stays(w.sessions().await.items[0].id).await[0].stay.reason,
        Some(LeaveReason::ParticipantDeleted)
    );
}

#[tokio::test]
async fn an_expired_token_and_a_deleted_meeting_open_nothing() {
    let w = World::new().await;
    let mut meeting = w.meeting().await;
    let row = w.participant(meeting.id, "alice").await;
    let token = w.token(&row).await;
    w.clock.advance(100 * 24 * 3_600_000);
    assert!(matches!(admission::admit(&w.node, &token).await, Err(EntryError::BadToken)));
    let token = w.token(&row).await;
    assert!(admission::admit(&w.node, &token).await.is_ok());
    meeting.deleted_at = Some(T0);
    w.store.put_meeting(meeting).await.unwrap();
    assert!(matches!(admission::admit(&w.node, &token).await, Err(EntryError::NoMeeting)));
    assert!(matches!(admission::admit(&w.node, "eyJ.eyJ.x").await, Err(EntryError::BadToken)));
}

async fn room(w: &World, kind: RoomKind) -> MeetingRow {
    let row = MeetingRow { kind, is_room: true, ..w.meeting_row() };
    w.store.create_meeting(row.clone()).await.unwrap();
    row
}

async fn user(w: &World, name: &str) -> UserRow {
    let row = UserRow {
        app: w.app.clone(),
        user_id: format!("u-{name}"),
        name: name.to_owned(),
        access_token: format!("at-{name}"),
        extra: json!({}),
        created_at: T0,
        updated_at: T0,
    };
    w.store.upsert_user(row).await.unwrap()
}

/// Enters with this access token; the preset's name and the participant, or the refusal.
async fn enter(w: &World, room: MeetingId, token: Option<&str>) -> Result<admission::Ticket, EntryError> {
    let token = admission::sign(&w.node, &admission::find(&w.node, room, token).await?)?;
    admission::admit(&w.node, &token).await
}

#[tokio::test]
async fn an_open_room_takes_anybody_and_makes_a_guest_of_every_visit() {
    let w = World::new().await;
    let room = room(&w, RoomKind::Open).await.id;
    let first = enter(&w, room, None).await.unwrap();
    let second = enter(&w, room, Some("")).await.unwrap();
    assert_ne!(first.participant.id, second.participant.id);
    assert_eq!(first.participant.user_id, None);
    assert_eq!(
        (first.participant.member_type, first.preset.name.as_str()),
        (MemberType::Guest, "group_call_participant")
    );
    let bob = user(&w, "bob").await;
    let known = enter(&w, room, Some(&bob.access_token)).await.unwrap();
    assert_eq!(known.participant.user_id.as_deref(), Some("u-bob"));
    assert!(matches!(enter(&w, room, Some("at-nobody")).await, Err(EntryError::BadToken)));
}

#[tokio::test]
async fn a_public_room_takes_users_once() {
    let w = World::new().await;
    let mut row = room(&w, RoomKind::Public).await;
    row.default_member_type = MemberType::Host;
    w.store.put_meeting(row.clone()).await.unwrap();
    let bob = user(&w, "bob").await;
    assert!(matches!(enter(&w, row.id, None).await, Err(EntryError::NotInvited)));
    let (one, two) =
        tokio::join!(enter(&w, row.id, Some(&bob.access_token)), enter(&w, row.id, Some(&bob.access_token)));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.participant.id, two.participant.id, "two tabs at once are one member");
    assert_eq!(
        (one.participant.member_type, one.preset.name.as_str()),
        (MemberType::Host, "group_call_host")
    );
}

#[tokio::test]
async fn a_private_room_takes_invited_users_who_are_not_blocked() {
    let w = World::new().await;
    let row = room(&w, RoomKind::Private).await;
    let bob = user(&w, "bob").await;
    let token = Some(bob.access_token.as_str());
    assert!(matches!(enter(&w, row.id, token).await, Err(EntryError::NotInvited)));
    let mut member = w.participant(row.id, "bob").await;
    member.user_id = Some(bob.user_id.clone());
    member.member_type = MemberType::Monitor;
    w.store.put_participant(member.clone()).await.unwrap();

    let monitor = enter(&w, row.id, token).await.unwrap();
    assert_eq!((monitor.participant.id, monitor.preset.name.as_str()), (member.id, "monitor"));
    member.blocked = true;
    w.store.put_participant(member.clone()).await.unwrap();
    assert!(matches!(enter(&w, row.id, token).await, Err(EntryError::Blocked)));

    w.node.command(row.id, Command::Terminate).await.unwrap();
    assert!(matches!(enter(&w, row.id, token).await, Err(EntryError::Terminated)));
    assert!(matches!(enter(&w, MeetingId(w.node.mint_id()), token).await, Err(EntryError::NoMeeting)));
}

/// Monitors stay like anybody, hidden, and count in no `meeting_time`.
#[tokio::test]
async fn a_monitor_is_a_hidden_stay_of_its_own_role() {
    let w = World::new().await;
    let row = room(&w, RoomKind::Private).await;
    let mut member = w.participant(row.id, "eve").await;
    member.member_type = MemberType::Monitor;
    w.store.put_participant(member.clone()).await.unwrap();
    let token = w.token(&member).await;
    let mut alice = w.client(row.id, "alice").await;
    alice.join().await;
    let mut eve = w.attach(&token, PeerId(w.node.mint_id()), 64).await;
    eve.join().await;
    let session = w.sessions().await.items[0].id;
    let stays = w.stays(session).await;
    let watching = stays.iter().find(|s| s.stay.participant == member.id).unwrap();
    assert_eq!(watching.stay.role, Role::Monitor);
    assert_eq!(watching.person.ip_address, None, "addresses are stored only when the settings say so");
    w.clock.advance(60_000);
    assert_eq!(w.store.together_ms(row.id, Some(w.node.now())).await.unwrap(), 0);
}
