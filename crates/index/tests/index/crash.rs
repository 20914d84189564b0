//! A crash at any instant leaves the old state or the new one; a failure of the machine harms neither.

use std::path::Path;
use std::sync::{Arc, Mutex};

use sederunt_index::{Change, Depth, Error, Loaded, Row, Sealed, Shelf};

use crate::history::{Model, Random, contents, sessions, titled};
use crate::sim_fs::{Crash, Disk, SimFs};

const APP: i64 = 3;
const LEDGER: [u8; 16] = [1; 16];

/// One thing that happens to an index.
#[derive(Clone)]
enum Step {
    Seal(Vec<Change>),
    Merge,
    Rebuild,
    Remove,
    SetAside,
}

fn root() -> &'static Path {
    Path::new("/index")
}

/// Enough seals, with new titles, for two tiers of merges and one of the dictionary; and all else that can happen.
fn history(seed: u64) -> Vec<Step> {
    let mut random = Random(seed);
    let mut steps = Vec::new();
    let mut seq = 0;
    for round in 0..13_u64 {
        let mut changes = sessions(&mut random, seq, 1 + round % 3);
        changes[0] = titled(&changes[0], &format!("Round {round}"));
        seq += changes.len() as u64;
        steps.extend([Step::Seal(changes), Step::Merge]);
        match round {
            5 => steps.push(Step::Rebuild),
            11 => steps.extend([Step::SetAside, Step::Rebuild]),
            12 => steps.push(Step::Remove),
            _ => {}
        }
    }
    steps
}

/// What the index should hold, `None` for nothing.
type State = Option<Model>;

/// Everything that ever ended, and what of it is sealed.
#[derive(Clone, Default)]
struct Expected {
    ledger: Model,
    state: State,
}

impl Expected {
    fn after(&self, step: &Step) -> Self {
        let mut next = self.clone();
        match step {
            Step::Seal(changes) => {
                next.ledger.seal(changes);
                next.state = Some(next.ledger.clone());
            }
            Step::Merge => {}
            Step::Rebuild => next.state = Some(next.ledger.clone()),
            Step::Remove | Step::SetAside => next.state = None,
        }
        next
    }
}

fn perform(shelf: &Shelf, current: &Sealed, expected: &Expected, step: &Step) -> Result<Sealed, Error> {
    match step {
        Step::Seal(changes) => shelf.seal(APP, current, changes.clone()),
        Step::Merge => Ok(shelf.merge_due(APP, current)?.unwrap_or_else(|| current.clone())),
        Step::Rebuild => {
            let rows = expected.ledger.sorted();
            let last_id = rows.last().map_or(0, |row| row.id);
            shelf.rebuild(
                APP,
                &mut rows.into_iter().map(Ok::<Row, Error>),
                expected.ledger.sealed_seq,
                last_id,
            )
        }
        Step::Remove => shelf.remove(APP).map(|()| Sealed::empty()),
        Step::SetAside => shelf.set_aside(APP).map(|()| Sealed::empty()),
    }
}

/// Opens what a crash has left: it must be one of these states, whole, without strays, and go on working.
fn reopen(disk: Disk, allowed: &[&State]) -> Result<(), String> {
    let fs = SimFs::of(disk);
    let shelf = Shelf::open(root(), LEDGER, Arc::new(fs.clone())).map_err(|e| format!("open: {e}"))?;
    let (found, sealed) = match shelf.load(APP).map_err(|e| format!("load: {e}"))? {
        Loaded::Sealed(sealed) => (Some(contents(&sealed)), sealed),
        Loaded::Nothing => (None, Sealed::empty()),
        Loaded::SetAside(why) => return Err(format!("set aside: {why}")),
    };
    if !allowed.contains(&&found) {
        let rows = |state: &State| state.as_ref().map(|model| model.rows.len());
        let allowed: Vec<_> = allowed.iter().map(|state| rows(state)).collect();
        return Err(format!("{:?} rows, allowed {allowed:?}", rows(&found)));
    }
    let report = shelf.verify(APP, Depth::Full).map_err(|e| format!("verify: {e}"))?;
    if !report.faults.is_empty() {
        return Err(report.faults.join(", "));
    }
    let files = fs.files(&root().join(APP.to_string()));
    if files.len() != report.files + usize::from(found.is_some()) {
        return Err(format!("strays among {files:?}"));
    }
    let mut model = found.unwrap_or_default();
    let changes = sessions(&mut Random(99), model.sealed_seq, 2);
    model.seal(&changes);
    let sealed = shelf.seal(APP, &sealed, changes).map_err(|e| format!("seal: {e}"))?;
    if contents(&sealed) == model { Ok(()) } else { Err("the next seal is not whole".to_owned()) }
}

