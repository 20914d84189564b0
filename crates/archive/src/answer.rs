//! One page of the session list and the number of all matches.
//!
//! Every source of sessions (each segment, the tail) says how many matches it has and gives the one at a position; the
//! page is cut out by [`select::page`]. What that takes depends on the filter:
//! - time alone: rows in order, or a wavelet matrix by minutes; nothing is built;
//! - titles and meetings: codes of the dictionary, whose sessions are counted already; the page is walked to from an
//!   end, or found in lists of few rows;
//! - anything else, and far pages of many matches: one bit for every row of the segments.

use crate::app::Snapshot;
use crate::found::{Found, Wanted};
use crate::memory::in_memory;
use crate::picked::PickedMinutes;
use crate::search::{Codes, Term};
use crate::select::{self, Place, Source, Walk};
use crate::source::{Budget, Minutes, Numbered, Picked, Rows, Span, walk_created, walk_minutes};
use crate::unsorted::Unsorted;
use crate::{Answer, Query, Row, Sort, Status};

/// When one way to a page gives way to another. Every way gives the same page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Rows of a segment that are a list; more are a bitmap, one bit for every row of the segment.
    pub(crate) list: usize,
    /// Matches that are sorted for one page, 48 bytes each.
    pub(crate) sort: u64,
    /// Rows that are walked over rather than a bitmap built, which takes a look at every row.
    pub(crate) walk: u64,
    /// Looking up the rows of one code costs about as much as testing so many rows one after the other.
    pub(crate) code: u64,
    /// And each of them as much as so many.
    pub(crate) posted: u64,
}

const LIMITS: Limits = Limits { list: 1 << 16, sort: 1 << 16, walk: 1 << 18, code: 256, posted: 4 };

impl Limits {
    /// What looking up the rows of some codes costs, in rows tested one after the other.
    pub(crate) fn lookup(&self, codes: usize, rows: u64) -> u64 {
        (codes as u64).saturating_mul(self.code).saturating_add(rows.saturating_mul(self.posted))
    }
}

impl Snapshot {
    /// One page and the number of all matches (SEMANTICS §3.3–3.6). An offset beyond the end gives no rows.
    pub fn answer(&self, q: &Query) -> Answer<&str> {
        self.answer_within(q, LIMITS)
    }

    /// The same, of which the rows are read later with [`Snapshot::rows`].
    pub fn find(&self, q: &Query) -> Places {
        self.find_within(q, LIMITS)
    }

    pub(crate) fn answer_within(&self, q: &Query, limits: Limits) -> Answer<&str> {
        let page = self.find_within(q, limits);
        Answer { rows: self.rows(&page), total: page.total }
    }

    fn find_within(&self, q: &Query, limits: Limits) -> Places {
        let term = q.search.as_ref().map(Term::new);
        let request = Request { snapshot: self, q, term: term.as_ref(), limits };
        let (total, places) = request.page();
        Places { places, total }
    }

    /// The rows of a page of this snapshot. What is looked up in the dictionary is fetched for all of them before it is
    /// looked at: memory answers many questions in the time of one, unless one has to be answered before the next is
    /// asked.
    pub fn rows(&self, page: &Places) -> Vec<Row<&str>> {
        let places = &page.places;
        let mut rows = Vec::with_capacity(places.len());
        let mut sealed = Vec::with_capacity(places.len());
        for place in places {
            match *place {
                Place::Live(position) => {
                    rows.extend(self.tail.live.at(position).map(|row| row.row.borrowed()))
                }
                Place::Ended(position) => {
                    rows.extend(self.tail.ended.at(position).map(|row| row.row.borrowed()))
                }
                Place::Sealed { segment, row } => {
                    let Some(segment) = self.sealed.segments.get(segment as usize) else { continue };
                    let flat = segment.flat(row);
                    sealed.push((rows.len(), segment, flat.code));
                    rows.push(flat.row());
                }
            }
        }
        sealed.iter().for_each(|(_, _, code)| self.sealed.dict.fetch(*code));
        for (at, segment, code) in sealed {
            let found = self.sealed.dict.pair(code).or_else(|| segment.doubt(None));
            if let (Some(row), Some(found)) = (rows.get_mut(at), found) {
                (row.meeting, row.title) = found;
            }
        }
        rows
    }

    /// Whether the answer takes microseconds: no title is searched and no column scanned.
    pub fn is_cheap(&self, q: &Query) -> bool {
        /// Rows that are sorted in a fraction of a millisecond.
        const FEW: u64 = 4096;
        if q.search.is_some() || q.peak_min.is_some() || q.peak_max.is_some() {
            return false;
        }
        if self.tail.len() as u64 > 4 * FEW && (q.meeting.is_some() || q.sort == Sort::MinutesConsumed) {
            return false;
        }
        q.meeting.is_none_or(|meeting| Codes::of_meeting(meeting, &self.sealed).sessions <= FEW)
    }
}

