//! Queries after everything that can happen to an index between two of them.

use std::path::{Path, PathBuf};

use sederunt_store::{Store, StoreOptions};

use super::world::World;
use super::{open, queries, settle, small};
use sederunt_dice::Dice;

/// Asked in all unless `SEDERUNT_DIFF_QUERIES` says more.
const QUERIES: usize = 12_000;
/// Asked of one history.
const WORLD_QUERIES: usize = 2_500;
/// Asked between two events.
const EVENT_QUERIES: usize = 125;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_that_of_sql() {
    let wanted = std::env::var("SEDERUNT_DIFF_QUERIES").ok().map(|n| n.parse().unwrap()).unwrap_or(QUERIES);
    let mut dice = Dice::from_env("SEDERUNT_DIFF_SEED");
    let (mut asked, mut from_index, mut events) = (0, 0, Vec::new());
    let first = dice.seed();
    while asked < wanted {
        let mut life = Life::new(dice.clone()).await;
        while life.asked < WORLD_QUERIES.min(wanted - asked) {
            life.event().await;
            life.ask(EVENT_QUERIES).await;
        }
        life.end().await;
        asked += life.asked;
        from_index += life.from_index;
        events.append(&mut life.events);
        dice = Dice::new(dice.seed() + 1);
    }
    events.sort_unstable();
    let count = |event| (event, events.iter().filter(|e| **e == event).count());
    let counts: Vec<_> = [GROW, SETTLE, RESTART, KILL, DELETE, DAMAGE, REBUILD, OLD].map(count).to_vec();
    eprintln!("SEDERUNT_DIFF_SEED={first}: {asked} queries, {from_index} from the index, {counts:?}");
    assert!(from_index * 2 > asked as u64, "only {from_index} of {asked} answers came from the index");
}

const GROW: &str = "grow";
const SETTLE: &str = "settle";
const RESTART: &str = "restart";
const KILL: &str = "kill";
const DELETE: &str = "delete the folder";
const DAMAGE: &str = "damage a file";
const REBUILD: &str = "rebuild";
const OLD: &str = "put an older ledger back";

struct Life {
    dir: tempfile::TempDir,
    /// The data folder; a kill goes on with a copy in another one.
    data: PathBuf,
    copies: u32,
    options: StoreOptions,
    store: Option<Store>,
    world: World,
    asked: usize,
    from_index: u64,
    events: Vec<&'static str>,
}

