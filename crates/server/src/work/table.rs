//! Rows for people and for programs: columns with tabs between them, or an array of JSON.

use std::io;

use sederunt_core::time::{Day, UnixMs};
use serde::Serialize;

use super::Console;

/// Writes a value as one line of JSON.
pub(super) fn json_line(console: &mut dyn Console, value: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(console.out(&line)?)
}

/// Writes a line of text.
pub(super) fn line(console: &mut dyn Console, text: &str) -> io::Result<()> {
    console.out(format!("{text}\n").as_bytes())
}

/// Writes a line to standard error.
pub(super) fn err_line(console: &mut dyn Console, text: &str) -> io::Result<()> {
    console.err(format!("{text}\n").as_bytes())
}

/// Writes cells with tabs between them; `None` is a dash. What would break the table is a space.
pub(super) fn cells(console: &mut dyn Console, cells: &[&str]) -> io::Result<()> {
    let clean = |cell: &&str| -> String {
        let text: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if text.is_empty() { "-".to_owned() } else { text }
    };
    let row: Vec<String> = cells.iter().map(clean).collect();
    line(console, &row.join("\t"))
}

/// A day, `2026-11-30`.
pub(super) fn day(day: Day) -> String {
    time(day.start()).chars().take_while(|c| *c != 'T').collect()
}

/// An instant in UTC with milliseconds.
pub(super) fn time(at: UnixMs) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |t| format!("{t:.3}"))
}