/// Where the rows of a page are, and the number of all matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    places: Vec<Place>,
    /// All matches.
    pub total: u64,
}

/// A query that is being answered.
pub(crate) struct Request<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) q: &'a Query,
    pub(crate) term: Option<&'a Term<'a>>,
    limits: Limits,
}

impl<'a> Request<'a> {
    fn page(&self) -> (u64, Vec<Place>) {
        if self.q.from_ms.zip(self.q.to_ms).is_some_and(|(from, to)| from > to) {
            return (0, Vec::new());
        }
        let Some(wanted) = self.wanted() else { return self.cut(Vec::new()) };
        if let Some(codes) = wanted.only_codes()
            && let Some(answer) = self.by_codes(codes)
        {
            return answer;
        }
        let found: Vec<(Numbered<'a>, Found<'a>)> = self
            .segments()
            .map(|(of, from, to)| (of, wanted.find(of, from, to)))
            .filter(|(_, found)| found.count() > 0)
            .collect();
        match self.q.sort {
            Sort::CreatedAt => self.cut(found.into_iter().map(|(of, found)| by_created(of, found)).collect()),
            Sort::MinutesConsumed if wanted.is_all() => {
                let minutes = |(of, found): (Numbered<'a>, Found<'a>)| -> Option<Box<dyn Source + 'a>> {
                    let Found::All(from, to) = found else { return None };
                    Some(Box::new(Minutes::new(of, from, to)?))
                };
                self.cut(found.into_iter().filter_map(minutes).collect())
            }
            Sort::MinutesConsumed => self.by_minutes(&found),
        }
    }

    /// What sealed rows must have; `None` when none can match.
    fn wanted(&self) -> Option<Wanted<'a>> {
        let (q, sealed) = (self.q, &*self.snapshot.sealed);
        if q.status == Some(Status::Live) || sealed.segments.is_empty() {
            return None;
        }
        let peak = match (q.peak_min, q.peak_max) {
            (None, None) => None,
            (least, most) => Some((least.unwrap_or(0), most.unwrap_or(u64::MAX))),
        };
        let scope = q.meeting.map(|meeting| Codes::of_meeting(meeting, sealed));
        if scope.as_ref().is_some_and(|scope| scope.list.is_empty()) {
            return None;
        }
        let Some(term) = self.term else {
            return Some(Wanted {
                codes: scope,
                id: None,
                scope: None,
                peak,
                rows: sealed.rows,
                limits: self.limits,
            });
        };
        let codes = match &scope {
            Some(scope) => scope.with_term(term, sealed),
            None => Codes::of_term(term, sealed),
        };
        if codes.list.is_empty() && term.id.is_none() {
            return None;
        }
        let (rows, limits) = (sealed.rows, self.limits);
        Some(Wanted { codes: Some(codes), id: term.id.as_ref(), scope, peak, rows, limits })
    }

    /// The segments with the rows that the time filter leaves, if any.
    fn segments(&self) -> impl Iterator<Item = (Numbered<'a>, u32, u32)> {
        let (from_ms, to_ms) = (self.q.from_ms, self.q.to_ms);
        (0_u32..).zip(&self.snapshot.sealed.segments).filter_map(move |(number, segment)| {
            let of = Numbered { number, segment };
            let from = from_ms.map_or(0, |from| segment.lower_bound(from, 0));
            let after = to_ms.and_then(|to| to.checked_add(1));
            let to = after.map_or(segment.rows(), |after| segment.lower_bound(after, 0));
            (from < to).then_some((of, from, to))
        })
    }

    /// The total and the page of sealed sources and the tail.
    fn cut(&self, mut sources: Vec<Box<dyn Source + 'a>>) -> (u64, Vec<Place>) {
        sources.extend(in_memory(self));
        let total = sources.iter().map(|source| source.len()).sum();
        let page = select::page(&sources, self.q.ascending, self.q.offset, self.q.limit);
        (total, page)
    }

    /// Matches that are told by their code alone, in all of time: counted already. `None` when a walk to the page
    /// would be long.
    fn by_codes(&self, codes: &Codes) -> Option<(u64, Vec<Place>)> {
        let rows = self.snapshot.sealed.rows;
        let whole = self.segments().map(|(_, from, to)| u64::from(to - from)).sum::<u64>() == rows;
        if !whole {
            return None;
        }
        let tail = in_memory(self);
        let total = codes.sessions + tail.iter().map(|source| source.len()).sum::<u64>();
        let reach = Reach::new(total, self.q);
        let steps = reach.steps(rows, total);
        if steps > self.limits.walk || steps >= self.limits.lookup(codes.list.len(), codes.sessions) {
            return None;
        }
        let (ascending, budget) = (reach.ascending, Budget::new(self.limits.walk));
        let mut walks: Vec<Walk<'_>> = self
            .segments()
            .map(|(of, from, to)| -> Walk<'_> {
                let column = of.segment.codes();
                let test = move |row: u32| column.get(row as usize).is_some_and(|code| codes.has(*code));
                match self.q.sort {
                    Sort::CreatedAt => walk_created(of, (from, to), ascending, &budget, test),
                    Sort::MinutesConsumed => walk_minutes(of, ascending, &budget, test),
                }
            })
            .collect();
        walks.extend(tail.iter().map(|source| reach.walk(&**source)));
        let page = reach.page(walks);
        (!budget.is_spent()).then_some((total, page))
    }

    /// Any matches by minutes.
    fn by_minutes(&self, found: &[(Numbered<'a>, Found<'a>)]) -> (u64, Vec<Place>) {
        let tail = in_memory(self);
        let sealed: u64 = found.iter().map(|(_, found)| found.count()).sum();
        let total = sealed + tail.iter().map(|source| source.len()).sum::<u64>();
        let reach = Reach::new(total, self.q);
        let rows = found.iter().map(|(of, _)| u64::from(of.segment.rows())).sum();
        let few = sealed <= self.limits.sort;
        if !few && reach.steps(rows, total) <= self.limits.walk {
            let budget = Budget::new(self.limits.walk);
            let mut walks: Vec<Walk<'_>> = found
                .iter()
                .map(|(of, found)| walk_minutes(*of, reach.ascending, &budget, |row| found.has(row)))
                .collect();
            walks.extend(tail.iter().map(|source| reach.walk(&**source)));
            let page = reach.page(walks);
            if !budget.is_spent() {
                return (total, page);
            }
        }
        let mut sources: Vec<Box<dyn Source + '_>> = tail.into_iter().map(|source| source as _).collect();
        if few {
            let keys = found.iter().flat_map(|(of, found)| found.iter().map(|row| of.minutes(row)));
            sources.push(Box::new(Unsorted::new(keys.collect())));
        } else {
            sources.extend(found.iter().map(|(of, found)| -> Box<dyn Source + '_> {
                Box::new(PickedMinutes::new(*of, found, !reach.ascending))
            }));
        }
        let page = select::page(&sources, self.q.ascending, self.q.offset, self.q.limit);
        (total, page)
    }
}

