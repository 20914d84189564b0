//! A large import leaves indexes out and builds them at its end. Killed anywhere, it leaves a ledger that opens with
//! all of them, and importing again makes the same ledger as an import that was left alone.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::at_instant;
use crate::common::{FirstRun, run, sederunt, stderr, stdout_of};
use crate::imports::record;
use sederunt_dice::Dice;

/// Sessions of a run that says nothing else: every step but leaving the indexes out, which takes 50 000 and minutes.
pub(crate) const SESSIONS: u64 = 2_000;
const KILLS: u64 = 4;

/// Makes a file, imports it once in peace, then kills imports of it.
pub(crate) async fn imports(dir: &Path, sessions: u64, rng: &mut Dice) {
    let whole = dir.join("whole");
    let file = dir.join("large.ndjson");
    // Not the app of first-run.json, which is another one in every folder.
    let app = "large-app";
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    for n in 0..sessions {
        let start = 1_700_000_000_000 + i64::try_from(rng.within(0..30_000_000_000)).unwrap();
        writeln!(out, "{}", record(app, &rng.uuid(), n % 500, start, rng)).unwrap();
    }
    drop(out);
    let start = Instant::now();
    import(&file, &whole);
    let took = start.elapsed();
    let expected = checked_export(&whole);
    for kill in 0..KILLS {
        let data = dir.join(format!("killed-{kill}"));
        let mut command = sederunt(&["import", file.to_str().unwrap(), "--data"]);
        let mut child = command.arg(&data).stderr(Stdio::null()).spawn().unwrap();
        // The indexes are left out in the last half. The instant is the point: nothing is waited for.
        let at = took.mul_f64(0.3 + 0.65 * rng.within(0..1_000) as f64 / 1_000.0);
        at_instant(at).await;
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(FirstRun::read(&data).account_id.len() > 8, "the folder is usable");
        let partly = checked_export(&data).lines().count();
        import(&file, &data);
        assert!(checked_export(&data) == expected, "another ledger than without the kill");
        let (at, took) = (at.as_secs_f64(), took.as_secs_f64());
        println!(
            "killed after {at:.1} s of {took:.1} s with {partly} sessions{}",
            if ended { ", too late" } else { "" }
        );
    }
}

fn import(file: &Path, data: &Path) {
    let done = run(&["import", file.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stderr(&done).ends_with(", 0 lines refused\n"), "{}", stderr(&done));
}

/// Everything in a ledger that has no fault.
fn checked_export(data: &Path) -> String {
    crate::verify(data);
    stdout_of(&["export", "--data", data.to_str().unwrap()])
}
