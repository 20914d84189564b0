//! Who waits at the door: people whose transports were taken from them while their client still believes in them
//! (MEDIA §3.2).
//!
//! A client that is let in while it believes keeps what is dead, or resets it next to timers of its own, which then take
//! down what the reset opens: it never joins, or it joins with microphone and camera off. Its checks are refused from now
//! on, so after [`RETURN_WAIT`] every belief is gone and every timer has run out; on a busy machine checks come late, and
//! so does the end of the timers. A client that hears nothing, because its network is away, needs until [`LOSS_WAIT`]
//! after its loss.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sederunt_core::id::{MeetingId, PeerId};
use sederunt_sfu::PeerTag;

/// From the first refusal until a client has given up its transports: it checks every 2.5 s, then waits for 2.0 s. Below
/// the 5 s that it waits for a socket.
pub const RETURN_WAIT: Duration = Duration::from_millis(4_700);

/// From a refusal until the client has given up the transport that it asked after: its timer of 2.0 s, and a little.
const REFUSED_WAIT: Duration = Duration::from_millis(2_400);

/// From the loss of a client that hears nothing until it has given up its transports: it believes for 7.6 s at most, then
/// waits for 2.0 s, and has tried in vain to open others within 1 s more. When that is more than the 5 s that it waits for
/// a socket, it comes once more. Nobody waits longer than this.
pub const LOSS_WAIT: Duration = Duration::from_millis(10_600);

/// People who are waited for at once; the oldest make room. All that recovery names, and as many again.
pub const RETURNING_MAX: usize = 2 * sederunt_store::RETURNING_MAX;

type Who = (MeetingId, PeerId);

/// The people that are waited for. An entry lasts until the door opens.
#[derive(Debug, Default)]
pub(crate) struct Returning {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    gone: HashMap<Who, Gone>,
    /// By when an entry may be forgotten, oldest first; it may have been renewed since.
    order: VecDeque<(Instant, Who)>,
    /// Whose checks have a tag. Two peers in sixty-nine billion share one; the latest has it.
    by_tag: HashMap<PeerTag, Who>,
}

#[derive(Debug, Clone, Copy)]
struct Gone {
    /// When the door opens, as far as is known.
    opens: Instant,
    /// When it opens in any case, and the entry is forgotten.
    latest: Instant,
    tag: Option<PeerTag>,
}

impl Returning {
    /// The transports of this peer are no more since then; before, it had been `away` for so long. Its checks have this
    /// tag.
    pub(crate) fn gone(&self, since: Instant, away: Duration, who: Who, tag: Option<PeerTag>) {
        let wait = if away.is_zero() { RETURN_WAIT } else { RETURN_WAIT.max(LOSS_WAIT.saturating_sub(away)) };
        let latest = since + LOSS_WAIT;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.forget_open(since);
        if state.order.len() >= RETURNING_MAX {
            state.forget_oldest();
        }
        state.gone.insert(who, Gone { opens: since + wait, latest, tag });
        state.order.push_back((latest, who));
        if let Some(tag) = tag {
            state.by_tag.insert(tag, who);
        }
    }

    /// A client was told `now` that its transport of this tag is no more.
    pub(crate) fn refused(&self, now: Instant, whose: PeerTag) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(who) = state.by_tag.get(&whose).copied() else { return };
        if let Some(gone) = state.gone.get_mut(&who) {
            gone.opens = gone.opens.max(now + REFUSED_WAIT).min(gone.latest);
        }
    }

    /// When the door opens for this peer; `None` when it is open at `now`.
    pub(crate) fn opens_at(&self, now: Instant, who: Who) -> Option<Instant> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.gone.get(&who).map(|gone| gone.opens).filter(|at| *at > now)
    }
}

