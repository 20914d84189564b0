//! `sederunt archive`.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use sederunt_core::id::AppId;
use sederunt_store::{ArchiveInfo, ArchiveReport, StoreError};

use super::open;
use crate::cli::{ArchiveCommand, DataArgs};

pub(super) async fn run(what: ArchiveCommand) -> anyhow::Result<ExitCode> {
    match what {
        ArchiveCommand::Rebuild { app, data } => rebuild(app, data).await,
        ArchiveCommand::Verify(data) => verify(data).await,
        ArchiveCommand::Info(data) => info(data).await,
    }
}

fn bar() -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} sessions {eta}")?;
    Ok(ProgressBar::new(0).with_style(style))
}

async fn rebuild(app: Option<String>, data: DataArgs) -> anyhow::Result<ExitCode> {
    let (folder, store) = open(data, false)?;
    let bar = bar()?;
    let id = app.as_deref().map(AppId::from);
    let work = move || {
        let built = store.archive_rebuild(id.as_ref(), |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        built
    };
    let built = match (tokio::task::spawn_blocking(work).await?, app) {
        (Err(StoreError::NotFound(_)), Some(app)) => bail!("there is no app {app}"),
        (built, _) => built.context("the archive cannot be built")?,
    };
    drop(folder);
    writeln!(io::stdout(), "{built} archives built")?;
    Ok(ExitCode::SUCCESS)
}

async fn verify(data: DataArgs) -> anyhow::Result<ExitCode> {
    let (folder, store) = open(data, false)?;
    let bar = bar()?;
    let work = move || {
        let report = store.archive_verify(|done, all| {
            bar.set_length(all);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        report
    };
    let report = tokio::task::spawn_blocking(work).await?.context("the archive cannot be read")?;
    drop(folder);
    let ArchiveReport { apps, sessions, difference_count, differences } = report;
    let mut out = io::stdout().lock();
    for difference in &differences {
        writeln!(out, "{difference}")?;
    }
    let found = if difference_count == 0 { "no".to_owned() } else { difference_count.to_string() };
    writeln!(out, "{apps} archives, {sessions} sessions: {found} differences")?;
    Ok(if difference_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One line an app: what a terminal shows and a script can cut.
async fn info(data: DataArgs) -> anyhow::Result<ExitCode> {
    let (folder, store) = open(data, false)?;
    let infos = tokio::task::spawn_blocking(move || store.archive_info()).await?;
    let infos = infos.context("the archive cannot be read")?;
    drop(folder);
    let mut out = io::stdout().lock();
    writeln!(out, "folder\tapp\tsealed\tunsealed\tsegments\ttitles\tbytes\tsealed_seq\tgeneration\tstate")?;
    for info in &infos {
        let ArchiveInfo { app, no, sealed, unsealed, segments, titles, bytes, sealed_seq, generation, fault } =
            info;
        let app = app.as_ref().map_or("?", AppId::as_str);
        let state = fault.as_deref().unwrap_or("ok");
        writeln!(
            out,
            "{no}\t{app}\t{sealed}\t{unsealed}\t{segments}\t{titles}\t{bytes}\t{sealed_seq}\t{generation}\t{state}"
        )?;
    }
    Ok(if infos.iter().all(|info| info.fault.is_none()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
