//! The real binary, started on ports of its own, and just enough HTTP to talk to it.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its part")]
#![allow(clippy::print_stdout, reason = "seeds are shown when a test fails")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unwrap_in_result,
    reason = "a test panics when it fails"
)]

pub mod client;
pub mod http;
pub mod wall;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

/// Far beyond anything that works; a wait that takes this long has failed.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The line on stdout.
#[derive(Debug, Clone, Deserialize)]
pub struct Bound {
    pub ready: bool,
    pub http: String,
    pub metrics: String,
    pub media: String,
}

/// What first-run.json says.
#[derive(Debug, Clone, Deserialize)]
pub struct FirstRun {
    pub account_id: String,
    pub app_id: String,
    pub api_token: String,
}

impl FirstRun {
    pub fn read(data: &Path) -> Self {
        serde_json::from_slice(&std::fs::read(data.join("first-run.json")).unwrap()).unwrap()
    }
}

/// The binary with arguments and an environment without any `SEDERUNT_*`.
pub fn sederunt(args: &[&str]) -> Command {
    sederunt_through(&[], args)
}

/// The same, started by another program: `through` is that program with its arguments.
pub fn sederunt_through(through: &[&str], args: &[&str]) -> Command {
    let words: Vec<&str> = through.iter().copied().chain([env!("CARGO_BIN_EXE_sederunt")]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SEDERUNT_")) {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs a command of the binary to its end.
pub fn run(args: &[&str]) -> Output {
    sederunt(args).output().unwrap()
}

/// Standard output of a command that must succeed.
pub fn stdout_of(args: &[&str]) -> String {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub bound: Bound,
    log: std::path::PathBuf,
}

impl Server {
    /// Starts on free ports and waits for the ready line.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        Self::start_by(&[], data, more, &[])
    }

    /// [`Self::start`] with variables in its environment.
    pub fn start_in(data: &Path, more: &[&str], environment: &[(&str, &Path)]) -> Self {
        Self::start_by(&[], data, more, environment)
    }

    /// [`Self::start`] by another program.
    pub fn start_through(through: &[&str], data: &Path, more: &[&str]) -> Self {
        Self::start_by(through, data, more, &[])
    }

    fn start_by(through: &[&str], data: &Path, more: &[&str], environment: &[(&str, &Path)]) -> Self {
        let log = data.with_extension("log");
        let serve = ["serve", "--listen", "127.0.0.1:0", "--media", "127.0.0.1:0"];
        let mut command = sederunt_through(through, &serve);
        command.args(["--metrics-listen", "127.0.0.1:0", "--data"]).arg(data).args(more);
        command.envs(environment.iter().copied());
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Ok(bound) = serde_json::from_str::<Bound>(&line) else {
            let _ = child.kill();
            panic!("not ready: {line:?}\n{}", std::fs::read_to_string(&log).unwrap_or_default());
        };
        assert!(bound.ready);
        Self { child, bound, log }
    }

    /// Everything that was logged into this data folder's log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until this was logged: a count or an answer can be seen before the line about it is written.
    pub fn has_logged(&self, text: &str) {
        let start = Instant::now();
        while !self.log().contains(text) {
            assert!(start.elapsed() < DEADLINE, "not logged: {text}\n{}", self.log());
            std::thread::yield_now();
        }
    }

    pub fn log_path(&self) -> std::path::PathBuf {
        self.log.clone()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no goodbye.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for the end.
    pub fn ended(mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < DEADLINE, "did not end:\n{}", self.log());
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A value deep in JSON as text.
pub fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("no {pointer} in {value}"))
        .to_owned()
}
