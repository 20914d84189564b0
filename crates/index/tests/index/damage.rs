//! Damage is found by a full check, and is never a panic: neither in opening, nor in reading, nor in writing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sederunt_index::fold::Needle;
use sederunt_index::{
    AppIndex, Change, Depth, Error, Fs, Loaded, Query, Sealed, SegmentInfo, Shelf, Sort, Status,
};

use crate::history::{Model, Random, contents, sessions, titled};
use crate::sim_fs::SimFs;

const APP: i64 = 4;
const LEDGER: [u8; 16] = [2; 16];

fn path(name: &str) -> PathBuf {
    Path::new("/index").join(APP.to_string()).join(name)
}

fn open(fs: &SimFs) -> Shelf {
    Shelf::open(Path::new("/index"), LEDGER, Arc::new(fs.clone())).unwrap()
}

/// An index with segments that overlap and a dictionary of several parts, and what is in it.
fn sample(rows: u64) -> (SimFs, Model) {
    let fs = SimFs::new();
    let shelf = open(&fs);
    let mut random = Random(11);
    let mut model = Model::default();
    let mut sealed = Sealed::empty();
    for _ in 0..2 {
        let mut changes = sessions(&mut random, model.sealed_seq, rows);
        changes[0] = titled(&changes[0], &format!("Since {}", model.sealed_seq));
        sealed = shelf.seal(APP, &sealed, changes.clone()).unwrap();
        model.seal(&changes);
    }
    assert!(sealed.segments().len() == 2 && sealed.dict().parts().len() == 2);
    (fs, model)
}

/// Asks in every way; whatever the answers are.
fn ask(sealed: Sealed, model: &Model, random: &mut Random) {
    read_directly(&sealed, model, random);
    let sealed = Arc::new(sealed);
    let tail: Vec<Change> = sessions(random, model.sealed_seq, 3);
    let index = AppIndex::new(sealed, tail.into_iter());
    let snapshot = index.snapshot();
    let some = model.rows.values().nth(random.below(model.rows.len() as u64) as usize).unwrap();
    let id = format!("{:x}", some.id >> 64);
    let searches = [None, Some("wee"), Some("a"), Some(""), Some(&id[..8]), Some("qqq")];
    for search in searches {
        let q = Query {
            now_ms: some.started_ms,
            meeting: (random.below(4) == 0).then_some(some.meeting),
            from_ms: (random.below(2) == 0).then(|| some.started_ms - random.below(90_000) as i64),
            to_ms: (random.below(2) == 0).then(|| some.started_ms + random.below(90_000) as i64),
            status: [None, Some(Status::Live), Some(Status::Ended)][random.below(3) as usize],
            peak_min: (random.below(4) == 0).then(|| random.below(300)),
            peak_max: (random.below(4) == 0).then(|| random.below(500)),
            search: Needle::new(search),
            sort: if random.below(2) == 0 { Sort::CreatedAt } else { Sort::MinutesConsumed },
            ascending: random.below(2) == 0,
            offset: random.below(40),
            limit: 1 + random.below(30) as u32,
        };
        let _ = snapshot.answer(&q);
    }
    let _ = index.get(some.id);
    let _ = index.ended_tail();
}

fn read_directly(sealed: &Sealed, model: &Model, random: &mut Random) {
    let _ = sealed.info();
    for segment in sealed.segments() {
        for nth in [0, segment.rows() / 2, segment.rows() - 1, segment.rows(), u32::MAX] {
            let row = segment.row(nth, sealed.dict());
            let _ = (segment.code(nth), segment.peak(nth), segment.closed(nth), segment.minutes_key(nth));
            let _ = (segment.postings(nth), sealed.dict().entry(nth), segment.find(row.id));
            let _ = segment.lower_bound(row.started_ms, row.id);
            let _ = sealed.dict().codes_of_meeting(row.meeting);
        }
        let _ = segment.code_counts().count();
    }
    let some = model.rows.values().nth(random.below(model.rows.len() as u64) as usize).unwrap();
    let _ = (sealed.find(some.id), sealed.dict().find(some.meeting, &some.title));
}

/// Whether the damage is found: in opening, or else by a full check. Reads and writes meanwhile must not panic.
fn is_found(fs: &SimFs, model: &Model, random: &mut Random) -> bool {
    let shelf = open(fs);
    let faults = shelf.verify(APP, Depth::Full).unwrap().faults;
    match shelf.load(APP).unwrap() {
        Loaded::SetAside(_) => assert!(!faults.is_empty(), "set aside, and yet the check finds nothing"),
        Loaded::Nothing => panic!("the manifest is there"),
        Loaded::Sealed(sealed) => {
            ask(sealed.clone(), model, random);
            let _ = shelf.seal(APP, &sealed, sessions(random, model.sealed_seq, 1));
        }
    }
    !faults.is_empty()
}

fn names(fs: &SimFs) -> Vec<String> {
    fs.list(&path("")).unwrap()
}

