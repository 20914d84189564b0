//! Whose stays are watched, and what was seen of them since it was kept last.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
/// Events of a stay in one row: a mute button that is held down is no more than that.
const EVENTS_MAX: usize = 256;

/// A peer of a room, by the wire's id.
pub(super) type Key = (RoomTag, PeerId);

/// A stay that is watched.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) session: SessionId,
    /// The stay's id.
    pub(crate) stay: PeerId,
    /// When its socket was accepted.
    pub(crate) created_at: UnixMs,
    /// Its session's own time minus the steady clock.
    pub(crate) offset_ms: i64,
}

/// What is to be kept now.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) key: Key,
    pub(super) session: SessionId,
    pub(super) stay: PeerId,
    pub(super) body: String,
}

/// What has become of things that were seen. Its name is that of a counter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lost {
    /// The stay has enough.
    pub(super) full: u64,
    /// Nobody's stay: whoever is on the set-up screen, or a bot.
    pub(super) no_stay: u64,
}

#[derive(Debug)]
struct Entry {
    watched: Watched,
    seen: Seen,
    /// Since when something waits here, on the steady clock.
    since: Option<UnixMs>,
    /// What is being written.
    writing: Option<Seen>,
    bytes: usize,
    /// Its socket is lost.
    is_away: bool,
    /// Its media is closed since then.
    closed: Option<UnixMs>,
}

/// All watched stays. They are those of peers whose media is open, and of some a moment longer.
#[derive(Debug, Default)]
pub(crate) struct Book {
    entries: Mutex<HashMap<Key, Entry>>,
}

impl Book {
    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this stay is watched.
    pub(super) fn begin(&self, key: Key, watched: Watched, now: UnixMs) {
        let mut entry = Entry {
            watched,
            seen: Seen::default(),
            since: None,
            writing: None,
            bytes: 0,
            is_away: false,
            closed: None,
        };
        entry.happened(entry.watched.created_at, Happening::WebsocketConnected, now);
        self.entries().insert(key, entry);
    }

    /// Its media is closed.
    pub(super) fn end(&self, key: Key, now: UnixMs) {
        if let Some(entry) = self.entries().get_mut(&key) {
            entry.closed.get_or_insert(now);
        }
    }

    /// Its socket was lost, came back, or the stay is over, at an instant of the session's own time.
    pub(super) fn socket(&self, key: Key, at: UnixMs, is_there: bool, now: UnixMs) {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(&key).filter(|entry| entry.is_away == is_there) else { return };
        entry.is_away = !is_there;
        entry.happened(at, if is_there { Happening::Reconnect } else { Happening::Disconnect }, now);
    }

    /// Something was seen at an instant of the steady clock.
    pub(super) fn see(&self, key: Key, at: UnixMs, what: Sight, addresses: bool) -> Lost {
        let mut entries = self.entries();
        let stay = |peer| entries.get(&(key.0, peer)).map_or(peer, |entry| entry.watched.stay);
        let Some(own) = entries.get(&key).map(|entry| at.plus_ms(entry.watched.offset_ms)) else {
            return Lost { no_stay: 1, ..Lost::default() };
        };
        let seen = moment::seen(what, own, addresses, stay);
        entries.get_mut(&key).map(|entry| entry.add(seen, at)).unwrap_or_default()
    }

    /// Up to `most` stays of which something is to be kept now; of `all` stays when the process ends.
    pub(super) fn due(&self, now: UnixMs, all: bool, most: usize) -> (Vec<Due>, Lost) {
        let (mut due, mut lost) = (Vec::new(), Lost::default());
        self.entries().retain(|key, entry| {
            let is_over = entry.closed.is_some_and(|at| now.since(at) >= LINGER_MS);
            let is_old = entry.since.is_some_and(|since| now.since(since) >= KEEP_EVERY_MS);
            if entry.writing.is_some() || due.len() >= most || !(all || is_over || is_old) {
                return true;
            }
            let Some(body) = entry.take() else { return !(is_over || all) };
            if entry.bytes.saturating_add(body.len()) > STAY_MAX_BYTES {
                entry.writing = None;
                lost.full += 1;
                return true;
            }
            entry.bytes = entry.bytes.saturating_add(body.len());
            due.push(Due { key: *key, session: entry.watched.session, stay: entry.watched.stay, body });
            true
        });
        (due, lost)
    }

