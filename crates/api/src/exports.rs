//! Turns of exports: few at a time, fewer of one token, and none for ever.

use std::sync::{Arc, Mutex, PoisonError};

use sederunt_core::time::UnixMs;

use crate::limit::{EXPORT_MS, EXPORTS_MAX, EXPORTS_PER_TOKEN};

/// Exports under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exports {
    under_way: Arc<Mutex<UnderWay>>,
}

#[derive(Debug, Default)]
struct UnderWay {
    /// Number of the next one.
    next: u64,
    /// At most [`EXPORTS_MAX`].
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    number: u64,
    /// SHA-256 of the token that it is for.
    token: [u8; 32],
    /// It counts no longer, even if its client never reads on.
    until: UnixMs,
}

/// Why there is no turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoTurn {
    /// The token has as many as it may.
    OfToken,
    /// The server has.
    OfAll,
}

/// The turn of one export; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    exports: Exports,
    number: u64,
    until: UnixMs,
}

impl Exports {
    /// A turn for the token with this hash, from `now` on the steady clock.
    pub(crate) fn turn(&self, token: [u8; 32], now: UnixMs) -> Result<Turn, NoTurn> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let UnderWay { next, open } = &mut *under_way;
        open.retain(|export| now < export.until);
        if open.iter().filter(|export| export.token == token).count() >= EXPORTS_PER_TOKEN {
            return Err(NoTurn::OfToken);
        }
        if open.len() >= EXPORTS_MAX {
            return Err(NoTurn::OfAll);
        }
        let (number, until) = (*next, now.plus_ms(EXPORT_MS));
        *next += 1;
        open.push(Open { number, token, until });
        drop(under_way);
        Ok(Turn { exports: self.clone(), number, until })
    }
}

impl Turn {
    /// Whether it has lasted as long as it may.
    pub(crate) fn is_over(&self, now: UnixMs) -> bool {
        now >= self.until
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.exports.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.open.retain(|export| export.number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_two_and_all_have_four() {
        let exports = Exports::default();
        let turn = |token| exports.turn([token; 32], UnixMs(0));
        let (first, _second) = (turn(1).unwrap(), turn(1).unwrap());
        assert_eq!(turn(1).unwrap_err(), NoTurn::OfToken);
        let _others = (turn(2).unwrap(), turn(3).unwrap());
        assert_eq!(turn(4).unwrap_err(), NoTurn::OfAll);
        drop(first);
        let _again = turn(1).unwrap();
        assert_eq!(turn(1).unwrap_err(), NoTurn::OfToken);
    }

    #[test]
    fn one_that_stands_still_gives_its_turn_away_in_the_end() {
        let exports = Exports::default();
        let old = [exports.turn([1; 32], UnixMs(0)).unwrap(), exports.turn([1; 32], UnixMs(1)).unwrap()];
        assert_eq!(exports.turn([1; 32], UnixMs(EXPORT_MS - 1)).unwrap_err(), NoTurn::OfToken);
        assert!(!old[0].is_over(UnixMs(EXPORT_MS - 1)) && old[0].is_over(UnixMs(EXPORT_MS)));
        let new = exports.turn([1; 32], UnixMs(EXPORT_MS)).unwrap();
        assert_eq!(exports.turn([1; 32], UnixMs(EXPORT_MS)).unwrap_err(), NoTurn::OfToken);
        // What was given away is not given back once more.
        let [first, second] = old;
        drop(first);
        assert_eq!(exports.turn([1; 32], UnixMs(EXPORT_MS)).unwrap_err(), NoTurn::OfToken);
        drop((second, new));
        assert!(exports.under_way.lock().unwrap().open.is_empty());
    }
}
