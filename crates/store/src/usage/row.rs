//! Adding up stretches. Pure.

use std::collections::HashSet;

use super::{PeopleMost, Usage, UsageRow, UsageRule};
use crate::person_key::PersonNo;

/// A session in numbers: instants in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole {
    pub started: i64,
    /// Its end, or the instant up to which it has been told.
    pub until: i64,
    pub stays: u64,
    pub ms: i64,
    pub peak: u32,
}

/// A stay: from its join until it ended, was lost, or is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub from: i64,
    pub to: i64,
    pub who: PersonNo,
}

/// The sums so far.
pub(super) struct Sums<'a> {
    edges: &'a [i64],
    rule: UsageRule,
    usage: Usage,
    /// The most at a time in the range. A stretch does not have whoever left as it began, so of a session that goes over an
    /// edge the most of its stretches can be less.
    peak: u32,
    /// The stretch of the session before: the next one is in it, as a rule.
    last: usize,
    /// Who was in each stretch, and in all; `None` when nobody asked, or they are too many.
    people: Option<People>,
}

struct People {
    of: Vec<HashSet<PersonNo>>,
    all: HashSet<PersonNo>,
    left: PeopleMost,
}

impl<'a> Sums<'a> {
    /// Nothing is counted yet. `edges` has at least two, rising.
    pub(super) fn new(edges: &'a [i64], rule: UsageRule, most: Option<PeopleMost>) -> Self {
        let rows = vec![UsageRow::default(); edges.len().saturating_sub(1)];
        let of = vec![HashSet::new(); rows.len()];
        let people = most.map(|left| People { of, all: HashSet::new(), left });
        let usage = Usage { rows, sum: UsageRow::default(), before_ms: 0, after_ms: 0 };
        Self { edges, rule, usage, peak: 0, last: 0, people }
    }

    fn from(&self) -> i64 {
        self.edges.first().copied().unwrap_or(i64::MAX)
    }

    fn to(&self) -> i64 {
        self.edges.last().copied().unwrap_or(i64::MIN)
    }

    /// The stretch of an instant.
    fn row_of(&self, at: i64) -> Option<usize> {
        if at < self.from() || at >= self.to() {
            return None;
        }
        if let Some([from, to]) = self.edges.get(self.last..).and_then(|edges| edges.first_chunk())
            && (*from..*to).contains(&at)
        {
            return Some(self.last);
        }
        self.edges.partition_point(|edge| *edge <= at).checked_sub(1)
    }

    /// Whether the stays of a session have to be read: to know who they were, or how much of them is where.
    pub(super) fn wants_stays(&self, whole: &Whole) -> bool {
        self.people.is_some() || !self.is_within(whole)
    }

    /// Whether a session is in one stretch; by its start only the range counts.
    fn is_within(&self, whole: &Whole) -> bool {
        let Some(row) = self.row_of(whole.started) else { return false };
        match self.rule {
            UsageRule::Start => whole.until <= self.to(),
            // Whoever joins as the next stretch begins is in that one.
            UsageRule::Split => self.edges.get(row + 1).is_some_and(|end| whole.until < *end),
        }
    }

    /// Adds a session. `stays` is empty when they are not [wanted](Self::wants_stays).
    pub(super) fn add(&mut self, whole: &Whole, stays: &[Span]) {
        let row = self.row_of(whole.started);
        self.last = row.unwrap_or(0);
        let within = self.is_within(whole);
        if !within {
            self.edge(row.is_some(), stays);
        }
        match (self.rule, row) {
            (UsageRule::Start, None) => {}
            (UsageRule::Start, Some(row)) => self.add_whole(row, whole, stays),
            (UsageRule::Split, Some(row)) if within => self.add_whole(row, whole, stays),
            (UsageRule::Split, row) => {
                if let Some(row) = row.and_then(|row| self.usage.rows.get_mut(row)) {
                    row.sessions += 1;
                }
                self.add_split(whole, stays);
            }
        }
    }

    /// What the other rule has more or less of a session that is not in the range alone.
    fn edge(&mut self, began_in: bool, stays: &[Span]) {
        let (from, to) = (self.from(), self.to());
        for stay in stays {
            let within = (stay.to.min(to) - stay.from.max(from)).max(0);
            let after = (stay.to - stay.from.max(to)).max(0);
            let (before_ms, after_ms) = if began_in { (0, after) } else { (within, 0) };
            self.usage.before_ms += before_ms;
            self.usage.after_ms += after_ms;
        }
    }

