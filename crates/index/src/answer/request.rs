//! A query while it is answered.

use crate::answer::app::Snapshot;
use crate::answer::search::Term;
use crate::limits::Ways;
use crate::query::Query;

/// A query that is being answered.
pub(crate) struct Request<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) q: &'a Query,
    pub(crate) term: Option<&'a Term<'a>>,
    pub(crate) ways: Ways,
}
