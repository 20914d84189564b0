//! `sederunt verify`.
use crate::cli::DataArgs;
use std::process::ExitCode;
pub(super) async fn run(_data: DataArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not yet")
}