    fn add_whole(&mut self, at: usize, whole: &Whole, stays: &[Span]) {
        let Some(row) = self.usage.rows.get_mut(at) else { return };
        row.sessions += 1;
        row.stays += whole.stays;
        row.ms = row.ms.saturating_add(whole.ms);
        row.peak = row.peak.max(whole.peak);
        stays.iter().for_each(|stay| self.saw(at, stay.who));
    }

    fn add_split(&mut self, whole: &Whole, stays: &[Span]) {
        for stay in stays {
            if let Some(row) = self.row_of(stay.from).and_then(|row| self.usage.rows.get_mut(row)) {
                row.stays += 1;
            }
        }
        let first = self.row_of(whole.started.max(self.from())).unwrap_or(usize::MAX);
        for at in first..self.usage.rows.len() {
            let (Some(from), Some(to)) = (self.edges.get(at).copied(), self.edges.get(at + 1).copied())
            else {
                break;
            };
            if from > whole.until {
                break;
            }
            let there = cut(stays, from, to);
            let Some(row) = self.usage.rows.get_mut(at) else { break };
            row.ms = there.iter().fold(row.ms, |sum, span| sum.saturating_add(span.to - span.from));
            row.peak = row.peak.max(most(&there).min(whole.peak));
            there.iter().for_each(|span| self.saw(at, span.who));
        }
        let there = cut(stays, self.from(), self.to());
        self.peak = self.peak.max(most(&there).min(whole.peak));
    }

    fn saw(&mut self, at: usize, who: PersonNo) {
        let Some(people) = &mut self.people else { return };
        let is_new = people.of.get_mut(at).is_some_and(|of| of.insert(who));
        if is_new {
            people.all.insert(who);
        }
        let left = |of: usize, taken: bool| of.checked_sub(usize::from(taken));
        match (left(people.left.stays, true), left(people.left.people, is_new)) {
            (Some(stays), Some(others)) => people.left = PeopleMost { stays, people: others },
            _ => self.people = None,
        }
    }

    /// The answer.
    pub(super) fn finish(mut self) -> Usage {
        let mut sum = UsageRow { peak: self.peak, ..UsageRow::default() };
        if let Some(people) = self.people {
            sum.people = Some(people.all.len() as u64);
            for (row, of) in self.usage.rows.iter_mut().zip(people.of) {
                row.people = Some(of.len() as u64);
            }
        }
        for row in &self.usage.rows {
            sum.sessions += row.sessions;
            sum.stays += row.stays;
            sum.ms = sum.ms.saturating_add(row.ms);
            sum.peak = sum.peak.max(row.peak);
        }
        self.usage.sum = sum;
        self.usage
    }
}

/// What of stays is from `from` until before `to`. A stay of no length is where it joined.
fn cut(stays: &[Span], from: i64, to: i64) -> Vec<Span> {
    let is_in = |stay: &&Span| stay.from < to && (stay.to > from || stay.from >= from);
    let within = |stay: &Span| Span { from: stay.from.max(from), to: stay.to.min(to), who: stay.who };
    stays.iter().filter(is_in).map(within).collect()
}

