//! The ledger: what a room writes, through the store's own verb; alone, with a reader of lists, and with sealing.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use sederunt_core::effect::Write;
use sederunt_core::id::Id;
use sederunt_node::clock::wall;
use sederunt_store::{AppRow, IndexOptions, IndexStats, SessionQuery, SessionSort, Store, StoreOptions};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::PEERS_PER_ROOM;
use super::clients::{self, Run, come_and_go};
use super::rooms::{APP, Ids, Room};

const NODE: &str = "bench";

/// Joins of a session that ends: as if everybody of a room came once.
pub(super) const JOINS: u32 = PEERS_PER_ROOM as u32;
/// Ended sessions that are sealed: so few that even one client makes the sealer work all the time.
pub(super) const SEALED_FROM: usize = 16;

/// A ledger and the rooms that write into it.
pub(crate) struct Ledger {
    dir: PathBuf,
    store: Store,
    rooms: Vec<Mutex<Room>>,
    ids: Minted,
}

/// Numbers as ids of now.
struct Minted(AtomicU64);

/// What went on during runs.
#[derive(Debug, Default)]
pub(super) struct Meanwhile {
    /// Lists that the reader got.
    pub(super) lists: u64,
    /// Times that the log began anew, its pages copied into the file.
    pub(super) checkpoints: u32,
    /// Sessions that ended.
    pub(super) ended: u64,
    /// What the index did.
    pub(super) index: IndexStats,
}

impl Meanwhile {
    pub(super) fn add(&mut self, other: &Self) {
        self.lists += other.lists;
        self.checkpoints += other.checkpoints;
        self.ended += other.ended;
        let (all, index) = (&mut self.index, &other.index);
        all.sealed += index.sealed;
        all.seals += index.seals;
        all.merges += index.merges;
        all.failures += index.failures;
        all.busy_us += index.busy_us;
        all.answers += index.answers;
    }

    /// Fails when nothing was sealed, or lists came from elsewhere than the index.
    pub(super) fn ensure_sealed(&self) -> Result<()> {
        let index = &self.index;
        ensure!(index.seals > 0 && index.sealed > 0, "nothing was sealed: {self:?}");
        ensure!(index.failures == 0, "the index failed: {self:?}");
        ensure!(index.answers > 0, "no list came from the index: {self:?}");
        Ok(())
    }
}

impl Ledger {
    /// A new ledger whose sessions stay LIVE.
    pub(crate) async fn open(dir: &Path, rooms: usize) -> Result<Self> {
        let ledger = Self::new(dir, rooms, StoreOptions::default(), None).await?;
        // Each session has begun before anything is measured.
        for room in 0..rooms {
            for joins in [true, false] {
                clients::Store::act(&ledger, room * PEERS_PER_ROOM, joins).await?;
            }
        }
        Ok(ledger)
    }

    /// A new ledger whose sessions end after some joins, in an app that has an index of its sessions.
    pub(super) async fn open_sealing(dir: &Path, rooms: usize) -> Result<Self> {
        let index = IndexOptions { from_sessions: 1, seal_sessions: SEALED_FROM, ..IndexOptions::default() };
        let ledger = Self::new(dir, rooms, StoreOptions { index }, Some(JOINS)).await?;
        for _ in 0..JOINS {
            for joins in [true, false] {
                clients::Store::act(&ledger, 0, joins).await?;
            }
        }
        let store = ledger.store.clone();
        ensure!(spawn_blocking(move || store.index_settle()).await?, "nobody builds the index");
        ensure!(ledger.store.index_stats().apps == 1, "the app has no index");
        Ok(ledger)
    }

    async fn new(dir: &Path, rooms: usize, options: StoreOptions, joins_max: Option<u32>) -> Result<Self> {
        let store = Store::open_with(dir, options)?;
        let now = wall();
        let app = AppRow { id: APP.into(), account: APP.to_owned(), name: APP.to_owned(), created_at: now };
        store.create_app(app, Vec::new()).await?;
        let ids = Minted(AtomicU64::new(1));
        let rooms = (0..rooms).map(|_| Mutex::new(Room::new(&ids, joins_max))).collect();
        Ok(Self { dir: dir.to_owned(), store, rooms, ids })
    }

