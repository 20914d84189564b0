//! Reading payloads: messages, ids, numbers; and instants for the wire.

use std::str::FromStr;

use prost::Message;
use sederunt_core::time::UnixMs;

use super::Refusal;

/// The message of a payload.
pub(super) fn read<T: Message + Default>(payload: &[u8]) -> Result<T, Refusal> {
    T::decode(payload).map_err(|e| Refusal::bad(format!("the payload cannot be read: {e}")))
}

pub(super) fn id<T: FromStr>(field: &'static str, text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::bad(format!("\"{field}\" is not an id")))
}

pub(super) fn ids<T: FromStr>(field: &'static str, texts: &[String]) -> Result<Vec<T>, Refusal> {
    texts.iter().map(|text| id(field, text)).collect()
}

/// An id that may be left out; the empty text counts as left out.
pub(super) fn maybe_id<T: FromStr>(field: &'static str, text: Option<&str>) -> Result<Option<T>, Refusal> {
    text.filter(|text| !text.is_empty()).map(|text| id(field, text)).transpose()
}

/// Sizes and offsets are signed on the wire; a negative one means none.
pub(super) fn count(n: i32) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

/// Unix milliseconds for an unsigned field; times before 1970 are 0.
pub(super) fn unsigned(ms: UnixMs) -> u64 {
    u64::try_from(ms.0).unwrap_or(0)
}
