//! The meeting page and the console.

use std::path::Path;
use std::time::SystemTime;

use crate::setup;
use crate::step::{must, program, root};

/// Builds `web/dist` and `web/dist-console` when a source is newer than the last build. The build checks types first.
pub(crate) fn build_if_stale() -> anyhow::Result<()> {
    setup::npm("web")?;
    let web = root().join("web");
    let built = |page: &str| setup::modified(&web.join(page));
    let built = built("dist/index.html").min(built("dist-console/index.html"));
    if built.is_some() && built >= newest(&web)? {
        return Ok(());
    }
    must(program("npm", &["run", "build"]).current_dir(&web))
}

/// Checks types, runs the pages' own tests, and builds them.
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
        if ["node_modules", "dist", "dist-console", "out"].iter().any(|made| name == *made) {
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
