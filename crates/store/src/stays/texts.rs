//! The texts that a search looks through, one after the other, so that one scan finds the rows that contain a term.

use memchr::memmem::Finder;

use super::order::Bits;

/// Ends every text. No text has this byte, as it is not UTF-8: a term never matches across two texts.
const END: u8 = 0xff;

#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    /// Where the texts of a row end.
    ends: Vec<u32>,
}

impl Texts {
    /// Memory that is held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// Appends the texts of the next row.
    pub(super) fn push(&mut self, texts: &[String]) {
        for text in texts {
            self.bytes.extend_from_slice(text.as_bytes());
            self.bytes.push(END);
        }
        // Bounded far below 4 GiB; see `cache.rs`.
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// The rows with a text that contains `term`, which is not empty.
    pub(super) fn containing(&self, term: &str) -> Bits {
        let mut rows = Bits::none(self.ends.len());
        let finder = Finder::new(term);
        let (mut row, mut from) = (0, 0);
        while let Some(found) = self.bytes.get(from..).and_then(|rest| finder.find(rest)) {
            row = self.row_at(row, from + found);
            rows.set(row);
            // One match is enough for a row.
            from = self.ends[row] as usize;
            row += 1;
        }
        rows
    }

    /// The row that byte `at` belongs to, which is `first` or a later one.
    fn row_at(&self, first: usize, at: usize) -> usize {
        let is_before = |end: &u32| (*end as usize) <= at;
        // Common terms are found again soon, rare ones far away.
        let mut step = 1;
        while self.ends.get(first + step).is_some_and(is_before) {
            step *= 2;
        }
        let low = first + step / 2;
        let high = self.ends.len().min(first + step);
        low + self.ends[low..high].partition_point(is_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_plain_search_finds() {
        let mut texts = Texts::default();
        let row =
            |n: u32| vec![format!("é{n}"), String::new(), format!("{:x}", n.wrapping_mul(2_654_435_761))];
        (0..1_000).for_each(|n| texts.push(&row(n)));
        for term in ["é", "7", "77", "é12", "f0", "é999", "zz", "9é", "a1b"] {
            let expected = Bits::from_fn(1_000, |n| row(n as u32).iter().any(|t| t.contains(term)));
            assert_eq!(texts.containing(term), expected, "{term}");
        }
        assert_eq!(Texts::default().containing("x").count(), 0);
    }
}
