//! Where somebody is in the changes of an app.

use sederunt_store::EventPage;

/// Everything up to here is dealt with: told, delivered, or not wanted. A sequence number of the ledger and nothing else, so
/// it can be kept wherever its owner keeps things (a client's `Last-Event-ID`, a row) and means the same after a restart,
/// at another process, and behind another filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(u64);

/// A cursor of another ledger, or of this one before a backup was put back: its changes would never come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{cursor} is beyond the end of the ledger, {durable}")]
pub struct Beyond {
    /// Where the cursor is.
    pub cursor: u64,
    /// The last fact of the ledger.
    pub durable: u64,
}

impl Cursor {
    /// At the last durable fact: only what comes from now on.
    pub fn at_end(durable: u64) -> Self {
        Self(durable)
    }

    /// One that was kept. Errors: the ledger, whose last durable fact is `durable`, has not come so far.
    pub fn kept(seq: u64, durable: u64) -> Result<Self, Beyond> {
        if seq > durable {
            return Err(Beyond { cursor: seq, durable });
        }
        Ok(Self(seq))
    }

    /// Some facts before the last durable one.
    pub fn before_end(durable: u64, facts: u64) -> Self {
        Self(durable.saturating_sub(facts))
    }

    /// The number to keep.
    pub fn seq(self) -> u64 {
        self.0
    }

    /// Goes on over a page, also one in which the filter hid everything.
    pub fn pass(&mut self, page: &EventPage) {
        self.move_to(page.through);
    }

    /// Goes on to a place further on; it never goes back.
    pub fn move_to(&mut self, through: u64) {
        self.0 = self.0.max(through);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_cursor_is_of_this_ledger() {
        assert_eq!(Cursor::kept(7, 7), Ok(Cursor::at_end(7)));
        assert_eq!(Cursor::kept(8, 7), Err(Beyond { cursor: 8, durable: 7 }));
        assert_eq!(Cursor::before_end(7, 1_000).seq(), 0);
    }

    #[test]
    fn it_never_goes_back() {
        let mut cursor = Cursor::at_end(5);
        cursor.move_to(9);
        cursor.move_to(3);
        assert_eq!(cursor.seq(), 9);
    }
}
