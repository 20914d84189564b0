//! How fast an index is built, sealed, merged, opened and checked, and how large it is:
//! `cargo bench -p sederunt-index --bench build`. `SESSIONS` is the number of sessions.

#![expect(clippy::print_stdout, reason = "a benchmark says its numbers")]
#![expect(clippy::unwrap_used, reason = "a benchmark has nobody to tell but its user")]

use std::convert::Infallible;
use std::fs;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sederunt_index::{Change, Depth, Info, Loaded, RealFs, Row, Sealed, Shelf};

const MEETINGS: u64 = 200_000;
const SEAL_ROWS: u64 = 8192;
const YEARS_MS: u64 = 2 * 365 * 86_400_000;

fn main() {
    let sessions = std::env::var("SESSIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let dir = tempfile::tempdir().unwrap();
    let titles: Vec<Arc<str>> =
        (0..MEETINGS).map(|n| format!("Weekly review {n} of group {}", n % 97).into()).collect();
    let row = |nth: u64| row(nth, sessions, &titles);
    println!("{sessions} sessions, {MEETINGS} meetings, memory {}", memory());
    let begun = Instant::now();
    (0..sessions).for_each(|nth| drop(black_box(row(nth))));
    let made = begun.elapsed();
    println!("making the rows took {made:.1?}, which is taken off below; {}", cpu());

    let shelf = Shelf::open(dir.path(), [1; 16], Arc::new(RealFs)).unwrap();
    let begun = Instant::now();
    let mut rows = (0..sessions).map(|nth| Ok::<_, Infallible>(row(nth)));
    let built = shelf.rebuild(1, &mut rows, sessions, 0).unwrap();
    speed("rebuild", sessions, begun.elapsed().saturating_sub(made));
    print_info(&built.info());
    drop(built);
    println!("memory {}", memory());

    let begun = Instant::now();
    let Loaded::Sealed(sealed) = shelf.load(1).unwrap() else { panic!("not there") };
    println!("load {:.1?}, memory {}", begun.elapsed(), memory());
    let begun = Instant::now();
    let report = shelf.verify(1, Depth::Full).unwrap();
    let elapsed = begun.elapsed();
    assert!(report.faults.is_empty());
    println!("full check {elapsed:.1?}, {:.1} GB/s", report.bytes as f64 / 1e9 / elapsed.as_secs_f64());
    drop(sealed);
    shelf.remove(1).unwrap();
    seal_all(&shelf, sessions, made, row);
}

/// As a running server does it: many small seals, and the merges that they bring about.
fn seal_all(shelf: &Shelf, sessions: u64, made: Duration, row: impl Fn(u64) -> Row) {
    let begun = Instant::now();
    let mut sealed = Sealed::empty();
    let (mut seals, mut merges, mut longest) = (Vec::new(), 0, Duration::ZERO);
    let mut from = 0;
    while from < sessions {
        let to = (from + SEAL_ROWS).min(sessions);
        let changes = (from..to).map(|nth| Change { row: row(nth), ended_seq: Some(nth + 1) }).collect();
        let start = Instant::now();
        sealed = shelf.seal(2, &sealed, changes).unwrap();
        seals.push(start.elapsed());
        loop {
            let start = Instant::now();
            let Some(merged) = shelf.merge_due(2, &sealed).unwrap() else { break };
            longest = longest.max(start.elapsed());
            merges += 1;
            sealed = merged;
        }
        from = to;
    }
    speed("seals and merges", sessions, begun.elapsed().saturating_sub(made));
    seals.sort_unstable();
    println!(
        "{} seals of {SEAL_ROWS}, p50 {:.1?}, p99 {:.1?}; {merges} merges, longest {longest:.1?}; {} segments; memory {}",
        seals.len(),
        seals[seals.len() / 2],
        seals[seals.len() * 99 / 100],
        sealed.segments().len(),
        memory(),
    );
}

fn speed(what: &str, sessions: u64, elapsed: Duration) {
    println!("{what}: {elapsed:.1?}, {:.0} sessions/s; {}", sessions as f64 / elapsed.as_secs_f64(), cpu());
}

fn print_info(info: &Info) {
    let each = |bytes: u64| bytes as f64 / info.rows as f64;
    println!("{} bytes, {:.2} a session:", info.bytes, each(info.bytes));
    for (section, bytes) in &info.sections {
        println!("  {section:<36} {:>6.2}", each(*bytes));
    }
}

/// Time of a core since the start, which others on the machine do not lengthen.
fn cpu() -> String {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let mut ticks = stat.split(' ').skip(13).filter_map(|ticks| ticks.parse::<f64>().ok());
    let (user, system) = (ticks.next().unwrap_or(0.0) / 100.0, ticks.next().unwrap_or(0.0) / 100.0);
    format!("so far {user:.1} s in user space, {system:.1} s in the kernel")
}

/// Anonymous memory now.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim();
    format!("{} anonymous", line("RssAnon:"))
}

fn row(nth: u64, sessions: u64, titles: &[Arc<str>]) -> Row {
    let mut state = nth;
    let mut next = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let meeting = next() % MEETINGS * (next() % MEETINGS) / MEETINGS;
    let started_ms = 1_700_000_000_000 + (nth * (YEARS_MS / sessions)) as i64;
    let peak = 1 + (next() % 40) as u32;
    let length = 60_000 + (next() % 5_400_000) as i64;
    Row {
        id: u128::from(next()) << 64 | u128::from(next()),
        meeting: u128::from(meeting) << 64 | 9,
        title: Arc::clone(&titles[meeting as usize]),
        started_ms,
        ended_ms: Some(started_ms + length),
        end_reason: (next() % 3) as u8,
        updated_ms: started_ms + length + (next() % 30_000) as i64,
        peak,
        stay_count: peak + (next() % 5) as u32,
        closed_ms: length / 3 * i64::from(peak),
        live_count: 0,
        ticking_count: 0,
        ticking_joined_sum_ms: 0,
        offset_ms: 0,
        parent: None,
    }
}
