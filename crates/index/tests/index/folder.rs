//! The folder of an app in the real file system.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sederunt_index::{Change, Depth, Error, Loaded, RealFs, Row, Sealed, Shelf};

use crate::history::{Model, Random, contents, session, sessions, titled};

const LEDGER: [u8; 16] = *b"0123456789abcdef";

fn open(dir: &Path) -> Shelf {
    Shelf::open(dir, LEDGER, Arc::new(RealFs)).unwrap()
}

fn load(shelf: &Shelf, app: i64) -> Sealed {
    match shelf.load(app).unwrap() {
        Loaded::Sealed(sealed) => sealed,
        other @ (Loaded::Nothing | Loaded::SetAside(_)) => panic!("{other:?}"),
    }
}

fn files(dir: &Path) -> BTreeSet<String> {
    fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

fn rows(model: &Model) -> impl Iterator<Item = Result<Row, Error>> {
    model.sorted().into_iter().map(Ok)
}

#[test]
fn what_is_sealed_is_there_after_merges_and_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random(1);
    let mut shelf = open(dir.path());
    let mut sealed = Sealed::empty();
    let mut model = Model::default();
    let mut merges = 0;
    for round in 0..40_u64 {
        let n = 1 + random.below(60);
        let mut changes = sessions(&mut random, model.sealed_seq, n);
        // Now and then a title that is new: the dictionary gets a part.
        changes[0] = titled(&changes[0], &format!("Round {round}"));
        sealed = shelf.seal(5, &sealed, changes.clone()).unwrap();
        model.seal(&changes);
        while let Some(merged) = shelf.merge_due(5, &sealed).unwrap() {
            sealed = merged;
            merges += 1;
        }
        assert!(sealed.segments().len() <= 3 && sealed.dict().parts().len() <= 8);
        assert_eq!(contents(&sealed), model);
        if round % 7 == 0 {
            shelf = open(dir.path());
            sealed = load(&shelf, 5);
            assert_eq!(contents(&sealed), model);
        }
    }
    assert!(merges > 10);
    assert_eq!(shelf.apps().unwrap(), [5]);
    assert_eq!(
        sealed.last_id(),
        model.rows.values().map(|r| r.id).find(|id| *id == sealed.last_id()).unwrap()
    );
    let report = shelf.verify(5, Depth::Full).unwrap();
    assert!(report.faults.is_empty() && report.rows == sealed.rows());
    assert_eq!(report.files + 1, files(&dir.path().join("5")).len(), "replaced files are gone");
    let info = shelf.info(5).unwrap().unwrap();
    assert_eq!((info.rows, info.bytes), (sealed.rows(), report.bytes));

    shelf.remove(5).unwrap();
    assert!(matches!(shelf.load(5).unwrap(), Loaded::Nothing));
    assert_eq!(contents(&sealed), model, "what is mapped can still be read");
    assert!(files(dir.path()).is_empty());
}

#[test]
fn a_rebuild_replaces_whatever_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = open(dir.path());
    let mut random = Random(2);
    let mut model = Model::default();
    let first = sessions(&mut random, 0, 100);
    let old = shelf.seal(1, &Sealed::empty(), first.clone()).unwrap();
    model.seal(&first);
    model.seal(&sessions(&mut random, 100, 50));
    let sealed = shelf.rebuild(1, &mut rows(&model), model.sealed_seq, 9).unwrap();
    assert_eq!(contents(&sealed), model);
    assert_eq!((sealed.last_id(), sealed.segments().len()), (9, 1));
    assert_eq!(contents(&load(&shelf, 1)), model);
    assert!(sealed.generation() > old.generation());
    assert_eq!(files(&dir.path().join("1")).len(), 3);

    // The state before it is out of date.
    let next = sessions(&mut random, 150, 5);
    assert!(matches!(shelf.seal(1, &old, next.clone()), Err(Error::Stale { .. })));
    let sealed = shelf.seal(1, &sealed, next.clone()).unwrap();
    model.seal(&next);
    assert_eq!(contents(&sealed), model);

    // Nothing at all is a state too.
    let empty = shelf.rebuild(1, &mut rows(&Model::default()), 200, 9).unwrap();
    assert_eq!((empty.rows(), empty.sealed_seq()), (0, 200));
    assert_eq!(load(&shelf, 1).sealed_seq(), 200);
    shelf.seal(1, &empty, vec![session(&mut random, 201)]).unwrap();
}

