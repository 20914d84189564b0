//! Seeded sessions like those of the ledger's measurement: a large app, in segments that follow each other and in
//! segments that overlap, and small ones.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use sederunt_index::{AppIndex, Change, Loaded, RealFs, Row, Sealed, Shelf, Snapshot};

use crate::titles;

pub(crate) const DAY_MS: i64 = 86_400_000;
pub(crate) const YEAR_MS: i64 = 365 * DAY_MS;
pub(crate) const NOW_MS: i64 = 1_790_000_000_000;
/// The instant of the first start.
pub(crate) const FIRST_MS: i64 = NOW_MS - 4 * YEAR_MS;
/// One meeting for this many sessions; the hottest has one in [`HOTTEST_ONE_IN`].
const SESSIONS_PER_MEETING: u64 = 50;
const HOTTEST_ONE_IN: f64 = 500.0;
const LIVE: u64 = 3_000;
const ENDED_IN_TAIL: u64 = 5_000;
const OVERLAPPING: u64 = 5;

/// Small apps, each with a tenth of the sessions.
pub(crate) const SMALL: i64 = 9;

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

/// Two snapshots of the same sessions, and those of the small apps.
pub(crate) struct Data {
    pub(crate) sessions: u64,
    pub(crate) hottest: u128,
    pub(crate) ordered: Snapshot,
    pub(crate) overlapping: Snapshot,
    pub(crate) small: Vec<Snapshot>,
}

/// An app before it is built.
struct World {
    sessions: u64,
    /// Tells apps apart.
    seed: u64,
    titles: Vec<Arc<str>>,
}

/// As the ledger mints them: a version-8 UUID of an instant and a random number.
fn mint(ms: i64, random: u64) -> u128 {
    let payload = (u128::from(ms.unsigned_abs()) << 48) | u128::from(random & 0xffff_ffff_ffff);
    let (high, middle, low) = (payload >> 48, (payload >> 36) & 0xfff, payload & 0xf_ffff_ffff);
    (high << 80) | (0x8 << 76) | (middle << 64) | (0b10 << 62) | (low << 26)
}

impl World {
    fn new(app: i64, sessions: u64) -> Self {
        let seed = app.unsigned_abs() << 48;
        let meetings = (sessions / SESSIONS_PER_MEETING).max(1);
        let titles =
            (0..meetings).map(|nth| titles::title(&mut Rng(seed ^ nth ^ 0x7177), nth).into()).collect();
        Self { sessions, seed, titles }
    }

