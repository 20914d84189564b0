//! Bodies of requests: JSON whose bytes are part of the contract. Receivers check a signature over the bytes as they came,
//! or over `JSON.stringify(JSON.parse(…))` of them: both must give the same. So keys stand in the vendor's order, there are
//! no floats and no keys that look like places of a list, nothing is `null`, and strings are escaped as `JSON.stringify`
//! does.

pub mod kit;
pub mod pagecall;

use bytes::Bytes;
use jiff::Timestamp;
use sederunt_core::time::UnixMs;
use serde::{Serialize, Serializer};

/// An instant as receivers read it: `2026-01-12T14:21:34.388Z` (SEMANTICS §1 rule 6).
#[derive(Debug, Clone, Copy)]
struct Iso(UnixMs);

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let at = Timestamp::from_millisecond(self.0.0).map_err(serde::ser::Error::custom)?;
        to.collect_str(&format_args!("{at:.3}"))
    }
}

/// Compact JSON.
fn json(value: &impl Serialize) -> Result<Bytes, BodyError> {
    Ok(Bytes::from(serde_json::to_vec(value)?))
}

/// A body that cannot be written: an instant beyond the year 9999.
#[derive(Debug, thiserror::Error)]
#[error("a body of a webhook cannot be written: {0}")]
pub struct BodyError(#[from] serde_json::Error);
