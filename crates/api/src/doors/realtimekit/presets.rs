//! Presets of an app (SEMANTICS §2.6).

use sederunt_store::ListQuery;
use utoipa::IntoParams;

use super::access::{InApp, Read};
use super::page::PageOf;
use super::view::{Listed, PresetListItem};
use crate::dialect::{KitError, KitErrors};
use crate::extract::Params;
use crate::fault::Fault;
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
