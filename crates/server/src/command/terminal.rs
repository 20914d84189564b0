//! The terminal in front of a command: its streams, its progress bar, and the file that it writes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};

use crate::work::{Console, Progress, Unit};

/// Where the output goes.
pub(super) enum Target {
    /// Standard output.
    Stdout(BufWriter<io::Stdout>),
    /// A file that appears under its name when it is whole.
    File {
        /// Under its other name.
        writer: BufWriter<File>,
        /// The name it gets.
        path: PathBuf,
        /// The name it has.
        draft: PathBuf,
    },
}

impl Target {
    /// Standard output, or this file, which must not exist: whatever overwrites the last good one and then fails leaves
    /// none.
    pub(super) fn of(file: Option<PathBuf>) -> anyhow::Result<Self> {
        let Some(path) = file else { return Ok(Self::Stdout(BufWriter::new(io::stdout()))) };
        expect_nothing(&path)?;
        let mut draft = path.clone().into_os_string();
        draft.push(format!(".{}.part", std::process::id()));
        let draft = PathBuf::from(draft);
        let mut options = File::options();
        options.write(true).create_new(true);
        // It holds names, if not keys.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&draft).with_context(|| format!("cannot make {}", draft.display()))?;
        Ok(Self::File { writer: BufWriter::new(file), path, draft })
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Stdout(out) => out,
            Self::File { writer, .. } => writer,
        }
    }
}

fn expect_nothing(path: &Path) -> anyhow::Result<()> {
    if path.symlink_metadata().is_ok() {
        bail!("{} exists already: nothing is overwritten", path.display());
    }
    Ok(())
}

/// See the module.
pub(super) struct Terminal {
    target: Target,
    bar: Option<(Unit, ProgressBar)>,
    gone: Arc<AtomicBool>,
}

impl Terminal {
    pub(super) fn new(target: Target) -> Self {
        Self { target, bar: None, gone: Arc::default() }
    }

    /// After the work: what was written is there whole, or not under its name.
    pub(super) fn finish(mut self, outcome: anyhow::Result<u8>) -> anyhow::Result<u8> {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
        let outcome = outcome.and_then(|code| {
            self.target.writer().flush().context("cannot write the output")?;
            Ok(code)
        });
        if let Target::File { writer, path, draft } = self.target {
            let kept = outcome.and_then(|code| {
                let context = || format!("cannot write {}", path.display());
                writer.get_ref().sync_all().with_context(context)?;
                expect_nothing(&path)?;
                std::fs::rename(&draft, &path).with_context(context)?;
                Ok(code)
            });
            if kept.is_err() {
                // What is left of it says so by its name.
                let _ = std::fs::remove_file(&draft);
            }
            return kept;
        }
        outcome
    }
}

fn bar(unit: Unit, all: Option<u64>) -> Option<ProgressBar> {
    let template = match (unit, all) {
        (Unit::Sessions, _) => "{wide_bar} {pos} of {len} sessions {eta}",
        (Unit::Facts, _) => "{wide_bar} {pos} of {len} facts {eta}",
        (Unit::Bytes, Some(_)) => "{wide_bar} {percent}% {binary_bytes_per_sec} {msg} {eta}",
        (Unit::Bytes, None) => "{spinner} {binary_bytes} {binary_bytes_per_sec} {msg}",
    };
    let style = ProgressStyle::with_template(template).ok()?;
    let bar = if all.is_some() { ProgressBar::new(0) } else { ProgressBar::new_spinner() };
    Some(bar.with_style(style))
}

impl Console for Terminal {
    fn out(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.target.writer().write_all(bytes)
    }

    fn err(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
        io::stderr().write_all(bytes)
    }

    fn progress(&mut self, at: &Progress) -> io::Result<()> {
        let Progress { unit, done, all, note } = at;
        if self.bar.as_ref().is_none_or(|(shown, _)| shown != unit) {
            self.bar = bar(*unit, *all).map(|bar| (*unit, bar));
        }
        if let Some((_, bar)) = &self.bar {
            if let Some(all) = all {
                bar.set_length(*all);
            }
            bar.set_position(*done);
            bar.set_message(note.clone());
        }
        Ok(())
    }

    fn is_gone(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.gone)
    }
}
