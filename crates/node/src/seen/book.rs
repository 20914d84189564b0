//! Whose stays are watched, and what was seen of them since it was kept last.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sederunt_core::id::{PeerId, SessionId};
use sederunt_core::time::UnixMs;

use crate::media::{RoomTag, Sight};

use super::moment;
use super::words::{Happening, Seen, SeenEvent};

/// How long it waits in memory: so much of a running stay may be lost by a crash. A stay is then a row a minute.
const KEEP_EVERY_MS: i64 = 60_000;
/// How long after a stay's media is closed something may still be on its way from the media thread.
const LINGER_MS: i64 = 1_000;
/// Bytes that are kept of a stay, as of what its client says: some four hours of a call of four, two of one of thirty.
const STAY_MAX_BYTES: usize = 2 * 1024 * 1024;
/// What is remembered of a peer that has media and no stay yet: both of its transports, and each once more.
const EARLY_MAX: usize = 4;
/// Events of a stay in one row: a mute button that is held down is no more than that.
const EVENTS_MAX: usize = 256;

/// A peer of a room, by the wire's id.
pub(super) type Key = (RoomTag, PeerId);

/// Names an entry of the book: a peer that leaves and comes again has another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct EntryNo(u64);

/// A stay that is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) session: SessionId,
    /// The peer id by which the stay is recorded.
    pub(crate) stay: PeerId,
    /// When its socket was accepted.
    pub(crate) created_at: UnixMs,
    /// Its session's own time minus the steady clock.
    pub(crate) offset_ms: i64,
}

/// What is to be kept now.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) no: EntryNo,
    pub(super) session: SessionId,
    pub(super) stay: PeerId,
    pub(super) seen: Arc<Seen>,
}

/// What has become of things that were seen. Its name is that of a counter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// The stay has enough.
    pub(super) full: u64,
    /// Nobody's stay: whoever is on the set-up screen, or a bot.
    pub(super) no_stay: u64,
}

#[derive(Debug)]
struct Entry {
    /// `None` on the set-up screen.
    watched: Option<Watched>,
    /// What was seen there, on the steady clock.
    early: Vec<(UnixMs, Sight)>,
    seen: Seen,
    /// Since when something waits here, on the steady clock.
    since: Option<UnixMs>,
    /// What is being written.
    writing: Option<Arc<Seen>>,
    bytes: usize,
    /// Its socket is lost.
    is_away: bool,
    /// Its media is closed since then.
    closed: Option<UnixMs>,
}

/// All watched stays. They are those of peers whose media is open, and of some a moment longer.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    entries: HashMap<EntryNo, Entry>,
    /// Of peers whose media is open.
    open: HashMap<Key, EntryNo>,
    last: EntryNo,
}

impl Pages {
    fn entry(&self, key: Key) -> Option<&Entry> {
        self.entries.get(self.open.get(&key)?)
    }

    fn entry_mut(&mut self, key: Key) -> Option<&mut Entry> {
        self.entries.get_mut(self.open.get(&key)?)
    }
}

impl Book {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this peer has media.
    pub(super) fn open(&self, key: Key) {
        let entry = Entry {
            watched: None,
            early: Vec::new(),
            seen: Seen::default(),
            since: None,
            writing: None,
            bytes: 0,
            is_away: false,
            closed: None,
        };
        let mut pages = self.pages();
        let no = EntryNo(pages.last.0 + 1);
        pages.last = no;
        pages.entries.insert(no, entry);
        pages.open.insert(key, no);
    }

    /// It has a stay, which is watched from now on.
    pub(super) fn begin(&self, key: Key, watched: Watched, now: UnixMs) {
        let mut pages = self.pages();
        let Some(entry) = pages.entry_mut(key) else { return };
        let Watched { created_at, offset_ms, .. } = watched;
        entry.watched = Some(watched);
        entry.happened(created_at, Happening::WebsocketConnected, now);
        for (at, what) in std::mem::take(&mut entry.early) {
            // Nothing of it names another peer or an address.
            entry.add(moment::seen(what, at.plus_ms(offset_ms), false, |peer| peer), now);
        }
    }

