//! CPU time of threads, as the kernel accounts it.

use std::time::Duration;

use anyhow::{Context, Result, bail};

/// That of the thread which asks.
pub(crate) fn of_this_thread() -> Result<Duration> {
    of("/proc/thread-self/schedstat")
}

/// That of a thread of this process, by its name.
pub(crate) fn of_thread(name: &str) -> Result<Duration> {
    for task in std::fs::read_dir("/proc/self/task")? {
        let path = task?.path();
        if std::fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim() == name) {
            return of(&path.join("schedstat").to_string_lossy());
        }
    }
    bail!("no thread {name}")
}

/// That of all threads of this process with one of these names, together.
pub(crate) fn of_threads(names: &[&str]) -> Result<Duration> {
    let mut all = Duration::ZERO;
    for task in std::fs::read_dir("/proc/self/task")? {
        let path = task?.path();
        // A thread may end meanwhile.
        let Ok(comm) = std::fs::read_to_string(path.join("comm")) else { continue };
        if names.contains(&comm.trim()) {
            all += of(&path.join("schedstat").to_string_lossy()).unwrap_or_default();
        }
    }
    Ok(all)
}

/// The first number of a `schedstat` file: nanoseconds on a CPU.
fn of(path: &str) -> Result<Duration> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("{path} (a Linux kernel with schedstats)"))?;
    let nanos = text.split(' ').next().context("empty schedstat")?.trim().parse()?;
    Ok(Duration::from_nanos(nanos))
}
