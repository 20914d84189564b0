//! Made-up sessions, and a simple model of what an index should hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use sederunt_index::{Change, Row, Sealed};

/// Reproducible numbers (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// Sessions that end in the order of `seq`, with ties in start and minutes, renames and few meetings.
pub(crate) fn session(random: &mut Random, seq: u64) -> Change {
    let started_ms = 1_700_000_000_000 + (seq as i64) * 500 + random.below(4) as i64 * 1000;
    let ended = started_ms + random.below(100_000) as i64;
    let meeting = random.below(9);
    let titles = ["", "Weekly", "Ärzte Über Maß", "weekly 100%_", "日本語"];
    Change {
        row: Row {
            id: u128::from(random.next()) << 64 | u128::from(random.next()),
            meeting: u128::from(meeting) << 100 | 7,
            title: titles[random.below(titles.len() as u64) as usize].into(),
            started_ms,
            ended_ms: Some(ended),
            end_reason: random.below(5) as u8,
            updated_ms: ended + random.below(3) as i64,
            peak: random.below(400) as u32,
            stay_count: random.below(9) as u32,
            closed_ms: random.below(50) as i64 * 1000,
            live_count: 0,
            ticking_count: 0,
            ticking_joined_sum_ms: 0,
            offset_ms: 0,
            parent: (random.below(20) == 0).then(|| u128::from(random.next()) << 64 | 3),
        },
        ended_seq: Some(seq),
    }
}

/// `n` sessions whose ends follow `after`.
pub(crate) fn sessions(random: &mut Random, after: u64, n: u64) -> Vec<Change> {
    (after + 1..=after + n).map(|seq| session(random, seq)).collect()
}

/// What should be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Model {
    pub(crate) rows: BTreeMap<u128, Row>,
    pub(crate) sealed_seq: u64,
}

impl Model {
    pub(crate) fn seal(&mut self, changes: &[Change]) {
        for change in changes {
            self.rows.insert(change.row.id, change.row.clone());
            self.sealed_seq = change.ended_seq.unwrap();
        }
    }

    /// All rows in the order of (`started_ms`, id).
    pub(crate) fn sorted(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.rows.values().cloned().collect();
        rows.sort_by_key(|row| (row.started_ms, row.id));
        rows
    }
}

/// All that a state says, read in every way there is; panics when the ways contradict each other.
pub(crate) fn contents(sealed: &Sealed) -> Model {
    let mut model = Model { rows: BTreeMap::new(), sealed_seq: sealed.sealed_seq() };
    let dict = sealed.dict();
    let mut counts = vec![0; dict.len() as usize];
    for segment in sealed.segments() {
        let mut by_minutes = Vec::new();
        for nth in 0..segment.rows() {
            let row = segment.row(nth, dict);
            let code = segment.code(nth);
            assert_eq!(segment.find(row.id), Some(nth));
            assert_eq!(segment.lower_bound(row.started_ms, row.id), nth);
            assert_eq!(segment.key(nth), (row.started_ms, row.id));
            assert_eq!((segment.peak(nth), segment.closed(nth)), (row.peak, row.closed_ms));
            assert!(segment.postings(code).contains(&nth));
            assert_eq!(dict.find(row.meeting, &row.title), Some(code));
            let folded = sederunt_index::fold::fold(&row.title);
            assert_eq!(dict.entry(code).unwrap().folded, folded.as_bytes());
            assert!(dict.codes_of_meeting(row.meeting).contains(&code));
            counts[code as usize] += 1;
            by_minutes.push((row.closed_ms, row.id));
            assert!(model.rows.insert(row.id, row).is_none(), "a session is in two segments");
        }
        by_minutes.sort_unstable();
        let ranked: Vec<_> = (0..segment.rows()).map(|rank| segment.minutes_key(rank)).collect();
        assert_eq!(ranked, by_minutes);
    }
    assert_eq!(sealed.counts(), counts);
    assert_eq!(sealed.rows(), model.rows.len() as u64);
    assert!(!sealed.is_suspect());
    model
}

/// A row with another title.
pub(crate) fn titled(change: &Change, title: &str) -> Change {
    Change { row: Row { title: Arc::from(title), ..change.row.clone() }, ..*change }
}
