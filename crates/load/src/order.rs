//! Packets in the order of their numbers, with a little patience for those that are repeated.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// So long is waited for a missing packet, as a decoder does that shows what it has.
pub const REPAIR_MAX: Duration = Duration::from_millis(500);
/// Packets that wait behind a missing one; more than come in [`REPAIR_MAX`] at the highest rates.
const WAITING_MAX: usize = 2_048;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// A packet, right behind the one before.
    Next(T),
    /// So many are given up.
    Lost(u64),
}

/// The packets of one stream.
#[derive(Debug)]
pub struct Order<T> {
    next: Option<u64>,
    highest: u64,
    waiting: BTreeMap<u64, T>,
    since: Option<Instant>,
    /// Packets that came, each once.
    pub received: u64,
    /// Of those, what came after a later one: repeated, carried by another one, or overtaken.
    pub late: u64,
    /// Packets given up.
    pub lost: u64,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { next: None, highest: 0, waiting: BTreeMap::new(), since: None, received: 0, late: 0, lost: 0 }
    }
}

impl<T> Order<T> {
    /// Whether a packet is waited for.
    pub fn misses(&self, seq: u64) -> bool {
        self.next.is_some_and(|next| (next..self.highest).contains(&seq)) && !self.waiting.contains_key(&seq)
    }

    /// Takes a packet by its extended number; what came before, or was given up, is nothing new.
    pub fn push(&mut self, now: Instant, seq: u64, packet: T, out: &mut Vec<Step<T>>) {
        let next = *self.next.get_or_insert(seq);
        if seq < next || self.waiting.contains_key(&seq) {
            return;
        }
        self.received += 1;
        self.late += u64::from(seq < self.highest);
        self.highest = self.highest.max(seq);
        if seq == next && self.waiting.is_empty() {
            self.next = Some(next + 1);
            out.push(Step::Next(packet));
            return;
        }
        self.waiting.insert(seq, packet);
        self.drain(now, out);
        if self.waiting.len() > WAITING_MAX {
            self.give_up(now, out);
        }
    }

    /// Takes a packet and those before it that it carries, each with how far back it is; what came by itself is nothing new.
    pub fn push_with(
        &mut self,
        now: Instant,
        seq: u64,
        packet: T,
        carried: impl IntoIterator<Item = (u64, T)>,
        out: &mut Vec<Step<T>>,
    ) {
        // First of all: what it carries is only known to be missing when it is there.
        self.push(now, seq, packet, out);
        for (back, packet) in carried {
            if let Some(seq) = seq.checked_sub(back).filter(|seq| self.misses(*seq)) {
                self.push(now, seq, packet, out);
            }
        }
    }

    /// When [`Self::tick`] has something to do.
    pub fn due(&self) -> Option<Instant> {
        self.since.map(|since| since + REPAIR_MAX)
    }

    /// Gives up what was waited for long enough.
    pub fn tick(&mut self, now: Instant, out: &mut Vec<Step<T>>) {
        while self.due().is_some_and(|due| due <= now) {
            self.give_up(now, out);
        }
    }

    fn give_up(&mut self, now: Instant, out: &mut Vec<Step<T>>) {
        let (Some(next), Some((first, _))) = (self.next, self.waiting.first_key_value()) else {
            self.since = None;
            return;
        };
        let missing = first - next;
        self.next = Some(*first);
        self.lost += missing;
        out.push(Step::Lost(missing));
        self.drain(now, out);
    }

    fn drain(&mut self, now: Instant, out: &mut Vec<Step<T>>) {
        let mut moved = false;
        while let Some(next) = self.next
            && let Some(packet) = self.waiting.remove(&next)
        {
            self.next = Some(next + 1);
            moved = true;
            out.push(Step::Next(packet));
        }
        // Another gap than before has its own time.
        self.since = match self.since {
            _ if self.waiting.is_empty() => None,
            Some(since) if !moved => Some(since),
            Some(_) | None => Some(now),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        order: Order<u64>,
        now: Instant,
    }

    impl Bench {
        fn new() -> Self {
            Self { order: Order::default(), now: Instant::now() }
        }

        fn push(&mut self, seq: u64) -> Vec<Step<u64>> {
            let mut out = Vec::new();
            self.order.push(self.now, seq, seq, &mut out);
            out
        }

        fn after(&mut self, wait: Duration) -> Vec<Step<u64>> {
            self.now += wait;
            let mut out = Vec::new();
            self.order.tick(self.now, &mut out);
            out
        }
    }

    use Step::{Lost, Next};

    #[test]
    fn what_is_late_is_put_in_its_place() {
        let mut b = Bench::new();
        assert_eq!(b.push(10), [Next(10)]);
        assert_eq!(b.push(12), []);
        assert!(b.order.misses(11) && !b.order.misses(12) && !b.order.misses(13) && !b.order.misses(9));
        assert_eq!(b.push(12), [], "twice");
        assert_eq!(b.push(11), [Next(11), Next(12)]);
        assert_eq!(b.push(9), [], "before the first");
        assert_eq!((b.order.received, b.order.late, b.order.lost, b.order.due()), (3, 1, 0, None));
    }

    #[test]
    fn what_a_packet_carries_is_put_in_its_place_if_it_is_missing() {
        let mut b = Bench::new();
        let mut push_with = |seq: u64, back: &[u64]| {
            let (mut out, carried) = (Vec::new(), back.iter().map(|back| (*back, seq - back)));
            b.order.push_with(b.now, seq, seq, carried, &mut out);
            out
        };
        assert_eq!(push_with(10, &[1]), [Next(10)], "nobody waits for what was before the first");
        assert_eq!(push_with(12, &[1]), [Next(11), Next(12)]);
        assert_eq!(push_with(13, &[1, 2]), [Next(13)]);
        assert_eq!(push_with(16, &[2, 1]), [Next(14), Next(15), Next(16)]);
        assert_eq!((b.order.received, b.order.late, b.order.lost), (7, 3, 0));
    }

    #[test]
    fn what_does_not_come_is_given_up_and_each_gap_has_its_own_time() {
        let mut b = Bench::new();
        b.push(1);
        b.push(4);
        b.now += REPAIR_MAX / 2;
        b.push(7);
        assert_eq!(b.after(REPAIR_MAX / 2), [Lost(2), Next(4)]);
        assert_eq!(b.after(REPAIR_MAX / 2), []);
        assert_eq!(b.after(REPAIR_MAX / 2), [Lost(2), Next(7)]);
        assert_eq!(b.push(5), [], "given up");
        assert_eq!((b.order.received, b.order.lost), (3, 4));
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut b = Bench::new();
        b.push(0);
        let steps: Vec<_> = (2..=WAITING_MAX as u64 + 2).flat_map(|seq| b.push(seq)).collect();
        assert_eq!(steps.len(), WAITING_MAX + 2);
        assert_eq!(steps[0], Lost(1));
    }
}
