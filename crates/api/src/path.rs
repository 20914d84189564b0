//! Parameters of a path, each by itself: one that is not UTF-8 names nothing, and hides no other (SEMANTICS §3.1).

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use sederunt_core::id::AppId;
use sederunt_store::{AppRow, Store, StoreError};

/// The parameter that has one of these names, decoded; `None` when the path has none, or when it is not UTF-8.
pub(crate) fn param(parts: &Parts, names: &[&str]) -> Option<String> {
    let template = parts.extensions.get::<MatchedPath>()?.as_str();
    let is_asked = |step: &str| {
        step.strip_prefix('{')
            .and_then(|step| step.strip_suffix('}'))
            .is_some_and(|name| names.contains(&name))
    };
    let mut steps = template.split('/').zip(parts.uri.path().split('/'));
    let (_, text) = steps.find(|(step, _)| is_asked(step))?;
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

/// The app of this id. Ids are read in any case: ours are hex digits; those that were imported are found as they are.
pub(crate) async fn app(store: &Store, text: &str) -> Result<Option<AppRow>, StoreError> {
    match store.app(&AppId::from(text)).await? {
        None if text.bytes().any(|b| b.is_ascii_uppercase()) => {
            store.app(&AppId::from(text.to_ascii_lowercase().as_str())).await
        }
        found => Ok(found),
    }
}
