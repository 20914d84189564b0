//! Numbers from a seed, which a failure names.

/// SplitMix64: the same numbers for the same seed, for ever.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    pub(crate) seed: u64,
    state: u64,
}

impl Dice {
    /// The seed of an environment variable, else a new one.
    pub(crate) fn new(variable: &str) -> Self {
        let seed = std::env::var(variable).ok().and_then(|s| s.parse().ok());
        Self::of(seed.unwrap_or_else(|| std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()))
    }

    pub(crate) fn of(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Goes another way from here.
    pub(crate) fn stir(&mut self, by: u64) {
        self.state ^= by;
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).unwrap()
    }

    pub(crate) fn upto(&mut self, n: u32) -> i64 {
        i64::try_from(self.below(u64::from(n) + 1)).unwrap()
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    pub(crate) fn maybe<T>(&mut self, one_in: u64, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.below(one_in) == 0 { Some(f(self)) } else { None }
    }
}
