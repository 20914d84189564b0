//! What the kernel says of a process.

use std::time::Duration;

use anyhow::{Context, Result};

/// Memory and CPU time.
#[derive(Debug, Clone)]
pub(crate) struct Usage {
    pub(crate) anonymous_bytes: u64,
    /// User and system, since its start.
    pub(crate) cpu: Duration,
}

impl Usage {
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let anonymous =
            status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("no RssAnon")?;
        let kib: u64 = anonymous.trim().trim_end_matches("kB").trim().parse()?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name, in brackets, may have blanks.
        let (_, numbers) = stat.rsplit_once(')').context("no name")?;
        let mut numbers = numbers.split_whitespace().skip(11);
        let mut ticks = || -> Result<u64> { Ok(numbers.next().context("no times")?.parse()?) };
        let all = ticks()? + ticks()?;
        let cpu = Duration::from_secs_f64(all as f64 / rustix::param::clock_ticks_per_second() as f64);
        Ok(Self { anonymous_bytes: kib * 1024, cpu })
    }
}

/// Raises the number of files that this process may open, connections included, as far as it may.
pub(crate) fn raise_open_files() -> Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .context("raising the number of open files")
}
