//! `sederunt import`.
use crate::cli::ImportArgs;
use std::process::ExitCode;
pub(super) async fn run(_args: ImportArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet")
}
