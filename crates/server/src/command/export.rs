//! `sederunt export`.
use crate::cli::ExportArgs;
pub(super) async fn run(_args: ExportArgs) -> anyhow::Result<()> {
    anyhow::bail!("not yet")
}
