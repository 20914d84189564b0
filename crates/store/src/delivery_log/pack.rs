//! Successes of one row as bytes.
//!
//! Each is a varint of the distance to the sequence before, with a bit that says whether anything rare differs from the one
//! before; the distance of the times, zigzag; the latency; and where the bit is set: part, replay, attempt and status. The
//! first is measured from the row's own columns, and from a first attempt of a first part that a 200 answered.

use sederunt_core::time::UnixMs;

use crate::delivery::Key;

/// One success of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Success {
    pub key: Key,
    pub attempt: u32,
    pub at: UnixMs,
    pub latency_ms: i64,
    pub status: u16,
}

impl Success {
    /// What is rare to change from one to the next.
    const fn rare(&self) -> Rare {
        Rare { part: self.key.part, replay: self.key.replay, attempt: self.attempt, status: self.status }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rare {
    part: u8,
    replay: u32,
    attempt: u32,
    status: u16,
}

const USUAL: Rare = Rare { part: 0, replay: 0, attempt: 1, status: 200 };

/// Bytes that are no row of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotPacked;

/// The bytes of successes in order of sequence, none of which is below `seq`.
pub(super) fn pack(seq: u64, from: UnixMs, successes: impl Iterator<Item = Success>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(successes.size_hint().0 * 6);
    let (mut seq, mut at, mut rare) = (seq, from, USUAL);
    for success in successes {
        let is_odd = success.rare() != rare;
        put(&mut bytes, success.key.seq.saturating_sub(seq) << 1 | u64::from(is_odd));
        put(&mut bytes, zigzag(success.at.0.wrapping_sub(at.0)));
        put(&mut bytes, success.latency_ms.max(0).unsigned_abs());
        if is_odd {
            rare = success.rare();
            put(&mut bytes, u64::from(rare.part));
            put(&mut bytes, u64::from(rare.replay));
            put(&mut bytes, u64::from(rare.attempt));
            put(&mut bytes, u64::from(rare.status));
        }
        (seq, at) = (success.key.seq, success.at);
    }
    bytes
}

/// Gives each success of [`pack`] to `each`, in order.
pub(super) fn unpack(
    seq: u64,
    from: UnixMs,
    bytes: &[u8],
    mut each: impl FnMut(Success),
) -> Result<(), NotPacked> {
    let (mut seq, mut at, mut rare, mut rest) = (seq, from, USUAL, bytes);
    while !rest.is_empty() {
        let head = take(&mut rest)?;
        seq = seq.checked_add(head >> 1).ok_or(NotPacked)?;
        at = UnixMs(at.0.wrapping_add(unzigzag(take(&mut rest)?)));
        let latency_ms = i64::try_from(take(&mut rest)?).map_err(|_| NotPacked)?;
        if head & 1 == 1 {
            rare = Rare {
                part: take(&mut rest)?.try_into().map_err(|_| NotPacked)?,
                replay: take(&mut rest)?.try_into().map_err(|_| NotPacked)?,
                attempt: take(&mut rest)?.try_into().map_err(|_| NotPacked)?,
                status: take(&mut rest)?.try_into().map_err(|_| NotPacked)?,
            };
        }
        let Rare { part, replay, attempt, status } = rare;
        each(Success { key: Key { seq, part, replay }, attempt, at, latency_ms, status });
    }
    Ok(())
}

/// Seven bits a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take(rest: &mut &[u8]) -> Result<u64, NotPacked> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(NotPacked)?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << shift;
        if shifted >> shift != bits {
            return Err(NotPacked);
        }
        value |= shifted;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(NotPacked)
}

/// Small numbers of either sign as small numbers.
const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use sederunt_dice::Dice;

    use super::*;

    fn unpacked(seq: u64, from: UnixMs, bytes: &[u8]) -> Result<Vec<Success>, NotPacked> {
        let mut list = Vec::new();
        unpack(seq, from, bytes, |success| list.push(success))?;
        Ok(list)
    }

    fn any(dice: &mut Dice, seq: u64) -> Success {
        let wide = dice.one_in(4);
        Success {
            key: Key {
                seq,
                part: if wide { dice.roll() as u8 } else { 0 },
                replay: if wide { dice.roll() as u32 } else { 0 },
            },
            attempt: if wide { dice.roll() as u32 } else { 1 },
            at: UnixMs(if dice.one_in(8) { dice.roll().cast_signed() } else { dice.between(0, 90_000) }),
            latency_ms: dice.between(0, if wide { i64::MAX } else { 400 }),
            status: *dice.pick(&[200, 200, 200, 204, 299, u16::MAX]),
        }
    }

    #[test]
    fn whatever_is_packed_comes_back() {
        let mut dice = Dice::from_env("PACK_SEED");
        for _ in 0..2_000 {
            let first = if dice.one_in(3) { dice.roll() >> 2 } else { dice.below(1_000) };
            let mut seq = first;
            let from = UnixMs(dice.between(-1_000_000, 1_000_000));
            let list: Vec<Success> = (0..dice.below(50))
                .map(|_| {
                    let success = any(&mut dice, seq);
                    seq += dice.below(3_000);
                    success
                })
                .collect();
            let bytes = pack(first, from, list.iter().copied());
            assert_eq!(unpacked(first, from, &bytes), Ok(list));
        }
    }

    #[test]
    fn the_usual_takes_three_bytes_and_what_differs_is_said_once() {
        let usual = |n: u64| Success {
            key: Key::first(10 + n),
            attempt: 1,
            at: UnixMs(5_000 + n.cast_signed()),
            latency_ms: 40,
            status: 200,
        };
        let bytes = |list: &[Success]| pack(10, UnixMs(5_000), list.iter().copied()).len();
        assert_eq!(bytes(&(0..100).map(usual).collect::<Vec<_>>()), 300);
        let accepted = |n| Success { status: 204, ..usual(n) };
        assert_eq!(bytes(&(0..100).map(accepted).collect::<Vec<_>>()), 305);
    }

    #[test]
    fn no_bytes_are_trusted() {
        let mut dice = Dice::from_env("UNPACK_SEED");
        for _ in 0..5_000 {
            let mut bytes: Vec<u8> = (0..dice.below(40)).map(|_| dice.roll() as u8).collect();
            if dice.chance(50) {
                // Mostly short numbers, so that some get through.
                bytes.iter_mut().for_each(|byte| *byte &= 0x7f);
            }
            if let Ok(list) = unpacked(u64::MAX - 100, UnixMs(0), &bytes) {
                assert!(list.len() <= bytes.len() / 3);
            }
        }
        assert_eq!(unpacked(0, UnixMs(0), &[0x80]), Err(NotPacked), "cut off");
        assert_eq!(unpacked(0, UnixMs(0), &[2, 0]), Err(NotPacked), "cut off");
        assert_eq!(unpacked(0, UnixMs(0), &[0xff; 10]), Err(NotPacked), "more than 64 bits");
        assert_eq!(unpacked(u64::MAX, UnixMs(0), &[2, 0, 0]), Err(NotPacked), "no such sequence");
    }
}