    /// The store behind.
    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// Peer number `peer` joins or leaves; the number of the fact, which is durable.
    pub(crate) async fn remember(&self, peer: usize, joins: bool) -> Result<u64> {
        let mut room = self.rooms.get(peer / PEERS_PER_ROOM).context("no such room")?.lock().await;
        let seat = peer % PEERS_PER_ROOM;
        let writes: Vec<Write> = if joins { room.join(&self.ids, seat)? } else { room.leave(seat)? };
        let mut durable = pin!(self.store.remember(NODE, writes));
        // Queued in the order of the room; others of the room follow without waiting for the disk.
        let queued = poll_fn(|cx| Poll::Ready(durable.as_mut().poll(cx))).await;
        drop(room);
        Ok(match queued {
            Poll::Ready(done) => done?,
            Poll::Pending => durable.await?,
        })
    }

    async fn ended(&self) -> u64 {
        let mut ended = 0;
        for room in &self.rooms {
            ended += room.lock().await.ended();
        }
        ended
    }

    /// How often the log began anew: the third number of its head, which SQLite counts up (sqlite.org/fileformat2.html).
    fn checkpoints(&self) -> Result<u32> {
        use std::os::unix::fs::FileExt as _;
        let mut number = [0; 4];
        std::fs::File::open(self.dir.join("ledger.sqlite-wal"))?.read_exact_at(&mut number, 12)?;
        Ok(u32::from_be_bytes(number))
    }
}

impl Ids for Minted {
    fn next(&self) -> Id {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        let now = u64::try_from(wall().0).unwrap_or(0);
        Id::mint(now, n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16)
    }
}

impl clients::Store for Ledger {
    async fn act(&self, peer: usize, joins: bool) -> Result<()> {
        self.remember(peer, joins).await.map(|_| ())
    }
}

/// A run while one reader asks for lists without a pause.
pub(super) async fn with_reader(
    ledger: &Arc<Ledger>,
    peers: usize,
    each: Duration,
) -> Result<(Run, Meanwhile)> {
    let (before, ended) = (ledger.store.index_stats(), ledger.ended().await);
    let checkpoints = ledger.checkpoints()?;
    let stop = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn(read(ledger.store.clone(), Arc::clone(&stop)));
    let run = come_and_go(Arc::clone(ledger), peers, each).await?;
    stop.store(true, Ordering::Relaxed);
    let after = ledger.store.index_stats();
    let index = IndexStats {
        sealed: after.sealed - before.sealed,
        seals: after.seals - before.seals,
        merges: after.merges - before.merges,
        failures: after.failures - before.failures,
        busy_us: after.busy_us - before.busy_us,
        answers: after.answers - before.answers,
        ..IndexStats::default()
    };
    let checkpoints = ledger.checkpoints()? - checkpoints;
    let ended = ledger.ended().await - ended;
    Ok((run, Meanwhile { lists: reader.await??, checkpoints, ended, index }))
}

async fn read(store: Store, stop: Arc<AtomicBool>) -> Result<u64> {
    let mut pages = 0;
    while !stop.load(Ordering::Relaxed) {
        let query = SessionQuery {
            app: APP.into(),
            now: wall(),
            meeting: None,
            started_from: None,
            started_to: None,
            status: None,
            peak_min: None,
            peak_max: None,
            search: (pages % 2 == 1).then(|| "sync".to_owned()),
            sort: if pages % 3 == 0 { SessionSort::MinutesConsumed } else { SessionSort::CreatedAt },
            ascending: false,
            offset: 0,
            limit: 25,
        };
        store.sessions(query).await?;
        pages += 1;
    }
    Ok(pages)
}
