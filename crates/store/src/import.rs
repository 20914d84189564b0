//! `sederunt import`: lines of `docs/record-format.md` become facts with their own times.
//!
//! Lines are read, checked and folded on the caller's thread while the writer commits the batch before. Everything
//! that can be wrong with a line is known before its first row is written, so a line is all or nothing.

use std::fmt;
use std::io::BufRead;
use std::sync::Arc;

use sederunt_core::effect::Write;
use sederunt_core::fact::{Fact, FactKind};
use sederunt_core::id::AppId;
use sederunt_core::tally::{Stay, Tally};
use sederunt_core::time::UnixMs;
use tokio::sync::oneshot;

use crate::ledger::Ledger;
use crate::record::{Attended, History, Record};
use crate::sql::{blob, find};
use crate::{
    AppRow, ParticipantRow, PresetRow, Result, Store, StoreError, apps, facts, history, meetings,
    participants,
};

/// Longest line. A stay takes some 500 bytes, so a session may have 30 000 of them.
const LINE_MAX_BYTES: usize = 16 << 20;

/// Lines in one transaction. Ids of elsewhere are random, so a batch touches most pages of the ledger: the larger it
/// is, the fewer times each page is written …
const BATCH_LINES: usize = 5_000;
/// … unless they have more facts than this: a batch holds other writes up for about a second.
const BATCH_FACTS: usize = 50_000;
/// … or text: what bounds the memory, with two batches under way.
const BATCH_BYTES: usize = 8 << 20;

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
}

impl fmt::Debug for ImportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportOptions").field("make_app", &self.make_app.is_some()).finish()
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
        let mut under_way: Option<oneshot::Receiver<Result<Vec<Outcome>>>> = None;
        loop {
            let line = read_line(&mut reader, &mut at)?;
            let end = line.is_none();
            if let Some(line) = line {
                at.lines += 1;
                batch.push(at.lines, line);
            }
            if batch.is_full() || end {
                if let Some(answer) = under_way.take() {
                    report.add(wait(answer)?);
                    progress(at);
                }
                let (lines, options) = (std::mem::take(&mut batch).lines, options.clone());
                under_way = Some(self.inner.writer.submit(move |l| write_batch(l, lines, &options))?);
            }
            if end {
                break;
            }
        }
        if let Some(answer) = under_way {
            report.add(wait(answer)?);
        }
        progress(at);
        report.rejected.sort_by_key(|r| r.line);
        Ok(report)
    }
}

fn wait(answer: oneshot::Receiver<Result<Vec<Outcome>>>) -> Result<Vec<Outcome>> {
    answer.blocking_recv().map_err(|_| StoreError::Closed)?
}

impl ImportReport {
    fn add(&mut self, outcomes: Vec<Outcome>) {
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
    }
}

