//! A set of rows of one segment, with ranks.

use std::ops::Range;

/// Words between two entries of the directory.
const BLOCK_WORDS: usize = 8;

/// A set of numbers within `[from, to)`.
#[derive(Debug, Clone)]
pub(crate) struct Bits {
    /// Number of the first bit of the first word.
    base: u32,
    words: Vec<u64>,
}

impl Bits {
    /// The empty set, for numbers within `[from, to)`.
    pub(crate) fn new(from: u32, to: u32) -> Self {
        let base = from / 64 * 64;
        let words = to.saturating_sub(base).div_ceil(64) as usize;
        Self { base, words: vec![0; words] }
    }

    /// Adds a number; one outside of the range is ignored.
    pub(crate) fn set(&mut self, number: u32) {
        let at = number.wrapping_sub(self.base);
        if let Some(word) = self.words.get_mut((at / 64) as usize) {
            *word |= 1 << (at % 64);
        }
    }

    /// Whether the number is in the set.
    #[inline]
    pub(crate) fn has(&self, number: u32) -> bool {
        let at = number.wrapping_sub(self.base);
        self.words.get((at / 64) as usize).is_some_and(|word| (word >> (at % 64)) & 1 == 1)
    }

    /// Adds the numbers from `first` on whose value, of these in a row, passes the test.
    pub(crate) fn mark<T: Copy>(&mut self, first: u32, values: &[T], test: impl Fn(T) -> bool) {
        self.mark_words(first, values.len(), |part| {
            let values = values.get(part).unwrap_or(&[]);
            match values.as_array::<64>() {
                // A length that is known, and no shift that depends on another: about twice as fast.
                Some(all) => all.iter().fold(0, |word, value| (word >> 1) | (u64::from(test(*value)) << 63)),
                None => bits_of(values.iter().map(|value| test(*value))),
            }
        });
    }

    /// Adds some of the `len` numbers from `first` on: `word` has a bit for each of a part of them, which is given as
    /// distances from `first`, 64 at most.
    pub(crate) fn mark_words(&mut self, first: u32, len: usize, word: impl Fn(Range<usize>) -> u64) {
        let skip = first % 64;
        let (mut from, mut shift) = (0, skip);
        let at = (first.wrapping_sub(self.base) / 64) as usize;
        for to in self.words.iter_mut().skip(at) {
            if from >= len {
                break;
            }
            let end = (from + (64 - shift) as usize).min(len);
            *to |= word(from..end) << shift;
            (from, shift) = (end, 0);
        }
    }

    /// Adds all numbers of `[from, to)`.
    pub(crate) fn fill(&mut self, from: u32, to: u32) {
        let len = to.saturating_sub(from) as usize;
        self.mark_words(from, len, |part| u64::MAX >> (64 - part.len().clamp(1, 64)));
    }

    /// Takes a number out.
    pub(crate) fn clear(&mut self, number: u32) {
        let at = number.wrapping_sub(self.base);
        if let Some(word) = self.words.get_mut((at / 64) as usize) {
            *word &= !(1 << (at % 64));
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Takes out the members that fail the test.
    pub(crate) fn retain(&mut self, test: impl Fn(u32) -> bool) {
        for (word, i) in self.words.iter_mut().zip(0_u32..) {
            let base = self.base + 64 * i;
            let mut left = *word;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                if !test(base + bit) {
                    *word &= !(1 << bit);
                }
            }
        }
    }

    /// Adds those of `[from, to)` that are not members and pass the test.
    pub(crate) fn add_others(&mut self, from: u32, to: u32, test: impl Fn(u32) -> bool) {
        for (word, i) in self.words.iter_mut().zip(0_u32..) {
            let base = self.base + 64 * i;
            let below = |number: u32| match number.saturating_sub(base) {
                bits @ 0..64 => (1 << bits) - 1,
                _ => u64::MAX,
            };
            let mut left = !*word & below(to) & !below(from);
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                // No branch on what nobody can guess.
                *word |= u64::from(test(base + bit)) << bit;
            }
        }
    }

