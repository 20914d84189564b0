//! `cargo xtask openapi`: the documents in `crates/api/openapi` are what the routers say.

use crate::step::{cargo, must};

/// The test that compares them also writes them, when told to.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let mut test = cargo(&["test", "--quiet", "--test", "api", "openapi"]);
    if !check {
        test.env("SEDERUNT_BLESS", "1");
    }
    must(&mut test)
}
