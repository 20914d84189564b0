//! The one order of the crate.

/// What sessions are sorted by: a value, and the id where two have the same. The value is the start in milliseconds, or
/// the milliseconds consumed. No two sessions have the same key.
pub type Key = (i64, u128);
