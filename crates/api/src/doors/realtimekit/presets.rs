//! Presets of an app (SEMANTICS §2.6).

use sederunt_app::presets::{self, Changes, Whole};
use sederunt_store::ListQuery;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, IntoResponses};

use super::access::{Change, InApp, OfPreset, Read};
use super::page::PageOf;
use super::view::{Envelope, Listed, Preset, PresetListItem};
use crate::dialect::{KitError, KitErrorBody, KitErrors};
use crate::extract::{Body, Params};
use crate::fault::{Fault, web_url_or_nothing};
use crate::query::{FromQuery, Query};

/// Search and page of the preset list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Part of the name or the ID.
    search: Option<String>,
    #[param(ignore)]
    page: PageOf,
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self { search: query.text("search")?.map(str::to_owned), page: PageOf::from_query(query)? })
    }
}

/// Presets of an app, oldest first.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/presets",
    operation_id = "presetsGet",
    tag = "Presets",
    params(("account_id" = String, Path), ("app_id" = String, Path), ListParams, PageOf),
    responses((status = 200, description = "Done.", body = Listed<Vec<PresetListItem>>), KitErrors)
)]
pub(super) async fn list(
    caller: InApp<Read>,
    Params(p, _): Params<ListParams, KitError>,
) -> Result<Listed<Vec<PresetListItem>>, KitError> {
    let page = p.page;
    let query =
        ListQuery { search: p.search, offset: page.offset(), limit: page.limit(), ..ListQuery::default() };
    let found = caller.store().presets(&caller.app.id, query).await?;
    let data: Vec<_> = found.items.iter().map(PresetListItem::from).collect();
    let paging = page.paging(data.len(), found.total);
    Ok(Listed { success: true, data, paging })
}

/// Another preset of the app has this name.
#[derive(IntoResponses)]
#[response(status = 409)]
#[expect(dead_code, reason = "documents the answer")]
struct NameTaken(KitErrorBody);

/// What a whole preset says; its form is that of the tree of presets.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct PresetsCreateRequest(Map<String, Value>);

/// What of a preset is to be changed.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct PresetsUpdateRequest(Map<String, Value>);

impl PresetsCreateRequest {
    fn whole(self) -> Result<Whole, Fault> {
        logo(&self.0)?;
        Whole::of(self.0)
    }
}

impl PresetsUpdateRequest {
    fn changes(self) -> Result<Changes, Fault> {
        logo(&self.0)?;
        Changes::of(self.0)
    }
}

/// The one field of which HTTP says what it is. One of another form is named with all others.
fn logo(body: &Map<String, Value>) -> Result<(), Fault> {
    let tokens = body.get("ui").and_then(|ui| ui.get("design_tokens"));
    let logo = tokens.and_then(|tokens| tokens.get("logo")).and_then(Value::as_str);
    web_url_or_nothing("ui.design_tokens.logo", logo)
}

/// Makes a preset.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/presets",
    operation_id = "presetsCreate",
    tag = "Presets",
    params(("account_id" = String, Path), ("app_id" = String, Path)),
    request_body = PresetsCreateRequest,
    responses((status = 200, description = "Done.", body = Envelope<Preset>), NameTaken, KitErrors)
)]
pub(super) async fn create(
    caller: InApp<Change>,
    Body(body, _): Body<PresetsCreateRequest, KitError>,
) -> Result<Envelope<Preset>, KitError> {
    let row = presets::create(&caller.node, caller.app.id, body.whole()?).await?;
    Ok(Envelope::of(Preset::from(row)))
}

/// One preset.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}",
    operation_id = "presetsGetPresetByID",
    tag = "Presets",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("preset_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<Preset>), KitErrors)
)]
pub(super) async fn get(caller: OfPreset<Read>) -> Envelope<Preset> {
    Envelope::of(Preset::from(caller.preset))
}

/// Changes the given parts of a preset; whoever is in a meeting keeps what was in force at the join.
#[utoipa::path(
    patch,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}",
    operation_id = "presetsUpdate",
    tag = "Presets",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("preset_id" = String, Path)),
    request_body = PresetsUpdateRequest,
    responses((status = 200, description = "Done.", body = Envelope<Preset>), NameTaken, KitErrors)
)]
pub(super) async fn update(
    caller: OfPreset<Change>,
    Body(body, _): Body<PresetsUpdateRequest, KitError>,
) -> Result<Envelope<Preset>, KitError> {
    let row = presets::change(&caller.node, &caller.preset, body.changes()?).await?;
    Ok(Envelope::of(Preset::from(row)))
}

/// Replaces a preset as a whole.
#[utoipa::path(
    put,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}",
    operation_id = "presetsReplacePresetByID",
    tag = "Presets",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("preset_id" = String, Path)),
    request_body = PresetsCreateRequest,
    responses((status = 200, description = "Done.", body = Envelope<Preset>), NameTaken, KitErrors)
)]
pub(super) async fn replace(
    caller: OfPreset<Change>,
    Body(body, _): Body<PresetsCreateRequest, KitError>,
) -> Result<Envelope<Preset>, KitError> {
    let row = presets::replace(&caller.node, &caller.preset, body.whole()?).await?;
    Ok(Envelope::of(Preset::from(row)))
}

/// Deletes a preset: its name is free, and whoever holds it keeps it.
#[utoipa::path(
    delete,
    path = "/accounts/{account_id}/realtime/kit/{app_id}/presets/{preset_id}",
    operation_id = "presetsDelete",
    tag = "Presets",
    params(("account_id" = String, Path), ("app_id" = String, Path), ("preset_id" = String, Path)),
    responses((status = 200, description = "Done.", body = Envelope<Preset>), KitErrors)
)]
pub(super) async fn delete(caller: OfPreset<Change>) -> Result<Envelope<Preset>, KitError> {
    Ok(Envelope::of(Preset::from(presets::delete(&caller.node, &caller.preset).await?)))
}
