//! `cargo xtask bench`.

use std::path::PathBuf;

use crate::step::{cargo, must, program, root};

/// Runs the benchmark program, optimised, with `args`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let bench = build()?;
    must(program(&bench.to_string_lossy(), &[]).args(args))
}

/// Builds the benchmark program and, beside it, the real server that some parts start; returns where it is. The packages
/// are named, as whoever builds the server for use names it: what tests add to the libraries is not measured.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    let packages = ["--package", "sederunt-bench", "--package", "sederunt-server"];
    must(cargo(&["build", "--release", "--locked"]).args(packages))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release/sederunt-bench"))
}
