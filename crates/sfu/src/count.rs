//! Packets of one encoding by their numbers: how many were sent, and how many of them never came.

/// What has come of an encoding so far.
#[derive(Debug, Default)]
pub(crate) struct Count {
    ssrc: Option<u32>,
    first: u64,
    last: u64,
    received: u64,
    /// Of encodings that had this place before.
    expected_before: u64,
    lost_before: u64,
    /// Frames whose last packet came.
    pub(crate) frames: u64,
    /// Key frames whose first packet came.
    pub(crate) key_frames: u64,
    /// Width and height of the latest key frame that said so.
    pub(crate) size: Option<(u16, u16)>,
}

impl Count {
    /// A packet that was not there before, by its extended number. One that comes late fills its gap; true for one.
    pub(crate) fn packet(&mut self, ssrc: u32, seq: u64) -> bool {
        if self.ssrc != Some(ssrc) {
            (self.expected_before, self.lost_before) = (self.expected(), self.lost());
            (self.ssrc, self.first, self.last, self.received) = (Some(ssrc), seq, seq, 0);
        }
        let late = seq < self.last;
        self.first = self.first.min(seq);
        self.last = self.last.max(seq);
        self.received += 1;
        late
    }

    /// The source of the packets.
    pub(crate) fn ssrc(&self) -> Option<u32> {
        self.ssrc
    }

    /// Packets that were sent, as far as the numbers of those that came show.
    pub(crate) fn expected(&self) -> u64 {
        self.expected_before + self.span()
    }

    /// Those of them that have not come.
    pub(crate) fn lost(&self) -> u64 {
        self.lost_before + self.span().saturating_sub(self.received)
    }

    fn span(&self) -> u64 {
        if self.ssrc.is_some() { self.last - self.first + 1 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_losses_until_they_are_filled() {
        let mut count = Count::default();
        assert_eq!((count.expected(), count.lost()), (0, 0));
        for seq in [10, 11, 14, 15] {
            count.packet(7, seq);
        }
        assert_eq!((count.expected(), count.lost()), (6, 2));
        assert!(!count.packet(7, 16) && count.packet(7, 12), "it is late");
        assert_eq!((count.expected(), count.lost()), (7, 1));
        count.packet(7, 9);
        assert_eq!((count.expected(), count.lost()), (8, 1), "the first one came late");
    }

    #[test]
    fn an_encoding_that_begins_anew_goes_on_counting() {
        let mut count = Count::default();
        for seq in [10, 12] {
            count.packet(7, seq);
        }
        count.packet(8, 60_000);
        assert_eq!((count.ssrc(), count.expected(), count.lost()), (Some(8), 4, 1));
    }
}
