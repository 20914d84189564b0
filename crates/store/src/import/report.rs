//! What an import may do, and what it says it did.

use std::fmt;
use std::sync::Arc;

use sederunt_core::id::AppId;

use crate::{AppRow, PresetRow};

/// Makes the app of a record that is unknown, with its presets.
pub type MakeApp = Arc<dyn Fn(&AppId) -> (AppRow, Vec<PresetRow>) + Send + Sync>;

/// What an import may do.
#[derive(Clone, Default)]
pub struct ImportOptions {
    /// Makes unknown apps; without it their records are refused.
    pub make_app: Option<MakeApp>,
    /// Nobody else uses the ledger, and [`crate::Store::finish_import`] follows the last import: a large one may leave
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

/// What became of a line.
pub(super) enum Outcome {
    Imported,
    Skipped,
    Rejected(Rejected),
}
