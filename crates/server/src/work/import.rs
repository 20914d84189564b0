//! `sederunt import`.

use std::io::BufRead;
use std::sync::Arc;

use anyhow::Context;
use sederunt_app::Site;
use sederunt_app::presets::default_presets;
use sederunt_core::id::AppId;
use sederunt_store::{AppRow, ImportOptions, ImportReport, MakeApp};
use serde_json::json;

use super::table::{err_line, json_line};
use super::{Console, DONE, Desk, PARTIAL, Progress, Unit};
use crate::first_run;
use crate::mint::Mint;

/// Name of an app that a file named and nobody made.
const APP_NAME: &str = "Imported app";

/// The file.
pub(super) struct Source {
    pub(super) input: Box<dyn BufRead + Send>,
    /// Its size, if known.
    pub(super) bytes: Option<u64>,
}

pub(super) fn run(
    desk: &Desk,
    account: Option<String>,
    source: Source,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    let mint = Mint::new(desk.now())?;
    let account = match account {
        Some(account) => account,
        None => {
            desk.wait(first_run::make_if_needed(&desk.folder, &desk.store, &mint))?;
            first_run::read(&desk.folder)?
                .with_context(|| format!("{} is gone: give --account", first_run::FILE))?
                .account_id
        }
    };
    // Beside a server, indexes stay: rooms and lists need them.
    let options = ImportOptions { make_app: Some(make_app(account, mint)), offline: desk.live.is_none() };
    let Source { input, bytes } = source;
    let mut at = Progress { unit: Unit::Bytes, done: 0, all: bytes, note: String::new() };
    let report = desk.store.import(input, &options, |now| {
        (at.done, at.note) = (now.bytes, format!("{} lines", now.lines));
        // Whoever is gone has cut off the input, too.
        let _ = console.progress(&at);
    });
    if desk.live.is_none() {
        "building indexes".clone_into(&mut at.note);
        let _ = console.progress(&at);
        desk.store.finish_import().context("the import stopped")?;
    }
    let report =
        report.context("the import stopped; what was taken before stands, and importing again goes on")?;
    tell(&report, json, console)?;
    Ok(if report.rejected_count == 0 { DONE } else { PARTIAL })
}

fn make_app(account: String, mint: Mint) -> MakeApp {
    Arc::new(move |id: &AppId| {
        let app = AppRow {
            id: id.clone(),
            account: account.clone(),
            name: APP_NAME.to_owned(),
            created_at: mint.now(),
        };
        (app, default_presets(id, mint.now(), || mint.id()))
    })
}

fn tell(report: &ImportReport, json: bool, console: &mut dyn Console) -> anyhow::Result<()> {
    let ImportReport { imported, skipped, rejected_count, rejected } = report;
    if json {
        let lines: Vec<_> =
            rejected.iter().map(|line| json!({ "line": line.line, "reason": line.reason })).collect();
        let told =
            json!({ "imported": imported, "skipped": skipped, "refused": rejected_count, "refusals": lines });
        return json_line(console, &told);
    }
    for line in rejected {
        err_line(console, &format!("line {}: {}", line.line, line.reason))?;
    }
    let untold = rejected_count - u64::try_from(rejected.len()).unwrap_or(*rejected_count);
    if untold > 0 {
        err_line(console, &format!("{untold} more lines were refused"))?;
    }
    err_line(
        console,
        &format!(
            "{imported} sessions imported, {skipped} were there already, {rejected_count} lines refused"
        ),
    )?;
    Ok(())
}
