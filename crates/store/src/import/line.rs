//! Lines of an import: read, checked by themselves, and made into facts.

use std::io::BufRead;

use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::tally::{SessionColumns, Stay, Tally};
use sederunt_core::time::UnixMs;

use super::report::ImportProgress;
use crate::chronicle::{History, Record};
use crate::{Result, StoreError};

/// Longest line. A stay takes some 500 bytes, so a session may have more than 100 000 of them: what was exported can
/// be imported.
const LINE_MAX_BYTES: usize = 64 << 20;

/// What goes into one transaction; one line does in any case.
struct Size {
    lines: usize,
    facts: usize,
    /// Of text.
    bytes: usize,
}

/// Others write, too: a join waits for one batch at most, some 20 ms, and after each they have as long as it took.
const BESIDE: Size = Size { lines: 500, facts: 2_500, bytes: 1 << 20 };
/// With nobody else there: the more, the fewer times the same pages are written. Facts and text bound the memory, with
/// two batches under way.
const ALONE: Size = Size { lines: 20_000, facts: 100_000, bytes: 16 << 20 };

/// Lines that go into one transaction.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<Line>,
    facts: usize,
    bytes: usize,
}

/// A line with its facts, or with the reason why it has none.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) content: std::result::Result<Chronicle, String>,
}

/// A session with the facts that lead to it and the columns they end in.
pub(super) struct Chronicle {
    pub(super) history: History,
    pub(super) facts: Vec<Fact>,
    pub(super) columns: SessionColumns,
}

impl Batch {
    pub(super) fn push(&mut self, number: u64, text: std::result::Result<Vec<u8>, String>) {
        if matches!(&text, Ok(text) if text.trim_ascii().is_empty()) {
            return;
        }
        self.bytes += text.as_ref().map_or(0, Vec::len);
        let content = text.and_then(|text| prepare(&text));
        self.facts += content.as_ref().map_or(0, |c| c.facts.len());
        self.lines.push(Line { number, content });
    }

    pub(super) fn is_full(&self, offline: bool) -> bool {
        let Size { lines, facts, bytes } = if offline { ALONE } else { BESIDE };
        self.lines.len() >= lines || self.facts >= facts || self.bytes >= bytes
    }
}

/// One line without its end; `None` at the end of the file. A line that is too long is read over.
pub(super) fn read_line(
    reader: &mut impl BufRead,
    at: &mut ImportProgress,
) -> Result<Option<std::result::Result<Vec<u8>, String>>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(StoreError::Io { context: "reading the import".to_owned(), source }),
        };
        if chunk.is_empty() {
            return Ok(if line.is_empty() && !too_long { None } else { Some(whole(line, too_long)) });
        }
        let newline = chunk.iter().position(|b| *b == b'\n');
        let used = newline.map_or(chunk.len(), |n| n + 1);
        if line.len() + used > LINE_MAX_BYTES {
            too_long = true;
        } else {
            line.extend_from_slice(&chunk[..used]);
        }
        reader.consume(used);
        at.bytes += used as u64;
        if newline.is_some() {
            return Ok(Some(whole(line, too_long)));
        }
    }
}

fn whole(line: Vec<u8>, too_long: bool) -> std::result::Result<Vec<u8>, String> {
    if too_long { Err(format!("the line is longer than {LINE_MAX_BYTES} bytes")) } else { Ok(line) }
}

/// Reads and checks a line and folds its facts.
fn prepare(text: &[u8]) -> std::result::Result<Chronicle, String> {
    let record: Record = serde_json::from_slice(text.trim_ascii()).map_err(|e| plain(&e))?;
    chronicle(record.resolve()?)
}

/// The fault and its column; the line number that serde adds is that of a one-line text.
fn plain(e: &serde_json::Error) -> String {
    let text = e.to_string();
    let fault = text.rsplit_once(" at line ").map_or(text.as_str(), |(fault, _)| fault);
    format!("{fault} (column {})", e.column())
}

/// The facts that lead to a history, in order of time.
fn chronicle(history: History) -> std::result::Result<Chronicle, String> {
    let h = &history;
    let fact = |at: UnixMs, kind: FactKind| Fact {
        at,
        app: h.meeting.app.clone(),
        meeting: h.meeting.id,
        session: h.session,
        kind,
    };
    let started = fact(
        h.started_at,
        FactKind::SessionStarted { title: h.title.clone(), keep_alive_ms: h.keep_alive_ms, parent: h.parent },
    );
    let mut tally = Tally::start(&started).map_err(|e| e.to_string())?;
    let mut facts = Vec::with_capacity(2 + 2 * h.stays.len());
    facts.push(started);
    let end = h.ended.map(|(at, reason)| (at, FactKind::SessionEnded { reason }));
    for (at, kind) in events(h).into_iter().chain(end) {
        let fact = fact(at, kind);
        tally.apply(&fact).map_err(|e| e.to_string())?;
        facts.push(fact);
    }
    let columns = tally.columns().clone();
    Ok(Chronicle { history, facts, columns })
}

/// Joins, losses and leaves in order: at the same instant leaves come first, but for those that end a stay of no
/// length.
fn events(h: &History) -> Vec<(UnixMs, FactKind)> {
    let mut events = Vec::with_capacity(h.stays.len() * 2);
    for attended in &h.stays {
        let Stay { id: stay, peer, participant, role, created_at, joined_at, .. } = attended.stay;
        let joined = FactKind::PeerJoined { peer, stay, participant, role, created_at };
        events.push(((joined_at, 1, peer), joined));
        let end = match (attended.stay.left_at.zip(attended.stay.reason), attended.stay.away_since) {
            (Some((at, reason)), _) => Some((at, FactKind::PeerLeft { peer, reason })),
            (None, Some(at)) => Some((at, FactKind::PeerAway { peer })),
            (None, None) => None,
        };
        if let Some((at, kind)) = end {
            events.push(((at, if at == joined_at { 2 } else { 0 }, peer), kind));
        }
    }
    events.sort_by_key(|(key, _)| *key);
    events.into_iter().map(|((at, ..), kind)| (at, kind)).collect()
}
