//! The LIVE session of a meeting (SEMANTICS §2.2).

use axum::http::StatusCode;
use sederunt_app::{AppError, live};
use sederunt_changes::text::iso;
use sederunt_core::id::{MeetingId, ParticipantId};
use sederunt_store::ParticipantRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{Change, InMeeting, Read};
use super::view::{Envelope, Session};
use crate::dialect::{KitError, KitErrors};
use crate::extract::Body;
use crate::fault::{Fault, at_most};
use crate::limit::{CUSTOM_ID_MAX_CHARS, KICK_IDS_MAX};

fn no_session(meeting: MeetingId) -> KitError {
    KitError::new(StatusCode::NOT_FOUND, format!("No active session found for meeting_id {meeting}"))
}

/// The LIVE session of a meeting, also while its keep-alive runs.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session",
    operation_id = "activeSessionGetActiveSession",
    tag = "Active session",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<Session>), KitErrors)
)]
pub(super) async fn get(caller: InMeeting<Read>) -> Result<Envelope<Session>, KitError> {
    let row = caller.store().active_session(caller.meeting.id).await?;
    let row = row.ok_or_else(|| no_session(caller.meeting.id))?;
    Ok(Envelope::of(Session::of(row.borrow(), caller.node.steady())))
}

/// Whom to remove or mute. At least one of the lists.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ActiveSessionKickParticipantsRequest {
    /// IDs of the people.
    #[serde(default)]
    #[schema(max_items = 1000)]
    participant_ids: Option<Vec<String>>,
    /// Caller-side identifiers of the people.
    #[serde(default)]
    #[schema(max_items = 1000)]
    custom_participant_ids: Option<Vec<String>>,
}

impl ActiveSessionKickParticipantsRequest {
    fn check(&self) -> Result<(), Fault> {
        if self.participant_ids.is_none() && self.custom_participant_ids.is_none() {
            return Err(Fault::whole("\"participant_ids\" or \"custom_participant_ids\" is required"));
        }
        let lists = [
            ("participant_ids", &self.participant_ids),
            ("custom_participant_ids", &self.custom_participant_ids),
        ];
        for (field, list) in lists {
            let list = list.as_deref().unwrap_or_default();
            if list.len() > KICK_IDS_MAX {
                return Err(Fault::new(field, format!("must have at most {KICK_IDS_MAX} items")));
            }
            list.iter().try_for_each(|id| at_most(field, id, CUSTOM_ID_MAX_CHARS))?;
        }
        Ok(())
    }

    /// Participants and their custom ids. Texts that are no ids name nobody.
    fn whom(self) -> (Vec<ParticipantId>, Vec<String>) {
        let ids = self.participant_ids.unwrap_or_default();
        let participants = ids.iter().filter_map(|id| id.parse().ok()).collect();
        (participants, self.custom_participant_ids.unwrap_or_default())
    }
}

/// A person that was removed or muted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KickedParticipant {
    /// Participant ID.
    id: String,
    /// Display name.
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    /// Avatar URL.
    #[serde(skip_serializing_if = "String::is_empty")]
    picture: String,
    /// Creation time.
    #[schema(format = DateTime)]
    created_at: String,
    /// Time of the last change.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<ParticipantRow> for KickedParticipant {
    fn from(row: ParticipantRow) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name,
            picture: row.picture,
            created_at: iso(row.created_at),
            updated_at: iso(row.updated_at),
        }
    }
}

/// Who was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Kicked {
    /// Name of the action carried out.
    action: &'static str,
    /// The people.
    participants: Vec<KickedParticipant>,
}

/// Who is muted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Muted {
    /// Name of the action carried out.
    action: &'static str,
    /// The people.
    participants: Vec<KickedParticipant>,
}

/// How many are muted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MutedAll {
    /// Name of the action carried out.
    action: &'static str,
    /// How many people are muted.
    muted_participants_count: usize,
}