    /// The members, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().zip(0_u32..).flat_map(move |(&word, i)| {
            let base = self.base + 64 * i;
            std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)))
                .take_while(|word| *word != 0)
                .map(move |word| base + word.trailing_zeros())
        })
    }

    /// With a directory for ranks.
    pub(crate) fn ranked(self) -> Ranked {
        let mut before = Vec::with_capacity(self.words.len() / BLOCK_WORDS + 2);
        let mut count = 0;
        before.push(0);
        for block in self.words.chunks(BLOCK_WORDS) {
            count += block.iter().map(|word| word.count_ones()).sum::<u32>();
            before.push(count);
        }
        Ranked { bits: self, before, count }
    }
}

/// One bit for each of at most 64 tests, the first is the lowest.
pub(crate) fn bits_of(tests: impl Iterator<Item = bool>) -> u64 {
    tests.zip(0..64).fold(0, |word, (test, bit)| word | u64::from(test) << bit)
}

/// A set that knows the rank of its members.
#[derive(Debug, Clone)]
pub(crate) struct Ranked {
    bits: Bits,
    /// Members before each block, and all.
    before: Vec<u32>,
    count: u32,
}

impl Ranked {
    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Whether the number is in the set.
    pub(crate) fn has(&self, number: u32) -> bool {
        self.bits.has(number)
    }

    /// The members, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.bits.iter()
    }

    /// Members below `number`.
    pub(crate) fn below(&self, number: u32) -> u32 {
        let at = number.saturating_sub(self.bits.base);
        let word = (at / 64) as usize;
        if word >= self.bits.words.len() {
            return self.count;
        }
        let block = word / BLOCK_WORDS;
        let whole: u32 =
            self.bits.words[block * BLOCK_WORDS..word].iter().map(|word| word.count_ones()).sum();
        self.before[block] + whole + (self.bits.words[word] & ((1 << (at % 64)) - 1)).count_ones()
    }

    /// The `k`-th member, from 0, ascending.
    pub(crate) fn nth(&self, k: u32) -> Option<u32> {
        if k >= self.count {
            return None;
        }
        let block = self.before.partition_point(|before| *before <= k) - 1;
        let mut left = k - self.before[block];
        for (i, &word) in self.bits.words.iter().enumerate().skip(block * BLOCK_WORDS) {
            let ones = word.count_ones();
            if left < ones {
                let rest = (0..left).fold(word, |word, _| word & word.wrapping_sub(1));
                return Some(self.bits.base + 64 * u32::try_from(i).ok()? + rest.trailing_zeros());
            }
            left -= ones;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_equal_a_list() {
        for (from, to, step) in
            [(0, 0, 1), (0, 1, 1), (5, 70, 3), (1000, 9000, 7), (64, 128, 1), (130, 5000, 600)]
        {
            let list: Vec<u32> = (from..to).step_by(step).collect();
            let mut bits = Bits::new(from, to);
            for number in &list {
                bits.set(*number);
            }
            bits.set(to + 64);
            let values: Vec<u32> = (from..to).collect();
            let mut marked = Bits::new(from, to);
            marked.mark(from, &values, |value| list.contains(&value));
            assert_eq!(marked.words, bits.words);
            let mut others = Bits::new(from, to);
            others.fill(from, to);
            values.iter().filter(|value| !list.contains(value)).for_each(|value| others.clear(*value));
            others.clear(to + 64);
            assert_eq!(others.words, bits.words);
            let mut some = Bits::new(from, to);
            list.iter().step_by(2).for_each(|number| some.set(*number));
            some.add_others(from, to, |number| {
                assert!(number >= from && number < to);
                list.contains(&number)
            });
            assert_eq!(some.words, bits.words);
            assert_eq!(bits.iter().collect::<Vec<_>>(), list);
            assert_eq!(bits.count() as usize, list.len());
            assert!((0..to + 200).all(|number| bits.has(number) == list.contains(&number)));
            let ranked = bits.ranked();
            assert_eq!(ranked.count() as usize, list.len());
            for (k, number) in list.iter().enumerate() {
                assert_eq!(ranked.nth(u32::try_from(k).unwrap()), Some(*number));
            }
            assert_eq!(ranked.nth(ranked.count()), None);
            for number in 0..to + 200 {
                assert_eq!(ranked.below(number) as usize, list.partition_point(|n| *n < number), "{number}");
            }
        }
    }
}
