//! `cargo xtask run`: from a fresh clone to a meeting to click on.

use crate::step::{cargo, must};
use crate::web;

/// Builds the web page and the server, and serves the demo meeting with its data in `data/`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    web::build_if_stale()?;
    let mut serve = cargo(&["run", "--package", "sederunt-server", "--", "serve", "--demo"]);
    must(serve.args(args))
}
