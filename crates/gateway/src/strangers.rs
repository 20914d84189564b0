//! What strangers may start: bounds per client address and per room, in bounded memory.
//!
//! An address is an IPv4 address or the /64 of an IPv6 address, which is what one customer of a provider has. The numbers
//! are those of a large office behind one address: nobody in it notices them, and one machine cannot do more than a large
//! office does.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sederunt_core::id::{MeetingId, ParticipantId};
use tokio::time::Instant;

/// Addresses, or rooms, that are told apart at a time; further ones share one allowance. 65 536 take 4 MiB.
const KEYS_MAX: usize = 65_536;
/// Pause between two looks through a full table for allowances that are whole again.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Something that may happen `burst` times at once, and then once in `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// Time in which one more is allowed.
    pub every: Duration,
}

/// Bounds of what strangers may start; [`Default`] has the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrangerLimits {
    /// `POST /meet/token` per address.
    pub entries_per_address: Rate,
    /// Entries of anonymous visitors per room.
    pub visits_per_room: Rate,
    /// Posts of call statistics per participant.
    pub posts_per_participant: Rate,
    /// Web sockets opened per address.
    pub sockets_per_address: Rate,
    /// Sockets of an address that are open and have not joined.
    pub waiting_per_address: u32,
    /// How long a socket may be open without joining.
    pub waiting_max: Duration,
}

impl Default for StrangerLimits {
    fn default() -> Self {
        Self {
            // Six hundred people of one office open the page in the same minute, and 7200 an hour after that. A token
            // costs a signature of half a millisecond.
            entries_per_address: Rate { burst: 600, every: Duration::from_millis(500) },
            // Two full rooms at once, and a full room in a hundred seconds.
            visits_per_room: Rate { burst: 2_000, every: Duration::from_millis(100) },
            // A client posts every seven seconds, and some more at its join and when it leaves.
            posts_per_participant: Rate { burst: 60, every: Duration::from_secs(1) },
            // The same office, each of them coming back five times after a restart of the server.
            sockets_per_address: Rate { burst: 3_000, every: Duration::from_millis(100) },
            // Half of what a room holds: one address alone cannot fill a room from its set-up screen.
            waiting_per_address: 500,
            // A lunch break at the set-up screen. The client then connects again by itself.
            waiting_max: Duration::from_secs(3_600),
        }
    }
}

impl StrangerLimits {
    /// The bounds per address, so many times as large; 0 = without bounds per address.
    #[must_use]
    pub fn per_address(self, factor: u32) -> Self {
        let times = |n: u32| if factor == 0 { u32::MAX } else { n.saturating_mul(factor) };
        let rate = |rate: Rate| Rate {
            burst: times(rate.burst),
            every: rate.every.checked_div(factor).unwrap_or(Duration::ZERO),
        };
        Self {
            entries_per_address: rate(self.entries_per_address),
            sockets_per_address: rate(self.sockets_per_address),
            waiting_per_address: times(self.waiting_per_address),
            ..self
        }
    }
}

/// Too many, for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// Name of the refusal, for counters and error bodies.
    pub(crate) kind: &'static str,
    /// When it is worth to ask again.
    pub(crate) retry_after: Duration,
}

/// Counts what strangers start.
#[derive(Debug)]
pub(crate) struct Strangers {
    limits: StrangerLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: Allowances<IpAddr>,
    visits: Allowances<MeetingId>,
    posts: Allowances<ParticipantId>,
    sockets: Allowances<IpAddr>,
    /// Sockets that have not joined; as many keys as such sockets at most.
    waiting: HashMap<IpAddr, u32>,
}

impl Strangers {
    pub(crate) fn new(limits: StrangerLimits) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody asks for a way in.
    pub(crate) fn entry(&self, from: IpAddr, now: Instant) -> Result<(), TooMany> {
        let asked = self.state().entries.take(network(from), self.limits.entries_per_address, now);
        asked.map_err(|retry_after| TooMany { kind: "TOO_MANY_ENTRIES", retry_after })
    }

