//! `cargo xtask bench`.

use std::path::PathBuf;

use crate::step::{cargo, must, program, root};

/// As operators build it (docs/operations.md): with optimisation over all of it.
const DIST: &str = "dist";
/// What an older revision is compared in, on both sides: it need not have the other.
pub(crate) const RELEASE: &str = "release";

/// Runs the benchmark program, as operators build it, with `args`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    let bench = build(DIST)?;
    must(program(&bench.to_string_lossy(), &[]).args(args))
}

/// Builds the benchmark program and, beside it, the real server that some parts start; returns where it is. The packages
/// are named, as whoever builds the server for use names it: what tests add to the libraries is not measured.
pub(crate) fn build(profile: &str) -> anyhow::Result<PathBuf> {
    let packages = ["--package", "sederunt-bench", "--package", "sederunt-server"];
    must(cargo(&["build", "--profile", profile, "--locked"]).args(packages))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join(profile).join("sederunt-bench"))
}
