//! Values between Rust and SQLite.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, RowIndex};
use sederunt_core::id::{PeerId, StayId};
use sederunt_core::time::UnixMs;
use sederunt_core::view_type::ViewType;
use serde_json::Value;

use crate::{Result, StoreError, Thing};

/// A 128-bit id as stored.
pub(crate) type Blob = [u8; 16];

/// An id as stored: big-endian, so that byte order is id order.
pub(crate) const fn blob(id: u128) -> Blob {
    id.to_be_bytes()
}

/// Reads a 128-bit id of any type.
pub(crate) fn id<T: From<sederunt_core::id::Id>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let bytes: Blob = row.get(column)?;
    Ok(sederunt_core::id::Id::from_u128(u128::from_be_bytes(bytes)).into())
}

/// Reads a 128-bit id of any type that may be missing.
pub(crate) fn opt_id<T: From<sederunt_core::id::Id>>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    let bytes: Option<Blob> = row.get(column)?;
    Ok(bytes.map(|bytes| sederunt_core::id::Id::from_u128(u128::from_be_bytes(bytes)).into()))
}

/// Reads the id of a stay of this peer: one from before stays had ids of their own, or whose id is the peer's, has none in
/// its column.
pub(crate) fn stay_id(row: &Row<'_>, column: impl RowIndex, peer: PeerId) -> rusqlite::Result<StayId> {
    let bytes: Option<Blob> = row.get(column)?;
    Ok(bytes.map_or(StayId(peer.0), |bytes| StayId::from_u128(u128::from_be_bytes(bytes))))
}

/// The id of a stay as [`stay_id`] reads it.
pub(crate) fn opt_stay_blob(id: StayId, peer: PeerId) -> Option<Blob> {
    (id.0 != peer.0).then(|| blob(id.as_u128()))
}

/// Reads an instant.
pub(crate) fn ms(row: &Row<'_>, column: &str) -> rusqlite::Result<UnixMs> {
    row.get(column).map(UnixMs)
}

/// Reads an instant that may be missing.
pub(crate) fn opt_ms(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<UnixMs>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(UnixMs))
}

/// Reads a name of a closed set.
pub(crate) fn name<T>(row: &Row<'_>, column: &str, parse: fn(&str) -> Option<T>) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| bad(column, &text))
}

/// Reads a name of a closed set that may be missing.
pub(crate) fn opt_name<T>(
    row: &Row<'_>,
    column: &str,
    parse: fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    parse(&text).map(Some).ok_or_else(|| bad(column, &text))
}

/// Reads the code of a view type that may be missing.
pub(crate) fn view_type(code: Option<u8>) -> rusqlite::Result<Option<ViewType>> {
    let read = |code: u8| ViewType::of_code(code).ok_or_else(|| bad("view_type", &code.to_string()));
    code.map(read).transpose()
}

/// Reads JSON.
pub(crate) fn json(row: &Row<'_>, column: &str) -> rusqlite::Result<Value> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(e)))
}

/// A value that this program never writes.
pub(crate) fn bad(column: &str, value: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, format!("{column} holds {value:?}").into())
}

/// Errors of writing a row of `what`: a broken unique rule is [`StoreError::Exists`].
pub(crate) fn write_error(what: Thing) -> impl Fn(rusqlite::Error) -> StoreError {
    use rusqlite::ffi;
    move |e| match e.sqlite_extended_error_code() {
        Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_UNIQUE) => StoreError::Exists(what),
        Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => StoreError::NotFound(Thing::App),
        _ => StoreError::Sqlite(e),
    }
}

/// One row or none of a cached statement.
pub(crate) fn find<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    use rusqlite::OptionalExtension;
    Ok(conn.prepare_cached(sql)?.query_row(params, read).optional()?)
}

/// All rows of a cached statement.
pub(crate) fn list<T>(
    conn: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A number as SQLite has it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Back from [`signed`].
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
