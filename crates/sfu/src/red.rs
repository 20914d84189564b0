//! Redundancy of sound (RFC 2198): a packet carries those before it, so that one that is lost is heard all the same.

use std::collections::VecDeque;
use std::sync::Arc;

use smallvec::SmallVec;
use str0m::media::Pt;

use crate::limit::{RED_DEPTH_MAX, RED_HISTORY, RED_PAYLOAD_MAX_BYTES};

/// Says that another block follows this one's header.
const MORE: u8 = 0x80;
/// Header of a redundant block: payload type, 14 bits of time, 10 bits of length.
const BLOCK_HEADER_BYTES: usize = 4;
/// Header of the packet itself: its payload type.
const LAST_HEADER_BYTES: usize = 1;
const TIME_END: u32 = 1 << 14;
const BLOCK_END: usize = 1 << 10;

/// One packet as its publisher sent it.
#[derive(Debug)]
struct Sound {
    seq: u64,
    time: u32,
    payload: Arc<[u8]>,
}

/// The latest packets of a sound that subscribers may get.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    first: Option<u64>,
    packets: VecDeque<Sound>,
}

impl Recent {
    /// Keeps a packet. One from before the first is not: it may be of a time when nobody was to hear it.
    pub(crate) fn remember(&mut self, seq: u64, time: u32, payload: &Arc<[u8]>) {
        if payload.is_empty() || seq < *self.first.get_or_insert(seq) {
            return;
        }
        if self.packets.len() == RED_HISTORY {
            self.packets.pop_front();
        }
        self.packets.push_back(Sound { seq, time, payload: Arc::clone(payload) });
    }

    fn get(&self, seq: u64) -> Option<&Sound> {
        self.packets.iter().rev().find(|packet| packet.seq == seq)
    }
}

/// One packet with those before it, built for the first subscriber that gets it so and shared by the others.
#[derive(Debug)]
pub(crate) struct Bundle<'a> {
    recent: &'a Recent,
    seq: u64,
    time: u32,
    payload: &'a Arc<[u8]>,
    built: SmallVec<[Built; RED_DEPTH_MAX]>,
}

/// Payload type, depth, and what came of them.
type Built = (Pt, usize, Option<Arc<[u8]>>);

impl<'a> Bundle<'a> {
    pub(crate) fn new(recent: &'a Recent, seq: u64, time: u32, payload: &'a Arc<[u8]>) -> Self {
        Self { recent, seq, time, payload, built: SmallVec::new() }
    }

    /// Payload type and payload for a subscriber: `red` where it takes redundancy and there is some, else `pt`.
    pub(crate) fn written(&mut self, pt: Pt, red: Option<Pt>, depth: usize) -> (Pt, Arc<[u8]>) {
        let redundant = red.and_then(|red| Some((red, self.with(pt, depth)?)));
        redundant.unwrap_or_else(|| (pt, Arc::clone(self.payload)))
    }

    /// The packet with up to `depth` before it; `pt` is the payload type of them all. `None` = there is nothing to add.
    fn with(&mut self, pt: Pt, depth: usize) -> Option<Arc<[u8]>> {
        if depth == 0 {
            return None;
        }
        if let Some((_, _, built)) = self.built.iter().find(|(of, deep, _)| (*of, *deep) == (pt, depth)) {
            return built.clone();
        }
        let built = self.build(pt, depth);
        self.built.push((pt, depth, built.clone()));
        built
    }

