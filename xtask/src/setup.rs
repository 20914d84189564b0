//! What the tests need besides Rust and Node: npm packages, Chromium, a Python environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::step::{must, output, program, root};

/// Everything.
pub(crate) fn all() -> anyhow::Result<()> {
    npm("web")?;
    npm("e2e")?;
    chromium()?;
    python().map(|_| ())
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

/// The Python of the test of the PyPI package: an environment of its own below `target/`.
pub(crate) fn python() -> anyhow::Result<PathBuf> {
    let wanted = root().join("e2e/requirements.txt");
    let venv = root().join("target/e2e-venv");
    let python = venv.join("bin/python");
    let stamp = venv.join("requirements.txt");
    let want = std::fs::read(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    if python.exists() && std::fs::read(&stamp).is_ok_and(|have| have == want) {
        return Ok(python);
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv", "--clear"]).arg(&venv);
    if must(&mut make).is_err() {
        debian("python3-venv", "or install Python 3 with its venv module")?;
        must(&mut make)?;
    }
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&wanted);
    must(&mut install)?;
    std::fs::write(&stamp, want)?;
    Ok(python)
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
