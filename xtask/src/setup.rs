//! What the tests need besides Rust and Node: npm packages, Chromium, Firefox, Python.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::step::{must, output, program, root};

/// Everything.
pub(crate) fn all() -> anyhow::Result<()> {
    npm("web")?;
    whole_product()
}

/// What the tests of the whole product need besides the page.
pub(crate) fn whole_product() -> anyhow::Result<()> {
    npm("e2e")?;
    browser("CHROMIUM", "chromium", "a Chromium or Chrome")?;
    browser("FIREFOX", "firefox-esr", "a Firefox")?;
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

/// A browser of the tests, by the name of its Debian package. The environment `variable` may name another program.
fn browser(variable: &str, package: &str, what: &str) -> anyhow::Result<()> {
    if let Ok(chosen) = std::env::var(variable) {
        return if Path::new(&chosen).exists() { Ok(()) } else { bail!("{variable}={chosen} is not there") };
    }
    if Path::new("/usr/bin").join(package).exists() {
        return Ok(());
    }
    debian(package, &format!("or set {variable} to {what}"))
}

/// Python, and the packages of PyPI in an environment of their own below `e2e/out`.
fn python() -> anyhow::Result<()> {
    let has_venv = || output(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok();
    if !has_venv() {
        debian("python3-venv", "or install Python 3.11 or newer with its venv module")?;
    }
    must(program("npm", &["run", "--silent", "python"]).current_dir(root().join("e2e")))
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
