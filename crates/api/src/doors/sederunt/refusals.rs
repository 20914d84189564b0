//! People who were not let in lately, by cause: of an app, or of all of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// People who were not let in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refusals {
    /// Why, as the metrics have it.
    kind: &'static str,
    /// How many.
    count: u64,
}

impl Refusals {
    /// Most first.
    pub(super) fn of(found: BTreeMap<&'static str, u64>) -> Vec<Self> {
        let mut found: Vec<_> = found.into_iter().map(|(kind, count)| Self { kind, count }).collect();
        found.sort_by_key(|one| Reverse(one.count));
        found
    }
}
