//! Faults of the disk and of whoever has a hand in the folder: the answers stay right, and the index comes back.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sederunt_store::Store;

use super::world::World;
use super::{open, queries, settle, small};
use crate::common::{all, at};
use sederunt_dice::Dice;

const QUERIES: usize = 60;

async fn world(store: &Store) -> World {
    let mut world = World::new(store, Dice::from_env("SEDERUNT_DIFF_SEED")).await;
    world.grow(store, 150).await;
    world
}

/// A plain file where a folder should be: nothing below it can be made, read or listed.
struct Blocked {
    path: PathBuf,
    kept: PathBuf,
}

impl Blocked {
    fn at(path: &Path) -> Self {
        let kept = path.with_extension("kept");
        if path.exists() {
            fs::rename(path, &kept).unwrap();
        }
        fs::write(path, "in the way").unwrap();
        Self { path: path.to_owned(), kept }
    }

    fn free(self) {
        fs::remove_file(&self.path).unwrap();
        if self.kept.exists() {
            fs::rename(&self.kept, &self.path).unwrap();
        }
    }
}

#[tokio::test]
async fn without_its_folder_sql_answers_and_the_sealer_tries_again() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = Blocked::at(&dir.path().join("index"));
    let store = open(dir.path(), small(10, 8));
    let mut world = world(&store).await;
    settle(&store).await;
    queries::many(&store, &mut world, QUERIES).await;
    let stats = store.index_stats();
    assert_eq!((stats.apps, stats.answers), (0, 0), "{stats:?}");
    assert!(stats.failures > 1, "{stats:?}");
    blocked.free();
    settle(&store).await;
    queries::many(&store, &mut world, QUERIES).await;
    let stats = store.index_stats();
    assert!(stats.apps > 0 && stats.sealed > 0 && stats.answers > 0, "{stats:?}");
}

/// A folder as earlier versions had it: nothing of it is read, its space is given back, and the index is built anew.
#[tokio::test]
async fn the_folder_of_an_earlier_version_is_given_back_and_the_index_is_built_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), small(10, 8));
    let mut world = world(&store).await;
    settle(&store).await;
    let sealed = store.index_stats().sealed;
    assert!(sealed > 0);
    drop(store);
    let former = dir.path().join("archive");
    fs::rename(dir.path().join("index"), &former).unwrap();
    fs::create_dir_all(former.join("set-aside/1")).unwrap();
    fs::write(former.join("set-aside/1/seg-1"), "damaged once").unwrap();
    fs::write(former.join("notes.txt"), "somebody's own").unwrap();

    let store = open(dir.path(), small(10, 8));
    settle(&store).await;
    queries::many(&store, &mut world, QUERIES).await;
    let stats = store.index_stats();
    assert!(stats.answers > 0 && stats.rebuilds > 0 && stats.set_aside == 0, "{stats:?}");
    assert_eq!(stats.sealed, sealed);
    let left: Vec<_> = fs::read_dir(&former).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"], "only what is not ours stays");
    let report = store.index_verify(|_, _| {}).unwrap();
    assert_eq!((report.sessions, report.difference_count), (sealed, 0), "{report:?}");
    drop(store);

    fs::remove_file(former.join("notes.txt")).unwrap();
    drop(open(dir.path(), small(10, 8)));
    assert!(!former.exists());
}

/// Right after a start checksums are still read: a search waits for that, a first page does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_right_after_a_start_is_answered_by_the_index_that_is_on_its_way() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = small(10, 8);
    options.index.start_bytes = 0;
    let store = open(dir.path(), options);
    let world = world(&store).await;
    settle(&store).await;
    drop(store);
    let store = open(dir.path(), options);
    let mut search = all("a", at(world.now_ms()));
    search.search = Some("sync".to_owned());
    store.sessions(search).await.unwrap();
    let stats = store.index_stats();
    assert_eq!((stats.answers, stats.answers_sql), (1, 0), "{stats:?}");
}

#[tokio::test]
async fn a_seal_that_fails_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), small(10, 8));
    let mut world = world(&store).await;
    settle(&store).await;
    let before = store.index_stats();
    let blocked = Blocked::at(&dir.path().join("index/1"));
    world.grow(&store, 100).await;
    settle(&store).await;
    queries::many(&store, &mut world, QUERIES).await;
    let failed = store.index_stats();
    assert!(failed.failures > before.failures && failed.in_memory > before.in_memory, "{failed:?}");
    assert!(failed.answers > before.answers, "the index goes on: {failed:?}");
    blocked.free();
    settle(&store).await;
    queries::many(&store, &mut world, QUERIES).await;
    let after = store.index_stats();
    assert!(after.seals > failed.seals && after.sealed > failed.sealed, "{after:?}");
    assert_eq!(after.set_aside, 0, "{after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_does_not_grow_with_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = small(10, 8);
    options.index.crowd_sessions = 30;
    let store = open(dir.path(), options);
    let mut world = world(&store).await;
    settle(&store).await;
    assert!(store.index_stats().apps > 0);
    let blocked = Blocked::at(&dir.path().join("index/1"));
    // Imports wait for room, and go on when there will be none.
    for _ in 0..6 {
        world.grow(&store, 80).await;
        settle(&store).await;
    }
    let big = all("a", at(world.now_ms()));
    let before = store.index_stats().answers_sql;
    queries::same(&store, &big, world.dice.seed()).await;
    assert_eq!(store.index_stats().answers_sql, before + 2, "SQL answers both times");
    blocked.free();
    settle(&store).await;
    let before = store.index_stats().answers_sql;
    queries::same(&store, &big, world.dice.seed()).await;
    assert_eq!(store.index_stats().answers_sql, before + 1, "the index is back");
    queries::many(&store, &mut world, QUERIES).await;
}

/// Files are mapped: whoever writes into them changes what is read. Where that leads to something impossible, SQL
/// answers at once, and the index is built anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_turn_to_nonsense_are_noticed_while_they_answer() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), small(10, 8));
    let mut world = world(&store).await;
    settle(&store).await;
    for entry in fs::read_dir(dir.path().join("index/1")).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_str().unwrap().starts_with("seg-") {
            let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
            let len = usize::try_from(file.metadata().unwrap().len()).unwrap();
            file.write_all_at(&vec![0xff; len], 0).unwrap();
        }
    }
    queries::same(&store, &all("a", at(world.now_ms())), world.dice.seed()).await;
    settle(&store).await;
    let stats = store.index_stats();
    assert!(stats.set_aside == 1 && stats.rebuilds > 0, "{stats:?}");
    let before = stats.answers;
    queries::many(&store, &mut world, QUERIES).await;
    assert!(store.index_stats().answers > before);
}