    /// Its media is closed.
    pub(super) fn end(&self, key: Key, now: UnixMs) {
        if let Some(entry) = self.pages().entry_mut(key) {
            entry.closed.get_or_insert(now);
        }
    }

    /// Its socket was lost, came back, or the stay is over, at an instant of the session's own time.
    pub(super) fn socket(&self, key: Key, at: UnixMs, is_there: bool, now: UnixMs) {
        let mut pages = self.pages();
        let Some(entry) = pages.entry_mut(key).filter(|entry| entry.is_away == is_there) else { return };
        entry.is_away = !is_there;
        entry.happened(at, if is_there { Happening::Reconnect } else { Happening::Disconnect }, now);
    }

    /// Something was seen at an instant of the steady clock.
    pub(super) fn see(&self, key: Key, at: UnixMs, what: Sight, addresses: bool) -> Lost {
        let mut pages = self.pages();
        let lost = Lost { no_stay: 1, ..Lost::default() };
        let Some(entry) = pages.entry_mut(key) else { return lost };
        let Some(offset_ms) = entry.watched.as_ref().map(|watched| watched.offset_ms) else {
            if !matches!(what, Sight::Connected { .. }) || entry.early.len() >= EARLY_MAX {
                return lost;
            }
            entry.early.push((at, what));
            return Lost::default();
        };
        let stay = |peer| {
            let watched = pages.entry((key.0, peer)).and_then(|entry| entry.watched.as_ref());
            watched.map_or(peer, |watched| watched.stay)
        };
        let seen = moment::seen(what, at.plus_ms(offset_ms), addresses, stay);
        pages.entry_mut(key).map(|entry| entry.add(seen, at)).unwrap_or_default()
    }

    /// Up to `most` stays of which something is to be kept now; of `all` stays when the process ends.
    pub(super) fn due(&self, now: UnixMs, all: bool, most: usize) -> Vec<Due> {
        let mut due = Vec::new();
        let mut pages = self.pages();
        let Pages { entries, open, .. } = &mut *pages;
        entries.retain(|no, entry| {
            let is_over = entry.closed.is_some_and(|at| now.since(at) >= LINGER_MS);
            let is_old = entry.since.is_some_and(|since| now.since(since) >= KEEP_EVERY_MS);
            if entry.writing.is_some() || due.len() >= most || !(all || is_over || is_old) {
                return true;
            }
            let Some((seen, watched)) = entry.take().zip(entry.watched.as_ref()) else {
                return !(is_over || all);
            };
            due.push(Due { no: *no, session: watched.session, stay: watched.stay, seen });
            true
        });
        open.retain(|_, no| entries.contains_key(no));
        due
    }

    /// Whether a stay may have so many bytes more; then it has them.
    pub(super) fn takes(&self, no: EntryNo, bytes: usize) -> bool {
        let mut pages = self.pages();
        let Some(entry) = pages.entries.get_mut(&no) else { return false };
        let all = entry.bytes.saturating_add(bytes);
        let fits = all <= STAY_MAX_BYTES;
        if fits {
            entry.bytes = all;
        }
        fits
    }

    /// What was due is kept, or lost for good.
    pub(super) fn written(&self, entries: impl IntoIterator<Item = EntryNo>) {
        let mut pages = self.pages();
        for no in entries {
            if let Some(entry) = pages.entries.get_mut(&no) {
                entry.writing = None;
            }
        }
    }

    /// What is not kept yet of a stay.
    pub(crate) fn waiting(&self, session: SessionId, stay: PeerId) -> Seen {
        let pages = self.pages();
        let of = |entry: &&Entry| {
            entry.watched.as_ref().is_some_and(|watched| (watched.session, watched.stay) == (session, stay))
        };
        let Some(entry) = pages.entries.values().find(of) else { return Seen::default() };
        let mut seen = entry.writing.as_deref().cloned().unwrap_or_default();
        seen.append(entry.seen.clone());
        seen
    }
}