impl State {
    fn forget_open(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(latest, _)| *latest <= now) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((latest, who)) = self.order.pop_front() else { return };
        if self.gone.get(&who).is_none_or(|gone| gone.latest != latest) {
            return;
        }
        let tag = self.gone.remove(&who).and_then(|gone| gone.tag);
        if let Some(tag) = tag.filter(|tag| self.by_tag.get(tag) == Some(&who)) {
            self.by_tag.remove(&tag);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sederunt_sfu::IceKey;

    const SECOND: Duration = Duration::from_secs(1);

    fn meeting(id: u128) -> MeetingId {
        MeetingId::from_u128(id)
    }

    fn peer(id: usize) -> PeerId {
        PeerId::from_u128(id as u128)
    }

    #[test]
    fn the_door_is_closed_for_who_is_gone_and_for_nobody_else() {
        let returning = Returning::default();
        let now = Instant::now();
        returning.gone(now, Duration::ZERO, (meeting(1), peer(1)), None);
        let opens = now + RETURN_WAIT;
        assert_eq!(returning.opens_at(now, (meeting(1), peer(1))), Some(opens));
        assert_eq!(returning.opens_at(opens - SECOND, (meeting(1), peer(1))), Some(opens));
        assert_eq!(returning.opens_at(opens, (meeting(1), peer(1))), None);
        assert_eq!(returning.opens_at(now, (meeting(1), peer(2))), None);
        assert_eq!(returning.opens_at(now, (meeting(2), peer(1))), None);
        // Gone again.
        returning.gone(now + 3 * SECOND, Duration::ZERO, (meeting(1), peer(1)), None);
        returning.gone(now + 5 * SECOND, Duration::ZERO, (meeting(1), peer(2)), None);
        let again = now + 3 * SECOND + RETURN_WAIT;
        assert_eq!(returning.opens_at(now + 5 * SECOND, (meeting(1), peer(1))), Some(again));
    }

    #[test]
    fn who_heard_nothing_for_a_short_time_waits_longer() {
        let returning = Returning::default();
        let now = Instant::now();
        for (peer_id, away, wait) in
            [(1, 3, LOSS_WAIT - 3 * SECOND), (2, 6, RETURN_WAIT), (3, 20, RETURN_WAIT)]
        {
            returning.gone(now, away * SECOND, (meeting(1), peer(peer_id)), None);
            assert_eq!(
                returning.opens_at(now, (meeting(1), peer(peer_id))),
                Some(now + wait),
                "away for {away} s"
            );
            assert_eq!(returning.opens_at(now + wait, (meeting(1), peer(peer_id))), None);
        }
    }

    #[test]
    fn who_asks_late_waits_longer_but_not_for_ever() {
        let returning = Returning::default();
        let (now, who, key) = (Instant::now(), (meeting(1), peer(1)), IceKey([7; 32]));
        returning.gone(now, Duration::ZERO, who, Some(key.tag(1)));
        returning.refused(now + SECOND, key.tag(1));
        assert_eq!(returning.opens_at(now, who), Some(now + RETURN_WAIT), "in time");
        returning.refused(now + 4 * SECOND, key.tag(2));
        assert_eq!(returning.opens_at(now, who), Some(now + RETURN_WAIT), "somebody else");
        returning.refused(now + 4 * SECOND, key.tag(1));
        assert_eq!(returning.opens_at(now, who), Some(now + 4 * SECOND + REFUSED_WAIT));
        returning.refused(now + 10 * SECOND, key.tag(1));
        assert_eq!(returning.opens_at(now, who), Some(now + LOSS_WAIT));
        assert_eq!(returning.opens_at(now + LOSS_WAIT, who), None);
        returning.gone(now + LOSS_WAIT, Duration::ZERO, (meeting(1), peer(2)), None);
        assert!(returning.state.lock().unwrap().by_tag.is_empty());
    }

    #[test]
    fn entries_are_forgotten_in_time_and_bounded() {
        let returning = Returning::default();
        let now = Instant::now();
        for id in 0..RETURNING_MAX + 10 {
            returning.gone(now, Duration::ZERO, (meeting(1), peer(id)), None);
        }
        let sizes = |returning: &Returning| {
            let state = returning.state.lock().unwrap();
            (state.gone.len(), state.order.len())
        };
        assert_eq!(sizes(&returning), (RETURNING_MAX, RETURNING_MAX));
        assert_eq!(returning.opens_at(now, (meeting(1), peer(9))), None, "the oldest made room");
        assert!(returning.opens_at(now, (meeting(1), peer(10))).is_some());
        returning.gone(now + LOSS_WAIT, Duration::ZERO, (meeting(1), peer(0)), None);
        assert_eq!(sizes(&returning), (1, 1));
    }
}
