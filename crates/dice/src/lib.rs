//! Seeded randomness for tests and benchmarks: the same seed gives the same numbers, for ever and everywhere, so that a
//! failure is a seed. Nothing that needs to be unguessable may use it.
#![forbid(unsafe_code)]

use std::ops::Range;
use std::time::SystemTime;

/// What the state moves by: 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Scrambles a number: neighbours become strangers. The finaliser of SplitMix64.
pub const fn scramble(n: u64) -> u64 {
    let mut z = n;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The `n`-th number of a sequence that needs no state: [`scramble`] of `n` steps.
pub const fn nth(n: u64) -> u64 {
    scramble(n.wrapping_mul(STEP))
}

/// Numbers from a seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    /// Numbers that follow from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// The seed of an environment variable, or a new one. It is printed either way, so that a failing run can be repeated.
    #[expect(clippy::print_stdout, reason = "shown with the output of a test that fails")]
    pub fn from_env(variable: &str) -> Self {
        let given = std::env::var(variable).ok().and_then(|seed| seed.parse().ok());
        let clock = || SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
        let seed = given.unwrap_or_else(|| scramble(clock() as u64));
        println!("{variable}={seed}");
        Self::new(seed)
    }

    /// What a run is repeated with.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Another sequence, which does not depend on how far this one has come. A fork of a fork is another one again,
    /// whatever the salts: the seed is scrambled, so that two salts do not make up for each other.
    #[must_use]
    pub const fn fork(&self, salt: u64) -> Self {
        Self::new(scramble(self.seed.wrapping_add(nth(salt.wrapping_add(1)))))
    }

    /// Goes another way from here.
    pub fn stir(&mut self, by: u64) {
        self.state ^= by;
    }

    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        scramble(self.state)
    }

    /// A number in `0..n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.roll() % n.max(1)
    }

    /// A place in a list of `n`.
    pub fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// A number in `0..end`; 0 when there is none.
    pub fn number(&mut self, end: i64) -> i64 {
        self.below(u64::try_from(end).unwrap_or(0)) as i64
    }

    /// A number in the range.
    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.below(range.end.saturating_sub(range.start))
    }

    /// A number in `from..=to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from.wrapping_add_unsigned(self.below(to.abs_diff(from).saturating_add(1)))
    }

    /// True that often.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of a list, which must not be empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }

    /// A value once in `n` times.
    pub fn maybe<T>(&mut self, n: u64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(n).then(|| value(self))
    }

    /// 128 bits: an id.
    pub fn id(&mut self) -> u128 {
        u128::from(self.roll()) << 64 | u128::from(self.roll())
    }

    /// A version 4 UUID, as a browser makes its peer id.
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.roll(), self.roll());
        let (d, e) = ((b >> 48) & 0xfff, b & 0xffff_ffff_ffff);
        format!("{:08x}-{:04x}-4{:03x}-8{d:03x}-{e:012x}", a >> 32, (a >> 16) & 0xffff, a & 0xfff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        let mut dice = Dice::new(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| dice.roll()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
        assert_eq!(nth(3), Dice::new(2_u64.wrapping_mul(STEP)).roll());
    }

    #[test]
    fn numbers_stay_in_their_bounds() {
        let mut dice = Dice::new(7);
        for _ in 0..1_000 {
            assert!(dice.below(10) < 10);
            assert!((5..8).contains(&dice.within(5..8)));
            assert!((-3..=3).contains(&dice.between(-3, 3)));
            assert!(dice.index(4) < 4);
            assert_eq!(dice.between(i64::MAX, i64::MAX), i64::MAX);
        }
        assert_eq!((dice.below(0), dice.between(4, 4)), (0, 4));
        let reached = (0..1_000).map(|_| dice.between(-1, 1)).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(reached.len(), 3, "both ends");
        dice.between(i64::MIN, i64::MAX);
    }

    #[test]
    fn forks_follow_from_the_seed_alone() {
        let (mut early, mut late) = (Dice::new(9), Dice::new(9));
        late.roll();
        assert_eq!(early.fork(1).roll(), late.fork(1).roll());
        assert_ne!(early.fork(1).roll(), early.fork(2).roll());
        assert_ne!(early.roll(), late.roll());
        let nested: std::collections::BTreeSet<_> =
            (0..100).map(|n| early.fork(n / 10).fork(n % 10).roll()).collect();
        assert_eq!(nested.len(), 100, "no two salts make up for each other");
    }

    #[test]
    fn a_uuid_says_its_version() {
        let id = Dice::new(3).uuid();
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!((parts, &id[14..15], &id[19..20]), (vec![8, 4, 4, 4, 12], "4", "8"));
    }
}