/// The most at a time. At one instant joins first, as the session's own peak has them.
fn most(spans: &[Span]) -> u32 {
    let mut steps: Vec<(i64, i32)> = spans.iter().flat_map(|span| [(span.from, 1), (span.to, -1)]).collect();
    steps.sort_unstable_by_key(|(at, step)| (*at, -step));
    let (mut there, mut most) = (0_i32, 0_i32);
    for (_, step) in steps {
        there += step;
        most = most.max(there);
    }
    u32::try_from(most).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use sederunt_dice::Dice;

    use super::*;

    const EDGES: [i64; 4] = [0, 100, 230, 300];

    fn session(spans: &[Span]) -> Whole {
        Whole {
            started: spans.iter().map(|span| span.from).min().unwrap(),
            until: spans.iter().map(|span| span.to).max().unwrap(),
            stays: spans.len() as u64,
            ms: spans.iter().map(|span| span.to - span.from).sum(),
            peak: most(spans),
        }
    }

    fn any(dice: &mut Dice) -> Vec<Vec<Span>> {
        // In any order, as the parts of an index come.
        let sessions: Vec<Vec<Span>> = (0..dice.between(1, 12))
            .map(|_| {
                let begin = dice.between(-200, 320);
                (0..dice.between(1, 5))
                    .map(|_| {
                        let from = begin + dice.between(0, 60);
                        let to = from + dice.between(0, 200);
                        Span { from, to, who: PersonNo(dice.below(6).into()) }
                    })
                    .collect()
            })
            .collect();
        sessions
    }

    fn count(rule: UsageRule, edges: &[i64], sessions: &[Vec<Span>]) -> Usage {
        let mut sums = Sums::new(edges, rule, Some(PeopleMost { stays: 10_000, people: 10_000 }));
        for spans in sessions {
            let whole = session(spans);
            // As the walk does: what neither begins in the range nor reaches into it is not there.
            if whole.started < *edges.last().unwrap()
                && (whole.started >= edges[0] || whole.until >= edges[0])
            {
                sums.add(&whole, spans);
            }
        }
        sums.finish()
    }

    #[test]
    fn both_rules_are_what_a_count_of_every_millisecond_says() {
        let mut dice = Dice::from_env("USAGE_SEED");
        for _ in 0..2_000 {
            let sessions = any(&mut dice);
            let [start, split] =
                [UsageRule::Start, UsageRule::Split].map(|rule| count(rule, &EDGES, &sessions));
            for (at, pair) in EDGES.windows(2).enumerate() {
                let (from, to) = (pair[0], pair[1]);
                let spans = || sessions.iter().flatten();
                let ms: i64 = spans().map(|s| (s.to.min(to) - s.from.max(from)).max(0)).sum();
                let stays = spans().filter(|s| (from..to).contains(&s.from)).count();
                let people: HashSet<_> = spans()
                    .filter(|s| s.from < to && (s.to > from || s.from >= from))
                    .map(|s| s.who)
                    .collect();
                let row = split.rows[at];
                assert_eq!((row.ms, row.stays, row.people), (ms, stays as u64, Some(people.len() as u64)));
                let began = || sessions.iter().filter(|spans| (from..to).contains(&session(spans).started));
                let (row, whole) = (start.rows[at], || began().map(|spans| session(spans)));
                assert_eq!(row.sessions, began().count() as u64);
                assert_eq!(row.ms, whole().map(|w| w.ms).sum::<i64>());
                assert_eq!(row.peak, whole().map(|w| w.peak).max().unwrap_or(0));
                assert_eq!(row.stays, whole().map(|w| w.stays).sum::<u64>());
            }
            assert_eq!((split.before_ms, split.after_ms), (start.before_ms, start.after_ms));
            assert_eq!(start.sum.ms - start.after_ms + start.before_ms, split.sum.ms, "what the edges moved");
            // Over a life both are the same.
            let life = [-1_000, 150, 1_000];
            let [start, split] =
                [UsageRule::Start, UsageRule::Split].map(|rule| count(rule, &life, &sessions));
            let told = |usage: &Usage| (usage.sum, usage.before_ms, usage.after_ms);
            assert_eq!(told(&start), told(&split));
        }
    }

    #[test]
    fn who_left_as_the_next_came_is_of_the_peak_and_not_of_the_stretch() {
        let who = |n| PersonNo(n);
        let spans = [Span { from: 50, to: 100, who: who(1) }, Span { from: 100, to: 120, who: who(2) }];
        for rule in [UsageRule::Start, UsageRule::Split] {
            assert_eq!(count(rule, &EDGES, &[spans.to_vec()]).sum.peak, 2);
        }
        let split = count(UsageRule::Split, &EDGES, &[spans.to_vec()]);
        assert_eq!([0, 1].map(|at: usize| (split.rows[at].peak, split.rows[at].people)), [(1, Some(1)); 2]);
    }

    #[test]
    fn too_many_people_are_not_counted_and_everything_else_is() {
        let spans: Vec<Span> =
            (0..10).map(|n| Span { from: n, to: n + 1, who: PersonNo(n as u128 / 2) }).collect();
        let whole = session(&spans);
        for (stays, people, told) in [(20, 5, Some(5)), (19, 5, None), (20, 4, None)] {
            let mut sums = Sums::new(&EDGES, UsageRule::Start, Some(PeopleMost { stays, people }));
            assert!(sums.wants_stays(&whole));
            for _ in 0..2 {
                let wanted = if sums.wants_stays(&whole) { &*spans } else { &[] };
                sums.add(&whole, wanted);
            }
            let usage = sums.finish();
            assert_eq!((usage.sum.people, usage.rows[0].people), (told, told));
            assert_eq!((usage.sum.sessions, usage.sum.stays, usage.sum.ms), (2, 20, 20));
        }
        assert!(!Sums::new(&EDGES, UsageRule::Start, None).wants_stays(&whole), "nobody asked");
    }
}
