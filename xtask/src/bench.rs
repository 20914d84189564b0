//! `cargo xtask bench`.

use crate::step::{cargo, must};

/// Runs the benchmark program, optimised, with `args`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    must(cargo(&["run", "--release", "--package", "sederunt-bench", "--"]).args(args))
}
