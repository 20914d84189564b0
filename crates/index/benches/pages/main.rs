//! How long a page takes in an app with ten million sessions: `cargo bench -p sederunt-index --bench pages [WORD]`.
//!
//! `SESSIONS` is the number of sessions. The data is seeded and kept in the temporary folder between runs. A WORD
//! selects the queries whose name has it.

#![expect(clippy::print_stdout, reason = "a benchmark says its numbers")]
#![expect(clippy::unwrap_used, reason = "a benchmark has nobody to tell but its user")]

mod data;
mod titles;

use std::hint::black_box;
use std::time::{Duration, Instant};

use data::{DAY_MS, Data, FIRST_MS, NOW_MS, Rng, SMALL, YEAR_MS};
use sederunt_index::fold::Needle;
use sederunt_index::{Query, Snapshot, Sort, Status};

/// Each query is asked so often, with other parameters each time, or as long as [`TIME_MAX`] allows.
const SAMPLES: usize = 20_000;
const TIME_MAX: Duration = Duration::from_millis(1500);
/// And so often when something else has pushed everything out of the processor's caches before.
const COLD_SAMPLES: usize = 60;
const CACHE_BYTES: usize = 96 << 20;

fn main() {
    let word = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    let sessions = std::env::var("SESSIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000_000);
    let data = Data::prepare(sessions);
    let mut cache = vec![1_u64; CACHE_BYTES / 8];
    for (name, snapshot) in [("in order of time", &data.ordered), ("all segments overlap", &data.overlapping)]
    {
        let segments: Vec<u32> = snapshot.sealed().segments().iter().map(|segment| segment.rows()).collect();
        println!("\n{name}: segments {segments:?}, {} in the tail\n", snapshot.tail().len());
        println!(
            "{:<34} {:>11} {:>11} {:>11} {:>11} {:>11}",
            "query", "p50 us", "p99 us", "cold p50", "cpu us", "total"
        );
        for (name, query) in queries(&data).into_iter().filter(|(name, _)| name.contains(&word)) {
            measure(name, &|_| snapshot, &*query, &mut cache);
        }
    }
    let one = |rng: &mut Rng| &data.small[rng.number(SMALL) as usize];
    println!("\nsmall apps, one after the other\n");
    for (name, query) in queries(&data).into_iter().filter(|(name, _)| name.contains(&word)) {
        if matches!(name, "first page" | "a day" | "title 'stand' common" | "title 'an'" | "any hex 4") {
            measure(name, &one, &*query, &mut cache);
        }
    }
}

type Make<'a> = Box<dyn Fn(&mut Rng) -> Query + 'a>;

fn measure<'a>(
    name: &str,
    app: &dyn Fn(&mut Rng) -> &'a Snapshot,
    make: &dyn Fn(&mut Rng) -> Query,
    cache: &mut [u64],
) {
    let mut rng = Rng(1);
    let mut times = Vec::with_capacity(SAMPLES);
    let mut total = 0;
    let mut ask = |times: &mut Vec<Duration>| {
        let (snapshot, query) = (app(&mut rng), make(&mut rng));
        let start = Instant::now();
        let answer = black_box(snapshot.clone().answer(&query).owned());
        times.push(start.elapsed());
        total = answer.total;
    };
    for _ in 0..10 {
        ask(&mut Vec::new());
    }
    let (begun, cpu) = (Instant::now(), cpu_ns());
    while times.len() < 10 || (times.len() < SAMPLES && begun.elapsed() < TIME_MAX) {
        ask(&mut times);
    }
    // Where others use the machine too, the wall says more about them.
    let cpu = (cpu_ns() - cpu) as f64 / 1000.0 / times.len() as f64;
    let (mut cold, begun) = (Vec::new(), Instant::now());
    while cold.len() < COLD_SAMPLES && begun.elapsed() < TIME_MAX {
        cache.iter_mut().for_each(|word| *word = word.wrapping_mul(3));
        black_box(&mut *cache);
        ask(&mut cold);
    }
    let micros = |times: &mut [Duration], percent: usize| {
        times.sort_unstable();
        times[times.len() * percent / 100].as_nanos() as f64 / 1000.0
    };
    let (p50, p99) = (micros(&mut times, 50), micros(&mut times, 99));
    let cold = micros(&mut cold, 50);
    println!("{name:<34} {p50:>11.1} {p99:>11.1} {cold:>11.1} {cpu:>11.1} {total:>11}");
}

/// Time that this thread has been running.
fn cpu_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

fn all() -> Query {
    Query {
        now_ms: NOW_MS,
        meeting: None,
        from_ms: None,
        to_ms: None,
        status: None,
        peak_min: None,
        peak_max: None,
        search: None,
        sort: Sort::CreatedAt,
        ascending: false,
        offset: 0,
        limit: 25,
    }
}

fn minutes() -> Query {
    Query { sort: Sort::MinutesConsumed, ..all() }
}

fn search(term: &str) -> Query {
    Query { search: Needle::new(Some(term)), ..all() }
}

fn within(rng: &mut Rng, length_ms: i64, q: Query) -> Query {
    let from = FIRST_MS + rng.number(4 * YEAR_MS - length_ms);
    Query { from_ms: Some(from), to_ms: Some(from + length_ms), ..q }
}

