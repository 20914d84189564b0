//! When a packet was sent, in the last bytes of its payload: sender and receiver are one process and share a clock.

use std::time::{Duration, Instant};

/// Bytes of a stamp.
pub const STAMP_BYTES: usize = MARK.len() + 8;
/// What a stamp begins with: payloads of others have none.
const MARK: [u8; 4] = *b"load";
/// A packet cannot have been under way for longer; a stamp that says so is none.
const AGE_MAX: Duration = Duration::from_secs(60);

/// The clock of a run.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    zero: Instant,
}

impl Clock {
    /// One that begins at this instant.
    pub fn from(zero: Instant) -> Self {
        Self { zero }
    }

    /// Writes `now` into the last [`STAMP_BYTES`] of a payload; a shorter one stays as it is.
    pub fn stamp(self, payload: &mut [u8], now: Instant) {
        let micros = u64::try_from(now.saturating_duration_since(self.zero).as_micros()).unwrap_or(u64::MAX);
        let Some(at) = payload.len().checked_sub(STAMP_BYTES) else { return };
        let Some((mark, time)) = payload.get_mut(at..).and_then(|end| end.split_at_mut_checked(MARK.len()))
        else {
            return;
        };
        mark.copy_from_slice(&MARK);
        time.copy_from_slice(&micros.to_be_bytes());
    }

    /// How long a payload was under way; `None` = it has no stamp.
    pub fn age(self, payload: &[u8], now: Instant) -> Option<Duration> {
        let stamp: &[u8; STAMP_BYTES] = payload.last_chunk()?;
        let (mark, time) = stamp.split_at_checked(MARK.len())?;
        if mark != MARK {
            return None;
        }
        let micros = u64::from_be_bytes(time.try_into().ok()?);
        let sent = self.zero.checked_add(Duration::from_micros(micros))?;
        let age = now.checked_duration_since(sent)?;
        (age <= AGE_MAX).then_some(age)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stamped_tells_its_age_whatever_is_before_it() {
        let zero = Instant::now();
        let clock = Clock::from(zero);
        let sent = zero + Duration::from_millis(1_234);
        for length in [STAMP_BYTES, STAMP_BYTES + 1, 1_100] {
            let mut payload = vec![7; length];
            clock.stamp(&mut payload, sent);
            assert_eq!(
                clock.age(&payload, sent + Duration::from_millis(40)),
                Some(Duration::from_millis(40))
            );
            assert!(payload[..length - STAMP_BYTES].iter().all(|byte| *byte == 7));
        }
    }

    #[test]
    fn payloads_of_others_and_impossible_times_have_no_age() {
        let zero = Instant::now();
        let clock = Clock::from(zero);
        let mut short = [7; STAMP_BYTES - 1];
        clock.stamp(&mut short, zero);
        assert_eq!((short, clock.age(&short, zero)), ([7; STAMP_BYTES - 1], None));
        assert_eq!(clock.age(&[7; 100], zero), None);
        let mut payload = vec![0; 50];
        clock.stamp(&mut payload, zero + Duration::from_secs(1));
        assert_eq!(clock.age(&payload, zero), None, "sent later than it came");
        assert_eq!(clock.age(&payload, zero + Duration::from_secs(100)), None);
    }
}
