//! `sederunt import`.
use std::process::ExitCode;
use crate::cli::ImportArgs;
pub(super) async fn run(_args: ImportArgs) -> anyhow::Result<ExitCode> { anyhow::bail!("not yet") }
