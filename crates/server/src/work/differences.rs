//! What a check found, as both `verify` commands say it.

use serde_json::{Value, json};

use super::table::{json_line, line};
use super::{Console, DONE, FAILED};

/// What was compared, and what differs.
pub(super) struct Found<'a> {
    /// What was compared, by its name in JSON.
    pub(super) compared: Value,
    /// The same in words.
    pub(super) words: String,
    /// Number of differences.
    pub(super) count: u64,
    /// The first of them in words.
    pub(super) differences: &'a [String],
}

impl Found<'_> {
    /// Tells it; the exit code is [`FAILED`] when anything differs.
    pub(super) fn tell(self, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
        let Self { mut compared, words, count, differences } = self;
        if json {
            compared["difference_count"] = json!(count);
            compared["differences"] = json!(differences);
            json_line(console, &compared)?;
        } else {
            for difference in differences {
                line(console, difference)?;
            }
            let found = if count == 0 { "no".to_owned() } else { count.to_string() };
            line(console, &format!("{words}: {found} differences"))?;
        }
        Ok(if count == 0 { DONE } else { FAILED })
    }
}
