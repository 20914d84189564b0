//! `cargo xtask torture`: the real binary, killed again and again.

use crate::step::{cargo, must};

/// Sessions of the large import: enough to leave the indexes out, and some more.
const LARGE_IMPORT: u64 = 90_000;

/// Builds the server, optimised or not, and kills it `kills` times under load.
pub(crate) fn run(kills: u64, seed: Option<u64>, release: bool) -> anyhow::Result<()> {
    let mut test = cargo(&["test", "--workspace", "--test", "torture"]);
    if release {
        test.arg("--release");
    }
    // One after the other: the first shall have the machine for itself.
    test.args(["--", "--nocapture", "--test-threads=1"])
        .env("TORTURE_KILLS", kills.to_string())
        .env("TORTURE_IMPORT", LARGE_IMPORT.to_string());
    if let Some(seed) = seed {
        test.env("TORTURE_SEED", seed.to_string());
    }
    must(&mut test)
}
