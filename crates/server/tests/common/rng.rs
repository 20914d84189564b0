//! A small seeded generator (SplitMix64), so that a failing run can be repeated.

/// Seeded randomness.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The seed is that of the environment variable, or a new one; it is printed either way.
    pub fn from_env(variable: &str) -> Self {
        let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let fresh = u64::try_from(clock.as_nanos() % u128::from(u64::MAX)).unwrap();
        let seed = std::env::var(variable).map_or(fresh, |s| s.parse().unwrap());
        println!("{variable}={seed}");
        Self(seed)
    }

    /// Another generator whose numbers do not depend on how far this one has come.
    pub fn fork(&self, salt: u64) -> Self {
        let mut fork = Self(self.0 ^ salt.wrapping_mul(0xd6e8_feb8_6659_fd93));
        fork.next();
        fork
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In `range`.
    pub fn within(&mut self, range: std::ops::Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    /// A version 4 UUID, as a browser makes its peer id.
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            (b >> 48) & 0xfff,
            b & 0xffff_ffff_ffff
        )
    }
}