/// How everybody is muted.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MuteAllParticipantsRequest {
    /// Whether they may unmute themselves; keeping them from it is not built.
    #[schema(schema_with = crate::document::only_true)]
    allow_unmute: bool,
}

/// How many were removed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KickedAll {
    /// Name of the action carried out.
    action: &'static str,
    /// How many people were removed.
    kicked_participants_count: usize,
}

/// An error of a use case in the meeting's LIVE session.
pub(super) fn in_session(meeting: MeetingId, error: AppError) -> KitError {
    if matches!(error, AppError::NoSession) { no_session(meeting) } else { error.into() }
}

/// Removes people from the LIVE session. If nobody is left, its keep-alive runs.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick",
    operation_id = "activeSessionKickParticipants",
    tag = "Active session",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    request_body = ActiveSessionKickParticipantsRequest,
    responses((status = 200, description = "Done.", body = Envelope<Kicked>), KitErrors)
)]
pub(super) async fn kick(
    caller: InMeeting<Change>,
    Body(body, _): Body<ActiveSessionKickParticipantsRequest, KitError>,
) -> Result<Envelope<Kicked>, KitError> {
    body.check()?;
    let meeting = caller.meeting.id;
    let (participants, custom_ids) = body.whom();
    let kicked = live::kick(&caller.node, meeting, participants, custom_ids).await;
    let kicked = kicked.map_err(|error| in_session(meeting, error))?;
    let participants = kicked.into_iter().map(KickedParticipant::from).collect();
    Ok(Envelope::of(Kicked { action: "kick", participants }))
}

/// Removes everybody; the session ends at once.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/kick-all",
    operation_id = "activeSessionKickAllParticipants",
    tag = "Active session",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<KickedAll>), KitErrors)
)]
pub(super) async fn kick_all(caller: InMeeting<Change>) -> Result<Envelope<KickedAll>, KitError> {
    let meeting = caller.meeting.id;
    let kicked = live::kick_all(&caller.node, meeting).await.map_err(|error| in_session(meeting, error))?;
    Ok(Envelope::of(KickedAll { action: "kick_all", kicked_participants_count: kicked }))
}

/// Mutes the microphones of people in the LIVE session, who may unmute themselves.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/mute",
    operation_id = "MuteParticipants",
    tag = "Active session",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    request_body = ActiveSessionKickParticipantsRequest,
    responses((status = 200, description = "Done.", body = Envelope<Muted>), KitErrors)
)]
pub(super) async fn mute(
    caller: InMeeting<Change>,
    Body(body, _): Body<ActiveSessionKickParticipantsRequest, KitError>,
) -> Result<Envelope<Muted>, KitError> {
    body.check()?;
    let meeting = caller.meeting.id;
    let (participants, custom_ids) = body.whom();
    let muted = live::mute(&caller.node, meeting, participants, custom_ids).await;
    let muted = muted.map_err(|error| in_session(meeting, error))?;
    let participants = muted.into_iter().map(KickedParticipant::from).collect();
    Ok(Envelope::of(Muted { action: "mute", participants }))
}

/// Mutes the microphones of everybody in the LIVE session; they may unmute themselves.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/active-session/mute-all",
    operation_id = "MuteAllParticipants",
    tag = "Active session",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    request_body = MuteAllParticipantsRequest,
    responses((status = 200, description = "Done.", body = Envelope<MutedAll>), KitErrors)
)]
pub(super) async fn mute_all(
    caller: InMeeting<Change>,
    Body(body, _): Body<MuteAllParticipantsRequest, KitError>,
) -> Result<Envelope<MutedAll>, KitError> {
    if !body.allow_unmute {
        return Err(Fault::new("allow_unmute", "must be true: keeping people muted is not built").into());
    }
    let meeting = caller.meeting.id;
    let muted = live::mute_all(&caller.node, meeting).await.map_err(|error| in_session(meeting, error))?;
    Ok(Envelope::of(MutedAll { action: "mute_all", muted_participants_count: muted }))
}
