//! Session and meeting ids that contain a part of a printed id.
//!
//! `part` may stand at up to 32 places of the 36 characters; a dash of the part must fall on a dash of the id, a digit
//! on a digit. Each place is a mask and a value over the 128 bits. A scan over many ids tests the first digits for all
//! places at once.

use wide::u8x16;

use crate::answer::bits::{Bits, bits_of};

/// Where the dashes of a printed id are.
const DASHES: [usize; 4] = [8, 13, 18, 23];
const PRINTED: usize = 36;

/// A part of a printed id.
#[derive(Debug, Clone)]
pub(crate) struct IdPart {
    /// Mask and value of each place.
    places: Vec<(u128, u128)>,
    first: First,
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
        let first = First::new(&digits, &starts);
        Some(Self { places, first })
    }

    /// The id, if the part is a whole one.
    pub(crate) fn whole(&self) -> Option<u128> {
        self.places.first().filter(|(mask, _)| *mask == u128::MAX).map(|(_, value)| *value)
    }

    /// Whether the printed id contains the part.
    pub(crate) fn is_in(&self, id: u128) -> bool {
        self.places.iter().any(|(mask, value)| id & mask == *value)
    }

    /// A quicker [`IdPart::is_in`] for many ids.
    pub(crate) fn test(&self) -> impl Fn([u8; 16]) -> bool {
        let wide = self.first.wide();
        let is_all = self.first.is_all();
        move |id| {
            let next = (u128::from_le_bytes(id) >> 8).to_le_bytes();
            let found = wide.is_in(id, next);
            if is_all { found } else { found && self.is_in(u128::from_be_bytes(id)) }
        }
    }

    /// Calls `hit` with the number of each id that contains the part, ascending; the first has the number `base`.
    pub(crate) fn scan(&self, ids: &[[u8; 16]], base: u32, mut hit: impl FnMut(u32)) {
        let test = self.test();
        let mut each = |ids: &[[u8; 16]], base: u32| {
            ids.iter().zip(base..).filter(|(id, _)| test(**id)).for_each(|(_, number)| hit(number));
        };
        if self.first.digits < FIRST_DIGITS {
            return each(ids, base);
        }
        let wide = self.first.wide();
        let next = next_bytes(ids);
        let (fours, next_fours) = (ids.as_chunks::<4>().0, next.as_chunks::<4>().0);
        // Hits are rare: one branch for four ids.
        let mut number = base;
        for (ids, next) in fours.iter().zip(next_fours) {
            let found = |nth: usize| wide.found::<FIRST_DIGITS>(ids[nth], next[nth]);
            if (found(0) | found(1) | found(2) | found(3)).any() {
                each(ids, number);
            }
            number += 4;
        }
        each(ids.get((number - base) as usize..).unwrap_or(&[]), number);
    }

    /// Adds the numbers of the ids that contain the part; the first has the number `base`.
    pub(crate) fn mark(&self, ids: &[[u8; 16]], base: u32, numbers: &mut Bits) {
        // Short parts are in many ids, too many to guess which.
        match self.first.digits {
            1 => self.mark_short::<1>(ids, base, numbers),
            2 => self.mark_short::<2>(ids, base, numbers),
            3 => self.mark_short::<3>(ids, base, numbers),
            _ => self.scan(ids, base, |number| numbers.set(number)),
        }
    }

    fn mark_short<const DIGITS: usize>(&self, ids: &[[u8; 16]], base: u32, numbers: &mut Bits) {
        let wide = self.first.wide();
        let (next, test) = (next_bytes(ids), self.test());
        numbers.mark_words(base, ids.len(), |part| {
            let all = ids.get(part.clone()).and_then(|ids| ids.as_array::<64>());
            let all = all.zip(next.get(part.clone()).and_then(|next| next.as_array::<64>()));
            match all {
                // A length that is known, no shift that depends on another, and no branch on what nobody can guess.
                Some((ids, next)) => ids.iter().zip(next).fold(0, |word, (id, next)| {
                    let bytes = wide.found::<DIGITS>(*id, *next).to_bitmask();
                    (word >> 1) | (u64::from((bytes + 0xffff) >> 16) << 63)
                }),
                None => bits_of(ids.get(part).unwrap_or(&[]).iter().map(|id| test(*id))),
            }
        });
    }
}