    /// What was due is kept, or lost for good.
    pub(super) fn written(&self, keys: impl IntoIterator<Item = Key>) {
        let mut entries = self.entries();
        for key in keys {
            if let Some(entry) = entries.get_mut(&key) {
                entry.writing = None;
            }
        }
    }

    /// What is not kept yet of a stay.
    pub(crate) fn waiting(&self, session: SessionId, stay: PeerId) -> Seen {
        let entries = self.entries();
        let of = |entry: &&Entry| entry.watched.session == session && entry.watched.stay == stay;
        let Some(entry) = entries.values().find(of) else { return Seen::default() };
        let mut seen = entry.writing.clone().unwrap_or_default();
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
    fn take(&mut self) -> Option<String> {
        self.since = None;
        let seen = std::mem::take(&mut self.seen);
        if seen.is_empty() {
            return None;
        }
        let body = serde_json::to_string(&seen).ok()?;
        self.writing = Some(seen);
        Some(body)
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
        book.begin(KEY, watched, at(0));
        book
    }

    fn names(seen: &Seen) -> Vec<(i64, &'static str)> {
        seen.events.iter().map(|event| (event.at, event.what.as_str())).collect()
    }

    fn due(book: &Book, now: i64) -> Vec<Seen> {
        let (due, _) = book.due(at(now), false, 10);
        book.written(due.iter().map(|due| due.key));
        due.iter().map(|due| serde_json::from_str(&due.body).unwrap()).collect()
    }

    #[test]
    fn what_is_seen_waits_a_minute_and_can_be_read_meanwhile() {
        let book = book();
        assert_eq!(book.see(KEY, at(5), AUDIO, false), Lost::default());
        assert_eq!(due(&book, KEEP_EVERY_MS - 1), []);
        let expected = [(900, "websocket_connected"), (1_005, "audio_on")];
        assert_eq!(names(&book.waiting(session(), stay())), expected, "in the session's own time");
        let (kept, lost) = book.due(at(KEEP_EVERY_MS), false, 10);
        assert_eq!((kept.len(), lost), (1, Lost::default()));
        assert_eq!((kept[0].session, kept[0].stay), (session(), stay()));
        assert_eq!(names(&book.waiting(session(), stay())), expected, "while it is written");
        book.see(KEY, at(KEEP_EVERY_MS), AUDIO, false);
        assert_eq!(book.due(at(2 * KEEP_EVERY_MS), false, 10).0.len(), 0, "one at a time");
        book.written([KEY]);
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
        assert_eq!(book.entries().len(), 0);
        assert_eq!(book.see(KEY, at(12), AUDIO, false), Lost { full: 0, no_stay: 1 });
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
        let (mut rows, mut bytes, mut full) = (0, 0, 0);
        for minute in 1..=400 {
            let (kept, lost) = book.due(at(minute * KEEP_EVERY_MS), false, 10);
            rows += kept.len();
            bytes += kept.iter().map(|due| due.body.len()).sum::<usize>();
            full += lost.full;
            book.written([KEY]);
            for n in 0..EVENTS_MAX as i64 {
                book.see(KEY, at(minute * KEEP_EVERY_MS + n), AUDIO, false);
            }
        }
        assert!((200..300).contains(&rows) && bytes <= STAY_MAX_BYTES, "{rows} rows, {bytes} bytes");
        assert!(full > 100, "{full}");
    }

    #[test]
    fn at_the_end_everything_is_due_and_few_at_a_time_before() {
        let book = Book::default();
        for n in 0..5 {
            let watched =
                Watched { session: session(), stay: PeerId::from_u128(n), created_at: at(0), offset_ms: 0 };
            book.begin((RoomTag(1), PeerId::from_u128(n)), watched, at(0));
        }
        assert_eq!(book.due(at(KEEP_EVERY_MS), false, 2).0.len(), 2);
        assert_eq!(book.due(at(KEEP_EVERY_MS), false, 2).0.len(), 2);
        assert_eq!(book.due(at(0), true, 10).0.len(), 1);
    }
}
