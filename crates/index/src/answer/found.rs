//! The sealed rows that match a filter, segment by segment.

use std::borrow::Cow;

use crate::answer::bits::{Bits, Ranked};
use crate::answer::idpart::IdPart;
use crate::answer::search::Codes;
use crate::answer::source::Numbered;
use crate::format::segment::{Peaks, Segment};
use crate::limits::{PASSED_CODE, WALKED, Ways};

/// What sealed rows must have besides their time.
pub(crate) struct Wanted<'a> {
    /// One of these codes…
    pub(crate) codes: Option<Codes>,
    /// …or this part in the id and one of the codes of [`Wanted::scope`].
    pub(crate) id: Option<&'a IdPart>,
    /// Codes of the meeting asked for; all when there is none.
    pub(crate) scope: Option<Codes>,
    /// Smallest and largest peak.
    pub(crate) peak: Option<(u64, u64)>,
    /// Rows of all segments.
    pub(crate) rows: u64,
    pub(crate) ways: Ways,
}

/// The matches of one segment.
pub(crate) enum Found<'a> {
    /// All rows `[from, to)`.
    All(u32, u32),
    /// These, ascending.
    Rows(Cow<'a, [u32]>),
    /// Many.
    Set(Ranked),
}

impl Found<'_> {
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::All(from, to) => u64::from(to - from),
            Self::Rows(rows) => rows.len() as u64,
            Self::Set(rows) => u64::from(rows.count()),
        }
    }

    pub(crate) fn has(&self, row: u32) -> bool {
        match self {
            Self::All(from, to) => row >= *from && row < *to,
            Self::Rows(rows) => rows.binary_search(&row).is_ok(),
            Self::Set(rows) => rows.has(row),
        }
    }

    /// All of them, ascending.
    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = u32> + '_> {
        match self {
            Self::All(from, to) => Box::new(*from..*to),
            Self::Rows(rows) => Box::new(rows.iter().copied()),
            Self::Set(rows) => Box::new(rows.iter()),
        }
    }
}

impl Wanted<'_> {
    /// Whether only the time matters.
    pub(crate) fn is_all(&self) -> bool {
        self.codes.is_none() && self.id.is_none() && self.peak.is_none()
    }

    /// The codes, if nothing else matters but the time.
    pub(crate) fn only_codes(&self) -> Option<&Codes> {
        if self.id.is_none() && self.peak.is_none() { self.codes.as_ref() } else { None }
    }

    /// The matches among the rows `[from, to)`.
    pub(crate) fn find<'s>(&self, of: Numbered<'s>, from: u32, to: u32) -> Found<'s> {
        let segment = of.segment;
        let Some(codes) = &self.codes else { return self.find_peaks(segment, from, to) };
        if from >= to {
            return Found::All(from, from);
        }
        // The rows of a single code are listed in the file as they are needed.
        if let ([code], None, None) = (&*codes.list, self.id, self.peak) {
            return Found::Rows(Cow::Borrowed(within(segment.postings(*code), from, to)));
        }
        let mut rows = self.with_codes(codes, segment, from, to);
        if let Some(part) = self.id {
            self.add_ids(&mut rows, codes, part, segment, (from, to));
        }
        if let Some(peak) = self.peak {
            let peaks = segment.peaks();
            rows.retain(|row| is_within(peaks.get(row), peak));
        }
        rows.finish()
    }

    /// The rows that have one of the codes: from the rows of these codes or of all others, or from the codes of all
    /// rows, whichever looks like the least work.
    fn with_codes(&self, codes: &Codes, segment: &Segment, from: u32, to: u32) -> Collected {
        let (ways, all) = (self.ways, u64::from(to - from));
        // As if every part of the app had its share.
        let share = u128::from(codes.sessions) * u128::from(all) / u128::from(self.rows.max(1));
        let share = u64::try_from(share).unwrap_or(all).min(all);
        let (here, listed) = (segment.posted_len() as u64, codes.list.len() as u64);
        let walked = |codes: u64| codes * ways.code / WALKED + here * PASSED_CODE;
        let looked_up = listed * ways.code;
        let these = looked_up.min(walked(listed)) + share * ways.posted;
        let others = walked(here.saturating_sub(listed)) + (all - share) * ways.posted;

        let mut rows = Collected::new(from, to, ways.list);
        let is_whole = all == u64::from(segment.rows());
        let inside = |posted| if is_whole { posted } else { within(posted, from, to) };
        if these.min(others) >= all {
            rows.mark(segment.codes(), |code| codes.has(code));
        } else if others < these {
            let set = rows.become_set();
            set.fill(from, to);
            for (_, posted) in segment.posted().filter(|(code, _)| !codes.has(*code)) {
                inside(posted).iter().for_each(|row| set.clear(*row));
            }
        } else if looked_up <= walked(listed) {
            for code in &codes.list {
                inside(segment.postings(*code)).iter().for_each(|row| rows.add(*row));
            }
        } else {
            for (_, posted) in segment.posted().filter(|(code, _)| codes.has(*code)) {
                inside(posted).iter().for_each(|row| rows.add(*row));
            }
        }
        rows
    }

    fn add_ids(
        &self,
        rows: &mut Collected,
        codes: &Codes,
        part: &IdPart,
        segment: &Segment,
        range: (u32, u32),
    ) {
        let (from, to) = range;
        if let Some(scope) = &self.scope {
            for code in scope.list.iter().filter(|code| !codes.has(**code)) {
                let posted = within(segment.postings(*code), from, to);
                posted.iter().filter(|row| part.is_in(segment.id(**row))).for_each(|row| rows.add(*row));
            }
        } else if let Some(id) = part.whole() {
            let row = segment.find(id).filter(|row| *row >= from && *row < to);
            row.into_iter().for_each(|row| rows.add(row));
        } else if rows.count() > u64::from(to - from) / 4 * 3 {
            let (ids, test) = (segment.ids(), part.test());
            rows.add_others(|row| ids.get(row as usize).is_some_and(|id| test(*id)));
        } else {
            let ids = segment.ids().get(from as usize..to as usize).unwrap_or(&[]);
            match &mut rows.set {
                Some(set) => part.mark(ids, from, set),
                None => part.scan(ids, from, |row| rows.add(row)),
            }
        }
    }

    fn find_peaks<'s>(&self, segment: &Segment, from: u32, to: u32) -> Found<'s> {
        let Some(peak) = self.peak else { return Found::All(from, to) };
        let (least, most) = segment.peak_span();
        if is_within(least, peak) && is_within(most, peak) {
            return Found::All(from, to);
        }
        if u64::from(most) < peak.0 || u64::from(least) > peak.1 {
            return Found::All(from, from);
        }
        let mut rows = Collected::new(from, to, self.ways.list);
        match segment.peaks() {
            Peaks::One(peaks) => rows.mark(peaks, |value| is_within(u32::from(value), peak)),
            Peaks::Two(peaks) => rows.mark(peaks, |value| is_within(u32::from(value), peak)),
            Peaks::Four(peaks) => rows.mark(peaks, |value| is_within(value, peak)),
        }
        rows.finish()
    }
}