    fn build(&self, pt: Pt, depth: usize) -> Option<Arc<[u8]>> {
        let mut room = RED_PAYLOAD_MAX_BYTES.checked_sub(LAST_HEADER_BYTES + self.payload.len())?;
        let mut blocks: SmallVec<[(u32, &[u8]); RED_DEPTH_MAX]> = SmallVec::new();
        // Backwards up to the first that has not come or does not fit: only its neighbour tells where a block belongs.
        for distance in 1..=depth.min(RED_DEPTH_MAX) as u64 {
            let Some(before) = self.seq.checked_sub(distance).and_then(|seq| self.recent.get(seq)) else {
                break;
            };
            let ago = self.time.wrapping_sub(before.time);
            let bytes = before.payload.len();
            let fits = (1..TIME_END).contains(&ago) && bytes < BLOCK_END;
            let Some(rest) = room.checked_sub(BLOCK_HEADER_BYTES + bytes).filter(|_| fits) else { break };
            room = rest;
            blocks.push((ago, &before.payload));
        }
        if blocks.is_empty() {
            return None;
        }
        let mut out = Vec::with_capacity(RED_PAYLOAD_MAX_BYTES - room);
        for (ago, block) in blocks.iter().rev() {
            let [_, high, middle, low] = (ago << 10 | block.len() as u32).to_be_bytes();
            out.extend([MORE | *pt, high, middle, low]);
        }
        out.push(*pt);
        blocks.iter().rev().for_each(|(_, block)| out.extend_from_slice(block));
        out.extend_from_slice(self.payload);
        Some(out.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use str0m::rtp::RedDecoder;

    const OPUS: u8 = 111;
    const RED: u8 = 63;

    fn sound(fill: u8, bytes: usize) -> Arc<[u8]> {
        vec![fill; bytes].into()
    }

    /// What a receiver makes of the packet: how long ago each block was, and what is in it.
    fn blocks(recent: &Recent, seq: u64, time: u32, payload: &[u8], depth: usize) -> Vec<(u32, Vec<u8>)> {
        let packet = payload.into();
        let (pt, built) =
            Bundle::new(recent, seq, time, &packet).written(OPUS.into(), Some(RED.into()), depth);
        if pt == OPUS.into() {
            assert!(Arc::ptr_eq(&built, &packet), "as it came");
            return Vec::new();
        }
        let decoded = RedDecoder::decode(&built).unwrap();
        assert!(decoded.iter().all(|block| block.pt == OPUS));
        let (last, before) = decoded.split_last().unwrap();
        assert!(last.is_primary && last.payload == payload);
        before.iter().map(|block| (block.timestamp_offset, block.payload.to_vec())).collect()
    }

    #[test]
    fn carries_those_before_it_oldest_first_and_no_more_than_asked() {
        let mut recent = Recent::default();
        for n in 0..4 {
            recent.remember(65_534 + n, (u32::MAX - 960).wrapping_add(960 * n as u32), &sound(n as u8, 80));
        }
        let now = (u32::MAX - 960).wrapping_add(4 * 960);
        let got = |depth| blocks(&recent, 65_538, now, &[9; 70], depth);
        assert_eq!(got(0), []);
        assert_eq!(got(1), [(960, vec![3; 80])]);
        let two = [(1_920, vec![2; 80]), (960, vec![3; 80])];
        assert_eq!((got(2), got(9)), (two.to_vec(), two.to_vec()), "over the wrap of numbers and time");
    }

    #[test]
    fn only_of_what_is_really_the_packet_before() {
        let mut recent = Recent::default();
        for seq in [10, 11, 13] {
            recent.remember(seq, seq as u32 * 960, &sound(seq as u8, 50));
        }
        assert_eq!(blocks(&recent, 13, 13 * 960, &[1], 2), [], "12 has not come");
        assert_eq!(blocks(&recent, 14, 14 * 960, &[1], 2), [(960, vec![13; 50])]);
        recent.remember(12, 12 * 960, &sound(12, 50));
        assert_eq!(blocks(&recent, 14, 14 * 960, &[1], 2), [(1_920, vec![12; 50]), (960, vec![13; 50])]);
        assert_eq!(blocks(&recent, 12, 12 * 960, &[1], 1), [(960, vec![11; 50])], "one that comes late, too");
        recent.remember(9, 9 * 960, &sound(9, 50));
        assert_eq!(blocks(&recent, 10, 10 * 960, &[1], 1), [], "from before the first");
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let with = |ago: u32, bytes, payload: &[u8]| {
            let mut recent = Recent::default();
            recent.remember(1, 0, &sound(7, bytes));
            blocks(&recent, 2, ago, payload, 1).len()
        };
        assert_eq!((with(TIME_END - 1, 50, &[1]), with(TIME_END, 50, &[1])), (1, 0), "a long silence");
        assert_eq!((with(960, 900, &[1]), with(960, BLOCK_END, &[1])), (1, 0), "a long block");
        assert_eq!((with(960, 600, &[1; 500]), with(960, 600, &[1; 900])), (1, 0), "a long packet");
        assert_eq!((with(0, 50, &[1]), with(960, 0, &[1])), (0, 0), "of the same time, or empty");
        assert_eq!(with(960, 50, &[1; 1_900]), 0);
    }

    #[test]
    fn is_built_once_for_all_who_get_it_so() {
        let mut recent = Recent::default();
        recent.remember(1, 0, &sound(7, 50));
        let packet = sound(8, 50);
        let mut bundle = Bundle::new(&recent, 2, 960, &packet);
        assert_eq!(bundle.written(OPUS.into(), None, 1), (OPUS.into(), Arc::clone(&packet)), "not taken");
        let (one, same) = (bundle.with(OPUS.into(), 1).unwrap(), bundle.with(OPUS.into(), 1).unwrap());
        assert!(Arc::ptr_eq(&one, &same));
        assert_ne!(bundle.with(109.into(), 1).unwrap(), one, "another session may have other numbers");
    }

    #[test]
    fn the_memory_is_short() {
        let mut recent = Recent::default();
        for seq in 0..100 {
            recent.remember(seq, seq as u32 * 960, &sound(1, 50));
        }
        assert_eq!(recent.packets.len(), RED_HISTORY);
        assert!(recent.get(99).is_some() && recent.get(99 - RED_HISTORY as u64).is_none());
    }
}
