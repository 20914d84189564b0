//! How long somebody was there, of how long, and what that comes to. Pure: the page counts by the same rule in
//! `web/console/src/screens/attendance/rule.ts`, and both are tested with `web/test/attendance.json`.
//! All instants and lengths are milliseconds.

use std::collections::{HashMap, HashSet};

/// What counts as being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::doors::sederunt) struct Rule {
    /// Percent of the window from which somebody counts as present.
    pub(super) share: i64,
    /// Time between two stays that counts as time in the room, at most.
    pub(super) gap_ms: i64,
    /// After the begin of the window; whoever comes later is late.
    pub(super) late_ms: i64,
    /// Whether the time counts in which a connection was lost and came back.
    pub(super) away: bool,
    /// Whether somebody who was not there at all is absent; else that is below, like any other time that is too short.
    pub(super) absent: bool,
}

/// The time that is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::doors::sederunt) struct Window {
    /// Begin.
    pub(super) from: i64,
    /// End.
    pub(super) to: i64,
}

/// A stay, as far as is certain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Interval {
    /// Entered.
    pub(super) from: i64,
    /// Left, or the instant up to which it is certain.
    pub(super) to: i64,
    /// It goes on.
    pub(super) is_open: bool,
    /// When its connection was lost and came back.
    pub(super) away: Vec<(i64, i64)>,
}

/// What somebody's time comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// There for long enough, and in time.
    Present,
    /// There for long enough, and late.
    Late,
    /// Not there for long enough.
    Below,
    /// Not there at all, where the rule tells that apart.
    Absent,
}

impl Verdict {
    /// As it is told.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Late => "late",
            Self::Below => "below",
            Self::Absent => "absent",
        }
    }
}

/// One person in one window, or in all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// First in, also when that was before the window; `None` when nobody was there in it.
    pub(super) first: Option<i64>,
    /// Last out; `None` while a stay goes on.
    pub(super) last: Option<i64>,
    /// Stays that touch the window, or are joined with one that does.
    pub(super) stays: u32,
    /// In at least one stay, within the window.
    pub(super) stays_ms: i64,
    /// Between stays, counted all the same.
    pub(super) gaps_ms: i64,
    /// Within stays, without a connection.
    pub(super) away_ms: i64,
    /// What counts: `stays_ms + gaps_ms`, without `away_ms` where the rule says so.
    pub(super) ms: i64,
    /// Length of the window.
    pub(super) window_ms: i64,
    /// Hundredths of a percent, cut and not rounded.
    pub(super) share: i64,
    /// What it comes to.
    pub(super) verdict: Verdict,
}

/// Stays as one.
struct Span {
    from: i64,
    to: i64,
    stays: u32,
    is_open: bool,
}

/// Stays that touch, or between which the time counts, as one each.
fn spans(stays: &[Interval], gap_ms: i64) -> Vec<Span> {
    let mut sorted: Vec<&Interval> = stays.iter().collect();
    sorted.sort_by_key(|stay| (stay.from, stay.to));
    let mut all: Vec<Span> = Vec::new();
    for &Interval { from, to, is_open, .. } in sorted {
        match all.last_mut() {
            Some(last) if from - last.to <= gap_ms => {
                last.to = last.to.max(to);
                last.stays += 1;
                last.is_open |= is_open;
            }
            _ => all.push(Span { from, to, stays: 1, is_open }),
        }
    }
    all
}

impl Span {
    fn touches(&self, window: Window) -> bool {
        if self.from < self.to {
            self.from < window.to && self.to > window.from
        } else {
            window.from <= self.from && self.from <= window.to
        }
    }
}

/// Milliseconds of a window in which at least one of these is.
fn covered(mut pieces: Vec<(i64, i64)>, window: Window) -> i64 {
    pieces.sort_unstable();
    let (mut sum, mut end) = (0, window.from);
    for (from, to) in pieces {
        let (begin, stop) = (from.max(end), to.min(window.to));
        if stop > begin {
            sum += stop - begin;
            end = stop;
        }
    }
    sum
}

/// A stay without the times in which its connection was lost.
fn connected(stay: &Interval) -> Vec<(i64, i64)> {
    let mut away = stay.away.clone();
    away.sort_unstable();
    let (mut pieces, mut begin) = (Vec::new(), stay.from);
    for (lost, back) in away {
        if lost > begin {
            pieces.push((begin, lost.min(stay.to)));
        }
        begin = begin.max(back);
    }
    if stay.to > begin {
        pieces.push((begin, stay.to));
    }
    pieces
}

/// What the stays of one person in one window come to.
pub(super) fn line(stays: &[Interval], window: Window, rule: &Rule) -> Line {
    let there: Vec<Span> =
        spans(stays, rule.gap_ms).into_iter().filter(|span| span.touches(window)).collect();
    let stays_ms = covered(stays.iter().map(|stay| (stay.from, stay.to)).collect(), window);
    let away_ms = stays_ms - covered(stays.iter().flat_map(connected).collect(), window);
    let whole = covered(there.iter().map(|span| (span.from, span.to)).collect(), window);
    let first = there.first().map(|span| span.from);
    let is_open = there.iter().any(|span| span.is_open);
    let count = there.iter().map(|span| span.stays).sum();
    let is_late = first.is_some_and(|first| first > window.from + rule.late_ms);
    let line = Line {
        first,
        last: there.iter().map(|span| span.to).max().filter(|_| !is_open),
        stays: count,
        stays_ms,
        gaps_ms: whole - stays_ms,
        away_ms,
        ms: if rule.away { whole } else { whole - away_ms },
        window_ms: (window.to - window.from).max(0),
        share: 0,
        verdict: Verdict::Below,
    };
    line.judged(is_late, rule)
}

