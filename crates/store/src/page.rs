//! The one query behind every list of the registry.

use rusqlite::{Connection, Row, ToSql, named_params};

use crate::fold::Needle;
use crate::{ListQuery, Page, Result};

/// What differs between the lists.
pub(crate) struct Listing<T> {
    /// Table; its rows have `created_ms`.
    pub table: &'static str,
    /// Column that tells rows of one instant apart.
    pub tie: &'static str,
    /// Which rows belong to `:scope`.
    pub scope: &'static str,
    /// Column for [`ListQuery::name`].
    pub name: &'static str,
    /// Condition on `:text` (folded) and `:part` (of an id).
    pub search: &'static str,
    /// Value for [`ListQuery::active`].
    pub active: &'static str,
    /// Value for [`ListQuery::terminated`].
    pub terminated: &'static str,
    /// Reads a row.
    pub read: fn(&Row<'_>) -> rusqlite::Result<T>,
}

/// One page and the number of all matches, by `created_ms`, ties by [`Listing::tie`].
pub(crate) fn page<T>(
    conn: &Connection,
    l: &Listing<T>,
    scope: &dyn ToSql,
    q: &ListQuery,
) -> Result<Page<T>> {
    let needle = Needle::new(q.search.as_deref());
    let filter = format!(
        "FROM {} WHERE {} AND created_ms BETWEEN :from AND :to AND (:name IS NULL OR {} = :name)
         AND (:text IS NULL OR {}) AND (:active IS NULL OR {} = :active)
         AND (:terminated IS NULL OR {} = :terminated)",
        l.table, l.scope, l.name, l.search, l.active, l.terminated
    );
    let (text, part) =
        (needle.as_ref().map(|n| &*n.text), needle.as_ref().and_then(|n| n.id_part.as_deref()));
    let (from, to) = (q.created_from.map_or(i64::MIN, |t| t.0), q.created_to.map_or(i64::MAX, |t| t.0));
    let total = conn.prepare_cached(&format!("SELECT count(*), :part {filter}"))?.query_row(
        named_params! { ":scope": scope, ":from": from, ":to": to, ":name": q.name, ":text": text, ":part": part,
            ":active": q.active, ":terminated": q.terminated },
        |r| r.get::<_, i64>(0),
    )?;
    let order = if q.ascending { "" } else { "DESC" };
    let mut rows = conn.prepare_cached(&format!(
        "SELECT *, :part AS part {filter} ORDER BY created_ms {order}, {} {order} LIMIT :limit OFFSET :offset",
        l.tie
    ))?;
    let items = rows
        .query_map(
            named_params! {
                ":scope": scope, ":from": from, ":to": to, ":name": q.name, ":text": text, ":part": part,
                ":active": q.active, ":terminated": q.terminated,
                ":limit": q.limit, ":offset": clamp(q.offset),
            },
            l.read,
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or(0) })
}

/// An offset for SQLite; beyond any table anyway.
pub(crate) fn clamp(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}
