//! The one place where the server reads a clock.
//!
//! Lengths and timers are on a steady clock, which nobody can set: the wall clock when the process started, plus the time
//! that has passed since. The wall clock is that plus an offset, which moves when somebody sets it.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use sederunt_core::time::{Reading, UnixMs};
use tokio::sync::watch;

/// Longest sleep before the steady clock is read again: the runtime's timers stand still while the machine is suspended.
const SLICE_MAX: Duration = Duration::from_secs(10);

/// The wall clock was set when it is off by this much. The two clocks run at the same rate, also while the wall clock is
/// slewed; what is smaller than this is taken in when more comes.
pub const STEP_MIN_MS: i64 = 100;

/// Longest time in which two clocks are read for one moment: what passes between them, when a thread loses its processor
/// there, is an error of a session's time. Whole milliseconds are kept, so more than one would show.
const READ_MAX_NS: i64 = 1_000_000;

/// Tries to read them that fast, which takes a microsecond where nothing comes between; on a machine that never does, the
/// steady clock alone goes on.
const READS_MAX: u32 = 5;

/// What has become of the wall clock since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps {
    /// How often it was set.
    pub count: u64,
    /// By how much it is off what it would show otherwise.
    pub offset_ms: i64,
}

/// A source of time, so that the doors' tests fix it.
pub trait Clock: Send + Sync + std::fmt::Debug + 'static {
    /// Both clocks, now.
    fn read(&self) -> Reading;
    /// The wall clock: for what is written down and for what expires.
    fn now(&self) -> UnixMs {
        self.read().wall()
    }
    /// The steady clock: for lengths and timers.
    fn steady(&self) -> UnixMs;
    /// Resolves when [`Self::steady`] has reached `at`.
    fn sleep_until(&self, at: UnixMs) -> Pin<Box<dyn Future<Output = ()> + Send>>;
    /// Resolves after `ms` milliseconds.
    fn sleep_ms(&self, ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.sleep_until(self.steady().plus_ms(ms))
    }
    /// How the wall clock was set since the start, and a way to wait until it is noticed that it was set again.
    fn steps(&self) -> watch::Receiver<Steps>;
}

/// The machine's clocks; clones are the same clock. One for a process: its rooms and lists must agree.
#[derive(Debug, Clone)]
pub struct SystemClock {
    /// The steady clock minus the time since the machine was started.
    base_ns: i64,
    steps: watch::Sender<Steps>,
}

/// The machine's wall clock at this moment, for what lives no longer than that.
pub fn wall() -> UnixMs {
    UnixMs(wall_ns().div_euclid(1_000_000))
}

fn wall_ns() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Time since the machine was started, also while it was suspended.
fn elapsed_ns() -> i64 {
    let time = clock_gettime(ClockId::Boottime);
    time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec)
}

impl SystemClock {
    /// A steady clock that begins now.
    pub fn start() -> Self {
        // A pause between the two reads would be an error of this process's clock for ever: the closest pair counts.
        let pair = |_| {
            // In nanoseconds: what was cut off here would be missing for ever.
            let (before, wall, after) = (elapsed_ns(), wall_ns(), elapsed_ns());
            (after.saturating_sub(before), wall.saturating_sub(after))
        };
        let base_ns = (0..READS_MAX).map(pair).min().map_or(0, |(_, base_ns)| base_ns);
        Self { base_ns, steps: watch::Sender::default() }
    }

    fn steady_at(&self, elapsed_ns: i64) -> UnixMs {
        UnixMs(self.base_ns.saturating_add(elapsed_ns).div_euclid(1_000_000))
    }

    /// Both clocks at one moment; the wall clock only if they could be read that fast.
    fn both(&self) -> (UnixMs, Option<UnixMs>) {
        let mut before = elapsed_ns();
        for _ in 0..READS_MAX {
            let wall = wall();
            let after = elapsed_ns();
            if after.saturating_sub(before) <= READ_MAX_NS {
                return (self.steady_at(after), Some(wall));
            }
            before = after;
        }
        (self.steady_at(before), None)
    }
}

impl Steps {
    /// Takes in what the clocks show; answers by how much the wall clock was set since the last time.
    fn take(&mut self, steady: UnixMs, wall: UnixMs) -> Option<i64> {
        let by_ms = wall.0.saturating_sub(steady.plus_ms(self.offset_ms).0);
        if by_ms.abs() < STEP_MIN_MS {
            return None;
        }
        self.count = self.count.saturating_add(1);
        self.offset_ms = self.offset_ms.saturating_add(by_ms);
        Some(by_ms)
    }
}

impl Clock for SystemClock {
    fn read(&self) -> Reading {
        let mut reading = Reading::default();
        // Read with the lock held: what another thread takes in meanwhile is not older than this.
        self.steps.send_if_modified(|steps| {
            let (steady, wall) = self.both();
            let by_ms = wall.and_then(|wall| steps.take(steady, wall));
            reading = Reading { steady, offset_ms: steps.offset_ms };
            if let Some(by_ms) = by_ms {
                tracing::warn!(
                    by_ms,
                    offset_ms = steps.offset_ms,
                    count = steps.count,
                    "the wall clock was set: sessions that run keep their time, new ones have the new time"
                );
            }
            by_ms.is_some()
        });
        reading
    }

