//! What a session adds up to, as a line.

use sederunt_core::tally::{Tally, minutes};
use sederunt_core::time::UnixMs;

use crate::show::{Names, clock};

/// As it stands `now`, by the session's own time.
pub(crate) fn line(names: &mut Names, tally: &Tally, now: UnixMs) -> String {
    let c = tally.columns();
    let state = match (c.ended_at, c.end_reason) {
        (Some(at), Some(reason)) => format!("ENDED {} {}", clock::show(at.0), reason.as_str()),
        _ => "LIVE".to_owned(),
    };
    format!(
        "{} {state} {:?} started {} live {} max {} stays {} minutes {} together {}",
        names.id(c.session.0),
        c.title,
        clock::show(c.started_at.0),
        c.live_count,
        c.peak,
        c.stay_count,
        minutes(c.consumed_ms(now)),
        clock::show(c.together_ms(now)),
    )
}
