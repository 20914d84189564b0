//! `cargo xtask run`: from a fresh clone to a meeting to click on, and to the console that shows it.

use crate::step::{cargo, must};
use crate::web;

/// Builds the web pages and the server, and serves the demo meeting with its data in `data/`.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    web::build_if_stale()?;
    // Without a package, so that what the tests compiled is used.
    let mut serve = cargo(&["run", "--bin", "sederunt", "--", "serve", "--demo", "--console-link"]);
    must(serve.args(args))
}