#[test]
fn every_flipped_byte_is_found() {
    let (fs, model) = sample(8);
    let disk = fs.disk();
    let mut random = Random(12);
    assert!(!is_found(&SimFs::of(disk.clone()), &model, &mut random), "it is sound");
    let mut flips = 0;
    for name in names(&fs) {
        for at in 0..fs.read(&path(&name), u64::MAX - 1).unwrap().len() {
            let fs = SimFs::of(disk.clone());
            fs.damage(&path(&name), |bytes| bytes[at] ^= 1 << random.below(8));
            assert!(is_found(&fs, &model, &mut random), "{name}, byte {at}");
            flips += 1;
        }
    }
    assert!(flips > 4_000, "{flips}");
}

#[test]
fn cut_lengthened_and_missing_files_are_found_in_opening() {
    let (fs, _) = sample(20);
    let disk = fs.disk();
    let set_aside = |name: &str, how: &dyn Fn(&SimFs)| {
        let fs = SimFs::of(disk.clone());
        how(&fs);
        match open(&fs).load(APP).unwrap() {
            Loaded::SetAside(why) => assert!(why.is_damage(), "{name}: {why}"),
            other @ (Loaded::Nothing | Loaded::Sealed(_)) => panic!("{name}: {other:?}"),
        }
    };
    for name in names(&fs) {
        let len = fs.read(&path(&name), u64::MAX - 1).unwrap().len();
        for cut in (0..len).step_by(7).chain([len - 1]) {
            set_aside(&name, &|fs| fs.damage(&path(&name), |bytes| bytes.truncate(cut)));
        }
        set_aside(&name, &|fs| fs.damage(&path(&name), |bytes| bytes.push(0)));
        if name != "MANIFEST" {
            set_aside(&name, &|fs| fs.remove_file(&path(&name)).unwrap());
        }
    }
    // Sound files in each other's place.
    let swap = |fs: &SimFs| {
        fs.rename(&path("seg-1"), &path("x")).unwrap();
        fs.rename(&path("seg-3"), &path("seg-1")).unwrap();
        fs.rename(&path("x"), &path("seg-3")).unwrap();
    };
    set_aside("swapped", &swap);
}

#[test]
fn another_version_is_not_read() {
    for (name, at) in [("MANIFEST", 8), ("seg-1", 8), ("dict-2", 8)] {
        let (fs, _) = sample(20);
        fs.damage(&path(name), |bytes| bytes[at] += 1);
        let Loaded::SetAside(Error::Version { file, found: 4 }) = open(&fs).load(APP).unwrap() else {
            panic!("{name}")
        };
        assert_eq!(file, name);
    }
}

#[test]
fn large_damage_is_no_panic_either() {
    let (fs, model) = sample(300);
    let disk = fs.disk();
    let mut random = Random(13);
    let mut read = 0;
    for round in 0..1500 {
        let fs = SimFs::of(disk.clone());
        let names = names(&fs);
        let name = &names[random.below(names.len() as u64) as usize];
        fs.damage(&path(name), |bytes| {
            let from = random.below(bytes.len() as u64) as usize;
            let to = (from + 1 + random.below(4000) as usize).min(bytes.len());
            for byte in &mut bytes[from..to] {
                *byte = match round % 3 {
                    0 => 0xff,
                    1 => 0,
                    _ => random.next() as u8,
                };
            }
        });
        let _ = is_found(&fs, &model, &mut random);
        read += usize::from(matches!(open(&fs).load(APP).unwrap(), Loaded::Sealed(_)));
    }
    assert!(read > 100, "only {read} were opened at all");
}

#[test]
fn damage_is_not_merged_into_a_sound_file() {
    let (fs, mut model) = sample(20);
    let shelf = open(&fs);
    let Loaded::Sealed(mut sealed) = shelf.load(APP).unwrap() else { panic!() };
    let mut random = Random(14);
    for _ in 0..2 {
        let changes = sessions(&mut random, model.sealed_seq, 20);
        sealed = shelf.seal(APP, &sealed, changes.clone()).unwrap();
        model.seal(&changes);
    }
    assert_eq!(contents(&sealed), model);
    let before = names(&fs);
    let damaged: &SegmentInfo = &sealed.info().segments[2];
    fs.damage(&path(&damaged.name), |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
    });
    let outcome = shelf.merge_due(APP, &sealed);
    assert!(matches!(outcome, Err(Error::Damaged { ref file, .. }) if *file == damaged.name), "{outcome:?}");
    assert_eq!(names(&fs), before);
    shelf.set_aside(APP).unwrap();
    let rows = model.sorted();
    let rebuilt = shelf.rebuild(APP, &mut rows.into_iter().map(Ok::<_, Error>), model.sealed_seq, 0).unwrap();
    assert_eq!(contents(&rebuilt), model);
    assert!(shelf.verify(APP, Depth::Full).unwrap().faults.is_empty());
}