impl Entry {
    fn add(&mut self, seen: Seen, now: UnixMs) -> Lost {
        if seen.is_empty() {
            return Lost::default();
        }
        if self.bytes >= STAY_MAX_BYTES
            || self.seen.events.len().saturating_add(seen.events.len()) > EVENTS_MAX
        {
            return Lost { full: 1, ..Lost::default() };
        }
        self.since.get_or_insert(now);
        self.seen.append(seen);
        Lost::default()
    }

    fn happened(&mut self, at: UnixMs, what: Happening, now: UnixMs) {
        let events = vec![SeenEvent { at: at.0, what, side: None }];
        self.add(Seen { events, ..Seen::default() }, now);
    }

    /// What waits, to be written.
    fn take(&mut self) -> Option<Arc<Seen>> {
        self.since = None;
        let seen = std::mem::take(&mut self.seen);
        if seen.is_empty() {
            return None;
        }
        self.writing = Some(Arc::new(seen));
        self.writing.clone()
    }
}

#[cfg(test)]
mod tests {
    use sederunt_sfu::Kind;

    use super::*;

    const KEY: Key = (RoomTag(1), PeerId::from_u128(2));
    const AUDIO: Sight = Sight::Turned { kind: Kind::Audio, screen: false, on: true };

    fn at(ms: i64) -> UnixMs {
        UnixMs(ms)
    }

    fn session() -> SessionId {
        SessionId::from_u128(7)
    }

    fn stay() -> PeerId {
        PeerId::from_u128(8)
    }

    fn book() -> Book {
        let book = Book::default();
        let watched = Watched { session: session(), stay: stay(), created_at: at(900), offset_ms: 1_000 };
        book.open(KEY);
        book.begin(KEY, watched, at(0));
        book
    }

    fn names(seen: &Seen) -> Vec<(i64, &'static str)> {
        seen.events.iter().map(|event| (event.at, event.what.as_str())).collect()
    }

    fn due(book: &Book, now: i64) -> Vec<Seen> {
        let due = book.due(at(now), false, 10);
        book.written(due.iter().map(|due| due.no));
        due.iter().map(|due| (*due.seen).clone()).collect()
    }

