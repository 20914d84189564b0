//! Paging and order of the Pagecall door (SEMANTICS §6.4).

use serde::Serialize;
use utoipa::ToSchema;

use crate::fault::Fault;
use crate::limit::{LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX};
use crate::query::Query;
use crate::value::whole_param;

/// Position in a list.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Paging {
    /// Most items asked for; without a limit, the number of items.
    pub(crate) limit: u64,
    /// Items skipped.
    pub(crate) offset: u64,
    /// Items in the whole list.
    pub(crate) total: u64,
}

/// Reads `limit`: 0 = the default, large values are lowered.
pub(crate) fn limit(query: &Query) -> Result<Option<u32>, Fault> {
    let lowered = |n: u64| match u32::try_from(n).unwrap_or(LIST_LIMIT_MAX) {
        0 => LIST_LIMIT_DEFAULT,
        n => n.min(LIST_LIMIT_MAX),
    };
    Ok(count(query, "limit")?.map(lowered))
}

/// Reads `offset`.
pub(crate) fn offset(query: &Query) -> Result<u64, Fault> {
    Ok(count(query, "offset")?.unwrap_or(0))
}

fn count(query: &Query, name: &'static str) -> Result<Option<u64>, Fault> {
    whole_param(query, name, "must be a whole number")
}

/// Reads `sort_by`: a field of `keys` with an optional `+` or `-`. `true` = ascending. A blank is a `+` that was not
/// escaped.
pub(crate) fn sort_by<T: Copy>(
    query: &Query,
    keys: &[(&'static str, T)],
) -> Result<Option<(T, bool)>, Fault> {
    let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    let wrong = || Fault::new("sort_by", format!("must be + or - and one of [{}]", names.join(", ")));
    let Some(text) = query.text("sort_by")? else { return Ok(None) };
    let (field, ascending) = match text.strip_prefix('-') {
        Some(field) => (field, false),
        None => (text.strip_prefix(['+', ' ']).unwrap_or(text), true),
    };
    let (_, key) = keys.iter().find(|(name, _)| *name == field).ok_or_else(wrong)?;
    Ok(Some((*key, ascending)))
}