/// What several windows come to. Late is whoever was present in all and late in one.
pub(super) fn total(lines: &[Line], rule: &Rule) -> Line {
    let sum = |of: fn(&Line) -> i64| lines.iter().map(of).sum();
    let there = || lines.iter().filter(|line| line.stays > 0);
    let is_open = there().any(|line| line.last.is_none());
    let line = Line {
        first: there().filter_map(|line| line.first).min(),
        last: there().filter_map(|line| line.last).max().filter(|_| !is_open),
        stays: lines.iter().map(|line| line.stays).sum(),
        stays_ms: sum(|line| line.stays_ms),
        gaps_ms: sum(|line| line.gaps_ms),
        away_ms: sum(|line| line.away_ms),
        ms: sum(|line| line.ms),
        window_ms: sum(|line| line.window_ms),
        share: 0,
        verdict: Verdict::Below,
    };
    line.judged(lines.iter().any(|line| line.verdict == Verdict::Late), rule)
}

impl Line {
    fn judged(mut self, is_late: bool, rule: &Rule) -> Self {
        if self.stays == 0 {
            self.verdict = if rule.absent { Verdict::Absent } else { Verdict::Below };
            return self;
        }
        // Of a window without length, whoever was there at its instant was there for all of it.
        self.share = (self.ms * 10_000).checked_div(self.window_ms).unwrap_or(10_000);
        if self.ms * 100 >= rule.share * self.window_ms {
            self.verdict = if is_late { Verdict::Late } else { Verdict::Present };
        }
        self
    }
}

/// Somebody's stays in one session, by the participant that they are of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attendee {
    /// The participant.
    pub(super) participant: String,
    /// Name at the latest join; `None` when it was erased.
    pub(super) name: Option<String>,
    /// The caller's own id for the person.
    pub(super) own_id: Option<String>,
    /// Preset at the latest join.
    pub(super) preset: Option<String>,
    /// Intervals in the room.
    pub(super) stays: Vec<Interval>,
}

/// A session: what is measured against, and who was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sitting {
    /// The time that is measured against.
    pub(super) window: Window,
    /// In order of first coming.
    pub(super) people: Vec<Attendee>,
}

/// A person in all sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The own id; without one, the participant's.
    pub(super) key: String,
    /// The latest name.
    pub(super) name: Option<String>,
    /// The caller's own id for the person.
    pub(super) own_id: Option<String>,
    /// The latest preset.
    pub(super) preset: Option<String>,
    /// The participants that are this person.
    pub(super) participants: Vec<String>,
    /// One a session, in their order.
    pub(super) cells: Vec<Line>,
}

/// Several sessions, person by person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Register {
    /// In order of first coming, then whoever was invited and never came.
    pub(super) rows: Vec<Row>,
    /// People who held nothing but presets that are left out.
    pub(super) left_out: usize,
}

/// Several sessions, person by person: participants with one own id are one person. Those of `invited`, who have no stays here,
/// are in it as well; of two with one own id the first.
pub(super) fn register(
    sittings: &[Sitting],
    invited: &[Attendee],
    rule: &Rule,
    without: &[String],
) -> Register {
    let mut people: Vec<(Row, Vec<Vec<&Interval>>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut others = HashSet::new();
    for (nth, sitting) in sittings.iter().enumerate() {
        for one in &sitting.people {
            let key = one.own_id.as_deref().unwrap_or(&one.participant);
            if one.preset.as_ref().is_some_and(|preset| without.contains(preset)) {
                others.insert(key);
                continue;
            }
            let place = *places.entry(key).or_insert_with(|| {
                let row = Row { key: key.to_owned(), ..Row::default() };
                people.push((row, vec![Vec::new(); sittings.len()]));
                people.len() - 1
            });
            let Some((row, stays)) = people.get_mut(place) else { continue };
            row.name = one.name.clone().or_else(|| row.name.take());
            row.own_id = one.own_id.clone().or_else(|| row.own_id.take());
            row.preset = one.preset.clone().or_else(|| row.preset.take());
            if !row.participants.contains(&one.participant) {
                row.participants.push(one.participant.clone());
            }
            if let Some(stays) = stays.get_mut(nth) {
                stays.extend(&one.stays);
            }
        }
    }
    for one in invited {
        let key = one.own_id.as_deref().unwrap_or(&one.participant);
        if one.preset.as_ref().is_some_and(|preset| without.contains(preset)) {
            others.insert(key);
        } else if !places.contains_key(key) && !others.contains(key) {
            places.insert(key, people.len());
            let row = Row {
                key: key.to_owned(),
                name: one.name.clone(),
                own_id: one.own_id.clone(),
                preset: one.preset.clone(),
                participants: vec![one.participant.clone()],
                cells: Vec::new(),
            };
            people.push((row, vec![Vec::new(); sittings.len()]));
        }
    }
    let left_out = others.iter().filter(|key| !places.contains_key(*key)).count();
    let counted = |(row, stays): (Row, Vec<Vec<&Interval>>)| {
        let of_one = sittings.iter().zip(stays);
        let cells = of_one.map(|(sitting, stays)| {
            line(&stays.into_iter().cloned().collect::<Vec<_>>(), sitting.window, rule)
        });
        Row { cells: cells.collect(), ..row }
    };
    Register { rows: people.into_iter().map(counted).collect(), left_out }
}