fn by_created<'a>(of: Numbered<'a>, found: Found<'a>) -> Box<dyn Source + 'a> {
    match found {
        Found::All(from, to) => Box::new(Span { of, from, to }),
        Found::Rows(rows) => Box::new(Rows { of, rows }),
        Found::Set(rows) => Box::new(Picked { of, rows }),
    }
}

/// A page as it is walked to from the nearer end.
struct Reach {
    /// Direction of the walk.
    ascending: bool,
    /// Whether that is against the direction of the page.
    flipped: bool,
    skip: u64,
    take: u32,
}

impl Reach {
    fn new(total: u64, q: &Query) -> Self {
        let left = total.saturating_sub(q.offset);
        let take = u32::try_from(left).map_or(q.limit, |left| left.min(q.limit));
        let behind = left - u64::from(take);
        if behind < q.offset {
            Self { ascending: !q.ascending, flipped: true, skip: behind, take }
        } else {
            Self { ascending: q.ascending, flipped: false, skip: q.offset, take }
        }
    }

    /// How many of `rows` are met on the way when `matches` of them match.
    fn steps(&self, rows: u64, matches: u64) -> u64 {
        if self.take == 0 {
            return 0;
        }
        let reach = self.skip.saturating_add(u64::from(self.take));
        reach.saturating_mul(rows / matches.max(1) + 1)
    }

    /// The walk over a whole source.
    fn walk<'s>(&self, source: &'s dyn Source) -> Walk<'s> {
        source.walk(if self.ascending { 0 } else { source.len() }, self.ascending)
    }

    fn page(&self, walks: Vec<Walk<'_>>) -> Vec<Place> {
        let mut page = select::merge(walks, self.ascending, self.skip, self.take);
        if self.flipped {
            page.reverse();
        }
        page.into_iter().map(|(_, place)| place).collect()
    }
}
