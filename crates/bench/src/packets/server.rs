//! The real server as a process of its own, with TLS, its media on one worker.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use sederunt_load::{Key, Target};
use serde_json::Value;

/// As it is found in the data folder.
const CERTIFICATE: &str = "tls-self-signed.crt";
const PRIVATE_KEY: &str = "tls-self-signed.key";

/// A running server with an empty ledger.
pub(super) struct Server {
    child: Child,
    folder: tempfile::TempDir,
    /// Where it is asked.
    pub(super) target: Target,
    /// The key of its API.
    pub(super) key: Key,
    /// `address:port` of its metrics.
    pub(super) metrics: String,
}

impl Server {
    pub(super) fn start(binary: &Path) -> Result<Self> {
        ensure!(
            binary.exists(),
            "{} does not exist: cargo build --release -p sederunt-server",
            binary.display()
        );
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let any = "127.0.0.1:0";
        let mut child = Command::new(binary)
            .args(["serve", "--listen", any, "--metrics-listen", any, "--media", any, "--media-workers", "1"])
            .args(["--tls", "self-signed", "--per-address-factor", "0", "--log-filter", "off", "--data"])
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no standard output")?).read_line(&mut line)?;
        let bound: Value = serde_json::from_str(&line).context("the server did not start")?;
        let text = |name: &str| bound[name].as_str().with_context(|| format!("no {name} in {line}"));
        let metrics = text("metrics")?;
        Ok(Self {
            target: Target::parse(text("http")?)?,
            key: Key::read(&data.join("first-run.json"), None, None)?,
            metrics: metrics.strip_prefix("http://").unwrap_or(metrics).to_owned(),
            child,
            folder,
        })
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its certificate, which is the authority for it, too.
    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.path().join("data").join(CERTIFICATE)
    }

    /// The key of that.
    pub(super) fn private_key(&self) -> PathBuf {
        self.folder.path().join("data").join(PRIVATE_KEY)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have died, which the numbers have told by then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
