//! The stays of one session or one room as columns in memory, with the orders that lists ask for.
//!
//! A row is a position in every column. Rows are only appended; a row changes once or twice, when its peer goes
//! away, comes back or leaves. Orders are permutations of the rows, kept sorted, so that the first and the deepest
//! page cost the same.

use std::collections::HashMap;
use std::mem::{size_of, take};

use sederunt_core::id::{PeerId, SessionId};
use sederunt_core::time::UnixMs;

use super::order::{self, Bits, Two};
use super::texts::Texts;
use crate::StaySort;

/// `left` and `until` of a stay that goes on.
pub(super) const OPEN: i64 = i64::MAX;

/// `user` of somebody without a user id.
const NOBODY: u32 = u32::MAX;

/// What a list needs to know of a stay; the rest is read when it is on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub peer: PeerId,
    pub joined_at: UnixMs,
    pub left_at: Option<UnixMs>,
    /// When it went away, if it is away.
    pub away_since: Option<UnixMs>,
    /// What a search looks through: texts that are folded, and ids as they are printed.
    pub texts: Vec<String>,
    pub user: Option<String>,
}

impl Entry {
    fn left(&self) -> i64 {
        self.left_at.map_or(OPEN, |t| t.0)
    }

    fn until(&self) -> i64 {
        self.left_at.or(self.away_since).map_or(OPEN, |t| t.0)
    }
}

/// Which stays a list is about.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filter<'a> {
    /// Folded text.
    pub search: Option<&'a str>,
    pub user: Option<&'a str>,
    pub connecting: Option<bool>,
}

/// Order and place of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub sort: StaySort,
    pub ascending: bool,
    pub now: UnixMs,
    pub offset: u64,
    /// `None` = to the end.
    pub limit: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Columns {
    sessions: Vec<SessionId>,
    /// Position in `sessions`.
    session: Vec<u32>,
    peer: Vec<u128>,
    joined: Vec<i64>,
    left: Vec<i64>,
    /// End of the interval as far as it is certain: left, else away since.
    until: Vec<i64>,
    user: Vec<u32>,
    users: HashMap<Box<str>, u32>,
    texts: Texts,
    /// Rows whose `left` is not set: only these can change.
    open: HashMap<(u32, u128), u32>,
    by_joined: Vec<u32>,
    by_left: Vec<u32>,
    /// Rows whose length is certain, by it.
    by_length: Vec<u32>,
    /// The others, latest join first: shortest first, whatever the instant.
    ticking: Vec<u32>,
}

impl Columns {
    /// Number of stays.
    pub(super) fn len(&self) -> usize {
        self.peer.len()
    }

