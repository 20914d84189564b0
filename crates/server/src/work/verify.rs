//! `sederunt verify`.

use anyhow::Context;
use sederunt_store::VerifyReport;
use serde_json::json;

use super::table::{json_line, line};
use super::{Console, DONE, Desk, FAILED, Progress, Unit};

pub(super) fn run(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let pace = desk.pace(console);
    let report = desk.store.verify_at(&pace, |done, all| {
        // Whoever is gone is noticed by the pace.
        let _ = console.progress(&Progress::of(Unit::Facts, done, all));
    });
    let report = report.context("the ledger cannot be read")?;
    let VerifyReport { facts, sessions, stays, difference_count, differences } = report;
    if json {
        let told = json!({
            "facts": facts, "sessions": sessions, "stays": stays,
            "difference_count": difference_count, "differences": differences,
        });
        json_line(console, &told)?;
    } else {
        for difference in &differences {
            line(console, difference)?;
        }
        let found = if difference_count == 0 { "no".to_owned() } else { difference_count.to_string() };
        line(console, &format!("{facts} facts, {sessions} sessions, {stays} stays: {found} differences"))?;
    }
    Ok(if difference_count == 0 { DONE } else { FAILED })
}