fn queries(data: &Data) -> Vec<(&'static str, Make<'_>)> {
    let deep = |rng: &mut Rng| data.sessions / 4 + rng.next() % (data.sessions / 4);
    let mut list: Vec<(&'static str, Make<'_>)> = vec![
        ("first page", Box::new(|_| all())),
        ("first page ascending", Box::new(|_| Query { ascending: true, ..all() })),
        ("deep page, the same", Box::new(|_| Query { offset: data.sessions / 3, ..all() })),
        ("deep page", Box::new(move |rng| Query { offset: deep(rng), ..all() })),
        ("live p1", Box::new(|_| Query { status: Some(Status::Live), ..all() })),
        ("ended p1", Box::new(|_| Query { status: Some(Status::Ended), ..all() })),
        ("a meeting", Box::new(|rng| Query { meeting: Some(data.meeting(rng)), ..all() })),
        ("hottest meeting", Box::new(|_| Query { meeting: Some(data.hottest), ..all() })),
        ("hottest meeting by minutes", Box::new(|_| Query { meeting: Some(data.hottest), ..minutes() })),
        ("a day", Box::new(|rng| within(rng, DAY_MS, all()))),
        ("a year", Box::new(|rng| within(rng, YEAR_MS, all()))),
        ("a year deep", Box::new(|rng| Query { offset: 125_000, ..within(rng, YEAR_MS, all()) })),
        ("minutes p1", Box::new(|_| minutes())),
        ("minutes deep", Box::new(move |rng| Query { offset: deep(rng), ..minutes() })),
        ("minutes a day", Box::new(|rng| within(rng, DAY_MS, minutes()))),
        ("minutes a day deep", Box::new(|rng| Query { offset: 5000, ..within(rng, DAY_MS, minutes()) })),
        (
            "minutes a month deep",
            Box::new(|rng| Query { offset: 100_000, ..within(rng, 30 * DAY_MS, minutes()) }),
        ),
        ("minutes a year p1", Box::new(|rng| within(rng, YEAR_MS, minutes()))),
        (
            "minutes a year deep",
            Box::new(|rng| Query { offset: 625_000, ascending: true, ..within(rng, YEAR_MS, minutes()) }),
        ),
    ];
    searches(data, &mut list);
    list
}

fn searches<'d>(data: &'d Data, list: &mut Vec<(&'static str, Make<'d>)>) {
    let deep = |rng: &mut Rng| data.sessions / 4 + rng.next() % (data.sessions / 4);
    let hex = |rng: &mut Rng, digits: usize| format!("{:016x}", rng.next())[..digits].to_owned();
    let terms = ["stand", "zanzibar", "qqqzz", "an", "standup platform 12", "e", "a7", "überblick", "3f2a"];
    for (name, term) in [
        ("title 'stand' common", terms[0]),
        ("title 'zanzibar' rare", terms[1]),
        ("title 'qqqzz' none", terms[2]),
        ("title 'an'", terms[3]),
        ("title 'standup platform 12'", terms[4]),
        ("any 'e'", terms[5]),
        ("any 'a7'", terms[6]),
        ("title 'überblick'", terms[7]),
        ("any '3f2a'", terms[8]),
    ] {
        list.push((name, Box::new(move |_| search(term))));
    }
    list.extend([
        ("any hex 4", Box::new(move |rng: &mut Rng| search(&hex(rng, 4))) as Make<'_>),
        ("any first 8 digits of an id", Box::new(|rng| search(&data.id(rng)[..8]))),
        ("any hex 8", Box::new(move |rng| search(&hex(rng, 8)))),
        ("any hex 3-2", Box::new(move |rng| search(&format!("{}-{}", hex(rng, 3), hex(rng, 2))))),
        ("any whole id", Box::new(|rng| search(&data.id(rng)))),
        (
            "any hex 4 deep by minutes",
            Box::new(move |rng| Query { offset: 1000, sort: Sort::MinutesConsumed, ..search(&hex(rng, 4)) }),
        ),
        ("any 'e' deep", Box::new(move |rng| Query { offset: deep(rng), ..search("e") })),
        (
            "any 'e' by minutes deep",
            Box::new(move |rng| Query { offset: deep(rng), sort: Sort::MinutesConsumed, ..search("e") }),
        ),
        ("title 'stand' deep", Box::new(|_| Query { offset: 250_000, ..search("stand") })),
        ("title 'stand' minutes p1", Box::new(|_| Query { sort: Sort::MinutesConsumed, ..search("stand") })),
        (
            "title 'stand' minutes deep",
            Box::new(|_| Query { offset: 250_000, sort: Sort::MinutesConsumed, ..search("stand") }),
        ),
        (
            "title 'zanzibar' minutes deep",
            Box::new(|_| Query { offset: 100, sort: Sort::MinutesConsumed, ..search("zanzibar") }),
        ),
        (
            "year 'stand' minutes p1",
            Box::new(|rng| Query { sort: Sort::MinutesConsumed, ..within(rng, YEAR_MS, search("stand")) }),
        ),
        (
            "year 'zanzibar' minutes p1",
            Box::new(|rng| Query { sort: Sort::MinutesConsumed, ..within(rng, YEAR_MS, search("zanzibar")) }),
        ),
        (
            "year 'stand' minutes deep",
            Box::new(|rng| Query {
                offset: 100_000,
                sort: Sort::MinutesConsumed,
                ..within(rng, YEAR_MS, search("stand"))
            }),
        ),
        ("peak 3:", Box::new(|_| Query { peak_min: Some(3), ..all() })),
        (
            "peak 2:3 minutes deep",
            Box::new(|_| Query { peak_min: Some(2), peak_max: Some(3), offset: 250_000, ..minutes() }),
        ),
        (
            "day 'stand' peak 3:",
            Box::new(|rng| Query { peak_min: Some(3), ..within(rng, DAY_MS, search("stand")) }),
        ),
    ]);
}
