//! How many were there, and when.

use super::story::Stay;
use crate::limit::CURVE_POINTS;

/// The number of open stays from an instant on, oldest first, each instant once.
pub(super) fn of(stays: &[Stay]) -> Vec<(i64, i64)> {
    let joins = stays.iter().map(|stay| (stay.joined_at, 1));
    let leaves = stays.iter().filter_map(|stay| Some((stay.left_at?, -1)));
    let mut steps: Vec<(i64, i64)> = joins.chain(leaves).collect();
    // At one instant joins first: who leaves as another one comes was there with him.
    steps.sort_unstable_by_key(|(at, step)| (*at, -step));
    let (mut curve, mut there) = (Vec::new(), 0);
    for (at, step) in steps {
        there += step;
        match curve.last_mut() {
            Some((last, number)) if *last == at => *number = there,
            _ => curve.push((at, there)),
        }
    }
    curve
}

/// At most [`CURVE_POINTS`] points, which keep the highest number of every part of the time and what it ends with.
pub(super) fn thinned(curve: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    let (Some((from, _)), Some((to, _))) = (curve.first(), curve.last()) else { return curve };
    if curve.len() <= CURVE_POINTS {
        return curve;
    }
    let parts = i64::try_from(CURVE_POINTS / 2).unwrap_or(1);
    let (from, length) = (*from, (to - from) / parts + 1);
    curve
        .chunk_by(|(a, _), (b, _)| (a - from) / length == (b - from) / length)
        .flat_map(|part| {
            let highest = part.iter().enumerate().max_by_key(|(i, (_, number))| (*number, -(*i as i64)));
            let highest = highest.map(|(i, _)| i);
            let last = part.len() - 1;
            let points = [highest.filter(|i| *i < last), Some(last)];
            points.into_iter().flatten().filter_map(|i| part.get(i).copied()).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_once_an_instant() {
        let stay = |joined_at, left_at| Stay { joined_at, left_at, ..Stay::default() };
        let stays = [stay(0, Some(10)), stay(5, None), stay(10, Some(20)), stay(20, Some(20))];
        assert_eq!(of(&stays), [(0, 1), (5, 2), (10, 2), (20, 1)]);
        assert_eq!(of(&[]), []);
    }

    #[test]
    fn a_long_curve_keeps_its_height_and_its_end() {
        let curve: Vec<(i64, i64)> = (0..100_000).map(|at| (at * 7, (at * 31) % 977)).collect();
        let thin = thinned(curve.clone());
        assert!(thin.len() <= CURVE_POINTS && thin.len() > CURVE_POINTS / 4, "{}", thin.len());
        assert_eq!(thin.last(), curve.last());
        let top = |curve: &[(i64, i64)]| curve.iter().map(|(_, number)| *number).max();
        assert_eq!(top(&thin), top(&curve));
        assert!(thin.iter().all(|point| curve.binary_search(point).is_ok()));
        assert!(thin.is_sorted());
        assert_eq!(thinned(vec![(3, 1)]), [(3, 1)]);
    }
}
