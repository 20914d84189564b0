//! `sederunt backup`: the ledger as it is at one moment, and every other file that cannot be made again.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use aws_lc_rs::digest;
use sederunt_app::Site;
use serde_json::json;

use super::console::Out;
use super::table::{err_line, time};
use super::{Console, DONE, Desk, Progress, Unit};
use crate::backup::{FORMAT, LEDGER, MANIFEST, Manifest, Member, SETTINGS, is_passing, is_plain};

/// What stays free of the disk while the copy of the ledger lies beside it: people meet, and write.
const RESERVE_BYTES: u64 = 256 << 20;
/// Largest file beside the ledger: keys, certificates and the like.
const FILE_MAX_BYTES: u64 = 16 << 20;
/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 1 << 18;

/// Tells the drafts of one process apart.
static DRAFTS: AtomicU64 = AtomicU64::new(0);

/// The copy of the ledger until it is sent; removed when dropped.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // One that stays is removed at the next start.
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn run(
    desk: &Desk,
    settings: Option<String>,
    json: bool,
    console: &mut dyn Console,
) -> anyhow::Result<u8> {
    check_space(desk)?;
    let settings = desk.live.as_ref().map(|live| live.settings.clone()).or(settings);
    let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
    let draft = Draft(desk.folder.path().join(format!("backup-{}-{number}.draft", std::process::id())));
    let pace = desk.pace(console);
    let last_fact = desk
        .store
        .backup(&pace, &draft.0, |done, all| {
            // Whoever is gone is noticed by the pace.
            let _ = console.progress(&Progress::of(Unit::Bytes, done, all));
        })
        .context("the ledger was not copied")?;
    let small = small_files(desk.folder.path(), settings)?;
    let mut rest = Rest::of(desk);
    let (bytes, sha256) = hash_file(&draft.0, &mut rest)?;
    let mut files: Vec<Member> = small
        .iter()
        .map(|(name, content)| Member {
            name: name.clone(),
            bytes: content.len() as u64,
            sha256: hex(digest::digest(&digest::SHA256, content).as_ref()),
        })
        .collect();
    files.push(Member { name: LEDGER.to_owned(), bytes, sha256 });
    let all: u64 = files.iter().map(|file| file.bytes).sum();
    let manifest = Manifest {
        format: FORMAT,
        sederunt: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: time(desk.now()),
        last_fact,
        files,
    };
    send(&manifest, &small, &draft.0, rest, console).context("the backup was not written")?;
    let count = manifest.files.len();
    let told = match json {
        true => json!({ "last_fact": last_fact, "files": count, "bytes": all }).to_string(),
        false => format!("{count} files, {all} bytes, up to fact {last_fact}"),
    };
    err_line(console, &told)?;
    Ok(DONE)
}

/// The copy lies beside the ledger until it is sent.
fn check_space(desk: &Desk) -> anyhow::Result<()> {
    let disk =
        rustix::fs::statvfs(desk.folder.path()).context("cannot ask for the free space of the disk")?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let (ledger, log) = desk.store.bytes();
    let needed = ledger.saturating_add(log).saturating_add(RESERVE_BYTES);
    if free < needed {
        bail!(
            "a backup needs {needed} bytes free on the disk of the data folder, for a copy of the ledger and {} MiB to \
             go on with; {free} are free",
            RESERVE_BYTES >> 20
        );
    }
    Ok(())
}

/// Everything beside the ledger that cannot be made again: first-run.json, keys, certificates, whatever comes.
fn small_files(dir: &Path, settings: Option<String>) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let about = entry.metadata()?;
        let replaced = name == SETTINGS && settings.is_some();
        if !about.is_file() || is_passing(&name) || !is_plain(&name) || replaced {
            continue;
        }
        if about.len() > FILE_MAX_BYTES {
            bail!("{name} in the data folder is no file of sederunt's: it has {} bytes", about.len());
        }
        files.push((name, std::fs::read(entry.path())?));
    }
    files.extend(settings.map(|text| (SETTINGS.to_owned(), text.into_bytes())));
    files.sort();
    Ok(files)
}

fn send(
    manifest: &Manifest,
    small: &[(String, Vec<u8>)],
    ledger: &Path,
    rest: Rest,
    console: &mut dyn Console,
) -> anyhow::Result<()> {
    let mut tar = tar::Builder::new(Out::on(console));
    let text = serde_json::to_vec_pretty(manifest)?;
    append(&mut tar, MANIFEST, text.len() as u64, text.as_slice())?;
    for (name, content) in small {
        append(&mut tar, name, content.len() as u64, content.as_slice())?;
    }
    let bytes = manifest.files.last().map_or(0, |ledger| ledger.bytes);
    append(&mut tar, LEDGER, bytes, Gently { file: File::open(ledger)?, rest })?;
    tar.into_inner()?.flush()?;
    Ok(())
}

fn append(tar: &mut tar::Builder<Out<'_>>, name: &str, bytes: u64, content: impl Read) -> anyhow::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    Ok(tar.append_data(&mut header, name, content)?)
}

fn hash_file(path: &Path, rest: &mut Rest) -> anyhow::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut context = digest::Context::new(&digest::SHA256);
    let (mut bytes, mut buffer) = (0, vec![0; CHUNK_BYTES]);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((bytes, hex(context.finish().as_ref())));
        }
        context.update(buffer.get(..n).unwrap_or_default());
        bytes += n as u64;
        rest.take();
    }
}

/// In lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Beside others, half of the time at most.
struct Rest {
    rests: bool,
    since: Instant,
}

impl Rest {
    /// Work before a rest, and the rest.
    const SLICE: Duration = Duration::from_millis(10);

    fn of(desk: &Desk) -> Self {
        Self { rests: desk.live.is_some(), since: Instant::now() }
    }

    fn take(&mut self) {
        if self.rests && self.since.elapsed() >= Self::SLICE {
            std::thread::sleep(Self::SLICE);
            self.since = Instant::now();
        }
    }
}

/// Reads a file with rests.
struct Gently {
    file: File,
    rest: Rest,
}

impl Read for Gently {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.rest.take();
        self.file.read(buffer)
    }
}