    /// Memory that is held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.session.capacity() * size_of::<u32>()
            + self.peer.capacity() * size_of::<u128>()
            + (self.joined.capacity() + self.left.capacity() + self.until.capacity()) * size_of::<i64>()
            + self.user.capacity() * size_of::<u32>();
        let orders = self.by_joined.capacity()
            + self.by_left.capacity()
            + self.by_length.capacity()
            + self.ticking.capacity();
        let users: usize = self.users.keys().map(|u| u.len()).sum();
        rows + orders * size_of::<u32>()
            + self.texts.bytes()
            + users
            + self.users.capacity() * size_of::<(Box<str>, u32, u64)>()
            + self.sessions.capacity() * size_of::<SessionId>()
            + self.open.capacity() * size_of::<(u32, u128, u32, u64)>()
    }

    /// The sessions, in the order of their numbers.
    pub(super) fn sessions(&self) -> &[SessionId] {
        &self.sessions
    }

    /// A number for one more session.
    pub(super) fn add_session(&mut self, id: SessionId) -> u32 {
        self.sessions.push(id);
        number(self.sessions.len() - 1)
    }

    /// Appends rows for a first load; [`Self::sort`] follows after the last.
    pub(super) fn load(&mut self, session: u32, entries: &[Entry]) {
        for entry in entries {
            self.append(session, entry);
        }
    }

    /// Sorts everything and gives back what growing took too much of.
    pub(super) fn sort(&mut self) {
        let rows: Vec<u32> = (0..number(self.len())).collect();
        self.order(&rows, Vec::new());
        self.session.shrink_to_fit();
        self.peer.shrink_to_fit();
        self.joined.shrink_to_fit();
        self.left.shrink_to_fit();
        self.until.shrink_to_fit();
        self.user.shrink_to_fit();
        self.texts.shrink();
    }

    /// Appends rows and changes those that are there; a peer of a session is one row and comes once.
    pub(super) fn put(&mut self, entries: &[(u32, Entry)]) {
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for (session, entry) in entries {
            let key = (*session, entry.peer.as_u128());
            match self.open.get(&key).copied() {
                None => added.push(self.append(*session, entry)),
                Some(row) => {
                    changed.push(row);
                    let at = row as usize;
                    (self.left[at], self.until[at]) = (entry.left(), entry.until());
                    if entry.left_at.is_some() {
                        self.open.remove(&key);
                    }
                }
            }
        }
        if !changed.is_empty() {
            let moved = Bits::of(self.len(), &changed);
            for order in [&mut self.by_left, &mut self.by_length, &mut self.ticking] {
                order.retain(|row| !moved.has(*row));
            }
        }
        self.order(&added, changed);
    }

    /// Puts `added` rows into all orders, and `changed` ones into those that depend on the end of a stay.
    fn order(&mut self, added: &[u32], changed: Vec<u32>) {
        self.by_joined = order::merged(take(&mut self.by_joined), added.to_vec(), |row| self.joined_key(row));
        let mut rows = changed;
        rows.extend(added);
        self.by_left = order::merged(take(&mut self.by_left), rows.clone(), |row| self.left_key(row));
        let (ticking, certain): (Vec<u32>, Vec<u32>) =
            rows.into_iter().partition(|row| self.until[*row as usize] == OPEN);
        self.by_length = order::merged(take(&mut self.by_length), certain, |row| self.length_key(row));
        self.ticking = order::merged(take(&mut self.ticking), ticking, |row| self.ticking_key(row));
    }

    fn append(&mut self, session: u32, entry: &Entry) -> u32 {
        let row = number(self.len());
        let peer = entry.peer.as_u128();
        self.session.push(session);
        self.peer.push(peer);
        self.joined.push(entry.joined_at.0);
        self.left.push(entry.left());
        self.until.push(entry.until());
        let user = match &entry.user {
            None => NOBODY,
            Some(user) => {
                let next = number(self.users.len());
                *self.users.entry(user.as_str().into()).or_insert(next)
            }
        };
        self.user.push(user);
        self.texts.push(&entry.texts);
        if entry.left_at.is_none() {
            self.open.insert((session, peer), row);
        }
        row
    }

    /// The number of all matches, and the keys of those at the place.
    pub(super) fn page(&self, filter: &Filter<'_>, place: &Place) -> (u64, Vec<(SessionId, PeerId)>) {
        let matches = self.matches(filter);
        let total = matches.as_ref().map_or(self.len(), Bits::count);
        let from = usize::try_from(place.offset).unwrap_or(usize::MAX).min(total);
        let count = place.limit.map_or(total, |n| n as usize).min(total - from);
        if count == 0 {
            return (total as u64, Vec::new());
        }
        let range = if place.ascending { from..from + count } else { total - from - count..total - from };
        let kept = |rows| order::kept(rows, matches.as_ref());
        let mut rows = match place.sort {
            StaySort::JoinedAt => kept(&self.by_joined)[range].to_vec(),
            StaySort::LeftAt => kept(&self.by_left)[range].to_vec(),
            StaySort::Duration => {
                let ticking = self.ticking_at(place.now);
                let two = Two { a: &kept(&self.by_length), b: &kept(&ticking) };
                two.range(range, |row| self.length_at(row, place.now))
            }
        };
        if !place.ascending {
            rows.reverse();
        }
        (total as u64, rows.into_iter().map(|row| self.key(row)).collect())
    }

    /// The rows that match; `None` when all do.
    fn matches(&self, filter: &Filter<'_>) -> Option<Bits> {
        let mut all: Option<Bits> = filter.search.map(|text| self.texts.containing(text));
        let mut and = |bits: Bits| match &mut all {
            Some(all) => all.and(&bits),
            None => all = Some(bits),
        };
        if let Some(user) = filter.user {
            and(match self.users.get(user) {
                Some(no) => Bits::from_fn(self.len(), |row| self.user[row] == *no),
                None => Bits::from_fn(self.len(), |_| false),
            });
        }
        if let Some(connecting) = filter.connecting {
            and(Bits::from_fn(self.len(), |row| (self.left[row] == OPEN) == connecting));
        }
        all
    }

    /// Ticking rows, shortest at `now` first. A join after `now` has no length yet, as one of that very instant.
    fn ticking_at(&self, now: UnixMs) -> std::borrow::Cow<'_, [u32]> {
        let unborn = self.ticking.partition_point(|row| self.joined[*row as usize] >= now.0);
        if unborn < 2 {
            return (&self.ticking).into();
        }
        let mut rows = self.ticking.clone();
        rows[..unborn].sort_unstable_by_key(|row| self.peer[*row as usize]);
        rows.into()
    }

    fn key(&self, row: u32) -> (SessionId, PeerId) {
        let row = row as usize;
        (self.sessions[self.session[row] as usize], PeerId::from_u128(self.peer[row]))
    }

    // A peer id is unique in its session only; a room sorts such ties by session.
    fn tie(&self, row: u32) -> (u128, u128) {
        let (session, peer) = self.key(row);
        (peer.as_u128(), session.as_u128())
    }

    fn joined_key(&self, row: u32) -> (i64, (u128, u128)) {
        (self.joined[row as usize], self.tie(row))
    }

    fn left_key(&self, row: u32) -> (i64, (u128, u128)) {
        (self.left[row as usize], self.tie(row))
    }

    fn ticking_key(&self, row: u32) -> (std::cmp::Reverse<i64>, u128) {
        (std::cmp::Reverse(self.joined[row as usize]), self.peer[row as usize])
    }

    fn length_key(&self, row: u32) -> (i64, u128) {
        let at = row as usize;
        (UnixMs(self.until[at]).since(UnixMs(self.joined[at])), self.peer[at])
    }

    fn length_at(&self, row: u32, now: UnixMs) -> (i64, u128) {
        let at = row as usize;
        let until = if self.until[at] == OPEN { now } else { UnixMs(self.until[at]) };
        (until.since(UnixMs(self.joined[at])), self.peer[at])
    }
}

/// A position as it is stored. Columns are bounded in bytes, far below 2³² rows.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