#[test]
fn rows_that_make_no_sense_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = open(dir.path());
    let mut random = Random(3);
    let changes = sessions(&mut random, 0, 10);
    let sealed = shelf.seal(1, &Sealed::empty(), changes.clone()).unwrap();
    let before = files(&dir.path().join("1"));

    let refused = |changes: Vec<Change>| match shelf.seal(1, &sealed, changes) {
        Err(Error::Rows { why, .. }) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(changes.clone()), "not in the order of the ledger");
    let mut live = session(&mut random, 11);
    live.row.ended_ms = None;
    assert_eq!(refused(vec![live.clone()]), "LIVE");
    live.ended_seq = None;
    assert_eq!(refused(vec![live]), "not in the order of the ledger");
    let mut twice = sessions(&mut random, 11, 2);
    twice[1].row = twice[0].row.clone();
    assert_eq!(refused(twice), "out of order");

    let mut backwards: Vec<Row> = changes.iter().map(|change| change.row.clone()).collect();
    backwards.sort_by_key(|row| std::cmp::Reverse(row.started_ms));
    let mut backwards = backwards.into_iter().map(Ok::<_, Error>);
    assert!(matches!(shelf.rebuild(1, &mut backwards, 10, 0), Err(Error::Rows { why: "out of order", .. })));
    let mut failing = [Err::<Row, _>("the ledger is gone")].into_iter();
    assert_eq!(shelf.rebuild(1, &mut failing, 10, 0).unwrap_err().to_string(), "the ledger is gone");

    shelf.stopper().store(true, Ordering::Release);
    let next = sessions(&mut random, 10, 5);
    assert!(matches!(shelf.seal(1, &sealed, next), Err(Error::Stopped)));
    assert_eq!(files(&dir.path().join("1")), before, "nothing stays behind");
    assert_eq!(load(&shelf, 1).rows(), 10);
}

#[test]
fn only_the_owner_may_read() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("index");
    let shelf = open(&root);
    shelf.seal(1, &Sealed::empty(), sessions(&mut Random(4), 0, 10)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&root), mode(&root.join("1"))), (0o700, 0o700));
    for name in files(&root.join("1")) {
        assert_eq!(mode(&root.join("1").join(&name)), 0o600, "{name}");
    }
}

#[test]
fn strays_are_removed_at_the_next_opening() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = open(dir.path());
    let changes = sessions(&mut Random(5), 0, 10);
    shelf.seal(1, &Sealed::empty(), changes.clone()).unwrap();
    let before = files(&dir.path().join("1"));
    for stray in ["seg-77", "dict-3", "spool", "MANIFEST.tmp"] {
        fs::write(dir.path().join("1").join(stray), "x").unwrap();
    }
    fs::create_dir(dir.path().join("2")).unwrap();
    fs::write(dir.path().join("2/seg-1"), "x").unwrap();
    let shelf = open(dir.path());
    assert_eq!(files(&dir.path().join("1")), before);
    assert_eq!(shelf.apps().unwrap(), [1]);

    // One that appears while it runs is in nobody's way.
    fs::write(dir.path().join("1/seg-3"), "x").unwrap();
    let sealed = load(&shelf, 1);
    let sealed = shelf.seal(1, &sealed, sessions(&mut Random(6), 10, 5)).unwrap();
    assert_eq!(sealed.rows(), 15);
}

#[test]
fn another_ledgers_index_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let shelf = open(dir.path());
    shelf.seal(1, &Sealed::empty(), sessions(&mut Random(7), 0, 10)).unwrap();
    let other = Shelf::open(dir.path(), [9; 16], Arc::new(RealFs)).unwrap();
    assert!(matches!(other.load(1).unwrap(), Loaded::SetAside(Error::Foreign { what: "ledger", .. })));
    assert!(matches!(other.load(1).unwrap(), Loaded::Nothing));
    assert_eq!(files(&dir.path().join("set-aside")), BTreeSet::from(["1".to_owned()]));

    // A folder that was moved to another app's place.
    shelf.seal(2, &Sealed::empty(), sessions(&mut Random(8), 0, 10)).unwrap();
    fs::rename(dir.path().join("2"), dir.path().join("1")).unwrap();
    assert!(matches!(shelf.load(1).unwrap(), Loaded::SetAside(Error::Foreign { what: "app", .. })));
}