pub(crate) fn is_within(peak: u32, (least, most): (u64, u64)) -> bool {
    (least..=most).contains(&u64::from(peak))
}

/// The part of an ascending list that is within `[from, to)`.
fn within(rows: &[u32], from: u32, to: u32) -> &[u32] {
    let start = rows.partition_point(|row| *row < from);
    let end = rows.partition_point(|row| *row < to);
    rows.get(start..end).unwrap_or(&[])
}

/// Rows of a segment while they are being collected: a list, and from a number on a set.
struct Collected {
    from: u32,
    to: u32,
    list_max: usize,
    list: Vec<u32>,
    set: Option<Bits>,
}

impl Collected {
    fn new(from: u32, to: u32, list_max: usize) -> Self {
        Self { from, to, list_max, list: Vec::new(), set: None }
    }

    fn add(&mut self, row: u32) {
        if let Some(set) = &mut self.set {
            set.set(row);
        } else {
            self.list.push(row);
            if self.list.len() >= self.list_max {
                self.become_set();
            }
        }
    }

    fn become_set(&mut self) -> &mut Bits {
        let list = std::mem::take(&mut self.list);
        let set = self.set.get_or_insert_with(|| Bits::new(self.from, self.to));
        list.into_iter().for_each(|row| set.set(row));
        set
    }

    /// Adds the rows whose value in a column passes the test.
    fn mark<T: Copy>(&mut self, column: &[T], test: impl Fn(T) -> bool) {
        let from = self.from;
        let part = column.get(from as usize..(self.to as usize).min(column.len())).unwrap_or(&[]);
        self.become_set().mark(from, part, test);
    }

    /// Adds those of the other rows that pass the test.
    fn add_others(&mut self, test: impl Fn(u32) -> bool) {
        let (from, to) = (self.from, self.to);
        self.become_set().add_others(from, to, test);
    }

    fn count(&self) -> u64 {
        self.set.as_ref().map_or(self.list.len() as u64, |set| u64::from(set.count()))
    }

    fn retain(&mut self, test: impl Fn(u32) -> bool) {
        match &mut self.set {
            Some(set) => set.retain(test),
            None => self.list.retain(|row| test(*row)),
        }
    }

    fn finish<'s>(self) -> Found<'s> {
        if let Some(set) = self.set {
            return Found::Set(set.ranked());
        }
        let mut list = self.list;
        list.sort_unstable();
        list.dedup();
        Found::Rows(Cow::Owned(list))
    }
}
