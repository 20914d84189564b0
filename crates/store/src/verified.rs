//! When the ledger was verified last: a small file beside it, as a check that changes nothing leaves nothing in the ledger.

use std::path::PathBuf;

use sederunt_core::time::UnixMs;
use serde_json::{Value, json};

use crate::Store;

/// Name of the file in the data folder.
const FILE: &str = "verified.json";

/// What the last whole check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// When it ended.
    pub at: UnixMs,
    /// Facts that were folded.
    pub facts: u64,
    /// Differences that were found.
    pub difference_count: u64,
}

impl Store {
    fn verified_file(&self) -> PathBuf {
        self.inner.dir.join(FILE)
    }

    /// The last check that came to its end; `None` when none is known. Blocks.
    pub fn verified(&self) -> Option<Verified> {
        let told: Value = serde_json::from_slice(&std::fs::read(self.verified_file()).ok()?).ok()?;
        Some(Verified {
            at: UnixMs(told["at_ms"].as_i64()?),
            facts: told["facts"].as_u64()?,
            difference_count: told["difference_count"].as_u64()?,
        })
    }

    /// Remembers a check. One that cannot be remembered was made all the same. Blocks.
    pub fn note_verified(&self, Verified { at, facts, difference_count }: Verified) {
        let (file, text) = (
            self.verified_file(),
            json!({ "at_ms": at.0, "facts": facts, "difference_count": difference_count }).to_string(),
        );
        // A rename is whole or not there.
        let new = file.with_extension("new");
        if let Err(error) = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, &file)) {
            tracing::warn!(%error, "the check of the ledger cannot be remembered");
        }
    }
}
