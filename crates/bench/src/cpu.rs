//! CPU time of threads, as the kernel accounts it.

use std::collections::BTreeMap;
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

/// CPU of each thread of a process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Threads(BTreeMap<u32, (String, Duration)>);

/// What the threads of a process did between two looks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// All of them.
    pub(crate) all: Duration,
    /// The one that did most.
    pub(crate) busiest: Duration,
}

impl Threads {
    /// Those of a process. What threads did that end before the next look is not counted.
    pub(crate) fn of(process: u32) -> Result<Self> {
        let mut threads = BTreeMap::new();
        for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
            let path = task?.path();
            let id = path.file_name().and_then(|name| name.to_str()?.parse().ok());
            let name = std::fs::read_to_string(path.join("comm"));
            // A thread may end meanwhile.
            let (Some(id), Ok(name)) = (id, name) else { continue };
            if let Ok(spent) = of(&path.join("schedstat").to_string_lossy()) {
                threads.insert(id, (name.trim().to_owned(), spent));
            }
        }
        Ok(Self(threads))
    }

    /// Those of this process that have this name.
    pub(crate) fn own(name: &str) -> Result<Self> {
        let mut threads = Self::of(std::process::id())?;
        threads.0.retain(|_, (own, _)| own == name);
        Ok(threads)
    }

    /// What they did since an earlier look.
    pub(crate) fn since(&self, earlier: &Self) -> Spent {
        let each = self.0.iter().map(|(id, (_, now))| earlier.spent(*id, *now));
        each.fold(Spent::default(), |Spent { all, busiest }, one| Spent {
            all: all + one,
            busiest: busiest.max(one),
        })
    }

    /// The same of those whose name begins so.
    pub(crate) fn since_by(&self, earlier: &Self, name: &str) -> Duration {
        let named = self.0.iter().filter(|(_, (own, _))| own.starts_with(name));
        named.map(|(id, (_, now))| earlier.spent(*id, *now)).sum()
    }

    fn spent(&self, id: u32, now: Duration) -> Duration {
        now.saturating_sub(self.0.get(&id).map(|(_, then)| *then).unwrap_or_default())
    }
}
