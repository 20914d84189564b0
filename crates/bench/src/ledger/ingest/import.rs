//! How fast history comes in: ended sessions with one or two stays, as lines of the record format.

use std::fmt::Write as _;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use sederunt_core::time::UnixMs;
use sederunt_dice::nth;
use sederunt_store::{AppRow, ImportOptions, Store};

use crate::ledger::note;

/// Sessions of one meeting.
const PER_MEETING: u64 = 50;
const START_MS: u64 = 1_735_689_600_000; // 2025-01-01
const YEAR_MS: u64 = 31_536_000_000;

/// Imports a file of `sessions` with ids in the order of time, then one with random ids; returns the table.
pub(in crate::ledger) fn measure(dir: &Path, sessions: u64) -> Result<String> {
    let mut table = String::from(
        "| Ids of the sessions | sessions | seconds | a second | CPU a session | indexes built after | bytes a session |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    for random in [false, true] {
        note!("importing {sessions} sessions");
        let (file, data) = (dir.join("import.ndjson"), dir.join(format!("import-{random}")));
        std::fs::write(&file, lines(sessions, random))?;
        let store = Store::open(&data)?;
        let app = |id: &_| {
            let (account, name) = ("bench".to_owned(), "bench".to_owned());
            (AppRow { id: Clone::clone(id), account, name, created_at: UnixMs(0) }, Vec::new())
        };
        let options = ImportOptions { make_app: Some(Arc::new(app)), offline: true };
        let (start, cpu) = (Instant::now(), cpu_ms()?);
        let report = store.import(BufReader::new(std::fs::File::open(&file)?), &options, |_| {})?;
        ensure!(report.imported == sessions, "{report:?}");
        let took = start.elapsed().as_secs_f64();
        let cpu_us = (cpu_ms()? - cpu) * 1000 / sessions;
        store.finish_import()?;
        let indexes = start.elapsed().as_secs_f64() - took;
        drop(store);
        let bytes = std::fs::metadata(data.join("ledger.sqlite"))?.len();
        std::fs::remove_dir_all(&data)?;
        let ids = if random { "random" } else { "in the order of time" };
        writeln!(
            table,
            "| {ids} | {sessions} | {took:.1} | {:.0} | {cpu_us} µs | {indexes:.1} s | {} |",
            sessions as f64 / took,
            bytes / sessions,
        )?;
    }
    Ok(table)
}

/// CPU time of this process so far, all threads, in the kernel's ticks of 10 ms.
fn cpu_ms() -> Result<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The second field is the name of the program, in brackets; user and system time are the 14th and 15th.
    let fields: Vec<_> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2).collect();
    let ticks = fields.iter().map(|field| field.parse::<u64>()).sum::<Result<u64, _>>()?;
    Ok(ticks * 10)
}

/// A UUID that begins with `first`.
fn uuid(first: u64, kind: u64, n: u64) -> String {
    let rest = nth(n ^ (kind << 56));
    let (a, b, c) = (first >> 16, first & 0xffff, rest >> 52);
    format!("{a:08x}-{b:04x}-7{c:03x}-8{:03x}-{:012x}", rest >> 40 & 0xfff, rest & 0xffff_ffff_ffff)
}

fn lines(sessions: u64, random: bool) -> Vec<u8> {
    let mut text = String::new();
    let time = |ms: u64| {
        let at = jiff::Timestamp::from_millisecond(i64::try_from(ms).unwrap_or(0));
        at.map_or_else(|e| e.to_string(), |t| format!("{t:.3}"))
    };
    for n in 0..sessions {
        let chance = nth(n);
        let start = START_MS + (u128::from(n) * u128::from(YEAR_MS) / u128::from(sessions)) as u64;
        let end = start + 60_000 + (chance >> 8) % 4_000_000;
        let meeting = chance % (sessions / PER_MEETING + 1);
        let id = |kind, n| uuid(if random { nth(n) >> 16 } else { start }, kind, n);
        let stays: Vec<_> = (0..1 + chance % 2)
            .map(|p| {
                format!(
                    r#"{{"peer":"{}","participant":"{}","name":"Person {p}","joined_at":"{}","left_at":"{}"}}"#,
                    id(1, n * 2 + p),
                    uuid(nth(meeting) >> 16, 2, meeting * 2 + p),
                    time(start + p * 1000),
                    time(end),
                )
            })
            .collect();
        let _ = writeln!(
            text,
            r#"{{"app":"bench","meeting":{{"id":"{}","title":"Weekly sync {meeting}"}},"session":{{"id":"{}","started_at":"{}","ended_at":"{}"}},"stays":[{}]}}"#,
            uuid(nth(meeting) >> 16, 3, meeting),
            id(4, n),
            time(start),
            time(end + 60_000),
            stays.join(","),
        );
    }
    text.into_bytes()
}
