//! What a client and the SFU agreed upon for its receiving transport, and whether both know of it (PROTOCOL §6.4).

use crate::limit::NEGOTIATION_SETTLES_MS;
use crate::time::UnixMs;

/// The state of the descriptions of a receiving transport.
///
/// Offers and answers travel over the socket. When it breaks in the middle, one side has applied what the other knows
/// nothing of: the client has an m-line that we never heard to be accepted, or waits for an answer that was lost. Neither asks
/// again, and every later offer has the wrong m-lines.
#[derive(Debug, Default)]
pub(crate) struct Negotiation {
    /// An offer was sent, and not answered yet.
    is_offered: bool,
    /// The latest request or answer.
    latest: Option<UnixMs>,
    /// The socket broke in the middle.
    is_broken: bool,
}

impl Negotiation {
    /// A new transport: nothing is agreed upon yet.
    pub(crate) fn begin(&mut self) {
        *self = Self::default();
    }

    /// A request or an answer; `is_offered`: the client has to answer.
    pub(crate) fn goes_on(&mut self, now: UnixMs, is_offered: bool) {
        self.is_offered = is_offered;
        self.latest = Some(now);
    }

    /// The socket was there until `at`. Until `asked` there was a reason to negotiate of which we may not have heard yet.
    pub(crate) fn socket_lost(&mut self, at: UnixMs, asked: Option<UnixMs>) {
        let latest = self.latest.max(asked);
        self.is_broken |=
            self.is_offered || latest.is_some_and(|latest| latest.plus_ms(NEGOTIATION_SETTLES_MS) >= at);
    }

    /// Whether the socket broke in the middle since the transport was opened.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Moves every instant: the room's time was set.
    pub(crate) fn shift(&mut self, ms: i64) {
        self.latest = self.latest.map(|at| at.plus_ms(ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: UnixMs = UnixMs(1_000_000);

    /// Whether a socket that breaks `after` ms tears the negotiation, after what `so_far` does.
    fn tears(after: i64, asked: Option<UnixMs>, so_far: impl FnOnce(&mut Negotiation)) -> bool {
        let mut negotiation = Negotiation::default();
        so_far(&mut negotiation);
        negotiation.socket_lost(T.plus_ms(after), asked);
        negotiation.is_broken()
    }

    #[test]
    fn a_socket_that_breaks_in_the_middle_tears_it_and_one_that_breaks_later_does_not() {
        let settles = NEGOTIATION_SETTLES_MS;
        assert!(!tears(0, None, |_| {}));
        assert!(tears(3_600_000, None, |n| n.goes_on(T, true)), "an offer waits for its answer");
        assert!(tears(settles, None, |n| n.goes_on(T, false)), "the answer may be under way");
        assert!(!tears(settles + 1, None, |n| n.goes_on(T, false)));
        assert!(tears(settles, Some(T), |_| {}), "the request may be under way");
        assert!(!tears(settles + 1, Some(T), |_| {}));
        assert!(!tears(settles + 1, None, |n| {
            n.goes_on(T.plus_ms(1), false);
            n.shift(-1);
        }));
    }

    #[test]
    fn what_is_torn_stays_so_until_there_is_another_transport() {
        let mut negotiation = Negotiation::default();
        negotiation.goes_on(T, true);
        negotiation.socket_lost(T, None);
        negotiation.goes_on(T, false);
        assert!(negotiation.is_broken());
        negotiation.begin();
        assert!(!negotiation.is_broken());
    }
}