    /// An anonymous visitor asks for a way into an open room.
    pub(crate) fn visit(&self, room: MeetingId, now: Instant) -> Result<(), TooMany> {
        let asked = self.state().visits.take(room, self.limits.visits_per_room, now);
        asked.map_err(|retry_after| TooMany { kind: "TOO_MANY_VISITS", retry_after })
    }

    /// A participant posts call statistics.
    pub(crate) fn post(&self, from: ParticipantId, now: Instant) -> Result<(), TooMany> {
        let asked = self.state().posts.take(from, self.limits.posts_per_participant, now);
        asked.map_err(|retry_after| TooMany { kind: "TOO_MANY_POSTS", retry_after })
    }

    /// A web socket is opened. It waits for its join until the place is dropped.
    pub(crate) fn socket(self: &Arc<Self>, from: IpAddr, now: Instant) -> Result<Place, TooMany> {
        let from = network(from);
        let mut state = self.state();
        let waiting = state.waiting.get(&from).copied().unwrap_or_default();
        if waiting >= self.limits.waiting_per_address {
            // Somebody of them joins or gives up: a guess.
            return Err(TooMany { kind: "TOO_MANY_WAITING", retry_after: Duration::from_secs(5) });
        }
        let opened = state.sockets.take(from, self.limits.sockets_per_address, now);
        opened.map_err(|retry_after| TooMany { kind: "TOO_MANY_SOCKETS", retry_after })?;
        state.waiting.insert(from, waiting + 1);
        drop(state);
        Ok(Place { strangers: Arc::clone(self), from, until: now + self.limits.waiting_max })
    }
}

/// The place of a socket that has not joined.
#[derive(Debug)]
pub(crate) struct Place {
    strangers: Arc<Strangers>,
    from: IpAddr,
    /// When its time is over.
    pub(crate) until: Instant,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.strangers.state();
        if let Some(waiting) = state.waiting.get_mut(&self.from) {
            *waiting = waiting.saturating_sub(1);
            if *waiting == 0 {
                state.waiting.remove(&self.from);
            }
        }
    }
}

/// What counts as one address: an IPv4 address, or the /64 of an IPv6 address.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Allowances of many keys. Of each one instant is kept: when its allowance is whole again (GCRA). Whoever has a whole
/// one need not be remembered.
#[derive(Debug)]
struct Allowances<K> {
    whole_at: HashMap<K, Instant>,
    /// Of all keys beyond [`KEYS_MAX`].
    rest: Option<Instant>,
    swept_at: Option<Instant>,
}

impl<K> Default for Allowances<K> {
    fn default() -> Self {
        Self { whole_at: HashMap::new(), rest: None, swept_at: None }
    }
}

impl<K: Eq + Hash> Allowances<K> {
    /// Takes one; else the time until there is one.
    fn take(&mut self, key: K, rate: Rate, now: Instant) -> Result<(), Duration> {
        if rate.every.is_zero() {
            return Ok(());
        }
        if !self.whole_at.contains_key(&key) && !self.has_place(now) {
            let whole_at = self.rest.unwrap_or(now);
            self.rest = Some(one_more(whole_at, rate, now)?);
            return Ok(());
        }
        let whole_at = self.whole_at.get(&key).copied().unwrap_or(now);
        self.whole_at.insert(key, one_more(whole_at, rate, now)?);
        Ok(())
    }

    fn has_place(&mut self, now: Instant) -> bool {
        if self.whole_at.len() >= KEYS_MAX && self.swept_at.is_none_or(|at| now - at >= SWEEP_EVERY) {
            self.swept_at = Some(now);
            self.whole_at.retain(|_, whole_at| *whole_at > now);
        }
        self.whole_at.len() < KEYS_MAX
    }
}

