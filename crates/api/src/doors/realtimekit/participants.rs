//! Participants of a meeting and their tokens (SEMANTICS §2.1, §2.5).

use sederunt_core::fact::LeaveReason;
use sederunt_core::id::Id;
use sederunt_core::input::Command;
use sederunt_store::{ListQuery, ParticipantRow};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::access::{Change, InMeeting, OfParticipant, Read};
use super::page::PageOf;
use super::presets;
use super::view::{Created, DeletedParticipant, Envelope, Listed, Participant, ParticipantWithToken, Token};
use crate::dialect::{KitError, KitErrors};
use crate::extract::{Body, Params};
use crate::fault::Fault;
use crate::make::{self, NewParticipant};
use crate::query::{FromQuery, Query};
use sederunt_changes::text::iso;

/// Page of the participant list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    #[param(ignore)]
    page: PageOf,
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { page: PageOf::from_query(query)? })
    }
}

/// Participants of a meeting, newest first.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants",
    operation_id = "meetingsGetMeetingParticipants",
    tag = "Meetings",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path), ListParams, PageOf),
    responses((status = 200, description = "Done.", body = Listed<Vec<Participant>>), KitErrors)
)]
pub(super) async fn list(
    caller: InMeeting<Read>,
    Params(p, _): Params<ListParams, KitError>,
) -> Result<Listed<Vec<Participant>>, KitError> {
    let page = p.page;
    let query = ListQuery { offset: page.offset(), limit: page.limit(), ..ListQuery::default() };
    let found = caller.store().participants(caller.meeting.id, query).await?;
    let data: Vec<_> = found.items.iter().map(Participant::from).collect();
    let paging = page.paging(data.len(), found.total);
    Ok(Listed { success: true, data, paging })
}

/// Someone who may join.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MeetingsAddParticipantRequest {
    /// The caller's own identifier for this person.
    #[schema(min_length = 1, max_length = 256)]
    custom_participant_id: String,
    /// Name of the preset applied.
    #[schema(min_length = 1, max_length = 256)]
    preset_name: String,
    /// Display name.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// Avatar URL.
    #[schema(schema_with = crate::document::web_url_or_nothing)]
    picture: Option<String>,
}

impl MeetingsAddParticipantRequest {
    fn wanted(self) -> NewParticipant {
        let Self { custom_participant_id, preset_name, name, picture } = self;
        NewParticipant { custom_participant_id, preset_name, name, picture }
    }
}

/// Adds a participant and gives it a token.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants",
    operation_id = "meetingsAddParticipant",
    tag = "Meetings",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("meeting_id" = String, Path)),
    request_body = MeetingsAddParticipantRequest,
    responses((status = 201, description = "Done.", body = Envelope<ParticipantWithToken>), KitErrors)
)]
pub(super) async fn add(
    caller: InMeeting<Read>,
    Body(body, _): Body<MeetingsAddParticipantRequest, KitError>,
) -> Result<Created<ParticipantWithToken>, KitError> {
    let wanted = body.wanted();
    wanted.check()?;
    let preset = presets::named(caller.store(), &caller.meeting.app, &wanted.preset_name).await?;
    let id = Id::into(caller.node.mint_id());
    let made = make::checked_participant(wanted, id, &caller.meeting, caller.node.now());
    let row = ParticipantRow { preset_id: Some(preset.id.clone()), ..made };
    let token = caller.node.mint_token(&row, &preset)?;
    caller.store().create_participant(row.clone()).await?;
    Ok(Created(ParticipantWithToken { participant: Participant::from(&row), token }))
}

/// Deletes a participant: all its tokens die at once, and its peers are removed.
#[utoipa::path(
    delete,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}",
    operation_id = "meetingsDeleteMeetingParticipant",
    tag = "Meetings",
    params(
        ("account_id" = String, Path),
        ("app_id" = String, Path),
        ("meeting_id" = String, Path),
        ("participant_id" = String, Path)
    ),
    responses((status = 200, description = "Done.", body = Envelope<DeletedParticipant>), KitErrors)
)]
pub(super) async fn delete(caller: OfParticipant<Change>) -> Result<Envelope<DeletedParticipant>, KitError> {
    let (node, who) = (caller.node, caller.participant);
    let preset_id = presets::of_participant(node.store(), &who).await?.id;
    let now = node.now();
    let delete = move |row: &mut ParticipantRow| (row.deleted_at, row.updated_at) = (Some(now), now);
    let row = node.store().change_participant(who.meeting, who.id, delete).await?;
    // After the tokens are dead, so that a kicked client does not come back in between.
    let reason = LeaveReason::ParticipantDeleted;
    let kick = Command::Kick { participants: vec![row.id], custom_ids: Vec::new(), reason };
    node.command(row.meeting, kick).await?;
    Ok(Envelope::of(DeletedParticipant {
        custom_participant_id: row.custom_participant_id.unwrap_or_default(),
        preset_id,
        created_at: iso(row.created_at),
        updated_at: iso(row.updated_at),
    }))
}

/// A new token; the older ones stay valid.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}/token",
    operation_id = "meetingsRefreshParticipantToken",
    tag = "Meetings",
    params(
        ("account_id" = String, Path),
        ("app_id" = String, Path),
        ("meeting_id" = String, Path),
        ("participant_id" = String, Path)
    ),
    responses((status = 200, description = "Done.", body = Envelope<Token>), KitErrors)
)]
pub(super) async fn refresh_token(caller: OfParticipant<Read>) -> Result<Envelope<Token>, KitError> {
    let preset = presets::of_participant(caller.node.store(), &caller.participant).await?;
    Ok(Envelope::of(Token { token: caller.node.mint_token(&caller.participant, &preset)? }))
}
