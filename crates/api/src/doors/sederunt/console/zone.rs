//! The time zone that a request names.

use jiff::tz::TimeZone;

use crate::fault::Fault;
use crate::limit::ZONE_MAX_CHARS;
use crate::query::Query;

/// Reads `tz`: an IANA name; UTC when it is not given.
pub(super) fn zone_param(query: &Query) -> Result<TimeZone, Fault> {
    let Some(name) = query.text("tz")? else { return Ok(TimeZone::UTC) };
    let known = (name.len() <= ZONE_MAX_CHARS).then(|| TimeZone::get(name).ok()).flatten();
    known.ok_or_else(|| Fault::new("tz", "must be the IANA name of a time zone, like Europe/Berlin"))
}

/// As it is told back.
pub(super) fn name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