    #[test]
    fn what_is_seen_waits_a_minute_and_can_be_read_meanwhile() {
        let book = book();
        assert_eq!(book.see(KEY, at(5), AUDIO, false), Lost::default());
        assert_eq!(due(&book, KEEP_EVERY_MS - 1), []);
        let expected = [(900, "websocket_connected"), (1_005, "audio_on")];
        assert_eq!(names(&book.waiting(session(), stay())), expected, "in the session's own time");
        let kept = book.due(at(KEEP_EVERY_MS), false, 10);
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].session, kept[0].stay), (session(), stay()));
        assert_eq!(names(&book.waiting(session(), stay())), expected, "while it is written");
        book.see(KEY, at(KEEP_EVERY_MS), AUDIO, false);
        assert_eq!(book.due(at(2 * KEEP_EVERY_MS), false, 10).len(), 0, "one at a time");
        book.written([kept[0].no]);
        assert_eq!(names(&book.waiting(session(), stay())), [(KEEP_EVERY_MS + 1_000, "audio_on")]);
        assert_eq!(due(&book, 2 * KEEP_EVERY_MS).len(), 1);
        assert!(book.waiting(session(), stay()).is_empty());
    }

    #[test]
    fn a_stay_whose_media_is_closed_is_kept_and_forgotten() {
        let book = book();
        book.end(KEY, at(10));
        book.see(KEY, at(11), AUDIO, false);
        assert_eq!(due(&book, 10 + LINGER_MS - 1), []);
        assert_eq!(names(&due(&book, 10 + LINGER_MS)[0]).len(), 2, "what was on its way is there");
        assert_eq!(due(&book, 10 + LINGER_MS), []);
        assert_eq!(book.pages().entries.len(), 0);
        assert_eq!(book.see(KEY, at(12), AUDIO, false), Lost { full: 0, no_stay: 1 });
    }

    #[test]
    fn what_is_seen_on_the_set_up_screen_is_of_the_stay_that_follows() {
        let book = Book::default();
        book.open(KEY);
        let no_stay = Lost { full: 0, no_stay: 1 };
        assert_eq!(book.see(KEY, at(3), AUDIO, false), no_stay, "nobody is heard from there");
        for n in 0..6 {
            let lost = book.see(KEY, at(n), Sight::Connected { consuming: n % 2 == 1 }, false);
            assert_eq!(lost, if n < 4 { Lost::default() } else { no_stay });
        }
        assert_eq!(due(&book, KEEP_EVERY_MS), []);
        let watched = Watched { session: session(), stay: stay(), created_at: at(999), offset_ms: 1_000 };
        book.begin(KEY, watched, at(10));
        let seen = book.waiting(session(), stay());
        assert_eq!(names(&seen)[..2], [(999, "websocket_connected"), (1_000, "transport_connected")]);
        assert_eq!(seen.events.len(), 5);
        // Whoever never joins leaves nothing.
        let other = (RoomTag(1), PeerId::from_u128(9));
        book.open(other);
        book.see(other, at(0), Sight::Connected { consuming: true }, false);
        book.end(other, at(0));
        book.end(KEY, at(0));
        assert_eq!((due(&book, LINGER_MS).len(), due(&book, LINGER_MS).len()), (1, 0));
        assert_eq!(book.pages().entries.len(), 0);
    }

    #[test]
    fn who_comes_again_has_a_page_of_its_own() {
        let book = book();
        book.end(KEY, at(10));
        book.open(KEY);
        let next =
            Watched { session: session(), stay: PeerId::from_u128(9), created_at: at(1), offset_ms: 0 };
        book.begin(KEY, next, at(20));
        book.see(KEY, at(20), AUDIO, false);
        assert_eq!(names(&book.waiting(session(), stay())), [(900, "websocket_connected")]);
        let second = book.waiting(session(), PeerId::from_u128(9));
        assert_eq!(names(&second), [(1, "websocket_connected"), (20, "audio_on")]);
        assert_eq!(due(&book, 10 + LINGER_MS).len(), 1, "the first is over");
        assert_eq!(due(&book, KEEP_EVERY_MS + 20).len(), 1);
        let pages = book.pages();
        assert_eq!((pages.entries.len(), pages.open.len()), (1, 1));
    }

    #[test]
    fn a_socket_is_lost_once() {
        let book = book();
        for (ms, is_there) in [(10, true), (20, false), (20, false), (30, true), (40, false), (50, false)] {
            book.socket(KEY, at(ms), is_there, at(ms));
        }
        let seen = book.waiting(session(), stay());
        assert_eq!(names(&seen)[1..], [(20, "disconnect"), (30, "reconnect"), (40, "disconnect")]);
    }

    #[test]
    fn a_stay_takes_so_much_and_no_more() {
        let book = book();
        let mut full = 0;
        for ms in 0..1_000 {
            full += book.see(KEY, at(ms), AUDIO, false).full;
        }
        assert_eq!(full, 1_001 - EVENTS_MAX as u64);
        let no = book.due(at(KEEP_EVERY_MS), false, 10)[0].no;
        assert!(book.takes(no, STAY_MAX_BYTES - 10) && !book.takes(no, 11) && book.takes(no, 10));
        assert_eq!(book.see(KEY, at(0), AUDIO, false).full, 1, "nothing more is remembered");
    }

    #[test]
    fn at_the_end_everything_is_due_and_few_at_a_time_before() {
        let book = Book::default();
        for n in 0..5 {
            let watched =
                Watched { session: session(), stay: PeerId::from_u128(n), created_at: at(0), offset_ms: 0 };
            let key = (RoomTag(1), PeerId::from_u128(n));
            book.open(key);
            book.begin(key, watched, at(0));
        }
        assert_eq!(book.due(at(KEEP_EVERY_MS), false, 2).len(), 2);
        assert_eq!(book.due(at(KEEP_EVERY_MS), false, 2).len(), 2);
        assert_eq!(book.due(at(0), true, 10).len(), 1);
    }
}
