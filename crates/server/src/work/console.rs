//! Where work writes: a terminal, or the socket to one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

/// The terminal of a command. An error means that nobody reads any more.
pub(crate) trait Console: Send {
    /// Writes to standard output, or into the file that was given.
    fn out(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Writes to standard error.
    fn err(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Shows how far the work is.
    fn progress(&mut self, at: &Progress) -> io::Result<()>;
    /// Set once nobody waits for the work any more.
    fn is_gone(&self) -> Arc<AtomicBool>;
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// Sessions.
    Sessions,
    /// Facts of the ledger.
    Facts,
    /// Bytes of a file.
    Bytes,
}

/// How far the work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// What is counted.
    pub(crate) unit: Unit,
    /// Done so far.
    pub(crate) done: u64,
    /// In all, if known.
    pub(crate) all: Option<u64>,
    /// A word beside it.
    pub(crate) note: String,
}

impl Progress {
    /// So many of so many.
    pub(crate) fn of(unit: Unit, done: u64, all: u64) -> Self {
        Self { unit, done, all: Some(all), note: String::new() }
    }

    /// Whether nothing is left.
    pub(crate) fn is_last(&self) -> bool {
        self.all == Some(self.done)
    }
}

/// Collects what is written in small pieces.
pub(crate) struct Out<'c> {
    console: &'c mut dyn Console,
    buffer: Vec<u8>,
}

/// Large enough that a part costs little, small enough that a slow reader sees something.
const OUT_BYTES: usize = 64 * 1024;

impl<'c> Out<'c> {
    /// Onto this console; what is written last is there after [`io::Write::flush`].
    pub(crate) fn on(console: &'c mut dyn Console) -> Self {
        Self { console, buffer: Vec::with_capacity(OUT_BYTES) }
    }

    /// The console, for progress meanwhile.
    pub(crate) fn console(&mut self) -> &mut dyn Console {
        self.console
    }
}

impl io::Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= OUT_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.console.out(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}
