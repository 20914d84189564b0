//! `cargo xtask codegen`.

/// Not written yet.
pub fn run(_check: bool) -> anyhow::Result<()> {
    anyhow::bail!("code generation is not there yet")
}
