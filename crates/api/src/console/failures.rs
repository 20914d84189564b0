//! Sign-ins that failed lately: whoever tries tokens one after the other is told to wait.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use sederunt_core::time::UnixMs;

use crate::limit::{SIGN_IN_FAILURES_MAX, SIGN_IN_FAILURES_MS, SIGN_IN_FAILURES_PER_ADDRESS};

/// Failures of the last minute, oldest first. At the bound further ones are not counted, so there are never more.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    lately: Mutex<VecDeque<(UnixMs, IpAddr)>>,
}

impl Failures {
    /// Whether a failure of an address at `now` is within the bounds; else the milliseconds until one is.
    pub(crate) fn may_try(&self, from: IpAddr, now: UnixMs) -> Result<(), i64> {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        while lately.front().is_some_and(|(at, _)| over_at(*at) <= now) {
            lately.pop_front();
        }
        let from = network(from);
        let nth_last = |own: bool, most: usize| {
            lately
                .iter()
                .rev()
                .filter(|(_, of)| !own || *of == from)
                .nth(most - 1)
                .map(|(at, _)| over_at(*at))
        };
        let until = nth_last(true, SIGN_IN_FAILURES_PER_ADDRESS).max(nth_last(false, SIGN_IN_FAILURES_MAX));
        until.map_or(Ok(()), |until| Err(until.since(now)))
    }

    /// An address gave a token that is none.
    pub(crate) fn failed(&self, from: IpAddr, now: UnixMs) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if lately.len() >= SIGN_IN_FAILURES_MAX {
            lately.pop_front();
        }
        lately.push_back((now, network(from)));
    }
}

fn over_at(at: UnixMs) -> UnixMs {
    at.plus_ms(SIGN_IN_FAILURES_MS)
}

/// An IPv4 address, or the /64 of an IPv6 address, which is what one customer of a provider has.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_waits_after_its_tenth_failure_of_a_minute() {
        let failures = Failures::default();
        let (own, other) = (address("2001:db8::1"), address("2001:db8:0:1::1"));
        for n in 0..10 {
            assert_eq!(failures.may_try(own, UnixMs(n)), Ok(()));
            failures.failed(own, UnixMs(n));
        }
        // The same network, and one beside it.
        assert_eq!(failures.may_try(address("2001:db8::2"), UnixMs(1_000)), Err(59_000));
        assert_eq!(failures.may_try(other, UnixMs(1_000)), Ok(()));
        // As each of them is a minute old, one more may follow.
        assert_eq!(failures.may_try(own, UnixMs(60_000)), Ok(()));
        failures.failed(own, UnixMs(60_000));
        assert_eq!(failures.may_try(own, UnixMs(60_000)), Err(1));
    }

    #[test]
    fn all_addresses_together_wait_after_a_hundred() {
        let failures = Failures::default();
        for n in 0..100_u8 {
            let from = address(&format!("10.0.0.{n}"));
            assert_eq!(failures.may_try(from, UnixMs(0)), Ok(()));
            failures.failed(from, UnixMs(0));
        }
        assert_eq!(failures.may_try(address("10.1.0.1"), UnixMs(1)), Err(59_999));
        assert_eq!(failures.may_try(address("10.1.0.1"), UnixMs(60_000)), Ok(()));
    }
}
