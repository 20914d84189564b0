//! The handle to the ledger, and its verbs that belong to no other file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use sederunt_core::effect::Write;
use sederunt_core::time::Reading;
use tokio::sync::oneshot;

use crate::entry::Entry;
use crate::hot::Hot;
use crate::index::{self, Indexes, Sealer, StoreOptions};
use crate::people::PeopleFile;
use crate::places::Backlog;
use crate::reader::Readers;
use crate::stays::StayCache;
use crate::transaction::Transaction;
use crate::watch::{AppWatch, Watchers};
use crate::writer::{Remember, Writer};
use crate::{DiskTrouble, ParticipantRow, Result, StoreError, sql};

/// How often a write that waits asks whether its disk is stuck.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);

/// Handle to the open ledger; cheap to clone. When the last one is dropped, everything queued is made durable and
/// the file is closed.
///
/// The verbs are grouped by file: the ledger here, in `sessions.rs`, `stays.rs`, `recover.rs`, `verify.rs`,
/// `import.rs` and `export.rs`; the registry in `apps.rs`, `tokens.rs`, `meetings.rs`, `participants.rs`, `users.rs` and
/// `members.rs`; chat in `chat.rs`.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    // Dropped first: it works with all the others.
    #[expect(dead_code, reason = "held until the store closes")]
    sealer: Option<Sealer>,
    pub(crate) indexes: Arc<Indexes>,
    /// The data folder.
    pub(crate) dir: PathBuf,
    pub(crate) stays: Arc<StayCache>,
    pub(crate) people: PeopleFile,
    pub(crate) hot: Arc<Hot>,
    pub(crate) watchers: Arc<Watchers>,
    // Before the writer: the last connection to close removes the log, and only the writer's may.
    pub(crate) readers: Arc<Readers>,
    pub(crate) writer: Arc<Writer>,
}

impl Store {
    /// Opens or creates the ledger in the folder `dir` (mode 0700), migrates its schema, and starts the writer.
    /// Blocks on the disk. The caller sees to it that no other process has the folder open.
    pub fn open(dir: &Path) -> Result<Self> {
        Self::open_with(dir, StoreOptions::default())
    }

