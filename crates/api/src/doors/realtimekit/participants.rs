//! Participants of a meeting and their tokens (SEMANTICS §2.1, §2.5).

use sederunt_app::people::{self, NewPerson, PersonChanges};
use sederunt_app::{AppError, presets};
use sederunt_changes::text::iso;
use sederunt_store::ListQuery;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::access::{Change, InMeeting, OfParticipant, Read};
use super::page::PageOf;
use super::view::{Created, DeletedParticipant, Envelope, Listed, Participant, ParticipantWithToken, Token};
use crate::dialect::{KitError, KitErrors};
use crate::extract::{Body, Params};
use crate::fault::{Fault, web_url_or_nothing};
use crate::query::{FromQuery, Query};

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
    fn wanted(self) -> NewPerson {
        let Self { custom_participant_id, preset_name, name, picture } = self;
        let custom_participant_id = Some(custom_participant_id);
        NewPerson { custom_participant_id, preset_name, name, picture }
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
    web_url_or_nothing("picture", wanted.picture.as_deref())?;
    let (row, token) = people::add(&caller.node, &caller.meeting, wanted).await?;
    Ok(Created(ParticipantWithToken { participant: Participant::from(&row), token }))
}

/// One participant.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}",
    operation_id = "meetingsGetMeetingParticipant",
    tag = "Meetings",
    params(
        ("account_id" = String, Path),
        ("app_id" = String, Path),
        ("meeting_id" = String, Path),
        ("participant_id" = String, Path)
    ),
    responses((status = 200, description = "Done.", body = Envelope<Participant>), KitErrors)
)]
pub(super) async fn get(caller: OfParticipant<Read>) -> Envelope<Participant> {
    Envelope::of(Participant::from(&caller.participant))
}

/// What of a participant is to be changed.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MeetingsEditParticipantRequest {
    /// Display name; empty = none.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// Avatar URL; empty = none.
    #[schema(schema_with = crate::document::web_url_or_nothing)]
    picture: Option<String>,
    /// Name of the preset applied; counts from the next join.
    #[schema(min_length = 1, max_length = 256)]
    preset_name: Option<String>,
}

/// Changes name, picture or preset of a participant and gives it a new token; the older ones stay valid.
#[utoipa::path(
    patch,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/meetings/{meeting_id}/participants/{participant_id}",
    operation_id = "meetingsEditParticipant",
    tag = "Meetings",
    params(
        ("account_id" = String, Path),
        ("app_id" = String, Path),
        ("meeting_id" = String, Path),
        ("participant_id" = String, Path)
    ),
    request_body = MeetingsEditParticipantRequest,
    responses((status = 200, description = "Done.", body = Envelope<ParticipantWithToken>), KitErrors)
)]
pub(super) async fn edit(
    caller: OfParticipant<Change>,
    Body(body, _): Body<MeetingsEditParticipantRequest, KitError>,
) -> Result<Envelope<ParticipantWithToken>, KitError> {
    let MeetingsEditParticipantRequest { name, picture, preset_name } = body;
    let changes = PersonChanges { name, picture, preset_name };
    changes.check()?;
    web_url_or_nothing("picture", changes.picture.as_deref())?;
    let (row, token) = people::change(&caller.node, &caller.participant, changes).await?;
    Ok(Envelope::of(ParticipantWithToken { participant: Participant::from(&row), token }))
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
    let preset_id = match presets::of_participant(caller.node.store(), &caller.participant).await {
        Ok(preset) => preset.id,
        // Whose preset is not there any more can be deleted all the same.
        Err(AppError::NoPreset(_)) => String::new(),
        Err(error) => return Err(error.into()),
    };
    let row = people::remove(&caller.node, &caller.participant).await?;
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
    Ok(Envelope::of(Token { token: people::fresh_token(&caller.node, &caller.participant).await? }))
}
