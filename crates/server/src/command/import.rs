//! `sederunt import`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use sederunt_core::id::AppId;
use sederunt_node::clock::{Clock as _, SystemClock};
use sederunt_node::presets::default_presets;
use sederunt_store::{AppRow, ImportOptions, ImportReport, MakeApp, StoreOptions};

use super::{EXIT_PARTIAL, open_with};
use crate::cli::ImportArgs;
use crate::first_run;
use crate::mint::Mint;

/// Name of an app that a file named and nobody made.
const APP_NAME: &str = "Imported app";
/// Larger than a line of a busy session, so that most lines need one read.
const BUFFER_BYTES: usize = 1 << 18;

pub(super) async fn run(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let ImportArgs { file, account, data } = args;
    let (reader, bar) = source(&file)?;
    // The archive grows with the import: the next start has nothing to catch up with.
    let (folder, store) = open_with(data, true, StoreOptions::default())?;
    let mint = Mint::new(SystemClock.now())?;
    let account = match account {
        Some(account) => account,
        None => {
            first_run::make_if_needed(&folder, &store, &mint).await?;
            first_run::read(&folder)?
                .with_context(|| format!("{} is gone: give --account", first_run::FILE))?
                .account_id
        }
    };
    let options = ImportOptions { make_app: Some(make_app(account, mint)), offline: true };
    let work = move || {
        let report = store.import(reader, &options, |at| {
            bar.set_position(at.bytes);
            bar.set_message(format!("{} lines", at.lines));
        });
        bar.set_message("building indexes");
        let finished = store.finish_import();
        bar.finish_and_clear();
        report.and_then(|report| finished.map(|()| report))
    };
    let report = tokio::task::spawn_blocking(work).await?.context("the import stopped")?;
    drop(folder);
    tell(&report)?;
    Ok(if report.rejected_count == 0 { ExitCode::SUCCESS } else { ExitCode::from(EXIT_PARTIAL) })
}

fn source(file: &Path) -> anyhow::Result<(Box<dyn BufRead + Send>, ProgressBar)> {
    if file == Path::new("-") {
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template(
            "{spinner} {binary_bytes} {binary_bytes_per_sec} {msg}",
        )?);
        return Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, io::stdin())), bar));
    }
    let opened = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let bar = ProgressBar::new(opened.metadata()?.len()).with_style(ProgressStyle::with_template(
        "{wide_bar} {percent}% {binary_bytes_per_sec} {msg} {eta}",
    )?);
    Ok((Box::new(BufReader::with_capacity(BUFFER_BYTES, opened)), bar))
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

fn tell(report: &ImportReport) -> io::Result<()> {
    let ImportReport { imported, skipped, rejected_count, rejected } = report;
    let mut err = io::stderr().lock();
    for line in rejected {
        writeln!(err, "line {}: {}", line.line, line.reason)?;
    }
    let untold = rejected_count - u64::try_from(rejected.len()).unwrap_or(*rejected_count);
    if untold > 0 {
        writeln!(err, "{untold} more lines were refused")?;
    }
    writeln!(
        err,
        "{imported} sessions imported, {skipped} were there already, {rejected_count} lines refused"
    )
}