impl Life {
    async fn new(mut dice: Dice) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let mut options = small(1 + dice.below(60), *dice.pick(&[1, 5, 16, 40, 200]));
        // Whoever imports waits for the sealer.
        options.index.crowd_sessions = *dice.pick(&[0, 1_000_000]);
        // What a start leaves for the background.
        options.index.start_facts = *dice.pick(&[0, 40, 1_000_000, 1_000_000]);
        options.index.start_sessions = *dice.pick(&[0, 20, 1_000_000, 1_000_000]);
        options.index.start_bytes = *dice.pick(&[0, 1 << 30, 1 << 30, 1 << 30]);
        let store = open(&data, options);
        let steps = *dice.pick(&[30, 200, 600]);
        let mut world = World::new(&store, dice).await;
        world.grow(&store, steps).await;
        Self {
            dir,
            data,
            copies: 0,
            options,
            store: Some(store),
            world,
            asked: 0,
            from_index: 0,
            events: Vec::new(),
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    async fn ask(&mut self, queries: usize) {
        let store = self.store().clone();
        let before = store.index_stats().answers;
        queries::many(&store, &mut self.world, queries).await;
        self.asked += queries;
        self.from_index += store.index_stats().answers - before;
    }

    async fn event(&mut self) {
        let event = match self.world.dice.below(16) {
            0..=5 => GROW,
            6..=8 => SETTLE,
            9 | 10 => RESTART,
            11 => KILL,
            12 => DELETE,
            13 => DAMAGE,
            14 => REBUILD,
            _ => OLD,
        };
        self.events.push(event);
        match event {
            GROW => {
                let steps = *self.world.dice.pick(&[1, 10, 60]);
                let store = self.store().clone();
                self.world.grow(&store, steps).await;
            }
            SETTLE => settle(self.store()).await,
            RESTART => {
                self.stop();
                self.start();
            }
            KILL => self.kill(),
            DELETE => {
                self.stop();
                let index = self.data.join("index");
                if index.exists() {
                    std::fs::remove_dir_all(index).unwrap();
                }
                self.start();
            }
            DAMAGE => self.damage().await,
            REBUILD => {
                self.stop();
                let store = open(&self.data, StoreOptions { index: sederunt_store::IndexOptions::off() });
                let run = move || store.index_rebuild(None, |_, _| {}).unwrap();
                tokio::task::spawn_blocking(run).await.unwrap();
                self.start();
            }
            _ => self.put_back().await,
        }
    }

    fn stop(&mut self) {
        self.store = None;
    }

    fn start(&mut self) {
        self.store = Some(open(&self.data, self.options));
    }

    /// Goes on with what is on the disk at this instant, as after a kill: nothing is closed, the sealer may be at work.
    fn kill(&mut self) {
        self.copies += 1;
        let copy = self.dir.path().join(format!("copy-{}", self.copies));
        // The sealer's files first or last: older or newer than the ledger.
        copy_folder(&self.data, &copy, self.world.dice.below(2) == 0);
        self.stop();
        std::fs::remove_dir_all(&self.data).unwrap();
        self.data = copy;
        self.start();
    }

    /// Changes, shortens or empties a file, or takes it away. SQL answers, and then the index is whole again.
    async fn damage(&mut self) {
        settle(self.store()).await;
        self.stop();
        let mut files = Vec::new();
        files_of(&self.data.join("index"), &mut files);
        if !files.is_empty() {
            let file = self.world.dice.pick(&files).clone();
            let mut bytes = std::fs::read(&file).unwrap();
            let at = self.world.dice.index(bytes.len().max(1));
            match self.world.dice.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.clear(),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << self.world.dice.below(8);
                    }
                }
            }
            std::fs::write(&file, bytes).unwrap();
        }
        self.start();
        self.ask(EVENT_QUERIES / 2).await;
        settle(self.store()).await;
        self.is_whole();
    }

    /// An older ledger under a newer index, as from a backup: what is on record since is gone.
    async fn put_back(&mut self) {
        settle(self.store()).await;
        self.stop();
        let old = self.dir.path().join("old");
        copy_folder(&self.data, &old, true);
        let (world, seed) = (self.world.clone(), self.world.dice.roll());
        self.start();
        let store = self.store().clone();
        self.world.grow(&store, 120).await;
        settle(&store).await;
        drop(store);
        self.stop();
        for file in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
            let (from, to) = (old.join(file), self.data.join(file));
            if to.exists() {
                std::fs::remove_file(&to).unwrap();
            }
            if from.exists() {
                std::fs::copy(from, to).unwrap();
            }
        }
        std::fs::remove_dir_all(&old).unwrap();
        // The same sequence numbers are given again, to other facts.
        self.world = world;
        self.world.dice.stir(seed);
        self.start();
        if seed % 2 == 0 {
            let store = self.store().clone();
            self.world.grow(&store, 120).await;
        }
    }

    /// The index holds exactly the ended sessions of the ledger.
    fn is_whole(&mut self) {
        self.stop();
        let store = open(&self.data, StoreOptions { index: sederunt_store::IndexOptions::off() });
        let report = store.index_verify(|_, _| {}).unwrap();
        let seed = self.world.dice.seed();
        assert_eq!(report.difference_count, 0, "SEDERUNT_DIFF_SEED={seed} {report:?}");
        drop(store);
        self.start();
    }

    async fn end(&mut self) {
        settle(self.store()).await;
        self.ask(EVENT_QUERIES).await;
        self.is_whole();
        let store = self.store().clone();
        let report = tokio::task::spawn_blocking(move || store.verify(|_, _| {})).await.unwrap().unwrap();
        assert_eq!(report.difference_count, 0, "{report:?}");
        self.stop();
    }
}

fn files_of(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    let mut paths: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files_of(&path, files) } else { files.push(path) }
    }
}

/// Copies a folder while others may work in it: a file may be gone before it is copied.
fn copy_folder(from: &Path, to: &Path, folders_first: bool) {
    std::fs::create_dir_all(to).unwrap();
    let mut paths: Vec<_> = std::fs::read_dir(from).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort_by_key(|path| (path.is_dir() != folders_first, path.clone()));
    for path in paths {
        let name = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &name, folders_first);
        } else if let Err(e) = std::fs::copy(&path, &name) {
            assert_eq!(e.kind(), std::io::ErrorKind::NotFound, "{}: {e}", path.display());
        }
    }
}
