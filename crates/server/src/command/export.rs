//! `sederunt export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

use super::open;
use crate::cli::ExportArgs;

pub(super) async fn run(args: ExportArgs) -> anyhow::Result<()> {
    let ExportArgs { output, data } = args;
    let (folder, store) = open(data, false)?;
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{wide_bar} {pos} of {len} sessions {eta}")?);
    let work = move || -> anyhow::Result<u64> {
        let out = target(output)?;
        let lines = store.export(out, |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        Ok(lines)
    };
    let lines = tokio::task::spawn_blocking(work).await?.context("the export stopped")?;
    drop(folder);
    writeln!(io::stderr(), "{lines} sessions exported")?;
    Ok(())
}

fn target(output: Option<PathBuf>) -> anyhow::Result<Box<dyn Write>> {
    let Some(path) = output else { return Ok(Box::new(BufWriter::new(io::stdout()))) };
    // An export that overwrites the last good one and then fails would leave none.
    let file = File::create_new(&path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}
