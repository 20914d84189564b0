//! Takes away what nobody has any more: files of deleted messages, files that were never sent, and bytes that nobody knows.

use std::time::{Duration, SystemTime};

use sederunt_core::id::FileId;
use sederunt_store::StoreError;
use tokio_util::sync::CancellationToken;

use super::ChatFiles;

/// Between two looks at what is gone.
const EVERY: Duration = Duration::from_secs(60);
/// Before the first look at the whole folder: beside a ledger that was put back and is older than the folder, all newer files are
/// nobody's, and there is time to stop.
const FOLDER_FIRST: Duration = Duration::from_secs(3_600);
/// Between two looks at the whole folder.
const FOLDER_EVERY: Duration = Duration::from_secs(24 * 3_600);
/// How long a file that no message has is kept: whoever uploads one sends it at once.
const LOOSE_MS: i64 = 24 * 3_600 * 1_000;
/// How long bytes may be in their place before their row is there. It is there within seconds.
const UNKNOWN: Duration = Duration::from_secs(3_600);
/// Files in one step.
const BATCH: u32 = 500;

/// What was swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Files that were never sent, given up now.
    pub loose: u64,
    /// Files whose bytes are no more.
    pub gone: u64,
    /// Files that nobody knew.
    pub unknown: u64,
}

impl ChatFiles {
    /// Sweeps now and then, until it is stopped.
    pub async fn sweep_until(self, stop: CancellationToken) {
        let mut folder_at = tokio::time::Instant::now() + FOLDER_FIRST;
        loop {
            let whole = tokio::time::Instant::now() >= folder_at;
            if whole {
                folder_at += FOLDER_EVERY;
            }
            let swept = self.sweep(SystemTime::now(), whole).await;
            if swept != Swept::default() {
                let Swept { loose, gone, unknown } = swept;
                tracing::info!(loose, gone, unknown, "files are swept");
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// One sweep; of the whole folder, too, at `now` of the machine's clock. Each step goes on by itself when one before it fails:
    /// what fails is in the log, and done again with the next sweep.
    pub async fn sweep(&self, now: SystemTime, folder: bool) -> Swept {
        let mut swept = Swept::default();
        let told = |what, done: Result<(), StoreError>| {
            if let Err(error) = done {
                tracing::warn!(%error, "{what} are not swept");
            }
        };
        // First what makes place and needs no write before it: the disk may be full.
        told("files of deleted messages", self.sweep_gone(&mut swept.gone).await);
        told("files that were never sent", self.sweep_loose(&mut swept.loose).await);
        if folder {
            told("files that nobody knows", self.sweep_folder(now, &mut swept.unknown).await);
        }
        swept
    }

    async fn sweep_gone(&self, swept: &mut u64) -> Result<(), StoreError> {
        let store = self.node().store();
        let mut forgotten = Ok(());
        let mut after = None;
        loop {
            let gone = store.gone_files(after, BATCH).await?;
            let Some(last) = gone.last() else { return forgotten };
            after = Some(*last);
            let removed = self.remove(gone).await;
            *swept += removed.len() as u64;
            // After the bytes: a crash in between leaves the row, and this is done again. Bytes go when no row can.
            if forgotten.is_ok() {
                forgotten = store.forget_files(removed).await;
            }
        }
    }

    /// Their bytes go with the next sweep.
    async fn sweep_loose(&self, swept: &mut u64) -> Result<(), StoreError> {
        let before = self.node().now().plus_ms(-LOOSE_MS);
        loop {
            let loose = self.node().store().give_up_loose_files(before, BATCH).await?;
            *swept += loose;
            if loose < u64::from(BATCH) {
                return Ok(());
            }
        }
    }

    async fn sweep_folder(&self, now: SystemTime, swept: &mut u64) -> Result<(), StoreError> {
        let Some(before) = now.checked_sub(UNKNOWN) else { return Ok(()) };
        let shelf = self.shelf().clone();
        let placed = tokio::task::spawn_blocking(move || shelf.placed_before(before)).await;
        let Ok(Ok(placed)) = placed else {
            tracing::warn!("the folder of files could not be read");
            return Ok(());
        };
        for part in placed.chunks(BATCH as usize) {
            let known = self.node().store().known_files(part.to_vec()).await?;
            let nobodys = part.iter().copied().filter(|file| !known.contains(file)).collect();
            *swept += self.remove(nobodys).await.len() as u64;
        }
        Ok(())
    }

    /// Removes bytes. Returns those that are no more.
    async fn remove(&self, files: Vec<FileId>) -> Vec<FileId> {
        let shelf = self.shelf().clone();
        let removing = tokio::task::spawn_blocking(move || {
            let is_removed = |file: &FileId| {
                let removed = shelf.remove(*file);
                removed.inspect_err(|error| tracing::warn!(%file, %error, "a file stays behind")).is_ok()
            };
            files.into_iter().filter(is_removed).collect()
        });
        removing.await.unwrap_or_default()
    }
}
