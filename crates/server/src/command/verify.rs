//! `sederunt verify`.
use std::process::ExitCode;
use crate::cli::DataArgs;
pub(super) async fn run(_data: DataArgs) -> anyhow::Result<ExitCode> { anyhow::bail!("not yet") }