    /// [`Self::open`] with other settings.
    pub fn open_with(dir: &Path, options: StoreOptions) -> Result<Self> {
        let mut ledger = Transaction::open(dir)?;
        let readers = Arc::new(Readers::open(dir)?);
        let indexes = Arc::new(Indexes::new(options.index));
        let index = index::open(dir, &mut ledger, &indexes)?;
        let (hot, watchers) = (Arc::<Hot>::default(), Arc::<Watchers>::default());
        ledger.tell(Arc::<Hot>::clone(&hot));
        ledger.tell(Arc::<Watchers>::clone(&watchers));
        let writer = Arc::new(Writer::start(ledger)?);
        let sealer = index.map(|a| a.start(&indexes, &readers, &writer)).transpose()?;
        let people = PeopleFile::new(dir);
        let dir = dir.to_owned();
        let stays = Arc::default();
        let inner = Inner { sealer, indexes, dir, stays, people, hot, watchers, readers, writer };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes the writes of one room durable, in one transaction, and returns the sequence number of the last
    /// fact. Group commit: concurrent calls share a transaction and an fsync.
    ///
    /// When too much waits already, it waits for a place: nothing of a room is dropped because the disk is slow.
    /// Errors: `Exists` or `NotFound` when the facts contradict what is stored (nothing of the call is kept then).
    pub async fn remember(&self, node: &str, writes: Vec<Write>) -> Result<u64> {
        self.remember_shared(node, Arc::default(), Arc::new(writes)).await
    }

    /// The same, with the rows of participants who have none yet and are let in by these writes, in the same
    /// transaction. A row that is there already, a deleted one too, stays as it is. The caller keeps what it asks to be
    /// written: when the disk refuses it ([`StoreError::is_disk`]), nothing is kept here and the same may be asked again.
    pub async fn remember_shared(
        &self,
        node: &str,
        members: Arc<Vec<ParticipantRow>>,
        writes: Arc<Vec<Write>>,
    ) -> Result<u64> {
        let (reply, answer) = oneshot::channel();
        self.inner.writer.remember(Remember { node: node.to_owned(), members, writes, reply }).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Why nothing can be written now; `None` = as far as is known, everything can.
    pub fn disk_trouble(&self) -> Option<DiskTrouble> {
        self.inner.writer.disk().trouble()
    }

    /// For tests: stops the writer inside a transaction until the answer is dropped, as a disk that does not answer
    /// does.
    #[doc(hidden)]
    pub fn hold_writer(&self) -> Result<std::sync::mpsc::Sender<()>> {
        let (release, held) = std::sync::mpsc::channel::<()>();
        // The job's own answer is of no interest.
        drop(self.inner.writer.submit(move |_| {
            let _ = held.recv();
            Ok(())
        })?);
        Ok(release)
    }

    /// For tests: the ledger may not grow beyond so many pages more; `None` = as it likes. SQLite says the same as for a
    /// full disk.
    #[doc(hidden)]
    pub async fn limit_growth(&self, pages: Option<i64>) -> Result<()> {
        let answer = self.inner.writer.submit_patiently(move |l| {
            let has: i64 = l.conn.query_row("PRAGMA page_count", [], |r| r.get(0))?;
            let most = pages.map_or(i64::from(u32::MAX) - 1, |pages| has + pages);
            Ok(l.conn.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?)
        });
        answer.await?.await.map_err(|_| StoreError::Closed)?
    }

    /// Transactions that the disk refused, since the start.
    pub fn disk_failures(&self) -> u64 {
        self.inner.writer.disk().failures()
    }

    /// Renews a node's heartbeat row (DECISIONS §5).
    pub async fn heartbeat(&self, node: &str, now: impl Into<Reading>) -> Result<()> {
        let (node, now) = (node.to_owned(), now.into());
        let answer = self.inner.writer.submit_patiently(move |l| l.heartbeat(&node, now)).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Watches all apps from now on.
    pub fn watch_apps(&self) -> AppWatch {
        self.inner.watchers.watch(self.durable(), true)
    }

    /// The same, without facts until [`AppWatch::want_facts`]: whoever tells nobody anything costs a commit nothing.
    pub fn watch_receivers(&self) -> AppWatch {
        self.inner.watchers.watch(self.durable(), false)
    }

    /// What waits for the disk. Whoever lets people in refuses them while it [is behind](Backlog::is_behind).
    pub fn backlog(&self) -> Backlog {
        self.inner.writer.places().backlog()
    }

    /// Runs a read in a snapshot of its own.
    pub(crate) async fn read<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let turn = self.inner.readers.read_permit().await?;
        let readers = Arc::clone(&self.inner.readers);
        let read = move || {
            let _turn = turn;
            readers.snapshot(|conn| {
                let result = verb(conn)?;
                let last = "SELECT coalesce(max(seq), 0) FROM fact";
                Ok((result, sql::find(conn, last, [], |r| r.get::<_, i64>(0))?.unwrap_or(0)))
            })
        };
        // A panic in a verb is a bug; the caller gets an error and the connection is dropped.
        let (result, seen) = tokio::task::spawn_blocking(read).await.unwrap_or(Err(StoreError::Closed))?;
        self.in_lists(u64::try_from(seen).unwrap_or(0)).await;
        Ok(result)
    }

    /// Waits until session lists show everything up to fact `seq`, which is on disk: a reader of SQL may see a
    /// transaction microseconds before the index of the session list does, and what it is told is in the next list.
    async fn in_lists(&self, seq: u64) {
        // The writer is gone: nothing more comes.
        let _ = self.inner.writer.committed().wait_for(|shown| *shown >= seq).await;
    }

    /// Decides and applies a change of the registry in one transaction, and waits until it is durable: `decide` reads, checks, and
    /// gives the entries and an answer.
    pub(crate) async fn decide<T, F>(&self, decide: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<(Vec<Entry>, T)> + Send + 'static,
    {
        self.write(move |transaction| {
            let (entries, answer) = decide(&transaction.conn)?;
            for entry in &entries {
                transaction.apply(entry)?;
            }
            Ok(answer)
        })
        .await
    }

    /// Runs a write in the next group and waits until it is durable. Refused at once while the disk takes no writes, and
    /// given up when the disk gets stuck meanwhile: then it may become durable later, or not.
    pub(crate) async fn write<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Transaction) -> Result<T> + Send + 'static,
    {
        if let Some(trouble) = self.disk_trouble() {
            return Err(StoreError::Unwritable(trouble));
        }
        let mut answer = self.inner.writer.submit(verb)?;
        loop {
            match tokio::time::timeout(PATIENCE, &mut answer).await {
                Ok(Ok(Err(error))) if error.is_disk() => {
                    tracing::error!(%error, "a write failed");
                    return Err(StoreError::Unwritable(DiskTrouble::Failing));
                }
                Ok(answer) => return answer.map_err(|_| StoreError::Closed)?,
                Err(_) => {
                    if let Some(trouble) = self.disk_trouble() {
                        return Err(StoreError::Unwritable(trouble));
                    }
                }
            }
        }
    }

    /// The data folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.inner.dir
    }

    pub(crate) fn readers(&self) -> &Arc<Readers> {
        &self.inner.readers
    }
}
