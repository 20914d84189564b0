//! What the tests need besides Rust and Node: npm packages, Chromium, Python.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::step::{must, output, program, root};

/// Everything.
pub(crate) fn all() -> anyhow::Result<()> {
    npm("web")?;
    npm("e2e")?;
    chromium()?;
    python()
}

/// Installs the npm packages of a folder when they are missing or older than the lock file.
pub(crate) fn npm(folder: &str) -> anyhow::Result<()> {
    let dir = root().join(folder);
    // npm writes this file at the end of an installation.
    let installed = modified(&dir.join("node_modules/.package-lock.json"));
    let locked = modified(&dir.join("package-lock.json"));
    if installed.is_some() && installed >= locked {
        return Ok(());
    }
    let mut install = program("npm", &["ci", "--no-audit", "--no-fund"]);
    must(install.current_dir(&dir)).context("Node 20.19 or newer with npm is needed")
}

/// When a file was changed last; `None` when it is not there.
pub(crate) fn modified(path: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

/// The browser of the tests. `CHROMIUM` may name another one.
pub(crate) fn chromium() -> anyhow::Result<()> {
    if let Ok(chosen) = std::env::var("CHROMIUM") {
        return if Path::new(&chosen).exists() { Ok(()) } else { bail!("CHROMIUM={chosen} is not there") };
    }
    if Path::new("/usr/bin/chromium").exists() {
        return Ok(());
    }
    debian("chromium", "or set CHROMIUM to a Chromium or Chrome")
}

/// Python for the test of the PyPI package, which makes its own environment below `e2e/out`.
pub(crate) fn python() -> anyhow::Result<()> {
    let has_venv = || output(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok();
    if !has_venv() {
        debian("python3-venv", "or install Python 3.11 or newer with its venv module")?;
    }
    Ok(())
}

/// Installs a Debian package, if we may.
fn debian(package: &str, otherwise: &str) -> anyhow::Result<()> {
    let is_root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let has_apt = Path::new("/usr/bin/apt-get").exists();
    if !(is_root && has_apt) {
        bail!(
            "{package} is missing: install it (Debian, Ubuntu: sudo apt-get install {package}), {otherwise}"
        );
    }
    let apt = |args: &[&str]| must(program("apt-get", args).env("DEBIAN_FRONTEND", "noninteractive"));
    apt(&["update", "-qq"])?;
    apt(&["install", "-y", "-qq", "--no-install-recommends", package])
}