/// For each id but the last the same bytes, one further: its second to last byte and the first of the next id.
fn next_bytes(ids: &[[u8; 16]]) -> &[[u8; 16]] {
    ids.as_flattened().get(1..).map_or(&[], |bytes| bytes.as_chunks::<16>().0)
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

/// Digits of a part that are tested for all places at once; what is longer is tested place by place then.
const FIRST_DIGITS: usize = 4;

/// The first digits of a part, as far as they lie in two neighbouring bytes: once for places at even digits, once for
/// odd ones.
#[derive(Debug, Clone, Copy)]
struct First {
    /// [`FIRST_DIGITS`] stands for more, too.
    digits: usize,
    even: Pair,
    odd: Pair,
}

/// Values of two neighbouring bytes, and the bytes (0xff) at which the first may be.
#[derive(Debug, Clone, Copy)]
struct Pair {
    first: u8,
    second: u8,
    at: [u8; 16],
}

impl First {
    fn new(digits: &[u8], starts: &[usize]) -> Self {
        let digit = |nth: usize| digits.get(nth).copied().unwrap_or(0);
        let mut even =
            Pair { first: digit(0) << 4 | digit(1), second: digit(2) << 4 | digit(3), at: [0; 16] };
        let mut odd = Pair { first: digit(0), second: digit(1) << 4 | digit(2), at: [0; 16] };
        for start in starts {
            let pair = if start % 2 == 0 { &mut even } else { &mut odd };
            if let Some(at) = pair.at.get_mut(start / 2) {
                *at = 0xff;
            }
        }
        Self { digits: digits.len().min(FIRST_DIGITS), even, odd }
    }

    /// Whether nothing is left to test.
    fn is_all(&self) -> bool {
        self.digits < FIRST_DIGITS
    }

    fn wide(&self) -> Wide {
        let pair = |pair: Pair| (u8x16::splat(pair.first), u8x16::splat(pair.second), u8x16::new(pair.at));
        Wide { digits: self.digits, even: pair(self.even), odd: pair(self.odd) }
    }
}

/// [`First`] for all bytes of an id at once.
#[derive(Debug, Clone, Copy)]
struct Wide {
    digits: usize,
    even: (u8x16, u8x16, u8x16),
    odd: (u8x16, u8x16, u8x16),
}

impl Wide {
    /// `next` are the bytes one further than `id`.
    #[inline]
    fn is_in(&self, id: [u8; 16], next: [u8; 16]) -> bool {
        match self.digits {
            // Nothing but a dash, which every id has.
            0 => true,
            1 => self.found::<1>(id, next).any(),
            2 => self.found::<2>(id, next).any(),
            3 => self.found::<3>(id, next).any(),
            _ => self.found::<FIRST_DIGITS>(id, next).any(),
        }
    }

    /// The bytes at which so many first digits stand. With [`FIRST_DIGITS`] it may be a place where they cannot: what is
    /// found is tested again.
    #[inline]
    fn found<const DIGITS: usize>(&self, id: [u8; 16], next: [u8; 16]) -> u8x16 {
        let (high, low) = (u8x16::splat(0xf0), u8x16::splat(0x0f));
        let (first, second) = (u8x16::new(id), u8x16::new(next));
        let even = match DIGITS {
            1 => (first & high).simd_eq(self.even.0),
            2 => first.simd_eq(self.even.0),
            3 => first.simd_eq(self.even.0) & (second & high).simd_eq(self.even.1),
            _ => first.simd_eq(self.even.0) & second.simd_eq(self.even.1),
        };
        let odd = (first & low).simd_eq(self.odd.0);
        let odd = match DIGITS {
            1 => odd,
            2 => odd & (second & high).simd_eq(self.odd.1),
            _ => odd & second.simd_eq(self.odd.1),
        };
        if DIGITS < FIRST_DIGITS { (even & self.even.2) | (odd & self.odd.2) } else { even | odd }
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
                let quick = test.test();
                assert!(ids.iter().all(|id| quick(*id) == test.is_in(u128::from_be_bytes(*id))), "{part}");
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
