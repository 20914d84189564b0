//! Session and meeting ids that contain a part of a printed id.
//!
//! `part` may stand at up to 32 places of the 36 characters; a dash of the part must fall on a dash of the id, a digit
//! on a digit. Each place is a mask and a value over the 128 bits. A scan over many ids tests pairs of bytes for all
//! places at once.

use wide::u8x16;

use crate::bits::Bits;

/// Where the dashes of a printed id are.
const DASHES: [usize; 4] = [8, 13, 18, 23];
const PRINTED: usize = 36;

/// A part of a printed id.
#[derive(Debug, Clone)]
pub(crate) struct IdPart {
    /// Mask and value of each place.
    places: Vec<(u128, u128)>,
    pairs: Pairs,
}

impl IdPart {
    /// `None` when no id contains the part (lower case).
    pub(crate) fn new(part: &str) -> Option<Self> {
        let part = part.as_bytes();
        let last = PRINTED.checked_sub(part.len())?;
        let (mut places, mut starts) = (Vec::new(), Vec::new());
        for at in 0..=last {
            if let Some((start, mask, value)) = place(part, at) {
                places.push((mask, value));
                starts.push(start);
            }
        }
        if places.is_empty() {
            return None;
        }
        let digits: Vec<u8> = part.iter().filter_map(|c| digit(*c)).collect();
        let pairs = Pairs::new(&digits, &starts);
        Some(Self { places, pairs })
    }

    /// The id, if the part is a whole one.
    pub(crate) fn whole(&self) -> Option<u128> {
        self.places.first().filter(|(mask, _)| *mask == u128::MAX).map(|(_, value)| *value)
    }

    /// Whether the printed id contains the part.
    pub(crate) fn is_in(&self, id: u128) -> bool {
        self.places.iter().any(|(mask, value)| id & mask == *value)
    }

    /// Calls `hit` with the number of each id that contains the part, ascending; the first has the number `base`.
    pub(crate) fn scan(&self, ids: &[[u8; 16]], base: u32, mut hit: impl FnMut(u32)) {
        let (pairs, exact) = (self.pairs.wide(), self.pairs.exact);
        for (id, number) in ids.iter().zip(base..) {
            if pairs.is_in(*id) && (exact || self.is_in(u128::from_be_bytes(*id))) {
                hit(number);
            }
        }
    }

    /// Adds the numbers of the ids that contain the part; the first has the number `base`.
    pub(crate) fn mark(&self, ids: &[[u8; 16]], base: u32, numbers: &mut Bits) {
        if self.pairs.exact {
            // Short parts are in many ids, too many to guess which.
            let pairs = self.pairs.wide();
            numbers.mark(base, ids, |id| pairs.is_in(id));
        } else {
            self.scan(ids, base, |number| numbers.set(number));
        }
    }
}

