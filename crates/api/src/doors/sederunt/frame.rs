//! Text of the stream (WHATWG HTML, server-sent events).
//!
//! A block with an `id:` and no `data:` moves the client's last event id without telling anything: so a client whose
//! filter hides everything still goes on from where the feed is, not from its last event.

use std::fmt::Write as _;

use axum::body::Bytes;
use sederunt_changes::{Cursor, Mark, Snapshot, Told};
use sederunt_core::time::UnixMs;
use sederunt_store::{EventRow, LiveSession};

use super::view::Cut;

/// Changes as text, and where each ends in it.
pub(super) fn events(rows: Vec<EventRow>) -> Result<(Bytes, Vec<Mark>), serde_json::Error> {
    let mut text = String::new();
    let mut marks = Vec::with_capacity(rows.len());
    for row in rows {
        let Told { seq, meeting, session, kind, json } = Told::of(row)?;
        head(&mut text, Some(seq), kind.told());
        text.push_str(&json);
        text.push_str("\n\n");
        marks.push(Mark { seq, meeting, session, kind, end: text.len() });
    }
    Ok((text.into(), marks))
}

/// The first block: when to come back, and from where.
pub(super) fn hello(retry_ms: u64, from: Option<Cursor>) -> Bytes {
    let id = from.map(|from| format!("id: {}\n", from.seq())).unwrap_or_default();
    format!(": sederunt\nretry: {retry_ms}\n{id}\n").into()
}

/// Nothing happened, up to here.
pub(super) fn heartbeat(through: Cursor) -> Bytes {
    format!(": heartbeat\nid: {}\n\n", through.seq()).into()
}

/// A part of the snapshot. Only the last one has an id: a client that was cut off before it begins anew.
pub(super) fn snapshot(
    seq: u64,
    app: &str,
    sessions: Vec<LiveSession>,
    now: UnixMs,
    complete: bool,
) -> Result<Bytes, serde_json::Error> {
    let mut text = String::new();
    head(&mut text, complete.then_some(seq), "snapshot");
    text.push_str(&serde_json::to_string(&Snapshot::of(seq, app, sessions, now, complete))?);
    text.push_str("\n\n");
    Ok(text.into())
}

/// The last block.
pub(super) fn cut(reason: &'static str, told: Cursor) -> Bytes {
    let mut text = String::new();
    head(&mut text, None, "cut");
    text.push_str(&serde_json::to_string(&Cut::of(reason, told.seq())).unwrap_or_default());
    text.push_str("\n\n");
    text.into()
}

fn head(text: &mut String, id: Option<u64>, event: &str) {
    if let Some(id) = id {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "id: {id}");
    }
    let _ = write!(text, "event: {event}\ndata: ");
}