#[test]
fn a_crash_before_any_operation_leaves_one_state_or_the_other() {
    let steps = history(7);
    let fs = SimFs::new();
    let shelf = Shelf::open(root(), LEDGER, Arc::new(fs.clone())).unwrap();
    let mut expected = Expected::default();
    let mut current = Sealed::empty();
    let instants: Arc<Mutex<Vec<(Disk, String)>>> = Arc::default();
    let log = Arc::clone(&instants);
    fs.on_change(Box::new(move |disk, what| log.lock().unwrap().push((disk.clone(), what.to_owned()))));
    let (mut crashes, mut merges) = (0, 0);
    for (nth, step) in steps.iter().enumerate() {
        let after = expected.after(step);
        let before = current.segments().len();
        current = perform(&shelf, &current, &expected, step).unwrap();
        merges += usize::from(matches!(step, Step::Merge) && current.segments().len() < before);
        // After the step, only the new state is left, whatever is lost.
        let mut all: Vec<_> =
            instants.lock().unwrap().drain(..).map(|(disk, what)| (disk, what, false)).collect();
        all.push((fs.disk(), "nothing".to_owned(), true));
        for (operation, (disk, what, done)) in all.iter().enumerate() {
            let allowed = if *done { vec![&after.state] } else { vec![&expected.state, &after.state] };
            for cut in 0..5 {
                let how = if cut == 0 { Crash::Killed } else { Crash::PowerCut(crashes) };
                let outcome = reopen(disk.crash(how), &allowed);
                assert_eq!(outcome, Ok(()), "step {nth}, before operation {operation} ({what}), {how:?}");
                crashes += 1;
            }
        }
        expected = after;
    }
    assert!(merges >= 3 && crashes > 2000, "{merges} merges, {crashes} crashes");
}

#[test]
fn a_failure_of_any_operation_harms_nothing() {
    let steps = history(8);
    let mut expected = Expected::default();
    let mut disk = {
        let fs = SimFs::new();
        Shelf::open(root(), LEDGER, Arc::new(fs.clone())).unwrap();
        fs.disk()
    };
    let mut failures = 0;
    for (nth, step) in steps.iter().enumerate() {
        let after = expected.after(step);
        for operation in 0.. {
            let fs = SimFs::of(disk.clone());
            let shelf = Shelf::open(root(), LEDGER, Arc::new(fs.clone())).unwrap();
            let current = load(&shelf);
            fs.fail_at(operation);
            let outcome = perform(&shelf, &current, &expected, step);
            if !fs.has_failed() {
                disk = fs.disk();
                assert_eq!(outcome.map(|sealed| sealed.rows()).unwrap(), rows(&after.state));
                break;
            }
            failures += 1;
            let at = format!("step {nth}, operation {operation}");
            // What could not be removed is only a stray, so that a failure may stay without consequence.
            if let Ok(sealed) = outcome {
                assert_eq!(sealed.rows(), rows(&after.state), "{at}");
            }
            assert_eq!(
                reopen(fs.disk().crash(Crash::Killed), &[&expected.state, &after.state]),
                Ok(()),
                "{at}"
            );
            // The same process goes on: it looks at what is there, and tries again.
            let found = load(&shelf);
            let is_new =
                rows(&Some(contents(&found))) == rows(&after.state) && !matches!(step, Step::Rebuild);
            let mut left = vec![&after.state];
            if is_new {
                // Seen, but the failure may have been the last sync: a crash can still undo it.
                left.push(&expected.state);
            } else {
                let again = perform(&shelf, &found, &expected, step);
                assert_eq!(again.map(|sealed| sealed.rows()).unwrap(), rows(&after.state), "{at}");
            }
            assert_eq!(reopen(fs.disk().crash(Crash::PowerCut(operation)), &left), Ok(()), "{at}");
        }
        expected = after;
    }
    assert!(failures > 300, "{failures}");
}

fn load(shelf: &Shelf) -> Sealed {
    match shelf.load(APP).unwrap() {
        Loaded::Sealed(sealed) => sealed,
        Loaded::Nothing => Sealed::empty(),
        Loaded::SetAside(why) => panic!("{why}"),
    }
}

fn rows(state: &State) -> u64 {
    state.as_ref().map_or(0, |model| model.rows.len() as u64)
}
