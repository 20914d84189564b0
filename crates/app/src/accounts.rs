//! Apps of an account.

use sederunt_core::id::AppId;
use sederunt_store::AppRow;

use crate::presets::default_presets;
use crate::rule::{NAME_MAX_CHARS, filled};
use crate::{AppError, Site};

/// Makes an app with the default presets. `id` is a fresh one, or one that was written down before.
pub async fn create_app(
    site: &impl Site,
    id: AppId,
    account: String,
    name: String,
) -> Result<AppRow, AppError> {
    filled("name", &name, NAME_MAX_CHARS)?;
    let app = AppRow { id, account, name, created_at: site.now() };
    let presets = default_presets(&app.id, app.created_at, || site.mint_id());
    site.store().create_app(app.clone(), presets).await?;
    Ok(app)
}

/// An id for a new app.
pub fn new_app_id(site: &impl Site) -> AppId {
    AppId::from(site.mint_id().to_string().as_str())
}
