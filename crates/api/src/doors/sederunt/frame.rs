//! Text of the stream (WHATWG HTML, server-sent events).
//!
//! A block with an `id:` and no `data:` moves the client's last event id without telling anything: so a client whose
//! filter hides everything still goes on from where the feed is, not from its last event.

use std::fmt::Write as _;

use axum::body::Bytes;
use sederunt_core::id::MeetingId;
use sederunt_core::time::UnixMs;
use sederunt_store::{EventRow, LiveSession};

use super::ring::Mark;
use super::view::{Cut, Event, Snapshot};

/// Changes as text, and where each ends in it.
pub(super) fn events(rows: Vec<EventRow>) -> Result<(Bytes, Vec<Mark>), serde_json::Error> {
    let mut text = String::new();
    let mut marks = Vec::with_capacity(rows.len());
    for row in rows {
        let (seq, meeting, kind): (u64, MeetingId, _) = (row.seq, row.fact.meeting, row.fact.kind.name());
        head(&mut text, Some(seq), kind.told());
        text.push_str(&serde_json::to_string(&Event::of(row))?);
        text.push_str("\n\n");
        marks.push(Mark { seq, meeting, kind, end: text.len() });
    }
    Ok((text.into(), marks))
}

/// The first block: when to come back, and from where.
pub(super) fn hello(retry_ms: u64, seq: Option<u64>) -> Bytes {
    let id = seq.map(|seq| format!("id: {seq}\n")).unwrap_or_default();
    format!(": sederunt\nretry: {retry_ms}\n{id}\n").into()
}

/// Nothing happened, up to `seq`.
pub(super) fn heartbeat(seq: u64) -> Bytes {
    format!(": heartbeat\nid: {seq}\n\n").into()
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
pub(super) fn cut(reason: &'static str, seq: u64) -> Bytes {
    let mut text = String::new();
    head(&mut text, None, "cut");
    text.push_str(&serde_json::to_string(&Cut::of(reason, seq)).unwrap_or_default());
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
