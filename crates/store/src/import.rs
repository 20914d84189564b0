//! `sederunt import`: lines of `docs/record-format.md` become facts with their own times.
//!
//! Lines are read, checked and folded on the caller's thread while the writer commits the batch before. Everything
//! that can be wrong with a line is known before its first row is written, so a line is all or nothing.

use std::fmt;
use std::io::BufRead;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::AppId;
use sederunt_core::tally::{SessionColumns, Stay, Tally};
use sederunt_core::time::UnixMs;
use tokio::sync::oneshot;

use crate::chronicle::{History, Record};
use crate::import_batch::{Known, write_batch};
use crate::{AppRow, PresetRow, Result, Store, StoreError};

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

/// Refused lines that are told with their reason; more are only counted. Nobody reads on, and a wrong file must not
/// fill the memory.
const REJECTED_TOLD: usize = 10_000;

/// Makes the app of a record that is unknown, with its presets.
pub type MakeApp = Arc<dyn Fn(&AppId) -> (AppRow, Vec<PresetRow>) + Send + Sync>;

/// What an import may do.
#[derive(Clone, Default)]
pub struct ImportOptions {
    /// Makes unknown apps; without it their records are refused.
    pub make_app: Option<MakeApp>,
    /// Nobody else uses the ledger, and [`Store::finish_import`] follows the last import: a large one may leave
    /// indexes out meanwhile.
    pub offline: bool,
}

impl fmt::Debug for ImportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportOptions")
            .field("make_app", &self.make_app.is_some())
            .field("offline", &self.offline)
            .finish()
    }
}

/// A line that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Line number, from 1.
    pub line: u64,
    /// Why, in words.
    pub reason: String,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Sessions that are new in the ledger.
    pub imported: u64,
    /// Sessions that were there already, with the same content.
    pub skipped: u64,
    /// Number of refused lines.
    pub rejected_count: u64,
    /// The refused lines in order of the file; at most the first 10 000.
    pub rejected: Vec<Rejected>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportProgress {
    /// Bytes read.
    pub bytes: u64,
    /// Lines done.
    pub lines: u64,
}

impl Store {
    /// Imports a file of `docs/record-format.md`. Every line is kept as a whole or refused as a whole; importing a
    /// file again skips what is there. Blocks: call it outside the async runtime or in `spawn_blocking`.
    ///
    /// Errors are those of the reader and of the disk; what was imported before stands.
    pub fn import(
        &self,
        mut reader: impl BufRead,
        options: &ImportOptions,
        mut progress: impl FnMut(ImportProgress),
    ) -> Result<ImportReport> {
        let mut report = ImportReport::default();
        let mut at = ImportProgress::default();
        let mut batch = Batch::default();
        let mut known = Known::default();
        let mut under_way: Option<Answer> = None;
        loop {
            let line = read_line(&mut reader, &mut at)?;
            let end = line.is_none();
            if let Some(line) = line {
                at.lines += 1;
                batch.push(at.lines, line);
            }
            if batch.is_full(options.offline) || end {
                if let Some(answer) = under_way.take() {
                    let took;
                    (known, took) = report.add(answer)?;
                    progress(at);
                    if !options.offline {
                        std::thread::sleep(took);
                    }
                }
                // Memory stays flat: what is sealed more slowly than it comes waits here.
                self.inner.indexes.wait_for_room();
                let (lines, options) = (std::mem::take(&mut batch).lines, options.clone());
                let mut known = std::mem::take(&mut known);
                let write = move |l: &mut _| {
                    let start = Instant::now();
                    let outcomes = write_batch(l, lines, &options, &mut known)?;
                    Ok(Written { outcomes, known, took: start.elapsed() })
                };
                under_way = Some(self.inner.writer.submit_alone(write)?);
            }
            if end {
                break;
            }
        }
        if let Some(answer) = under_way {
            report.add(answer)?;
        }
        progress(at);
        report.rejected.sort_by_key(|r| r.line);
        Ok(report)
    }
}

impl Store {
    /// Ends imports with [`ImportOptions::offline`]: builds the indexes that were left out, some seconds a million
    /// sessions. Opening the ledger does it too. Blocks like [`Self::import`].
    pub fn finish_import(&self) -> Result<()> {
        let answer = self.inner.writer.submit_alone(|l| l.outside(crate::deferred::build_missing))?;
        answer.blocking_recv().map_err(|_| StoreError::Closed)?
    }
}

/// What the writer says of a batch.
struct Written {
    outcomes: Vec<Outcome>,
    /// What is known of the ledger comes back.
    known: Known,
    /// Time until it was ready to be made durable.
    took: Duration,
}

type Answer = oneshot::Receiver<Result<Written>>;

impl ImportReport {
    fn add(&mut self, answer: Answer) -> Result<(Known, Duration)> {
        let Written { outcomes, known, took } = answer.blocking_recv().map_err(|_| StoreError::Closed)??;
        for outcome in outcomes {
            match outcome {
                Outcome::Imported => self.imported += 1,
                Outcome::Skipped => self.skipped += 1,
                Outcome::Rejected(rejected) => {
                    self.rejected_count += 1;
                    if self.rejected.len() < REJECTED_TOLD {
                        self.rejected.push(rejected);
                    }
                }
            }
        }
        Ok((known, took))
    }
}

/// What became of a line.
pub(crate) enum Outcome {
    Imported,
    Skipped,
    Rejected(Rejected),
}

/// Lines that go into one transaction.
#[derive(Default)]
struct Batch {
    lines: Vec<Line>,
    facts: usize,
    bytes: usize,
}

/// A line with its facts, or with the reason why it has none.
pub(crate) struct Line {
    pub number: u64,
    pub content: std::result::Result<Chronicle, String>,
}

/// A session with the facts that lead to it and the columns they end in.
pub(crate) struct Chronicle {
    pub history: History,
    pub facts: Vec<Fact>,
    pub columns: SessionColumns,
}

impl Batch {
    fn push(&mut self, number: u64, text: std::result::Result<Vec<u8>, String>) {
        if matches!(&text, Ok(text) if text.trim_ascii().is_empty()) {
            return;
        }
        self.bytes += text.as_ref().map_or(0, Vec::len);
        let content = text.and_then(|text| prepare(&text));
        self.facts += content.as_ref().map_or(0, |c| c.facts.len());
        self.lines.push(Line { number, content });
    }

    fn is_full(&self, offline: bool) -> bool {
        let Size { lines, facts, bytes } = if offline { ALONE } else { BESIDE };
        self.lines.len() >= lines || self.facts >= facts || self.bytes >= bytes
    }
}

/// One line without its end; `None` at the end of the file. A line that is too long is read over.
fn read_line(
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
        let Stay { peer, participant, role, created_at, joined_at, .. } = attended.stay;
        let joined = FactKind::PeerJoined { peer, participant, role, created_at };
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
