//! What the disk can do without us: small writes, each made durable before the next.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::sample::{Samples, ms};

/// One page of SQLite.
const PAGE: [u8; 4096] = [0x5a; 4096];
/// A file this large is overwritten from its start, as SQLite overwrites its log.
const PREALLOCATED_PAGES: u64 = 4096;

/// Rates of the bare disk.
#[derive(Debug)]
pub(super) struct Disk {
    /// `fdatasync` a second while the file grows.
    pub(super) growing: f64,
    /// `fdatasync` a second into a file that has its size already.
    pub(super) preallocated: f64,
    growing_ms: String,
    preallocated_ms: String,
}

impl Disk {
    pub(super) fn table(&self) -> String {
        format!(
            "| 4 KiB write + `fdatasync`, one at a time | a second | p50 / p99 |\n|---|---:|---:|\n\
             | file grows | {:.0} | {} |\n| file has its size already | {:.0} | {} |\n",
            self.growing, self.growing_ms, self.preallocated, self.preallocated_ms
        )
    }
}

pub(super) fn measure(dir: &Path, each: Duration) -> Result<Disk> {
    let path = dir.join("disk");
    let mut file = File::create(&path)?;
    let mut grow = |_| {
        file.write_all(&PAGE)?;
        file.sync_data()
    };
    let (growing, growing_ms) = rate(syncs(each, &mut grow)?);
    std::fs::remove_file(path)?;
    let (preallocated, preallocated_ms) = rate(Log::new(dir)?.syncs(each)?);
    Ok(Disk { growing, preallocated, growing_ms, preallocated_ms })
}

/// A file that has its size already; removed when it is dropped.
pub(crate) struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    pub(crate) fn new(dir: &Path) -> Result<Self> {
        let path = dir.join("disk");
        let file = File::create(&path)?;
        for page in 0..PREALLOCATED_PAGES {
            file.write_all_at(&PAGE, page * PAGE.len() as u64)?;
        }
        file.sync_all()?;
        Ok(Self { path, file })
    }

    /// Writes pages, each made durable before the next; returns how long each took, and all.
    pub(crate) fn syncs(&self, each: Duration) -> Result<(Samples, Duration)> {
        let mut overwrite = |n| {
            self.file.write_all_at(&PAGE, n % PREALLOCATED_PAGES * PAGE.len() as u64)?;
            self.file.sync_data()
        };
        syncs(each, &mut overwrite)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn syncs(each: Duration, once: &mut dyn FnMut(u64) -> std::io::Result<()>) -> Result<(Samples, Duration)> {
    let mut samples = Samples::default();
    let start = Instant::now();
    let mut n = 0;
    while start.elapsed() < each {
        let before = Instant::now();
        once(n)?;
        samples.push(before.elapsed());
        n += 1;
    }
    Ok((samples, start.elapsed()))
}

fn rate((mut samples, took): (Samples, Duration)) -> (f64, String) {
    let a_second = samples.len() as f64 / took.as_secs_f64();
    (a_second, format!("{} / {}", ms(samples.percentile(50)), ms(samples.percentile(99))))
}
