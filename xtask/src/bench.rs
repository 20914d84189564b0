//! `cargo xtask bench`.

use crate::step::{cargo, must};

/// Runs the benchmark program, optimised, with `args`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    if args.first().is_some_and(|bench| bench == "memory") {
        // It starts the real server, which lies beside the program.
        must(&mut cargo(&["build", "--release", "--package", "sederunt-server"]))?;
    }
    must(cargo(&["run", "--release", "--package", "sederunt-bench", "--"]).args(args))
}
