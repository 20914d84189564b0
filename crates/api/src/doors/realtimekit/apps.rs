//! Apps of an account (SEMANTICS §2.1, §2.6).

use sederunt_app::accounts;
use sederunt_store::ListQuery;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::access::{Account, Change, Read};
use super::page::PageOf;
use super::sessions::{Order, OrderName};
use super::view::{App, Created, CreatedApp, Envelope, Listed};
use crate::dialect::{KitError, KitErrors};
use crate::extract::{Body, Params};
use crate::fault::Fault;
use crate::query::{FromQuery, Query};

/// Search, order and page of the app list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Part of the name or the ID.
    search: Option<String>,
    /// Sort order by creation time; DESC when not given.
    #[param(inline, value_type = Option<OrderName>)]
    sort_order: Option<Order>,
    #[param(ignore)]
    page: PageOf,
}

impl FromQuery for ListParams {
    fn from_query(query: &Query) -> Result<Self, Fault> {
        Ok(Self {
            search: query.text("search")?.map(str::to_owned),
            sort_order: Order::from_query(query)?,
            page: PageOf::from_query(query)?,
        })
    }
}

/// Apps of an account, newest first.
#[utoipa::path(
    get,
    path = "/accounts/{account_id}/realtime/kit/apps",
    operation_id = "appsGet",
    tag = "Apps",
    params(("account_id" = String, Path), ListParams, PageOf),
    responses((status = 200, description = "Done.", body = Listed<Vec<App>>), KitErrors)
)]
pub(super) async fn list(
    caller: Account<Read>,
    Params(p, _): Params<ListParams, KitError>,
) -> Result<Listed<Vec<App>>, KitError> {
    let page = p.page;
    let query = ListQuery {
        search: p.search,
        ascending: p.sort_order == Some(Order::Ascending),
        offset: page.offset(),
        limit: page.limit(),
        ..ListQuery::default()
    };
    let found = caller.node.store().apps(&caller.id, query).await?;
    let data: Vec<_> = found.items.iter().map(App::from).collect();
    let paging = page.paging(data.len(), found.total);
    Ok(Listed { success: true, data, paging })
}

/// A new app.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AppsPostRequest {
    /// Display name.
    #[schema(min_length = 1, max_length = 256)]
    name: String,
}

/// Makes an app with the default presets.
#[utoipa::path(
    post,
    path = "/accounts/{account_id}/realtime/kit/apps",
    operation_id = "appsPost",
    tag = "Apps",
    params(("account_id" = String, Path)),
    request_body = AppsPostRequest,
    responses((status = 201, description = "Done.", body = Envelope<CreatedApp>), KitErrors)
)]
pub(super) async fn create(
    caller: Account<Change>,
    Body(body, _): Body<AppsPostRequest, KitError>,
) -> Result<Created<CreatedApp>, KitError> {
    let id = accounts::new_app_id(&caller.node);
    let app = accounts::create_app(&caller.node, id, caller.id, body.name).await?;
    Ok(Created(CreatedApp { app: App::from(&app) }))
}
