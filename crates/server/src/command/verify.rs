//! `sederunt verify`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use sederunt_store::VerifyReport;

use super::open;
use crate::cli::DataArgs;

pub(super) async fn run(data: DataArgs) -> anyhow::Result<ExitCode> {
    let (folder, store) = open(data, false)?;
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{wide_bar} {pos} of {len} facts {eta}")?);
    let work = move || {
        let report = store.verify(|done, all| {
            bar.set_length(all);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        report
    };
    let report = tokio::task::spawn_blocking(work).await?.context("the ledger cannot be read")?;
    drop(folder);
    let VerifyReport { facts, sessions, stays, difference_count, differences } = report;
    let mut out = io::stdout().lock();
    for difference in &differences {
        writeln!(out, "{difference}")?;
    }
    let found = if difference_count == 0 { "no".to_owned() } else { difference_count.to_string() };
    writeln!(out, "{facts} facts, {sessions} sessions, {stays} stays: {found} differences")?;
    Ok(if difference_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