enum Outcome {
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
struct Line {
    number: u64,
    content: std::result::Result<(History, Vec<Write>), String>,
}

impl Batch {
    fn push(&mut self, number: u64, text: std::result::Result<Vec<u8>, String>) {
        if matches!(&text, Ok(text) if text.trim_ascii().is_empty()) {
            return;
        }
        self.bytes += text.as_ref().map_or(0, Vec::len);
        let content = text.and_then(|text| prepare(&text));
        self.facts += content.as_ref().map_or(0, |(_, writes)| writes.len());
        self.lines.push(Line { number, content });
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= BATCH_LINES || self.facts >= BATCH_FACTS || self.bytes >= BATCH_BYTES
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
fn prepare(text: &[u8]) -> std::result::Result<(History, Vec<Write>), String> {
    let record: Record = serde_json::from_slice(text.trim_ascii()).map_err(|e| plain(&e))?;
    let history = record.resolve()?;
    let writes = writes(&history)?;
    Ok((history, writes))
}

/// The fault and its column; the line number that serde adds is that of a one-line text.
fn plain(e: &serde_json::Error) -> String {
    let text = e.to_string();
    let fault = text.rsplit_once(" at line ").map_or(text.as_str(), |(fault, _)| fault);
    format!("{fault} (column {})", e.column())
}

/// The facts that lead to a history, in order of time.
fn writes(h: &History) -> std::result::Result<Vec<Write>, String> {
    let fact = |at: UnixMs, kind: FactKind| Fact {
        at,
        app: h.meeting.app.clone(),
        meeting: h.meeting.id,
        session: h.session,
        kind,
    };
    let started = fact(
        h.started_at,
        FactKind::SessionStarted { title: h.title.clone(), keep_alive_ms: h.keep_alive_ms },
    );
    let mut tally = Tally::start(&started).map_err(|e| e.to_string())?;
    let mut writes =
        vec![Write::Fact { fact: started, columns: tally.columns().clone(), stay: None, person: None }];
    let mut push = |fact: Fact, person| -> std::result::Result<(), String> {
        let stay = tally.apply(&fact).map_err(|e| e.to_string())?;
        writes.push(Write::Fact { fact, columns: tally.columns().clone(), stay, person });
        Ok(())
    };
    for (at, event) in events(h) {
        let person = matches!(event.kind, FactKind::PeerJoined { .. }).then(|| event.attended.person.clone());
        push(fact(at, event.kind), person)?;
    }
    if let Some((ended_at, reason)) = h.ended {
        push(fact(ended_at, FactKind::SessionEnded { reason }), None)?;
    }
    Ok(writes)
}

struct Event<'a> {
    kind: FactKind,
    attended: &'a Attended,
}

/// Joins, losses and leaves in order: at the same instant leaves come first, but for those that end a stay of no
/// length.
fn events(h: &History) -> Vec<(UnixMs, Event<'_>)> {
    let mut events = Vec::with_capacity(h.stays.len() * 2);
    for attended in &h.stays {
        let Stay { peer, participant, role, created_at, joined_at, .. } = attended.stay;
        let kind = FactKind::PeerJoined { peer, participant, role, created_at };
        events.push((joined_at, 1, Event { kind, attended }));
        let end = match (attended.stay.left_at.zip(attended.stay.reason), attended.stay.away_since) {
            (Some((at, reason)), _) => Some((at, FactKind::PeerLeft { peer, reason })),
            (None, Some(at)) => Some((at, FactKind::PeerAway { peer })),
            (None, None) => None,
        };
        if let Some((at, kind)) = end {
            events.push((at, if at == joined_at { 2 } else { 0 }, Event { kind, attended }));
        }
    }
    events.sort_by_key(|(at, rank, event)| (*at, *rank, event.attended.stay.peer));
    events.into_iter().map(|(at, _, event)| (at, event)).collect()
}

fn write_batch(ledger: &mut Ledger, lines: Vec<Line>, options: &ImportOptions) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(lines.len());
    for Line { number, content } in lines {
        let outcome = match content {
            Ok((history, writes)) => write_line(ledger, &history, &writes, options)?,
            Err(reason) => Err(reason),
        };
        outcomes.push(match outcome {
            Ok(true) => Outcome::Imported,
            Ok(false) => Outcome::Skipped,
            Err(reason) => Outcome::Rejected(Rejected { line: number, reason }),
        });
    }
    Ok(outcomes)
}

/// `Ok(true)` imported, `Ok(false)` there already, `Err` refused. Writes nothing unless all of it.
fn write_line(
    ledger: &mut Ledger,
    h: &History,
    writes: &[Write],
    options: &ImportOptions,
) -> Result<std::result::Result<bool, String>> {
    if let Some(stored) = history::load(&ledger.conn, h.session)? {
        let same = h.same_session(&stored);
        return Ok(if same {
            Ok(false)
        } else {
            Err(format!("session {} is there already, and differs", h.session))
        });
    }
    if let Err(reason) = fits(ledger, h, options)? {
        return Ok(Err(reason));
    }
    create_missing(ledger, h, options)?;
    // Open stays belong to a node of their own that was last alive at `as_of`: recovery closes them there.
    let node = match h.as_of {
        None => "import".to_owned(),
        Some(as_of) => {
            let node = format!("import@{}", as_of.0);
            ledger.heartbeat(&node, as_of)?;
            node
        }
    };
    facts::apply(ledger, std::iter::once((node.as_str(), writes)))?;
    Ok(Ok(true))
}

/// Whether the rows that are there leave room for the record.
fn fits(
    ledger: &mut Ledger,
    h: &History,
    options: &ImportOptions,
) -> Result<std::result::Result<(), String>> {
    let app = &h.meeting.app;
    match ledger.app_no(app) {
        Err(StoreError::NotFound(_)) if options.make_app.is_none() => {
            return Ok(Err(format!("unknown app {app:?}")));
        }
        Ok(_) | Err(StoreError::NotFound(_)) => {}
        Err(e) => return Err(e),
    }
    let meeting = blob(h.meeting.id.as_u128());
    let sql = "SELECT app FROM meeting WHERE id = ?1";
    let owner: Option<String> = find(&ledger.conn, sql, [meeting], |r| r.get(0))?;
    if owner.is_some_and(|owner| owner != app.as_str()) {
        return Ok(Err(format!("meeting {} belongs to another app", h.meeting.id)));
    }
    if h.ended.is_none() {
        let sql = "SELECT 1 FROM session WHERE meeting = ?1 AND ended_ms IS NULL";
        if find(&ledger.conn, sql, [meeting], |_| Ok(()))?.is_some() {
            return Ok(Err(format!("meeting {} has another LIVE session", h.meeting.id)));
        }
    }
    for attended in &h.stays {
        let participant = attended.stay.participant;
        let sql = "SELECT meeting FROM participant WHERE id = ?1";
        let of: Option<[u8; 16]> = find(&ledger.conn, sql, [blob(participant.as_u128())], |r| r.get(0))?;
        if of.is_some_and(|of| of != meeting) {
            return Ok(Err(format!("participant {participant} belongs to another meeting")));
        }
    }
    Ok(Ok(()))
}

fn create_missing(ledger: &mut Ledger, h: &History, options: &ImportOptions) -> Result<()> {
    let app = &h.meeting.app;
    if let (Err(StoreError::NotFound(_)), Some(make)) = (ledger.app_no(app), &options.make_app) {
        let (row, presets) = make(app);
        apps::insert_app(ledger, &row, &presets)?;
    }
    let sql = "SELECT 1 FROM meeting WHERE id = ?1";
    if find(&ledger.conn, sql, [blob(h.meeting.id.as_u128())], |_| Ok(()))?.is_none() {
        meetings::insert_meeting(ledger, &h.meeting)?;
    }
    for Attended { stay, person, member_type } in &h.stays {
        let sql = "SELECT 1 FROM participant WHERE id = ?1";
        if find(&ledger.conn, sql, [blob(stay.participant.as_u128())], |_| Ok(()))?.is_some() {
            continue;
        }
        let row = ParticipantRow {
            id: stay.participant,
            meeting: h.meeting.id,
            app: app.clone(),
            name: person.display_name.clone(),
            picture: String::new(),
            custom_participant_id: person.custom_participant_id.clone(),
            user_id: person.user_id.clone(),
            preset_name: person.preset_name.clone(),
            member_type: *member_type,
            blocked: false,
            deleted_at: None,
            created_at: stay.created_at,
            updated_at: stay.created_at,
        };
        participants::insert_participant(ledger, &row)?;
    }
    Ok(())
}
