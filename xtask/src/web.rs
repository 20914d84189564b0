//! The meeting page.

use std::path::Path;
use std::time::SystemTime;

use crate::setup;
use crate::step::{must, program, root};

/// Builds `web/dist` when a source is newer than the last build. The build checks types first.
pub(crate) fn build_if_stale() -> anyhow::Result<()> {
    setup::npm("web")?;
    let web = root().join("web");
    let built = setup::modified(&web.join("dist/index.html"));
    if built.is_some() && built >= newest(&web)? {
        return Ok(());
    }
    must(program("npm", &["run", "build"]).current_dir(&web))
}

/// Checks types, runs the page's own tests, and builds it.
pub(crate) fn check_and_build() -> anyhow::Result<()> {
    setup::npm("web")?;
    let web = root().join("web");
    must(program("npm", &["test"]).current_dir(&web))?;
    must(program("npm", &["run", "build"]).current_dir(&web))
}

/// The latest change below a folder, builds and packages left out.
fn newest(dir: &Path) -> anyhow::Result<Option<SystemTime>> {
    let mut latest = None;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "node_modules" || name == "dist" {
            continue;
        }
        let at = if entry.file_type()?.is_dir() {
            newest(&entry.path())?
        } else {
            Some(entry.metadata()?.modified()?)
        };
        latest = latest.max(at);
    }
    Ok(latest)
}