fn digit(c: u8) -> Option<u8> {
    char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// First digit, mask and value of a part that stands at character `at`; `None` when it cannot stand there.
fn place(part: &[u8], at: usize) -> Option<(usize, u128, u128)> {
    let (mut mask, mut value) = (0, 0);
    let nth = |character: usize| character - DASHES.iter().filter(|dash| **dash < character).count();
    for (i, c) in part.iter().enumerate() {
        if DASHES.contains(&(at + i)) {
            if *c != b'-' {
                return None;
            }
            continue;
        }
        let shift = 124 - 4 * nth(at + i);
        mask |= 0xf << shift;
        value |= u128::from(digit(*c)?) << shift;
    }
    Some((nth(at), mask, value))
}

/// The first digits of a part as two neighbouring bytes: once for places at even digits, once for odd ones.
#[derive(Debug, Clone)]
struct Pairs {
    even: Pair,
    odd: Pair,
    /// Whether nothing is left to test.
    exact: bool,
}

/// Masks and values of two neighbouring bytes, and the bytes (0xff) at which the first may be.
#[derive(Debug, Clone, Copy, Default)]
struct Pair {
    first: (u8, u8),
    second: (u8, u8),
    at: [u8; 16],
}

impl Pairs {
    fn new(digits: &[u8], starts: &[usize]) -> Self {
        let byte = |high: Option<usize>, low: Option<usize>| {
            let digit = |nth: Option<usize>| nth.and_then(|nth| digits.get(nth)).copied();
            let (high, low) = (digit(high), digit(low));
            let mask = if high.is_some() { 0xf0 } else { 0 } | if low.is_some() { 0x0f } else { 0 };
            (mask, high.unwrap_or(0) << 4 | low.unwrap_or(0))
        };
        let mut even = Pair { first: byte(Some(0), Some(1)), second: byte(Some(2), Some(3)), at: [0; 16] };
        let mut odd = Pair { first: byte(None, Some(0)), second: byte(Some(1), Some(2)), at: [0; 16] };
        for start in starts {
            let pair = if start % 2 == 0 { &mut even } else { &mut odd };
            if let Some(at) = pair.at.get_mut(start / 2) {
                *at = 0xff;
            }
        }
        Self { even, odd, exact: digits.len() <= 3 }
    }

    fn wide(&self) -> WidePairs {
        WidePairs { even: self.even.wide(), odd: self.odd.wide() }
    }
}

impl Pair {
    fn wide(&self) -> WidePair {
        let all = |(mask, value)| (u8x16::splat(mask), u8x16::splat(value));
        WidePair { first: all(self.first), second: all(self.second), at: u8x16::new(self.at) }
    }
}

/// [`Pairs`] for all bytes of an id at once.
struct WidePairs {
    even: WidePair,
    odd: WidePair,
}

impl WidePairs {
    #[inline]
    fn is_in(&self, id: [u8; 16]) -> bool {
        let first = u8x16::new(id);
        let second = u8x16::new((u128::from_le_bytes(id) >> 8).to_le_bytes());
        (self.even.found(first, second) | self.odd.found(first, second)).any()
    }
}

/// A [`Pair`] for all bytes of an id at once.
struct WidePair {
    first: (u8x16, u8x16),
    second: (u8x16, u8x16),
    at: u8x16,
}

impl WidePair {
    /// The bytes at which it stands.
    #[inline]
    fn found(&self, first: u8x16, second: u8x16) -> u8x16 {
        let first = (first & self.first.0).simd_eq(self.first.1);
        let second = (second & self.second.0).simd_eq(self.second.1);
        first & second & self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::id_has;

    /// Ids with few different digits, so that short parts are met at every place.
    fn ids(count: u64) -> Vec<[u8; 16]> {
        let mut state = 5_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        (0..count)
            .map(|_| {
                let digits = 1 + next() % 4;
                std::array::from_fn(|_| {
                    u8::try_from((next() % digits) << 4 | (next() % digits)).unwrap() ^ 0x50
                })
            })
            .collect()
    }

    #[test]
    fn a_scan_finds_what_the_printed_ids_contain() {
        let ids = ids(400);
        let mut parts: Vec<String> = vec!["-".into(), "--".into(), "0-5".into(), "-5-".into()];
        for id in ids.iter().step_by(3) {
            let digits: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            let text = format!(
                "{}-{}-{}-{}-{}",
                &digits[..8],
                &digits[8..12],
                &digits[12..16],
                &digits[16..20],
                &digits[20..]
            );
            for (from, len) in
                [(0, 36), (0, 1), (7, 2), (9, 4), (8, 1), (7, 3), (20, 9), (3, 5), (12, 17), (24, 12)]
            {
                parts.push(text[from..from + len].to_owned());
            }
            for (from, len) in [(0, 2), (7, 2), (3, 3), (5, 4), (11, 5), (20, 8), (0, 13), (0, 32)] {
                parts.push(digits[from..from + len].to_owned());
            }
        }
        parts.sort();
        parts.dedup();
        let mut found_all = 0;
        for part in parts {
            let wanted: Vec<u32> =
                (10..).zip(&ids).filter(|(_, id)| id_has(*id, part.as_bytes())).map(|(i, _)| i).collect();
            let mut found = Vec::new();
            if let Some(test) = IdPart::new(&part) {
                test.scan(&ids, 10, |number| found.push(number));
                let mut marked = Bits::new(10, 410);
                test.mark(&ids, 10, &mut marked);
                assert_eq!(marked.iter().collect::<Vec<_>>(), wanted, "{part}");
                assert_eq!(test.whole().is_some(), part.len() == 36);
            }
            assert_eq!(found, wanted, "{part}");
            found_all += found.len();
        }
        assert!(found_all > 1000);
    }

    #[test]
    fn what_no_id_contains_is_known_at_once() {
        for part in ["0123456789abc", "--", "-123-", "0123456789abcdef0123456789abcdef", "g"] {
            assert!(IdPart::new(part).is_none(), "{part}");
        }
    }
}
