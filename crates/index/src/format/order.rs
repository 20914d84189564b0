//! Sorting millions of rows by a key that is wider than a word, in 8 bytes a row.

/// Numbers below `below` in the order of their keys. Each comes with the upper word of its key, which must not exceed
/// `major_max`; `key` gives the whole.
pub(crate) fn order<K: Ord>(
    below: u32,
    major_max: u64,
    numbers: impl Iterator<Item = (u64, u32)>,
    key: impl Fn(u32) -> K,
) -> Vec<u32> {
    let low = u32::BITS - below.leading_zeros();
    // What of the upper word does not fit beside the number is looked up for those that look equal.
    let drop = (u64::BITS - major_max.leading_zeros() + low).saturating_sub(u64::BITS);
    let number = |packed: u64| (packed & ((1 << low) - 1)) as u32;
    let mut packed = Vec::with_capacity(below as usize);
    packed.extend(numbers.map(|(major, number)| (major >> drop) << low | u64::from(number)));
    packed.sort_unstable();
    for run in packed.chunk_by_mut(|a, b| a >> low == b >> low) {
        if run.len() > 1 {
            run.sort_unstable_by_key(|p| key(number(*p)));
        }
    }
    packed.into_iter().map(number).collect()
}

/// Where each number stands in an order of all numbers.
pub(crate) fn inverse(order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; order.len()];
    for (rank, number) in (0_u32..).zip(order) {
        ranks[*number as usize] = rank;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_a_plain_sort() {
        let mut seed = 1_u64;
        let mut next = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 11
        };
        for major_max in [0, 3, 1 << 20, u64::MAX] {
            for n in [0_usize, 1, 2, 1000] {
                let keys: Vec<(u64, u64)> =
                    (0..n).map(|_| (((next() << 11) | (next() % 3)) & major_max, next())).collect();
                let mut expected: Vec<u32> = (0..n as u32).collect();
                expected.sort_by_key(|i| keys[*i as usize]);
                let numbers = (0..n as u32).map(|i| (keys[i as usize].0, i));
                let got = order(n as u32, major_max, numbers, |i| keys[i as usize]);
                assert_eq!(got, expected, "{major_max} {n}");
                let ranks = inverse(&got);
                assert!((0..n as u32).all(|i| got[ranks[i as usize] as usize] == i));
            }
        }
    }
}
