//! Other people's programs, started beside ours and ended with the run.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// For a program to listen.
const START_MAX: Duration = Duration::from_secs(20);
const LOG: &str = "log";

/// A running program.
pub(super) struct Program {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Program {
    /// Starts it, with its log in this folder, and waits until it takes connections on a port of loopback.
    pub(super) fn start(mut command: Command, folder: &Path, port: u16) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let log = folder.join(LOG);
        let out = File::create(&log)?;
        command.stdin(Stdio::null()).stderr(out.try_clone()?).stdout(out);
        let child = command.spawn().with_context(|| name.clone())?;
        let mut program = Self { child, name, log };
        let end = Instant::now() + START_MAX;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if program.child.try_wait()?.is_some() || Instant::now() > end {
                bail!("{} did not start: {}", program.name, program.last_words());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(program)
    }

    /// Its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The end of what it said.
    pub(super) fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let from = text.lines().count().saturating_sub(20);
        text.lines().skip(from).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, which the numbers have told by then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where a program is, or how it gets there.
pub(super) fn installed(program: &str, package: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    found.with_context(|| {
        format!("{program} is not installed: sudo apt-get install --no-install-recommends {package} (Debian, Ubuntu)")
    })
}

/// A port of loopback that nobody has now.
pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
