//! The server under test: a process of its own, asked over loopback.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::exchange::{exchange, metric};

/// Sockets that are opened at one meeting; a room takes a thousand.
pub(super) const SOCKETS_PER_MEETING: usize = 900;

/// A running server.
pub(super) struct Target {
    child: Child,
    folder: tempfile::TempDir,
    /// `address:port`.
    pub(super) address: String,
    metrics: String,
    account: String,
    app: String,
    token: String,
}

/// Where to go in it.
pub(super) struct Rooms {
    /// Meetings with the token of a participant.
    pub(super) meetings: Vec<(String, String)>,
    /// An open room.
    pub(super) open: String,
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found.with_context(|| format!("no {pointer} in {value}"))?.to_owned())
}

impl Target {
    pub(super) fn start(binary: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let any = "127.0.0.1:0";
        let mut child = Command::new(binary)
            .args(["serve", "--listen", any, "--metrics-listen", any, "--media", any, "--log-filter", "off"])
            .arg("--data")
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("no standard output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let bound: Value = serde_json::from_str(&line).context("the server did not start")?;
        let first = std::fs::read(folder.path().join("data/first-run.json"))?;
        let first: Value = serde_json::from_slice(&first)?;
        let address = |pointer: &str| {
            let url = text(&bound, pointer)?;
            Ok::<_, anyhow::Error>(url.strip_prefix("http://").unwrap_or(&url).to_owned())
        };
        Ok(Self {
            address: address("/http")?,
            metrics: address("/metrics")?,
            account: text(&first, "/account_id")?,
            app: text(&first, "/app_id")?,
            token: text(&first, "/api_token")?,
            child,
            folder,
        })
    }

    /// Makes enough meetings for so many sockets, and an open room.
    pub(super) async fn prepare(&self, sockets: usize) -> Result<Rooms> {
        let kit = format!("/client/v4/accounts/{}/realtime/kit/{}", self.account, self.app);
        let mut meetings = Vec::new();
        for _ in 0..sockets.div_ceil(SOCKETS_PER_MEETING).max(1) {
            let made = self.post(&format!("{kit}/meetings"), &json!({ "title": "Bench" })).await?;
            let meeting = text(&made, "/data/id")?;
            let who =
                json!({ "name": "Ada", "preset_name": "group_call_host", "custom_participant_id": "ada" });
            let added = self.post(&format!("{kit}/meetings/{meeting}/participants"), &who).await?;
            meetings.push((meeting, text(&added, "/data/token")?));
        }
        let made = self.post("/v1/rooms", &json!({ "name": "Open day", "type": "open" })).await?;
        Ok(Rooms { meetings, open: text(&made, "/room/id")? })
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let (status, answer) = exchange(&self.address, "POST", path, &self.token, &body.to_string()).await?;
        ensure!((200..300).contains(&status), "{path}: {status} {answer}");
        Ok(serde_json::from_str(&answer)?)
    }

    /// The value of a metric, 0 when there is none.
    pub(super) async fn metric(&self, name: &str) -> Result<u64> {
        metric(&self.metrics, name).await
    }

    /// Resident memory, bytes.
    pub(super) fn resident(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most since [`Self::reset_peak`].
    pub(super) fn peak(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    pub(super) fn reset_peak(&self) -> Result<()> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    fn status(&self, key: &str) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let Some(line) = status.lines().find_map(|line| line.strip_prefix(key)) else {
            bail!("the server has died");
        };
        Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
    }

    /// Bytes of the ledger with its log.
    pub(super) fn ledger_bytes(&self) -> Result<u64> {
        let mut sum = 0;
        for entry in std::fs::read_dir(self.folder.path().join("data"))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("ledger.sqlite") {
                sum += entry.metadata()?.len();
            }
        }
        Ok(sum)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // It may have died, which the numbers have told by then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
