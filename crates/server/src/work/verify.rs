//! `sederunt verify`.

use anyhow::Context;
use sederunt_app::Site as _;
use sederunt_store::{Verified, VerifyReport};
use serde_json::json;

use super::differences::Found;
use super::{Console, Desk, Progress, Unit};

pub(super) fn run(desk: &Desk, json: bool, console: &mut dyn Console) -> anyhow::Result<u8> {
    let pace = desk.pace(console);
    let report = desk.store.verify_at(&pace, |done, all| {
        // Whoever is gone is noticed by the pace.
        let _ = console.progress(&Progress::of(Unit::Facts, done, all));
    });
    let report = report.context("the ledger cannot be read")?;
    let VerifyReport { facts, sessions, stays, difference_count, differences } = report;
    desk.store.note_verified(Verified { at: desk.now(), facts, difference_count });
    let found = Found {
        compared: json!({ "facts": facts, "sessions": sessions, "stays": stays }),
        words: format!("{facts} facts, {sessions} sessions, {stays} stays"),
        count: difference_count,
        differences: &differences,
    };
    found.tell(json, console)
}