    /// Few meetings have many sessions, most have few.
    fn meeting_of(&self, rng: &mut Rng) -> u64 {
        let meetings = self.titles.len() as f64;
        let power = (meetings.ln() / HOTTEST_ONE_IN.ln()).max(1.0);
        let share = (rng.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((meetings * share.powf(power)) as u64).min(self.titles.len() as u64 - 1)
    }

    fn meeting_id(&self, meeting: u64) -> u128 {
        let made = FIRST_MS + (meeting as f64 * YEAR_MS as f64 / self.titles.len() as f64) as i64;
        mint(made, Rng(self.seed ^ meeting ^ (1 << 60)).next())
    }

    fn started_ms(&self, nth: u64) -> i64 {
        FIRST_MS + (nth as f64 * ((4 * YEAR_MS) as f64 / self.sessions as f64)) as i64
    }

    fn session_id(&self, nth: u64) -> u128 {
        mint(self.started_ms(nth), Rng(self.seed ^ nth ^ (1 << 61)).next())
    }

    fn row(&self, nth: u64) -> Row {
        let mut rng = Rng(self.seed ^ nth ^ 0x5e55_0000_0000);
        let meeting = self.meeting_of(&mut rng);
        let started_ms = self.started_ms(nth);
        let peak = match rng.next() % 100 {
            0..=81 => 1,
            82..=95 => 2,
            n => n - 93,
        };
        let length_ms = 60_000 + rng.number(5_400_000);
        let closed_ms = length_ms / 3 * peak.cast_signed() + rng.number(60_000);
        Row {
            id: self.session_id(nth),
            meeting: self.meeting_id(meeting),
            title: self.titles[meeting as usize].clone(),
            started_ms,
            ended_ms: Some(started_ms + length_ms),
            end_reason: 1,
            updated_ms: started_ms + length_ms,
            peak: peak as u32,
            stay_count: peak as u32 + 3,
            closed_ms,
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
            parent: None,
        }
    }

    fn live(&self, nth: u64) -> Row {
        let row = self.row(nth);
        let ticking_joined_sum_ms = 2 * row.started_ms;
        Row { ended_ms: None, end_reason: 0, live_count: 2, ticking_count: 2, ticking_joined_sum_ms, ..row }
    }
}

impl Data {
    pub(crate) fn prepare(sessions: u64) -> Self {
        let dir = std::env::temp_dir().join(format!("sederunt-pages-2-{sessions}"));
        let open = |app: i64| {
            let world = World::new(app.max(2), if app > 2 { sessions / 10 } else { sessions });
            let sealed = world.sessions - LIVE - ENDED_IN_TAIL;
            let begun = Instant::now();
            let shelf = Shelf::open(Path::new(&dir), [7; 16], Arc::new(RealFs)).unwrap();
            let state = load(&shelf, app).unwrap_or_else(|| {
                println!("building app {app} in {}", dir.display());
                let state = match app {
                    2 => overlapping(&shelf, sealed, |nth| world.row(nth)),
                    _ => ordered(&shelf, app, sealed, &world),
                };
                println!("built in {:?}", begun.elapsed());
                state
            });
            println!("app {app} open after {:?}", begun.elapsed());
            let tail = (sealed..world.sessions).map(|nth| {
                let ended = nth < sealed + ENDED_IN_TAIL;
                let row = if ended { world.row(nth) } else { world.live(nth) };
                Change { row, ended_seq: ended.then_some(nth + 1000) }
            });
            AppIndex::new(Arc::new(state), tail).snapshot()
        };
        let (ordered, overlapping) = (open(1), open(2));
        let small = (3..3 + SMALL).map(open).collect();
        let hottest = World::new(2, sessions).meeting_id(0);
        Self { sessions, hottest, ordered, overlapping, small }
    }

    pub(crate) fn meeting(&self, rng: &mut Rng) -> u128 {
        let codes = self.ordered.sealed().dict();
        codes.entry(rng.next() as u32 % codes.len()).map_or(0, |entry| entry.meeting)
    }

    pub(crate) fn id(&self, rng: &mut Rng) -> String {
        let segment = &self.ordered.sealed().segments()[0];
        let digits = format!("{:032x}", segment.id(rng.next() as u32 % segment.rows()));
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        parts.join("-")
    }
}

/// What an earlier run has left, if it is whole.
fn load(shelf: &Shelf, app: i64) -> Option<Sealed> {
    match shelf.load(app).unwrap() {
        Loaded::Sealed(sealed) if sealed.segments().len() as u64 == OVERLAPPING => Some(sealed),
        Loaded::Sealed(_) | Loaded::Nothing | Loaded::SetAside(_) => {
            shelf.remove(app).unwrap();
            None
        }
    }
}

/// One or two large segments and smaller ones at the end.
fn ordered(shelf: &Shelf, app: i64, sealed: u64, world: &World) -> Sealed {
    let first = sealed - sealed / 20;
    let mut rows = (0..first).map(|nth| Ok::<_, Infallible>(world.row(nth)));
    let mut state = shelf.rebuild(app, &mut rows, first, world.session_id(first - 1)).unwrap();
    let (mut from, mut left) = (first, sealed - first);
    while state.segments().len() < OVERLAPPING as usize {
        let to =
            if state.segments().len() == OVERLAPPING as usize - 1 { sealed } else { from + left * 4 / 5 };
        let changes =
            (from..to).map(|nth| Change { row: world.row(nth), ended_seq: Some(nth + 1) }).collect();
        state = shelf.seal(app, &state, changes).unwrap();
        (from, left) = (to, sealed - to);
    }
    state
}

/// Every fifth session in the same segment.
fn overlapping(shelf: &Shelf, sealed: u64, row: impl Fn(u64) -> Row) -> Sealed {
    let mut state = Sealed::empty();
    for part in 0..OVERLAPPING {
        let mine = (0..sealed).filter(|nth| nth % OVERLAPPING == part);
        let seqs = sealed / OVERLAPPING * part + part..;
        let changes =
            mine.zip(seqs).map(|(nth, seq)| Change { row: row(nth), ended_seq: Some(seq + 1) }).collect();
        state = shelf.seal(2, &state, changes).unwrap();
    }
    state
}
