//! Seeded sessions like those of a large app, in segments that follow each other and in segments that overlap.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use sederunt_archive::{AppIndex, Archive, Change, Loaded, RealFs, Row, Sealed, Snapshot};

pub(crate) const DAY_MS: i64 = 86_400_000;
pub(crate) const YEAR_MS: i64 = 365 * DAY_MS;
pub(crate) const NOW_MS: i64 = 1_790_000_000_000;
const MEETINGS: u64 = 200_000;
const LIVE: u64 = 3_000;
const ENDED_IN_TAIL: u64 = 5_000;
const OVERLAPPING: u64 = 5;

const WORDS: [&str; 24] = [
    "standup",
    "weekly",
    "platform",
    "review",
    "design",
    "customer",
    "onboarding",
    "sync",
    "planning",
    "retro",
    "interview",
    "finance",
    "marketing",
    "roadmap",
    "support",
    "training",
    "all hands",
    "incident",
    "budget",
    "legal",
    "research",
    "mobile",
    "backend",
    "village",
];

/// SplitMix64.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn number(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() >> 1).unwrap() % end.max(1)
    }
}

/// Two snapshots of the same sessions.
pub(crate) struct Data {
    pub(crate) sessions: u64,
    pub(crate) hottest: u128,
    pub(crate) ordered: Snapshot,
    pub(crate) overlapping: Snapshot,
}

fn random_id(seed: u64) -> u128 {
    let mut rng = Rng(seed.wrapping_mul(0xA24B_AED4_963E_E407));
    (u128::from(rng.next()) << 64) | u128::from(rng.next())
}

/// Meeting `0` has a few in a thousand of all sessions, most have a few dozen.
fn meeting_of(rng: &mut Rng) -> u64 {
    if rng.next().is_multiple_of(450) {
        return 0;
    }
    let share = (rng.next() >> 11) as f64 / (1_u64 << 53) as f64;
    ((share * share * MEETINGS as f64) as u64).min(MEETINGS - 1)
}

fn title(meeting: u64) -> Arc<str> {
    let mut rng = Rng(meeting ^ 0x7177);
    let mut word = || WORDS[rng.next() as usize % WORDS.len()];
    let (first, second, third) = (word(), word(), word());
    let place = if meeting % 20_011 == 7 { "Zanzibar" } else { third };
    format!("{first} {second} {} with {place} of group {meeting}", meeting % 97).into()
}

fn row(nth: u64, sessions: u64, titles: &[Arc<str>]) -> Row {
    let mut rng = Rng(nth ^ 0x5e55_0000_0000);
    let meeting = meeting_of(&mut rng);
    let step = (2 * YEAR_MS) as f64 / sessions as f64;
    let started_ms = NOW_MS - 2 * YEAR_MS + (nth as f64 * step) as i64;
    let peak = 1 + (rng.next() % 40) as u32;
    let length_ms = 60_000 + rng.number(5_400_000);
    let closed_ms = length_ms / 3 * i64::from(peak) + rng.number(60_000);
    Row {
        id: random_id(nth),
        meeting: random_id(meeting | (1 << 60)),
        title: titles[meeting as usize].clone(),
        started_ms,
        ended_ms: Some(started_ms + length_ms),
        end_reason: 1,
        updated_ms: started_ms + length_ms,
        peak,
        stay_count: peak + 3,
        closed_ms,
        live_count: 0,
        ticking_count: 0,
        ticking_joined_sum_ms: 0,
    }
}

fn live(nth: u64, sessions: u64, titles: &[Arc<str>]) -> Row {
    let row = row(nth, sessions, titles);
    Row {
        ended_ms: None,
        end_reason: 0,
        live_count: 2,
        ticking_count: 2,
        ticking_joined_sum_ms: 2 * row.started_ms,
        ..row
    }
}

impl Data {
    pub(crate) fn prepare(sessions: u64) -> Self {
        let titles: Vec<Arc<str>> = (0..MEETINGS).map(title).collect();
        let sealed = sessions - LIVE - ENDED_IN_TAIL;
        let dir = std::env::temp_dir().join(format!("sederunt-pages-{sessions}"));
        let tail = || {
            (sealed..sessions).map(|nth| {
                let ended = nth < sealed + ENDED_IN_TAIL;
                let row = if ended { row(nth, sessions, &titles) } else { live(nth, sessions, &titles) };
                Change { row, ended_seq: ended.then_some(nth + 1000) }
            })
        };
        let open = |app: i64| {
            let begun = Instant::now();
            let archive = Archive::open(Path::new(&dir), [7; 16], Arc::new(RealFs)).unwrap();
            let state = load(&archive, app).unwrap_or_else(|| {
                println!("building app {app} in {}", dir.display());
                let state = if app == 1 {
                    ordered(&archive, sealed, |nth| row(nth, sessions, &titles))
                } else {
                    overlapping(&archive, sealed, |nth| row(nth, sessions, &titles))
                };
                println!("built in {:?}", begun.elapsed());
                state
            });
            println!("app {app} open after {:?}", begun.elapsed());
            AppIndex::new(Arc::new(state), tail()).snapshot()
        };
        Self { sessions, hottest: random_id(1 << 60), ordered: open(1), overlapping: open(2) }
    }

    pub(crate) fn meeting(&self, rng: &mut Rng) -> u128 {
        random_id((rng.next() % MEETINGS) | (1 << 60))
    }

    pub(crate) fn id(&self, rng: &mut Rng) -> String {
        let digits = format!("{:032x}", random_id(rng.next() % self.sessions));
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        parts.join("-")
    }
}

/// What an earlier run has left, if it is whole.
fn load(archive: &Archive, app: i64) -> Option<Sealed> {
    match archive.load(app).unwrap() {
        Loaded::Sealed(sealed) if sealed.segments().len() as u64 == OVERLAPPING => Some(sealed),
        Loaded::Sealed(_) | Loaded::Nothing | Loaded::SetAside(_) => {
            archive.remove(app).unwrap();
            None
        }
    }
}

/// Two large segments and three small ones at the end.
fn ordered(archive: &Archive, sealed: u64, row: impl Fn(u64) -> Row) -> Sealed {
    let first = sealed - sealed / 20;
    let mut rows = (0..first).map(|nth| Ok::<_, Infallible>(row(nth)));
    let mut state = archive.rebuild(1, &mut rows, first, random_id(first - 1)).unwrap();
    let (mut from, mut left) = (first, sealed - first);
    while state.segments().len() < 5 {
        let to = if state.segments().len() == 4 { sealed } else { from + left * 4 / 5 };
        let changes = (from..to).map(|nth| Change { row: row(nth), ended_seq: Some(nth + 1) }).collect();
        state = archive.seal(1, &state, changes).unwrap();
        (from, left) = (to, sealed - to);
    }
    state
}

/// Every fifth session in the same segment.
fn overlapping(archive: &Archive, sealed: u64, row: impl Fn(u64) -> Row) -> Sealed {
    let mut state = Sealed::empty();
    for part in 0..OVERLAPPING {
        let mine = (0..sealed).filter(|nth| nth % OVERLAPPING == part);
        let seqs = sealed / OVERLAPPING * part + part..;
        let changes =
            mine.zip(seqs).map(|(nth, seq)| Change { row: row(nth), ended_seq: Some(seq + 1) }).collect();
        state = archive.seal(2, &state, changes).unwrap();
    }
    state
}