    fn steady(&self) -> UnixMs {
        self.steady_at(elapsed_ns())
    }

    fn sleep_until(&self, at: UnixMs) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        Box::pin(async move {
            loop {
                let left_ms = at.since(clock.steady());
                if left_ms == 0 {
                    return;
                }
                let left = Duration::from_millis(left_ms.unsigned_abs());
                tokio::time::sleep(left.min(SLICE_MAX)).await;
            }
        })
    }

    fn sleep_ms(&self, ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
    }

    fn steps(&self) -> watch::Receiver<Steps> {
        self.steps.subscribe()
    }
}

/// A clock that stands still until it is told to move; clones share the time.
#[derive(Debug, Clone)]
pub struct ManualClock {
    steady: watch::Sender<UnixMs>,
    steps: watch::Sender<Steps>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: UnixMs) -> Self {
        Self { steady: watch::Sender::new(now), steps: watch::Sender::default() }
    }

    /// Time passes: `ms` milliseconds, and the sleepers that are due wake.
    pub fn advance(&self, ms: i64) {
        self.steady.send_modify(|now| *now = now.plus_ms(ms));
    }

    /// Time passes until the wall clock shows `now`, and the sleepers that are due wake.
    pub fn set(&self, now: UnixMs) {
        self.steady.send_replace(now.plus_ms(self.steps.borrow().offset_ms.saturating_neg()));
    }

    /// Somebody sets the wall clock by `ms` milliseconds, backwards when negative; no time passes.
    pub fn step(&self, ms: i64) {
        self.steps.send_modify(|steps| {
            steps.count += 1;
            steps.offset_ms += ms;
        });
    }
}

impl Clock for ManualClock {
    fn read(&self) -> Reading {
        Reading { steady: self.steady(), offset_ms: self.steps.borrow().offset_ms }
    }

    fn steady(&self) -> UnixMs {
        *self.steady.borrow()
    }

    fn sleep_until(&self, at: UnixMs) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut seen = self.steady.subscribe();
        Box::pin(async move {
            if seen.wait_for(|now| *now >= at).await.is_err() {
                // The clock is gone: its time never comes.
                std::future::pending::<()>().await;
            }
        })
    }

    fn steps(&self) -> watch::Receiver<Steps> {
        self.steps.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_sleepers_when_their_time_has_passed() {
        let clock = ManualClock::new(UnixMs(1_000));
        let mut sleep = clock.sleep_until(UnixMs(2_000));
        clock.advance(999);
        clock.step(5_000);
        assert!(futures_poll(&mut sleep).await.is_none(), "one millisecond early");
        clock.advance(1);
        sleep.await;
        assert_eq!((clock.steady(), clock.now()), (UnixMs(2_000), UnixMs(7_000)));
        clock.set(UnixMs(8_000));
        assert_eq!(clock.read(), Reading { steady: UnixMs(3_000), offset_ms: 5_000 });
    }

    #[tokio::test]
    async fn the_system_clock_does_not_wait_for_the_past() {
        let clock = SystemClock::start();
        clock.sleep_until(UnixMs(0)).await;
        let start = clock.steady();
        clock.sleep_until(start.plus_ms(5)).await;
        assert!(clock.steady() >= start.plus_ms(5));
    }

    #[test]
    fn the_system_clock_shows_the_wall_clock() {
        let clock = SystemClock::start();
        let (before, shown, after) = (wall(), clock.now(), wall());
        assert!(
            before.plus_ms(-STEP_MIN_MS) < shown && shown < after.plus_ms(STEP_MIN_MS),
            "{before:?} {shown:?}"
        );
    }

    #[test]
    fn a_wall_clock_that_was_set_is_noticed_once_and_one_that_is_slewed_is_not() {
        let mut steps = Steps::default();
        let mut shown = |steady, wall| {
            let by_ms = steps.take(UnixMs(steady), UnixMs(wall));
            (by_ms, steps.offset_ms)
        };
        assert_eq!(shown(1_000, 1_000), (None, 0));
        assert_eq!(shown(2_000, 2_099), (None, 0), "reading two clocks takes time");
        assert_eq!(shown(3_000, 2_901), (None, 0));
        assert_eq!(shown(4_000, 3_604_000), (Some(3_600_000), 3_600_000), "set forward");
        assert_eq!(shown(5_000, 3_605_000), (None, 3_600_000), "known");
        assert_eq!(shown(6_000, 6_040), (Some(-3_599_960), 40), "and set right");
        assert_eq!(shown(7_000, -7_193_000), (Some(-7_200_040), -7_200_000), "set back");
        assert_eq!(steps.count, 3);
    }

    /// Polls once.
    async fn futures_poll(f: &mut Pin<Box<dyn Future<Output = ()> + Send>>) -> Option<()> {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match f.as_mut().poll(cx) {
                std::task::Poll::Ready(()) => Some(()),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
