//! `sederunt import`: lines of `docs/record-format.md` become facts with their own times.
//!
//! Lines are read, checked and folded on the caller's thread while the writer commits the batch before. Everything
//! that can be wrong with a line is known before its first row is written, so a line is all or nothing.

mod batch;
mod line;
mod report;

use std::io::BufRead;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::{Result, Store, StoreError};

use batch::{Known, write_batch};
use line::{Batch, read_line};
use report::Outcome;
pub use report::{ImportOptions, ImportProgress, ImportReport, MakeApp, Rejected};

/// Refused lines that are told with their reason; more are only counted. Nobody reads on, and a wrong file must not
/// fill the memory.
const REJECTED_TOLD: usize = 10_000;

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