/// When an allowance is whole again after one more was taken; else the time until one can be taken.
fn one_more(whole_at: Instant, rate: Rate, now: Instant) -> Result<Instant, Duration> {
    let next = whole_at.max(now) + rate.every;
    let missing = (next - now).saturating_sub(rate.every.saturating_mul(rate.burst));
    if missing.is_zero() { Ok(next) } else { Err(missing) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sederunt_core::id::Id;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn entries(strangers: &Strangers, from: &str, now: Instant) -> u32 {
        (0..100_000).take_while(|_| strangers.entry(address(from), now).is_ok()).count() as u32
    }

    #[tokio::test(start_paused = true)]
    async fn an_office_gets_in_and_a_machine_that_goes_on_asking_does_not() {
        let strangers = Strangers::new(StrangerLimits::default());
        let now = Instant::now();
        assert_eq!(entries(&strangers, "203.0.113.7", now), 600);
        let refused = strangers.entry(address("203.0.113.7"), now).unwrap_err();
        assert_eq!((refused.kind, refused.retry_after), ("TOO_MANY_ENTRIES", Duration::from_millis(500)));
        assert_eq!(entries(&strangers, "203.0.113.8", now), 600, "another address has its own");
        let minute = now + Duration::from_secs(60);
        assert_eq!(entries(&strangers, "203.0.113.7", minute), 120);
        assert_eq!(entries(&strangers, "203.0.113.7", minute + Duration::from_secs(3_600)), 600);
        // A room has its own bound, whoever comes.
        let room = MeetingId(Id::mint(1, 1));
        assert_eq!((0..9_999).take_while(|_| strangers.visit(room, now).is_ok()).count(), 2_000);
        assert!(strangers.visit(MeetingId(Id::mint(1, 2)), now).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_ipv6_customer_is_one_address_and_a_mapped_ipv4_address_is_itself() {
        let strangers = Strangers::new(StrangerLimits::default());
        let now = Instant::now();
        assert_eq!(entries(&strangers, "2001:db8:1:2::1", now), 600);
        assert_eq!(entries(&strangers, "2001:db8:1:2:ffff::9", now), 0, "the same /64");
        assert_eq!(entries(&strangers, "2001:db8:1:3::1", now), 600);
        assert_eq!(entries(&strangers, "203.0.113.7", now), 600);
        assert_eq!(entries(&strangers, "::ffff:203.0.113.7", now), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_table_stays_as_it_is_and_the_others_share_one_allowance() {
        let mut table = Allowances::default();
        let rate = Rate { burst: 2, every: Duration::from_secs(1) };
        let now = Instant::now();
        for key in 0..KEYS_MAX + 10 {
            let taken = table.take(key, rate, now);
            assert_eq!(taken.is_ok(), key < KEYS_MAX + 2, "{key}");
        }
        assert_eq!(table.whole_at.len(), KEYS_MAX);
        assert!(table.take(7, rate, now).is_ok(), "who is known keeps an own allowance");
        // In time they are forgotten, and others have place.
        let later = now + Duration::from_secs(5);
        assert!(table.take(KEYS_MAX + 50, rate, later).is_ok());
        assert_eq!(table.whole_at.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn sockets_that_wait_are_counted_until_they_join_or_go() {
        let strangers = Strangers::new(StrangerLimits::default());
        let now = Instant::now();
        let mut places: Vec<Place> =
            (0..500).map(|_| strangers.socket(address("203.0.113.7"), now).unwrap()).collect();
        let refused = strangers.socket(address("203.0.113.7"), now).unwrap_err();
        assert_eq!(refused.kind, "TOO_MANY_WAITING");
        assert!(strangers.socket(address("203.0.113.8"), now).is_ok());
        places.pop();
        assert!(strangers.socket(address("203.0.113.7"), now).is_ok());
        places.clear();
        assert!(strangers.state().waiting.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn bounds_per_address_can_be_raised_and_taken_away() {
        let now = Instant::now();
        let twice = Strangers::new(StrangerLimits::default().per_address(2));
        assert_eq!(entries(&twice, "203.0.113.7", now), 1_200);
        let refused = twice.entry(address("203.0.113.7"), now).unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_millis(250));
        let none = Strangers::new(StrangerLimits::default().per_address(0));
        assert_eq!(entries(&none, "203.0.113.7", now), 100_000);
        assert!(none.socket(address("203.0.113.7"), now).is_ok());
        let room = MeetingId(Id::mint(1, 1));
        assert_eq!((0..9_999).take_while(|_| none.visit(room, now).is_ok()).count(), 2_000);
    }
}
