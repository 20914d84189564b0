//! What is remembered of names, and for how long. The caller says what time it is.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::answer::Answer;
use crate::retry::WAIT_MAX_MS;

/// How long an answer counts.
pub(super) const GOOD_FOR: Duration = Duration::from_secs(60);
/// How long its absence counts, late or not.
pub(super) const BAD_FOR: Duration = Duration::from_secs(5);
/// How long an answer that came when nobody waited any more is kept for who asks next: until the next attempt of whoever
/// gave up, or a resolver that is always a little slower than his limit would never be of use to him.
pub(super) const LATE_FOR: Duration = Duration::from_secs(780);
const _: () = assert!(LATE_FOR.as_millis() >= WAIT_MAX_MS as u128 + GOOD_FOR.as_millis());
/// Names that are remembered.
pub(super) const NAMES_MAX: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Memory {
    names: BTreeMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    answer: Answer,
    until: Instant,
    /// Nobody has had it.
    is_late: bool,
}

impl Memory {
    /// What is known of a name. A late answer is one like any other once somebody has it.
    pub(super) fn take(&mut self, name: &str, now: Instant) -> Option<Answer> {
        let known = self.names.get_mut(name).filter(|known| known.until > now)?;
        if std::mem::take(&mut known.is_late) {
            known.until = now + GOOD_FOR;
        }
        Some(known.answer.clone())
    }

    /// Remembers an answer that has just come, `is_late` when nobody waits for it. When there are too many, the one goes
    /// that would be forgotten first.
    pub(super) fn keep(&mut self, name: &str, answer: Answer, is_late: bool, now: Instant) {
        // Its absence is not kept for anybody.
        let is_late = is_late && answer.is_ok();
        let lasts = match &answer {
            Err(_) => BAD_FOR,
            Ok(_) if is_late => LATE_FOR,
            Ok(_) => GOOD_FOR,
        };
        if self.names.len() >= NAMES_MAX {
            self.names.retain(|_, known| known.until > now);
        }
        if self.names.len() >= NAMES_MAX {
            let first = self.names.iter().min_by_key(|(_, known)| known.until).map(|(name, _)| name.clone());
            first.and_then(|first| self.names.remove(&first));
        }
        self.names.insert(name.to_owned(), Known { answer, until: now + lasts, is_late });
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::super::answer::NoAddress;
    use super::*;

    const MOMENT: Duration = Duration::from_millis(1);

    fn good(n: u8) -> Answer {
        Ok([IpAddr::from([8, 8, 8, n])].into())
    }

    #[test]
    fn an_answer_counts_for_a_while_and_its_absence_for_less() {
        let (mut memory, start) = (Memory::default(), Instant::now());
        assert_eq!(memory.take("a.example", start), None);
        memory.keep("a.example", good(1), false, start);
        memory.keep("b.example", Err(NoAddress), false, start);
        let then = start + BAD_FOR - MOMENT;
        assert_eq!(memory.take("b.example", then), Some(Err(NoAddress)));
        assert_eq!(memory.take("b.example", then + MOMENT), None);
        let then = start + GOOD_FOR - MOMENT;
        assert_eq!(memory.take("a.example", then), Some(good(1)));
        assert_eq!(memory.take("a.example", then + MOMENT), None, "no matter who has had it");
    }

    #[test]
    fn a_late_answer_waits_for_who_asks_next_and_is_then_like_any_other() {
        let (mut memory, start) = (Memory::default(), Instant::now());
        memory.keep("a.example", good(1), true, start);
        memory.keep("b.example", good(2), true, start);
        let then = start + LATE_FOR - MOMENT;
        assert_eq!(memory.take("a.example", then), Some(good(1)));
        assert_eq!(memory.take("b.example", then + MOMENT), None);
        let end = then + GOOD_FOR;
        assert_eq!(memory.take("a.example", end - MOMENT), Some(good(1)), "others have it as well");
        assert_eq!(memory.take("a.example", end), None, "it is not taken anew each time");
    }

    #[test]
    fn a_late_absence_is_kept_no_longer() {
        let (mut memory, start) = (Memory::default(), Instant::now());
        memory.keep("a.example", Err(NoAddress), true, start);
        assert_eq!(memory.take("a.example", start + BAD_FOR - MOMENT), Some(Err(NoAddress)));
        assert_eq!(memory.take("a.example", start + BAD_FOR), None);
    }

    #[test]
    fn of_too_many_names_the_one_goes_that_would_be_forgotten_first() {
        let (mut memory, start) = (Memory::default(), Instant::now());
        memory.keep("a.example", good(1), true, start);
        memory.keep("z.example", good(1), false, start);
        for n in 2..NAMES_MAX {
            memory.keep(&format!("{n}.example"), good(1), false, start + MOMENT);
        }
        assert_eq!(memory.names.len(), NAMES_MAX);
        memory.keep("m.example", good(1), false, start + MOMENT);
        assert_eq!(memory.names.len(), NAMES_MAX);
        let now = start + MOMENT;
        assert_eq!(memory.take("z.example", now), None);
        for name in ["a.example", "m.example", "2.example"] {
            assert_eq!(memory.take(name, now), Some(good(1)), "{name}");
        }
        memory.keep("n.example", good(1), false, now + GOOD_FOR);
        assert_eq!(memory.names.len(), 1, "what is over goes before that, all of it");
    }
}
