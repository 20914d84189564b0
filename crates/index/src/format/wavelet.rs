//! Counts and k-th smallest of small numbers within any range of rows: a wavelet matrix.
//!
//! Level `l` holds, in the order of that level, bit `levels-1-l` of every value; rows with a 0 go to the front of the
//! next level and those with a 1 behind them, each group in its order. A range of rows stays a range on every level,
//! so both questions cost two ranks a level, whatever the length of the range.
//!
//! The bytes: a head (`rows`, `levels`, then the zeros of each level, all `u32` little endian) and per level lines of
//! 64 bytes. A line is a word of counts and 448 bits, so that a rank reads one cache line. Bytes are not trusted: wrong
//! ones give wrong answers, never a panic. All numbers in memory are rows or values, below 2^32.

/// Bits of a line.
const LINE_BITS: u32 = 448;
const LINE_BYTES: usize = 64;
const WORDS: usize = 7;
/// `rows`, `levels` and 32 counts of zeros, filled up to whole lines.
const HEAD_BYTES: usize = 192;
const LEVELS_MAX: u32 = 32;
/// Bits of a count within a line.
const SUB_BITS: u32 = 9;

/// The bytes of the wavelet matrix over these values, row by row; all below the number of rows (ranks are).
pub(crate) fn build(values: Vec<u32>) -> Vec<u8> {
    let rows = u32::try_from(values.len()).unwrap_or(u32::MAX);
    let levels = levels_of(rows);
    let stride = lines_of(rows) * LINE_BYTES;
    let mut bytes = vec![0; HEAD_BYTES + stride * levels as usize];
    bytes[..4].copy_from_slice(&rows.to_le_bytes());
    bytes[4..8].copy_from_slice(&levels.to_le_bytes());
    let mut now = values;
    let mut ones = Vec::with_capacity(now.len());
    for level in 0..levels {
        let shift = levels - 1 - level;
        let from = HEAD_BYTES + stride * level as usize;
        write_level(&mut bytes[from..from + stride], &now, shift);
        ones.clear();
        let mut zeros = 0;
        for at in 0..now.len() {
            let value = now[at];
            if (value >> shift) & 1 == 1 {
                ones.push(value);
            } else {
                now[zeros] = value;
                zeros += 1;
            }
        }
        now[zeros..].copy_from_slice(&ones);
        let at = 8 + 4 * level as usize;
        let zeros = u32::try_from(zeros).unwrap_or(u32::MAX);
        bytes[at..at + 4].copy_from_slice(&zeros.to_le_bytes());
    }
    bytes
}

fn write_level(bytes: &mut [u8], values: &[u32], shift: u32) {
    let mut before = 0_u64;
    let mut parts = values.chunks(LINE_BITS as usize);
    for line in bytes.chunks_exact_mut(LINE_BYTES) {
        let part = parts.next().unwrap_or_default();
        let mut words = [0_u64; WORDS];
        for (i, value) in part.iter().enumerate() {
            words[i / 64] |= u64::from((value >> shift) & 1) << (i % 64);
        }
        let mut counts = before;
        let mut within = 0;
        for (i, word) in words.iter().enumerate() {
            if i > 0 && i % 2 == 0 {
                counts |= within << (32 + SUB_BITS as usize * (i / 2 - 1));
            }
            within += u64::from(word.count_ones());
        }
        before += within;
        line[..8].copy_from_slice(&counts.to_le_bytes());
        for (to, word) in line[8..].chunks_exact_mut(8).zip(words) {
            to.copy_from_slice(&word.to_le_bytes());
        }
    }
}

/// Bits that tell `rows` values apart.
fn levels_of(rows: u32) -> u32 {
    if rows < 2 { 0 } else { u32::BITS - (rows - 1).leading_zeros() }
}

/// Lines of a level; there is one for the rank at the end.
fn lines_of(rows: u32) -> usize {
    (rows / LINE_BITS) as usize + 1
}

/// The reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wavelet<'a> {
    rows: u32,
    levels: u32,
    stride: usize,
    zeros: [u32; LEVELS_MAX as usize],
    lines: &'a [u8],
}

impl<'a> Wavelet<'a> {
    /// Over bytes of [`build`]; `None` when they cannot be those of `rows` rows.
    pub(crate) fn new(bytes: &'a [u8], rows: u32) -> Option<Self> {
        let (head, lines) = bytes.split_at_checked(HEAD_BYTES)?;
        let number = |at: usize| head.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        let levels = number(4)?;
        let stride = lines_of(rows) * LINE_BYTES;
        if number(0)? != rows || levels != levels_of(rows) || lines.len() != stride * levels as usize {
            return None;
        }
        let mut zeros = [0; LEVELS_MAX as usize];
        for (i, zeros) in zeros.iter_mut().enumerate() {
            *zeros = number(8 + 4 * i)?.min(rows);
        }
        Some(Self { rows, levels, stride, zeros, lines })
    }

    /// How many values of the rows `[from, to)` are below `value`.
    pub(crate) fn count_below(&self, from: u32, to: u32, value: u32) -> u32 {
        let (mut from, mut to) = self.clamp(from, to);
        if u64::from(value) >= 1 << self.levels {
            return to - from;
        }
        let mut count = 0;
        for level in 0..self.levels {
            if from == to {
                break;
            }
            let (low, high) = self.step(level, from, to);
            if (value >> (self.levels - 1 - level)) & 1 == 1 {
                count += low.1 - low.0;
                (from, to) = high;
            } else {
                (from, to) = low;
            }
        }
        count
    }

