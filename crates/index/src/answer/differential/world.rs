//! Random histories: sessions start, change, are renamed, end, are imported, sealed and merged.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::oracle::printed;
use crate::answer::app::AppIndex;
use crate::fold::Needle;
use crate::limits::Ways;
use crate::query::{Query, Sort, Status};
use crate::row::{Change, Row};
use crate::shelf::sealed::Sealed;

/// SplitMix64.
#[derive(Debug)]
pub(super) struct Rng(pub(super) u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn number(&mut self, end: i64) -> i64 {
        (self.next() % end.max(1) as u64) as i64
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

const TITLES: [&str; 14] = [
    "",
    "Weekly",
    "weekly 5a",
    "Café",
    "CAFE\u{301}",
    "straße",
    "STRASSE 5",
    "Ünïcode Ω",
    "a",
    "5-a",
    "100%_\\done",
    "日本語の会議",
    "ΣΊΣΥΦΟΣ",
    "aaaaaaaa-5",
];

const TERMS: [&str; 20] = [
    "week", "WEEKLY", "é", "e\u{301}", "ß", "ss", "a", "5", "a5", "5-", "-", "--", "%", "_", "本", "σ",
    "aaa", "Ω", "zzz", "0a5-",
];

pub(super) struct World {
    rng: Rng,
    /// How many sessions there are in the end.
    size: usize,
    /// Instants of this history; few mean many equal starts.
    days: i64,
    /// Different hexadecimal digits of ids.
    digits: u64,
    meetings: Vec<u128>,
    /// What the index must know.
    pub(super) rows: BTreeMap<u128, Row>,
    ended: BTreeMap<u128, u64>,
    seq: u64,
    /// What is sealed.
    batches: Vec<Vec<Row>>,
    pub(super) index: AppIndex,
}

impl World {
    pub(super) fn new(mut rng: Rng, size: usize) -> Self {
        let days = rng.pick(&[1, 5, 40, 1000]);
        let digits = rng.pick(&[2, 3, 16]);
        let mut world = Self {
            size: 1 + rng.below(size),
            rng,
            days,
            digits,
            meetings: Vec::new(),
            rows: BTreeMap::new(),
            ended: BTreeMap::new(),
            seq: 0,
            batches: Vec::new(),
            index: AppIndex::new(Arc::new(Sealed::empty()), std::iter::empty()),
        };
        let meetings = 1 + world.rng.below(10);
        world.meetings = (0..meetings).map(|_| world.id()).collect();
        for _ in 0..5 {
            world.go_on();
        }
        world
    }

    fn id(&mut self) -> u128 {
        (0..32).fold(0, |id, _| {
            let digit = u128::from(self.rng.next() % self.digits) * 5 % 16;
            (id << 4) | digit
        })
    }

    /// A commit or two, and perhaps a sealing.
    pub(super) fn go_on(&mut self) {
        for _ in 0..1 + self.rng.below(2) {
            let mut changes = Vec::new();
            for _ in 0..1 + self.rng.below(self.size / 4 + 1) {
                changes.push(self.change());
            }
            self.index.apply(&changes);
        }
        if self.rng.one_in(3) {
            self.seal();
        }
        if self.rng.one_in(20) {
            self.restart();
        }
    }

    fn change(&mut self) -> Change {
        let live: Vec<u128> = self.rows.values().filter(|r| r.ended_ms.is_none()).map(|r| r.id).collect();
        self.seq += 1;
        let new = self.rows.len() < self.size && (live.is_empty() || self.rng.one_in(2));
        let mut row = match live.get(self.rng.below(live.len())) {
            Some(id) if !new => self.rows[id].clone(),
            _ => self.start(),
        };
        row.updated_ms += 1;
        row.peak = self.rng.pick(&[0, 1, 1, 2, 3, 300, 70_000]);
        row.stay_count += 1;
        row.closed_ms += self.rng.number(4);
        row.live_count = self.rng.below(3) as u32;
        row.ticking_count = self.rng.below(3) as u32;
        row.ticking_joined_sum_ms = i64::from(row.ticking_count) * self.rng.number(12);
        row.offset_ms = self.rng.pick(&[0, 0, 1, -5, 60_000]);
        if self.rng.one_in(5) {
            row.title = self.rng.pick(&TITLES).into();
        }
        let ends = self.rng.one_in(2);
        if ends {
            row.ended_ms = Some(row.started_ms + self.rng.number(100));
            row.end_reason = self.rng.below(3) as u8;
            (row.live_count, row.ticking_count, row.ticking_joined_sum_ms, row.offset_ms) = (0, 0, 0, 0);
            self.ended.insert(row.id, self.seq);
        }
        self.rows.insert(row.id, row.clone());
        Change { row, ended_seq: ends.then_some(self.seq) }
    }

    fn start(&mut self) -> Row {
        let mut id = self.id();
        while self.rows.contains_key(&id) {
            id = id.wrapping_add(1);
        }
        let title = match (self.rng.below(12), self.rows.keys().next()) {
            (0, Some(other)) => format!("about {}", printed(*other)),
            (1, _) => format!("{} {}", self.rng.pick(&TITLES), self.rng.below(100)),
            _ => self.rng.pick(&TITLES).to_owned(),
        };
        let started_ms = self.rng.number(self.days) - 3;
        Row {
            id,
            meeting: self.rng.pick(&self.meetings.clone()),
            title: title.into(),
            started_ms,
            ended_ms: None,
            end_reason: 0,
            updated_ms: started_ms,
            peak: 0,
            stay_count: 0,
            closed_ms: self.rng.pick(&[0, 0, 0, 60_000, 61_000]),
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
            parent: self.rng.one_in(10).then_some(7),
        }
    }

    /// Seals some of those that ended first, and sometimes merges.
    fn seal(&mut self) {
        let tail = self.index.ended_tail();
        assert_eq!(tail.len(), self.index.unsealed());
        let count = if self.rng.one_in(2) { tail.len() } else { self.rng.below(tail.len() + 1) };
        let Some(last) = tail[..count].last() else { return };
        self.batches.push(tail[..count].iter().map(|change| change.row.clone()).collect());
        while self.batches.len() > 4 || (self.batches.len() > 1 && self.rng.one_in(3)) {
            let from = self.rng.below(self.batches.len());
            let rows = self.batches.swap_remove(from);
            let to = self.rng.below(self.batches.len());
            self.batches[to].extend(rows);
        }
        self.index.install(Arc::new(self.sealed(last.ended_seq.unwrap())));
    }

    fn sealed(&self, sealed_seq: u64) -> Sealed {
        Sealed { sealed_seq, ..Sealed::in_memory(self.batches.clone()).unwrap() }
    }

    /// A new index over the same sessions.
    fn restart(&mut self) {
        let sealed = self.index.snapshot().sealed().clone();
        let change = |row: &Row| Change { row: row.clone(), ended_seq: self.ended.get(&row.id).copied() };
        // Some that are sealed come again.
        self.index = AppIndex::new(sealed, self.rows.values().map(change));
    }

    /// What is not a page.
    pub(super) fn check(&self) {
        let snapshot = self.index.snapshot();
        assert_eq!(snapshot.len(), self.rows.len() as u64);
        assert_eq!(snapshot.is_empty(), self.rows.is_empty());
        let live = self.rows.values().filter(|row| row.ended_ms.is_none()).count();
        assert_eq!(snapshot.tail().live(), live);
        assert_eq!(snapshot.tail().ended(), self.index.unsealed());
        for row in self.rows.values() {
            assert_eq!(self.index.get(row.id).as_ref(), Some(row));
        }
        assert!(self.index.get(1 << 127).is_none());
        let tail = self.index.ended_tail();
        let seqs: Vec<u64> = tail.iter().filter_map(|change| change.ended_seq).collect();
        let after = snapshot.sealed().sealed_seq;
        let mut expected: Vec<u64> = self.ended.values().copied().filter(|seq| *seq > after).collect();
        expected.sort_unstable();
        assert_eq!(seqs, expected);
    }

    pub(super) fn question(&mut self) -> (Query, Ways) {
        let rng = &mut self.rng;
        let ways = Ways {
            list: rng.pick(&[1, 5, 1 << 16]),
            sort: rng.pick(&[0, 5, 1 << 16]),
            walk: rng.pick(&[0, 100, 1 << 18]),
            code: rng.pick(&[0, 2, 256]),
            posted: rng.pick(&[0, 1, 4]),
        };
        let instant = |rng: &mut Rng| match rng.below(20) {
            0 => i64::MIN,
            1 => i64::MAX,
            _ => rng.number(self.days + 4) - 5,
        };
        let (from_ms, to_ms) = (instant(rng), instant(rng));
        let swap = from_ms > to_ms && !rng.one_in(10);
        let (from_ms, to_ms) = if swap { (to_ms, from_ms) } else { (from_ms, to_ms) };
        let total = self.rows.len() + 3;
        let q = Query {
            now_ms: rng.number(20),
            meeting: rng.one_in(4).then(|| if rng.one_in(9) { 77 } else { rng.pick(&self.meetings) }),
            from_ms: rng.one_in(2).then_some(from_ms),
            to_ms: rng.one_in(2).then_some(to_ms),
            status: rng.one_in(4).then(|| rng.pick(&[Status::Live, Status::Ended, Status::Ended])),
            peak_min: rng.one_in(6).then(|| rng.pick(&[0, 1, 2, 300, u64::MAX])),
            peak_max: rng.one_in(6).then(|| rng.pick(&[0, 2, 2, 70_000, u64::MAX])),
            search: None,
            sort: rng.pick(&[Sort::CreatedAt, Sort::MinutesConsumed]),
            ascending: rng.one_in(2),
            offset: match rng.below(10) {
                0 => rng.pick(&[u64::MAX, 1 << 40]),
                1..4 => 0,
                _ => rng.below(total) as u64,
            },
            limit: rng.pick(&[0, 1, 3, 10, 25, 100]),
        };
        let search = if self.rng.one_in(2) { Some(self.term()) } else { None };
        (Query { search: Needle::new(search.as_deref()), ..q }, ways)
    }

    fn term(&mut self) -> String {
        let text = match self.rng.below(8) {
            0..3 => return self.rng.pick(&TERMS).to_owned(),
            3..6 => {
                let nth = self.rng.below(self.rows.len());
                self.rows.keys().nth(nth).map(|id| printed(*id)).unwrap_or_default()
            }
            6 => printed(self.rng.pick(&self.meetings)),
            _ => self.rng.pick(&TITLES).to_owned(),
        };
        if self.rng.one_in(6) {
            return text;
        }
        let chars: Vec<char> = text.chars().collect();
        let from = self.rng.below(chars.len());
        let to = from + 1 + self.rng.below(6);
        let part: String = chars.get(from..to.min(chars.len())).unwrap_or(&[]).iter().collect();
        if self.rng.one_in(3) { part.to_uppercase() } else { part }
    }
}