    /// The `k`-th smallest (from 0) value of the rows `[from, to)`.
    pub(crate) fn quantile(&self, from: u32, to: u32, k: u32) -> Option<u32> {
        let (mut from, mut to) = self.clamp(from, to);
        let mut k = k;
        if k >= to - from {
            return None;
        }
        let mut value = 0;
        for level in 0..self.levels {
            let (low, high) = self.step(level, from, to);
            let zeros = low.1 - low.0;
            value <<= 1;
            if k < zeros {
                (from, to) = low;
            } else {
                k -= zeros;
                value |= 1;
                (from, to) = high;
            }
        }
        // Damaged counts may lead outside; a rank is below the number of rows in any case.
        Some(value.min(self.rows.saturating_sub(1)))
    }

    fn clamp(&self, from: u32, to: u32) -> (u32, u32) {
        let to = to.min(self.rows);
        (from.min(to), to)
    }

    /// Where the rows of a level with a 0 and those with a 1 stand on the next level.
    fn step(&self, level: u32, from: u32, to: u32) -> ((u32, u32), (u32, u32)) {
        let zeros = self.zeros[level as usize];
        let first = self.rank(level, from).min(from);
        let last = self.rank(level, to).clamp(first, first + (to - from));
        let low = self.clamp(from - first, to - last);
        let high = self.clamp(zeros.saturating_add(first), zeros.saturating_add(last));
        (low, high)
    }

    /// Ones of a level before row `at`.
    #[inline]
    fn rank(&self, level: u32, at: u32) -> u32 {
        let from = self.stride * level as usize + (at / LINE_BITS) as usize * LINE_BYTES;
        let Some((line, _)) =
            self.lines.get(from..).and_then(|bytes| bytes.split_first_chunk::<LINE_BYTES>())
        else {
            return 0;
        };
        let word = |i: usize| {
            let at = (8 * i).min(LINE_BYTES - 8);
            line[at..].first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
        };
        let counts = word(0);
        let bit = at % LINE_BITS;
        let (nth, pair) = ((bit / 64) as usize, bit / 128);
        let mut ones = low_half(counts);
        if pair > 0 {
            ones =
                ones.wrapping_add(low_half(counts >> (32 + SUB_BITS * (pair - 1))) & ((1 << SUB_BITS) - 1));
        }
        if nth % 2 == 1 {
            ones = ones.wrapping_add(word(nth).count_ones());
        }
        ones.wrapping_add((word(nth + 1) & ((1 << (bit % 64)) - 1)).count_ones())
    }
}

fn low_half(word: u64) -> u32 {
    (word & u64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A generator of numbers that need not be good.
    fn next(state: &mut u64) -> u32 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(*state >> 33).unwrap()
    }

    fn permutation(rows: u32, state: &mut u64) -> Vec<u32> {
        let mut values: Vec<u32> = (0..rows).collect();
        for i in (1..values.len()).rev() {
            values.swap(i, next(state) as usize % (i + 1));
        }
        values
    }

    #[test]
    fn counts_and_quantiles_equal_a_sort() {
        let mut state = 7;
        for rows in [0, 1, 2, 3, 64, 447, 448, 449, 1000, 4096, 5000] {
            let values = permutation(rows, &mut state);
            let bytes = build(values.clone());
            let wavelet = Wavelet::new(&bytes, rows).unwrap();
            for _ in 0..300 {
                let from = next(&mut state) % (rows + 1);
                let to = from + next(&mut state) % (rows + 1 - from);
                let mut part = values[from as usize..to as usize].to_vec();
                part.sort_unstable();
                let value = next(&mut state) % (rows + 2);
                let below = part.partition_point(|v| *v < value);
                assert_eq!(
                    wavelet.count_below(from, to, value) as usize,
                    below,
                    "{rows} {from} {to} {value}"
                );
                let k = next(&mut state) % (rows + 1);
                assert_eq!(wavelet.quantile(from, to, k), part.get(k as usize).copied());
            }
            assert_eq!(wavelet.count_below(0, u32::MAX, u32::MAX), rows);
        }
    }

    #[test]
    fn damaged_bytes_do_not_panic() {
        let mut state = 11;
        let rows = 3000;
        let whole = build(permutation(rows, &mut state));
        for _ in 0..200 {
            let mut bytes = whole.clone();
            for _ in 0..50 {
                let at = 8 + next(&mut state) as usize % (bytes.len() - 8);
                bytes[at] = u8::try_from(next(&mut state) % 256).unwrap();
            }
            let wavelet = Wavelet::new(&bytes, rows).unwrap();
            for _ in 0..50 {
                let (a, b, c) = (next(&mut state) % 4000, next(&mut state) % 4000, next(&mut state) % 5000);
                assert!(wavelet.count_below(a, b, c) <= rows);
                assert!(wavelet.quantile(a, b, c).is_none_or(|value| value < rows));
            }
        }
        for len in [0, 8, HEAD_BYTES, whole.len() - 1] {
            assert!(Wavelet::new(&whole[..len], rows).is_none());
        }
        assert!(Wavelet::new(&whole, rows + 1).is_none());
    }
}
